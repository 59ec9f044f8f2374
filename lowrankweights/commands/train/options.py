"""The arguments of ``train``, what they are where they are not given, and the estimator they describe."""

import argparse
import csv
import warnings
from pathlib import Path

import numpy as np

from ... import _checks
from ...files import check_not_data
from .. import (
    DATA_SETS,
    SPEECH_SETS,
    add_reading,
    check_shares,
    data_source,
    defaults,
    file_path,
    list_of,
    output_path,
)

# Settings that are in a model's default name only where they differ from the usual ones.
IN_NAME = ("columns", "hidden", "seed")
EACH = "one value, or one for each hidden layer, with commas"
STANDARDIZE = {"auto": "auto", "yes": True, "no": False}
SCHEDULES = {"full": None, "grow": "grow"}  # as named here: as the estimators have them
DICTIONARIES = 4 << 30  # bytes, at most
# Of parameters that are called otherwise here
OPTIONS = {"hidden_layer_sizes": "--hidden", "n_columns": "--columns", "n_threads": "--threads"}
# The paper's network on its data.
PAPER = {"hidden": (500, 500), "columns": 10, "proportion": 0.1, "max_iter": 300, "dtype": "float32"}
SPEECH = {"hidden": (1024, 1024), "columns": 5, "proportion": 0.25, "max_iter": 100, "dtype": "float32"}
# Neighbours predict each other, and the dictionaries of large pictures stay small.
SHARE_OF_PLACES = 0.2


def add_arguments(parser):
    """The paper's network by default on its data, the estimator's defaults on a file of one's own."""
    add = parser.add_argument
    names = ", ".join(DATA_SETS + SPEECH_SETS)
    text = f"{names}; or a file (.csv, .parquet, .npz), or a folder with a subfolder a class"
    add("data", type=data_source, metavar="DATA", help=text)
    _add_network(add)
    _add_training(add)
    text = "model file, .npz is added if it is missing; default: a name in out/ that says what it is"
    add("--out", type=output_path, default=None, help=text)
    _add_runs(parser.add_argument_group("more than one run").add_argument)
    _add_own(parser.add_argument_group("files of your own"))


def _add_network(add):
    from ...building import INDEX_SETS
    from ...estimators import LowRankMLPClassifier
    from ...networks import ACTIVATIONS

    usual = defaults(LowRankMLPClassifier)
    names, integers, numbers = list_of(str, "names"), list_of(int, "integers"), list_of(float, "numbers")
    text = (
        "one for all hidden layers, or one each; default: squared_exponential for pictures, then covariance"
    )
    add("--dictionary", type=names, default=None, help=text)
    text = (
        f"of each filter's weights that is learned; {EACH}; default: 0.1, on your own data 0.5 (pictures 0.2)"
    )
    add("--proportion", "--share", type=numbers, default=None, help=text)
    text = f"columns of a layer, each with its own dictionary; {EACH}; default: 10"
    add("--columns", type=integers, default=None, help=text)
    text = "hidden units of each layer; default: 500,500, on your own data 100"
    add("--hidden", type=integers, default=None, help=text)
    text = "learn at most about so many numbers in all: sizes, share, dictionary and weight decay are chosen"
    add("--budget", type=int, default=usual["budget"], help=text)
    text = "choose the smallest network that loses no more validation error than this against every weight"
    add("--max-loss", type=float, default=usual["max_loss"], help=text)
    text = "of the squared exponential, in pixels; auto: by filters that a small network learns briefly"
    add("--length-scale", type=number_or_auto, default=usual["length_scale"], help=text)
    text = f"relative to the kernel's mean variance; {EACH}; default: each kernel's own"
    add("--ridge", type=numbers, default=usual["ridge"], help=text)
    add("--activation", choices=ACTIVATIONS, default=usual["activation"], help="of the hidden layers")
    text = "known weights at random, dense around a place of each column, by the kernel, or evenly"
    add("--index-sets", choices=INDEX_SETS, default=usual["index_sets"], help=text)


