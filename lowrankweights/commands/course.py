"""``lowrankweights course``: the lessons, as notebooks and with their checks."""

from . import Command, add_command, file_path


def add(commands):
    """The subcommand and its actions."""
    text = "The lessons: list, export as notebooks, try their checks."
    add_command(commands, "course", run, text, _actions)


def _actions(parser):
    how = {"title": "actions", "dest": "action", "metavar": "ACTION", "parser_class": Command}
    actions = parser.add_subparsers(**how, required=True)
    add_command(actions, "list", run, "Show each lesson: title, time, exercises.", _source)
    add_command(actions, "export", run, "Write the lessons as notebooks.", _export_arguments)
    text = "Run every check on wrong answers and on odd but right ones."
    add_command(actions, "try", run, text, _source)
    text = "Compute what the lessons state, for five seeds (some minutes); a table."
    add_command(actions, "claims", run, text, _source)


def _source(parser):
    parser.add_argument("--source", type=file_path, default=None, help="the lessons' folder; default: ours")


def _export_arguments(parser):
    add = parser.add_argument
    add("folder", type=file_path, metavar="DIR", help="where to")
    add("--to", choices=("student", "solutions", "nbgrader"), default="student", help="version")
    text = "replace notebooks that differ; points set by hand in nbgrader's stay"
    add("--overwrite", action="store_true", help=text)
    add("--lesson", nargs="+", metavar="NN", default=None, help="only these, as 03; default: all")
    _source(parser)


def run(arguments):
    """List the lessons, export them, or try their checks."""
    from ..teaching.lessons import course

    return course.run(arguments)
