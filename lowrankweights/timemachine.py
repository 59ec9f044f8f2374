"""The time machine: filters, loss, error and index sets over the iterations, as a page to scrub through.

A ``Snapshots`` callback keeps theta now and then, more often at the start; ``to_html`` makes the
page, which opens from a file with no server and no network.
"""

from array import array
from pathlib import Path

import numpy as np

from . import _checks, web
from .dictionaries.points import image_grid
from .speed import predict

LONGEST_CURVE = 400  # points of a curve in the page
BODY = '<body class="page lrw"><div class="inner" id="timemachine"></div>'


class Snapshots:
    """A callback that keeps theta on a logarithmic schedule, in float16.

    Parameters
    ----------
    per_doubling : int
        Snapshots while the number of iterations doubles; the first 2 per_doubling or so are all kept.
    max_snapshots : int
        When there are more, every second one is dropped, and from then on half as many are taken.
        Memory: at most 2 (max_snapshots + 2) bytes for each number in theta.

    Attributes
    ----------
    iterations : list of int
        Of the snapshots, in order; the latest iteration is always among them.
    losses : array of float
        After every iteration, from the first on.

    Examples
    --------
    >>> import lowrankweights as lrw
    >>> snapshots = Snapshots(per_doubling=2)
    >>> fun = lambda t: (t @ t, 2 * t)
    >>> result = lrw.minimize(fun, np.array([3.0, -4.0]), callbacks=[snapshots])
    >>> snapshots.iterations[-1] == result.n_iter
    True
    """

    def __init__(self, per_doubling=8, max_snapshots=64):
        self.per_doubling = _checks.integer("per_doubling", per_doubling, at_least=1)
        self.max_snapshots = _checks.integer("max_snapshots", max_snapshots, at_least=4)
        self._begin()

    def _begin(self):
        self._kept, self._latest, self._next = [], None, 1
        self._every = float(self.per_doubling)
        self.losses = array("d")

    def __call__(self, info):
        """Look at one iteration; ``info`` is what ``minimize`` gives its callbacks."""
        if self._latest is not None and info.n_iter <= self._latest[0]:
            self._begin()  # another minimisation
        self.losses.append(info.loss)
        self._latest = info.n_iter, *_pack(info.theta)
        if info.n_iter < self._next:
            return
        self._kept.append(self._latest)
        if len(self._kept) > self.max_snapshots:
            self._kept, self._every = self._kept[::2], self._every / 2
        self._next = max(info.n_iter + 1, round(info.n_iter * 2 ** (1 / self._every)))

    @property
    def iterations(self):
        return [n_iter for n_iter, *_ in self._moments()]

    def thetas(self):
        """Each kept theta in turn, as float64, with the precision of float16."""
        for _, scale, packed in self._moments():
            yield scale * packed.astype(np.float64)

    def filters(self, model):
        """The filters at each snapshot, (n_snapshots, n_v, n_h).

        ``model`` is a fitted estimator or a ``Network`` (the filters of its first layer), or a
        function theta -> W (n_v, n_h).
        """
        return np.array([_expand(model)(theta) for theta in self.thetas()])

    def to_html(self, path, model, shape=None, *, data=None, index_sets=None, n_filters=36):
        """Write the time machine as one HTML page.

        Parameters
        ----------
        path : str or Path
        model : fitted estimator, Network, or function theta -> W (n_v, n_h)
        shape : (height, width) or (height, width, 3), or a Grid of these, optional
            Of a filter; default: the estimator's ``input_shape``.
        data : (X, y), optional
            Held out: the estimator's error on it is drawn too.
        index_sets : list of array, optional
            The known weights of each column; default: the estimator's, of its first layer.
        n_filters : int
            How many filters are shown, evenly chosen among all.

        Returns
        -------
        path : Path

        Raises
        ------
        ValueError
            If nothing was kept, or the shape does not fit the filters.
        """
        if self._latest is None:
            _checks.fail("snapshots", "at least one iteration (pass it in callbacks=[...])", "none")
        W = self.filters(model)
        shape = getattr(model, "input_shape", None) if shape is None else shape
        grid = image_grid(shape, n_v=W.shape[1], n_channels=(1, 3))
        chosen = np.unique(np.linspace(0, W.shape[2] - 1, min(n_filters, W.shape[2])).round().astype(int))
        contents = {
            "shape": [*grid.shape, *([3] if grid.n_channels == 3 else [])],
            "iterations": self.iterations,
            "frames": _frames(W[:, :, chosen]),
            "filters": chosen.tolist(),
            "n_filters": W.shape[2],
            "loss": _thinned(self.losses),
            "error": None if data is None else self._errors(model, *data),
            **_columns(index_sets or _index_sets(model), W.shape[2], chosen),
        }
        path = Path(path).expanduser()
        path.parent.mkdir(parents=True, exist_ok=True)
        page = web.page("Time machine: lowrankweights", BODY, "web/timemachine.js", contents)
        path.write_text(page, encoding="utf-8")
        return path

    def _moments(self):
        """(n_iter, scale, theta / scale in float16) of each snapshot, the latest included."""
        if self._latest is None or (self._kept and self._kept[-1][0] == self._latest[0]):
            return self._kept
        return [*self._kept, self._latest]

    def _errors(self, model, X, y):
        """The share of wrong answers on (X, y) at each snapshot, in percent."""
        if not hasattr(model, "classes_"):
            _checks.fail("data", "a fitted classifier as the model, to count errors", type(model).__name__)
        X, y = np.asarray(X), np.asarray(y)
        if y.shape != (len(X),):
            _checks.fail("data", f"labels y of shape ({len(X)},), one for each row of X", f"shape {y.shape}")
        strangers = np.setdiff1d(y, model.classes_)
        if len(strangers) == len(np.unique(y)):
            known = ", ".join(map(repr, model.classes_[:5].tolist()))
            _checks.fail("data", f"labels among the model's classes ({known}, ...)", repr(y[:5].tolist()))
        answers = (predict(model.network_, theta, X).argmax(axis=1) for theta in self.thetas())
        return [100 * float(np.mean(model.classes_[best] != y)) for best in answers]


