# ---
# title: Kernels, ridge and length scale
# minutes: 75
# seconds: 6
# learn: what the matrices $K$ and $U$ look like and how to write them yourself; what the ridge does to the known pixels, and why $w_\alpha$ are coordinates and not weights; when the linear system becomes treacherous, and why one solves by Cholesky and never inverts; how unsure a prediction is; how to choose the length scale without looking at what is hidden.
# need: Notebook 01, or the knowledge that a feature is predicted by $\hat w = U w_\alpha$. NumPy, linear systems, eigenvalues, the normal distribution. No network and no data to download.
# ---

# %% [markdown]
# In notebook 01 a feature came back from a fifth of its pixels, by one product with a matrix,
#
# $$\hat w = U w_\alpha, \qquad U = k_\alpha^\top (K_\alpha + \lambda I)^{-1}, \qquad (n_v, n_\alpha) = (n_v, n_\alpha)(n_\alpha, n_\alpha).$$
#
# There are two knobs in it: the length scale $\sigma$, hidden in the kernel, and the ridge $\lambda$. In this notebook you take the formula apart, turn both
# knobs until something breaks, and learn how to set them.
#
# As always: **guess** before you look. A check never stops the notebook.

# %%
import matplotlib.pyplot as plt
import numpy as np
from scipy import linalg

import lowrankweights as lrw
from lowrankweights import plotting, teaching
from lowrankweights.dictionaries.length_scales import choose_length_scale, log_marginal_likelihood

teaching.begin()  # one thread of BLAS is enough; fits end early on purpose
check = teaching.Checks(["squared_exponential", "dictionary", "coordinates", "smallest_ridge", "variance"])
rng = np.random.default_rng(0)
plt.rcParams.update(plotting.STYLE)
BLUE, ORANGE, GREEN = (plotting.COLOURS[c] for c in ("blue", "orange", "green"))

shape = (28, 28)
points = lrw.grid_coordinates(shape)  # (784, 2): row, column of every pixel
alpha = lrw.sample_index_set(784, n_alpha=150, rng=0)  # (150,) the known ones, about a fifth
hidden = np.setdiff1d(np.arange(784), alpha)  # (634,) the others
W = lrw.explorer.load_features()["digits"].reshape(6, 784).T  # (784, 6), of a network that reads digits
W = W / W.std(axis=0)  # (784, 6), each of size 1

fig, axes = plt.subplots(1, 7, figsize=(8.6, 1.5), layout="constrained")
for ax, w in zip(axes, W.T):
    plotting.show_feature(w, shape, ax)
plotting.index_set(alpha, shape, axes[6])
axes[2].set_title("six learned features, (784, 6)")
axes[6].set_title("$\\alpha$, (150,)")
plt.show()

# %% [markdown]
# ## 1 · What K looks like
#
# A kernel $k(i, j)$ says how alike the weights at two pixels are expected to be, from where the pixels are:
#
# $$k(i, j) = \exp \left( -\frac{(i_1 - j_1)^2 + (i_2 - j_2)^2}{2 \sigma^2} \right).$$
#
# ### Exercise 1: a kernel
#
# `points_a` is (n_a, 2) and `points_b` is (n_b, 2). Return the matrix of all pairs, (n_a, n_b).


# %% starter squared_exponential
def squared_exponential(points_a, points_b, length_scale):
    difference = points_a[:, None] - points_b[None]  # (n_a, n_b, 2)
    squared_distance = ...  # (n_a, n_b)
    return ...  # (n_a, n_b)


# %% [markdown] hint squared_exponential
# `difference[a, b]` holds two numbers, the difference in rows and in columns. Square both and add them up.

# %% [markdown] hint squared_exponential
# `(difference**2).sum(axis=2)`: the last axis is summed away. The kernel wants the *squared* distance, so no root.

# %% [markdown] hint squared_exponential
# `np.exp(-squared_distance / (2 * length_scale**2))`. Mind the brackets around what you divide by.


# %% solution squared_exponential
def squared_exponential(points_a, points_b, length_scale):
    difference = points_a[:, None] - points_b[None]  # (n_a, n_b, 2)
    squared_distance = (difference**2).sum(axis=2)  # (n_a, n_b)
    return np.exp(-squared_distance / (2 * length_scale**2))  # (n_a, n_b)


# %% mutant squared_exponential: the 2 is missing
def squared_exponential(points_a, points_b, length_scale):
    squared_distance = ((points_a[:, None] - points_b[None]) ** 2).sum(axis=2)
    return np.exp(-squared_distance / length_scale**2)


# %% mutant squared_exponential: brackets
def squared_exponential(points_a, points_b, length_scale):
    squared_distance = ((points_a[:, None] - points_b[None]) ** 2).sum(axis=2)
    return np.exp(-squared_distance / 2 * length_scale**2)


# %% mutant squared_exponential: the distance, not squared
def squared_exponential(points_a, points_b, length_scale):
    distance = np.linalg.norm(points_a[:, None] - points_b[None], axis=2)
    return np.exp(-distance / (2 * length_scale**2))


# %% mutant squared_exponential: the length scale, not squared
def squared_exponential(points_a, points_b, length_scale):
    squared_distance = ((points_a[:, None] - points_b[None]) ** 2).sum(axis=2)
    return np.exp(-squared_distance / (2 * length_scale))


# %% mutant squared_exponential: no minus
def squared_exponential(points_a, points_b, length_scale):
    squared_distance = ((points_a[:, None] - points_b[None]) ** 2).sum(axis=2)
    return np.exp(squared_distance / (2 * length_scale**2))


# %% mutant squared_exponential: the sum is squared instead of the sum of squares
def squared_exponential(points_a, points_b, length_scale):
    difference = (points_a[:, None] - points_b[None]).sum(axis=2)
    return np.exp(-(difference**2) / (2 * length_scale**2))


# %% mutant squared_exponential: transposed
def squared_exponential(points_a, points_b, length_scale):
    squared_distance = ((points_a[:, None] - points_b[None]) ** 2).sum(axis=2)
    return np.exp(-squared_distance / (2 * length_scale**2)).T


# %% mutant squared_exponential: rows and columns are not added up
def squared_exponential(points_a, points_b, length_scale):
    return np.exp(-((points_a[:, None] - points_b[None]) ** 2) / (2 * length_scale**2))


# %% accept squared_exponential: SciPy's distances
def squared_exponential(points_a, points_b, length_scale):
    from scipy.spatial.distance import cdist

    return np.exp(-0.5 * cdist(points_a / length_scale, points_b / length_scale, "sqeuclidean"))


# %% accept squared_exponential: a product of two one-dimensional kernels, as lists
def squared_exponential(points_a, points_b, length_scale):
    g = lambda t: np.exp(-((t / length_scale) ** 2) / 2)
    return [[g(a[0] - b[0]) * g(a[1] - b[1]) for b in points_b] for a in points_a]


