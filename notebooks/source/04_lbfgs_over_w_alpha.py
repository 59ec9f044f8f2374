# ---
# title: L-BFGS over w_alpha only: paths, conditioning, why it stopped
# minutes: 75
# seconds: 12
# learn: why steepest descent zigzags and L-BFGS does not; how the dictionary $U$ shapes the valley that an optimiser walks through, and what it does not do; what restarting costs; how to read a stop report, and how to tell a wrong gradient from noise, a kink and float32.
# need: matrix products and gradients (notebook 03 is enough), eigenvalues of a symmetric matrix. The digits come with scikit-learn; no download.
# ---

# %% [markdown]
# Notebook 03 ended with one line: `lrw.minimize(fun, theta)`. You hand over a loss and its gradient, and get back
# the numbers to use. It is worth knowing what happens in that line, for two reasons. It is where all the waiting is done.
# And it is where a mistake shows last: an optimiser that stops early looks exactly like a model that cannot do better.
#
# We begin with a problem so small that its whole loss fits into a picture.

# %%
import matplotlib.pyplot as plt
import numpy as np
from scipy.optimize import LbfgsInvHessProduct, minimize_scalar

import lowrankweights as lrw
from lowrankweights import plotting, teaching
from lowrankweights.building import LayerInput, LayerSpec, SquaredExponentialRidge, predicted_layer
from lowrankweights.speed import output

teaching.begin()  # one thread of BLAS is enough; fits end early on purpose
check = teaching.Checks(["best_step", "recorder", "hessian", "two_loops", "verdict"])
plt.rcParams.update(plotting.STYLE)

digits = lrw.datasets.load_digits(zoom=2)  # images of 16 x 16 pixels
n = teaching.sized(full=1437, tiny=150)
X = digits.X_train[:n].astype(float)
X = X - X.mean(axis=0)  # (n, 256), each pixel with mean 0
t = np.where(digits.y_train[:n] == 3, 1.0, -1.0)
t = t - t.mean()  # (n,): is it a 3?
points = lrw.grid_coordinates((16, 16))  # (256, 2): row, column

# %% [markdown]
# ## 1 · A loss that you can see
#
# One filter $W$ (256,) looks at an image and says how much it looks like a 3. Only **two** of its pixels are learned,
# neighbours in the middle of the image; a dictionary predicts the other 254:
#
# | letter | shape | what it is |
# |---|---|---|
# | $X$ | (n, 256) | the images, centred |
# | $U$ | (256, 2) | the dictionary, fixed |
# | $w$ | (2,) | what is learned: $w_\alpha$ of a single filter |
# | $A = X U$ | (n, 2) | the pooled images |
# | $t$ | (n,) | what should come out |
#
# $$f(w) = \frac{1}{2n} |A w - t|^2, \qquad \nabla f(w) = \frac{1}{n} A^\top (A w - t).$$
#
# The first dictionary is the poorest one: the columns of the identity. The two pixels are known, all others are 0.


# %%
def squares(A, t):
    """The loss 1/2n |A w - t|^2 as a function of w, with its gradient."""

    def fun(w):
        r = A @ w - t  # (n,) = (n, n_alpha)(n_alpha,) - (n,)
        return r @ r / (2 * len(t)), A.T @ r / len(t)  # a number, (n_alpha,)

    return fun


pair = np.array([16 * 8 + 6, 16 * 8 + 7])  # row 8, columns 6 and 7
U_two = lrw.dictionaries.identity_atoms(256, pair)  # (256, 2)
A_two = X @ U_two  # (n, 2) = (n, 256)(256, 2)
two = squares(A_two, t)
lowest = np.linalg.lstsq(A_two, t, rcond=None)[0]  # (2,): with squares the minimum has a formula
print("gradient error:", f"{lrw.gradient_error(two, np.ones(2)):.0e}")
print("lowest point:", lowest.round(2), " loss there:", round(two(lowest)[0], 4))


# %%
def draw_loss(ax, fun, lowest, reach):
    """The loss around its lowest point, as lines of equal height; each is three times as high as the next."""
    a, b = (lowest[i] + np.linspace(-reach, reach, 81) for i in (0, 1))
    height = np.array([[fun(np.array([x, y]))[0] for x in a] for y in b]) - fun(lowest)[0]
    ax.contour(a, b, height, levels=height.max() * 3.0 ** np.arange(-7, 0), colors="#9A9893", linewidths=0.7)
    ax.plot(*lowest, "*", color=plotting.COLOURS["red"], ms=11, zorder=3)
    ax.set(aspect="equal", xlabel="weight of pixel (8, 6)", ylabel="weight of pixel (8, 7)")


fig, ax = plt.subplots(figsize=(3.6, 3.6), layout="constrained")
draw_loss(ax, two, lowest, 2.6)
ax.plot(0, 0, "o", color="black")
ax.annotate("start", (0, 0), (-0.15, 0.3), ha="right")
ax.set_title("the loss of two weights")
plt.show()

# %% [markdown]
# The star is the lowest point, and it lies in a long, narrow valley. The valley's long side says: *raise one pixel's weight and lower the other's by as much*. Neighbouring
# pixels are nearly always alike, so that changes almost nothing. Its short side says: *raise both*. That changes a lot.
#
# **Guess first.** The steepest way down is $-\nabla f$, at a right angle to the line of equal height. We go that way until the loss
# rises again, look for the steepest way anew, and so on. How many steps until only $10^{-8}$ of the height above the star is left?

# %%
guess_steepest = None  # a number of steps

# %% [markdown]
# ### Exercise 1: how far to go
#
# "Until it rises again" can be computed. Along the way $w - s\, g$ with $g = \nabla f(w)$, the loss is a parabola in $s$:
#
# $$f(w - s\, g) = f(w) - s\, g^\top g + \frac{1}{2} s^2\, g^\top H g,$$
#
# where $H$ (2, 2) is the matrix of second derivatives. Which $s$ is at the bottom?


# %% starter best_step
def best_step(g, H):
    s = ...  # a number
    return s


# %% [markdown] hint best_step
# At the bottom of a parabola its slope is zero. Take the derivative by $s$: all else is a constant.

# %% [markdown] hint best_step
# $-g^\top g + s\, g^\top H g = 0$. Solve for $s$.

# %% [markdown] hint best_step
# `g @ g` is $g^\top g$, and `g @ H @ g` is $g^\top H g$. Their ratio.


# %% solution best_step
def best_step(g, H):
    s = (g @ g) / (g @ H @ g)  # a number: (n,)(n,) / (n,)(n, n)(n,)
    return s


# %% mutant best_step: the factor 1/2 stays
def best_step(g, H):
    return 0.5 * (g @ g) / (g @ H @ g)


