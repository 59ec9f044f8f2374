"""A log that can be followed: JSON Lines, one line an iteration."""

import json
import sys


class Log:
    """A callback of estimators that writes a line of JSON an iteration, at once; nothing without a path.

    Parameters
    ----------
    path : Path or None
    goes_on : bool
        Whether lines are added to those of an earlier run.
    """

    def __init__(self, path, goes_on=False):
        self.file = path and path.open("a" if goes_on else "w", encoding="utf-8")

    def callback(self, share):
        """What is called after each iteration of a network with this share."""

        def write(info):
            names = ("n_iter", "loss", "grad_norm", "seconds")
            line = {name: getattr(info, name) for name in names} | {"share": share}
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
