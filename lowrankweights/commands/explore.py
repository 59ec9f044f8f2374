"""``lowrankweights explore``: paint which weights are known, see the others predicted."""

from . import add_command, file_path


def add(commands):
    """The subcommand and its arguments."""
    text = "Paint which weights are known, see the others predicted."
    add_command(commands, "explore", run, text, _arguments)


def _arguments(parser):
    text = "page to write; default: out/explorer.html, which is opened"
    parser.add_argument("--out", type=file_path, default=None, help=text)
    text = "an image of your own, beside the features"
    parser.add_argument("--image", type=file_path, default=None, help=text)


def run(arguments):
    """Write the page and, without ``--out``, open it."""
    from ..explorer.page import explore

    explore(arguments.out, arguments.image)
