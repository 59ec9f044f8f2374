"""scikit-learn faces of the models."""

import numbers

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.utils import check_random_state
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from . import _checks
from .activations import ACTIVATIONS
from .layers import Dense
from .lbfgs import minimize_stages
from .networks import Network
from .objective import Objective
from .parametrisations import Columns, Full, Predicted
from .strategies import LayerInput, check_name, predicted_layer


class _LowRankMLP(BaseEstimator):
    """A multilayer perceptron of which only a part of the weights is learned, with L-BFGS.

    W = U w_alpha in each hidden layer: the dictionary U is built once from the layer's input,
    and only w_alpha is learned. The output layer is never predicted (paper, section 4.1).

    Parameters
    ----------
    hidden_layer_sizes : tuple of int
    dictionary : str, callable, or a tuple with one for each hidden layer
        "none" (every weight is learned), "low_rank" (both factors are learned),
        "random_connections", "random_projection", "squared_exponential" (input must be an image),
        "covariance", "squared_covariance", or a function f(V, points, n_alpha, rng) -> U,
        called once a column.
    proportion : float or tuple
        Share of each filter's weights that is learned, n_alpha / n_v, in (0, 1].
    n_columns : int or tuple
        Columns of a layer, each with its own dictionary and its share of the hidden units.
    input_shape : (height, width) or (height, width, n_channels), optional
        Where the inputs are pixels.
    length_scale : float
        Of the squared exponential, in pixels.
    ridge : float, tuple or None
        Relative to the kernel's mean variance over units that vary; None: 1e-2 for the squared
        exponential, 1e-3 for the covariances.
    activation : "sigmoid", "tanh", "relu" or "identity"
    weight_decay : float
        weight_decay / 2 times the sum of squares of the learned weights is added to the loss.
    pretrain, pretrain_iter : bool, int
        Layer-wise pre-training (paper, section 3.5); not available yet.
    max_iter, tol : int, float
        L-BFGS iterations, and the largest entry of the gradient at which it has converged.
    schedule : None, "grow" or list of (rows, iterations)
        Begin with a sample of the rows and go on with larger ones, all rows last (ours). "grow"
        takes 1/27, 1/9, 1/3 and all of them, with a quarter of ``max_iter`` each.
    dtype : "auto", "float32" or "float64"
        Of the arithmetic inside; "auto" is that of X. L-BFGS itself runs in float64.
    n_threads : int, optional
        Default: the processors that this process may use.
    engine : object, optional
        See ``Objective``.
    callbacks : list of callable, optional
        Called after each iteration with an info that has theta (a copy), loss, grad_norm,
        n_iter and seconds; raising StopIteration stops and keeps the best.
    random_state : int, RandomState or None
    verbose : bool
        Show a progress bar.

    Attributes
    ----------
    filters_ : list of ndarray, (n_v, n_h)
        W of each layer, the output layer last.
    index_sets_ : list of list of ndarray
        alpha of each hidden layer and column (empty where none is drawn).
    dictionaries_ : list of list of ndarray
        U of each hidden layer and column (empty where every weight is learned).
    n_dynamic_, n_static_ : int
        Numbers learned (biases included), and numbers in the dictionaries.
    n_iter_, loss_, loss_curve_, stop_report_
        How L-BFGS went, and in words why it stopped.
    network_, theta_
        The network and its learned parameters.
    """

    def __init__(
        self,
        hidden_layer_sizes=(100,),
        *,
        dictionary="covariance",
        proportion=0.5,
        n_columns=10,
        input_shape=None,
        length_scale=1.0,
        ridge=None,
        activation="sigmoid",
        weight_decay=5e-5,
        pretrain=False,
        pretrain_iter=50,
        max_iter=200,
        tol=1e-6,
        schedule=None,
        dtype="auto",
        n_threads=None,
        engine=None,
        callbacks=None,
        random_state=None,
        verbose=False,
    ):
        self.hidden_layer_sizes = hidden_layer_sizes
        self.dictionary = dictionary
        self.proportion = proportion
        self.n_columns = n_columns
        self.input_shape = input_shape
        self.length_scale = length_scale
        self.ridge = ridge
        self.activation = activation
        self.weight_decay = weight_decay
        self.pretrain = pretrain
        self.pretrain_iter = pretrain_iter
        self.max_iter = max_iter
        self.tol = tol
        self.schedule = schedule
        self.dtype = dtype
        self.n_threads = n_threads
        self.engine = engine
        self.callbacks = callbacks
        self.random_state = random_state
        self.verbose = verbose

    def _fit(self, X, Y, loss):
        """Build the network for X and Y (n, n_out), and learn theta."""
        self._check_parameters(X)
        rng = np.random.default_rng(check_random_state(self.random_state).randint(2**31))
        Y = Y.astype(X.dtype, copy=False)
        self.network_, self.index_sets_, theta = self._build(X, Y.shape[1], loss, rng)
        objective = Objective(self.network_, X, Y, self.weight_decay, self.n_threads, self.engine)
        stages = self._stages(objective, rng)
        how = {"tol": self.tol, "callbacks": self.callbacks or [], "progress": self.verbose}
        with objective.one_blas_thread():
            result = minimize_stages(stages, theta, **how)
        self._keep(result)
        return self

    def _stages(self, objective, rng):
        """(objective, iterations) of each stage of the schedule; the samples are nested."""
        if self.schedule is None:
            return [(objective, self.max_iter)]
        n, schedule = objective.n_rows, self.schedule
        if schedule == "grow":
            iterations = [len(part) for part in np.array_split(np.arange(self.max_iter), 4)]
            schedule = list(zip((n // 27, n // 9, n // 3, n), iterations, strict=True))
        order = rng.permutation(n)
        samples = [(order[: min(max(1, rows), n)], iterations) for rows, iterations in schedule]
        return [(objective if len(s) == n else objective.subset(np.sort(s)), k) for s, k in samples]

    def _build(self, X, n_out, loss, rng):
        """Network, index sets and initial theta, layer by layer.

        A deep layer's dictionary is made from the hidden units under the initial weights.
        """
        layers, index_sets, thetas, v = [], [], [], X
        shape = None if self.input_shape is None else tuple(self.input_shape)
        for i, n_h in enumerate(self._sizes()):
            layer_input = LayerInput(
                v, shape if i == 0 else None, self.length_scale, self._of_layer("ridge", i)
            )
            chosen = (self._of_layer(name, i) for name in ("dictionary", "proportion", "n_columns"))
            parametrisation, alphas = predicted_layer(layer_input, n_h, *chosen, rng)
            layer = Dense(parametrisation, self.activation)
            theta = layer.init(rng)
            v = Network([Dense(parametrisation)], "squared_error").predict(theta, v)
            v = ACTIVATIONS[self.activation].value(v)
            layers.append(layer)
            index_sets.append(alphas)
            thetas.append(theta)
        layers.append(Dense(Full(v.shape[1], n_out)))
        thetas.append(layers[-1].init(rng))
        return Network(layers, loss), index_sets, np.concatenate(thetas)

    def _keep(self, result):
        """Set what describes the fitted model."""
        self.theta_ = result.theta
        self.n_iter_, self.loss_, self.loss_curve_ = result.n_iter, result.loss, result.loss_curve
        self.stop_report_ = str(result)
        self.describe_fit()

    def describe_fit(self):
        """Set the fitted attributes that follow from ``network_`` and ``theta_``."""
        self.filters_ = self.network_.weights(self.theta_)
        self.dictionaries_ = [_dictionaries(x.parametrisation) for x in self.network_.layers[:-1]]
        self.n_dynamic_, self.n_static_ = self.network_.n_dynamic, self.network_.n_static

    def _output(self, X):
        """The network's predictions, (n, n_out)."""
        check_is_fitted(self)
        X = validate_data(self, X, dtype=self._dtypes(), reset=False)
        return self.network_.predict(self.theta_, X)

    def _dtypes(self):
        """What scikit-learn may convert X to."""
        choices = {"auto": [np.float64, np.float32], "float32": np.float32, "float64": np.float64}
        return choices[_checks.choice("dtype", self.dtype, choices)]

    def _sizes(self):
        sizes = self.hidden_layer_sizes
        sizes = (sizes,) if isinstance(sizes, numbers.Integral) else tuple(sizes)
        if not sizes:
            _checks.fail("hidden_layer_sizes", "at least one hidden layer", "()")
        return [_checks.integer("hidden_layer_sizes", n, at_least=1) for n in sizes]

    def _of_layer(self, name, i):
        """A parameter's value for hidden layer i: its own entry of a tuple, or the one value."""
        value = getattr(self, name)
        if not isinstance(value, (tuple, list)):
            return value
        if len(value) != len(self._sizes()):
            _checks.fail(
                name, f"one value, or one for each of {len(self._sizes())} hidden layers", repr(value)
            )
        return value[i]

    def _check_parameters(self, X):
        """Everything that can be said to be wrong before the first layer is built."""
        for i in range(len(self._sizes())):
            check_name(self._of_layer("dictionary", i))
            _checks.number("proportion", self._of_layer("proportion", i), above=0, at_most=1)
            n_columns = _checks.integer("n_columns", self._of_layer("n_columns", i), at_least=1)
            if n_columns > self._sizes()[i]:
                _checks.fail("n_columns", f"at most one a hidden unit ({self._sizes()[i]})", n_columns)
            if self._of_layer("ridge", i) is not None:
                _checks.number("ridge", self._of_layer("ridge", i), at_least=0)
        _checks.choice("activation", self.activation, ACTIVATIONS)
        _checks.number("length_scale", self.length_scale, above=0)
        _checks.number("weight_decay", self.weight_decay, at_least=0)
        _checks.number("tol", self.tol, at_least=0)
        _checks.integer("max_iter", self.max_iter, at_least=0)
        if self.input_shape is not None and np.prod(self.input_shape) != X.shape[1]:
            _checks.fail("input_shape", f"as many pixels as X has columns ({X.shape[1]})", self.input_shape)
        if self.pretrain:
            _checks.fail("pretrain", "False (pre-training is not available yet)", self.pretrain)
        self._check_schedule()

    def _check_schedule(self):
        expected = 'None, "grow" or a list of (rows, iterations)'
        if self.schedule is None or (isinstance(self.schedule, str) and self.schedule == "grow"):
            return
        if isinstance(self.schedule, str) or not all(np.shape(stage) == (2,) for stage in self.schedule):
            _checks.fail("schedule", expected, repr(self.schedule))
        for rows, iterations in self.schedule:
            _checks.integer("schedule (rows)", rows, at_least=1)
            _checks.integer("schedule (iterations)", iterations, at_least=0)


class LowRankMLPClassifier(ClassifierMixin, _LowRankMLP):
    __doc__ = (
        _LowRankMLP.__doc__.replace("perceptron", "perceptron classifier (softmax)", 1)
        + """
    classes_ : ndarray

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> X, y = load_iris(return_X_y=True)
    >>> model = LowRankMLPClassifier((20,), proportion=0.5, random_state=0).fit(X, y)
    >>> model.score(X, y) > 0.9
    True
    """
    )

    def fit(self, X, y):
        """Learn from X (n, n_features) and class labels y (n,)."""
        X, y = validate_data(self, X, y, dtype=self._dtypes(), ensure_min_samples=2)
        check_classification_targets(y)
        self.classes_, labels = np.unique(y, return_inverse=True)
        return self._fit(X, np.eye(len(self.classes_))[labels], "softmax_cross_entropy")

    def predict_proba(self, X):
        """Probability of each class, (n, n_classes)."""
        return self._output(X)

    def predict(self, X):
        """The most probable class of each row, (n,)."""
        best = self._output(X).argmax(axis=1)
        return self.classes_[best]


class LowRankMLPRegressor(RegressorMixin, _LowRankMLP):
    __doc__ = (
        _LowRankMLP.__doc__.replace("perceptron", "perceptron regressor (squared error)", 1)
        + """
    Examples
    --------
    >>> X = np.linspace(-1, 1, 50)[:, None]
    >>> model = LowRankMLPRegressor((20,), random_state=0).fit(X, X[:, 0] ** 2)
    >>> model.score(X, X[:, 0] ** 2) > 0.9
    True
    """
    )

    def fit(self, X, y):
        """Learn from X (n, n_features) and y (n,) or (n, n_outputs)."""
        X, y = validate_data(
            self, X, y, dtype=self._dtypes(), multi_output=True, y_numeric=True, ensure_min_samples=2
        )
        self._one_output = y.ndim == 1
        return self._fit(X, y.reshape(len(y), -1), "squared_error")

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags

    def predict(self, X):
        """Predicted values, shaped like the y of ``fit``."""
        output = self._output(X)
        return output.ravel() if self._one_output else output


def _dictionaries(parametrisation):
    columns = parametrisation.columns if isinstance(parametrisation, Columns) else [parametrisation]
    return [c.U for c in columns if isinstance(c, Predicted)]


ESTIMATORS = [LowRankMLPClassifier.__name__, LowRankMLPRegressor.__name__]
