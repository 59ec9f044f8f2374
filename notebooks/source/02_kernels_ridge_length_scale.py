# ---
# title: Kernels, ridge and length scale
# minutes: 85
# seconds: 9
# learn: what the matrices $K$ and $U$ look like and how to write them yourself; what the ridge does to the known pixels, and why $w_\alpha$ are coordinates and not weights; when rounding errors spoil the linear system, and why one solves by Cholesky and never inverts; how unsure a prediction is; how to choose the length scale without looking at what is hidden, and how to learn it by the gradient.
# need: Notebook 01, or the knowledge that a feature is predicted by $\hat w = U w_\alpha$. NumPy, linear systems, eigenvalues, the normal distribution. No network and no data to download.
# ---

# %% [markdown]
# In notebook 01 a feature came back from a fifth of its pixels, by one product with a matrix,
#
# $$\hat w = U w_\alpha, \qquad U = k_\alpha^\top (K_\alpha + \lambda I)^{-1}, \qquad (n_v, n_\alpha) = (n_v, n_\alpha)(n_\alpha, n_\alpha).$$
#
# $\alpha$ are the numbers of the $n_\alpha$ known pixels (an *index set*), out of $n_v$. $K_\alpha$ holds the kernel between known pixels, $k_\alpha$ the kernel between the known ones and all.
#
# There are two knobs in it: the length scale $\sigma$, hidden in the kernel, and the ridge $\lambda$. In this notebook you take the formula apart, turn both
# knobs until something breaks, and learn how to set them.
#
# As always: **guess** before you look.

# %%
from decimal import Decimal

import matplotlib.pyplot as plt
import numpy as np
from scipy import linalg, optimize

import lowrankweights as lrw
from lowrankweights import plotting, teaching
from lowrankweights.dictionaries.length_scales import choose_length_scale, log_marginal_likelihood

teaching.begin()  # one thread of BLAS is enough; fits end early on purpose
check = teaching.Checks(
    ["squared_exponential", "dictionary", "coordinates", "smallest_ridge", "variance", "dK_dl"]
)
rng = np.random.default_rng(0)
plt.rcParams.update(plotting.STYLE)
BLUE, ORANGE, GREEN = (plotting.COLOURS[c] for c in ("blue", "orange", "green"))

shape = (28, 28)
points = lrw.grid_coordinates(shape)  # (784, 2): row, column of every pixel
alpha = lrw.sample_index_set(784, n_alpha=150, rng=0)  # (150,) the known ones, about a fifth
hidden = np.setdiff1d(np.arange(784), alpha)  # (634,) the others
W = lrw.explorer.load_features()["digits"].reshape(6, 784).T  # (784, 6), of a network that reads digits
W = W / W.std(axis=0)  # (784, 6), each with standard deviation 1

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
# A kernel $k(i, j)$ says how alike the weights at two pixels are expected to be, from where the pixels are ($i_1$ is the row of pixel $i$, $i_2$ its column):
#
# $$k(i, j) = \exp \left( -\frac{(i_1 - j_1)^2 + (i_2 - j_2)^2}{2 \sigma^2} \right).$$
#
# ### Exercise 1: a kernel
#
# `points_a` is (n_a, 2) and `points_b` is (n_b, 2): a row and a column of the image for each point. Return the matrix of all pairs, (n_a, n_b).


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


# %% mutant squared_exponential: the mean over rows and columns instead of the sum
def squared_exponential(points_a, points_b, length_scale):
    difference = points_a[:, None] - points_b[None]
    return np.exp(-(difference**2).mean(axis=2) / (2 * length_scale**2))


# %% mutant squared_exponential: a density's factor in front
def squared_exponential(points_a, points_b, length_scale):
    squared_distance = ((points_a[:, None] - points_b[None]) ** 2).sum(axis=2)
    return np.exp(-squared_distance / (2 * length_scale**2)) / (2 * np.pi * length_scale**2)


# %% mutant squared_exponential: rows only
def squared_exponential(points_a, points_b, length_scale):
    difference = points_a[:, None, 0] - points_b[None, :, 0]
    return np.exp(-(difference**2) / (2 * length_scale**2))


# %% mutant squared_exponential: the exponential is forgotten
def squared_exponential(points_a, points_b, length_scale):
    squared_distance = ((points_a[:, None] - points_b[None]) ** 2).sum(axis=2)
    return -squared_distance / (2 * length_scale**2)


# %% mutant squared_exponential: the length scale is ignored
def squared_exponential(points_a, points_b, length_scale):
    squared_distance = ((points_a[:, None] - points_b[None]) ** 2).sum(axis=2)
    return np.exp(-squared_distance / 2)


# %% mutant squared_exponential: steps along the grid
def squared_exponential(points_a, points_b, length_scale):
    steps = np.abs(points_a[:, None] - points_b[None]).sum(axis=2)
    return np.exp(-(steps**2) / (2 * length_scale**2))


# %% mutant squared_exponential: divided by 2, then multiplied
def squared_exponential(points_a, points_b, length_scale):
    squared_distance = ((points_a[:, None] - points_b[None]) ** 2).sum(axis=2)
    return np.exp(-squared_distance / 2 * length_scale)


# %% mutant squared_exponential: only pairs of equal number
def squared_exponential(points_a, points_b, length_scale):
    n = min(len(points_a), len(points_b))
    return np.exp(-((points_a[:n] - points_b[:n]) ** 2).sum(axis=1) / (2 * length_scale**2))


# %% mutant squared_exponential: divided outside the exponential
def squared_exponential(points_a, points_b, length_scale):
    squared_distance = ((points_a[:, None] - points_b[None]) ** 2).sum(axis=2)
    return np.exp(-squared_distance) / (2 * length_scale**2)


# %% mutant squared_exponential: the squares subtracted
def squared_exponential(points_a, points_b, length_scale):
    difference = points_a[:, None] - points_b[None]
    squared_distance = difference[..., 0] ** 2 - difference[..., 1] ** 2
    return np.exp(-squared_distance / (2 * length_scale**2))


# %% accept squared_exponential: SciPy's distances
def squared_exponential(points_a, points_b, length_scale):
    from scipy.spatial.distance import cdist

    return np.exp(-0.5 * cdist(points_a / length_scale, points_b / length_scale, "sqeuclidean"))


# %% accept squared_exponential: a product of two one-dimensional kernels, as lists
def squared_exponential(points_a, points_b, length_scale):
    g = lambda t: np.exp(-((t / length_scale) ** 2) / 2)
    return [[g(a[0] - b[0]) * g(a[1] - b[1]) for b in points_b] for a in points_a]


# %% accept squared_exponential: |a|^2 - 2 a.b + |b|^2, in single precision
def squared_exponential(points_a, points_b, length_scale):
    a, b = np.asarray(points_a, np.float32), np.asarray(points_b, np.float32)
    squares = np.einsum("id,id->i", a, a)[:, None] + np.einsum("jd,jd->j", b, b) - 2 * a @ b.T
    return np.exp(-squares / np.float32(2 * length_scale**2))


# %% accept squared_exponential: a generator of rows
def squared_exponential(points_a, points_b, length_scale):
    for row, column in points_a:
        yield [np.exp(-(np.hypot(row - i, column - j) ** 2) / 2 / length_scale**2) for i, j in points_b]


# %% accept squared_exponential: scikit-learn's
def squared_exponential(points_a, points_b, length_scale):
    from sklearn.gaussian_process.kernels import RBF

    return RBF(length_scale)(points_a, points_b)


# %% check squared_exponential
with check("squared_exponential") as c:
    gen = np.random.default_rng(2)
    for n_a, n_b, sigma in ((5, 3, 1.7), (4, 4, 0.6)):
        some_a, some_b = gen.normal(size=(n_a, 2)), gen.normal(size=(n_b, 2))
        right = lrw.SquaredExponential(sigma)(some_a, some_b)  # (n_a, n_b)
        apart = some_a[:, None] - some_b  # (n_a, n_b, 2)
        far, steps, once = np.hypot(*apart.T).T, np.abs(apart).sum(axis=2), -np.log(right)  # (n_a, n_b) each
        twice = "the exponent is twice what it should be. Is the 2 in front of sigma^2 missing?"
        half = "the exponent is half of what it should be. Add up rows and columns, do not average; and of 2 sigma^2 "
        above = "has come above the fraction line. What you divide by needs brackets."
        root = "that is made of the distance; the kernel wants it squared."
        slips = {
            twice: right**2,
            half + "only sigma is squared.": right**0.5,
            "the length scale is not squared.": right**sigma,
            f"sigma^2 {above}": right ** (sigma**4),
            f"sigma, and not even its square, {above}": right ** (sigma**3),
            "the minus in the exponent is missing.": 1 / right,
            "that is the exponent itself; np.exp is missing.": -once,
            "the length scale is ignored, or taken for 1.": right ** (sigma**2),
            root: np.exp(-far / (2 * sigma**2)),
            f"{root} ": np.exp(-far / (2 * sigma)),
            f"{root}  ": np.exp(-far / sigma),
            "the squared distance is squared once more.": np.exp(-(far**4) / (2 * sigma**2)),
            "square the two differences first, then add.": np.exp(-(apart.sum(axis=2) ** 2) / (2 * sigma**2)),
            "square the two differences themselves, not their sum.": np.exp(-(steps**2) / (2 * sigma**2)),
            "only the rows count; the columns are missing.": np.exp(-(apart[..., 0] ** 2) / (2 * sigma**2)),
            "only the columns count; the rows are missing.": np.exp(-(apart[..., 1] ** 2) / (2 * sigma**2)),
            "rows and columns are still apart: add up their squares.": np.exp(-(apart**2) / (2 * sigma**2)),
            "one number for two points of the same place in their lists; all pairs are asked for.": right.diagonal(),
            "k(i, i) should be 1: no factor in front.": right / (2 * np.pi * sigma**2),
            "the 2 sigma^2 has come outside np.exp. It divides within.": np.exp(-(far**2)) / (2 * sigma**2),
            "add the two squares; do not subtract.": np.exp(
                -(apart[..., 0] ** 2 - apart[..., 1] ** 2) / (2 * sigma**2)
            ),
            "k(i, i) should be 1: no factor in front. ": right / ((2 * np.pi) ** 0.5 * sigma),
        }
        found = squared_exponential(some_a, some_b, sigma)
        c.close(found, right, f"k between {n_a} and {n_b} points, length scale {sigma}", slips=slips)

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
large = float(100 * np.mean(K > 0.01))
teaching.compare_guess(guess_large, large, "entries above 0.01, per cent", factor=1.5)

# %% [markdown]
# The pattern of $K$ as a matrix (stripes 28 apart, and a narrow band within each) comes only from how we number the pixels, row by row: the pixel *below* has a number that is larger by 28.
# Put back into the image, each row of $K$ is a hill, and most entries are close to 0.
#
# Here is another way to see a kernel: ask it for examples. Suppose that weights are drawn at random from a normal distribution with mean 0 and covariance $K$ (this is called
# a *Gaussian process*). Take any square root of $K$, that is $K = L L^\top$, and independent numbers $\epsilon$ from a normal distribution with mean 0 and variance 1:
#
# $$w = L \epsilon, \qquad (n_v,) = (n_v, n_v)(n_v,), \qquad \mathrm{then}\ \ \mathrm{cov}(w) = L\, \mathrm{cov}(\epsilon)\, L^\top = L L^\top = K.$$
#
# **Guess first.** The picture shows four such features for each of four length scales, and below them four that a network has learned. Which length scale gives features that look most like the learned ones? (Run the picture, then
# write down your guess and run the cell below it.)


# %%
def draw_features(length_scale, n_drawn, seed=1):
    """Features from the Gaussian process, (784, n_drawn). Without the 1e-8 Cholesky may fail: section 4."""
    K = lrw.SquaredExponential(length_scale)(points, points)  # (784, 784)
    L = np.linalg.cholesky(K + 1e-8 * np.eye(784))  # (784, 784), lower triangular
    epsilon = np.random.default_rng(seed).normal(size=(784, n_drawn))
    return L @ epsilon  # (784, n_drawn) = (784, 784)(784, n_drawn)


