"""The command line, one file a subcommand; here what they share.

A subcommand is a module of its name with ``add(commands)``, which calls ``add_command`` with a function
``run(arguments)`` that does it and returns the exit status, None for 0. ``main.COMMANDS`` lists the modules.
"""

import argparse
import inspect
from pathlib import Path

INTERRUPTED = 130  # exit status after Ctrl-C, SIGTERM or SIGHUP


class Command(argparse.ArgumentParser):
    """A subcommand's parser, whose arguments are added when it is used.

    Their defaults are those of the code that they configure, and that may be slow to import.
    ``arguments(parser)`` adds them.
    """

    arguments = None

    def parse_known_args(self, args=None, namespace=None):
        """As ``ArgumentParser``."""
        if self.arguments is not None:
            arguments, self.arguments = self.arguments, None
            arguments(self)
        return super().parse_known_args(args, namespace)


def add_command(commands, name, run, text, arguments=None):
    """Add a subcommand to what ``add_subparsers(parser_class=Command)`` returned.

    Parameters
    ----------
    commands : argparse action
    name : str
    run : callable
        ``run(arguments)``, which returns the exit status, None for 0.
    text : str
        What it does, in a sentence.
    arguments : callable, optional
        ``arguments(parser)`` adds the arguments.
    """
    shown = argparse.ArgumentDefaultsHelpFormatter
    command = commands.add_parser(name, help=text, description=text, formatter_class=shown)
    command.set_defaults(run=run)
    command.arguments = arguments


def file_path(text):
    """An argument type: a path, in which ~ is the home folder."""
    return Path(text).expanduser()


def defaults(function):
    """The defaults of a function's (or a class's) arguments, by name.

    >>> defaults(add_command)
    {'arguments': None}
    """
    parameters = inspect.signature(function).parameters.values()
    return {p.name: p.default for p in parameters if p.default is not p.empty}


def list_of(convert, what):
    """An argument type: values separated by commas; one value stays one value.

    >>> list_of(int, "integers")("500,500"), list_of(int, "integers")("500")
    ((500, 500), 500)
    """

    def parse(text):
        try:
            values = tuple(convert(part.strip()) for part in text.split(","))
        except ValueError:
            raise argparse.ArgumentTypeError(f"expected {what}, separated by commas, got {text!r}") from None
        return values if len(values) > 1 else values[0]

    return parse


def draw_to_files():
    """Pictures go to files: no window, no display needed."""
    import matplotlib

    matplotlib.use("Agg")
