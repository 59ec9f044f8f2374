"""The command line: ``lowrankweights demo | train | evaluate | figure | explore | course | ...``."""

import argparse
import sys
from pathlib import Path

from .. import __version__, _checks

DATA_SETS = ("digits", "mnist")
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
    parser = argparse.ArgumentParser(
        prog="lowrankweights", description="Predict most weights of a neural network, learn only the rest."
    )
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    _add_demo(commands)
    _add_train(commands)
    _add_evaluate(commands)
    _add_data(commands)
    _add_bench(commands)
    _add_figure(commands)
    _add_course(commands)
    _add_explore(commands)
    _add_complete(commands)
    return parser


def _command(commands, name, run, text):
    command = commands.add_parser(
        name, help=text, description=text, formatter_class=argparse.ArgumentDefaultsHelpFormatter
    )
    command.set_defaults(run=run)
    return command


def _add_demo(commands):
    demo = _command(
        commands, "demo", _demo, "Learn with fewer and fewer of the weights, draw it; no download."
    )
    demo.add_argument("--out", type=Path, default=Path("out"), help="folder for the pictures and the page")


def _add_train(commands):
    train = _command(commands, "train", _train, "Train a network, save it and print its test error.")
    train.add_argument("data", choices=DATA_SETS, help="data set")
    add = train.add_argument
    add(
        "--dictionary",
        type=_names,
        default=None,
        help="one for all hidden layers, or one each; default: squared_exponential, then covariance",
    )
    add("--proportion", type=_numbers, default="0.1", help="share of each filter's weights that is learned")
    add("--columns", type=_integers, default="10", help="columns of a layer, each with its own dictionary")
    add("--hidden", type=_integers, default="500,500", help="hidden units of each layer")
    add("--length-scale", type=float, default=1.0, help="of the squared exponential, in pixels")
    add(
        "--ridge",
        type=_numbers,
        default=None,
        help="relative to the kernel's mean variance; default: each kernel's own",
    )
    activations = ("sigmoid", "tanh", "relu", "identity")
    add("--activation", choices=activations, default="sigmoid", help="of the hidden layers")
    add(
        "--index-sets",
        choices=("uniform", "local"),
        default="uniform",
        help="local: each column's dense around its own place",
    )
    add("--pretrain", action="store_true", help="let each layer first learn to reconstruct its input")
    add("--pretrain-iter", type=int, default=50, help="L-BFGS iterations of that, for each layer")
    add("--weight-decay", type=float, default=5e-5, help="penalty on the learned weights")
    add("--max-iter", type=int, default=300, help="L-BFGS iterations")
    add("--schedule", choices=("full", "grow"), default="full", help="all rows at once, or growing samples")
    add("--dtype", choices=("float32", "float64"), default="float32", help="of the arithmetic")
    add("--threads", type=int, default=None, help="default: all processors")
    add("--seed", type=int, default=0, help="of the index sets and the initial weights")
    add("--out", type=Path, default=None, help="model file; default: a name in out/ that says what it is")


def _add_evaluate(commands):
    evaluate = _command(commands, "evaluate", _evaluate, "Print the test error of a saved model.")
    evaluate.add_argument("model", type=Path, help="file written by train")
    evaluate.add_argument("--data", choices=DATA_SETS, default=None, help="default: what it was trained on")


def _add_data(commands):
    data = _command(commands, "data", _data_status, "Where the data sets are, and how to get them.")
    actions = data.add_subparsers(title="actions", metavar="ACTION", required=True)
    _command(actions, "status", _data_status, "Show each data set: where it is, its size and licence.")
    fetch = _command(actions, "fetch", _data_fetch, "Download what is missing.")
    fetch.add_argument("names", nargs="*", metavar="NAME", help="data sets; see status for their sizes")
    fetch.add_argument("--all", action="store_true", help="all that can be downloaded")
    _command(actions, "where", _data_where, "Show the folder that data sets are read from.")


def _add_bench(commands):
    bench = _command(
        commands, "bench", _bench, "Time loss and gradient against the machine's own matrix products."
    )
    bench.add_argument("--peers", action="store_true", help="also PyTorch and scikit-learn, where installed")
    bench.add_argument(
        "--race",
        action="store_true",
        help="instead: the time to 2.0 %% test error on all of MNIST in float32, against PyTorch's Adam",
    )
    bench.add_argument("--json", type=Path, default=None, help="file for the numbers")
    bench.add_argument("--rows", type=int, default=60_000, help="rows of the data")
    bench.add_argument("--repeats", type=int, default=7, help="rounds; medians are shown")
    bench.add_argument("--dtype", choices=("float32", "float64"), default="float32", help="of the arithmetic")
    bench.add_argument("--out", type=Path, default=Path("out"), help="folder for the picture")


