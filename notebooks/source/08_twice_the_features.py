# ---
# title: The same budget, twice the features
# minutes: 75
# seconds: 22
# learn: how filters of patches become features of whole images (responses at every place, positive and negative ones kept apart, summed over quadrants), and how these are classified; what "equal numbers of learned parameters" counts and what it leaves out; how to take a difference apart into its causes; how to say whether a difference is more than noise. It repeats the paper's Figure 6, with small digits.
# need: NumPy, $W = U w_\alpha$ and what RICA is (notebook 07, or its summary). No network and no data to download.
# ---

# %% [markdown]
# If half of each filter can be predicted, only half as many numbers have to be learned. What to do with the other half? Save it, or buy **twice as many filters** with it. The
# paper's Figure 6 tries this bargain: *RICA*, which learns all weights of $n_h$ filters, against *RICA-50%*, which has $2\,n_h$ filters, learns half of each and predicts the rest. As many learned numbers, twice the
# features. The paper finds RICA-50% clearly better.
#
# Filters alone are neither good nor bad. We need a task, and a whole machine around the filters; you build it in three exercises. Then comes the race. After it we ask what is
# often left out: which numbers were not counted, and how much of a difference is noise. You **guess**, we **look**, you **write**, a check **says** what is missing.

# %%
from functools import cache

import matplotlib.pyplot as plt
import numpy as np

import lowrankweights as lrw
from lowrankweights import plotting, teaching
from lowrankweights.results import paired_interval
from lowrankweights.unsupervised import FeatureClassifier, PatchEncoder, learn, random_patches, whiten

teaching.begin()  # one thread of BLAS is enough; fits end early on purpose
check = teaching.Checks(["every_patch", "rectify", "pool", "buy", "bootstrap"])
rng = np.random.default_rng(0)
plt.rcParams.update(plotting.STYLE)

X, y = lrw.datasets.load_digits(zoom=2, return_X_y=True)  # (1797, 256), (1797,)
images = X.reshape(-1, 16, 16).astype(np.float32)  # (1797, 16, 16)
n_train = teaching.sized(full=300, tiny=100)
patch_shape, n_v = (6, 6), 36


def split(start):
    """n_train digits to learn from, from number ``start`` on; all others are to test on."""
    here = np.isin(np.arange(len(y)), np.arange(start, start + n_train))
    return images[here], images[~here], y[here], y[~here]


train, test, y_train, y_test = split(0)  # few to learn from, many to test on


def filters(patches, n_h, share, seed=0):
    """RICA's filters (n_v, n_h), a share of each learned, and the number of numbers learned."""
    how = {"sparsity": 0.1, "length_scale": 1.0, "ftol": 1e-5, "max_iter": teaching.sized(full=300, tiny=5)}
    W, learned = learn(patches, n_h, patch_shape, proportion=share, seed=seed, **how)
    return W, learned.n_dynamic


# %% [markdown]
# ## 1 · A filter goes for a walk
#
# RICA learns from small patches, here of 6 × 6 pixels, cut out of the digits at random and whitened: the mean of all patches is taken off, and a matrix $C$ makes neighbouring pixels less alike (notebook 07). Nobody tells RICA which digit a patch comes from.

# %%
cut = random_patches(train, patch_shape, teaching.sized(full=5000, tiny=300), rng=0)  # (5000, 36)
white, whitening = whiten(cut, regularisation=0.1)  # (5000, 36), and how
W, n_learned = filters(white, n_h=16, share=1.0)  # (36, 16) = (n_v, n_h)
plotting.tiles(W, patch_shape, n_across=8)
plt.title(f"16 filters, {n_learned} learned numbers", fontsize=9)
plt.show()

# %% [markdown]
# To describe a whole digit, take *every* patch of it (*dense extraction*), and multiply each with all filters:
#
# | letter | shape | what it is |
# |---|---|---|
# | image | (16, 16) | a digit |
# | patches | (n_places, n_v) = (?, 36) | every 6 × 6 patch of it |
# | $Z$ | (n_places, n_h) | the filters' responses to the whitened patches: $Z = (\mathrm{patches} - \mathrm{mean})\,C\,W$ |
#
# **Guess first.** How many patches of 6 × 6 are there in an image of 16 × 16, when they may overlap?

# %%
guess_places = None  # a whole number

# %%
n_down = n_across = 16 - 6 + 1
teaching.compare_guess(guess_places, n_down * n_across, "places")

# %% [markdown]
# ### Exercise 1: every patch
#
# Cut out all patches of an image: first those at its top edge, from left to right, then those one pixel lower, and so on. Each patch is a row of the result; in it stand the pixels of the patch, row by row. It should work for any image and any patch size.


# %% starter every_patch
def every_patch(image, height, width):
    patches = ...  # (n_places, height * width)
    return patches


# %% [markdown] hint every_patch
# Write two loops, over the top edge `i` and the left edge `j` of a patch. How far may they go? The last patch must still fit into the image. (Where NumPy says *inhomogeneous shape*, some patches are smaller than others: they are cut off at an edge.)

# %% [markdown] hint every_patch
# `image[i : i + height, j : j + width].ravel()` is one row, with `i` in `range(image.shape[0] - height + 1)`, and `j` likewise. Put them in a list, then `np.array`.

# %% [markdown] hint every_patch
# Without loops: `np.lib.stride_tricks.sliding_window_view(image, (height, width))` is (n_down, n_across, height, width), and copies nothing. Then `.reshape(-1, height * width)`.


# %% solution every_patch
def every_patch(image, height, width):
    windows = np.lib.stride_tricks.sliding_window_view(image, (height, width))
    patches = windows.reshape(-1, height * width)  # (n_places, height * width)
    return patches


# %% mutant every_patch: the last row and column are forgotten
def every_patch(image, height, width):
    rows, columns = image.shape[0] - height, image.shape[1] - width
    return np.array(
        [image[i : i + height, j : j + width].ravel() for i in range(rows) for j in range(columns)]
    )


# %% mutant every_patch: top to bottom first
def every_patch(image, height, width):
    rows, columns = image.shape[0] - height + 1, image.shape[1] - width + 1
    return np.array(
        [image[i : i + height, j : j + width].ravel() for j in range(columns) for i in range(rows)]
    )


# %% mutant every_patch: each patch transposed
def every_patch(image, height, width):
    windows = np.lib.stride_tricks.sliding_window_view(image, (height, width))
    return windows.swapaxes(2, 3).reshape(-1, height * width)


# %% mutant every_patch: side by side, without overlap
def every_patch(image, height, width):
    windows = np.lib.stride_tricks.sliding_window_view(image, (height, width))
    return windows[::height, ::width].reshape(-1, height * width)


# %% mutant every_patch: height and width exchanged
def every_patch(image, height, width):
    windows = np.lib.stride_tricks.sliding_window_view(image, (width, height))
    return windows.reshape(-1, height * width)


# %% mutant every_patch: only square images
def every_patch(image, height, width):
    places = range(image.shape[0] - height + 1)
    return np.array([image[i : i + height, j : j + width].ravel() for i in places for j in places])


# %% mutant every_patch: each patch less its mean
def every_patch(image, height, width):
    windows = np.lib.stride_tricks.sliding_window_view(image, (height, width))
    patches = windows.reshape(-1, height * width)
    return patches - patches.mean(axis=1, keepdims=True)


# %% mutant every_patch: the same patch is kept once
def every_patch(image, height, width):
    windows = np.lib.stride_tricks.sliding_window_view(image, (height, width))
    return np.unique(windows.reshape(-1, height * width), axis=0)


# %% mutant every_patch: they go on over the edge
def every_patch(image, height, width):
    wide = np.pad(image, ((0, height - 1), (0, width - 1)), mode="wrap")
    windows = np.lib.stride_tricks.sliding_window_view(wide, (height, width))
    return windows.reshape(-1, height * width)


# %% mutant every_patch: whole numbers
def every_patch(image, height, width):
    windows = np.lib.stride_tricks.sliding_window_view(image, (height, width))
    return windows.reshape(-1, height * width).astype(int)


# %% mutant every_patch: a patch in each column
def every_patch(image, height, width):
    windows = np.lib.stride_tricks.sliding_window_view(image, (height, width))
    return windows.reshape(-1, height * width).T


# %% mutant every_patch: as many places as pixels of a patch
def every_patch(image, height, width):
    places = [(i, j) for i in range(height) for j in range(width)]
    return np.array([image[i : i + height, j : j + width].ravel() for i, j in places])


# %% mutant every_patch: a set
def every_patch(image, height, width):
    windows = np.lib.stride_tricks.sliding_window_view(image, (height, width))
    return {tuple(p) for p in windows.reshape(-1, height * width).tolist()}


# %% accept every_patch: loops, a list of lists
def every_patch(image, height, width):
    found = []
    for i in range(image.shape[0] - height + 1):
        for j in range(image.shape[1] - width + 1):
            found.append([image[i + a, j + b] for a in range(height) for b in range(width)])
    return found