# %% check squared_exponential
with check("squared_exponential") as c:
    some_a, some_b = rng.normal(size=(5, 2)), rng.normal(size=(3, 2))
    for length_scale in (1.7, 0.6):
        found = squared_exponential(some_a, some_b, length_scale)
        right = lrw.SquaredExponential(length_scale)(some_a, some_b)  # (5, 3)
        c.close(found, right, f"k between 5 and 3 points, length scale {length_scale}")

# %% [markdown]
# For all pairs of 784 pixels, $K$ has 614,656 entries.
#
# **Guess first.** With $\sigma = 2$ pixels, what share of them is larger than 0.01?

# %%
guess_large = None  # per cent

# %%
K = lrw.SquaredExponential(2.0)(points, points)  # (784, 784)
middle = 14 * 28 + 14  # the pixel in row 14, column 14
fig, axes = plt.subplots(1, 3, figsize=(8.4, 3), layout="constrained")
parts = {"$K$, (784, 784)": K, "its corner: three rows of pixels, (84, 84)": K[:84, :84]}
for ax, (title, part) in zip(axes, parts.items()):
    ax.imshow(part, cmap="Blues", vmin=0, vmax=1, interpolation="nearest")
    ax.set(title=title, xlabel="pixel $j$", ylabel="pixel $i$")
plotting.show_feature(K[middle], shape, axes[2]).set_title(f"row {middle} of $K$, as an image")
plt.show()
teaching.compare_guess(guess_large, float(100 * np.mean(K > 0.01)), "entries above 0.01, per cent")

# %% [markdown]
# The pattern of $K$ as a matrix (stripes 28 apart, within each a narrow band) is just our habit of numbering pixels row by row: the pixel *below* is 28 further on.
# Put back into the image, each row of $K$ is a hill, and the entries are mostly zeros.
#
# Here is another way to see a kernel: ask it for examples. Suppose that weights are drawn at random from a normal distribution with mean 0 and covariance $K$ (this is called
# a *Gaussian process*). Take any square root of $K$, $K = L L^\top$, and independent numbers $z$:
#
# $$w = L z, \qquad (n_v,) = (n_v, n_v)(n_v,), \qquad \mathrm{then}\ \ \mathrm{cov}(w) = L\, \mathrm{cov}(z)\, L^\top = L L^\top = K.$$
#
# **Guess first.** The picture shows four such features for each of four length scales, and below them four that a network has learned. Which of the length scales looks most like them? (Run the picture, then
# write down your guess and run the cell below it.)


# %%
def draw_features(length_scale, n):
    """n features from the Gaussian process, (784, n). The 1e-8 helps Cholesky through; see section 4."""
    K = lrw.SquaredExponential(length_scale)(points, points)  # (784, 784)
    L = np.linalg.cholesky(K + 1e-8 * np.eye(784))  # (784, 784), lower triangular
    return L @ np.random.default_rng(1).normal(size=(784, n))  # (784, n) = (784, 784)(784, n)


rows = {f"$\\sigma$ = {s:g}": draw_features(s, 4) for s in (1, 2, 3, 5)} | {"learned": W[:, :4]}
fig, axes = plt.subplots(5, 1, figsize=(4.6, 5.6), layout="constrained")
for ax, (label, X) in zip(axes, rows.items()):
    plotting.tiles(X, shape, ax, n_across=4).set_ylabel(label, rotation=0, ha="right", va="center")
plt.show()

# %%
guess_eye = None  # a length scale in pixels

# %%
chosen = choose_length_scale(W[alpha], points, alpha)  # from the known weights alone: section 6
teaching.compare_guess(guess_eye, float(chosen), "length scale, by the method of section 6")

# %% [markdown]
# Most people's eyes are good at this. (The learned ones fade towards the border, where no ink ever is. The kernel does not know that; the empirical covariance of notebook 05 does.)

# %% [markdown]
# ## 2 · What U looks like
#
# $$U = k_\alpha^\top (K_\alpha + \lambda I)^{-1}, \qquad (n_v, n_\alpha) = (n_v, n_\alpha)(n_\alpha, n_\alpha).$$
#
# ### Exercise 2: the dictionary
#
# Write it without forming an inverse. A system $A X = B$ is solved by `np.linalg.solve(A, B)`, also for a matrix $B$. Note that
# $A = K_\alpha + \lambda I$ is symmetric, so $U^\top = A^{-1} k_\alpha$.


# %% starter dictionary
def dictionary(kernel, points, alpha, ridge):
    k_alpha = kernel(points[alpha], points)  # (n_alpha, n_v)
    A = ...  # (n_alpha, n_alpha): K_alpha + ridge I
    U = ...  # (n_v, n_alpha)
    return U


# %% [markdown] hint dictionary
# $K_\alpha$ is the kernel between known points: `kernel(points[alpha], points[alpha])`, or the columns `alpha` of `k_alpha`. $I$ is `np.eye(len(alpha))`.

# %% [markdown] hint dictionary
# Adding `ridge` to a matrix adds it to *every* entry. It belongs on the diagonal only.

# %% [markdown] hint dictionary
# `np.linalg.solve(A, k_alpha)` is $U^\top$, (n_alpha, n_v) = (n_alpha, n_alpha)(n_alpha, n_v). Turn it round with `.T`.


# %% solution dictionary
def dictionary(kernel, points, alpha, ridge):
    k_alpha = kernel(points[alpha], points)  # (n_alpha, n_v)
    A = kernel(points[alpha], points[alpha]) + ridge * np.eye(len(alpha))  # (n_alpha, n_alpha)
    U = np.linalg.solve(A, k_alpha).T  # (n_v, n_alpha), turned round from (n_alpha, n_v)
    return U


# %% mutant dictionary: transposed
def dictionary(kernel, points, alpha, ridge):
    A = kernel(points[alpha], points[alpha]) + ridge * np.eye(len(alpha))
    return np.linalg.solve(A, kernel(points[alpha], points))


# %% mutant dictionary: the ridge on every entry
def dictionary(kernel, points, alpha, ridge):
    return np.linalg.solve(kernel(points[alpha], points[alpha]) + ridge, kernel(points[alpha], points)).T


# %% mutant dictionary: the ridge is forgotten
def dictionary(kernel, points, alpha, ridge):
    return np.linalg.solve(kernel(points[alpha], points[alpha]), kernel(points[alpha], points)).T


# %% mutant dictionary: the ridge squared
def dictionary(kernel, points, alpha, ridge):
    A = kernel(points[alpha], points[alpha]) + ridge**2 * np.eye(len(alpha))
    return np.linalg.solve(A, kernel(points[alpha], points)).T


# %% mutant dictionary: the ridge once more in the hills
def dictionary(kernel, points, alpha, ridge):
    k_alpha = kernel(points[alpha], points) + ridge * (alpha[:, None] == np.arange(len(points)))
    return np.linalg.solve(k_alpha[:, alpha], k_alpha).T


# %% mutant dictionary: hills only, nothing solved
def dictionary(kernel, points, alpha, ridge):
    return kernel(points, points[alpha])


# %% mutant dictionary: multiplied by A instead of its inverse
def dictionary(kernel, points, alpha, ridge):
    A = kernel(points[alpha], points[alpha]) + ridge * np.eye(len(alpha))
    return kernel(points, points[alpha]) @ A


