"""What ``train`` prints: what will be trained, counts, how other models did, the errors at the end."""

from pathlib import Path

import numpy as np

from ...readers.faults import listed

COMPARED = ("data", "target", "test_rows", "test_y")


def network_lines(job, arguments, paths):
    """(name, text) of the summary's lines about the network; ``paths``: of its model, or of each share's."""
    sizes = [job.X_train.shape[1], *np.atleast_1d(arguments.hidden), _n_outputs(job)]
    standardised = arguments.standardize == "yes" or (arguments.standardize == "auto" and not job.input_shape)
    text = f"{' - '.join(map(str, sizes))} units, {arguments.activation}"
    yield "network", text + ", columns standardised" * standardised
    if arguments.budget is not None or arguments.max_loss is not None:
        asked = [f"at most about {arguments.budget:,} learned numbers"] * (arguments.budget is not None)
        asked += [f"at most {arguments.max_loss:g} lost"] * (arguments.max_loss is not None)
        yield "weights", f"{', '.join(asked)}: sizes, share and dictionary are chosen by validation rows"
        yield "model", str(paths[0])
        return
    shares = arguments.sweep or arguments.proportion
    shares = ", ".join(map(str, [_of_filter(job, share) for share in np.atleast_1d(shares).tolist()]))
    names = ", ".join(np.atleast_1d(arguments.dictionary))
    columns = ", ".join(map(str, np.atleast_1d(arguments.columns)))
    text = f"{shares} of each filter learned, {columns} columns, dictionary {names}"
    yield "weights", f"{text} (--proportion, --columns, --dictionary)"
    there = [path.name for path in paths if path.exists() and not arguments.resume]
    where = str(paths[0]) if len(paths) == 1 else f"{paths[0].parent}, one for each share"
    yield "model", where + f" (replaces {listed(there)}, which is there)" * bool(there)


def _of_filter(job, share):
    """A share in per cent, and what becomes of it where weights are few: 50 % (6 of 13).

    Of the first layer, whose filters have as many weights as there are inputs.
    """
    n_v = job.X_train.shape[1]
    n = n_learned(job, share)
    exact = abs(n / n_v - share) < 0.005
    return f"{100 * share:.3g} %" + f" ({n} of {n_v})" * (not exact)


def n_learned(job, share):
    """How many weights of a filter of the first layer are learned at a share."""
    from ...dictionaries.index_sets import count_known

    n_channels = job.input_shape[2] if job.input_shape and len(job.input_shape) == 3 else 1
    return count_known(share, job.X_train.shape[1], n_channels)


def _n_outputs(job):
    return 1 if job.task == "regression" else len(np.unique(job.y_train))


def layer_table(model):
    """Dynamic and static counts, layer by layer."""
    net = model.network_
    lines = [f"{'layer':>6}  {'weights':>11}  {'learned':>11}  {'share':>6}  {'static':>11}"]
    layers = [layer for layer in net.layers if layer.n_dynamic]
    for i, layer in enumerate(layers):
        q = layer.parametrisation
        size, name = q.n_v * q.n_h, str(i + 1) if i < len(layers) - 1 else "output"
        lines.append(
            f"{name:>6}  {size:>11,}  {q.n_dynamic:>11,}  {q.n_dynamic / size:>6.1%}  {q.n_static:>11,}"
        )
    lines.append(f"dynamic parameters {net.n_dynamic:,} (biases included), static {net.n_static:,}")
    lines += unexplained_lines(model)
    return "\n".join(lines)


