# ---
# title: The same budget, twice the features
# minutes: 75
# seconds: 19
# learn: how filters of patches become features of whole images (responses everywhere, rectified to both sides, summed over quadrants) and classify them; what "equal numbers of learned parameters" counts and what it leaves out; how to take a difference apart into its causes; how to say whether a difference is more than noise. It is Figure 6 of the paper on small digits.
# need: NumPy, $W = U w_\alpha$ and what RICA is (notebook 07, or its summary). No network and no data to download.
# ---

# %% [markdown]
# If half of each filter can be predicted, half of what you wanted to learn is left over. What to do with it? Save it, or buy **twice as many filters**. The
# paper's Figure 6 makes that bargain: *RICA*, which learns every weight of $n$ filters, against *RICA-50%*, which learns half of the weights of $2n$ filters. The same budget of learned numbers, twice the
# features. It finds RICA-50% clearly better.
#
# Filters alone are neither good nor bad. We need a task, and a whole machine around the filters; you build it in three exercises. Then comes the race, and then what is
# usually left out: who paid for what, and how much of it is noise. You **guess**, we **look**, you **write**, a check **says** what is missing and never stops the notebook.

# %%
import matplotlib.pyplot as plt
import numpy as np

import lowrankweights as lrw
from lowrankweights import plotting, teaching
from lowrankweights.results import paired_interval
from lowrankweights.unsupervised import FeatureClassifier, PatchEncoder, learn, random_patches, whiten
from lowrankweights.unsupervised.coates import quadrants

teaching.begin()  # one thread of BLAS is enough; fits end early on purpose
check = teaching.Checks(["every_patch", "rectify", "pool", "buy", "bootstrap"])
rng = np.random.default_rng(0)
plt.rcParams.update(plotting.STYLE)

X, y = lrw.datasets.load_digits(zoom=2, return_X_y=True)  # (1797, 256), (1797,)
images = X.reshape(-1, 16, 16).astype(np.float32)  # (1797, 16, 16)
n = teaching.sized(full=300, tiny=100)
train, test, y_train, y_test = images[:n], images[n:], y[:n], y[n:]  # few to learn from, many to test on
patch_shape, n_v = (6, 6), 36


def filters(patches, n_h, share, seed=0):
    """RICA's filters (n_v, n_h), a share of each learned, and the number of numbers learned."""
    how = {"sparsity": 0.1, "length_scale": 1.0, "ftol": 1e-5, "max_iter": teaching.sized(full=300, tiny=5)}
    W, learned = learn(patches, n_h, patch_shape, proportion=share, seed=seed, **how)
    return W, learned.n_dynamic


# %% [markdown]
# ## 1 · A filter goes for a walk
#
# RICA learns from small patches, here of 6 × 6 pixels, cut out of the digits at random and whitened (notebook 07). Nobody tells it which digit a patch comes from.

# %%
cut = random_patches(train, patch_shape, teaching.sized(full=5000, tiny=300), rng=0)  # (5000, 36)
white, whitening = whiten(cut, regularisation=0.1)  # (5000, 36), and how
W, n_learned = filters(white, n_h=16, share=1.0)  # (36, 16) = (n_v, n_h)
plotting.tiles(W, patch_shape, n_across=8)
plt.title(f"16 filters, {n_learned} learned numbers", fontsize=9)
plt.show()

# %% [markdown]
# To describe a whole digit, take *every* patch of it, one step to the right and then one step down (*dense extraction*), and ask all filters about each:
#
# | letter | shape | what it is |
# |---|---|---|
# | image | (16, 16) | a digit |
# | patches | (n_places, n_v) = (?, 36) | every 6 × 6 patch of it |
# | $Z$ | (n_places, n_h) | responses, each patch whitened: $Z = (\mathrm{patches} - \mathrm{mean})\,C\,W$ |
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
# Cut them all out: rows from left to right, then from top to bottom; within a row of the result, the pixels of a patch row by row. For any image and any patch size.


# %% starter every_patch
def every_patch(image, height, width):
    patches = ...  # (n_places, height * width)
    return patches