# %% accept every_patch: scikit-learn's
def every_patch(image, height, width):
    from sklearn.feature_extraction.image import extract_patches_2d

    return extract_patches_2d(image, (height, width)).reshape(-1, height * width)


# %% accept every_patch: a generator
def every_patch(image, height, width):
    n_down, n_across = image.shape[0] - height + 1, image.shape[1] - width + 1
    for place in range(n_down * n_across):
        i, j = divmod(place, n_across)
        yield image[i : i + height, j : j + width].flatten()


# %% accept every_patch: by pixels, in single precision
def every_patch(image, height, width):
    rows = np.arange(height)[:, None] + np.arange(image.shape[0] - height + 1)[:, None, None, None]
    columns = np.arange(width) + np.arange(image.shape[1] - width + 1)[:, None, None]
    return image[rows, columns].reshape(-1, height * width).astype(np.float32)


# %% check every_patch
with check("every_patch") as c:
    rng_c = np.random.default_rng(1)
    for size, (a, b) in (((5, 8), (2, 3)), ((6, 4), (3, 1)), ((7, 7), (3, 3)), ((16, 16), (6, 6))):
        picture = rng_c.integers(0, 3, size) / 2  # levels that come again, so that patches do
        cut_c = lambda i, j, p=picture, a=a, b=b: p[i : i + a, j : j + b]
        down, across = range(size[0] - a + 1), range(size[1] - b + 1)
        wanted = np.array([cut_c(i, j).ravel() for i in down for j in across])
        transposed = np.array([cut_c(i, j).T.ravel() for i in down for j in across])
        downwards = np.array([cut_c(i, j).ravel() for j in across for i in down])
        fewer = [cut_c(i, j).ravel() for i in down[:-1] for j in across[:-1]]
        apart = [cut_c(i, j).ravel() for i in down[::a] for j in across[::b]]
        exchanged = np.lib.stride_tricks.sliding_window_view(picture, (b, a))
        wide = np.pad(picture, ((0, a - 1), (0, b - 1)), mode="wrap")
        over = np.lib.stride_tricks.sliding_window_view(wide, (a, b))
        square = [cut_c(i, j).ravel() for i in down for j in range(len(down)) if j in across]
        slips = {
            "the pixels of a patch run column by column; let them run row by row.": transposed,
            "the patches come from top to bottom first; go from left to right first.": downwards,
            "the last row and column of patches are missing: the ranges must go one further.": fewer,
            "these patches lie side by side; every patch is asked for, and they overlap.": apart,
            "it moves as far across as down, but this image is wider or narrower than high.": square,
            "each patch has lost its mean; cut it out and do nothing more.": wanted
            - wanted.mean(axis=1, keepdims=True),
            "the levels have become whole numbers.": np.floor(wanted),
            "height and width are exchanged.": exchanged.reshape(-1, a * b),
            "patches that go on over the edge do not fit into the image.": over.reshape(-1, a * b),
        }
        made = every_patch(picture, a, b)
        what = f"patches {a} × {b} of an image {size[0]} × {size[1]}"
        c.close(made, wanted, what, slips=slips)

# %% [markdown]
# Here is one digit, and the responses of four of the filters to it. Each map has a number for each of the 11 × 11 places: red is positive, blue negative, white 0.

# %%
windows = np.lib.stride_tricks.sliding_window_view(train[0], patch_shape).reshape(-1, n_v)  # (121, 36)
Z = whitening.transform(windows) @ W  # (121, 16) = (121, 36)(36, 16)
chosen = np.argsort(-Z.std(axis=0))[:4]
fig, axes = plt.subplots(2, 5, figsize=(7.6, 3.2), layout="constrained")
axes[0, 0].imshow(train[0], cmap="gray_r")
axes[0, 0].set_title("the digit")
for ax in axes[:, 0]:
    ax.set_axis_off()
for (top, bottom), j in zip(axes[:, 1:].T, chosen):
    plotting.show_feature(W[:, j], patch_shape, top).set_title(f"filter {j}")
    plotting.show_feature(Z[:, j], (11, 11), bottom, scale=np.abs(Z).max()).set_title("its responses")
plt.show()

# %% [markdown]
# ## 2 · Both sides
#
# Next we want to sum the responses over parts of the image. But a response $z$ can be positive or negative, and in a sum +3 at one place cancels −3 at another. The two mean different things, for instance a bright line on the left of a dark one, or on its right. So positive and negative
# responses are kept apart, and small ones are set to 0 by a threshold $t$ (Coates, Ng and Lee, 2011):
#
# $$z \to \max(z - t, 0)\ \ \mathrm{and}\ \ \max(-z - t, 0).$$
#
# ### Exercise 2: two-sided rectification
#
# From $Z$ (n_places, n_h) to (n_places, 2 n_h): first the positive sides of all filters, then the negative ones.


# %% starter rectify
def rectify(Z, t):
    return ...  # (n_places, 2 * n_h)


# %% [markdown] hint rectify
# `np.maximum(a, 0)` compares every number with 0. `np.max(a, 0)` is something else: the largest number of each column.

# %% [markdown] hint rectify
# The negative side is the positive side of $-Z$. Neither of the two results has negative numbers.

# %% [markdown] hint rectify
# `np.hstack([np.maximum(Z - t, 0), np.maximum(-Z - t, 0)])`.


# %% solution rectify
def rectify(Z, t):
    return np.hstack([np.maximum(Z - t, 0), np.maximum(-Z - t, 0)])  # (n_places, 2 * n_h)


# %% mutant rectify: the negative side stays negative
def rectify(Z, t):
    return np.hstack([np.maximum(Z - t, 0), np.minimum(Z + t, 0)])


# %% mutant rectify: above the threshold, but not less it
def rectify(Z, t):
    return np.where(np.abs(np.hstack([Z, -Z])) > t, np.hstack([Z, -Z]), 0).clip(0)


# %% mutant rectify: one threshold for both
def rectify(Z, t):
    return np.hstack([np.maximum(Z - t, 0), np.maximum(t - Z, 0)])


# %% mutant rectify: the absolute value
def rectify(Z, t):
    return np.maximum(np.abs(Z) - t, 0)


# %% mutant rectify: filter by filter, both sides of each
def rectify(Z, t):
    return np.dstack([np.maximum(Z - t, 0), np.maximum(-Z - t, 0)]).reshape(len(Z), -1)


# %% mutant rectify: below each other
def rectify(Z, t):
    return np.vstack([np.maximum(Z - t, 0), np.maximum(-Z - t, 0)])


# %% mutant rectify: the sign of z is forgotten
def rectify(Z, t):
    return np.hstack([np.maximum(Z - t, 0), np.maximum(Z + t, 0)])


# %% mutant rectify: the positive side twice
def rectify(Z, t):
    return np.hstack([np.maximum(Z - t, 0)] * 2)


# %% mutant rectify: Z is overwritten
def rectify(Z, t):
    Z -= t
    return np.hstack([np.maximum(Z, 0), np.maximum(-Z - 2 * t, 0)])


# %% mutant rectify: np.max for np.maximum
def rectify(Z, t):
    return np.hstack([np.max(Z - t, 0), np.max(-Z - t, 0)])


# %% mutant rectify: cut off first, then less the threshold
def rectify(Z, t):
    return np.hstack([np.maximum(Z, 0) - t, np.maximum(-Z, 0) - t])


# %% mutant rectify: the threshold is added
def rectify(Z, t):
    return np.hstack([np.maximum(Z + t, 0), np.maximum(-Z + t, 0)])


# %% mutant rectify: the threshold is forgotten
def rectify(Z, t):
    return np.hstack([np.maximum(Z, 0), np.maximum(-Z, 0)])


# %% mutant rectify: the notebook's threshold, whatever t is
def rectify(Z, t):
    return np.hstack([np.maximum(Z - 0.25, 0), np.maximum(-Z - 0.25, 0)])


# %% mutant rectify: the negative sides first
def rectify(Z, t):
    return np.hstack([np.maximum(-Z - t, 0), np.maximum(Z - t, 0)])


# %% mutant rectify: a pair of matrices
def rectify(Z, t):
    return np.maximum(Z - t, 0), np.maximum(-Z - t, 0)


# %% mutant rectify: yes or no
def rectify(Z, t):
    return np.hstack([t < Z, t < -Z])


# %% accept rectify: clipped
def rectify(Z, t):
    return np.concatenate([Z, -Z], axis=1).clip(t) - t


# %% accept rectify: soft thresholding, split by sign
def rectify(Z, t):
    soft = np.sign(Z) * np.clip(np.abs(Z) - t, 0, None)
    return np.hstack([np.where(soft > 0, soft, 0), np.where(soft < 0, -soft, 0)])


# %% accept rectify: number by number, nested lists
def rectify(Z, t):
    return [[z - t if z > t else 0 for z in [*row, *(-row)]] for row in Z]


