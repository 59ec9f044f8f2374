"""``lowrankweights data``: where the data sets are, and how to get them."""

from .. import _checks
from . import Command, add_command


def add(commands):
    """The subcommand and its actions."""
    add_command(commands, "data", status, "Where the data sets are, and how to get them.", _actions)


def _actions(parser):
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True, parser_class=Command)
    add_command(actions, "status", status, "Show each data set: where it is, its size and licence.")
    add_command(actions, "fetch", fetch, "Download what is missing.", _fetch_arguments)
    add_command(actions, "where", where, "Show the folder that data sets are read from.")


def _fetch_arguments(parser):
    parser.add_argument("names", nargs="*", metavar="NAME", help="data sets; see status for their sizes")
    parser.add_argument("--all", action="store_true", help="all that can be downloaded")


def status(arguments):
    """Two lines for each data set."""
    from .. import datasets

    for s in datasets.status():
        print(f"{s.name:<15} {s.place:<12} {s.size / 1e6:>6.1f} MB  {s.folder}")
        print(f"{'':<15} licence: {s.license}")


def fetch(arguments):
    """Download, and print the folder of each."""
    from .. import datasets

    downloadable = {name: d for name, d in datasets.DATASETS.items() if d.mirrors}
    if not arguments.names and not arguments.all:
        sizes = ", ".join(f"{name} ({d.size / 1e6:,.0f} MB)" for name, d in downloadable.items())
        _checks.fail("NAME", f"one or more of {sizes}, or --all", "nothing")
    for name in arguments.names or downloadable:
        print(f"{name}: {datasets.fetch(name)}")


def where(arguments):
    """One folder."""
    from .. import datasets

    print(datasets.where())
