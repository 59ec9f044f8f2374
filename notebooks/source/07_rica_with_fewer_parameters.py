# ---
# title: RICA with fewer and fewer parameters
# minutes: 90
# seconds: 7
# learn: what RICA asks of a filter, and why that makes edges; how to whiten patches and in which space filters should be predicted; how to write RICA's cost and its gradient by hand, with weights that are used twice and have unit length; how to compare filters of two runs honestly. It is Figure 2 of the paper, at a size that fits in a coffee break.
# need: NumPy, and gradients of matrix products (notebook 03; the rule is repeated). Kernel ridge in outline (notebook 01 or 02). No network and no data to download.
# ---

# %% [markdown]
# In notebook 01 we took finished features, hid most of their pixels, and predicted them. That is a trick at the end. The paper's point is at the
# beginning: *learn* with few numbers, and predict the rest at **every** step of the way. Its Figure 2 does so with filters for photographs: all
# of their weights are learned, then 90 % of them, 80 %, down to 10 %, and you are asked to look. Are these still the same filters?
#
# You will build all that is needed: patches, whitening, the model (RICA) with its gradient, and the comparison. Everything goes the same way: you **guess**, we **look**, you
# **write**, and a check says what is missing. A check never stops the notebook: skip what you like, and come back.

# %%
import matplotlib.pyplot as plt
import numpy as np

import lowrankweights as lrw
from lowrankweights import plotting, teaching
from lowrankweights.dictionaries import completion
from lowrankweights.dictionaries.index_sets import nested_index_set
from lowrankweights.unsupervised import learn, match, random_patches, rica_cost, whiten

teaching.begin()  # one thread of BLAS is enough; fits end early on purpose
check = teaching.Checks(["whitening_matrix", "cost", "gradient_of_W", "through_the_length", "nested", "pair"])
rng = np.random.default_rng(0)
plt.rcParams.update(plotting.STYLE)

# %% [markdown]
# ## 1 · Photographs, cut small and washed white
#
# Two photographs, and 4,000 patches of 12 × 12 pixels from random places. A patch is a row of $X$:
#
# | letter | shape | what it is |
# |---|---|---|
# | $X$ | (n, n_v) = (4000, 144) | patches |
# | $W$ | (n_v, n_h) = (144, 16) | filters: a column each, of length 1 |
# | $Z = X W$ | (n, n_h) | responses: how strongly each filter answers to each patch |

# %%
shape, n_h = (12, 12), 16
n = teaching.sized(full=4000, tiny=300)
images = lrw.datasets.load_natural_images("bundled", colour="grey").images
patches = random_patches(images, shape, n, rng=0).astype(float)  # (n, 144), pixels in [0, 1]

fig, axes = plt.subplots(1, 2, figsize=(7.6, 2.6), layout="constrained", width_ratios=[1.5, 1])
axes[0].imshow(images[0], cmap="gray")
axes[0].set(xticks=[], yticks=[], title="one of two photographs, 427 × 640")
mosaic = patches[:40].reshape(5, 8, *shape).transpose(0, 2, 1, 3).reshape(60, 96)
axes[1].imshow(mosaic, cmap="gray")
axes[1].set(xticks=np.arange(-0.5, 96, 12), yticks=np.arange(-0.5, 60, 12), title="40 patches")
axes[1].tick_params(labelbottom=False, labelleft=False, length=0)
axes[1].grid(color="white", lw=0.8)
plt.show()

# %% [markdown]
# Most patches are nearly flat: dark all over, or bright all over. A model that is to reconstruct them would spend its effort on brightness.
#
# **Guess first.** A patch varies in 144 directions. What part of the variance of all patches lies in *one* of them, the strongest, in per cent?

# %%
guess_first_direction = None  # per cent

# %%
centred = patches - patches.mean(axis=0)  # (n, 144)
D, V = np.linalg.eigh(centred.T @ centred / (n - 1))  # (144,) rising, (144, 144) directions in columns
teaching.compare_guess(guess_first_direction, float(100 * D[-1] / D.sum()), "strongest direction, per cent")

fig, axes = plt.subplots(1, 2, figsize=(7.6, 2.3), layout="constrained", width_ratios=[1, 1.4])
axes[0].semilogy(np.arange(1, 145), D[::-1] / D.sum(), color=plotting.COLOURS["blue"])
axes[0].set(xlabel="direction, strongest first", ylabel="share of variance")
plotting.tiles(V[:, [-1, -2, -3, -4, -10, -30, -80]], shape, axes[1], n_across=7)
axes[1].set_title("directions 1, 2, 3, 4, 10, 30, 80")
plt.show()

# %% [markdown]
# The first direction *is* brightness, then come slopes, then ever finer stripes that hardly occur. **Whitening** makes all directions equally strong: turn into these directions,
# divide each by its standard deviation, and, this is ZCA, *turn back*. With $V D V^\top$ the covariance,
#
# $$C = V\,(D + \lambda I)^{-1/2}\,V^\top, \qquad X_{\mathrm{white}} = (X - \mathrm{mean})\,C, \qquad (n, n_v) = (n, n_v)(n_v, n_v).$$
#
# The $\lambda$ keeps the finest stripes, which are mostly noise, from being blown up. The turning back is what makes a whitened patch a *picture* again: pixel 17 of it is still about pixel 17.
#
# ### Exercise 1: whiten
#
# Write $C$. `np.linalg.eigh` takes a symmetric matrix apart; the covariance has the usual $n - 1$ below the line.


# %% starter whitening_matrix
def whitening_matrix(X, lam):
    centred = X - X.mean(axis=0)  # (n, n_v)
    D, V = ..., ...  # (n_v,), (n_v, n_v)
    return ...  # (n_v, n_v)


# %% [markdown] hint whitening_matrix
# The cell above has the first half: `np.linalg.eigh(covariance)` returns the variances $D$ and the directions $V$, in columns.

# %% [markdown] hint whitening_matrix
# $(D + \lambda I)^{-1/2}$ is diagonal, so it only scales: no matrix need be built. `V / s` divides column $j$ of $V$ by `s[j]`, if `s` is (n_v,).

# %% [markdown] hint whitening_matrix
# `(V / np.sqrt(D + lam)) @ V.T`. The $\lambda$ is inside the root, and the `V.T` at the end turns back.


# %% solution whitening_matrix
def whitening_matrix(X, lam):
    centred = X - X.mean(axis=0)  # (n, n_v)
    D, V = np.linalg.eigh(centred.T @ centred / (len(X) - 1))  # (n_v,), (n_v, n_v)
    return (V / np.sqrt(D + lam)) @ V.T  # (n_v, n_v)


