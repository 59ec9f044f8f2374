"""``lowrankweights check-setup``: what a class wants to know of a machine beforehand, on one screen."""

from .. import add_command
from .looks import findings


def add(commands):
    """The subcommand and its argument."""
    text = "Before a class: versions, processors, compile cache, data, memory, disk, and a small fit's time."
    add_command(commands, "check-setup", run, text, _arguments)


def _arguments(parser):
    parser.add_argument("--no-fit", action="store_true", help="leave out the small fit, which takes seconds")


def run(arguments):
    """Print a line for each thing looked at; 1 if something must be done."""
    todo = []
    for finding in findings(with_fit=not arguments.no_fit):
        print(f"{finding.mark} {finding.name:<14} {finding.text}", flush=True)
        todo += [finding.remedy] if finding.remedy else []
    print()
    if not todo:
        print("ready. (Paste these lines where help is asked for.)")
        return None
    print("to do:")
    for remedy in todo:
        print(f"  - {remedy}")
    return 1
