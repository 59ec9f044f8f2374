# ---
# title: Gradients by hand
# minutes: 60
# seconds: 6
# learn: where each transpose in a backward pass comes from; how to write the gradient of a dense layer, of a factored one ($W = U w_\alpha$), of columns and of a low-rank one; how to find out whether a gradient is right, and what is wrong with it if it is not.
# need: NumPy, matrix products, the chain rule for functions of one variable. No network and no data to download.
# ---

# %% [markdown]
# A network learns from one vector: the gradient of its loss. Libraries compute it for you, and most of the time
# that is what you want. Once in a life you should do it by hand, for two reasons. Afterwards the formulas are yours.
# And when a weight matrix is not simply a matrix, as in $W = U w_\alpha$, you can *see* what learning only $w_\alpha$ means.
#
# Every section goes the same way: you **guess**, we **look**, you **write**, and the gradient doctor **checks**.
# A check never stops the notebook: an exercise that you skip says that it is missing, and you can come back.

# %%
import matplotlib.pyplot as plt
import numpy as np

import lowrankweights as lrw
from lowrankweights import plotting, teaching
from lowrankweights.networks import letters, sigmoid

teaching.begin()  # one thread of BLAS is enough; fits end early on purpose
check = teaching.Checks(
    [
        "dense_backward",
        "central_difference",
        "factored_backward",
        "columns_pull_back",
        "low_rank_pull_back",
        "loss_and_grad",
    ]
)
rng = np.random.default_rng(0)
plt.rcParams.update(plotting.STYLE)

# %% [markdown]
# ## 1 · One weight at a time
#
# A layer takes $n$ rows $v$ and returns $h = g(z)$, with $z = v W + b$; $g$ works entry by entry. A letter means the same
# in all notebooks and in the package, which keeps a table of them:

# %%
print(letters.table(["n", "n_v", "n_h", "v", "W", "b", "z", "h"]))

# %% [markdown]
# For a loss $L$ we write $dW$ for $\partial L / \partial W$, and so on for every letter. A gradient has one number for each number of
# what it belongs to, so **$dW$ always has the shape of $W$**. Hold on to that: it is half of the answer already.
#
# Take three rows, four inputs, two hidden units. From the layers above comes $dz$: how the loss changes with each
# entry of $z$. (Here it is random; the layer does not care.)

# %%
v = rng.normal(size=(3, 4))  # (n, n_v)
W = rng.normal(size=(4, 2))  # (n_v, n_h)
b = rng.normal(size=2)  # (n_h,)
dz = rng.normal(size=(3, 2))  # (n, n_h)
z = v @ W + b  # (3, 2) = (3, 4)(4, 2) + (2,)
print(z.round(2))

# %% [markdown]
# **Guess first.** $dW$ is a product of $v$ (3, 4) and $dz$ (3, 2). What is it? Write down your guess, it costs nothing.

# %%
guess_dW = None  # "v dz", "v^T dz" or "dz^T v"

# %% [markdown]
# Now forget matrices and follow *one* weight, $W_{kj}$. It is used in every row $i$, and each time it does the same: it
# takes $v_{ik}$ and puts $v_{ik} W_{kj}$ into $z_{ij}$. If $W_{kj}$ grows by a little $\varepsilon$,
#
# - $z_{ij}$ grows by $v_{ik}\,\varepsilon$, for every row $i$;
# - and the loss by $dz_{ij}\, v_{ik}\,\varepsilon$, for every row $i$.
#
# Add up the rows:
#
# $$dW_{kj} = \sum_i v_{ik}\, dz_{ij}.$$
#
# This is the whole derivation. As a loop:

# %%
dW_slow = np.zeros_like(W)  # (4, 2), the shape of W
for k in range(4):  # each input
    for j in range(2):  # each hidden unit
        for i in range(3):  # each row in which W_kj took part
            dW_slow[k, j] += v[i, k] * dz[i, j]

print("largest difference from v^T dz:", np.abs(dW_slow - v.T @ dz).max())

# %%
teaching.compare_guess(guess_dW, "v^T dz", "dW")

# %% [markdown]
# **Where does the transpose come from?** The sum $\sum_i$ runs over the rows of $v$, its *first* index. A matrix
# product $A B$ sums over the *second* index of $A$. To sum over the first one, turn $v$ round: $v^\top$. A transpose is no mathematics,
# it is bookkeeping: it says *which index is summed away*.
#
# The same question answers everything else in this notebook: **who used this number, and by what was it multiplied?**
#
# | for | it was used in | times | so | shapes |
# |---|---|---|---|---|
# | $W_{kj}$ | $z_{ij}$, every row $i$ | $v_{ik}$ | $dW = v^\top dz$ | (n_v, n_h) = (n_v, n)(n, n_h) |
# | $v_{ik}$ | $z_{ij}$, every unit $j$ | $W_{kj}$ | $dv = dz\, W^\top$ | (n, n_v) = (n, n_h)(n_h, n_v) |
# | $b_j$ | $z_{ij}$, every row $i$ | 1 | $db = \sum_i dz_i$ | (n_h,) |
# | $z_{ij}$ | $h_{ij}$ only | $g'(z_{ij})$ | $dz = dh \odot g'(z)$ | (n, n_h), entry by entry |
#
# The last line has no transpose, as nothing is summed: entry $ij$ of $h$ depends on entry $ij$ of $z$ alone.

# %% [markdown]
# ### Exercise 1: a dense layer
#
# Write the backward pass of one layer with a sigmoid, $g(z) = 1 / (1 + e^{-z})$. What comes from above is $dh$, not
# $dz$. You will want $g'$ in terms of $h$: $g'(z) = h (1 - h)$. Four lines, with their shapes:


# %% starter dense_backward
def dense_backward(dh, v, h, W):
    dz = ...  # (n, n_h)
    dW = ...  # (n_v, n_h)
    db = ...  # (n_h,)
    dv = ...  # (n, n_v)
    return dW, db, dv


