# ---
# title: A feature from a few of its pixels
# minutes: 45
# seconds: 7
# learn: what a network's features look like, and why most of their numbers are superfluous; how to predict a whole feature from a fifth of its pixels, by hand; how to measure honestly whether that worked; and where it fails. It is Figure 1 of the paper, with every step in your hands.
# need: NumPy: arrays, indices, matrix products, `np.linalg.solve`. You need not have seen the paper. No network and no data to download.
# ---

# %% [markdown]
# Cover four fifths of a photograph with a thumb here, a thumb there. You can still say what is under most thumbs: about what is beside
# them. Neighbours are alike, and so most of what a picture holds is said twice.
#
# In 2013 Denil, Shakibi, Dinh, Ranzato and de Freitas asked whether that is true of the *weights* of a neural network. If
# it is, why learn them all? Learn a few, and predict the others. In this notebook nothing is learned that way yet: we
# take features that were learned in full, hide most of their pixels, and see what comes back. (M. Denil and others, *Predicting
# Parameters in Deep Learning*, NIPS 2013.)
#
# Every section asks you to **guess** first. Write your guess down: a surprise teaches more than a sentence does, and nobody is looking.
# A check never stops the notebook: an exercise that you skip says that it is missing, and you can come back.

# %%
import matplotlib.pyplot as plt
import numpy as np

import lowrankweights as lrw
from lowrankweights import plotting, teaching
from lowrankweights.dictionaries import completion

teaching.begin()  # one thread of BLAS is enough; fits end early on purpose
check = teaching.Checks(["score", "nearest_dictionary", "predict", "my_alpha"])
rng = np.random.default_rng(0)
plt.rcParams.update(plotting.STYLE)

# %% [markdown]
# ## 1 · What a network looks for
#
# A small network reads handwritten digits of 16 × 16 pixels: 256 inputs, 24 hidden units, 10 classes. Each hidden unit
# holds 256 weights, one for every pixel. A column of the weight matrix $W$, put back into the shape of the image, is the *feature* that this
# unit looks for. We learn all of it, the ordinary way, in about a second.


# %%
def learn_features(data, n_train):
    """The 24 features of a classifier's hidden layer, (n_v, 24), the strongest first."""
    model = lrw.LowRankMLPClassifier(
        (24,), dictionary="none", n_columns=1, weight_decay=1e-2, max_iter=120, random_state=0
    )
    model.fit(data.X_train[:n_train], data.y_train[:n_train])
    return completion.strongest(model.filters_[0], 24)


digits = lrw.datasets.load_digits(zoom=2)  # 8 × 8 pixels, enlarged to 16 × 16
W = learn_features(digits, 1437)  # (256, 24) = (n_v, n_h)
shape = digits.input_shape  # (16, 16)
w = W[:, 0]  # (256,) one feature

fig, axes = plt.subplots(1, 3, figsize=(8, 2.6), layout="constrained", width_ratios=[1, 2, 1])
plotting.show_feature(w, shape, axes[0]).set_title("one feature")
plotting.tiles(W, shape, axes[1], n_across=8)
axes[1].set_title("all 24, (256, 24)")
plotting.show_feature(rng.permutation(w), shape, axes[2]).set_title("the first one, its pixels shuffled")
plt.show()

# %% [markdown]
# Red weights want ink at this pixel, blue ones want paper, white ones do not care. Nobody told the network that pixels
# have neighbours: for it, the 256 inputs are a list, and the shuffled picture on the right would do as well if the digits were shuffled too. And yet its
# features are smooth. They are made of the data, and the data are smooth.
#
# **Guess first.** Take all pairs of neighbours in a row, (weight, the weight to the right of it), of all features. What is
# their correlation? (1: always equal. 0: they know nothing of each other.)

# %%
guess_neighbours = None  # a number between 0 and 1

# %%
images = W.T.reshape(-1, 16, 16)  # (24, 16, 16)
mixed = rng.permutation(W).T.reshape(-1, 16, 16)  # the same numbers, in shuffled places


def correlation_at(images, d):
    """The correlation of a weight with the one d pixels to the right of it."""
    left, right = images[:, :, : 16 - d], images[:, :, d:]  # (24, 16, 16 - d) each
    return np.corrcoef(left.ravel(), right.ravel())[0, 1]


distances = np.arange(9)
fig, ax = plt.subplots(figsize=(5.2, 2.9), layout="constrained")
for label, x, style in zip(("learned", "shuffled"), (images, mixed), plotting.line_styles(2)):
    ax.plot(distances, [correlation_at(x, d) for d in distances], label=label, **style)
ax.axhline(0, color="0.6", lw=0.6)
ax.set(xlabel="distance (pixels)", ylabel="correlation", title="How much a weight tells about its neighbours")
ax.legend()
plt.show()
teaching.compare_guess(guess_neighbours, float(correlation_at(images, 1)), "correlation of neighbours")

# %% [markdown]
# A weight tells a lot about the next one, something about the one after that, and nothing about those four pixels away. This
# curve is all that we shall use. (Part of it is our own doing: the digits were enlarged, which makes them smoother. In section 5
# you will see features of real photographs.)

