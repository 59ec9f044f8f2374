"""The multilayer perceptron as scikit-learn's classifier and regressor."""

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.utils import check_random_state
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from .. import _checks
from .._blas import one_blas_thread
from ..building import build, layer_specs
from ..optimisation.lbfgs import minimize_stages
from ..speed import Objective, predict
from .common import fitted_dictionaries, numeric_types, warn_if_unfinished, whole_or_not, with_docs_of
from .schedule import check_schedule, stages_of
from .targets import StandardisedTargets

# The parameters that describe the hidden layers.
OF_LAYERS = [
    *["hidden_layer_sizes", "dictionary", "proportion", "n_columns", "input_shape", "length_scale"],
    *["ridge", "activation", "index_sets", "pretrain", "pretrain_iter"],
]


class _LowRankMLP(BaseEstimator):
    """A multilayer perceptron of which only a part of the weights is learned.

    W = U w_alpha in each hidden layer: the dictionary U is built once from the layer's input,
    and only w_alpha is learned, with L-BFGS. The output layer is never predicted (paper, section 4.1).
    All layers are ``Dense``: for others, or parametrisations and losses of one's own, put a ``Network``,
    an ``Objective`` and ``minimize`` together (docs/network.md).

    Parameters
    ----------
    hidden_layer_sizes : tuple of int
    dictionary : str, callable, or a tuple with one for each hidden layer
        "none" (every weight is learned), "low_rank" (both factors are learned),
        "random_connections", "random_projection", "squared_exponential", "dct", "wavelet" (these
        three need an image), "covariance", "squared_covariance", "autoencoder", "kmeans",
        "pca", a function f(v, points, n_alpha, rng) -> U, called once a column, or a ``building.Strategy``.
    proportion : float or tuple
        Share of each filter's weights that is learned, n_alpha / n_v, in (0, 1]. Where a dictionary has
        fewer atoms, as not all units vary, all it has, with a warning.
    n_columns : int or tuple
        Columns of a layer, each with its own dictionary and its share of the hidden units, at most one
        for each unit. (The default of ten becomes so many where a layer has fewer units.)
    input_shape : (height, width), (height, width, n_channels) or a Grid, optional
        Where the inputs are pixels.
    length_scale : float
        Of the squared exponential, in pixels.
    ridge : float, tuple or None
        lambda relative to the kernel's mean variance over units that vary; None: 1e-2 for the squared
        exponential, 1e-3 for the covariances.
    activation : "sigmoid", "tanh", "relu" or "identity"
    weight_decay : float
        weight_decay / 2 times the sum of squares of the learned weights is added to the loss.
    index_sets : "uniform", "local" or a ``building.IndexSetChoice``
        How each column's known weights are drawn: uniformly (as in the paper), or dense around a
        place of its own and sparse elsewhere (paper, section 3.4). Hidden units have no places:
        deep layers are always uniform.
    pretrain, pretrain_iter : bool, int
        Let each layer first learn to reconstruct its own input, for so many L-BFGS iterations
        (paper, section 3.5). A "low_rank" layer is not pre-trained, and a warning says so. The
        filters of the "autoencoder" dictionary are trained for as many, with or without ``pretrain``.
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

    Raises
    ------
    ValueError
        From ``fit``, naming the parameter, what was expected and what came.

    Warns
    -----
    ConvergenceWarning
        Where ``max_iter`` ended the fit.

    Attributes
    ----------
    filters_ : list of ndarray, (n_v, n_h)
        W of each layer, the output layer last.
    index_sets_ : list of list of ndarray
        alpha of each hidden layer and column (empty where none is drawn).
    dictionaries_ : list of list of ndarray
        U of each hidden layer and column (empty where every weight is learned).
    recipes_ : list of list of dict
        How each of ``dictionaries_`` was made, as plain data: ``building.from_recipe`` gives it again.
        None in a model saved before there were recipes.
    pretrain_loss_curves_ : list of ndarray
        The loss of each pre-trained layer at the start and after each iteration.
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
        index_sets="uniform",
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
        self.index_sets = index_sets
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

    def _fit(self, X, Y, loss, targets=None):
        """Build the network for X and Y (n, n_out), and learn theta; ``targets``: what Y was made from."""
        self._check_parameters()
        _checks.in_range("X", X)
        rng = np.random.default_rng(check_random_state(self.random_state).randint(2**31))
        Y = Y.astype(X.dtype, copy=False)
        how = {"n_threads": self.n_threads, "engine": self.engine}
        specs = layer_specs(n_v=X.shape[1], **{name: getattr(self, name) for name in OF_LAYERS})
        self.network_, theta, built = build(specs, X, Y.shape[1], loss, rng, **how)
        self.index_sets_, self.recipes_ = [b.index_sets for b in built], [b.recipes for b in built]
        self.pretrain_loss_curves_ = [b.pretraining.loss_curve for b in built if b.pretraining is not None]
        objective = Objective(self.network_, X, Y, self.weight_decay, **how)
        stages = stages_of(self.schedule, objective, self.max_iter, rng)
        callbacks = self.callbacks or []
        if targets is not None:
            callbacks = targets.seen_by(callbacks, self.network_)
        how = {"tol": self.tol, "callbacks": callbacks, "progress": self.verbose}
        result = minimize_stages(stages, theta, **how)
        warn_if_unfinished(result, stages[-1][1])
        self._keep(result, result.theta if targets is None else targets.fold(self.network_, result.theta))
        return self

    def _keep(self, result, theta):
        """Set what describes the fitted model."""
        self.theta_ = theta
        self.n_iter_, self.loss_, self.loss_curve_ = result.n_iter, result.loss, result.loss_curve
        self.stop_report_ = str(result)
        self.describe_fit()

    def describe_fit(self):
        """Set the fitted attributes that follow from ``network_`` and ``theta_``."""
        self.filters_ = self.network_.weights(self.theta_)
        hidden = self.network_.layers[:-1]
        self.dictionaries_ = [fitted_dictionaries(dense.parametrisation) for dense in hidden]
        self.n_dynamic_, self.n_static_ = self.network_.n_dynamic, self.network_.n_static

    @one_blas_thread
    def _output(self, X):
        """The network's predictions, (n, n_out)."""
        check_is_fitted(self)
        X = validate_data(self, X, dtype=numeric_types(self.dtype), reset=False)
        with np.errstate(over="ignore", invalid="ignore"):
            output = predict(self.network_, self.theta_, X, self.n_threads)
        if not np.isfinite(output).all():
            expected = f"numbers for which the network's output is finite in {X.dtype}"
            _checks.fail("X", expected, f"{X.min():.4g} to {X.max():.4g}")
        return output

    def _check_parameters(self):
        _checks.number("weight_decay", self.weight_decay, at_least=0)
        _checks.number("tol", self.tol, at_least=0)
        _checks.integer("max_iter", self.max_iter, at_least=0)
        check_schedule(self.schedule)