# %% mutant whitening_matrix: not turned back
def whitening_matrix(X, lam):
    D, V = np.linalg.eigh(np.cov(X.T))
    return V / np.sqrt(D + lam)


# %% mutant whitening_matrix: the inverse, without the root
def whitening_matrix(X, lam):
    return np.linalg.inv(np.cov(X.T) + lam * np.eye(X.shape[1]))


# %% mutant whitening_matrix: lambda outside the root
def whitening_matrix(X, lam):
    D, V = np.linalg.eigh(np.cov(X.T))
    return (V / (np.sqrt(np.maximum(D, 0)) + lam)) @ V.T


# %% mutant whitening_matrix: no lambda
def whitening_matrix(X, lam):
    D, V = np.linalg.eigh(np.cov(X.T))
    return (V / np.sqrt(D)) @ V.T


# %% mutant whitening_matrix: rows scaled instead of columns
def whitening_matrix(X, lam):
    D, V = np.linalg.eigh(np.cov(X.T))
    return (V / np.sqrt(D + lam)[:, None]) @ V.T


# %% mutant whitening_matrix: the transpose in front
def whitening_matrix(X, lam):
    D, V = np.linalg.eigh(np.cov(X.T))
    return (V.T / np.sqrt(D + lam)) @ V


# %% mutant whitening_matrix: not centred
def whitening_matrix(X, lam):
    D, V = np.linalg.eigh(X.T @ X / (len(X) - 1))
    return (V / np.sqrt(D + lam)) @ V.T


# %% mutant whitening_matrix: it blackens
def whitening_matrix(X, lam):
    D, V = np.linalg.eigh(np.cov(X.T))
    return (V * np.sqrt(D + lam)) @ V.T


# %% accept whitening_matrix: SciPy's matrix root
def whitening_matrix(X, lam):
    from scipy.linalg import inv, sqrtm

    return inv(sqrtm(np.cov(X, rowvar=False) + lam * np.eye(X.shape[1])))


# %% accept whitening_matrix: singular values, a sum of outer products
def whitening_matrix(X, lam):
    _, s, Vt = np.linalg.svd(X - X.mean(axis=0), full_matrices=False)
    return sum(np.outer(v, v) / np.sqrt(a**2 / (len(X) - 1) + lam) for a, v in zip(s, Vt))


# %% check whitening_matrix
with check("whitening_matrix") as c:
    for name, data, lam in (
        ("50 rows of 4", np.random.default_rng(2).normal(1, [1, 2, 3, 4], (50, 4)), 0.3),
        ("300 patches", patches[:300], 0.02),
    ):
        wanted = lrw.ZCAWhitening(lam).fit(data).whitening_
        c.close(whitening_matrix(data, lam), wanted, f"C of {name}", tolerance=1e-7)

# %% [markdown]
# What does $C$ do? Each *column* of it says how a whitened pixel is made from the pixels. **Guess first**: pixel (6, 6) of a whitened
# patch is a weighted sum of the 144 pixels. Which weight is largest is clear, its own. What is the sign of its four neighbours' weights?

# %%
guess_sign = None  # "positive", "negative" or "zero"

# %%
X, whitening = whiten(patches, regularisation=0.5)  # (n, 144); lambda is half a pixel's variance
centre = whitening.whitening_[:, 6 * 12 + 6].reshape(shape)  # (12, 12): a column of C
beside = float(np.mean([centre[5, 6], centre[7, 6], centre[6, 5], centre[6, 7]]))
teaching.compare_guess(guess_sign, "negative" if beside < 0 else "positive", "the neighbours' weights")

fig, axes = plt.subplots(1, 3, figsize=(7.6, 2.6), layout="constrained")
plotting.show_feature(centre.ravel(), shape, axes[0], scale=2 * abs(beside))  # the centre is far beyond it
axes[0].set_title(f"a column of C, colours to ±{2 * abs(beside):.2f}\n(its centre: {centre.max():.1f})")
for ax, rows, title in ((axes[1], patches, "patches"), (axes[2], X, "the same, whitened")):
    plotting.tiles(rows[:16].T - rows[:16].T.mean(axis=0) * (rows is patches), shape, ax, n_across=4)
    ax.set_title(title)
plt.show()

# %% [markdown]
# A pixel *less* what its neighbours have in common with it: whitening takes away what could have been predicted, and leaves what is new, edges and spots. It is still
# the same picture, and neighbours are still neighbours. Keep this in mind for section 5. (In the middle, each patch is shown less its own mean; else you would see grey squares.)

# %% [markdown]
# ## 2 · What RICA wants
#
# *Reconstruction ICA* (Le, Karpenko, Ngiam and Ng, 2011) wants two things of its filters. From the responses $Z = X W$ one should be able to rebuild the patch, as $Z W^\top$.
# And few filters should answer to any one patch:
#
# $$\mathrm{cost} = \frac{1}{n} \left[ \frac{1}{2} \sum (Z W^\top - X)^2 + \mathrm{sparsity} \cdot \sum \sqrt{Z^2 + \epsilon}\, \right], \qquad Z = X W.$$
#
# The sums run over all entries, and the root is taken entry by entry. It is $|z|$ with a rounded tip: away from 0 it is $|z|$, and at 0 it has a slope.
#
# **Guess first.** Why should that make responses *sparse*? Take a patch and four filters. Once it answers with $z = (1, 0, 0, 0)$, once with $z = (1/2, 1/2, 1/2, 1/2)$: the same
# energy, $\sum z^2 = 1$. By what factor is the penalty, without the rounding $\epsilon$, larger for the second?

# %%
guess_factor = None  # a number

# %%
one, spread = np.array([1.0, 0, 0, 0]), np.full(4, 0.5)
teaching.compare_guess(guess_factor, float(np.abs(spread).sum() / np.abs(one).sum()), "penalty, spread out")

# %% [markdown]
# Twice. At equal energy the penalty likes one loud answer better than many soft ones, and that is all there is to sparsity.
#
# ### Exercise 2: the cost
#
# Three lines. Here the columns of $W$ have length 1 already.


# %% starter cost
def cost(W, X, sparsity, eps):
    Z = ...  # (n, n_h) = (n, n_v)(n_v, n_h)
    R = ...  # (n, n_v): the reconstruction less the patches
    return ...  # one number


