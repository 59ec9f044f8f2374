"""What ``lowrankweights train`` and ``evaluate`` do."""

from pathlib import Path

import numpy as np

from .. import _checks, datasets
from ..estimators import LowRankMLPClassifier, model_files

# Settings that are in a model's default name only where they differ from these.
USUAL = {"columns": 10, "hidden": (500, 500), "seed": 0}
LOADERS = {"digits": datasets.load_digits, "mnist": datasets.fetch_mnist}


def train(options):
    """Train on a data set, save the model, print counts and errors; the options are the command line's."""
    n_layers = 1 if np.isscalar(options.hidden) else len(options.hidden)
    if options.dictionary is None:
        options.dictionary = ("squared_exponential", *["covariance"] * (n_layers - 1))
    path = options.out or _default_path(options)
    path.parent.mkdir(parents=True, exist_ok=True)  # a path that cannot be written is better known now
    data = load(options.data, options.dtype)
    if len(data.X_train) == 0:
        _checks.fail("data", "training images", f"none in {data.folder}")
    print(
        f"{options.data}: {len(data.X_train):,} training and {len(data.X_test):,} test images. {data.license}"
    )
    model = LowRankMLPClassifier(
        options.hidden,
        dictionary=options.dictionary,
        proportion=options.proportion,
        n_columns=options.columns,
        input_shape=data.input_shape,
        length_scale=options.length_scale,
        ridge=options.ridge,
        activation=options.activation,
        index_sets=options.index_sets,
        pretrain=options.pretrain,
        pretrain_iter=options.pretrain_iter,
        weight_decay=options.weight_decay,
        max_iter=options.max_iter,
        schedule=None if options.schedule == "full" else options.schedule,
        n_threads=options.threads,
        random_state=options.seed,
        verbose=True,
    )
    model.fit(data.X_train, data.y_train)
    print(layer_table(model))
    print(model.stop_report_)
    print(f"training error {_percent(model, data.X_train, data.y_train)}")
    error = 1 - model.score(data.X_test, data.y_test) if len(data.X_test) else None
    path = model_files.save(path, model, notes={"data": options.data, "test_error": error})
    print(f"saved to {path}")
    for line in compare(path, options.data, error):
        print(line)
    print_test_error(error)


def evaluate(path, name=None):
    """Print the test error of a saved model."""
    model = model_files.load(path)
    notes = model_files.read_notes(path)
    name = name or notes.get("data")
    if name is None:
        _checks.fail("--data", "the data set to evaluate on (the file does not say)", "nothing")
    data = load(name, "float32" if model.dtype == "auto" else model.dtype)
    print(f"{path}: {model.n_dynamic_:,} numbers learned, {model.n_static_:,} static")
    print_test_error(1 - model.score(data.X_test, data.y_test) if len(data.X_test) else None)


def load(name, dtype):
    """A data set of ``LOADERS`` with X in the given dtype."""
    data = LOADERS[_checks.choice("data", name, LOADERS)]()
    for part in ("X_train", "X_test"):
        data[part] = data[part].astype(dtype, copy=False)
    return data


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


def compare(path, data, error):
    """Lines that set a test error beside those of the other models on the same data in the same folder."""
    for other in sorted(Path(path).parent.glob("*.npz")):
        if other == path or error is None:
            continue
        try:
            notes = model_files.read_notes(other)
        except ValueError:
            continue
        if notes.get("data") == data and notes.get("test_error") is not None:
            gap = 100 * (error - notes["test_error"])
            yield f"{gap:+.2f} points against {other.name} ({100 * notes['test_error']:.2f} %)"


def print_test_error(error):
    """The last line of ``train`` and ``evaluate``."""
    print("test error: there are no test images here" if error is None else f"test error {100 * error:.2f} %")


def _default_path(options):
    """out/DATA-DICTIONARY-PROPORTION.npz, with what else is not as usual."""
    parts = [options.data, _label(options.dictionary), _label(options.proportion)]
    values = {name: getattr(options, name) for name in USUAL}
    parts += [f"{name}{_label(v)}" for name, v in values.items() if v != USUAL[name]]
    return Path("out") / ("-".join(parts + ["pretrained"] * options.pretrain) + ".npz")


def _percent(model, X, y):
    return f"{100 * (1 - model.score(X, y)):.2f} %"


def _label(value):
    """A value, or one a layer, as a part of a file name."""
    return "+".join(str(v) for v in value) if isinstance(value, tuple) else str(value)
