# ---
# title: What it costs: pooling, the GEMM bound, multiplications and time
# minutes: 60
# seconds: 20
# learn: how to count what a loss and its gradient cost; when to put W together first and when to pool the input first; why the first layer is pooled once; what columns cost; why counting is not timing; why rows are taken in blocks.
# need: matrix products, and the backward pass of a factored layer (notebook 03). Times are measured on your machine, so let it do nothing else meanwhile. No download.
# ---

# %% [markdown]
# A layer learns a tenth of its weights and predicts the others. Is a step of training now ten times as fast?
#
# The answer depends on something simple: the order in which three matrices are multiplied. In this lesson you count
# multiplications by hand. Then you measure times on *your* machine, and see where the two disagree. The checks look at counts only,
# never at times: counts are the same on every machine.
#
# A time in this lesson is the processor's: seconds in which it runs other programs are not counted. Other programs still disturb,
# because they share the memory with this one.

# %%
import functools
import itertools
import sys
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
one_thread = threadpool_limits(1, user_api="blas")  # one core does the work, so that times can be compared

REPEATS = teaching.sized(full=3, tiny=1)
# the processor's seconds: what other programs do meanwhile is not counted (Windows counts too coarsely)
clock = time.perf_counter if sys.platform == "win32" else time.process_time


def seconds_of(run):
    start = clock()
    run()
    return clock() - start


def best_of(*runs, repeats=REPEATS):
    """Seconds that each run() takes: the best of a few. They take turns, so that a slow minute is slow for all."""
    rounds = [[seconds_of(run) for run in runs] for _ in range(1 + repeats)]  # the first one warms up
    return np.min(rounds[1:], axis=0)


# %%
def count_slips(sizes, counts):
    """For the checks: wrong counts, and what to say of them. counts: how many products of which kind."""
    kinds = dict.fromkeys(("n·n_v·n_h", "n·n_v·n_alpha", "n·n_alpha·n_h", "n_v·n_alpha·n_h"), 0) | counts
    one = {kind: np.prod([float(sizes[letter]) for letter in kind.split("·")]) for kind in kinds}
    right = sum(k * one[kind] for kind, k in kinds.items())
    slips = {"that is twice the number. Count multiplications only, no additions.": 2 * right}
    gaps = [np.subtract(found, [*kinds.values()]) for found in itertools.product(range(6), repeat=len(kinds))]
    for gap in sorted(gaps, key=lambda gap: np.abs(gap).sum()):  # the simplest first
        slips[gap_words(kinds, gap)] = right + gap @ [*one.values()]
    return slips


def gap_words(kinds, gap):
    """Which products are missing, or are too many."""
    said = []
    for kind, k in zip(kinds, gap, strict=True):
        if k:
            products = f"1 product of {kind} is" if abs(k) == 1 else f"{abs(k)} products of {kind} are"
            said.append(f"{products} {'too many' if k > 0 else 'missing'}")
    return f"{', '.join(said)}."


# %% [markdown]
# ## 1 · The speed of the machine
#
# A product of an (a, b) and a (b, c) matrix has a·c entries. Each entry is a sum of b products. So it takes **a·b·c
# multiplications**, and as many additions. The library routine that does it is called GEMM (*general matrix multiply*). It is
# written for the processor at hand, and nothing else on this core multiplies faster. So GEMM gives a bound: no computation takes less
# time than GEMM takes for as many multiplications.
#
# **Guess first.** How many multiplications does one core do in a second, in float32?

# %%
guess_rate = None  # for instance 1e8, 1e9, 1e10 or 1e11

# %%
rng = np.random.default_rng(0)


def rate(a, b, c, dtype=np.float32):
    """Multiplications in a second of the product (a, b)(b, c)."""
    A, B, out = (rng.random(shape).astype(dtype) for shape in ((a, b), (b, c), (a, c)))
    return a * b * c / best_of(lambda: np.matmul(A, B, out=out))[0]


big = teaching.sized(full=1000, tiny=200)
teaching.compare_guess(guess_rate, rate(big, 500, 500), "multiplications in a second, float32", factor=3)
print(f"the same in float64: {rate(big, 500, 500, np.float64):.3g}")
print(f"a large matrix times one vector: {rate(4 * big, 4000, 1):.3g}")

# %% [markdown]
# In float64 it is about half as many, as each number is twice as long. A large matrix times a single *vector* reaches less than
# a third of the rate. Each number of the matrix is fetched from memory for one multiplication only, and memory is slow. A product of two
# matrices uses each number many times. Small products are slow too:

# %% claim float64: in float64 a core does 0.3 to 0.7 times as many multiplications a second as in float32
operands = [
    [rng.random(shape).astype(dtype) for shape in ((big, 500), (500, 500))]
    for dtype in (np.float32, np.float64)
]
single, double = best_of(*(functools.partial(np.matmul, A, B) for A, B in operands))
claim(single / double, 0.3, 0.7)

# %% claim vector: a large matrix times one vector reaches less than a third of the rate
claim(rate(4 * big, 4000, 1) / rate(big, 500, 500), 0, 1 / 3)

# %% claim small_products: a product (8, 8)(8, 8) reaches less than a tenth of the rate
claim(rate(8, 8, 8) / rate(big, 500, 500), 0, 0.1)

# %%
sizes = np.unique(np.geomspace(4, teaching.sized(full=1000, tiny=60), 16).astype(int))
fig, ax = plt.subplots(figsize=(5.2, 3), layout="constrained")
for dtype, style in zip((np.float32, np.float64), plotting.line_styles(2), strict=True):
    ax.loglog(sizes, [rate(m, m, m, dtype) / 1e9 for m in sizes], **style, label=dtype.__name__)
ax.set(xlabel="m, of a product (m, m)(m, m)", ylabel="10⁹ multiplications a second", title="one core")
ax.legend()
plt.show()

# %% [markdown]
# Remember two things. *Fewer multiplications take less time only if the rate is the same*: fewer multiplications in smaller
# products may take more time. And many rows at once are multiplied faster than one row after the other.
#
# ## 2 · Three matrices, two orders
#
# A factored layer computes $z = v\, U\, w_\alpha$ plus the bias, where $v$ is (n, n_v), $U$ (n_v, n_alpha) and $w_\alpha$ (n_alpha, n_h). It makes no
# difference to the result where the brackets are:
#
# - **compose first**, $v\, (U w_\alpha)$: put $W$ together, then an ordinary layer;
# - **pool first**, $(v\, U)\, w_\alpha$: the input is pooled to $v_\alpha$ (n, n_alpha), then a *smaller* ordinary layer.
#
# The way back has two orders too (notebook 03): $dw_\alpha = U^\top (v^\top dz)$ or $(v\, U)^\top dz$.
#
# ### Exercise 1: compose first
#
# Count the multiplications of one loss and gradient. Forward there are two products, $U w_\alpha$ and $v W$. On the way back there are
# $v^\top dz$ and $U^\top dW$, and also $dv = dz\, W^\top$ if a layer below needs it (`need_dv`). Each product takes a·b·c.


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