# %% [markdown] hint cost
# $Z$ and $R$ are in the formula as they stand. Shapes: $Z W^\top$ is (n, n_v) = (n, n_h)(n_h, n_v).

# %% [markdown] hint cost
# Both sums run over all entries and are then divided by $n$, the number of patches, which is `len(X)`; a mean over all entries would divide by too much.

# %% [markdown] hint cost
# `R = Z @ W.T - X`, then `(0.5 * np.sum(R**2) + sparsity * np.sum(np.sqrt(Z**2 + eps))) / len(X)`.


# %% solution cost
def cost(W, X, sparsity, eps):
    Z = X @ W  # (n, n_h) = (n, n_v)(n_v, n_h)
    R = Z @ W.T - X  # (n, n_v)
    return (0.5 * np.sum(R**2) + sparsity * np.sum(np.sqrt(Z**2 + eps))) / len(X)


# %% mutant cost: no half
def cost(W, X, sparsity, eps):
    Z = X @ W
    return (np.sum((Z @ W.T - X) ** 2) + sparsity * np.sum(np.sqrt(Z**2 + eps))) / len(X)


# %% mutant cost: only the reconstruction is divided by n
def cost(W, X, sparsity, eps):
    Z = X @ W
    return 0.5 * np.sum((Z @ W.T - X) ** 2) / len(X) + sparsity * np.sum(np.sqrt(Z**2 + eps))


# %% mutant cost: means over all entries
def cost(W, X, sparsity, eps):
    Z = X @ W
    return 0.5 * np.mean((Z @ W.T - X) ** 2) + sparsity * np.mean(np.sqrt(Z**2 + eps))


# %% mutant cost: a sharp tip
def cost(W, X, sparsity, eps):
    Z = X @ W
    return (0.5 * np.sum((Z @ W.T - X) ** 2) + sparsity * np.sum(np.abs(Z))) / len(X)


# %% mutant cost: epsilon outside the root
def cost(W, X, sparsity, eps):
    Z = X @ W
    return (0.5 * np.sum((Z @ W.T - X) ** 2) + sparsity * np.sum(np.sqrt(Z**2) + eps)) / len(X)


# %% mutant cost: the root of the sum
def cost(W, X, sparsity, eps):
    Z = X @ W
    return (0.5 * np.sum((Z @ W.T - X) ** 2) + sparsity * np.sqrt(np.sum(Z**2 + eps))) / len(X)


# %% mutant cost: the weights are penalised
def cost(W, X, sparsity, eps):
    Z = X @ W
    return (0.5 * np.sum((Z @ W.T - X) ** 2) + sparsity * np.sum(np.sqrt(W**2 + eps))) / len(X)


# %% accept cost: patch by patch
def cost(W, X, sparsity, eps):
    total = 0
    for x in X:
        z = W.T @ x
        total += 0.5 * np.linalg.norm(W @ z - x) ** 2 + sparsity * np.hypot(z, eps**0.5).sum()
    return total / len(X)


# %% accept cost: the error as a trace, an array of shape ()
def cost(W, X, sparsity, eps):
    E = W @ W.T - np.eye(len(W))
    return np.array(0.5 * np.trace(E @ (X.T @ X) @ E) + sparsity * np.sqrt((X @ W) ** 2 + eps).sum()) / len(X)


# %% check cost
with check("cost") as c:
    for n_filters in (3, 6):
        W_c = np.random.default_rng(n_filters).normal(size=(5, n_filters))
        W_c /= np.linalg.norm(W_c, axis=0)
        X_c = np.random.default_rng(9).normal(size=(7, 5))
        wanted = rica_cost(W_c.ravel(), X_c, n_filters, sparsity=0.7, eps=0.05)[0]
        c.close(cost(W_c, X_c, 0.7, 0.05), wanted, f"cost of {n_filters} filters for patches of 5 pixels")

# %% [markdown]
# ## 3 · A weight that is used twice
#
# For the gradient, ask what notebook 03 asks: **who used this number, and by what was it multiplied?** $W$ was used *twice*: to make $Z = X W$, and to rebuild $Z W^\top$. Each use sends back a gradient, and the two are added.
#
# Work backwards. The residual $R = Z W^\top - X$ is (n, n_v), and $\partial\,\mathrm{cost} / \partial R = R / n$. Leave the $1/n$ for the end.
#
# - *Rebuilding*, $Z W^\top$: here $W_{kj}$ met $Z_{ij}$ and went into $R_{ik}$. Sum over patches: $R^\top Z$, (n_v, n_h) = (n_v, n)(n, n_h).
# - And $Z_{ij}$ met $W_{kj}$ there, for every pixel $k$: $R W$. It was also penalised, with the slope $Z / \sqrt{Z^2 + \epsilon}$. So
#   $$dZ = R W + \mathrm{sparsity}\; Z / \sqrt{Z^2 + \epsilon}, \qquad (n, n_h) = (n, n_v)(n_v, n_h).$$
# - *Answering*, $Z = X W$: a dense layer, $X^\top dZ$, (n_v, n_h) = (n_v, n)(n, n_h).
#
# ### Exercise 3: both uses
#
# Put it together: $dW$, (n_v, n_h), with the $1/n$.


# %% starter gradient_of_W
def gradient_of_W(W, X, sparsity, eps):
    Z = X @ W  # (n, n_h)
    R = Z @ W.T - X  # (n, n_v)
    dZ = ...  # (n, n_h)
    dW = ...  # (n_v, n_h)
    return dW


# %% [markdown] hint gradient_of_W
# $dZ$ is the formula above. `Z / np.sqrt(Z**2 + eps)` is taken entry by entry; `R @ W` is a matrix product.

# %% [markdown] hint gradient_of_W
# $n\,dW$ is a sum of two products: one for answering, in which $X$ takes part, one for rebuilding, in which $R$ does.

# %% [markdown] hint gradient_of_W
# `dW = (X.T @ dZ + R.T @ Z) / len(X)`.


# %% solution gradient_of_W
def gradient_of_W(W, X, sparsity, eps):
    Z = X @ W  # (n, n_h)
    R = Z @ W.T - X  # (n, n_v)
    dZ = R @ W + sparsity * Z / np.sqrt(Z**2 + eps)  # (n, n_h) = (n, n_v)(n_v, n_h)
    dW = (X.T @ dZ + R.T @ Z) / len(X)  # (n_v, n_h)
    return dW


