# ---
# title: What it costs: pooling, the GEMM bound, multiplications and time
# minutes: 60
# seconds: 20
# learn: how to count what a loss and its gradient cost; when to put W together first and when to pool the input first; why the first layer is pooled once; what columns cost; why counting is not timing; why rows are taken in blocks.
# need: matrix products, and the backward pass of a factored layer (notebook 03). Everything is measured on your machine, so let it do nothing else meanwhile. No download.
# ---

# %% [markdown]
# A network with a tenth of the weights ought to learn ten times as fast. Does it?
#
# That depends on something surprisingly simple, namely the order in which three matrices are multiplied. This lesson counts, by
# hand, then measures on *your* machine, and looks at where the two disagree. Whatever the clock says below, no
# check depends on it: checks are about counts, and counts are the same everywhere.

# %%
import time
import tracemalloc

import matplotlib.pyplot as plt
import numpy as np
from threadpoolctl import threadpool_limits

import lowrankweights as lrw
from lowrankweights import plotting, teaching
from lowrankweights.bench.gemm import MatrixProducts
from lowrankweights.speed.orders import ComposeFirst, PooledOnce, PoolFirst

teaching.begin()  # one thread of BLAS is enough; fits end early on purpose
check = teaching.Checks(["count_compose", "count_pool", "break_even", "in_blocks"])
plt.rcParams.update(plotting.STYLE)
one_thread = threadpool_limits(1, user_api="blas")  # one core does the work: nothing is hidden by sharing


REPEATS = teaching.sized(full=3, tiny=1)


def best_of(f, repeats=REPEATS):
    """Seconds that f() takes: the best of a few runs, as others only ever make it slower."""
    seconds = []
    for _ in range(1 + repeats):  # the first run warms up
        start = time.perf_counter()
        f()
        seconds.append(time.perf_counter() - start)
    return min(seconds[1:])


# %% [markdown]
# ## 1 · The speed of the machine
#
# A product of an (a, b) and a (b, c) matrix has a·c entries, and each is a sum of b products: **a·b·c multiplications**, and
# as many additions. The library routine that does it is called GEMM, and nothing on your machine computes faster. So the
# time of GEMM is a bound: who needs so many multiplications cannot be done sooner.
#
# **Guess first.** How many multiplications does one core do in a second, in float32?

# %%
guess_rate = None  # for instance 1e8, 1e9, 1e10 or 1e11

# %%
rng = np.random.default_rng(0)


def rate(a, b, c, dtype=np.float32):
    """Multiplications in a second of the product (a, b)(b, c)."""
    A, B, out = (rng.random(shape).astype(dtype) for shape in ((a, b), (b, c), (a, c)))
    return a * b * c / best_of(lambda: np.matmul(A, B, out=out))


big = teaching.sized(full=1000, tiny=200)
teaching.compare_guess(guess_rate, rate(big, 500, 500), "multiplications in a second, float32")
print(f"the same in float64: {rate(big, 500, 500, np.float64):.3g}")
print(f"a large matrix times one vector: {rate(4 * big, 4000, 1):.3g}")

# %% [markdown]
# Float64 does about half as many or less: twice as many bytes go through the same pipes. And a matrix times a single *vector* is far
# from the machine's speed. It takes one multiplication for each number fetched from memory, and memory is slow; a product
# of two matrices uses each number that it fetches many times. So small and thin products are bad customers:

# %%
sizes = np.unique(np.geomspace(4, teaching.sized(full=1000, tiny=60), 16).astype(int))
fig, ax = plt.subplots(figsize=(5.2, 3), layout="constrained")
for dtype, style in zip((np.float32, np.float64), plotting.line_styles(2), strict=True):
    ax.loglog(sizes, [rate(m, m, m, dtype) / 1e9 for m in sizes], **style, label=dtype.__name__)
ax.set(xlabel="m, of a product (m, m)(m, m)", ylabel="10⁹ multiplications a second", title="one core")
ax.legend()
plt.show()