# %% mutant dictionary: the inverse of each entry
def dictionary(kernel, points, alpha, ridge):
    A = kernel(points[alpha], points[alpha]) + ridge * np.eye(len(alpha))
    return kernel(points, points[alpha]) @ A**-1.0


# %% accept dictionary: by Cholesky
def dictionary(kernel, points, alpha, ridge):
    K = kernel(points, points)
    factor = linalg.cho_factor(K[np.ix_(alpha, alpha)] + ridge * np.identity(len(alpha)))
    return linalg.cho_solve(factor, K[alpha]).T


# %% accept dictionary: an inverse after all; here it is good enough
def dictionary(kernel, points, alpha, ridge):
    A = kernel(points[alpha], points[alpha])
    A[np.diag_indices(len(alpha))] += ridge
    return kernel(points, points[alpha]) @ np.linalg.inv(A)


# %% check dictionary
with check("dictionary") as c:
    some_points, some = lrw.grid_coordinates((6, 7)), np.array([2, 5, 11, 17, 24, 28, 32, 40])
    for ridge in (0.0, 0.3):
        found = dictionary(lrw.SquaredExponential(1.3), some_points, some, ridge)
        right = lrw.dictionaries.kernel_ridge(lrw.SquaredExponential(1.3), some_points, some, ridge)
        c.close(found, right, f"U for 6 × 7 pixels, 8 known, ridge {ridge:g}")

# %% [markdown]
# Column $a$ of $U$ is an *atom*: what known pixel $a$ contributes to every pixel. We compare it with its hill, row $a$ of $k_\alpha$; and for now there is no ridge.
#
# **Guess first.** What is the value of an atom at the place of another *known* pixel?

# %%
guess_atom = None  # a number

# %%
kernel = lrw.SquaredExponential(2.0)
k_alpha = kernel(points[alpha], points)  # (150, 784)
U = lrw.dictionaries.kernel_ridge(kernel, points, alpha, ridge=0)  # (784, 150)
a = 76  # one of the 150: the known pixel in row 14, column 17
others = np.delete(alpha, a)  # (149,)
near = others[np.linalg.norm(points[others] - points[alpha[a]], axis=1) < 8]


def mark(ax, pixels, style, size):
    """Mark pixels on a picture; matplotlib wants the column first."""
    ax.plot(*points[pixels].T[::-1], style, ms=size, mew=0.8)
    return ax


fig, axes = plt.subplots(1, 3, figsize=(8.4, 3), layout="constrained")
plotting.show_feature(k_alpha[a], shape, axes[0]).set_title(f"hill {a} of $k_\\alpha$")
plotting.show_feature(U[:, a], shape, axes[1]).set_title(f"atom {a} of $U$")
from_a = points[hidden] - points[alpha[a]]  # (634, 2)
i = hidden[np.argmin(np.linalg.norm(from_a - [2, -2], axis=1))]  # a hidden pixel near by
recipe = np.zeros(784)
recipe[alpha] = U[i]  # row i of U: (150,) numbers, at the known pixels
plotting.show_feature(recipe, shape, axes[2], known=alpha)
axes[2].set_title(f"row {i} of $U$: whom pixel {i} listens to")
for ax in axes[:2]:
    mark(mark(ax, near, "k.", 2.5), [alpha[a]], "k+", 9)
mark(axes[2], [i], "kx", 7)
for ax in axes:
    ax.set(xlim=(7.5, 26.5), ylim=(23.5, 4.5))
plt.show()
elsewhere = float(np.abs(U[others, a]).max().round(9))
teaching.compare_guess(guess_atom, elsewhere, "an atom at other known pixels")

# %% [markdown]
# The hill (left, a cut-out of the image) runs over its known neighbours, the dots; the atom (middle) has gone round them: it is 1 at its own pixel, the cross, and **0 at every other known one**. For if pixel $b$ is
# known, $a$ has nothing to add there. To come down to zero in time, atoms dip below it.
#
# A *row* of $U$ (right) is the recipe for one hidden pixel, here the ×: so much of this known pixel, so much of that. The nearest ones count most, and some enter with a minus.
#
# All atoms at all known pixels, that is the matrix $U[\alpha]$ (n_alpha, n_alpha), the rows of $U$ that belong to known pixels. Without a ridge
#
# $$U[\alpha] = K_\alpha K_\alpha^{-1} = I,$$
#
# and $\hat w$ agrees with $w$ wherever $w$ was known. Then the numbers $w_\alpha$ *are* the weights at the known pixels.

# %% [markdown]
# ## 3 · What the ridge does to the known pixels
#
# With a ridge,
#
# $$U[\alpha] = K_\alpha (K_\alpha + \lambda I)^{-1} = I - \lambda (K_\alpha + \lambda I)^{-1}.$$
#
# The authors' own MNIST network uses $\sigma = 2$ and $\lambda = 0.1$, with 150 of 784 points, as we do here. 0.1 is little beside the diagonal of $K_\alpha$, which is 1.
#
# **Guess first**, twice. For these settings, how large is the largest entry of $|U[\alpha] - I|$? And by how much do the six learned features change at
# the known pixels, $|\hat w_\alpha - w_\alpha|$ as a share of $|w_\alpha|$?

# %%
guess_identity = None  # a number
guess_change = None  # per cent

# %%
ridges = 10.0 ** np.arange(-6, 1.1, 0.5)
Us = [lrw.dictionaries.kernel_ridge(kernel, points, alpha, ridge) for ridge in [*ridges, 0.1]]
off_identity = [np.abs(U[alpha] - np.eye(150)).max() for U in Us]
changes = [np.linalg.norm(U[alpha] @ W[alpha] - W[alpha]) / np.linalg.norm(W[alpha]) for U in Us]

fig, ax = plt.subplots(figsize=(5.4, 3.2), layout="constrained")
ax.loglog(ridges, off_identity[:-1], "o-", color=BLUE, ms=4, label="largest entry of $|U[\\alpha] - I|$")
ax.loglog(ridges, changes[:-1], "s--", color=ORANGE, ms=4, label="change of the features at $\\alpha$")
ax.axvline(0.1, color="0.6", lw=0.8)
ax.set(xlabel="ridge $\\lambda$", title="How far the prediction leaves what was known", ylim=(1e-6, 2))
ax.legend()
plt.show()
teaching.compare_guess(guess_identity, float(off_identity[-1]), "largest entry of |U[alpha] - I|")
teaching.compare_guess(guess_change, float(100 * changes[-1]), "change of the features, per cent")

# %% [markdown]
# 0.65: there is a known pixel that keeps only a third of what it is told. **So $w_\alpha$ are not the weights at the known pixels.** They are *coordinates*: numbers from which all
# weights follow, the known ones included. And yet the learned features hardly notice. How do these go together?
#
# Look along the eigenvectors of $K_\alpha$, $K_\alpha q = s\, q$, (n_alpha,). They are patterns on the known pixels, and $U[\alpha]$ multiplies each by a number of its own:
#
# $$U[\alpha]\, q = \frac{s}{s + \lambda}\, q.$$