# %% mutant gradient_of_W: rebuilding is forgotten
def gradient_of_W(W, X, sparsity, eps):
    Z = X @ W
    dZ = (Z @ W.T - X) @ W + sparsity * Z / np.sqrt(Z**2 + eps)
    return X.T @ dZ / len(X)


# %% mutant gradient_of_W: answering is forgotten in the reconstruction
def gradient_of_W(W, X, sparsity, eps):
    Z = X @ W
    R = Z @ W.T - X
    return (X.T @ (sparsity * Z / np.sqrt(Z**2 + eps)) + R.T @ Z) / len(X)


# %% mutant gradient_of_W: one use counted twice
def gradient_of_W(W, X, sparsity, eps):
    Z = X @ W
    R = Z @ W.T - X
    return (X.T @ (2 * R @ W + sparsity * Z / np.sqrt(Z**2 + eps))) / len(X)


# %% mutant gradient_of_W: no 1/n
def gradient_of_W(W, X, sparsity, eps):
    Z = X @ W
    R = Z @ W.T - X
    return X.T @ (R @ W + sparsity * Z / np.sqrt(Z**2 + eps)) + R.T @ Z


# %% mutant gradient_of_W: the slope of the penalty is its sign
def gradient_of_W(W, X, sparsity, eps):
    Z = X @ W
    R = Z @ W.T - X
    return (X.T @ (R @ W + sparsity * np.sign(Z)) + R.T @ Z) / len(X)


# %% mutant gradient_of_W: the slope without Z
def gradient_of_W(W, X, sparsity, eps):
    Z = X @ W
    R = Z @ W.T - X
    return (X.T @ (R @ W + sparsity / np.sqrt(Z**2 + eps)) + R.T @ Z) / len(X)


# %% mutant gradient_of_W: the residual has the wrong sign
def gradient_of_W(W, X, sparsity, eps):
    Z = X @ W
    R = X - Z @ W.T
    return (X.T @ (R @ W + sparsity * Z / np.sqrt(Z**2 + eps)) + R.T @ Z) / len(X)


# %% mutant gradient_of_W: rebuilding transposed
def gradient_of_W(W, X, sparsity, eps):
    Z = X @ W
    R = Z @ W.T - X
    return (X.T @ (R @ W + sparsity * Z / np.sqrt(Z**2 + eps)) + (Z.T @ R)) / len(X)


# %% accept gradient_of_W: from the second moments, without R
def gradient_of_W(W, X, sparsity, eps):
    Z, S, E = X @ W, X.T @ X, W @ W.T - np.eye(len(W))
    return (sparsity * X.T @ (Z / np.sqrt(Z * Z + eps)) + (S @ E + E @ S) @ W) / len(X)


# %% accept gradient_of_W: patch by patch
def gradient_of_W(W, X, sparsity, eps):
    dW = np.zeros_like(W)
    for x in X:
        z = x @ W
        r = W @ z - x
        dW += np.outer(x, W.T @ r + sparsity * z / np.hypot(z, np.sqrt(eps))) + np.outer(r, z)
    return dW / len(X)


# %% check gradient_of_W
with check("gradient_of_W") as c:

    def true_cost(W):
        R = X_c @ W @ W.T - X_c
        return (0.5 * np.sum(R**2) + 0.7 * np.sqrt((X_c @ W) ** 2 + 0.05).sum()) / 7

    for n_filters in (3, 5):
        W_c = np.random.default_rng(n_filters).normal(size=(5, n_filters))
        steps = 1e-5 * np.eye(W_c.size).reshape(-1, *W_c.shape)  # one weight at a time
        slopes = [(true_cost(W_c + s) - true_cost(W_c - s)) / 2e-5 for s in steps]
        wanted = np.reshape(slopes, W_c.shape)  # (5, n_filters)
        c.close(gradient_of_W(W_c, X_c, 0.7, 0.05), wanted, f"dW of {n_filters} filters", tolerance=1e-6)

# %% [markdown]
# ## 4 · Of length one
#
# There is a hole in the cost. Shrink the penalty by making a filter *shorter*: a response of 0.001 costs next to nothing. So the filters are held at length 1: we learn
# $P$ (n_v, n_h), and the filter is its direction, $w = p / |p|$, column by column.
#
# Then a change of $p$ has two parts. Across $p$ it turns $w$, by the change divided by $|p|$. Along $p$ it only makes $p$ longer, and $w$ does not notice.
#
# **Guess first.** How steep is the cost if you move $p$ along itself?

# %%
guess_along = None  # a number

# %%
P = rng.normal(size=(5, 3))  # (n_v, n_h)
X_small = rng.normal(size=(20, 5))
dP = rica_cost(P.ravel(), X_small, 3)[1].reshape(P.shape)  # the package's, (5, 3)
print("p · dp of each filter:", np.sum(P * dP, axis=0).round(12) + 0.0)
teaching.compare_guess(guess_along, float(np.abs(np.sum(P * dP, axis=0)).max().round(12)), "slope along p")

# %% [markdown]
# Zero, always. So the right $dp$ is $dw$ with its part along $w$ taken out, and divided by $|p|$:
#
# $$dp = \frac{dw - w\,(w \cdot dw)}{|p|}, \qquad w = p / |p|.$$
#
# Whoever forgets this has a gradient that points partly into nowhere, and an optimiser that stops early and does not say why.
#
# ### Exercise 4: through the length
#
# For all columns at once: from $dW$ and $P$, both (n_v, n_h), to $dP$. Every column has its own length and its own $w \cdot dw$.


# %% starter through_the_length
def through_the_length(dW, P):
    lengths = ...  # (n_h,)
    W = ...  # (n_v, n_h)
    return ...  # (n_v, n_h)


# %% [markdown] hint through_the_length
# `np.linalg.norm` with an `axis` gives many lengths at once. A column runs over the rows: which axis is that?

# %% [markdown] hint through_the_length
# `W = P / lengths` divides column $j$ by `lengths[j]`. The inner products of all columns are `np.sum(W * dW, axis=0)`, (n_h,).

# %% [markdown] hint through_the_length
# `(dW - W * np.sum(W * dW, axis=0)) / lengths`, with `lengths = np.linalg.norm(P, axis=0)`.


# %% solution through_the_length
def through_the_length(dW, P):
    lengths = np.linalg.norm(P, axis=0)  # (n_h,)
    W = P / lengths  # (n_v, n_h)
    return (dW - W * np.sum(W * dW, axis=0)) / lengths  # (n_v, n_h)


