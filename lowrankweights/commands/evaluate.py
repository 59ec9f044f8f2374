"""``lowrankweights evaluate``: the test error of a saved model, on its data set or on a new file."""

from .. import _checks
from . import DATA_SETS, add_command, add_reading, file_path, reading_options
from .train.job import load
from .train.report import score_lines, scores


def add(commands):
    """The subcommand and its arguments."""
    add_command(commands, "evaluate", run, "Print the test error of a saved model.", _arguments)


def _arguments(parser):
    parser.add_argument("model", type=file_path, help="file written by train")
    text = "a file or folder with the target; default: the data set that it was trained on"
    parser.add_argument("file", type=file_path, nargs="?", default=None, metavar="FILE", help=text)
    parser.add_argument("--data", choices=DATA_SETS, default=None, help="a data set instead of a file")
    add_reading(parser)


def run(arguments):
    """Print counts and the test error."""
    from ..estimators import model_files

    model, notes = model_files.load(arguments.model), model_files.read_notes(arguments.model)
    last = model[-1] if hasattr(model, "steps") else model  # of a pipeline
    if arguments.file is not None:
        X, y, words = _own(arguments, last, notes)
    else:
        name = _data_set(arguments, notes)
        data = load(name, "float32" if last.dtype == "auto" else last.dtype)
        X, y, words = data.X_test, data.y_test, ("class", "images")
        _check_fits(model, notes, name, X)
    print(f"{arguments.model}: {last.n_dynamic_:,} numbers learned, {last.n_static_:,} static")
    for line in score_lines(scores(model, X, y), *words):
        print(line)


def _data_set(arguments, notes):
    """The data set to evaluate on."""
    name = arguments.data or notes.get("data")
    if name is None:
        _checks.fail("--data", "the data set to evaluate on (the file does not say)", "nothing")
    if name not in DATA_SETS:
        found = {key: value for key, value in notes.items() if key.startswith("test_")}
        before = "; ".join(score_lines(found, notes["schema"]["target"]["name"]))
        got = f"none (it was trained on {name}; then: {before})"
        _checks.fail("FILE", "a file to evaluate on, with the target", got)
    return name


def _check_fits(model, notes, name, X):
    """A ``ValueError`` for a model that a data set says nothing about: one of a file, or of another size."""
    n, classifies = model.n_features_in_, hasattr(model, "classes_")
    if "schema" not in notes and n == X.shape[1] and classifies:
        return
    told = ", ".join([str(notes["data"])] * ("data" in notes) + [f"{n:,} inputs"])
    expected = f"data like those that the model was trained on ({told})"
    _checks.fail("--data", expected, f"{name}, {X.shape[1]:,} inputs; give a file instead")


def _own(arguments, model, notes):
    """X and y of a file of one's own, and what its target and its rows are called."""
    from ..readers import read_like, schema_of

    if arguments.data is not None:
        _checks.fail("--data", "a file or a data set, one of both", f"{arguments.data} and {arguments.file}")
    schema = schema_of(model, notes, arguments.file)
    source, rows, X, y, told = read_like(arguments.file, schema, reading_options(arguments))
    print("\n".join([f"{arguments.file}: {len(rows):,} of {source.n_rows:,} {source.rows_are}", *told]))
    if notes.get("data") == arguments.file.name:
        print("as the model was trained on a file of this name, it may have learned some of these rows")
    return X, y, (schema["target"]["name"], source.rows_are)