# %% [markdown] hint dense_backward
# Begin with $dz$: the last line of the table. `*` multiplies entry by entry, `@` is the matrix product.

# %% [markdown] hint dense_backward
# For $dW$ and $dv$, write the shapes under the product: the two inner numbers must be equal and vanish. `v.T` is (n_v, n).

# %% [markdown] hint dense_backward
# $dz$ is `dh * h * (1 - h)`. Then the first three lines of the table with `dz`; `dz.sum(axis=0)` sums over rows.


# %% solution dense_backward
def dense_backward(dh, v, h, W):
    dz = dh * h * (1 - h)  # (n, n_h)
    dW = v.T @ dz  # (n_v, n_h) = (n_v, n)(n, n_h)
    db = dz.sum(axis=0)  # (n_h,)
    dv = dz @ W.T  # (n, n_v) = (n, n_h)(n_h, n_v)
    return dW, db, dv


# %% mutant dense_backward: the activation's derivative is missing
def dense_backward(dh, v, h, W):
    return v.T @ dh, dh.sum(axis=0), dh @ W.T


# %% mutant dense_backward: dW without a transpose
def dense_backward(dh, v, h, W):
    dz = dh * h * (1 - h)
    return v @ dz, dz.sum(axis=0), dz @ W.T


# %% mutant dense_backward: dW transposed
def dense_backward(dh, v, h, W):
    dz = dh * h * (1 - h)
    return dz.T @ v, dz.sum(axis=0), dz @ W.T


# %% mutant dense_backward: the mean instead of the sum in db
def dense_backward(dh, v, h, W):
    dz = dh * h * (1 - h)
    return v.T @ dz, dz.mean(axis=0), dz @ W.T


# %% mutant dense_backward: dv passes dh on instead of dz
def dense_backward(dh, v, h, W):
    dz = dh * h * (1 - h)
    return v.T @ dz, dz.sum(axis=0), dh @ W.T


# %% mutant dense_backward: the derivative's formula for h, at the sigmoid of h
def dense_backward(dh, v, h, W):
    g = 1 / (1 + np.exp(-h))
    dz = dh * g * (1 - g)
    return v.T @ dz, dz.sum(axis=0), dz @ W.T


# %% mutant dense_backward: dv is not returned
def dense_backward(dh, v, h, W):
    dz = dh * h * (1 - h)
    return v.T @ dz, dz.sum(axis=0)


# %% mutant dense_backward: dh is overwritten
def dense_backward(dh, v, h, W):
    dh *= h * (1 - h)
    return v.T @ dh, dh.sum(axis=0), dh @ W.T


# %% accept dense_backward: einsum
def dense_backward(dh, v, h, W):
    dz = dh * (h - h**2)
    dW = np.einsum("ik,ij->kj", v, dz)
    return dW, np.einsum("ij->j", dz), np.einsum("ij,kj->ik", dz, W)


# %% accept dense_backward: sums of outer products, a list back
def dense_backward(dh, v, h, W):
    dz = dh * h * (1 - h)
    return [sum(np.outer(a, d) for a, d in zip(v, dz)), sum(dz), (W @ dz.T).T]


# %% check dense_backward
with check("dense_backward") as c:
    dense, dh = lrw.Dense(lrw.Full(4, 2), "sigmoid"), np.array([[1.0, -2.0], [0.5, 0.0], [-1.0, 3.0]])
    c.parts(dense_backward(dh, v, sigmoid(z), W), 3, "dense_backward(dh, v, h, W)")
    c.gradient(dense_backward, dense, dense.init(rng=1), v, dh)

# %% [markdown]
# The check did not compare with stored numbers. It ran your function at several weights and on several rows, and
# had it been wrong, it would have said *which* of your gradients is, and most likely why. You will meet it again.
#
# Here is the same pass with every number written out, for a layer so small that you can redo it on paper.
# Pick one entry of the lower $dW$ and do: it takes three multiplications. (Your last digit may differ by a few: the page
# computes with more digits than it shows.)

# %%
tiny = lrw.Network([lrw.Dense(lrw.Full(2, 4), "sigmoid"), lrw.Dense(lrw.Full(4, 1))], "squared_error")
theta_tiny = tiny.init(rng=0).round(1)  # (17,): W, b, W, b in one vector
lrw.explain(tiny, theta_tiny, [[1.0, 2.0], [0.0, -1.0], [3.0, 1.0]], [[1.0], [0.0], [1.0]], format="html")

# %% [markdown]
# ## 2 · Check the checker
#
# How can anybody know that a gradient is right without another gradient? By its definition: move a little, and
# look how the loss changes. With a step $\varepsilon$ to both sides,
#
# $$f'(x) \approx \frac{f(x + \varepsilon) - f(x - \varepsilon)}{2 \varepsilon}.$$
#
# ### Exercise 2: a numerical derivative


# %% starter central_difference
def central_difference(f, x, step):
    return ...


# %% [markdown] hint central_difference
# You need two values of $f$: one ahead of $x$ and one behind it.

# %% [markdown] hint central_difference
# From `x - step` to `x + step` is how far?

# %% [markdown] hint central_difference
# The difference of the two values, divided by `(2 * step)`. Mind the brackets.


# %% solution central_difference
def central_difference(f, x, step):
    return (f(x + step) - f(x - step)) / (2 * step)


# %% mutant central_difference: ahead only
def central_difference(f, x, step):
    return (f(x + step) - f(x)) / step


# %% mutant central_difference: divided by one step
def central_difference(f, x, step):
    return (f(x + step) - f(x - step)) / step


# %% mutant central_difference: brackets
def central_difference(f, x, step):
    return (f(x + step) - f(x - step)) / 2 * step


# %% mutant central_difference: the wrong way round
def central_difference(f, x, step):
    return (f(x - step) - f(x + step)) / (2 * step)


# %% accept central_difference: the mean of both one-sided slopes
def central_difference(f, x, step):
    ahead, behind = (f(x + step) - f(x)) / step, (f(x) - f(x - step)) / step
    return np.mean([ahead, behind])