# %% accept rectify: half of the sum with the absolute value, in single precision
def rectify(Z, t):
    both = np.einsum("ij,s->isj", Z, [1.0, -1.0]).reshape(len(Z), -1) - t
    return ((both + np.abs(both)) / 2).astype(np.float32)


# %% accept rectify: filled in, with an out
def rectify(Z, t):
    sides = np.empty((Z.shape[0], 2, Z.shape[1]))
    np.subtract(Z, t, out=sides[:, 0])
    np.subtract(-Z, t, out=sides[:, 1])
    sides[sides < 0] = 0
    return sides.reshape(len(Z), -1)


# %% check rectify
with check("rectify") as c:
    for t, shape in ((0.4, (7, 3)), (0.0, (7, 3)), (1.1, (4, 5))):
        Z_c = np.random.default_rng(3).normal(size=shape)
        both = np.hstack([Z_c, -Z_c])
        clip = lambda x: x.clip(0)
        up, down = clip(Z_c - t), clip(-Z_c - t)
        slips = {
            "the negative side is that of Z - t; it should be max(-z - t, 0).": np.hstack(
                [up, clip(t - Z_c)]
            ),
            "this takes max(z + t, 0) for the negative side; it should be max(-z - t, 0).": np.hstack(
                [up, clip(Z_c + t)]
            ),
            "the positive side stands there twice; the second half should be the negative side.": np.hstack(
                [up, up]
            ),
            "the negative side has come out negative; it is the positive side of -Z.": np.hstack([up, -down]),
            "what is above the threshold is kept whole; t is to be taken off.": np.where(both > t, both, 0),
            "t is taken off last, so that there are negative numbers; compare with 0 last.": clip(both) - t,
            "t is added; it is to be taken off.": clip(both + t),
            "t is not used.": clip(both),
            "it uses another threshold than the t that it was given.": clip(both - 0.25),
            "the negative sides come first; the positive ones should.": np.hstack([down, up]),
            "both sides of a filter stand next to each other; first all positive ones, then all "
            "negative ones.": np.dstack([up, down]).reshape(len(up), -1),
            "the absolute value puts both sides into one number; keep them apart.": up + down,
            "the sides stand below each other; they should stand side by side.": np.vstack([up, down]),
            "two matrices; put them side by side into one.": np.array([up, down]),
            "`np.max(a, 0)` is the largest number of each column; compare entry by entry.": np.hstack(
                [(Z_c - t).max(0), (-Z_c - t).max(0)]
            ),
            "only whether it is above t; by how much is asked for.": (both > t).astype(float),
        }
        wanted = [[max(z - t, 0) for z in row] + [max(-z - t, 0) for z in row] for row in Z_c]
        c.close(
            rectify(Z_c, t),
            wanted,
            f"rectify(Z, {t:g}) of {shape[0]} places, {shape[1]} filters",
            slips=slips,
        )

# %% [markdown]
# **Guess first.** With $t = 0.25$, how many per cent of our digit's numbers are *not* 0 after the rectification?

# %%
guess_active = None  # per cent

# %%
R = np.hstack([np.maximum(Z - 0.25, 0), np.maximum(-Z - 0.25, 0)])  # (121, 32)
teaching.compare_guess(guess_active, float(100 * np.mean(R > 0)), "not zero, per cent")

# %% [markdown]
# ## 3 · Where, roughly
#
# 121 places are too many: a 7 drawn two pixels to the left should be the same 7. But place should still count for something: the loop of a 9 is at the top, that of a 6 at the bottom. The
# compromise is to sum over the four **quadrants** of the image: top left, top right, bottom left, bottom right.
#
# 11 rows do not split into equal halves. The upper quadrants get the first `n_down // 2` rows, the left ones the first `n_across // 2` columns, and the others get the rest.
#
# ### Exercise 3: sums over quadrants
#
# $R$, what `rectify` returns, is (n_places, n_maps), with n_maps $= 2\,n_h$: its rows are the n_down · n_across places in the order of exercise 1, its columns the maps. Return the features (4 · n_maps,): the sums of all maps over the top left quadrant, then over the top right, the bottom left and the bottom right one.


# %% starter pool
def pool(R, n_down, n_across):
    maps = R.reshape(n_down, n_across, -1)  # (n_down, n_across, n_maps)
    i, j = n_down // 2, n_across // 2
    return ...  # (4 * n_maps,)


# %% [markdown] hint pool
# `maps[:i, :j]` is the top left quadrant, (i, j, n_maps). Sum it over its first two axes.

# %% [markdown] hint pool
# `maps[:i, :j].sum(axis=(0, 1))` is (n_maps,). The top *right* one is `maps[:i, j:]`.

# %% [markdown] hint pool
# `parts = maps[:i, :j], maps[:i, j:], maps[i:, :j], maps[i:, j:]`, and `np.concatenate([part.sum(axis=(0, 1)) for part in parts])`.


# %% solution pool
def pool(R, n_down, n_across):
    maps = R.reshape(n_down, n_across, -1)  # (n_down, n_across, n_maps)
    i, j = n_down // 2, n_across // 2
    parts = maps[:i, :j], maps[:i, j:], maps[i:, :j], maps[i:, j:]
    return np.concatenate([part.sum(axis=(0, 1)) for part in parts])  # (4 * n_maps,)


# %% mutant pool: columns before rows
def pool(R, n_down, n_across):
    maps, i, j = R.reshape(n_down, n_across, -1), n_down // 2, n_across // 2
    parts = maps[:i, :j], maps[i:, :j], maps[:i, j:], maps[i:, j:]
    return np.concatenate([p.sum(axis=(0, 1)) for p in parts])


# %% mutant pool: the means
def pool(R, n_down, n_across):
    maps, i, j = R.reshape(n_down, n_across, -1), n_down // 2, n_across // 2
    parts = maps[:i, :j], maps[:i, j:], maps[i:, :j], maps[i:, j:]
    return np.concatenate([p.mean(axis=(0, 1)) for p in parts])


# %% mutant pool: the middle goes up and left
def pool(R, n_down, n_across):
    maps, i, j = R.reshape(n_down, n_across, -1), (n_down + 1) // 2, (n_across + 1) // 2
    parts = maps[:i, :j], maps[:i, j:], maps[i:, :j], maps[i:, j:]
    return np.concatenate([p.sum(axis=(0, 1)) for p in parts])


# %% mutant pool: the middle row is lost
def pool(R, n_down, n_across):
    maps, i, j = R.reshape(n_down, n_across, -1), n_down // 2, n_across // 2
    parts = maps[:i, :j], maps[:i, -j:], maps[-i:, :j], maps[-i:, -j:]
    return np.concatenate([p.sum(axis=(0, 1)) for p in parts])


# %% mutant pool: filter by filter
def pool(R, n_down, n_across):
    maps, i, j = R.reshape(n_down, n_across, -1), n_down // 2, n_across // 2
    parts = maps[:i, :j], maps[:i, j:], maps[i:, :j], maps[i:, j:]
    return np.array([p.sum(axis=(0, 1)) for p in parts]).T.ravel()


# %% mutant pool: the whole image
def pool(R, n_down, n_across):
    return np.tile(R.sum(axis=0), 4)


# %% mutant pool: the largest of each quadrant
def pool(R, n_down, n_across):
    maps, i, j = R.reshape(n_down, n_across, -1), n_down // 2, n_across // 2
    parts = maps[:i, :j], maps[:i, j:], maps[i:, :j], maps[i:, j:]
    return np.concatenate([p.max(axis=(0, 1)) for p in parts])


# %% mutant pool: the middle belongs to both sides
def pool(R, n_down, n_across):
    maps, i, j = R.reshape(n_down, n_across, -1), n_down // 2, n_across // 2
    a, b = n_down - i, n_across - j
    parts = maps[:a, :b], maps[:a, j:], maps[i:, :b], maps[i:, j:]
    return np.concatenate([p.sum(axis=(0, 1)) for p in parts])


# %% mutant pool: split at the same place down and across
def pool(R, n_down, n_across):
    maps, i = R.reshape(n_down, n_across, -1), n_down // 2
    parts = maps[:i, :i], maps[:i, i:], maps[i:, :i], maps[i:, i:]
    return np.concatenate([p.sum(axis=(0, 1)) for p in parts])


# %% mutant pool: summed over the rows only
def pool(R, n_down, n_across):
    maps, i, j = R.reshape(n_down, n_across, -1), n_down // 2, n_across // 2
    parts = maps[:i, :j], maps[:i, j:], maps[i:, :j], maps[i:, j:]
    return np.concatenate([p.sum(axis=0).ravel() for p in parts])


# %% mutant pool: one number for each quadrant
def pool(R, n_down, n_across):
    maps, i, j = R.reshape(n_down, n_across, -1), n_down // 2, n_across // 2
    return np.array([p.sum() for p in (maps[:i, :j], maps[:i, j:], maps[i:, :j], maps[i:, j:])])