# %% mutant through_the_length: only divided
def through_the_length(dW, P):
    return dW / np.linalg.norm(P, axis=0)


# %% mutant through_the_length: not divided
def through_the_length(dW, P):
    W = P / np.linalg.norm(P, axis=0)
    return dW - W * np.sum(W * dW, axis=0)


# %% mutant through_the_length: p instead of w
def through_the_length(dW, P):
    return (dW - P * np.sum(P * dW, axis=0)) / np.linalg.norm(P, axis=0)


# %% mutant through_the_length: rows instead of columns
def through_the_length(dW, P):
    lengths = np.linalg.norm(P, axis=1, keepdims=True)
    W = P / lengths
    return (dW - W * np.sum(W * dW, axis=1, keepdims=True)) / lengths


# %% mutant through_the_length: one length for all
def through_the_length(dW, P):
    length = np.linalg.norm(P)
    W = P / length
    return (dW - W * np.sum(W * dW)) / length


# %% mutant through_the_length: what is along w instead of what is across
def through_the_length(dW, P):
    lengths = np.linalg.norm(P, axis=0)
    W = P / lengths
    return W * np.sum(W * dW, axis=0) / lengths


# %% mutant through_the_length: all columns taken out of each
def through_the_length(dW, P):
    lengths = np.linalg.norm(P, axis=0)
    W = P / lengths
    return (dW - W @ (W.T @ dW)) / lengths


# %% accept through_the_length: column by column, with the matrix I - w w^T
def through_the_length(dW, P):
    columns = []
    for p, dw in zip(P.T, dW.T):
        w = p / np.sqrt(p @ p)
        columns.append((np.eye(len(p)) - np.outer(w, w)) @ dw / np.sqrt(p @ p))
    return np.array(columns).T


# %% accept through_the_length: the quotient rule
def through_the_length(dW, P):
    s = np.einsum("kj,kj->j", P, P)
    return dW * s**-0.5 - P * np.einsum("kj,kj->j", P, dW) * s**-1.5


# %% check through_the_length
with check("through_the_length") as c:
    for n_filters in (2, 4):
        A, P_c = np.random.default_rng(n_filters).normal(0, 2, size=(2, 4, n_filters))
        along = lambda P, A=A: np.sum(A * P / np.linalg.norm(P, axis=0))  # a loss whose dW is A
        steps = 1e-5 * np.eye(P_c.size).reshape(-1, *P_c.shape)
        wanted = np.reshape([(along(P_c + s) - along(P_c - s)) / 2e-5 for s in steps], P_c.shape)
        c.close(through_the_length(A, P_c), wanted, f"dP of {n_filters} filters", tolerance=1e-6)

# %% [markdown]
# One step is left, and you know it from notebook 03: if $P = U w_\alpha$, then $dw_\alpha = U^\top dP$. That is all of RICA with few parameters. From your three pieces, or the package's where one is missing:


# %%
def reference_gradient(W, X, sparsity, eps):
    Z = X @ W
    R, dZ_penalty = Z @ W.T - X, sparsity * Z / np.sqrt(Z**2 + eps)
    return (X.T @ (R @ W + dZ_penalty) + R.T @ Z) / len(X)


def reference_length(dW, P):
    W = P / np.linalg.norm(P, axis=0)
    return (dW - W * np.sum(W * dW, axis=0)) / np.linalg.norm(P, axis=0)


dW_of = gradient_of_W if check.passed("gradient_of_W") else reference_gradient
dP_of = through_the_length if check.passed("through_the_length") else reference_length


def my_gradient(theta, X, U, sparsity=0.3, eps=1e-2):
    P = U @ theta.reshape(U.shape[1], -1)  # (n_v, n_h) = (n_v, n_alpha)(n_alpha, n_h)
    W = P / np.linalg.norm(P, axis=0)  # (n_v, n_h), of unit length
    return (U.T @ dP_of(dW_of(W, X, sparsity, eps), P)).ravel()  # dw_alpha = U^T dP


U_test = rng.normal(size=(144, 20))  # any dictionary will do for this
fun = lrw.rica_objective(X[:200].astype(float), n_h, U_test, sparsity=0.3)  # the package's fast one
theta = fun.init(rng=1)  # (20 * 16,)
gap = np.abs(my_gradient(theta, X[:200], U_test) - fun(theta)[1]).max()
print(f"learned: {theta.size} numbers; largest difference from the package's gradient: {gap:.1e}")

# %% [markdown]
# The package computes the same numbers another way: the reconstruction needs no pass over the patches at all, since it is quadratic in $X$ and $X^\top X$ says everything about it. (One of the answers
# that exercise 3 accepts does that. `lowrankweights/rica.py` has both, the slow definition and the fast one, and a test that they agree.)
#
# Now learn. All weights first, with L-BFGS from random filters:

# %%
common = {"sparsity": 0.3, "length_scale": 1.5, "ftol": 1e-6, "max_iter": teaching.sized(full=200, tiny=5)}


def filters(share, seed=0, X=X):
    """RICA's filters (144, 16), a share of each learned, and how it went."""
    return learn(X, n_h, shape, proportion=share, seed=seed, **common)


full, how = filters(1.0)  # (144, 16)
print(f"{how.n_dynamic:,} numbers learned, {how.n_iter} iterations, cost {how.loss:.3f}")
start = np.random.default_rng(0).normal(size=full.shape)  # W0, of which every run takes what it learns
fig, axes = plt.subplots(1, 2, figsize=(7.6, 2.0), layout="constrained")
plotting.tiles(start, shape, axes[0], n_across=8)
axes[0].set_title("before")
plotting.tiles(full, shape, axes[1], n_across=8)
axes[1].set_title("after: 16 filters, every weight learned")
plt.show()

# %% [markdown]
# Nobody asked for edges. "Rebuild the patches, with few answers at a time" is enough to make filters that look for a line or a border in one direction. (A few
# are chequerboards: two photographs and sixteen filters are little. With 144 filters and 20,000 patches they become short edges at one place: `lowrankweights figure 1-rica-natural` shows them.)