# %% mutant best_step: upside down
def best_step(g, H):
    return (g @ H @ g) / (g @ g)


# %% mutant best_step: the length of g instead of its square
def best_step(g, H):
    return np.linalg.norm(g) / (g @ H @ g)


# %% mutant best_step: the safe step, one over the largest curvature
def best_step(g, H):
    return 1 / np.linalg.eigvalsh(H)[-1]


# %% mutant best_step: one step for each weight
def best_step(g, H):
    return g / (H @ g)


# %% accept best_step: from a unit direction
def best_step(g, H):
    d = g / np.linalg.norm(g)
    return (g @ d) / np.einsum("i,ij,j", d, H, d) / np.linalg.norm(g)


# %% accept best_step: least squares in disguise
def best_step(g, H):
    root = np.linalg.cholesky(H).T @ g
    return np.dot(g, g) / np.dot(root, root)


# %% check best_step
with check("best_step") as c:
    for seed in range(3):
        draw = np.random.default_rng(seed)
        R, w_any = draw.normal(size=(5, 3)), draw.normal(size=3)
        fun = squares(R, draw.normal(size=5))
        g_any = fun(w_any)[1]
        tried = minimize_scalar(lambda s, fun=fun, w=w_any, g=g_any: fun(w - s * g)[0])  # by trying many s
        s = best_step(g_any, R.T @ R / 5)
        c.close(s, tried.x, "best_step(g, H)", tolerance=1e-5)
        c.true(abs(fun(w_any - s * g_any)[1] @ g_any) < 1e-8, "After the step the loss still slopes along g.")


# %%
def steepest_descent(fun, H, w, target, most=1000):
    """The points w on the way, until the loss is below the target."""
    path = [w]  # each (n_alpha,)
    while fun(w)[0] > target and len(path) <= most:
        g = fun(w)[1]
        w = w - g * (g @ g) / (g @ H @ g)  # exercise 1
        path.append(w)
    return np.array(path)  # (n_steps + 1, n_alpha)


def goal(fun, lowest, share=1e-8):
    """The loss at which only a share is left of the height of w = 0 above the lowest point."""
    return fun(lowest)[0] + share * (fun(0 * lowest)[0] - fun(lowest)[0])


H_two = A_two.T @ A_two / n  # (2, 2) = (2, n)(n, 2)
path = steepest_descent(two, H_two, np.zeros(2), goal(two, lowest))
teaching.compare_guess(guess_steepest, len(path) - 1, "steps of steepest descent")

# %% [markdown]
# For *two* numbers. The picture comes in a moment, beside that of L-BFGS. To get its path we need a way to look over its shoulder.
#
# ### Exercise 2: a callback
#
# `lrw.minimize` calls each function in `callbacks` after every iteration, with an `info` that has `theta` (a copy, yours
# to keep), `loss`, `grad_norm`, `n_iter` and `seconds`. A callback that raises `StopIteration` ends the run; what
# was reached is kept. Write a callback that appends `info.theta` to the list `path` and stops once the loss is below `target`.


# %% starter recorder
def recorder(path, target):
    callback = None  # a function of info; define it here, inside recorder, so that it knows path and target
    return callback


# %% [markdown] hint recorder
# Replace the line by `def callback(info):` with a body of three lines, and return `callback`, not `callback()`.

# %% [markdown] hint recorder
# First keep the point, then decide: if it is kept after the decision, the last and best point is missing.

# %% [markdown] hint recorder
# `path.append(info.theta)`, then `if info.loss < target:` and, below it, `raise StopIteration`.


# %% solution recorder
def recorder(path, target):
    def callback(info):
        path.append(info.theta)  # (n_alpha,)
        if info.loss < target:
            raise StopIteration

    return callback


# %% mutant recorder: the last point is missing
def recorder(path, target):
    def callback(info):
        if info.loss < target:
            raise StopIteration
        path.append(info.theta)

    return callback


# %% mutant recorder: returning True stops nothing
def recorder(path, target):
    def callback(info):
        path.append(info.theta)
        return info.loss < target

    return callback


# %% mutant recorder: stops while the loss is still high
def recorder(path, target):
    def callback(info):
        path.append(info.theta)
        if info.loss > target:
            raise StopIteration

    return callback


# %% mutant recorder: keeps the losses
def recorder(path, target):
    def callback(info):
        path.append(info.loss)
        if info.loss < target:
            raise StopIteration

    return callback


# %% mutant recorder: looks at the gradient
def recorder(path, target):
    def callback(info):
        path.append(info.theta)
        if info.grad_norm < target:
            raise StopIteration

    return callback


# %% accept recorder: an object that can be called
def recorder(path, target):
    class Recorder:
        def __call__(self, info):
            path.extend([info.theta.copy()])
            if not info.loss >= target:
                raise StopIteration("good enough")

    return Recorder()


# %% accept recorder: a callback made of another
def recorder(path, target):
    def step(path, target, info):
        path += [np.array(info.theta)]
        if target > info.loss:
            next(iter([]))

    return lambda info: step(path, target, info)


# %% check recorder
with check("recorder") as c:
    points_seen, all_seen = [], []
    bowl = lambda w: (float(np.sum(np.cosh(w - [1, 2, 3]))), np.sinh(w - [1, 2, 3]))  # lowest: 3
    callback = recorder(points_seen, 3.5)
    c.true(None if callback is None else callable(callback), "recorder must return a function.")
    result = lrw.minimize(bowl, np.zeros(3), callbacks=[all_seen.append, callback])
    c.true(result.status == "stopped", f"It did not stop below the target: {result}")
    c.true(
        result.loss < 3.5 < result.loss_curve[-2], "It stopped, but not the first time the loss was below."
    )
    c.true(len(points_seen) == result.n_iter, f"{len(points_seen)} points for {result.n_iter} iterations.")
    for i, (kept, info) in enumerate(zip(points_seen, all_seen, strict=True), 1):
        c.close(kept, info.theta, f"the point after iteration {i}")

# %% [markdown]
# **Guess first.** The same valley, the same start, the same target. How many iterations does L-BFGS take?

# %%
guess_lbfgs = None  # a number of iterations

# %%
quick = lrw.minimize(two, np.zeros(2), tol=0, ftol=0)
n_quick = int(np.argmax(quick.loss_curve < goal(two, lowest)))
teaching.compare_guess(guess_lbfgs, n_quick, "iterations of L-BFGS")

seen = [np.zeros(2)]
keep = recorder(seen, goal(two, lowest)) if check.passed("recorder") else lambda info: seen.append(info.theta)
lrw.minimize(two, np.zeros(2), tol=0, ftol=0, max_iter=n_quick, callbacks=[keep])