rows = {f"$\\sigma$ = {x}": draw_features(x, 4) for x in (1, 2, 3, 5)} | {"learned": W[:, :4]}
fig, axes = plt.subplots(5, 1, figsize=(4.6, 5.6), layout="constrained")
for ax, (label, features) in zip(axes, rows.items()):
    plotting.tiles(features, shape, ax, n_across=4).set_ylabel(label, rotation=0, ha="right", va="center")
plt.show()

# %%
guess_eye = None  # a length scale in pixels

# %%
chosen = choose_length_scale(W[alpha], points, alpha)  # the one that fits the known weights best: section 6
teaching.compare_guess(guess_eye, float(chosen), "length scale that fits the known weights best", factor=1.25)

# %% [markdown]
# From other known pixels than these 150 the method of section 6 finds between 2.8 and 3 pixels too. (The learned features are weaker towards the border, where there is hardly any ink. The kernel does not know that; the empirical covariance of notebook 05 does.)

# %% claim length_scale_found: from the known weights section 6 finds 2.8 to 3 pixels, for any index set
alpha = lrw.sample_index_set(784, 150, rng=seed)
claim(choose_length_scale(W[alpha], points, alpha), 2.8, 3.0)

# %% claim weak_at_the_border: each of the six features is weaker near the border than inside (ratio of sizes)
at_border = np.minimum(points, 27 - points).min(axis=1) < 1 + seed  # 1 to 5 pixels wide
claim(max(w[at_border].std() / w[~at_border].std() for w in W.T) < 1, 1, 1)

# %% [markdown]
# ## 2 · What U looks like
#
# $$U = k_\alpha^\top (K_\alpha + \lambda I)^{-1}, \qquad (n_v, n_\alpha) = (n_v, n_\alpha)(n_\alpha, n_\alpha).$$
#
# ### Exercise 2: the dictionary
#
# Write it without forming an inverse. `np.linalg.solve(A, B)` gives $A^{-1} B$, also where $B$ is a matrix. Note that
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
# `np.linalg.solve(A, k_alpha)` is $U^\top$, (n_alpha, n_v) = (n_alpha, n_alpha)(n_alpha, n_v). Transpose it with `.T`.


# %% solution dictionary
def dictionary(kernel, points, alpha, ridge):
    k_alpha = kernel(points[alpha], points)  # (n_alpha, n_v)
    A = kernel(points[alpha], points[alpha]) + ridge * np.eye(len(alpha))  # (n_alpha, n_alpha)
    U = np.linalg.solve(A, k_alpha).T  # (n_v, n_alpha), the transpose of (n_alpha, n_v)
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


# %% mutant dictionary: the ridge with a minus
def dictionary(kernel, points, alpha, ridge):
    A = kernel(points[alpha], points[alpha]) - ridge * np.eye(len(alpha))
    return np.linalg.solve(A, kernel(points[alpha], points)).T


# %% mutant dictionary: the ridge times the number of known pixels
def dictionary(kernel, points, alpha, ridge):
    A = kernel(points[alpha], points[alpha]) + len(alpha) * ridge * np.eye(len(alpha))
    return np.linalg.solve(A, kernel(points[alpha], points)).T


# %% mutant dictionary: the ridge as a share of the diagonal
def dictionary(kernel, points, alpha, ridge):
    K_alpha = kernel(points[alpha], points[alpha])
    return np.linalg.solve(K_alpha + ridge * np.diag(np.diag(K_alpha)), kernel(points[alpha], points)).T


# %% mutant dictionary: the known pixels in rising order
def dictionary(kernel, points, alpha, ridge):
    return lrw.dictionaries.kernel_ridge(kernel, points, np.sort(alpha), ridge)


# %% mutant dictionary: at the known pixels only
def dictionary(kernel, points, alpha, ridge):
    return lrw.dictionaries.kernel_ridge(kernel, points, alpha, ridge)[alpha]


# %% mutant dictionary: always the ridge of the authors
def dictionary(kernel, points, alpha, ridge):
    return lrw.dictionaries.kernel_ridge(kernel, points, alpha, 0.1)


# %% mutant dictionary: the list of known pixels is sorted in place
def dictionary(kernel, points, alpha, ridge):
    alpha.sort()
    return lrw.dictionaries.kernel_ridge(kernel, points, alpha, ridge)


# %% mutant dictionary: numbers of pixels instead of places
def dictionary(kernel, points, alpha, ridge):
    A = kernel(alpha, alpha) + ridge * np.eye(len(alpha))
    return np.linalg.solve(A, kernel(points[alpha], points)).T


# %% mutant dictionary: normal equations
def dictionary(kernel, points, alpha, ridge):
    k_alpha = kernel(points[alpha], points)
    return np.linalg.solve(k_alpha @ k_alpha.T + ridge * np.eye(len(alpha)), k_alpha).T


# %% mutant dictionary: all pixels in A
def dictionary(kernel, points, alpha, ridge):
    A = kernel(points, points) + ridge * np.eye(len(points))
    return np.linalg.solve(A, kernel(points[alpha], points).T)


# %% mutant dictionary: I without the ridge
def dictionary(kernel, points, alpha, ridge):
    k_alpha = kernel(points[alpha], points)
    return np.linalg.solve(k_alpha[:, alpha] + np.eye(len(alpha)), k_alpha).T


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


# %% accept dictionary: a pixel at a time, as lists
def dictionary(kernel, points, alpha, ridge):
    A = [[kernel(points[[i]], points[[j]])[0, 0] + ridge * (i == j) for j in alpha] for i in alpha]
    inverse = np.linalg.pinv(A)
    return [(kernel(points[[i]], points[alpha]) @ inverse)[0].tolist() for i in range(len(points))]


# %% accept dictionary: least squares, single precision at the end
def dictionary(kernel, points, alpha, ridge):
    A = kernel(points[alpha], points[alpha]) + ridge * np.eye(len(alpha))
    return np.linalg.lstsq(A, kernel(points[alpha], points), rcond=None)[0].T.astype(np.float32)


# %% check dictionary
with check("dictionary") as c:
    import functools

    k, some = lrw.SquaredExponential(1.3), np.array([11, 2, 5, 40, 17, 24, 32, 28])
    small = k, lrw.grid_coordinates((6, 7)), some
    other = 3.0 * lrw.SquaredExponential(0.8), lrw.grid_coordinates((4, 5)), np.array([7, 0, 18, 4, 12])
    for (k, places, some), knob in ((small, 0.3), (small, 0.0), (other, 0.05)):
        hills, unit = k(places[some], places), np.eye(len(some))  # (n_alpha, n_v), (n_alpha, n_alpha)
        A_some, n_some = hills[:, some] + knob * unit, len(some)  # (n_alpha, n_alpha)
        raised = hills + knob * (some[:, None] == np.arange(len(places)))  # a ridge where it is not wanted
        ours = functools.partial(lrw.dictionaries.kernel_ridge, k, places, some)  # of a ridge
        slips = {
            "those are the hills, k_alpha; nothing is solved yet.": hills.T,
            "multiplied by A. It takes the inverse of A: np.linalg.solve.": hills.T @ A_some,
            "A**-1 inverts each entry by itself; use np.linalg.solve.": hills.T @ (1 / A_some),
            "these are the rows of the known pixels; U has a row for every pixel.": ours(knob)[some],
            "the columns should be in alpha's order.": ours(knob)[:, np.argsort(some)],
            "the kernel wants places, points[alpha]; alpha holds the pixels' numbers.": np.linalg.solve(
                k(some, some) + knob * unit, hills
            ).T,
            "A is made of k_alpha k_alpha^T. K_alpha is the kernel between known points.": np.linalg.solve(
                hills @ hills.T + knob * unit, hills
            ).T,
        }
        if knob:
            slips |= {
                "the ridge is on every entry; it belongs on the diagonal only.": np.linalg.solve(
                    hills[:, some] + knob, hills
                ).T,
                "the ridge is missing.": ours(0),
                "the ridge is squared.": ours(knob**2),
                "the ridge is there twice.": ours(2 * knob),
                "the ridge has the wrong sign.": np.linalg.solve(A_some - 2 * knob * unit, hills).T,
                "the ridge is multiplied by the number of known pixels.": ours(knob * n_some),
                "the ridge is divided by the number of known pixels.": ours(knob / n_some),
                "the ridge is multiplied by k(i, i); add it as it is.": ours(knob * hills[0, some[0]]),
                "the ridge is in k_alpha too; only A has it.": np.linalg.solve(A_some, raised).T,
                "the ridge should be the one that is handed over, not 0.1.": ours(0.1),
                "I is there, but not the ridge in front of it.": ours(1.0),
                "that is the kernel between all pixels. A takes the known ones only.": np.linalg.solve(
                    k(places, places) + knob * np.eye(len(places)), hills.T
                ),
            }
        what = f"U for {len(places)} pixels, {n_some} known, ridge {knob:g}"
        c.close(dictionary(k, places, some, knob), ours(knob), what, slips=slips)

# %% [markdown]
# Column $a$ of $U$ is an *atom*: what known pixel $a$ contributes to every pixel. We compare it with its hill, row $a$ of $k_\alpha$; and for now there is no ridge.
#
# **Guess first.** What value does an atom have at *another* known pixel?

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
axes[2].set_title(f"row {i} of $U$: pixel {i}'s recipe")
for ax in axes[:2]:
    mark(mark(ax, near, "k.", 2.5), [alpha[a]], "w+", 9)
mark(axes[2], [i], "kx", 7)
for ax in axes:
    ax.set(xlim=(7.5, 26.5), ylim=(23.5, 4.5))
plt.show()
elsewhere = float(np.abs(U[others, a]).max().round(9))
teaching.compare_guess(guess_atom, elsewhere, "an atom at other known pixels")

# %% [markdown]
# The hill (left, a part of the image) is high at its known neighbours too, the dots. The atom (middle) is not: it is 1 at its own pixel, the white +, and **0 at every other known one**. If pixel $b$ is
# known, $a$ has nothing to add there. To reach 0 within such a short way, every atom falls below 0 somewhere.
#
# A *row* of $U$ (right) is the recipe for one hidden pixel, here the ×: so much of this known pixel, so much of that one. Known pixels near by count most: in 80 to 92 % of the rows (over five index sets) the largest number, whatever its sign,
# belongs to a pixel at most 4 pixels away. But the very *nearest* known pixel has it in only 49 to 66 % of the rows, because its neighbours tell much of the same. And the row of every hidden pixel has numbers with a minus.
#
# The values of all atoms at all known pixels are the matrix $U[\alpha]$ (n_alpha, n_alpha): the rows of $U$ that belong to known pixels. Without a ridge
#
# $$U[\alpha] = K_\alpha K_\alpha^{-1} = I,$$
#
# and $\hat w$ agrees with $w$ wherever $w$ was known. Then the numbers $w_\alpha$ *are* the weights at the known pixels.

# %% claim atoms_dip: without a ridge every atom falls below 0 somewhere
alpha = lrw.sample_index_set(784, 150, rng=seed)
claim(lrw.dictionaries.kernel_ridge(kernel, points, alpha, 0).min(axis=0).max() < 0, 1, 1)

# %% claim nearest: per cent of hidden pixels whose largest number in U belongs to a nearest known pixel
alpha = lrw.sample_index_set(784, 150, rng=seed)
hidden = np.setdiff1d(np.arange(784), alpha)
far = np.linalg.norm(points[hidden][:, None] - points[alpha], axis=2)  # (634, 150)
top = np.abs(lrw.dictionaries.kernel_ridge(kernel, points, alpha, 0)[hidden]).argmax(axis=1)
claim(round(100 * np.mean(far[np.arange(634), top] < far.min(axis=1) + 1e-9)), 49, 66)

