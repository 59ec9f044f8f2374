"""A kernel whose hyperparameters, and the ridge, are learned before the long training: in three ways."""

import dataclasses
from dataclasses import dataclass
from typing import Any

import numpy as np

from ... import _checks
from ...dictionaries.index_sets import sample_index_set
from ...dictionaries.kernel_learning import RIDGE, descend, learn_kernel, pull_back_to_kernel
from ...dictionaries.length_scales import pixel_of
from ...dictionaries.ridge import SingularKernel, kernel_ridge
from ...networks import Rows
from ...optimisation.lbfgs import minimize
from ...speed import Objective
from ...weights.parametrisations import Full, Predicted
from ..brief_network import brief_filters, brief_model, sample_of
from .kernel_strategies import KernelStrategy, SquaredExponentialRidge, kernel_strategy_of

WAYS = ("likelihood", "validation", "network")
N_FILTERS, N_ROWS, N_UNITS, N_ATOMS = 30, 4000, 1000, 100
N_ITERATIONS, N_ROUNDS, N_STEPS = 30, 4, 5
WEIGHT_DECAY, NEARLY_ZERO = 1e-3, 1e-3
SMOOTH = SquaredExponentialRidge()
FACTORS = {RIDGE: 10.0}  # by which validation changes a hyperparameter; 2 of others
MOST_TRIALS, FEWEST_ROWS = 30, 4


@dataclass(frozen=True)
class LearnedKernel(KernelStrategy):
    """Kernel ridge with a kernel that is learned from briefly trained networks of 30 hidden units (ours).

    The paper leaves it open (section 5: "learning the kernel functions directly from the data").

    Parameters
    ----------
    of : KernelStrategy, kernel, or name of a strategy with a kernel
        Where learning begins: the squared exponential, say, whose usual length scale of 1 is here a pixel (of
        scattered points the median distance to the next one), or one with a scale for each axis,
        ``SquaredExponential((1.0, 1.0))``. What is learned are its ``hyperparameters``, and the ridge.
    by : "likelihood", "validation" or "network"
        The ones that make filters of a network with every weight most probable; those with which a network of
        predicted weights errs least on rows held out, each doubled or halved in turn; or with such a network:
        between its L-BFGS stages dL/dU is pulled back to them.
    activation : str
        Of the hidden units.
    relative_ridge : float, optional
        Where that of the ridge begins; None: as ``of`` has it.

    Examples
    --------
    >>> from lowrankweights import Grid, SquaredExponential
    >>> from lowrankweights.building import LayerInput
    >>> waves = np.sin(np.add.outer(np.random.default_rng(0).uniform(0, 6, 200), np.arange(40) / 4))
    >>> prepared = LearnedKernel().prepare(LayerInput(waves, Grid((40,))), rng=0)
    >>> 2 < prepared.seen.kernel.length_scale < 12
    True
    """

    name, sees = "learned_kernel", ("weight", "targets")
    relative_ridge: float | None = None
    of: Any = SMOOTH
    by: str = "likelihood"
    activation: str = "sigmoid"

    def __post_init__(self):
        _checks.choice("by", self.by, WAYS)
        if self.relative_ridge is not None:  # what is learned is multiplied
            _checks.number("relative_ridge (for 'learned_kernel')", self.relative_ridge, above=0)
        strategy = kernel_strategy_of(self.of)
        if self.relative_ridge is None:
            object.__setattr__(self, "relative_ridge", strategy.relative_ridge)
        changes = {"index_set": self.index_set, "relative_ridge": self.relative_ridge}
        object.__setattr__(self, "of", dataclasses.replace(strategy, **changes))

    def kernel(self, layer_input):
        return self._begin(layer_input).kernel(layer_input)

    def _begin(self, layer_input):
        """Where learning begins, a length scale of one in pixels."""
        usual = isinstance(self.of, SquaredExponentialRidge) and self.of.length_scale == SMOOTH.length_scale
        if not usual or layer_input.points is None:
            return self.of
        return dataclasses.replace(self.of, length_scale=pixel_of(layer_input.points))

    def look(self, layer_input, rng, n_threads=None, **resources):
        v, weight = layer_input.data(self.name), layer_input.weight
        n = len(v) if weight is None else np.count_nonzero(weight)
        if self.by == "validation" and n < FEWEST_ROWS:
            expected = f"at least {FEWEST_ROWS} rows, a quarter of which judge, for {self.name!r}"
            _checks.fail(layer_input.name, expected, n)
        begin = self._begin(layer_input).take_apart(layer_input)
        v, targets, weight = sample_of(layer_input, N_ROWS, rng)
        how = {"activation": self.activation, "weight_decay": WEIGHT_DECAY, "n_threads": n_threads}
        brief = _Brief(begin, v, targets, weight, rng, how)
        kernel, ridge = getattr(brief, self.by)()
        return dataclasses.replace(begin, kernel=kernel, ridge=ridge)


