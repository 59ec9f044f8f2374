"""Rows that networks learn from, in an order in which a sample grows, and rows that judge them."""

import math
import threading

import numpy as np

from .. import _checks
from ..building import LayerInput, Targets
from ..building.scale import Scale
from ..networks import Rows
from ..optimisation import minimize
from ..speed import Objective, predict

USUAL_SHARE = 5  # of the rows one in so many judges
ENOUGH, ENOUGH_LAST = 400, 10_000  # rows that judge: where one fold has fewer there are more folds
KINDS = ("classes", "labels", "values")
MOST_LAST = 3  # folds, for the last few networks, unless more are usual


class Fold:
    """Training rows and rows held out; what is made of data is made of the training rows alone.

    Parameters
    ----------
    X : array, (n, n_v)
    Y : array, (n, n_out)
        One-hot rows, zeros and ones, or real numbers.
    loss : str
    kind : "classes", "labels" or "values"
        What Y is, and so what an error is.
    points : Grid, Points or None
    train, held_out : array of int
        Rows of each; a sample of the first is its beginning.
    weight : array, (n,), optional
    standardize : bool
        Columns less their mean, over their standard deviation, both of the training rows.
    seed : int
    """

    def __init__(self, X, Y, loss, kind, points, train, held_out, weight, standardize, seed):
        self.loss, self.kind, self.points, self.seed, self.seen = loss, kind, points, seed, {}
        self.lock, self.locks = threading.Lock(), {}
        self.X, self.X_held_out = X[train], X[held_out]
        self.weight = None if weight is None else weight[train]
        self.held_out_weight = None if weight is None else weight[held_out]
        if standardize:
            scale = Scale.of(self.X, self.weight)
            self.X, self.X_held_out = scale.applied_to(self.X), scale.applied_to(self.X_held_out)
        self.Y, self.Y_held_out = Y[train].astype(X.dtype), Y[held_out]
        self.targets = Scale.of(self.Y, self.weight) if kind == "values" else None
        self.learns_scaled = kind == "values" and loss == "squared_error"  # as the estimators do
        if self.learns_scaled:
            self.Y = self.targets.applied_to(self.Y)

    def prepared(self, strategy):
        """A strategy after its look at the training rows; it looks once."""
        with self.lock:
            own = self.locks.setdefault(strategy, threading.Lock())
        with own:  # others need not wait while one trains a network
            if strategy not in self.seen:
                targets = Targets(self.Y, self.loss)
                layer_input = LayerInput(self.X, self.points, weight=self.weight, targets=targets)
                self.seen[strategy] = strategy.prepare(
                    layer_input, np.random.default_rng(self.seed), n_threads=1
                )
            return self.seen[strategy]

    def learn(self, net, theta, weight_decay, n_rows, n_iter, tol=1e-6):
        """theta after so many iterations on the first rows, or where the gradient is at most ``tol``."""
        weight = None if self.weight is None else self.weight[:n_rows]
        how = {"n_threads": 1, "rows": Rows.of(n_rows, weight)}
        objective = Objective(net, self.X[:n_rows], self.Y[:n_rows], weight_decay, **how)
        return minimize(objective, theta, max_iter=n_iter, tol=tol, on_interrupt="raise").theta

    def judge(self, net, theta):
        """Losses and errors of the rows held out, two arrays (n_held_out,), each times the row's weight.

        Of classes the loss is the mean of the error and the Brier score, which tells two networks apart with
        fewer rows than either; of values both are the squared error over the variance.
        """
        output = predict(net, theta, self.X_held_out, n_threads=1)
        if self.kind == "values":
            if self.learns_scaled:
                output = output * self.targets.scale + self.targets.mean
            errors = np.mean(((output - self.Y_held_out) / self.targets.scale) ** 2, axis=1)
            losses = errors
        else:
            errors = wrong(output, self.Y_held_out, self.kind)
            brier = np.sum((output - self.Y_held_out) ** 2, axis=1) / 2
            losses = (brier + errors) / 2
        if self.held_out_weight is not None:
            share = self.held_out_weight / self.held_out_weight.mean()
            losses, errors = losses * share, errors * share
        return losses, errors


