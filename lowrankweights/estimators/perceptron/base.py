"""What the classifier and the regressor share: the path from rows to theta, the output."""

import numpy as np
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from ... import _checks
from ..._blas import one_blas_thread
from ...building import build, layer_specs, takes_length_scale, with_trained_length_scale
from ...building.scale import Scale, warn_of_scale
from ...networks.layers import Weighted
from ...optimisation.lbfgs import minimize_stages
from ...speed import Objective, predict
from ..common import Lost, fitted_dictionaries, numeric_types, warn_if_unfinished
from ..inputs import check_memory, check_row_shape, even_targets, flat, said_of, shape_of, validated
from .parameters import PerceptronParameters
from .selecting import described, select, selects
from .training import Validation, stages_of
from .units import Folding

# The parameters that describe the hidden layers.
OF_LAYERS = [
    *["hidden_layer_sizes", "dictionary", "proportion", "n_columns", "length_scale", "ridge"],
    *["activation", "n_pieces", "index_sets", "pretrain", "pretrain_iter"],
]
OF_NETWORK = [*OF_LAYERS, "budget", "max_loss", "dropout", "input_shape", "points", "loss", "standardize"]


class LowRankMLP(PerceptronParameters):
    """The path from rows to theta, and the output; a subclass encodes y.

    Attributes
    ----------
    standardised_loss : str or None
        The loss for which Y is standardised.
    kind_of_targets : "classes", "labels" or "values"
    """

    standardised_loss, kind_of_targets = None, "values"
    layer_parameters, network_parameters = OF_LAYERS, OF_NETWORK

    @property
    def partial_fit(self):
        raise AttributeError(
            "partial_fit: there is none, as L-BFGS needs the loss of all rows at once. To go on, with other "
            "rows or more iterations: warm_start=True, or fit(X, y, theta0=model.theta_)."
        )

    @property
    def _goes_on(self):
        """Whether ``fit`` goes on with the network that is there."""
        return self.warm_start and hasattr(self, "network_")

    def _table(self, X, y, **how):
        """X (n, n_v) and y, checked, and what was said of where X's columns are: input_shape and points."""
        self.check_parameters()
        dtypes = numeric_types(self.dtype)
        # rows for validation are copied, or come besides
        check_memory(X, dtypes, self._n_tables(shape_of(X)), n_copies=int(self.early_stopping))
        X, row_shape = flat(X)
        how |= {"dtype": dtypes, "ensure_min_samples": 2, "reset": not self._goes_on}
        X, y = validated(self, X, y, **how)
        return X, y, said_of(row_shape, self.input_shape, self.points, X.shape[1])

    def _n_tables(self, shape):
        """How many tables of X's size ``fit`` has at once in float64; ``shape``: of X as it is given."""
        has_places = len(shape) > 2 or self.input_shape is not None or self.points is not None
        return 3 if self._standardises(has_places) else 1

    def _standardises(self, has_places):
        return not has_places if self.standardize == "auto" else self.standardize

    def _validation_table(self, X_val, y_val, **how):
        """X_val and y_val, checked; None where there are none."""
        if X_val is None and y_val is None:
            return None
        if X_val is None or y_val is None:
            missing = "X_val" if X_val is None else "y_val"
            _checks.fail(missing, "both X_val and y_val, or neither", "None")
        if not self.early_stopping:
            _checks.fail("early_stopping", "True where X_val is given", repr(self.early_stopping))
        X_val, _ = flat(X_val, "X_val")
        even_targets(y_val, "y_val")
        return validated(self, X_val, y_val, dtype=numeric_types(self.dtype), reset=False, **how)

    def _learn(self, rows, said, loss, *, theta0=None, held_out=None, classes=None):
        """Learn theta from ``LabelledRows``; ``classes`` (n,): held-out rows are drawn from each."""
        rng = np.random.default_rng(check_random_state(self.random_state).randint(2**31))
        _checks.in_range("X", rows.X)
        if self.early_stopping and held_out is None:
            rows, held_out = rows.split(self.validation_fraction, rng, classes)
        goes_on = self._goes_on
        inputs, targets = self._units() if goes_on else self._new_units(rows, said, loss)
        if goes_on:
            self._check_network(rows, loss)
            self._take_weight_decay()
        raw, rows = rows, rows.in_units(inputs, targets, self.n_threads)
        if goes_on:
            folding = Folding.of_outer(self.network_, inputs, targets)
            theta = folding.unfold(self.theta_)
        else:
            net, theta = self._build(rows, said, loss, rng, self._select(raw, rows, said, loss, rng))
            folding = Folding(net, inputs, targets)
        if theta0 is not None:
            theta = folding.unfold(_checks.array("theta0", theta0, shape=theta.shape, dtype=np.float64))
        self.network_ = folding.outer  # callbacks may look at it
        self.n_stages_ = getattr(self, "n_stages_", 0) if goes_on else 0
        result = self._minimize(folding, theta, rows, held_out, rng)
        self._keep(result, folding.fold(result.theta))
        return self

    def _minimize(self, folding, theta, rows, held_out, rng):
        """L-BFGS on the network that is inside, in stages where there is a schedule."""
        net = folding.inner
        how = {"n_threads": self.n_threads, "engine": self.engine, "rows": rows.context}
        decay = self.weight_decay if self.chosen_ is None else self.chosen_["weight_decay"]
        objective = Objective(net, rows.X, rows.Y, decay, **how)
        if folding.inputs is None:
            warn_of_scale(rows.X)
        which = {"redrawn": self.dropout > 0, "first": self.n_stages_}
        stages = stages_of(self.schedule, objective, self.max_iter, rng, **which)
        self.n_stages_ += len(stages)
        callbacks, validation = folding.seen_by(self.callbacks), None
        if self.early_stopping:
            held_out = held_out.in_units(folding.inputs, folding.targets, self.n_threads)
            validation = Validation(net, held_out, theta, self.n_iter_no_change, self.n_threads)
            callbacks = [*callbacks, validation]
        result = minimize_stages(stages, theta, tol=self.tol, callbacks=callbacks, progress=self.verbose)
        n_iter = sum(k for _, k in stages) if stages[-1][1] else 0
        warn_if_unfinished(result, n_iter, "" if folding.inputs is not None else "standardize=True")
        if validation is not None:
            result = validation.best_of(result)
            self.validation_loss_curve_ = np.array(validation.curve)
            self.best_iter_ = validation.best_iter
        return result

    def _select(self, raw, rows, said, loss, rng):
        """Parameters that are chosen by validation; none unless budget, max_loss or "auto" ask for it.

        ``raw``: rows as they came, ``rows``: in the units that are learned in.
        """
        self.selection_ = self.chosen_ = None
        if not selects(self):
            return {}
        standardises = self._standardises(any(part is not None for part in said))

        def trained(spec):
            return self._with_length_scale(spec, self.dictionary, rows, loss, rng)

        self.selection_ = select(self, raw, said, loss, standardises, rng.spawn(1)[0], trained)
        choice = self.selection_.chosen.choice
        self.chosen_ = described(choice)
        return {name: value for name, value in choice.parameters().items() if name != "weight_decay"}

    def _build(self, rows, said, loss, rng, selected):
        """A new network for these rows, with its initial theta; ``selected``: parameters that were chosen."""
        chosen = {name: getattr(self, name) for name in self.layer_parameters} | selected
        auto = isinstance(self.length_scale, str) and self.length_scale == "auto"
        chosen |= {"input_shape": said[0], "points": said[1]} | ({"length_scale": None} if auto else {})
        specs = layer_specs(n_v=rows.X.shape[1], **chosen)
        how = {"weight": rows.weight, "n_threads": self.n_threads}
        if auto:
            first = self._with_length_scale(specs[0], chosen["dictionary"], rows, loss, rng)
            specs = (first, *specs[1:])
        how |= {"engine": self.engine, "dropout": self.dropout, "Y": rows.Y}
        net, theta, built = build(specs, rows.X, rows.Y.shape[1], loss, rng, **how)
        self.points_, self.length_scale_ = specs[0].points, getattr(specs[0].dictionary, "length_scale", None)
        self.index_sets_, self.recipes_ = [b.index_sets for b in built], [b.recipes for b in built]
        self.unexplained_ = [b.unexplained for b in built]
        self.pretrain_loss_curves_ = [b.pretraining.loss_curve for b in built if b.pretraining is not None]
        return net, theta

    def _with_length_scale(self, spec, dictionary, rows, loss, rng):
        """The first layer's specification with the length scale of trained filters, if it has one."""
        first = dictionary[0] if isinstance(dictionary, (tuple, list)) else dictionary
        if not takes_length_scale(first):
            return spec
        how = {"weight": rows.weight, "n_threads": self.n_threads, "rng": rng.spawn(1)[0]}
        return with_trained_length_scale(spec, rows.X, rows.Y, loss, **how)

    def _new_units(self, rows, said, loss):
        """The ``Scale`` of X's columns where they are standardised, and that of Y's for the squared error."""
        standardises = self._standardises(any(part is not None for part in said))
        inputs = Scale.of(rows.X, rows.weight) if standardises else None
        targets = Scale.of(rows.Y, rows.weight) if loss == self.standardised_loss else None
        self.input_mean_, self.input_scale_ = inputs or (None, None)
        self.target_mean_, self.target_scale_ = targets or (None, None)
        return inputs, targets

    def _units(self):
        """Those of the last ``fit``."""
        pairs = (self.input_mean_, self.input_scale_), (self.target_mean_, self.target_scale_)
        return [None if mean is None else Scale(mean, scale) for mean, scale in pairs]

    def _take_weight_decay(self):
        """A warm start has the weight decay that was chosen, unless another was asked for since."""
        if self.chosen_ is not None and self.weight_decay != getattr(self, "_asked_decay", self.weight_decay):
            self.chosen_ = self.chosen_ | {"weight_decay": self.weight_decay}

    def _check_network(self, rows, loss):
        """A ``ValueError`` unless the fitted network is the one that is asked for."""
        remedy = "or warm_start=False, for a new network"
        for name, value in self._made_with.items():
            if not _equal(value, getattr(self, name)):
                _checks.fail(
                    name, f"{value!r}, as in the network that goes on ({remedy})", getattr(self, name)
                )
        net = self.network_
        n_out, wanted = rows.Y.shape[1], (net.n_out, net.loss)
        if (n_out, loss) != wanted:
            _checks.fail("y", f"{wanted[0]} outputs for {wanted[1]!r} ({remedy})", f"{n_out} for {loss!r}")

    def _keep(self, result, theta):
        """Set what describes the fitted model."""
        self.theta_ = theta
        self.n_iter_, self.loss_, self.loss_curve_ = result.n_iter, result.loss, result.loss_curve
        self.stop_report_, self._asked_decay = str(result), self.weight_decay
        self.describe_fit()

    def take_network(self, net, theta):
        """Be fitted with a network from elsewhere, and its theta."""
        self.network_, self.theta_, self.n_features_in_ = net, theta, int(np.prod(net.in_shape))
        hidden = net.layers[:-1]
        self.index_sets_, self.recipes_, self.unexplained_ = ([[] for _ in hidden] for _ in range(3))
        self.points_ = self.length_scale_ = self.selection_ = self.chosen_ = None
        self.input_mean_ = self.input_scale_ = self.target_mean_ = self.target_scale_ = None
        self.pretrain_loss_curves_, self.loss_curve_ = [], np.zeros(0)
        self.n_iter_, self.loss_, self.n_stages_ = 0, np.nan, 0
        self.stop_report_ = "trained elsewhere"
        self.describe_fit()

    def describe_fit(self):
        """Set the fitted attributes that follow from ``network_`` and ``theta_``."""
        self.filters_ = self.network_.weights(self.theta_)
        hidden = [layer.parametrisation for layer in self.network_.layers[:-1] if isinstance(layer, Weighted)]
        self.dictionaries_ = [fitted_dictionaries(q) for q in hidden]
        self.n_dynamic_, self.n_static_ = self.network_.n_dynamic, self.network_.n_static
        self._made_with = {name: getattr(self, name) for name in self.network_parameters}

    @one_blas_thread
    def _output(self, X):
        """The network's predictions, (n, n_out)."""
        check_is_fitted(self)
        check_row_shape(None, self.points_, X)
        X, row_shape = flat(X)
        check_row_shape(row_shape, self.points_)
        X = validated(self, X, dtype=numeric_types(self.dtype), reset=False)
        with np.errstate(over="ignore", invalid="ignore"):
            output = predict(self.network_, self.theta_, X, self.n_threads)
        if not np.isfinite(output).all():
            expected = f"numbers for which the network's output is finite in {X.dtype}"
            _checks.fail("X", expected, f"{X.min():.4g} to {X.max():.4g}")
        return output


def _equal(a, b):
    """Whether two parameters are the same; a loaded one that was lost may be given anew."""
    return a is b or isinstance(a, Lost) or (type(a) is type(b) and np.array_equal(a, b))
