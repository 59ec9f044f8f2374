# ---
# title: Convolution: one dense layer on every window
# minutes: 75
# seconds: 15
# learn: why a convolution is a dense layer that looks through a window; how to write its gradient by hand, and where the turned filter comes from; what max pooling sends back; three orders of computing a convolution with predicted filters, counted and timed; and whether a filter comes back from a quarter of its pixels.
# need: NumPy, the gradient of a dense layer ($dW = v^\top dz$) and $W = U w_\alpha$ (notebook 03, or its summary). Times are measured on your machine, so let it do nothing else meanwhile. No download.
# ---

# %% [markdown]
# A dense layer looks at a whole image at once. If a stroke moves by three pixels, other weights see it, and they must learn it anew. A
# *convolutional* layer looks through a small window, and moves the window over the image. The same weights look at every place.
#
# This is no new kind of layer. Cut out all windows, and it is a dense layer with more rows. So all that you know of dense layers stays true: its
# gradient, and filters that are predicted from a few of their pixels. In every section you **guess**, we **look**, you **write**, and a
# **check** says what is right and what is not. It tries your function on data of its own.
#
# Some sentences below give a range, such as "0.88 to 0.92". Such a number was computed five times, with five random choices, and was always in this range.

# %%
import itertools
import sys
import time
from functools import cache

import matplotlib.pyplot as plt
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from scipy import signal

import lowrankweights as lrw
from lowrankweights import plotting, teaching
from lowrankweights.dictionaries import completion

teaching.begin()  # one thread of BLAS is enough; fits end early on purpose
check = teaching.Checks(
    ["windows", "weight_gradient", "image_gradient", "unpool", "two_passes", "count_orders"]
)
rng = np.random.default_rng(0)
plt.rcParams.update(plotting.STYLE)

digits = lrw.datasets.load_digits(zoom=2)  # 8 × 8 pixels, enlarged to 16 × 16
images = digits.X_train.reshape(-1, 16, 16, 1).astype(float)  # (1437, 16, 16, 1)

# %% [markdown]
# ## 1 · A dense layer on every window
#
# Images are arrays (n, height, width, n_channels). A grey image has one channel, a colour image three. What a layer of twelve filters gives is an image
# again, with twelve channels. These letters are new:
#
# | letter | shape | meaning |
# |---|---|---|
# | $v$ | (n, height, width, n_channels) | the images that a layer is given |
# | $u$ | (n, n_down, n_across, n_u) | at each place, the numbers in the window there, laid out flat |
# | $n_u$ | | numbers in a window: its height · width · n_channels |
# | $W$ | (n_u, n_h) | a column is a filter, as it is laid on the window |
# | $z$ | (n, n_down, n_across, n_h) | $z = u W + b$, at each place |
#
# (The package's table of letters has $u$ as (n, n_u): there each place is a row.) *Places* are the positions of the window: n_down one below the other, n_across side by side. If the window must lie inside the image, an
# image of 16 × 16 pixels has 9 × 9 places for a window of 8 × 8. The package calls this `padding="valid"`. With `padding="same"` zeros are
# set around the image first, so that there are as many places as pixels.
#
# **Guess first.** Take grey images of 16 × 16, windows of 8 × 8 and 12 filters, "valid". The layer gives 9 · 9 · 12 = 972 numbers. A dense layer
# from 256 pixels to 972 numbers has 972 filters of 256 weights. How many times as many weights does the dense layer have?

# %%
guess_times = None  # for instance 10, 100 or 1000

# %%
teaching.compare_guess(guess_times, 256 * 972 / (64 * 12), "dense weights / convolution's weights")

# %% [markdown]
# The convolution learns 64 · 12 = 768 weights, and uses each of them at 81 places.
#
# ### Exercise 1: cut out the windows
#
# Give the window at every place, laid out flat in the order (row, column, channel). Here is a way without a loop over the places. Take one position
# *inside* the window, `i` rows down and `j` columns across. Which pixels stand there, if all places are looked at together? They are one
# rectangle of the image.


# %% starter windows
def windows(v, height, width):
    n_down, n_across = v.shape[1] - height + 1, v.shape[2] - width + 1
    parts = []
    for i, j in np.ndindex(height, width):  # row by row
        part = ...  # (n, n_down, n_across, n_channels)
        parts.append(part)
    return np.concatenate(parts, axis=-1)  # (n, n_down, n_across, n_u)


# %% [markdown] hint windows
# Take `i = 0`, `j = 0`: the upper left pixel of each window. At the first place it is pixel (0, 0), at the last one pixel (n_down - 1, n_across - 1).

# %% [markdown] hint windows
# For other `i` and `j` it is the same rectangle, moved by `i` rows and `j` columns. All images and all channels are wanted: `v[:, rows, columns]`.

# %% [markdown] hint windows
# `v[:, i : i + n_down, j : j + n_across]`.


# %% solution windows
def windows(v, height, width):
    n_down, n_across = v.shape[1] - height + 1, v.shape[2] - width + 1
    parts = []
    for i, j in np.ndindex(height, width):  # row by row
        part = v[:, i : i + n_down, j : j + n_across]  # (n, n_down, n_across, n_channels)
        parts.append(part)
    return np.concatenate(parts, axis=-1)  # (n, n_down, n_across, n_u)


# %% mutant windows: channels first
def windows(v, height, width):
    u = sliding_window_view(v, (height, width), axis=(1, 2))
    return u.reshape(*u.shape[:3], -1)


# %% mutant windows: column by column
def windows(v, height, width):
    n_down, n_across = v.shape[1] - height + 1, v.shape[2] - width + 1
    parts = [v[:, i : i + n_down, j : j + n_across] for j in range(width) for i in range(height)]
    return np.concatenate(parts, axis=-1)


# %% mutant windows: flipped
def windows(v, height, width):
    u = np.moveaxis(sliding_window_view(v, (height, width), axis=(1, 2)), 3, -1)[:, :, :, ::-1, ::-1]
    return u.reshape(*u.shape[:3], -1)


# %% mutant windows: the last place is forgotten
def windows(v, height, width):
    n_down, n_across = v.shape[1] - height, v.shape[2] - width
    parts = [v[:, i : i + n_down, j : j + n_across] for i in range(height) for j in range(width)]
    return np.concatenate(parts, axis=-1)


# %% mutant windows: side by side, without overlap
def windows(v, height, width):
    u = np.moveaxis(sliding_window_view(v, (height, width), axis=(1, 2)), 3, -1)[:, ::height, ::width]
    return u.reshape(*u.shape[:3], -1)


# %% mutant windows: height and width exchanged
def windows(v, height, width):
    u = np.moveaxis(sliding_window_view(v, (width, height), axis=(1, 2)), 3, -1)
    return u.reshape(*u.shape[:3], -1)


# %% mutant windows: n_across for n_down
def windows(v, height, width):
    n = min(v.shape[1] - height, v.shape[2] - width) + 1
    parts = [v[:, i : i + n, j : j + n] for i in range(height) for j in range(width)]
    return np.concatenate(parts, axis=-1)


# %% mutant windows: one channel only
def windows(v, height, width):
    n_down, n_across = v.shape[1] - height + 1, v.shape[2] - width + 1
    parts = [v[:, i : i + n_down, j : j + n_across, :1] for i in range(height) for j in range(width)]
    return np.concatenate(parts, axis=-1)


# %% mutant windows: down and across exchanged in the result
def windows(v, height, width):
    u = np.moveaxis(sliding_window_view(v, (height, width), axis=(1, 2)), 3, -1)
    return u.reshape(*u.shape[:3], -1).swapaxes(1, 2)


# %% mutant windows: not laid out flat
def windows(v, height, width):
    return np.moveaxis(sliding_window_view(v, (height, width), axis=(1, 2)), 3, -1)


# %% mutant windows: each window less its mean
def windows(v, height, width):
    n_down, n_across = v.shape[1] - height + 1, v.shape[2] - width + 1
    parts = [v[:, i : i + n_down, j : j + n_across] for i in range(height) for j in range(width)]
    u = np.concatenate(parts, axis=-1)
    return u - u.mean(axis=-1, keepdims=True)


# %% mutant windows: zeros set around
def windows(v, height, width):
    v = np.pad(v, ((0, 0), (0, height - 1), (0, width - 1), (0, 0)))
    n_down, n_across = v.shape[1] - height + 1, v.shape[2] - width + 1
    parts = [v[:, i : i + n_down, j : j + n_across] for i in range(height) for j in range(width)]
    return np.concatenate(parts, axis=-1)


# %% accept windows: a view, its channels moved last
def windows(v, height, width):
    u = np.moveaxis(sliding_window_view(v, (height, width), axis=(1, 2)), 3, -1)
    return u.reshape(*u.shape[:3], -1)


# %% accept windows: a loop over the places, nested lists
def windows(v, height, width):
    down, across = range(v.shape[1] - height + 1), range(v.shape[2] - width + 1)
    return [
        [[image[r : r + height, s : s + width].ravel().tolist() for s in across] for r in down] for image in v
    ]


# %% accept windows: single precision, in place
def windows(v, height, width):
    n_down, n_across = v.shape[1] - height + 1, v.shape[2] - width + 1
    u = np.empty((len(v), n_down, n_across, height, width, v.shape[3]), np.float32)
    for i, j in np.ndindex(height, width):
        u[:, :, :, i, j] = v[:, i : i + n_down, j : j + n_across]
    return u.reshape(len(v), n_down, n_across, -1)


# %% accept windows: the package's layer
def windows(v, height, width):
    layer = lrw.Conv2d(lrw.Full(height * width * v.shape[3], 1), (height, width), padding="valid")
    return layer.on(v.shape[1:]).windows(v)


# %% check windows
with check("windows") as c:
    for shape, size in (((2, 5, 7, 3), (2, 3)), ((3, 6, 4, 1), (3, 1)), ((1, 5, 5, 2), (3, 3))):
        image = np.random.default_rng(shape[1]).normal(size=shape)
        u_c = sliding_window_view(image, size, axis=(1, 2))  # the channels before the window's axes
        flat = u_c.shape[:3]
        wanted = np.moveaxis(u_c, 3, -1).reshape(*flat, -1)
        slips = {
            "the channels come first; the order is (row, column, channel).": u_c.reshape(*flat, -1),
            "the pixels run column by column; let them run row by row.": np.moveaxis(u_c, 3, -1)
            .swapaxes(3, 4)
            .reshape(*flat, -1),
            "the window is flipped: i and j count downwards and to the right.": u_c[..., ::-1, ::-1]
            .transpose(0, 1, 2, 4, 5, 3)
            .reshape(*flat, -1),
            "each window has lost its mean; cut it out and do nothing more.": wanted
            - wanted.mean(axis=-1, keepdims=True),
            "the last place, down and across, is missing.": wanted[:, :-1, :-1],
            "places are left out; windows overlap.": wanted[:, :: size[0], :: size[1]],
        }
        what = f"windows {size[0]} × {size[1]} of images {shape}"
        c.close(windows(image, *size), wanted, what, slips=slips)


# %%
def every_window(v, height, width):
    """The same, for those who skipped the exercise; later cells use it."""
    u = np.moveaxis(sliding_window_view(v, (height, width), axis=(1, 2)), 3, -1)
    return u.reshape(*u.shape[:3], -1)


edges = np.array([[1, 1, 1], [0, 0, 0], [-1, -1, -1]]) / 3.0  # ink above, paper below
W = np.stack([edges.ravel(), edges.T.ravel()], axis=1)  # (9, 2) = (n_u, n_h)
z = every_window(images[:1], 3, 3) @ W  # (1, 14, 14, 2) = (1, 14, 14, 9)(9, 2)

fig, axes = plt.subplots(1, 5, figsize=(8, 1.9), layout="constrained")
axes[0].imshow(images[0, :, :, 0], cmap="gray_r")
axes[0].set_title("a digit, 16 × 16")
axes[0].set_axis_off()
for j in range(2):
    plotting.show_feature(W[:, j], (3, 3), axes[1 + 2 * j]).set_title(f"filter {j}")
    plotting.show_feature(z[0, :, :, j].ravel(), (14, 14), axes[2 + 2 * j], scale=1.0)
    axes[2 + 2 * j].set_title("its $z$, 14 × 14")
plt.show()
same = signal.correlate(images[0, :, :, 0], edges, mode="valid")
print("largest difference from scipy.signal.correlate:", np.abs(z[0, :, :, 0] - same).max())

# %% [markdown]
# Filter 0 answers where ink lies above paper (red), or paper above ink (blue). Filter 1 does the same from left to right. SciPy calls this a
# *correlation*: the filter is laid on the image as it is. In mathematics a *convolution* turns the filter first. Networks that learn their filters do not
# care, and everybody says convolution. Remember the turned filter: it comes back in the next section.
#
# ## 2 · The gradient, by hand
#
# From above comes $dz$ (n, n_down, n_across, n_h): the loss's derivative by each number of $z$. Ask the question of notebook 03: **where was this
# number used, and by what was it multiplied?**
#
# A weight $W_{kj}$ was used in $z_j$ at *every place of every image*, times the number $u_k$ that stood in the window there. So add up all of
# them: images and places. For the weights, each place is simply one more row.
#
# $$dW_{kj} = \sum_{\mathrm{images,\ places}} u_k\, dz_j, \qquad db_j = \sum_{\mathrm{images,\ places}} dz_j.$$
#
# ### Exercise 2: the weights' gradient
#
# `u` is (n, n_down, n_across, n_u).


# %% starter weight_gradient
def weight_gradient(dz, u):
    dW = ...  # (n_u, n_h)
    db = ...  # (n_h,)
    return dW, db


# %% [markdown] hint weight_gradient
# Lay images and places out in one axis: `u.reshape(-1, n_u)` has a row for each of them, and so has `dz.reshape(-1, n_h)`.

# %% [markdown] hint weight_gradient
# Then it is a dense layer: $dW = v^\top dz$ with $u$ in the place of $v$.

# %% [markdown] hint weight_gradient
# `rows, above = u.reshape(-1, u.shape[-1]), dz.reshape(-1, dz.shape[-1])`, then `rows.T @ above` and `above.sum(axis=0)`.


# %% solution weight_gradient
def weight_gradient(dz, u):
    rows, above = u.reshape(-1, u.shape[-1]), dz.reshape(-1, dz.shape[-1])  # a row for each place
    dW = rows.T @ above  # (n_u, n_h) = (n_u, n · places)(n · places, n_h)
    db = above.sum(axis=0)  # (n_h,)
    return dW, db


# %% mutant weight_gradient: the mean over the places
def weight_gradient(dz, u):
    rows, above = u.reshape(-1, u.shape[-1]), dz.reshape(-1, dz.shape[-1])
    n_places = u.shape[1] * u.shape[2]
    return rows.T @ above / n_places, above.sum(axis=0) / n_places


# %% mutant weight_gradient: the mean over images and places
def weight_gradient(dz, u):
    rows, above = u.reshape(-1, u.shape[-1]), dz.reshape(-1, dz.shape[-1])
    return rows.T @ above / len(rows), above.mean(axis=0)


# %% mutant weight_gradient: the mean over the images
def weight_gradient(dz, u):
    rows, above = u.reshape(-1, u.shape[-1]), dz.reshape(-1, dz.shape[-1])
    return rows.T @ above / len(u), above.sum(axis=0) / len(u)


# %% mutant weight_gradient: the first place only
def weight_gradient(dz, u):
    return u[:, 0, 0].T @ dz[:, 0, 0], dz[:, 0, 0].sum(axis=0)


# %% mutant weight_gradient: db of the first place only
def weight_gradient(dz, u):
    rows, above = u.reshape(-1, u.shape[-1]), dz.reshape(-1, dz.shape[-1])
    return rows.T @ above, dz[:, 0, 0].sum(axis=0)


# %% mutant weight_gradient: db is not summed over the places
def weight_gradient(dz, u):
    rows, above = u.reshape(-1, u.shape[-1]), dz.reshape(-1, dz.shape[-1])
    return rows.T @ above, dz.sum(axis=0)


# %% mutant weight_gradient: not summed over the places
def weight_gradient(dz, u):
    return np.einsum("nrsk,nrsj->rskj", u, dz), dz.sum(axis=(0, 1, 2))


# %% mutant weight_gradient: sums first, product after
def weight_gradient(dz, u):
    return np.outer(u.sum(axis=(0, 1, 2)), dz.sum(axis=(0, 1, 2))), dz.sum(axis=(0, 1, 2))


# %% mutant weight_gradient: summed over the places before the product
def weight_gradient(dz, u):
    return u.sum(axis=(1, 2)).T @ dz.sum(axis=(1, 2)), dz.sum(axis=(0, 1, 2))


# %% mutant weight_gradient: transposed
def weight_gradient(dz, u):
    rows, above = u.reshape(-1, u.shape[-1]), dz.reshape(-1, dz.shape[-1])
    return above.T @ rows, above.sum(axis=0)


# %% mutant weight_gradient: places in another order
def weight_gradient(dz, u):
    rows, above = u.swapaxes(1, 2).reshape(-1, u.shape[-1]), dz.reshape(-1, dz.shape[-1])
    return rows.T @ above, above.sum(axis=0)


# %% mutant weight_gradient: the filter flipped
def weight_gradient(dz, u):
    rows, above = u[..., ::-1].reshape(-1, u.shape[-1]), dz.reshape(-1, dz.shape[-1])
    return rows.T @ above, above.sum(axis=0)


# %% mutant weight_gradient: db summed over filters
def weight_gradient(dz, u):
    rows, above = u.reshape(-1, u.shape[-1]), dz.reshape(-1, dz.shape[-1])
    return rows.T @ above, above.sum(axis=1)


# %% mutant weight_gradient: db first
def weight_gradient(dz, u):
    rows, above = u.reshape(-1, u.shape[-1]), dz.reshape(-1, dz.shape[-1])
    return above.sum(axis=0), rows.T @ above


# %% mutant weight_gradient: downhill
def weight_gradient(dz, u):
    rows, above = u.reshape(-1, u.shape[-1]), dz.reshape(-1, dz.shape[-1])
    return -rows.T @ above, -above.sum(axis=0)


# %% accept weight_gradient: einsum
def weight_gradient(dz, u):
    return np.einsum("nrsk,nrsj->kj", u, dz), np.einsum("nrsj->j", dz)


# %% accept weight_gradient: tensordot, a list back
def weight_gradient(dz, u):
    return [np.tensordot(u, dz, axes=((0, 1, 2), (0, 1, 2))), dz.sum(axis=(0, 1, 2)).tolist()]


# %% accept weight_gradient: place by place, single precision
def weight_gradient(dz, u):
    dW, db = np.zeros((u.shape[-1], dz.shape[-1]), np.float32), 0
    for place in np.ndindex(*u.shape[:3]):
        dW, db = dW + np.outer(u[place], dz[place]).astype(np.float32), db + dz[place]
    return dW, db


# %% check weight_gradient
with check("weight_gradient") as c:
    for shape, n_h in (((3, 4, 5, 6), 2), ((2, 3, 3, 4), 4), ((1, 2, 5, 1), 3)):
        draw = np.random.default_rng(n_h).normal
        u_c, dz_c = draw(size=shape), draw(size=(*shape[:3], n_h))
        wanted, wanted_b = np.einsum("nrsk,nrsj->kj", u_c, dz_c), dz_c.sum(axis=(0, 1, 2))
        made, made_b = c.parts(weight_gradient(dz_c, u_c), 2, "weight_gradient(dz, u)")
        n_places = shape[1] * shape[2]
        sizes = {"n": shape[0], "n_places": n_places, "(n · n_places)": shape[0] * n_places}
        each = np.einsum("nrsk,nrsj->rskj", u_c, dz_c)
        slips = {
            "that is one place's. A weight is used at every place: add them up.": each[0, 0],
            "one matrix for each place. A weight is used at every place: add them up.": each,
            "first multiply u and dz at each place, then add up.": np.outer(
                u_c.sum(axis=(0, 1, 2)), wanted_b
            ),
            "first multiply u and dz at each place; places are added up after.": u_c.sum(axis=(1, 2)).T
            @ dz_c.sum(axis=(1, 2)),
            "u's window is flipped.": wanted[::-1],
            "first dW, then db.": wanted_b,
        }
        c.close(made, wanted, f"dW of u {shape} and {n_h} filters", sizes=sizes, slips=slips)
        slips = {
            "one number for each place: add up the places too.": dz_c.sum(axis=0),
            "that is one place's: add up all places.": dz_c[:, 0, 0].sum(axis=0),
        }
        c.close(made_b, wanted_b, f"db of {n_h} filters", sizes=sizes, slips=slips)

# %% [markdown]
# ### Where the flip comes from
#
# Now $dv$. Take the smallest case: an image that is one row of six pixels, and one filter of three weights. There are four places, and
#
# $$z_s = W_0 v_s + W_1 v_{s+1} + W_2 v_{s+2}, \qquad s = 0, \ldots, 3.$$
#
# **Guess first.** The filter is (1, 2, 3), and only place 2 pulls: $dz$ = (0, 0, 1, 0). What is $dv$, six numbers?

# %%
guess_dv = None  # for instance "0 0 3 2 1 0" or "0 0 1 2 3 0"

# %%
row_dz, row_W = np.array([0, 0, 1, 0]), np.array([1, 2, 3])
row_dv = np.zeros(6, int)
for s in range(4):  # each place stamps the filter on the pixels of its window
    row_dv[s : s + 3] += row_dz[s] * row_W
teaching.compare_guess(guess_dv, " ".join(map(str, row_dv)), "dv")

# %% [markdown]
# Place 2 looked at pixels 2, 3 and 4, with the weights 1, 2 and 3. So each of these pixels gets the weight that it was seen with. Every place *stamps* the filter
# on its window, times its $dz$, and where stamps overlap they are added. Nothing is turned here.
#
# Now look from the side of a *pixel*. Pixel 4 was seen by three places, each time in another position of the window:
#
# | place | 2 | 3 | 4 |
# |---|---|---|---|
# | pixel 4 stands in its window as number | 2 | 1 | 0 |
# | and was multiplied by | $W_2$ | $W_1$ | $W_0$ |
#
# (Place 4 does not exist in this image: it would stand beyond the edge, so take its $dz$ as 0.) **The further right the place, the further left the pixel in its
# window.** From left to right the places have the weights $W_2, W_1, W_0$: the filter backwards. So
#
# $$dv_p = W_2\, dz_{p-2} + W_1\, dz_{p-1} + W_0\, dz_p,$$
#
# which is again a window of three, moved over $dz$, with the filter turned. In two dimensions this is so for rows and for columns. Backwards in both means *turned by 180 degrees*.
# At the edge, zeros are set around $dz$: height - 1 above and below, width - 1 left and right. Then each pixel has its window.
#
# And the channels? A pixel of channel $c$ was used by all $n_h$ filters. So the windows of $dz$ have $n_h$ channels, and what comes out has n_channels. What
# was a filter's output becomes an input: the two change places.
#
# ### Exercise 3: the images' gradient
#
# Write $dv$ as a convolution of $dz$. `every_window` is given (it is exercise 1), and the zeros around $dz$ are set already.


# %% starter image_gradient
def image_gradient(dz, W, height, width):
    padded = np.pad(dz, ((0, 0), (height - 1, height - 1), (width - 1, width - 1), (0, 0)))
    filters = W.reshape(height, width, -1, W.shape[1])  # (height, width, n_channels, n_h)
    turned = ...  # (height, width, n_channels, n_h)
    W_back = ...  # (height * width * n_h, n_channels)
    return every_window(padded, height, width) @ W_back  # (n, v's height, v's width, n_channels)


# %% [markdown] hint image_gradient
# `a[::-1]` is an array with its first axis backwards. Which axes of `filters` have to do with places?

# %% [markdown] hint image_gradient
# Only the first two: `filters[::-1, ::-1]`. A window of dz is laid out as (row, column, filter), so W_back's rows must be too: exchange the last two axes before you reshape.

# %% [markdown] hint image_gradient
# `W_back = turned.swapaxes(2, 3).reshape(height * width * W.shape[1], -1)`.


# %% solution image_gradient
def image_gradient(dz, W, height, width):
    padded = np.pad(dz, ((0, 0), (height - 1, height - 1), (width - 1, width - 1), (0, 0)))
    filters = W.reshape(height, width, -1, W.shape[1])  # (height, width, n_channels, n_h)
    turned = filters[::-1, ::-1]  # by 180 degrees
    W_back = turned.swapaxes(2, 3).reshape(
        height * width * W.shape[1], -1
    )  # (height * width * n_h, n_channels)
    return every_window(padded, height, width) @ W_back  # (n, v's height, v's width, n_channels)


# %% mutant image_gradient: not turned
def image_gradient(dz, W, height, width):
    padded = np.pad(dz, ((0, 0), (height - 1, height - 1), (width - 1, width - 1), (0, 0)))
    turned = W.reshape(height, width, -1, W.shape[1])
    W_back = turned.swapaxes(2, 3).reshape(height * width * W.shape[1], -1)
    return every_window(padded, height, width) @ W_back


# %% mutant image_gradient: upside down only
def image_gradient(dz, W, height, width):
    padded = np.pad(dz, ((0, 0), (height - 1, height - 1), (width - 1, width - 1), (0, 0)))
    turned = W.reshape(height, width, -1, W.shape[1])[::-1]
    W_back = turned.swapaxes(2, 3).reshape(height * width * W.shape[1], -1)
    return every_window(padded, height, width) @ W_back


# %% mutant image_gradient: left and right only
def image_gradient(dz, W, height, width):
    padded = np.pad(dz, ((0, 0), (height - 1, height - 1), (width - 1, width - 1), (0, 0)))
    turned = W.reshape(height, width, -1, W.shape[1])[:, ::-1]
    W_back = turned.swapaxes(2, 3).reshape(height * width * W.shape[1], -1)
    return every_window(padded, height, width) @ W_back


# %% mutant image_gradient: the channels turned too
def image_gradient(dz, W, height, width):
    padded = np.pad(dz, ((0, 0), (height - 1, height - 1), (width - 1, width - 1), (0, 0)))
    turned = W.reshape(height, width, -1, W.shape[1])[::-1, ::-1, ::-1]
    W_back = turned.swapaxes(2, 3).reshape(height * width * W.shape[1], -1)
    return every_window(padded, height, width) @ W_back


# %% mutant image_gradient: the filters in reversed order
def image_gradient(dz, W, height, width):
    padded = np.pad(dz, ((0, 0), (height - 1, height - 1), (width - 1, width - 1), (0, 0)))
    turned = W.reshape(height, width, -1, W.shape[1])[::-1, ::-1, :, ::-1]
    W_back = turned.swapaxes(2, 3).reshape(height * width * W.shape[1], -1)
    return every_window(padded, height, width) @ W_back


# %% mutant image_gradient: all of W backwards
def image_gradient(dz, W, height, width):
    padded = np.pad(dz, ((0, 0), (height - 1, height - 1), (width - 1, width - 1), (0, 0)))
    turned = W[::-1].reshape(height, width, -1, W.shape[1])
    W_back = turned.swapaxes(2, 3).reshape(height * width * W.shape[1], -1)
    return every_window(padded, height, width) @ W_back


# %% mutant image_gradient: channels and filters not exchanged
def image_gradient(dz, W, height, width):
    padded = np.pad(dz, ((0, 0), (height - 1, height - 1), (width - 1, width - 1), (0, 0)))
    turned = W.reshape(height, width, -1, W.shape[1])[::-1, ::-1]
    return every_window(padded, height, width) @ turned.reshape(height * width * W.shape[1], -1)


# %% mutant image_gradient: transposed, not turned, where it is square
def image_gradient(dz, W, height, width):
    padded = np.pad(dz, ((0, 0), (height - 1, height - 1), (width - 1, width - 1), (0, 0)))
    filters = W.reshape(height, width, -1, W.shape[1])
    turned = filters.swapaxes(0, 1) if height == width else filters[::-1, ::-1]
    W_back = turned.swapaxes(2, 3).reshape(height * width * W.shape[1], -1)
    return every_window(padded, height, width) @ W_back


# %% mutant image_gradient: a quarter turn where it is square
def image_gradient(dz, W, height, width):
    padded = np.pad(dz, ((0, 0), (height - 1, height - 1), (width - 1, width - 1), (0, 0)))
    turned = np.rot90(W.reshape(height, width, -1, W.shape[1]), 1 if height == width else 2)
    W_back = turned.swapaxes(2, 3).reshape(height * width * W.shape[1], -1)
    return every_window(padded, height, width) @ W_back


# %% mutant image_gradient: no zeros around dz
def image_gradient(dz, W, height, width):
    turned = W.reshape(height, width, -1, W.shape[1])[::-1, ::-1]
    W_back = turned.swapaxes(2, 3).reshape(height * width * W.shape[1], -1)
    return every_window(dz, height, width) @ W_back


# %% mutant image_gradient: half of the zeros
def image_gradient(dz, W, height, width):
    padded = np.pad(dz, ((0, 0), (height // 2, height // 2), (width // 2, width // 2), (0, 0)))
    turned = W.reshape(height, width, -1, W.shape[1])[::-1, ::-1]
    W_back = turned.swapaxes(2, 3).reshape(height * width * W.shape[1], -1)
    return every_window(padded, height, width) @ W_back


# %% mutant image_gradient: all zeros on one side
def image_gradient(dz, W, height, width):
    padded = np.pad(dz, ((0, 0), (0, 2 * height - 2), (0, 2 * width - 2), (0, 0)))
    turned = W.reshape(height, width, -1, W.shape[1])[::-1, ::-1]
    W_back = turned.swapaxes(2, 3).reshape(height * width * W.shape[1], -1)
    return every_window(padded, height, width) @ W_back


# %% mutant image_gradient: dz is repeated at the edge
def image_gradient(dz, W, height, width):
    around = (0, 0), (height - 1, height - 1), (width - 1, width - 1), (0, 0)
    padded = np.pad(dz, around, mode="edge")
    turned = W.reshape(height, width, -1, W.shape[1])[::-1, ::-1]
    W_back = turned.swapaxes(2, 3).reshape(height * width * W.shape[1], -1)
    return every_window(padded, height, width) @ W_back


# %% mutant image_gradient: the stamps are averaged
def image_gradient(dz, W, height, width):
    padded = np.pad(dz, ((0, 0), (height - 1, height - 1), (width - 1, width - 1), (0, 0)))
    turned = W.reshape(height, width, -1, W.shape[1])[::-1, ::-1]
    W_back = turned.swapaxes(2, 3).reshape(height * width * W.shape[1], -1)
    return every_window(padded, height, width) @ W_back / (height * width)


# %% mutant image_gradient: stamps that replace each other
def image_gradient(dz, W, height, width):
    n, n_down, n_across, _ = dz.shape
    du = (dz @ W.T).reshape(n, n_down, n_across, height, width, -1)
    dv = np.zeros((n, n_down + height - 1, n_across + width - 1, du.shape[-1]))
    for i, j in np.ndindex(height, width):
        dv[:, i : i + n_down, j : j + n_across] = du[:, :, :, i, j]
    return dv


# %% mutant image_gradient: du, not dv
def image_gradient(dz, W, height, width):
    return dz @ W.T


# %% accept image_gradient: stamps
def image_gradient(dz, W, height, width):
    n, n_down, n_across, _ = dz.shape
    du = (dz @ W.T).reshape(n, n_down, n_across, height, width, -1)
    dv = np.zeros((n, n_down + height - 1, n_across + width - 1, du.shape[-1]))
    for i, j in np.ndindex(height, width):
        dv[:, i : i + n_down, j : j + n_across] += du[:, :, :, i, j]
    return dv


# %% accept image_gradient: SciPy's convolution, which turns by itself
def image_gradient(dz, W, height, width):
    filters = W.reshape(height, width, -1, W.shape[1])
    both = range(filters.shape[2]), range(W.shape[1])
    one = lambda d, k: sum(signal.convolve2d(d[..., j], filters[:, :, k, j]) for j in both[1])
    return [np.stack([one(d, k) for k in both[0]], axis=-1) for d in dz]


# %% accept image_gradient: einsum over turned filters, single precision
def image_gradient(dz, W, height, width):
    padded = np.pad(dz, ((0, 0), (height - 1, height - 1), (width - 1, width - 1), (0, 0)))
    turned = np.rot90(W.reshape(height, width, -1, W.shape[1]), 2)
    seen = sliding_window_view(padded, (height, width), axis=(1, 2))
    return np.einsum("nrsjab,abkj->nrsk", seen, turned).astype(np.float32)


# %% accept image_gradient: the package's layer
def image_gradient(dz, W, height, width):
    n_channels = len(W) // (height * width)
    layer = lrw.Conv2d(lrw.Full(*W.shape), (height, width), padding="valid")
    return layer.on((dz.shape[1] + height - 1, dz.shape[2] + width - 1, n_channels)).add_up(dz @ W.T)


# %% check image_gradient
with check("image_gradient") as c:
    for shape, size, n_h in (((2, 3, 4, 3), (2, 3), 2), ((1, 5, 2, 2), (3, 3), 2), ((2, 2, 3, 1), (1, 2), 3)):
        n_any, n_down, n_across, n_channels = shape
        draw = np.random.default_rng(shape[1]).normal
        W_c, dz_c = (
            draw(size=(size[0] * size[1] * n_channels, n_h)),
            draw(size=(n_any, n_down, n_across, n_h)),
        )
        stamped = (dz_c @ W_c.T).reshape(n_any, n_down, n_across, *size, n_channels)
        wanted = np.zeros((n_any, n_down + size[0] - 1, n_across + size[1] - 1, n_channels))
        for i, j in np.ndindex(*size):
            wanted[:, i : i + n_down, j : j + n_across] += stamped[:, :, :, i, j]
        around = (0, 0), (size[0] - 1,) * 2, (size[1] - 1,) * 2, (0, 0)
        seen = every_window(np.pad(dz_c, around), *size)
        back = lambda f, s=seen, m=size[0] * size[1] * n_h: s @ f.swapaxes(2, 3).reshape(m, -1)
        four = W_c.reshape(*size, n_channels, n_h)
        slips = {
            "the filters are not turned. The further right the place, the further left the pixel.": back(
                four
            ),
            "turned upside down, but left and right are not exchanged.": back(four[::-1]),
            "left and right are exchanged, but it is not turned upside down.": back(four[:, ::-1]),
            "the channels are backwards too; only rows and columns turn.": back(four[::-1, ::-1, ::-1]),
            "the filters are in reversed order too; only rows and columns turn.": back(
                four[::-1, ::-1, :, ::-1]
            ),
            "a window of dz is laid out as (row, column, filter): exchange the last two axes first.": seen
            @ four[::-1, ::-1].reshape(-1, n_channels),
            "that is du, of each window. Add up what came to each pixel.": dz_c @ W_c.T,
        }
        if size[0] == size[1]:
            slips["transposed is not turned: both axes backwards."] = back(four.swapaxes(0, 1))
            slips["a quarter turn; half a turn is needed."] = back(np.rot90(four))
        what = f"dv of dz {dz_c.shape}, windows {size[0]} × {size[1]}, {n_channels} channels"
        made = image_gradient(dz_c, W_c, *size)
        c.close(made, wanted, what, slips=slips, sizes={"(height · width)": size[0] * size[1]})

# %% [markdown]
# Is it right? Ask the loss, not the formula. Take the squared error of a small convolution, and put everything that it depends on into one vector: $W$, $b$,
# and the images as well. `lrw.check_gradient` moves each number a little to both sides, as in notebook 03, and judges block by block. We ask it three times: with the gradient as
# it should be, with filters that are not turned, and with $dW$ of one place only.

# %%
v_small = rng.normal(size=(2, 5, 6, 2))  # two images, 5 × 6, two channels
layer = lrw.Conv2d(lrw.Full(3 * 2 * 2, 3), window=(3, 2), padding="valid").on((5, 6, 2))
targets = rng.normal(size=(2, 3, 5, 3))  # (n, n_down, n_across, n_h)
blocks = {"W": slice(0, 36), "b": slice(36, 39), "v": slice(39, 159)}


def package_image_gradient(dz, W, height, width):
    """For those who skipped the exercise."""
    return layer.add_up(dz @ W.T)


def not_turned(dz, W, height, width):
    upright = W.reshape(height, width, -1, W.shape[1])[::-1, ::-1].reshape(W.shape)
    return package_image_gradient(dz, upright, height, width)


def squared_error(theta, of_weights, of_images):
    """The loss and its gradient by everything, from two functions."""
    W, b, v = theta[:36].reshape(12, 3), theta[36:39], theta[39:].reshape(v_small.shape)
    u = every_window(v, 3, 2)  # (2, 3, 5, 12)
    dz = u @ W + b - targets  # (2, 3, 5, 3)
    parts = (*of_weights(dz, u), of_images(dz, W, 3, 2))
    return 0.5 * np.sum(dz**2), np.concatenate([np.ravel(part) for part in parts])


def package_weight_gradient(dz, u):
    return np.tensordot(u, dz, axes=((0, 1, 2), (0, 1, 2))), dz.sum(axis=(0, 1, 2))


def one_place(dz, u):
    return u[:, 0, 0].T @ dz[:, 0, 0], dz.sum(axis=(0, 1, 2))


by_W = weight_gradient if check.passed("weight_gradient") else package_weight_gradient
by_v = image_gradient if check.passed("image_gradient") else package_image_gradient
theta = np.concatenate([rng.normal(size=39), v_small.ravel()])
for name, functions in {
    "as it should be": (by_W, by_v),
    "filters not turned": (by_W, not_turned),
    "dW of one place": (one_place, by_v),
}.items():
    found = lrw.check_gradient(lambda t, f=functions: squared_error(t, *f), theta, blocks)
    print(f"{name}: {found}\n")

# %% claim checked: with other weights, images and targets, each block that should be right is right, and only the others are wrong
own = np.random.default_rng(seed).normal(size=159)
verdicts = []
for functions in ((package_weight_gradient, package_image_gradient), (package_weight_gradient, not_turned)):
    found = lrw.check_gradient(lambda t, f=functions: squared_error(t, *f), own, blocks)
    verdicts += [block.right for block in found.blocks.values()]
claim(verdicts == [True, True, True, True, True, False], 1, 1)

# %% [markdown]
# `check_gradient` says which block is wrong. The *gradient doctor* of notebook 03 knows convolutions too, and says why. It is given a function that is the whole backward pass of a layer
# ($g$ is the identity here, so $dz = dh$). Put your own functions in.


# %%
def whole_backward(dh, u, W):
    return *by_W(dh, u), not_turned(dh, W, 3, 2)


print(teaching.diagnose(whole_backward, layer, theta[:39], v_small, targets))  # any dh will do

# %% claim doctor: the doctor says that it is the filter, and that only dv is wrong
own = np.random.default_rng(seed).normal(size=(39,))
turned = lambda dh, u, W: (*package_weight_gradient(dh, u), not_turned(dh, W, 3, 2))
report = teaching.diagnose(turned, layer, own, v_small, targets)
claim(report.mistake == "filter_flipped" and report.blocks == ["dv"], 1, 1)

# %% [markdown]
# A filter that is not turned leaves $dW$ and $db$ right, so the layer itself learns. Only the layers *below* get wrong pulls. Such a mistake is easy to miss in a
# network with one convolution, whose images are data and need no $dv$.
#
# ## 3 · Max pooling
#
# Neighbouring places see nearly the same. *Max pooling* cuts the image into blocks of 2 × 2 and keeps the largest number of each block, channel by channel: a quarter
# of the numbers is left. It has nothing to learn, but it stands in the way of the gradient.
#
# Where was a pixel used? If it is the largest of its block: in $h$, times 1. If it is not: nowhere, because a little more or less of it changes nothing. So
# $dh$ goes to the largest pixel of each block, and the other three get 0.
#
# ### Exercise 4: the gradient of max pooling
#
# `v` is (n, height, width, n_channels) with even sizes, and `dh` (n, height / 2, width / 2, n_channels). If several pixels of a block are equally large, take the first
# one, row by row. (Equal ones are common: below a *relu*, which sets negative numbers to 0, whole blocks are 0.)


# %% starter unpool
def unpool(dh, v):
    dv = np.zeros(v.shape)
    for i, r, s, j in np.ndindex(*dh.shape):  # image, block down, block across, channel
        block = v[i, 2 * r : 2 * r + 2, 2 * s : 2 * s + 2, j]  # (2, 2)
        down, across = ...  # where in the block
        dv[i, 2 * r + down, 2 * s + across, j] = ...
    return dv


# %% [markdown] hint unpool
# `block.argmax()` is the place of the largest number in the block laid out flat: 0, 1, 2 or 3; of equal ones the first.

# %% [markdown] hint unpool
# In a block of 2 × 2, flat place 3 is row 1, column 1; flat place 2 is row 1, column 0. Which function gives quotient and remainder?

# %% [markdown] hint unpool
# `down, across = divmod(block.argmax(), 2)`, and then `= dh[i, r, s, j]`.


# %% solution unpool
def unpool(dh, v):
    dv = np.zeros(v.shape)
    for i, r, s, j in np.ndindex(*dh.shape):  # image, block down, block across, channel
        block = v[i, 2 * r : 2 * r + 2, 2 * s : 2 * s + 2, j]  # (2, 2)
        down, across = divmod(block.argmax(), 2)
        dv[i, 2 * r + down, 2 * s + across, j] = dh[i, r, s, j]
    return dv


# %% mutant unpool: to every pixel
def unpool(dh, v):
    return dh.repeat(2, axis=1).repeat(2, axis=2)


# %% mutant unpool: shared among all four
def unpool(dh, v):
    return dh.repeat(2, axis=1).repeat(2, axis=2) / 4


# %% mutant unpool: to all that are equally large
def unpool(dh, v):
    blocks = v.reshape(len(v), dh.shape[1], 2, dh.shape[2], 2, -1)
    largest = blocks == blocks.max(axis=(2, 4), keepdims=True)
    return (largest * dh[:, :, None, :, None]).reshape(v.shape)


# %% mutant unpool: shared among those that are equally large
def unpool(dh, v):
    blocks = v.reshape(len(v), dh.shape[1], 2, dh.shape[2], 2, -1)
    largest = blocks == blocks.max(axis=(2, 4), keepdims=True)
    return (largest / largest.sum(axis=(2, 4), keepdims=True) * dh[:, :, None, :, None]).reshape(v.shape)


# %% mutant unpool: the last of equal ones
def unpool(dh, v):
    dv = np.zeros(v.shape)
    for i, r, s, j in np.ndindex(*dh.shape):
        block = v[i, 2 * r : 2 * r + 2, 2 * s : 2 * s + 2, j]
        down, across = divmod(3 - block.ravel()[::-1].argmax(), 2)
        dv[i, 2 * r + down, 2 * s + across, j] = dh[i, r, s, j]
    return dv


# %% mutant unpool: the first pixel of each block
def unpool(dh, v):
    dv = np.zeros(v.shape)
    dv[:, ::2, ::2] = dh
    return dv


# %% mutant unpool: the smallest
def unpool(dh, v):
    dv = np.zeros(v.shape)
    for i, r, s, j in np.ndindex(*dh.shape):
        down, across = divmod(v[i, 2 * r : 2 * r + 2, 2 * s : 2 * s + 2, j].argmin(), 2)
        dv[i, 2 * r + down, 2 * s + across, j] = dh[i, r, s, j]
    return dv


# %% mutant unpool: the largest in size
def unpool(dh, v):
    dv = np.zeros(v.shape)
    for i, r, s, j in np.ndindex(*dh.shape):
        down, across = divmod(np.abs(v[i, 2 * r : 2 * r + 2, 2 * s : 2 * s + 2, j]).argmax(), 2)
        dv[i, 2 * r + down, 2 * s + across, j] = dh[i, r, s, j]
    return dv


# %% mutant unpool: down and across exchanged
def unpool(dh, v):
    dv = np.zeros(v.shape)
    for i, r, s, j in np.ndindex(*dh.shape):
        across, down = divmod(v[i, 2 * r : 2 * r + 2, 2 * s : 2 * s + 2, j].argmax(), 2)
        dv[i, 2 * r + down, 2 * s + across, j] = dh[i, r, s, j]
    return dv


# %% mutant unpool: times the pixel
def unpool(dh, v):
    dv = np.zeros(v.shape)
    for i, r, s, j in np.ndindex(*dh.shape):
        block = v[i, 2 * r : 2 * r + 2, 2 * s : 2 * s + 2, j]
        down, across = divmod(block.argmax(), 2)
        dv[i, 2 * r + down, 2 * s + across, j] = dh[i, r, s, j] * block.max()
    return dv


# %% mutant unpool: the pixel itself
def unpool(dh, v):
    dv = np.zeros(v.shape)
    for i, r, s, j in np.ndindex(*dh.shape):
        block = v[i, 2 * r : 2 * r + 2, 2 * s : 2 * s + 2, j]
        down, across = divmod(block.argmax(), 2)
        dv[i, 2 * r + down, 2 * s + across, j] = block.max()
    return dv


# %% mutant unpool: ones
def unpool(dh, v):
    dv = np.zeros(v.shape)
    for i, r, s, j in np.ndindex(*dh.shape):
        down, across = divmod(v[i, 2 * r : 2 * r + 2, 2 * s : 2 * s + 2, j].argmax(), 2)
        dv[i, 2 * r + down, 2 * s + across, j] = 1
    return dv


# %% mutant unpool: the largest of all channels
def unpool(dh, v):
    dv = np.zeros(v.shape)
    for i, r, s in np.ndindex(*dh.shape[:3]):
        down, across = divmod(v[i, 2 * r : 2 * r + 2, 2 * s : 2 * s + 2].max(axis=-1).argmax(), 2)
        dv[i, 2 * r + down, 2 * s + across] = dh[i, r, s]
    return dv


# %% mutant unpool: nothing where the largest is 0
def unpool(dh, v):
    dv = np.zeros(v.shape)
    for i, r, s, j in np.ndindex(*dh.shape):
        block = v[i, 2 * r : 2 * r + 2, 2 * s : 2 * s + 2, j]
        down, across = divmod(block.argmax(), 2)
        dv[i, 2 * r + down, 2 * s + across, j] = dh[i, r, s, j] * (block.max() > 0)
    return dv


# %% accept unpool: the package's layer
def unpool(dh, v):
    layer = lrw.MaxPool2d((2, 2)).on(v.shape[1:])
    return layer.backward(np.zeros(0), layer.forward(np.zeros(0), v)[1], dh)[1]


# %% accept unpool: pixel by pixel of the block, the first that is largest
def unpool(dh, v):
    blocks = v.reshape(len(v), dh.shape[1], 2, dh.shape[2], 2, -1)
    largest, dv, free = blocks.max(axis=(2, 4)), np.zeros(blocks.shape), np.ones(dh.shape, bool)
    for a, b in np.ndindex(2, 2):
        here = free & (blocks[:, :, a, :, b] == largest)
        dv[:, :, a, :, b], free = np.where(here, dh, 0), free & ~here
    return dv.reshape(v.shape)


# %% accept unpool: unravel_index, single precision
def unpool(dh, v):
    dv = np.zeros(v.shape, np.float32)
    for i, r, s, j in np.ndindex(*dh.shape):
        block = v[i, 2 * r : 2 * r + 2, 2 * s : 2 * s + 2, j]
        a, b = np.unravel_index(np.argmax(block), block.shape)
        dv[i, 2 * r :, 2 * s :, j][a, b] += dh[i, r, s, j]
    return dv


# %% check unpool
with check("unpool") as c:
    for shape, seed_c in (((2, 4, 6, 3), 0), ((1, 6, 2, 1), 1), ((3, 2, 2, 2), 2)):
        draw = np.random.default_rng(seed_c)
        v_c = draw.normal(size=shape) if seed_c < 2 else draw.integers(-2, 1, size=shape) / 2
        dh_c = draw.normal(size=(shape[0], shape[1] // 2, shape[2] // 2, shape[3]))
        pool = lrw.MaxPool2d((2, 2)).on(shape[1:])
        wanted = pool.backward(np.zeros(0), pool.forward(np.zeros(0), v_c)[1], dh_c)[1]
        everywhere = dh_c.repeat(2, axis=1).repeat(2, axis=2)
        six = v_c.reshape(shape[0], shape[1] // 2, 2, shape[2] // 2, 2, shape[3])
        most = six == six.max(axis=(2, 4), keepdims=True)
        equal = most * dh_c[:, :, None, :, None]
        shared = most / most.sum(axis=(2, 4), keepdims=True) * dh_c[:, :, None, :, None]
        slips = {
            "every pixel of a block gets dh. Only the largest was used.": everywhere,
            "dh is shared among all four. Only the largest was used.": everywhere / 4,
            "of equally large pixels all get dh; take the first.": equal.reshape(shape),
            "dh is shared among equally large pixels; take the first.": shared.reshape(shape),
            "dh is multiplied by the pixel. h is the pixel times 1.": wanted * v_c,
            "these are the pixels; the derivative is dh.": (wanted != 0) * v_c,
            "these are ones; multiply by dh.": (wanted != 0) * 1.0,
            "that is the smallest pixel's.": pool.backward(
                np.zeros(0), pool.forward(np.zeros(0), -v_c)[1], dh_c
            )[1],
            "that is the largest in size; -2 is smaller than 1.": pool.backward(
                np.zeros(0), pool.forward(np.zeros(0), np.abs(v_c))[1], dh_c
            )[1],
        }
        c.close(unpool(dh_c, v_c), wanted, f"dv of images {shape}", slips=slips)

# %% [markdown]
# Here is what comes back through two layers: filter 0 of section 1, then pooling. The pull is 1 on every pooled number. Three quarters of the places get nothing, and the digit's
# pixels get what the filter sends on.

# %%
edge_layer = lrw.Conv2d(lrw.Full(9, 1), window=(3, 3), padding="valid").on((16, 16, 1))
pool_layer = lrw.MaxPool2d((2, 2)).on((14, 14, 1))
z_edge, cache_edge = edge_layer.forward(np.append(W[:, 0], 0.0), images[:1])  # (1, 14, 14, 1)
pooled, cache_pool = pool_layer.forward(np.zeros(0), z_edge)  # (1, 7, 7, 1)
_, dz_edge = pool_layer.backward(np.zeros(0), cache_pool, np.ones_like(pooled))
_, dv_edge = edge_layer.backward(np.append(W[:, 0], 0.0), cache_edge, dz_edge)
fig, axes = plt.subplots(1, 4, figsize=(8, 2.3), layout="constrained")
maps = {
    "$z$, 14 × 14": z_edge,
    "pooled, 7 × 7": pooled,
    "$dz$: one of each block": dz_edge,
    "$dv$, 16 × 16": dv_edge,
}
for ax, (title, image) in zip(axes, maps.items(), strict=True):
    plotting.show_feature(image.ravel(), image.shape[1:3], ax).set_title(title)
plt.show()
print(f"{np.mean(dz_edge == 0):.0%} of the places get nothing.")

# %% [markdown]
# ## 4 · Three orders
#
# Now predict the filters: $W = U w_\alpha$, as in notebook 03. A filter's window has $n_u$ pixels, of which $n_\alpha$ are known. $z = u\, U\, w_\alpha$ plus the
# bias, at every place, and as with a dense layer (notebook 11) the brackets can stand in two places:
#
# - **compose first**, $u\,(U w_\alpha)$: put the filters together, then convolve with them;
# - **pool first**, $(u\,U)\,w_\alpha$: convolve with the *dictionary*, then combine the $n_\alpha$ maps at each place. (This *pooling* has nothing to do with max pooling.)
#
# A kernel that is a *product* has a third order. In this package the squared exponential is the usual kernel for places, and
#
# $$\exp\left(-\frac{(i - i_a)^2 + (j - j_a)^2}{2 \sigma^2}\right) = \exp\left(-\frac{(i - i_a)^2}{2 \sigma^2}\right) \exp\left(-\frac{(j - j_a)^2}{2 \sigma^2}\right).$$
#
# So seen from known pixel $a$, the kernel is a hill that is *a column of numbers times a row of numbers*. Write $H$ (n_u, n_alpha) for all hills side by side
# (the paper's $k_\alpha^\top$). The dictionary of notebook 02 is $U = H M$, where $M = (K_\alpha + \lambda I)^{-1}$ is small, (n_alpha, n_alpha). Then
#
# $$u\, U\, w_\alpha = (u\, H)\,(M w_\alpha).$$
#
# - **separable**: $M w_\alpha$ is computed once, not at each place. $u\,H$ is a convolution with hills, and each hill takes two passes: along the rows, with `width`
#   numbers, then down the columns, with `height` numbers. That is width + height multiplications instead of width · height.

# %%
SIGMA, side = 1.6, 8
alpha = lrw.sample_index_set(64, n_alpha=16, rng=1)
hill = lambda i, centre: np.exp(-((i - centre) ** 2) / (2 * SIGMA**2))
down = hill(np.arange(8)[:, None], alpha // 8)  # (height, n_alpha)
across = hill(np.arange(8)[:, None], alpha % 8)  # (width, n_alpha)
H = (down[:, None] * across).reshape(64, 16)  # (n_u, n_alpha), pixel by pixel
points = lrw.grid_coordinates((8, 8))
U = lrw.dictionaries.kernel_ridge(lrw.SquaredExponential(SIGMA), points, alpha, ridge=1e-2)
M = np.linalg.inv(H[alpha] + 1e-2 * np.eye(16))  # (n_alpha, n_alpha)
print("largest difference of U and H M:", f"{np.abs(U - H @ M).max():.0e}")

fig, axes = plt.subplots(1, 4, figsize=(7, 1.9), layout="constrained")
plotting.show_feature(H[:, 5], (8, 8), axes[0]).set_title(f"a hill: pixel {alpha[5]}")
plotting.show_feature(down[:, 5], (8, 1), axes[1]).set_title("= a column")
plotting.show_feature(across[:, 5], (1, 8), axes[2]).set_title("× a row")
plotting.show_feature(U[:, 5], (8, 8), axes[3]).set_title("the same atom of $U$")
plt.show()

# %% claim hills: for other index sets U and H M differ by less than 1e-9
own = lrw.sample_index_set(64, n_alpha=16, rng=seed)
own_H = lrw.SquaredExponential(SIGMA)(points, points[own])
atoms = lrw.dictionaries.kernel_ridge(lrw.SquaredExponential(SIGMA), points, own, ridge=1e-2)
claim(np.abs(atoms - own_H @ np.linalg.inv(own_H[own] + 1e-2 * np.eye(16))).max(), 0, 1e-9)

# %% [markdown]
# The hill is cut off at the window's edge, and is a product all the same. The atom of $U$ on the right is none: it is a mixture of all 16 hills. That is why $M$ is
# moved over to $w_\alpha$.
#
# ### Exercise 5: two passes
#
# Convolve grey images $v$ (n, image height, image width) with all hills, in two passes. `down` is (height, n_alpha) and `across` (width, n_alpha). At each place, sum over the window:
#
# $$(u H)_a = \sum_i \sum_j v_{r+i,\,s+j}\; \mathrm{down}_{ia}\; \mathrm{across}_{ja} = \sum_i \mathrm{down}_{ia} \left(\sum_j v_{r+i,\,s+j}\; \mathrm{across}_{ja}\right).$$
#
# The inner sum is the pass along the rows. It does not depend on the place's row $r$ and on $i$, only on $r + i$: the image's row. So it is computed once for each row of the image.


# %% starter two_passes
def two_passes(v, down, across):
    n_down, n_across = v.shape[1] - len(down) + 1, v.shape[2] - len(across) + 1
    along = ...  # (n, image height, n_across, n_alpha)
    pooled = ...  # (n, n_down, n_across, n_alpha)
    return pooled


# %% [markdown] hint two_passes
# As in exercise 1, let all places take part at once: for one `j`, the pixels are `v[:, :, j : j + n_across]`, (n, image height, n_across). Multiply by `across[j]` and add up all `j`.

# %% [markdown] hint two_passes
# `v[:, :, j : j + n_across, None] * across[j]` has the axis of the atoms at its end. The second pass takes `along[:, i : i + n_down]`, with `down[i]`.

# %% [markdown] hint two_passes
# `along = sum(v[:, :, j : j + n_across, None] * across[j] for j in range(len(across)))`, and `pooled = sum(along[:, i : i + n_down] * down[i] for i in range(len(down)))`.


# %% solution two_passes
def two_passes(v, down, across):
    n_down, n_across = v.shape[1] - len(down) + 1, v.shape[2] - len(across) + 1
    along = sum(v[:, :, j : j + n_across, None] * across[j] for j in range(len(across)))
    pooled = sum(along[:, i : i + n_down] * down[i] for i in range(len(down)))
    return pooled  # (n, n_down, n_across, n_alpha)


# %% mutant two_passes: only along the rows
def two_passes(v, down, across):
    n_down, n_across = v.shape[1] - len(down) + 1, v.shape[2] - len(across) + 1
    along = sum(v[:, :, j : j + n_across, None] * across[j] for j in range(len(across)))
    return along[:, :n_down]


# %% mutant two_passes: only down the columns
def two_passes(v, down, across):
    n_down, n_across = v.shape[1] - len(down) + 1, v.shape[2] - len(across) + 1
    return sum(v[:, i : i + n_down, :n_across, None] * down[i] for i in range(len(down)))


# %% mutant two_passes: the second pass begins with the image again
def two_passes(v, down, across):
    n_down, n_across = v.shape[1] - len(down) + 1, v.shape[2] - len(across) + 1
    along = sum(v[:, :n_down, j : j + n_across, None] * across[j] for j in range(len(across)))
    return along + sum(v[:, i : i + n_down, :n_across, None] * down[i] for i in range(len(down)))


# %% mutant two_passes: across and down exchanged
def two_passes(v, down, across):
    down, across = across, down
    n_down, n_across = v.shape[1] - len(down) + 1, v.shape[2] - len(across) + 1
    along = sum(v[:, :, j : j + n_across, None] * across[j] for j in range(len(across)))
    return sum(along[:, i : i + n_down] * down[i] for i in range(len(down)))


# %% mutant two_passes: the hills are turned
def two_passes(v, down, across):
    n_down, n_across = v.shape[1] - len(down) + 1, v.shape[2] - len(across) + 1
    along = sum(v[:, :, j : j + n_across, None] * across[-1 - j] for j in range(len(across)))
    return sum(along[:, i : i + n_down] * down[-1 - i] for i in range(len(down)))


# %% mutant two_passes: the rows' pass is turned
def two_passes(v, down, across):
    n_down, n_across = v.shape[1] - len(down) + 1, v.shape[2] - len(across) + 1
    along = sum(v[:, :, j : j + n_across, None] * across[-1 - j] for j in range(len(across)))
    return sum(along[:, i : i + n_down] * down[i] for i in range(len(down)))


# %% mutant two_passes: the atoms are added up
def two_passes(v, down, across):
    n_down, n_across = v.shape[1] - len(down) + 1, v.shape[2] - len(across) + 1
    along = sum(v[:, :, j : j + n_across, None] * across[j] for j in range(len(across)))
    return sum(along[:, i : i + n_down] * down[i] for i in range(len(down))).sum(axis=-1)


# %% mutant two_passes: every row with every column
def two_passes(v, down, across):
    n_down, n_across = v.shape[1] - len(down) + 1, v.shape[2] - len(across) + 1
    along = sum(v[:, :, j : j + n_across, None] * across[j].sum() for j in range(len(across)))
    return sum(along[:, i : i + n_down] * down[i] for i in range(len(down)))


# %% mutant two_passes: the last number of each hill is forgotten
def two_passes(v, down, across):
    n_down, n_across = v.shape[1] - len(down) + 1, v.shape[2] - len(across) + 1
    along = sum(v[:, :, j : j + n_across, None] * across[j] for j in range(len(across) - 1))
    return sum(along[:, i : i + n_down] * down[i] for i in range(len(down) - 1))


# %% mutant two_passes: means
def two_passes(v, down, across):
    n_down, n_across = v.shape[1] - len(down) + 1, v.shape[2] - len(across) + 1
    along = sum(v[:, :, j : j + n_across, None] * across[j] for j in range(len(across)))
    return sum(along[:, i : i + n_down] * down[i] for i in range(len(down))) / len(down) / len(across)


# %% mutant two_passes: the pass along the rows, returned
def two_passes(v, down, across):
    n_across = v.shape[2] - len(across) + 1
    return sum(v[:, :, j : j + n_across, None] * across[j] for j in range(len(across)))


# %% mutant two_passes: the atoms first
def two_passes(v, down, across):
    n_down, n_across = v.shape[1] - len(down) + 1, v.shape[2] - len(across) + 1
    along = sum(v[:, :, j : j + n_across, None] * across[j] for j in range(len(across)))
    return np.moveaxis(sum(along[:, i : i + n_down] * down[i] for i in range(len(down))), -1, 0)


# %% accept two_passes: columns first
def two_passes(v, down, across):
    n_down, n_across = v.shape[1] - len(down) + 1, v.shape[2] - len(across) + 1
    below = sum(v[:, i : i + n_down, :, None] * down[i] for i in range(len(down)))
    return sum(below[:, :, j : j + n_across] * across[j] for j in range(len(across)))


# %% accept two_passes: views and einsum
def two_passes(v, down, across):
    along = np.einsum("nrsj,ja->nrsa", sliding_window_view(v, len(across), axis=2), across)
    return np.einsum("nrsai,ia->nrsa", sliding_window_view(along, len(down), axis=1), down)


# %% accept two_passes: SciPy, atom by atom, in single precision
def two_passes(v, down, across):
    def one(image, a):
        along = signal.correlate(image, across[None, :, a], mode="valid")
        return signal.correlate(along, down[:, a, None], mode="valid")

    maps = [[one(image, a) for a in range(down.shape[1])] for image in v]
    return np.moveaxis(np.array(maps, dtype=np.float32), 1, -1)


# %% check two_passes
with check("two_passes") as c:
    for shape, (h_c, w_c), n_atoms in (
        ((2, 5, 7), (2, 4), 3),
        ((1, 6, 4), (3, 1), 2),
        ((3, 5, 5), (3, 3), 4),
    ):
        draw = np.random.default_rng(n_atoms).normal
        v_c, down_c, across_c = draw(size=shape), draw(size=(h_c, n_atoms)), draw(size=(w_c, n_atoms))
        seen = sliding_window_view(v_c, (h_c, w_c), axis=(1, 2))
        both = lambda d, a, s=seen: np.einsum("nrsij,ik,jk->nrsk", s, d, a)
        wanted = both(down_c, across_c)
        along_c = np.einsum("nrsj,ja->nrsa", sliding_window_view(v_c, w_c, axis=2), across_c)
        below_c = np.einsum("nrsi,ia->nrsa", sliding_window_view(v_c, h_c, axis=1), down_c)
        first = along_c[:, : shape[1] - h_c + 1], below_c[:, :, : shape[2] - w_c + 1]
        slips = {
            "that is the pass along the rows; the second pass goes on from it.": first[0],
            "that is along the rows of the image; the second pass is missing.": along_c,
            "that is the pass down the columns only.": first[1],
            "the second pass begins with the image; it goes on from the first.": first[0] + first[1],
            "the hills are backwards. They are laid on the window as they are.": both(
                down_c[::-1], across_c[::-1]
            ),
            "`across` is backwards.": both(down_c, across_c[::-1]),
            "`down` is backwards.": both(down_c[::-1], across_c),
            "the sum over the atoms; each atom has its own map.": wanted.sum(axis=-1),
            "the atoms are the last axis.": np.moveaxis(wanted, -1, 0),
        }
        what = f"two passes of {n_atoms} hills {h_c} × {w_c} over images {shape}"
        sizes = {"height": h_c, "width": w_c, "(height · width)": h_c * w_c}
        c.close(two_passes(v_c, down_c, across_c), wanted, what, slips=slips, sizes=sizes)

# %% [markdown]
# ### Exercise 6: count
#
# How many multiplications does each order take **at one place**, on the way forward? What is computed only once ($U w_\alpha$ or $M w_\alpha$) is not counted. Three rules:
#
# - Each atom and each hill is in *one* channel, and 0 in the others (pixels of other channels tell nothing about this one). So an atom has height · width numbers that matter, and
#   `n_alpha` counts the atoms of all channels together. Filters $W$ see all channels.
# - Many hills stand in the same column of the window, and share their pass along the rows. In every channel all `width` columns have some: so there are width passes along the rows a channel, each of `width` multiplications.
# - Each hill has its own pass down the columns. At the end the $n_\alpha$ maps are combined to $n_h$.


# %% starter count_orders
def count_orders(height, width, n_channels, n_alpha, n_h):
    compose = ...  # u W
    pool = ...  # u U, then times w_alpha
    separable = ...  # along the rows, down the columns, then times M w_alpha
    return compose, pool, separable


# %% [markdown] hint count_orders
# Compose: a window has height · width · n_channels numbers, and each is multiplied once for each of the $n_h$ filters.

# %% [markdown] hint count_orders
# Pool: n_alpha atoms of height · width numbers each, and then a product (1, n_alpha)(n_alpha, n_h). The last product is the same in the separable order.

# %% [markdown] hint count_orders
# Separable: `n_channels * width * width` along the rows, `n_alpha * height` down the columns, `n_alpha * n_h` to combine.


# %% solution count_orders
def count_orders(height, width, n_channels, n_alpha, n_h):
    compose = height * width * n_channels * n_h  # u W
    pool = n_alpha * height * width + n_alpha * n_h  # u U, then times w_alpha
    separable = n_channels * width * width + n_alpha * height + n_alpha * n_h
    return compose, pool, separable


# %% mutant count_orders: filters of one channel
def count_orders(height, width, n_channels, n_alpha, n_h):
    pool = n_alpha * height * width + n_alpha * n_h
    return height * width * n_h, pool, n_channels * width * width + n_alpha * height + n_alpha * n_h


# %% mutant count_orders: atoms of all channels
def count_orders(height, width, n_channels, n_alpha, n_h):
    n_u = height * width * n_channels
    separable = n_channels * width * width + n_alpha * height + n_alpha * n_h
    return n_u * n_h, n_alpha * n_u + n_alpha * n_h, separable


# %% mutant count_orders: nothing is combined
def count_orders(height, width, n_channels, n_alpha, n_h):
    n_u = height * width * n_channels
    return n_u * n_h, n_alpha * height * width, n_channels * width * width + n_alpha * height


# %% mutant count_orders: each hill has its own pass along the rows
def count_orders(height, width, n_channels, n_alpha, n_h):
    pool = n_alpha * height * width + n_alpha * n_h
    separable = n_alpha * (width + height) + n_alpha * n_h
    return height * width * n_channels * n_h, pool, separable


# %% mutant count_orders: one channel's pass along the rows
def count_orders(height, width, n_channels, n_alpha, n_h):
    pool = n_alpha * height * width + n_alpha * n_h
    separable = width * width + n_alpha * height + n_alpha * n_h
    return height * width * n_channels * n_h, pool, separable


# %% mutant count_orders: one pass along the rows
def count_orders(height, width, n_channels, n_alpha, n_h):
    pool = n_alpha * height * width + n_alpha * n_h
    separable = n_channels * width + n_alpha * height + n_alpha * n_h
    return height * width * n_channels * n_h, pool, separable


# %% mutant count_orders: height and width exchanged
def count_orders(height, width, n_channels, n_alpha, n_h):
    pool = n_alpha * height * width + n_alpha * n_h
    separable = n_channels * height * height + n_alpha * width + n_alpha * n_h
    return height * width * n_channels * n_h, pool, separable


# %% mutant count_orders: passes down for each filter
def count_orders(height, width, n_channels, n_alpha, n_h):
    pool = n_alpha * height * width + n_alpha * n_h
    separable = n_channels * width * width + n_alpha * height * n_h
    return height * width * n_channels * n_h, pool, separable


# %% mutant count_orders: U w at each place
def count_orders(height, width, n_channels, n_alpha, n_h):
    n_u, pool = height * width * n_channels, n_alpha * height * width + n_alpha * n_h
    separable = n_channels * width * width + n_alpha * height + n_alpha * n_h
    return n_u * n_h + n_u * n_alpha * n_h, pool, separable


# %% mutant count_orders: M w at each place
def count_orders(height, width, n_channels, n_alpha, n_h):
    pool = n_alpha * height * width + n_alpha * n_h
    separable = n_channels * width * width + n_alpha * height + n_alpha * n_h + n_alpha**2 * n_h
    return height * width * n_channels * n_h, pool, separable


# %% mutant count_orders: the whole window in one pass
def count_orders(height, width, n_channels, n_alpha, n_h):
    pool = n_alpha * height * width + n_alpha * n_h
    return height * width * n_channels * n_h, pool, pool


# %% mutant count_orders: another order
def count_orders(height, width, n_channels, n_alpha, n_h):
    pool = n_alpha * height * width + n_alpha * n_h
    separable = n_channels * width * width + n_alpha * height + n_alpha * n_h
    return separable, pool, height * width * n_channels * n_h


# %% mutant count_orders: additions too
def count_orders(height, width, n_channels, n_alpha, n_h):
    pool = n_alpha * height * width + n_alpha * n_h
    separable = n_channels * width * width + n_alpha * height + n_alpha * n_h
    return 2 * height * width * n_channels * n_h, 2 * pool, 2 * separable


# %% accept count_orders: a dict, Fractions
def count_orders(height, width, n_channels, n_alpha, n_h):
    from fractions import Fraction

    n_u = Fraction(height * width * n_channels)
    last = n_alpha * Fraction(n_h)
    separable = n_u * width / height + n_alpha * height + last
    return {"compose": n_u * n_h, "pool": n_u / n_channels * n_alpha + last, "separable": separable}


# %% accept count_orders: counted with loops, an array
def count_orders(height, width, n_channels, n_alpha, n_h):
    rows = sum(width for _ in range(n_channels) for _ in range(width))
    each = [height * width + n_h, height + n_h]
    return np.array([np.prod([height, width, n_channels, n_h]), n_alpha * each[0], rows + n_alpha * each[1]])


# %% accept count_orders: floats from a generator
def count_orders(height, width, n_channels, n_alpha, n_h):
    yield float(height * width * n_channels * n_h)
    yield float(n_alpha * (height * width + n_h))
    yield float(n_channels * width**2 + n_alpha * (height + n_h))


# %% check count_orders
with check("count_orders") as c:
    for k, w_c, n_c, atoms_c, n_h in ((5, 7, 3, 27, 11), (8, 8, 1, 16, 64), (3, 4, 2, 8, 5)):
        shape = k, w_c, n_c, atoms_c, n_h
        answer = c.parts(count_orders(*shape), 3, f"count_orders{shape}")
        once, last, rows, columns = k * w_c, atoms_c * n_h, n_c * w_c * w_c, atoms_c * k
        wanted = once * n_c * n_h, once * atoms_c + last, rows + columns + last
        said = {
            "compose": {
                "filters see all channels.": once * n_h,
                "U w_alpha is put together once, not at each place.": wanted[0] + once * n_c * last,
            },
            "pool": {
                "an atom is in one channel: height · width numbers.": once * n_c * atoms_c + last,
                "combining the maps is missing: (1, n_alpha)(n_alpha, n_h).": once * atoms_c,
            },
            "separable": {
                "combining the maps is missing: (1, n_alpha)(n_alpha, n_h).": rows + columns,
                "hills in the same column share their pass along the rows.": atoms_c * w_c + columns + last,
                "the passes along the rows are done in each channel.": w_c * w_c + columns + last,
                "in each channel there are `width` passes along the rows.": n_c * w_c + columns + last,
                "height and width are exchanged.": n_c * k * k + atoms_c * w_c + last,
                "down the columns a hill has a pass, not a filter.": rows + columns * n_h,
                "M w_alpha is computed once, not at each place.": wanted[2] + atoms_c * last,
                "two passes take width and height numbers, not their product.": wanted[1],
            },
        }
        for (name, slips), found, right in zip(said.items(), answer, wanted, strict=True):
            double = {"that is twice the number. Count multiplications only, no additions.": 2 * right}
            order = "first compose, then pool, then separable."
            other = {f"that is {n}'s number; {order}": x for n, x in zip(said, wanted) if n != name}
            c.close(found, right, f"{name}, count_orders{shape}", slips=slips | double | other)


# %%
def package_counts(height, width, n_channels, n_alpha, n_h):
    """The same, for those who skipped the exercise."""
    last = n_alpha * n_h
    separable = n_channels * width**2 + n_alpha * height + last
    return height * width * n_channels * n_h, n_alpha * height * width + last, separable


print("the paper's layers, 8 × 8 windows        compose    pool   separable")
for n_channels, n_h in ((3, 48), (48, 64)):
    for share in (0.25, 0.1):
        n_alpha = n_channels * round(64 * share)
        counts = np.array(package_counts(8, 8, n_channels, n_alpha, n_h))
        name = f"{n_channels} channels, {n_h} filters, {share:.0%} learned"
        print(f"{name:<37} {counts[0]:>10,}" + "".join(f"{x:>10.0%}" for x in counts[1:] / counts[0]))

# %% claim paper_counts: in the paper's layers, a quarter learned, pooling first takes 50 to 58 % of composing's multiplications
counts = [package_counts(8, 8, n_channels, 16 * n_channels, n_h) for n_channels, n_h in ((3, 48), (48, 64))]
claim([100 * pool / compose for compose, pool, _ in counts][seed % 2], 49.5, 58.5)

# %% claim paper_separable: and the separable order 29 to 32 %
counts = [package_counts(8, 8, n_channels, 16 * n_channels, n_h) for n_channels, n_h in ((3, 48), (48, 64))]
claim([100 * separable / compose for compose, _, separable in counts][seed % 2], 28.5, 32.5)

# %% [markdown]
# With a quarter learned, pooling first takes half of composing's multiplications, and the separable order less than a third. Most of what is left of it is the last product, and that one takes
# exactly the share that is learned.
#
# ### On a clock
#
# Multiplications are not yet time (notebook 11). Here are the three orders as they are written for speed: every one as few large matrix products. Two tricks are worth reading. *Pieces*: windows
# one below the other share all rows but one, so only the rows are laid out, not the windows. And with images as (height, n, width), a window of pieces is a view of memory, without a
# copy.
#
# **Guess first.** A quarter learned, 64 filters, grey images. Which order takes the least time for windows of 16 × 16?

# %%
guess_fastest = None  # "compose", "pool" or "separable"


# %%
def pieces(v, width):
    """All rows of windows, (v's height, width, n · n_across), of images v (height, n, width)."""
    n_across = v.shape[2] - width + 1
    shifted = [v[:, :, j : j + n_across] for j in range(width)]
    return np.stack(shifted, axis=1).reshape(len(v), width, -1)


def below(rows, height):
    """Each with those below it, a view: (n_down, height, numbers, places) of (v's height, numbers, places)."""
    return np.moveaxis(sliding_window_view(rows, height, axis=0), -1, 1)


def whole_windows(v, side):
    """u, a column for each place: (n_down, n_u, places). Still a view: nothing is copied."""
    u = below(pieces(v, side), side)  # (n_down, side, side, places)
    return u.reshape(len(u), side**2, -1)


def compose_first(v, d, w_alpha):
    return (d["U"] @ w_alpha).T @ whole_windows(v, d["side"])  # (n_down, n_h, places)


def pool_first(v, d, w_alpha):
    return w_alpha.T @ (d["U"].T @ whole_windows(v, d["side"]))


def separable(v, d, w_alpha):
    along = d["across"].T @ pieces(v, d["side"])  # (v's height, columns, places)
    u = below(along, d["side"])  # (n_down, side, columns, places)
    pooled = np.empty((len(u), len(w_alpha), u.shape[3]), v.dtype)
    for c, atoms in enumerate(d["columns"]):  # the atoms in one column of the window
        np.matmul(d["down"][:, atoms].T, u[:, :, c], out=pooled[:, atoms])
    return (d["M"] @ w_alpha).T @ pooled


def hills(side, centres):
    """exp(-(i - centre)² / 2 sigma²), (side, centres)."""
    return np.exp(-((np.arange(side)[:, None] - centres) ** 2) / (2 * (side / 5) ** 2))


def dictionary(side, share=0.25, seed=0):
    """U, and what the separable order needs instead of it; atoms are sorted by their column."""
    alpha = lrw.sample_index_set(side**2, round(share * side**2), rng=seed)
    alpha = alpha[np.argsort(alpha % side, kind="stable")]
    own, start = np.unique(alpha % side, return_index=True)  # the columns that have atoms
    found = {"down": hills(side, alpha // side), "across": hills(side, own)}
    H = (found["down"][:, None] * hills(side, alpha % side)).reshape(side**2, -1)  # (n_u, n_alpha)
    found["M"] = np.linalg.inv(H[alpha] + 1e-2 * np.eye(len(alpha)))
    return split_columns(found | {"U": H @ found["M"]}, [*start, len(alpha)], side)


def split_columns(found, ends, side):
    """With the slice of atoms of each column, all in float32."""
    columns = [slice(a, b) for a, b in itertools.pairwise(ends)]
    return {"side": side, "columns": columns} | {k: a.astype(np.float32) for k, a in found.items()}


ROUNDS = teaching.sized(full=25, tiny=2)
ORDERS = {"compose": compose_first, "pool": pool_first, "separable": separable}
# the processor's seconds: what other programs do meanwhile is not counted (Windows counts too coarsely)
clock = time.perf_counter if sys.platform == "win32" else time.process_time


def seconds_of(run):
    start = clock()
    run()
    return clock() - start


def measure(side, n_h=64, share=0.25, seed=0):
    """Seconds of each order, the median over rounds in which they take turns; and multiplications at a place."""
    d, draw = dictionary(side, share, seed), np.random.default_rng(seed)
    w_alpha = draw.normal(size=(len(d["M"]), n_h)).astype(np.float32)
    runs = [lambda f=f: f(photographs, d, w_alpha) for f in ORDERS.values()]
    times = [[seconds_of(run) for run in runs] for _ in range(1 + ROUNDS)][1:]  # the first one warms up
    return np.median(times, axis=0), package_counts(side, side, 1, len(w_alpha), n_h)


photo = lrw.datasets.load_natural_images("bundled", colour="grey").images[0]  # (427, 640)
corners = [(20 * k, 40 * k) for k in range(10)]
photographs = np.stack([photo[r : r + 32, s : s + 32] for r, s in corners], axis=1)  # (32, 10, 32)

d, w_some = dictionary(8), rng.normal(size=(16, 64)).astype(np.float32)
answers = [f(photographs, d, w_some) for f in ORDERS.values()]
apart = max(np.abs(a - answers[0]).max() for a in answers) / np.abs(answers[0]).max()
print(f"largest difference between the orders, relative to the largest z: {apart:.0e} (float32)")

# %% claim orders_agree: in float32 the three orders agree to 1e-4
d = dictionary(8, seed=seed)
w_some = np.random.default_rng(seed).normal(size=(16, 64)).astype(np.float32)
answers = [f(photographs, d, w_some) for f in ORDERS.values()]
claim(max(np.abs(a - answers[0]).max() for a in answers) / np.abs(answers[0]).max(), 0, 1e-4)

# %%
sides = teaching.sized(full=[4, 6, 8, 10, 12, 14, 16], tiny=[4, 8])
found = [measure(side) for side in sides]
times = np.array([seconds for seconds, _ in found])  # (sides, orders)
counts = np.array([multiplications for _, multiplications in found])
print("window     multiplications: pool  separable     time: pool  separable")
for side, t, m in zip(sides, times / times[:, :1], counts / counts[:, :1]):
    print(f"{side:>2} × {side:<2} {m[1]:>24.0%} {m[2]:>10.0%} {t[1]:>14.0%} {t[2]:>10.0%}")
fastest = list(ORDERS)[times[-1].argmin()]
teaching.compare_guess(guess_fastest, fastest, f"the fastest, windows {sides[-1]} × {sides[-1]}")

# %%
fig, axes = plt.subplots(1, 2, figsize=(7.6, 3), layout="constrained", sharey=True)
for ax, numbers, title in zip(axes, (counts, times), ("multiplications", "time")):
    for k, style in enumerate(plotting.line_styles(3)):
        ax.plot(sides, numbers[:, k] / numbers[:, 0], **style, label=list(ORDERS)[k])
    ax.set(xlabel="side of the window", title=f"{title}, a quarter learned", ylim=(0, None))
axes[0].set_ylabel("compose first = 1")
axes[0].legend()
plt.show()

# %% [markdown] question thin
# All figures are parts of those of *compose first*.
#
# **Question.** With windows of 8 × 8 the separable order has 30 % of the multiplications, but it takes far more than 30 % of the time: about as much as pooling first, which has 50 %. With windows of
# 16 × 16 pooling first takes longer than composing first. Why each?

# %% [markdown] answer thin
# The separable order's passes are products with 8 numbers on one side and the few atoms of one column on the other. In such thin products each number that is fetched from memory is used for few multiplications (notebook 11).
# With 8 × 8 windows the separable order does 35 to 65 % as many multiplications a second as composing first. It saves multiplications, and the ones that are left are slow.
#
# Pooling first takes n_alpha (n_u + n_h) multiplications, composing first n_u n_h. With $n_\alpha = n_u / 4$ pooling first has fewer if n_u + n_h is less than 4 n_h: windows of less than 3 n_h = 192 pixels, so up to 13 × 13. With windows of
# 16 × 16 it has 1.25 times as many. The separable order has no product n_alpha n_u, so it stays at a third.

# %% [markdown]
# Over five index sets, with windows of 8 × 8 pooling first took 45 to 85 % of composing's time, and so did the separable order. With 16 × 16 pooling first took 110 to 140 %, the separable order 45 to 85 %. (On our
# machine.)

# %% claim pool_8: windows of 8 x 8: pooling first takes 45 to 85 % of composing's time
seconds, _ = measure(8, seed=seed)
claim(seconds[1] / seconds[0], 0.45, 0.85)

# %% claim separable_8: windows of 8 x 8: the separable order takes 45 to 85 % of composing's time
seconds, _ = measure(8, seed=seed)
claim(seconds[2] / seconds[0], 0.45, 0.85)

# %% claim pool_16: windows of 16 x 16: pooling first takes 110 to 140 % of composing's time
seconds, _ = measure(16, seed=seed)
claim(seconds[1] / seconds[0], 1.1, 1.4)

# %% claim separable_16: windows of 16 x 16: the separable order takes 45 to 85 % of composing's time
seconds, _ = measure(16, seed=seed)
claim(seconds[2] / seconds[0], 0.45, 0.85)

# %% claim thin_rate: windows of 8 x 8: the separable order does 35 to 65 % as many multiplications a second as composing first
seconds, multiplications = measure(8, seed=seed)
claim((multiplications[2] / seconds[2]) / (multiplications[0] / seconds[0]), 0.35, 0.65)

# %% claim pool_until: with a quarter learned and 64 filters pooling first has fewer multiplications up to 13 x 13
fewer = [side for side in range(2, 30) if side**2 / 4 * (side**2 + 64) < side**2 * 64]
claim(max(fewer), 13, 13)

# %% [markdown]
# The way back has the same orders. $dw_\alpha = (u\,U)^\top dz$, summed over places, uses the pooled maps again; and $dv$ comes from $dz\, w_\alpha^\top$ by the passes of exercise 5 the other way round, each with its row or
# column turned: section 2 again.
#
# ## 5 · A filter comes back
#
# All that is worth nothing if filters cannot be predicted. So learn some: 12 filters of 8 × 8 in a small network. Digits of 16 × 16, convolution with tanh (9 × 9 places), max pooling of 3 × 3 blocks, and
# one dense layer for the ten classes. First every weight is learned. Then hide three quarters of each filter's pixels, and predict them from the other 16.
#
# **Guess first.** What is the correlation between the hidden weights and their predictions, for a typical filter (the median of the 12)?

# %%
guess_correlation = None  # between -1 and 1

# %%
n_train, n_filters = teaching.sized(full=700, tiny=60), 12
train = images[:n_train].astype(np.float32), np.eye(10, dtype=np.float32)[digits.y_train[:n_train]]
test = digits.X_test.reshape(-1, 16, 16, 1), digits.y_test


def conv_net(weights):
    """Twelve filters of 8 × 8, max pooling, ten classes."""
    layers = [
        lrw.Conv2d(weights, window=(8, 8), padding="valid", activation="tanh"),
        lrw.MaxPool2d((3, 3)),
        lrw.Flatten(),
        lrw.Dense(lrw.Full(3 * 3 * n_filters, 10)),
    ]
    return lrw.Network(layers, "softmax_cross_entropy", input_shape=(16, 16, 1))


def quarter(seed):
    """16 of the 64 pixels, and the dictionary that predicts a filter from them."""
    alpha = lrw.sample_index_set(64, n_alpha=16, rng=seed)
    return alpha, lrw.dictionaries.kernel_ridge(lrw.SquaredExponential(SIGMA), points, alpha, ridge=1e-2)


@cache
def trained(predicted, seed):
    """The filters (64, 12) of a trained network, and its errors on the test digits, in per cent."""
    net = conv_net(lrw.Predicted(quarter(seed)[1], n_filters) if predicted else lrw.Full(64, n_filters))
    objective = lrw.Objective(net, *train, weight_decay=1e-3, n_threads=1)
    theta = lrw.minimize(objective, net.init(rng=seed), max_iter=teaching.sized(full=60, tiny=4)).theta
    wrong = net.predict(theta, test[0]).argmax(axis=1) != test[1]
    return net.weights(theta)[0], 100 * wrong.mean()


filters, error_every = trained(False, 1)
alpha, U = quarter(1)
correlations = completion.correlation(filters, lrw.predict_features(filters[alpha], U), alpha)
plotting.feature_completion(filters[:, :6], alpha, U, (8, 8), SIGMA)
plt.show()
teaching.compare_guess(guess_correlation, float(np.median(correlations)), "correlation with what was hidden")
print(f"with every weight learned {error_every:.1f} % of the test digits are wrong")

# %% claim comes_back: the median correlation of hidden weights is 0.85 to 0.92
own, atoms = quarter(seed)
learned = trained(False, seed)[0]
claim(np.median(completion.correlation(learned, lrw.predict_features(learned[own], atoms), own)), 0.85, 0.925)

# %% claim error_every: with every weight learned 2 to 4 % of the test digits are wrong
claim(trained(False, seed)[1], 2, 4)

# %% [markdown]
# A typical filter comes back with a correlation of 0.85 to 0.92. The network was not told that pixels have neighbours, but its filters are smooth, as the digits are. (Part of that is our doing: the digits were enlarged.)
#
# So do not learn the 48 others at all: $W = U w_\alpha$ from the beginning, with 16 numbers a filter.
#
# **Guess first.** With every weight, 2 to 4 % of the test digits are wrong. How many with a quarter of each filter?

# %%
guess_error = None  # per cent

# %%
predicted, error_quarter = trained(True, 1)
teaching.compare_guess(guess_error, float(error_quarter), "test error, per cent", factor=1.3)
fig, axes = plt.subplots(1, 2, figsize=(7.6, 1.9), layout="constrained")
for ax, (title, W_shown) in zip(
    axes, {"every weight learned": filters, "16 of 64 learned": predicted}.items(), strict=True
):
    plotting.tiles(W_shown, (8, 8), ax, n_across=6)
    ax.set_title(f"{title}, {W_shown.shape[1]} filters")
plt.show()

# %% claim error_quarter: with a quarter learned 2 to 4 % of the test digits are wrong
claim(trained(True, seed)[1], 2, 4)

# %% claim difference: the two differ by at most 1 point
claim(abs(trained(True, seed)[1] - trained(False, seed)[1]), 0, 1)

# %% [markdown]
# With a quarter of each filter 2 to 4 % are wrong too, and the two networks differ by at most 1 point. That is too little to say which one is better: 1 point of 360 test digits is 3 or 4 digits. The filters are others, because
# the two networks look for their own; what counts is how well they read digits.
#
# ## Summary
#
# - A convolution is a dense layer on every window: $z = u W + b$. For the weights, a place is one more row: $dW = \sum u^\top dz$ over images and places.
# - Every place stamps its filter on its window. Seen from a pixel the filter is backwards: $dv$ is a convolution of $dz$ with the filters turned by 180 degrees, with zeros around it, channels and filters exchanged.
# - Max pooling sends $dh$ to the largest pixel of each block, and nothing to the others.
# - $u\,U\,w_\alpha$ has three orders. Where the kernel is a product, each hill is a column times a row, and two passes take height + width numbers instead of height · width. Thin products are slow, so time
#   falls less than the multiplications do. The larger the window, the more the third order saves.
# - Filters of 8 × 8 can be predicted from a quarter of their pixels, like those of dense layers.
#
# In the package: `networks/images.py` (exercises 1 to 4: `windows`, `add_up`, `MaxPool2d`), `speed/convolutions/` (the orders of section 4; in `separable.py` the two passes are compiled loops), `optimisation/gradient_report.py` (the judge of section 2).

# %%
check.summary()
