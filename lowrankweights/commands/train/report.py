"""What ``train`` prints: what will be trained, counts, how other models did, the errors at the end."""

from pathlib import Path

import numpy as np


def network_lines(job, arguments, path):
    """(name, text) of the summary's lines about the network."""
    sizes = [job.X_train.shape[1], *np.atleast_1d(arguments.hidden), _n_outputs(job)]
    standardised = arguments.standardize == "yes" or (arguments.standardize == "auto" and not job.input_shape)
    text = f"{' - '.join(map(str, sizes))} units, {arguments.activation}"
    yield "network", text + ", columns standardised" * standardised
    shares = arguments.sweep or arguments.proportion
    shares = ", ".join(f"{100 * share:.3g}" for share in np.atleast_1d(shares))
    names = ", ".join(np.atleast_1d(arguments.dictionary))
    columns = ", ".join(map(str, np.atleast_1d(arguments.columns)))
    text = f"{shares} % of each filter learned, {columns} columns, dictionary {names}"
    yield "weights", f"{text} (--proportion, --columns, --dictionary)"
    yield "model", str(path)


def _n_outputs(job):
    return 1 if job.task == "regression" else len(np.unique(job.y_train))


def layer_table(model):
    """Dynamic and static counts, layer by layer."""
    net = model.network_
    lines = [f"{'layer':>6}  {'weights':>11}  {'learned':>11}  {'share':>6}  {'static':>11}"]
    for i, layer in enumerate(net.layers):
        q = layer.parametrisation
        size, name = q.n_v * q.n_h, str(i + 1) if i < len(net.layers) - 1 else "output"
        lines.append(
            f"{name:>6}  {size:>11,}  {q.n_dynamic:>11,}  {q.n_dynamic / size:>6.1%}  {q.n_static:>11,}"
        )
    lines.append(f"dynamic parameters {net.n_dynamic:,} (biases included), static {net.n_static:,}")
    return "\n".join(lines)


def scores(model, X, y):
    """Errors on some rows, as they stand in a model's notes: of a classifier the share of wrong rows, None
    without rows; of a regressor R2 and the root mean squared error."""
    if hasattr(model, "classes_"):
        return {"test_error": 1 - model.score(X, y) if len(y) else None}
    if not len(y):
        return {"test_r2": None, "test_rmse": None}
    rmse = float(np.sqrt(np.mean(np.square(model.predict(X) - y))))
    return {"test_r2": float(model.score(X, y)), "test_rmse": rmse}


def score_lines(found, target="y", rows_are="rows"):
    """The last lines of ``train`` and ``evaluate``."""
    if None in found.values():
        return [f"test error: there are no test {rows_are} here"]
    if "test_error" in found:
        return [f"test error {100 * found['test_error']:.2f} %"]
    return [
        f"root mean squared error {number(found['test_rmse'])} (of {target})",
        f"test R2 {found['test_r2']:.2f}",
    ]


def number(value):
    """A number with about four digits.

    >>> number(4701.23), number(0.01234)
    ('4,701', '0.01234')
    """
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def compare(path, data, found):
    """Lines that set a test error beside those of the other models on the same data in the same folder."""
    from ...estimators import model_files

    (name, value), unit = next(iter(found.items())), (1, "") if "test_r2" in found else (100, " points")
    for other in sorted(Path(path).parent.glob("*.npz")):
        if other == path or value is None:
            continue
        try:
            notes = model_files.read_notes(other)
        except ValueError:
            continue
        if notes.get("data") == data and notes.get(name) is not None:
            gap, theirs = unit[0] * (value - notes[name]), unit[0] * notes[name]
            what = f"{theirs:.2f} %" if unit[1] else f"R2 {theirs:.2f}"
            yield f"{gap:+.2f}{unit[1]} against {other.name} ({what})"
