"""The gradient doctor: which block of a gradient is wrong, and which mistake explains it."""

from types import SimpleNamespace

import numpy as np

from ... import _checks
from ...networks import ACTIVATIONS, Conv2d, Dense, Network
from ...unsupervised import TiedAutoencoder
from .adapted.elsewhere import w0_elsewhere
from .adapted.moved import w0_moved
from .adapted.zeros import both_at_zero
from .calling import Complaint, Student
from .images.ties import tie_margin
from .mutants import library, searched
from .passes import LayerPass, NetworkPass
from .report import Report
from .tied import RicaModel, RicaPass, TiedPass

EXACT = 1e-8  # relative: closer is right, or is this mistake
SAME = 1e-9  # mistakes whose gradients are closer than this are named together
N_DRAWN = 3
MAX_ROWS = 40  # of the drawn points
KINK = 1e-3  # drawn points keep relu's z this far from 0, and pooled pixels apart, relative to their spread
PASSES = {
    Network: NetworkPass,
    Dense: LayerPass,
    Conv2d: LayerPass,
    TiedAutoencoder: TiedPass,
    RicaModel: RicaPass,
}


def diagnose(student, net, theta, X, Y=None, weight_decay=0.0, rng=0):
    """Say which block of a gradient is wrong, and which mistake explains it.

    Parameters
    ----------
    student : callable
        ``student(theta, X, Y)`` or, with the data fixed inside, ``student(theta)``; it returns
        (loss, grad) or the gradient alone. The gradient is one flat vector in theta's order, or
        arrays, in nested lists or dicts, a layer each. A parameter called ``weight_decay`` is handed over.
    net : Network, TiedAutoencoder, RicaModel, Dense or Conv2d
        With a layer, of images ``layer.on(in_shape)``, the student is that layer's backward function, X
        is v (n, *in_shape) and Y is dh (n, *out_shape): ``student(theta, v, dh)``, or with the paper's
        letters as the names of its parameters, for instance ``backward(dh, v, h, U, w_alpha)``, on images
        also u; it returns the gradients of the learned arrays, then db and, if it likes, dv.
    theta : array, (n_dynamic,)
    X : array, (n, n_v), or (n, *in_shape) of a network
    Y : array, (n, n_out)
        Not needed for an autoencoder or RICA.
    weight_decay : float
        That of the student's loss.
    rng : seed or numpy.random.Generator
        Of the other theta and rows at which the gradient is checked too.

    Returns
    -------
    report : Report
        ``.block`` and ``.mistake`` (None if all is right; names in ``teaching.MISTAKES``),
        ``.remarks`` about theta, ``.text``, ``.plot(ax)``. Mistakes that give the same gradient are joined
        by " or ".

    Raises
    ------
    ValueError
        If net, theta, X or Y do not fit together, or the net has a layer that learns and is neither
        ``Dense`` nor ``Conv2d``. Whatever the student does is in the report.

    Notes
    -----
    Ours. The student's array is compared with gradients that have one known mistake each.

    Examples
    --------
    >>> import lowrankweights as lrw
    >>> net = lrw.Network([lrw.Dense(lrw.Full(3, 2))], "squared_error")
    >>> X, Y = np.eye(4)[:, :3], np.ones((4, 2))
    >>> wrong = lambda theta, X, Y: (net.loss_and_grad(theta, X, Y)[0], -net.loss_and_grad(theta, X, Y)[1])
    >>> diagnose(wrong, net, net.init(rng=0), X, Y).mistake
    'sign'
    """
    subject, theta, X, Y = check(net, theta, X, Y)
    weight_decay = _checks.number("weight_decay", weight_decay, at_least=0)
    weight_decay = 0.0 if isinstance(subject, LayerPass) else weight_decay
    rng = _checks.generator(rng)
    try:
        student = Student(student, subject)
        points = draw(subject, theta, X, Y, rng, student.takes_data)
        for point in points:
            call(student, point, weight_decay)
        repeat(student, points[0], weight_decay)
        moved = False
    except Complaint as complaint:
        moved = complaint.name == "not_repeatable" and w0_moved(subject, points, weight_decay)
        if not moved:
            return Report.of_complaint(complaint, subject, len(X)).remark(both_at_zero(subject, theta))
    for point in points:
        evaluate(subject, point, weight_decay)
    report = examine_moved if moved else examine
    return report(subject, points, weight_decay).remark(both_at_zero(subject, theta))