# %% mutant count_compose: n_alpha for n_v in dv
def count_compose(n, n_v, n_alpha, n_h, need_dv):
    return 2 * n_v * n_alpha * n_h + 2 * n * n_v * n_h + need_dv * n * n_h * n_alpha


# %% mutant count_compose: entries of the results, not multiplications
def count_compose(n, n_v, n_alpha, n_h, need_dv):
    return 2 * n_v * n_h + n * n_h + n_alpha * n_h + need_dv * n * n_v


# %% mutant count_compose: need_dv the wrong way round
def count_compose(n, n_v, n_alpha, n_h, need_dv):
    return 2 * n_v * n_alpha * n_h + (2 if need_dv else 3) * n * n_v * n_h


# %% mutant count_compose: dv never
def count_compose(n, n_v, n_alpha, n_h, need_dv):
    return 2 * n_v * n_alpha * n_h + 2 * n * n_v * n_h


# %% mutant count_compose: dw over the rows, as if pooled
def count_compose(n, n_v, n_alpha, n_h, need_dv):
    return n_v * n_alpha * n_h + n * n_alpha * n_h + (2 + need_dv) * n * n_v * n_h


# %% mutant count_compose: the five counts, not their sum
def count_compose(n, n_v, n_alpha, n_h, need_dv):
    return [n_v * n_alpha * n_h, n * n_v * n_h, n * n_v * n_h, n_v * n_alpha * n_h, need_dv * n * n_v * n_h]


# %% mutant count_compose: a list with dv only if it is needed
def count_compose(n, n_v, n_alpha, n_h, need_dv):
    return [n_v * n_alpha * n_h, n * n_v * n_h, n * n_v * n_h, n_v * n_alpha * n_h] + need_dv * [
        n * n_v * n_h
    ]


# %% mutant count_compose: in words
def count_compose(n, n_v, n_alpha, n_h, need_dv):
    return f"{2 * n_v * n_alpha * n_h + 2 * n * n_v * n_h} multiplications"


# %% mutant count_compose: the last product is not added
def count_compose(n, n_v, n_alpha, n_h, need_dv):
    W = n_v * n_alpha * n_h
    vW = dW = dv = n * n_v * n_h
    return W + vW + dW + need_dv * dv


# %% accept count_compose: Fractions
def count_compose(n, n_v, n_alpha, n_h, need_dv):
    from fractions import Fraction

    share = Fraction(n_alpha, n)
    return n * n_v * n_h * (2 * share + 2 + need_dv)


# %% accept count_compose: a loop over shapes
def count_compose(n, n_v, n_alpha, n_h, need_dv):
    total = np.float64(0)
    for left, right in [((n_v, n_alpha), n_h), ((n, n_v), n_h), ((n_v, n), n_h), ((n_alpha, n_v), n_h)]:
        total += left[0] * left[1] * right
    return total + n * n_h * n_v if need_dv else total


# %% accept count_compose: factored out
def count_compose(n, n_v, n_alpha, n_h, need_dv):
    return float(n_v * n_h * (2 * n_alpha + n * (2 + bool(need_dv))))


# %% accept count_compose: by shapes
def count_compose(n, n_v, n_alpha, n_h, need_dv):
    triples = [(n_v, n_alpha, n_h)] * 2 + [(n, n_v, n_h)] * (3 if need_dv else 2)
    return np.prod(triples, axis=1).sum()


# %% check count_compose
with check("count_compose") as c:
    for sizes in ((1000, 30, 7, 11), (7, 13, 3, 5), (4000, 576, 58, 400)):
        product = ComposeFirst(lrw.Predicted(np.ones(sizes[1:3]), sizes[3]))
        for need_dv in (False, True):
            slips = count_slips(
                dict(zip(("n", "n_v", "n_alpha", "n_h"), sizes, strict=True)),
                {"n·n_v·n_h": 2 + need_dv, "n_v·n_alpha·n_h": 2},
            )
            n_any, n_v, n_alpha, n_h = sizes
            wanted = product.multiplications(n_any, need_dv)
            for k, where in ((1, "one of them"), (2, "both")):
                said = f"W is put together once, not for each row: no n in U w_alpha and U^T dW (you have it in {where})."
                slips[said] = wanted + k * (n_any - 1) * n_v * n_alpha * n_h
            entries = n_v * n_h + n_any * n_h + n_v * n_h + n_alpha * n_h + need_dv * n_any * n_v
            slips["these are the results' entries. An entry takes more than one multiplication."] = entries
            with_n, without = n_any * n_v * n_h, n_v * n_alpha * n_h
            each = [without, with_n, with_n, without, with_n * need_dv]
            slips["these are the counts; return their sum."] = np.array(each)
            slips["these are the four counts; return their sum."] = np.array(each[:4])
            what = f"count_compose{sizes}"[:-1] + f", need_dv={need_dv})"
            c.close(count_compose(*sizes, need_dv), wanted, what, slips=slips, sizes={"n": n_any})

# %% [markdown]
# Look at your formula. The two products with $U$ have no $n$ in them. For many rows they cost next to nothing, and what is left is the
# cost of an ordinary layer with **all** weights. Composing first learns fewer numbers, but it saves no time. Nor
# does it save much memory: W and dW are as large as in an ordinary layer.
#
# ### Exercise 2: pool first
#
# Now the other order. Let the layer's input be the output of another layer. Then it changes at every step of training, and so it is pooled
# at every step. There are five products: $v U$ and $v_\alpha w_\alpha$ forward; $v_\alpha^\top dz$, $dv_\alpha = dz\, w_\alpha^\top$ and
# $dv = dv_\alpha U^\top$ on the way back. If the input is the data, $v_\alpha = v\, U$ is computed **once**, before training, and no $dv$ is needed.
# Two products are left (`once`).


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


# %% mutant count_pool: once also sends dz down
def count_pool(n, n_v, n_alpha, n_h, once):
    return 3 * n * n_alpha * n_h if once else 2 * n * n_v * n_alpha + 3 * n * n_alpha * n_h