def _add_training(add):
    from ...estimators import LowRankMLPClassifier

    usual = defaults(LowRankMLPClassifier)
    add("--pretrain", action="store_true", help="let each layer first learn to reconstruct its input")
    text = "L-BFGS iterations of that, for each layer"
    add("--pretrain-iter", type=int, default=usual["pretrain_iter"], help=text)
    text = "columns of mean 0 and variance 1; auto: those of a table, not pixels or moments"
    add("--standardize", choices=STANDARDIZE, default="auto", help=text)
    add("--weight-decay", type=float, default=usual["weight_decay"], help="penalty on the learned weights")
    text = "L-BFGS iterations; default: 300, on your own data 200"
    add("--max-iter", type=int, default=None, help=text)
    add("--schedule", choices=SCHEDULES, default="full", help="all rows at once, or growing samples")
    text = "of the arithmetic; default: float32, on your own data float64 up to 5 million numbers"
    add("--dtype", choices=("float32", "float64"), default=None, help=text)
    add("--threads", type=int, default=usual["n_threads"], help="default: all processors")
    add("--seed", type=int, default=0, help="of the index sets, the initial weights and the test rows")


def _add_runs(add):
    text = "go on from the model file at --out (or of the default name), with the same data and network"
    add("--resume", action="store_true", help=text)
    text = "train a model for each of these shares (1: every weight), compare them in a table and a picture"
    add("--sweep", type=list_of(float, "numbers"), default=None, metavar="SHARE,SHARE", help=text)
    text = "a line of JSON an iteration: run (1, then counted on by --sweep and --resume), n_iter, loss, "
    text += "grad_norm, seconds, share; n_iter and seconds are the run's own"
    add("--log", type=output_path, default=None, metavar="FILE", help=text)


def _add_own(group):
    add = group.add_argument
    add("--target", default=None, metavar="NAME", help="the column, or array, to predict; of an .npz file y")
    text = "share of the rows that is held out, or a file or folder of test rows"
    add("--test", type=share_or_path, default=0.2, metavar="SHARE|FILE", help=text)
    text = "what the target is; default: text, booleans and few whole numbers are classes"
    add("--task", choices=("classification", "regression"), default=None, help=text)
    add("--ignore", type=columns, default=(), metavar="NAME,NAME", help="columns to leave out")
    text = "columns whose numbers are names: one input for each value"
    add("--categories", type=columns, default=(), metavar="NAME,NAME", help=text)
    text = (
        "what a row is: moments N, pixels HEIGHT,WIDTH or HEIGHT,WIDTH,CHANNELS; pictures are resampled to it"
    )
    add("--shape", type=sizes, default=None, help=text)
    add_reading(group)


def columns(text):
    """An argument type: names separated by commas, as in a line of a CSV file.

    >>> columns('id,"size, in m"')
    ('id', 'size, in m')
    """
    return tuple(name.strip() for name in next(csv.reader([text], skipinitialspace=True)))


def sizes(text):
    """An argument type: integers above 0, as a tuple."""
    found = tuple(np.atleast_1d(list_of(int, "integers")(text)).tolist())
    if len(found) > 3 or min(found) < 1:
        expected = "N, HEIGHT,WIDTH or HEIGHT,WIDTH,CHANNELS"
        raise argparse.ArgumentTypeError(f"expected {expected}, integers >= 1, got {text!r}")
    return found


def number_or_auto(text):
    """An argument type: a number, or "auto"."""
    if text == "auto":
        return text
    try:
        return float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"expected a number or auto, got {text!r}") from None


def share_or_path(text):
    """An argument type: a number, or else a path.

    >>> share_or_path("0.2"), share_or_path("test.csv").name
    (0.2, 'test.csv')
    """
    try:
        return float(text)
    except ValueError:
        return file_path(text)


def filled(arguments, job):
    """The arguments with what is usual for the data where they are None."""
    from ...estimators import LowRankMLPClassifier

    usual = defaults(LowRankMLPClassifier)
    own = {
        "hidden": usual["hidden_layer_sizes"][0],
        "columns": usual["n_columns"],
        "max_iter": usual["max_iter"],
    }
    own |= {"proportion": usual["proportion"] if job.input_shape is None else SHARE_OF_PLACES}
    papers = dict.fromkeys(DATA_SETS, PAPER) | dict.fromkeys(SPEECH_SETS, SPEECH)
    usual = {"dtype": None, **papers.get(arguments.data if isinstance(arguments.data, str) else None, own)}
    given = {name: value for name, value in vars(arguments).items() if value is not None}
    arguments = argparse.Namespace(**{**vars(arguments), **usual, **given})
    n_layers = 1 if np.isscalar(arguments.hidden) else len(arguments.hidden)
    check_shares("--proportion", arguments.proportion)
    if arguments.dictionary is None and set(np.atleast_1d(arguments.proportion)) == {1}:
        arguments.dictionary = "none"  # every weight is learned, and so it is called
    first = "covariance" if job.input_shape is None else "squared_exponential"
    arguments.dictionary = arguments.dictionary or (first, *["covariance"] * (n_layers - 1))
    arguments.usual = usual | {"seed": 0}
    return arguments