# %% [markdown]
# ## 5 · Where to predict
#
# A dictionary of the squared exponential says "neighbouring weights are alike". But weights of *what*? There are two pictures of one filter. It was learned on whitened patches: its
# column of $W$ is multiplied with whitened pixels. With raw pixels the same response is
#
# $$(x - \mathrm{mean})\,C\,W = (x - \mathrm{mean})\,(C W),$$
#
# so $C W$, (144, 16), is the filter as it acts on *pixels*. Both are images of 12 × 12.
#
# And there is a third: without ZCA's turning back, the inputs would be $(x - \mathrm{mean})\,V (D + \lambda I)^{-1/2}$, one for each *direction*, and the same filter $V^\top W$. That is whitening by principal components,
# and RICA would do as well with it. It is a list of 144 numbers too, and nothing keeps us from drawing it as 12 × 12.
#
# **Guess first.** Predict the filters from 30 % of their weights in each of the three spaces, as in notebook 01. In whitened pixels the correlation with the hidden weights will be about 0.95.
# And in the other two?

# %%
guess_pixels = None  # a correlation
guess_directions = None  # a correlation

# %%
spaces = {"whitened pixels": full, "pixels": whitening.filters_in_pixels(full), "directions": V.T @ full}
done = {name: completion.complete(W, shape, 0.3, rng=0, length_scale=1.5) for name, W in spaces.items()}
median = {name: float(np.median(d["correlation"])) for name, d in done.items()}
fig, axes = plt.subplots(3, 2, figsize=(7.6, 2.6), layout="constrained")
for (left, right), (name, d) in zip(axes, done.items()):
    plotting.tiles(d["W"][:, :8], shape, left, n_across=8)
    plotting.tiles((d["U"] @ d["W"][d["alpha"]])[:, :8], shape, right, n_across=8)
    left.set_ylabel(name.replace(" ", "\n"), fontsize=8)
    right.set_title(f"correlation {median[name]:.2f}", fontsize=9)
axes[0, 0].set_title("8 filters")
axes[0, 1].set_title(f"from 30 % of their weights: {axes[0, 1].get_title()}", fontsize=9)
plt.show()
print(f"whitened pixels: {median['whitened pixels']:.2f}")
teaching.compare_guess(guess_pixels, median["pixels"], "pixels")
teaching.compare_guess(guess_directions, median["directions"], "directions")

# %% [markdown]
# In pixels, whitened or not, a filter is an image, and what is hidden can be predicted. Among *directions* there are no neighbours, and what a kernel on pixels says there is noise. That is
# what ZCA's turning back is good for.
#
# Both kinds of pixels would do. The package predicts in *whitened* ones, because that is where the model lives: what is multiplied with $X$, and has length 1, is $W = U w_\alpha$. Filters that are predicted in pixels would be
# $W = C^{-1} U w_\alpha$: simply another dictionary, $C^{-1} U$.

# %% [markdown]
# ## 6 · Fewer and fewer
#
# Now as in Figure 2: learn all weights of each filter, then half, a quarter, a tenth. To see what the *share* does, everything else must stay the same. Two things are random:
#
# - the **start**. One full $W_0$ (144, 16) is drawn; each run begins with the rows of it that it learns, $w_\alpha = W_0[\alpha]$.
# - the **index sets**. They are *nested*: the pixels of the small ones belong to all larger ones. Then fewer means *fewer*, and not *others*.
#
# ### Exercise 5: nested index sets
#
# From `n_v` pixels and a list of sizes, falling, draw one index set for each size: uniformly at random, no pixel twice, each within the one before. In any order.


# %% starter nested
def nested(n_v, sizes, rng):
    order = ...  # (n_v,)
    return ...  # a list of arrays, (sizes[0],), (sizes[1],), ...


# %% [markdown] hint nested
# Drawing anew for each size will not do. Is there one draw from which all of them can be cut?

# %% [markdown] hint nested
# Think of a pack of cards, shuffled once. `rng.permutation(n_v)` shuffles the numbers from 0 to `n_v - 1`.

# %% [markdown] hint nested
# The first `n` cards are a random set of `n`, and contain the first `m < n`: `[np.sort(order[:n]) for n in sizes]`.


# %% solution nested
def nested(n_v, sizes, rng):
    order = rng.permutation(n_v)  # (n_v,)
    return [np.sort(order[:n]) for n in sizes]


# %% mutant nested: a new draw each time
def nested(n_v, sizes, rng):
    return [rng.choice(n_v, n, replace=False) for n in sizes]


# %% mutant nested: the first ones, not random
def nested(n_v, sizes, rng):
    return [np.arange(n) for n in sizes]


# %% mutant nested: some pixels twice
def nested(n_v, sizes, rng):
    order = rng.integers(n_v, size=n_v)
    return [order[:n] for n in sizes]


# %% mutant nested: the generator is not used
def nested(n_v, sizes, rng):
    order = np.random.default_rng(0).permutation(n_v)
    return [order[:n] for n in sizes]


# %% mutant nested: a random run of neighbours
def nested(n_v, sizes, rng):
    order = (np.arange(n_v) + rng.integers(n_v)) % n_v
    return [order[:n] for n in sizes]


# %% mutant nested: only the first size
def nested(n_v, sizes, rng):
    return [rng.permutation(n_v)[: sizes[0]]]


# %% mutant nested: counted from one
def nested(n_v, sizes, rng):
    order = rng.permutation(n_v) + 1
    return [order[:n] for n in sizes]


# %% accept nested: each drawn from the one before
def nested(n_v, sizes, rng):
    sets, known = [], np.arange(n_v)
    for n in sizes:
        known = rng.choice(known, n, replace=False)
        sets.append(known)
    return tuple(sets)


# %% accept nested: the smallest random numbers
def nested(n_v, sizes, rng):
    order = np.argsort(rng.random(n_v))[::-1]
    return [order[:n].tolist() for n in sizes]


# %% check nested
with check("nested") as c:
    draws = [c.parts(nested(40, [30, 10, 4], np.random.default_rng(s)), 3, "nested(...)") for s in range(60)]
    for sets in draws:
        known = [{int(i) for i in np.asarray(alpha)} for alpha in sets]
        lengths = [len(a) for a in sets]
        c.true(lengths == [30, 10, 4], f"Asked for 30, 10 and 4 pixels, got {lengths}.")
        c.true([len(k) for k in known] == [30, 10, 4], "A pixel was drawn twice.")
        c.true(min(known[0]) >= 0 and max(known[0]) < 40, "Pixels are numbered from 0 to n_v - 1.")
        c.true(known[2] < known[1] < known[0], "A smaller set has pixels that the larger one has not.")
    c.true(len({tuple(sorted(map(int, s[2]))) for s in draws}) > 55, "Other rng, same pixels: is it random?")
    touching = np.mean([np.diff(np.sort(s[2])).min() for s in draws])
    c.true(touching > 1.5, "The pixels of a set lie in a row: they are not drawn one by one.")

