"""A log that can be followed: JSON Lines, one line an iteration."""

import json
import sys


class Log:
    """A callback of estimators that writes a line of JSON an iteration, at once; nothing without a path.

    Parameters
    ----------
    path : Path or None
    goes_on : bool
        Whether lines are added to those of earlier runs.
    """

    def __init__(self, path, goes_on=False):
        self.n_runs, begin = _runs_in(path) if goes_on and path and path.is_file() else (0, "")
        self.file = path and path.open("a" if goes_on else "w", encoding="utf-8")
        self._write(begin)

    def callback(self, share):
        """What is called after each iteration of a network with this share; the next run begins."""
        self.n_runs += 1
        run = {"run": self.n_runs}

        def write(info):
            names = ("n_iter", "loss", "grad_norm", "seconds")
            line = run | {name: getattr(info, name) for name in names} | {"share": share}
            self._write(json.dumps(line) + "\n")

        return write

    def _write(self, text):
        if self.file is None:
            return
        try:
            self.file.write(text)
            self.file.flush()
        except OSError as error:  # the training is worth more than its log
            print(f"lowrankweights: --log: no more lines are written ({error})", file=sys.stderr)
            self.file = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.file is not None:
            self.file.close()


def is_log(path):
    """Whether a file begins with a line of a log."""
    with open(path, "rb") as file:
        return "n_iter" in _parsed(file.readline(10_000))


def _runs_in(path):
    """How many runs a log has, and what ends its last line if that was cut off."""
    with open(path, "rb") as file:
        lines = file.readlines()
    runs = [_parsed(line).get("run", 1) for line in lines]
    return max(runs, default=0), "\n" * bool(lines and not lines[-1].endswith(b"\n"))


def _parsed(line):
    """A line of JSON as a dict, empty where it is none."""
    try:
        found = json.loads(line)
    except ValueError:  # also bytes that are no text
        return {}
    return found if isinstance(found, dict) else {}