# %% claim near_by: per cent of hidden pixels whose largest number in U belongs to one at most 4 pixels away
alpha = lrw.sample_index_set(784, 150, rng=seed)
hidden = np.setdiff1d(np.arange(784), alpha)
far = np.linalg.norm(points[hidden][:, None] - points[alpha], axis=2)  # (634, 150)
top = np.abs(lrw.dictionaries.kernel_ridge(kernel, points, alpha, 0)[hidden]).argmax(axis=1)
claim(100 * np.mean(far[np.arange(634), top] <= 4), 80, 92.5)

# %% claim with_a_minus: every hidden pixel's row of U has negative numbers
alpha = lrw.sample_index_set(784, 150, rng=seed)
hidden = np.setdiff1d(np.arange(784), alpha)
claim((lrw.dictionaries.kernel_ridge(kernel, points, alpha, 0)[hidden].min(axis=1) < -0.01).all(), 1, 1)

# %% [markdown]
# ## 3 · What the ridge does to the known pixels
#
# With a ridge,
#
# $$U[\alpha] = K_\alpha (K_\alpha + \lambda I)^{-1} = I - \lambda (K_\alpha + \lambda I)^{-1}.$$
#
# The authors of the paper (Denil and others, 2013) have an example network for MNIST with $\sigma = 2$ and $\lambda = 0.1$, and with 150 of 784 points, as we have here. 0.1 seems little: the diagonal of $K_\alpha$ is 1.
#
# **Guess first**, twice. For these settings, how large is the largest entry of $|U[\alpha] - I|$? And by how much do the six learned features change at
# the known pixels, the length $\|\hat w[\alpha] - w_\alpha\|$ as a share of the length $\|w_\alpha\|$?

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
ax.loglog(
    ridges, changes[:-1], "s--", color=ORANGE, ms=4, label="change of the features at $\\alpha$, as a share"
)
ax.axvline(0.1, color="0.6", lw=0.8)
ax.text(0.12, 2e-6, "$\\lambda$ = 0.1")
ax.set(xlabel="ridge $\\lambda$", title="How far the prediction is from what was known", ylim=(1e-6, 200))
ax.legend(loc="upper left")
plt.show()
teaching.compare_guess(guess_identity, float(off_identity[-1]), "largest entry of |U[alpha] - I|", factor=1.3)
teaching.compare_guess(guess_change, float(100 * changes[-1]), "change of the features, per cent", factor=1.3)

# %% [markdown]
# The largest entry is 0.65 (for other index sets up to 0.69), and it is on the diagonal: one known pixel keeps only a third of the value that we hand over. **So with a ridge the numbers $w_\alpha$ that go in are not the weights that come out at the known pixels.**
# They are *coordinates*: numbers from which all weights follow, also those at the known pixels. But the learned features change by only 5 %. How can both be true?
#
# Look at the eigenvectors $q$ (n_alpha,) of $K_\alpha$, with $K_\alpha q = s\, q$. They are patterns on the known pixels, and $U[\alpha]$ multiplies each by a number of its own:
#
# $$U[\alpha]\, q = \frac{s}{s + \lambda}\, q.$$

# %% claim off_identity: the largest entry of |U[alpha] - I| is 0.65 to 0.69
alpha = lrw.sample_index_set(784, 150, rng=seed)
U = lrw.dictionaries.kernel_ridge(kernel, points, alpha, 0.1)
claim(round(np.abs(U[alpha] - np.eye(150)).max(), 2), 0.65, 0.69)

# %% claim keeps_a_third: that entry is on the diagonal; what the pixel keeps is a third (0.31 to 0.35)
alpha = lrw.sample_index_set(784, 150, rng=seed)
off = np.eye(150) - lrw.dictionaries.kernel_ridge(kernel, points, alpha, 0.1)[alpha]
claim(round(1 - np.diag(off).max(), 2) if np.diag(off).max() == np.abs(off).max() else np.nan, 0.31, 0.35)

# %% claim features_hardly_change: per cent that the ridge of 0.1 changes the learned features at alpha
alpha = lrw.sample_index_set(784, 150, rng=seed)
U = lrw.dictionaries.kernel_ridge(kernel, points, alpha, 0.1)
claim(round(100 * np.linalg.norm(U[alpha] @ W[alpha] - W[alpha]) / np.linalg.norm(W[alpha])), 5, 5)

# %%
s, Q = np.linalg.eigh(k_alpha[:, alpha])  # (150,) rising, (150, 150) an eigenvector a column
amount = np.abs(Q.T @ W[alpha]).mean(axis=1)  # (150,) how much of each pattern the learned features hold

fig, axes = plt.subplots(1, 4, figsize=(9, 2.5), layout="constrained", width_ratios=[1, 1, 1.5, 1.5])
for ax, which in zip(axes, (-2, 0)):
    pattern = np.zeros(784)
    pattern[alpha] = Q[:, which]
    kept = s[which] / (s[which] + 0.1)
    plotting.show_feature(pattern, shape, ax, known=alpha).set_title(f"$s$ = {s[which]:.2g}: kept {kept:.0%}")
axes[2].semilogy(s[::-1], color=BLUE)
axes[2].axhline(0.1, color="0.6", lw=0.8)
axes[2].text(148, 0.12, "$\\lambda$ = 0.1", ha="right")
axes[2].set(title="eigenvalues $s$ of $K_\\alpha$", xlabel="pattern, smooth to rough")
axes[3].plot((s / (s + 0.1))[::-1], color=BLUE, label="kept, $s / (s + \\lambda)$")
axes[3].plot((amount / amount.max())[::-1], color=ORANGE, lw=0.9, label="in the features")
axes[3].set(title="share kept; amount (most = 1)", xlabel="pattern, smooth to rough")
axes[3].legend(fontsize="small")
plt.show()

# %% [markdown]
# Smooth patterns have large eigenvalues and are kept. Rough ones, in which close neighbours disagree (second picture), have small eigenvalues and are mostly
# removed. The ridge is a *filter*. Of the 150 patterns, 48 to 54 lose more than half of their size (five index sets). But the learned features hold only about a thousandth of their sum of squares in these patterns. $U[\alpha] - I$ says what could be lost: of the roughest pattern, 98 % or more. The change of the features is what is really lost.
#
# Still, there is no feature that a ridge makes impossible. $U = k_\alpha^\top A^{-1}$, and $A$ has an inverse for every $\lambda > 0$. So all these $U$ have the same column space: a $W = U w_\alpha$
# that can be made with one ridge can be made with any other ridge too, with other coordinates.

# %% claim patterns_lost: with a ridge of 0.1, 48 to 54 of the 150 patterns lose more than half of their size
alpha = lrw.sample_index_set(784, 150, rng=seed)
claim(np.sum(np.linalg.eigvalsh(kernel(points[alpha], points[alpha])) < 0.1), 48, 54)

# %% claim roughest: per cent that the roughest pattern loses with a ridge of 0.1
alpha = lrw.sample_index_set(784, 150, rng=seed)
claim(100 * (1 - 1 / (1 + 0.1 / np.linalg.eigvalsh(kernel(points[alpha], points[alpha]))[0])), 98, 100)

# %% claim features_are_smooth: the thousandths of the features' sum of squares that are in these patterns
alpha = lrw.sample_index_set(784, 150, rng=seed)
s, Q = np.linalg.eigh(kernel(points[alpha], points[alpha]))
claim(round(1000 * np.sum((Q[:, s < 0.1].T @ W[alpha]) ** 2) / np.sum(W[alpha] ** 2)), 1, 1)

# %% [markdown]
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


# %% mutant coordinates: the hidden pixels are taken for 0
def coordinates(values, U, alpha):
    feature = np.zeros(len(U))
    feature[alpha] = values
    return np.linalg.lstsq(U, feature, rcond=None)[0]


# %% mutant coordinates: solved with the transpose
def coordinates(values, U, alpha):
    return np.linalg.solve(U[alpha].T, values)


# %% mutant coordinates: solved twice
def coordinates(values, U, alpha):
    return np.linalg.solve(U[alpha], np.linalg.solve(U[alpha], values))


# %% mutant coordinates: the known pixels in rising order
def coordinates(values, U, alpha):
    return np.linalg.solve(U[np.sort(alpha)], values)


# %% mutant coordinates: with a ridge once more
def coordinates(values, U, alpha):
    return np.linalg.solve(U[alpha] + 0.1 * np.eye(len(alpha)), values)


# %% mutant coordinates: the feature and its coordinates
def coordinates(values, U, alpha):
    w_alpha = np.linalg.solve(U[alpha], values)
    return w_alpha, U @ w_alpha


# %% mutant coordinates: the wrong way, in place
def coordinates(values, U, alpha):
    values /= np.diag(U[alpha])
    return values


# %% accept coordinates: least squares
def coordinates(values, U, alpha):
    return np.linalg.lstsq(U[alpha], values, rcond=None)[0]


# %% accept coordinates: what the ridge takes is given in advance, over and over
def coordinates(values, U, alpha):
    w = values.copy()
    for _ in range(5000):
        w = w + values - U[alpha] @ w
    return w


# %% accept coordinates: Gauss' elimination by hand, a list
def coordinates(values, U, alpha):
    rows = np.hstack([U[alpha], np.reshape(values, (-1, 1))])
    for j in range(len(rows)):
        rows[j] /= rows[j, j]
        for i in {*range(len(rows))} - {j}:
            rows[i] -= rows[i, j] * rows[j]
    return list(rows[:, -1])


# %% accept coordinates: a column that is made flat, in single precision
def coordinates(values, U, alpha):
    column = linalg.lu_solve(linalg.lu_factor(np.take(U, alpha, axis=0)), values[:, None])
    return column.ravel().astype("float32")


# %% check coordinates
with check("coordinates") as c:
    gen, k = np.random.default_rng(3), lrw.SquaredExponential(1.3)
    small = lrw.grid_coordinates((6, 7)), np.array([11, 2, 5, 40, 17, 24, 32, 28])
    other = lrw.grid_coordinates((4, 5)), np.array([7, 0, 18, 12])
    for places, some in (small, other):
        uneven = gen.uniform(0.9, 1.1, (len(places), len(some)))  # so that U[alpha] is not symmetric
        D = lrw.dictionaries.kernel_ridge(k, places, some, 0.1) * uneven  # (n_v, n_alpha)
        square, given = D[some], gen.normal(size=len(some))  # (n_alpha, n_alpha), (n_alpha,)
        right, filled = np.linalg.lstsq(square, given, rcond=None)[0], np.zeros(len(D))
        filled[some] = given
        slips = {
            "those are the values themselves. U would change them.": given,
            "that is what U makes of the values. Which numbers does U turn into the values?": square @ given,
            "multiplied by the transpose; the inverse is something else.": square.T @ given,
            "solved with the transpose of U[alpha].": np.linalg.solve(square.T, given),
            "the diagonal alone does not do; it takes all of U[alpha].": given / np.diag(square),
            "solved twice; once is enough.": np.linalg.solve(square, np.linalg.solve(square, given)),
            "values[j] belongs to pixel alpha[j]: keep alpha's order.": np.linalg.solve(
                D[np.sort(some)], given
            ),
            "only the rows alpha count; hidden weights are not 0.": np.linalg.lstsq(D, filled, rcond=None)[0],
            "that is the whole feature. Asked for are its coordinates, w_alpha.": D @ right,
        }
        found = coordinates(given, D, some)
        otherwise = "(U w_alpha)[alpha] should be the values, and is not."
        what = f"the coordinates of {len(some)} values"
        c.close(found, right, what, tolerance=1e-6, slips=slips, otherwise=otherwise)

# %% [markdown]
# When only $w_\alpha$ is trained, the optimiser does this for you: it does not need to know what the coordinates mean. But they make a difference to it: from one start, the same $W$ is near in some coordinates and far away in others.
# Notebook 04 follows its path.
#
# ### What the ridge is good for
#
# So far it only takes away. Now suppose that the known values are not exact. We draw features from the Gaussian process itself ($\sigma = 2$, with variance 1), add noise of
# standard deviation 0.3 to the known values, and predict the hidden ones with different ridges. The error is the root of the mean square ("rms").
#
# **Guess first.** Which ridge predicts best?

