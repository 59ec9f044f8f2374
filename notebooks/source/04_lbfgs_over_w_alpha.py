# ---
# title: L-BFGS over w_alpha only: paths, conditioning, why it stopped
# minutes: 75
# seconds: 14
# learn: why steepest descent zigzags and L-BFGS does not; how the dictionary $U$ shapes the valley that an optimiser walks through, and what it does not do; what restarting costs; how to read a stop report, and how to tell a wrong gradient from noise, a kink and float32.
# need: matrix products and gradients (notebook 03 is enough), eigenvalues of a symmetric matrix. The digits come with scikit-learn; no download.
# ---

# %% [markdown]
# Notebook 03 ended with one line: `lrw.minimize(fun, theta)`. You give it a loss with its gradient and a point to start from. It
# looks for numbers that make the loss small, step by step, with a method called **L-BFGS** (limited memory, and the four
# people who found it: Broyden, Fletcher, Goldfarb, Shanno). It asks for nothing but losses and gradients, and
# remembers how the gradient changed over its last steps; in section 3 you build it.
#
# It is worth knowing what happens in that line, for two reasons. All the waiting is done there. And a mistake is hard to see
# there: an optimiser that stops too early looks exactly like a model that cannot do better.
#
# We begin with a problem so small that its whole loss fits into a picture.

# %%
import matplotlib.pyplot as plt
import numpy as np
from scipy.optimize import LbfgsInvHessProduct

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
# One filter $W$ (256,) looks at an image and says how much it looks like a 3. Only **two** of its weights are known (that is: learned). They
# belong to two neighbouring pixels in the middle of the image. A dictionary predicts the other 254:
#
# | letter | shape | what it is |
# |---|---|---|
# | $X$ | (n, 256) | the images, centred |
# | $U$ | (256, 2) | the dictionary, fixed |
# | $w$ | (2,) | what is learned: $w_\alpha$ of a single filter, its two *coordinates* |
# | $A = X U$ | (n, 2) | the pooled images |
# | $t$ | (n,) | what should come out |
#
# $$f(w) = \frac{1}{2n} |A w - t|^2, \qquad \nabla f(w) = \frac{1}{n} A^\top (A w - t).$$
#
# The first dictionary is the simplest one: two columns of the identity. Then the two coordinates are the weights of the two pixels,
# and all other weights are 0.


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
    """The loss around its lowest point, as lines of equal height; each is three times as high as the one inside."""
    a, b = (lowest[i] + np.linspace(-reach, reach, 81) for i in (0, 1))
    height = np.array([[fun(np.array([x, y]))[0] for x in a] for y in b]) - fun(lowest)[0]
    ax.contour(a, b, height, levels=height.max() * 3.0 ** np.arange(-7, 0), colors="#9A9893", linewidths=0.7)
    ax.plot(*lowest, "*", color=plotting.COLOURS["red"], ms=11, zorder=3)
    ax.set(aspect="equal", xlabel="w[0], for pixel (8, 6)", ylabel="w[1], for pixel (8, 7)")


fig, ax = plt.subplots(figsize=(3.6, 3.6), layout="constrained")
draw_loss(ax, two, lowest, 2.6)
ax.plot(0, 0, "o", color="black")
ax.annotate("start", (0, 0), (-0.15, 0.3), ha="right")
ax.set_title("the loss as a function of w")
plt.show()

# %% [markdown]
# The star is the lowest point. It lies in a long, narrow valley. Along the valley one weight rises and the other
# falls by nearly as much. The two pixels are nearly always alike (they correlate by 0.89 to 0.91, with whatever half of the images), so that changes little. Across the
# valley both weights rise. That changes a lot.
#
# **Guess first.** The steepest way down is $-\nabla f$, at a right angle to the line of equal height. We go that way until the loss
# rises again, look for the steepest way from there, and so on. How many steps does it take until only $10^{-8}$ of the height above the star is left?