# %% [markdown]
# ## 2 · Hide most of it, and measure honestly
#
# Now we keep a fifth of the pixels, drawn at random, and hide the rest. The kept ones are the *index set* $\alpha$; what we
# know of the feature is $w_\alpha$, its weights there.
#
# | letter | shape | what it is |
# |---|---|---|
# | $w$ | (n_v,) = (256,) | a feature, all its weights |
# | $\alpha$ | (n_alpha,) = (51,) | the indices of the known ones |
# | $w_\alpha$ | (n_alpha,) = (51,) | the known weights, `w[alpha]` |
# | $\hat w$ | (n_v,) = (256,) | the prediction of all, from $w_\alpha$ alone |

# %%
alpha = lrw.sample_index_set(256, n_alpha=51, rng=0)  # (51,) sorted, no index twice
points = lrw.grid_coordinates(shape)  # (256, 2): row, column of every pixel
w_alpha = w[alpha]  # (51,)

fig, axes = plt.subplots(1, 3, figsize=(6.6, 2.3), layout="constrained")
plotting.show_feature(w, shape, axes[0]).set_title("$w$: 256 numbers")
plotting.index_set(alpha, shape, axes[1]).set_title("$\\alpha$: 51 pixels")
plotting.show_feature(w, shape, axes[2], known=alpha).set_title("$w_\\alpha$: what is left")
plt.show()

# %% [markdown]
# ### Exercise 1: a fair score
#
# Before we predict anything, decide how to judge it. A method that only copies the 51 known pixels would look good on
# those, and deserves nothing for it. So the score is the correlation of $w$ with $\hat w$ **over the pixels that were not known**.
#
# `np.corrcoef(a, b)` returns a 2 × 2 matrix; the correlation of $a$ with $b$ stands off its diagonal.


# %% starter score
def score(w, w_hat, alpha):
    unknown = ...  # (n_v - n_alpha,): indices of the pixels that are not in alpha
    return ...  # one number


# %% [markdown] hint score
# You need all indices from 0 to `len(w) - 1` except those in `alpha`. NumPy has a function for the difference of two sets.

# %% [markdown] hint score
# `np.setdiff1d(np.arange(len(w)), alpha)`, or `np.delete(w, alpha)`, which leaves out those entries directly.

# %% [markdown] hint score
# `np.corrcoef(w[unknown], w_hat[unknown])` is the matrix; the number that you want is at `[0, 1]`.


# %% solution score
def score(w, w_hat, alpha):
    unknown = np.setdiff1d(np.arange(len(w)), alpha)  # (n_v - n_alpha,)
    return np.corrcoef(w[unknown], w_hat[unknown])[0, 1]  # one number


# %% mutant score: over all pixels
def score(w, w_hat, alpha):
    return np.corrcoef(w, w_hat)[0, 1]


# %% mutant score: over the known pixels
def score(w, w_hat, alpha):
    return np.corrcoef(w[alpha], w_hat[alpha])[0, 1]


# %% mutant score: the whole matrix
def score(w, w_hat, alpha):
    return np.corrcoef(np.delete(w, alpha), np.delete(w_hat, alpha))


# %% mutant score: the diagonal, which is always 1
def score(w, w_hat, alpha):
    return np.corrcoef(np.delete(w, alpha), np.delete(w_hat, alpha))[0, 0]


# %% mutant score: the cosine, the means not taken off
def score(w, w_hat, alpha):
    a, b = np.delete(w, alpha), np.delete(w_hat, alpha)
    return a @ b / np.sqrt(a @ a * (b @ b))


# %% mutant score: the covariance
def score(w, w_hat, alpha):
    return np.cov(np.delete(w, alpha), np.delete(w_hat, alpha))[0, 1]


# %% mutant score: the error, which is good when it is small
def score(w, w_hat, alpha):
    return np.sqrt(np.mean((np.delete(w, alpha) - np.delete(w_hat, alpha)) ** 2))


# %% accept score: a mask, the formula by hand
def score(w, w_hat, alpha):
    hidden = np.ones(len(w), bool)
    hidden[alpha] = False
    a, b = w[hidden] - w[hidden].mean(), w_hat[hidden] - w_hat[hidden].mean()
    return a @ b / np.sqrt((a @ a) * (b @ b))


# %% accept score: a list comprehension, an array of one number without axes
def score(w, w_hat, alpha):
    rest = [i for i in range(len(w)) if i not in alpha]
    return np.asarray(np.corrcoef(w[rest], w_hat[rest])[1, 0])


# %% check score
with check("score") as c:
    done = completion.complete(W[:, :3], shape, proportion=0.3, rng=1)
    for j, right in enumerate(done["correlation"]):
        found = score(W[:, j], done["U"] @ W[done["alpha"], j], done["alpha"])
        c.close(found, right, f"score of feature {j}, 30 % known")

# %% [markdown]
# ## 3 · The simplest thing: copy the nearest
#
# Each hidden pixel takes the value of the nearest known one. No parameter, no mathematics. Is it any good?
#
# **Guess first.** What does it score on our feature?