# %%
guess_ridge = None  # for instance 0, 0.01, 0.1, 0.3 or 1

# %%
n_drawn = teaching.sized(full=200, tiny=60)
truth = draw_features(2.0, n_drawn)  # (784, n_drawn)
noisy = truth[alpha] + 0.3 * rng.normal(size=(150, n_drawn))  # (150, n_drawn) known, with noise
ridges_of_noise = 10.0 ** np.arange(-4, 1.01, 0.25)
Us = [lrw.dictionaries.kernel_ridge(kernel, points, alpha, ridge) for ridge in ridges_of_noise]
errors = [np.sqrt(np.mean((U @ noisy - truth)[hidden] ** 2)) for U in Us]

fig, ax = plt.subplots(figsize=(5.2, 2.9), layout="constrained")
ax.semilogx(ridges_of_noise, errors, "o-", ms=4, color=BLUE)
ax.axvline(0.3**2, color=ORANGE, ls="--", label="$\\lambda = 0.3^2$")
ax.set(xlabel="ridge $\\lambda$", ylabel="error at hidden pixels (rms)")
ax.set(title="Known values with noise of size 0.3", ylim=(0, None))
ax.legend()
plt.show()
tried = ridges_of_noise[np.argmin(errors)]
teaching.compare_guess(guess_ridge, float(tried), "best ridge of those tried", factor=1.8)

# %% [markdown]
# The best of those tried is 0.1, for other draws and other index sets too. Theory says $0.3^2 = 0.09$, the *variance* of the noise, in units of the features' own variance. That is what the ridge means: $\lambda$ says how much of a
# known value is noise. With too small a ridge the prediction follows the noise: at $10^{-4}$ the error is 1.5 to 2.2 times as large. Without noise (not in the picture) the smallest ridge that we tried, $10^{-4}$, is the best.

# %% claim ridge_is_noise: with noise of 0.3 the best of the ridges tried is 0.1
alpha, truth = lrw.sample_index_set(784, 150, rng=seed), draw_features(2.0, 200, seed)
noisy = truth[alpha] + 0.3 * np.random.default_rng([seed, 1]).normal(size=(150, 200))
Us = [lrw.dictionaries.kernel_ridge(kernel, points, alpha, ridge) for ridge in ridges_of_noise]
hidden = np.setdiff1d(np.arange(784), alpha)
claim(ridges_of_noise[np.argmin([np.mean((U @ noisy - truth)[hidden] ** 2) for U in Us])], 0.1, 0.1)

# %% claim ridge_too_small: with a ridge of 1e-4 the error is 1.5 to 2.2 times the one with 0.1
alpha, truth = lrw.sample_index_set(784, 150, rng=seed), draw_features(2.0, 200, seed)
noisy = truth[alpha] + 0.3 * np.random.default_rng([seed, 1]).normal(size=(150, 200))
hidden = np.setdiff1d(np.arange(784), alpha)
off = [lrw.dictionaries.kernel_ridge(kernel, points, alpha, x) @ noisy - truth for x in (1e-4, 0.1)]
claim(round(float(off[0][hidden].std() / off[1][hidden].std()), 1), 1.5, 2.2)

# %% claim ridge_without_noise: without noise the best of the ridges tried is the smallest, 1e-4
alpha, truth = lrw.sample_index_set(784, 150, rng=seed), draw_features(2.0, 200, seed)
Us = [lrw.dictionaries.kernel_ridge(kernel, points, alpha, ridge) for ridge in ridges_of_noise]
hidden = np.setdiff1d(np.arange(784), alpha)
claim(np.argmin([np.mean((U @ truth[alpha] - truth)[hidden] ** 2) for U in Us]), 0, 0)

# %% [markdown]
# ## 4 · When rounding errors grow
#
# If two known pixels are close together compared with $\sigma$, their rows in $K_\alpha$ are almost the same. To tell them apart the solver must
# subtract nearly equal numbers. The *condition number* says how bad this is. It is the ratio of the largest to the smallest eigenvalue, and
# errors in what goes in may come out larger by that factor. A number in double precision, NumPy's usual one, has 16 digits; with a condition number of $10^6$ six of them may be lost.
#
# **Guess first.** $\sigma = 2$ without a ridge gives a condition number of about $10^4$. What does $\sigma = 3$ give?

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
ax.text(0.5, 2e12, "near here the package begins to refuse", fontsize="small")
ax.set(xlabel="length scale $\\sigma$ (pixels)", ylabel="condition number", ylim=(0.5, 1e17))
ax.legend(title="ridge $\\lambda$")
plt.show()
teaching.compare_guess(guess_condition, float(np.linalg.cond(Ks[5])), "condition number, length scale 3", 3)

# %% [markdown]
# Between $\sigma = 2$ and 4 every half pixel more multiplies the condition number by 20 to 30 on average, for other index sets too. A ridge puts a limit to that, because it adds $\lambda$ to every eigenvalue. The condition number becomes
#
# $$\frac{s_{\max} + \lambda}{s_{\min} + \lambda}.$$

# %% claim half_a_pixel: what half a pixel multiplies the condition number by, on average from 2 to 4
known = points[lrw.sample_index_set(784, 150, rng=seed)]
short, long = (np.linalg.cond(lrw.SquaredExponential(x)(known, known)) for x in (2.0, 4.0))
claim((long / short) ** 0.25, 20, 30)

# %% [markdown]
# ### Exercise 4: the smallest ridge that is safe
#
# Given $K_\alpha$, find the smallest $\lambda \geq 0$ with which the condition number of $K_\alpha + \lambda I$ is at most `worst`. `np.linalg.eigvalsh(K)` returns the
# eigenvalues in rising order. If the condition number is at most `worst` without a ridge, the answer is 0.


# %% starter smallest_ridge
def smallest_ridge(K_alpha, worst):
    s = np.linalg.eigvalsh(K_alpha)  # (n_alpha,) rising
    return ...  # a number


# %% [markdown] hint smallest_ridge
# `s[0]` is the smallest eigenvalue and `s[-1]` the largest. Set the ratio above equal to `worst`, and solve for $\lambda$ on paper.

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


# %% mutant smallest_ridge: divided by worst instead of worst - 1
def smallest_ridge(K_alpha, worst):
    s = np.linalg.eigvalsh(K_alpha)
    return max(0.0, (s[-1] - worst * s[0]) / worst)


# %% mutant smallest_ridge: the difference turned round
def smallest_ridge(K_alpha, worst):
    s = np.linalg.eigvalsh(K_alpha)
    return max(0.0, (worst * s[0] - s[-1]) / (worst - 1))


# %% mutant smallest_ridge: the amount without its sign
def smallest_ridge(K_alpha, worst):
    s = np.linalg.eigvalsh(K_alpha)
    return abs(s[-1] - worst * s[0]) / (worst - 1)


# %% mutant smallest_ridge: the first of a few that is good enough
def smallest_ridge(K_alpha, worst):
    for ridge in (0.0, *10.0 ** np.arange(-6, 4)):
        if np.linalg.cond(K_alpha + ridge * np.eye(len(K_alpha))) <= worst:
            return ridge


# %% mutant smallest_ridge: one for each eigenvalue
def smallest_ridge(K_alpha, worst):
    s = np.linalg.eigvalsh(K_alpha)
    return np.maximum(0.0, (s[-1] - worst * s) / (worst - 1))


# %% mutant smallest_ridge: the condition is squared
def smallest_ridge(K_alpha, worst):
    s = np.linalg.eigvalsh(K_alpha) ** 2
    return max(0.0, (s[-1] - worst * s[0]) / (worst - 1))


# %% mutant smallest_ridge: a text
def smallest_ridge(K_alpha, worst):
    s = np.linalg.eigvalsh(K_alpha)
    return f"{max(0.0, (s[-1] - worst * s[0]) / (worst - 1)):.3f}"


# %% accept smallest_ridge: bisection
def smallest_ridge(K_alpha, worst):
    low, high, unit = 0.0, 1e3, np.eye(len(K_alpha))
    if np.linalg.cond(K_alpha) <= worst:
        return 0
    for _ in range(80):
        middle = (low + high) / 2
        bad = np.linalg.cond(K_alpha + middle * unit) > worst
        low, high = (middle, high) if bad else (low, middle)
    return high


# %% accept smallest_ridge: singular values, an array without axes
def smallest_ridge(K_alpha, worst):
    values = np.linalg.svd(K_alpha, compute_uv=False)
    return np.clip((values.max() - worst * values.min()) / (worst - 1), 0, None)


# %% accept smallest_ridge: a root found by SciPy, no eigenvalues
def smallest_ridge(K_alpha, worst):
    from scipy.optimize import bisect

    gap = lambda ridge: np.linalg.cond(K_alpha + ridge * np.eye(len(K_alpha))) - worst
    return bisect(gap, 0, 1e4, xtol=1e-12) if gap(0) > 0 else False


# %% accept smallest_ridge: single precision, an array of one axis taken apart
def smallest_ridge(K_alpha, worst):
    s, _ = np.linalg.eigh(K_alpha)
    (ridge,) = np.maximum(np.float32(0), np.float32((s[-1:] - worst * s[:1]) / (worst - 1)))
    return ridge


# %% check smallest_ridge
with check("smallest_ridge") as c:
    from scipy.optimize import brentq

    few = np.array([[0, 0], [0, 1], [3, 2], [1, 4], [2, 2.5]])
    more = lrw.grid_coordinates((6, 7))[[2, 5, 11, 17, 24, 28, 32, 40]]
    cases = [(more, 1.3, worst) for worst in (5.0, 2.0, 1.1, 1e6)] + [(few, 2.0, 30.0), (few, 2.0, 1e7)]
    for places, length_scale, worst in cases:
        K_some, unit = 3.0 * lrw.SquaredExponential(length_scale)(places, places), np.eye(len(places))
        condition = lambda ridge, K_some=K_some, unit=unit: np.linalg.cond(K_some + ridge * unit)
        low, high = np.linalg.norm(K_some, -2), np.linalg.norm(K_some, 2)  # the smallest and the largest
        needed = condition(0) > worst
        right = brentq(lambda x, worst=worst, f=condition: f(x) - worst, 0, 1e3) if needed else 0.0
        what = f"the ridge for a condition number of {worst:g}, which is {condition(0):.3g} without one"
        mine = float(c.shaped(smallest_ridge(K_some, worst), (), what))
        c.true(mine >= 0, f"{what}: a ridge is at least 0. Without need of one, the answer is 0.")
        slips = {
            "the ridge is on both sides of the equation, as it is added to every eigenvalue: divide by worst - 1.": high
            / worst
            - low,
            "the smallest eigenvalue is not 0: use s[0].": high / worst,
            "the smallest eigenvalue is not 0: use s[0]. ": high / (worst - 1),
            "that is the condition number, not a ridge.": condition(0),
        }
        if needed:
            slips["0 is too small here. Which of s[0] and s[-1] is the largest, and which has the minus?"] = (
                0.0
            )
            of_it = f"with this ridge the condition number is {condition(mine):.4g}; it should be {worst:g}."
            slips[of_it] = mine
        else:
            slips["none is needed, so the answer is 0."] = mine
        c.close(mine if mine > 1e-9 else 0.0, right, what, tolerance=1e-6, slips=slips)

# %% [markdown]
# ### Never invert
#
# In exact arithmetic `inv(A) @ B` and `solve(A, B)` are the same. On a computer they are not. We compare the inverse with
# Cholesky's method, which writes $A = L L^\top$ with a triangular $L$ and then solves twice by substitution. It works for the matrices that kernels give, symmetric with positive
# eigenvalues, and it fails with an error where an eigenvalue is not positive.
#
# To see an error we need the right answer. Python's `Decimal` numbers have 28 digits instead of 16. Elimination with them is slow, so we do it for the rows of $U$ of 31 hidden pixels, without a ridge.
#
# **Guess first.** At $\sigma = 4$ the largest error of the inverse is how many times Cholesky's?

# %%
guess_inverse = None  # for instance 1, 10, 100 or 1000