# %% [markdown]
# ### Exercise 6: which filter is which?
#
# Two runs return their filters in any order, and with any sign: $w$ and $-w$ rebuild the same and cost the same. Before you compare, pair them: each filter of `full` gets *one* of `W`, none twice, so that the
# sum of all |cosine| is as large as possible. Return the columns of `W` in that order, with the sign that agrees.
#
# "None twice" is the hard part: if each filter just took what resembles it most, two could want the same. SciPy solves it: `scipy.optimize.linear_sum_assignment` finds
# the pairs with the *smallest* sum. It is imported here:

# %%
from scipy.optimize import linear_sum_assignment

# %% [markdown]
# Three lines:


# %% starter pair
def pair(W, full):
    cosine = ...  # (n_h, n_h): a row for each filter of full, a column for each of W
    order = ...  # (n_h,): for each filter of full its partner
    return ...  # (n_v, n_h)


# %% [markdown] hint pair
# The cosine of two vectors is their inner product divided by both lengths. All at once: `full.T @ W` is (n_h, n_h); divide its rows by the lengths of `full`, its columns by those of `W`.

# %% [markdown] hint pair
# `rows, order = linear_sum_assignment(costs)`, where a *good* pair must be *cheap*, whatever its sign.

# %% [markdown] hint pair
# `order = linear_sum_assignment(-np.abs(cosine))[1]`, and the signs are those of `cosine[np.arange(n_h), order]`; `W[:, order] * signs` turns the columns.


# %% solution pair
def pair(W, full):
    norms = np.linalg.norm(full, axis=0)[:, None] * np.linalg.norm(W, axis=0)  # (n_h, n_h)
    cosine = full.T @ W / norms  # (n_h, n_h)
    rows, order = linear_sum_assignment(-np.abs(cosine))
    return W[:, order] * np.sign(cosine[rows, order])  # (n_v, n_h)


# %% mutant pair: each takes the best, some twice
def pair(W, full):
    cosine = (full / np.linalg.norm(full, axis=0)).T @ (W / np.linalg.norm(W, axis=0))
    order = np.abs(cosine).argmax(axis=1)
    return W[:, order] * np.sign(cosine[np.arange(len(order)), order])


# %% mutant pair: signs are left as they are
def pair(W, full):
    cosine = (full / np.linalg.norm(full, axis=0)).T @ (W / np.linalg.norm(W, axis=0))
    return W[:, linear_sum_assignment(-np.abs(cosine))[1]]


# %% mutant pair: the sign matters
def pair(W, full):
    cosine = (full / np.linalg.norm(full, axis=0)).T @ (W / np.linalg.norm(W, axis=0))
    return W[:, linear_sum_assignment(-cosine)[1]]


# %% mutant pair: the worst pairs
def pair(W, full):
    cosine = (full / np.linalg.norm(full, axis=0)).T @ (W / np.linalg.norm(W, axis=0))
    rows, order = linear_sum_assignment(np.abs(cosine))
    return W[:, order] * np.sign(cosine[rows, order])


# %% mutant pair: the other way round, full's partners for W
def pair(W, full):
    cosine = (W / np.linalg.norm(W, axis=0)).T @ (full / np.linalg.norm(full, axis=0))
    rows, order = linear_sum_assignment(-np.abs(cosine))
    return W[:, order] * np.sign(cosine[rows, order])


# %% mutant pair: inner products, long filters first
def pair(W, full):
    inner = full.T @ W
    rows, order = linear_sum_assignment(-np.abs(inner))
    return W[:, order] * np.sign(inner[rows, order])


# %% accept pair: all orders tried out
def pair(W, full):
    from itertools import permutations

    cosine = (full / np.linalg.norm(full, axis=0)).T @ (W / np.linalg.norm(W, axis=0))
    rows = list(range(len(cosine)))
    order = list(max(permutations(rows), key=lambda p: np.abs(cosine[rows, list(p)]).sum()))
    return W[:, order] * np.where(cosine[rows, order] < 0, -1, 1)


# %% accept pair: maximised, signs by a loop
def pair(W, full):
    cosine = (full / np.linalg.norm(full, axis=0)).T @ (W / np.linalg.norm(W, axis=0))
    found = W[:, linear_sum_assignment(np.abs(cosine), maximize=True)[1]].copy()
    for w, f in zip(found.T, full.T):
        w *= -1 if w @ f < 0 else 1
    return found


# %% check pair
with check("pair") as c:
    for seed in range(8):
        one, two = np.random.default_rng(seed).normal(size=(2, 6, 5))
        one, two = one * [1, 9, 1, 0.1, 3], two * [1, 1, 7, 1, 0.2]  # of other lengths
        c.close(pair(one, two), match(one, two)[0], f"random filters, draw {seed}")

# %% [markdown]
# Now Figure 2. Two more columns make it honest. A number such as "|cosine| 0.7" says nothing by itself; compare it with
#
# - **another start**: all weights learned again, from another $W_0$. No share can be expected to do better than this;
# - **no learning**: $W_0$ itself, paired in the same way. Pairing picks the best of many, and so even chance does not score 0.
#
# **Guess first.** What is the median |cosine| with the filters in the first column, for another start, and where only a tenth is learned?

# %%
guess_other_start = None  # between 0 and 1
guess_tenth = None  # between 0 and 1

# %%
shares = (0.75, 0.5, 0.25, 0.1)
runs = {f"{100 * share:.0f} %": filters(share) for share in shares}
found = {"100 %": full, **{name: W for name, (W, _) in runs.items()}}
found |= {"another\nstart": filters(1.0, seed=1)[0], "no\nlearning": start}
matched = {name: match(W, full) for name, W in found.items()}  # (144, 16), (16,) each
typical = {name: float(np.median(cosine)) for name, (_, cosine) in matched.items()}
teaching.compare_guess(guess_other_start, typical["another\nstart"], "another start")
teaching.compare_guess(guess_tenth, typical["10 %"], "10 % learned")

order = np.argsort(-np.mean([matched[f"{100 * s:.0f} %"][1] for s in shares], axis=0))[::2]  # every second
fig, axes = plt.subplots(1, 7, figsize=(7.6, 7.4), layout="compressed")
for ax, (name, (W, _)) in zip(axes, matched.items()):
    plotting.tiles(W[:, order], shape, ax, n_across=1)
    ax.set_title(name, fontsize=9)
    ax.set_xlabel(f"{typical[name]:.2f}")