# %%
guess_nearest = None  # a correlation, between 0 and 1

# %% [markdown]
# ### Exercise 2: copying is a matrix
#
# Write it as a matrix $U$ with a row for each pixel and a column for each *known* pixel: in row $i$ a single 1, in the column
# of the known pixel nearest to $i$, and 0 elsewhere. Then
#
# $$\hat w = U w_\alpha, \qquad (n_v,) = (n_v, n_\alpha)(n_\alpha,).$$
#
# It looks like a detour. It is the point of the notebook: keep an eye on this equation. If two known pixels are equally near, take either one, but not both.


# %% starter nearest_dictionary
def nearest_dictionary(points, alpha):
    difference = points[:, None] - points[alpha][None]  # (n_v, n_alpha, 2)
    distance = np.sqrt((difference**2).sum(axis=2))  # (n_v, n_alpha)
    U = None  # (n_v, n_alpha)
    return U


# %% [markdown] hint nearest_dictionary
# `distance[i]` holds the distances from pixel $i$ to all known pixels. Which one is the smallest? There is a function that says *where* it is.

# %% [markdown] hint nearest_dictionary
# `nearest = distance.argmin(axis=1)` is (n_v,): for each pixel a number from 0 to n_alpha - 1, which is a column of $U$. `argmin` takes the first one if two are equal.

# %% [markdown] hint nearest_dictionary
# Begin with `np.zeros(distance.shape)` and set one entry a row to 1: `U[np.arange(len(points)), nearest] = 1`. Or pick rows of an identity: `np.eye(len(alpha))[nearest]`.


# %% solution nearest_dictionary
def nearest_dictionary(points, alpha):
    difference = points[:, None] - points[alpha][None]  # (n_v, n_alpha, 2)
    distance = np.sqrt((difference**2).sum(axis=2))  # (n_v, n_alpha)
    U = np.eye(len(alpha))[distance.argmin(axis=1)]  # (n_v, n_alpha)
    return U


# %% mutant nearest_dictionary: the farthest
def nearest_dictionary(points, alpha):
    distance = np.linalg.norm(points[:, None] - points[alpha][None], axis=2)
    return np.eye(len(alpha))[distance.argmax(axis=1)]


# %% mutant nearest_dictionary: both of two that are equally near
def nearest_dictionary(points, alpha):
    distance = np.linalg.norm(points[:, None] - points[alpha][None], axis=2)
    return 1.0 * (distance == distance.min(axis=1, keepdims=True))


# %% mutant nearest_dictionary: for each known pixel the nearest of all, which is itself
def nearest_dictionary(points, alpha):
    distance = np.linalg.norm(points[:, None] - points[alpha][None], axis=2)
    return np.eye(len(points))[:, distance.argmin(axis=0)]


# %% mutant nearest_dictionary: a column for every pixel
def nearest_dictionary(points, alpha):
    distance = np.linalg.norm(points[:, None] - points[alpha][None], axis=2)
    return np.eye(len(points))[alpha[distance.argmin(axis=1)]]


# %% mutant nearest_dictionary: the nearest index instead of the nearest pixel
def nearest_dictionary(points, alpha):
    return np.eye(len(alpha))[np.abs(np.arange(len(points))[:, None] - alpha).argmin(axis=1)]


# %% mutant nearest_dictionary: transposed
def nearest_dictionary(points, alpha):
    distance = np.linalg.norm(points[:, None] - points[alpha][None], axis=2)
    return np.eye(len(alpha))[distance.argmin(axis=1)].T


# %% mutant nearest_dictionary: distances instead of a one
def nearest_dictionary(points, alpha):
    return np.linalg.norm(points[:, None] - points[alpha][None], axis=2)


# %% accept nearest_dictionary: two loops, whole numbers
def nearest_dictionary(points, alpha):
    U = np.zeros((len(points), len(alpha)), dtype=int)
    for i, p in enumerate(points):
        U[i, min(range(len(alpha)), key=lambda a: np.hypot(*(p - points[alpha[a]])))] = 1
    return U


# %% accept nearest_dictionary: the last of two that are equally near
def nearest_dictionary(points, alpha):
    squared = ((points[:, None] - points[alpha][None]) ** 2).sum(axis=2)
    last = len(alpha) - 1 - squared[:, ::-1].argmin(axis=1)
    return np.eye(len(alpha))[last]


# %% check nearest_dictionary
with check("nearest_dictionary") as c:
    from sklearn.neighbors import KNeighborsClassifier

    # scattered points, where no two known ones are equally near
    scattered, some = np.random.default_rng(4).uniform(size=(30, 2)), np.array([3, 8, 9, 17, 20, 28])
    nearest_one = KNeighborsClassifier(n_neighbors=1).fit(scattered[some], np.arange(6))
    found = nearest_dictionary(scattered, some)
    c.close(found, nearest_one.predict_proba(scattered), "U of 30 points, 6 known")
    on_grid = nearest_dictionary(points, alpha)
    c.close(np.sum(on_grid, axis=1), np.ones(256), "the sum of each row of U, on the grid")