# %% check central_difference
with check("central_difference") as c:
    # first on a parabola, where it is exact whatever the step: the slope of x² at 3 is 6
    c.close(central_difference(lambda x: x**2, 3.0, 0.25), 6.0, "the slope of x² at 3, step 0.25")
    c.close(central_difference(np.sin, 1.0, 1e-4), np.cos(1.0), "the slope of sin at 1, step 1e-4")

# %% [markdown]
# **Guess first.** The smaller the step, the better? We take the slope of the sine at 1, with steps from 0.1 down to
# $10^{-13}$. Where will the error be smallest?

# %%
guess_step = None  # for instance 1e-2, 1e-5, 1e-9 or 1e-13

# %%
steps = 10.0 ** np.arange(-1, -13.1, -0.25)
two_sided = np.abs((np.sin(1 + steps) - np.sin(1 - steps)) / (2 * steps) - np.cos(1))
one_sided = np.abs((np.sin(1 + steps) - np.sin(1)) / steps - np.cos(1))

fig, ax = plt.subplots(figsize=(5.4, 3.2), layout="constrained")
ax.loglog(steps, one_sided, "s--", ms=3, color=plotting.COLOURS["orange"], label="one step ahead")
ax.loglog(steps, two_sided, "o-", ms=3, color=plotting.COLOURS["blue"], label="one step to each side")
ax.set(xlabel="step ε", ylabel="error of the slope", title="The slope of sin at 1")
ax.legend()
plt.show()

# %%
teaching.compare_guess(guess_step, 1e-5, "best step, about", factor=3)

# %% [markdown]
# Two errors meet. On the right the formula is to blame: its error falls as $\varepsilon^2$ (as $\varepsilon$ when you look
# ahead only). On the left rounding is: $f(x + \varepsilon)$ and $f(x - \varepsilon)$ agree in ever more digits, which
# cancel, and what is left is noise divided by $\varepsilon$. The best step is about the cube root of the machine's
# precision, $6 \cdot 10^{-6}$. `lrw.gradient_error` uses that, and this is why it calls a gradient right below
# $10^{-6}$ and does not ask for $10^{-15}$:

# %%
print(f"{lrw.gradient_error(lambda x: (np.sum(x**2), 2 * x), np.array([1.0, -2.0])):.1e}  (right)")
print(f"{lrw.gradient_error(lambda x: (np.sum(x**2), 2.02 * x), np.array([1.0, -2.0])):.1e}  (wrong by 1 %)")

# %% [markdown]
# ## 3 · Factored: only $w_\alpha$ is learned
#
# Now the idea that this package is about. The weights of a filter that looks at images are smooth: neighbours are
# alike. So give a filter fewer numbers than it has pixels: $w_\alpha$ at a few known pixels $\alpha$, and predict the rest,
#
# $$W = U w_\alpha, \qquad (n_v, n_h) = (n_v, n_\alpha)(n_\alpha, n_h).$$
#
# $U$, the *dictionary*, is computed once and never changes. How it is made is the subject of notebook 02; here it is
# just a matrix. We take digits of 8 × 8 pixels, of which 16 are known, and no hidden layer: $z = v W + b$ goes
# straight into a softmax with ten classes.

# %%
digits = lrw.datasets.load_digits()
n = teaching.sized(full=1437, tiny=100)
X, y = digits.X_train[:n].astype(float), digits.y_train[:n]  # (n, 64), (n,)
Y = np.eye(10)[y]  # (n, 10), one-hot

alpha = lrw.sample_index_set(64, n_alpha=16, rng=3)  # 16 of the 64 pixels
points = lrw.grid_coordinates((8, 8))  # (64, 2): row, column
U = lrw.dictionaries.kernel_ridge(lrw.SquaredExponential(length_scale=1.2), points, alpha, ridge=1e-2)
print("U", U.shape)

# %% [markdown]
# **Guess first.** Pixel $k$ is *not* one of the 16 known ones. Its pull $dW_k$ says that weight $W_k$ should change. Can that
# pull still change what is learned?

# %%
guess_pull = None  # True or False

# %% [markdown]
# Look at the start of training, $w_\alpha = 0$ and $b = 0$: every class gets the probability 1/10, so $dz = (1/10 - Y) / n$, with the
# mean over rows already in it. We draw the pull on the filter of the digit 3, $-dW$, as downhill is where it will go. (Each
# picture has a colour scale of its own; red is positive, blue negative.)

# %%
dz_start = (0.1 - Y) / n  # (n, 10)
dW = X.T @ dz_start  # (64, 10) = (64, n)(n, 10)
dw_alpha = U.T @ dW  # (16, 10) = (16, 64)(64, 10)

atom = 6  # a column of U: what known pixel alpha[6] predicts, and how strongly
spread = np.zeros(64)
spread[alpha] = -dw_alpha[:, 3]
fig, axes = plt.subplots(1, 4, figsize=(8, 2.3), layout="constrained")
plotting.show_feature(-dW[:, 3], (8, 8), axes[0]).set_title("pull on all 64 weights\n$-dW$")
plotting.show_feature(U[:, atom], (8, 8), axes[1]).set_title(
    f"one atom of U\n(pixel {alpha[atom]}, the cross)"
)
plotting.show_feature(spread, (8, 8), axes[2], known=alpha).set_title(
    "pull on the 16 known\n$-dw_\\alpha = -U^{\\top} dW$"
)
for ax in axes[1:3]:  # the known pixel of this atom
    ax.plot(*points[alpha[atom]][::-1], "k+", ms=9)
step = -U @ dw_alpha[:, 3]  # (64,)
plotting.show_feature(step, (8, 8), axes[3]).set_title("what that step does\nto all 64: $-U dw_\\alpha$")
print(f"dw_alpha: {dw_alpha[atom, 3]:.6f}; atom times pulls: {U[:, atom] @ dW[:, 3]:.6f}")