# %% [markdown] hint every_patch
# Two loops do it: over the top edge `i` and the left edge `j`. How far may they go? The last patch must still fit in.

# %% [markdown] hint every_patch
# `image[i : i + height, j : j + width].ravel()` is one row, with `i` in `range(image.shape[0] - height + 1)`, and `j` likewise. Put them in a list, then `np.array`.

# %% [markdown] hint every_patch
# Without loops: `np.lib.stride_tricks.sliding_window_view(image, (height, width))` is (n_down, n_across, height, width), and does not copy a thing. Then `.reshape(-1, height * width)`.


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


# %% check every_patch
with check("every_patch") as c:
    for size, (a, b) in (((5, 8), (2, 3)), ((6, 4), (3, 1)), ((16, 16), (6, 6))):
        picture = np.arange(size[0] * size[1]).reshape(size)
        corners = [(i, j) for i in range(size[0] - a + 1) for j in range(size[1] - b + 1)]
        one = (np.arange(a)[:, None] * size[1] + np.arange(b)).ravel()  # the first patch of this picture
        wanted = np.array([one + i * size[1] + j for i, j in corners])
        c.close(every_patch(picture, a, b), wanted, f"patches {a} × {b} of an image {size[0]} × {size[1]}")

# %% [markdown]
# Here is one digit, and what four of the filters say about it, everywhere. Each map has a number for each of the 11 × 11 places.

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
    plotting.show_feature(Z[:, j], (11, 11), bottom, scale=np.abs(Z).max()).set_title("$z$ everywhere")
plt.show()

# %% [markdown]
# ## 2 · Both sides
#
# Next the responses are to be summed over parts of the image. But $z$ has both signs, and a sum would let +3 here cancel −3 there. The two say different things: a bright line on the left of a dark one, or on its right. So both
# sides are kept apart, and small answers are silenced by a threshold $t$ (Coates, Ng and Lee, 2011):
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
# `np.maximum(a, 0)` compares entry by entry; `np.max` is something else.

# %% [markdown] hint rectify
# The negative side is the positive side of $-Z$. Both results are never negative.

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


# %% mutant rectify: Z is overwritten
def rectify(Z, t):
    Z -= t
    return np.hstack([np.maximum(Z, 0), np.maximum(-Z - 2 * t, 0)])


# %% accept rectify: clipped
def rectify(Z, t):
    return np.concatenate([Z, -Z], axis=1).clip(t) - t


# %% accept rectify: soft thresholding, split by sign
def rectify(Z, t):
    soft = np.sign(Z) * np.clip(np.abs(Z) - t, 0, None)
    return np.hstack([np.where(soft > 0, soft, 0), np.where(soft < 0, -soft, 0)])


# %% check rectify
with check("rectify") as c:
    for t in (0.0, 0.4):
        Z_c = np.random.default_rng(3).normal(size=(7, 3))
        handed, kept = Z_c.copy(), Z_c.tolist()
        wanted = [[max(z - t, 0) for z in row] + [max(-z - t, 0) for z in row] for row in kept]
        c.close(rectify(handed, t), wanted, f"rectify(Z, {t:g}) of 7 places, 3 filters")
        c.true(np.array_equal(handed, Z_c), "Your function has changed Z itself; it belongs to the caller.")

# %% [markdown]
# **Guess first.** With $t = 0.25$, how many per cent of the rectified numbers of our digit are *not* 0?

# %%
guess_active = None  # per cent

# %%
R = np.hstack([np.maximum(Z - 0.25, 0), np.maximum(-Z - 0.25, 0)])  # (121, 32)
teaching.compare_guess(guess_active, float(100 * np.mean(R > 0)), "not zero, per cent")

# %% [markdown]
# ## 3 · Where, roughly
#
# 121 places are too many: a 7 drawn two pixels to the left should be the same 7. But *some* notion of place is needed, as the loop of a 9 is at the top and that of a 6 at the bottom. The
# compromise is to sum over the four **quadrants**: top left, top right, bottom left, bottom right.
#
# The 11 places do not split in half. Let the upper quadrants have the first `n_down // 2` rows, and the left ones the first `n_across // 2` columns.
#
# ### Exercise 3: sums over quadrants
#
# From $R$ (n_down × n_across, k), places in the order of exercise 1, to the features (4 k,): all k sums of the top left quadrant, then of the top right, the bottom left, the bottom right.