def _add_figure(commands):
    from ..experiments import FIGURES, PRESETS

    figure = _command(commands, "figure", _figure, "Make one of the paper's figures.")
    figure.add_argument("name", metavar="NAME", choices=FIGURES, help=", ".join(FIGURES))
    figure.add_argument(
        "--preset", choices=PRESETS, default="quick",
        help="quick: under two minutes, bundled data; standard: real data, up to three hours; paper: a night",
    )  # fmt: skip
    figure.add_argument("--out", type=Path, default=Path("out"), help="folder for results and picture")
    figure.add_argument("--resume", action="store_true", help="go on with the results that are there")
    figure.add_argument("--jobs", type=int, default=1, help="processes, among which processors are divided")


def _add_course(commands):
    course = _command(
        commands, "course", _course, "The lessons: list, export as notebooks, try their checks."
    )
    actions = course.add_subparsers(title="actions", dest="action", metavar="ACTION", required=True)
    _command(actions, "list", _course, "Show each lesson: title, time, exercises.")
    export = _command(actions, "export", _course, "Write the lessons as notebooks.")
    export.add_argument("folder", type=Path, metavar="DIR", help="where to")
    export.add_argument(
        "--to", choices=("student", "solutions", "nbgrader"), default="student", help="version"
    )
    export.add_argument("--overwrite", action="store_true", help="replace notebooks that differ")
    _command(actions, "try", _course, "Run every check on wrong answers and on odd but right ones.")
    for action in actions.choices.values():
        action.add_argument("--source", type=Path, default=None, help="the lessons' folder; default: ours")


def _add_explore(commands):
    explore = _command(
        commands, "explore", _explore, "Paint which weights are known, see the others predicted."
    )
    explore.add_argument(
        "--out", type=Path, default=None, help="page to write; default: out/explorer.html, which is opened"
    )
    explore.add_argument("--image", type=Path, default=None, help="an image of your own, beside the features")


def _add_complete(commands):
    text = "Predict a feature of your own from a few of its weights: an image, weights, a saved model."
    complete = _command(commands, "complete", _complete, text)
    complete.add_argument(
        "file", type=Path, help="an image, .npy with weights (n_v, n_features), or .npz of train"
    )
    complete.add_argument("--shape", type=_integers, default=None, help="of a feature: HEIGHT,WIDTH")
    complete.add_argument("--share", type=float, default=0.2, help="of the weights that is known")
    complete.add_argument(
        "--length-scale", type=float, default=None, help="in pixels; default: by the known weights"
    )
    complete.add_argument("--seed", type=int, default=0, help="of the known weights")
    complete.add_argument("--out", type=Path, default=Path("out"), help="folder for the picture")


def _draw_to_files():
    """Pictures go to files: no window, no display needed."""
    import matplotlib

    matplotlib.use("Agg")


def _demo(arguments):
    from .demo import run

    _draw_to_files()
    run(arguments.out)


def _train(arguments):
    from .training import train

    train(arguments)


def _evaluate(arguments):
    from .training import evaluate

    evaluate(arguments.model, arguments.data)


def _bench(arguments):
    from .. import bench

    _draw_to_files()
    repeats = _checks.integer("--repeats", arguments.repeats, at_least=1)
    if arguments.race:  # on all of MNIST, against PyTorch, in float32
        bench.run_race(repeats, json_file=arguments.json)
        return
    bench.run(
        _checks.integer("--rows", arguments.rows, at_least=1),
        repeats,
        arguments.dtype,
        arguments.peers,
        arguments.json,
        arguments.out,
    )


def _figure(arguments):
    from .. import experiments

    _draw_to_files()
    a = arguments
    return 1 if experiments.make(a.name, a.preset, a.out, a.jobs, a.resume) else 0


def _course(arguments):
    from ..teaching.lessons import course

    return course.run(arguments)


def _explore(arguments):
    from ..explorer.page import explore

    explore(arguments.out, arguments.image)


def _complete(arguments):
    from .completing import complete

    _draw_to_files()
    complete(arguments)


def _data_status(arguments):
    from .. import datasets

    for s in datasets.status():
        print(
            f"{s.name:<15} {s.place:<12} {s.size / 1e6:>6.1f} MB  {s.folder}\n{'':<15} licence: {s.license}"
        )


def _data_fetch(arguments):
    from .. import datasets

    downloadable = {name: d for name, d in datasets.DATASETS.items() if d.mirrors}
    if not arguments.names and not arguments.all:
        sizes = ", ".join(f"{name} ({d.size / 1e6:,.0f} MB)" for name, d in downloadable.items())
        _checks.fail("NAME", f"one or more of {sizes}, or --all", "nothing")
    for name in arguments.names or downloadable:
        print(f"{name}: {datasets.fetch(name)}")


def _data_where(arguments):
    from .. import datasets

    print(datasets.where())


def _list_of(convert, what):
    """An argument type: values separated by commas; one value stays one value."""

    def parse(text):
        try:
            values = tuple(convert(part.strip()) for part in text.split(","))
        except ValueError:
            raise argparse.ArgumentTypeError(f"expected {what}, separated by commas, got {text!r}") from None
        return values if len(values) > 1 else values[0]

    return parse


_names, _integers, _numbers = _list_of(str, "names"), _list_of(int, "integers"), _list_of(float, "numbers")