# %%
def solve_in_28_digits(A, B):
    """A^-1 B, (n_alpha, 31), by elimination with Decimal numbers."""
    AB, n_alpha = np.vectorize(Decimal, otypes=[object])(np.hstack([A, B])), len(A)
    for j in range(n_alpha):  # row j, and what is below it
        AB[j, j:] /= AB[j, j]
        AB[j + 1 :, j:] -= AB[j + 1 :, j : j + 1] * AB[j, j:]
    for j in range(n_alpha - 1, 0, -1):  # from the last row upwards
        AB[:j, n_alpha:] -= AB[:j, j : j + 1] * AB[j, n_alpha:]
    return AB[:, n_alpha:].astype(float)


def largest_errors(length_scale, alpha, hidden):
    """Of U's rows at 31 hidden pixels, no ridge: by the inverse, and by Cholesky."""
    few = lrw.SquaredExponential(length_scale)(points[alpha], points[hidden[::21]])  # (150, 31)
    A = lrw.SquaredExponential(length_scale)(points[alpha], points[alpha])  # (150, 150)
    by_inverse = np.linalg.inv(A) @ few  # (150, 31) = (150, 150)(150, 31)
    by_cholesky = linalg.cho_solve(linalg.cho_factor(A, lower=True), few)  # (150, 31)
    right = solve_in_28_digits(A, few)
    return [np.abs(found - right).max() for found in (by_inverse, by_cholesky)]


several = teaching.sized(full=(2.0, 3.0, 4.0), tiny=(4.0,))
rounding = np.array([largest_errors(x, alpha, hidden) for x in several])  # (3, 2)
fig, ax = plt.subplots(figsize=(5.4, 2.9), layout="constrained")
for name, y, style in zip(("inverse", "Cholesky"), rounding.T, plotting.line_styles(2)):
    ax.semilogy(several, y, label=name, **style)
ax.set(xlabel="length scale $\\sigma$ (pixels)", ylabel="largest error in 31 rows of $U$")
ax.set(title="Rounding errors, no ridge", xticks=several)
ax.legend()
plt.show()
ratio = float(rounding[-1, 0] / rounding[-1, 1])
teaching.compare_guess(guess_inverse, float(f"{ratio:.1g}"), "inverse against Cholesky, times, about", 3)

# %% [markdown]
# For other index sets it is between 10 and 1000 times; the inverse is always the worse one. Both errors grow with the condition number, and Cholesky cannot avoid that either. But it loses fewer digits.

# %% claim inverse: at length scale 4 the largest error of the inverse is 10 to 1000 times Cholesky's
alpha = lrw.sample_index_set(784, 150, rng=seed)
by_inverse, by_cholesky = largest_errors(4.0, alpha, np.setdiff1d(np.arange(784), alpha))
claim(by_inverse / by_cholesky, 10, 1000)

# %% [markdown]
# `lrw.dictionaries.kernel_ridge` solves by Cholesky, estimates the condition number too, and refuses from $10^{12}$. (It measures in another norm, which gives 2 to 3 times our numbers; so at $\sigma = 5$ it refuses although our point is just below the line.) Its message names the three things that you can change:

# %% claim other_norm: how many times our condition number the other norm's is, length scale 5
known = points[lrw.sample_index_set(784, 150, rng=seed)]
K = lrw.SquaredExponential(5.0)(known, known)
claim(np.linalg.cond(K, 1) / np.linalg.cond(K), 2, 3)

# %%
try:
    lrw.dictionaries.kernel_ridge(lrw.SquaredExponential(6.0), points, alpha, ridge=0)
except ValueError as error:
    print(error)

# %% [markdown]
# ## 5 · How sure is it?
#
# In section 1 we drew features from a normal distribution with covariance $K$. To predict the hidden weights of such a feature from the known ones, we ask for their distribution, *given* the known ones. Textbooks have the answer: it is
# normal again, and
#
# $$\mathrm{mean} = k_\alpha^\top (K_\alpha + \lambda I)^{-1} w_\alpha, \qquad \mathrm{var}_i = k(i, i) - k_i^\top (K_\alpha + \lambda I)^{-1} k_i,$$
#
# where $k_i$ (n_alpha,) is column $i$ of $k_\alpha$, and $\lambda$ the variance of the noise on the known values. Here $w_\alpha$ are the known values, with their noise. The mean is our $U w_\alpha$: kernel ridge and Gaussian process
# are two names of one prediction. The variance is new: it is what we did not know before, $k(i, i)$, minus what the known pixels explain.
#
# ### Exercise 5: the variance
#
# Return the variance of all pixels at once, (n_v,). $k(i, i)$ need not be 1: kernels can be added and multiplied, and `2.0 * kernel` has 2 there. `kernel.diagonal(points)` gives $k(i, i)$ for every pixel.


# %% starter variance
def variance(kernel, points, alpha, ridge):
    k_alpha = kernel(points[alpha], points)  # (n_alpha, n_v)
    A = k_alpha[:, alpha] + ridge * np.eye(len(alpha))  # (n_alpha, n_alpha)
    explained = ...  # (n_v,)
    return ...  # (n_v,)


# %% [markdown] hint variance
# `np.linalg.solve(A, k_alpha)` is (n_alpha, n_v): its column $i$ is $A^{-1} k_i$. You need its inner product with column $i$ of `k_alpha`.

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


# %% mutant variance: a plus
def variance(kernel, points, alpha, ridge):
    k_alpha = kernel(points[alpha], points)
    A = k_alpha[:, alpha] + ridge * np.eye(len(alpha))
    return kernel.diagonal(points) + (k_alpha * np.linalg.solve(A, k_alpha)).sum(axis=0)


# %% mutant variance: a mean instead of the sum
def variance(kernel, points, alpha, ridge):
    k_alpha = kernel(points[alpha], points)
    A = k_alpha[:, alpha] + ridge * np.eye(len(alpha))
    return kernel.diagonal(points) - (k_alpha * np.linalg.solve(A, k_alpha)).mean(axis=0)


# %% mutant variance: k(i, i) of the first pixel for all
def variance(kernel, points, alpha, ridge):
    k_alpha = kernel(points[alpha], points)
    A = k_alpha[:, alpha] + ridge * np.eye(len(alpha))
    return kernel.diagonal(points)[0] - (k_alpha * np.linalg.solve(A, k_alpha)).sum(axis=0)


# %% mutant variance: what is solved is not multiplied by k
def variance(kernel, points, alpha, ridge):
    k_alpha = kernel(points[alpha], points)
    A = k_alpha[:, alpha] + ridge * np.eye(len(alpha))
    return kernel.diagonal(points) - np.linalg.solve(A, k_alpha).sum(axis=0)


# %% mutant variance: what is solved, squared
def variance(kernel, points, alpha, ridge):
    k_alpha = kernel(points[alpha], points)
    A = k_alpha[:, alpha] + ridge * np.eye(len(alpha))
    return kernel.diagonal(points) - (np.linalg.solve(A, k_alpha) ** 2).sum(axis=0)


# %% mutant variance: the ridge on every entry
def variance(kernel, points, alpha, ridge):
    k_alpha = kernel(points[alpha], points)
    A = k_alpha[:, alpha] + ridge
    return kernel.diagonal(points) - (k_alpha * np.linalg.solve(A, k_alpha)).sum(axis=0)


# %% mutant variance: nothing summed
def variance(kernel, points, alpha, ridge):
    k_alpha = kernel(points[alpha], points)
    A = k_alpha[:, alpha] + ridge * np.eye(len(alpha))
    return kernel.diagonal(points) - k_alpha * np.linalg.solve(A, k_alpha)


# %% mutant variance: the mean over all pixels
def variance(kernel, points, alpha, ridge):
    return lrw.predictive_variance(kernel, points, alpha, ridge).mean()


# %% mutant variance: k(i, i) is taken for 2
def variance(kernel, points, alpha, ridge):
    k_alpha = kernel(points[alpha], points)
    A = k_alpha[:, alpha] + ridge * np.eye(len(alpha))
    return 2 - (k_alpha * np.linalg.solve(A, k_alpha)).sum(axis=0)


# %% mutant variance: summed over everything
def variance(kernel, points, alpha, ridge):
    k_alpha = kernel(points[alpha], points)
    A = k_alpha[:, alpha] + ridge * np.eye(len(alpha))
    return kernel.diagonal(points) - (k_alpha * np.linalg.solve(A, k_alpha)).sum()


# %% accept variance: scikit-learn's way, the square of a standard deviation
def variance(kernel, points, alpha, ridge):
    A = kernel(points[alpha], points[alpha]) + ridge * np.eye(len(alpha))
    k, inverse = kernel(points[alpha], points), np.linalg.inv(A)
    return np.sqrt(np.diagonal(kernel(points, points)) - np.einsum("ai,ab,bi->i", k, inverse, k)) ** 2


# %% accept variance: a generator, single precision
def variance(kernel, points, alpha, ridge):
    k = kernel(points[alpha], points)
    A = k[:, alpha] + ridge * np.eye(len(alpha))
    for prior, column in zip(kernel.diagonal(points), k.T):
        yield np.float32(prior - column @ np.linalg.solve(A, column))


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
    import functools

    def uneven(here, there):
        """A kernel whose k(i, i) grows from row to row."""
        return np.outer(1 + here[:, 0] / 5, 1 + there[:, 0] / 5)

    small = 2.0 * lrw.SquaredExponential(1.3), lrw.grid_coordinates((6, 7)), [11, 2, 5, 40, 17, 24, 32, 28]
    other = 0.5 * lrw.SquaredExponential(0.8) * uneven, lrw.grid_coordinates((4, 5)), [7, 0, 18, 4, 12]
    for (k, places, some), knob in ((small, 0.3), (other, 0.3), (other, 0.05)):
        some, n_some, prior = np.array(some), len(some), k.diagonal(places)  # k(i, i), (n_v,)
        hills, unit = k(places[some], places), np.eye(n_some)
        ours = functools.partial(lrw.predictive_variance, k, places, some)  # of a ridge
        right = ours(knob)  # (n_v,)
        solved = np.linalg.solve(hills[:, some] + knob * unit, hills)  # (n_alpha, n_v)
        everywhere = np.linalg.solve(hills[:, some] + knob, hills)
        explained = prior - right  # (n_v,)
        slips = {
            "k(i, i) is not 1: use kernel.diagonal(points).": 1 - explained,
            "k(i, i) is not the same for all pixels.": prior[0] - explained,
            "k(i, i) is not always 2: use kernel.diagonal(points).": 2 - explained,
            "summed over all; sum over the known pixels only, axis 0.": prior - explained.sum(),
            "that is only what is explained; subtract it from k(i, i).": explained,
            "what is explained has the wrong sign.": prior + explained,
            "that is the standard deviation; asked for is its square.": right**0.5,
            "A is not solved for.": prior - (hills**2).sum(axis=0),
            "multiplied by A. It takes the inverse of A.": prior
            - (hills * ((hills[:, some] + knob * unit) @ hills)).sum(0),
            "the columns that were solved for are not multiplied by k_alpha.": prior - solved.sum(axis=0),
            "once k_alpha and once what was solved for, not that squared.": prior - (solved**2).sum(axis=0),
            "a mean where a sum belongs.": prior - explained / n_some,
            "the ridge is missing in A.": ours(0),
            "the ridge is squared.": ours(knob**2),
            "the ridge is on every entry of A; it belongs on the diagonal.": prior
            - (hills * everywhere).sum(axis=0),
            "the noise of a new measurement is in it; asked for is the weight without noise.": right + knob,
            "the whole covariance, (n_v, n_v); only its diagonal is asked for.": k(places, places)
            - hills.T @ solved,
            "summed over the pixels; sum over the known ones, axis 0.": prior[some]
            - (hills * solved).sum(axis=1),
            "not summed yet: add up over the known pixels, axis 0.": prior - hills * solved,
        }
        what = f"the variance of {len(places)} pixels, {n_some} known, ridge {knob:g}"
        c.close(variance(k, places, some, knob), right, what, slips=slips)

