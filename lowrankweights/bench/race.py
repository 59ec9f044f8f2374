"""How long until MNIST is read with 2.0 % test error: ours against PyTorch's Adam.

Everything after loading the data counts, dictionaries too; looking at the test error does not.
The settings were chosen on the last 10,000 training images (``held_out="validation"``).
"""

import itertools
import time

import numpy as np

from .. import _checks, datasets
from ..environment import versions
from ..estimators import LowRankMLPClassifier
from ..speed import available_processors, predict
from .cases import SIZES
from .peers import available
from .report import write_json

TARGET = 0.02
OURS = {
    "dictionary": ("squared_exponential", "covariance"),
    "proportion": 0.1,
    "n_columns": 3,
    "ridge": 1e-3,
    "input_shape": (28, 28),
    "weight_decay": 5e-5,
    "schedule": [(4_000, 40), (10_000, 40), (25_000, 40), (60_000, 120)],
}
ADAM = {"batch_size": 128, "learning_rate": 1e-3, "evaluations_an_epoch": 4, "max_epochs": 40}


class Watch:
    """Seconds since it was made, less the time spent looking at errors; keeps (seconds, error)."""

    def __init__(self, target, clock=time.perf_counter):
        self.clock, self.start, self.excluded, self.target, self.seen = clock, clock(), 0.0, target, []

    def look(self, error):
        """Note what ``error()`` is now; returns whether the target is reached."""
        before = self.clock()
        self.seen.append((before - self.start - self.excluded, float(error())))
        self.excluded += self.clock() - before
        return self.seen[-1][1] <= self.target

    def reached(self):
        """Seconds to the target, or None."""
        return next((seconds for seconds, error in self.seen if error <= self.target), None)


def ours(train, held_out, target, **settings):
    """A ``Watch`` after training with L-BFGS, every iteration looked at, until the target."""
    (X, y), (X_held, y_held) = train, held_out
    watch = Watch(target)

    def look(info):
        if watch.look(lambda: np.mean(predict(model.network_, info.theta, X_held).argmax(1) != y_held)):
            raise StopIteration

    model = LowRankMLPClassifier(SIZES[1:-1], callbacks=[look], random_state=0, **{**OURS, **settings})
    model.fit(X, y)
    return watch


def adam(train, held_out, target):
    """The same for PyTorch's Adam on mini-batches, with every weight learned."""
    import torch

    torch.manual_seed(0)
    torch.set_num_threads(available_processors())
    (X, y), (X_held, y_held) = ((torch.from_numpy(X), torch.from_numpy(y)) for X, y in (train, held_out))
    watch, n = Watch(target), len(X)
    layers = [f(a, b) for a, b in itertools.pairwise(SIZES) for f in (torch.nn.Linear, _sigmoid)]
    model = torch.nn.Sequential(*layers[:-1])
    optimizer = torch.optim.Adam(model.parameters(), lr=ADAM["learning_rate"])
    batches = -(-n // ADAM["batch_size"])
    every = batches // ADAM["evaluations_an_epoch"]

    def error():
        with torch.no_grad():
            return (model(X_held).argmax(1) != y_held).float().mean()

    for _ in range(ADAM["max_epochs"]):
        for i, rows in enumerate(torch.randperm(n).split(ADAM["batch_size"]), start=1):
            optimizer.zero_grad()
            torch.nn.functional.cross_entropy(model(X[rows]), y[rows]).backward()
            optimizer.step()
            if i % every == 0 and watch.look(error):
                return watch
    return watch


def _sigmoid(*_):
    import torch

    return torch.nn.Sigmoid()


def run(repeats=3, held_out="test", target=TARGET, json_file=None):
    """Race ``repeats`` times in turn; prints and returns the seconds of each, and their ratio."""
    _checks.choice("held_out", held_out, ("test", "validation"))
    if "torch" not in available():
        _checks.fail("--race", "PyTorch (pip install torch==2.13.0)", "none")
    mnist = datasets.fetch_mnist()
    train, test = (mnist.X_train, mnist.y_train), (mnist.X_test, mnist.y_test)
    if held_out == "validation":
        train, test = [(a[:-10_000], a[-10_000:]) for a in train], None
        train, test = tuple(zip(*train, strict=True))
    seconds = {"PyTorch Adam": [], "ours": []}
    for _ in range(repeats):
        for name, racer in (("PyTorch Adam", adam), ("ours", ours)):
            watch = racer(train, test, target)
            seconds[name].append(watch.reached())
            best = min(error for _, error in watch.seen)
            print(f"{name:>13}: {_seconds(seconds[name][-1])} to {100 * target:.1f} % {held_out} error "
                  f"(best {100 * best:.2f} %)", flush=True)  # fmt: skip
    ratios = [a / b if a and b else None for a, b in zip(*seconds.values(), strict=True)]
    if None in ratios:
        print("PyTorch Adam / ours: no ratio, as the target was not always reached")
    else:
        print(f"PyTorch Adam / ours: {np.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})")
    settings = {"target": target, "held_out": held_out, "ours": OURS, "adam": ADAM, "versions": versions()}
    report = {"seconds": seconds, "ratios": ratios, "settings": settings}
    if json_file is not None:
        write_json(json_file, report)
    return report


def _seconds(value):
    return "not reached" if value is None else f"{value:.1f} s"