# %%
teaching.compare_guess(guess_pull, True, "can the pull of an unknown pixel change what is learned")

# %% [markdown]
# Who used $w_{aj}$? Every weight $W_{kj}$ in its filter, times $U_{ka}$. So
#
# $$dw_{aj} = \sum_k U_{ka}\, dW_{kj}, \qquad dw_\alpha = U^\top dW:$$
#
# the sum runs over the first index of $U$, and $U$ is turned round. In words: *a known pixel collects the pulls of all the pixels that it
# predicts, each as strongly as it predicts it.* Each entry is the inner product of an atom with $dW$.
#
# The tempting mistake is `dW[alpha]`, the rows of $dW$ at the known pixels: the shape is right and the words sound right.
# It forgets everybody whom the known pixels speak for.
#
# ### Exercise 3: a factored layer
#
# As in exercise 1 with a sigmoid, but only $w_\alpha$ and $b$ are learned. What goes down to the layer below is $dv$ as
# before, through the whole $W = U w_\alpha$.


# %% starter factored_backward
def factored_backward(dh, v, h, U, w_alpha):
    dz = ...  # (n, n_h)
    dw_alpha = ...  # (n_alpha, n_h)
    db = ...  # (n_h,)
    dv = ...  # (n, n_v)
    return dw_alpha, db, dv


# %% [markdown] hint factored_backward
# $dz$ and $db$ are those of exercise 1. For the rest you need no new idea, just $W = U w_\alpha$ in the right place.

# %% [markdown] hint factored_backward
# First $dW = v^\top dz$, (n_v, n_h), as if $W$ were learned. Then pull it back through $U$.

# %% [markdown] hint factored_backward
# `dw_alpha = U.T @ (v.T @ dz)`, and $dv = dz\, W^\top$ where $W$ is `U @ w_alpha`.


# %% solution factored_backward
def factored_backward(dh, v, h, U, w_alpha):
    dz = dh * h * (1 - h)  # (n, n_h)
    dW = v.T @ dz  # (n_v, n_h) = (n_v, n)(n, n_h)
    dw_alpha = U.T @ dW  # (n_alpha, n_h) = (n_alpha, n_v)(n_v, n_h)
    db = dz.sum(axis=0)  # (n_h,)
    dv = dz @ (U @ w_alpha).T  # (n, n_v) = (n, n_h)(n_h, n_v)
    return dw_alpha, db, dv


# %% mutant factored_backward: U^T is forgotten, the first rows of dW are taken
def factored_backward(dh, v, h, U, w_alpha):
    dz = dh * h * (1 - h)
    return (v.T @ dz)[: len(w_alpha)], dz.sum(axis=0), dz @ (U @ w_alpha).T


# %% mutant factored_backward: the rows of dW at the known pixels
def factored_backward(dh, v, h, U, w_alpha):
    dz = dh * h * (1 - h)
    return (v.T @ dz)[alpha], dz.sum(axis=0), dz @ (U @ w_alpha).T


# %% mutant factored_backward: U without a transpose
def factored_backward(dh, v, h, U, w_alpha):
    dz = dh * h * (1 - h)
    return U @ (v.T @ dz), dz.sum(axis=0), dz @ (U @ w_alpha).T


# %% mutant factored_backward: U's columns in another order
def factored_backward(dh, v, h, U, w_alpha):
    dz = dh * h * (1 - h)
    return U[:, ::-1].T @ (v.T @ dz), dz.sum(axis=0), dz @ (U @ w_alpha).T


# %% mutant factored_backward: dv through w_alpha only
def factored_backward(dh, v, h, U, w_alpha):
    dz = dh * h * (1 - h)
    return U.T @ v.T @ dz, dz.sum(axis=0), dz @ w_alpha.T


# %% mutant factored_backward: no derivative of the sigmoid
def factored_backward(dh, v, h, U, w_alpha):
    return U.T @ v.T @ dh, dh.sum(axis=0), dh @ (U @ w_alpha).T


# %% accept factored_backward: pool first, then a dense layer
def factored_backward(dh, v, h, U, w_alpha):
    dz = dh * h * (1 - h)
    v_alpha = v @ U
    return v_alpha.T @ dz, dz.sum(0), (dz @ w_alpha.T) @ U.T


# %% accept factored_backward: einsum, names in a dict
def factored_backward(dh, v, h, U, w_alpha):
    dz = dh * h * (1 - h)
    dw = np.einsum("ka,ik,ij->aj", U, v, dz)
    return {"v": np.einsum("ij,ka,aj->ik", dz, U, w_alpha), "b": dz.sum(0), "w_alpha": dw}


# %% check factored_backward
with check("factored_backward") as c:
    factored = lrw.Dense(lrw.Predicted(U, n_h=2), "sigmoid")  # 64 pixels, of which 16 are known
    v_five, dh_five = rng.normal(size=(5, 64)), rng.normal(size=(5, 2))
    answer = factored_backward(dh_five, v_five, np.full((5, 2), 0.5), U, np.ones((16, 2)))
    c.parts(answer, 3, "factored_backward(dh, v, h, U, w_alpha)")
    c.gradient(factored_backward, factored, factored.init(rng=1), v_five, dh_five)

# %% [markdown]
# #### The same, read from the other side
#
# $U^\top (v^\top dz) = (v U)^\top dz$. On the left, $W$ is put together first; on the right, the input is *pooled*
# first, $v_\alpha = v U$, and what follows is an ordinary dense layer with $n_\alpha$ inputs. It is the same gradient, and not the same work.

# %% [markdown] question orders
# **Question.** $n$ = 1,437 rows, $n_v = 64$, $n_\alpha = 16$, $n_h = 10$. How many multiplications does each side take to
# get $dw_\alpha$, if $v U$ is computed once, before training begins?
#
# Work it out on paper before you open the answer. (A product of an (a, b) and a (b, c) matrix takes a·b·c.)