# %% [markdown]
# The answer, with your $U$ if it has passed, and what it looks like:

# %%
if check.passed("nearest_dictionary"):
    U_nearest = nearest_dictionary(points, alpha)  # (256, 51)
else:
    from scipy.spatial import cKDTree

    U_nearest = np.eye(51)[cKDTree(points[alpha]).query(points)[1]]  # (256, 51)

ours = lambda w, w_hat, alpha: np.corrcoef(np.delete([w, w_hat], alpha, axis=1))[0, 1]
fair = score if check.passed("score") else ours
w_nearest = U_nearest @ w_alpha  # (256,) = (256, 51)(51,)
teaching.compare_guess(guess_nearest, float(fair(w, w_nearest, alpha)), "score of the nearest known pixel")

fig, axes = plt.subplots(1, 3, figsize=(6.6, 2.4), layout="constrained")
plotting.show_feature(w, shape, axes[0]).set_title("$w$")
plotting.show_feature(w, shape, axes[1], known=alpha).set_title("known")
plotting.show_feature(w_nearest, shape, axes[2]).set_title("copied from the nearest")
plt.show()

# %% [markdown]
# Not bad for a method without an idea, and yet it is a mosaic: it jumps half-way between two known pixels, where
# a smooth feature would pass from one to the other.

# %% [markdown]
# ## 4 · Hills
#
# Instead of copying, let every known pixel spread its value with a strength that fades with the distance, as the curve of section
# 1 did. The paper takes
#
# $$k(i, j) = \exp \left( -\frac{|i - j|^2}{2 \sigma^2} \right),$$
#
# a hill of height 1 around pixel $j$. The *length scale* $\sigma$, in pixels, says how wide it is: at the distance $\sigma$ it has fallen to 0.61,
# at $2\sigma$ to 0.14. The package calls this `lrw.SquaredExponential(length_scale)`. It is a *kernel*: called with two lists of points, it
# returns the matrix of all pairs.

# %%
kernel = lrw.SquaredExponential(length_scale=1.7)
k_alpha = kernel(points[alpha], points)  # (51, 256): a hill for each known pixel, as a row
K_alpha = kernel(points[alpha], points[alpha])  # (51, 51): the hills at the known pixels only

fig, ax = plt.subplots(figsize=(5.2, 2.6), layout="constrained")
blue, orange = plotting.COLOURS["blue"], plotting.COLOURS["orange"]
ax.plot(distances, [correlation_at(images, d) for d in distances], "o-", color=blue, ms=4, label="learned")
fine = np.linspace(0, 8, 200)
ax.plot(fine, kernel([0.0], fine)[0], "--", color=orange, label="$k$, with $\\sigma = 1.7$")
ax.set(xlabel="distance (pixels)", ylabel="correlation, $k$", title="What we measured, and what we assume")
ax.legend()
plt.show()

# %% [markdown]
# So: put a hill on each known pixel, as high as the weight there (downwards if it is negative), and add them up:
#
# $$\hat w_i = \sum_{a \in \alpha} w_a\, k(i, a), \qquad \hat w = k_\alpha^\top w_\alpha, \qquad (n_v,) = (n_v, n_\alpha)(n_\alpha,).$$
#
# **Guess first.** At the known pixels we know what ought to come out: $w_\alpha$. Is the sum of hills there, in size, too small,
# right, or too big?

# %%
guess_hills = None  # "too small", "right" or "too big"

# %% [markdown]
# We look at a single row of the feature: 16 pixels, of which five are known. The hills need no whole pixels, so we can draw them as curves.

# %%
row = w.reshape(shape)[6]  # (16,) one row of the feature
line, known = np.arange(16.0), np.array([1, 4, 6, 10, 13])  # (16,), (5,)
x = np.linspace(0, 15, 301)  # a fine ruler
hills = kernel(line[known], x)  # (5, 301)
K_line = kernel(line[known], line[known])  # (5, 5)
c_solved = np.linalg.solve(K_line, row[known])  # (5,)
heights = {"as high as $w_\\alpha$": row[known], "solved for": c_solved}

fig, axes = plt.subplots(1, 2, figsize=(8.4, 2.9), layout="constrained", sharey=True)
for ax, (title, c_line) in zip(axes, heights.items()):
    ax.plot(x, hills.T * c_line, color="0.6", lw=0.8)
    ax.plot(x, hills.T @ c_line, color=orange, lw=1.8, label="sum of the hills")
    ax.plot(line, row, "o", mfc="white", ms=4, color=blue, label="the feature, hidden")
    ax.plot(line[known], row[known], "o", ms=6, color=blue, label="known")
    ax.set(title=f"hills {title}", xlabel="column (pixels)")
axes[0].set_ylabel("weight")
axes[1].legend(fontsize="small")
plt.show()
size = np.linalg.norm(K_line @ row[known]) / np.linalg.norm(row[known])
teaching.compare_guess(guess_hills, "too big" if size > 1.05 else "too small", "the sum at the known pixels")