# %%
s, Q = np.linalg.eigh(k_alpha[:, alpha])  # (150,) rising, (150, 150) an eigenvector a column
amount = np.abs(Q.T @ W[alpha]).mean(axis=1)  # (150,) how much of each pattern the learned features hold

fig, axes = plt.subplots(1, 4, figsize=(9, 2.5), layout="constrained", width_ratios=[1, 1, 1.5, 1.5])
for ax, k in zip(axes, (-2, 0)):
    pattern = np.zeros(784)
    pattern[alpha] = Q[:, k]
    kept = s[k] / (s[k] + 0.1)
    plotting.show_feature(pattern, shape, ax, known=alpha).set_title(f"$s$ = {s[k]:.2g}: kept {kept:.0%}")
axes[2].semilogy(s[::-1], color=BLUE)
axes[2].axhline(0.1, color="0.6", lw=0.8)
axes[2].text(148, 0.12, "$\\lambda$ = 0.1", ha="right")
axes[2].set(title="eigenvalues $s$ of $K_\\alpha$", xlabel="pattern, smooth to rough")
axes[3].plot((s / (s + 0.1))[::-1], color=BLUE, label="kept, $s / (s + \\lambda)$")
axes[3].plot((amount / amount.max())[::-1], color=ORANGE, lw=0.9, label="in the features")
axes[3].set(title="what is kept, and what there is", xlabel="pattern, smooth to rough")
axes[3].legend(fontsize="small")
plt.show()

# %% [markdown]
# Smooth patterns have large eigenvalues and pass. Rough ones, in which close neighbours disagree (second picture), have small ones and are
# rubbed out. The ridge is a *filter*, and learned features have hardly anything in the part that it takes away. $|U[\alpha] - I|$ speaks about the worst pattern, the features about those that occur.
#
# Nothing is out of reach, though. $U = k_\alpha^\top A^{-1}$ with an invertible $A$, whatever $\lambda$ is: all these $U$ have the same column space, and every $W = U w_\alpha$
# that one can make another one can make too, with other coordinates.
#
# ### Exercise 3: coordinates
#
# We want the feature to have given values at the known pixels *after* the prediction: $(U w_\alpha)[\alpha]$ = values. Which $w_\alpha$ does it?


# %% starter coordinates
def coordinates(values, U, alpha):
    return ...  # (n_alpha,): the w_alpha with (U w_alpha)[alpha] = values


# %% [markdown] hint coordinates
# The rows `alpha` of $U w_\alpha$ are $U[\alpha]\, w_\alpha$. What is known in this equation, and what is unknown?

# %% [markdown] hint coordinates
# $U[\alpha]\, w_\alpha$ = values is a linear system, (n_alpha, n_alpha)(n_alpha,) = (n_alpha,).

# %% [markdown] hint coordinates
# `np.linalg.solve` with `U[alpha]` and `values`.


# %% solution coordinates
def coordinates(values, U, alpha):
    return np.linalg.solve(U[alpha], values)  # (n_alpha,)


# %% mutant coordinates: the values themselves
def coordinates(values, U, alpha):
    return values


# %% mutant coordinates: predicted instead of solved
def coordinates(values, U, alpha):
    return U[alpha] @ values


# %% mutant coordinates: the transpose instead of the inverse
def coordinates(values, U, alpha):
    return U[alpha].T @ values


# %% mutant coordinates: divided by the diagonal only
def coordinates(values, U, alpha):
    return values / np.diag(U[alpha])


# %% mutant coordinates: the first rows instead of the known ones
def coordinates(values, U, alpha):
    return np.linalg.solve(U[: len(alpha)] + 1e-3 * np.eye(len(alpha)), values)


# %% mutant coordinates: the whole feature comes back
def coordinates(values, U, alpha):
    return U @ np.linalg.solve(U[alpha], values)


# %% accept coordinates: least squares
def coordinates(values, U, alpha):
    return np.linalg.lstsq(U[alpha], values, rcond=None)[0]


# %% accept coordinates: what the ridge takes is given in advance, over and over
def coordinates(values, U, alpha):
    w = values.copy()
    for _ in range(5000):
        w = w + values - U[alpha] @ w
    return w


# %% check coordinates
with check("coordinates") as c:
    k_small = lrw.SquaredExponential(1.3)
    U_small = lrw.dictionaries.kernel_ridge(k_small, some_points, some, ridge=0.1)  # (42, 8)
    wanted_values = rng.normal(size=8)
    found = coordinates(wanted_values, U_small, some)
    right = linalg.pinv(U_small[some]) @ wanted_values
    c.close(found, right, "the coordinates of 8 values", tolerance=1e-6)

# %% [markdown]
# When only $w_\alpha$ is trained, the optimiser does this for you: it does not care what the coordinates mean. But *it* feels the difference: the same $W$ is near in some coordinates and far in others.
# Notebook 04 follows its path.
#
# ### What the ridge is good for
#
# So far it only takes away. Now suppose that the known values are not exact. We draw features from the Gaussian process itself ($\sigma = 2$, of size 1), add noise of
# standard deviation 0.3 to the known values, and predict the hidden ones with different ridges.
#
# **Guess first.** Which ridge predicts best?

# %%
guess_ridge = None  # for instance 0, 0.01, 0.1, 0.3 or 1

# %%
n = teaching.sized(full=200, tiny=60)
truth = draw_features(2.0, n)  # (784, n)
told = truth[alpha] + 0.3 * rng.normal(size=(150, n))  # (150, n) known, with noise
ridges_of_noise = 10.0 ** np.arange(-4, 1.01, 0.25)
Us = [lrw.dictionaries.kernel_ridge(kernel, points, alpha, ridge) for ridge in ridges_of_noise]
errors = [np.sqrt(np.mean((U @ told - truth)[hidden] ** 2)) for U in Us]

fig, ax = plt.subplots(figsize=(5.2, 2.9), layout="constrained")
ax.semilogx(ridges_of_noise, errors, "o-", ms=4, color=BLUE)
ax.axvline(0.3**2, color=ORANGE, ls="--", label="$\\lambda = 0.3^2$")
ax.set(xlabel="ridge $\\lambda$", ylabel="error at hidden pixels (rms)")
ax.set(title="Known values with noise of size 0.3", ylim=(0, None))
ax.legend()
plt.show()
tried = ridges_of_noise[np.argmin(errors)]
teaching.compare_guess(guess_ridge, float(0.3**2), f"best ridge (best of those tried: {tried:.2g})")

# %% [markdown]
# $0.09 = 0.3^2$, the *variance* of the noise, measured in units of the features' own variance. That is what the ridge means: $\lambda$ says how much of a
# known value is noise. Without noise the best ridge is small; with too small a ridge the prediction believes every accident.
#
# ## 4 · When the system becomes treacherous
#
# If two known pixels are close together compared with $\sigma$, their rows in $K_\alpha$ are almost the same, and to tell them apart the solver must
# subtract nearly equal numbers. How bad it is says the *condition number*, the ratio of the largest to the smallest eigenvalue:
# errors in what goes in may come out that much larger. A double has 16 digits; with a condition of $10^6$ six of them may be lost.
#
# **Guess first.** $\sigma = 2$ without a ridge gives a condition number of $10^4$. What does $\sigma = 3$ give?