# %% [markdown] answer orders
# Left: $v^\top dz$ takes 64 · 1437 · 10 = 919,680, and $U^\top$ of that 16 · 64 · 10 = 10,240 more: **929,920**. Right,
# with $v_\alpha$ at hand: 16 · 1437 · 10 = **229,920**, a quarter, because $n_\alpha / n_v$ is a quarter. This is where the speed of the package
# comes from; `net.plan()` prints these counts, and notebook 11 measures what they are worth in seconds.

# %% [markdown]
# ## 4 · Columns: several dictionaries side by side
#
# One dictionary for all hidden units is a harsh restriction: all filters know the same pixels. So the hidden units
# are divided among columns, each with an index set and a dictionary of its own:
#
# $$W = [\,U_1 w_1,\; U_2 w_2,\; \ldots,\; U_J w_J\,].$$
#
# The picture has the shapes. Blue is learned, yellow is fixed, and in orange below is what travels back. (It pools
# the input first, $v U_j$, as at the end of section 3: it is the same $z$.)

# %%
alphas = [lrw.sample_index_set(64, n_alpha=16, rng=s) for s in range(3)]
kernel = lrw.SquaredExponential(length_scale=1.2)
Us = [lrw.dictionaries.kernel_ridge(kernel, points, a, ridge=1e-2) for a in alphas]  # three (64, 16)
widths = [8, 8, 4]  # hidden units of each column
columns = lrw.Columns([lrw.Predicted(U_j, n_h) for U_j, n_h in zip(Us, widths, strict=True)])
with_columns = [lrw.Dense(columns, "sigmoid"), lrw.Dense(lrw.Full(20, 10))]
lrw.draw(lrw.Network(with_columns, "softmax_cross_entropy"))
plt.show()

# %% [markdown]
# The columns share no number. Nothing that one column learned was used by another, so nothing is to be summed:
# cut $dW$ where $W$ was glued, and treat each piece as in section 3.
#
# ### Exercise 4: columns


# %% starter columns_pull_back
def columns_pull_back(dW, Us, widths):
    gradients = ...  # a list: dw_1, dw_2, ...; dw_j is (n_alpha, widths[j])
    return gradients


# %% [markdown] hint columns_pull_back
# The first piece of $dW$ is its columns 0 to `widths[0]`, the second one begins where the first one ends.

# %% [markdown] hint columns_pull_back
# Go through `Us` and `widths` together and keep count of where you are: `for U_j, n_h in zip(Us, widths):`

# %% [markdown] hint columns_pull_back
# `np.split(dW, np.cumsum(widths)[:-1], axis=1)` gives all pieces at once; then $U_j^\top$ times each.


# %% solution columns_pull_back
def columns_pull_back(dW, Us, widths):
    pieces = np.split(dW, np.cumsum(widths)[:-1], axis=1)  # (n_v, widths[j]) each
    return [U_j.T @ dW_j for U_j, dW_j in zip(Us, pieces, strict=True)]


# %% mutant columns_pull_back: pieces of equal width
def columns_pull_back(dW, Us, widths):
    pieces = np.array_split(dW, len(Us), axis=1)
    return [U_j.T @ dW_j for U_j, dW_j in zip(Us, pieces, strict=True)]


# %% mutant columns_pull_back: cut in the reverse order
def columns_pull_back(dW, Us, widths):
    pieces = np.split(dW, np.cumsum(widths[::-1])[:-1], axis=1)[::-1]
    return [U_j.T @ dW_j for U_j, dW_j in zip(Us, pieces, strict=True)]


# %% mutant columns_pull_back: the first dictionary for all columns
def columns_pull_back(dW, Us, widths):
    pieces = np.split(dW, np.cumsum(widths)[:-1], axis=1)
    return [Us[0].T @ dW_j for dW_j in pieces]


# %% mutant columns_pull_back: the dictionaries the other way round
def columns_pull_back(dW, Us, widths):
    pieces = np.split(dW, np.cumsum(widths)[:-1], axis=1)
    return [U_j.T @ dW_j for U_j, dW_j in zip(Us[::-1], pieces, strict=True)]


# %% mutant columns_pull_back: one array
def columns_pull_back(dW, Us, widths):
    pieces = np.split(dW, np.cumsum(widths)[:-1], axis=1)
    return np.hstack([U_j.T @ dW_j for U_j, dW_j in zip(Us, pieces, strict=True)])


# %% accept columns_pull_back: a loop with a counter, a tuple back
def columns_pull_back(dW, Us, widths):
    found, start = (), 0
    for U_j, n_h in zip(Us, widths):
        found += (U_j.T @ dW[:, start : start + n_h],)
        start += n_h
    return found


# %% accept columns_pull_back: a generator
def columns_pull_back(dW, Us, widths):
    ends = np.cumsum(widths)
    return (U.T @ dW[:, e - w : e] for U, e, w in zip(Us, ends, widths))


# %% check columns_pull_back
def backward(dh, v, U):
    return [*columns_pull_back(v.T @ dh, U, widths), dh.sum(axis=0)]  # no activation: dz = dh


with check("columns_pull_back") as c:
    wide = lrw.Dense(columns)
    dW_wide = rng.normal(size=(64, 20))
    found = c.parts(columns_pull_back(dW_wide, Us, widths), 3, "columns_pull_back(dW, Us, widths)")
    wanted = columns.unpack(columns.pull_back(dW_wide, columns.init(rng=1)))["w_alpha"]
    c.gradient(backward, wide, wide.init(rng=1), rng.normal(size=(5, 64)), rng.normal(size=(5, 20)))
    for j, (mine, right) in enumerate(zip(found, wanted, strict=True), 1):
        c.close(mine, right, f"dw_{j}")

