"""``lowrankweights predict``: what a saved model says about the rows of a new file, as CSV."""

import contextlib
import csv
import sys

import numpy as np

from .. import _checks
from ..files import check_not_data, check_writable
from . import add_command, add_reading, file_path, output_path, reading_options


def add(commands):
    """The subcommand and its arguments."""
    text = "Predict the target of each row of a file, or the class of each picture of a folder."
    add_command(commands, "predict", run, text, _arguments)


def _arguments(parser):
    parser.add_argument("model", type=file_path, help="file written by train")
    text = "file or folder as it was trained on; columns in any order, the target is not needed"
    parser.add_argument("file", type=file_path, metavar="FILE", help=text)
    parser.add_argument("--out", type=output_path, default=None, help="CSV file; default: standard output")
    add_reading(parser)


def run(arguments):
    """Write a line for each row, in the file's order; what else there is to say goes to stderr."""
    from ..estimators import model_files
    from ..readers import read_like, schema_of

    if arguments.out is not None:
        check_writable(arguments.out, "--out")
        inputs = arguments.model, arguments.file
        check_not_data(arguments.out, "--out", inputs, are_predictions, "predictions of ours")
    model, notes = model_files.load(arguments.model), model_files.read_notes(arguments.model)
    if not hasattr(model, "predict"):
        _checks.fail("MODEL", "a classifier or a regressor", f"{arguments.model}, a {type(model).__name__}")
    schema = schema_of(model, notes, arguments.file)
    source, rows, X, _, told = read_like(
        arguments.file, schema, reading_options(arguments), needs_target=False
    )
    for line in told:
        print(f"{arguments.file}: {line}", file=sys.stderr)
    names, values = predictions(model, X)
    lines = np.full((source.n_rows, len(names)), "", dtype=object)  # empty for rows that were left out
    lines[rows] = np.column_stack(values)
    if schema["kind"] == "pictures":
        names, lines = (
            ["file", *names],
            np.column_stack([[source.place(i) for i in range(source.n_rows)], lines]),
        )
    with _opened(arguments.out) as file:
        csv.writer(file, lineterminator="\n").writerows([names, *lines.tolist()])
    if arguments.out is not None:
        print(f"{len(rows):,} predictions in {arguments.out}")


def predictions(model, X):
    """Names and columns of what a model predicts, as text: of a classifier each class's probability too."""
    if not hasattr(model, "classes_"):
        return ["prediction"], [_text(model.predict(X))]
    P = model.predict_proba(X)
    names = [f"probability_{name}" for name in model.classes_.tolist()]
    return ["prediction", *names], [_text(model.classes_[P.argmax(axis=1)]), *(_text(p) for p in P.T)]


def are_predictions(path):
    """Whether a file begins as ``run`` begins it."""
    with open(path, encoding="utf-8", errors="replace", newline="") as file:
        names = next(csv.reader([file.readline(100_000)]), [])
    names = names[names[:1] == ["file"] :]
    return names[:1] == ["prediction"] and all(name.startswith("probability_") for name in names[1:])


def _text(values):
    """Values as text; numbers with as many digits as bring back the same number of their type."""
    # str of a NumPy scalar: that of the Python float would show a float32 with digits it does not have
    return np.array([str(value) for value in values], dtype=object)


@contextlib.contextmanager
def _opened(path):
    """The file, or standard output."""
    if path is None:
        yield sys.stdout
        return
    with open(path, "w", encoding="utf-8", newline="") as file:
        yield file