# %% [markdown]
# Two lessons before we have begun. *Multiplications are money only at the same rate*: a plan with fewer multiplications in
# thinner products may not be the faster one. And it pays to treat rows together, not one by one.
#
# ## 2 · Three matrices, two orders
#
# A factored layer computes $z = v\, U\, w_\alpha + b$, where $v$ is (n, n_v), $U$ (n_v, n_alpha) and $w_\alpha$ (n_alpha, n_h). Brackets change
# nothing in the product:
#
# - **compose first**, $v\, (U w_\alpha)$: put $W$ together, then an ordinary layer;
# - **pool first**, $(v\, U)\, w_\alpha$: the input is pooled to $v_\alpha$ (n, n_alpha), then a *smaller* ordinary layer.
#
# Backwards it goes the same way (notebook 03): $dw_\alpha = U^\top (v^\top dz)$ or $(v\, U)^\top dz$.
#
# ### Exercise 1: compose first
#
# Count the multiplications of one loss and gradient. Going forward: $U w_\alpha$, and $v W$. Going back: $v^\top dz$ and
# $U^\top dW$; and $dv = dz\, W^\top$, if there is a layer below that needs it. Each product a·b·c.


# %% starter count_compose
def count_compose(n, n_v, n_alpha, n_h, need_dv):
    W = n_v * n_alpha * n_h  # U w: (n_v, n_alpha)(n_alpha, n_h)
    vW = ...  # v W
    dW = ...
    dw = ...
    dv = ...
    return None  # their sum; dv only if need_dv


# %% [markdown] hint count_compose
# Write each product with its shapes, as in the first line: $v W$ is (n, n_v)(n_v, n_h). What is a·b·c?

# %% [markdown] hint count_compose
# $v^\top dz$ is (n_v, n)(n, n_h), $dz\, W^\top$ is (n, n_h)(n_h, n_v): the same three numbers, so the same count as $v W$.

# %% [markdown] hint count_compose
# `vW`, `dW` and `dv` are `n * n_v * n_h` each; `W` and `dw` are `n_v * n_alpha * n_h` each, with no n. `need_dv * dv` is 0 for False.


# %% solution count_compose
def count_compose(n, n_v, n_alpha, n_h, need_dv):
    W = n_v * n_alpha * n_h  # U w: (n_v, n_alpha)(n_alpha, n_h)
    vW = n * n_v * n_h  # v W: (n, n_v)(n_v, n_h)
    dW = n_v * n * n_h  # v^T dz: (n_v, n)(n, n_h)
    dw = n_alpha * n_v * n_h  # U^T dW: (n_alpha, n_v)(n_v, n_h)
    dv = n * n_h * n_v  # dz W^T: (n, n_h)(n_h, n_v)
    return W + vW + dW + dw + (dv if need_dv else 0)


# %% mutant count_compose: dv always
def count_compose(n, n_v, n_alpha, n_h, need_dv):
    return 2 * n_v * n_alpha * n_h + 3 * n * n_v * n_h


# %% mutant count_compose: only the way forward
def count_compose(n, n_v, n_alpha, n_h, need_dv):
    return n_v * n_alpha * n_h + n * n_v * n_h


# %% mutant count_compose: W is put together for each row
def count_compose(n, n_v, n_alpha, n_h, need_dv):
    return 2 * n * n_v * n_alpha * n_h + (2 + need_dv) * n * n_v * n_h


# %% mutant count_compose: U^T is forgotten
def count_compose(n, n_v, n_alpha, n_h, need_dv):
    return n_v * n_alpha * n_h + (2 + need_dv) * n * n_v * n_h


# %% mutant count_compose: additions counted as well
def count_compose(n, n_v, n_alpha, n_h, need_dv):
    return 2 * (2 * n_v * n_alpha * n_h + (2 + need_dv) * n * n_v * n_h)


# %% accept count_compose: factored out
def count_compose(n, n_v, n_alpha, n_h, need_dv):
    return float(n_v * n_h * (2 * n_alpha + n * (2 + bool(need_dv))))


# %% accept count_compose: by shapes
def count_compose(n, n_v, n_alpha, n_h, need_dv):
    triples = [(n_v, n_alpha, n_h)] * 2 + [(n, n_v, n_h)] * (3 if need_dv else 2)
    return np.prod(triples, axis=1).sum()


# %% check count_compose
with check("count_compose") as c:
    for n_any, n_v, n_alpha, n_h in ((1000, 30, 7, 11), (5, 6, 6, 4)):
        product = ComposeFirst(lrw.Predicted(np.ones((n_v, n_alpha)), n_h))
        for need_dv in (False, True):
            got, what = (
                count_compose(n_any, n_v, n_alpha, n_h, need_dv),
                f"count_compose({n_any}, {n_v}, {n_alpha}, {n_h}",
            )
            c.close(got, product.multiplications(n_any, need_dv), f"{what}, need_dv={need_dv})")