# %% [markdown]
# ## 5 · Low rank: both factors are learned
#
# What if $U$ is learned as well, $W = U V$? Then $W$ is no longer linear in what is learned, but the question stays: who
# used this number? $U_{kr}$ went into $W_{kj}$ for every $j$, times $V_{rj}$. And $V_{rj}$ went into $W_{kj}$ for every
# $k$, times $U_{kr}$.
#
# ### Exercise 5: a low-rank layer
#
# From $dW$ to $dU$ and $dV$. Say to yourself which index is summed before you write a transpose.


# %% starter low_rank_pull_back
def low_rank_pull_back(dW, U, V):
    dU = ...  # (n_v, rank)
    dV = ...  # (rank, n_h)
    return dU, dV


# %% [markdown] hint low_rank_pull_back
# $dU_{kr} = \sum_j dW_{kj} V_{rj}$: the sum runs over the second index of $V$. And for $dV$?

# %% [markdown] hint low_rank_pull_back
# $dW$ is (n_v, n_h) and $V$ is (rank, n_h): only $dW\, V^\top$ fits (n_v, rank). With numbers that all differ, the shapes alone decide.

# %% [markdown] hint low_rank_pull_back
# $dU = dW\, V^\top$, and $dV = U^\top dW$, as in section 3.


# %% solution low_rank_pull_back
def low_rank_pull_back(dW, U, V):
    dU = dW @ V.T  # (n_v, rank) = (n_v, n_h)(n_h, rank)
    dV = U.T @ dW  # (rank, n_h) = (rank, n_v)(n_v, n_h)
    return dU, dV


# %% mutant low_rank_pull_back: the factors are swapped
def low_rank_pull_back(dW, U, V):
    return U.T @ dW, dW @ V.T


# %% mutant low_rank_pull_back: V without a transpose
def low_rank_pull_back(dW, U, V):
    return dW @ V, U.T @ dW


# %% mutant low_rank_pull_back: divided by the rank
def low_rank_pull_back(dW, U, V):
    return dW @ V.T / len(V), U.T @ dW / len(V)


# %% mutant low_rank_pull_back: only V is learned
def low_rank_pull_back(dW, U, V):
    return np.zeros_like(U), U.T @ dW


# %% accept low_rank_pull_back: einsum
def low_rank_pull_back(dW, U, V):
    return np.einsum("kj,rj->kr", dW, V), np.einsum("kr,kj->rj", U, dW)


# %% accept low_rank_pull_back: transposed twice, a list back
def low_rank_pull_back(dW, U, V):
    return [(V @ dW.T).T, (dW.T @ U).T]


# %% check low_rank_pull_back
def low_rank_backward(dh, v, U, V):
    return [*low_rank_pull_back(v.T @ dh, U, V), dh.sum(axis=0)]  # no activation: dz = dh


with check("low_rank_pull_back") as c:
    for n_v, n_h, rank in ((3, 3, 3), (6, 4, 2)):
        q = lrw.LowRank(n_v, n_h, rank)
        p, dW_q = q.init(rng=n_v), rng.normal(size=(n_v, n_h))
        dU, dV = c.parts(low_rank_pull_back(dW_q, *q.unpack(p).values()), 2, "low_rank_pull_back(dW, U, V)")
        layer = lrw.Dense(q)
        rows = rng.normal(size=(5, n_v)), rng.normal(size=(5, n_h))  # v, dz
        c.gradient(low_rank_backward, layer, layer.init(rng=1), *rows)
        for mine, (name, right) in zip((dU, dV), q.unpack(q.pull_back(dW_q, p)).items(), strict=True):
            c.close(mine, right, f"d{name} for W of {n_v} × {n_h}, rank {rank}")

# %% [markdown]
# The check begins with a square case, 3 × 3, where a missing transpose has the right shape and only the numbers are wrong.
# Then 6 × 4, where it cannot even be multiplied. **Shapes tell you most of the transposes, and nothing about the rest.**
#
# **Guess first.** $U V = (U Q)(Q^{-1} V)$ for any invertible $Q$: one and the same $W$. Start to turn,
# $Q = I + \varepsilon A$: then $U$ moves by $\varepsilon\, U A$ and $V$ by $-\varepsilon\, A V$. How steep is the loss in that direction?

# %%
guess_flat = None  # a number

# %%
q = lrw.LowRank(6, 4, rank=2)
U_q, V_q = q.unpack(q.init(rng=0)).values()  # (6, 2), (2, 4)
A, dW_q = rng.normal(size=(2, 2)), rng.normal(size=(6, 4))
dU, dV = dW_q @ V_q.T, U_q.T @ dW_q  # (6, 2), (2, 4)
slope = np.sum(dU * (U_q @ A)) - np.sum(dV * (A @ V_q))
teaching.compare_guess(guess_flat, float(np.round(abs(slope), 12)), "slope along the redundant direction")

# %% [markdown]
# Zero, whatever the loss: with both factors free, rank² directions lead nowhere. This is the paper's reason to *fix*
# $U$ and learn only $V = w_\alpha$. Every number that is learned then does something.

# %% [markdown]
# ## 6 · All together
#
# A factored hidden layer with a sigmoid, a full output layer, a softmax; one vector theta in, loss and gradient out.
# It is what an optimiser wants, and all parts are in your hands. The softmax is given: it returns the loss,
# a mean over rows, and $dz$, in which the $1/n$ is already.


# %%
def softmax_loss(z, Y):
    e = np.exp(z - z.max(axis=1, keepdims=True))  # (n, 10), no overflow
    softmax = e / e.sum(axis=1, keepdims=True)
    return -np.mean(np.sum(Y * np.log(softmax), axis=1)), (softmax - Y) / len(z)


two_layers = [lrw.Dense(lrw.Predicted(U, n_h=20), "sigmoid"), lrw.Dense(lrw.Full(20, 10))]
net = lrw.Network(two_layers, "softmax_cross_entropy")
theta = net.init(rng=0)


def unpack(theta):
    first, second = net.unpack(theta)
    return first["w_alpha"], first["b"], second["W"], second["b"]


shapes = [a.shape for a in unpack(theta)]
print(
    theta.size, "learned numbers:", ", ".join(f"{n} {s}" for n, s in zip(["w_α", "b1", "W2", "b2"], shapes))
)