@with_docs_of(_LowRankMLP)
class LowRankMLPClassifier(ClassifierMixin, _LowRankMLP):
    """A multilayer perceptron classifier (softmax) of which only a part of the weights is learned.

    {docs}
    classes_ : ndarray

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> X, y = load_iris(return_X_y=True)
    >>> model = LowRankMLPClassifier((20,), proportion=0.5, random_state=0).fit(X, y)
    >>> model.score(X, y) > 0.9
    True
    """

    @whole_or_not
    @one_blas_thread
    def fit(self, X, y):
        """Learn from X (n, n_features) and class labels y (n,)."""
        X, y = validate_data(self, X, y, dtype=numeric_types(self.dtype), ensure_min_samples=2)
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


@with_docs_of(_LowRankMLP)
class LowRankMLPRegressor(RegressorMixin, _LowRankMLP):
    """A multilayer perceptron regressor (squared error) of which only a part of the weights is learned.

    {docs}

    Notes
    -----
    Learned are targets of mean 0 and variance 1; y's mean and scale are then folded into the output layer,
    which is linear. So ``weight_decay``, ``tol``, ``loss_`` and ``loss_curve_`` do not depend on y's units;
    ``theta_``, and the theta that callbacks see, are those of the network that predicts y itself.

    Examples
    --------
    >>> X = np.linspace(-1, 1, 50)[:, None]
    >>> model = LowRankMLPRegressor((20,), random_state=0).fit(X, X[:, 0] ** 2)
    >>> model.score(X, X[:, 0] ** 2) > 0.9
    True
    """

    @whole_or_not
    @one_blas_thread
    def fit(self, X, y):
        """Learn from X (n, n_features) and y (n,) or (n, n_outputs)."""
        X, y = validate_data(
            self,
            X,
            y,
            dtype=numeric_types(self.dtype),
            multi_output=True,
            y_numeric=True,
            ensure_min_samples=2,
        )
        self._one_output = y.ndim == 1
        targets = StandardisedTargets(y.reshape(len(y), -1))
        return self._fit(X, targets.Y, "squared_error", targets)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags

    def predict(self, X):
        """Predicted values, shaped like the y of ``fit``."""
        output = self._output(X)
        return output.ravel() if self._one_output else output