# %% [markdown]
# The standard deviation (sd), its root, has the unit of the weights. The picture shows row 14 of a feature that is drawn from the process, its known values with noise of 0.3, the prediction, and a band of two standard deviations to both sides.
#
# **Guess first.** For what share of all hidden pixels is the truth inside that band?

# %%
guess_band = None  # per cent

# %%
noise = 0.3**2
U = lrw.dictionaries.kernel_ridge(kernel, points, alpha, noise)  # (784, 150)
sd = np.sqrt(lrw.predictive_variance(kernel, points, alpha, noise))  # (784,)
mean = U @ noisy  # (784, n_drawn) = (784, 150)(150, n_drawn)
inside = np.abs(mean - truth) < 2 * sd[:, None]  # (784, n_drawn)

column = np.arange(28)
row = 14 * 28 + column  # (28,) the pixels of row 14
in_row = np.flatnonzero(alpha // 28 == 14)  # which of the known pixels are in this row
low, high = (mean - 2 * sd[:, None])[row, 0], (mean + 2 * sd[:, None])[row, 0]  # (28,) each
fig, axes = plt.subplots(1, 3, figsize=(9, 2.8), layout="constrained", width_ratios=[2, 1, 1])
axes[0].fill_between(column, low, high, color=ORANGE, alpha=0.25, lw=0)
axes[0].plot(column, mean[row, 0], color=ORANGE, label="prediction ± 2 sd")
axes[0].plot(column, truth[row, 0], "--", color=BLUE, label="truth")
axes[0].plot(alpha[in_row] % 28, noisy[in_row, 0], "o", color=BLUE, ms=5, label="known, with noise")
axes[0].set(xlabel="column (pixels)", ylabel="weight", title="row 14 of one feature")
axes[0].legend(fontsize="small")
image = axes[1].imshow(sd.reshape(shape), cmap="cividis", vmin=0, vmax=1)
mark(axes[1], alpha, "w.", 2).set_title("standard deviation\n(dots: known pixels)")
fig.colorbar(image, ax=axes[1], shrink=0.8)
error = np.sqrt(np.mean((mean - truth) ** 2, axis=1))  # (784,)
image = axes[2].imshow(error.reshape(shape), cmap="cividis", vmin=0, vmax=1)
axes[2].set_title(f"error that was made\n(rms of {n_drawn} features)")
fig.colorbar(image, ax=axes[2], shrink=0.8)
for ax in axes[1:]:
    ax.set(xticks=[], yticks=[])
plt.show()
inside_share = float(100 * inside[hidden].mean())
teaching.compare_guess(guess_band, inside_share, "hidden pixels inside the band, per cent")

# %% [markdown]
# The prediction knows how wrong it will be, pixel by pixel: the two maps agree (their correlation is 0.99), and 95 or 96 % of the truth lies in the band, as it should for a normal distribution. (Known pixels in the rows above and below count too; that is
# why the band is narrow in some places without a dot.)

# %% claim inside: per cent of hidden pixels inside the band
alpha, truth = lrw.sample_index_set(784, 150, rng=seed), draw_features(2.0, 200, seed)
noisy = truth[alpha] + 0.3 * np.random.default_rng([seed, 1]).normal(size=(150, 200))
off = (lrw.dictionaries.kernel_ridge(kernel, points, alpha, noise) @ noisy - truth).T  # (200, 784)
in_band = np.abs(off) < 2 * np.sqrt(lrw.predictive_variance(kernel, points, alpha, noise))
claim(round(100 * in_band[:, np.setdiff1d(np.arange(784), alpha)].mean()), 95, 96)

# %% claim maps_agree: the correlation between the standard deviations and the errors that were made
alpha, truth = lrw.sample_index_set(784, 150, rng=seed), draw_features(2.0, 200, seed)
noisy = truth[alpha] + 0.3 * np.random.default_rng([seed, 1]).normal(size=(150, 200))
off = lrw.dictionaries.kernel_ridge(kernel, points, alpha, noise) @ noisy - truth  # (784, 200)
sd = np.sqrt(lrw.predictive_variance(kernel, points, alpha, noise))
claim(round(np.corrcoef(sd, np.sqrt(np.mean(off**2, axis=1)))[0, 1], 2), 0.99, 0.99)

# %% [markdown] question depends
# **Question.** Look at the formula of the variance. What does it *not* depend on? What can you do with that, before any training?

# %% [markdown] answer depends
# Not on $w_\alpha$: only on places, the kernel and the ridge. Before a single weight is known, the map of the uncertainty can be drawn, for any index set. So one can *design* the
# index set: put each next known pixel where the uncertainty is largest. The cell below does it, in five lines. The largest standard deviation is 1.00 with 60 random pixels (five index sets) and 0.88 with the designed ones; the mean is 0.58 or 0.59 with random and 0.54 with designed ones.

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

# %% claim by_chance: 60 pixels at random leave a mean standard deviation of 0.58 or 0.59
claim(
    round(
        np.sqrt(
            lrw.predictive_variance(kernel, points, lrw.sample_index_set(784, 60, rng=seed), 0.01)
        ).mean(),
        2,
    ),
    0.58,
    0.59,
)

# %% claim by_chance_largest: and a largest one of 1.00
claim(
    round(
        np.sqrt(lrw.predictive_variance(kernel, points, lrw.sample_index_set(784, 60, rng=seed), 0.01)).max(),
        2,
    ),
    1.00,
    1.00,
)

# %% claim designed: designed ones leave a largest standard deviation of 0.88 and a mean of 0.54
sd_set = np.sqrt(lrw.predictive_variance(kernel, points, designed, 0.01))
claim(round(sd_set.max(), 2) == 0.88 and round(sd_set.mean(), 2) == 0.54, 1, 1)

# %% [markdown]
# All this is true for features drawn from the process. The learned ones were not drawn from it. Each has a size of its own (its kernel is $\mathrm{size}^2 \cdot k$), which is estimated from its known values by $\mathrm{size}^2 = w_\alpha^\top A^{-1} w_\alpha / n_\alpha$ with $A = K_\alpha + \lambda I$. Then its band is $\pm 2 \cdot \mathrm{size} \cdot \mathrm{sd}$:


# %%
def share_inside(length_scale, ridge, alpha):
    """The share of the six features' hidden weights that are inside their band."""
    k = lrw.SquaredExponential(length_scale)
    A = k(points[alpha], points[alpha]) + ridge * np.eye(150)  # (150, 150)
    size = np.sqrt(np.sum(W[alpha] * np.linalg.solve(A, W[alpha]), axis=0) / 150)  # (6,) one for each feature
    sd = np.sqrt(lrw.predictive_variance(k, points, alpha, ridge))  # (784,)
    off = lrw.dictionaries.kernel_ridge(k, points, alpha, ridge) @ W[alpha] - W  # (784, 6)
    return np.delete(np.abs(off) < 2 * size * sd[:, None], alpha, axis=0).mean()


for length_scale, ridge in ((chosen, 1e-2), (2.0, 1e-2), (chosen, 1e-4)):
    share = share_inside(length_scale, ridge, alpha)
    print(f"length scale {length_scale:.2f}, ridge {ridge:g}: {share:.0%} of hidden weights inside the band")

# %% [markdown]
# With the first setting the bands hold about the 95 % that they promise (94 to 98 % for other index sets). With length scale 2 they are too wide (99 to 100 %), and with a ridge of 0.0001 too narrow (78 to 84 %). An uncertainty is only as good as the kernel and the ridge that it was computed from.

# %% claim band_good: per cent inside with the length scale found and a ridge of 0.01
alpha = lrw.sample_index_set(784, 150, rng=seed)
claim(round(100 * share_inside(choose_length_scale(W[alpha], points, alpha), 1e-2, alpha)), 94, 98)

# %% claim band_wide: per cent inside with length scale 2
claim(round(100 * share_inside(2.0, 1e-2, lrw.sample_index_set(784, 150, rng=seed))), 99, 100)

# %% claim band_narrow: per cent inside with a ridge of 0.0001
alpha = lrw.sample_index_set(784, 150, rng=seed)
claim(round(100 * share_inside(choose_length_scale(W[alpha], points, alpha), 1e-4, alpha)), 78, 84)

# %% [markdown]
# ## 6 · Choosing the length scale
#
# We cannot choose $\sigma$ by looking at how well the hidden weights come out: when a network is trained, nobody knows them. But the *known* weights $w_\alpha$ tell something too. For each $\sigma$ we ask: if features were drawn from the process with this $\sigma$, how probable were just these known values?
#
# Drawn from the process, the known values have a normal distribution with covariance $\mathrm{size}^2 \cdot A$, $A = K_\alpha + \lambda I$. Its density at the values that we have is called the *marginal likelihood* of $\sigma$: "likelihood" because the values are fixed and $\sigma$ varies, "marginal" because it asks for the known weights only, whatever the hidden ones are.
# We choose the $\sigma$ for which it is largest. Its logarithm is, for one feature and with the size that fits best (of several features the logarithms are added),
#
# $$\log p(w_\alpha) = -\frac{n_\alpha}{2} \log \frac{w_\alpha^\top A^{-1} w_\alpha}{n_\alpha} - \frac{1}{2} \log \det A + \mathrm{const}.$$
#
# The first term is large where the known values are typical of the kernel. The second one is a price for flexibility: if very different values are all typical of a kernel, then each of them is less probable.
#
# **Guess first.** We compute it from the 150 known weights. And, because here we know the hidden weights, we compute the score of the prediction at these 634 too: its correlation with the truth, as in notebook 01, of the six features the median. Will both be largest at the same $\sigma$?

# %%
guess_tops = None  # "the same", "close" or "far apart"

# %%
length_scales = np.arange(1, 6.01, 0.25)
kernels = [lrw.SquaredExponential(x) for x in length_scales]
likelihood = [log_marginal_likelihood(W[alpha], k, points, alpha, ridge=1e-2) for k in kernels]


def median_score(k, ridge, alpha):
    """Median correlation of six features with their predictions, over hidden pixels."""
    W_hat = lrw.dictionaries.kernel_ridge(k, points, alpha, ridge) @ W[alpha]  # (784, 6)
    pairs = [np.delete(pair, alpha, axis=1) for pair in zip(W.T, W_hat.T)]  # (2, 634) each
    return np.median([np.corrcoef(pair)[0, 1] for pair in pairs])


scores = [median_score(k, 1e-2, alpha) for k in kernels]
fig, (ax, below) = plt.subplots(2, 1, figsize=(5.4, 4), layout="constrained", sharex=True)
ax.plot(length_scales, likelihood, "o-", ms=4, color=BLUE)
below.plot(length_scales, scores, "s--", ms=4, color=ORANGE)
ax.axvline(chosen, color="0.6", lw=0.8)
below.axvline(chosen, color="0.6", lw=0.8)
ax.set_title(f"chosen from the known weights alone: {chosen:.2f} pixels")
ax.set_ylabel("log marginal\nlikelihood")
below.set(xlabel="length scale $\\sigma$ (pixels)", ylabel="score at\nhidden pixels")
plt.show()
apart = abs(length_scales[np.argmax(scores)] - chosen)
verdict = "the same" if apart < 0.2 else "close" if apart < 1 else "far apart"
best = length_scales[np.argmax(scores)]
both = f"{chosen:.2f} from the known, {best:.2f} if all were known"
teaching.compare_guess(guess_tops, verdict, f"the two length scales ({both})")

# %% [markdown]
# The known weights alone say nearly what the hidden ones need. For other index sets too their length scale is 0.3 to 0.7 pixels longer than the best one, and this costs at most 0.001 of the score. `choose_length_scale(w_alpha, points, alpha)` looks for the largest marginal likelihood; that is how notebook 01 found its length scales.

# %% claim longer: by how many pixels the length scale found is longer than the best one
alpha = lrw.sample_index_set(784, 150, rng=seed)
scores = [median_score(k, 1e-2, alpha) for k in kernels]
claim(choose_length_scale(W[alpha], points, alpha) - length_scales[np.argmax(scores)], 0.3, 0.7)

# %% claim costs: what the length scale found costs against the best one, in score
alpha = lrw.sample_index_set(784, 150, rng=seed)
found = lrw.SquaredExponential(choose_length_scale(W[alpha], points, alpha))
claim(
    round(max(median_score(k, 1e-2, alpha) for k in kernels) - median_score(found, 1e-2, alpha), 3), 0, 0.001
)

# %% [markdown]
# ### Learning it, by its slope
#
# There is another way: to go downhill. While a network is trained, back propagation finds $dU$ (n_v, n_alpha), the derivative of the loss $L$ by each entry of $U$ (notebook 03). $U$ is made from the kernel's matrix $k_\alpha$, and this one from $\sigma$. So, by the chain rule,
#
# $$\frac{dL}{d\sigma} = \sum_{a, i} dk_{ai}\, \frac{\partial k(a, i)}{\partial \sigma},$$
#
# where $dk$ (n_alpha, n_v) is the derivative of $L$ by each entry of $k_\alpha$: two matrices of one shape, multiplied entry by entry and summed. The second one is yours.
#
# ### Exercise 6: how a kernel depends on its length scale
#
# Return the derivative of $k(i, j)$ by $\sigma$ for all pairs of points, (n_a, n_b).


# %% starter dK_dl
def dK_dl(points_a, points_b, length_scale):
    K = lrw.SquaredExponential(length_scale)(points_a, points_b)  # (n_a, n_b)
    squared_distance = ((points_a[:, None] - points_b[None]) ** 2).sum(axis=2)  # (n_a, n_b)
    return ...  # (n_a, n_b)


# %% [markdown] hint dK_dl
# With $r^2$ for the squared distance, $k = \exp(-r^2 / (2\sigma^2))$. The derivative of $\exp(f)$ is $\exp(f)$ times the derivative of $f$.

# %% [markdown] hint dK_dl
# $f = -\frac{1}{2} r^2 \sigma^{-2}$. The derivative of $\sigma^{-2}$ by $\sigma$ is $-2\sigma^{-3}$. What becomes of the minus and of the 2?

# %% [markdown] hint dK_dl
# `K * squared_distance / length_scale**3`. It is never negative: with a longer length scale no two points are less alike.


# %% solution dK_dl
def dK_dl(points_a, points_b, length_scale):
    K = lrw.SquaredExponential(length_scale)(points_a, points_b)  # (n_a, n_b)
    squared_distance = ((points_a[:, None] - points_b[None]) ** 2).sum(axis=2)  # (n_a, n_b)
    return K * squared_distance / length_scale**3  # (n_a, n_b)


# %% mutant dK_dl: the minus is left
def dK_dl(points_a, points_b, length_scale):
    K = lrw.SquaredExponential(length_scale)(points_a, points_b)
    return -K * ((points_a[:, None] - points_b[None]) ** 2).sum(axis=2) / length_scale**3


# %% mutant dK_dl: the outer derivative is forgotten
def dK_dl(points_a, points_b, length_scale):
    return ((points_a[:, None] - points_b[None]) ** 2).sum(axis=2) / length_scale**3


# %% mutant dK_dl: the inner derivative is forgotten
def dK_dl(points_a, points_b, length_scale):
    return lrw.SquaredExponential(length_scale)(points_a, points_b)


# %% mutant dK_dl: the inner function is not differentiated
def dK_dl(points_a, points_b, length_scale):
    K = lrw.SquaredExponential(length_scale)(points_a, points_b)
    return -K * ((points_a[:, None] - points_b[None]) ** 2).sum(axis=2) / (2 * length_scale**2)


# %% mutant dK_dl: by the logarithm of the length scale
def dK_dl(points_a, points_b, length_scale):
    K = lrw.SquaredExponential(length_scale)(points_a, points_b)
    return K * ((points_a[:, None] - points_b[None]) ** 2).sum(axis=2) / length_scale**2


# %% mutant dK_dl: by the square of the length scale
def dK_dl(points_a, points_b, length_scale):
    K = lrw.SquaredExponential(length_scale)(points_a, points_b)
    return K * ((points_a[:, None] - points_b[None]) ** 2).sum(axis=2) / (2 * length_scale**4)


# %% mutant dK_dl: by the distance
def dK_dl(points_a, points_b, length_scale):
    K = lrw.SquaredExponential(length_scale)(points_a, points_b)
    return -K * np.linalg.norm(points_a[:, None] - points_b[None], axis=2) / length_scale**2


# %% mutant dK_dl: half of it
def dK_dl(points_a, points_b, length_scale):
    K = lrw.SquaredExponential(length_scale)(points_a, points_b)
    return K * ((points_a[:, None] - points_b[None]) ** 2).sum(axis=2) / (2 * length_scale**3)


# %% mutant dK_dl: twice
def dK_dl(points_a, points_b, length_scale):
    K = lrw.SquaredExponential(length_scale)(points_a, points_b)
    return 2 * K * ((points_a[:, None] - points_b[None]) ** 2).sum(axis=2) / length_scale**3


# %% mutant dK_dl: the distance, not squared
def dK_dl(points_a, points_b, length_scale):
    K = lrw.SquaredExponential(length_scale)(points_a, points_b)
    return K * np.linalg.norm(points_a[:, None] - points_b[None], axis=2) / length_scale**3


# %% mutant dK_dl: one power of the length scale
def dK_dl(points_a, points_b, length_scale):
    K = lrw.SquaredExponential(length_scale)(points_a, points_b)
    return K * ((points_a[:, None] - points_b[None]) ** 2).sum(axis=2) / length_scale


# %% mutant dK_dl: multiplied by the power
def dK_dl(points_a, points_b, length_scale):
    K = lrw.SquaredExponential(length_scale)(points_a, points_b)
    return K * ((points_a[:, None] - points_b[None]) ** 2).sum(axis=2) * length_scale**3


# %% mutant dK_dl: transposed
def dK_dl(points_a, points_b, length_scale):
    K = lrw.SquaredExponential(length_scale)(points_a, points_b)
    return (K * ((points_a[:, None] - points_b[None]) ** 2).sum(axis=2) / length_scale**3).T


# %% mutant dK_dl: a matrix product
def dK_dl(points_a, points_b, length_scale):
    K = lrw.SquaredExponential(length_scale)(points_a, points_b)
    return K @ ((points_a[:, None] - points_b[None]) ** 2).sum(axis=2).T / length_scale**3


# %% mutant dK_dl: a step that is too long
def dK_dl(points_a, points_b, length_scale):
    ahead = lrw.SquaredExponential(length_scale + 0.1)(points_a, points_b)
    return (ahead - lrw.SquaredExponential(length_scale)(points_a, points_b)) / 0.1


# %% mutant dK_dl: summed already
def dK_dl(points_a, points_b, length_scale):
    K = lrw.SquaredExponential(length_scale)(points_a, points_b)
    return np.sum(K * ((points_a[:, None] - points_b[None]) ** 2).sum(axis=2)) / length_scale**3


# %% accept dK_dl: the package's, which is by the logarithm
def dK_dl(points_a, points_b, length_scale):
    gradients = lrw.SquaredExponential(length_scale).gradients(points_a, points_b)
    return gradients["length_scale"] / length_scale


# %% accept dK_dl: from K alone, as its logarithm is the exponent
def dK_dl(points_a, points_b, length_scale):
    K = lrw.SquaredExponential(length_scale)(points_a, points_b)
    return -2 * K * np.log(K) / length_scale


# %% accept dK_dl: a complex step
def dK_dl(points_a, points_b, length_scale):
    squared = ((points_a[:, None] - points_b[None]) ** 2).sum(axis=2)
    return np.exp(-squared / (2 * (length_scale + 1e-30j) ** 2)).imag / 1e-30


# %% accept dK_dl: lists, a pair at a time
def dK_dl(points_a, points_b, length_scale):
    for a in points_a:
        squares = [float((a - b) @ (a - b)) for b in points_b]
        yield [r2 * np.exp(-r2 / 2 / length_scale**2) * length_scale**-3 for r2 in squares]


# %% accept dK_dl: central differences, single precision
def dK_dl(points_a, points_b, length_scale):
    ahead, behind = (lrw.SquaredExponential(length_scale + h)(points_a, points_b) for h in (1e-5, -1e-5))
    return ((ahead - behind) / 2e-5).astype(np.float32)


# %% check dK_dl
with check("dK_dl") as c:
    gen = np.random.default_rng(4)
    for n_a, n_b, sigma in ((5, 3, 1.7), (4, 4, 0.6)):
        some_a, some_b = gen.normal(size=(n_a, 2)), gen.normal(size=(n_b, 2))
        ahead, here, behind = (lrw.SquaredExponential(sigma + h)(some_a, some_b) for h in (1e-5, 0, -1e-5))
        right = (ahead - behind) / 2e-5  # (n_a, n_b): central differences
        squared = -2 * sigma**2 * np.log(here)  # (n_a, n_b)
        far = squared**0.5
        slips = {
            "the minus of the exponent meets that of sigma^-2: the derivative is positive.": -right,
            "that is the inner derivative; it is multiplied by K.": right / here,
            "that is K itself.": here,
            "that is K times the exponent. The exponent's derivative belongs there.": here * np.log(here),
            "that is the derivative by log sigma, sigma times too large.": sigma * right,
            "that is the derivative by sigma^2.": right / (2 * sigma),
            "that is the derivative by the distance.": -here * far / sigma**2,
            "half of it: the 2 of 2 sigma^2 and that of the derivative of sigma^-2 cancel.": right / 2,
            "twice: the 2 of 2 sigma^2 and that of the derivative of sigma^-2 cancel.": 2 * right,
            "the distance is not squared.": here * far / sigma**3,
            "sigma^-2 becomes sigma^-3, not sigma^-1.": right * sigma**2,
            "divided by sigma^3, not multiplied.": right * sigma**6,
        }
        said = f"dK by sigma between {n_a} and {n_b} points, sigma = {sigma}"
        other = "it does not agree with central differences."
        found = dK_dl(some_a, some_b, sigma)
        c.close(found, right, said, tolerance=1e-6, slips=slips, otherwise=other)

# %% [markdown]
# Now $dk$. $U = k_\alpha^\top A^{-1}$ depends on $k_\alpha$ in two places: directly, and within $A = K_\alpha + \lambda I$, because $K_\alpha$ is a part of $k_\alpha$, its columns $\alpha$. A small change gives $\delta U = \delta k_\alpha^\top A^{-1} - U\, \delta A\, A^{-1}$, so that
#
# $$dk = A^{-1} dU^\top, \quad (n_\alpha, n_v) = (n_\alpha, n_\alpha)(n_\alpha, n_v); \qquad dA = -U^\top dU\, A^{-1}, \quad (n_\alpha, n_\alpha) = (n_\alpha, n_v)(n_v, n_\alpha)(n_\alpha, n_\alpha),$$
#
# and $dA$ is added to the columns $\alpha$ of $dk$. There is no network here. As a loss we take half the mean squared error of the six predicted features, $L = \|U W_\alpha - W\|^2 / (2 \cdot 784 \cdot 6)$; then $dU = (U W_\alpha - W)\, W_\alpha^\top / (784 \cdot 6)$.
#
# **Guess first.** The marginal likelihood chose a $\sigma$ of 2.9. At which $\sigma$ is the slope of this loss 0?

# %%
guess_level = None  # pixels


# %%
def loss_and_slope(length_scale, alpha):
    """L, and dL/dsigma by the chain rule."""
    k = lrw.SquaredExponential(length_scale)
    k_alpha = k(points[alpha], points)  # (150, 784)
    A = k_alpha[:, alpha] + 1e-2 * np.eye(150)  # (150, 150)
    U = np.linalg.solve(A, k_alpha).T  # (784, 150)
    off = U @ W[alpha] - W  # (784, 6)
    dk = np.linalg.solve(A, W[alpha] @ off.T / off.size)  # (150, 784) = (150, 150)(150, 6)(6, 784)
    dk[:, alpha] -= (dk @ U).T  # dA, (150, 150)
    return np.mean(off**2) / 2, np.sum(dk * k.gradients(points[alpha], points)["length_scale"]) / length_scale


several = np.arange(1.5, 5.51, 0.125)
curve = np.array([loss_and_slope(x, alpha)[0] for x in several])
fig, ax = plt.subplots(figsize=(5.4, 3.2), layout="constrained")
ax.plot(several, curve, color=BLUE, label="loss $L$")
for x in (1.75, 2.25, 3.0, 4.0, 5.0):
    loss, slope = loss_and_slope(x, alpha)
    by_steps = (loss_and_slope(x + 1e-4, alpha)[0] - loss_and_slope(x - 1e-4, alpha)[0]) / 2e-4
    print(f"sigma {x:.2f}: slope {slope:+.6f}, by central differences {by_steps:+.6f}")
    ax.plot(x + np.array([-0.3, 0.3]), loss + slope * np.array([-0.3, 0.3]), color=ORANGE, lw=2.5)
    ax.plot(x, loss, "o", color=ORANGE, ms=5, label="its slope $dL/d\\sigma$" if x == 5 else None)
level = optimize.brentq(lambda x: loss_and_slope(x, alpha)[1], 1.5, 5.5)
ax.axvline(level, color="0.6", lw=0.8)
ax.set(xlabel="length scale $\\sigma$ (pixels)", ylabel="$L$, half the mean squared error", ylim=(0, None))
ax.legend()
plt.show()
teaching.compare_guess(guess_level, float(level), "where the slope is 0, pixels")

# %% claim slope_right: the slope agrees with central differences to six digits
alpha = lrw.sample_index_set(784, 150, rng=seed)
pairs = [[loss_and_slope(x + h, alpha)[0] for h in (1e-4, -1e-4)] for x in (1.75, 3.0, 5.0)]
by_steps = np.array([(up - down) / 2e-4 for up, down in pairs])
claim(np.abs([loss_and_slope(x, alpha)[1] for x in (1.75, 3.0, 5.0)] / by_steps - 1).max(), 0, 1e-6)

# %% claim level: the slope is 0 at 2.5 to 2.8 pixels
alpha = lrw.sample_index_set(784, 150, rng=seed)
claim(round(optimize.brentq(lambda x: loss_and_slope(x, alpha)[1], 1.5, 5.5), 1), 2.5, 2.8)

# %% claim level_shorter: shorter than the marginal likelihood's length scale, by how many pixels
alpha = lrw.sample_index_set(784, 150, rng=seed)
level = optimize.brentq(lambda x: loss_and_slope(x, alpha)[1], 1.5, 5.5)
claim(round(choose_length_scale(W[alpha], points, alpha) - level, 1), 0.1, 0.4)

# %% [markdown]
# The formula and the differences agree to six digits, and the orange slopes touch the curve. From any point of it $\sigma$ could be moved downhill, like a learned weight: to 2.8 pixels here, 2.5 to 2.8 for other index sets. This is 0.1 to 0.4 shorter than the marginal likelihood's. The two have different aims: this loss knows the hidden weights, which the other never sees.
# In a network nobody knows them; there $L$ is the network's loss, $dU = dW\, w_\alpha^\top$, and the same two lines follow. (The paper leaves this open.) In the package `kernel_learning.pull_back_to_kernel` does it, with derivatives by $\log \sigma$, so that no step can make $\sigma$ negative: $dL/d\log\sigma = \sigma\, dL/d\sigma$.

# %% [markdown]
# Now both knobs at once. Each cell of the map is the score at hidden pixels, or says that the package refuses.

# %%
sigmas, ridges = (1, 2, 3, 4, 5, 6), (0, 1e-6, 1e-4, 1e-2, 1e-1, 1)


def score_or_nan(sigma, ridge):
    """The median score, or nan where the system is refused."""
    try:
        return median_score(lrw.SquaredExponential(sigma), ridge, alpha)
    except ValueError:
        return np.nan


table = np.array([[score_or_nan(x, ridge) for x in sigmas] for ridge in ridges])  # (6, 6)
fig, ax = plt.subplots(figsize=(4.8, 3.8), layout="constrained")
ax.imshow(np.ma.masked_invalid(table), cmap="cividis", vmin=0.7, vmax=1, aspect="auto")
ax.set_facecolor(plotting.UNKNOWN)
for (i, j), value in np.ndenumerate(table):
    ax.text(j, i, "refused" if np.isnan(value) else f"{value:.3f}", ha="center", va="center", fontsize="small",
            color="white" if value < 0.87 else "black")  # fmt: skip
ax.set(xticks=range(6), xticklabels=sigmas, yticks=range(6), yticklabels=[f"{x:g}" for x in ridges])
ax.set(xlabel="length scale $\\sigma$ (pixels)", ylabel="ridge $\\lambda$")
ax.set_title("median score at the hidden pixels")
plt.show()

# %% [markdown] question knobs
# **Question.** Read the map. Along the top row (no ridge), why do scores rise and then fall? Why does a ridge of $10^{-4}$ prevent most of the fall? Which setting would you take if you did not know how smooth the features are?

# %% [markdown] answer knobs
# At $\sigma = 1$ a hill ends before it reaches the next known pixel. The gaps are filled with 0, and no ridge helps against that: scores are 0.88 to 0.91 (five index sets). At $\sigma = 4$ the kernel expects features that are smoother than these. Without a ridge it must explain every small deviation
# nevertheless. It does so with very large numbers of opposite sign (the largest entry of $U$ is 236 here, 87 to 338 for other index sets), and the prediction is far off between the known pixels: scores are 0.34 to 0.74. A ridge lets it leave small deviations unexplained. With $\lambda = 10^{-4}$ or $10^{-2}$ every $\sigma$ from 2 to 4 scores at least 0.98: **with a little ridge a length scale that is somewhat too long does little harm.**
# One that is too short does. So take a little ridge, and rather a longer $\sigma$. At the lower right of the map, where both are large, features become too flat: 0.78 to 0.81.

# %% claim too_short: the score at length scale 1, without a ridge and with the best one
alpha = lrw.sample_index_set(784, 150, rng=seed)
claim(round(max(median_score(lrw.SquaredExponential(1.0), ridge, alpha) for ridge in ridges), 2), 0.88, 0.91)

# %% claim entries: the largest entry of U at length scale 4 without a ridge
k, alpha = lrw.SquaredExponential(4.0), lrw.sample_index_set(784, 150, rng=seed)
claim(round(np.abs(lrw.dictionaries.kernel_ridge(k, points, alpha, 0)).max()), 87, 338)

# %% claim too_long: the score at length scale 4 without a ridge
claim(median_score(lrw.SquaredExponential(4.0), 0, lrw.sample_index_set(784, 150, rng=seed)), 0.34, 0.74)

# %% claim no_harm: the lowest score for length scales 2 to 4 with a little ridge
alpha = lrw.sample_index_set(784, 150, rng=seed)
settings = [(lrw.SquaredExponential(x), ridge) for x in (2, 3, 4) for ridge in (1e-4, 1e-2)]
claim(min(median_score(*setting, alpha) for setting in settings), 0.98, 1)

# %% claim too_flat: the score at length scale 6 with a ridge of 1
claim(
    round(median_score(lrw.SquaredExponential(6.0), 1.0, lrw.sample_index_set(784, 150, rng=seed)), 2),
    0.78,
    0.81,
)

# %% [markdown]
# ### One kernel, many features
#
# One $U$ serves all features of a layer, so all have one length scale. What if they differ? Kernels can be added: `0.95 * k1 + 0.05 * k2` is a kernel for features that have a smooth part and a small fine part. Here are six features of
# photographs, three smoother ones and three rougher ones:

# %%
photographs = lrw.explorer.load_features()["photographs"].reshape(6, 256).T  # (256, 6)
grid, known = lrw.grid_coordinates((16, 16)), lrw.sample_index_set(256, 51, rng=0)
own = [choose_length_scale(photographs[known, j], grid, known) for j in range(6)]
common = choose_length_scale(photographs[known], grid, known)
print("each by itself:", np.round(own, 1), " one for all:", round(common, 1))
kernel_sum = 0.95 * lrw.SquaredExponential(4.0) + 0.05 * lrw.SquaredExponential(1.0)
for k in (lrw.SquaredExponential(1.0), lrw.SquaredExponential(common), kernel_sum):
    value = log_marginal_likelihood(photographs[known], k, grid, known, ridge=1e-2)
    print(f"log marginal likelihood {value:6.1f}  {k}")

# %% claim three_and_three: each of the first three features has a longer length scale than the other three
known = lrw.sample_index_set(256, 51, rng=seed)
own = [choose_length_scale(photographs[known, j], grid, known) for j in range(6)]
claim(min(own[:3]) > max(own[3:]), 1, 1)

# %% claim a_finer_part: by how much the sum of two kernels has the larger log marginal likelihood
known = lrw.sample_index_set(256, 51, rng=seed)
one = lrw.SquaredExponential(choose_length_scale(photographs[known], grid, known))
of_sum, of_one = (log_marginal_likelihood(photographs[known], k, grid, known) for k in (kernel_sum, one))
claim(round(of_sum - of_one), 20, 26)

# %% [markdown]
# These are logarithms: 20 more means $e^{20}$ times as probable. The sum, with its twentieth of a finer kernel, is 20 to 26 better than the best single length scale, for other index sets too, because not all of
# these features are smooth. (We found the sum by trying several, on these known weights alone.)
#
# The paper answers with several dictionaries side by side, its *columns* (notebook 03), and, in deeper layers, with kernels that are measured instead of assumed (notebook 05).
#
# If MNIST is on this computer, the next cell finds a length scale for its features too. (The paper uses 1.0 for its dictionaries of MNIST, the authors' example network 2.0.)

# %%
if {x.name: x.place for x in lrw.datasets.status()}["mnist"] == "missing":
    print("MNIST is not here, and not needed.")
else:
    mnist, n_train = lrw.datasets.fetch_mnist(), teaching.sized(full=5000, tiny=200)
    ordinary = {
        "dictionary": "none",
        "input_shape": mnist.input_shape,
        "weight_decay": 1e-2,
        "random_state": 0,
    }
    network = lrw.LowRankMLPClassifier((24,), max_iter=120, **ordinary)
    network.fit(mnist.X_train[:n_train], mnist.y_train[:n_train])
    w_known = network.filters_[0][alpha]  # (150, 24)
    print(f"features of MNIST: length scale {choose_length_scale(w_known, points, alpha):.2f} pixels")

# %% [markdown]
# ## 7 · Turn the knobs yourself
#
# The same features and the same formula: paint known pixels, move $\sigma$ and $\lambda$, point at a known pixel to see its atom. Start at $\sigma = 4$ with the smallest ridge, then make it larger slowly.

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
# - $K$ holds a hill for each pixel; draws from the normal distribution with covariance $K$ show what the kernel expects. Solving turns hills into atoms: with $\lambda = 0$ an atom is 1 at its own pixel and 0 at all other known ones.
# - The ridge multiplies each pattern by $s / (s + \lambda)$: smooth ones are kept, rough ones are mostly removed. Then $w_\alpha$ are coordinates, not the weights at $\alpha$. The right $\lambda$ is the variance of the noise.
# - Long length scales make the system badly conditioned; a ridge puts a limit to that. Solve by Cholesky; never invert.
# - Kernel ridge is the mean of a Gaussian process. Its variance does not depend on the known values: one can see, before training, where the prediction will be poor.
# - The marginal likelihood of the known weights chooses the length scale. Or the slope of a loss does: $dL/d\sigma$ follows from $dU$ by the chain rule. With a little ridge one that is somewhat too long does little harm.
#
# In the package, in `dictionaries/`: `kernels/` (exercises 1 and 6), `ridge.py` (exercises 2 and 5, and the refusal of section 4), `length_scales.py`, `kernel_learning.py`. In notebook 03 $U$ is just a matrix, and you learn $w_\alpha$.

# %%
check.summary()