# %% starter pool
def pool(R, n_down, n_across):
    maps = R.reshape(n_down, n_across, -1)  # (n_down, n_across, k)
    i, j = n_down // 2, n_across // 2
    return ...  # (4 * k,)


# %% [markdown] hint pool
# `maps[:i, :j]` is the top left quadrant, (i, j, k). It is to be summed over both of its first two axes.

# %% [markdown] hint pool
# `maps[:i, :j].sum(axis=(0, 1))` is (k,). The top *right* one is `maps[:i, j:]`.

# %% [markdown] hint pool
# `parts = maps[:i, :j], maps[:i, j:], maps[i:, :j], maps[i:, j:]`, and `np.concatenate([p.sum(axis=(0, 1)) for p in parts])`.


# %% solution pool
def pool(R, n_down, n_across):
    maps = R.reshape(n_down, n_across, -1)  # (n_down, n_across, k)
    i, j = n_down // 2, n_across // 2
    parts = maps[:i, :j], maps[:i, j:], maps[i:, :j], maps[i:, j:]
    return np.concatenate([part.sum(axis=(0, 1)) for part in parts])  # (4 * k,)


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


# %% accept pool: by a number for each place
def pool(R, n_down, n_across):
    where = quadrants(n_down, n_across)
    return np.array([R[where == q].sum(axis=0) for q in range(4)]).ravel()


# %% accept pool: a product with a matrix of zeros and ones, flat or not
def pool(R, n_down, n_across):
    members = np.eye(4)[quadrants(n_down, n_across)]  # (n_places, 4)
    return list((members.T @ R).flat)


# %% check pool
with check("pool") as c:
    for down, across in ((4, 6), (5, 3), (11, 11)):
        R_c = np.random.default_rng(down).random((down * across, 3))
        wanted = np.zeros((4, 3))
        np.add.at(wanted, quadrants(down, across), R_c)
        c.close(pool(R_c, down, across), wanted.ravel(), f"3 maps of {down} × {across} places")

# %% [markdown]
# Your three pieces are the whole encoder. The package's does the same for many images at a time, in float32. If all three have passed, here they meet:

# %%
threshold = 0.25
encoder = PatchEncoder(W, patch_shape, whitening, contrast=False, threshold=threshold)
features = encoder.transform(train)  # (300, 128)
print(f"the package: {train.shape} to {features.shape}")
if all(check.passed(name) for name in ("every_patch", "rectify", "pool")):
    Z = whitening.transform(np.asarray(every_patch(train[0], 6, 6))) @ W  # (121, 16)
    mine = np.asarray(pool(np.asarray(rectify(Z, threshold)), 11, 11))  # (128,)
    print(f"yours: {mine.shape}, largest difference {np.abs(mine - features[0]).max():.1e}")

# %% [markdown]
# Each image is 4 quadrants × 2 sides × 16 filters = 128 numbers. On these works the simplest classifier that there is, a linear one.
#
# **Guess first.** A linear classifier on the 256 raw pixels, learned from 300 digits, gets 6 % of the others wrong. And on these 128 numbers, half as many, in per cent?

# %%
guess_error = None  # per cent


# %%
def classify(F_train, F_test):
    """Indices of the test digits that a linear classifier gets wrong."""
    model = FeatureClassifier(strengths=(0.1,)).fit(F_train.copy(), y_train)  # fit standardises in place
    return np.flatnonzero(model.predict(F_test) != y_test)


def per_cent(wrong):
    return float(100 * len(wrong) / len(y_test))


raw = per_cent(classify(train.reshape(n, -1), test.reshape(len(test), -1)))
print(f"raw pixels: {raw:.1f} % of {len(y_test)} wrong")
error = per_cent(classify(features, encoder.transform(test)))
teaching.compare_guess(guess_error, error, "error with 16 filters, per cent")

