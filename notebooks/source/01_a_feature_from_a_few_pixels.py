# ---
# title: A feature from a few of its pixels
# minutes: 45
# seconds: 10
# learn: what a network's features look like, and why most of their numbers are not needed; how to predict a whole feature from a fifth of its pixels, by hand; how to measure honestly whether that worked; and where it fails. It is Figure 1 of the paper, step by step.
# need: NumPy: arrays, indices, matrix products, `np.linalg.solve`. You need not have seen the paper. No network and no data to download.
# ---

# %% [markdown]
# Hide some parts of a photograph with your thumbs. You can still guess what is under most of them: much the same as what is beside them.
# Neighbouring pixels are alike, so many of them can be left out and guessed.
#
# In 2013 Denil, Shakibi, Dinh, Ranzato and de Freitas asked whether that is true of the *weights* of a neural network. If
# it is, why learn them all? Learn a few, and predict the others. This notebook does not learn that way yet. It
# takes features that were learned in full, hides most of their pixels, and looks at what comes back. (M. Denil and others, *Predicting
# Parameters in Deep Learning*, NIPS 2013.)
#
# Some sentences below give a range, such as "0.84 to 0.85". Such a number was computed five times, with five networks and five random choices, and was always in this range.
#
# Every section asks you to **guess** first. Write your guess down: a surprise teaches more than a sentence does, and nobody is looking.
# A check tries your function on data of its own, of other sizes than the notebook's.

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
# A small network reads handwritten digits of 16 × 16 pixels: 256 inputs ($n_v$), 24 hidden units ($n_h$), 10 classes. Each hidden unit
# holds 256 weights, one for every pixel. A column of the weight matrix $W$, put back into the shape of the image, is the *feature* that this
# unit looks for. We learn all of it, the ordinary way, which takes a second or two.


# %%
def learn_features(data, n_train, seed=0):
    """The 24 features of a classifier's hidden layer, (n_v, 24), the strongest first."""
    how = {"input_shape": data.input_shape, "weight_decay": 1e-2, "max_iter": 60, "random_state": seed}
    model = lrw.LowRankMLPClassifier((24,), dictionary="none", **how)
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
plotting.show_feature(rng.permutation(w), shape, axes[2]).set_title("its pixels shuffled")
plt.show()

# %% [markdown]
# Red weights are positive and want ink at this pixel, blue ones are negative and want paper, white ones are near 0 and do not care. Nobody told the network that pixels
# have neighbours: for it, the 256 inputs are a list. If the digits were shuffled as well, the shuffled feature on the right would do the same work. And yet the
# features are smooth. They are learned from the data, and the data are smooth.
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
# A weight tells a lot about the next one (0.84 to 0.85), less about the one after that (0.50 to 0.51), and nothing about the one four pixels away (-0.01 to 0.01).
# Farther away it tells little: up to 0.16, at eight pixels. Shuffled weights tell nothing at any distance: at most 0.1 in size, by chance. This
# curve is all that we shall use. (Part of it is our own doing: the digits were enlarged, which makes them smoother. In section 5
# you will see features of real photographs.)

# %% claim next_one: a weight and the next one: 0.84 to 0.85
images = learn_features(digits, 1437, seed).T.reshape(-1, 16, 16)  # (24, 16, 16)
claim(correlation_at(images, 1), 0.84, 0.85)

# %% claim one_after: a weight and the one after the next: 0.50 to 0.51
images = learn_features(digits, 1437, seed).T.reshape(-1, 16, 16)  # (24, 16, 16)
claim(round(correlation_at(images, 2), 2), 0.50, 0.51)

# %% claim four_away: a weight and the one four pixels away: -0.01 to 0.01
images = learn_features(digits, 1437, seed).T.reshape(-1, 16, 16)  # (24, 16, 16)
claim(round(correlation_at(images, 4), 2), -0.01, 0.01)

# %% claim farther: five to eight pixels away at most 0.16 in size
images = learn_features(digits, 1437, seed).T.reshape(-1, 16, 16)  # (24, 16, 16)
claim(max(abs(correlation_at(images, d)) for d in range(5, 9)), 0, 0.16)

# %% claim shuffled_weights: shuffled, at most 0.1 in size at every distance
rng = np.random.default_rng(seed)
rng.permutation(256)  # the first picture's
mixed = rng.permutation(learn_features(digits, 1437, seed)).T.reshape(-1, 16, 16)
claim(max(abs(correlation_at(mixed, d)) for d in range(1, 9)), 0, 0.1)

# %% [markdown]
# ## 2 · Hide most of it, and measure honestly
#
# Now we keep a fifth of the pixels, drawn at random, and hide the rest. The kept ones are the *index set* $\alpha$; what we
# know of the feature is $w_\alpha$, its weights there.
#
# | letter | shape | what it is |
# |---|---|---|
# | $w$ | (n_v,) = (256,) | a feature, all its weights |
# | $\alpha$ | (n_alpha,) = (51,) | the indices of the known pixels |
# | $w_\alpha$ | (n_alpha,) = (51,) | the known weights, `w[alpha]` |
# | $\hat w$ | (n_v,) = (256,) | the prediction of all weights, from $w_\alpha$ alone |

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
# Before we predict anything, decide how to judge a prediction. A method that only copies the 51 known pixels would look good on
# those, and deserves nothing for it. So the score is the correlation of $w$ with $\hat w$ **over the pixels that were not known**.
#
# `np.corrcoef(a, b)` returns a 2 × 2 matrix. On its diagonal are ones; the correlation of $a$ with $b$ is beside them.


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


# %% mutant score: squared
def score(w, w_hat, alpha):
    return np.corrcoef(np.delete(w, alpha), np.delete(w_hat, alpha))[0, 1] ** 2


# %% mutant score: its size, so that a prediction turned upside down is a good one
def score(w, w_hat, alpha):
    return abs(np.corrcoef(np.delete(w, alpha), np.delete(w_hat, alpha))[0, 1])


# %% mutant score: indices turned round as if they were a mask
def score(w, w_hat, alpha):
    return np.corrcoef(w[~alpha], w_hat[~alpha])[0, 1]


# %% mutant score: the set difference of weights, which sorts them
def score(w, w_hat, alpha):
    return np.corrcoef(np.setdiff1d(w, w[alpha]), np.setdiff1d(w_hat, w_hat[alpha]))[0, 1]


# %% mutant score: the known ones set to 0, and counted
def score(w, w_hat, alpha):
    unknown = np.ones(len(w))
    unknown[alpha] = 0
    return np.corrcoef(w * unknown, w_hat * unknown)[0, 1]


# %% mutant score: the known ones set to 0 in the caller's arrays
def score(w, w_hat, alpha):
    w[alpha] = w_hat[alpha] = 0
    return np.corrcoef(w, w_hat)[0, 1]


# %% mutant score: all after the first n_alpha
def score(w, w_hat, alpha):
    return np.corrcoef(w[len(alpha) :], w_hat[len(alpha) :])[0, 1]


# %% mutant score: the share of the variance that is explained
def score(w, w_hat, alpha):
    a, b = np.delete(w, alpha), np.delete(w_hat, alpha)
    return 1 - np.sum((a - b) ** 2) / np.sum((a - a.mean()) ** 2)


# %% mutant score: counted from 1, so that pixel 0 is left out
def score(w, w_hat, alpha):
    unknown = np.setdiff1d(np.arange(1, len(w)), alpha)
    return np.corrcoef(w[unknown], w_hat[unknown])[0, 1]


# %% mutant score: known indices set to 0, and pixel 0 lost with them
def score(w, w_hat, alpha):
    index = np.arange(len(w))
    index[alpha] = 0
    return np.corrcoef(w[index > 0], w_hat[index > 0])[0, 1]