# %% mutant count_pool: dv straight from dz, with W
def count_pool(n, n_v, n_alpha, n_h, once):
    return 2 * n * n_alpha * n_h if once else n * n_v * n_alpha + 2 * n * n_alpha * n_h + n * n_v * n_h


# %% mutant count_pool: once the wrong way round
def count_pool(n, n_v, n_alpha, n_h, once):
    return 2 * n * n_v * n_alpha + 3 * n * n_alpha * n_h if once else 2 * n * n_alpha * n_h


# %% mutant count_pool: the pooling has no n
def count_pool(n, n_v, n_alpha, n_h, once):
    return 2 * n * n_alpha * n_h if once else 2 * n_v * n_alpha + 3 * n * n_alpha * n_h


# %% mutant count_pool: only forward
def count_pool(n, n_v, n_alpha, n_h, once):
    return n * n_alpha * n_h + (not once) * n * n_v * n_alpha


# %% mutant count_pool: once is ignored
def count_pool(n, n_v, n_alpha, n_h, once):
    return 2 * n * n_alpha * n_h


# %% mutant count_pool: for one row
def count_pool(n, n_v, n_alpha, n_h, once):
    return 2 * n_alpha * n_h if once else 2 * n_v * n_alpha + 3 * n_alpha * n_h


# %% mutant count_pool: the counts, not their sum
def count_pool(n, n_v, n_alpha, n_h, once):
    small, pooling = n * n_alpha * n_h, n * n_v * n_alpha
    return [small, small] if once else [pooling, small, small, small, pooling]


# %% mutant count_pool: an array of one number
def count_pool(n, n_v, n_alpha, n_h, once):
    return np.array([2 * n * n_alpha * n_h if once else 2 * n * n_v * n_alpha + 3 * n * n_alpha * n_h])


# %% accept count_pool: Fractions, a share of every weight
def count_pool(n, n_v, n_alpha, n_h, once):
    from fractions import Fraction

    every = n * n_v * n_h
    return every * (
        Fraction(2 * n_alpha, n_v) if once else Fraction(3 * n_alpha, n_v) + Fraction(2 * n_alpha, n_h)
    )


# %% accept count_pool: math.prod over a generator
def count_pool(n, n_v, n_alpha, n_h, once):
    import math

    shapes = 2 * [(n, n_alpha, n_h)] + (not once) * [(n, n_h, n_alpha), (n, n_v, n_alpha), (n, n_alpha, n_v)]
    return sum(math.prod(shape) for shape in shapes)


# %% accept count_pool: by shapes
def count_pool(n, n_v, n_alpha, n_h, once):
    small, pooling = np.prod([n, n_alpha, n_h]), np.prod([n, n_v, n_alpha])
    return small * 2 if once else small * 3 + pooling * 2


# %% accept count_pool: factored out, a float
def count_pool(n, n_v, n_alpha, n_h, once):
    return float(n * n_alpha * (2 * n_h + (0 if once else 2 * n_v + n_h)))


# %% check count_pool
with check("count_pool") as c:
    for sizes in ((1000, 30, 7, 11), (7, 13, 3, 5), (4000, 576, 58, 400)):
        layer = lrw.Predicted(np.ones(sizes[1:3]), sizes[3])
        for once, product in ((True, PooledOnce(layer)), (False, PoolFirst(layer))):
            slips = count_slips(
                dict(zip(("n", "n_v", "n_alpha", "n_h"), sizes, strict=True)),
                {"n·n_alpha·n_h": 3 - once, "n·n_v·n_alpha": 0 if once else 2},
            )
            wanted, without_n = product.multiplications(sizes[0], need_dv=not once), sizes[1] * sizes[2]
            slips["v U and dv_alpha U^T are products over all rows: they have an n."] = wanted - (
                0 if once else 2 * (sizes[0] - 1) * without_n
            )
            small = sizes[0] * sizes[2] * sizes[3]
            each = (
                [small, small] if once else [sizes[0] * without_n, small, small, small, sizes[0] * without_n]
            )
            slips["these are the counts; return their sum."] = np.array(each)
            what = f"count_pool{sizes}"[:-1] + f", once={once})"
            c.close(count_pool(*sizes, once), wanted, what, slips=slips, sizes={"n": sizes[0]})

# %% [markdown]
# `net.plan(n)` counts like this for a whole network and takes the cheaper order in each layer (* in its table; G is 10⁹, and the last
# column is the memory of what the layer reads). Here are digits of 24 × 24 pixels and two hidden layers of 400 units. In both, a tenth is
# learned: n_alpha is a tenth of n_v.

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
    output = lrw.Full(second.n_h, 10)
    layers = [lrw.Dense(first, "sigmoid"), lrw.Dense(second, "sigmoid"), lrw.Dense(output)]
    return lrw.Network(layers, "softmax_cross_entropy")


every = network(lrw.Full(n_v, n_h), lrw.Full(n_h, n_h))
tenth = network(factored(n_v, n_h, 0.1), factored(n_h, n_h, 0.1))
print(tenth.plan(n))

# %% claim composing_itself: with 4,000 rows and a tenth learned, the products with U are 1 to 2 % of composing first
layer = ComposeFirst(lrw.Predicted(np.ones((576, 58)), 400))
claim(
    1 - ComposeFirst(lrw.Full(576, 400)).multiplications(4000, False) / layer.multiplications(4000, False),
    0.01,
    0.02,
)

# %% claim composing_memory: composing first, a tenth learned, 90 to 100 % of the memory of every weight remain
peaks = []
for net in (every, tenth):
    theta = net.init(rng=seed)
    tracemalloc.start()
    net.loss_and_grad(theta, X, Y)  # the definition composes first
    peaks.append(tracemalloc.get_traced_memory()[1])
    tracemalloc.stop()
claim(peaks[1] / peaks[0], 0.9, 1)

# %% [markdown] question once
# **Question.** Pooling all rows once takes n · n_v · n_alpha multiplications, before the first step. After how many losses and gradients
# is the sum of all multiplications no larger than with pooling again each time? And no larger than with composing first?

# %% [markdown] answer once
# After one, in both cases. Pooling each time does the same product in the first step, and again in every other step.
# Composing first takes 2 n n_v n_h in a step. Pooling once and then one step take n n_v n_alpha + 2 n n_alpha n_h. With
# n_alpha a tenth of n_v, and n_h as large as n_v, this is 0.3 n n_v n_h: less than a sixth. The price
# is memory: the pooled data are an array of (n, n_alpha), and with $J$ columns (section 3) of (n, J n_alpha).

