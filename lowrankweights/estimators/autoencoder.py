"""The tied autoencoder as a scikit-learn transformer."""

import numpy as np
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from .. import _checks
from .._blas import one_blas_thread
from ..building import (
    LayerInput,
    layer_specs,
    predicted_layer,
    takes_length_scale,
    with_trained_length_scale,
)
from ..optimisation.lbfgs import minimize
from ..speed import Objective
from ..unsupervised.autoencoder import DECODERS, TiedAutoencoder, decoder_for
from .common import fitted_dictionaries, numeric_types, warn_if_unfinished, whole_or_not
from .inputs import check_memory, check_row_shape, flat, said_of, validated


class LowRankAutoencoder(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):
    """An autoencoder with tied weights of which only a part is learned, with L-BFGS.

    h = g(x W + b), r = d(h W^T + c), W = U w_alpha, with the loss 1/2 |r - x|^2, the mean over the
    rows (paper, section 3.5; the tied weights and the sigmoid decoder are the authors'). The one layer is
    dense; for others put a ``Network``, an ``Objective`` and ``minimize`` together (docs/network.md).

    Parameters
    ----------
    n_components : int
        Hidden units, n_h.
    dictionary, proportion, n_columns, input_shape, points, length_scale, ridge, index_sets
        How W is predicted; as in ``LowRankMLPClassifier``, for one layer. The filters of the
        "autoencoder" dictionary are trained for 50 iterations. "auto" as length_scale is that of filters
        of a small autoencoder, trained briefly.
    activation : "sigmoid", "tanh", "relu" or "identity"
        g, of the hidden units.
    decoder : "auto", "sigmoid" or "identity"
        d; "auto" is the sigmoid where X lies in [0, 1].
    weight_decay : float
        weight_decay / 2 times the sum of squares of the learned weights is added to the loss.
    max_iter, tol : int, float
        L-BFGS iterations, and the largest entry of the gradient at which it has converged.
    dtype : "auto", "float32" or "float64"
        Of the arithmetic inside; "auto" is that of X.
    n_threads : int, optional
        Default: the processors that this process may use.
    engine : object, optional
        See ``Objective``.
    callbacks : list of callable, optional
        Called after each iteration, as in ``minimize``.
    random_state : int, RandomState or None
    verbose : bool
        Show a progress bar.

    Raises
    ------
    ValueError
        From ``fit``, naming the parameter, what was expected and what came.
    MemoryError
        From ``fit``, before anything is computed, where it would take more than half of the machine's memory.

    Attributes
    ----------
    components_ : ndarray, (n_components, n_features)
        The filters, W^T.
    index_sets_, dictionaries_ : list of ndarray
        alpha and U of each column (empty where there is none).
    recipes_ : list of dict
        How each U was made; see ``LowRankMLPClassifier``.
    unexplained_ : list
        For each U: see ``LowRankMLPClassifier``.
    points_ : Grid, Points or None
        Where the inputs are.
    length_scale_ : float or None
        Of the dictionary, if it has one.
    n_dynamic_, n_static_ : int
    n_iter_, loss_, loss_curve_, stop_report_
        How L-BFGS went, and in words why it stopped.
    network_, theta_
        The ``TiedAutoencoder`` and its learned parameters.

    Examples
    --------
    >>> X = np.random.default_rng(0).random((100, 2)) @ np.ones((2, 6)) / 2
    >>> model = LowRankAutoencoder(4, proportion=0.5, random_state=0).fit(X)
    >>> model.transform(X).shape, bool(np.mean((model.inverse_transform(model.transform(X)) - X) ** 2) < 0.01)
    ((100, 4), True)
    """

    def __init__(
        self,
        n_components=100,
        *,
        dictionary="covariance",
        proportion=0.5,
        n_columns=1,
        input_shape=None,
        points=None,
        length_scale=1.0,
        ridge=None,
        index_sets="uniform",
        activation="sigmoid",
        decoder="auto",
        weight_decay=0.0,
        max_iter=200,
        tol=1e-6,
        dtype="auto",
        n_threads=None,
        engine=None,
        callbacks=None,
        random_state=None,
        verbose=False,
    ):
        self.n_components = n_components
        self.dictionary = dictionary
        self.proportion = proportion
        self.n_columns = n_columns
        self.input_shape = input_shape
        self.points = points
        self.length_scale = length_scale
        self.ridge = ridge
        self.index_sets = index_sets
        self.activation = activation
        self.decoder = decoder
        self.weight_decay = weight_decay
        self.max_iter = max_iter
        self.tol = tol
        self.dtype = dtype
        self.n_threads = n_threads
        self.engine = engine
        self.callbacks = callbacks
        self.random_state = random_state
        self.verbose = verbose

    @whole_or_not
    @one_blas_thread
    def fit(self, X, y=None):
        """Learn to reconstruct X, (n, n_features) or images; y is not used."""
        dtypes = numeric_types(self.dtype)
        check_memory(X, dtypes)
        X, row_shape = flat(X)
        X = validated(self, X, dtype=dtypes, ensure_min_samples=2)
        _checks.in_range("X", X)
        _checks.choice("decoder", self.decoder, ("auto", *DECODERS))
        n_components = _checks.integer("n_components", self.n_components, at_least=1)
        rng = np.random.default_rng(check_random_state(self.random_state).randint(2**31))
        how = {"n_threads": self.n_threads, "engine": self.engine}

        names = ("dictionary", "proportion", "n_columns", "ridge", "index_sets", "activation")
        said = said_of(row_shape, self.input_shape, self.points, X.shape[1])
        chosen = {name: getattr(self, name) for name in names} | {"input_shape": said[0], "points": said[1]}
        auto = isinstance(self.length_scale, str) and self.length_scale == "auto"
        chosen["length_scale"] = None if auto else self.length_scale
        (spec,) = layer_specs(n_components, n_v=X.shape[1], **chosen)
        if auto and takes_length_scale(self.dictionary):
            spec = with_trained_length_scale(spec, X, rng=rng.spawn(1)[0], n_threads=self.n_threads)
        self.points_, self.length_scale_ = spec.points, getattr(spec.dictionary, "length_scale", None)
        parametrisation, drawn = predicted_layer(LayerInput(X, spec.points), spec, rng, **how)
        self.index_sets_ = [d.alpha for d in drawn if d.alpha is not None]
        self.recipes_, self.unexplained_ = [d.recipe for d in drawn], [d.unexplained for d in drawn]

        decoder = decoder_for(X) if self.decoder == "auto" else self.decoder
        self.network_ = TiedAutoencoder(parametrisation, self.activation, decoder)
        objective = Objective(self.network_, X, X, self.weight_decay, **how)
        how = {"max_iter": self.max_iter, "tol": self.tol, "callbacks": self.callbacks or []}
        result = minimize(objective, self.network_.init(rng), **how, progress=self.verbose)
        warn_if_unfinished(result, self.max_iter)
        self.theta_, self.stop_report_ = result.theta, str(result)
        self.n_iter_, self.loss_, self.loss_curve_ = result.n_iter, result.loss, result.loss_curve
        self.describe_fit()
        return self

    def describe_fit(self):
        """Set the fitted attributes that follow from ``network_`` and ``theta_``."""
        p = self.network_.split(self.theta_)[0]
        self.components_ = self.network_.parametrisation.expand(p).T
        self.dictionaries_ = fitted_dictionaries(self.network_.parametrisation)
        self.n_dynamic_, self.n_static_ = self.network_.n_dynamic, self.network_.n_static
        self._n_features_out = len(self.components_)

    def transform(self, X):
        """Hidden units h = g(x W + b), (n, n_components)."""
        check_is_fitted(self)
        check_row_shape(None, self.points_, X)
        X, row_shape = flat(X)
        check_row_shape(row_shape, self.points_)
        X = validated(self, X, dtype=numeric_types(self.dtype), reset=False)
        return self.network_.encode(self.theta_, X, self.n_threads)

    def inverse_transform(self, X):
        """Reconstructions r = d(h W^T + c), (n, n_features), from hidden units X (n, n_components)."""
        check_is_fitted(self)
        X = _checks.array("X", X, shape=(None, len(self.components_)))
        return self.network_.decode(self.theta_, X, self.n_threads)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags
