# ---
# title: Columns that look at places
# minutes: 60
# seconds: 29
# learn: why one dictionary is too few and what the columnar architecture of the paper's Figure 3 does about it; what it costs and what it does not; in which sense columns share nothing, shown by the gradient; how to make a column look at one place, and how to find out whether that helps.
# need: NumPy, $W = U w_\alpha$ and the idea of an index set $\alpha$ (notebook 03, section 3; notebook 05 is good to have, not needed). No network and no data to download.
# ---

# %% [markdown]
# A layer with a dictionary learns a few numbers of each filter, $w_\alpha$, and predicts the rest: $W = U w_\alpha$. So far
# all filters of a layer shared one $U$: all of them knew the *same* few pixels. This notebook gives every group of filters its
# own. It is the cheapest trick in the paper: the number of learned weights stays what it was, to the last one, and of the errors below
# three quarters go away. Then we place the groups on the image, each with sharp eyes for one region, as the paper proposes and leaves untried.
#
# As always: you **guess**, we **look**, you **write**, a check **looks at what you wrote**, and never stops the notebook.
# *Run All* takes about half a minute on two cores.

# %%
import matplotlib.pyplot as plt
import numpy as np

import lowrankweights as lrw
from lowrankweights import plotting, teaching
from lowrankweights.dictionaries.index_sets import column_centres, local_index_set
from lowrankweights.results import paired_interval

teaching.begin()  # one thread of BLAS is enough; fits end early on purpose
check = teaching.Checks(["counts", "columns_of", "one_big_w", "foveated"])
rng = np.random.default_rng(0)
plt.rcParams.update(plotting.STYLE)

# %% [markdown]
# ## 1 · Eight patterns, and nothing else
#
# The images are digits of 16 × 16 pixels. A filter has $n_v = 256$ weights; we learn $n_\alpha = 8$ of them, three per cent, in each of
# $n_h = 100$ filters.
#
# | letter | shape | what it is |
# |---|---|---|
# | $W$ | (n_v, n_h) = (256, 100) | the weights: one filter a column |
# | $\alpha$ | (n_alpha,) = (8,) | the index set: which weights are learned |
# | $U$ | (n_v, n_alpha) = (256, 8) | the dictionary: fixed; it predicts 256 weights from 8 |
# | $w_\alpha$ | (n_alpha, n_h) = (8, 100) | what is learned |

# %%
shape, n_v, n_h, n_alpha = (16, 16), 256, 100, 8
points = lrw.grid_coordinates(shape)  # (256, 2): row, column
kernel = lrw.SquaredExponential(length_scale=2.0)


def dictionary(alpha):
    return lrw.dictionaries.kernel_ridge(kernel, points, alpha, ridge=1e-2)  # (256, n_alpha)


alphas = [lrw.sample_index_set(n_v, n_alpha, rng=seed) for seed in range(10)]  # ten index sets of 8 pixels
Us = [dictionary(alpha) for alpha in alphas]  # ten dictionaries, (256, 8) each

one = lrw.Predicted(Us[0], n_h)  # all 100 filters with the first dictionary
W_one = one.expand(one.init(rng=0))  # (256, 100) = (256, 8)(8, 100)
print(f"{one.n_dynamic} numbers are learned; the rank of W is {np.linalg.matrix_rank(W_one)}")

# %% [markdown]
# Rank 8: a hundred filters, and not one of them is anything but a mixture of the same eight atoms. Where no known pixel is near, *no*
# filter can look, whatever is learned.
#
# Now the same number of learned weights, dealt differently. The hundred filters are divided into ten groups of ten, the **columns**; each
# group gets a dictionary of its own:
#
# $$W = [\,U_1 w_1,\; U_2 w_2,\; \ldots,\; U_{10} w_{10}\,], \qquad (256, 100) = [\,(256, 8)(8, 10),\; \ldots\,].$$
#
# That is $10 \cdot 8 \cdot 10 = 800$ learned numbers, as before. **Guess first.** What is the rank of $W$ now?

# %%
guess_rank = None  # a number

# %%
ten = lrw.Columns([lrw.Predicted(U_j, n_h=10) for U_j in Us])
W_ten = ten.expand(ten.init(rng=0))  # (256, 100)
print(f"{ten.n_dynamic} numbers are learned")
teaching.compare_guess(guess_rank, int(np.linalg.matrix_rank(W_ten)), "rank of W with ten columns")
print("pixels that at least one column knows:", len(np.unique(np.concatenate(alphas))))

# %% [markdown]
# Not 80, though ten dictionaries have 80 atoms: some pixels were drawn by two columns. The atoms of a column are mixtures of the
# functions $k(\cdot, i)$ for $i$ in its index set, so together the columns span one direction for each pixel that *somebody* knows.
#
# The first twenty filters of each layer, two of each column on the right, before anything is learned:

# %%
fig, axes = plt.subplots(1, 2, figsize=(7.6, 3.4), layout="constrained")
pick = np.arange(n_h).reshape(10, 10)[:, :2].ravel()  # the first two units of each column
for ax, W, title in ((axes[0], W_one[:, :20], "one dictionary"), (axes[1], W_ten[:, pick], "ten columns")):
    plotting.tiles(W, shape, ax, n_across=5)
    ax.set_title(f"{title}: rank {np.linalg.matrix_rank(W)} of {W.shape[1]} filters")
plt.show()