# %% claim paid_at_once: pooling once and one step take less than a sixth of a step of composing first
layer = lrw.Predicted(np.ones((500, 50)), 500)
once = n * 500 * 50 + PooledOnce(layer).multiplications(n)
claim(once / ComposeFirst(layer).multiplications(n, need_dv=False), 0, 1 / 6)

# %% [markdown]
# ## 3 · Where the two orders meet
#
# **Guess first.** Take a layer in the middle of the network, with as many units as inputs, and one column. If few of its weights are learned,
# pooling first takes fewer multiplications than composing first. Up to which proportion n_alpha / n_v is this so?

# %%
guess_meet = None  # between 0 and 1

# %% [markdown]
# Now with $J$ columns. Each column has its own dictionary $U_j$ (n_v, n_alpha) and n_h / J of the units. The products with $w_\alpha$ take as many
# multiplications as with one column, all columns together: $J \cdot n\, n_\alpha\, (n_h / J)$. But the input is pooled $J$ times, once with
# each dictionary.
#
# ### Exercise 3: break even
#
# There are many rows, so leave out what has no $n$ in it. The layer must pass $dv$ down, and `n_columns` is $J$. At which proportion
# $n_\alpha / n_v$ do *compose first* and *pool first* take the same number of multiplications?


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


# %% mutant break_even: without dv
def break_even(n_v, n_h, n_columns):
    return 2 * n_h / (n_columns * n_v + 2 * n_h)


# %% mutant break_even: in per cent
def break_even(n_v, n_h, n_columns):
    return 100 * 3 * n_h / (2 * n_columns * n_v + 3 * n_h)


# %% mutant break_even: upside down
def break_even(n_v, n_h, n_columns):
    return (2 * n_columns * n_v + 3 * n_h) / (3 * n_h)


# %% mutant break_even: rounded
def break_even(n_v, n_h, n_columns):
    return round(3 * n_h / (2 * n_columns * n_v + 3 * n_h), 2)


# %% mutant break_even: one column's share of the atoms of all
def break_even(n_v, n_h, n_columns):
    return n_columns * 3 * n_h / (2 * n_columns * n_v + 3 * n_h)


# %% mutant break_even: as many units as inputs
def break_even(n_v, n_h, n_columns):
    return 3 / (2 * n_columns + 3)


# %% mutant break_even: columns at the products with w
def break_even(n_v, n_h, n_columns):
    return 3 * n_h / (2 * n_v + 3 * n_columns * n_h)


# %% mutant break_even: the equation itself
def break_even(n_v, n_h, n_columns):
    return f"{3 * n_h} / {2 * n_columns * n_v + 3 * n_h}"


# %% mutant break_even: pooling counted once only
def break_even(n_v, n_h, n_columns):
    return 3 * n_h / (n_columns * n_v + 3 * n_h)


# %% mutant break_even: a sign
def break_even(n_v, n_h, n_columns):
    return 3 * n_h / (2 * n_columns * n_v - 3 * n_h)


# %% mutant break_even: dz w^T is left out
def break_even(n_v, n_h, n_columns):
    return 3 * n_h / (2 * n_columns * n_v + 2 * n_h)


# %% mutant break_even: composing first without dv, pooling first with it
def break_even(n_v, n_h, n_columns):
    return 2 * n_h / (2 * n_columns * n_v + 3 * n_h)


# %% accept break_even: a Fraction
def break_even(n_v, n_h, n_columns):
    from fractions import Fraction

    return Fraction(3 * n_h, 2 * n_columns * n_v + 3 * n_h)


# %% accept break_even: a linear equation, solved
def break_even(n_v, n_h, n_columns):
    sums = np.array([[2.0 * n_columns * n_v + 3 * n_h]], dtype=np.float32)
    return np.linalg.solve(sums, np.array([3 * n_h], dtype=np.float32))[0]


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

    def meet(n_v, n_h, n_columns, layouts=("NN", "TN", "NT")):  # the package counts; layouts: which products
        orders = ComposeFirst(lrw.Full(n_v, n_h)), PoolFirst(factored(n_v, n_h, 1 / n_v, n_columns))
        every, atom = (
            sum(q.multiplications for q in order.matrix_products(1) if q.layout in layouts)
            for order in orders
        )
        return every / atom / n_v

    for n_v, n_h, J in ((310, 130, 7), (100, 100, 1), (100, 100, 10), (20, 60, 3)):
        wanted, what = meet(n_v, n_h, J), f"break_even({n_v}, {n_h}, {J})"
        slips = {
            "that is n_alpha; divide by n_v.": wanted * n_v,
            "a proportion is asked for, not per cent.": wanted * 100,
            "that is n_v / n_alpha: upside down.": 1 / wanted,
            "that is the atoms of all columns together; n_alpha is one column's.": wanted * J,
            "that is what lies above it: 1 minus the proportion.": 1 - wanted,
            "that is for one column: the input is pooled with each of the dictionaries.": meet(n_v, n_h, 1),
            "that is for as many units as inputs.": meet(n_v, n_v, J),
            "n_v and n_h are exchanged.": meet(n_h, n_v, J),
            "only the way forward is counted.": meet(n_v, n_h, J, ["NN"]),
            "that is for a layer that passes no dv down.": meet(n_v, n_h, J, ["NN", "TN"]),
            "the products with w take no more with more columns, all columns together.": meet(n_v, n_h, 1)
            / J,
            "the columns belong to the products with U, not to those with w.": meet(n_v, n_h * J, 1) / J,
            "each dictionary is in two products: v U forward, dv_alpha U^T back.": meet(n_v, 2 * n_h, J),
            "compose first has a third product with an n: dv = dz W^T.": wanted * 2 / 3,
            "pool first has a third product with w: dv_alpha = dz w^T.": 1 / (1 / wanted - 1 / 3),
            "pool first also has products with w: v_alpha w and others.": 1 / (1 / wanted - 1),
            "a sign: the products with U and those with w are added.": 1 / (1 / wanted - 2),
        }
        slips |= {
            "rounded; return all digits.": round(wanted, 2),
            "rounded; return every digit.": round(wanted, 3),
            "rounded; return all the digits.": round(wanted, 4),
        }
        c.close(break_even(n_v, n_h, J), wanted, what, tolerance=1e-5, slips=slips)

# %%
teaching.compare_guess(guess_meet, 0.6, "one column, as many units as inputs")