# %% mutant score: counted to n - 1, so that the last pixel is left out
def score(w, w_hat, alpha):
    unknown = np.setdiff1d(np.arange(len(w) - 1), alpha)
    return np.corrcoef(w[unknown], w_hat[unknown])[0, 1]


# %% mutant score: n - 1 in the covariance, n in the standard deviations
def score(w, w_hat, alpha):
    a, b = np.delete(w, alpha), np.delete(w_hat, alpha)
    return np.cov(a, b)[0, 1] / (a.std() * b.std())


# %% mutant score: the means of all pixels taken off
def score(w, w_hat, alpha):
    a, b = np.delete(w - w.mean(), alpha), np.delete(w_hat - w_hat.mean(), alpha)
    return a @ b / np.sqrt(a @ a * (b @ b))


# %% mutant score: 1 minus it
def score(w, w_hat, alpha):
    return 1 - np.corrcoef(np.delete(w, alpha), np.delete(w_hat, alpha))[0, 1]


# %% mutant score: in per cent
def score(w, w_hat, alpha):
    return 100 * np.corrcoef(np.delete(w, alpha), np.delete(w_hat, alpha))[0, 1]


# %% mutant score: rounded
def score(w, w_hat, alpha):
    return round(np.corrcoef(np.delete(w, alpha), np.delete(w_hat, alpha))[0, 1], 2)


# %% mutant score: no return
def score(w, w_hat, alpha):
    unknown = np.setdiff1d(np.arange(len(w)), alpha)
    np.corrcoef(w[unknown], w_hat[unknown])[0, 1]


# %% mutant score: a sentence
def score(w, w_hat, alpha):
    return f"{np.corrcoef(np.delete(w, alpha), np.delete(w_hat, alpha))[0, 1]:.3f}"


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


# %% accept score: from SciPy, in single precision
def score(w, w_hat, alpha):
    from scipy.stats import pearsonr

    return np.float32(pearsonr(np.delete(w, alpha), np.delete(w_hat, alpha)).statistic)


# %% accept score: from the standard library, of lists
def score(w, w_hat, alpha):
    import statistics

    rest = sorted({*range(len(w))} - {*alpha.tolist()})
    return statistics.correlation([float(w[i]) for i in rest], [float(w_hat[i]) for i in rest])


# %% accept score: a masked array
def score(w, w_hat, alpha):
    mask = np.isin(np.arange(len(w)), alpha)
    return np.ma.corrcoef(np.ma.array(w, mask=mask), np.ma.array(w_hat, mask=mask))[0, 1]


