"""``lowrankweights evaluate``: the test error of a saved model."""

from .. import _checks
from . import add_command, file_path

DATA_SETS = ("digits", "digits-16x16", "mnist")


def add(commands):
    """The subcommand and its arguments."""
    add_command(commands, "evaluate", run, "Print the test error of a saved model.", _arguments)


def _arguments(parser):
    parser.add_argument("model", type=file_path, help="file written by train")
    parser.add_argument("--data", choices=DATA_SETS, default=None, help="default: what it was trained on")


def run(arguments):
    """Print counts and the test error."""
    from ..estimators import model_files

    model = model_files.load(arguments.model)
    name = arguments.data or model_files.read_notes(arguments.model).get("data")
    if name is None:
        _checks.fail("--data", "the data set to evaluate on (the file does not say)", "nothing")
    last = model[-1] if hasattr(model, "steps") else model  # of a pipeline
    data = load(name, "float32" if last.dtype == "auto" else last.dtype)
    print(f"{arguments.model}: {last.n_dynamic_:,} numbers learned, {last.n_static_:,} static")
    print_test_error(error_on_test(model, data))


def load(name, dtype):
    """A data set of ``datasets.load`` with X in the given dtype."""
    from .. import datasets

    data = datasets.load(name)
    for part in ("X_train", "X_test"):
        data[part] = data[part].astype(dtype, copy=False)
    return data


def error_on_test(model, data):
    """The proportion of wrong test images, None where there are none."""
    return 1 - model.score(data.X_test, data.y_test) if len(data.X_test) else None


def print_test_error(error):
    """The last line of ``train`` and ``evaluate``."""
    print("test error: there are no test images here" if error is None else f"test error {100 * error:.2f} %")