# %%
proportions = np.linspace(0.01, 1, 34)
fig, ax = plt.subplots(figsize=(7.6, 3.3), layout="constrained")
for J, style in zip((1, 2, 5, 10), plotting.line_styles(4), strict=True):
    orders = [PoolFirst(factored(100, 100, proportion, J)) for proportion in proportions]
    costs = [order.multiplications(10**6) / 3e10 for order in orders]
    ax.plot(proportions, costs, **style | {"marker": ""}, label=f"pool first, {J} column{'s' * (J > 1)}")
ax.axhline(1, color="black", lw=1.2, label="compose first, or every weight")
ax.set(xlabel="proportion learned, n_alpha / n_v", ylabel="multiplications, every weight = 1", ylim=(0, 2))
ax.legend(loc="upper left", bbox_to_anchor=(1, 1))
ax.set_title("a hidden layer, as many units as inputs")
plt.show()

# %% [markdown]
# With one column the two orders meet at 3 / (2 + 3) = 60 %, with ten columns at 3 / 23 = 13 %. Above its meeting point a plan composes first, and
# that costs as much as learning every weight. So columns cost time in a hidden layer. In the *first* layer they cost none, as
# it is pooled once: 2 n n_alpha n_h with any $J$. But the pooled data have $J n_\alpha$ numbers a row. The package keeps them only if
# they are no wider than the images themselves, so up to a proportion of about $1 / J$. Here ten columns are a little too many:
# a tenth of 576 is 58, and ten times 58 is 580. With MNIST's 784 pixels they are not: ten times 78 is 780.

# %% claim meeting_points: the orders meet at 60 % with one column
claim(break_even(400, 400, 1), 0.6, 0.6)

# %% claim meeting_ten: and at 13 % with ten
claim(round(break_even(400, 400, 10), 2), 0.13, 0.13)

# %% claim first_layer_columns: pooled once, a layer takes as many multiplications with 5 or 20 columns as with one
counts = {PooledOnce(factored(576, 400, 0.1, J)).multiplications(n) for J in (1, 5, 20)}
claim(len(counts), 1, 1)

# %% claim near_miss: ten columns of a tenth are not pooled once with 576 pixels, and are with 784
chosen = [
    network(factored(size, 500, 0.1, 10), lrw.Full(500, 400)).plan(n).steps[0].chosen for size in (576, 784)
]
claim([order.pooled for order in chosen] == [False, True], 1, 1)

# %%
for J in (1, 5, 10, 20):
    lines = str(network(factored(n_v, n_h, 0.1, J), factored(n_h, n_h, 0.1, J)).plan(len(X))).splitlines()
    print(f"{J} column{'s' * (J > 1)}:", *lines[1 if J == 1 else 2 : 6], sep="\n")  # the heading once

# %% [markdown]
# ## 4 · Does the clock agree?
#
# **Guess first.** With 5 % of the weights learned, in one column, the multiplications fall to about 8 % of those of every weight. To how
# many per cent does the time of a loss and gradient fall?

# %%
guess_time = None  # per cent

# %%
few_proportions = [0.02, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1.0]
operands = {}  # arrays for the products alone, used again from net to net


def measure(nets, X, Y):
    """For each net: multiplications; seconds of loss and gradient, and of its matrix products alone."""
    funs = [lrw.Objective(net, X, Y, n_threads=1) for net in nets]
    runs = [functools.partial(fun, net.init(rng=0)) for fun, net in zip(funs, nets, strict=True)]
    runs += [MatrixProducts(fun.plan, np.float32, 1, operands).blocks for fun in funs]
    return np.column_stack([[fun.plan.multiplications for fun in funs], *best_of(*runs).reshape(2, -1)])


def times_alone(seconds, bound):
    """How many times the products alone."""
    return f"{seconds / bound:.2f}{' (disturbed)' if seconds < bound else ''}"


nets = [network(factored(n_v, n_h, x), factored(n_h, n_h, x)) for x in few_proportions]
full, *few = measure([every, *nets], X, Y)
few = np.array(few)
print("proportion   multiplications   time    products alone   time / products alone")
for share, (count, seconds, bound) in zip(["every", *few_proportions], [full, *few], strict=True):
    cells = f"{count / full[0]:>15.0%}   {seconds / full[1]:>4.0%}   {bound / full[1]:>14.0%}"
    print(f"{share!s:>10}   {cells}   {times_alone(seconds, bound):>21}")
teaching.compare_guess(guess_time, float(100 * few[1, 1] / full[1]), "time at 5 %, in per cent", factor=1.3)

# %% [markdown]
# Both times are given as parts of one time: that of a loss and gradient with every weight.
# *Disturbed* stands beside a figure below 1. A loss and gradient cannot take less time than its own products. So something else was
# using the machine during one of the two measurements. Wait until it is quiet and run the cell again.

# %%
fig, ax = plt.subplots(figsize=(5.6, 3.4), layout="constrained")
labels = ("multiplications", "time of loss and gradient", "time of the products alone")
for i, (label, style) in enumerate(zip(labels, plotting.line_styles(3), strict=True)):
    ax.plot(few_proportions, few[:, i] / full[min(i, 1)], **style, label=label)
ax.axhline(1, color="#9A9893", lw=0.8)
ax.set(
    xlabel="proportion learned, n_alpha / n_v", ylabel="loss and gradient, every weight = 1", ylim=(0, None)
)
ax.legend()
plt.show()

# %% [markdown] question rest
# Above 60 % the second layer composes first, so the lines are flatter there.
#
# **Question.** At 40 % and more the time falls about as far as the multiplications do (its per cents are 0.7 to 1.4 times theirs). At 5 % it falls less far: the per cents of the time are
# 1.5 to 4 times those of the multiplications, and at 2 % they are 2 to 8 times as many (on our machine, with and without other programs).
# Which work does not get less when fewer weights are learned? Name three pieces.

# %% [markdown] answer rest
# All that is done once for each *unit* and row: adding the bias, the sigmoid, its derivative on the way back, and the sum of $dz$ over the rows,
# which is $db$. In each hidden layer these are a few times n · n_h operations, with any n_alpha. The products there take a few times n · n_alpha · n_h
# multiplications. Then there are the softmax and the output layer, where every weight is learned. At 5 % everything
# but the matrix products takes 30 to 60 % of the time, with every weight 10 to 30 %. And thinner products run at a lower
# rate (section 1); this is part of "products alone" already.
#
# For this reason the package computes the sigmoid with a formula of products and sums (where Numba is installed), and uses the memory
# of a block of rows (section 5) again for the next block.