# %% [markdown]
# Look at your formula. The two products with $U$ have no $n$ in them: for many rows they are nothing, and what is left is the cost
# of an ordinary layer with **all** weights. Composing first saves memory and learns fewer numbers, but it
# saves no time at all.
#
# ### Exercise 2: pool first
#
# Now the other order. If the layer's input changes from step to step (it is some other layer's output), the pooling is paid for each time:
# $v U$, $v_\alpha w_\alpha$; back $v_\alpha^\top dz$, $dv_\alpha = dz\, w_\alpha^\top$, $dv = dv_\alpha U^\top$. If the input is the data, $v U$ was computed
# **once**, before training, and no $dv$ is needed: two products are left.


# %% starter count_pool
def count_pool(n, n_v, n_alpha, n_h, once):
    if once:  # the input is v_alpha already, and there is no layer below
        return ...
    return ...  # five products


# %% [markdown] hint count_pool
# With `once`, it is a layer with n_alpha inputs, and the two products are $v_\alpha w_\alpha$ and $v_\alpha^\top dz$.

# %% [markdown] hint count_pool
# Otherwise sort the five by their shapes: which have $U$ in them (n, n_v, n_alpha), and which have $w_\alpha$ or $dz$ (n, n_alpha, n_h)?

# %% [markdown] hint count_pool
# Once: `2 * n * n_alpha * n_h`. Else: `2 * n * n_v * n_alpha + 3 * n * n_alpha * n_h`.


# %% solution count_pool
def count_pool(n, n_v, n_alpha, n_h, once):
    if once:
        return 2 * n * n_alpha * n_h  # v_alpha w, v_alpha^T dz
    with_U = 2 * n * n_v * n_alpha  # v U, dv_alpha U^T
    with_w = 3 * n * n_alpha * n_h  # v_alpha w, v_alpha^T dz, dz w^T
    return with_U + with_w


# %% mutant count_pool: the pooling is paid for each time
def count_pool(n, n_v, n_alpha, n_h, once):
    return (
        n * n_v * n_alpha + 2 * n * n_alpha * n_h if once else 2 * n * n_v * n_alpha + 3 * n * n_alpha * n_h
    )


# %% mutant count_pool: nothing goes down to the layer below
def count_pool(n, n_v, n_alpha, n_h, once):
    return 2 * n * n_alpha * n_h if once else n * n_v * n_alpha + 2 * n * n_alpha * n_h


# %% mutant count_pool: the last U^T is missing
def count_pool(n, n_v, n_alpha, n_h, once):
    return 2 * n * n_alpha * n_h if once else n * n_v * n_alpha + 3 * n * n_alpha * n_h


# %% mutant count_pool: n_v for n_alpha
def count_pool(n, n_v, n_alpha, n_h, once):
    return 2 * n * n_v * n_h if once else 2 * n * n_v * n_alpha + 3 * n * n_v * n_h


# %% accept count_pool: by shapes
def count_pool(n, n_v, n_alpha, n_h, once):
    small, pooling = np.prod([n, n_alpha, n_h]), np.prod([n, n_v, n_alpha])
    return small * 2 if once else small * 3 + pooling * 2


# %% accept count_pool: factored out, a float
def count_pool(n, n_v, n_alpha, n_h, once):
    return float(n * n_alpha * (2 * n_h + (0 if once else 2 * n_v + n_h)))


# %% check count_pool
with check("count_pool") as c:
    for n_any, n_v, n_alpha, n_h in ((1000, 30, 7, 11), (5, 6, 6, 4)):
        q = lrw.Predicted(np.ones((n_v, n_alpha)), n_h)
        for once, product in ((True, PooledOnce(q)), (False, PoolFirst(q))):
            got, what = (
                count_pool(n_any, n_v, n_alpha, n_h, once),
                f"count_pool({n_any}, {n_v}, {n_alpha}, {n_h}",
            )
            c.close(got, product.multiplications(n_any, need_dv=not once), f"{what}, once={once})")

# %% [markdown]
# `net.plan(n)` makes exactly this account for a network and takes the cheaper order, layer by layer. Here are digits of 24 × 24 pixels, two
# hidden layers of 400 units, a tenth of each:

# %%
digits = lrw.datasets.load_digits(zoom=3)  # images of 24 x 24 pixels
X = np.tile(digits.X_train, (3, 1))[
    : teaching.sized(full=4000, tiny=300)
]  # (n, 576); repeated, for the clock
Y = np.eye(10, dtype=np.float32)[np.tile(digits.y_train, 3)[: len(X)]]  # (n, 10)
n, n_v, n_h = len(X), X.shape[1], teaching.sized(full=400, tiny=40)


def factored(n_in, n_out, proportion, n_columns=1):
    """A layer with random dictionaries: their values do not matter to the clock."""
    n_alpha, widths = round(proportion * n_in), [len(a) for a in np.array_split(np.arange(n_out), n_columns)]
    Us = [lrw.dictionaries.random_projection(n_in, n_alpha, rng=j) for j in range(n_columns)]
    columns = [lrw.Predicted(U, width) for U, width in zip(Us, widths, strict=True)]
    return columns[0] if n_columns == 1 else lrw.Columns(columns)


def network(first, second):
    layers = [lrw.Dense(first, "sigmoid"), lrw.Dense(second, "sigmoid"), lrw.Dense(lrw.Full(n_h, 10))]
    return lrw.Network(layers, "softmax_cross_entropy")


every = network(lrw.Full(n_v, n_h), lrw.Full(n_h, n_h))
tenth = network(factored(n_v, n_h, 0.1), factored(n_h, n_h, 0.1))
print(tenth.plan(n))

# %% [markdown] question once
# **Question.** Pooling all rows once takes n · n_v · n_alpha multiplications, before the first step. Is it worth it? How many
# loss-and-gradients does it take to earn it back, compared with pooling again each time?

# %% [markdown] answer once
# One. Pooling each time would do the same product in the very first step, and in all the others again. Compared
# with composing first, a step of which takes 2 n n_v n_h, pooling once and then stepping takes n n_v n_alpha + 2 n n_alpha n_h:
# with a tenth known and $n_h$ near $n_v$, about 0.3 n n_v n_h. It has paid for itself within the first step. The only
# price is memory: an array of (n, n_alpha), and with columns of (n, J n_alpha).

# %% [markdown]
# ## 3 · Where the two orders meet
#
# **Guess first.** A layer in the middle of the network, as many units in as out, one column. Pooling first takes fewer
# multiplications when few weights are known. Up to what proportion?

# %%
guess_meet = None  # between 0 and 1

# %% [markdown]
# Now with $J$ columns. Each has its own $U_j$ (n_v, n_alpha) and n_h / J of the units. The products with $w$ take as many
# multiplications as with one column, all columns together: $J \cdot n\, n_\alpha\, (n_h / J)$. But there are $J$ dictionaries to pool with.
#
# ### Exercise 3: break even
#
# For many rows (drop what has no $n$ in it), at which proportion $n_\alpha / n_v$ do *compose first* and *pool first* take the same number of
# multiplications, in a layer that must pass $dv$ down?


# %% starter break_even
def break_even(n_v, n_h, n_columns):
    proportion = ...  # n_alpha / n_v
    return proportion


# %% [markdown] hint break_even
# Compose first, without what has no n: $3\, n\, n_v n_h$. Pool first with one column: $2\, n\, n_v n_\alpha + 3\, n\, n_\alpha n_h$. Where does $J$ come in?

# %% [markdown] hint break_even
# With $J$ columns: $3\, n_v n_h = n_\alpha\, (2 J n_v + 3 n_h)$. Solve for $n_\alpha$, and divide by $n_v$.

# %% [markdown] hint break_even
# `3 * n_h / (2 * n_columns * n_v + 3 * n_h)`.


# %% solution break_even
def break_even(n_v, n_h, n_columns):
    proportion = 3 * n_h / (2 * n_columns * n_v + 3 * n_h)  # n_alpha / n_v
    return proportion


# %% mutant break_even: n_alpha instead of n_alpha / n_v
def break_even(n_v, n_h, n_columns):
    return 3 * n_v * n_h / (2 * n_columns * n_v + 3 * n_h)


# %% mutant break_even: one column
def break_even(n_v, n_h, n_columns):
    return 3 * n_h / (2 * n_v + 3 * n_h)