# %% mutant pool: places read from top to bottom
def pool(R, n_down, n_across):
    maps, i, j = R.reshape(n_across, n_down, -1).swapaxes(0, 1), n_down // 2, n_across // 2
    parts = maps[:i, :j], maps[:i, j:], maps[i:, :j], maps[i:, j:]
    return np.concatenate([p.sum(axis=(0, 1)) for p in parts])


# %% mutant pool: two quadrants only
def pool(R, n_down, n_across):
    maps, i, j = R.reshape(n_down, n_across, -1), n_down // 2, n_across // 2
    return np.concatenate([maps[:i, :j].sum(axis=(0, 1)), maps[i:, j:].sum(axis=(0, 1))])


# %% accept pool: by a number for each place
def pool(R, n_down, n_across):
    where = lrw.unsupervised.coates.quadrants(n_down, n_across)
    return np.array([R[where == q].sum(axis=0) for q in range(4)]).ravel()


# %% accept pool: a product with a matrix of zeros and ones, flat or not
def pool(R, n_down, n_across):
    members = np.eye(4)[lrw.unsupervised.coates.quadrants(n_down, n_across)]  # (n_places, 4)
    return list((members.T @ R).flat)


# %% accept pool: split twice, in single precision
def pool(R, n_down, n_across):
    maps, i, j = R.reshape(n_down, n_across, -1).astype(np.float32), n_down // 2, n_across // 2
    halves = np.split(maps, [i], axis=0)
    return np.hstack([q.sum(axis=(0, 1)) for h in halves for q in np.split(h, [j], axis=1)])