# %% claim hand_in_hand: at 40 % and more, time's share is 0.7 to 1.4 times the multiplications' share
found = measure([every, *nets[few_proportions.index(0.4) :]], X, Y)
shares = (found / found[0])[1:]
claim(max(shares[:, 1] / shares[:, 0], key=lambda ratio: abs(np.log(ratio))), 0.7, 1.4)

# %% claim at_5: at 5 % the time's share is 1.5 to 4 times the multiplications' share
found = measure([every, nets[few_proportions.index(0.05)]], X, Y)
claim((found[1, 1] / found[0, 1]) / (found[1, 0] / found[0, 0]), 1.5, 4)

# %% claim at_2: at 2 % the time's share is 2 to 8 times the multiplications' share
found = measure([every, nets[few_proportions.index(0.02)]], X, Y)
claim((found[1, 1] / found[0, 1]) / (found[1, 0] / found[0, 0]), 2, 8)

# %% claim rest_at_5: at 5 % what is no product takes 30 to 60 % of the time
_, seconds, bound = measure([nets[few_proportions.index(0.05)]], X, Y)[0]
claim(1 - bound / seconds, 0.3, 0.6)

# %% claim rest_every: with every weight what is no product takes 10 to 30 % of the time
_, seconds, bound = measure([every], X, Y)[0]
claim(1 - bound / seconds, 0.1, 0.3)

# %% claim flatter: the second layer pools first at 60 %, and composes first at 80 %
composed = ["* v (U w)" in str(nets[few_proportions.index(x)].plan(n)) for x in (0.6, 0.8)]
claim(composed == [False, True], 1, 1)

# %% claim multiplications_at_5: with 5 % learned the multiplications are about 8 % of those of every weight
claim(few[few_proportions.index(0.05), 0] / full[0], 0.075, 0.085)

# %% [markdown]
# ## 5 · Blocks of rows
#
# Take all 60,000 rows of MNIST at once, 500 units, float32: one layer's output takes 120 MB, and a loss and gradient needs several such
# arrays. They do not fit into the processor's cache (its own small, fast memory), so each one is written to memory and read again. But a
# loss is a mean over rows, so the rows can be taken in blocks:
#
# $$f = \frac{1}{n} \sum_{\mathrm{blocks}} n_k f_k, \qquad \nabla f = \frac{1}{n} \sum_{\mathrm{blocks}} n_k \nabla f_k,$$
#
# where $f_k$ is the mean over the $n_k$ rows of block $k$.
#
# ### Exercise 4: in blocks
#
# `net.loss_and_grad(theta, X, Y)` gives the mean loss and its gradient on any rows. Call it on blocks of `size` rows, where the last block
# is what is left, and return the loss and the gradient of all rows. Add each block's gradient as it comes: a list of all of them would need much memory.


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


# %% mutant in_blocks: the share upside down
def in_blocks(net, theta, X, Y, size):
    loss, grad = 0.0, np.zeros_like(theta)
    for start in range(0, len(X), size):
        rows = slice(start, start + size)
        f, g = net.loss_and_grad(theta, X[rows], Y[rows])
        share = len(X) / len(X[rows])
        loss, grad = loss + share * f, grad + share * g
    return loss, grad


# %% mutant in_blocks: the gradient of the last block only
def in_blocks(net, theta, X, Y, size):
    loss = 0.0
    for start in range(0, len(X), size):
        rows = slice(start, start + size)
        f, grad = net.loss_and_grad(theta, X[rows], Y[rows])
        loss += f * len(X[rows]) / len(X)
    return loss, grad


# %% mutant in_blocks: no blocks
def in_blocks(net, theta, X, Y, size):
    return net.loss_and_grad(theta, X, Y)


# %% mutant in_blocks: row by row, whatever the size
def in_blocks(net, theta, X, Y, size):
    found = [net.loss_and_grad(theta, X[i : i + 1], Y[i : i + 1]) for i in range(len(X))]
    return sum(f for f, _ in found) / len(X), sum(g for _, g in found) / len(X)


# %% mutant in_blocks: the package's objective
def in_blocks(net, theta, X, Y, size):
    return lrw.Objective(net, X, Y)(theta)


# %% mutant in_blocks: blocks of a size of its own
def in_blocks(net, theta, X, Y, size):
    loss, grad = 0.0, np.zeros_like(theta)
    for start in range(0, len(X), 2):
        f, g = net.loss_and_grad(theta, X[start : start + 2], Y[start : start + 2])
        loss, grad = (
            loss + f * len(X[start : start + 2]) / len(X),
            grad + g * len(X[start : start + 2]) / len(X),
        )
    return loss, grad


# %% mutant in_blocks: the gradient is not weighted
def in_blocks(net, theta, X, Y, size):
    loss, grad = 0.0, np.zeros_like(theta)
    for start in range(0, len(X), size):
        rows = slice(start, start + size)
        f, g = net.loss_and_grad(theta, X[rows], Y[rows])
        loss, grad = loss + f * len(X[rows]) / len(X), grad + g
    return loss, grad