# %% mutant break_even: the forward pass only
def break_even(n_v, n_h, n_columns):
    return n_h / (n_columns * n_v + n_h)


# %% mutant break_even: columns in both kinds of products
def break_even(n_v, n_h, n_columns):
    return 3 * n_h / (n_columns * (2 * n_v + 3 * n_h))


# %% mutant break_even: inputs and units exchanged
def break_even(n_v, n_h, n_columns):
    return 3 * n_v / (2 * n_columns * n_h + 3 * n_v)


# %% accept break_even: from the ratio of inputs to units
def break_even(n_v, n_h, n_columns):
    return 1 / (1 + 2 / 3 * n_columns * n_v / n_h)


# %% accept break_even: found by halving
def break_even(n_v, n_h, n_columns):
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        pool = middle * n_v * (2 * n_columns * n_v + 3 * n_h)
        low, high = (middle, high) if pool < 3 * n_v * n_h else (low, middle)
    return low


# %% check break_even
with check("break_even") as c:
    for n_in, n_out, n_columns in ((100, 100, 1), (100, 100, 10), (300, 120, 4)):
        got, what = break_even(n_in, n_out, n_columns), f"break_even({n_in}, {n_out}, {n_columns})"
        c.true(None if got is None or got is ... else 0 < got < 1, f"{what} is no proportion: {got}.")
        for proportion, wanted in ((0.9 * got, "pool"), (1.1 * got, "compose")):
            q = factored(n_in, n_out, proportion, n_columns)
            costs = [order(q).multiplications(10**7) for order in (PoolFirst, ComposeFirst)]
            cheaper = "pool" if costs[0] < costs[1] else "compose"
            said = f"{what} = {got:.3f}, but at {proportion:.3f} it is cheaper to {cheaper} first."
            c.true(cheaper == wanted, said)

# %%
teaching.compare_guess(guess_meet, 0.6, "one column, as many units in as out")

# %%
proportions = np.linspace(0.01, 1, 34)
fig, ax = plt.subplots(figsize=(7.6, 3.3), layout="constrained")
for J, style in zip((1, 2, 5, 10), plotting.line_styles(4), strict=True):
    orders = [PoolFirst(factored(100, 100, proportion, J)) for proportion in proportions]
    costs = [order.multiplications(10**6) / 3e10 for order in orders]
    ax.plot(proportions, costs, **style | {"marker": ""}, label=f"pool first, {J} column{'s' * (J > 1)}")
ax.axhline(1, color="black", lw=1.2, label="compose first, or every weight")
ax.set(
    xlabel="proportion of the weights that is known", ylabel="multiplications, every weight = 1", ylim=(0, 2)
)
ax.legend(loc="upper left", bbox_to_anchor=(1, 1))
ax.set_title("a hidden layer, as many units in as out")
plt.show()

# %% [markdown]
# 3 / (2 + 3) = 60 % with one column; with ten, 3 / 23 = 13 %. Above its meeting point a plan composes first, and costs what every weight
# costs. So the paper's ten columns are for accuracy; they are not free. In the *first* layer they are nearly free, as it
# is pooled once: 2 n n_alpha n_h whatever $J$. But the pooled data are $J n_\alpha$ wide, and the package keeps them only while that is
# no wider than the images themselves, so up to a proportion of about $1 / J$. Here it is a near miss: a tenth of 576 is 58, and
# ten times 58 is 580. (MNIST's 784 pixels have better luck: ten times 78.)

# %%
for J in (1, 5, 10, 20):
    print(
        f"{J:>2} columns:",
        *str(network(factored(n_v, n_h, 0.1, J), factored(n_h, n_h, 0.1, J)).plan(n)).splitlines()[2:6],
        sep="\n",
    )

# %% [markdown]
# ## 4 · Does the clock agree?
#
# **Guess first.** With 5 % of the weights known, in one column, the multiplications fall to about 8 % of those of every weight. And
# the time of a loss and gradient? To what per cent?

# %%
guess_time = None  # per cent

# %%
few_proportions = [0.02, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1.0]
operands = {}  # arrays for the products alone, used again from net to net


def measure(net):
    """Multiplications; seconds of loss and gradient, and of its matrix products alone, taken in turns."""
    fun, theta = lrw.Objective(net, X, Y, n_threads=1), net.init(rng=0)
    alone = MatrixProducts(fun.plan, np.float32, 1, operands)
    turns = [(best_of(lambda: fun(theta), 1), best_of(alone.blocks, 1)) for _ in range(REPEATS)]
    return fun.plan.multiplications, *np.min(turns, axis=0)