def scores(model, X, y):
    """Errors on some rows, as they stand in a model's notes: of a classifier the share of wrong rows, None
    without rows; of a regressor R2 and the root mean squared error. ``test_base_...`` is the error of what
    looks at no input: always the commonest class of these rows, or their mean."""
    if hasattr(model, "classes_"):
        if not len(y):
            return {"test_error": None}
        base = float(1 - np.unique(y, return_counts=True)[1].max() / len(y))
        return {"test_error": 1 - model.score(X, y)} | ({"test_base_error": base} if len(y) > 1 else {})
    if not len(y):
        return {"test_r2": None, "test_rmse": None}
    rmse = float(np.sqrt(np.mean(np.square(model.predict(X) - y))))
    if len(y) == 1:  # R2 is not defined
        return {"test_r2": None, "test_rmse": rmse}
    return {"test_r2": float(model.score(X, y)), "test_rmse": rmse, "test_base_rmse": float(np.std(y))}


def unexplained_lines(model):
    """For each layer with a kernel, how much of the weights' variance its known weights leave."""
    for i, columns in enumerate(model.unexplained_ or []):
        known = [pair for pair in columns if pair is not None]
        if not known:
            continue
        left, bounds = [pair[0] for pair in known], [pair[1] for pair in known]
        least, most = (f"{100 * share:.3g}" for share in (min(left), max(left)))
        text = f"{least} to {most} %" if least != most else f"{least} %"
        best = "" if bounds[0] is None else f"; as many atoms of any kind at least {100 * bounds[0]:.3g} %"
        yield f"layer {i + 1}: the known weights leave {text} of the kernel's variance unexplained{best}"


def score_lines(found, target="y", rows_are="rows"):
    """The last lines of ``train`` and ``evaluate``."""
    if None in (found.get("test_error", 0), found.get("test_rmse", 0)):
        return [f"test error: there are no test {rows_are} here"]
    if "test_error" in found:
        base = found.get("test_base_error")
        beside = "" if base is None else f" (always the commonest class: {100 * base:.2f} %)"
        rate = found.get("phone_error_rate")
        phones = [] if rate is None else [f"phone error rate {100 * rate:.1f} % (39 classes)"]
        return [f"test error {100 * found['test_error']:.2f} %{beside}", *phones]
    base = found.get("test_base_rmse")
    beside = "" if base is None else f"; always the mean: {number(base)}"
    r2 = "of one row: not defined" if found["test_r2"] is None else f"{found['test_r2']:.3f}"
    return [f"root mean squared error {number(found['test_rmse'])} (of {target}{beside})", f"test R2 {r2}"]


def overfits(training, found):
    """Whether the training score (1 - error, or R2) is so far above the test rows' that more iterations are
    no remedy."""
    test = found.get("test_r2") if "test_r2" in found else found["test_error"]
    if test is None:
        return False
    wrong = 1 - test if "test_r2" in found else test
    return wrong > 0.05 and 1 - training < wrong / 3


def number(value):
    """A number with about four digits.

    >>> number(4701.23), number(0.01234)
    ('4,701', '0.01234')
    """
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def compare(path, notes, found):
    """Lines that set a test error beside those of the models in the same folder with the same test rows.

    The same are those whose notes agree in ``COMPARED``: data, target, and which rows were held out.
    """
    from ...estimators import model_files

    (name, value), of_numbers = next(iter(found.items())), "test_r2" in found
    for other in sorted(Path(path).parent.glob("*.npz")):
        if other == path or value is None:
            continue
        try:
            theirs = model_files.read_notes(other)
        except ValueError:
            continue
        if theirs.get(name) is None or any(_same(theirs, key) != _same(notes, key) for key in COMPARED):
            continue
        gap = value - theirs[name]
        which = "equal" if gap == 0 else "better" if (gap > 0) == of_numbers else "worse"
        if of_numbers:
            yield f"R2 {gap:+.3f}, {which}, against {other.name} ({theirs[name]:.3f})"
        else:
            yield f"{100 * gap:+.2f} points, {which}, against {other.name} ({100 * theirs[name]:.2f} %)"


def _same(notes, key):
    """What the notes of two models that may be compared have in common."""
    return notes.get("schema", {}).get("target", {}).get("name") if key == "target" else notes.get(key)
