"""``lowrankweights train``: train a network on a data set or a file, save it, print its test error."""

from ... import _checks
from ...files import check_writable
from .. import INTERRUPTED, add_command
from . import sweep
from .fit import fit, stopped, tell
from .job import job_of
from .log import Log
from .options import add_arguments, check_memory, check_network, default_path, filled
from .report import network_lines, score_lines


def add(commands):
    """The subcommand and its arguments."""
    text = "Train a network on a data set, or on a file of your own; save it and print its test error."
    add_command(commands, "train", run, text, add_arguments)


def run(arguments):
    """Read, say what was read, train, save, print counts and errors; Ctrl-C saves what there is."""
    _checks.integer("--seed", arguments.seed, at_least=0)
    if arguments.sweep and arguments.resume:
        _checks.fail("--resume", "one model to go on with", "--sweep too")
    for name in ("out", "log"):  # a path that cannot be written is better known now
        if getattr(arguments, name) is not None:
            check_writable(getattr(arguments, name), f"--{name}")
    job = job_of(arguments)
    arguments = filled(arguments, job)
    with Log(arguments.log, goes_on=arguments.resume) as log:
        if arguments.sweep:
            return sweep.run(job, arguments, log)
        path = check_writable(arguments.out or default_path(arguments, job), "--out")
        check_memory(arguments, job)
        check_network(arguments, job)
        print(job.head(network_lines(job, arguments, path)))
        model, found, _ = fit(job, arguments, path, log)
        tell(job, arguments, path, model, found)
    for line in score_lines(found, job.target, job.rows_are):
        print(line)
    return INTERRUPTED if stopped(model) == "interrupted" else None
