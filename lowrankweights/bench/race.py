"""How long until MNIST is read with 2.0 % test error: few learned numbers by L-BFGS against PyTorch's Adam.

Ours is a small network on principal components; Adam has every weight of the paper's network, with relu, its
faster form, and then the same small network. Everything after loading the data counts, dictionaries too;
looking at the test error does not. The settings were chosen on the last 10,000 training images
(``held_out="validation"``).
"""

import itertools
import time

import numpy as np

from .. import _checks, datasets
from ..building import LayerInput, PrincipalComponents
from ..building.strategies.settings import plain
from ..environment import blas, narrow_kernels, versions
from ..estimators import LowRankMLPClassifier
from ..speed import available_processors, predict
from .cases import SIZES
from .peers import available
from .report import write_json

TARGET = 0.02
COMPONENTS = PrincipalComponents(whitening=0.5)
N_ATOMS, N_HIDDEN = 50, 300
OURS = {
    "hidden_layer_sizes": (N_HIDDEN,),
    "dictionary": COMPONENTS,
    "proportion": N_ATOMS / SIZES[0],
    "n_columns": 1,
    "activation": "relu",
    "standardize": False,  # pixels of the margin, which hardly vary, would count as the others
    "weight_decay": 2e-4,
    "schedule": [(10_000, 60), (60_000, 200)],
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


def ours(train, held_out, target, seed=0, **settings):
    """A ``Watch`` after training with L-BFGS, every iteration looked at, until the target."""
    (X, y), (X_held, y_held) = train, held_out
    watch = Watch(target)

    def look(info):
        if watch.look(lambda: np.mean(predict(model.network_, info.theta, X_held).argmax(1) != y_held)):
            raise StopIteration

    model = LowRankMLPClassifier(callbacks=[look], random_state=seed, **{**OURS, **settings})
    model.fit(X, y)
    return watch


def adam(train, held_out, target, seed=0):
    """The same for PyTorch's Adam on mini-batches, with every weight of the paper's network, and relu."""
    import torch

    return _with_adam(train, held_out, Watch(target), SIZES, torch.nn.ReLU, seed)


def adam_on_components(train, held_out, target, seed=0):
    """The same for Adam with our small network: the input pooled once, as ours is."""
    import torch

    (X, y), (X_held, y_held) = train, held_out
    watch = Watch(target)
    U = COMPONENTS.prepare(LayerInput(X), np.random.default_rng(seed)).draw(N_ATOMS).U
    U = U.astype(X.dtype)
    sizes = (N_ATOMS, N_HIDDEN, SIZES[-1])
    return _with_adam((X @ U, y), (X_held @ U, y_held), watch, sizes, torch.nn.ReLU, seed)


def _with_adam(train, held_out, watch, sizes, activation, seed):
    import torch

    torch.manual_seed(seed)
    torch.set_num_threads(available_processors())
    (X, y), (X_held, y_held) = ((torch.from_numpy(X), torch.from_numpy(y)) for X, y in (train, held_out))
    layers = [f for a, b in itertools.pairwise(sizes) for f in (torch.nn.Linear(a, b), activation())]
    model, n = torch.nn.Sequential(*layers[:-1]), len(X)
    optimizer = torch.optim.Adam(model.parameters(), lr=ADAM["learning_rate"])
    every = max(1, -(-n // ADAM["batch_size"]) // ADAM["evaluations_an_epoch"])

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


RACERS = {"Adam, every weight": adam, "Adam, the small network": adam_on_components, "ours": ours}


def run(repeats=5, held_out="test", target=TARGET, json_file=None):
    """Race ``repeats`` times in turn, a seed each; prints and returns the seconds, and their ratios."""
    _checks.choice("held_out", held_out, ("test", "validation"))
    if "torch" not in available():
        _checks.fail("--race", "PyTorch (pip install torch==2.13.0)", "none")
    if hint := narrow_kernels(blas()):
        print(hint)
    train, held = _mnist(held_out)
    seconds = {name: [] for name in RACERS}
    for seed in range(repeats):
        for name, racer in RACERS.items():
            watch = racer(train, held, target, seed)
            seconds[name].append(watch.reached())
            best = min(error for _, error in watch.seen)
            print(f"{name:>23}: {_seconds(seconds[name][-1])} to {100 * target:.1f} % {held_out} error "
                  f"(best {100 * best:.2f} %)", flush=True)  # fmt: skip
    own = seconds["ours"]
    ratios = {name: _ratios(name, seconds[name], own) for name in RACERS if name != "ours"}
    settings = {"target": target, "held_out": held_out, "ours": plain(OURS), "adam": ADAM,
                "versions": versions()}  # fmt: skip
    report = {"seconds": seconds, "ratios": ratios, "settings": settings}
    if json_file is not None:
        write_json(json_file, report)
    return report


def _mnist(held_out):
    """(X, y) to train on, and (X, y) to look at."""
    mnist = datasets.fetch_mnist()
    X, y = mnist.X_train, mnist.y_train
    if held_out == "validation":
        return (X[:-10_000], y[:-10_000]), (X[-10_000:], y[-10_000:])
    return (X, y), (mnist.X_test, mnist.y_test)


def _ratios(name, seconds, own):
    """Seconds of each seed over ours; where either did not arrive None. Prints the median and the ends."""
    found = [a / b if a and b else None for a, b in zip(seconds, own, strict=True)]
    arrived = [ratio for ratio in found if ratio is not None]
    if not arrived:
        print(f"{name} / ours: no ratio, as the target was never reached by both")
        return found
    missing = f", {len(found) - len(arrived)} left out, not reached" if len(arrived) < len(found) else ""
    print(f"{name} / ours: {np.median(arrived):.2f} ({min(arrived):.2f} to {max(arrived):.2f}{missing})")
    return found


def _seconds(value):
    return "not reached" if value is None else f"{value:.1f} s"