# %% accept pool: place by place, a list
def pool(R, n_down, n_across):
    n_maps = R.shape[1]
    sums = [0.0] * (4 * n_maps)
    for place, row in enumerate(R.tolist()):
        i, j = divmod(place, n_across)
        quadrant = 2 * (i >= n_down // 2) + (j >= n_across // 2)
        for k, number in enumerate(row):
            sums[quadrant * n_maps + k] += number
    return sums


# %% accept pool: np.add.reduceat
def pool(R, n_down, n_across):
    rows = np.add.reduceat(R.reshape(n_down, n_across, -1), [0, n_down // 2], axis=0)
    return np.add.reduceat(rows, [0, n_across // 2], axis=1).ravel()


# %% check pool
with check("pool") as c:
    for down, across, n_maps in ((5, 3, 3), (4, 6, 2), (11, 11, 3)):
        R_c = np.random.default_rng(down).random((down * across, n_maps))
        maps, i, j = R_c.reshape(down, across, n_maps), down // 2, across // 2
        turned = R_c.reshape(across, down, n_maps).swapaxes(0, 1)

        def four(up, left, below, right, maps=maps, of=np.sum):
            """Of the places in these rows and columns, quadrant by quadrant: (4 n_maps,)."""
            edges = [(a, b) for a in (range(up), below) for b in (range(left), right)]
            return np.ravel([of([maps[k, m] for k in a for m in b], axis=0) for a, b in edges])

        below, right = range(i, down), range(j, across)
        a, b = down - i, across - j  # rows and columns with the middle ones
        wanted = four(i, j, below, right)
        slips = {
            "these are means; sums are asked for.": four(i, j, below, right, of=np.mean),
            "these are the largest numbers; sums are asked for.": four(i, j, below, right, of=np.max),
            "bottom left comes before top right; go from left to right first.": wanted.reshape(4, -1)[
                [0, 2, 1, 3]
            ].ravel(),
            "it is sorted by map; all sums of one quadrant should stand together.": wanted.reshape(
                4, -1
            ).T.ravel(),
            "the middle row and column are counted above and on the left; they belong below and on the "
            "right.": four(a, b, range(a, down), range(b, across)),
            "the middle row and column are lost; they belong below and on the right.": four(
                i, j, range(a, down), range(b, across)
            ),
            "the middle row and column are counted twice.": four(a, b, below, right),
            "these are sums over the whole image.": np.tile(R_c.sum(axis=0), 4),
            "columns are split where rows are; use n_across for them.": four(i, i, below, range(i, across)),
            "places are read from top to bottom; they come row by row.": four(i, j, below, right, turned),
            "one number for each quadrant; each map has its own.": wanted.reshape(4, -1).sum(axis=1),
            "two of the four quadrants.": wanted.reshape(4, -1)[[0, 3]].ravel(),
        }
        what = f"{n_maps} maps of {down} × {across} places"
        c.close(pool(R_c, down, across), wanted, what, slips=slips)

# %% [markdown]
# Your three functions are the whole encoder. The package's encoder does the same for many images at a time, in float32. If all three checks have passed, yours is compared with it here:

# %%
threshold = 0.25
encoder = PatchEncoder(W, patch_shape, whitening, contrast=False, threshold=threshold)
features = encoder.transform(train)  # (300, 128)
print(f"the package: {train.shape} to {features.shape}")
if all(check.passed(name) for name in ("every_patch", "rectify", "pool")):
    as_array = lambda made, shape: np.array(list(made), dtype=float).reshape(shape)
    Z_mine = whitening.transform(as_array(every_patch(train[0], 6, 6), (121, 36))) @ W  # (121, 16)
    mine = as_array(pool(as_array(rectify(Z_mine, threshold), (121, 32)), 11, 11), 128)  # (128,)
    print(f"yours: {mine.shape}, largest difference {np.abs(mine - features[0]).max():.1e}")

# %% [markdown]
# Each image is now 4 quadrants × 2 sides × 16 filters = 128 numbers. A linear classifier, the simplest kind, learns to tell the digits from these.
#
# **Guess first.** Learned from the 256 raw pixels of 300 digits, a linear classifier gets about 6 % of the other digits wrong. How many per cent does it get wrong with these 128 numbers?

# %%
guess_error = None  # per cent


# %%
def classify(F_train, y_train, F_test, y_test):
    """Indices of the test digits that a linear classifier gets wrong."""
    model = FeatureClassifier(strengths=(0.1,)).fit(F_train.copy(), y_train)  # fit standardises in place
    return np.flatnonzero(model.predict(F_test) != y_test)


def per_cent(wrong):
    return float(100 * len(wrong) / len(y_test))


raw = per_cent(classify(train.reshape(len(train), -1), y_train, test.reshape(len(test), -1), y_test))
print(f"raw pixels: {raw:.1f} % of {len(y_test)} wrong")
error = per_cent(classify(features, y_train, encoder.transform(test), y_test))
teaching.compare_guess(guess_error, error, "error with 16 filters, per cent")

# %% claim raw_pixels: from the raw pixels of 300 digits about 6 % of the others are wrong
train, test, y_train, y_test = split(300 * seed)
claim(
    per_cent(classify(train.reshape(len(train), -1), y_train, test.reshape(len(test), -1), y_test)), 5.5, 6.5
)

# %% [markdown]
# ## 4 · The budget
#
# Now the bargain. Each filter has $n_v = 36$ weights. If a share $p$ of them is learned, a filter costs $n_\alpha$ learned numbers, $p\,n_v$ rounded to a whole number.
#
# ### Exercise 4: what can you buy?
#
# Given a budget of learned numbers: how many filters can be bought at a share $p$, and how many other numbers do they need? Return four whole numbers:
#
# - `n_h`, the filters: as many as cost no more than the budget;
# - `learned`, the numbers that are learned for them;
# - `static`, the numbers of $U$ (n_v, n_alpha), made once and never learned; 0 if $p = 1$, as then there is no $U$;
# - `classifier`, the numbers that the linear classifier learns: a weight for each of the $8\,n_h$ features and each of 10 classes, and 10 biases.


# %% starter buy
def buy(budget, n_v, p):
    n_alpha = round(p * n_v)
    n_h = ...
    learned = ...
    static = ...
    classifier = ...
    return n_h, learned, static, classifier


# %% [markdown] hint buy
# A filter costs `n_alpha`. What is left of the budget, too little for one more filter, is not spent: cut off, do not round.

# %% [markdown] hint buy
# `n_h = budget // n_alpha`, and `n_alpha * n_h` numbers are learned, which may be a little less than the budget.

# %% [markdown] hint buy
# `static = 0 if p == 1 else n_v * n_alpha`: one $U$ for all filters. `classifier = 8 * n_h * 10 + 10`.


# %% solution buy
def buy(budget, n_v, p):
    n_alpha = round(p * n_v)
    n_h = budget // n_alpha
    learned = n_alpha * n_h
    static = 0 if p == 1 else n_v * n_alpha
    classifier = 8 * n_h * 10 + 10
    return n_h, learned, static, classifier


# %% mutant buy: a filter costs all its weights
def buy(budget, n_v, p):
    n_h = budget // n_v
    return n_h, round(p * n_v) * n_h, 0 if p == 1 else n_v * round(p * n_v), 80 * n_h + 10


# %% mutant buy: the whole budget is spent
def buy(budget, n_v, p):
    n_alpha = round(p * n_v)
    n_h = budget // n_alpha
    return n_h, budget, 0 if p == 1 else n_v * n_alpha, 80 * n_h + 10


# %% mutant buy: one filter more than it pays for
def buy(budget, n_v, p):
    n_alpha = round(p * n_v)
    n_h = -(-budget // n_alpha)
    return n_h, n_alpha * n_h, 0 if p == 1 else n_v * n_alpha, 80 * n_h + 10


# %% mutant buy: a dictionary for each filter
def buy(budget, n_v, p):
    n_alpha = round(p * n_v)
    n_h = budget // n_alpha
    return n_h, n_alpha * n_h, 0 if p == 1 else n_v * n_alpha * n_h, 80 * n_h + 10


# %% mutant buy: a dictionary where nothing is predicted
def buy(budget, n_v, p):
    n_alpha = round(p * n_v)
    n_h = budget // n_alpha
    return n_h, n_alpha * n_h, n_v * n_alpha, 80 * n_h + 10


# %% mutant buy: one side only
def buy(budget, n_v, p):
    n_alpha = round(p * n_v)
    n_h = budget // n_alpha
    return n_h, n_alpha * n_h, 0 if p == 1 else n_v * n_alpha, 40 * n_h + 10


# %% mutant buy: no biases
def buy(budget, n_v, p):
    n_alpha = round(p * n_v)
    n_h = budget // n_alpha
    return n_h, n_alpha * n_h, 0 if p == 1 else n_v * n_alpha, 80 * n_h


# %% mutant buy: rounded, which may buy more than the budget pays for
def buy(budget, n_v, p):
    n_alpha = round(p * n_v)
    n_h = round(budget / n_alpha)
    return n_h, n_alpha * n_h, 0 if p == 1 else n_v * n_alpha, 80 * n_h + 10


# %% mutant buy: a part of a filter
def buy(budget, n_v, p):
    n_alpha = round(p * n_v)
    n_h = budget / n_alpha
    return n_h, n_alpha * n_h, 0 if p == 1 else n_v * n_alpha, 80 * n_h + 10


# %% mutant buy: always one at least
def buy(budget, n_v, p):
    n_alpha = round(p * n_v)
    n_h = max(1, budget // n_alpha)
    return n_h, n_alpha * n_h, 0 if p == 1 else n_v * n_alpha, 80 * n_h + 10


# %% mutant buy: a share of the weights that is not rounded
def buy(budget, n_v, p):
    n_h = int(budget // (p * n_v))
    return n_h, round(p * n_v) * n_h, 0 if p == 1 else n_v * round(p * n_v), 80 * n_h + 10


# %% mutant buy: the predicted weights are counted as learned
def buy(budget, n_v, p):
    n_alpha = round(p * n_v)
    n_h = budget // n_alpha
    return n_h, n_v * n_h, 0 if p == 1 else n_v * n_alpha, 80 * n_h + 10


# %% mutant buy: U's predicted rows only
def buy(budget, n_v, p):
    n_alpha = round(p * n_v)
    n_h = budget // n_alpha
    return n_h, n_alpha * n_h, (n_v - n_alpha) * n_alpha, 80 * n_h + 10


# %% mutant buy: U is square
def buy(budget, n_v, p):
    n_alpha = round(p * n_v)
    n_h = budget // n_alpha
    return n_h, n_alpha * n_h, 0 if p == 1 else n_v * n_v, 80 * n_h + 10


# %% mutant buy: ten biases for each class
def buy(budget, n_v, p):
    n_alpha = round(p * n_v)
    n_h = budget // n_alpha
    return n_h, n_alpha * n_h, 0 if p == 1 else n_v * n_alpha, (8 * n_h + 10) * 10


# %% mutant buy: one class
def buy(budget, n_v, p):
    n_alpha = round(p * n_v)
    n_h = budget // n_alpha
    return n_h, n_alpha * n_h, 0 if p == 1 else n_v * n_alpha, 8 * n_h + 10


# %% mutant buy: one quadrant
def buy(budget, n_v, p):
    n_alpha = round(p * n_v)
    n_h = budget // n_alpha
    return n_h, n_alpha * n_h, 0 if p == 1 else n_v * n_alpha, 20 * n_h + 10


# %% mutant buy: another order
def buy(budget, n_v, p):
    n_alpha = round(p * n_v)
    n_h = budget // n_alpha
    return n_h, 0 if p == 1 else n_v * n_alpha, n_alpha * n_h, 80 * n_h + 10


# %% mutant buy: three parts
def buy(budget, n_v, p):
    n_alpha = round(p * n_v)
    n_h = budget // n_alpha
    return n_h, n_alpha * n_h, 80 * n_h + 10


# %% mutant buy: in words
def buy(budget, n_v, p):
    n_h = budget // round(p * n_v)
    return f"{n_h} filters", f"{n_h * round(p * n_v)} learned", "0 static", f"{80 * n_h + 10}"


# %% accept buy: divmod, a list of floats
def buy(budget, n_v, p):
    n_alpha = round(p * n_v)
    n_h, rest = divmod(budget, n_alpha)
    return [float(n_h), float(budget - rest), float((p < 1) * n_v * n_alpha), 10.0 * (1 + 8 * n_h)]


# %% accept buy: filters bought one by one
def buy(budget, n_v, p):
    n_alpha, n_h = round(p * n_v), 0
    while (n_h + 1) * n_alpha <= budget:
        n_h += 1
    return np.array([n_h, n_h * n_alpha, n_v * n_alpha if p != 1 else 0, (8 * n_h + 1) * 10])


# %% accept buy: numpy's whole numbers, Fractions
def buy(budget, n_v, p):
    from fractions import Fraction

    n_alpha = np.rint(p * n_v).astype(int)
    n_h = np.floor_divide(budget, n_alpha)
    static = np.where(p == 1, 0, n_v * n_alpha)
    return n_h, n_h * n_alpha, static, Fraction(int(n_h), 1) * 80 + 10


# %% accept buy: counted in arrays, a dictionary
def buy(budget, n_v, p):
    n_alpha = round(p * n_v)
    n_h = len(range(n_alpha, budget + 1, n_alpha))
    counted = {"n_h": n_h, "learned": np.zeros((n_alpha, n_h)).size}
    counted["static"] = np.zeros((n_v, n_alpha)).size * (n_alpha < n_v)
    return counted | {"classifier": np.zeros((4, 2, n_h, 10)).size + np.zeros(10).size}


# %% check buy
with check("buy") as c:
    cases = ((288, 36, 1), (300, 36, 0.5), (300, 36, 0.25), (300, 25, 0.5), (575, 64, 1 / 4), (20, 25, 1.0))
    for budget, n_v_c, p in cases:
        called = f"buy({budget}, {n_v_c}, {p})"
        found = c.parts(buy(budget, n_v_c, p), 4, called)
        a = round(p * n_v_c)
        h = sum(a * (i + 1) <= budget for i in range(budget))
        U_size = n_v_c * a * (p != 1)
        slips = {
            "n_h": {
                f"{-(-budget // a)} × {a} = {a * -(-budget // a)} is more than the budget of {budget}. "
                "Cut off what is left over; do not round.": -(-budget // a),
                "a part of a filter cannot be bought.": budget / a,
                "each filter costs n_alpha, not n_v.": budget // n_v_c,
                "each filter costs n_alpha, which is a whole number.": budget // (p * n_v_c),
            },
            "learned": {
                "what is left of the budget, too little for a filter, is not learned.": budget,
                "that is `static`; the order is n_h, learned, static, classifier.": U_size,
                "this counts the predicted weights too.": n_v_c * h,
            },
            "static": {
                "with p = 1 there is no U.": n_v_c * a * (p == 1),
                "one U does for all filters.": U_size * h,
                "U has a row for each of the n_v weights.": (n_v_c - a) * a,
                "U has n_alpha columns, not n_v: a column for each learned weight.": n_v_c**2 * (p != 1),
            },
            "classifier": {
                "each feature needs a weight for each of 10 classes.": 8 * h + 10,
                "the features are 4 quadrants times 2 sides of each filter.": 40 * h + 10,
                "each filter is summed over 4 quadrants, two sides in each.": 20 * h + 10,
                "the 10 biases are missing.": 80 * h,
                "one bias for each of 10 classes.": 80 * h + 1,
                "10 biases in all, one for each class, not 10 for each.": 80 * h + 100,
            },
        }
        for (name, slip), got, wanted in zip(slips.items(), found, (h, a * h, U_size, 80 * h + 10)):
            c.close(got, wanted, f"{name} of {called}", slips=slip)

# %%
print(f"{'':10}{'filters':>8}{'learned':>9}{'static':>8}{'weights':>9}{'features':>10}{'classifier':>12}")
for k in (2, 4, 8, 16):
    for name, n_h, n_alpha in (("RICA", k, 36), ("RICA-50%", 2 * k, 18)):
        static = 36 * n_alpha if n_alpha < 36 else 0
        counted = f"{n_h:8}{n_alpha * n_h:9}{static:8}{36 * n_h:9,}{8 * n_h:10}{80 * n_h + 10:12,}"
        print(f"{name:10}{counted}")

# %% [markdown]
# Read the table before the race: each pair of rows has one budget; *weights* are all numbers of $W$, learned or predicted. *Learned* is equal in each pair: this is what the paper holds equal, and so do we. Other columns are not equal. RICA-50% has twice the features, and so its classifier learns **twice as many
# numbers**. (Classifiers learn 2 to 5 times as many numbers as the filters in front of them.) It also needs twice the multiplications to encode an image: each filter has 36 weights then, learned or predicted. So "the same budget" speaks of one part of
# the machine only, the filters. That is a fair question, but not the only one.

# %% claim classifier_counts: classifiers learn 2 to 5 times as many numbers as the filters in front of them
ratio = [buy(36 * n_h, 36, p)[3] / (36 * n_h) for n_h in (2, 4, 8, 16) for p in (1, 0.5)]
claim(all(2 <= r <= 5 for r in ratio), 1, 1)

# %% [markdown]
# ## 5 · The race
#
# Budgets of 72, 144, 288 and 576 learned numbers. Everything is repeated with four seeds (patches, first filters and index set, which says which weights are learned, are drawn anew). A third runner will help us to take the result apart later: RICA with $2\,n_h$ filters and all their weights
# learned, which costs twice the budget.
#
# **Guess first.** At a budget of 144: four filters, or eight half-predicted ones. What is the error of RICA-50% minus that of RICA, in points? (A point is one per cent of the test digits. A negative number: RICA-50% is better.)

# %%
guess_144 = None  # points


# %%
@cache  # what has been run is not run again
def run(n_h, share, seed, start=0):
    """Wrong test digits with features of n_h filters, a share of each learned."""
    train, test, y_train, y_test = split(start)
    cut = random_patches(train, patch_shape, teaching.sized(full=5000, tiny=300), rng=seed)
    white, whitening = whiten(cut, regularisation=0.1)
    W, _ = filters(white, n_h, share, seed)  # (36, n_h)
    encoder = PatchEncoder(W, patch_shape, whitening, contrast=False, threshold=threshold)
    return classify(encoder.transform(train), y_train, encoder.transform(test), y_test)


def runs(n_h, share, race=0):
    """For each of four seeds the wrong digits; another race has other seeds, and other digits to learn from."""
    n_seeds = teaching.sized(full=4, tiny=2)
    return [run(n_h, share, seed, n_train * race) for seed in range(4 * race, 4 * race + n_seeds)]


counts = (2, 4, 8, 16)
wrong = {}  # (runner, RICA's filters): for each seed the digits that it got wrong
for k in counts:
    for name, n_h, share in (("RICA", k, 1.0), ("RICA-50%", 2 * k, 0.5), ("RICA, twice", 2 * k, 1.0)):
        wrong[name, k] = runs(n_h, share)

mean_error = {key: float(np.mean([per_cent(w) for w in found])) for key, found in wrong.items()}
teaching.compare_guess(guess_144, mean_error["RICA-50%", 4] - mean_error["RICA", 4], "difference at 144")
fig, ax = plt.subplots(figsize=(5.6, 3.3), layout="constrained")
for name, style in zip(("RICA", "RICA-50%"), plotting.line_styles(2)):
    each = np.array([[per_cent(w) for w in wrong[name, k]] for k in counts])  # (4, n_seeds)
    ax.plot([36 * k for k in counts], each.mean(axis=1), label=name, **style)
    for seed in each.T:
        ax.plot([36 * k for k in counts], seed, style["marker"], color=style["color"], ms=3, alpha=0.4)
ax.axhline(raw, color="0.5", lw=0.9, ls=":", label="raw pixels")
ax.set(xscale="log", xlabel="learned numbers of the filters", ylabel="test error (%)")
ax.set_xticks([36 * k for k in counts], [str(36 * k) for k in counts])
ax.minorticks_off()
ax.legend()
plt.show()

# %% claim spread_of_seeds: at 72 learned numbers RICA's best and worst seed lie about 2 points apart
errors = [per_cent(items) for items in runs(2, 1.0, seed)]
claim(max(errors) - min(errors), 1.5, 2.6)

# %% [markdown]
# Small marks are single seeds. At 72 learned numbers RICA's best and worst seed lie about 2 points apart. Before anybody says "better", we need to know how large a difference chance alone can make.
#
# ## 6 · Honest about noise
#
# The test digits are a sample, and other digits would give another error. But two models are tested on *the same* digits. A digit that is hard for one is often hard for the other, so their errors rise and fall together,
# and most of that cancels in the *difference*. So we resample **pairs**: draw as many test digits as there are,
# with replacement (a digit may come twice, or not at all), and take the difference of the two errors on them. Do it many times, and see how far the differences spread. This is the *paired bootstrap*.
#

# ### Exercise 5: the paired bootstrap
#
# `wrong_a` and `wrong_b` are (n_items,), 1 where a model was wrong and 0 where it was right. `draws` is (n_draws, n_items): each row holds the indices of one resampled test set. Return (n_draws,): on each of these sets
# the error of a minus the error of b. An error is a number from 0 to 1 here.


# %% starter bootstrap
def bootstrap(wrong_a, wrong_b, draws):
    return ...  # (n_draws,)


# %% [markdown] hint bootstrap
# `wrong_a[draws]` is a matrix, (n_draws, n_items): for each draw, which of its digits a got wrong. What is the error on one of the drawn test sets?

# %% [markdown] hint bootstrap
# The mean over `axis=1` is the error on each. *The same* draws for both models: this is what "paired" means.

# %% [markdown] hint bootstrap
# `wrong_a[draws].mean(axis=1) - wrong_b[draws].mean(axis=1)`.


# %% solution bootstrap
def bootstrap(wrong_a, wrong_b, draws):
    return wrong_a[draws].mean(axis=1) - wrong_b[draws].mean(axis=1)  # (n_draws,)


# %% mutant bootstrap: not paired, b gets other test sets
def bootstrap(wrong_a, wrong_b, draws):
    return wrong_a[draws].mean(axis=1) - wrong_b[draws[::-1]].mean(axis=1)


# %% mutant bootstrap: b less a
def bootstrap(wrong_a, wrong_b, draws):
    return wrong_b[draws].mean(axis=1) - wrong_a[draws].mean(axis=1)


# %% mutant bootstrap: the sums
def bootstrap(wrong_a, wrong_b, draws):
    return wrong_a[draws].sum(axis=1) - wrong_b[draws].sum(axis=1)


# %% mutant bootstrap: over the draws instead of the items
def bootstrap(wrong_a, wrong_b, draws):
    return wrong_a[draws].mean(axis=0) - wrong_b[draws].mean(axis=0)


# %% mutant bootstrap: how often they differ
def bootstrap(wrong_a, wrong_b, draws):
    return (wrong_a[draws] != wrong_b[draws]).mean(axis=1)


# %% mutant bootstrap: each digit once
def bootstrap(wrong_a, wrong_b, draws):
    return np.array([np.mean((wrong_a - wrong_b)[np.unique(d)]) for d in draws])


# %% mutant bootstrap: the plain difference, again and again
def bootstrap(wrong_a, wrong_b, draws):
    return np.full(len(draws), wrong_a.mean() - wrong_b.mean())


# %% mutant bootstrap: the error of a alone
def bootstrap(wrong_a, wrong_b, draws):
    return wrong_a[draws].mean(axis=1)


# %% mutant bootstrap: draws of its own
def bootstrap(wrong_a, wrong_b, draws):
    own = np.random.default_rng(0).integers(len(wrong_a), size=draws.shape)
    return wrong_a[own].mean(axis=1) - wrong_b[own].mean(axis=1)


# %% mutant bootstrap: in points
def bootstrap(wrong_a, wrong_b, draws):
    return 100 * (wrong_a[draws].mean(axis=1) - wrong_b[draws].mean(axis=1))


# %% mutant bootstrap: the size of the difference
def bootstrap(wrong_a, wrong_b, draws):
    return np.abs(wrong_a[draws].mean(axis=1) - wrong_b[draws].mean(axis=1))


# %% mutant bootstrap: the mean of all draws
def bootstrap(wrong_a, wrong_b, draws):
    return (wrong_a[draws] - wrong_b[draws]).mean()


# %% mutant bootstrap: the ends of the interval
def bootstrap(wrong_a, wrong_b, draws):
    return np.quantile(wrong_a[draws].mean(axis=1) - wrong_b[draws].mean(axis=1), [0.025, 0.975])


# %% mutant bootstrap: sorted
def bootstrap(wrong_a, wrong_b, draws):
    return np.sort(wrong_a[draws].mean(axis=1) - wrong_b[draws].mean(axis=1))


# %% mutant bootstrap: added
def bootstrap(wrong_a, wrong_b, draws):
    return wrong_a[draws].mean(axis=1) + wrong_b[draws].mean(axis=1)


# %% mutant bootstrap: only a is resampled
def bootstrap(wrong_a, wrong_b, draws):
    return wrong_a[draws].mean(axis=1) - wrong_b.mean()


# %% mutant bootstrap: only b is resampled
def bootstrap(wrong_a, wrong_b, draws):
    return wrong_a.mean() - wrong_b[draws].mean(axis=1)


# %% mutant bootstrap: n - 1
def bootstrap(wrong_a, wrong_b, draws):
    return (wrong_a - wrong_b)[draws].sum(axis=1) / (draws.shape[1] - 1)


# %% mutant bootstrap: digit by digit
def bootstrap(wrong_a, wrong_b, draws):
    return wrong_a[draws] - wrong_b[draws]


# %% mutant bootstrap: divided by the number of draws
def bootstrap(wrong_a, wrong_b, draws):
    return (wrong_a[draws] - wrong_b[draws]).sum(axis=1) / len(draws)


# %% accept bootstrap: by counting how often each digit was drawn
def bootstrap(wrong_a, wrong_b, draws):
    n = len(wrong_a)
    difference = np.asarray(wrong_a, float) - wrong_b
    return [np.bincount(d, minlength=n) @ difference / n for d in draws]


# %% accept bootstrap: the difference first, a loop
def bootstrap(wrong_a, wrong_b, draws):
    difference = wrong_a.astype(int) - wrong_b.astype(int)
    return np.array([difference[d].sum() / d.size for d in draws])


# %% accept bootstrap: einsum, in single precision
def bootstrap(wrong_a, wrong_b, draws):
    both = np.stack([wrong_a, wrong_b]).astype(np.float32)[:, draws]  # (2, n_draws, n_items)
    return np.einsum("s,sdi->d", np.array([1, -1], np.float32), both) / np.float32(draws.shape[1])


# %% accept bootstrap: Fractions
def bootstrap(wrong_a, wrong_b, draws):
    from fractions import Fraction

    gap = [int(x) - int(z) for x, z in zip(wrong_a, wrong_b)]
    return (Fraction(sum(gap[i] for i in d), len(d)) for d in draws.tolist())


# %% check bootstrap
with check("bootstrap") as c:
    for n_items, n_draws in ((30, 12), (9, 20)):
        toss = np.random.default_rng(n_items)
        one, two = (toss.random((2, n_items)) < [[0.5], [0.3]]).astype(float)
        same = np.tile(toss.integers(n_items, size=n_items), (n_draws, 1))
        drawn = toss.integers(n_items, size=(n_draws, n_items))
        a_c, b_c = (np.array([[w[i] for i in d] for d in drawn]) for w in (one, two))
        gap = a_c - b_c  # (n_draws, n_items)
        right = gap.sum(axis=1) / n_items
        slips = {
            "that is b minus a; a minus b is asked for.": -right,
            "these are numbers of digits; an error is their share.": gap.sum(axis=1),
            "these are points; the error is a number from 0 to 1.": 100 * right,
            "the mean goes over the draws; each draw has its own error, over its items.": gap.mean(axis=0),
            "how often they differ; a minus b is asked for.": np.abs(gap).mean(axis=1),
            "without its sign; a minus b is asked for.": np.abs(right),
            "only the error of a; that of b is to be taken off.": a_c.mean(axis=1),
            "b has other draws than a; the same draws for both make it paired.": a_c.mean(axis=1)
            - b_c[::-1].mean(axis=1),
            "the two errors are added; that of b is to be taken off.": (a_c + b_c).mean(axis=1),
            "b is not resampled; the draws are for both.": a_c.mean(axis=1) - two.mean(),
            "a is not resampled; the draws are for both.": one.mean() - b_c.mean(axis=1),
            "each digit counts once; it counts as often as it was drawn.": [
                np.mean((one - two)[np.unique(d)]) for d in drawn
            ],
            "this is the plain difference; use the draws.": np.full(n_draws, np.mean(one - two)),
            "sorted; let them stand in the order of the draws.": np.sort(right),
            "divided by the number of draws; an error is a share of the items.": gap.sum(axis=1) / n_draws,
            "the ends of an interval; the differences themselves are asked for.": np.quantile(
                right, [0.025, 0.975]
            ),
            "a number for each digit; an error is the mean over all that were drawn.": gap,
        }
        what = f"bootstrap of {n_items} items, {n_draws} draws"
        alike = bootstrap(one, two, same)
        if isinstance(alike, np.ndarray) and alike.shape == (n_draws,) and alike.dtype.kind == "f":
            found = "All rows of `draws` are the same here, so all answers should be. Does bootstrap draw by itself?"
            c.true(np.ptp(alike) < 1e-6, found)
        c.close(bootstrap(one, two, drawn), right, what, slips=slips, sizes={"n_items": n_items})

# %% [markdown]
# **Guess first.** Take seed 0 of RICA and of RICA-50% at the largest budget. The middle 95 % of the differences are an interval. If you had *not* paired them, and had drawn another test set for each model, how
# many times as wide would this interval be?

# %%
guess_width = None  # a factor

# %%
as_vector = lambda items: np.isin(np.arange(len(y_test)), items).astype(float)  # (n_test,)
a, b = as_vector(wrong["RICA-50%", 16][0]), as_vector(wrong["RICA", 16][0])
draws, others = rng.integers(len(y_test), size=(2, 2000, len(y_test)), dtype=np.int32)  # (2000, n_test) each
paired = a[draws].mean(axis=1) - b[draws].mean(axis=1)  # (2000,)
unpaired = a[draws].mean(axis=1) - b[others].mean(axis=1)  # (2000,)
width = lambda x: np.diff(np.quantile(x, [0.025, 0.975]))[0]
teaching.compare_guess(guess_width, float(width(unpaired) / width(paired)), "unpaired, times as wide")

fig, ax = plt.subplots(figsize=(5.6, 2.6), layout="constrained")
step = 100 / len(y_test)  # points: one digit
bins = np.arange(np.floor(100 * unpaired.min() / step), 100 * unpaired.max() / step + 2) * step - step / 2
ax.hist(100 * unpaired, bins, color="0.8", label="unpaired")
ax.hist(100 * paired, bins, histtype="step", lw=1.6, color=plotting.COLOURS["blue"], label="paired")
ax.axvline(0, color="0.3", lw=0.8)
ax.set(xlabel="RICA-50% minus RICA (points), 576 learned numbers, seed 0", ylabel="draws")
ax.legend()
plt.show()

# %% [markdown]
# Without pairs the interval is 1.5 to 2.5 times as wide, as other seeds and other digits show. But a bootstrap of one seed says nothing of other seeds, and seeds are a sample too: our four draws of patches, first filters and index sets stand for all others. The package's `paired_interval` counts
# both. It splits the variance of the difference into a part of the seeds and a part of the digits (an *analysis of variance*), and the interval is made from the two. For each budget:

# %% claim unpaired: without pairs the interval is 1.5 to 2.5 times as wide
pair = [as_vector(runs(n_h, p, seed)[0]) for n_h, p in ((32, 0.5), (16, 1.0))]
apart = pair[0][draws].mean(axis=1) - pair[1][others].mean(axis=1)
claim(width(apart) / width(pair[0][draws].mean(axis=1) - pair[1][draws].mean(axis=1)), 1.5, 2.5)


# %%
def interval(a, b):
    """Mean difference a - b in points, and its 95 % interval; a and b are wrong digits, seed by seed."""
    return tuple(100 * v for v in paired_interval(a, b, len(y_test)))


bargain = {f"{36 * k} learned": interval(wrong["RICA-50%", k], wrong["RICA", k]) for k in counts}
plotting.differences(bargain)
plt.title("RICA-50% minus RICA, equal learned numbers")
plt.show()

# %% [markdown]
# With four seeds an interval is wide: four numbers tell little about a fifth. If it contains 0 (in the figure: an open orange square), or ends close to 0, say "do not know". We have run five such races: yours is `race=0`, and races 1 to 4 have other digits to learn from and four other seeds each. Where you read a range from here on, such as "5 to 8 points", it is that of the five races.
#

# ### Taking it apart
#
# The bargain does two things at once: it buys more filters, which should help, and it predicts half of each, which should hurt. With the third runner both can be seen. Let $\mathrm{all}(k)$ be the error of $k$ filters with all weights learned, $\mathrm{half}(k)$ that with half of each predicted:
#
# $$\mathrm{half}(2n_h) - \mathrm{all}(n_h) = [\,\mathrm{all}(2n_h) - \mathrm{all}(n_h)\,] + [\,\mathrm{half}(2n_h) - \mathrm{all}(2n_h)\,].$$
#
# **Guess first.** The second bracket is the price of predicting. At 144 learned numbers it compares eight filters, half of each predicted, with eight filters that were learned in full. What is it, in points?

# %%
guess_price = None  # points

# %%
more = {f"{2 * k} filters, not {k}": interval(wrong["RICA, twice", k], wrong["RICA", k]) for k in counts}
price = {
    f"{2 * k} filters: half, not all": interval(wrong["RICA-50%", k], wrong["RICA, twice", k]) for k in counts
}
teaching.compare_guess(guess_price, float(price["8 filters: half, not all"][0]), "the price of predicting")
fig, axes = plt.subplots(2, 1, figsize=(7.6, 4.4), layout="constrained")
plotting.differences(more, axes[0]).set(title="more filters, all weights learned", xlabel="")
plotting.differences(price, axes[1]).set_title("the same number of filters, half of each predicted")
ends = [ax.get_xlim() for ax in axes]
plt.setp(axes, xlim=(min(low for low, _ in ends), max(high for _, high in ends)))  # one scale for both
plt.show()

# %% [markdown] question bargain
# **Question.** When is the bargain good? Say it with the two pictures, and say what they do *not* decide.

# %% [markdown] answer bargain
# It is good while there are too few filters. With 72 learned numbers the bargain gains 5 to 8 points, with 144 it gains 3 to 4.5, and no interval contains 0. With 288 and 576 the mean is within 0.6 points of 0, and no interval lies below 0: 1,497 digits and four seeds show no
# gain. The upper picture says why: from 2 filters to 4 the error falls by about 4 to 7 points, from 4 to 8 by 3 to 4.5, and beyond 8 another doubling changes it by less than a point. The lower one says that predicting half of each filter costs at most 0.7 points. With 4 filters the error was even 0.2 to 1.3 points lower. That is
# no reason to build a theory: here the interval contains 0. And of twelve intervals of 95 %, one may well miss the truth by chance.
#
# Not decided: whether the bargain would pay if something else were held equal. With the same *time* for an image, RICA-50% gets no more filters than RICA. With the same sum of *all* learned numbers, the classifier's too, it gets few more: 16 filters of RICA and their classifier learn 1,866 numbers, which buy
# 18 half-predicted filters and theirs, not 32. Nor is it decided what happens on photographs, where the paper's errors still fall with hundreds of filters; the page of Figure 6 (`docs/results/6-budget-standard.md`) has what this package finds there: the paper's direction.

# %% claim gain_at_72: with 72 learned numbers the bargain gains 5 to 8 points
claim(interval(runs(2, 1.0, seed), runs(4, 0.5, seed))[0], 5, 8)

# %% claim gain_at_144: with 144 it gains 3 to 4.5
claim(interval(runs(4, 1.0, seed), runs(8, 0.5, seed))[0], 3, 4.5)

# %% claim decided_when_few: with 72 and 144 learned numbers no interval contains 0
claim(all(interval(runs(2 * k, 0.5, seed), runs(k, 1.0, seed))[2] < 0 for k in (2, 4)), 1, 1)

# %% claim no_gain_later: with 288 and 576 the mean is within 0.6 points of 0
claim(max(abs(interval(runs(2 * k, 0.5, seed), runs(k, 1.0, seed))[0]) for k in (8, 16)), 0, 0.6)

# %% claim undecided_later: with 288 and 576 no interval lies below 0
claim(all(interval(runs(2 * k, 0.5, seed), runs(k, 1.0, seed))[2] >= 0 for k in (8, 16)), 1, 1)

# %% claim from_2_to_4: from 2 filters to 4 the error falls by about 4 to 7 points
claim(interval(runs(2, 1.0, seed), runs(4, 1.0, seed))[0], 3.9, 7.1)

# %% claim from_4_to_8: from 4 filters to 8 it falls by 3 to 4.5 points
claim(interval(runs(4, 1.0, seed), runs(8, 1.0, seed))[0], 3, 4.5)

# %% claim beyond_8: beyond 8 another doubling changes it by less than a point
claim(max(abs(interval(runs(2 * k, 1.0, seed), runs(k, 1.0, seed))[0]) for k in (8, 16)), 0, 1)

# %% claim price: predicting half of each filter costs at most 0.7 points
claim(max(interval(runs(h, 0.5, seed), runs(h, 1.0, seed))[0] for h in (4, 8, 16, 32)), -0.7, 0.7)

# %% claim price_of_4: with 4 filters the error was even 0.2 to 1.3 points lower
claim(interval(runs(4, 1.0, seed), runs(4, 0.5, seed))[0], 0.2, 1.3)

# %% claim all_learned: 16 filters of RICA and their classifier learn 1,866 numbers
claim(36 * 16 + buy(36 * 16, 36, 1)[3], 1866, 1866)

# %% claim all_equal: 1,866 numbers buy 18 half-predicted filters and their classifier
claim(max(h for h in range(33) if 18 * h + buy(18 * h, 36, 0.5)[3] <= 1866), 18, 18)

# %% [markdown]
# ## 7 · How little is enough?
#
# The left part of Figure 6 asks another question: the number of filters stays the same, and the share that is learned becomes smaller.
#
# **Guess first.** 16 filters of 36 weights. If a sixth of each is learned, 6 numbers, by how many points does the error rise?

# %%
guess_sixth = None  # points

# %%
shares = (1 / 12, 1 / 6, 1 / 4, 1 / 2, 3 / 4)
wrong["all"] = runs(16, 1.0)
for share in shares:
    wrong[share] = runs(16, share)
rise = {f"{36 * p:.0f} of 36 learned": interval(wrong[p], wrong["all"]) for p in shares}
teaching.compare_guess(guess_sixth, float(rise["6 of 36 learned"][0]), "6 of 36 learned, points")
plotting.differences(rise)
plt.title(
    f"16 filters: error minus that of all learned ({np.mean([per_cent(w) for w in wrong['all']]):.1f} %)"
)
plt.show()

# %% [markdown]
# With 3 of 36 weights learned the error is 1 to 3.5 points higher (whether four seeds are enough to show it depends on the digits and seeds: does your interval contain 0?). With 6 it is 0.1 to 1 points higher, but each interval contains 0: do not know. From 9 on the mean is within half a point of 0. "No difference seen" is not
# "no difference": half a point may well hide in there. The paper says the same of its larger problem: more than half of the weights can be predicted without a substantial loss.

# %% claim three_weights: with 3 of 36 weights learned the error is 1 to 3.5 points higher
claim(interval(runs(16, 1 / 12, seed), runs(16, 1.0, seed))[0], 1, 3.5)

# %% claim six_weights: with 6 of 36 it is 0.1 to 1 points higher
claim(interval(runs(16, 1 / 6, seed), runs(16, 1.0, seed))[0], 0.1, 1)

# %% claim six_undecided: with 6 of 36 each interval contains 0
_, low, high = interval(runs(16, 1 / 6, seed), runs(16, 1.0, seed))
claim(low <= 0 <= high, 1, 1)

# %% claim nine_weights: from 9 of 36 on the mean is within half a point of 0
found = [interval(runs(16, p, seed), runs(16, 1.0, seed)) for p in (1 / 4, 1 / 2, 3 / 4)]
claim(max(abs(mean) for mean, *_ in found), 0, 0.5)

# %% [markdown]
# ### On real photographs, if they are here
#
# If CIFAR-10 is on this computer (`lowrankweights data fetch cifar10` brings it, 170 MB), the next cell uses it, with few images and filters and one seed, so that it takes seconds. One run of each tells little: the race with many filters, several seeds and intervals is on the page of Figure 6.

# %%
places = {status.name: status.place for status in lrw.datasets.status()}
if places["cifar10"] == "missing":
    print("CIFAR-10 is not here; nothing in this notebook needs it.")
else:
    from lowrankweights.experiments import rica_classification as race

    size = {"n_train": teaching.sized(full=2000, tiny=200), "n_patches": 5000, "strengths": [3e-3]}
    size["max_iter"] = teaching.sized(full=150, tiny=5)
    for name, n_h, share in (("RICA", 16, 1.0), ("RICA-50%", 32, 0.5)):
        dictionary = ["none" if share == 1 else "squared_exponential"]
        own = {"seed": 0, "n_components": n_h, "proportion": share, "dictionary": dictionary}
        found = race.classify({**race.COMMON, **race.CIFAR, **size, **own})
        print(f"{name}: {n_h} filters, {found['n_dynamic']} learned, {100 * found['error']:.1f} % wrong")

# %% [markdown]
# ## Summary
#
# - From filters to classes: every patch, whitened, $Z$; both sides of it, $\max(\pm z - t, 0)$; sums over quadrants; a linear classifier on $8 n_h$ features.
# - The same number of *learned* filter weights buys $1/p$ times as many filters. That count leaves out the static numbers, the classifier and the work for each image: say what you hold equal.
# - The bargain's gain is a sum of two effects: more filters, and predicted ones. It pays while there are too few filters.
# - Compare models on the same items, with the same seeds, and give the difference with its interval. If the interval contains 0, say "do not know".
#

# In the package: `unsupervised/coates.py` (exercises 1 to 3), `results/intervals.py` (exercise 5), `experiments/rica_classification.py` (the race). The paper's figures
# are `lowrankweights figure 6-budget` and `lowrankweights figure 6-proportion`. Notebook 11 asks what all of this costs in time.

# %%
check.summary()