def check_memory(arguments, job):
    """A ``ValueError`` where the dictionaries of the first layer, each (n_v, n_alpha), would not fit."""
    first = {
        name: np.atleast_1d(getattr(arguments, name))[0] for name in ("dictionary", "proportion", "columns")
    }
    size = 8 * job.X_train.shape[1] ** 2 * float(first["proportion"]) * int(first["columns"])
    if first["dictionary"] not in ("none", "low_rank") and size > DICTIONARIES:
        remedy = "a smaller --shape, --proportion or --columns"
        expected = f"inputs whose dictionaries take at most {DICTIONARIES >> 30} GiB"
        got = f"{job.X_train.shape[1]:,}, {size / 2**30:.0f} GiB; {remedy}"
        _checks.fail("data", expected, got)


def check_model_path(arguments, path):
    """A ``ValueError`` where saving a model there would replace data."""
    from ...estimators.model_files import is_model

    inputs = arguments.data, arguments.test, arguments.log
    check_not_data(path, "--out", inputs, is_model, "a model of ours")


def check_network(arguments, job):
    """A ``ValueError`` that names the option, for settings of which no network can be made."""
    from ...building import layer_specs
    from ...speed.blocks import count_threads

    model, names = estimator(arguments, job), ("hidden_layer_sizes", "dictionary", "proportion", "n_columns")
    layers = {name: getattr(model, name) for name in (*names, "ridge", "index_sets", "activation")}
    places = {"n_v": job.X_train.shape[1], "input_shape": job.input_shape}
    try:
        count_threads(model.n_threads)
        model.check_parameters()
        with warnings.catch_warnings(action="ignore"):  # fit gives them
            layer_specs(**layers, **places, pretrain=model.pretrain, pretrain_iter=model.pretrain_iter)
    except ValueError as error:
        name, _, text = str(error).partition(":")
        raise ValueError(f"{OPTIONS.get(name, '--' + name.replace('_', '-'))}:{text}") from None


def estimator(arguments, job, callbacks=None):
    """The estimator that filled arguments describe."""
    from ... import estimators

    kind = estimators.LowRankMLPRegressor if job.task == "regression" else estimators.LowRankMLPClassifier
    return kind(
        arguments.hidden,
        dictionary=arguments.dictionary,
        proportion=arguments.proportion,
        n_columns=arguments.columns,
        input_shape=job.input_shape,
        length_scale=arguments.length_scale,
        ridge=arguments.ridge,
        activation=arguments.activation,
        index_sets=arguments.index_sets,
        budget=arguments.budget,
        max_loss=arguments.max_loss,
        pretrain=arguments.pretrain,
        pretrain_iter=arguments.pretrain_iter,
        weight_decay=arguments.weight_decay,
        max_iter=arguments.max_iter,
        standardize=STANDARDIZE[arguments.standardize],
        schedule=SCHEDULES[arguments.schedule],
        n_threads=arguments.threads,
        callbacks=callbacks,
        random_state=arguments.seed,
        verbose=True,
    )


def default_path(arguments, job):
    """out/DATA-DICTIONARY-PROPORTION.npz, with what else is not as usual."""
    parts = [job.name, _label(arguments.dictionary), _label(arguments.proportion)]
    for name in ("budget", "max_loss"):
        if getattr(arguments, name) is not None:  # these stand for dictionary and share
            parts = [job.name, *parts[3:], f"{name}{getattr(arguments, name)}"]
    values = {name: getattr(arguments, name) for name in IN_NAME}
    parts += [f"{name}{_label(v)}" for name, v in values.items() if v != arguments.usual[name]]
    return Path("out") / ("-".join(parts + ["pretrained"] * arguments.pretrain) + ".npz")


def _label(value):
    """A value, or one a layer, as a part of a file name."""
    return "+".join(str(v) for v in value) if isinstance(value, tuple) else str(value)
