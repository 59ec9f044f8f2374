"""Is a gradient right? Judged against the noise of the arithmetic, which is measured.

A slope is compared with the gradient along single entries and, where there are many, along random
directions of signs, each at several steps: the step whose own error is smallest counts.
"""

from dataclasses import dataclass, field
from math import comb

import numpy as np

from .. import _checks
from .evaluation import finite_loss_and_grad

STEPS = 10.0 ** -np.arange(1, 8)  # relative to an entry's size, at least 1
ENTRIES = 60  # of a block that are looked at one by one
DIRECTIONS = 20  # of signs, in a larger block
DOUBT = 0.05  # a slope known no better than this tells nothing


@dataclass
class BlockReport:
    """One block of the gradient.

    Attributes
    ----------
    right : bool or None
        None where the noise hides the slopes.
    compared : int
        Slopes that could be told from noise.
    worst : float
        The largest |slope - gradient| / max(|slope|, |gradient|) among them.
    reason : str
    """

    right: bool | None
    compared: int
    worst: float
    reason: str


@dataclass
class GradientReport:
    """What ``check_gradient`` found; its ``str`` is a table.

    Attributes
    ----------
    right : bool or None
        True, False, or None where it cannot be told.
    noise : float
        How much the loss differs from call to neighbouring call by rounding (or chance).
    blocks : dict
        Name: ``BlockReport``.
    """

    right: bool | None
    noise: float
    blocks: dict = field(default_factory=dict)

    def __str__(self):
        said = {True: "right", False: "wrong", None: "cannot be told"}
        width = max(map(len, self.blocks))
        lines = [f"gradient: {said[self.right]}; noise of the loss {self.noise:.1e}"]
        lines += [f"  {name:<{width}}  {said[b.right]}: {b.reason}" for name, b in self.blocks.items()]
        return "\n".join(lines)


def check_gradient(fun, theta, blocks=None, rng=0):
    """Judge a gradient: right, wrong, or not to be told from noise.

    Parameters
    ----------
    fun : callable
        ``fun(theta) -> (loss, grad)``.
    theta : array, (n,)
    blocks : dict, optional
        Name: slice of theta; default: those of ``fun.net`` (an ``Objective``'s layers), else all in one.
    rng : seed or numpy.random.Generator
        Of entries and directions in blocks of more than 60 entries.

    Returns
    -------
    report : GradientReport

    Raises
    ------
    ValueError
        If the loss is not a finite number or grad is not a finite vector of theta's length.

    Notes
    -----
    Ours. The noise is estimated from differences of a loss at equally spaced points (J. Moré and
    S. Wild, Estimating computational noise, SIAM Journal on Scientific Computing 33, 2011). At a step
    t the slope (f(theta + t d) - f(theta - t d)) / 2t has an error of about noise / t by rounding, and
    by the formula about as much as it changes from one step to the next smaller one.

    Examples
    --------
    >>> print(check_gradient(lambda t: (t @ t, 2 * t * [1, -1]), np.array([1.0, 2.0])).right)
    False
    """
    theta = _checks.array("theta", theta, ndim=1, dtype=np.float64)
    rng, grad = _checks.generator(rng), finite_loss_and_grad(fun, theta)[1]
    blocks = _blocks_of(fun, theta) if blocks is None else blocks
    if not isinstance(blocks, dict):
        _checks.fail("blocks", "a dict, {name: indices or slice}", type(blocks).__name__)
    noise = measured_noise(fun, theta, rng)
    found = {name: _judge(fun, theta, grad, part, noise, rng) for name, part in blocks.items()}
    verdicts = [b.right for b in found.values()]
    right = False if False in verdicts else None if None in verdicts else True
    return GradientReport(right, noise, found)


def measured_noise(fun, theta, rng=0, n_points=16):
    """The noise of a loss near theta: its standard deviation over neighbouring points, at least rounding's.

    >>> measured_noise(lambda t: (np.float32(t @ t), t), np.ones(3)) > 1e-8
    True
    """
    theta = _checks.array("theta", theta, ndim=1, dtype=np.float64)
    direction = _checks.generator(rng).choice([-1.0, 1.0], size=theta.size)
    spacing = 1e-6 * np.maximum(1.0, np.abs(theta))
    n_points = _checks.integer("n_points", n_points, at_least=7)
    values = [finite_loss_and_grad(fun, theta + spacing * k * direction)[0] for k in range(n_points)]
    return noise_of(values)