ways = {f"steepest descent: {len(path) - 1} steps": path, f"L-BFGS: {n_quick} iterations": np.array(seen)}
fig, axes = plt.subplots(1, 2, figsize=(7, 3.6), layout="constrained")
for ax, (title, way) in zip(axes, ways.items(), strict=True):
    draw_loss(ax, two, lowest, 2.6)
    ax.plot(*way.T, "o-", ms=3, lw=1.2, color=plotting.COLOURS["blue"])
    ax.set_title(title)
plt.show()

# %% [markdown]
# On the left you see the zigzag. Each step ends where the loss no longer falls along $g$, so the next gradient is at a right
# angle to the last one. In a narrow valley *both* directions are wrong, and with the best step length
# they stay wrong for ever. The gradient is right, mind you; what it lacks is the knowledge that the valley is narrow.
#
# L-BFGS finds that out from its own steps. How, is the subject of section 3. First: what makes a valley narrow?

# %% [markdown]
# ## 2 · What the dictionary does to the valley
#
# The matrix $H$ of second derivatives has it all. Its eigenvectors are the axes of the ellipses, its eigenvalues the
# *curvatures* along them, and the ratio of the largest to the smallest is the *condition number* $\kappa$. An ellipse of equal height is
# $\sqrt{\kappa}$ times as long as wide, and each step of steepest descent leaves, at worst, this share of the height:
#
# $$\left(\frac{\kappa - 1}{\kappa + 1}\right)^2.$$

# %%
kappa = np.linalg.cond(H_two)
print(
    f"condition {kappa:.1f}: {np.sqrt(kappa):.1f} times as long as wide; {((kappa - 1) / (kappa + 1)) ** 2:.2f} a step"
)

# %% [markdown]
# ### Exercise 3: where U comes in
#
# For all 256 weights the second derivatives of the loss are $C = X^\top X / n$ (256, 256): the covariance of the pixels. (The
# images are centred.) We learn $w$, and $W = U w$. What are the second derivatives by $w$, if you are given $C$ and $U$?


# %% starter hessian
def hessian(C, U):
    H = ...  # (n_alpha, n_alpha)
    return H


# %% [markdown] hint hessian
# The shapes nearly decide. $C$ is (n_v, n_v) and $U$ is (n_v, n_alpha); the answer is (n_alpha, n_alpha).

# %% [markdown] hint hessian
# $H = A^\top A / n$ with $A = X U$. Write out $A^\top$, and find $C$ in the middle.

# %% [markdown] hint hessian
# $H = U^\top C\, U$: `U.T @ C @ U`.


# %% solution hessian
def hessian(C, U):
    H = U.T @ C @ U  # (n_alpha, n_alpha) = (n_alpha, n_v)(n_v, n_v)(n_v, n_alpha)
    return H


# %% mutant hessian: U on one side only
def hessian(C, U):
    return (U.T @ C)[:, : U.shape[1]]


# %% mutant hessian: the other way round
def hessian(C, U):
    return U @ U.T @ C


# %% mutant hessian: the covariance of the known pixels
def hessian(C, U):
    known = np.abs(U).argmax(axis=0)
    return C[np.ix_(known, known)]


# %% mutant hessian: U is used once too often
def hessian(C, U):
    return U.T @ C @ U @ (U.T @ U)


# %% accept hessian: einsum
def hessian(C, U):
    return np.einsum("ka,kl,lb->ab", U, C, U)


# %% accept hessian: each atom's pull on each other
def hessian(C, U):
    return [[a @ C @ b for b in U.T] for a in U.T]


# %% check hessian
with check("hessian") as c:
    for n_v, n_alpha in ((6, 2), (4, 4)):
        draw = np.random.default_rng(n_v)
        v, U_any = draw.normal(size=(9, n_v)), draw.normal(size=(n_v, n_alpha))
        gradient = lambda w, A=v @ U_any: squares(A, np.ones(9))(w)[1]
        # by definition: how the gradient changes with each weight; exact, as the gradient is linear
        columns = [gradient(e) - gradient(0 * e) for e in np.eye(n_alpha)]
        c.close(hessian(v.T @ v / 9, U_any), np.array(columns).T, f"hessian(C, U) for {n_v} x {n_alpha}")

# %% [markdown]
# **Guess first.** The condition number was about 20 with the identity's columns. Now the same two pixels predict their surroundings:
# $U$ is kernel ridge with a squared exponential, length scale 1 pixel. Narrower or rounder? What is $\kappa$?

# %%
guess_kappa = None  # a number, 1 or more

# %%
C = X.T @ X / n  # (256, 256) = (256, n)(n, 256)


def smooth(alpha, length_scale):
    return lrw.dictionaries.kernel_ridge(lrw.SquaredExponential(length_scale), points, alpha, ridge=1e-2)


def condition(U):
    return float(np.linalg.cond(U.T @ C @ U))


teaching.compare_guess(guess_kappa, condition(smooth(pair, 1.0)), "condition with length scale 1")

fig, axes = plt.subplots(1, 3, figsize=(8.2, 3.1), layout="constrained")
choices = {"identity": U_two, "length scale 1": smooth(pair, 1.0), "length scale 4": smooth(pair, 4.0)}
for ax, (name, U) in zip(axes, choices.items(), strict=True):
    fun, w = squares(X @ U, t), np.linalg.lstsq(X @ U, t, rcond=None)[0]
    way = steepest_descent(fun, U.T @ C @ U, np.zeros(2), goal(fun, w))
    draw_loss(ax, fun, w, 1.2 * np.abs(w).max())
    ax.plot(*way.T, "o-", ms=3, lw=1.2, color=plotting.COLOURS["blue"])
    ax.set_title(f"{name}\ncondition {condition(U):.1f}, {len(way) - 1} steps")
plt.show()

# %% [markdown]
# The same two pixels, the same images, and three different valleys. With length scale 1 the two atoms overlap just
# enough to take the likeness of neighbours out of the problem; with 4, two broad and nearly equal
# atoms put it back. So **a dictionary also conditions the problem**, for better or worse:
#
# $$H = U^\top C\, U.$$
#
# ### From two to twenty-six
#
# A tenth of the pixels: 26 of 256. We cannot draw the valley any more, but we can list its 26 curvatures, beside
# those of the problem with every weight learned.

# %%
alpha = lrw.sample_index_set(256, n_alpha=26, rng=0)
U = smooth(alpha, 2.0)  # (256, 26)
A = X @ U  # (n, 26) = (n, 256)(256, 26)
known = squares(A, t)
every = squares(X, t)
curvatures = {"every weight": C, "26 known": U.T @ C @ U}
curvatures = {name: np.linalg.eigvalsh(H)[::-1] for name, H in curvatures.items()}
for name, e in curvatures.items():
    flat = np.sum(e < 1e-10 * e[0])
    print(f"{name:>12}: the largest {e[0]:.3g}, the 26th {e[25]:.1e}, {flat} of {len(e)} flat")

