"""The command line: ``lowrankweights demo | train | evaluate | figure | explore | course | ...``."""

import sys

from .. import __version__
from . import Command, bench, complete, course, data, demo, evaluate, explore, figure, train

COMMANDS = (demo, train, evaluate, data, bench, figure, course, explore, complete)  # as --help lists them
# What the commands raise for a wrong argument or file; anything else is a bug and shows its traceback.
USER_ERRORS = (ValueError, OSError)


def main(argv=None):
    """Run a command; returns the exit status."""
    arguments = build_parser().parse_args(argv)
    try:
        return arguments.run(arguments) or 0
    except USER_ERRORS as error:
        print(f"lowrankweights: error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("lowrankweights: interrupted", file=sys.stderr)
        return 130


def build_parser():
    """The parser of all commands."""
    text = "Predict most weights of a neural network, learn only the rest."
    parser = Command(prog="lowrankweights", description=text)
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    for command in COMMANDS:
        command.add(commands)
    return parser
