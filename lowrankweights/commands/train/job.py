"""What is trained on: a data set by name, or a file of one's own."""

import dataclasses
from collections.abc import Callable

import numpy as np

from ... import _checks
from .. import DATA_SETS, reading_options


@dataclasses.dataclass
class Job:
    """Rows to learn from and to test on.

    ``head(network)`` is what is printed before training; ``notes`` go into the model file, whose default name
    begins with ``name``; ``target`` is told beside a regression's error.
    """

    name: str
    X_train: np.ndarray
    y_train: np.ndarray
    X_test: np.ndarray
    y_test: np.ndarray
    input_shape: tuple | None
    task: str
    target: str
    rows_are: str
    notes: dict
    head: Callable


def job_of(arguments):
    """The job that the arguments name."""
    return _of_data_set(arguments) if arguments.data in DATA_SETS else _of_file(arguments)


def load(name, dtype):
    """A data set of ``datasets.load`` with X in the given dtype."""
    from ... import datasets

    data = datasets.load(name)
    for part in ("X_train", "X_test"):
        data[part] = data[part].astype(dtype, copy=False)
    return data


def _of_data_set(arguments):
    _refuse_own(arguments)
    data = load(arguments.data, arguments.dtype or "float32")
    n_train, n_test = len(data.X_train), len(data.X_test)
    if n_train == 0:
        _checks.fail("data", "training images", f"none in {data.folder}")
    text = f"{arguments.data}: {n_train:,} training and {n_test:,} test images. {data.license}"
    parts = [data.X_train, data.y_train, data.X_test, data.y_test]
    words = "classification", "class", "images"
    return Job(
        arguments.data, *parts, data.input_shape, *words, {"data": arguments.data}, lambda network: text
    )


def _refuse_own(arguments):
    """A ``ValueError`` for arguments that only a file of one's own has."""
    for name in ("target", "task", "shape", "separator", "encoding", "decimal"):
        if getattr(arguments, name) is not None:
            _checks.fail(
                f"--{name}", f"nothing for {arguments.data}: it is for files", repr(getattr(arguments, name))
            )


def _of_file(arguments):
    from ...readers import read, summary

    data = read(arguments.data, reading_options(arguments))
    schema, target = data.schema, data.schema["target"]
    notes = {"data": arguments.data.name, "schema": schema}
    parts = [data.X_train, data.y_train, data.X_test, data.y_test]
    shape = schema["shape"] and tuple(schema["shape"])
    words = target["task"], target["name"], data.source.rows_are
    suffix = arguments.data.suffix.lower()
    name = arguments.data.stem + (
        "" if suffix in (".csv", "") else f"-{suffix[1:]}"
    )  # h.csv beside h.parquet
    return Job(name, *parts, shape, *words, notes, lambda network: summary(data, network))