# %% [markdown]
# ### Exercise 6: loss and gradient
#
# Return the pair (loss, gradient). The gradient is one vector of 550 numbers, in theta's order: $dw_\alpha$ (320), $db_1$ (20),
# $dW_2$ (200), $db_2$ (10). At most ten lines.


# %% starter loss_and_grad
def loss_and_grad(theta, X, Y):
    w_alpha, b1, W2, b2 = unpack(theta)  # (16, 20), (20,), (20, 10), (10,)
    h = 1 / (1 + np.exp(-(X @ (U @ w_alpha) + b1)))  # (n, 20)
    loss, dz2 = softmax_loss(h @ W2 + b2, Y)  # a number, (n, 10)
    grad = None  # (550,): dw_alpha, db1, dW2, db2, ravelled, one after the other
    return loss, grad


# %% [markdown] hint loss_and_grad
# Work backwards. From `dz2` to `dW2`, `db2` and, one layer down, to `dh`. The $1/n$ travels along in `dz2`: do not divide again.

# %% [markdown] hint loss_and_grad
# `dh = dz2 @ W2.T`. The rest is exercise 3, with X for v: `dw_alpha, db1, _ = factored_backward(dh, X, h, U, w_alpha)`.

# %% [markdown] hint loss_and_grad
# `np.concatenate([dw_alpha.ravel(), db1, dW2.ravel(), db2])` makes the vector.


# %% solution loss_and_grad
def loss_and_grad(theta, X, Y):
    w_alpha, b1, W2, b2 = unpack(theta)  # (16, 20), (20,), (20, 10), (10,)
    h = 1 / (1 + np.exp(-(X @ (U @ w_alpha) + b1)))  # (n, 20)
    loss, dz2 = softmax_loss(h @ W2 + b2, Y)  # a number, (n, 10)
    dW2, db2 = h.T @ dz2, dz2.sum(axis=0)  # (20, 10), (10,)
    dz1 = dz2 @ W2.T * h * (1 - h)  # (n, 20)
    dw_alpha, db1 = U.T @ (X.T @ dz1), dz1.sum(axis=0)  # (16, 20), (20,)
    return loss, np.concatenate([dw_alpha.ravel(), db1, dW2.ravel(), db2])


# %% mutant loss_and_grad: the hidden layer's derivative is missing
def loss_and_grad(theta, X, Y):
    w_alpha, b1, W2, b2 = unpack(theta)
    h = 1 / (1 + np.exp(-(X @ (U @ w_alpha) + b1)))
    loss, dz2 = softmax_loss(h @ W2 + b2, Y)
    dz1 = dz2 @ W2.T
    parts = U.T @ (X.T @ dz1), dz1.sum(axis=0), h.T @ dz2, dz2.sum(axis=0)
    return loss, np.concatenate([a.ravel() for a in parts])


# %% mutant loss_and_grad: divided by n again
def loss_and_grad(theta, X, Y):
    w_alpha, b1, W2, b2 = unpack(theta)
    h = 1 / (1 + np.exp(-(X @ (U @ w_alpha) + b1)))
    loss, dz2 = softmax_loss(h @ W2 + b2, Y)
    dz1 = dz2 @ W2.T * h * (1 - h)
    parts = U.T @ (X.T @ dz1) / len(X), dz1.mean(axis=0), h.T @ dz2 / len(X), dz2.mean(axis=0)
    return loss, np.concatenate([a.ravel() for a in parts])


# %% mutant loss_and_grad: W2's gradient ravelled transposed
def loss_and_grad(theta, X, Y):
    w_alpha, b1, W2, b2 = unpack(theta)
    h = 1 / (1 + np.exp(-(X @ (U @ w_alpha) + b1)))
    loss, dz2 = softmax_loss(h @ W2 + b2, Y)
    dz1 = dz2 @ W2.T * h * (1 - h)
    parts = U.T @ (X.T @ dz1), dz1.sum(axis=0), dz2.T @ h, dz2.sum(axis=0)
    return loss, np.concatenate([a.ravel() for a in parts])


# %% mutant loss_and_grad: right at one theta only, the numbers of an earlier run
stored = net.loss_and_grad(theta, X[:40], Y[:40])


def loss_and_grad(theta, X, Y):
    return stored


# %% mutant loss_and_grad: biases before weights
def loss_and_grad(theta, X, Y):
    w_alpha, b1, W2, b2 = unpack(theta)
    h = 1 / (1 + np.exp(-(X @ (U @ w_alpha) + b1)))
    loss, dz2 = softmax_loss(h @ W2 + b2, Y)
    dz1 = dz2 @ W2.T * h * (1 - h)
    parts = dz1.sum(axis=0), U.T @ (X.T @ dz1), dz2.sum(axis=0), h.T @ dz2
    return loss, np.concatenate([a.ravel() for a in parts])


# %% mutant loss_and_grad: a list of arrays, not one vector
def loss_and_grad(theta, X, Y):
    w_alpha, b1, W2, b2 = unpack(theta)
    h = 1 / (1 + np.exp(-(X @ (U @ w_alpha) + b1)))
    loss, dz2 = softmax_loss(h @ W2 + b2, Y)
    dz1 = dz2 @ W2.T * h * (1 - h)
    return loss, [U.T @ (X.T @ dz1), dz1.sum(axis=0), h.T @ dz2, dz2.sum(axis=0)]


# %% mutant loss_and_grad: without the loss
def loss_and_grad(theta, X, Y):
    return net.loss_and_grad(theta, X, Y)[1]


# %% accept loss_and_grad: pooled first, a list back
def loss_and_grad(theta, X, Y):
    w_alpha, b1, W2, b2 = unpack(theta)
    v_alpha = X @ U
    h = 1 / (1 + np.exp(-(v_alpha @ w_alpha + b1)))
    loss, dz2 = softmax_loss(h @ W2 + b2, Y)
    dz1 = dz2 @ W2.T * h * (1 - h)
    return [loss, np.r_[np.ravel(v_alpha.T @ dz1), dz1.sum(0), np.ravel(h.T @ dz2), dz2.sum(0)]]