def check(net, theta, X, Y):
    """The pass of the net, and theta, X and Y as float arrays that fit it."""
    kinds = [kind for kind in PASSES if isinstance(net, kind)]
    if not kinds:
        _checks.fail(
            "net", "a Network, a Dense or Conv2d layer, a TiedAutoencoder or a RicaModel", type(net).__name__
        )
    subject = PASSES[kinds[0]](net)
    theta = _checks.array("theta", theta, shape=(net.n_dynamic,), dtype=np.float64)
    X = _checks.array("X", X, shape=(None, *subject.in_shape))
    if len(X) == 0:
        _checks.fail("X", "at least one row", f"shape {X.shape}")
    if subject.target_shape is not None:
        Y = _checks.array("Y", Y, shape=(len(X), *subject.target_shape), dtype=X.dtype)
    elif Y is not None:
        Y = _checks.array("Y", Y, shape=X.shape, dtype=X.dtype)
    return subject, theta, X, Y


def draw(subject, theta, X, Y, rng, takes_data):
    """The given point, then others: theta moved, and other rows where the student takes them."""
    points = [SimpleNamespace(theta=theta, X=X, Y=Y, margin=margin(subject, theta, X, Y))]
    spread = 0.3 * np.std(theta) + 0.2
    for k in range(N_DRAWN):
        best = None
        for _ in range(20):
            moved = theta + spread * rng.normal(size=theta.size)
            rows = np.arange(len(X))
            if takes_data:
                n = min(max(2, [len(X), len(X) // 2, len(X) + 1][k]), MAX_ROWS - k)
                rows = rng.choice(len(X), n, replace=n > len(X))
            p = SimpleNamespace(theta=moved, X=X[rows], Y=None if Y is None else Y[rows])
            p.margin = margin(subject, moved, p.X, p.Y)
            best = p if best is None or p.margin > best.margin else best
            if best.margin > KINK:
                break
        points.append(best)
    return points


def margin(subject, theta, X, Y):
    """How near the nearest kink is, relative to the spread: relu's min |z|, or a tie in pooling; 1: none."""
    X, Y = (None if a is None else a.astype(np.float64) for a in (X, Y))
    z = [s.z for s in subject.states(theta, X) if s.g is ACTIVATIONS["relu"]]
    relu = float(min((np.abs(a).min() / (a.std() or 1.0) for a in z), default=1.0))
    return min(relu, tie_margin(subject, theta, X, Y))


def call(student, point, weight_decay):
    """The student's loss and gradient at a point."""
    point.loss, point.grad = student(point.theta, point.X, point.Y, weight_decay)


def repeat(student, point, weight_decay):
    """Complain if a second call gives something else."""
    loss, grad = student(point.theta, point.X, point.Y, weight_decay)
    point.again = grad
    if loss != point.loss or not np.array_equal(grad, point.grad):
        gap = np.abs(grad - point.grad).max(initial=0)
        raise Complaint("not_repeatable", f"at one theta the gradient differed by {gap:.2g}")


def evaluate(subject, point, weight_decay):
    """The right loss and gradient at a point, and how far float32 arithmetic may stray from it."""
    X = point.X.astype(np.float64)
    Y = None if point.Y is None else point.Y.astype(np.float64)
    point.raw = subject.raw(point.theta, X, Y)
    point.X64, point.Y64 = X, Y
    right = subject.finish(point.raw, point.theta, weight_decay)
    point.right_loss = float(subject.loss(point.raw, point.theta, weight_decay))
    blocks = subject.blocks_for(len(X))
    ends = np.cumsum([int(np.prod(b.shape)) for b in blocks])
    point.right = right[: point.grad.size]
    point.slices = [slice(b, e) for b, e in zip([0, *ends[:-1]], ends, strict=True) if e <= point.grad.size]
    low = [None if a is None else a.astype(np.float32) for a in (X, Y)]
    with np.errstate(over="ignore", invalid="ignore"):
        rounded = subject.gradient(point.theta.astype(np.float32).astype(float), *low, weight_decay)
    noise = np.abs(rounded[: point.grad.size] - point.right)
    total = np.abs(point.right).max(initial=0)
    sizes = [np.abs(point.right[s]).max(initial=0) for s in point.slices]
    point.exact = [EXACT * size + 1e-11 * total + 1e-14 for size in sizes]
    rough = zip(point.slices, sizes, strict=True)
    point.rough = [10 * np.nan_to_num(noise[s].max(initial=0)) + 3e-6 * n + 1e-6 * total for s, n in rough]


def examine(subject, points, weight_decay):
    """Compare at every point: right, a known mistake, or an unknown one."""
    kinked = points[0].margin < 1e-6
    used = points[1:] if kinked else points
    blocks = subject.blocks_for(len(points[0].X))
    report = Report(subject, points, used, blocks, weight_decay, kinked)
    for tolerance in ("exact", "rough"):
        wrong = report.wrong_blocks(tolerance)
        if not wrong:
            return report.right(tolerance)
        found = match(subject, used, weight_decay, tolerance)
        if found:
            return report.known(found, wrong)
    drawn_wrong = [report.wrong_blocks("rough", [p]) for p in used]
    if not drawn_wrong[0] and used is points:
        return report.one_point(wrong)
    if w0_elsewhere(subject, used, weight_decay):
        return report.known(["w0_changed"], wrong)
    names = {i: match(subject, used, weight_decay, "rough", only=i) for i in wrong}
    first = names[wrong[0]]
    return report.known(first, wrong, partly=[i for i in wrong if set(first) & set(names[i])])


def examine_moved(subject, points, weight_decay):
    """The report of a student whose W_0 moved from call to call."""
    report = Report(subject, points, points, subject.blocks_for(len(points[0].X)), weight_decay)
    return report.known(["w0_changed"], report.wrong_blocks("exact"))


def match(subject, points, weight_decay, tolerance, only=None):
    """Names of the faults that give the student's gradient at all points; ``only``: in one block."""
    points = sorted(points, key=lambda p: len(p.X))
    suggested = searched(subject, points, weight_decay)
    close = []
    for fault in [*library(subject, weight_decay), *suggested]:
        values = []
        for point in points:
            value = faulty(subject, point, weight_decay, fault)
            if value is None or distance(point, value, tolerance, only) > 1:
                break
            values.append(value)
        else:
            gap = max(distance(p, v, tolerance, only) for p, v in zip(points, values, strict=True))
            close.append((gap, fault, values))
    if not close:
        return []
    best = min(close, key=lambda c: c[0])[2]
    same = {"exact": SAME, "rough": 1e-5}[tolerance]
    part = [slice(None) if only is None else p.slices[only] for p in points]
    alike = lambda values: all(near(a[i], b[i], same) for a, b, i in zip(values, best, part, strict=True))
    return list(dict.fromkeys(fault.mistake for _, fault, values in close if alike(values)))


def faulty(subject, point, weight_decay, fault):
    """The gradient with the fault at a point; None where the fault does not fit."""
    try:
        with np.errstate(all="ignore"):
            if fault.line in ("finish", "columns", "raw columns", "blocks"):
                value = subject.finish(point.raw, point.theta, weight_decay, fault)
            else:
                value = subject.gradient(point.theta, point.X64, point.Y64, weight_decay, fault)
    except (ValueError, AttributeError, IndexError):
        return None
    return value[: point.grad.size]


def distance(point, value, tolerance, only=None):
    """Largest difference from the student's gradient, in units of each block's tolerance."""
    allowed = getattr(point, tolerance)
    chosen = range(len(point.slices)) if only is None else [only]
    gaps = []
    for i in chosen:
        s = point.slices[i]
        scale = max(1.0, np.abs(value[s]).max(initial=0) / max(np.abs(point.right[s]).max(initial=0), 1e-300))
        gaps.append(np.abs(value[s] - point.grad[s]).max(initial=0) / (allowed[i] * min(scale, 1e9)))
    return max(gaps, default=0.0)


def near(a, b, tolerance):
    """Whether a is b to ``tolerance`` times b's largest entry."""
    return np.abs(a - b).max(initial=0) <= tolerance * max(np.abs(b).max(initial=0), 1e-300)