# %% [markdown]
# Left: neighbours stand on each other's slopes. Two known pixels that say the same thing are counted twice, and the sum overshoots. So the
# hills must not be as high as the weights. How high, then? Call the heights $c$ (n_alpha,), and *ask* that the sum be right where we
# know what is right:
#
# $$\sum_{b \in \alpha} k(a, b)\, c_b = w_a \quad \mathrm{for\ every\ known\ } a, \qquad K_\alpha c = w_\alpha, \qquad (n_\alpha, n_\alpha)(n_\alpha,) = (n_\alpha,).$$
#
# As many equations as unknowns: a linear system. On the right it is solved. Some hills shrink, some even turn over, and the sum runs
# through all five points. Between them it does what smooth curves do.
#
# ### Exercise 3: predict
#
# Solve for the heights, then add up the hills at *all* pixels.


# %% starter predict
def predict(kernel, points, alpha, w_alpha):
    K_alpha = ...  # (n_alpha, n_alpha): the kernel between known pixels
    k_alpha = ...  # (n_alpha, n_v): between known pixels and all pixels
    c = ...  # (n_alpha,): the heights
    return ...  # (n_v,): the sum of the hills


# %% [markdown] hint predict
# A kernel takes two lists of points. Both lists of $K_\alpha$ are `points[alpha]`; the two matrices stand in the cell above that draws $k$.

# %% [markdown] hint predict
# `np.linalg.solve(A, b)` finds the $x$ with $A x = b$. Here $A$ is $K_\alpha$, and $b$ what the sum should be at the known pixels.

# %% [markdown] hint predict
# $\hat w = k_\alpha^\top c$: each pixel $i$ sums over the known ones, the *first* index of `k_alpha`, so it is `k_alpha.T @ c`.


# %% solution predict
def predict(kernel, points, alpha, w_alpha):
    K_alpha = kernel(points[alpha], points[alpha])  # (n_alpha, n_alpha)
    k_alpha = kernel(points[alpha], points)  # (n_alpha, n_v)
    c = np.linalg.solve(K_alpha, w_alpha)  # (n_alpha,)
    return k_alpha.T @ c  # (n_v,) = (n_v, n_alpha)(n_alpha,)


# %% mutant predict: hills as high as the weights
def predict(kernel, points, alpha, w_alpha):
    return kernel(points[alpha], points).T @ w_alpha


# %% mutant predict: multiplied by K instead of solved
def predict(kernel, points, alpha, w_alpha):
    c = kernel(points[alpha], points[alpha]) @ w_alpha
    return kernel(points[alpha], points).T @ c


# %% mutant predict: only the known pixels come back
def predict(kernel, points, alpha, w_alpha):
    K_alpha = kernel(points[alpha], points[alpha])
    return K_alpha @ np.linalg.solve(K_alpha, w_alpha)


# %% mutant predict: the heights themselves
def predict(kernel, points, alpha, w_alpha):
    return np.linalg.solve(kernel(points[alpha], points[alpha]), w_alpha)


# %% mutant predict: the first pixels instead of the known ones
def predict(kernel, points, alpha, w_alpha):
    first = points[: len(alpha)]
    return kernel(points, first) @ np.linalg.solve(kernel(first, first), w_alpha)


# %% mutant predict: a weighted mean
def predict(kernel, points, alpha, w_alpha):
    k = kernel(points, points[alpha])
    return k / k.sum(axis=1, keepdims=True) @ w_alpha


# %% mutant predict: the right answer for one feature, whatever it is asked
def predict(kernel, points, alpha, w_alpha):
    right = np.linalg.solve(K_alpha, w[globals()["alpha"]])
    return k_alpha.T @ right


# %% accept predict: an inverse
def predict(kernel, points, alpha, w_alpha):
    inverse = np.linalg.inv(kernel(points[alpha], points[alpha]))
    return kernel(points, points[alpha]) @ (inverse @ w_alpha)


# %% accept predict: from the whole kernel matrix, by least squares
def predict(kernel, points, alpha, w_alpha):
    K = kernel(points, points)
    c, *_ = np.linalg.lstsq(K[np.ix_(alpha, alpha)], w_alpha, rcond=None)
    return np.array([sum(c[b] * K[i, a] for b, a in enumerate(alpha)) for i in range(len(points))])


# %% check predict
with check("predict") as c:
    some_points, some = lrw.grid_coordinates((6, 7)), np.array([2, 5, 11, 17, 24, 28, 32, 40])
    for length_scale in (1.0, 1.4):
        some_kernel, values = lrw.SquaredExponential(length_scale), rng.normal(size=8)
        U_right = lrw.dictionaries.kernel_ridge(some_kernel, some_points, some, ridge=0)  # (42, 8)
        found = predict(some_kernel, some_points, some, values)
        c.close(found, U_right @ values, f"8 of 6 × 7 pixels known, length scale {length_scale}")

# %% [markdown]
# Three methods, the same 51 pixels:

# %%
w_hills = k_alpha.T @ w_alpha  # (256,) hills as high as the weights
w_solved = k_alpha.T @ np.linalg.solve(K_alpha, w_alpha)  # (256,) heights solved for