# %% [markdown]
# On the left every filter has its bumps in the same eight places, only their signs and sizes differ. On the right each pair has places
# of its own.
#
# ## 2 · The architecture, and what it costs
#
# The paper's Figure 3: the input goes into all columns at once, each has a fixed dictionary and a small learned matrix, and what comes out is
# laid side by side as if it had been one layer. Blue is learned, yellow is fixed; of the ten columns the first two and the last are drawn.

# %%
net = lrw.Network([lrw.Dense(ten, "sigmoid"), lrw.Dense(lrw.Full(n_h, 10))], "softmax_cross_entropy")
lrw.draw(net)
plt.show()

# %% [markdown]
# ### Exercise 1: count
#
# Two kinds of numbers: *dynamic* ones are learned; *static* ones, the dictionaries, are computed once and then only read. For one layer of
# `n_h` filters in `n_columns` columns, and without biases: how many are there of each?


# %% starter counts
def counts(n_v, n_h, n_alpha, n_columns):
    n_dynamic = ...
    n_static = ...
    return n_dynamic, n_static


# %% [markdown] hint counts
# Begin with one column, $W = U w_\alpha$, and the shapes in the table above. Which of the two matrices is learned?

# %% [markdown] hint counts
# Now cut the hundred filters into columns. Every filter still learns `n_alpha` numbers, whichever column it is in.

# %% [markdown] hint counts
# Dynamic: `n_alpha * n_h`; the number of columns does not appear. Static: each column has a dictionary of `n_v * n_alpha` numbers.


# %% solution counts
def counts(n_v, n_h, n_alpha, n_columns):
    n_dynamic = n_alpha * n_h
    n_static = n_columns * n_v * n_alpha
    return n_dynamic, n_static


# %% mutant counts: every column learns a whole layer
def counts(n_v, n_h, n_alpha, n_columns):
    return n_columns * n_alpha * n_h, n_columns * n_v * n_alpha


# %% mutant counts: the columns share one dictionary
def counts(n_v, n_h, n_alpha, n_columns):
    return n_alpha * n_h, n_v * n_alpha


# %% mutant counts: biases are counted
def counts(n_v, n_h, n_alpha, n_columns):
    return n_alpha * n_h + n_h, n_columns * n_v * n_alpha


