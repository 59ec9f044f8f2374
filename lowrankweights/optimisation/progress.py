"""How a long minimisation shows and saves where it is: a bar on stderr, a checkpoint."""

import sys

from .. import _checks
from ..files import Damaged, open_npz, write_npz

SAVE_EVERY = 30  # seconds between two writes of a checkpoint


class Bar:
    """A bar on stderr that counts iterations; nothing where tqdm is not installed."""

    def __init__(self, total):
        try:
            from tqdm.auto import tqdm
        except ImportError:
            self.bar = None
            return
        if sys.stderr is None:  # a program without a console
            self.bar = None
            return
        terminal = getattr(sys.stderr, "isatty", lambda: False)()
        every = 0.2 if terminal else 10  # a log file gets a line now and then
        self.bar = tqdm(total=total, unit="it", desc="L-BFGS", mininterval=every, maxinterval=every)

    def update(self, loss, grad_norm):
        """One more iteration."""
        if self.bar is not None:
            self.bar.update()
            self.bar.set_postfix_str(f"loss {loss:.5g}, gradient {grad_norm:.1e}", refresh=False)

    def close(self):
        """Leave the terminal."""
        if self.bar is not None:
            self.bar.close()


class Checkpoint:
    """The file in which the best theta and the curves are kept, written now and then."""

    def __init__(self, path):
        self.path, self.saved_at = path, 0.0

    def is_due(self, curves):
        """Whether the last write was long ago."""
        return curves.seconds[-1] - self.saved_at >= SAVE_EVERY

    def save(self, theta, loss, curves):
        """Replace the file, at once or not at all."""
        write_npz(self.path, theta=theta, loss=loss, n_iter=curves.n_iter, **curves.arrays())
        self.saved_at = curves.seconds[-1]


def load_checkpoint(path):
    """What a checkpoint holds: theta, loss, n_iter, and the curves of ``Result``, as a dict.

    SciPy cannot resume L-BFGS's memory of past steps: starting again from the file's theta is a
    new minimisation from a good place. The file is replaced at once or not at all.

    Raises
    ------
    FileNotFoundError, ValueError
        If there is no such file, or it is no checkpoint.
    """
    try:
        with open_npz(path) as file:
            saved = {name: file[name] for name in file.files}
            found = {"loss": float(saved["loss"]), "n_iter": int(saved["n_iter"])}
    except Damaged as error:
        _checks.fail("path", "a checkpoint", f"{str(path)!r}, which is another file or damaged ({error})")
    return saved | found
