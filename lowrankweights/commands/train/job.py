"""What is trained on: a data set by name, or a file of one's own."""

import dataclasses
import re
from collections.abc import Callable

import numpy as np

from ... import _checks
from .. import DATA_SETS, SPEECH_SETS, reading_options

USUAL_TARGET = {"table": None, "arrays": "y", "pictures": "folder"}  # not in a model's default name


@dataclasses.dataclass
class Job:
    """Rows to learn from and to test on.

    ``head(network)`` is what is printed before training; ``notes`` go into the model file, whose default name
    begins with ``name``; ``target`` is told beside a regression's error. ``finish(model)`` comes after
    training: more of what was found, and more notes.
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
    finish: Callable = lambda model: ({}, {})


def job_of(arguments):
    """The job that the arguments name."""
    if arguments.data in SPEECH_SETS:
        from .speech_job import timit_job

        _refuse_own(arguments)
        return timit_job(arguments)
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
    drawn = f"share {data.share:g}, seed {data.seed}" if data.share else str(arguments.test)
    notes = {"data": arguments.data.name, "schema": schema, "test_rows": drawn}
    parts = [data.X_train, data.y_train, data.X_test, data.y_test]
    shape = schema["shape"] and tuple(schema["shape"])
    words = target["task"], target["name"], data.source.rows_are
    suffix = arguments.data.suffix.lower()
    name = arguments.data.stem + (
        "" if suffix in (".csv", "") else f"-{suffix[1:]}"
    )  # h.csv beside h.parquet
    if target["name"] != USUAL_TARGET[schema["kind"]]:
        name += f"-{_in_a_file_name(target['name'])}"
    if arguments.task is not None:
        name += f"-{arguments.task}"
    return Job(name, *parts, shape, *words, notes, lambda network: summary(data, network))


def _in_a_file_name(text):
    """Text as a part of a file name, of any system.

    >>> _in_a_file_name("price, in $/m2")
    'price_in_m2'
    """
    return re.sub(r"[^\w.+-]+", "_", text).strip("_")[:40]