def noise_of(values):
    """The noise of a smooth function's values at equally spaced neighbouring points; at least rounding's."""
    # the k-th differences of a smooth loss vanish; of noise e they have variance (2k)! / k!^2 var(e)
    spread = [np.mean(np.diff(values, k) ** 2) / comb(2 * k, k) for k in (4, 5, 6)]
    return float(max(np.sqrt(np.mean(spread)), 0.1 * np.finfo(float).eps * abs(values[0])))


def _blocks_of(fun, theta):
    """The layers of ``fun.net``, else one block."""
    net = getattr(fun, "net", None)
    if not hasattr(net, "layers"):
        return {"theta": slice(0, theta.size)}
    ends = np.cumsum([0, *(layer.n_dynamic for layer in net.layers)])
    names = (f"layer {i + 1}" for i in range(len(net.layers)))
    return {name: slice(a, b) for name, a, b in zip(names, ends[:-1], ends[1:], strict=True) if b > a}


def _directions(theta, part, rng):
    """Directions within a block: single entries, and where there are many also random signs."""
    indices = np.arange(theta.size)[part]
    chosen = indices if len(indices) <= ENTRIES else rng.choice(indices, ENTRIES, replace=False)
    # an entry of its own size: one large parameter does not spoil the others' steps
    size = np.maximum(1.0, np.abs(theta))
    for i in chosen:
        direction = np.zeros_like(theta)
        direction[i] = size[i]
        yield direction
    for _ in range(DIRECTIONS if len(indices) > ENTRIES else 0):
        direction = np.zeros_like(theta)
        direction[indices] = rng.choice([-1.0, 1.0], size=len(indices)) * size[indices]
        yield direction


def _slope(fun, theta, direction, noise):
    """The slope along a direction and its error, at the best of several steps."""
    steps = STEPS / np.sqrt(np.count_nonzero(direction))
    middle = finite_loss_and_grad(fun, theta)[0]

    def along(sign):
        return np.array([finite_loss_and_grad(fun, theta + sign * t * direction)[0] for t in steps])

    ahead, behind = along(1), along(-1)
    slopes = (ahead - behind) / (2 * steps)
    change = np.abs(np.diff(slopes))
    # a change that is small by chance is no proof: it may have fallen by ten since the last step
    errors = np.maximum(change, 0.1 * np.concatenate([[np.inf], change[:-1]])) + noise / steps[1:]
    # where a kink is near, the slope on both sides does not come together as the step shrinks
    bend = np.abs(ahead - 2 * middle + behind) / steps
    kinked = bend[1:] > 0.5 * bend[:-1]
    errors += np.where(kinked, bend[1:], 0.0)
    best = int(np.argmin(errors))
    return slopes[best + 1], errors[best]


def _judge(fun, theta, grad, part, noise, rng):
    """Compare slopes with the gradient in one block."""
    worst, compared, wrong, drawn = 0.0, 0, 0, 0
    for direction in _directions(theta, part, rng):
        drawn += 1
        slope, error = _slope(fun, theta, direction, noise)
        analytic = float(direction @ grad)
        larger = max(abs(slope), abs(analytic))
        gap = abs(slope - analytic)
        wrong += gap > 10 * error and gap > 1e-6 * larger
        if error < DOUBT * larger:
            compared += 1
            worst = max(worst, gap / larger)
        elif larger == 0 or gap <= error:
            compared += int(larger == 0 or error <= 10 * noise)  # zero, as far as anyone could see
    if wrong:
        return BlockReport(
            False, compared, worst, f"{wrong} of {drawn} slopes differ from it by more than noise"
        )
    if compared < 0.5 * drawn:
        why = f"the noise hides {drawn - compared} of {drawn} slopes: use float64, or another theta"
        return BlockReport(None, compared, worst, why)
    return BlockReport(True, compared, worst, f"{compared} slopes agree, to {worst:.1e}")