results = {"nearest": w_nearest, "hills as high as $w_\\alpha$": w_hills, "hills solved for": w_solved}
fig, axes = plt.subplots(1, 4, figsize=(8.4, 2.5), layout="constrained")
scale = np.abs(w).max()  # one colour scale for all four
plotting.show_feature(w, shape, axes[0], scale).set_title("$w$, the truth")
for ax, (title, w_hat) in zip(axes[1:], results.items()):
    error = np.linalg.norm(w_hat - w) / np.linalg.norm(w)
    plotting.show_feature(w_hat, shape, ax, scale).set_title(title)
    ax.set_xlabel(f"score {fair(w, w_hat, alpha):.2f}, error {error:.0%}", fontsize="small")
plt.show()

# %% [markdown] question two_scores
# **Question.** The hills in the middle are far too high: their error, $|\hat w - w|$ as a share of $|w|$, is worse than that of predicting 0 everywhere (100 %). Their
# score is hardly worse than that of the nearest pixel. How can that be, and is our score a bad one?

# %% [markdown] answer two_scores
# A correlation does not change when all of $\hat w$ is multiplied by a positive number or shifted: it sees the *pattern* and is blind to size. Is that bad? It depends on what
# you ask. For "does the picture come back?" the pattern is what matters, and the number is easy to read. If the prediction is to work inside
# a network, its size matters as well, so look at the error too. No single number sees everything; know what yours cannot see.

# %% [markdown]
# ## 5 · The matrix behind it
#
# Put the two steps into one line:
#
# $$\hat w = k_\alpha^\top c = k_\alpha^\top K_\alpha^{-1} w_\alpha = U w_\alpha, \qquad U = k_\alpha^\top K_\alpha^{-1}, \qquad (n_v, n_\alpha) = (n_v, n_\alpha)(n_\alpha, n_\alpha).$$
#
# There it is again. Just as for the nearest pixel, predicting is multiplying by a matrix.
#
# **Guess first.** The network has 24 features. We made $U$ for the first one. How many *more* matrices $U$ must be made to predict the other 23,
# from their weights at the same pixels?

# %%
guess_matrices = None  # a whole number

# %%
U = lrw.dictionaries.kernel_ridge(kernel, points, alpha, ridge=1e-2)  # (256, 51)
W_hat = lrw.predict_features(W[alpha], U)  # (256, 24) = (256, 51)(51, 24)
scores = np.array([fair(W[:, j], W_hat[:, j], alpha) for j in range(24)])  # (24,)

atoms = [7, 20, 33, 45]
fig, axes = plt.subplots(1, 4, figsize=(8, 2.3), layout="constrained")
for ax, a in zip(axes, atoms):
    plotting.show_feature(U[:, a], shape, ax).set_title(f"atom {a}: known pixel {alpha[a]}")
    ax.plot(*points[alpha[a]][::-1], "k+", ms=9)
plt.show()
print(f"24 features: scores from {scores.min():.2f} to {scores.max():.2f}, median {np.median(scores):.2f}")

# %%
teaching.compare_guess(guess_matrices, 0, "further matrices")

# %% [markdown]
# None. $U$ knows where the known pixels *are* and nothing about what they *say*: there is no $w$ in its formula. Its columns are called *atoms*. Atom $a$ is what known
# pixel $a$ (the cross) contributes to everybody: a hill, with hollows where another known pixel has the say. A feature is a mixture of atoms,
# $w_\alpha$ says how much of each, and a whole weight matrix is
#
# $$W = U w_\alpha, \qquad (n_v, n_h) = (n_v, n_\alpha)(n_\alpha, n_h).$$
#
# That is the paper in one line. $U$ is *static*: computed once, never changed. Only $w_\alpha$ is *dynamic*, is learned: here 51 · 24 = 1,224 numbers instead of 256 · 24 = 6,144.
#
# (The small `ridge=1e-2` lets the prediction miss the known pixels a little, for a steadier one in between. What it does exactly, and why one wants it, is the
# subject of notebook 02, together with the question how to choose $\sigma$. `completion.complete`, below, chooses it from the known pixels alone.)
#
# ### Figure 1
#
# Features, a fifth of their weights, and the features predicted from these, as in the paper. First the digits' strongest ones:

# %%
done = completion.complete(W[:, :6], shape, proportion=0.2, rng=0)
plotting.feature_completion(done["W"], done["alpha"], done["U"], shape, done["length_scale"])
plt.show()
print(completion.describe(done))

# %% [markdown]
# Now features of photographs. They come with the package: an autoencoder with 49 hidden units learned to take noise out of patches of
# 16 × 16 pixels. Here are six of its features, from the smoothest to the roughest, evenly chosen: nobody picked the pretty ones.
#
# **Guess first.** A fifth of the pixels is known. What is the *lowest* of the six correlations?

# %%
guess_roughest = None  # a correlation