# %% [markdown]
# ## 4 · The budget
#
# Now to the bargain. Each filter has $n_v = 36$ weights; if a share $p$ of them is learned, it costs $n_\alpha = p\,n_v$ learned numbers.
#
# ### Exercise 4: what can you buy?
#
# From a budget of learned numbers: how many filters does it buy at a share $p$, and how many numbers does everything around them need? Return four whole numbers:
#
# - `n_h`, the filters, as many as the budget pays for;
# - `learned`, the numbers that are learned for them;
# - `static`, the numbers of $U$ (n_v, n_alpha), made once and never learned; none if $p = 1$, as then there is no $U$;
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
# A filter costs `n_alpha`. What is left over that does not pay for a whole filter is not spent.

# %% [markdown] hint buy
# `n_h = budget // n_alpha`, and what is learned is (n_alpha, n_h), which may be a little less than the budget.

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


# %% check buy
with check("buy") as c:
    for budget, p in ((288, 1), (288, 0.5), (300, 0.25), (300, 1)):
        names = ("n_h", "learned", "static", "classifier")
        found = c.parts(buy(budget, 36, p), 4, f"buy({budget}, 36, {p})")
        a = round(p * 36)
        h = int(np.floor(budget / a))
        for name, got, wanted in zip(names, found, (h, a * h, 36 * a * (p != 1), 80 * h + 10)):
            c.close(got, wanted, f"{name} of buy({budget}, 36, {p})")

# %%
print(f"{'':10}{'filters':>8}{'learned':>9}{'static':>8}{'in W':>6}{'features':>9}{'classifier':>11}")
for n_h in (2, 4, 8, 16):
    for name, p in (("RICA", 1), ("RICA-50%", 0.5)):
        h, a = round(n_h / p), round(36 * p)
        static = 0 if p == 1 else 36 * a
        print(f"{name:10}{h:8}{a * h:9}{static:8}{36 * h:6}{8 * h:9}{80 * h + 10:11,}")

# %% [markdown]
# Read the table before the race. *Learned* is equal in each pair: this is what the paper, and we, hold equal. But RICA-50% has twice the features, and so the classifier behind it learns **twice as many
# numbers**, far more than the filters; and encoding an image takes twice the multiplications, as at that time a filter is a filter, wherever its weights came from. "The same budget" is a statement about one box of
# the machine. It is a fair question to ask; it is not the only one.

# %% [markdown]
# ## 5 · The race
#
# Budgets of 72, 144, 288 and 576 learned numbers. Everything is repeated with four seeds (patches, first filters and index set are drawn anew). To be able to take the result apart later, a third runner: RICA with all weights
# of $2n$ filters, which costs twice the budget.
#
# **Guess first.** At a budget of 144: four filters, or eight half-predicted ones. By how many points is the error of RICA-50% lower (negative) or higher (positive)?

# %%
guess_144 = None  # points


# %%
def run(n_h, share, seed):
    """Wrong test digits with features of n_h filters, a share of each learned."""
    cut = random_patches(train, patch_shape, teaching.sized(full=5000, tiny=300), rng=seed)
    white, whitening = whiten(cut, regularisation=0.1)
    W, _ = filters(white, n_h, share, seed)  # (36, n_h)
    encoder = PatchEncoder(W, patch_shape, whitening, contrast=False, threshold=threshold)
    return classify(encoder.transform(train), encoder.transform(test))


counts = (2, 4, 8, 16)
seeds = range(teaching.sized(full=4, tiny=2))
wrong = {}  # (runner, n): for each seed the digits that it got wrong
for k in counts:
    for name, n_h, share in (("RICA", k, 1.0), ("RICA-50%", 2 * k, 0.5), ("RICA, twice", 2 * k, 1.0)):
        wrong[name, k] = [run(n_h, share, seed) for seed in seeds]

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

# %% [markdown]
# Small marks are single seeds. Look how far they lie apart! Before anybody says "better", we need to know what noise does.
#
# ## 6 · Honest about noise
#
# Two models are tested on *the same* digits. A hard digit is hard for both, and a lucky test set is lucky for both; the *difference* does not see that. So resample **pairs**: draw as many test digits as there are,
# with replacement, and compute the difference on these; do it many times, and see how far it spreads. That is the paired bootstrap.
#
# ### Exercise 5: the paired bootstrap
#
# `wrong_a` and `wrong_b` are (n_items,), 1 where a model was wrong and 0 where it was right. `draws` is (n_draws, n_items): each row holds the indices of one resampled test set. Return (n_draws,): the error
# of a less that of b on each of them.