# %% mutant in_blocks: a block too many, which is empty
def in_blocks(net, theta, X, Y, size):
    loss, grad = 0.0, np.zeros_like(theta)
    for k in range(len(X) // size + 1):
        rows = slice(k * size, (k + 1) * size)
        f, g = net.loss_and_grad(theta, X[rows], Y[rows])
        loss, grad = loss + f * len(X[rows]) / len(X), grad + g * len(X[rows]) / len(X)
    return loss, grad


# %% mutant in_blocks: each block has a row of the next
def in_blocks(net, theta, X, Y, size):
    loss, grad = 0.0, np.zeros_like(theta)
    for start in range(0, len(X), size):
        rows = slice(start, start + size + 1)
        f, g = net.loss_and_grad(theta, X[rows], Y[rows])
        loss, grad = loss + f * len(X[rows]) / len(X), grad + g * len(X[rows]) / len(X)
    return loss, grad


# %% mutant in_blocks: the return stands in the loop
def in_blocks(net, theta, X, Y, size):
    loss, grad = 0.0, np.zeros_like(theta)
    for start in range(0, len(X), size):
        rows = slice(start, start + size)
        f, g = net.loss_and_grad(theta, X[rows], Y[rows])
        share = len(X[rows]) / len(X)
        loss, grad = loss + share * f, grad + share * g
        return loss, grad


# %% mutant in_blocks: the gradient first
def in_blocks(net, theta, X, Y, size):
    loss, grad = 0.0, np.zeros_like(theta)
    for start in range(0, len(X), size):
        rows = slice(start, start + size)
        f, g = net.loss_and_grad(theta, X[rows], Y[rows])
        loss, grad = loss + f * len(X[rows]) / len(X), grad + g * len(X[rows]) / len(X)
    return grad, loss


# %% mutant in_blocks: the loss only
def in_blocks(net, theta, X, Y, size):
    starts = range(0, len(X), size)
    found = [net.loss_and_grad(theta, X[i : i + size], Y[i : i + size])[0] for i in starts]
    return np.average(found, weights=[len(X[i : i + size]) for i in starts])


# %% mutant in_blocks: targets of all rows
def in_blocks(net, theta, X, Y, size):
    loss, grad = 0.0, np.zeros_like(theta)
    for start in range(0, len(X), size):
        f, g = net.loss_and_grad(theta, X[start : start + size], Y)
        loss, grad = loss + f * size / len(X), grad + g * size / len(X)
    return loss, grad


# %% mutant in_blocks: theta gathers the gradient
def in_blocks(net, theta, X, Y, size):
    loss = 0.0
    for start in range(0, len(X), size):
        rows = slice(start, start + size)
        f, g = net.loss_and_grad(theta, X[rows], Y[rows])
        loss += f * len(X[rows]) / len(X)
        theta += g * len(X[rows]) / len(X)
    return loss, theta


# %% accept in_blocks: recursion, the first block and the rest
def in_blocks(net, theta, X, Y, size):
    if len(X) <= size:
        return net.loss_and_grad(theta, X, Y)
    f, g = net.loss_and_grad(theta, X[:size], Y[:size])
    loss, grad = in_blocks(net, theta, X[size:], Y[size:], size)
    share = size / len(X)
    return share * f + (1 - share) * loss, share * g + (1 - share) * grad


# %% accept in_blocks: by name, from the end, in float32 and as a generator
def in_blocks(net, theta, X, Y, size):
    loss, grad, stop = np.float32(0), np.zeros(len(theta), dtype=np.float32), len(X)
    while stop > 0:
        start = max(stop - size, 0)
        f, g = net.loss_and_grad(theta=theta, Y=Y[start:stop], X=X[start:stop])
        loss += np.float32(f * (stop - start) / len(X))
        grad += (g * (stop - start) / len(X)).astype(np.float32)
        stop = start
    return (part for part in (loss, grad))


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

    class Watched(lrw.Network):
        """A network that notes how many rows it is asked for."""

        def loss_and_grad(self, theta, X, Y, *others, **named):
            self.seen.append(len(X))
            c.true(len(X), f"a block without rows: {n_rows} rows are {-(-n_rows // size)} blocks of {size}.")
            return super().loss_and_grad(theta, X, Y, *others, **named)

    for n_rows, size, seed in ((10, 4, 0), (10, 5, 1), (7, 3, 2), (5, 1, 3), (6, 64, 4)):
        draw, layers = (
            np.random.default_rng(seed),
            [lrw.Dense(lrw.Full(5, 3), "tanh"), lrw.Dense(lrw.Full(3, 2))],
        )
        X_any, Y_any = draw.normal(size=(n_rows, 5)), draw.normal(size=(n_rows, 2))
        plain, small = (kind(layers, "squared_error") for kind in (lrw.Network, Watched))
        theta_any, small.seen = small.init(rng=seed), []
        answer = c.parts(
            in_blocks(small, theta_any, X_any, Y_any, size), 2, "in_blocks(net, theta, X, Y, size)"
        )
        n_k = [min(size, n_rows - start) for start in range(0, n_rows, size)]
        asked = sum(small.seen) == n_rows and max(small.seen) <= size and len(small.seen) == len(n_k)
        said = (
            f"{n_rows} rows in blocks of {size}: net.loss_and_grad should be called with {n_k} rows, and was "
        )
        said += f"called with {small.seen}." if small.seen else "never called."
        said += " Does the `return` stand in the loop?" if small.seen == n_k[:1] != n_k else ""
        c.true(asked if all(part is not None for part in answer) else None, said)
        blocks = [slice(start, start + size) for start in range(0, n_rows, size)]
        blocks = [plain.loss_and_grad(theta_any, X_any[rows], Y_any[rows]) for rows in blocks]
        wanted = plain.loss_and_grad(theta_any, X_any, Y_any)
        for k, name in enumerate(("loss", "grad")):
            found = [block[k] for block in blocks]
            slips = {
                "that is the blocks' mean. A shorter block must count less.": np.mean(found, axis=0),
                "every block counts as one of `size` rows, also the last one.": sum(found) * size / n_rows,
                "the blocks' means are added as they are. Multiply each by its share of the rows.": sum(
                    found
                ),
                "divided by all rows, but not multiplied by the block's.": sum(found) / n_rows,
                "divide by the number of all rows, not by `size`.": wanted[k] * n_rows / size,
                "the share is upside down: divide the block's rows by all rows.": sum(
                    n_rows / rows * part for rows, part in zip(n_k, found, strict=True)
                ),
                "the last block's alone. Add each block's share to what is there.": found[-1],
                "the last block's share alone. Add each block's share.": found[-1] * n_k[-1] / n_rows,
                "the first block's share alone. Does the `return` stand in the loop?": found[0]
                * n_k[0]
                / n_rows,
                "first the loss, then the gradient.": wanted[1 - k],
            }
            what = f"{name} of {n_rows} rows in blocks of {size}"
            c.close(answer[k], wanted[k], what, slips=slips, sizes={"n": n_rows})

# %% [markdown]
# **Guess first.** Which block size is the fastest: 20 rows, 100, 1,000, or all 4,000 at once?

# %%
guess_block = None  # a number of rows


# %%
def package_blocks(net, theta, X, Y, size):
    """The same sum, for those who skipped the exercise."""
    total = np.zeros(1 + len(theta))  # the loss, then the gradient
    for rows in (slice(start, start + size) for start in range(0, len(X), size)):
        f, g = net.loss_and_grad(theta, X[rows], Y[rows])
        total[0] += f * len(X[rows])
        total[1:] += g * len(X[rows])
    return total[0] / len(X), total[1:] / len(X)


def peak_of(run):
    """Megabytes that run() holds at once, at most."""
    tracemalloc.start()
    run()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 1e6


sum_up = in_blocks if check.passed("in_blocks") else package_blocks
block_sizes = [size for size in (20, 100, 300, 1000, 2000) if size < len(X)] + [len(X)]
theta = every.init(rng=0)
runs = [lambda size=size: sum_up(every, theta, X, Y, size) for size in block_sizes]
seconds = best_of(*runs, repeats=1)
good = [f"{size:,}" for size, t in zip(block_sizes, seconds, strict=True) if t < 1.15 * min(seconds)]
for size, t, run in zip(block_sizes, seconds, runs, strict=True):
    print(f"{size:>5} rows: {t:.3f} s, at most {peak_of(run):>5.1f} MB")
teaching.compare_guess(guess_block, " or ".join(good), "fastest block, rows (nearly as fast ones too)")

# %% [markdown]
# Small blocks are slow for two reasons: their products are thin, and for each block a whole gradient is added. Blocks of 20 rows take 5 to
# 15 times as long as blocks of 1,000, blocks of 300 rows 1.1 to 2 times. From 1,000 rows on the times differ by 40 % at most, and it depends on chance
# which is the fastest. What blocks save is memory. The gradient and its sum, with their copies, take about 14 MB. The rest is what a
# block holds, and this does not grow with the number of all rows. (Is your first line far above 14 MB? Then your function keeps
# all gradients before it adds them.) Blocks can also be shared out to several cores.
#
# `lrw.Objective` takes 1,000 rows a block, one block a core at a time, and uses the block's
# memory for the next one; it also pools first. Against the plain definition, for a tenth of the weights, on one core:

# %%
theta = tenth.init(rng=0)
fast = lrw.Objective(tenth, X, Y, n_threads=1)
slow_and_fast = best_of(lambda: tenth.loss_and_grad(theta, X, Y), lambda: fast(theta))
print(f"definition, all rows at once, W composed: {slow_and_fast[0]:.3f} s")
print(f"lrw.Objective, blocks of 1,000, pooled: {slow_and_fast[1]:.3f} s")
same = np.abs(fast(theta)[1] - tenth.loss_and_grad(theta, X, Y)[1]).max()
print(f"largest difference of the gradients: {same:.0e} (float32)")

# %% [markdown]
# Here it is 3 to 7 times as fast, with a seventh of the multiplications.

# %% claim block_20: blocks of 20 rows take 5 to 15 times as long as blocks of 1,000
runs = [lambda size=size: package_blocks(every, every.init(rng=0), X, Y, size) for size in (20, 1000)]
small, large = best_of(*runs, repeats=1)
claim(small / large, 5, 15)

# %% claim block_300: blocks of 300 rows take 1.1 to 2 times as long as blocks of 1,000
runs = [lambda size=size: package_blocks(every, every.init(rng=0), X, Y, size) for size in (300, 1000)]
small, large = best_of(*runs)
claim(small / large, 1.1, 2)

# %% claim block_flat: from 1,000 rows on the times differ by 40 % at most
runs = [lambda size=size: package_blocks(every, every.init(rng=0), X, Y, size) for size in (1000, 2000, 4000)]
seconds = best_of(*runs)
claim(max(seconds) / min(seconds), 1, 1.4)

# %% claim gradient_memory: blocks of 20 rows hold some 14 MB at most
theta = every.init(rng=seed)
claim(peak_of(lambda: package_blocks(every, theta, X, Y, 20)), 13, 15)

# %% claim memory_of_rows: with blocks of 300 rows twice the rows take no more memory
theta = every.init(rng=seed)
half = peak_of(lambda: package_blocks(every, theta, X[:2000], Y[:2000], 300))
claim(peak_of(lambda: package_blocks(every, theta, X, Y, 300)) / half, 0.95, 1.05)

# %% claim objective: the package's objective is 3 to 7 times as fast as the definition, a tenth learned
theta = tenth.init(rng=seed)
slow, quick = best_of(lambda: tenth.loss_and_grad(theta, X, Y), lambda: fast(theta))
claim(slow / quick, 3, 7)

# %% claim a_seventh: it takes a seventh of the definition's multiplications
composed = sum(
    ComposeFirst(layer.parametrisation).multiplications(n, i > 0) for i, layer in enumerate(tenth.layers)
)
claim(composed / tenth.plan(n).multiplications, 6.5, 7.5)

# %% [markdown]
# ## 6 · The paper's network
#
# It has 784-500-500-10 units. The time does not depend on the values, so random numbers of MNIST's shape will do; if MNIST is on this
# machine, it is taken. First every weight is learned, then a tenth in ten columns (as in the paper) and in one, then a twentieth. The last
# figure of each line is the time divided by the time of the matrix products alone. Close to 1 is good; *disturbed* means the same as in section 4.

# %%
n_images, pixels, units = teaching.sized(full=4000, tiny=200), 784, teaching.sized(full=500, tiny=50)
images = np.random.default_rng(0).random((n_images, pixels)).astype(np.float32)
if lrw.datasets.DATASETS["mnist"].place() != "missing":
    images = lrw.datasets.fetch_mnist().X_train[:n_images]
classes = np.eye(10, dtype=np.float32)[np.arange(len(images)) % 10]
paper = {"every weight": network(lrw.Full(pixels, units), lrw.Full(units, units))}
for proportion, J in ((0.1, 10), (0.1, 1), (0.05, 1)):
    first, second = factored(pixels, units, proportion, J), factored(units, units, proportion, J)
    paper[f"{proportion:.0%}, {J} column{'s' * (J > 1)}"] = network(first, second)
for name, (count, seconds, bound) in zip(paper, measure(paper.values(), images, classes), strict=True):
    figures = f"{count / 1e9:>5.2f} G multiplications, {seconds:.3f} s, {times_alone(seconds, bound)}"
    print(f"{name:>15}: {figures} times the products alone")

# %% [markdown]
# `lowrankweights bench` does this with all 60,000 rows and all cores, and measures with more care.
#
# ## Summary
#
# - A product (a, b)(b, c) takes a·b·c multiplications. GEMM's rate is the limit of a core; only large products reach it.
# - Compose first costs as much as every weight. The cost of pool first is proportional to $n_\alpha$. They meet at 60 % with one column, and at 13 %
#   with ten (with as many units as inputs).
# - The first layer's input never changes: pool it once. Then its cost is proportional to $n_\alpha$, with any number of columns. The price is
#   memory, $J n_\alpha$ numbers a row.
# - Time falls with the multiplications, but not as far: what is done for each unit and row does not get less.
# - Blocks of rows give the same sum (mind the last, shorter one). Their memory does not grow with the rows, and several cores can share them.
#
# In the package, in `speed/`: `orders.py` (exercises 1 and 2), `plan.py` (exercise 3 is its choice), `blocks.py` and `objective.py` (exercise 4),
# `compiled.py` (what is no product); and `bench/gemm.py` (the bound).

# %%
one_thread.restore_original_limits()
check.summary()