# %%
W_photo = lrw.explorer.load_features()["photographs"].reshape(6, 256).T  # (256, 6)
done = completion.complete(W_photo, shape, proportion=0.2, rng=0)
plotting.feature_completion(done["W"], done["alpha"], done["U"], shape, done["length_scale"])
plt.show()
print(completion.describe(done))
neighbours = [correlation_at(x[None], 1) for x in W_photo.T.reshape(6, 16, 16)]
print("correlation of neighbours in each feature:", np.round(np.abs(neighbours), 2))
teaching.compare_guess(guess_roughest, float(np.abs(done["correlation"]).min()), "the lowest correlation")

# %% [markdown]
# The smooth features come back. The roughest does not come back at all: it is made of stripes so fine that they change from one pixel to the
# next. A kernel that says "neighbours are alike" has no word for them, and what it puts there is invention. Whether a *network* suffers
# when it is allowed smooth features only is another question. Its answer makes the paper: hardly.
#
# In a colour image every pixel has three weights, red, green and blue. The paper then knows all three at the same pixels,
# `lrw.sample_index_set(n_v, n_alpha, n_channels=3)`, and lets no colour predict another.
#
# If you have MNIST, the next cell does the same with features of 28 × 28 pixels. (`lowrankweights data fetch mnist` downloads 11.6 MB.)

# %%
if {s.name: s.place for s in lrw.datasets.status()}["mnist"] == "missing":
    print("MNIST is not here, and not needed.")
else:
    mnist = lrw.datasets.fetch_mnist()
    W_mnist = learn_features(mnist, teaching.sized(full=5000, tiny=200))  # (784, 24)
    done = completion.complete(W_mnist[:, :6], (28, 28), proportion=0.2, rng=0)
    plotting.feature_completion(done["W"], done["alpha"], done["U"], (28, 28), done["length_scale"])
    plt.show()
    print(completion.describe(done))

# %% [markdown]
# ## 6 · How few are enough?
#
# **Guess first**, twice. What share of the pixels must be known for the digits' features to come back with a median correlation of 0.9? And with that share, how
# well do features come back whose pixels were *shuffled*, all in the same way, as on the right of the first picture?

# %%
guess_share = None  # per cent
guess_shuffled = None  # a correlation

# %%
shares = np.array([0.03, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.6, 0.8])
draws = range(teaching.sized(full=5, tiny=1))
shuffled = rng.permutation(W)  # (256, 24): rows in another order


def curve(W):
    """For each share the scores of all features and draws, (n_shares, n_draws * 24)."""
    done = [[completion.complete(W, shape, share, rng=s)["correlation"] for s in draws] for share in shares]
    return np.array(done).reshape(len(shares), -1)


fig, ax = plt.subplots(figsize=(5.6, 3.2), layout="constrained")
medians = {}
for (label, X), style in zip({"learned": W, "shuffled": shuffled}.items(), plotting.line_styles(2)):
    found = curve(X)
    medians[label] = np.median(found, axis=1)
    ax.plot(100 * shares, medians[label], label=label, **style)
    low, high = np.quantile(found, [0.1, 0.9], axis=1)  # (n_shares,) each
    ax.fill_between(100 * shares, low, high, color=style["color"], alpha=0.15, lw=0)
ax.set(xlabel="pixels known (per cent)", ylabel="score: correlation over unknown pixels", ylim=(-0.35, 1.02))
ax.set_title("Median of the features, and the middle 80 % of them")
ax.legend(loc="center right")
plt.show()
enough = int(np.argmax(medians["learned"] >= 0.9))
teaching.compare_guess(guess_share, float(100 * shares[enough]), "share for 0.9, per cent")
same_share = float(abs(medians["shuffled"][enough].round(1)))
teaching.compare_guess(guess_shuffled, same_share, "shuffled, same share, to one digit")

# %% [markdown]
# The shuffled features hold the very same numbers, and none of them can be predicted well, with 80 % of the others at hand. So the success has nothing
# to do with the numbers. It comes from what we know about *places*: that neighbours are alike. A prediction is never made of nothing; here it is made of the
# kernel. **Whenever a method succeeds, ask for the data on which it must fail, and try them.**

# %% [markdown]
# ### Exercise 4: choose the pixels yourself
#
# The paper draws $\alpha$ at random. You may do better. Choose 25 of the 256 pixels, a tenth, before having seen any feature, so that the features
# come back better than from 25 pixels at random: better than from three in four of twenty random draws. Pixel (row $r$, column $q$) has the index $16 r + q$.


# %%
def quality(alpha):
    """The median score of the 24 features, predicted from their weights at alpha."""
    alpha = np.ravel(alpha)
    U = lrw.dictionaries.kernel_ridge(lrw.SquaredExponential(2.0), points, alpha, ridge=1e-2)
    return np.median([fair(w, w_hat, alpha) for w, w_hat in zip(W.T, (U @ W[alpha]).T)])


at_random = [quality(lrw.sample_index_set(256, 25, rng=seed)) for seed in range(20)]
print(f"25 pixels at random, twenty draws: {min(at_random):.2f} to {max(at_random):.2f}")

# %% starter my_alpha
my_alpha = None  # 25 different indices from 0 to 255

