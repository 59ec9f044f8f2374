"""One training: fit, save and tell; or go on with a model that was saved."""

import hashlib
import shlex
import time

import numpy as np

from ... import _checks
from ...readers.faults import listed
from .options import estimator
from .report import compare, layer_table, overfits, scores

# What makes a network another one: the estimator's parameters, and the arguments that set them.
OF_NETWORK = {
    "hidden_layer_sizes": "--hidden",
    "dictionary": "--dictionary",
    "proportion": "--proportion",
    "n_columns": "--columns",
    "input_shape": "--shape",
    "length_scale": "--length-scale",
    "ridge": "--ridge",
    "standardize": "--standardize",
    "activation": "--activation",
    "index_sets": "--index-sets",
    "budget": "--budget",
    "max_loss": "--max-loss",
    "random_state": "--seed",
}


def fit(job, arguments, path, log):
    """Train a network, or go on with one, and save it.

    Returns
    -------
    model : LowRankMLPClassifier or LowRankMLPRegressor
    found : dict
        ``report.scores`` on the test rows.
    seconds : float
    """
    from ...estimators import model_files

    callbacks = [log.callback(arguments.proportion)]
    notes = notes_of(job)
    model = _saved(job, arguments, path) if arguments.resume else estimator(arguments, job)
    begun = time.perf_counter()
    model.set_params(callbacks=callbacks).fit(job.X_train, job.y_train)
    seconds = time.perf_counter() - begun
    # saved first: what comes below may fail, for instance where nobody reads it any more
    path = model_files.save(path, model, notes=notes)
    found, more = scores(model, job.X_test, job.y_test), job.finish(model)
    found |= more[0]
    model_files.save(path, model, notes=notes | found | more[1])
    return model, found, seconds


def notes_of(job):
    """What a model file says of the job; ``test_y`` tells test rows apart."""
    return job.notes | {
        "rows": fingerprint(job.X_train, job.y_train),
        "test_y": fingerprint(job.y_test),
    }


def tell(job, arguments, path, model, found):
    """Print counts, why it stopped and how to go on, the training error, and how other models did."""
    score = model.score(job.X_train, job.y_train)
    too_much = overfits(score, found)
    if model.selection_ is not None:
        print(model.selection_)
    print(layer_table(model))
    report = model.stop_report_.replace("; start from its theta to go on", "")  # the command follows
    print(report.replace(": raise max_iter.", ".") if too_much else report)
    if stopped(model) == "interrupted" or (stopped(model) == "max_iter" and not too_much):
        print(f"to go on: {command_to_go_on(arguments.command_line)}")
    error = f"error {100 * (1 - score):.2f} %"
    print(f"training {f'R2 {score:.3f}' if job.task == 'regression' else error}")
    if too_much:
        print("training error is far below test error: raise --weight-decay or lower --share")
    print(f"saved to {path}")
    for line in compare(path, notes_of(job), found):
        print(line)


def stopped(model):
    """Why L-BFGS stopped, in a word."""
    return model.stop_report_.split(":")[0]


def fingerprint(*arrays):
    """What tells rows apart: a SHA-256 of their X and y."""
    digest = hashlib.sha256()
    for array in arrays:
        array = np.ascontiguousarray(array)
        digest.update(f"{array.dtype} {array.shape}".encode())
        digest.update(
            array.view(np.uint8)
            if array.dtype.kind != "U"
            else "\0".join(array).encode("utf-8", "surrogatepass")
        )
    return digest.hexdigest()


def command_to_go_on(command_line):
    """The command that goes on with the model that this one saved.

    >>> command_to_go_on(["train", "my houses.csv", "--target", "price"])
    "lowrankweights train 'my houses.csv' --target price --resume"
    """
    words = [word for word in command_line if word != "--resume"]
    return shlex.join(["lowrankweights", *words, "--resume"])


def _saved(job, arguments, path):
    """The model at ``path``, ready to go on; a ``ValueError`` where it has other rows or another network."""
    from ...estimators import model_files

    if not path.exists():
        _checks.fail(
            "--resume", "a model to go on with", f"no file {str(path)!r}; {_others(arguments, path)}"
        )
    model, notes = model_files.load(path), model_files.read_notes(path)
    asked = estimator(arguments, job)
    if type(model) is not type(asked):
        _checks.fail("--resume", f"a {type(asked).__name__}", f"{path} with a {type(model).__name__}")
    if notes.get("data") != job.notes["data"]:
        _checks.fail("--resume", f"a model of {job.notes['data']}", f"{path}, of {notes.get('data')}")
    if notes.get("rows") != fingerprint(job.X_train, job.y_train):
        expected = f"the rows that {path} learned from"
        _checks.fail(
            "--resume", expected, "others (the file has changed, or --seed, --test, --target, --ignore)"
        )
    for name, argument in OF_NETWORK.items():
        before, now = (np.atleast_1d(getattr(m, name)).tolist() for m in (model, asked))
        if before != now:
            was = ",".join(map(str, before))
            _checks.fail(
                argument, f"{was}, as in {path} (without --resume a new model)", ",".join(map(str, now))
            )
    for line in _differences(model, asked, path):
        print(line)
    other = {
        name: getattr(asked, name)
        for name in ("max_iter", "weight_decay", "n_threads", "verbose", "schedule")
    }
    return model.set_params(**other, warm_start=True)


def _differences(model, asked, path):
    """Lines that say what is minimised now and was not before, or what has no effect."""
    before, now = model.weight_decay, asked.weight_decay
    if before != now:
        yield f"--weight-decay {now:g}: {path} was trained with {before:g}, so the loss is another one now"
    if asked.pretrain and not model.pretrain:
        yield f"--pretrain: no effect, {path} goes on from what it learned"


def _others(arguments, path):
    """The remedy where there is no model at a path: the models that are in its folder."""
    names = sorted(other.name for other in path.parent.glob("*.npz"))
    there = f"in {path.parent}/ there are {listed(names)}" if names else f"no model is in {path.parent}/"
    if arguments.out is not None:
        return f"{there}; --out names it"
    return f"its name follows from the options, a changed one changes it; {there}; --out names one"