# %% mutant counts: columns of whole units only
def counts(n_v, n_h, n_alpha, n_columns):
    return n_columns * n_alpha * (n_h // n_columns), n_columns * n_v * n_alpha


# %% mutant counts: static is whatever is not learned
def counts(n_v, n_h, n_alpha, n_columns):
    return n_alpha * n_h, (n_v - n_alpha) * n_h


# %% mutant counts: the other way round
def counts(n_v, n_h, n_alpha, n_columns):
    return n_columns * n_v * n_alpha, n_alpha * n_h


# %% accept counts: by name
def counts(n_v, n_h, n_alpha, n_columns):
    return {"n_dynamic": n_h * n_alpha, "n_static": n_v * n_alpha * n_columns}


# %% accept counts: summed over the columns
def counts(n_v, n_h, n_alpha, n_columns):
    widths = [len(part) for part in np.array_split(np.arange(n_h), n_columns)]
    return np.array([(w * n_alpha, n_v * n_alpha) for w in widths]).sum(axis=0)


# %% check counts
with check("counts") as c:
    for sizes in ((256, [100], 8), (256, [10] * 10, 8), (12, [3, 2, 2], 5)):
        rows, widths, atoms = sizes
        q = lrw.Columns([lrw.Predicted(np.ones((rows, atoms)), w) for w in widths])
        what = f"counts({rows}, {q.n_h}, {atoms}, {len(widths)})"
        mine = c.parts(counts(rows, q.n_h, atoms, len(widths)), 2, what)
        c.close(mine[0], q.n_dynamic, f"{what}: dynamic")
        c.close(mine[1], q.n_static, f"{what}: static")

# %% [markdown]
# The learned numbers do not know how many columns there are. This is what makes the comparison in section 6 a fair one.

# %% [markdown] question cost
# **Question.** Ten columns have ten times as many static numbers. Does the layer therefore need ten times as long? Count the
# multiplications for one row $v$: first $v\,U_j$ for every column, then $(v\,U_j)\,w_j$. For comparison, a full layer takes $256 \cdot 100 = 25{,}600$.

# %% [markdown] answer cost
# $v\,U_j$: 256 · 8 = 2,048 for a column, 20,480 for ten. $(v\,U_j)\,w_j$: 8 · 10 = 80 for a column, 800 for ten. With one column it is 2,048 and
# 8 · 100 = 800. So the static part grows with the columns, the learned part does not. In the first layer the static part costs nothing
# in training: $v$ is the data and does not change, so all $v\,U_j$ are computed once, before training begins, and each iteration takes
# 800 multiplications a row instead of 25,600. In deeper layers, whose input changes, many columns do cost: there the
# package compares "pool first" with "compose $W$ first" and takes the cheaper; `net.plan()` prints the table. Notebook 11 holds a watch to it.

# %% [markdown]
# ## 3 · Who belongs to which column
#
# The order is a convention, and conventions want writing down: the units of column 1 come first, then those of column 2, and so on. If the
# units cannot be divided evenly, the sizes differ by at most one: 100 units in 3 columns are 34, 33 and 33.
#
# ### Exercise 2: build the layer
#
# From a list of dictionaries and a number of units, make the parametrisation: a `lrw.Columns([...])` of `lrw.Predicted(U_j, n_h=...)`.


# %% starter columns_of
def columns_of(Us, n_h):
    return ...  # a lrw.Columns with one lrw.Predicted a dictionary, n_h units together


# %% [markdown] hint columns_of
# You first need a list of widths, for instance `[34, 33, 33]`. What do you get from `100 // 3`, and from `100 % 3`?

# %% [markdown] hint columns_of
# `np.array_split(np.arange(n_h), len(Us))` cuts the units into parts whose sizes differ by at most one.

# %% [markdown] hint columns_of
# `lrw.Columns([lrw.Predicted(U_j, len(part)) for U_j, part in zip(Us, parts)])`, with `parts` from the second hint.


# %% solution columns_of
def columns_of(Us, n_h):
    parts = np.array_split(np.arange(n_h), len(Us))  # sizes differ by at most one
    return lrw.Columns([lrw.Predicted(U_j, len(part)) for U_j, part in zip(Us, parts)])


# %% mutant columns_of: all units in every column
def columns_of(Us, n_h):
    return lrw.Columns([lrw.Predicted(U_j, n_h) for U_j in Us])


# %% mutant columns_of: units that are left over are lost
def columns_of(Us, n_h):
    return lrw.Columns([lrw.Predicted(U_j, n_h // len(Us)) for U_j in Us])


# %% mutant columns_of: what is left over goes to the last column
def columns_of(Us, n_h):
    widths = [n_h // len(Us)] * len(Us)
    widths[-1] += n_h - sum(widths)
    return lrw.Columns([lrw.Predicted(U_j, w) for U_j, w in zip(Us, widths)])


# %% mutant columns_of: one big dictionary for everybody
def columns_of(Us, n_h):
    return lrw.Predicted(np.hstack(Us), n_h)


# %% mutant columns_of: the first dictionary in every column
def columns_of(Us, n_h):
    parts = np.array_split(np.arange(n_h), len(Us))
    return lrw.Columns([lrw.Predicted(Us[0], len(part)) for part in parts])


# %% mutant columns_of: a list, not a layer
def columns_of(Us, n_h):
    parts = np.array_split(np.arange(n_h), len(Us))
    return [lrw.Predicted(U_j, len(part)) for U_j, part in zip(Us, parts)]


# %% accept columns_of: the wider columns last
def columns_of(Us, n_h):
    ends = [n_h * j // len(Us) for j in range(len(Us) + 1)]
    return lrw.Columns([lrw.Predicted(U_j, b - a) for U_j, a, b in zip(Us, ends, ends[1:])])


# %% accept columns_of: one column is no columns
def columns_of(Us, n_h):
    widths = [n_h // len(Us) + (j < n_h % len(Us)) for j in range(len(Us))]
    columns = [lrw.Predicted(U_j, int(w)) for U_j, w in zip(Us, widths)]
    return columns[0] if len(columns) == 1 else lrw.Columns(columns)


# %% check columns_of
with check("columns_of") as c:
    for J, units in ((1, 100), (10, 100), (3, 100), (7, 30)):
        answer, what = columns_of(Us[:J], units), f"columns_of({J} dictionaries, {units})"
        c.true(answer if answer is None or answer is ... else True, "")
        right_kind = isinstance(answer, (lrw.Columns, lrw.Predicted))
        c.true(right_kind, f"{what}: expected a lrw.Columns, got {type(answer).__name__}.")
        found = getattr(answer, "columns", [answer])
        c.true(len(found) == J, f"{what}: expected {J} columns, got {len(found)}.")
        widths = [q.n_h for q in found]
        fair = sum(widths) == units and max(widths) - min(widths) <= 1
        c.true(fair, f"{what}: the columns have {widths} units; they should be even and make {units}.")
        for j, q in enumerate(found):
            c.close(q.U, Us[j], f"{what}: the dictionary of column {j + 1}")

# %% [markdown]
# Two ends of one scale. With a **single column** there is nothing left to divide: the architecture is the plain layer of notebook 03,
# number for number, and so are its weights, its gradient and its start. With **as many columns as units** every filter has its own eight pixels.

# %%
plain, single = lrw.Predicted(Us[0], n_h), lrw.Columns([lrw.Predicted(Us[0], n_h)])
p, dW = plain.init(rng=0), rng.normal(size=(n_v, n_h))  # (800,), (256, 100)
print("the same start:   ", np.array_equal(p, single.init(rng=0)))
print("the same W:       ", np.array_equal(plain.expand(p), single.expand(p)))
print("the same gradient:", np.array_equal(plain.pull_back(dW, p), single.pull_back(dW, p)))
print("the same counts:  ", (plain.n_dynamic, plain.n_static) == (single.n_dynamic, single.n_static))

# %% [markdown]
# ## 4 · They share no parameters
#
# Put all ten dictionaries side by side into one: $U = [U_1, \ldots, U_{10}]$, (256, 80). A plain layer with this big dictionary
# would learn a $w$ of (80, 100), 8,000 numbers: every filter may use every atom. The columns are that layer with most of $w$ held at zero.
#
# ### Exercise 3: columns as one layer
#
# Write the big $w$ for which $[U_1, U_2, \ldots]\, w = [U_1 w_1,\; U_2 w_2, \ldots]$. Where do $w_1$, $w_2$, ... go in it?


# %% starter one_big_w
def one_big_w(ws):
    w = ...  # (n_alpha of all columns together, n_h of all columns together)
    return w


# %% [markdown] hint one_big_w
# The rows of $w$ belong to atoms, its columns to filters. Which filters may use the atoms of $U_1$?

# %% [markdown] hint one_big_w
# Only the filters of column 1. So $w_1$ is at the top left, $w_2$ begins where $w_1$ ended, *both* downwards and to the right, and everything else is 0.

# %% [markdown] hint one_big_w
# `np.zeros((rows, columns))`, then a loop that keeps count of both: `w[i:i + len(w_j), j:j + w_j.shape[1]] = w_j`. Or look up `scipy.linalg.block_diag`.


# %% solution one_big_w
def one_big_w(ws):
    w = np.zeros((sum(len(w_j) for w_j in ws), sum(w_j.shape[1] for w_j in ws)))
    row = column = 0
    for w_j in ws:
        height, width = w_j.shape
        w[row : row + height, column : column + width] = w_j
        row, column = row + height, column + width
    return w


# %% mutant one_big_w: side by side
def one_big_w(ws):
    return np.hstack([w_j[: min(map(len, ws))] for w_j in ws])


# %% mutant one_big_w: every filter uses every column's atoms
def one_big_w(ws):
    return np.vstack([np.resize(w_j, (len(w_j), sum(a.shape[1] for a in ws))) for w_j in ws])


# %% mutant one_big_w: in the reverse order
def one_big_w(ws):
    import scipy.linalg

    return scipy.linalg.block_diag(*ws[::-1])


# %% mutant one_big_w: along the other diagonal
def one_big_w(ws):
    import scipy.linalg

    return scipy.linalg.block_diag(*[w_j[:, ::-1] for w_j in ws])[:, ::-1]


# %% mutant one_big_w: each block transposed
def one_big_w(ws):
    import scipy.linalg

    return scipy.linalg.block_diag(*[w_j.T for w_j in ws])


# %% accept one_big_w: SciPy
def one_big_w(ws):
    import scipy.linalg

    return scipy.linalg.block_diag(*ws)


# %% accept one_big_w: np.block with zeros in between
def one_big_w(ws):
    rows = [
        [b if i == j else np.zeros((len(a), b.shape[1])) for j, b in enumerate(ws)] for i, a in enumerate(ws)
    ]
    return np.block(rows)


# %% check one_big_w
with check("one_big_w") as c:
    for sizes in (((2, 3), (3, 1), (1, 2)), ((2, 2), (2, 2))):
        dicts = [lrw.dictionaries.random_projection(9, atoms, rng=k) for k, (atoms, _) in enumerate(sizes)]
        q = lrw.Columns([lrw.Predicted(U_j, units) for U_j, (_, units) in zip(dicts, sizes)])
        p_q = q.init(rng=0)
        w = one_big_w(q.unpack(p_q)["w_alpha"])
        big = (sum(U_j.shape[1] for U_j in dicts), q.n_h)
        c.close(None if w is ... or w is None else np.shape(w), big, "the shape of the big w")
        c.close(np.hstack(dicts) @ w, q.expand(p_q), "[U_1, U_2, ...] times your w")

# %% [markdown]
# Now the gradient. For the big layer it is $dw = U^\top dW$, (80, 100) = (80, 256)(256, 100), and none of its entries is zero. Those who learn
# with columns keep the blocks on the diagonal and never look at the rest. (We take $dW$ from a real network: the one of section 2, at its start.)

# %%
X, y = lrw.datasets.load_digits(zoom=2, return_X_y=True)  # (1797, 256), (1797,)
n = teaching.sized(full=600, tiny=100)
X_test, y_test = X[n:].astype(float), y[n:]
X, y = X[:n].astype(float), y[:n]  # few to learn from, many to test on: see section 6
Y = np.eye(10)[y]  # (n, 10), one-hot

full = lrw.Network([lrw.Dense(lrw.Full(n_v, n_h), "sigmoid"), net.layers[1]], net.loss)
theta = net.init(rng=0)
first, second = net.unpack(theta)
theta_full = np.concatenate([first["W"].ravel(), first["b"], second["W"].ravel(), second["b"]])
dW = full.unpack(full.loss_and_grad(theta_full, X, Y)[1])[0]["W"]  # (256, 100)

dw_big = np.hstack(Us).T @ dW  # (80, 100) = (80, 256)(256, 100)
blocks = ten.unpack(ten.pull_back(dW, theta[: ten.n_dynamic]))["w_alpha"]  # ten of (8, 10)
kept = np.kron(np.eye(10), np.ones((8, 10)))  # (80, 100): 1 where a column meets its own atoms
mine = net.unpack(net.loss_and_grad(theta, X, Y)[1])[0]["w_alpha"]  # the network's own gradient
print("largest difference:", max(np.abs(a - b).max() for a, b in zip(blocks, mine)))

# %%
fig, axes = plt.subplots(1, 2, figsize=(7.6, 3.5), layout="constrained", sharey=True)
for ax, picture, title in (
    (axes[0], dw_big, "one dictionary of 80 atoms: 8,000 learned"),
    (axes[1], np.where(kept > 0, dw_big, np.nan), "ten columns: 800 learned"),
):
    scale = np.quantile(np.abs(dw_big), 0.99)
    ax.imshow(
        picture, cmap=plotting.DIVERGING, vmin=-scale, vmax=scale, interpolation="nearest", aspect="auto"
    )
    ax.set_facecolor(plotting.UNKNOWN)
    ax.set(title=title, xlabel="hidden unit", xticks=range(0, 101, 20), yticks=range(0, 81, 16))
axes[0].set_ylabel("atom")
plt.show()

# %% [markdown]
# No learned number stands in two blocks: nothing of what column 1 learns is used by column 2. So what comes back to it is its
# own piece of $dW$ and its own $U_1^\top$, nothing else:
#
# $$dw_j = U_j^\top\, dW_j, \qquad (8, 10) = (8, 256)(256, 10).$$
#
# **Guess first**, and mind the difference. We change the numbers of column 1, and of no other. In the whole network, with its softmax at the end: in
# how many of the *other nine* columns does the gradient change?

# %%
guess_nudged = None  # from 0 to 9


# %%
def column_gradients(theta):
    grad = net.loss_and_grad(theta, X, Y)[1]
    return net.unpack(grad)[0]["w_alpha"]  # a list of ten (8, 10)


nudged = theta.copy()
w_1 = net.unpack(nudged)[0]["w_alpha"][0]  # (8, 10): a view of theta, what is written here lands there
w_1 += 0.1 * np.abs(w_1).mean()
pairs = list(zip(column_gradients(theta), column_gradients(nudged)))  # before and after, for each column
change = np.array([np.linalg.norm(after - before) / np.linalg.norm(before) for before, after in pairs])
print("change of each column's gradient when column 1 is nudged, in per cent:", (100 * change).round(1))
n_changed = int(np.sum(change[1:] > 1e-9))
teaching.compare_guess(guess_nudged, n_changed, "other columns whose gradient changes")

# %% [markdown]
# All nine. They share no *parameter*, they do share a *task*: column 1 changes its $h$, hence the output, hence the error $dz$ of the layer above,
# and that is handed down to everybody. If column 1 has explained a digit, the others need not. So "the columns are independent" is wrong; "the
# columns can be computed independently, given $dh$" is right, and would let ten processors take one column each.
#
# ## 5 · Columns that look at places
#
# Until now the index sets were drawn uniformly over the image, as in the paper's experiments. All columns of a layer, side by side:

# %%
n_alpha = 26  # from now on a tenth of the 256 pixels
uniform = [lrw.sample_index_set(n_v, n_alpha, rng=seed) for seed in range(10)]
plotting.index_sets(uniform, shape)
plt.show()

# %% [markdown]
# But who says that every column should see the whole image equally well? Your eye does not: it is sharp in the middle and
# coarse around it. The paper proposes (section 3.4) index sets with "high resolution in a local area of pixel space while using a sparser
# representation in the remainder". It leaves open how. Ours is the simplest rule: **the half of $\alpha$ nearest to a place, every
# pixel of it; the other half at random from the rest.**
#
# ### Exercise 4: a local index set
#
# `shape` is (height, width), `centre` is (row, column), in pixels, not always whole numbers. Of `n_alpha` pixels, the half (rounded up) that is nearest to the centre; the others drawn
# by `rng`, a NumPy `Generator`, without repetition. Flat indices: pixel (row, column) is `row * width + column`.


# %% starter foveated
def foveated(shape, n_alpha, centre, rng):
    rows, columns = np.divmod(np.arange(shape[0] * shape[1]), shape[1])  # place of each pixel
    distance = np.hypot(rows - centre[0], columns - centre[1])  # (n_v,)
    alpha = ...  # (n_alpha,) whole numbers
    return alpha


# %% [markdown] hint foveated
# `np.argsort(distance)` is a list of all pixels, the nearest first. Cut it in two.

# %% [markdown] hint foveated
# `n_near = (n_alpha + 1) // 2`. The first `n_near` of the list are in. From the rest of the *list*, not from all pixels, draw `n_alpha - n_near`: a pixel can be known only once.

# %% [markdown] hint foveated
# `rng.choice(by_distance[n_near:], n_alpha - n_near, replace=False)` draws them; `np.concatenate` joins the halves; sort, if you like it tidy.


# %% solution foveated
def foveated(shape, n_alpha, centre, rng):
    rows, columns = np.divmod(np.arange(shape[0] * shape[1]), shape[1])  # place of each pixel
    distance = np.hypot(rows - centre[0], columns - centre[1])  # (n_v,)
    by_distance = np.argsort(distance, kind="stable")  # (n_v,), the nearest pixel first
    near, rest = np.split(by_distance, [(n_alpha + 1) // 2])
    far = rng.choice(rest, n_alpha - len(near), replace=False)
    return np.sort(np.concatenate([near, far]))  # (n_alpha,)


# %% mutant foveated: rows and columns swapped
def foveated(shape, n_alpha, centre, rng):
    return local_index_set(shape, n_alpha, centre[::-1], rng)


# %% mutant foveated: all of it near
def foveated(shape, n_alpha, centre, rng):
    rows, columns = np.divmod(np.arange(shape[0] * shape[1]), shape[1])
    return np.argsort(np.hypot(rows - centre[0], columns - centre[1]))[:n_alpha]


# %% mutant foveated: uniform, as before
def foveated(shape, n_alpha, centre, rng):
    return lrw.sample_index_set(shape[0] * shape[1], n_alpha, rng)


# %% mutant foveated: the second half drawn from all pixels
def foveated(shape, n_alpha, centre, rng):
    rows, columns = np.divmod(np.arange(shape[0] * shape[1]), shape[1])
    near = np.argsort(np.hypot(rows - centre[0], columns - centre[1]))[: (n_alpha + 1) // 2]
    return np.concatenate([near, rng.choice(shape[0] * shape[1], n_alpha - len(near), replace=False)])


# %% mutant foveated: the second half is as far away as can be
def foveated(shape, n_alpha, centre, rng):
    rows, columns = np.divmod(np.arange(shape[0] * shape[1]), shape[1])
    order = np.argsort(np.hypot(rows - centre[0], columns - centre[1]))
    return np.append(order[: (n_alpha + 1) // 2], order[len(order) - n_alpha // 2 :])


# %% mutant foveated: the second half is drawn near the first
def foveated(shape, n_alpha, centre, rng):
    rows, columns = np.divmod(np.arange(shape[0] * shape[1]), shape[1])
    near, rest = np.split(np.argsort(np.hypot(rows - centre[0], columns - centre[1])), [(n_alpha + 1) // 2])
    return np.append(near, rng.choice(rest[:n_alpha], n_alpha - len(near), replace=False))


# %% mutant foveated: rng is not used
def foveated(shape, n_alpha, centre, rng):
    return local_index_set(shape, n_alpha, centre, rng=0)


# %% mutant foveated: a mask instead of indices
def foveated(shape, n_alpha, centre, rng):
    mask = np.zeros(shape[0] * shape[1], dtype=int)
    mask[local_index_set(shape, n_alpha, centre, rng)] = 1
    return mask


# %% accept foveated: a list, unsorted
def foveated(shape, n_alpha, centre, rng):
    height, width = shape
    place = lambda k: (k // width - centre[0]) ** 2 + (k % width - centre[1]) ** 2
    order = sorted(range(height * width), key=place)
    n_near = n_alpha - n_alpha // 2
    rest = rng.permutation(order[n_near:])
    return order[:n_near] + [int(k) for k in rest[: n_alpha // 2]]


# %% accept foveated: the far half first, by weights that are zero near the centre
def foveated(shape, n_alpha, centre, rng):
    d = np.linalg.norm(np.indices(shape).reshape(2, -1).T - centre, axis=1)
    near = np.argpartition(d, (n_alpha + 1) // 2)[: (n_alpha + 1) // 2]
    p = np.ones(d.size)
    p[near] = 0
    return np.append(rng.choice(d.size, n_alpha // 2, replace=False, p=p / p.sum()), near)


# %% accept foveated: the package's own
def foveated(shape, n_alpha, centre, rng):
    return local_index_set(shape, n_alpha, centre, rng)


# %% check foveated
with check("foveated") as c:
    for size, count, centre in (((16, 16), 26, (5.3, 9.1)), ((7, 12), 9, (1.2, 8.3))):
        grid = lrw.grid_coordinates(size)
        order = np.argsort(np.linalg.norm(grid - centre, axis=1))
        n_near, what = (count + 1) // 2, f"foveated({size}, {count}, {centre}, rng)"
        first = foveated(size, count, centre, np.random.default_rng(0))
        c.close(None if first is ... or first is None else np.shape(first), (count,), f"{what}: its shape")
        draws = [
            list(np.asarray(foveated(size, count, centre, np.random.default_rng(s)))) for s in range(200)
        ]
        c.true(all(len(set(a)) == count for a in draws), f"{what}: a pixel is in it twice.")
        c.true(all(set(a) <= set(order) for a in draws), f"{what}: an index is no pixel.")
        dense = all(set(order[:n_near]) <= set(a) for a in draws)
        c.true(dense, f"{what}: the {n_near} pixels nearest to the centre are not all in it.")
        times = np.bincount(np.concatenate(draws), minlength=len(order))[order[n_near:]]  # drawn how often
        share = 200 * (count - n_near) / len(times)  # and how often it should have been
        even = (
            times.min() > 0
            and times.max() < 3 * share
            and abs(times[: len(times) // 2].mean() / share - 1) < 0.2
        )
        c.true(even, f"{what}: over 200 draws the other half does not cover the rest of the image evenly.")

# %% [markdown]
# Each column needs a place. `column_centres` spreads any number of them evenly, the way a sunflower sets its seeds:
# the next one always a golden angle further, the radius growing as the root of the number, so that each has the same area. A white cross marks the place.

# %%
centres = column_centres(shape, 10)  # (10, 2): row, column, in pixels
local = [local_index_set(shape, n_alpha, centre, rng=seed) for seed, centre in enumerate(centres)]
plotting.index_sets(local, shape, centres)
plt.show()

# %% [markdown]
# What does a column gain at its place? The kernel ridge prediction has a Gaussian-process reading (notebook 02): it also
# says how *unsure* it is of every weight, from 0 (known) to 1 (nothing known near).
#
# **Guess first.** A uniform column has no place, it is about equally unsure everywhere: 0.5 on average. How unsure is a *local* one within 4 pixels of its
# place? And in the rest of the image, where it has only half of its pixels left?

# %%
guess_at_the_place = None  # between 0 and 1
guess_elsewhere = None  # between 0 and 1

# %%
unsure = {}  # name: (10, 256), standard deviation of each predicted weight
for name, sets in (("uniform", uniform), ("local", local)):
    unsure[name] = np.sqrt([lrw.predictive_variance(kernel, points, alpha, ridge=1e-2) for alpha in sets])
at_place = np.linalg.norm(points[None] - centres[:, None], axis=2) < 4  # (10, 256)
near = {name: float(u[at_place].mean()) for name, u in unsure.items()}
far = {name: float(u[~at_place].mean()) for name, u in unsure.items()}
print(f"at the place: uniform {near['uniform']:.2f}, local {near['local']:.2f}")
print(f"elsewhere:    uniform {far['uniform']:.2f}, local {far['local']:.2f}")
teaching.compare_guess(guess_at_the_place, near["local"], "local, at the place")
teaching.compare_guess(guess_elsewhere, far["local"], "local, elsewhere")

fig, axes = plt.subplots(2, 5, figsize=(7.6, 3.3), layout="constrained")
for row, name in zip(axes, unsure):
    for j, ax in enumerate(row):
        shown = ax.imshow(unsure[name][j].reshape(shape), cmap="cividis", vmin=0, vmax=1)
        ax.plot(*centres[j][::-1], "+", color="white", ms=8, mew=1.6)
        ax.set(xticks=[], yticks=[], title=f"column {j + 1}" if name == "uniform" else "")
    row[0].set_ylabel(name)
fig.colorbar(shown, ax=axes, label="standard deviation of a predicted weight")
plt.show()

# %% [markdown]
# A clear bargain: certainty at one place is paid for with doubt everywhere else. There is no free lunch in 26 pixels. But somebody else is sharp
# where this column is blurred.
#
# ## 6 · Does it help?
#
# Four layers of 100 filters, with 3 % and with 10 % of the weights learned: one column; ten, uniform; ten, local; a hundred, a column for each unit. All else is the same, the number of learned weights included.
#
# Differences between such networks are small, and a test error is a measurement. We take three precautions:
#
# - **600 digits to learn from and 1,197 to test on.** An error of 4 % on 360 digits would be uncertain by ±2 points.
# - **Three seeds** each, as the index sets are drawn at random.
# - **Paired comparisons.** Both networks meet the same test digits, and what one finds hard the other mostly finds hard too. So
#   we look at the *difference* and its 95 % interval, from `paired_interval`, which counts both chances, digits and seeds (notebook 05 takes it apart). If the interval
#   contains 0, we have not seen a difference. That is not the same as having seen that there is none.
#
# **Guess first.** With 8 of 256 weights learned, one column errs on about one digit in five. How many per cent are wrong with ten columns?

# %%
guess_ten = None  # per cent

# %%
layers = {
    "1 column": {"n_columns": 1},
    "10 columns": {"n_columns": 10},
    "10 columns, local": {"n_columns": 10, "index_sets": "local"},
    "100 columns": {"n_columns": 100},
}
shares = teaching.sized(full=(0.03, 0.1), tiny=(0.1,))
seeds = range(teaching.sized(full=3, tiny=2))


max_iter = teaching.sized(full=2000, tiny=10)


def fit(share, seed, rows=(X, y), **columns):
    own = {"input_shape": shape, "length_scale": 2.0, "dictionary": "squared_exponential", **columns}
    how = {"weight_decay": 1e-3, "tol": 3e-4, "max_iter": max_iter, "random_state": seed}
    return lrw.LowRankMLPClassifier((n_h,), proportion=share, **own, **how).fit(*rows)


keys = [(name, share) for share in shares for name in layers]
models = {(name, share): [fit(share, seed, **layers[name]) for seed in seeds] for name, share in keys}
wrong = {key: [np.flatnonzero(m.predict(X_test) != y_test) for m in found] for key, found in models.items()}
n_at_limit = sum(m.n_iter_ == max_iter for found in models.values() for m in found)
print(
    f"{n_at_limit} of the runs were ended by the limit of iterations, not by a gradient that is as good as 0\n"
)


def error(name, share):
    return 100 * np.mean([len(w) for w in wrong[name, share]]) / len(y_test)


print(f"{'':20}{'share':>6}{'learned':>9}{'static':>10}{'rank of W':>11}{'error':>8}")
for (name, share), found in models.items():
    m = found[0]
    counted = f"{m.n_dynamic_:9,}{m.n_static_:10,}{np.linalg.matrix_rank(m.filters_[0]):11}"
    print(f"{name:20}{share:6.0%}{counted}{error(name, share):6.1f} %")
teaching.compare_guess(guess_ten, float(error("10 columns", shares[0])), "ten columns, per cent wrong")

# %% [markdown]
# The learned numbers (biases and the output layer included) are equal in each block; read the column with the *ranks* beside that with the errors. Now the differences:

# %%
pairs = [("10 columns", "1 column"), ("100 columns", "10 columns"), ("10 columns, local", "10 columns")]
found = {}
for share in shares:
    for a, b in pairs:
        interval = paired_interval(wrong[a, share], wrong[b, share], len(y_test))  # mean, low, high
        found[f"{a} − {b}, {share:.0%}"] = 100 * np.array(interval)
plotting.differences(found)
plt.show()

# %% [markdown]
# **What we measured** (yours may differ in the last digit). With 3 % learned, one column errs on 18 % and ten columns on 4.7 %: the same 800 numbers
# in the layer, and three quarters of the errors gone. (One of the one-column runs was not done after 2,000 iterations: such a layer is also hard to train.) A hundred columns seem to be a little better still, but the interval ends at 0, and who looks at six
# intervals of 95 % should not be surprised if one of them misses. With 10 % learned, ten columns gain about one point, and from ten on there is nothing
# left to see: the rank of $W$ has reached 100, the number of filters, and more columns cannot add to it.
#
# **And the places?** Nothing. Both intervals contain 0 and reach about a point to either side. If local columns are better or worse on these digits, it is by less
# than that. A pretty idea, sharp pictures, and no effect that we could measure: results like this one belong in a notebook, too.

# %% [markdown] question places
# **Question.** Why might locality not help here? And for which images, or which layers, would you expect it to?

# %% [markdown] answer places
# A digit fills its whole little image, and what tells a 3 from an 8 may be anywhere in it: no place is special. And nothing was missing that
# locality could add: ten uniform columns together know 170 of the 256 pixels, the rest lies within a length scale of one of them, and the output layer puts
# the columns together anyhow. Locality should pay where a filter *is* local and the image much larger than it: photographs, early
# layers, few known pixels; a convolution takes the idea to its end. Whether it does is a measurement, and the code for it is above.

# %% [markdown]
# Did the local columns at least use their sharp eyes? Let us measure *detail*: how far a learned weight is from the mean of its four
# neighbours. A filter that is smooth, or zero, has none.
#
# **Guess first.** A column's disc of 4 pixels is 18 % of the image. How many per cent of the detail of its ten filters lie in it, if the column is local?

# %%
guess_detail = None  # per cent


# %%
def detail(W):
    image = np.pad(
        W.reshape(*shape, 10, 10), ((1, 1), (1, 1), (0, 0), (0, 0)), mode="edge"
    )  # (18, 18, 10, 10)
    up, down, left, right = image[:-2, 1:-1], image[2:, 1:-1], image[1:-1, :-2], image[1:-1, 2:]
    apart = image[1:-1, 1:-1] - (up + down + left + right) / 4  # (16, 16, 10 columns, 10 units)
    return np.abs(apart).mean(axis=3).reshape(n_v, 10).T  # (10, 256), the mean over a column's units


fig, axes = plt.subplots(2, 10, figsize=(7.6, 2.0), layout="constrained")
inside = {}
for row, name in zip(axes, ("10 columns", "10 columns, local")):
    found = np.mean(
        [detail(m.filters_[0]) for m in models[name, shares[-1]]], axis=0
    )  # the mean over the seeds
    inside[name] = float(100 * np.mean([d[disc].sum() / d.sum() for d, disc in zip(found, at_place)]))
    for d, centre, ax in zip(found, centres, row):
        ax.imshow(d.reshape(shape), cmap="cividis")
        ax.plot(*centre[::-1], "+", color="white", ms=7, mew=1.4)
        ax.set(xticks=[], yticks=[])
    row[0].set_ylabel("local" if "local" in name else "uniform")
plt.show()
print(f"a uniform column has {inside['10 columns']:.0f} % of its detail in the disc")
teaching.compare_guess(guess_detail, inside["10 columns, local"], "a local column, per cent")

# %% [markdown]
# They did, and you can see where each of them looks. Every column drew fine lines where it could, and blurred ones elsewhere; the digits were read no better for it.

# %% [markdown]
# ### On real digits, if they are here
#
# MNIST, 28 × 28 pixels, is used when it is on this computer already (`lowrankweights data fetch mnist` brings it, 12 MB): 2,000 images
# to learn from, 10,000 to test on, and so intervals three times as narrow.

# %%
places = {status.name: status.place for status in lrw.datasets.status()}
if places["mnist"] == "missing":
    print("MNIST is not here; nothing in this notebook needs it.")
else:
    mnist, n_rows = lrw.datasets.fetch_mnist(), teaching.sized(full=2000, tiny=200)
    given = {"rows": (mnist.X_train[:n_rows], mnist.y_train[:n_rows]), "input_shape": mnist.input_shape}
    real, n_items = {}, len(mnist.y_test)
    for name in ("1 column", "10 columns", "10 columns, local"):
        found = [fit(0.05, seed, **given, **layers[name]) for seed in seeds]
        real[name] = [np.flatnonzero(m.predict(mnist.X_test) != mnist.y_test) for m in found]
        print(f"{name:20}{100 * np.mean([len(w) for w in real[name]]) / n_items:6.2f} % wrong")
    for a, b in (("10 columns", "1 column"), ("10 columns, local", "10 columns")):
        change, low, high = 100 * np.array(paired_interval(real[a], real[b], n_items))
        print(f"{a} − {b}: {change:+.2f} points ({low:+.2f} to {high:+.2f})")

# %% [markdown]
# We measured 8.4 % with one column, 6.7 % with ten, and 6.8 % with ten that look at places; the difference between the last two was +0.1 points, from −0.4 to +0.5. Nothing again, and by a finer measure.
#
# ## Summary
#
# - One dictionary with $n_\alpha$ atoms gives a $W$ of rank $n_\alpha$, however many filters there are. Columns, $W = [U_1 w_1, \ldots, U_J w_J]$, lift that to
#   the number of weights that *any* column knows.
# - The learned numbers stay the same, $n_\alpha n_h$; the static ones are $J\, n_v\, n_\alpha$. In the first layer they cost nothing during training.
# - Columns are one layer with a block-diagonal $w$. They share no parameters, $dw_j = U_j^\top dW_j$, but they share the task.
# - One column is no columns; a column for each unit is the other end.
# - Going from one column to ten was the largest gain on this page. Local index sets did what they promise, certainty at one place, and made no difference that
#   1,197 digits could show.
#
# In the package: `parametrisations.Columns` (exercises 2 and 3), `index_sets.local_index_set` and `column_centres` (exercise 4),
# `LowRankMLPClassifier(n_columns=..., index_sets="local")`. The paper's experiment with ten columns in each of two layers
# is `lowrankweights figure 4-mnist`; notebook 11 looks at what columns cost.

# %%
check.summary()