# %% [markdown] hint my_alpha
# Look at the index set in section 2. Where are pixels wasted, and where is a pixel missing?

# %% [markdown] hint my_alpha
# A known pixel tells about its surroundings, two or three pixels far. 25 of them should share out the image without gaps, and without saying anything twice.

# %% [markdown] hint my_alpha
# 25 = 5 · 5: a grid. Which five rows, if every pixel is to be near one of them? With `r` for those rows, `16 * r[:, None] + r` has the indices.

# %% solution my_alpha
r = np.array([1, 4, 7, 11, 14])  # (5,) rows, and columns
my_alpha = (16 * r[:, None] + r).ravel()  # (25,) = (5, 1) + (5,)

# %% mutant my_alpha: the first 25
my_alpha = np.arange(25)

# %% mutant my_alpha: a block in the middle
my_alpha = (16 * np.arange(5, 10)[:, None] + np.arange(5, 10)).ravel()

# %% mutant my_alpha: a single row and a bit
my_alpha = [16 * 8 + q for q in range(16)] + [16 * q for q in range(9)]

# %% mutant my_alpha: more pixels than allowed
my_alpha = lrw.sample_index_set(256, 60, rng=0)

# %% mutant my_alpha: some of them twice
my_alpha = np.append((16 * np.arange(1, 16, 3)[:, None] + np.arange(1, 16, 4)).ravel(), [17, 17, 21, 25, 29])

# %% mutant my_alpha: row and column instead of indices
my_alpha = np.argwhere(np.ones((5, 5), dtype=bool)) * 3 + 1

# %% mutant my_alpha: a good grid, counted from 1, so that the last index is outside
my_alpha = (16 * np.array([2, 5, 8, 11, 15])[:, None] + [1, 4, 8, 12, 16]).ravel()

# %% accept my_alpha: a grid as a list of lists
my_alpha = [[16 * r + q for q in (2, 5, 8, 11, 14)] for r in (1, 4, 8, 11, 14)]

# %% accept my_alpha: rows shifted by turns, in no order
my_alpha = np.array([16 * r + q + (r % 2) for r in (1, 4, 7, 10, 13) for q in (1, 4, 7, 10, 13)])[::-1]

# %% check my_alpha
with check("my_alpha") as c:
    mine = np.array([] if my_alpha is None else my_alpha)
    different = None if my_alpha is None else np.unique(mine).size == mine.size == 25
    c.true(different, "25 different indices, please.")
    c.true(mine.dtype.kind in "iu" and mine.min() >= 0 and mine.max() < 256, "Whole numbers from 0 to 255.")
    bar, found = np.quantile(at_random, 0.75), quality(mine)
    c.true(found > bar, f"Your pixels score {found:.3f}; three in four random draws stay below {bar:.3f}.")

# %% [markdown] question why_random
# **Question.** A well spread grid beats chance. Why might somebody who builds a network draw at random all the same?

# %% [markdown] answer why_random
# A grid is blind in a systematic way: stripes whose period is the grid's look flat to it, for every feature alike. And a network may have many index sets, one for each group of
# hidden units (the paper's *columns*, notebook 03): random ones differ, so that what one group overlooks another one sees. Also, drawing needs no thought where there is no
# geometry: in the second layer units have no places, and nobody knows what a grid would be there.
#
# There *is* a middle way, which you can make for yourself in notebook 02: the uncertainty of the prediction depends on places only, so put the next pixel where it is largest.

# %% [markdown]
# ## 7 · Paint the pixels
#
# The best way to get a feeling for it: choose pixels with the pointer, slide the length scale, watch the prediction, its error and its uncertainty. What you paint comes back
# to Python as `widget.alpha`. (Without the widget, `lowrankweights explore` in a terminal opens the same as a page, also with a picture of your own.)

# %%
try:
    widget = lrw.explorer.Explorer(W[:, :6], shape, length_scale=1.7, proportion=0.1)
except ImportError as error:
    widget = None
    print(error)
widget

# %% [markdown]
# Try to answer by painting: how few pixels make the first feature recognisable to *you*? Does a length scale of 0.5 do what you expect? And one of 8? Where does the uncertainty go when you add a pixel?

# %% [markdown]
# ## Summary
#
# - Features learned from smooth data are smooth: a weight tells about its neighbours. Most of the numbers are superfluous.
# - A kernel $k(i, j)$ states how alike two places are. Predicting is: a hill on each known pixel, with heights $c$ from $K_\alpha c = w_\alpha$.
# - It is one matrix, $\hat w = U w_\alpha$ with $U = k_\alpha^\top K_\alpha^{-1}$, made from places alone: the same for every feature, before any is seen.
# - A fifth of the pixels is enough for smooth features. It is not for rough ones, and for shuffled ones nothing is.
# - Score what was hidden, not what was given; and try the data on which the method must fail.
#
# In the package: `kernels.py`, `dictionaries.py` (exercise 3), `completion.py` (exercise 1 and Figure 1). Notebook 02 looks inside $K$ and $U$; in notebook 03 you
# learn $w_\alpha$ by its gradient.

# %%
check.summary()