# %% claim valley: along the valley one weight falls by 0.9 to 1 of what the other rises
rows = np.random.default_rng(seed).permutation(n)[: n // 2]  # another half of the images for each seed
along = np.linalg.eigh(np.cov(X[rows][:, pair].T))[1][:, 0]  # (2,)
claim(-min(along[0] / along[1], along[1] / along[0], key=abs), 0.9, 1)

# %% claim neighbours: the two pixels correlate by 0.89 to 0.91
rows = np.random.default_rng(seed).permutation(n)[: n // 2]
claim(np.corrcoef(X[rows][:, pair].T)[0, 1], 0.89, 0.91)

# %%
guess_steepest = None  # a number of steps

# %% [markdown]
# ### Exercise 1: how far to go
#
# "Until it rises again" can be computed. On the way to $w - \eta\, g$ with $g = \nabla f(w)$, the loss is a parabola in the step length $\eta$:
#
# $$f(w - \eta\, g) = f(w) - \eta\, g^\top g + \frac{1}{2} \eta^2\, g^\top H g,$$
#
# where $H$ (n_alpha, n_alpha) is the matrix of second derivatives, and n_alpha the number of coordinates, here 2. Which $\eta$ is at the bottom? (Your function should work for any
# number of coordinates.)


# %% starter best_step
def best_step(g, H):
    eta = ...  # a number; g is (n_alpha,) and H is (n_alpha, n_alpha)
    return eta


# %% [markdown] hint best_step
# At the bottom of a parabola its slope is zero. Take the derivative by $\eta$: all else is a constant.

# %% [markdown] hint best_step
# $-g^\top g + \eta\, g^\top H g = 0$. Solve for $\eta$.

# %% [markdown] hint best_step
# `g @ g` is $g^\top g$, and `g @ H @ g` is $g^\top H g$. Their ratio.


# %% solution best_step
def best_step(g, H):
    eta = (g @ g) / (g @ H @ g)  # a number: (n_alpha,)(n_alpha,) / (n_alpha,)(n_alpha, n_alpha)(n_alpha,)
    return eta


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


# %% mutant best_step: Newton's step
def best_step(g, H):
    return np.linalg.solve(H, g)


# %% mutant best_step: g is squared entry by entry
def best_step(g, H):
    return g**2 / (g @ H @ g)


# %% mutant best_step: H counts once above and twice below
def best_step(g, H):
    return (g @ H @ g) / (g @ H @ H @ g)


# %% mutant best_step: only the diagonal of H
def best_step(g, H):
    return (g @ g) / (np.diag(H) @ g**2)


# %% mutant best_step: the mean instead of the sum above the line
def best_step(g, H):
    return np.mean(g * g) / (g @ H @ g)


# %% mutant best_step: downhill twice
def best_step(g, H):
    return -(g @ g) / (g @ H @ g)


# %% mutant best_step: a safe small step for every problem
def best_step(g, H):
    return 0.1


# %% mutant best_step: the best of a list of steps
def best_step(g, H):
    tried = np.linspace(0, 5, 501)
    return tried[np.argmin(-tried * (g @ g) + tried**2 * (g @ H @ g) / 2)]


# %% mutant best_step: works on g itself
def best_step(g, H):
    length = np.linalg.norm(g)
    g /= length
    return 1 / (g @ H @ g)


# %% mutant best_step: no brackets
def best_step(g, H):
    return g @ g / g @ H @ g


# %% mutant best_step: half of the brackets
def best_step(g, H):
    return (g @ g) / (g @ H) @ g


# %% accept best_step: by trying, once
def best_step(g, H):
    from scipy.optimize import minimize_scalar

    return minimize_scalar(lambda eta: -eta * (g @ g) + eta**2 * (g @ H @ g) / 2).x


# %% accept best_step: in single precision
def best_step(g, H):
    g, H = g.astype(np.float32), H.astype(np.float32)
    return (g @ g) / (g @ H @ g)


# %% accept best_step: two loops and an array without axes
def best_step(g, H):
    below = sum(g[i] * H[i][j] * g[j] for i in range(len(g)) for j in range(len(g)))
    return np.array(sum(x**2 for x in g) / below)


# %% accept best_step: by trying, in two rounds
def best_step(g, H):
    from scipy.optimize import minimize_scalar

    along = lambda eta: -eta * (g @ g) + eta**2 * (g @ H @ g) / 2
    rough = minimize_scalar(along).x
    slope = lambda eta: along(eta + 1) - along(eta - 1)  # exact for a parabola
    return rough - slope(rough) / (slope(rough + 1) - slope(rough))


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
    for seed, size in enumerate((3, 2, 5)):
        draw = np.random.default_rng(seed)
        R, w_any = draw.normal(size=(7, size)), draw.normal(size=size)
        fun, H_any = squares(R, draw.normal(size=7)), R.T @ R / 7
        g_any = fun(w_any)[1]
        slope = lambda eta, fun=fun, w=w_any, g=g_any: fun(w - eta * g)[1] @ g  # a straight line in eta
        square, bend = g_any @ g_any, g_any @ (H_any @ g_any)
        brackets = "put all that is below the line in brackets: Python reads a / b @ c from the left"
        slips = {
            f"{brackets}.": square / g_any @ H_any @ g_any,
            f"{brackets}; the last g is outside.": square / (g_any @ H_any) @ g_any,
            "it is upside down: its inverse is right.": bend / (g_any @ g_any),
            "above the line is the length of g, and should be its square.": np.sqrt(g_any @ g_any) / bend,
            "that is a step for the steepest place anywhere; for this g it can be longer.": 1
            / np.linalg.eigvalsh(H_any)[-1],
            "H counts once too often, above and below.": bend / np.sum((H_any @ g_any) ** 2),
            "only the diagonal of H was used.": (g_any @ g_any) / (np.diag(H_any) @ g_any**2),
            "one number is wanted, for all coordinates together: g^T g and g^T H g are numbers.": g_any
            / (H_any @ g_any),
            "one number is wanted, and g^T g is one: multiply, and sum up.": g_any**2 / bend,
            "that is Newton's step (section 3). Here we go along g, and ask how far.": np.linalg.solve(
                H_any, g_any
            ),
        }
        c.close(
            best_step(g_any, H_any),
            slope(0) / (slope(0) - slope(1)),
            f"best_step(g, H) for {size} coordinates",
            tolerance=1e-6,
            sizes={"n_alpha": size},
            slips=slips,
        )


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


H_two = A_two.T @ A_two / len(t)  # (2, 2) = (2, n)(n, 2)
path = steepest_descent(two, H_two, np.zeros(2), goal(two, lowest))
teaching.compare_guess(guess_steepest, len(path) - 1, "steps of steepest descent")

# %% claim zigzag: with a half of the images it takes 49 to 72 steps
rows = np.random.default_rng(seed).permutation(n)[: n // 2]
A_half, t_half = A_two[rows] - A_two[rows].mean(axis=0), t[rows] - t[rows].mean()
two, H_two = squares(A_half, t_half), A_half.T @ A_half / len(rows)
lowest = np.linalg.lstsq(A_half, t_half, rcond=None)[0]
claim(len(steepest_descent(two, H_two, np.zeros(2), goal(two, lowest))) - 1, 49, 72)

# %% [markdown]
# So many, for *two* numbers. The picture comes in a moment, beside that of L-BFGS. For that one we must see each point on its way.
#
# ### Exercise 2: a callback
#
# A *callback* is a function that you give to another function, which calls it. `lrw.minimize` calls each function in its list `callbacks` after every
# iteration. It hands over an object `info` that has `theta` (a copy, yours to keep), `loss`, `grad_norm`, `n_iter` and `seconds`. A callback that
# raises `StopIteration` ends the run; what was reached is kept.
#
# `recorder(path, target)` should make such a function and return it. What it makes appends `info.theta` to the list `path`, and stops the run once the
# loss is below `target`.


# %% starter recorder
def recorder(path, target):
    callback = None  # a function of info; define it here, inside recorder, so that it knows path and target
    return callback


# %% [markdown] hint recorder
# Replace the line by `def callback(info):` with a body of three lines. Then `return callback`: the function itself, without brackets.

# %% [markdown] hint recorder
# First keep the point, then decide. In the other order the last point, the best one, is missing from the list.

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


# %% mutant recorder: no return
def recorder(path, target):
    def callback(info):
        path.append(info.theta)
        if info.loss < target:
            raise StopIteration


# %% mutant recorder: the callback is called instead of returned
def recorder(path, target):
    def callback(info):
        path.append(info.theta)
        if info.loss < target:
            raise StopIteration

    return callback()


# %% mutant recorder: no callback at all
def recorder(path, target):
    path.append(info.theta)
    if info.loss < target:
        raise StopIteration


# %% mutant recorder: the callback takes nothing
def recorder(path, target):
    def callback():
        path.append(info.theta)

    return callback


# %% mutant recorder: the callback wants the path as well
def recorder(path, target):
    def callback(info, path, target):
        path.append(info.theta)
        if info.loss < target:
            raise StopIteration

    return callback


# %% mutant recorder: a list of its own
def recorder(path, target):
    path = []

    def callback(info):
        path.append(info.theta)
        if info.loss < target:
            raise StopIteration

    return callback


# %% mutant recorder: the target of the lesson
def recorder(path, target):
    def callback(info):
        path.append(info.theta)
        if info.loss < 3.5:
            raise StopIteration

    return callback


# %% mutant recorder: only the last point is kept
def recorder(path, target):
    def callback(info):
        path[:] = [info.theta]
        if info.loss < target:
            raise StopIteration

    return callback


# %% mutant recorder: keeps the whole info
def recorder(path, target):
    def callback(info):
        path.append(info)
        if info.loss < target:
            raise StopIteration

    return callback


# %% mutant recorder: entry by entry
def recorder(path, target):
    def callback(info):
        path.extend(info.theta)
        if info.loss < target:
            raise StopIteration

    return callback


# %% mutant recorder: one iteration late
def recorder(path, target):
    def callback(info):
        if path and callback.loss < target:
            raise StopIteration
        callback.loss = info.loss
        path.append(info.theta)

    return callback


# %% mutant recorder: returns what should be raised
def recorder(path, target):
    def callback(info):
        path.append(info.theta)
        return StopIteration if info.loss < target else None

    return callback


# %% mutant recorder: path is given a new value
def recorder(path, target):
    def callback(info):
        path += [info.theta]  # noqa: F823
        if info.loss < target:
            raise StopIteration

    return callback


# %% mutant recorder: the list is emptied first
def recorder(path, target):
    path.clear()

    def callback(info):
        path.append(info.theta)
        if info.loss < target:
            raise StopIteration

    return callback


# %% mutant recorder: the newest point stands first
def recorder(path, target):
    def callback(info):
        path.insert(0, info.theta)
        if info.loss < target:
            raise StopIteration

    return callback


# %% accept recorder: a generator
def recorder(path, target):
    def watch():
        info = yield
        while path.append(info.theta) or info.loss >= target:
            info = yield

    started = watch()
    next(started)
    return started.send


# %% accept recorder: a method, and lists for arrays
def recorder(path, target):
    class Watch:
        def look(self, info, *rest, loudly=False):
            path.insert(len(path), info.theta.tolist())
            if info.loss - target < 0:
                raise StopIteration(info.n_iter)

    return Watch().look


# %% accept recorder: functools.partial
def recorder(path, target):
    import functools

    def look(path, target, info):
        path.append(tuple(info.theta))
        while info.loss < target:
            raise StopIteration

    return functools.partial(look, path, target)


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
    import inspect

    for size, target_any in ((3, 3.5), (2, 2.01)):
        start, all_seen = np.zeros(size), []
        kept = [start] if size == 2 else []  # what is in the list already stays there
        bowl = lambda w: (float(np.sum(np.cosh(w - 2))), np.sinh(w - 2))  # lowest: one for each coordinate
        try:
            callback = recorder(kept, target_any)
        except (TypeError, NameError) as error:
            told = "callback() missing" in str(error) or getattr(error, "name", "") == "info"
            c.true(
                not told,
                "recorder itself has no info: only callback gets one, later. Define callback inside recorder, "
                "and return it without calling it: `return callback`, not `return callback()`.",
            )
            raise
        c.true(
            None if callback is None else callable(callback),
            f"recorder must return a function, got {type(callback).__name__}.",
        )
        try:
            inspect.signature(callback).bind(None)
        except TypeError as error:
            c.true(
                False,
                f"lrw.minimize calls callback(info), with one argument. Yours: {error}. path and target "
                "are known inside recorder; they need not be handed over.",
            )
        except ValueError:  # what is built in tells no signature
            pass
        try:
            result = lrw.minimize(bowl, start, callbacks=[all_seen.append, callback])
        except UnboundLocalError as error:
            c.true(
                "'path'" not in str(error),
                "`path = ...` and `path += ...` inside callback make a new path, and the one that was handed over is "
                "out of reach. path.append(...) changes the list itself.",
            )
            raise
        c.true(
            size == 3 or (len(kept) > 0 and np.array_equal(kept[0], start)),
            "What was in path before has to stay there, in front: append to it, and take nothing away.",
        )
        points_seen, below = kept[size == 2 :], result.loss < target_any
        c.true(
            len(points_seen) > 0,
            "After the run nothing new is in path. Append to the list that was handed over, not to another one.",
        )
        c.shaped(points_seen[0], (size,), "what was kept after iteration 1")
        c.true(
            result.status == "stopped",
            f"With target = {target_any} the run was never stopped, and ended at a loss of {result.loss:.4g}. Only `raise "
            "StopIteration` stops it, not what the callback returns.",
        )
        c.true(below, f"It stopped at a loss of {result.loss:.4g}, which is not below target = {target_any}.")
        c.true(
            not result.loss_curve[-2] < target_any,
            "It stopped too late: an iteration before, the loss was below target already.",
        )
        c.true(
            len(points_seen) != result.n_iter - 1,
            "The last point is not in path: keep the point first, then decide.",
        )
        c.true(
            len(points_seen) == result.n_iter,
            f"{result.n_iter} iterations, and {len(points_seen)} points in path. Append one after each.",
        )
        c.true(
            not np.array_equal(points_seen[0], all_seen[-1].theta),
            "The newest point stands first in path: append it at the end.",
        )
        for i, (point, info) in enumerate(zip(points_seen, all_seen, strict=True), 1):
            c.close(point, info.theta, f"the point after iteration {i}")

# %% [markdown]
# **Guess first.** Now L-BFGS: the same valley, the same start, the same target. It gets the same gradients, and remembers how they changed. How many iterations does it take?

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
# angle to the last one, and every second one has the same direction again. Neither of the two directions leads to the star, and with best steps there
# is never another. No gradient is wrong here. But a gradient does not know that the valley is narrow.
#
# L-BFGS finds that out from its own steps; section 3 shows how. First: what makes a valley narrow?

# %% claim right_angles: each gradient is at a right angle to the last one, and parallel to the one before
rows = np.random.default_rng(seed).permutation(n)[: n // 2]
A_half, t_half = X[rows][:, pair] - X[rows][:, pair].mean(axis=0), t[rows] - t[rows].mean()
half, H_half = squares(A_half, t_half), A_half.T @ A_half / len(rows)
walk = steepest_descent(half, H_half, np.zeros(2), 0.0, most=10)
g = np.array([half(w)[1] / np.linalg.norm(half(w)[1]) for w in walk])  # (12, 2)
turned = np.abs(np.sum(g[1:] * g[:-1], axis=1)).max(), np.abs(np.sum(g[2:] * g[:-2], axis=1) - 1).max()
claim(max(turned) < 1e-6, 1, 1)

# %% claim quick: L-BFGS takes 3 iterations, with every half of the images
rows = np.random.default_rng(seed).permutation(n)[: n // 2]
A_half, t_half = A_two[rows] - A_two[rows].mean(axis=0), t[rows] - t[rows].mean()
half, lowest_half = squares(A_half, t_half), np.linalg.lstsq(A_half, t_half, rcond=None)[0]
curve = lrw.minimize(half, np.zeros(2), tol=0, ftol=0).loss_curve
claim(np.argmax(curve < goal(half, lowest_half)), 3, 3)

# %% [markdown]
# ## 2 · What the dictionary does to the valley
#
# The matrix $H$ of second derivatives says it all. Its eigenvectors are the axes of the ellipses of equal height, its eigenvalues are the
# *curvatures* along these axes. The largest curvature divided by the smallest is the *condition number* $\kappa$. An ellipse is
# $\sqrt{\kappa}$ times as long as wide. After each step of steepest descent this share of the height is left, at worst:
#
# $$\left(\frac{\kappa - 1}{\kappa + 1}\right)^2.$$

# %%
kappa = np.linalg.cond(H_two)
worst = ((kappa - 1) / (kappa + 1)) ** 2
print(
    f"condition {kappa:.1f}: {np.sqrt(kappa):.1f} times as long as wide; at worst {worst:.2f} is left by a step"
)

# %% [markdown]
# ### Exercise 3: where U comes in
#
# If all 256 weights are learned, the second derivatives of the loss are $C = X^\top X / n$ (256, 256): the covariance of the pixels, as the
# images are centred. But we learn $w$, and $W = U w$. You are given $C$ and $U$. What are the second derivatives by $w$?


# %% starter hessian
def hessian(C, U):
    H = ...  # (n_alpha, n_alpha)
    return H


# %% [markdown] hint hessian
# Look at the shapes. $C$ is (n_v, n_v) and $U$ is (n_v, n_alpha); the answer is (n_alpha, n_alpha).

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


# %% mutant hessian: the covariance twice
def hessian(C, U):
    pooled = C @ U
    return pooled.T @ pooled


# %% mutant hessian: no dictionary
def hessian(C, U):
    return C


# %% mutant hessian: no covariance
def hessian(C, U):
    return U.T @ U


# %% mutant hessian: only the variances of the pixels
def hessian(C, U):
    return U.T @ np.diag(np.diag(C)) @ U


# %% mutant hessian: only the variances of the pooled images
def hessian(C, U):
    return np.diag(np.einsum("ka,kl,la->a", U, C, U))


# %% mutant hessian: divided by the number of pixels
def hessian(C, U):
    return U.T @ C @ U / len(C)


# %% mutant hessian: the second derivative of w H w
def hessian(C, U):
    return 2 * U.T @ C @ U


# %% mutant hessian: the gradient's half of it
def hessian(C, U):
    return C @ U


# %% mutant hessian: back through the pseudoinverse
def hessian(C, U):
    return np.linalg.pinv(U) @ C @ U


# %% mutant hessian: X from the notebook
def hessian(C, U):
    A = X @ U
    return A.T @ A / len(A)


# %% mutant hessian: with unit atoms
def hessian(C, U):
    unit = U / np.linalg.norm(U, axis=0)
    return unit.T @ C @ unit


# %% accept hessian: by the root of C
def hessian(C, U):
    e, Q = np.linalg.eigh(C)
    root = (Q * np.sqrt(np.maximum(e, 0))).T @ U
    return np.dot(root.T, root).tolist()


# %% accept hessian: a generator of rows
def hessian(C, U):
    return ((atom @ C) @ U for atom in U.T)


# %% accept hessian: in single precision
def hessian(C, U):
    return np.linalg.multi_dot([U.T, C, U]).astype(np.float32)


# %% accept hessian: einsum
def hessian(C, U):
    return np.einsum("ka,kl,lb->ab", U, C, U)


# %% accept hessian: each atom's pull on each other
def hessian(C, U):
    return [[a @ C @ b for b in U.T] for a in U.T]


# %% check hessian
with check("hessian") as c:
    for n_v, n_alpha in ((6, 2), (5, 3), (4, 4)):
        draw = np.random.default_rng(n_v)
        v, U_any = draw.normal(size=(9, n_v)), draw.normal(size=(n_v, n_alpha))
        C_any, known_any = v.T @ v / 9, np.abs(U_any).argmax(axis=0)
        gradient = lambda w, A=v @ U_any: squares(A, np.ones(9))(w)[1]
        # by definition: how the gradient changes with each coordinate; exact, as the gradient is linear
        columns = [gradient(e) - gradient(0 * e) for e in np.eye(n_alpha)]
        wanted = np.array(columns).T
        slips = {
            "that is C, for all weights. Where does U come in?": C_any,
            "that is U^T U: where is C?": U_any.T @ U_any,
            "U stands on one side only, and belongs on both.": (U_any.T @ C_any)[:, :n_alpha],
            "U stands on the right only, and belongs on both sides.": C_any @ U_any,
            "the two U are there, but on the wrong sides of C.": U_any @ U_any.T @ C_any,
            "C is there twice: A^T A has only one X^T X in the middle.": (C_any @ U_any).T @ (C_any @ U_any),
            "only C's diagonal was used: pixels vary together, too.": (U_any.T * np.diag(C_any)) @ U_any,
            "those are some rows and columns of C: right if U is the identity's columns, and not otherwise.": C_any[
                np.ix_(known_any, known_any)
            ],
            "the pseudoinverse of U is not its transpose.": np.linalg.pinv(U_any) @ C_any @ U_any,
            "U was changed: its columns need not have length 1.": wanted
            / np.outer(*[np.linalg.norm(U_any, axis=0)] * 2),
            "U^T U is a factor too many.": wanted @ (U_any.T @ U_any),
        }
        what = f"hessian(C, U) for n_v = {n_v}, n_alpha = {n_alpha}"
        c.close(hessian(C_any, U_any), wanted, what, sizes={"n_v": n_v, "n_alpha": n_alpha}, slips=slips)

# %% [markdown]
# **Guess first.** The condition number was about 20 with the identity's columns. Now the two pixels predict their surroundings:
# $U$ is kernel ridge with a squared exponential, length scale 1 pixel (notebook 02). Is the valley narrower now, or rounder? What is $\kappa$?

# %%
guess_kappa = None  # a number, 1 or more

# %%
C = X.T @ X / len(t)  # (256, 256) = (256, n)(n, 256)


def smooth(alpha, length_scale):
    return lrw.dictionaries.kernel_ridge(lrw.SquaredExponential(length_scale), points, alpha, ridge=1e-2)


def condition(U):
    return float(np.linalg.cond(U.T @ C @ U))


def angle(g, H):
    """Degrees between g and the long axis of the ellipses."""
    along, across = np.linalg.eigh(H)[1].T @ g  # the smallest curvature comes first: the long axis
    return np.degrees(np.arctan2(abs(across), abs(along)))


teaching.compare_guess(guess_kappa, condition(smooth(pair, 1.0)), "condition with length scale 1")

fig, axes = plt.subplots(1, 3, figsize=(8.2, 3.3), layout="constrained")
choices = {"identity": U_two, "length scale 1": smooth(pair, 1.0), "length scale 4": smooth(pair, 4.0)}
for ax, (name, U) in zip(axes, choices.items(), strict=True):
    fun, w = squares(X @ U, t), np.linalg.lstsq(X @ U, t, rcond=None)[0]
    way = steepest_descent(fun, U.T @ C @ U, np.zeros(2), goal(fun, w))
    draw_loss(ax, fun, w, 1.2 * np.abs(w).max())
    ax.plot(*way.T, "o-", ms=3, lw=1.2, color=plotting.COLOURS["blue"])
    start = angle(fun(0 * w)[1], U.T @ C @ U)
    ax.set_title(f"{name}: condition {condition(U):.1f},\n{len(way) - 1} steps, the first at {start:.0f}°")
plt.show()
# %% [markdown]
# The same two pixels, the same images, and three different valleys. So **a dictionary also conditions the problem**, for better or worse:
#
# $$H = U^\top C\, U.$$
#
# The two pixels correlate by 0.90, and that makes the first valley narrow. With length scale 1 the two *pooled images* (the columns of $X U$) hardly correlate
# at all (-0.05 to 0.05): the valley is nearly round. With length scale 4 they correlate by -0.91, and the valley is as narrow as the first. The
# two atoms (the columns of $U$) are not alike there, they are nearly *opposite* (cosine -0.89; elsewhere in the image -0.90 to -0.87): each should be 1 at its own pixel and 0 at the neighbour, so one rises to the left,
# and the other to the right. Now the valley goes the other way: along it, both coordinates rise.
#
# We say *coordinates*, no longer weights: because of the ridge the filter's weight at pixel (8, 6) is not w[0], but, with length scale 4, 0.87 w[0] + 0.12 w[1].
#
# One thing looks wrong. Condition 19.5 takes 57 steps, and condition 21.3, which is worse, takes 16. The formula above is for the *worst* start, and the title
# says how we start: the angle is that of the first gradient with the valley's long axis. At 45° a step gains least. At 0° and at 90° the gradient
# points at the lowest point, and one step is enough. Our start is nearer to 45° in the first valley (65°) than in the third (81°): in the first a step leaves about 0.7 of the height,
# in the third about 0.3. (With random halves of the images the condition numbers are 17 to 22 and 19 to 24, the angles 59° to 67° and 80° to 83°, the steps 49 to 72 and 14 to 17.) From other starts in the same two valleys it takes between 2 and 105 steps. **The condition number says how bad it can
# be, not how bad it is.**

# %% claim kappa_identity: the condition number is 17 to 22 with the identity's columns
rows = np.random.default_rng(seed).permutation(n)[: n // 2]
C = np.cov(X[rows].T)
claim(condition(U_two), 17, 22)

# %% claim kappa_one: 1.0 to 1.3 with length scale 1
rows = np.random.default_rng(seed).permutation(n)[: n // 2]
C = np.cov(X[rows].T)
claim(condition(smooth(pair, 1.0)), 1.0, 1.3)

# %% claim kappa_four: and 19 to 24 with length scale 4
rows = np.random.default_rng(seed).permutation(n)[: n // 2]
C = np.cov(X[rows].T)
claim(condition(smooth(pair, 4.0)), 19, 24)

# %% claim pooled_one: with length scale 1 the pooled images correlate by -0.05 to 0.05
rows = np.random.default_rng(seed).permutation(n)[: n // 2]
claim(np.corrcoef((X[rows] @ smooth(pair, 1.0)).T)[0, 1], -0.05, 0.05)

# %% claim pooled_four: with length scale 4 the pooled images correlate by -0.92 to -0.90
rows = np.random.default_rng(seed).permutation(n)[: n // 2]
claim(np.corrcoef((X[rows] @ smooth(pair, 4.0)).T)[0, 1], -0.92, -0.90)

# %% claim opposite: with length scale 4 the atoms of two neighbours have a cosine of -0.90 to -0.87
row, column = np.random.default_rng(seed).integers(3, 12, size=2)  # other pixels, not at the border
atoms = smooth(16 * row + column + np.array([0, 1]), 4.0)
claim(atoms[:, 0] @ atoms[:, 1] / np.prod(np.linalg.norm(atoms, axis=0)), -0.9, -0.87)

# %% claim ridge_mixes: at its own pixel an atom of length scale 4 is 0.87, at the neighbour 0.12
row, column = np.random.default_rng(seed).integers(3, 12, size=2)
two_pixels = 16 * row + column + np.array([0, 1])
claim(np.abs(smooth(two_pixels, 4.0)[two_pixels] - [[0.87, 0.12], [0.12, 0.87]]).max(), 0, 0.01)

# %% claim starts: the first gradient is at 59 to 67 degrees with the identity, 80 to 83 with length scale 4
rows = np.random.default_rng(seed).permutation(n)[: n // 2]
pulls = X[rows].T @ (t[rows] - t[rows].mean()) / len(rows)  # (256,)
C, far = np.cov(X[rows].T), smooth(pair, 4.0)
first, third = angle(pulls[pair], C[np.ix_(pair, pair)]), angle(far.T @ pulls, far.T @ C @ far)
claim(59 <= first <= 67 and 80 <= third <= 83, 1, 1)

# %% claim share_of_a_step: a step leaves about 0.7 of the height with the identity, about 0.3 with length scale 4
rows = np.random.default_rng(seed).permutation(n)[: n // 2]
shares = []
for U in (U_two, smooth(pair, 4.0)):
    A_half, t_half = X[rows] @ U - (X[rows] @ U).mean(axis=0), t[rows] - t[rows].mean()
    fun, w = squares(A_half, t_half), np.linalg.lstsq(A_half, t_half, rcond=None)[0]
    way = steepest_descent(fun, A_half.T @ A_half / len(rows), np.zeros(2), goal(fun, w))
    heights = np.array([fun(point)[0] for point in way]) - fun(w)[0]
    shares.append((heights[5] / heights[0]) ** (1 / 5))
claim(0.65 <= shares[0] <= 0.8 and 0.2 <= shares[1] <= 0.35, 1, 1)

# %% claim third_valley: with length scale 4 and a half of the images it takes 14 to 17 steps
rows = np.random.default_rng(seed).permutation(n)[: n // 2]
A_half, t_half = X[rows] @ smooth(pair, 4.0), t[rows] - t[rows].mean()
A_half = A_half - A_half.mean(axis=0)
fun, w = squares(A_half, t_half), np.linalg.lstsq(A_half, t_half, rcond=None)[0]
claim(len(steepest_descent(fun, A_half.T @ A_half / len(rows), 0 * w, goal(fun, w))) - 1, 14, 17)

# %% claim elsewhere: from other starts in the first and the third valley it takes 2 or 3 steps at least, 75 to 105 at most
rows = np.random.default_rng(seed).permutation(n)[: n // 2]
fewest, most = [], []
for U in (U_two, smooth(pair, 4.0)):
    H, steps = U.T @ np.cov(X[rows].T) @ U, []
    bowl = lambda w, H=H: (w @ H @ w / 2, H @ w)
    for degrees in np.arange(0, 180, 5):
        w = np.array([np.cos(np.radians(degrees)), np.sin(np.radians(degrees))])
        steps.append(len(steepest_descent(bowl, H, w, 1e-8 * bowl(w)[0])) - 1)
    fewest, most = [*fewest, min(steps)], [*most, max(steps)]
claim(max(fewest) <= 3 and min(most) >= 75 and max(most) <= 105, 1, 1)

# %% [markdown]
# ### From two to twenty-six
#
# A tenth of the pixels: 26 of 256. We cannot draw this valley, but we can list its 26 curvatures, beside
# those of the problem with every weight learned. As a control we also take the *same* 26 pixels without a dictionary that predicts: the identity's columns, all
# other weights 0.

# %%
alpha = lrw.sample_index_set(256, n_alpha=26, rng=0)
U_known = smooth(alpha, 2.0)  # (256, 26)
A_known = X @ U_known  # (n, 26) = (n, 256)(256, 26)
known = squares(A_known, t)
matrices = {"every weight": X, "26 known, smooth": A_known, "26 known, identity": X[:, alpha]}
curvatures = {name: np.linalg.eigvalsh(M.T @ M / len(M))[::-1] for name, M in matrices.items()}
for name, e in curvatures.items():
    flat = np.sum(e < 1e-10 * e[0])
    print(
        f"{name:>18}: the largest {e[0]:.3g}, {np.sum(e > 0.01 * e[0])} above 1/100 of it, {flat} of {len(e)} flat"
    )

# %% [markdown]
# **Guess first.** L-BFGS on all three. Each has a lowest point of its own. We ask how many iterations it takes until only
# $10^{-4}$ of the starting height above this point is left. With the 26 smooth atoms it takes about 40. With every weight? And with the same 26 pixels, but no smooth atoms?

# %%
guess_every = None  # a number of iterations
guess_identity = None  # a number of iterations


# %%
patience = teaching.sized(full=2000, tiny=100)  # iterations at most


def heights_left(matrix, most=patience):
    """What is left of the height, after each iteration of L-BFGS; and the lowest loss."""
    fun, w = squares(matrix, t), np.linalg.lstsq(matrix, t, rcond=None)[0]
    curve, bottom = lrw.minimize(fun, 0 * w, ftol=1e-14, tol=0, max_iter=most).loss_curve, fun(w)[0]
    return np.maximum((curve - bottom) / (curve[0] - bottom), 1e-12), bottom


def when(left, share):
    """The first iteration with less than the share left; the last one if there is none."""
    below = left < share
    return int(np.argmax(below)) if below.any() else len(below) - 1


left = {name: heights_left(matrix) for name, matrix in matrices.items()}
teaching.compare_guess(guess_every, when(left["every weight"][0], 1e-4), "iterations with every weight")
of_identity = when(left["26 known, identity"][0], 1e-4)
teaching.compare_guess(guess_identity, of_identity, "iterations with the identity's columns")
print("\niterations until a share is left:")
for name, (shares, bottom) in left.items():
    counts = ", ".join(f"{share:g}: {when(shares, share)}" for share in (0.1, 0.01, 1e-4, 1e-6))
    print(f"{name:>18}: {counts}; lowest loss {bottom:.4f}")

fig, axes = plt.subplots(1, 2, figsize=(7.6, 3), layout="constrained")
for name, style in zip(left, plotting.line_styles(3), strict=True):
    e, (shares, _) = curvatures[name], left[name]
    axes[0].plot(np.arange(1, len(e) + 1), e / e[0], **style, markevery=5)
    axes[1].plot(shares, **style, markevery=max(1, len(shares) // 12), label=name)
for ax, title in zip(axes, ("curvatures, the largest is 1", "share of the height that is left"), strict=True):
    ax.set(title=title, yscale="log", ylim=(1e-8, 2))
axes[0].set(xlabel="number of the curvature", xlim=(0, 70))
axes[1].set(xlabel="L-BFGS iteration (logarithmic)", xscale="log", xlim=(1, 2000))
axes[1].legend(loc="lower left")
plt.show()

# %% [markdown]
# Look twice: it is easy to see too much here. In brackets: four other index sets.
#
# - **Down to a hundredth of the height none has a clear lead**: 16 iterations with every weight, 13 (12 to 31) with the smooth atoms, 26 (17 to 29) with the identity. The
#   first dozen or two deal with the large curvatures, and all three problems have those.
# - **Then comes the tail.** With every weight 28 directions are *almost* flat: their curvature is not 0, but below a hundredth of the largest. There is little to gain in each,
#   and L-BFGS must find them one after the other: 339 iterations to $10^{-4}$. (From the 61st on the curvatures are 0, as the 16 × 16 images were made from
#   8 × 8 pixels, and 4 of these are the same in all images. A direction that is *completely* flat costs no iterations: no gradient ever points along it.)
# - **Both with 26 numbers have a short tail**: 42 (33 to 86) iterations with smooth atoms, 50 (48 to 102) with the identity. So it is mostly the *number* of coordinates that
#   saves the tail, and a dictionary is not needed for that. With the same pixels the smooth atoms take 0.68 to 1.1 times as many iterations as the identity: in four of five index sets they are faster.
# - **The lowest point moves.** Every weight has the lowest loss, 0.075. The smooth atoms come to 0.088 (0.084 to 0.093), the identity to 0.096 (0.088 to 0.117), each time above the smooth ones.
#   Fewer coordinates make the way shorter *and* its end higher. The dictionary makes its end lower again: that is what it is for.

# %% claim first_part: a hundredth of the height is left after 12 to 31 iterations with smooth atoms (every weight: 16)
chosen = lrw.sample_index_set(256, n_alpha=26, rng=seed)
claim(when(heights_left(X @ smooth(chosen, 2.0))[0], 0.01), 12, 31)

# %% claim first_part_identity: and after 17 to 29 iterations with the identity's columns
chosen = lrw.sample_index_set(256, n_alpha=26, rng=seed)
claim(when(heights_left(X[:, chosen])[0], 0.01), 17, 29)

# %% claim tail_smooth: 1e-4 is left after 33 to 86 iterations with smooth atoms (every weight: 339)
chosen = lrw.sample_index_set(256, n_alpha=26, rng=seed)
claim(when(heights_left(X @ smooth(chosen, 2.0))[0], 1e-4), 33, 86)

# %% claim tail_identity: 1e-4 is left after 48 to 102 iterations with the identity's columns
chosen = lrw.sample_index_set(256, n_alpha=26, rng=seed)
claim(when(heights_left(X[:, chosen])[0], 1e-4), 48, 102)

# %% claim tail_every: with every weight 1e-4 of the height is left after 250 iterations or more, with other halves too
rows = np.random.default_rng(seed).permutation(n)[: n // 2]
t = t[rows] - t[rows].mean()
claim(when(heights_left(X[rows] - X[rows].mean(axis=0))[0], 1e-4), 250, 2000)

# %% claim smooth_or_not: smooth atoms take 0.68 to 1.1 times the iterations of the identity's columns to 1e-4
chosen = lrw.sample_index_set(256, n_alpha=26, rng=seed)
smooth_count, identity_count = (
    when(heights_left(M)[0], 1e-4) for M in (X @ smooth(chosen, 2.0), X[:, chosen])
)
claim(smooth_count / identity_count, 0.68, 1.1)

# %% claim bottom_smooth: the lowest loss with smooth atoms is 0.084 to 0.093
chosen = lrw.sample_index_set(256, n_alpha=26, rng=seed)
claim(heights_left(X @ smooth(chosen, 2.0), most=1)[1], 0.084, 0.093)

# %% claim bottom_identity: the lowest loss with the identity's columns is 0.088 to 0.117
chosen = lrw.sample_index_set(256, n_alpha=26, rng=seed)
claim(heights_left(X[:, chosen], most=1)[1], 0.088, 0.117)

# %% claim bottom_order: with the same 26 pixels the smooth atoms come lower
chosen = lrw.sample_index_set(256, n_alpha=26, rng=seed)
claim(heights_left(X @ smooth(chosen, 2.0), most=1)[1] < heights_left(X[:, chosen], most=1)[1], 1, 1)

# %% claim not_flat: at most 60 curvatures are above 0 with every weight
rows = np.random.default_rng(seed).permutation(n)[: n // 2]
e = np.linalg.eigvalsh(np.cov(X[rows].T))[::-1]
claim(np.sum(e > 1e-10 * e[0]), 55, 60)

# %% claim almost_flat: about 28 (26 to 30) of them below a hundredth of the largest
rows = np.random.default_rng(seed).permutation(n)[: n // 2]
e = np.linalg.eigvalsh(np.cov(X[rows].T))[::-1]
claim(np.sum((e > 1e-10 * e[0]) & (e < 0.01 * e[0])), 26, 30)

# %% [markdown] question smaller
# **Question.** Somebody says: "With a dictionary, training needs fewer iterations." Which two things should you ask
# before you believe it?

# %% [markdown] answer smaller
# *Until when?* Until a hundredth of the height was left, 26 numbers and every weight took about the same (12 to 31 iterations, and 16). Until a millionth was left, every weight took
# 6 to 15 times as many. And *whose bottom?* The two problems have different lowest points. A loss that one of them can never reach
# says nothing about speed. A loss just above the bottom of one, and far above the bottom of the other, says little, too.
# Section 4 has a case in which this matters.

# %% claim a_millionth: every weight takes 6 to 15 times as many iterations as 26 smooth atoms to a millionth of the height
chosen = lrw.sample_index_set(256, n_alpha=26, rng=seed)
claim(when(left["every weight"][0], 1e-6) / when(heights_left(X @ smooth(chosen, 2.0))[0], 1e-6), 6, 15)

# %% [markdown]
# ## 3 · A memory of steps
#
# Newton's method knows the valley: it goes to $w - H^{-1} g$. For squares that is the lowest point, in one step. But for a network with half a
# million numbers $H$ has 250 billion entries. L-BFGS never writes it down. It remembers only its last steps, and how the
# gradient changed over each:
#
# $$s_i = w_{i+1} - w_i, \qquad y_i = g_{i+1} - g_i \qquad (n_\alpha,) \ \mathrm{both}; \ \mathrm{for\ squares}\ \ y_i = H s_i.$$
#
# Each pair says: *in this direction, the curvature is so much*. From the pairs L-BFGS makes something that acts like
# $H^{-1}$; call it $B$ (n_alpha, n_alpha). It begins with a multiple of the identity, $B = \gamma I$, and corrects it with one pair after the other, the oldest first:
#
# $$B \leftarrow (I - \rho\, s\, y^\top)\, B\, (I - \rho\, y\, s^\top) + \rho\, s\, s^\top, \qquad \rho = \frac{1}{s^\top y}.$$
#
# Read it from the right, applied to $g$. First take out of $g$ what the pair knows about. Then apply the $B$ from before. Then put the pair's own answer in.
# After this $B y = s$ holds for the newest pair, as it would with $H^{-1}$.
#
# ### Exercise 4: the two loops
#
# $B$ is applied to a vector $q$, which begins as $g$. Then each bracket is one line, and no matrix is needed:
#
# 1. *The way in*, newest pair first, with the brackets on the right. It is given. It keeps a number $m_i = \rho_i\, s_i^\top q$ for each pair.
# 2. *The middle*: $q \leftarrow \gamma q$, with $\gamma = s^\top y / y^\top y$ of the newest pair.
# 3. *The way out*, oldest pair first, with the brackets on the left and the term $\rho\, s\, s^\top$ in one:
#
# $$q \leftarrow q + \left(m_i - \frac{y_i^\top q}{s_i^\top y_i}\right) s_i.$$
#
# Now $q = B g$. Return the direction to *go*: $-B g$.


# %% starter two_loops
def two_loops(g, s, y):
    q, m = g, np.zeros(len(s))  # (n_alpha,), one number a pair; s and y are lists, oldest first
    for i in reversed(range(len(s))):
        m[i] = (s[i] @ q) / (s[i] @ y[i])  # a number
        q = q - m[i] * y[i]  # (n_alpha,)
    direction = None  # the middle, then the way out, then the sign: (n_alpha,)
    return direction


# %% [markdown] hint two_loops
# Three parts: multiply `q` by a number; a loop; a minus sign. The loop runs over `range(len(s))`, not reversed.

# %% [markdown] hint two_loops
# The newest pair is `s[-1], y[-1]`. The middle: `q = q * (s[-1] @ y[-1]) / (y[-1] @ y[-1])`.

# %% [markdown] hint two_loops
# In the loop: `q = q + (m[i] - (y[i] @ q) / (s[i] @ y[i])) * s[i]`. After it, `direction = -q`.


# %% solution two_loops
def two_loops(g, s, y):
    q, m = g, np.zeros(len(s))  # (n_alpha,), one number a pair; s and y are lists, oldest first
    for i in reversed(range(len(s))):
        m[i] = (s[i] @ q) / (s[i] @ y[i])  # a number
        q = q - m[i] * y[i]  # (n_alpha,)
    q = q * (s[-1] @ y[-1]) / (y[-1] @ y[-1])  # (n_alpha,)
    for i in range(len(s)):
        q = q + (m[i] - (y[i] @ q) / (s[i] @ y[i])) * s[i]  # (n_alpha,)
    return -q


# %% mutant two_loops: uphill
def two_loops(g, s, y):
    q, m = g, np.zeros(len(s))
    for i in reversed(range(len(s))):
        m[i] = (s[i] @ q) / (s[i] @ y[i])
        q = q - m[i] * y[i]
    q = q * (s[-1] @ y[-1]) / (y[-1] @ y[-1])
    for i in range(len(s)):
        q = q + (m[i] - (y[i] @ q) / (s[i] @ y[i])) * s[i]
    return q


# %% mutant two_loops: newest first on the way out as well
def two_loops(g, s, y):
    q, m = g, np.zeros(len(s))
    for i in reversed(range(len(s))):
        m[i] = (s[i] @ q) / (s[i] @ y[i])
        q = q - m[i] * y[i]
    q = q * (s[-1] @ y[-1]) / (y[-1] @ y[-1])
    for i in reversed(range(len(s))):
        q = q + (m[i] - (y[i] @ q) / (s[i] @ y[i])) * s[i]
    return -q


# %% mutant two_loops: the middle is missing
def two_loops(g, s, y):
    q, m = g, np.zeros(len(s))
    for i in reversed(range(len(s))):
        m[i] = (s[i] @ q) / (s[i] @ y[i])
        q = q - m[i] * y[i]
    for i in range(len(s)):
        q = q + (m[i] - (y[i] @ q) / (s[i] @ y[i])) * s[i]
    return -q


# %% mutant two_loops: the oldest pair in the middle
def two_loops(g, s, y):
    q, m = g, np.zeros(len(s))
    for i in reversed(range(len(s))):
        m[i] = (s[i] @ q) / (s[i] @ y[i])
        q = q - m[i] * y[i]
    q = q * (s[0] @ y[0]) / (y[0] @ y[0])
    for i in range(len(s)):
        q = q + (m[i] - (y[i] @ q) / (s[i] @ y[i])) * s[i]
    return -q


# %% mutant two_loops: y on the way out
def two_loops(g, s, y):
    q, m = g, np.zeros(len(s))
    for i in reversed(range(len(s))):
        m[i] = (s[i] @ q) / (s[i] @ y[i])
        q = q - m[i] * y[i]
    q = q * (s[-1] @ y[-1]) / (y[-1] @ y[-1])
    for i in range(len(s)):
        q = q + (m[i] - (y[i] @ q) / (s[i] @ y[i])) * y[i]
    return -q


# %% mutant two_loops: the gradient is overwritten
def two_loops(g, s, y):
    q, m = g, np.zeros(len(s))
    for i in reversed(range(len(s))):
        m[i] = (s[i] @ q) / (s[i] @ y[i])
        q -= m[i] * y[i]
    q = q * (s[-1] @ y[-1]) / (y[-1] @ y[-1])
    for i in range(len(s)):
        q = q + (m[i] - (y[i] @ q) / (s[i] @ y[i])) * s[i]
    return -q


# %% mutant two_loops: no return
def two_loops(g, s, y):
    q, m = g, np.zeros(len(s))
    for i in reversed(range(len(s))):
        m[i] = (s[i] @ q) / (s[i] @ y[i])
        q = q - m[i] * y[i]
    q = q * (s[-1] @ y[-1]) / (y[-1] @ y[-1])
    for i in range(len(s)):
        q = q + (m[i] - (y[i] @ q) / (s[i] @ y[i])) * s[i]


# %% mutant two_loops: only the way in
def two_loops(g, s, y):
    q, m = g, np.zeros(len(s))
    for i in reversed(range(len(s))):
        m[i] = (s[i] @ q) / (s[i] @ y[i])
        q = q - m[i] * y[i]
    return -q


# %% mutant two_loops: the way out is missing
def two_loops(g, s, y):
    q, m = g, np.zeros(len(s))
    for i in reversed(range(len(s))):
        m[i] = (s[i] @ q) / (s[i] @ y[i])
        q = q - m[i] * y[i]
    return -q * (s[-1] @ y[-1]) / (y[-1] @ y[-1])


# %% mutant two_loops: plus instead of minus on the way out
def two_loops(g, s, y):
    q, m = g, np.zeros(len(s))
    for i in reversed(range(len(s))):
        m[i] = (s[i] @ q) / (s[i] @ y[i])
        q = q - m[i] * y[i]
    q = q * (s[-1] @ y[-1]) / (y[-1] @ y[-1])
    for i in range(len(s)):
        q = q + (m[i] + (y[i] @ q) / (s[i] @ y[i])) * s[i]
    return -q


# %% mutant two_loops: s for y in the bracket
def two_loops(g, s, y):
    q, m = g, np.zeros(len(s))
    for i in reversed(range(len(s))):
        m[i] = (s[i] @ q) / (s[i] @ y[i])
        q = q - m[i] * y[i]
    q = q * (s[-1] @ y[-1]) / (y[-1] @ y[-1])
    for i in range(len(s)):
        q = q + (m[i] - (s[i] @ q) / (s[i] @ y[i])) * s[i]
    return -q


# %% mutant two_loops: m alone on the way out
def two_loops(g, s, y):
    q, m = g, np.zeros(len(s))
    for i in reversed(range(len(s))):
        m[i] = (s[i] @ q) / (s[i] @ y[i])
        q = q - m[i] * y[i]
    q = q * (s[-1] @ y[-1]) / (y[-1] @ y[-1])
    for i in range(len(s)):
        q = q + m[i] * s[i]
    return -q


# %% mutant two_loops: gamma upside down
def two_loops(g, s, y):
    q, m = g, np.zeros(len(s))
    for i in reversed(range(len(s))):
        m[i] = (s[i] @ q) / (s[i] @ y[i])
        q = q - m[i] * y[i]
    q = q * (y[-1] @ y[-1]) / (s[-1] @ y[-1])
    for i in range(len(s)):
        q = q + (m[i] - (y[i] @ q) / (s[i] @ y[i])) * s[i]
    return -q


# %% mutant two_loops: the other gamma
def two_loops(g, s, y):
    q, m = g, np.zeros(len(s))
    for i in reversed(range(len(s))):
        m[i] = (s[i] @ q) / (s[i] @ y[i])
        q = q - m[i] * y[i]
    q = q * (s[-1] @ s[-1]) / (s[-1] @ y[-1])
    for i in range(len(s)):
        q = q + (m[i] - (y[i] @ q) / (s[i] @ y[i])) * s[i]
    return -q


# %% mutant two_loops: gamma in every turn of the loop
def two_loops(g, s, y):
    q, m = g, np.zeros(len(s))
    for i in reversed(range(len(s))):
        m[i] = (s[i] @ q) / (s[i] @ y[i])
        q = q - m[i] * y[i]
    for i in range(len(s)):
        q = q * (s[i] @ y[i]) / (y[i] @ y[i])
        q = q + (m[i] - (y[i] @ q) / (s[i] @ y[i])) * s[i]
    return -q


# %% mutant two_loops: m is forgotten
def two_loops(g, s, y):
    q, m = g, np.zeros(len(s))
    for i in reversed(range(len(s))):
        m[i] = (s[i] @ q) / (s[i] @ y[i])
        q = q - m[i] * y[i]
    q = q * (s[-1] @ y[-1]) / (y[-1] @ y[-1])
    for i in range(len(s)):
        q = q - (y[i] @ q) / (s[i] @ y[i]) * s[i]
    return -q


# %% mutant two_loops: only the newest pair comes out
def two_loops(g, s, y):
    q, m = g, np.zeros(len(s))
    for i in reversed(range(len(s))):
        m[i] = (s[i] @ q) / (s[i] @ y[i])
        q = q - m[i] * y[i]
    q = q * (s[-1] @ y[-1]) / (y[-1] @ y[-1])
    q = q + (m[-1] - (y[-1] @ q) / (s[-1] @ y[-1])) * s[-1]
    return -q


# %% mutant two_loops: the middle after the way out
def two_loops(g, s, y):
    q, m = g, np.zeros(len(s))
    for i in reversed(range(len(s))):
        m[i] = (s[i] @ q) / (s[i] @ y[i])
        q = q - m[i] * y[i]
    for i in range(len(s)):
        q = q + (m[i] - (y[i] @ q) / (s[i] @ y[i])) * s[i]
    return -q * (s[-1] @ y[-1]) / (y[-1] @ y[-1])


# %% mutant two_loops: the lists are emptied
def two_loops(g, s, y):
    q, m = g, np.zeros(len(s))
    for i in reversed(range(len(s))):
        m[i] = (s[i] @ q) / (s[i] @ y[i])
        q = q - m[i] * y[i]
    q = q * (s[-1] @ y[-1]) / (y[-1] @ y[-1])
    for i in range(len(s)):
        s_i, y_i = s.pop(0), y.pop(0)
        q = q + (m[i] - (y_i @ q) / (s_i @ y_i)) * s_i
    return -q


# %% mutant two_loops: a row for each pair
def two_loops(g, s, y):
    q, m = g, np.zeros(len(s))
    for i in reversed(range(len(s))):
        m[i] = (s[i] @ q) / (s[i] @ y[i])
        q = q - m[i] * y[i]
    q = q * (s[-1] @ y[-1]) / (y[-1] @ y[-1])
    for i in range(len(s)):
        q = q + (m[i] - (y[i] @ q) / (s[i] @ y[i])) * np.array(s)
    return -q


# %% mutant two_loops: y and s exchanged
def two_loops(g, s, y):
    q, m = g, np.zeros(len(s))
    for i in reversed(range(len(s))):
        m[i] = (y[i] @ q) / (s[i] @ y[i])
        q = q - m[i] * s[i]
    q = q * (s[-1] @ y[-1]) / (y[-1] @ y[-1])
    for i in range(len(s)):
        q = q + (m[i] - (s[i] @ q) / (s[i] @ y[i])) * y[i]
    return -q


# %% mutant two_loops: the gradient itself
def two_loops(g, s, y):
    return -g


# %% accept two_loops: in single precision, with arrays for lists
def two_loops(g, s, y):
    s, y, q = np.array(s, np.float32), np.array(y, np.float32), g.astype(np.float32)
    m, below = np.zeros(len(s), np.float32), np.einsum("ij,ij->i", s, y)
    for i in range(len(s))[::-1]:
        m[i] = s[i] @ q / below[i]
        q = q - m[i] * y[i]
    q *= below[-1] / np.sum(y[-1] ** 2)
    for m_i, s_i, y_i, below_i in zip(m, s, y, below):
        q += (m_i - y_i @ q / below_i) * s_i
    return [-x for x in q]


# %% accept two_loops: in single precision, but for m
def two_loops(g, s, y):
    s, y, q = [np.float32(x) for x in s], [np.float32(x) for x in y], np.float32(g)
    m = np.zeros(len(s))
    for i in reversed(range(len(s))):
        m[i] = (s[i] @ q) / (s[i] @ y[i])
        q = q - m[i] * y[i]
    q = q * (s[-1] @ y[-1]) / (y[-1] @ y[-1])
    for i in range(len(s)):
        q = q + (m[i] - (y[i] @ q) / (s[i] @ y[i])) * s[i]
    return -q


# %% accept two_loops: SciPy's, in stretched coordinates
def two_loops(g, s, y):
    root = np.sqrt(s[-1] @ y[-1] / (y[-1] @ y[-1]))
    return -root * (LbfgsInvHessProduct(np.array(s) / root, np.array(y) * root) @ (root * g))


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
    for size, n_pairs in ((5, 1), (4, 2), (6, 3)):
        R, g_any = draw.normal(size=(8, size)), draw.normal(size=size)
        s_any = list(draw.normal(size=(n_pairs, size)))
        y_any = [R.T @ (R @ step) for step in s_any]

        def by_matrix(gamma, s=s_any, y=y_any, g=g_any, size=size):
            B, eye = np.eye(size) * gamma, np.eye(size)
            for s_i, y_i in zip(s, y, strict=True):
                left_i = eye - np.outer(s_i, y_i) / (s_i @ y_i)
                B = left_i @ B @ left_i.T + np.outer(s_i, s_i) / (s_i @ y_i)
            return -B @ g

        newest, oldest = (s_any[-1], y_any[-1]), (s_any[0], y_any[0])
        gammas = {
            "the middle is missing: q times gamma, before the way out.": 1.0,
            "gamma is the newest pair's, s[-1] and y[-1].": oldest[0] @ oldest[1] / (oldest[1] @ oldest[1]),
            "gamma is upside down.": newest[1] @ newest[1] / (newest[0] @ newest[1]),
            "gamma is s.y / y.y; yours is s.s / s.y.": newest[0] @ newest[0] / (newest[0] @ newest[1]),
        }
        what = f"two_loops, {n_pairs} pair{'s' * (n_pairs > 1)}"
        got = c.shaped(two_loops(newest[1].copy(), list(s_any), list(y_any)), (size,), what)
        goes = f"{what}: for g = y of the newest pair, B g must be s of this pair, and the direction -s."
        c.true(not np.allclose(got, newest[0]), f"{goes} Yours is s: only the sign is wrong.")
        later = "" if n_pairs == 1 else " With one pair yours is right: which pair comes last on the way out?"
        c.true(
            np.allclose(got, -newest[0], rtol=1e-3, atol=1e-3),
            f"{goes} Yours is not. On the way out each pair adds (m[i] - y[i].q / s[i].y[i]) times s[i]; are the brackets, s and y in their places?{later}",
        )
        s_given, y_given = list(s_any), list(y_any)
        got, wanted = (
            two_loops(g_any, s_given, y_given),
            by_matrix(newest[0] @ newest[1] / (newest[1] @ newest[1])),
        )
        c.true(
            len(s_given) == len(y_given) == n_pairs,
            "The lists s and y were changed: they belong to the caller.",
        )
        slips, otherwise = (
            {text: by_matrix(gamma) for text, gamma in gammas.items()},
            (
                "with one pair yours is right. Multiply by gamma once, between the loops; then let each pair add its part."
            ),
        )
        if n_pairs == 1:
            del slips["gamma is the newest pair's, s[-1] and y[-1]."]  # there is one pair only
            (s_1, y_1), rho = newest, 1 / (newest[0] @ newest[1])
            middle = (g_any - rho * (s_1 @ g_any) * y_1) / rho / (y_1 @ y_1)
            part = rho * (y_1 @ middle) * s_1  # what the bracket takes off, in -B g
            slips |= {
                "in the bracket m[i] and y[i].q / (s[i].y[i]) have different signs.": wanted - 2 * part,
                "what is taken off m[i] is missing or 0: it is y[i].q / (s[i].y[i]), not s[i].q / (s[i].y[i]).": wanted
                - part,
            }
            otherwise = "with g = y it is right, with another g not. Look at the middle, and at y[i].q in the bracket."
        c.close(got, wanted, what, tolerance=1e-5, slips=slips, otherwise=otherwise)

# %% [markdown]
# That *is* L-BFGS. Only a rule for how far to go is missing. For squares we have one: the formula of exercise 1, along any direction.
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
# Two weights, two steps. After the first step it knows the curvature in one direction. The second step is aimed so that it does not undo
# what the first has gained. (With squares and best steps L-BFGS takes the steps of the method of *conjugate gradients*. It is done after as many steps as there are
# weights, if all are remembered.) For a network nobody knows the best step length beforehand, so SciPy tries some: that is the *line search*. It took one iteration more.

# %% claim two_steps: two steps, with every half of the images
rows = np.random.default_rng(seed).permutation(n)[: n // 2]
A_half, t_half = A_two[rows] - A_two[rows].mean(axis=0), t[rows] - t[rows].mean()
half, lowest_half = squares(A_half, t_half), np.linalg.lstsq(A_half, t_half, rcond=None)[0]
own_half = own_lbfgs(half, A_half.T @ A_half / len(rows), np.zeros(2), goal(half, lowest_half))
claim(len(own_half) - 1, 2, 2)

# %% [markdown]
# ### How much memory, and what forgetting costs
#
# Back to the 26 coordinates with smooth atoms, until a millionth of the height is left:

# %%
w_known = np.linalg.lstsq(A_known, t, rcond=None)[0]  # (26,)
target = goal(known, w_known, 1e-6)


def stop_at_target(info):
    if info.loss < target:
        raise StopIteration


hurry = {"callbacks": [stop_at_target], "tol": 0, "ftol": 0, "max_iter": teaching.sized(full=2000, tiny=400)}
for memory in (1, 3, 10, 30):
    result = lrw.minimize(known, np.zeros(26), memory=memory, **hurry)
    print(f"memory {memory:>2}: {result.n_iter:>4} iterations, {result.n_evaluations} evaluations")

# %% [markdown]
# The more pairs, the fewer iterations; with one pair it takes 2.5 to 6.1 times as many as with thirty (five index sets). The package keeps thirty (ten where more than 300,000 numbers
# are learned, as the pairs cost time and memory, too).
#
# **Guess first.** Now keep thirty, but stop after every ten iterations, and start again from the point that was reached. Nothing is lost but the
# memory. How many iterations in all?

# %% claim memory: with one pair 2.5 to 6.1 times as many iterations as with thirty
A = X @ smooth(lrw.sample_index_set(256, n_alpha=26, rng=seed), 2.0)
known = squares(A, t)
target = goal(known, np.linalg.lstsq(A, t, rcond=None)[0], 1e-6)
counts = [lrw.minimize(known, np.zeros(26), memory=memory, **hurry).n_iter for memory in (1, 3, 10, 30)]
claim(counts[0] / counts[3] if sorted(counts) == counts[::-1] else 0, 2.5, 6.1)

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
# Over five index sets, with 54 to 126 iterations in one go: started anew every ten 146 to 1,542, every fifty 59 to 266. The shorter the stages, the dearer.
#
# So a checkpoint (`lrw.minimize(..., checkpoint=path)`) saves the point that was reached, but not the speed: SciPy
# does not hand out its pairs. Training in stages, on 2,000 rows first and on all of them later, has the same price: each stage begins as steepest descent does. A few long
# stages cost little; many short ones cost a lot.

# %% claim in_one_go: 54 to 126 iterations in one go
A = X @ smooth(lrw.sample_index_set(256, n_alpha=26, rng=seed), 2.0)
known = squares(A, t)
target = goal(known, np.linalg.lstsq(A, t, rcond=None)[0], 1e-6)
claim(with_restarts(1000), 54, 126)

# %% claim every_ten: started anew every ten iterations, 146 to 1542
A = X @ smooth(lrw.sample_index_set(256, n_alpha=26, rng=seed), 2.0)
known = squares(A, t)
target = goal(known, np.linalg.lstsq(A, t, rcond=None)[0], 1e-6)
claim(with_restarts(10), 146, 1542)

# %% claim every_fifty: started anew every fifty iterations, 59 to 266
A = X @ smooth(lrw.sample_index_set(256, n_alpha=26, rng=seed), 2.0)
known = squares(A, t)
target = goal(known, np.linalg.lstsq(A, t, rcond=None)[0], 1e-6)
claim(with_restarts(50), 59, 266)

# %% claim shorter_is_dearer: the shorter the stages, the more iterations
A = X @ smooth(lrw.sample_index_set(256, n_alpha=26, rng=seed), 2.0)
known = squares(A, t)
target = goal(known, np.linalg.lstsq(A, t, rcond=None)[0], 1e-6)
counts = [with_restarts(every) for every in (10, 25, 50, 1000)]
claim(counts == sorted(counts)[::-1], 1, 1)

# %% [markdown]
# ## 4 · A network, and an experiment with a control
#
# Two hidden layers, 256-100-100-10, sigmoid, and at the end a softmax (notebook 03). *Weight decay* adds to the loss the squares of the numbers that are learned (not the biases), times $\lambda / 2$, with $\lambda = 5 \cdot 10^{-5}$: large numbers
# cost. We learn the network once with every weight, and once with a tenth of the first two layers' weights, in ten columns (groups of filters: notebook 03). The dictionary is a squared exponential for the pixels; for the hidden units it is
# the covariance (how alike two of them are over the images). `predicted_layer` makes both; notebook 05 is about such dictionaries.

# %%
decay, longest = 5e-5, teaching.sized(full=200, tiny=15)
V, Y = digits.X_train[: len(t)], np.eye(10, dtype=np.float32)[digits.y_train[: len(t)]]  # (n, 256), (n, 10)


def predicted_pair(V, shape, n_h, length_scale, rng=0):
    """The first two layers with a tenth of the weights known, in ten columns."""
    smooth = LayerSpec(n_h, SquaredExponentialRidge(length_scale=length_scale), proportion=0.1, n_columns=10)
    first, _ = predicted_layer(LayerInput(V, lrw.Grid(shape)), smooth, rng=rng)
    layer = lrw.Dense(first, "sigmoid")
    h = output(layer, layer.init(rng), V)  # (n, n_h): the second layer's input
    alike = LayerSpec(n_h, "covariance", proportion=0.1, n_columns=10)
    return first, predicted_layer(LayerInput(h), alike, rng=rng + 1)[0]


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
def train(net, fun, rng=0, most=None):
    return lrw.minimize(fun, net.init(rng=rng), max_iter=most or longest)


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
# Clearly fewer (with other index sets and starts: 49 to 62, against 89 to 100). On all of MNIST the same comparison was our first surprise with this package.
# "The dictionary conditions the problem", we wrote down.
#
# After section 2 you may have a doubt: *whose bottom?* 0.03 is just above the lowest that every weight comes to (0.026), and far above the lowest of
# the tenth (0.007). So let each run be measured by its *own* height, as in section 2: until a hundredth of it is left. For its bottom we take the
# loss after 200 iterations.
#
# **Guess first.** Every weight takes about 50 iterations to a hundredth of its own height. A tenth?

# %% claim tenth_to_line: a tenth is below 0.03 after 49 to 62 iterations
longest = 110
tenth = network(*predicted_pair(V, (16, 16), n_h, length_scale=2.0, rng=2 * seed))
claim(reached(train(tenth, lrw.Objective(tenth, V, Y, weight_decay=decay), rng=seed)), 49, 62)

# %% claim every_to_line: and with every weight after 89 to 100
longest = 110
claim(reached(train(net_every, lrw.Objective(net_every, V, Y, weight_decay=decay), rng=seed)), 89, 100)

# %%
guess_own_height = None  # a number of iterations


# %%
def hundredth(result):
    """The first iteration with less than a hundredth of its own height left."""
    curve = result.loss_curve
    return int(np.argmax(curve - curve[-1] < 0.01 * (curve[0] - curve[-1])))


teaching.compare_guess(guess_own_height, hundredth(results["a tenth"]), "iterations with a tenth")
for name, result in results.items():
    print(f"{name:>12}: {hundredth(result)} iterations to a hundredth of its own height")

# %% [markdown]
# No lead at all: over five index sets and starts 47 to 58 iterations with a tenth, 48 to 51 with every weight. The tenth does not go down faster. It goes down *further*, and so it
# passes the line sooner. That is strange, too: it has fewer numbers. The loss has two parts,
#
# $$\mathrm{loss} = \mathrm{cross\ entropy} + \frac{\lambda}{2}\, |\mathrm{what\ is\ learned}|^2,$$
#
# and what is learned is $W$ in one case and $w_\alpha$ in the other. The two networks do not pay the same price for the same filter!
# So there are two suspects for the lead to 0.03: *the valley* (the dictionary conditions the problem), and *the price* (weight decay).
#
# **Guess first.** A control tells them apart: change the price, and nothing else. Keep the dictionary, but let weight decay charge the composed $W = U w_\alpha$, as
# it does when every weight is learned. If the valley is the reason, the lead to 0.03 stays. Does it?

# %% claim tenth_own: a tenth takes 47 to 58 iterations to a hundredth of its own height
tenth = network(*predicted_pair(V, (16, 16), n_h, length_scale=2.0, rng=2 * seed))
claim(hundredth(train(tenth, lrw.Objective(tenth, V, Y, weight_decay=decay), rng=seed)), 47, 58)

# %% claim every_own: every weight takes 48 to 51
claim(hundredth(train(net_every, lrw.Objective(net_every, V, Y, weight_decay=decay), rng=seed)), 48, 51)

# %%
guess_control = None  # "stays" or "goes"


# %%
def charged_for_W(net, theta, loss, grad):
    """Add decay / 2 |W|^2 of every layer to a loss without decay; its gradient goes back through U."""
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
charged = results["a tenth, W is charged"]
print(
    f"loss after {charged.n_iter}: {charged.loss:.4f}; {hundredth(charged)} iterations to a hundredth of its own height"
)

fig, ax = plt.subplots(figsize=(5.4, 3.3), layout="constrained")
curves = {name: r.loss_curve for name, r in results.items()}
plotting.loss_curves(curves, ax, ylabel="loss, weight decay included").axhline(0.03, color="#9A9893", lw=0.7)
ax.set_title("the grey line: a loss of 0.03")
plt.show()

# %% [markdown]
# With $W$ charged the tenth is not below 0.03 within 200 iterations: its loss is 0.033 to 0.036 then (five index sets and starts). **The lead was the price.** A smooth filter of 256 weights is made
# from 26 numbers, and charged for 26. That is a real difference: it steers the network towards smooth filters. (On MNIST, with 20,000 images to learn from, the smooth network is wrong on 2.3 % of unseen images,
# the one with every weight on 2.8 to 3.0 %: `docs/results/4-mnist-standard.md`.)
# But the lead was not conditioning: to a hundredth of its own height the tenth with $W$ charged takes 65 to 82 iterations, more than every weight. As an explanation of the lead our first note was wrong. You have
# just seen how such a thing is found out: with a comparison in which *one* thing is changed.
#
# Is it the same with MNIST? If you have it, the next cell uses 3,000 of its images, 784-150-150-10. (With us, in a single run: 125
# iterations with every weight, 65 with a tenth; with $W$ charged not within the 160 that it may take.)

# %% claim price: with W charged the loss is 0.033 to 0.036 after 200 iterations; 65 to 82 to a hundredth of the height
tenth = network(*predicted_pair(V, (16, 16), n_h, length_scale=2.0, rng=2 * seed))
result = train(tenth, controlled(tenth, V, Y), rng=seed)
claim(result.loss if 65 <= hundredth(result) <= 82 else 0, 0.033, 0.036)

# %% claim mnist: on MNIST a smooth network is wrong on 2.3 % of the test images
import json
from pathlib import Path

lines = (Path(lrw.__file__).parents[1] / "docs/results/4-mnist-standard.jsonl").read_text().splitlines()
same = {
    "dictionary": ["squared_exponential", "covariance"],
    "proportion": 0.1,
    "n_columns": 10,
    "index_sets": "uniform",
}
runs = [run for run in map(json.loads, lines) if same.items() <= run.items() and run["seed"] == seed]
claim(100 * runs[0]["error"], 2.25, 2.35)

# %% claim mnist_every: and one with every weight on 2.8 to 3.0 %
import json
from pathlib import Path

lines = (Path(lrw.__file__).parents[1] / "docs/results/4-mnist-standard.jsonl").read_text().splitlines()
runs = [
    run for run in map(json.loads, lines) if run["dictionary"] == ["none", "none"] and run["seed"] == seed
]
claim(100 * runs[0]["error"], 2.75, 3.0)

# %%
if lrw.datasets.DATASETS["mnist"].place() != "missing":
    mnist = lrw.datasets.fetch_mnist()
    V_real, Y_real = mnist.X_train[:3000], np.eye(10, dtype=np.float32)[mnist.y_train[:3000]]
    every_real = network(lrw.Full(784, 150), lrw.Full(150, 150))
    tenth_real = network(*predicted_pair(V_real, (28, 28), 150, length_scale=1.0))
    for name, net in (("every weight", every_real), ("a tenth", tenth_real)):
        print(name, reached(train(net, lrw.Objective(net, V_real, Y_real, weight_decay=decay), most=160)))
    charged_real = train(tenth_real, controlled(tenth_real, V_real, Y_real), most=160)
    print("a tenth, W is charged", reached(charged_real))
    print("(160 may also mean: not within 160)")
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
# "Converged" can mean two things. `tol` is about the gradient: is its largest entry below `tol`? `ftol` is about the loss: did the
# last iteration lower it by less than this share of max(|loss|, 1)? The report says which of the two it was. And "max_iter" is no
# result: the run was ended, wherever it was.
#
# There is a third end, which SciPy calls `ABNORMAL`: the line search found no lower loss, even straight down. (The report then says `abnormal`, or `float32_limit` where rounding is the cause.) That has four common
# causes, and each asks for something else. Here are four patients, one for each cause. All are asked to go on as long as they can (`tol` and `ftol` 0):

# %%
noise = np.random.default_rng(0)
ten_classes = lrw.Network([lrw.Dense(lrw.Predicted(U_known, n_h=10))], "softmax_cross_entropy")


def patient_1(w):
    return known(w)[0], (X.T @ (A_known @ w - t) / len(t))[alpha]


def patient_2(w):
    loss, grad = known(w)
    return loss + 1e-6 * noise.normal(), grad


def patient_3(w):
    loss, grad = known(w)
    return loss + np.abs(w).sum(), grad + np.where(w < 0, -1.0, 1.0)


patient_4 = lrw.Objective(ten_classes, V, Y, weight_decay=0.1)  # V and Y are float32
patients = {1: (patient_1, 26), 2: (patient_2, 26), 3: (patient_3, 26), 4: (patient_4, 270)}

# %% [markdown]
# **Guess first.** Read the four functions above. Which one has *a wrong gradient*?

# %%
guess_patient = None  # 1, 2, 3 or 4

# %%
reports = {
    k: lrw.minimize(fun, np.zeros(size), tol=0, ftol=0, max_iter=1000) for k, (fun, size) in patients.items()
}
blamed = [k for k, report in reports.items() if "gradient is wrong" in report.message]
teaching.compare_guess(guess_patient, blamed[0], "the patient with a wrong gradient", factor=1)
for k, report in reports.items():
    print(f"\npatient {k}\n{report}")

# %% claim four_reports: the report says what is wrong with each of the four, for other index sets and other noise
noise, alpha = np.random.default_rng(seed), lrw.sample_index_set(256, n_alpha=26, rng=seed)
U_known = smooth(alpha, 2.0)
A_known = X @ U_known
known = squares(A_known, t)
patient_4 = lrw.Objective(
    lrw.Network([lrw.Dense(lrw.Predicted(U_known, n_h=10))], "softmax_cross_entropy"), V, Y, weight_decay=0.1
)
said = [
    lrw.minimize(fun, np.zeros(size), tol=0, ftol=0, max_iter=1000).message
    for fun, size in ((patient_1, 26), (patient_2, 26), (patient_3, 26), (patient_4, 270))
]
words = ("gradient is wrong", "noisy", "kink", "falls no more")
claim(sum(word in text for word, text in zip(words, said, strict=True)), 4, 4)

# %% claim forgotten: with U^T forgotten the loss ends 1 to 19 % above the lowest
alpha = lrw.sample_index_set(256, n_alpha=26, rng=seed)
A_known = X @ smooth(alpha, 2.0)
known = squares(A_known, t)
lowest_loss = known(np.linalg.lstsq(A_known, t, rcond=None)[0])[0]
end = lrw.minimize(patient_1, np.zeros(26), tol=0, ftol=0, max_iter=1000).loss
claim(100 * (end / lowest_loss - 1), 1, 19)

# %% [markdown]
# **Patient 1** took the rows of $dW$ at the known pixels for $dw_\alpha$: the mistake of notebook 03, $U^\top$ forgotten. Look at its loss: it *fell*,
# from 0.183 to 0.104. Without the report one would say that the model cannot do better. It can: with the right gradient (`known`) it went down to 0.088. (With other index sets the loss ends 1 to 19 % above the
# lowest. The smaller this gap, the harder it is to see.)
# **Patient 2** adds noise, as dropout without a seed does. **Patient 3** charges for absolute values, and starts exactly where they have their kink. It is at its lowest
# point there, and nothing is wrong. **Patient 4** is right, too: it computes in float32, which cannot see the last digits.
#
# How can the report know? It has nothing but the function. So it does what you would do: it goes a little way along the
# gradient, to both sides, and compares the slopes with what the gradient says. With $d = g / |g|$ and a small step $\varepsilon$:
#
# $$\mathrm{ahead} = \frac{f(\theta + \varepsilon d) - f(\theta)}{\varepsilon}, \qquad \mathrm{behind} = \frac{f(\theta) - f(\theta - \varepsilon d)}{\varepsilon}, \qquad \mathrm{promised} = |g|.$$
#
# | what it sees | what it is | what to do |
# |---|---|---|
# | the mean of both slopes is as promised | the gradient is right | nothing: it is done, or float32 is at its limit |
# | else, and ahead and behind differ | a kink: relu, an absolute value | use a smooth function, or leave it there |
# | else: both agree, but not with the promise | the gradient is wrong | the gradient doctor: notebook 03 |
# | two calls at one $\theta$ differ (asked first) | noise: dropout, minibatches, no seed | fix the seed |
#
# ### Exercise 5: the verdict
#
# Return `"right"`, `"kink"` or `"wrong"`: the first three rows of the table, asked in this order. "As promised" means: off by at most 2 % of $|g|$. "Differ" means: by more than a tenth of $|g|$.


# %% starter verdict
def verdict(fun, theta, eps=1e-4):
    loss, g = fun(theta)  # a number, (n_dynamic,): as many as theta has
    promised = np.linalg.norm(g)
    ahead = ...  # a number
    behind = ...  # a number
    return None  # "right", "kink" or "wrong"


# %% [markdown] hint verdict
# The direction is $g$ with length 1: `d = g / promised`. Then `fun(theta + eps * d)[0]` is the loss ahead.

# %% [markdown] hint verdict
# Ask in the table's order. First: is `abs((ahead + behind) / 2 - promised)` below `0.02 * promised`?

# %% [markdown] hint verdict
# Then `"kink"` if `abs(ahead - behind)` is above `0.1 * promised`, and `"wrong"` if nothing else is left.


# %% solution verdict
def verdict(fun, theta, eps=1e-4):
    loss, g = fun(theta)  # a number, (n_dynamic,): as many as theta has
    promised = np.linalg.norm(g)
    d = g / promised  # (n_dynamic,)
    ahead = (fun(theta + eps * d)[0] - loss) / eps  # a number
    behind = (loss - fun(theta - eps * d)[0]) / eps  # a number
    if abs((ahead + behind) / 2 - promised) <= 0.02 * promised:
        return "right"
    return "kink" if abs(ahead - behind) > 0.1 * promised else "wrong"


# %% mutant verdict: the direction is not one long
def verdict(fun, theta, eps=1e-4):
    loss, g = fun(theta)
    promised = np.linalg.norm(g)
    ahead, behind = (fun(theta + eps * g)[0] - loss) / eps, (loss - fun(theta - eps * g)[0]) / eps
    if abs((ahead + behind) / 2 - promised) <= 0.02 * promised:
        return "right"
    return "kink" if abs(ahead - behind) > 0.1 * promised else "wrong"


# %% mutant verdict: looks ahead only
def verdict(fun, theta, eps=1e-4):
    loss, g = fun(theta)
    promised = np.linalg.norm(g)
    ahead = (fun(theta + eps * g / promised)[0] - loss) / eps
    return "right" if abs(ahead - promised) <= 0.02 * promised else "wrong"


# %% mutant verdict: the slope behind has the wrong sign
def verdict(fun, theta, eps=1e-4):
    loss, g = fun(theta)
    promised = np.linalg.norm(g)
    d = g / promised
    ahead, behind = (fun(theta + eps * d)[0] - loss) / eps, (fun(theta - eps * d)[0] - loss) / eps
    if abs((ahead + behind) / 2 - promised) <= 0.02 * promised:
        return "right"
    return "kink" if abs(ahead - behind) > 0.1 * promised else "wrong"


# %% mutant verdict: asks for the kink first, and finds one wherever the loss is curved
def verdict(fun, theta, eps=1e-4):
    loss, g = fun(theta)
    promised = np.linalg.norm(g)
    d = g / promised
    ahead, behind = (fun(theta + eps * d)[0] - loss) / eps, (loss - fun(theta - eps * d)[0]) / eps
    if abs(ahead - behind) > 0.1 * promised:
        return "kink"
    return "right" if abs((ahead + behind) / 2 - promised) <= 0.02 * promised else "wrong"


# %% mutant verdict: an absolute tolerance
def verdict(fun, theta, eps=1e-4):
    loss, g = fun(theta)
    promised = np.linalg.norm(g)
    d = g / promised
    ahead, behind = (fun(theta + eps * d)[0] - loss) / eps, (loss - fun(theta - eps * d)[0]) / eps
    if abs((ahead + behind) / 2 - promised) <= 0.02:
        return "right"
    return "kink" if abs(ahead - behind) > 0.1 else "wrong"


# %% mutant verdict: a step of its own
def verdict(fun, theta, eps=1e-4):
    loss, g = fun(theta)
    promised = np.linalg.norm(g)
    d = g / promised
    ahead, behind = (fun(theta + 1e-4 * d)[0] - loss) / 1e-4, (loss - fun(theta - 1e-4 * d)[0]) / 1e-4
    if abs((ahead + behind) / 2 - promised) <= 0.02 * promised:
        return "right"
    return "kink" if abs(ahead - behind) > 0.1 * promised else "wrong"


# %% mutant verdict: no absolute value around the promise
def verdict(fun, theta, eps=1e-4):
    loss, g = fun(theta)
    promised = np.linalg.norm(g)
    d = g / promised
    ahead, behind = (fun(theta + eps * d)[0] - loss) / eps, (loss - fun(theta - eps * d)[0]) / eps
    if (ahead + behind) / 2 - promised <= 0.02 * promised:
        return "right"
    return "kink" if abs(ahead - behind) > 0.1 * promised else "wrong"


# %% mutant verdict: no absolute value around the difference
def verdict(fun, theta, eps=1e-4):
    loss, g = fun(theta)
    promised = np.linalg.norm(g)
    d = g / promised
    ahead, behind = (fun(theta + eps * d)[0] - loss) / eps, (loss - fun(theta - eps * d)[0]) / eps
    if abs((ahead + behind) / 2 - promised) <= 0.02 * promised:
        return "right"
    return "kink" if ahead - behind > 0.1 * promised else "wrong"


# %% mutant verdict: twenty per cent
def verdict(fun, theta, eps=1e-4):
    loss, g = fun(theta)
    promised = np.linalg.norm(g)
    d = g / promised
    ahead, behind = (fun(theta + eps * d)[0] - loss) / eps, (loss - fun(theta - eps * d)[0]) / eps
    if abs((ahead + behind) / 2 - promised) <= 0.2 * promised:
        return "right"
    return "kink" if abs(ahead - behind) > 0.1 * promised else "wrong"


# %% mutant verdict: differ by two per cent
def verdict(fun, theta, eps=1e-4):
    loss, g = fun(theta)
    promised = np.linalg.norm(g)
    d = g / promised
    ahead, behind = (fun(theta + eps * d)[0] - loss) / eps, (loss - fun(theta - eps * d)[0]) / eps
    if abs((ahead + behind) / 2 - promised) <= 0.02 * promised:
        return "right"
    return "kink" if abs(ahead - behind) > 0.02 * promised else "wrong"


# %% mutant verdict: the words exchanged
def verdict(fun, theta, eps=1e-4):
    loss, g = fun(theta)
    promised = np.linalg.norm(g)
    d = g / promised
    ahead, behind = (fun(theta + eps * d)[0] - loss) / eps, (loss - fun(theta - eps * d)[0]) / eps
    if abs((ahead + behind) / 2 - promised) <= 0.02 * promised:
        return "right"
    return "wrong" if abs(ahead - behind) > 0.1 * promised else "kink"


# %% mutant verdict: capitals
def verdict(fun, theta, eps=1e-4):
    loss, g = fun(theta)
    promised = np.linalg.norm(g)
    d = g / promised
    ahead, behind = (fun(theta + eps * d)[0] - loss) / eps, (loss - fun(theta - eps * d)[0]) / eps
    if abs((ahead + behind) / 2 - promised) <= 0.02 * promised:
        return "Right"
    return "kink" if abs(ahead - behind) > 0.1 * promised else "wrong"


# %% mutant verdict: yes or no
def verdict(fun, theta, eps=1e-4):
    loss, g = fun(theta)
    promised = np.linalg.norm(g)
    d = g / promised
    ahead, behind = (fun(theta + eps * d)[0] - loss) / eps, (loss - fun(theta - eps * d)[0]) / eps
    return abs((ahead + behind) / 2 - promised) <= 0.02 * promised


# %% mutant verdict: the sum of both slopes
def verdict(fun, theta, eps=1e-4):
    loss, g = fun(theta)
    promised = np.linalg.norm(g)
    d = g / promised
    ahead, behind = (fun(theta + eps * d)[0] - loss) / eps, (loss - fun(theta - eps * d)[0]) / eps
    if abs((ahead + behind) - promised) <= 0.02 * promised:
        return "right"
    return "kink" if abs(ahead - behind) > 0.1 * promised else "wrong"


# %% mutant verdict: both slopes must be as promised
def verdict(fun, theta, eps=1e-4):
    loss, g = fun(theta)
    promised = np.linalg.norm(g)
    d = g / promised
    ahead, behind = (fun(theta + eps * d)[0] - loss) / eps, (loss - fun(theta - eps * d)[0]) / eps
    if max(abs(ahead - promised), abs(behind - promised)) <= 0.02 * promised:
        return "right"
    return "kink" if abs(ahead - behind) > 0.1 * promised else "wrong"


# %% mutant verdict: not divided by the step
def verdict(fun, theta, eps=1e-4):
    loss, g = fun(theta)
    promised = np.linalg.norm(g)
    d = g / promised
    ahead, behind = (fun(theta + eps * d)[0] - loss), (loss - fun(theta - eps * d)[0])
    if abs((ahead + behind) / 2 - promised) <= 0.02 * promised:
        return "right"
    return "kink" if abs(ahead - behind) > 0.1 * promised else "wrong"


# %% mutant verdict: the largest entry for the length
def verdict(fun, theta, eps=1e-4):
    loss, g = fun(theta)
    promised = np.abs(g).max()
    d = g / promised
    ahead, behind = (fun(theta + eps * d)[0] - loss) / eps, (loss - fun(theta - eps * d)[0]) / eps
    if abs((ahead + behind) / 2 - promised) <= 0.02 * promised:
        return "right"
    return "kink" if abs(ahead - behind) > 0.1 * promised else "wrong"


# %% mutant verdict: the square of the length
def verdict(fun, theta, eps=1e-4):
    loss, g = fun(theta)
    promised = g @ g
    d = g / promised
    ahead, behind = (fun(theta + eps * d)[0] - loss) / eps, (loss - fun(theta - eps * d)[0]) / eps
    if abs((ahead + behind) / 2 - promised) <= 0.02 * promised:
        return "right"
    return "kink" if abs(ahead - behind) > 0.1 * promised else "wrong"


# %% mutant verdict: looks behind only
def verdict(fun, theta, eps=1e-4):
    loss, g = fun(theta)
    promised = np.linalg.norm(g)
    d = g / promised
    ahead, behind = (fun(theta + eps * d)[0] - loss) / eps, (loss - fun(theta - eps * d)[0]) / eps
    if abs(behind - promised) <= 0.02 * promised:
        return "right"
    return "kink" if abs(ahead - behind) > 0.1 * promised else "wrong"


# %% mutant verdict: says it, and returns nothing
def verdict(fun, theta, eps=1e-4):
    loss, g = fun(theta)
    promised = np.linalg.norm(g)
    d = g / promised
    ahead, behind = (fun(theta + eps * d)[0] - loss) / eps, (loss - fun(theta - eps * d)[0]) / eps
    if abs((ahead + behind) / 2 - promised) <= 0.02 * promised:
        print("right")
    print(ahead, behind)


# %% mutant verdict: walks on theta itself
def verdict(fun, theta, eps=1e-4):
    loss, g = fun(theta)
    promised = np.linalg.norm(g)
    theta += eps * g / promised
    ahead = (fun(theta)[0] - loss) / eps
    theta -= 2 * eps * g / promised
    behind = (loss - fun(theta)[0]) / eps
    if abs((ahead + behind) / 2 - promised) <= 0.02 * promised:
        return "right"
    return "kink" if abs(ahead - behind) > 0.1 * promised else "wrong"


# %% mutant verdict: a tenth of the mean slope
def verdict(fun, theta, eps=1e-4):
    loss, g = fun(theta)
    promised = np.linalg.norm(g)
    d = g / promised
    ahead = (fun(theta + eps * d)[0] - loss) / eps
    behind = (loss - fun(theta - eps * d)[0]) / eps
    if abs((ahead + behind) / 2 - promised) <= 0.02 * promised:
        return "right"
    return "kink" if abs(ahead - behind) > 0.1 * abs(ahead + behind) / 2 else "wrong"


# %% mutant verdict: a tenth of the larger slope
def verdict(fun, theta, eps=1e-4):
    loss, g = fun(theta)
    promised = np.linalg.norm(g)
    d = g / promised
    ahead = (fun(theta + eps * d)[0] - loss) / eps
    behind = (loss - fun(theta - eps * d)[0]) / eps
    if abs((ahead + behind) / 2 - promised) <= 0.02 * promised:
        return "right"
    return "kink" if abs(ahead - behind) > 0.1 * max(abs(ahead), abs(behind)) else "wrong"


# %% accept verdict: exact numbers
def verdict(fun, theta, eps=1e-4):
    from fractions import Fraction

    size = sum(x * x for x in fun(theta)[1]) ** 0.5
    f = [Fraction(float(fun(theta + k * eps * fun(theta)[1] / size)[0])) for k in (-1, 0, 1)]
    behind, ahead = ((f[k + 1] - f[k]) / Fraction(eps) / Fraction(size) for k in (0, 1))
    as_promised, differ = 49 <= 25 * (ahead + behind) <= 51, abs(ahead - behind) > 0.1
    return ("right" if as_promised else "wrong") if as_promised or not differ else "kink"


# %% accept verdict: with NumPy's strings
def verdict(fun, theta, eps=1e-4):
    loss, g = fun(list(theta) @ np.eye(len(theta)))
    d = np.divide(g, np.sqrt(g @ g))
    slopes = np.float64([fun(theta + eps * d)[0] - loss, loss - fun(theta - eps * d)[0]]) / eps
    if not abs(slopes.mean() / np.sqrt(g @ g) - 1) > 0.02:
        return np.str_("right")
    return np.array(["wrong", "kink"])[int(np.ptp(slopes) > 0.1 * np.sqrt(g @ g))]


# %% accept verdict: downhill instead of uphill
def verdict(fun, theta, eps=1e-4):
    loss, g = fun(theta)
    size = float(np.sqrt(np.sum(np.square(g))))
    down, up = fun(theta - eps * g / size)[0], fun(theta + eps * g / size)[0]
    fits = np.isclose((up - down) / (2 * eps), size, rtol=0.02, atol=0)
    bent = abs(up + down - 2 * loss) / eps > 0.1 * size
    return "right" if fits else ("kink" if bent else "wrong")


# %% accept verdict: with np.interp's ingredients
def verdict(fun, theta, eps=1e-4):
    g = np.asarray(fun(theta)[1])
    s = np.array([-eps, 0.0, eps])
    f = np.array([fun(theta + x * g / np.linalg.norm(g))[0] for x in s])
    behind, ahead = np.diff(f) / np.diff(s)
    ratio, bend = (ahead + behind) / 2 / np.linalg.norm(g), (ahead - behind) / np.linalg.norm(g)
    return np.select([abs(ratio - 1) <= 0.02, abs(bend) > 0.1], ["right", "kink"], "wrong")


# %% check verdict
with check("verdict") as c:
    here, zero = np.array([3.0, -4.0, 0.5]), np.zeros(1)
    # size |w|^2, and a gradient that is too long by a factor
    bowl = lambda size=1.0, factor=1.0: lambda w: (float(size * (w @ w)), factor * size * 2 * w)
    # two slopes that meet at 0, and any gradient
    corner = lambda ahead, behind, g: lambda w: (float(np.where(w > 0, ahead, behind) @ w), np.array([g]))
    late = lambda w: (float((w + 5 * np.maximum(w - 1e-3, 0)).sum()), np.ones(1))
    cases = {
        "a right gradient": (
            bowl(),
            here,
            1e-4,
            "right",
            "Has d the length 1? Are both differences divided by eps, and is it f(theta) minus the one behind? Is the mean of both asked, and |g| a root of squares?",
        ),
        "a right gradient, all numbers tiny": (bowl(1e-3), here, 1e-4, "right", ""),
        # so near the lowest point the loss bends more than it slopes: curved, and yet no kink
        "a right gradient near the lowest point": (
            bowl(),
            1e-5 * here,
            1e-4,
            "right",
            "The slopes ahead and behind differ there, but the mean of both is as promised, and this is asked first.",
        ),
        "a gradient 1.5 % too long": (bowl(1, 1.015), here, 1e-4, "right", "Up to 2 % is as promised."),
        "a gradient 3 % too long": (bowl(1, 1.03), here, 1e-4, "wrong", "Above 2 % is not as promised."),
        "a gradient 3 % too short": (bowl(1, 0.97), here, 1e-4, "wrong", "Above 2 % is not as promised."),
        "a gradient 10 % too long, all numbers tiny": (
            bowl(1e-3, 1.1),
            here,
            1e-4,
            "wrong",
            "2 % means 0.02 times |g|, and a tenth 0.1 times |g|.",
        ),
        "a wrong sign": (bowl(1, -1), here, 1e-4, "wrong", "Neither slope is as promised, and they agree."),
        "the sum of absolute values at 0": (
            lambda w: (float(np.abs(w).sum()), np.ones(3)),
            np.zeros(3),
            1e-4,
            "kink",
            "One slope is up, the other down.",
        ),
        "slopes 0.85 and 0.7, promised 1": (
            corner(0.85, 0.7, 1.0),
            zero,
            1e-4,
            "kink",
            "They differ by 0.15.",
        ),
        "slopes 0.7 and 0.85, promised 1": (
            corner(0.7, 0.85, 1.0),
            zero,
            1e-4,
            "kink",
            "They differ by 0.15.",
        ),
        "slopes 0.84 and 0.76, promised 1": (
            corner(0.84, 0.76, 1.0),
            zero,
            1e-4,
            "wrong",
            "They differ by 0.08, less than a tenth.",
        ),
        "slopes 0.5 and 0.44, promised 1": (
            corner(0.5, 0.44, 1.0),
            zero,
            1e-4,
            "wrong",
            "They differ by 0.06, less than a tenth of |g|.",
        ),
        "slopes 3 and 2.8, promised 1": (
            corner(3.0, 2.8, 1.0),
            zero,
            1e-4,
            "kink",
            "They differ by 0.2, more than a tenth of |g|.",
        ),
        "a kink at a distance of 0.001, eps = 1e-4": (
            late,
            zero,
            1e-4,
            "right",
            "It is too far away to be seen.",
        ),
        "a kink at a distance of 0.001, eps = 1e-2": (late, zero, 1e-2, "kink", "Is eps used for the step?"),
    }
    for what, (fun, theta, eps, wanted, why) in cases.items():
        said = verdict(fun, theta, eps)
        c.true(
            None if said is None else str(said) in ("right", "kink", "wrong"),
            f'One of the words "right", "kink" and "wrong" is wanted; got {said!r}.',
        )
        c.true(str(said) == wanted, f"{what}: you say {str(said)!r}, it is {wanted!r}. {why}".rstrip())

# %% [markdown] question trap
# **Question.** Multiply a loss and its gradient by $10^{-8}$. The problem is the same. What will `lrw.minimize` say with its default
# `tol` of $10^{-6}$? Think, write it down, then run the next cell.

# %% [markdown] answer trap
# *Converged*, after no iteration at all: no entry of the gradient is above `tol`, which is an absolute number. The report is true, and
# the result is worthless. So use a loss that is a mean over the rows (not a sum, not a mean of something tiny), and look at the
# loss curve before you believe the word "converged".

# %%
print(lrw.minimize(lambda w: tuple(1e-8 * np.array(x) for x in known(w)), np.zeros(26)))

# %% claim trap: converged after no iteration
A = X @ smooth(lrw.sample_index_set(256, n_alpha=26, rng=seed), 2.0)
known = squares(A, t)
result = lrw.minimize(lambda w: tuple(1e-8 * np.array(x) for x in known(w)), np.zeros(26))
claim(result.n_iter if result.status == "converged" else 1, 0, 0)

# %% [markdown]
# ## Summary
#
# - Steepest descent zigzags in a narrow valley. The condition number of $H$ says how narrow it is, and $H = U^\top C\, U$: the
#   dictionary shapes the valley, for better (length scale 1) or worse (4). The condition number speaks of the worst start.
# - The first iterations deal with the large curvatures; there neither side, with or without a dictionary, has a clear lead. Then comes the tail. It is short where few coordinates are learned: 33 to 86 iterations with
#   smooth atoms, 48 to 102 with the same pixels and no dictionary, 339 with every weight. What the dictionary gives is a lower end.
# - L-BFGS learns curvatures from pairs of step and change of gradient. Started anew, it must learn them again: stages should be few and long.
# - "Fewer iterations" needs two questions, *until when* and *whose bottom*, and a control. In our network the lead to 0.03 came from
#   weight decay, which charges $w_\alpha$ and not $W$; to a hundredth of its own height there was none.
# - Read why it stopped: tol, ftol or max_iter; and after a failed line search a wrong gradient, noise, a kink, or float32.
#
# In the package, in `optimisation/`: `lbfgs.py` (callbacks, stages, around SciPy's L-BFGS-B) and `stop_reasons.py` (exercise 5, with nine steps
# instead of one). Notebook 05 asks which dictionary to take; notebook 11 what an iteration costs.

# %%
check.summary()
