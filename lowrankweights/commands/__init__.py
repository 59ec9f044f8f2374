"""The command line, one file a subcommand; here what they share.

A subcommand is a module of its name with ``add(commands)``, which calls ``add_command`` with a function
``run(arguments)`` that does it and returns the exit status, None for 0. ``main.COMMANDS`` lists the modules.
"""

import argparse
import dataclasses
import difflib
import inspect
import os
from pathlib import Path

from .. import _checks

DATA_SETS = ("digits", "digits-16x16", "mnist")  # that train and evaluate know by name
SPEECH_SETS = ("timit",)  # that train and evaluate know too
INTERRUPTED = 130  # exit status after Ctrl-C, SIGTERM or SIGHUP


class Help(argparse.ArgumentDefaultsHelpFormatter):
    """Help with defaults, where there are any."""

    def _get_help_string(self, action):
        given = action.default not in (None, False, (), argparse.SUPPRESS)
        return super()._get_help_string(action) if given else action.help


class Command(argparse.ArgumentParser):
    """A subcommand's parser, whose arguments are added when it is used.

    Their defaults are those of the code that they configure, and that may be slow to import.
    ``arguments(parser)`` adds them.
    """

    arguments = None

    def parse_known_args(self, args=None, namespace=None):
        """As ``ArgumentParser``; what is not known is an error with this command's usage."""
        if self.arguments is not None:
            arguments, self.arguments = self.arguments, None
            arguments(self)
        found, unknown = super().parse_known_args(args, namespace)
        if unknown:
            hint = did_you_mean(unknown[0].partition("=")[0], self._option_string_actions)
            self.error(f"unrecognized arguments: {' '.join(unknown)}{hint}")
        return found, unknown

    def _check_value(self, action, value):
        """As ``ArgumentParser``, with the choice that is close."""
        try:
            super()._check_value(action, value)
        except argparse.ArgumentError as error:
            error.message += did_you_mean(str(value), action.choices)
            raise

    def as_typed(self, name, arguments):
        """What the user typed where an error names an argument: the option, or the file that is no option's.

        Other names stay as they are.
        """
        key = name.lstrip("-").replace("-", "_").lower()
        keys = [key, *{"path": ("model", "file"), "file": ("data",)}.get(key, ())]
        action = next((a for k in keys for a in self._actions if a.dest == k), None)
        if action is None:
            return name
        if action.option_strings:
            typed = [word.partition("=")[0] for word in arguments.command_line]
            return next((o for o in action.option_strings if o in typed), action.option_strings[0])
        value = getattr(arguments, action.dest)
        return str(value) if isinstance(value, (str, Path)) else name


def did_you_mean(word, words):
    """The closest of some words, as a hint.

    >>> did_you_mean("--max_iter", ["--max-iter", "--target"]), did_you_mean("x", ["--target"])
    (" (did you mean '--max-iter'?)", '')
    """
    close = difflib.get_close_matches(word, list(words), n=1)
    return f" (did you mean {close[0]!r}?)" if close else ""


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
    command = commands.add_parser(name, help=text, description=text, formatter_class=Help)
    command.set_defaults(run=run, command=command)
    command.arguments = arguments


def file_path(text):
    """An argument type: a path, in which ~ is the home folder."""
    return Path(text).expanduser()


def output_path(text):
    """An argument type: the path of a file to write."""
    if text.endswith(("/", os.sep)):
        raise argparse.ArgumentTypeError(f"expected a file, got the folder {text!r}; add a name for the file")
    return file_path(text)


def folder_path(text):
    """An argument type: the path of a folder that is there or can be made."""
    path = file_path(text)
    there = next((p for p in (path, *path.parents) if p.exists()), None)
    if there is not None and not there.is_dir():
        raise argparse.ArgumentTypeError(f"expected a folder, got the file {str(there)!r}")
    return path


def data_source(text):
    """An argument type: the name of a data set, or a path.

    A word that is neither a data set nor there, and has no ending, is a slip of the first.
    """
    path = file_path(text)
    known = DATA_SETS + SPEECH_SETS
    if text in known:
        return text
    if not path.exists() and not path.suffix and path.name == text:
        hint = did_you_mean(text, known)
        names = ", ".join(known)
        raise argparse.ArgumentTypeError(f"expected {names}, or a file or folder, got {text!r}{hint}")
    return path


def load_model(path, other=None):
    """A saved model and its notes; a ``ValueError`` that says what else a file is.

    Parameters
    ----------
    path : Path
    other : Path, optional
        What is to be read by the model: the two may be swapped.
    """
    from ..estimators import model_files
    from ..readers.own_data import kind_of

    if path.exists() and not model_files.is_model(path) and (kind := kind_of(path)):
        swapped = isinstance(other, Path) and model_files.is_model(other)
        remedy = f"; the model comes first: {other} {path}" if swapped else ""
        _checks.fail("MODEL", "a model file written by train or lowrankweights.save", f"{kind}{remedy}")
    return model_files.load(path), model_files.read_notes(path)


def add_reading(parser):
    """The arguments that say how files of one's own are read."""
    add = parser.add_argument
    text = "leave out rows (pictures) with a fault, and tell them; else they are an error"
    add("--skip-bad", action="store_true", help=text)
    add("--separator", default=None, help="of a CSV file: one character, tab or space; default: found out")
    text = "of a CSV file; default: UTF-8, UTF-16 with its mark, else latin-1"
    add("--encoding", default=None, help=text)
    add("--decimal", choices=(".", ","), default=None, help="of a CSV file; default: found out")


def reading_options(arguments):
    """The ``readers.Options`` among the arguments of a command."""
    from ..readers import Options

    names = [field.name for field in dataclasses.fields(Options)]
    return Options(**{name: getattr(arguments, name) for name in names if hasattr(arguments, name)})


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


def check_shares(option, shares):
    """A ``ValueError`` that gives the share where per cent are meant.

    >>> check_shares("--share", (0.5, 20.0))
    Traceback (most recent call last):
    ValueError: --share: expected a share above 0, at most 1, got 20: 20 % is 0.2
    """
    for share in shares if isinstance(shares, tuple) else (shares,):
        if share is not None and 2 <= share <= 100:
            expected = "a share above 0, at most 1"
            _checks.fail(option, expected, f"{share:g}: {share:g} % is {share / 100:g}")


def draw_to_files():
    """Pictures go to files: no window, no display needed."""
    import matplotlib

    matplotlib.use("Agg")