def wrong(output, Y, kind):
    """1.0 where the most probable class is another, or the share of the labels that are wrong, (n,)."""
    if kind == "classes":
        return (output.argmax(axis=1) != Y.argmax(axis=1)).astype(float)
    return np.mean((output > 0.5) != (Y > 0.5), axis=1)


def kind_of(loss):
    """What Y is where nothing else is said: "classes", "labels" or "values"."""
    usual = {"softmax_cross_entropy": "classes", "sigmoid_cross_entropy": "labels"}
    return usual.get(loss, "values")


class Folds:
    """Folds whose held-out rows are all different; each is made when it is wanted.

    Parameters
    ----------
    X, Y, loss, points, weight, standardize
        As in ``Fold``.
    kind : str, optional
        As in ``Fold``; None: what the loss is usually for.
    rng : seed or numpy.random.Generator

    Attributes
    ----------
    n_rows, n_v, n_out : int
        Of all rows: how many, and their inputs and outputs.
    n_varying : int
        How many of the inputs vary.
    usual, most : int
        How many folds judge, and how many the last few networks: one where rows are many.
    """

    def __init__(self, X, Y, loss, points, rng, *, kind=None, weight=None, standardize=False):
        X = _checks.in_range("X", _checks.array("X", X, ndim=2))
        Y = _checks.array("Y", Y, shape=(len(X), None))
        if not isinstance(loss, str):
            _checks.fail("loss", "a loss's name", repr(loss))
        weight, rng = _checks.row_weights(weight, len(X)), _checks.generator(rng)
        if weight is not None:  # those that do not count could not judge
            X, Y, weight = X[weight > 0], Y[weight > 0], weight[weight > 0]
        (self.n_rows, self.n_v), self.n_out = X.shape, Y.shape[1]
        self.kind = _checks.choice("kind", kind_of(loss) if kind is None else kind, KINDS)
        if self.kind == "classes" and self.n_out < 2:
            _checks.fail("Y", "a column for each class", f"shape {Y.shape}")
        several = self.n_out > 1 and self.kind != "values"
        if len(X) < USUAL_SHARE:
            _checks.fail("X", f"at least {USUAL_SHARE} rows, of which one judges", f"shape {X.shape}")
        n, drawn = self.n_rows, spread_order(Y.argmax(axis=1) if several else Y, rng)
        self.part = np.empty(n, dtype=int)
        self.part[drawn] = np.arange(n) % USUAL_SHARE
        self.usual, self.most = (
            int(np.clip(math.ceil(enough * USUAL_SHARE / n), 1, USUAL_SHARE))
            for enough in (ENOUGH, ENOUGH_LAST)
        )
        self.most = max(self.usual, min(self.most, MOST_LAST))
        self.order, self.seed, self.made, self.lock = drawn, int(rng.integers(2**31)), {}, threading.Lock()
        self.n_varying = max(1, int((X.min(axis=0) < X.max(axis=0)).sum()))
        self.about = X, Y, loss, points, weight, standardize

    def first(self, n):
        """The first n folds, a list of ``Fold``."""
        return [self._fold(k) for k in range(n)]

    def _fold(self, k):
        with self.lock:
            if k not in self.made:
                X, Y, loss, points, weight, standardize = self.about
                # rows in an order in which any beginning holds all kinds
                rows = stride(self.order[self.part[self.order] != k]), np.flatnonzero(self.part == k)
                self.made[k] = Fold(X, Y, loss, self.kind, points, *rows, weight, standardize, self.seed + k)
            return self.made[k]


def spread_order(y, rng):
    """Rows in an order in which neighbours are alike: class by class, or by the (first) target."""
    order = rng.permutation(len(y))
    return order[np.argsort((y if y.ndim == 1 else y[:, 0])[order], kind="stable")]


def stride(order):
    """The same rows, so that the first n are evenly from the whole order, for any n.

    >>> stride(np.arange(8)).tolist()
    [0, 4, 2, 6, 1, 5, 3, 7]
    """
    # the place with its bits reversed: the beginning is spread over the whole
    n = len(order)
    bits = max(1, (n - 1).bit_length())
    places = np.arange(2**bits)
    reverse = sum(((places >> i) & 1) << (bits - 1 - i) for i in range(bits))
    return order[reverse[reverse < n]]