def _pack(theta):
    """The largest absolute entry, and theta divided by it in float16."""
    scale = float(np.abs(theta).max(initial=0)) or 1.0
    return scale, (theta / scale).astype(np.float16)


def _expand(model):
    """The function theta -> W (n_v, n_h) of a model's first layer."""
    network = getattr(model, "network_", model)
    if hasattr(network, "weights"):
        return lambda theta: network.weights(theta)[0]
    if not callable(model):
        _checks.fail("model", "a fitted estimator, a Network or a function theta -> W", type(model).__name__)
    return lambda theta: _checks.array("model (what the function returned)", model(theta), ndim=2)


def _frames(W):
    """A text of float16 numbers for each snapshot, filter by filter; a filter's largest weight ever is 1."""
    scale = np.abs(W).max(axis=(0, 1))
    return [web.encode_float16((frame / np.where(scale > 0, scale, 1)).T) for frame in W]


def _thinned(losses):
    """Iterations and losses, on a logarithmic grid of iterations where there are many."""
    n = len(losses)
    kept = np.arange(1, n + 1)
    if n > LONGEST_CURVE:
        kept = np.unique(np.geomspace(1, n, LONGEST_CURVE).round().astype(int))
    return [[int(i), float(losses[i - 1])] for i in kept]


def _index_sets(model):
    return next(iter(getattr(model, "index_sets_", [])), [])


def _columns(index_sets, n_h, chosen):
    """The index set of each column, and the column of each chosen filter."""
    sets = [np.asarray(alpha).tolist() for alpha in index_sets]
    parts = np.array_split(np.arange(n_h), max(1, len(sets)))
    column = np.repeat(np.arange(len(parts)), [len(part) for part in parts])
    return {"index_sets": sets, "columns": column[chosen].tolist()}
