"""``lowrankweights figure``: one of the paper's figures."""

from pathlib import Path

from .. import _checks
from . import add_command, defaults, draw_to_files, folder_path


def add(commands):
    """The subcommand and its arguments."""
    add_command(commands, "figure", run, "Make one of the paper's figures.", _arguments)


def _arguments(parser):
    from ..experiments import FIGURES, PRESETS, make

    add = parser.add_argument
    add("name", metavar="NAME", choices=FIGURES, help=", ".join(FIGURES))
    text = "quick: two minutes, bundled data; standard: real data, up to six hours; paper: a night or days"
    add("--preset", choices=PRESETS, default="quick", help=text)
    add("--out", type=folder_path, default=Path("out"), help="folder for results and picture")
    add("--resume", action="store_true", help="go on with the results that are there")
    text = "leave out files of a data set (TIMIT) that are wrong, and count them; else they are an error"
    add("--skip-bad", action="store_true", help=text)
    text = "processes, among which processors are divided"
    add("--jobs", type=int, default=defaults(make)["jobs"], help=text)


def run(arguments):
    """Make the figure; 1 if a run failed."""
    from ..experiments import figure_named, make

    draw_to_files()
    a = arguments
    figure = figure_named(a.name)
    if a.skip_bad:
        if figure.skip_bad is None:
            _checks.fail("--skip-bad", "a figure that reads files which may be wrong: 4-timit", a.name)
        figure.skip_bad = True
    return 1 if make(figure, a.preset, a.out, a.jobs, a.resume) else 0