# %%
guess_condition = None  # for instance 2e4, 1e5, 1e6, 1e7

# %%
length_scales = np.arange(0.5, 6.01, 0.5)
Ks = [lrw.SquaredExponential(x)(points[alpha], points[alpha]) for x in length_scales]  # (150, 150) each
fig, ax = plt.subplots(figsize=(5.6, 3.3), layout="constrained")
for ridge, style in zip((0, 1e-4, 1e-2, 1e-1), plotting.line_styles(4)):
    conditions = [np.linalg.cond(K + ridge * np.eye(150)) for K in Ks]
    ax.semilogy(length_scales, conditions, label=f"{ridge:g}", **style)
ax.axhline(1e12, color="0.4", lw=0.8)
ax.text(0.5, 2e12, "above this the package refuses", fontsize="small")
ax.set(xlabel="length scale $\\sigma$ (pixels)", ylabel="condition number", ylim=(0.5, 1e17))
ax.legend(title="ridge $\\lambda$")
plt.show()
teaching.compare_guess(guess_condition, float(np.linalg.cond(Ks[5])), "condition number, length scale 3")

# %% [markdown]
# Every half pixel more costs a factor of about twenty; a ridge puts a ceiling on that. For it adds $\lambda$ to every eigenvalue: the condition becomes
#
# $$\frac{s_{\max} + \lambda}{s_{\min} + \lambda}.$$
#
# ### Exercise 4: the smallest ridge that is safe
#
# Given $K_\alpha$, find the smallest $\lambda \geq 0$ with which the condition number of $K_\alpha + \lambda I$ is at most `worst`. `np.linalg.eigvalsh(K)` returns the
# eigenvalues in rising order. If the condition is good already, the answer is 0.


# %% starter smallest_ridge
def smallest_ridge(K_alpha, worst):
    s = np.linalg.eigvalsh(K_alpha)  # (n_alpha,) rising
    return ...  # a number


# %% [markdown] hint smallest_ridge
# Call the eigenvalues s[0] (smallest) and s[-1] (largest). Set the ratio above equal to `worst`, and solve for $\lambda$ on paper.

# %% [markdown] hint smallest_ridge
# $s_{\max} + \lambda = \mathrm{worst} \cdot (s_{\min} + \lambda)$. Bring $\lambda$ to one side. What if the result is negative?

# %% [markdown] hint smallest_ridge
# `(s[-1] - worst * s[0]) / (worst - 1)`, and `max(0.0, ...)` around it.


# %% solution smallest_ridge
def smallest_ridge(K_alpha, worst):
    s = np.linalg.eigvalsh(K_alpha)  # (n_alpha,) rising
    return max(0.0, (s[-1] - worst * s[0]) / (worst - 1))  # a number


# %% mutant smallest_ridge: the smallest eigenvalue is taken for zero
def smallest_ridge(K_alpha, worst):
    return np.linalg.eigvalsh(K_alpha)[-1] / worst


# %% mutant smallest_ridge: negative where none is needed
def smallest_ridge(K_alpha, worst):
    s = np.linalg.eigvalsh(K_alpha)
    return (s[-1] - worst * s[0]) / (worst - 1)


# %% mutant smallest_ridge: the ridge is added to one eigenvalue only
def smallest_ridge(K_alpha, worst):
    s = np.linalg.eigvalsh(K_alpha)
    return max(0.0, s[-1] / worst - s[0])


# %% mutant smallest_ridge: the eigenvalues the wrong way round
def smallest_ridge(K_alpha, worst):
    s = np.linalg.eigvalsh(K_alpha)[::-1]
    return max(0.0, (s[-1] - worst * s[0]) / (worst - 1))


# %% mutant smallest_ridge: not the smallest, ten times as much
def smallest_ridge(K_alpha, worst):
    s = np.linalg.eigvalsh(K_alpha)
    return 10 * max(0.0, (s[-1] - worst * s[0]) / (worst - 1))


# %% mutant smallest_ridge: the condition number instead of the ridge
def smallest_ridge(K_alpha, worst):
    return np.linalg.cond(K_alpha)


# %% accept smallest_ridge: bisection
def smallest_ridge(K_alpha, worst):
    low, high, eye = 0.0, 1e3, np.eye(len(K_alpha))
    if np.linalg.cond(K_alpha) <= worst:
        return 0
    for _ in range(80):
        middle = (low + high) / 2
        bad = np.linalg.cond(K_alpha + middle * eye) > worst
        low, high = (middle, high) if bad else (low, middle)
    return high


# %% accept smallest_ridge: singular values, an array without axes
def smallest_ridge(K_alpha, worst):
    values = np.linalg.svd(K_alpha, compute_uv=False)
    return np.clip((values.max() - worst * values.min()) / (worst - 1), 0, None)


# %% check smallest_ridge
with check("smallest_ridge") as c:
    from scipy.optimize import brentq

    K_small = lrw.SquaredExponential(1.3)(some_points[some], some_points[some])  # (8, 8)
    for worst in (5.0, 2.0, 1.1):
        right = brentq(lambda r, worst=worst: np.linalg.cond(K_small + r * np.eye(8)) - worst, 0, 100)
        found = smallest_ridge(K_small, worst)
        c.close(found, right, f"the ridge for a condition of {worst:g}", tolerance=1e-6)
    c.close(smallest_ridge(K_small, 1e6), 0.0, "the ridge where none is needed")

# %% [markdown]
# ### Never invert
#
# In exact arithmetic `inv(A) @ B` and `solve(A, B)` are the same. On a computer they are not. Without a ridge $U[\alpha]$ should be $I$, so its distance from $I$ is pure rounding. We compare the inverse with
# Cholesky's method, which writes $A = L L^\top$ with a triangular $L$ and then solves twice by substitution. It works for exactly the matrices that kernels give, symmetric with positive
# eigenvalues, and it tells when they are not.
#
# **Guess first.** At $\sigma = 4$, how many times larger is the error of the inverse?

# %%
guess_inverse = None  # for instance 1, 10, 100 or 1000

# %%
rounding = {"inverse": [], "Cholesky": []}
several = np.arange(0.5, 5.01, 0.5)
for x in several:
    k = lrw.SquaredExponential(x)(points[alpha], points)  # (150, 784)
    by_inverse = (np.linalg.inv(k[:, alpha]) @ k).T  # (784, 150)
    by_cholesky = linalg.cho_solve(linalg.cho_factor(k[:, alpha], lower=True), k).T  # (784, 150)
    for name, U in (("inverse", by_inverse), ("Cholesky", by_cholesky)):
        rounding[name].append(np.abs(U[alpha] - np.eye(150)).max())

fig, ax = plt.subplots(figsize=(5.4, 2.9), layout="constrained")
for (name, y), style in zip(rounding.items(), plotting.line_styles(2)):
    ax.semilogy(several, y, label=name, **style)