full = measure(every)
nets = [network(factored(n_v, n_h, x), factored(n_h, n_h, x)) for x in few_proportions]
few = np.array([measure(net) for net in nets])
teaching.compare_guess(guess_time, float(100 * few[1, 1] / full[1]), "time at 5 %, in per cent")
print("proportion   multiplications   time    products alone   time / products alone")
for known, (count, seconds, bound) in zip(["every", *few_proportions], [full, *few], strict=True):
    print(
        f"{known!s:>10}   {count / full[0]:>15.0%}   {seconds / full[1]:>4.0%}   {bound / full[1]:>14.0%}   {seconds / bound:>21.2f}"
    )

# %%
fig, ax = plt.subplots(figsize=(5.6, 3.4), layout="constrained")
labels = ("multiplications", "time of loss and gradient", "time of the products alone")
for i, (label, style) in enumerate(zip(labels, plotting.line_styles(3), strict=True)):
    ax.plot(few_proportions, few[:, i] / full[min(i, 1)], **style, label=label)
ax.axhline(1, color="#9A9893", lw=0.8)
ax.set(xlabel="proportion of the weights that is known", ylabel="every weight = 1", ylim=(0, None))
ax.legend()
plt.show()

# %% [markdown] question rest
# **Question.** Down to a fifth or so, time and multiplications go hand in hand. At 5 % and 2 % the time's share is about twice the
# multiplications' share. Which work does not get less when fewer weights are known? Name three pieces.

# %% [markdown] answer rest
# All that is done once for each *unit* and row: adding the bias, the sigmoid (and its derivative on the way back), summing $dz$ to $db$; then the
# softmax, and the output layer, which is never predicted. Those are n · n_h operations where the products are n · n_alpha · n_h, so they hide
# while n_alpha is large and show when it is small. And thinner products run at a lower rate (section 1), which is in "products alone" already.
#
# It is why the package writes the sigmoid as a rational function that the compiler can vectorise, and reuses a block's memory: at 5 % such
# things are a good part of the time, with every weight they are nothing.

# %% [markdown]
# ## 5 · Blocks of rows
#
# All 60,000 rows of MNIST at once, 500 units, float32: one array of $h$ takes 120 MB, and a loss and gradient needs several. They do
# not fit into any cache, so each one goes out to memory and comes back. But a loss is a mean over rows, so rows can be taken in blocks:
#
# $$f = \frac{1}{n} \sum_{\mathrm{blocks}} n_k f_k, \qquad \nabla f = \frac{1}{n} \sum_{\mathrm{blocks}} n_k \nabla f_k,$$
#
# where $f_k$ is the mean over the $n_k$ rows of block $k$.
#
# ### Exercise 4: in blocks
#
# `net.loss_and_grad(theta, X, Y)` gives the mean loss and its gradient on any rows. Use it on blocks of `size` rows, the last one of what is
# left, and return loss and gradient of all rows.


# %% starter in_blocks
def in_blocks(net, theta, X, Y, size):
    loss, grad = 0.0, np.zeros_like(theta)  # a number, (n_dynamic,)
    for start in range(0, len(X), size):
        rows = slice(start, start + size)  # the last one may end beyond the last row
        loss, grad = None, None  # add this block's share
    return loss, grad


# %% [markdown] hint in_blocks
# `net.loss_and_grad(theta, X[rows], Y[rows])` returns *means* over the block's rows. How many rows has it got?

# %% [markdown] hint in_blocks
# Its share of all rows is `len(X[rows]) / len(X)`, also for the last, shorter block. Loss and gradient are both multiplied by it.

# %% [markdown] hint in_blocks
# `f, g = net.loss_and_grad(theta, X[rows], Y[rows])`, then `share = len(X[rows]) / len(X)`, and `loss, grad = loss + share * f, grad + share * g`.


# %% solution in_blocks
def in_blocks(net, theta, X, Y, size):
    loss, grad = 0.0, np.zeros_like(theta)  # a number, (n_dynamic,)
    for start in range(0, len(X), size):
        rows = slice(start, start + size)  # the last one may end beyond the last row
        f, g = net.loss_and_grad(theta, X[rows], Y[rows])  # a number, (n_dynamic,)
        share = len(X[rows]) / len(X)
        loss, grad = loss + share * f, grad + share * g
    return loss, grad


