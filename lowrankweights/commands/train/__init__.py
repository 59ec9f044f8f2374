"""``lowrankweights train``: train a network on a data set or a file, save it, print its test error."""

from ... import _checks
from ...files import check_not_data, check_writable, with_npz
from .. import INTERRUPTED, add_command
from . import sweep
from .fit import fit, stopped, tell
from .job import job_of
from .log import Log, is_log
from .options import add_arguments, check_memory, check_model_path, check_network, default_path, filled
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
    if arguments.sweep and (arguments.budget, arguments.max_loss) != (None, None):
        _checks.fail("--sweep", "no --budget or --max-loss beside it", "both")
    _check_paths(arguments)  # better known now
    job = job_of(arguments)
    arguments = filled(arguments, job)
    with Log(arguments.log, goes_on=arguments.resume) as log:
        if arguments.sweep:
            return sweep.run(job, arguments, log)
        path = check_writable(arguments.out or default_path(arguments, job), "--out")
        check_model_path(arguments, path)
        check_memory(arguments, job)
        check_network(arguments, job)
        print(job.head(network_lines(job, arguments, [path])))
        model, found, _ = fit(job, arguments, path, log)
        tell(job, arguments, path, model, found)
    for line in score_lines(found, job.target, job.rows_are):
        print(line)
    return INTERRUPTED if stopped(model) == "interrupted" else None


def _check_paths(arguments):
    """A ``ValueError`` for a path that cannot be written, or where data would be replaced."""
    if arguments.out is not None:
        check_writable(arguments.out, "--out")
        arguments.out = with_npz(arguments.out)
        if not arguments.sweep:
            check_model_path(arguments, arguments.out)
    if arguments.log is not None:
        check_writable(arguments.log, "--log")
        inputs = arguments.data, arguments.test, arguments.out
        check_not_data(arguments.log, "--log", inputs, is_log, "a log of ours")
