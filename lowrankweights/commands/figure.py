"""``lowrankweights figure``: one of the paper's figures."""

from pathlib import Path

from . import add_command, defaults, draw_to_files, file_path


def add(commands):
    """The subcommand and its arguments."""
    add_command(commands, "figure", run, "Make one of the paper's figures.", _arguments)


def _arguments(parser):
    from ..experiments import FIGURES, PRESETS, make

    add = parser.add_argument
    add("name", metavar="NAME", choices=FIGURES, help=", ".join(FIGURES))
    text = "quick: two minutes, bundled data; standard: real data, up to six hours; paper: a night or days"
    add("--preset", choices=PRESETS, default="quick", help=text)
    add("--out", type=file_path, default=Path("out"), help="folder for results and picture")
    add("--resume", action="store_true", help="go on with the results that are there")
    text = "processes, among which processors are divided"
    add("--jobs", type=int, default=defaults(make)["jobs"], help=text)


def run(arguments):
    """Make the figure; 1 if a run failed."""
    from ..experiments import make

    draw_to_files()
    a = arguments
    return 1 if make(a.name, a.preset, a.out, a.jobs, a.resume) else 0
