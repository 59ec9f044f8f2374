"""``lowrankweights bench``: our time against the machine's own matrix products, and others'."""

from .. import _checks
from . import add_command, defaults, draw_to_files, file_path, folder_path


def add(commands):
    """The subcommand and its arguments."""
    text = "Time loss and gradient against the machine's own matrix products."
    add_command(commands, "bench", run, text, _arguments)


def _arguments(parser):
    from ..bench import run as bench

    usual, add = defaults(bench), parser.add_argument
    add("--peers", action="store_true", help="also PyTorch and scikit-learn, where installed")
    text = "instead: the time to 2.0 %% test error on all of MNIST in float32, against PyTorch's Adam"
    add("--race", action="store_true", help=text)
    add("--json", type=file_path, default=usual["json_file"], help="file for the numbers")
    add("--rows", type=int, default=usual["n_rows"], help="rows of the data")
    add("--repeats", type=int, default=usual["repeats"], help="rounds; medians are shown")
    add("--dtype", choices=("float32", "float64"), default=usual["dtype"], help="of the arithmetic")
    add("--out", type=folder_path, default=usual["out"], help="folder for the picture")


def run(arguments):
    """Time, print, draw."""
    from .. import bench

    draw_to_files()
    repeats = _checks.integer("--repeats", arguments.repeats, at_least=1)
    if arguments.race:  # on all of MNIST, against PyTorch, in float32
        bench.run_race(repeats, json_file=arguments.json)
        return
    n_rows = _checks.integer("--rows", arguments.rows, at_least=1)
    bench.run(n_rows, repeats, arguments.dtype, arguments.peers, arguments.json, arguments.out)
