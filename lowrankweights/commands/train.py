"""``lowrankweights train``: train a network, save it, print its test error."""

from pathlib import Path

import numpy as np

from .. import _checks
from ..files import check_writable
from . import INTERRUPTED, add_command, defaults, file_path, list_of
from .evaluate import DATA_SETS, error_on_test, load, print_test_error

# Settings that are in a model's default name only where they differ from these.
USUAL = {"columns": 10, "hidden": (500, 500), "seed": 0}
EACH = "one value, or one for each hidden layer, with commas"
SCHEDULES = {"full": None, "grow": "grow"}  # as named here: as the estimators have them


def add(commands):
    """The subcommand and its arguments."""
    add_command(commands, "train", run, "Train a network, save it and print its test error.", _arguments)


def _arguments(parser):
    """The paper's network by default; what is no choice of the paper's is the estimator's own default."""
    from ..building import INDEX_SETS
    from ..estimators import LowRankMLPClassifier
    from ..networks import ACTIVATIONS

    usual, add = defaults(LowRankMLPClassifier), parser.add_argument
    names, integers, numbers = list_of(str, "names"), list_of(int, "integers"), list_of(float, "numbers")
    add("data", choices=DATA_SETS, help="data set")
    text = "one for all hidden layers, or one each; default: squared_exponential, then covariance"
    add("--dictionary", type=names, default=None, help=text)
    add("--proportion", type=numbers, default=0.1, help=f"of each filter's weights that is learned; {EACH}")
    text = f"columns of a layer, each with its own dictionary; {EACH}"
    add("--columns", type=integers, default=USUAL["columns"], help=text)
    hidden = ",".join(map(str, USUAL["hidden"]))
    add("--hidden", type=integers, default=hidden, help="hidden units of each layer")
    text = "of the squared exponential, in pixels"
    add("--length-scale", type=float, default=usual["length_scale"], help=text)
    text = f"relative to the kernel's mean variance; {EACH}; default: each kernel's own"
    add("--ridge", type=numbers, default=usual["ridge"], help=text)
    text = "of the hidden layers"
    add("--activation", choices=ACTIVATIONS, default=usual["activation"], help=text)
    text = "local: each column's dense around its own place"
    add("--index-sets", choices=INDEX_SETS, default=usual["index_sets"], help=text)
    add("--pretrain", action="store_true", help="let each layer first learn to reconstruct its input")
    text = "L-BFGS iterations of that, for each layer"
    add("--pretrain-iter", type=int, default=usual["pretrain_iter"], help=text)
    text = "penalty on the learned weights"
    add("--weight-decay", type=float, default=usual["weight_decay"], help=text)
    add("--max-iter", type=int, default=300, help="L-BFGS iterations")
    add("--schedule", choices=SCHEDULES, default="full", help="all rows at once, or growing samples")
    add("--dtype", choices=("float32", "float64"), default="float32", help="of the arithmetic")
    add("--threads", type=int, default=usual["n_threads"], help="default: all processors")
    add("--seed", type=int, default=USUAL["seed"], help="of the index sets and the initial weights")
    text = "model file; default: a name in out/ that says what it is"
    add("--out", type=file_path, default=None, help=text)


def run(arguments):
    """Train on a data set, save the model, print counts and errors; Ctrl-C saves what there is."""
    from ..estimators import model_files

    _checks.integer("--seed", arguments.seed, at_least=0)
    # a path that cannot be written is better known now
    path = check_writable(arguments.out or _default_path(arguments), "--out")
    data = load(arguments.data, arguments.dtype)
    n_train, n_test = len(data.X_train), len(data.X_test)
    if n_train == 0:
        _checks.fail("data", "training images", f"none in {data.folder}")
    print(f"{arguments.data}: {n_train:,} training and {n_test:,} test images. {data.license}")
    model = _classifier(arguments, data.input_shape).fit(data.X_train, data.y_train)
    # saved first: what comes below may fail, for instance where nobody reads it any more
    path = model_files.save(path, model, notes={"data": arguments.data})
    error = error_on_test(model, data)
    model_files.save(path, model, notes={"data": arguments.data, "test_error": error})
    print(layer_table(model))
    print(model.stop_report_)
    print(f"training error {100 * (1 - model.score(data.X_train, data.y_train)):.2f} %")
    print(f"saved to {path}")
    for line in compare(path, arguments.data, error):
        print(line)
    print_test_error(error)
    return INTERRUPTED if model.stop_report_.startswith("interrupted") else None


def _classifier(arguments, input_shape):
    """The estimator that the arguments describe."""
    from ..estimators import LowRankMLPClassifier

    return LowRankMLPClassifier(
        arguments.hidden,
        dictionary=_dictionary(arguments),
        proportion=arguments.proportion,
        n_columns=arguments.columns,
        input_shape=input_shape,
        length_scale=arguments.length_scale,
        ridge=arguments.ridge,
        activation=arguments.activation,
        index_sets=arguments.index_sets,
        pretrain=arguments.pretrain,
        pretrain_iter=arguments.pretrain_iter,
        weight_decay=arguments.weight_decay,
        max_iter=arguments.max_iter,
        schedule=SCHEDULES[arguments.schedule],
        n_threads=arguments.threads,
        random_state=arguments.seed,
        verbose=True,
    )


def _dictionary(arguments):
    """The dictionaries asked for, or the paper's for as many layers as there are."""
    n_layers = 1 if np.isscalar(arguments.hidden) else len(arguments.hidden)
    return arguments.dictionary or ("squared_exponential", *["covariance"] * (n_layers - 1))


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
    from ..estimators import model_files

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


def _default_path(arguments):
    """out/DATA-DICTIONARY-PROPORTION.npz, with what else is not as usual."""
    parts = [arguments.data, _label(_dictionary(arguments)), _label(arguments.proportion)]
    values = {name: getattr(arguments, name) for name in USUAL}
    parts += [f"{name}{_label(v)}" for name, v in values.items() if v != USUAL[name]]
    return Path("out") / ("-".join(parts + ["pretrained"] * arguments.pretrain) + ".npz")


def _label(value):
    """A value, or one a layer, as a part of a file name."""
    return "+".join(str(v) for v in value) if isinstance(value, tuple) else str(value)