# %% accept loss_and_grad: the package's own
def loss_and_grad(theta, X, Y):
    return net.loss_and_grad(theta, X, Y)


# %% check loss_and_grad
with check("loss_and_grad") as c:
    _, grad = c.parts(loss_and_grad(theta, X[:40], Y[:40]), 2, "loss_and_grad(theta, X, Y)")
    c.shaped(grad, theta.shape, "the gradient")
    c.gradient(loss_and_grad, net, theta, X[:40], Y[:40])

# %% [markdown]
# Now train with it. If your function has passed, it is yours that runs; if not, the package's stands in.
#
# **Guess first.** 16 of 64 weights of each hidden filter are learned. What part of the 360 test digits will be
# wrong, in per cent? (Guessing a class blindly: 90.)

# %%
guess_error = None  # per cent

# %%
yours = check.passed("loss_and_grad")
yours = yours and teaching.diagnose(loss_and_grad, net, theta, X[:9], Y[:9]).mistake is None  # still right?
fun = loss_and_grad if yours else net.loss_and_grad
result = lrw.minimize(lambda t: fun(t, X, Y), theta, max_iter=teaching.sized(full=150, tiny=10))
right = net.predict(result.theta, digits.X_test).argmax(axis=1) == digits.y_test
print(result.message)
teaching.compare_guess(guess_error, float(100 * (1 - right.mean())), "test error, per cent")

fig, axes = plt.subplots(1, 2, figsize=(7.6, 3), layout="constrained")
plotting.loss_curves({"your gradient" if yours else "the package's gradient": result.loss_curve}, axes[0])
plotting.tiles(net.weights(result.theta)[0], (8, 8), axes[1], n_across=5)
axes[1].set_title("the 20 filters, $W = U w_\\alpha$")
plt.show()

# %% [markdown]
# The loss falls towards nothing: with 550 numbers the network learns its training digits by heart, and that is not the same
# as reading digits. Weight decay and better dictionaries help; they are the subject of the next notebooks. Here it
# was about the gradient, and L-BFGS goes that far down only if the gradient is right.
#
# ## 7 · In the doctor's waiting room
#
# Three patients, each with one mistake, in a network like yours. You get the table that the doctor looks at: for
# each block of the gradient the *error* (the largest difference from the right one, as a part of its largest number), the
# *ratio* (how long it is along the right direction; 1 is right) and the *cosine* of the angle between them (1: the same
# direction, -1: the opposite one). The blocks stand in the order of the backward pass, from the output down.


# %%
def patient_a(theta, X, Y):
    loss, grad = net.loss_and_grad(theta, X, Y)
    net.unpack(grad)[1]["b"][:] *= len(X)
    return loss, grad


def patient_b(theta, X, Y):
    w_alpha, b1, W2, b2 = unpack(theta)
    h = 1 / (1 + np.exp(-(X @ (U @ w_alpha) + b1)))
    loss, dz2 = softmax_loss(h @ W2 + b2, Y)
    dh = dz2 @ W2.T
    parts = U.T @ (X.T @ dh), dh.sum(axis=0), h.T @ dz2, dz2.sum(axis=0)
    return loss, np.concatenate([a.ravel() for a in parts])


def patient_c(theta, X, Y):
    loss, grad = net.loss_and_grad(theta, X, Y)
    dW2 = net.unpack(grad)[1]["W"]
    dW2[:] = dW2.T.reshape(dW2.shape).copy()
    return loss, grad


patients = {"A": patient_a, "B": patient_b, "C": patient_c}
reports = {name: teaching.diagnose(f, net, theta, X[:30], Y[:30]) for name, f in patients.items()}
for name, report in reports.items():
    print(f"patient {name}\n{report.table()}\n{report.checked()}\n")

# %% [markdown] question patients
# **Question.** Do not read the functions, read the tables. What is wrong with A, B and C? Which numbers gave it away?

# %% [markdown] answer patients
# **A**: one bias points exactly the right way (cosine 1) and is too long by a whole number, the number of rows: *the $1/n$
# is missing* (31 and not 30, as the doctor tries other rows too and shows where it is worst). **B**: all of layer 2 is right, all of layer 1 is wrong, and too long by a factor of about four or five: something is
# lost on the way from layer 2 to layer 1. *The sigmoid's derivative*, $h (1 - h)$, is at most 1/4. **C**: a single matrix
# is wrong, with a cosine near 0 though not a single number in it need be wrong: they are in the wrong places, *transposed*.
# The next cell asks the doctor.

# %%
for name, report in reports.items():
    print(f"patient {name}: {report.mistake} in {report.block}")
print()
print(reports["C"])
reports["C"].plot()
plt.show()

# %% [markdown]
# ## Summary
#
# - $dW$ has the shape of $W$. Ask **who used this number, and by what was it multiplied?**, and add up.
# - A transpose says which index is summed away: $v^\top dz$ sums over rows, $dz\, W^\top$ over hidden units, $U^\top dW$
#   over the pixels that a known weight speaks for.
# - $W = U w_\alpha$: $dw_\alpha = U^\top dW$. Columns: cut, then the same for each. Low rank: $dU = dW\, V^\top$,
#   $dV = U^\top dW$, with directions in which nothing happens.
# - Test a gradient by its definition, with a step near $10^{-5}$, at more than one point, on shapes that all differ *and*
#   on square ones.
#
# In the package you will find exactly these lines: `networks/layers.py` (exercise 1), `weights/parametrisations.py` (exercises
# 3, 4 and 5), `networks/network.py` (exercise 6), and the numerical derivative in `optimisation/gradcheck.py`. Notebook 04 hands theta to L-BFGS and looks at the path that it takes.

# %%
check.summary()