class _Brief:
    """Brief trainings on some rows, and what they say of the kernel."""

    def __init__(self, begin, v, targets, weight, rng, how):
        self.begin, self.v, self.targets, self.weight, self.how = begin, v, targets, weight, how
        self.rng, self.points = rng, begin.points
        n_v, candidates = v.shape[1], begin.candidates
        self.candidates = np.arange(n_v) if candidates is None else candidates
        n_atoms = max(1, min(N_ATOMS, len(self.candidates) // 5))
        self.alpha = sample_index_set(n_v, n_atoms, rng, candidates=self.candidates)

    def likelihood(self):
        """The most probable, given filters of a network with every weight."""
        how = self.how | {"initial": NEARLY_ZERO, "weight": self.weight}
        W = brief_filters(self.v, self.targets, N_FILTERS, N_ITERATIONS, self.rng, **how)
        n = min(N_UNITS, len(self.candidates))
        units = sample_index_set(len(W), n, self.rng, candidates=self.candidates)
        return learn_kernel(W[units], self.begin.kernel, self.points, units, self.begin.ridge)

    def network(self):
        """Those that lower the loss of a network of predicted weights, between its stages."""
        kernel, ridge = self.begin.kernel, self.begin.ridge
        theta = self._model(self._predicted(kernel, ridge)).init(self.rng)
        full = self._objective(Full(self.v.shape[1], N_FILTERS), 0.0)
        n = len(self.alpha) * N_FILTERS
        for _ in range(N_ROUNDS):
            objective = self._objective(self._predicted(kernel, ridge), WEIGHT_DECAY)
            theta = minimize(objective, theta, max_iter=N_ITERATIONS // 2, on_interrupt="raise").theta
            w_alpha, rest = theta[:n].reshape(-1, N_FILTERS), theta[n:]

            def loss(kernel, ridge, w_alpha=w_alpha, rest=rest):
                W = kernel_ridge(kernel, self.points, self.alpha, ridge) @ w_alpha
                value, gradient = full(np.concatenate([W.ravel(), rest]))
                # W = U w_alpha, so that dU = dW w_alpha^T
                dU = gradient[: W.size].reshape(W.shape) @ w_alpha.T
                return value, pull_back_to_kernel(dU, kernel, self.points, self.alpha, ridge)

            kernel, ridge = descend(loss, kernel, ridge, N_STEPS, widest=3.0)
        return kernel, ridge

    def validation(self):
        """Those with which a network errs least on a quarter of the rows, changed one at a time."""
        kernel, ridge = self.begin.kernel, self.begin.ridge
        held_out = self.rng.permutation(len(self.v)) < len(self.v) // 4
        theta0 = self._model(self._predicted(kernel, ridge)).init(self.rng)
        best, tried, improved = self._error(kernel, ridge, theta0, held_out), 1, True
        while improved and tried < MOST_TRIALS:
            improved = False
            for name in [*kernel.hyperparameters, RIDGE]:
                for factor in (FACTORS.get(name, 2.0), 1 / FACTORS.get(name, 2.0)):
                    other = _changed(kernel, ridge, name, factor)
                    error, tried = self._error(*other, theta0, held_out), tried + 1
                    if error < best:
                        best, (kernel, ridge), improved = error, other, True
                        break
        return kernel, ridge

    def _error(self, kernel, ridge, theta0, held_out):
        """The loss on rows held out, of a network that learned the others; inf where K is singular."""
        try:
            predicted = self._predicted(kernel, ridge)
        except SingularKernel:
            return np.inf
        objective = self._objective(predicted, WEIGHT_DECAY, ~held_out)
        theta = minimize(objective, theta0, max_iter=N_ITERATIONS, on_interrupt="raise").theta
        return self._objective(predicted, 0.0, held_out)(theta)[0]

    def _predicted(self, kernel, ridge):
        return Predicted(kernel_ridge(kernel, self.points, self.alpha, ridge), N_FILTERS)

    def _model(self, parametrisation):
        return brief_model(parametrisation, self.targets, self.how["activation"])

    def _objective(self, parametrisation, weight_decay, rows=slice(None)):
        v, weight = self.v[rows], None if self.weight is None else self.weight[rows]
        Y = v if self.targets is None else self.targets.Y[rows]
        how = {"n_threads": self.how["n_threads"], "rows": Rows.of(len(v), weight)}
        return Objective(self._model(parametrisation), v, Y, weight_decay, **how)


def _changed(kernel, ridge, name, factor):
    """The kernel and the ridge with one hyperparameter multiplied."""
    if name == RIDGE:
        return kernel, ridge * factor
    values = kernel.hyperparameters
    return kernel.with_hyperparameters(values | {name: factor * values[name]}), ridge