# %% starter bootstrap
def bootstrap(wrong_a, wrong_b, draws):
    return ...  # (n_draws,)


# %% [markdown] hint bootstrap
# `wrong_a[draws]` indexes with a matrix, and gives a matrix: (n_draws, n_items). What is the error on one of the drawn test sets?

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


# %% accept bootstrap: by counting how often each digit was drawn
def bootstrap(wrong_a, wrong_b, draws):
    n = len(wrong_a)
    difference = np.asarray(wrong_a, float) - wrong_b
    return [np.bincount(d, minlength=n) @ difference / n for d in draws]


# %% accept bootstrap: the difference first, a loop
def bootstrap(wrong_a, wrong_b, draws):
    difference = wrong_a.astype(int) - wrong_b.astype(int)
    return np.array([difference[d].sum() / d.size for d in draws])


# %% check bootstrap
with check("bootstrap") as c:
    toss = np.random.default_rng(8)
    one, two = (toss.random((2, 30)) < [[0.4], [0.2]]).astype(float)
    drawn = toss.integers(30, size=(12, 30))
    wanted = [sum(one[i] - two[i] for i in d) / 30 for d in drawn]
    c.close(bootstrap(one, two, drawn), wanted, "bootstrap of 30 items, 12 draws")

# %% [markdown]
# **Guess first.** Seed 0 of RICA and of RICA-50% at the largest budget. An interval is made of the middle 95 % of the draws. If you had *not* paired them, and drawn another test set for each model, how
# many times as wide would it be?

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
ax.set(xlabel="RICA-50% less RICA (points), 576 learned numbers, seed 0", ylabel="draws")
ax.legend()
plt.show()

# %% [markdown]
# And seeds are a sample too: four draws of patches, starts and index sets stand for all that there could have been. The package's `paired_interval` counts both, digits *and* seeds. Now, for each budget:


# %%
def interval(a, b):
    """Mean difference a - b in points, and its 95 % interval."""
    return tuple(100 * v for v in paired_interval(wrong[a], wrong[b], len(y_test)))


bargain = {f"{36 * k} learned": interval(("RICA-50%", k), ("RICA", k)) for k in counts}
plotting.differences(bargain)
plt.title("RICA-50% less RICA, equal learned numbers")
plt.show()

# %% [markdown]
# With four seeds an interval is wide: four numbers say little of where a fifth would be. Read an interval that ends near 0 as "do not know".
#
# ### Taking it apart
#
# The bargain does two things at once: it buys more filters, which should help, and pays with prediction, which should hurt. With the third runner both can be seen:
#
# $$\mathrm{half}(2n) - \mathrm{all}(n) = [\,\mathrm{all}(2n) - \mathrm{all}(n)\,] + [\,\mathrm{half}(2n) - \mathrm{all}(2n)\,].$$
#
# **Guess first.** At 144 learned numbers, what does the second bracket cost: eight filters, half of each predicted, less eight filters that were learned in full, in points?

# %%
guess_price = None  # points

# %%
more = {f"{2 * k} filters, not {k}": interval(("RICA, twice", k), ("RICA", k)) for k in counts}
price = {f"{2 * k}: half, not all": interval(("RICA-50%", k), ("RICA, twice", k)) for k in counts}
teaching.compare_guess(guess_price, float(price["8: half, not all"][0]), "the price of predicting")
fig, axes = plt.subplots(2, 1, figsize=(7.6, 4.4), layout="constrained")
plotting.differences(more, axes[0]).set(title="more filters, all weights learned", xlabel="")
plotting.differences(price, axes[1]).set_title("the same filters, half of each predicted")
plt.show()

# %% [markdown] question bargain
# **Question.** When is the bargain good? Say it with the two pictures, and say what they do *not* decide.