ax.set(xlabel="length scale $\\sigma$ (pixels)", ylabel="largest entry of $|U[\\alpha] - I|$")
ax.set_title("Rounding, no ridge")
ax.legend()
plt.show()
ratio = float(rounding["inverse"][7] / rounding["Cholesky"][7])
teaching.compare_guess(guess_inverse, float(f"{ratio:.1g}"), "inverse against Cholesky, times, about")

# %% [markdown]
# `lrw.dictionaries.kernel_ridge` solves by Cholesky, estimates the condition number on the way, and refuses before nonsense comes out. Its message names the three things that you can change:

# %%
try:
    lrw.dictionaries.kernel_ridge(lrw.SquaredExponential(6.0), points, alpha, ridge=0)
except ValueError as error:
    print(error)

# %% [markdown]
# ## 5 · How sure is it?
#
# In the picture of section 1 a feature is a draw from a normal distribution with covariance $K$. Then "predict the hidden weights from the known ones" is a question about a conditional distribution, and has a textbook answer: it is
# normal again, and
#
# $$\mathrm{mean} = k_\alpha^\top (K_\alpha + \lambda I)^{-1} w_\alpha, \qquad \mathrm{var}_i = k(i, i) - k_i^\top (K_\alpha + \lambda I)^{-1} k_i,$$
#
# where $k_i$ (n_alpha,) is column $i$ of $k_\alpha$, and $\lambda$ the variance of the noise on the known values. The mean is our $U w_\alpha$: kernel ridge and Gaussian process
# are two names of one prediction. The variance is new, and it is read like a bill: what we did not know before, $k(i, i)$, minus what the known pixels explain.
#
# ### Exercise 5: the variance
#
# For all pixels at once, (n_v,). Do not take $k(i, i)$ for 1: kernels add and multiply, and `2.0 * kernel` has 2 there. `kernel.diagonal(points)` gives it.


# %% starter variance
def variance(kernel, points, alpha, ridge):
    k_alpha = kernel(points[alpha], points)  # (n_alpha, n_v)
    A = k_alpha[:, alpha] + ridge * np.eye(len(alpha))  # (n_alpha, n_alpha)
    explained = ...  # (n_v,)
    return ...  # (n_v,)


# %% [markdown] hint variance
# `np.linalg.solve(A, k_alpha)` is (n_alpha, n_v): its column $i$ is $A^{-1} k_i$. You need the inner product of that column with column $i$ of `k_alpha`.

# %% [markdown] hint variance
# Inner products of corresponding columns: multiply entry by entry, then sum over the rows. (A full product would be (n_v, n_v), of which you would use only the diagonal.)

# %% [markdown] hint variance
# `explained = (k_alpha * np.linalg.solve(A, k_alpha)).sum(axis=0)`, and the answer is `kernel.diagonal(points) - explained`.


# %% solution variance
def variance(kernel, points, alpha, ridge):
    k_alpha = kernel(points[alpha], points)  # (n_alpha, n_v)
    A = k_alpha[:, alpha] + ridge * np.eye(len(alpha))  # (n_alpha, n_alpha)
    explained = (k_alpha * np.linalg.solve(A, k_alpha)).sum(axis=0)  # (n_v,), one for each column
    return kernel.diagonal(points) - explained  # (n_v,)


# %% mutant variance: k(i, i) is taken for 1
def variance(kernel, points, alpha, ridge):
    k_alpha = kernel(points[alpha], points)
    A = k_alpha[:, alpha] + ridge * np.eye(len(alpha))
    return 1 - (k_alpha * np.linalg.solve(A, k_alpha)).sum(axis=0)


# %% mutant variance: only what is explained
def variance(kernel, points, alpha, ridge):
    k_alpha = kernel(points[alpha], points)
    A = k_alpha[:, alpha] + ridge * np.eye(len(alpha))
    return (k_alpha * np.linalg.solve(A, k_alpha)).sum(axis=0)


# %% mutant variance: the standard deviation
def variance(kernel, points, alpha, ridge):
    return np.sqrt(lrw.predictive_variance(kernel, points, alpha, ridge))


# %% mutant variance: nothing solved
def variance(kernel, points, alpha, ridge):
    return kernel.diagonal(points) - (kernel(points[alpha], points) ** 2).sum(axis=0)


# %% mutant variance: without the ridge
def variance(kernel, points, alpha, ridge):
    k_alpha = kernel(points[alpha], points)
    explained = (k_alpha * np.linalg.solve(k_alpha[:, alpha], k_alpha)).sum(axis=0)
    return kernel.diagonal(points) - explained


# %% mutant variance: summed over the pixels instead of the known ones
def variance(kernel, points, alpha, ridge):
    k_alpha = kernel(points[alpha], points)
    A = k_alpha[:, alpha] + ridge * np.eye(len(alpha))
    return kernel.diagonal(points[alpha]) - (k_alpha * np.linalg.solve(A, k_alpha)).sum(axis=1)


# %% mutant variance: the whole covariance
def variance(kernel, points, alpha, ridge):
    k_alpha = kernel(points[alpha], points)
    A = k_alpha[:, alpha] + ridge * np.eye(len(alpha))
    return kernel(points, points) - k_alpha.T @ np.linalg.solve(A, k_alpha)


# %% mutant variance: that of a new noisy measurement
def variance(kernel, points, alpha, ridge):
    return lrw.predictive_variance(kernel, points, alpha, ridge) + ridge


# %% accept variance: the diagonal of the whole covariance
def variance(kernel, points, alpha, ridge):
    K = kernel(points, points)
    A = K[np.ix_(alpha, alpha)] + ridge * np.eye(len(alpha))
    return np.diag(K - K[:, alpha] @ np.linalg.inv(A) @ K[alpha])


# %% accept variance: half of it, squared: with the triangle of Cholesky
def variance(kernel, points, alpha, ridge):
    k = kernel(points[alpha], points)
    L = np.linalg.cholesky(k[:, alpha] + ridge * np.eye(len(alpha)))
    half = linalg.solve_triangular(L, k, lower=True)
    return [float(kernel([p], [p])[0, 0] - h @ h) for p, h in zip(points, half.T)]


# %% check variance
with check("variance") as c:
    for some_kernel in (2.0 * lrw.SquaredExponential(1.3), lrw.SquaredExponential(0.8)):
        found = variance(some_kernel, some_points, some, 0.3)
        right = lrw.predictive_variance(some_kernel, some_points, some, 0.3)  # (42,)
        c.close(found, right, f"the variance with {some_kernel}, ridge 0.3")

# %% [markdown]
# The standard deviation, its root, has the unit of the weights. Below: one row of a feature that is drawn from the process, told with noise of 0.3; the prediction; and two standard deviations to both sides.
#
# **Guess first.** In what share of all hidden pixels is the truth inside that band?

# %%
guess_band = None  # per cent