# %% mutant in_blocks: a mean of means
def in_blocks(net, theta, X, Y, size):
    starts = range(0, len(X), size)
    found = [net.loss_and_grad(theta, X[i : i + size], Y[i : i + size]) for i in starts]
    return np.mean([f for f, _ in found]), np.mean([g for _, g in found], axis=0)


# %% mutant in_blocks: the last block counts as a whole one
def in_blocks(net, theta, X, Y, size):
    loss, grad = 0.0, np.zeros_like(theta)
    for start in range(0, len(X), size):
        f, g = net.loss_and_grad(theta, X[start : start + size], Y[start : start + size])
        loss, grad = loss + size / len(X) * f, grad + size / len(X) * g
    return loss, grad


# %% mutant in_blocks: what is left over is dropped
def in_blocks(net, theta, X, Y, size):
    n_blocks = max(1, len(X) // size)
    found = [net.loss_and_grad(theta, X[k * size :][:size], Y[k * size :][:size]) for k in range(n_blocks)]
    return sum(f for f, _ in found) / n_blocks, sum(g for _, g in found) / n_blocks


# %% mutant in_blocks: sums instead of means
def in_blocks(net, theta, X, Y, size):
    loss, grad = 0.0, np.zeros_like(theta)
    for start in range(0, len(X), size):
        rows = slice(start, start + size)
        f, g = net.loss_and_grad(theta, X[rows], Y[rows])
        loss, grad = loss + len(X[rows]) * f, grad + len(X[rows]) * g
    return loss, grad


# %% mutant in_blocks: the gradient of the last block only
def in_blocks(net, theta, X, Y, size):
    loss = 0.0
    for start in range(0, len(X), size):
        rows = slice(start, start + size)
        f, grad = net.loss_and_grad(theta, X[rows], Y[rows])
        loss += f * len(X[rows]) / len(X)
    return loss, grad


# %% accept in_blocks: array_split, blocks of nearly equal size
def in_blocks(net, theta, X, Y, size):
    loss, grad = 0.0, 0.0
    for rows in np.array_split(np.arange(len(X)), -(-len(X) // size)):
        f, g = net.loss_and_grad(theta, X[rows], Y[rows])
        loss, grad = loss + f * len(rows), grad + g * len(rows)
    return loss / len(X), grad / len(X)


# %% accept in_blocks: average with weights
def in_blocks(net, theta, X, Y, size):
    blocks = [slice(i, i + size) for i in range(0, len(X), size)]
    found = [net.loss_and_grad(theta, X[b], Y[b]) for b in blocks]
    n_k = [len(X[b]) for b in blocks]
    return [
        np.average([f for f, _ in found], weights=n_k),
        np.average([g for _, g in found], axis=0, weights=n_k),
    ]


# %% check in_blocks
with check("in_blocks") as c:
    draw = np.random.default_rng(0)
    small = lrw.Network([lrw.Dense(lrw.Full(5, 3), "tanh"), lrw.Dense(lrw.Full(3, 2))], "squared_error")
    theta, X_any, Y_any = small.init(rng=0), draw.normal(size=(10, 5)), draw.normal(size=(10, 2))
    for size in (10, 5, 4, 3, 1, 64):
        answer = c.parts(in_blocks(small, theta, X_any, Y_any, size), 2, "in_blocks(net, theta, X, Y, size)")
        for got, wanted, what in zip(
            answer, small.loss_and_grad(theta, X_any, Y_any), ("loss", "grad"), strict=True
        ):
            c.close(got, wanted, f"{what} of 10 rows in blocks of {size}")

# %% [markdown]
# **Guess first.** Which block size is the fastest: 20 rows, 100, 1,000, or all 4,000 at once?

# %%
guess_block = None  # a number of rows


# %%
def package_blocks(net, theta, X, Y, size):
    """The same sum by the package's parts, for those who skipped the exercise."""
    shares = [(len(X[i : i + size]) / len(X), slice(i, i + size)) for i in range(0, len(X), size)]
    found = [(share, net.loss_and_grad(theta, X[rows], Y[rows])) for share, rows in shares]
    return sum(s * f for s, (f, _) in found), sum(s * g for s, (_, g) in found)


def peak_of(f):
    """Bytes that f() holds at once, at most."""
    tracemalloc.start()
    f()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


sum_up = in_blocks if check.passed("in_blocks") else package_blocks
block_sizes = [size for size in (20, 100, 300, 1000, 2000) if size < n] + [n]
theta = every.init(rng=0)
runs = {size: lambda size=size: sum_up(every, theta, X, Y, size) for size in block_sizes}
seconds = {size: best_of(run) for size, run in runs.items()}
teaching.compare_guess(guess_block, min(seconds, key=seconds.get), "fastest block, rows")
for size, run in runs.items():
    print(f"{size:>5} rows: {seconds[size]:.3f} s, at most {peak_of(run) / 1e6:>5.1f} MB")

# %% [markdown]
# (The gradient and its sums alone are some 14 MB: the rest is what a block holds.) Small blocks lose on two counts: thin products, and a whole gradient to be added for each of them. Large ones only lose their place in the
# cache, and a matrix product is clever about that: from a few hundred rows on the curve is flat, and chance says which is the fastest. What blocks buy there is memory, which no longer grows with the
# number of rows, and work that can be dealt to several cores. `lrw.Objective` takes 1,000 rows a block, one block a core, and keeps the block's
# memory for the next one; it also pools first. Against the plain definition, for a tenth of the weights, on one core:

# %%
theta = tenth.init(rng=0)
fast = lrw.Objective(tenth, X, Y, n_threads=1)
print(f"definition, all rows at once: {best_of(lambda: tenth.loss_and_grad(theta, X, Y)):.3f} s")
print(f"lrw.Objective, blocks of 1,000, pooled: {best_of(lambda: fast(theta)):.3f} s")
same = np.abs(fast(theta)[1] - tenth.loss_and_grad(theta, X, Y)[1]).max()
print(f"largest difference of the gradients: {same:.0e} (float32)")

# %% [markdown]
# ## 6 · The paper's network
#
# 784-500-500-10. The clock does not look at the values, so random numbers of MNIST's shape do; if MNIST is here, it is taken. Every weight,
# then a tenth in ten columns (as in the paper) and in one, then a twentieth. The last column is the goal we set ourselves: how many times
# the machine's own time for the matrix products?

# %%
n = teaching.sized(full=4000, tiny=200)
X = rng.random((n, 784)).astype(np.float32)
if lrw.datasets.DATASETS["mnist"].place() != "missing":
    X = lrw.datasets.fetch_mnist().X_train[:n]
n_v, n_h = 784, teaching.sized(full=500, tiny=50)
Y = np.eye(10, dtype=np.float32)[np.arange(len(X)) % 10]
paper = {"every weight": network(lrw.Full(n_v, n_h), lrw.Full(n_h, n_h))}
for proportion, J in ((0.1, 10), (0.1, 1), (0.05, 1)):
    first, second = factored(n_v, n_h, proportion, J), factored(n_h, n_h, proportion, J)
    paper[f"{proportion:.0%}, {J} column{'s' * (J > 1)}"] = network(first, second)
for name, net in paper.items():
    count, seconds, bound = measure(net)
    print(
        f"{name:>15}: {count / 1e9:>5.2f} G multiplications, {seconds:.3f} s, {seconds / bound:.2f} times the products alone"
    )

# %% [markdown]
# `lowrankweights bench` does this with all 60,000 rows, all cores, and more care.
#
# ## Summary
#
# - A product (a, b)(b, c) takes a·b·c multiplications. GEMM's rate is the machine's limit, reached by large products only.
# - Compose first costs what every weight costs. Pool first costs in proportion to $n_\alpha$, up to a meeting point: 60 % with one column, 13 % with
#   ten (as many units in as out).
# - The first layer's input never changes: pool it once, and its cost falls with the proportion, whatever the number of columns. The price is
#   memory, $J n_\alpha$ numbers a row.
# - Time follows the multiplications down to a floor: what is done for each unit does not get less.
# - Blocks of rows: the same sum (mind the last, shorter one), memory that does not grow, work for several cores.
#
# In the package, in `speed/`: `orders.py` (exercises 1 and 2), `plan.py` (exercise 3 is its choice), `blocks.py` and `objective.py` (exercise 4),
# `compiled.py` (the floor); and `bench/gemm.py` (the bound).

# %%
one_thread.restore_original_limits()
check.summary()