# %% [markdown]
# **Guess first.** L-BFGS on both. Each has a lowest point of its own, and we ask how many iterations it takes until
# $10^{-4}$ of the starting height above it is left. With 26 known it takes about 40. With every weight?

# %%
guess_every = None  # a number of iterations

# %%
long = {"ftol": 1e-14, "tol": 0, "max_iter": teaching.sized(full=2000, tiny=100)}
left = {}  # what is left of the height, after each iteration
for name, fun, matrix in (("every weight", every, X), ("26 known", known, A)):
    w = np.linalg.lstsq(matrix, t, rcond=None)[0]
    curve, bottom = lrw.minimize(fun, 0 * w, **long).loss_curve, fun(w)[0]
    left[name] = np.maximum((curve - bottom) / (curve[0] - bottom), 1e-12)


def when(name, share):
    """The first iteration with less than the share left; the last one if there is none."""
    below = left[name] < share
    return int(np.argmax(below)) if below.any() else len(below) - 1


teaching.compare_guess(guess_every, when("every weight", 1e-4), "iterations with every weight")
for share in (0.1, 0.01, 1e-4, 1e-6):
    print(f"{share:>7g} left: " + ", ".join(f"{name} {when(name, share)}" for name in left))

fig, axes = plt.subplots(1, 2, figsize=(7.6, 3), layout="constrained")
for name, style in zip(left, plotting.line_styles(2), strict=True):
    e = curvatures[name]
    axes[0].plot(np.arange(1, len(e) + 1), e / e[0], **style, markevery=5, label=name)
    axes[1].plot(left[name], **style, markevery=max(1, len(left[name]) // 12))
for ax, title in zip(axes, ("curvatures, the largest is 1", "share of the height that is left"), strict=True):
    ax.set(title=title, yscale="log", ylim=(1e-8, 2))
axes[0].set(xlabel="number of the curvature", xlim=(0, 70))
axes[1].set(xlabel="L-BFGS iteration (logarithmic)", xscale="log", xlim=(1, 2000))
axes[0].legend(loc="lower left")
plt.show()

# %% [markdown]
# Look twice, as it is easy to see too much here.
#
# - **Down to the last hundredth the two are equal.** The first dozen iterations deal with the large curvatures, and these
#   both problems have.
# - **Then comes the tail.** With every weight there are dozens of directions that are *almost* flat. Each is worth next to
#   nothing, and L-BFGS must find them one by one. The 26 known weights do not reach them: there is no tail to be walked. (From
#   the 60th on the curvatures are 0, as the 16 × 16 images were made from 8 × 8. What is quite flat costs nothing: no gradient ever points there.)
# - **What the tail was worth** is another matter: with all its freedom, the lowest loss is lower, too. A dictionary that
#   closes directions makes the way shorter *and* moves the place where it ends.

# %% [markdown] question smaller
# **Question.** Somebody says: "With a dictionary, training needs fewer iterations." Which two things should you ask
# before you believe it?

# %% [markdown] answer smaller
# *Until when?* Until the loss is 0.01 above the bottom, both took the same; until it is a millionth above it, one took more
# than ten times as many. And *whose bottom?* The two problems have different minima. A loss that one of them can never reach
# says nothing about speed; a loss that is the bottom of one and the hillside of the other says anything you like.
# Section 4 has a case in which this matters.

# %% [markdown]
# ## 3 · A memory of steps
#
# Newton's method knows the valley: it goes to $w - H^{-1} g$, which for squares is the lowest point, in one step. For a network with half a
# million numbers $H$ would have 250 billion entries. L-BFGS never writes it down. It remembers its last $m$ steps and how the
# gradient changed over each,
#
# $$s_i = w_{i+1} - w_i, \qquad y_i = g_{i+1} - g_i \qquad (n_\alpha,) \ \mathrm{both}; \ \mathrm{for\ squares}\ \ y_i = H s_i,$$
#
# and each pair says: *in this direction, the curvature is so much*. From the pairs it makes something that acts like
# $H^{-1}$ (call it $B$), starting with a multiple $\gamma I$ of the identity and correcting it with one pair after the other:
#
# $$B \leftarrow (I - \rho\, s\, y^\top)\, B\, (I - \rho\, y\, s^\top) + \rho\, s\, s^\top, \qquad \rho = \frac{1}{s^\top y}.$$
#
# Read from the right: take out of $g$ what the pair knows about, treat the rest with the $B$ from before, put the pair's answer back in.
#
# ### Exercise 4: the two loops
#
# Applied to a vector, each bracket is one line, and no matrix is needed. On the way in the brackets on the right act, newest pair first; in
# the middle is $\gamma = s^\top y / y^\top y$ of the newest pair; on the way out the brackets on the left, oldest pair first. The way in is
# given. Each bracket on the left, applied to $q$, with the term $\rho\, s\, s^\top$ worked in, does
#
# $$q \leftarrow q + \left(a_i - \frac{y_i^\top q}{s_i^\top y_i}\right) s_i.$$
#
# Return the direction to *go*: $-B g$.


# %% starter two_loops
def two_loops(g, s, y):
    q, a = g, np.zeros(len(s))  # (n_alpha,), one number a pair; s and y are lists, oldest first
    for i in reversed(range(len(s))):
        a[i] = (s[i] @ q) / (s[i] @ y[i])  # a number
        q = q - a[i] * y[i]  # (n_alpha,)
    direction = None  # the middle, then the way out, then the sign
    return direction


# %% [markdown] hint two_loops
# Three parts: multiply `q` by a number; a loop; a minus sign. The loop runs over `range(len(s))`, not reversed.

# %% [markdown] hint two_loops
# The newest pair is `s[-1], y[-1]`. The middle: `q = q * (s[-1] @ y[-1]) / (y[-1] @ y[-1])`.

# %% [markdown] hint two_loops
# In the loop: `q = q + (a[i] - (y[i] @ q) / (s[i] @ y[i])) * s[i]`. After it, `direction = -q`.


# %% solution two_loops
def two_loops(g, s, y):
    q, a = g, np.zeros(len(s))  # (n_alpha,), one number a pair; s and y are lists, oldest first
    for i in reversed(range(len(s))):
        a[i] = (s[i] @ q) / (s[i] @ y[i])  # a number
        q = q - a[i] * y[i]  # (n_alpha,)
    q = q * (s[-1] @ y[-1]) / (y[-1] @ y[-1])  # (n_alpha,)
    for i in range(len(s)):
        q = q + (a[i] - (y[i] @ q) / (s[i] @ y[i])) * s[i]  # (n_alpha,)
    return -q


# %% mutant two_loops: uphill
def two_loops(g, s, y):
    q, a = g, np.zeros(len(s))
    for i in reversed(range(len(s))):
        a[i] = (s[i] @ q) / (s[i] @ y[i])
        q = q - a[i] * y[i]
    q = q * (s[-1] @ y[-1]) / (y[-1] @ y[-1])
    for i in range(len(s)):
        q = q + (a[i] - (y[i] @ q) / (s[i] @ y[i])) * s[i]
    return q


# %% mutant two_loops: newest first on the way out as well
def two_loops(g, s, y):
    q, a = g, np.zeros(len(s))
    for i in reversed(range(len(s))):
        a[i] = (s[i] @ q) / (s[i] @ y[i])
        q = q - a[i] * y[i]
    q = q * (s[-1] @ y[-1]) / (y[-1] @ y[-1])
    for i in reversed(range(len(s))):
        q = q + (a[i] - (y[i] @ q) / (s[i] @ y[i])) * s[i]
    return -q


# %% mutant two_loops: the middle is missing
def two_loops(g, s, y):
    q, a = g, np.zeros(len(s))
    for i in reversed(range(len(s))):
        a[i] = (s[i] @ q) / (s[i] @ y[i])
        q = q - a[i] * y[i]
    for i in range(len(s)):
        q = q + (a[i] - (y[i] @ q) / (s[i] @ y[i])) * s[i]
    return -q


# %% mutant two_loops: the oldest pair in the middle
def two_loops(g, s, y):
    q, a = g, np.zeros(len(s))
    for i in reversed(range(len(s))):
        a[i] = (s[i] @ q) / (s[i] @ y[i])
        q = q - a[i] * y[i]
    q = q * (s[0] @ y[0]) / (y[0] @ y[0])
    for i in range(len(s)):
        q = q + (a[i] - (y[i] @ q) / (s[i] @ y[i])) * s[i]
    return -q


# %% mutant two_loops: y on the way out
def two_loops(g, s, y):
    q, a = g, np.zeros(len(s))
    for i in reversed(range(len(s))):
        a[i] = (s[i] @ q) / (s[i] @ y[i])
        q = q - a[i] * y[i]
    q = q * (s[-1] @ y[-1]) / (y[-1] @ y[-1])
    for i in range(len(s)):
        q = q + (a[i] - (y[i] @ q) / (s[i] @ y[i])) * y[i]
    return -q


# %% mutant two_loops: the gradient is overwritten
def two_loops(g, s, y):
    q, a = g, np.zeros(len(s))
    for i in reversed(range(len(s))):
        a[i] = (s[i] @ q) / (s[i] @ y[i])
        q -= a[i] * y[i]
    q = q * (s[-1] @ y[-1]) / (y[-1] @ y[-1])
    for i in range(len(s)):
        q = q + (a[i] - (y[i] @ q) / (s[i] @ y[i])) * s[i]
    return -q


# %% accept two_loops: with the matrix, after all
def two_loops(g, s, y):
    eye = np.eye(len(g))
    B = eye * (s[-1] @ y[-1]) / (y[-1] @ y[-1])
    for a, b in zip(s, y):
        rho = 1 / (a @ b)
        B = (eye - rho * np.outer(a, b)) @ B @ (eye - rho * np.outer(b, a)) + rho * np.outer(a, a)
    return -B @ g


# %% accept two_loops: by recursion
def two_loops(g, s, y):
    def apply(q, k):
        if k < 0:
            return q * (s[-1] @ y[-1]) / (y[-1] @ y[-1])
        a = s[k] @ q / (s[k] @ y[k])
        inner = apply(q - a * y[k], k - 1)
        return inner + (a - y[k] @ inner / (s[k] @ y[k])) * s[k]

    return -apply(g, len(s) - 1)


# %% check two_loops
with check("two_loops") as c:
    draw = np.random.default_rng(1)
    R = draw.normal(size=(8, 5))
    H_any, g_any = R.T @ R, draw.normal(size=5)
    s_any = list(draw.normal(size=(3, 5)))
    y_any = [H_any @ step for step in s_any]
    c.close(two_loops(y_any[-1].copy(), s_any, y_any), -s_any[-1], "two_loops(y[-1], s, y)")
    g_kept = g_any.copy()
    for m in (1, 2, 3):
        B, eye = np.eye(5) * (s_any[m - 1] @ y_any[m - 1]) / (y_any[m - 1] @ y_any[m - 1]), np.eye(5)
        for s_i, y_i in zip(s_any[:m], y_any[:m], strict=True):
            left_i = eye - np.outer(s_i, y_i) / (s_i @ y_i)
            B = left_i @ B @ left_i.T + np.outer(s_i, s_i) / (s_i @ y_i)
        c.close(two_loops(g_any, s_any[:m], y_any[:m]), -B @ g_kept, f"two_loops with {m} pairs")
        c.true(np.array_equal(g_any, g_kept), "g was changed: q begins as g itself, so do not write into it.")

# %% [markdown]
# That *is* L-BFGS; what is missing is a rule for how far to go. For squares we have one, as in exercise 1.
#
# **Guess first.** Your direction, with the best step along it, in the valley of section 1. How many steps for two weights?

# %%
guess_own = None  # a number of steps


# %%
def scipy_direction(g, s, y):
    """SciPy's own, which begins with the identity: with the best step length the path is the same."""
    return -LbfgsInvHessProduct(np.array(s), np.array(y)).matvec(g)


def own_lbfgs(fun, H, w, target, memory=10, most=200):
    path, s, y, g = [w], [], [], fun(w)[1]
    while fun(w)[0] > target and len(path) <= most:
        d = way_down(g, s[-memory:], y[-memory:]) if s else -g  # (n_alpha,)
        step = -(g @ d) / (d @ H @ d) * d  # (n_alpha,)
        w, g_before = w + step, g
        g = fun(w)[1]
        s, y, path = [*s, step], [*y, g - g_before], [*path, w]
    return np.array(path)


way_down = two_loops if check.passed("two_loops") else scipy_direction
own = own_lbfgs(two, H_two, np.zeros(2), goal(two, lowest))
whose = "your" if check.passed("two_loops") else "SciPy's"
teaching.compare_guess(guess_own, len(own) - 1, f"steps with {whose} direction")

# %% [markdown]
# Two weights, two steps. After one step it knows the curvature in one direction; the second is then aimed so that it spoils nothing
# of the first. (With squares and best steps L-BFGS takes the steps of *conjugate gradients*, and is done after as many as there are
# weights.) For a network no step length is known beforehand, so SciPy tries some: the *line search*. It took one iteration more.
#
# ### How much memory, and what forgetting costs

# %%
w_known = np.linalg.lstsq(A, t, rcond=None)[0]  # (26,)
target = goal(known, w_known, 1e-6)


def stop_at_target(info):
    if info.loss < target:
        raise StopIteration


hurry = {"callbacks": [stop_at_target], "tol": 0, "ftol": 0, "max_iter": teaching.sized(full=2000, tiny=400)}
for m in (1, 3, 10, 30):
    result = lrw.minimize(known, np.zeros(26), memory=m, **hurry)
    print(f"memory {m:>2}: {result.n_iter:>4} iterations, {result.n_evaluations} evaluations")

# %% [markdown]
# Thirty pairs is what the package keeps (ten where there are more than 300,000 numbers, as the pairs cost time, too).
#
# **Guess first.** Now keep thirty, but stop every ten iterations, and start again from where it was. Nothing is lost but the
# memory. How many iterations in all?

# %%
guess_restarts = None  # a number of iterations


# %%
def with_restarts(every):
    """Iterations to the target, when L-BFGS is started anew after ``every`` of them."""
    w, n_iter, most = np.zeros(26), 0, teaching.sized(full=6000, tiny=400)
    while known(w)[0] > target and n_iter < most:
        result = lrw.minimize(known, w, **hurry | {"max_iter": every})
        w, n_iter = result.theta, n_iter + max(1, result.n_iter)
    return n_iter


counts = {every: with_restarts(every) for every in (10, 25, 50, 1000)}
teaching.compare_guess(guess_restarts, counts[10], "iterations, started anew every 10")
for every, count in counts.items():
    print(f"started anew every {every:>4}: {count:>5} iterations")

# %% [markdown]
# That is why a checkpoint (`lrw.minimize(..., checkpoint=path)`) is a good place to start *from* and no way to carry on: SciPy
# keeps the pairs to itself. It is also the price of training in stages, on 2,000 rows first and on all of them later:
# each stage begins as steepest descent does. Few, long stages are worth it; many short ones are not.

# %% [markdown]
# ## 4 · A network, and an experiment with a control
#
# Two hidden layers, 256-100-100-10, sigmoid, softmax, weight decay $5 \cdot 10^{-5}$. Once every weight is learned; once a tenth of the first two
# layers', by ten columns: a squared exponential for the pixels, the covariance for the hidden units. (`predicted_layer` makes
# the dictionaries; notebook 05 is about them.)

# %%
decay, longest = 5e-5, teaching.sized(full=200, tiny=15)
V, Y = digits.X_train[:n], np.eye(10, dtype=np.float32)[digits.y_train[:n]]  # (n, 256), (n, 10); float32


def predicted_pair(V, shape, n_h, length_scale):
    """The first two layers with a tenth of the weights known, in ten columns."""
    smooth = LayerSpec(n_h, SquaredExponentialRidge(length_scale=length_scale), proportion=0.1, n_columns=10)
    first, _ = predicted_layer(LayerInput(V, lrw.Grid(shape)), smooth, rng=0)
    layer = lrw.Dense(first, "sigmoid")
    H = output(layer, layer.init(0), V)  # (n, n_h): the second layer's input
    alike = LayerSpec(n_h, "covariance", proportion=0.1, n_columns=10)
    return first, predicted_layer(LayerInput(H), alike, rng=1)[0]


def network(first, second):
    layers = [lrw.Dense(first, "sigmoid"), lrw.Dense(second, "sigmoid"), lrw.Dense(lrw.Full(second.n_h, 10))]
    return lrw.Network(layers, "softmax_cross_entropy")


n_h = teaching.sized(full=100, tiny=20)
net_every = network(lrw.Full(256, n_h), lrw.Full(n_h, n_h))
net_tenth = network(*predicted_pair(V, (16, 16), n_h, length_scale=2.0))
print(f"numbers learned: {net_every.n_dynamic:,} and {net_tenth.n_dynamic:,}")

# %% [markdown]
# **Guess first.** With every weight, the loss is below 0.03 after about 90 iterations. With a tenth?

# %%
guess_tenth = None  # a number of iterations


# %%
def train(net, fun):
    return lrw.minimize(fun, net.init(rng=0), max_iter=longest)


def reached(result, loss=0.03):
    """The first iteration with a loss below; the last one if there is none."""
    below = result.loss_curve < loss
    return int(np.argmax(below)) if below.any() else result.n_iter


nets = {"every weight": net_every, "a tenth": net_tenth}
results = {name: train(net, lrw.Objective(net, V, Y, weight_decay=decay)) for name, net in nets.items()}
teaching.compare_guess(guess_tenth, reached(results["a tenth"]), "iterations with a tenth")
for name, result in results.items():
    print(f"{name:>12}: {reached(result)} iterations to 0.03; after {result.n_iter}: {result.loss:.4f}")

# %% [markdown]
# Clearly fewer, and to a clearly lower loss. On all of MNIST the same comparison was our first surprise with this package: there the
# network with every weight needed about three times the iterations. "The dictionary conditions the problem", we wrote down.
# After section 2 you may have a doubt. The loss has two parts,
#
# $$\mathrm{loss} = \mathrm{cross\ entropy} + \frac{\lambda}{2}\, |\mathrm{what\ is\ learned}|^2,$$
#
# and what is learned is $W$ in one case and $w_\alpha$ in the other. The two networks do not pay the same for the same filter!
# So there are two suspects: *the valley* (conditioning), and *the price list* (weight decay).
#
# **Guess first.** A control tells them apart: keep the dictionary, but let weight decay charge the composed $W = U w_\alpha$, as
# it does when every weight is learned. If the valley is the reason, the lead stays. Does it?

# %%
guess_control = None  # "stays" or "goes"


# %%
def charged_for_W(net, theta, loss, grad):
    """Add decay / 2 |W|^2 of every layer to a loss without decay; its gradient is pulled back through U."""
    parts = zip(net.layers, net.split(theta), net.split(grad), strict=True)
    for layer, part, d_part in parts:
        p = layer.decayed(part)  # w_alpha, or W: all but the bias
        W = layer.parametrisation.expand(p)  # (n_v, n_h)
        loss += decay / 2 * np.sum(W**2)
        layer.decayed(d_part)[:] += layer.parametrisation.pull_back(decay * W, p)  # U^T (decay W)
    return loss, grad


def controlled(net, V, Y):
    plain = lrw.Objective(net, V, Y)  # no weight decay
    return lambda theta: charged_for_W(net, theta, *plain(theta))


added = lambda theta: charged_for_W(net_tenth, theta, 0.0, np.zeros(theta.size))
print(f"gradient error of what is added: {lrw.gradient_error(added, net_tenth.init(rng=0)):.0e}")
results["a tenth, W is charged"] = train(net_tenth, controlled(net_tenth, V, Y))
lead = reached(results["a tenth, W is charged"]) < reached(results["every weight"])
teaching.compare_guess(guess_control, "stays" if lead else "goes", "the lead")

fig, ax = plt.subplots(figsize=(5.4, 3.3), layout="constrained")
curves = {name: r.loss_curve for name, r in results.items()}
plotting.loss_curves(curves, ax, ylabel="loss, weight decay included").axhline(0.03, color="#9A9893", lw=0.7)
plt.show()

# %% [markdown]
# Its curve lies above that of the network with every weight: **the lead was the price list.** A smooth filter of 256 weights is bought
# with 26 numbers and charged for 26. That is a real advantage: the network is steered towards smooth filters, and on MNIST it is right more
# often on images that it has not seen. But it is not conditioning. Our first note was wrong, or at least not shown, and you have
# just seen how such a thing is found out. A comparison with *one* thing changed is worth more than a theory.
#
# Does it hold for real images? If you have MNIST, the next cell does the same with 3,000 of them, 784-150-150-10. (With us: 125
# iterations with every weight, 65 with a tenth; and with $W$ charged, not within the 160 that it may take.)

# %%
if lrw.datasets.DATASETS["mnist"].place() != "missing":
    longest, mnist = 160, lrw.datasets.fetch_mnist()
    V_real, Y_real = mnist.X_train[:3000], np.eye(10, dtype=np.float32)[mnist.y_train[:3000]]
    every_real = network(lrw.Full(784, 150), lrw.Full(150, 150))
    tenth_real = network(*predicted_pair(V_real, (28, 28), 150, length_scale=1.0))
    for name, net in (("every weight", every_real), ("a tenth", tenth_real)):
        print(name, reached(train(net, lrw.Objective(net, V_real, Y_real, weight_decay=decay))))
    print("a tenth, W is charged", reached(train(tenth_real, controlled(tenth_real, V_real, Y_real))))
else:
    print("MNIST is not here; nothing is downloaded.")

# %% [markdown]
# ## 5 · Why it stopped
#
# Every run ends with a reason. `print(result)` says it in words: the status, the reason, and what it has cost.

# %%
result = lrw.minimize(known, np.zeros(26))
print(result)
print()
print(lrw.minimize(known, np.zeros(26), max_iter=10))

# %% [markdown]
# "Converged" can mean two things. `tol` looks at the gradient: is its largest entry below? `ftol` looks at the loss: did the
# last iteration lower it by less than this share of max(|loss|, 1)? The report says which of the two it was. And "max_iter" is no
# result at all: the loss was still falling.
#
# Then there is SciPy's curt `ABNORMAL`: the line search went down the gradient and found no lower loss. That has four common
# causes, and they call for four different actions. Meet them. All four are asked to go on as long as they can (`tol` and `ftol` 0):

# %%
noise = np.random.default_rng(0)
ten_classes = lrw.Network([lrw.Dense(lrw.Predicted(U, n_h=10))], "softmax_cross_entropy")


def patient_a(w):
    return known(w)[0], (X.T @ (A @ w - t) / n)[alpha]


def patient_b(w):
    loss, grad = known(w)
    return loss + 1e-6 * noise.normal(), grad


def patient_c(w):
    loss, grad = known(w)
    return loss + np.abs(w).sum(), grad + np.where(w < 0, -1.0, 1.0)


patient_d = lrw.Objective(ten_classes, V, Y, weight_decay=0.1)  # V and Y are float32
starts = {"A": (patient_a, 26), "B": (patient_b, 26), "C": (patient_c, 26), "D": (patient_d, 270)}

# %% [markdown]
# **Guess first.** Read the four functions above. Which one has *a wrong gradient*?

# %%
guess_patient = None  # "A", "B", "C" or "D"

# %%
reports = {
    name: lrw.minimize(f, np.zeros(size), tol=0, ftol=0, max_iter=1000) for name, (f, size) in starts.items()
}
blamed = [name for name, r in reports.items() if "gradient is wrong" in r.message]
teaching.compare_guess(guess_patient, ", ".join(blamed), "a wrong gradient")
for name, report in reports.items():
    print(f"\npatient {name}\n{report}")

# %% [markdown]
# **A** took the rows of $dW$ at the known pixels for $dw_\alpha$: the tempting mistake of notebook 03, $U^\top$ forgotten. Look at its loss: it *fell*,
# a long way. Without the report one would say that the model cannot do better, when it can: `known` went down to 0.0879.
# **B** adds noise, as dropout without a seed does. **C** charges for absolute values and starts in the very corner of them; there it is at its lowest
# point, and nothing is wrong. **D** is all right, too: it computes in float32, which cannot see the last digits. (Where rounding happens to give
# the same loss twice it reports that the loss falls no more, which is as true.)
#
# How can the report know? It has nothing but the function, so it does what you would do: it walks a little way along the
# gradient, to both sides, and compares the slopes with what the gradient says. With $d = g / |g|$ and a small step $h$:
#
# $$\mathrm{ahead} = \frac{f(\theta + h d) - f(\theta)}{h}, \qquad \mathrm{behind} = \frac{f(\theta) - f(\theta - h d)}{h}, \qquad \mathrm{promised} = |g|.$$
#
# | what it sees | what it is | what to do |
# |---|---|---|
# | the mean of both slopes is as promised | the gradient is right | nothing: it is done, or float32 is at its limit |
# | ahead and behind differ | a kink: relu, an absolute value | use a smooth function, or be content |
# | both agree, but not with the promise | the gradient is wrong | the doctor: notebook 03 |
# | two calls at one $\theta$ differ | noise: dropout, minibatches, no seed | fix the seed |
#
# ### Exercise 5: the verdict
#
# Return `"right"`, `"kink"` or `"wrong"`. Let "as promised" mean: within 2 % of |g|. And "differ": by more than a tenth of |g|.


# %% starter verdict
def verdict(fun, theta, h=1e-4):
    loss, g = fun(theta)  # a number, (n,)
    promised = np.linalg.norm(g)
    ahead = ...  # a number
    behind = ...  # a number
    return None  # "right", "kink" or "wrong"


# %% [markdown] hint verdict
# The direction is $g$ made one long: `d = g / promised`. Then `fun(theta + h * d)[0]` is the loss ahead.

# %% [markdown] hint verdict
# Ask in the table's order. First: is `abs((ahead + behind) / 2 - promised)` below `0.02 * promised`?

# %% [markdown] hint verdict
# Then `"kink"` if `abs(ahead - behind)` is above `0.1 * promised`, and `"wrong"` if nothing else is left.


# %% solution verdict
def verdict(fun, theta, h=1e-4):
    loss, g = fun(theta)  # a number, (n,)
    promised = np.linalg.norm(g)
    d = g / promised  # (n,)
    ahead = (fun(theta + h * d)[0] - loss) / h  # a number
    behind = (loss - fun(theta - h * d)[0]) / h  # a number
    if abs((ahead + behind) / 2 - promised) <= 0.02 * promised:
        return "right"
    return "kink" if abs(ahead - behind) > 0.1 * promised else "wrong"


# %% mutant verdict: the direction is not one long
def verdict(fun, theta, h=1e-4):
    loss, g = fun(theta)
    promised = np.linalg.norm(g)
    ahead, behind = (fun(theta + h * g)[0] - loss) / h, (loss - fun(theta - h * g)[0]) / h
    if abs((ahead + behind) / 2 - promised) <= 0.02 * promised:
        return "right"
    return "kink" if abs(ahead - behind) > 0.1 * promised else "wrong"


# %% mutant verdict: looks ahead only
def verdict(fun, theta, h=1e-4):
    loss, g = fun(theta)
    promised = np.linalg.norm(g)
    ahead = (fun(theta + h * g / promised)[0] - loss) / h
    return "right" if abs(ahead - promised) <= 0.02 * promised else "wrong"


# %% mutant verdict: the slope behind has the wrong sign
def verdict(fun, theta, h=1e-4):
    loss, g = fun(theta)
    promised = np.linalg.norm(g)
    d = g / promised
    ahead, behind = (fun(theta + h * d)[0] - loss) / h, (fun(theta - h * d)[0] - loss) / h
    if abs((ahead + behind) / 2 - promised) <= 0.02 * promised:
        return "right"
    return "kink" if abs(ahead - behind) > 0.1 * promised else "wrong"


# %% mutant verdict: asks for the kink first, and finds one wherever the loss is curved
def verdict(fun, theta, h=1e-4):
    loss, g = fun(theta)
    promised = np.linalg.norm(g)
    d = g / promised
    ahead, behind = (fun(theta + h * d)[0] - loss) / h, (loss - fun(theta - h * d)[0]) / h
    if abs(ahead - behind) > 0.1 * promised:
        return "kink"
    return "right" if abs((ahead + behind) / 2 - promised) <= 0.02 * promised else "wrong"


# %% mutant verdict: an absolute tolerance
def verdict(fun, theta, h=1e-4):
    loss, g = fun(theta)
    promised = np.linalg.norm(g)
    d = g / promised
    ahead, behind = (fun(theta + h * d)[0] - loss) / h, (loss - fun(theta - h * d)[0]) / h
    if abs((ahead + behind) / 2 - promised) <= 0.02:
        return "right"
    return "kink" if abs(ahead - behind) > 0.1 else "wrong"


# %% accept verdict: downhill instead of uphill
def verdict(fun, theta, h=1e-4):
    loss, g = fun(theta)
    size = float(np.sqrt(np.sum(np.square(g))))
    down, up = fun(theta - h * g / size)[0], fun(theta + h * g / size)[0]
    fits = np.isclose((up - down) / (2 * h), size, rtol=0.02, atol=0)
    bent = abs(up + down - 2 * loss) / h > 0.1 * size
    return "right" if fits else ("kink" if bent else "wrong")


# %% accept verdict: with np.interp's ingredients
def verdict(fun, theta, h=1e-4):
    g = np.asarray(fun(theta)[1])
    s = np.array([-h, 0.0, h])
    f = np.array([fun(theta + x * g / np.linalg.norm(g))[0] for x in s])
    behind, ahead = np.diff(f) / np.diff(s)
    ratio, bend = (ahead + behind) / 2 / np.linalg.norm(g), (ahead - behind) / np.linalg.norm(g)
    return np.select([abs(ratio - 1) <= 0.02, abs(bend) > 0.1], ["right", "kink"], "wrong")


# %% check verdict
with check("verdict") as c:
    here = np.array([3.0, -4.0, 0.5])
    scaled = lambda size: lambda w: (float(size * np.sum(w**2)), size * 2 * w)
    # at 1e-5 from the lowest point the loss bends more than it slopes: curved, and yet no kink
    cases = {
        "a right gradient": (scaled(1.0), here, "right"),
        "a right gradient, all numbers tiny": (scaled(1e-3), here, "right"),
        "a right gradient near the lowest point": (scaled(1.0), 1e-5 * here, "right"),
        "a gradient 10 % too long": (lambda w: (float(np.sum(w**2)), 2.2 * w), here, "wrong"),
        "a gradient 10 % too long, all numbers tiny": (
            lambda w: (1e-3 * float(w @ w), 2.2e-3 * w),
            here,
            "wrong",
        ),
        "a wrong sign": (lambda w: (float(np.sum(w**2)), -2 * w), here, "wrong"),
        "the sum of absolute values at 0": (lambda w: (float(np.abs(w).sum()), np.ones(3)), 0 * here, "kink"),
    }
    for what, (fun, theta, wanted) in cases.items():
        said = verdict(fun, theta)
        c.true(None if said is None else str(said) == wanted, f"{what}: you say {said!r}, it is {wanted!r}.")

# %% [markdown] question trap
# **Question.** Multiply a loss by $10^{-8}$, gradient and all. The problem is the same. What will `lrw.minimize` say with its default
# `tol` of $10^{-6}$? Think, then open the answer, then run the next cell.

# %% [markdown] answer trap
# *Converged*, after no iteration at all: no entry of the gradient is above `tol`, which is an absolute number. The report is true and
# the result is worthless. Use a loss that is a mean (not a sum, not a mean of something tiny), and look at the
# loss curve before you believe the word "converged".

# %%
print(lrw.minimize(lambda w: tuple(1e-8 * np.array(x) for x in known(w)), np.zeros(26)))

# %% [markdown]
# ## Summary
#
# - Steepest descent zigzags in a narrow valley; how narrow is said by the condition number of $H$, and $H = U^\top C\, U$: the
#   dictionary shapes the valley, for better (length scale 1) or worse (4).
# - The first iterations deal with the large curvatures and are alike with and without a dictionary. What a dictionary saves is the
#   tail: directions that it does not reach.
# - L-BFGS learns curvatures from pairs of step and change of gradient. Restarted, it must learn them anew: stages should be few and long.
# - "Fewer iterations" needs two questions, *until when* and *whose minimum*, and a control. In our network the lead came from
#   weight decay, which charges $w_\alpha$ and not $W$.
# - Read why it stopped: tol, ftol or max_iter; and after a failed line search a wrong gradient, noise, a kink, or float32.
#
# In the package, in `optimisation/`: `lbfgs.py` (callbacks, stages, around SciPy's L-BFGS-B) and `stop_reasons.py` (exercise 5, with four steps
# $h$ instead of one). Notebook 05 asks which dictionary to take; notebook 11 what an iteration costs.

# %%
check.summary()