# %% check score
with check("score") as c:
    for n, sign, ends in ((40, 1, 0), (27, -1, 0), (33, 1, 1)):
        rng = np.random.default_rng(n)
        alpha = (
            ends + rng.permutation(n - 2 * ends)[: n // 3]
        )  # in no order; the first and last pixel unknown, too
        w = rng.normal(1, 1, size=n)
        w_hat = sign * w + rng.normal(1, 1, size=n)
        w_hat[alpha] = w[alpha] + rng.normal(0, 0.1, size=n // 3)  # copied, nearly
        over = lambda known, x=w, y=w_hat: completion.correlation(x[:, None], y[:, None], known)[0]
        rest = sorted({*range(n)} - {*alpha})
        a, b, right = w[rest], w_hat[rest], over(alpha)
        kept = np.isin(np.arange(n), rest)  # True where unknown
        slips = {
            "that is over all pixels. Leave out the known ones.": over([]),
            "that is over the known pixels. Take the others.": over(rest),
            "`~` turns a mask of True and False round; alpha holds indices.": over(
                np.delete(np.arange(n), ~alpha)
            ),
            "the first n_alpha are left out, but the known ones are those at `alpha`.": over(range(n // 3)),
            "known weights that are set to 0 still count. Leave them out.": over([], w * kept, w_hat * kept),
            "`setdiff1d` sorts what it returns: give it indices, not weights.": over(
                [], np.sort(a), np.sort(b)
            ),
            "that is the whole matrix. The score is one number of it, off the diagonal.": [
                [1, right],
                [right, 1],
            ],
            "that is on the diagonal: the correlation of a thing with itself. Take one beside it.": 1.0,
            "that is its square. Do not square it.": right**2,
            "that is its size. A prediction turned upside down must score below 0.": abs(right),
            "that is 1 minus the correlation, which is small where the prediction is good.": 1 - right,
            "that is in per cent.": 100 * right,
            "it is rounded.": round(right, 2),
            "that is the cosine: the means are not taken off.": a @ b / np.sqrt(a @ a * (b @ b)),
            "that is the covariance: it is not divided by the standard deviations.": np.cov(a, b)[0, 1],
            "the covariance is divided by n - 1, the standard deviations by n. `np.corrcoef` does both.": (
                np.cov(a, b)[0, 1] / (a.std() * b.std())
            ),
            "the means are those of all pixels. Take off those of the unknown ones.": (
                (off := a - w.mean()) @ (off_hat := b - w_hat.mean())
            )
            / np.sqrt(off @ off * (off_hat @ off_hat)),
            "pixel 0 is left out. Indices begin at 0.": over(sorted({0, *alpha})),
            "the last pixel is left out. `np.arange(n)` ends at n - 1 already.": over(
                sorted({n - 1, *alpha})
            ),
            "that is an error, which is small where the prediction is good.": np.sqrt(np.mean((a - b) ** 2)),
            "that is the mean squared error, small where the prediction is good.": np.mean((a - b) ** 2),
            "that is the share of the variance explained, not the correlation.": 1
            - np.mean((a - b) ** 2) / a.var(),
        }
        c.close(score(w, w_hat, alpha), right, f"score of {n} pixels, {n // 3} known", slips=slips)

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
# That looks like more work than copying. But this equation is the point of the notebook, and it comes back. If two known pixels are equally near, take either one, but not both.


# %% starter nearest_dictionary
def nearest_dictionary(points, alpha):
    difference = points[:, None] - points[alpha][None]  # (n_v, n_alpha, 2)
    distance = np.sqrt((difference**2).sum(axis=2))  # (n_v, n_alpha)
    U = None  # (n_v, n_alpha)
    return U


# %% [markdown] hint nearest_dictionary
# `distance[i]` holds the distances from pixel $i$ to all known pixels. Which of them is the smallest? There is a NumPy function that says *where* the smallest number is.

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


# %% mutant nearest_dictionary: half of each of two that are equally near
def nearest_dictionary(points, alpha):
    distance = np.linalg.norm(points[:, None] - points[alpha][None], axis=2)
    U = 1.0 * (distance == distance.min(axis=1, keepdims=True))
    return U / U.sum(axis=1, keepdims=True)


# %% mutant nearest_dictionary: along rows plus along columns
def nearest_dictionary(points, alpha):
    distance = np.abs(points[:, None] - points[alpha][None]).sum(axis=2)
    return np.eye(len(alpha))[distance.argmin(axis=1)]


# %% mutant nearest_dictionary: the numbers of the columns
def nearest_dictionary(points, alpha):
    return np.linalg.norm(points[:, None] - points[alpha][None], axis=2).argmin(axis=1)


# %% mutant nearest_dictionary: the nearest along the wrong axis
def nearest_dictionary(points, alpha):
    distance = np.linalg.norm(points[:, None] - points[alpha][None], axis=2)
    U = np.zeros(distance.shape)
    U[distance.argmin(axis=0), np.arange(len(alpha))] = 1
    return U


# %% mutant nearest_dictionary: the distance itself in place of the 1
def nearest_dictionary(points, alpha):
    distance = np.linalg.norm(points[:, None] - points[alpha][None], axis=2)
    return np.eye(len(alpha))[distance.argmin(axis=1)] * distance


# %% mutant nearest_dictionary: every known pixel by its nearness
def nearest_dictionary(points, alpha):
    near = np.exp(-np.linalg.norm(points[:, None] - points[alpha][None], axis=2))
    return near / near.sum(axis=1, keepdims=True)


# %% mutant nearest_dictionary: the nearest of the others
def nearest_dictionary(points, alpha):
    distance = np.linalg.norm(points[:, None] - points[alpha][None], axis=2)
    return np.eye(len(alpha))[np.argsort(distance, axis=1)[:, 1]]


# %% mutant nearest_dictionary: known pixels in the order of their index
def nearest_dictionary(points, alpha):
    distance = np.linalg.norm(points[:, None] - points[sorted(alpha)][None], axis=2)
    return np.eye(len(alpha))[distance.argmin(axis=1)]


# %% mutant nearest_dictionary: whole rows are set
def nearest_dictionary(points, alpha):
    distance = np.linalg.norm(points[:, None] - points[alpha][None], axis=2)
    U = np.zeros(distance.shape)
    U[distance.argmin(axis=1)] = 1
    return U


# %% mutant nearest_dictionary: whole columns are set
def nearest_dictionary(points, alpha):
    distance = np.linalg.norm(points[:, None] - points[alpha][None], axis=2)
    U = np.zeros(distance.shape)
    U[:, distance.argmin(axis=1)] = 1
    return U


# %% mutant nearest_dictionary: the smallest distances
def nearest_dictionary(points, alpha):
    return np.linalg.norm(points[:, None] - points[alpha][None], axis=2).min(axis=1)


# %% mutant nearest_dictionary: rows of hidden pixels only
def nearest_dictionary(points, alpha):
    distance = np.linalg.norm(points[:, None] - points[alpha][None], axis=2)
    U = np.eye(len(alpha))[distance.argmin(axis=1)]
    U[alpha] = 0
    return U


# %% mutant nearest_dictionary: a loop over the first n_alpha pixels
def nearest_dictionary(points, alpha):
    distance = np.linalg.norm(points[:, None] - points[alpha][None], axis=2)
    U = np.zeros(distance.shape)
    for i in range(len(alpha)):
        U[i, distance[i].argmin()] = 1
    return U


# %% mutant nearest_dictionary: for one grid only
def nearest_dictionary(points, alpha):
    distance = np.linalg.norm(points[:256, None] - points[alpha][None], axis=2)
    return np.eye(51)[distance.argmin(axis=1)]


# %% mutant nearest_dictionary: None is still there
def nearest_dictionary(points, alpha):
    distance = np.linalg.norm(points[:, None] - points[alpha][None], axis=2)
    U = distance.argmin(axis=1)


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


# %% accept nearest_dictionary: from SciPy, True and False
def nearest_dictionary(points, alpha):
    from scipy.spatial import cKDTree

    return cKDTree(points[alpha]).query(points)[1][:, None] == np.arange(len(alpha))


# %% accept nearest_dictionary: a generator of rows, as lists
def nearest_dictionary(points, alpha):
    distance = np.linalg.norm(points[:, None] - points[alpha][None], axis=2).tolist()
    return ([int(d.index(min(d)) == a) for a in range(len(d))] for d in distance)


# %% accept nearest_dictionary: from scikit-learn
def nearest_dictionary(points, alpha):
    from sklearn.neighbors import KNeighborsClassifier

    one = KNeighborsClassifier(n_neighbors=1).fit(points[alpha], np.arange(len(alpha)))
    return one.predict_proba(points).astype(np.float32)


# %% accept nearest_dictionary: a sparse matrix
def nearest_dictionary(points, alpha):
    from scipy.sparse import csr_matrix

    nearest = np.linalg.norm(points[:, None] - points[alpha][None], axis=2).argmin(axis=1)
    rows = np.arange(len(points))
    return csr_matrix((np.ones(len(points)), (rows, nearest)), shape=(len(points), len(alpha)))


# %% check nearest_dictionary
with check("nearest_dictionary") as c:
    from scipy.spatial.distance import cdist
    from sklearn.neighbors import KNeighborsClassifier

    def copies(known, asked, metric):
        one = KNeighborsClassifier(n_neighbors=1, algorithm="brute", metric=metric)
        return one.fit(known, np.arange(len(known))).predict_proba(asked)

    def answer(points, alpha):
        U = nearest_dictionary(points, alpha)
        return U.toarray() if hasattr(U, "toarray") else U  # sparse

    # scattered points, where no two known ones are equally near
    for n, some in ((30, np.array([16, 3, 28, 9, 21, 8])), (21, np.array([18, 4, 11]))):
        scattered, index = np.random.default_rng(n).uniform(0, 5, size=(n, 2)), np.arange(n)[:, None]
        right = copies(scattered[some], scattered, "euclidean")  # (n, n_alpha)
        to_known = cdist(scattered, scattered[some])
        slips = {
            "that copies the farthest one.": copies(
                scattered[some], scattered, lambda p, q: -np.hypot(*(p - q))
            ),
            "that is the second nearest. A known pixel is the nearest to itself.": np.eye(len(some))[
                np.argsort(to_known, axis=1)[:, 1]
            ],
            "that is the nearest index, not the nearest pixel. Use `points`.": copies(
                index[some], index, "euclidean"
            ),
            "that is the distance along rows plus that along columns. Use `distance`.": copies(
                scattered[some], scattered, "cityblock"
            ),
            "these are the distances. The nearest one gets a 1, the others 0.": to_known,
            "in place of the 1 there is the distance.": right * to_known,
            "these are the numbers of the columns. U is a matrix: in each row a 1 in this column.": np.nonzero(
                right
            )[1],
            "these are the smallest distances. `argmin` says in which column they are.": to_known.min(axis=1),
            "every number is 1. Set one number a row: `U[row, column] = 1`, with the number of each row.": 0
            * right
            + 1,
            "whole rows are 1. Set one number a row: `U[row, column] = 1`, with the number of each row.": (
                (index < len(some)) + 0 * right
            ),
            "a column for every pixel. Only known pixels have columns.": right @ np.eye(n)[some],
            "only the known pixels have a 1. Every row needs one: look along the other axis.": np.eye(n)[
                :, some
            ],
            "rows of known pixels are empty. Such a pixel is the nearest to itself: a 1 there, too.": (
                right * ~np.isin(index, some)
            ),
            "only the first n_alpha rows have a 1. Every pixel has a row.": right * (index < len(some)),
            "column a belongs to `alpha[a]`: keep the order of alpha.": copies(
                scattered[np.sort(some)], scattered, "euclidean"
            ),
        }
        c.close(answer(scattered, some), right, f"U of {n} points, {len(some)} known", slips=slips)
    grid, some = lrw.grid_coordinates((5, 6)), np.array([2, 4, 13, 23, 25])  # the pixel 3 is between 2 and 4
    U = c.shaped(answer(grid, some), (30, 5), "U of 5 × 6 pixels, 5 known")
    c.true(
        (np.sum(U != 0, axis=1) < 2).all(),
        "Two known pixels can be equally near to a third one. Then its row has two numbers now: take one of them.",
    )
    c.close(np.sum(U, axis=1), np.ones(30), "the sum of each row of U, on a grid")
    to_known = cdist(grid, grid[some])
    c.close(np.sum(U * to_known, axis=1), to_known.min(axis=1), "how far the copied pixel is, on a grid")

# %% [markdown]
# The answer, with your $U$ if it has passed and is an array, and what it looks like:

# %%
U_nearest = nearest_dictionary(points, alpha) if check.passed("nearest_dictionary") else None
if not hasattr(U_nearest, "__matmul__"):  # no answer, or no matrix
    from scipy.spatial import cKDTree

    U_nearest = np.eye(51)[cKDTree(points[alpha]).query(points)[1]]  # (256, 51)

fair = lambda w, w_hat, alpha: np.corrcoef(np.delete([w, w_hat], alpha, axis=1))[0, 1]  # as in exercise 1
w_nearest = U_nearest @ w_alpha  # (256,) = (256, 51)(51,)
teaching.compare_guess(guess_nearest, float(fair(w, w_nearest, alpha)), "score of the nearest known pixel")

fig, axes = plt.subplots(1, 3, figsize=(6.6, 2.4), layout="constrained")
plotting.show_feature(w, shape, axes[0]).set_title("$w$")
plotting.show_feature(w, shape, axes[1], known=alpha).set_title("known")
plotting.show_feature(w_nearest, shape, axes[2], np.abs(w).max()).set_title("copied from the nearest")
plt.show()

# %% [markdown]
# Such scores (0.63 to 0.83) are not bad for so simple a method. But the result is a mosaic: half-way between two known pixels it jumps from
# one value to the other, where a smooth feature passes gradually.

# %% claim nearest_score: the nearest known pixel scores 0.63 to 0.83; of two that are equally near, the first
w, alpha = learn_features(digits, 1437, seed)[:, 0], lrw.sample_index_set(256, n_alpha=51, rng=seed)
nearest = ((points[:, None] - points[alpha]) ** 2).sum(axis=2).argmin(axis=1)  # (256,)
claim(fair(w, w[alpha][nearest], alpha), 0.63, 0.83)

# %% claim nearest_score_last: and the last
w, alpha = learn_features(digits, 1437, seed)[:, 0], lrw.sample_index_set(256, n_alpha=51, rng=seed)
nearest = ((points[:, None] - points[alpha[::-1]]) ** 2).sum(axis=2).argmin(axis=1)  # (256,)
claim(fair(w, w[alpha[::-1]][nearest], alpha), 0.63, 0.83)

# %% [markdown]
# ## 4 · Hills
#
# Instead of copying, let every known pixel spread its value with a strength that fades with the distance, as the curve of section
# 1 did. The paper takes
#
# $$k(i, j) = \exp \left( -\frac{|i - j|^2}{2 \sigma^2} \right),$$
#
# a hill of height 1 around pixel $j$; $|i - j|$ is the distance of the two pixels. The *length scale* $\sigma$, in pixels, says how wide it is: at the distance $\sigma$ the hill has fallen to 0.61,
# at $2\sigma$ to 0.14. The package calls this `lrw.SquaredExponential(length_scale)`. It is a *kernel*: called with two lists of points, it
# returns the matrix of $k(i, j)$ for all pairs.

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
# So put a hill on each known pixel, as high as the weight there (a hollow if the weight is negative), and add the hills up:
#
# $$\hat w_i = \sum_{a \in \alpha} w_a\, k(i, a), \qquad \hat w = k_\alpha^\top w_\alpha, \qquad (n_v,) = (n_v, n_\alpha)(n_\alpha,).$$
#
# **Guess first.** At the known pixels we know what should come out: $w_\alpha$. How large is the sum of hills there, without its sign: too small,
# right, or too big?

# %%
guess_hills = None  # "too small", "right" or "too big"

# %% [markdown]
# We look at a single row of the feature: 16 pixels, of which five are known. Hills have a height between the pixels too, so we can draw them as curves.

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
# On the left neighbouring hills overlap. Two known pixels that say the same thing are counted twice, and the sum is too big: in such a row by
# 10 to 45 %, and with all 51 pixels of the feature it is 2.1 to 3.8 times as big as it should be. So the
# hills must not be as high as the weights. How high, then? Call the heights $c$ (n_alpha,), and *demand* that the sum is right where we
# know what is right:
#
# $$\sum_{b \in \alpha} k(a, b)\, c_b = w_a \quad \mathrm{for\ every\ known\ } a, \qquad K_\alpha c = w_\alpha, \qquad (n_\alpha, n_\alpha)(n_\alpha,) = (n_\alpha,).$$
#
# These are as many equations as unknowns: a linear system. On the right it is solved. The sum runs through all five points, and
# passes smoothly between them. The heights $c$ are not simply smaller weights. Of all 51 hills of the feature 20 to 26
# have the opposite sign to their weight: where known pixels are close together, a hill and a hollow side by side make what neither makes alone.

# %% claim row_too_big: in such a row the sum is 10 to 45 % too big
row = learn_features(digits, 1437, seed)[:, 0].reshape(shape)[6]  # (16,)
claim(100 * (np.linalg.norm(K_line @ row[known]) / np.linalg.norm(row[known]) - 1), 10, 45)

# %% claim all_too_big: with all 51 pixels the sum is 2.1 to 3.8 times as big as it should be
alpha = lrw.sample_index_set(256, n_alpha=51, rng=seed)
w_alpha = learn_features(digits, 1437, seed)[alpha, 0]  # (51,)
claim(np.linalg.norm(kernel(points[alpha], points[alpha]) @ w_alpha) / np.linalg.norm(w_alpha), 2.1, 3.8)

# %% claim turned_over: 20 to 26 of 51 heights have another sign than their weight
alpha = lrw.sample_index_set(256, n_alpha=51, rng=seed)
w_alpha = learn_features(digits, 1437, seed)[alpha, 0]  # (51,)
claim(np.sum(w_alpha * np.linalg.solve(kernel(points[alpha], points[alpha]), w_alpha) < 0), 20, 26)

# %% [markdown]
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
# A kernel takes two lists of points. Both lists of $K_\alpha$ are `points[alpha]`. The first cell of this section makes both matrices.

# %% [markdown] hint predict
# `np.linalg.solve(A, b)` finds the $x$ with $A x = b$. Here $A$ is $K_\alpha$, and $b$ is what the sum should be at the known pixels: $w_\alpha$.

# %% [markdown] hint predict
# $\hat w = k_\alpha^\top c$: the sum runs over the known pixels, which are the *first* index of `k_alpha`, so it is `k_alpha.T @ c`.


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


# %% mutant predict: a kernel of indices instead of points
def predict(kernel, points, alpha, w_alpha):
    c = np.linalg.solve(kernel(alpha, alpha), w_alpha)
    return kernel(alpha, np.arange(len(points))).T @ c


# %% mutant predict: a kernel of its own
def predict(kernel, points, alpha, w_alpha):
    kernel = lrw.SquaredExponential(1.7)
    c = np.linalg.solve(kernel(points[alpha], points[alpha]), w_alpha)
    return kernel(points, points[alpha]) @ c


# %% mutant predict: with a ridge
def predict(kernel, points, alpha, w_alpha):
    return lrw.dictionaries.kernel_ridge(kernel, points, alpha) @ w_alpha


# %% mutant predict: divided by the sum of the hills
def predict(kernel, points, alpha, w_alpha):
    c = w_alpha / kernel(points[alpha], points[alpha]).sum(axis=1)
    return kernel(points, points[alpha]) @ c


# %% mutant predict: divided by every number of K instead of solved
def predict(kernel, points, alpha, w_alpha):
    c = (1 / kernel(points[alpha], points[alpha])) @ w_alpha
    return kernel(points, points[alpha]) @ c


# %% mutant predict: the dictionary
def predict(kernel, points, alpha, w_alpha):
    return lrw.dictionaries.kernel_ridge(kernel, points, alpha, ridge=0)


# %% mutant predict: the nearest
def predict(kernel, points, alpha, w_alpha):
    return w_alpha[kernel(points, points[alpha]).argmax(axis=1)]


# %% mutant predict: not transposed
def predict(kernel, points, alpha, w_alpha):
    return kernel(points[alpha], points) @ np.linalg.solve(kernel(points[alpha], points[alpha]), w_alpha)


# %% mutant predict: a column
def predict(kernel, points, alpha, w_alpha):
    c = np.linalg.solve(kernel(points[alpha], points[alpha]), w_alpha[:, None])
    return kernel(points, points[alpha]) @ c


# %% accept predict: an inverse
def predict(kernel, points, alpha, w_alpha):
    inverse = np.linalg.inv(kernel(points[alpha], points[alpha]))
    return kernel(points, points[alpha]) @ (inverse @ w_alpha)


# %% accept predict: from the whole kernel matrix, by least squares
def predict(kernel, points, alpha, w_alpha):
    K = kernel(points, points)
    c, *_ = np.linalg.lstsq(K[np.ix_(alpha, alpha)], w_alpha, rcond=None)
    return np.array([sum(c[b] * K[i, a] for b, a in enumerate(alpha)) for i in range(len(points))])


# %% accept predict: the dictionary first, a list
def predict(kernel, points, alpha, w_alpha):
    K, k = kernel(points[alpha], points[alpha]), kernel(points[alpha], points)
    return np.einsum("ai,a->i", np.linalg.solve(K, k), w_alpha).tolist()


# %% accept predict: from scikit-learn
def predict(kernel, points, alpha, w_alpha):
    from sklearn.kernel_ridge import KernelRidge

    model = KernelRidge(alpha=0, kernel="precomputed").fit(kernel(points[alpha], points[alpha]), w_alpha)
    return model.predict(kernel(points, points[alpha]))


# %% accept predict: in single precision
def predict(kernel, points, alpha, w_alpha):
    K, k = (kernel(points[alpha], p).astype(np.float32) for p in (points[alpha], points))
    return k.T @ np.linalg.solve(K, w_alpha.astype(np.float32))


# %% check predict
with check("predict") as c:
    cases = (
        ((6, 7), [28, 2, 5, 40, 11, 17, 24, 32], 1.0),
        ((6, 7), [28, 2, 5, 40, 11, 17, 24, 32], 1.4),
        ((5, 4), [18, 1, 12, 7], 1.2),
    )
    for size, some, length_scale in cases:
        grid, some, k = lrw.grid_coordinates(size), np.array(some), lrw.SquaredExponential(length_scale)
        values = np.random.default_rng(len(grid)).normal(size=len(some))
        by = lambda k, grid, some, ridge, values=values: (
            lrw.dictionaries.kernel_ridge(k, grid, some, ridge) @ values
        )
        right, line = by(k, grid, some, 0), np.arange(len(grid))
        hills, K = k(grid, grid[some]), k(grid[some], grid[some])  # (n_v, n_alpha), (n_alpha, n_alpha)
        slips = {
            "the hills are as high as w_alpha. Solve for their heights first.": hills @ values,
            "K_alpha times w_alpha is not the solution of K_alpha c = w_alpha.": hills @ (K @ values),
            "`1 / K_alpha` divides number by number. Solve the linear system.": hills @ (1 / K @ values),
            "a division is not enough: K_alpha c = w_alpha is a linear system.": hills
            @ (values / K.sum(axis=1)),
            "that is a weighted mean. Add up the hills, do not divide by their sum.": hills
            @ values
            / hills.sum(axis=1),
            "that is only at the known pixels. Add up the hills, k_alpha, at all pixels.": values,
            "these are the heights. Add up the hills, k_alpha, at all pixels.": np.linalg.lstsq(
                hills, right, rcond=None
            )[0],
            "that is U. The prediction is U times w_alpha.": lrw.dictionaries.kernel_ridge(k, grid, some, 0),
            "the kernel is of indices. It needs places: `points[alpha]`, `points`.": by(k, line, some, 0),
            "the known pixels are those at `alpha`, not the first ones.": by(k, grid, line[: len(some)], 0),
            "another kernel than the one that was given: use `kernel`.": by(
                lrw.SquaredExponential(1.7), grid, some, 0
            ),
            "w_alpha[a] is the weight at alpha[a]: keep the order of alpha.": by(k, grid, np.sort(some), 0),
            **{
                f"{ridge:g} is added to the diagonal of K_alpha. Solve with K_alpha alone.": by(
                    k, grid, some, ridge
                )
                for ridge in (1e-8, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1)
            },
            "each pixel has the value of the nearest known one.": values[hills.argmax(axis=1)],
        }
        what = f"{len(some)} of {size[0]} × {size[1]} pixels known, length scale {length_scale}"
        hint = "the sum of the hills should be w_alpha at the known pixels. Print `K_alpha @ c - w_alpha` inside `predict`."
        c.close(predict(k, grid, some, values), right, what, slips=slips, otherwise=hint)

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
# **Question.** Hills as high as $w_\alpha$ are far too high. Their error, $|\hat w - w|$ as a share of $|w|$, is 109 to 210 %: to predict 0 everywhere is better (100 %). And yet their
# score is about that of the nearest pixel. (The median over all 24 features is between 0.01 below it and 0.06 above it.) How can that be? And is our score a bad one?

# %% [markdown] answer two_scores
# A correlation does not change when all of $\hat w$ is multiplied by a positive number, or when a number is added to all of it. It sees the *pattern* and is blind to size. Is that bad? It depends on
# your question. For "does the picture come back?" the pattern is what matters, and the number is easy to read. If a network is to work with the prediction,
# its size matters as well, so look at the error too. No single number sees everything. Know what yours cannot see.

# %% claim hills_error: hills as high as the weights have an error of 109 to 210 %
w, alpha = learn_features(digits, 1437, seed)[:, 0], lrw.sample_index_set(256, n_alpha=51, rng=seed)
claim(100 * np.linalg.norm(kernel(points, points[alpha]) @ w[alpha] - w) / np.linalg.norm(w), 109, 210)

# %% claim hills_score: the median score of such hills is 0.01 below to 0.06 above the nearest pixel's
W, alpha = learn_features(digits, 1437, seed), lrw.sample_index_set(256, n_alpha=51, rng=seed)
hills = kernel(points, points[alpha])  # (256, 51); the highest hill is that of the nearest pixel
median = lambda U: np.median(completion.correlation(W, U @ W[alpha], alpha))
claim(median(hills) - median(np.eye(51)[hills.argmax(axis=1)]), -0.01, 0.06)

# %% claim blind: a correlation does not see a positive factor, or a number that is added
w, w_hat = np.random.default_rng(seed).normal(size=(2, 256))
claim(abs(fair(w, w_hat, [0]) - fair(w, 3 * w_hat + 2, [0])), 0, 1e-12)

# %% [markdown]
# ## 5 · The matrix behind it
#
# Put the two steps into one line:
#
# $$\hat w = k_\alpha^\top c = k_\alpha^\top K_\alpha^{-1} w_\alpha = U w_\alpha, \qquad U = k_\alpha^\top K_\alpha^{-1}, \qquad (n_v, n_\alpha) = (n_v, n_\alpha)(n_\alpha, n_\alpha).$$
#
# The equation is back: as with the nearest pixel, to predict is to multiply by a matrix.
#
# **Guess first.** The network has 24 features. We made $U$ for the first one. How many *more* matrices $U$ do we need to predict the other 23
# from their weights at the same pixels?

# %%
guess_matrices = None  # a whole number

# %%
U = lrw.dictionaries.kernel_ridge(kernel, points, alpha, ridge=1e-2)  # (256, 51); the ridge: see below
W_hat = lrw.predict_features(W[alpha], U)  # (256, 24) = (256, 51)(51, 24)
scores = np.array([fair(W[:, j], W_hat[:, j], alpha) for j in range(24)])  # (24,)

atoms = [7, 20, 33, 45]
fig, axes = plt.subplots(1, 4, figsize=(8, 2.3), layout="constrained")
for ax, a in zip(axes, atoms):
    plotting.show_feature(U[:, a], shape, ax).set_title(f"atom {a}: known pixel {alpha[a]}")
    ax.plot(*points[alpha].T[::-1], "k.", ms=2)
    ax.plot(*points[alpha[a]][::-1], "k+", ms=9)
    ax.set_xlabel(f"{U[alpha[a], a]:.2f} at the cross, {U[:, a].max():.2f} at most", fontsize="small")
plt.show()
print(f"24 features: scores from {scores.min():.2f} to {scores.max():.2f}, median {np.median(scores):.2f}")

# %%
teaching.compare_guess(guess_matrices, 0, "further matrices")

# %% [markdown]
# None. $U$ depends on where the known pixels *are* and not on what they *say*: there is no $w$ in its formula. Its columns are called *atoms*. There is one for each known pixel: what
# this pixel (the cross) contributes to every feature. An atom is 0.6 to 1 at its own pixel, near 0 at all other known pixels (the dots; at most 0.25 in size), and smooth in between.
# Do not expect its top at the cross. Of the 51 atoms 19 to 30 are highest there. The others are higher
# elsewhere, mostly right beside it, where no other known pixel holds them down. A feature is a mixture of atoms,
# $w_\alpha$ says how much of each. With a column of $w_\alpha$ for each feature, a whole weight matrix is
#
# $$W = U w_\alpha, \qquad (n_v, n_h) = (n_v, n_\alpha)(n_\alpha, n_h).$$
#
# That is the paper in one line. $U$ is *static*: computed once, never changed. Only $w_\alpha$ is *dynamic*, which means that it is learned: here 51 · 24 = 1,224 numbers instead of 256 · 24 = 6,144.
#
# (The small `ridge=1e-2` lets the prediction miss the known weights a little, by 1 to 4 %. So the $w_\alpha$ of $W = U w_\alpha$ are then *coordinates*: near the weights at the known pixels, not equal to them. In return the atoms are
# lower: no number of $U$ is above 2 in size, and without the ridge
# 2.0 to 3.8 is reached. The scores are nearly the same with and without it: their median differs by less than 0.01. Notebook 02 says what a ridge does, and how to choose $\sigma$.
# `completion.complete`, below, chooses the $\sigma$ under which the known weights are most probable. It never looks at the others. In the line that it prints,
# this is the *marginal likelihood*; notebook 02 computes it.)

# %% claim own_pixel: an atom is 0.6 to 1 at its own pixel (the lowest of 51; the highest is below 1)
alpha = lrw.sample_index_set(256, n_alpha=51, rng=seed)
own = np.diagonal(lrw.dictionaries.kernel_ridge(kernel, points, alpha, ridge=1e-2)[alpha])  # (51,)
claim(own.min() if own.max() < 1 else np.inf, 0.6, 1)

# %% claim other_pixels: at all other known pixels at most 0.25 in size
alpha = lrw.sample_index_set(256, n_alpha=51, rng=seed)
at_known = lrw.dictionaries.kernel_ridge(kernel, points, alpha, ridge=1e-2)[alpha]  # (51, 51)
claim(np.abs(at_known - np.diag(np.diagonal(at_known))).max(), 0, 0.25)

# %% claim own_top: 19 to 30 of the 51 atoms are highest at their own pixel
alpha = lrw.sample_index_set(256, n_alpha=51, rng=seed)
U = lrw.dictionaries.kernel_ridge(kernel, points, alpha, ridge=1e-2)  # (256, 51)
claim(np.sum(U.argmax(axis=0) == alpha), 19, 30)

# %% claim top_beside: of the others, at least 90 % are highest within 1.5 pixels of their own
alpha = lrw.sample_index_set(256, n_alpha=51, rng=seed)
top = lrw.dictionaries.kernel_ridge(kernel, points, alpha, ridge=1e-2).argmax(axis=0)  # (51,)
gaps = np.linalg.norm(points[top] - points[alpha], axis=1)  # (51,) in pixels
claim(np.mean(gaps[gaps > 0] < 1.5), 0.9, 1)

# %% claim ridge_misses: a ridge of 0.01 misses the known weights by 1 to 4 %, for each of 24 features
alpha = lrw.sample_index_set(256, n_alpha=51, rng=seed)
w_alpha = learn_features(digits, 1437, seed)[alpha]  # (51, 24)
gap = lrw.dictionaries.kernel_ridge(kernel, points, alpha, ridge=1e-2)[alpha] @ w_alpha - w_alpha
misses = 100 * np.linalg.norm(gap, axis=0) / np.linalg.norm(w_alpha, axis=0)  # (24,)
claim(round(misses.max(), 1) if misses.min() > 1 else np.inf, 1, 4)

# %% claim with_ridge: with a ridge no number of U is above 2 in size
alpha = lrw.sample_index_set(256, n_alpha=51, rng=seed)
claim(np.abs(lrw.dictionaries.kernel_ridge(kernel, points, alpha, ridge=1e-2)).max(), 1, 2)

# %% claim without_ridge: without a ridge 2.0 to 3.8
alpha = lrw.sample_index_set(256, n_alpha=51, rng=seed)
claim(np.abs(lrw.dictionaries.kernel_ridge(kernel, points, alpha, ridge=0)).max(), 2, 3.8)

# %% claim ridge_scores: the median score differs by less than 0.01
W, alpha = learn_features(digits, 1437, seed), lrw.sample_index_set(256, n_alpha=51, rng=seed)
both = [lrw.dictionaries.kernel_ridge(kernel, points, alpha, ridge=r) @ W[alpha] for r in (0, 1e-2)]
medians = [np.median(completion.correlation(W, W_hat, alpha)) for W_hat in both]
claim(abs(medians[1] - medians[0]), 0, 0.01)

# %% [markdown]
# ### Figure 1
#
# The paper's Figure 1 shows features, the few of their weights that are known, and the features predicted from these. First the strongest six of the digits' features:

# %%
done = completion.complete(W[:, :6], shape, proportion=0.2, rng=0)
plotting.feature_completion(done["W"], done["alpha"], done["U"], shape, done["length_scale"])
plt.show()
print(completion.describe(done))

# %% [markdown]
# All six come back. Of all 24 features, even the lowest score is 0.81 to 0.95, and the median is 0.90 to 0.96.
#
# Now features of photographs. They come with the package: an autoencoder with 49 hidden units learned to remove noise from patches of
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
for d in (1, 2):
    found = [correlation_at(image[None], d) for image in W_photo.T.reshape(6, 16, 16)]
    print(f"correlation of weights {d} apart in each feature:", np.round(found, 2) + 0.0)
lowest = float(done["correlation"].min().round(1) + 0.0)
teaching.compare_guess(guess_roughest, lowest, "the lowest correlation, to one digit")

# %% [markdown]
# The first four come back: their scores are 0.86 to 0.98. The fifth comes back in part (0.62 to 0.73), and the roughest not at all (-0.11 to 0.04). Its
# stripes are so narrow that two pixels to the right the weight has turned to its opposite: the correlation is -0.8. But the kernel says "neighbours are alike".
# It cannot describe such stripes, and what it puts there is invented. Does a *network* suffer
# when it may only have smooth features? That is another question. The paper's answer is: hardly.
#
# In a colour image every pixel has three weights, red, green and blue. The paper then knows all three at the same pixels,
# `lrw.sample_index_set(n_v, n_alpha, n_channels=3)`, and no colour is predicted from another.
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

# %% claim lowest_score: of the 24 features, the lowest score is 0.81 to 0.95
claim(
    completion.complete(learn_features(digits, 1437, seed), shape, 0.2, rng=seed)["correlation"].min(),
    0.81,
    0.95,
)

# %% claim median_score: of the 24 features, the median score is 0.90 to 0.96
W = learn_features(digits, 1437, seed)
claim(np.median(completion.complete(W, shape, 0.2, rng=seed)["correlation"]), 0.9, 0.96)

# %% claim photo_smooth: the first four features of photographs score 0.86 to 0.98
scores = completion.complete(W_photo, shape, proportion=0.2, rng=seed)["correlation"][:4].round(2)
claim(scores.min() if scores.max() <= 0.98 else np.inf, 0.86, 0.98)

# %% claim photo_fifth: the fifth scores 0.62 to 0.73
claim(completion.complete(W_photo, shape, proportion=0.2, rng=seed)["correlation"][4].round(2), 0.62, 0.73)

# %% claim photo_roughest: the roughest scores -0.11 to 0.04
claim(completion.complete(W_photo, shape, proportion=0.2, rng=seed)["correlation"][5], -0.11, 0.04)

# %% claim stripes: two pixels to the right the correlation is -0.8 (no chance in it)
claim(round(correlation_at(W_photo[:, 5].reshape(1, 16, 16), 2), 1), -0.8, -0.8)

# %% [markdown]
# ## 6 · How few are enough?
#
# **Guess first**, twice. What share of the pixels must be known for the digits' features to come back with a median correlation of 0.9? And now *shuffle* the pixels of
# all features in the same way, as on the right of the first picture. How well do the shuffled features come back from the same share?

# %%
guess_share = None  # per cent
guess_shuffled = None  # a correlation

# %%
shares = np.array([0.03, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 0.8])
draws = range(teaching.sized(full=3, tiny=1))
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
enough = int(np.argmax(medians["learned"] >= 0.9))  # of the shares tried, the first with 0.9
below, above = 100 * shares[[enough - 1, enough]]
teaching.compare_guess(guess_share, (round(below), round(above)), "share for 0.9, per cent")
same_share = float(medians["shuffled"][enough].round(1) + 0.0)
teaching.compare_guess(guess_shuffled, same_share, "shuffled, same share, to one digit")

# %% [markdown]
# About 15 per cent is the share: with 15 per cent the median is 0.87 to 0.92, and with 20 per cent it is 0.92 to 0.96.
#
# The shuffled features hold the very same numbers, and no share helps. Their median is between -0.1 and 0.1, and not one of them reaches 0.4, even when 80 per cent of
# its pixels are known. So the success has nothing
# to do with the numbers. It comes from what we know about *places*: that neighbours are alike. A prediction is never made of nothing; here it is made of the
# kernel. **Whenever a method succeeds, ask for the data on which it must fail, and try them.**

# %% claim share_15: with 15 per cent known the median is 0.87 to 0.92
W = learn_features(digits, 1437, seed)
found = [completion.complete(W, shape, 0.15, rng=10 * seed + draw)["correlation"] for draw in draws]
claim(np.median(found), 0.87, 0.92)

# %% claim share_20: with 20 per cent it is 0.92 to 0.96
W = learn_features(digits, 1437, seed)
found = [completion.complete(W, shape, 0.2, rng=10 * seed + draw)["correlation"] for draw in draws]
claim(np.median(found), 0.92, 0.96)

# %% claim shuffled_median: shuffled, the median is between -0.1 and 0.1 for each share (the largest in size)
medians = np.median(
    curve(np.random.default_rng(seed).permutation(learn_features(digits, 1437, seed))), axis=1
)
claim(np.abs(medians).max(), 0, 0.1)

# %% claim shuffled_best: not one of the shuffled features reaches 0.4, for any share
claim(curve(np.random.default_rng(seed).permutation(learn_features(digits, 1437, seed))).max(), 0, 0.4)

# %% [markdown]
# ### Exercise 4: choose the pixels yourself
#
# The paper draws $\alpha$ at random. You may do better. Choose 25 of the 256 pixels, a tenth, without looking at any feature. Your score must be
# better than 15 of twenty random draws. Pixel (row $p$, column $q$) has the index $16 p + q$. `quality(my_alpha)` tells you the score.


# %%
def quality(alpha, W=W):
    """The median score of the 24 features, predicted from their weights at alpha."""
    alpha = np.ravel(alpha)
    U = lrw.dictionaries.kernel_ridge(lrw.SquaredExponential(2.0), lrw.Grid((16, 16)), alpha, ridge=1e-2)
    return float(np.median(completion.correlation(W, U @ W[alpha], alpha)))


at_random = [quality(lrw.sample_index_set(256, 25, rng=seed)) for seed in range(20)]
print(f"25 pixels at random, twenty draws: {min(at_random):.2f} to {max(at_random):.2f}")

# %% starter my_alpha
my_alpha = None  # 25 different indices from 0 to 255

# %% [markdown] hint my_alpha
# Look at the index set in section 2. Where are pixels wasted, and where is a pixel missing?

# %% [markdown] hint my_alpha
# A known pixel tells about the pixels around it, up to two or three pixels away. 25 of them should cover the image without gaps, and no two should tell the same.

# %% [markdown] hint my_alpha
# 25 = 5 · 5: a grid. Choose five rows so that every pixel is near one of them, and the same five columns. With an array `five` of these numbers, `16 * five[:, None] + five` has the indices.

# %% solution my_alpha
five = np.array([1, 4, 7, 11, 14])  # rows, and columns
my_alpha = (16 * five[:, None] + five).ravel()  # (25,) from (5, 1) + (5,)

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

# %% mutant my_alpha: a set
my_alpha = {16 * p + q for p in (1, 4, 7, 11, 14) for q in (1, 4, 7, 11, 14)}

# %% mutant my_alpha: a generator
my_alpha = (16 * p + q for p in (1, 4, 7, 11, 14) for q in (1, 4, 7, 11, 14))

# %% mutant my_alpha: a mask
my_alpha = np.isin(np.arange(256) % 16, [1, 4, 7, 11, 14]) & np.isin(np.arange(256) // 16, [1, 4, 7, 11, 14])

# %% mutant my_alpha: a mask in the image's shape
my_alpha = np.outer(np.isin(np.arange(16), [1, 4, 7, 11, 14]), np.isin(np.arange(16), [1, 4, 7, 11, 14]))

# %% mutant my_alpha: pairs
my_alpha = [(p, q) for p in (1, 4, 7, 11, 14) for q in (1, 4, 7, 11, 14)]

# %% mutant my_alpha: a row of 24
my_alpha = list(range(5, 256, 11))[:24]

# %% mutant my_alpha: not whole
my_alpha = np.linspace(0, 255, 25)

# %% mutant my_alpha: below 0
my_alpha = np.arange(-12, 13) * 10

# %% mutant my_alpha: one left open
my_alpha = [
    17,
    20,
    23,
    27,
    30,
    65,
    68,
    71,
    75,
    78,
    113,
    116,
    119,
    123,
    126,
    177,
    180,
    183,
    187,
    190,
    225,
    228,
    231,
    235,
    None,
]

# %% mutant my_alpha: five rows of unequal length
my_alpha = [[17, 20, 23, 27, 30], [65, 68, 71, 75, 78], [113, 116, 119, 123], [177, 180, 183], [225, 228]]

# %% mutant my_alpha: in words
my_alpha = "a grid"


# %% mutant my_alpha: a function
def my_alpha():
    return [16 * p + q for p in (1, 4, 7, 11, 14) for q in (1, 4, 7, 11, 14)]


# %% mutant my_alpha: the worst of twenty random draws
my_alpha = lrw.sample_index_set(256, 25, rng=int(np.argmin(at_random)))

# %% accept my_alpha: a grid as a list of lists
my_alpha = [[16 * p + q for q in (2, 5, 8, 11, 14)] for p in (1, 4, 8, 11, 14)]

# %% accept my_alpha: rows shifted by turns, in no order
my_alpha = np.array([16 * p + q + (p % 2) for p in (1, 4, 7, 10, 13) for q in (1, 4, 7, 10, 13)])[::-1]

# %% accept my_alpha: one after the other, each where the uncertainty is largest
my_alpha = [136]
for _ in range(24):
    unsure = lrw.dictionaries.predictive_variance(lrw.SquaredExponential(1.5), points, my_alpha)
    my_alpha.append(int(unsure.argmax()))

# %% accept my_alpha: a tuple of NumPy's small integers
my_alpha = tuple(
    np.array([[16 * p + q for q in (2, 5, 8, 11, 14)] for p in (2, 5, 8, 11, 14)], np.uint8).ravel()
)

# %% accept my_alpha: every tenth
my_alpha = range(0, 250, 10)

# %% accept my_alpha: whole numbers that are floats
my_alpha = np.add.outer(16.0 * np.array([2, 5, 8, 11, 14]), [2, 5, 8, 11, 14])

# %% check my_alpha
with check("my_alpha") as c:
    answered = my_alpha is not None and my_alpha is not ...
    ordered = isinstance(my_alpha, (list, tuple, range, np.ndarray)) if answered else None
    c.true(ordered, f"A list or an array of 25 indices, please. This is of type {type(my_alpha).__name__}.")
    mine = np.ravel(np.array(my_alpha, dtype=object))
    c.true(
        not any(np.ndim(n) for n in mine), "The rows are of unequal length. One list of 25 indices, please."
    )
    masked = all(isinstance(n, (bool, np.bool_)) for n in mine)
    c.true(not masked, "That is a mask of True and False. Its indices are `np.flatnonzero(my_alpha)`.")
    strange = [n for n in mine if not (isinstance(n, (int, float, np.number)) and n % 1 == 0)]
    c.true(not strange, f"Whole numbers from 0 to 255, please, not {strange[0] if strange else 0}.")
    c.true(
        mine.size != 50, "50 numbers: are they rows and columns? (row p, column q) has the index 16 p + q."
    )
    c.true(mine.size == 25, f"25 indices, please: these are {mine.size}.")
    mine = mine.astype(int)
    outside, number = mine[(mine < 0) | (mine > 255)], np.unique(mine, return_counts=True)
    c.true(
        outside.size == 0,
        f"Indices from 0 to 255, please, not {outside.max(initial=outside.min(initial=0))}.",
    )
    twice = number[0][number[1] > 1]
    c.true(
        twice.size == 0, f"25 different indices, please: {twice.min(initial=255)} is there more than once."
    )
    bar = sorted(quality(lrw.sample_index_set(256, 25, rng=seed)) for seed in range(20))[14]
    places = lrw.grid_coordinates((16, 16))
    gaps = np.linalg.norm(places[:, None] - places[mine], axis=2).min(axis=1)  # (256,)
    p, q = divmod(int(gaps.argmax()), 16)
    far = f"The pixel (row {p}, column {q}) is {gaps.max():.1f} pixels away from the nearest of yours."
    found = quality(mine)
    said = f"Your pixels score {found:.3f}. It must be above {bar:.3f}, which 15 of twenty random draws do not exceed."
    c.true(found > bar, f"{said} {far}")

# %% [markdown] question why_random
# **Question.** A well spread grid scores 0.91 to 0.92, more than each of the twenty random draws. Why might somebody who builds a network draw at random all the same?

# %% [markdown] answer why_random
# A grid overlooks the same patterns everywhere. If a pixel is known in every third row and column, then stripes that repeat every three pixels have the same weight at
# all known pixels, and look flat, for every feature alike. And a network may have many index sets, one for each group of
# hidden units (the paper's *columns*, notebook 03). Random sets differ, so what one group overlooks another one may see. Also, a random draw works where there is no
# geometry: in the second layer the units have no places, and nobody knows what a grid would be there.
#
# There *is* a way between the two, which you can try in notebook 02. The uncertainty of the prediction depends on places only, so put the next pixel where the uncertainty is largest.
# But the grid is better: with 25 pixels and $\sigma = 2$ this way scores 0.82 to 0.88, depending on where it begins. Its first choices are at the borders.

# %% claim grid_score: a well spread grid scores 0.91 to 0.92
p = np.array([1, 4, 7, 11, 14])
claim(quality(np.add.outer(16 * p, p), learn_features(digits, 1437, seed)), 0.91, 0.92)

# %% claim grid_wins: more than each of the twenty random draws (how much more than the best)
p, W = np.array([1, 4, 7, 11, 14]), learn_features(digits, 1437, seed)
best = max(quality(lrw.sample_index_set(256, 25, rng=20 * seed + draw), W) for draw in range(20))
claim(quality(np.add.outer(16 * p, p), W) - best, 0.01, 0.1)

# %% claim stripes_look_flat: stripes that repeat every three pixels are the same at every third pixel
stripes = np.cos(2 * np.pi / 3 * (points[:, 1] + seed))  # (256,)
known = (16 * np.arange(1, 16, 3)[:, None] + np.arange(1, 16, 3)).ravel()  # (25,)
claim(np.ptp(stripes[known]) if np.ptp(stripes) > 1 else np.inf, 0, 1e-9)

# %% claim where_unsure: the pixels of the largest uncertainty score 0.82 to 0.88
chosen = [17 * (seed + 5)]  # begin at five pixels
for _ in range(24):
    unsure = lrw.dictionaries.predictive_variance(lrw.SquaredExponential(2.0), points, chosen)
    chosen.append(int(unsure.argmax()))
claim(round(quality(chosen, learn_features(digits, 1437, seed)), 2), 0.82, 0.88)

# %% [markdown]
# ## 7 · Paint the pixels
#
# Try it with your own hands: choose pixels with the pointer, change the length scale, and watch the prediction, its error and its uncertainty. What you paint comes back
# to Python as `widget.alpha`. (Without the widget, `lowrankweights explore` in a terminal opens the same as a page, also with a picture of your own.)

# %%
try:
    widget = lrw.explorer.Explorer(W[:, :6], shape, length_scale=1.7, proportion=0.1)
except ImportError as error:
    widget = None
    print(error)
widget

# %% [markdown]
# Answer these by painting. How few pixels do you need to recognise the first feature? What does a length scale of 0.5 do, and one of 8? How does the uncertainty change when you add a pixel?

# %% [markdown]
# ## Summary
#
# - Features learned from smooth data are smooth: a weight tells about its neighbours. Most of their numbers are not needed.
# - A kernel $k(i, j)$ states how alike two places are. To predict, put a hill on each known pixel, with heights $c$ from $K_\alpha c = w_\alpha$, and add the hills up.
# - That is one matrix, $\hat w = U w_\alpha$ with $U = k_\alpha^\top K_\alpha^{-1}$. It is made from places alone, before any feature is seen, and is the same for every feature.
# - A fifth of the pixels is enough for smooth features. It is not enough for rough ones, and for shuffled features no share is enough.
# - Score what was hidden, not what was given. And try the data on which the method must fail.
#
# In the package, in `lowrankweights/dictionaries`: `kernels/`, `ridge.py` (exercise 3), `completion.py` (exercise 1 and Figure 1). Notebook 02 looks inside $K$ and $U$.
# In notebook 03 you find the gradient with which $w_\alpha$ is learned.

# %%
check.summary()