# %% [markdown] answer bargain
# While filters are scarce. With 72 and 144 learned numbers the bargain gains about five and four points, clearly; with 288 and 576 nothing that 1,497 digits and four seeds could show. The upper picture says why: from 2 filters to 4 and
# from 4 to 8 the error falls by four points each, and beyond 8 more filters do not help *here*. The lower one says that predicting half of each filter costs nothing measurable, and with 4 filters it even helped a little (an interval that ends at −0.1
# is no reason to build a theory: we looked at twelve intervals, and of twelve one may miss the truth by chance).
#
# Not decided: whether the bargain would pay if you held something else equal, say all learned numbers including the classifier's, or the time for an image. With *those* equal, RICA-50% gets no more filters than RICA does. Nor what happens on photographs,
# where hundreds of filters are still too few, and the paper's curves are still falling.

# %% [markdown]
# ## 7 · How little is enough?
#
# The left part of Figure 6 asks it the other way round: the number of filters is fixed, and the share that is learned shrinks.
#
# **Guess first.** 16 filters of 36 weights. With a sixth of each learned, 6 numbers, by how many points does the error rise?

# %%
guess_sixth = None  # points

# %%
shares = (1 / 12, 1 / 6, 1 / 4, 1 / 2, 3 / 4)
wrong["all"] = [run(16, 1.0, seed) for seed in seeds]
for share in shares:
    wrong[share] = [run(16, share, seed) for seed in seeds]
rise = {f"{36 * s:.0f} of 36 learned": interval(s, "all") for s in shares}
teaching.compare_guess(guess_sixth, float(rise["6 of 36 learned"][0]), "6 of 36 learned, points")
plotting.differences(rise)
plt.title(f"16 filters, less the error of all learned ({np.mean([per_cent(w) for w in wrong['all']]):.1f} %)")
plt.show()

# %% [markdown]
# From 6 of 36 weights on there is no difference to be seen, by intervals of about a point to both sides; with 3 it is perhaps a point worse. "No difference seen" is not "no difference": half a point may well hide in there. The paper
# says the same of its larger problem: more than half of the weights predicted, without a substantial drop.

# %% [markdown]
# ### On real photographs, if they are here
#
# CIFAR-10 is used when it is on this computer already (`lowrankweights data fetch cifar10` brings it, 170 MB). Here with few images and filters, so that it takes seconds.

# %%
places = {status.name: status.place for status in lrw.datasets.status()}
if places["cifar10"] == "missing":
    print("CIFAR-10 is not here; nothing in this notebook needs it.")
else:
    from lowrankweights.experiments.rica_classification import CIFAR, COMMON, classify

    size = {"n_train": teaching.sized(full=2000, tiny=200), "n_patches": 5000, "strengths": [3e-3]}
    size["max_iter"] = teaching.sized(full=150, tiny=5)
    for name, n_h, share in (("RICA", 16, 1.0), ("RICA-50%", 32, 0.5)):
        dictionary = ["none" if share == 1 else "squared_exponential"]
        own = {"seed": 0, "n_components": n_h, "proportion": share, "dictionary": dictionary}
        found = classify({**COMMON, **CIFAR, **size, **own})
        print(f"{name}: {n_h} filters, {found['n_dynamic']} learned, {100 * found['error']:.1f} % wrong")

# %% [markdown]
# ## Summary
#
# - From filters to classes: every patch, whitened, $Z$; both sides of it, $\max(\pm z - t, 0)$; sums over quadrants; a linear classifier on $8 n_h$ features.
# - The same number of *learned* filter weights buys $1/p$ times as many filters. Static numbers, the classifier behind, and the work for each image are not in that count: say what you hold equal.
# - The bargain is a sum of two effects, more filters and predicted filters. It pays as long as filters are what is missing.
# - Compare models on the same items, with the same seeds, and give the difference with its interval. Where the interval contains 0, say "do not know".
#
# In the package: `coates.py` (exercises 1 to 3), `results/intervals.py` (exercise 5), `experiments/rica_classification.py` (the race). The paper's figures
# are `lowrankweights figure 6-budget` and `lowrankweights figure 6-proportion`. Notebook 11 asks what all of this costs in time.

# %%
check.summary()