axes[0].set_xlabel("median\n|cosine|")
fig.suptitle("A row is one filter; columns: the share of it that is learned", fontsize=10)
plt.show()

# %% [markdown]
# Look before you read on. Rows go from the filter that is found again best to the one found worst. In which column do you stop recognising it?
#
# Two things are worth saying. First, *another start* is almost the same as the first column: these 16 filters are a property of the photographs, hardly of luck, and so it makes sense to ask whether they come back. Second, with fewer numbers the
# filters become smoother and rounder, and the finest ones are lost first. Is it that they *cannot* be expressed as $U w_\alpha$ any more, or does learning go elsewhere? That can be computed: project the
# filters of the first column onto what $U$ can express; the length of what is left of a unit vector is the best |cosine| there is.


# %%
def reach(share):
    """The best |cosine| of any U w_alpha with each of the full filters, (16,)."""
    alpha = nested_index_set(shape, share, rng=0)
    kernel, points = lrw.SquaredExponential(common["length_scale"]), lrw.grid_coordinates(shape)
    U = lrw.dictionaries.kernel_ridge(kernel, points, alpha, ridge=1e-2)  # (144, n_alpha)
    return np.linalg.norm(np.linalg.qr(U)[0].T @ full, axis=0)


print(f"{'learned':>8}{'numbers':>9}{'cost':>8}{'median |cosine|':>17}{'best possible':>15}")
print(f"{'100 %':>8}{how.n_dynamic:9,}{how.loss:8.3f}{1:17.2f}{1:15.2f}")
for share in shares:
    name, best = f"{100 * share:.0f} %", np.median(reach(share))
    own = runs[name][1]
    print(f"{name:>8}{own.n_dynamic:9,}{own.loss:8.3f}{typical[name]:17.2f}{best:15.2f}")

# %% [markdown] question recognisable
# **Question.** The paper says that the filters stay recognisable down to a tenth. Does your table support that? What would you measure next before you believe it, or before you deny it?

# %% [markdown] answer recognisable
# Half of the weights: yes, as far as this small picture goes. The filters are as much like the first column as those of another start are, and the cost rises by half a per cent. A quarter: most filters have their counterpart, smoother.
# A tenth, 14 numbers a filter: 0.44, when no learning at all scores 0.17 and 0.76 is the best there is. Some filters come back and many do not; partly because 14 smooth hills *cannot* express them, partly because learning, with what it had, did something else.
#
# Did you see that 75 % came out *worse* than 50 %, in cost too? The larger index set contains the smaller one, so it cannot be that its filters are worse at best. L-BFGS ended in another valley, or gave up on the way. One run is one run: this alone forbids to read
# differences of 0.05 out of the table.
#
# But mind what differs from the paper: our patches are 12 × 12, so a tenth is 14 numbers; the paper's are larger, and in a larger patch the same filter is smoother *per pixel*. So: larger patches, more photographs than two, other length scales, several index sets (we drew one!), and a
# measure of use, not of likeness. A filter that is different may still be as good. Notebook 08 measures that.

# %% [markdown]
# ## 7 · In four lines
#
# All of it is in an estimator, with scikit-learn's habits: whitened patches in, responses out.

# %%
model = lrw.RICA(n_h, proportion=0.25, patch_shape=shape, length_scale=1.5, sparsity=0.3, random_state=0)
model.set_params(max_iter=common["max_iter"]).fit(X)
Z = model.transform(X)  # (n, 16) = (n, 144)(144, 16)
print(f"components_ {model.components_.shape}, responses {Z.shape}")
print(f"{model.n_dynamic_} numbers learned, {model.n_static_:,} fixed in U; {model.n_iter_} iterations")

# %% [markdown]
# **Guess first.** Sparse was the wish. A Gaussian number is larger than three standard deviations in 0.27 % of all cases. How often is a response, in per cent?

# %%
guess_loud = None  # per cent

# %%
loud = float(100 * np.mean(np.abs(Z) > 3 * Z.std(axis=0)))
teaching.compare_guess(guess_loud, loud, "responses beyond three standard deviations, per cent")

# %% [markdown]
# Filters are mostly silent, and sometimes loud.
#
# ### Your own photographs
#
# Put some into a folder called `natural` in the folder that the environment variable `LOWRANKWEIGHTS_DATA` names, and run this notebook again: the next cell takes them.

# %%
photographs = lrw.datasets.load_natural_images(colour="grey")
if photographs.folder == lrw.datasets.load_natural_images("bundled").folder:
    print("No photographs of yours here; nothing in this notebook needs them.")
else:
    theirs = random_patches(photographs.images, shape, n, rng=0).astype(float)
    theirs = whiten(theirs, regularisation=0.5)[0]  # (n, 144)
    of_all, of_half = (filters(share, X=theirs)[0] for share in (1.0, 0.5))
    half_matched, cosine = match(of_half, of_all)
    print(f"{len(photographs.images)} photographs: median |cosine| of half and all {np.median(cosine):.2f}")
    fig, axes = plt.subplots(1, 2, figsize=(7.6, 2.0), layout="constrained")
    plotting.tiles(of_all, shape, axes[0], n_across=8)
    plotting.tiles(half_matched, shape, axes[1], n_across=8)
    axes[0].set_title("all weights learned")
    axes[1].set_title("half of them")
    plt.show()

# %% [markdown]
# ## Summary
#
# - Whitening takes away what neighbours say about each other. ZCA turns back, so that a whitened patch is a picture, and a kernel on pixels makes sense there. Filters are predicted in *whitened* pixels.
# - RICA: rebuild the patch from few answers. $W$ is used twice, $n\,dW = X^\top dZ + R^\top Z$, and its columns have unit length, $dp = (dw - w\,(w \cdot dw)) / |p|$. Then, as ever, $dw_\alpha = U^\top dP$.
# - Fair comparisons: nested index sets, the same $W_0$, pairs found by |cosine|, and two yardsticks, another start and no learning.
# - Half of each filter is enough to find the same filters. With fewer they get smoother, and the fine ones go first: partly because $U$ cannot express them, partly because learning goes elsewhere.
#
# In the package: `rica.py` (exercises 2 to 4), `patches.py` (exercise 1), `index_sets.py` (exercise 5), `filters.py` (exercise 6), `estimators/rica.py`. The paper's figure, with
# 16 × 16 patches and ten shares, is `lowrankweights figure 2`. Notebook 08 asks what such filters are good for.

# %%
check.summary()
