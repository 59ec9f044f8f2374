"""The command line: ``lowrankweights demo | train | evaluate | predict | figure | course | ...``."""

import contextlib
import os
import signal
import sys
import threading
import warnings

from .. import __version__
from .._blas import one_blas_thread
from . import (
    INTERRUPTED,
    Command,
    bench,
    check_setup,
    complete,
    course,
    data,
    demo,
    evaluate,
    explore,
    figure,
    predict,
    speech,
    train,
)

COMMANDS = (
    demo,
    train,
    evaluate,
    predict,
    data,
    bench,
    figure,
    course,
    explore,
    complete,
    speech,
    check_setup,
)  # as --help lists them
# What the commands raise for a wrong argument or file; anything else is a bug and shows its traceback.
USER_ERRORS = (ValueError, OSError, MemoryError)


def main(argv=None):
    """Run a command; returns the exit status."""
    arguments = None
    try:
        arguments = build_parser().parse_args(argv)  # imports what the defaults are read from
        arguments.command_line = sys.argv[1:] if argv is None else list(argv)
        with ended_as_by_ctrl_c(), output_that_may_break() as output, warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="max_iter = ")  # commands print the whole stop report
            warnings.filterwarnings("ignore", message="interrupted: ")
            alone = arguments.run is bench.run  # measures BLAS's own threads too
            with contextlib.nullcontext() if alone else one_blas_thread:
                status = arguments.run(arguments) or 0
            output.flush()
            return status or int(output.broken)
    except USER_ERRORS as error:
        print(f"lowrankweights: error: {told(error, arguments)}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("lowrankweights: interrupted", file=sys.stderr)
        return INTERRUPTED


def told(error, arguments):
    """An error's text, in which an argument of the code is the option, or the file, that was typed."""
    name, colon, text = str(error).partition(":")
    if arguments is None or not colon:
        return str(error)
    typed = arguments.command.as_typed(name, arguments)
    return typed.encode("utf-8", "surrogateescape").decode("utf-8", "replace") + colon + text


class Output:
    """Standard output that goes on where nobody reads any more, or a disk is full: the work is not lost."""

    def __init__(self, stream):
        self.stream, self.broken = stream, False

    def write(self, text):
        self._try(lambda: self.stream.write(text))
        return len(text)

    def flush(self):
        self._try(self.stream.flush)

    def _try(self, act):
        if self.broken:
            return
        try:
            act()
        except OSError as error:
            self.broken = True
            os.dup2(os.open(os.devnull, os.O_WRONLY), self.stream.fileno())
            if not isinstance(error, BrokenPipeError):
                print(f"lowrankweights: error: what is printed cannot be written ({error})", file=sys.stderr)

    def __getattr__(self, name):
        return getattr(self.stream, name)


@contextlib.contextmanager
def output_that_may_break():
    """``sys.stdout`` as an ``Output``."""
    before = sys.stdout
    sys.stdout = Output(before)
    try:
        yield sys.stdout
    finally:
        sys.stdout = before


@contextlib.contextmanager
def ended_as_by_ctrl_c():
    """SIGTERM and SIGHUP mean what Ctrl-C means: what there is, is kept."""

    def interrupt(*_):
        raise KeyboardInterrupt

    own = threading.current_thread() is threading.main_thread()  # others may not set handlers
    names = [name for name in ("SIGTERM", "SIGHUP") if own and hasattr(signal, name)]
    before = {name: signal.signal(getattr(signal, name), interrupt) for name in names}
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(getattr(signal, name), handler)


def build_parser():
    """The parser of all commands."""
    text = "Predict most weights of a neural network, learn only the rest."
    parser = Command(prog="lowrankweights", description=text)
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    for command in COMMANDS:
        command.add(commands)
    return parser