# %%
noise = 0.3**2
U = lrw.dictionaries.kernel_ridge(kernel, points, alpha, noise)  # (784, 150)
sd = np.sqrt(lrw.predictive_variance(kernel, points, alpha, noise))  # (784,)
mean = U @ told  # (784, n) = (784, 150)(150, n)
inside = np.abs(mean - truth) < 2 * sd[:, None]  # (784, n)

column = np.arange(28)
r = 14 * 28 + column  # (28,) the pixels of row 14
in_row = np.flatnonzero(alpha // 28 == 14)  # which of the known pixels are in this row
low, high = (mean - 2 * sd[:, None])[r, 0], (mean + 2 * sd[:, None])[r, 0]  # (28,) each
fig, axes = plt.subplots(1, 3, figsize=(9, 2.8), layout="constrained", width_ratios=[2, 1, 1])
axes[0].fill_between(column, low, high, color=ORANGE, alpha=0.25, lw=0)
axes[0].plot(column, mean[r, 0], color=ORANGE, label="prediction ± 2 sd")
axes[0].plot(column, truth[r, 0], "--", color=BLUE, label="truth")
axes[0].plot(alpha[in_row] % 28, told[in_row, 0], "o", color=BLUE, ms=5, label="told, in this row")
axes[0].set(xlabel="column (pixels)", ylabel="weight", title="row 14 of one feature")
axes[0].legend(fontsize="small")
image = axes[1].imshow(sd.reshape(shape), cmap="cividis", vmin=0)
mark(axes[1], alpha, "w.", 2).set_title("standard deviation\n(dots: known pixels)")
fig.colorbar(image, ax=axes[1], shrink=0.8)
image = axes[2].imshow(np.sqrt(np.mean((mean - truth) ** 2, axis=1)).reshape(shape), cmap="cividis", vmin=0)
axes[2].set_title(f"error that was made\n(rms of {n} features)")
fig.colorbar(image, ax=axes[2], shrink=0.8)
for ax in axes[1:]:
    ax.set(xticks=[], yticks=[])
plt.show()
inside_share = float(100 * inside[hidden].mean())
teaching.compare_guess(guess_band, inside_share, "hidden pixels inside the band, per cent")

# %% [markdown]
# The prediction knows how wrong it will be, pixel by pixel: the two maps agree, and 95 % of the truth lies in the band, as it should for a normal distribution. (The known pixels outside this row have a say as well; that is
# why the band is narrow in some places without a dot.)

# %% [markdown] question depends
# **Question.** Look at the formula of the variance. What does it *not* depend on? What can you do with that, before any training?

# %% [markdown] answer depends
# Not on $w_\alpha$: only on places. Before a single weight is known, the map of the uncertainty can be drawn, for any index set. So one can *design* the
# index set: put each next known pixel where the uncertainty is largest. The cell below does, in five lines.

# %%
designed = [14 * 28 + 14]
while len(designed) < 60:
    remaining = lrw.predictive_variance(kernel, points, designed, 0.01)  # (784,)
    remaining[designed] = -1
    designed.append(int(remaining.argmax()))

by_chance = lrw.sample_index_set(784, 60, rng=0)
sets = {"60 at random": by_chance, "60, each where least is known": np.array(designed)}
fig, axes = plt.subplots(1, 2, figsize=(5.6, 3), layout="constrained")
for ax, (title, some_set) in zip(axes, sets.items()):
    sd_set = np.sqrt(lrw.predictive_variance(kernel, points, some_set, 0.01))  # (784,)
    image = ax.imshow(sd_set.reshape(shape), cmap="cividis", vmin=0, vmax=1)
    mark(ax, some_set, "w.", 3).set(title=title, xticks=[], yticks=[])
    ax.set_xlabel(f"mean {sd_set.mean():.2f}, largest {sd_set.max():.2f}")
fig.colorbar(image, ax=axes, shrink=0.8, label="standard deviation")
plt.show()

# %% [markdown]
# All this is true for features drawn from the process. The learned ones were not. They have a size of their own, which is estimated from the known values by $s^2 = w_\alpha^\top A^{-1} w_\alpha / n_\alpha$, and then their bands are $\pm 2\, s \cdot \mathrm{sd}$:

# %%
for length_scale, ridge in ((chosen, 1e-2), (2.0, 1e-2), (chosen, 1e-4)):
    k = lrw.SquaredExponential(length_scale)
    A = k(points[alpha], points[alpha]) + ridge * np.eye(150)  # (150, 150)
    size = np.sqrt(np.sum(W[alpha] * np.linalg.solve(A, W[alpha]), axis=0) / 150)  # (6,) one for each feature
    sd = np.sqrt(lrw.predictive_variance(k, points, alpha, ridge))  # (784,)
    off = lrw.dictionaries.kernel_ridge(k, points, alpha, ridge) @ W[alpha] - W  # (784, 6)
    share = np.mean(np.abs(off)[hidden] < 2 * size * sd[hidden, None])
    print(f"length scale {length_scale:.2f}, ridge {ridge:g}: {share:.0%} of hidden weights inside the band")

# %% [markdown]
# With good settings it is honest for the learned features too; with others it is too timid, or boasts. An uncertainty is worth as much as the kernel that it was computed from.
#
# ## 6 · Choosing the length scale
#
# We cannot choose $\sigma$ by looking at how well the hidden weights come out: when a network is trained, nobody knows them. But the *known* ones say something as well. Under the
# process they have the density of a normal distribution with covariance $s^2 (K_\alpha + \lambda I)$, and we may ask for which $\sigma$ they are most probable. Its logarithm is, for one feature and with the best $s$,
#
# $$\log p(w_\alpha) = -\frac{n_\alpha}{2} \log \frac{w_\alpha^\top A^{-1} w_\alpha}{n_\alpha} - \frac{1}{2} \log \det A + \mathrm{const}, \qquad A = K_\alpha + \lambda I.$$
#
# The first term wants the known values to look typical; the second one charges for flexibility: a kernel that would find anything typical is not rewarded for finding this. It is called the *marginal likelihood*.
#
# **Guess first.** We compute it from the 150 known weights, and, as only we can, the score of the prediction at the 634 hidden ones. Will the two have their tops at the same $\sigma$?

# %%
guess_tops = None  # "the same", "close" or "far apart"

# %%
length_scales = np.arange(1, 6.01, 0.25)
kernels = [lrw.SquaredExponential(x) for x in length_scales]
likelihood = [log_marginal_likelihood(W[alpha], k, points, alpha, ridge=1e-2) for k in kernels]


def median_score(k, ridge):
    """Median correlation of six features with their predictions, over hidden pixels."""
    W_hat = lrw.dictionaries.kernel_ridge(k, points, alpha, ridge) @ W[alpha]  # (784, 6)
    return np.median([np.corrcoef(w[hidden], w_hat[hidden])[0, 1] for w, w_hat in zip(W.T, W_hat.T)])


scores = [median_score(k, 1e-2) for k in kernels]
fig, (ax, below) = plt.subplots(2, 1, figsize=(5.4, 4), layout="constrained", sharex=True)
ax.plot(length_scales, likelihood, "o-", ms=4, color=BLUE)
below.plot(length_scales, scores, "s--", ms=4, color=ORANGE)
for a in (ax, below):
    a.axvline(chosen, color="0.6", lw=0.8)
ax.set_title(f"chosen from the known weights alone: {chosen:.2f} pixels")
ax.set_ylabel("log likelihood\nof the known")
below.set(xlabel="length scale $\\sigma$ (pixels)", ylabel="score\nat the hidden")
plt.show()
apart = abs(length_scales[np.argmax(scores)] - chosen)
verdict = "the same" if apart < 0.2 else "close" if apart < 1 else "far apart"
best = length_scales[np.argmax(scores)]
both = f"{chosen:.2f} from the known, {best:.2f} with hindsight"
teaching.compare_guess(guess_tops, verdict, f"the tops ({both})")

# %% [markdown]
# The known weights know what the hidden ones need. `choose_length_scale(w_alpha, points, alpha)` looks for the top; that is how notebook 01 found its length scales.
#
# Now both knobs at once. Each cell of the map is the score at hidden pixels; grey is where the package refuses.

# %%
sigmas, ridges = (1, 2, 3, 4, 5, 6), (0, 1e-6, 1e-4, 1e-2, 1e-1, 1)


def score_or_nan(sigma, ridge):
    """The median score, or nan where the system is refused."""
    try:
        return median_score(lrw.SquaredExponential(sigma), ridge)
    except ValueError:
        return np.nan


table = np.array([[score_or_nan(x, ridge) for x in sigmas] for ridge in ridges])  # (6, 6)
fig, ax = plt.subplots(figsize=(4.8, 3.8), layout="constrained")
ax.imshow(np.ma.masked_invalid(table), cmap="cividis", vmin=0.7, vmax=1, aspect="auto")
ax.set_facecolor(plotting.UNKNOWN)
for (i, j), value in np.ndenumerate(table):
    ax.text(j, i, "refused" if np.isnan(value) else f"{value:.3f}", ha="center", va="center", fontsize="small",
            color="white" if value < 0.87 else "black")  # fmt: skip
ax.set(xticks=range(6), xticklabels=sigmas, yticks=range(6), yticklabels=[f"{r:g}" for r in ridges])
ax.set(xlabel="length scale $\\sigma$ (pixels)", ylabel="ridge $\\lambda$")
ax.set_title("median score at the hidden pixels")
plt.show()

# %% [markdown] question knobs
# **Question.** Read the map. Along the top row (no ridge), why do scores rise and then fall? Why does a ridge of $10^{-4}$ cure that? Which setting would you take if you did not know how smooth the features are?

# %% [markdown] answer knobs
# At $\sigma = 1$ a hill ends before it reaches the next known pixel: the gaps are filled with 0. At $\sigma = 4$ the kernel expects features smoother than these are. Without a ridge it must explain every small deviation all the same, by huge heights of
# opposite sign (entries of $U$ exceed 200), and swings wildly between the known pixels. A ridge lets it leave small deviations unexplained. With $\lambda$ between $10^{-4}$ and $10^{-2}$ everything from $\sigma = 2$ to 4 works: **a little ridge makes the choice of $\sigma$ forgiving.** That is the setting to take; and far to the lower right, features are ironed flat.

# %% [markdown]
# ### One kernel, many features
#
# One $U$ serves all features of a layer, so one length scale has to. What if they differ? Kernels add: `0.95 * k1 + 0.05 * k2` believes in features with a smooth part and a little of a fine one. Six features of
# photographs, from smooth to rough:

# %%
photographs = lrw.explorer.load_features()["photographs"].reshape(6, 256).T  # (256, 6)
grid, known = lrw.grid_coordinates((16, 16)), lrw.sample_index_set(256, 51, rng=0)
own = [choose_length_scale(photographs[known, j], grid, known) for j in range(6)]
common = choose_length_scale(photographs[known], grid, known)
print("each by itself:", np.round(own, 1), " one for all:", round(common, 1))
kernel_sum = 0.95 * lrw.SquaredExponential(4.0) + 0.05 * lrw.SquaredExponential(1.0)
for k in (lrw.SquaredExponential(1.0), lrw.SquaredExponential(common), kernel_sum):
    value = log_marginal_likelihood(photographs[known], k, grid, known, ridge=1e-2)
    print(f"log likelihood {value:6.1f}  {k}")

# %% [markdown]
# These are logarithms: 20 more means $e^{20}$ times as probable. A twentieth of a finer kernel makes that difference, because not all of
# these features are smooth (the sum was found by trying several, on the known weights alone).
#
# The paper answers with several dictionaries side by side, its *columns* (notebook 03), and, in deeper layers, with kernels that are measured instead of assumed (notebook 05).
#
# If MNIST is here, its features too have their say about the length scale. (The paper uses 1.0 for its dictionaries of MNIST, the authors' example 2.0.)

# %%
if {x.name: x.place for x in lrw.datasets.status()}["mnist"] == "missing":
    print("MNIST is not here, and not needed.")
else:
    mnist, n_train = lrw.datasets.fetch_mnist(), teaching.sized(full=5000, tiny=200)
    ordinary = {"dictionary": "none", "n_columns": 1, "weight_decay": 1e-2, "random_state": 0}
    network = lrw.LowRankMLPClassifier((24,), max_iter=120, **ordinary)
    network.fit(mnist.X_train[:n_train], mnist.y_train[:n_train])
    w_known = network.filters_[0][alpha]  # (150, 24)
    print(f"features of MNIST: length scale {choose_length_scale(w_known, points, alpha):.2f} pixels")

# %% [markdown]
# ## 7 · Turn the knobs yourself
#
# The same features, the same formula, at your fingertips: paint known pixels, slide $\sigma$ and $\lambda$, point at a known pixel to see its atom. Start at $\sigma = 4$ with the smallest ridge, then raise it slowly.

# %%
try:
    widget = lrw.explorer.Explorer(length_scale=4.0, ridge=1e-4, proportion=0.2)
except ImportError as error:
    widget = None
    print(error)
widget

# %% [markdown]
# ## Summary
#
# - $K$ holds a hill for each pixel; draws from $N(0, K)$ show what the kernel believes. Solve, and hills become atoms: with $\lambda = 0$, 1 at their own known pixel and 0 at all others.
# - The ridge multiplies each pattern by $s / (s + \lambda)$: smooth ones pass, rough ones are rubbed out. $w_\alpha$ are then coordinates, not the weights at $\alpha$. Its natural size is the variance of the noise.
# - Wide kernels are badly conditioned, a ridge puts a ceiling on it. Solve by Cholesky; never invert.
# - Kernel ridge is the mean of a Gaussian process, whose variance depends on places only: one can see, before training, where the prediction will be poor.
# - The marginal likelihood of the known weights chooses the length scale, and a little ridge forgives a wrong one.
#
# In the package, in `dictionaries/`: `kernels.py` (exercise 1), `ridge.py` (exercises 2 and 5, and the refusal of section 4), `length_scales.py`. In notebook 03 $U$ is just a matrix, and you learn $w_\alpha$.

# %%
check.summary()
