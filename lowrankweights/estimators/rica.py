"""RICA as a scikit-learn transformer."""

import numpy as np
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from .. import _checks
from .._blas import one_blas_thread
from ..building import (
    LayerInput,
    Strategy,
    layer_specs,
    predicted_layer,
    takes_length_scale,
    with_trained_length_scale,
)
from ..optimisation.lbfgs import minimize
from ..speed.blocks import in_blocks
from ..unsupervised.patches import check_rows_vary
from ..unsupervised.rica import rica_objective
from .common import warn_if_unfinished, whole_or_not
from .inputs import check_memory, check_row_shape, flat, said_of, validated


class RICA(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):
    """Reconstruction ICA of which only a part of each filter is learned, with L-BFGS.

    Minimises 1/n [1/2 ||X W W^T - X||^2 + sparsity sum sqrt(z^2 + eps)] over filters (columns of W)
    of unit length, z = X W. With a dictionary W = U w_alpha up to these lengths, and only w_alpha is
    learned.

    Parameters
    ----------
    n_components : int, optional
        Filters; may be more than X has columns. Default: as many.
    proportion : float
        Share of each filter that is learned, n_alpha / n_v, in (0, 1].
    patch_shape : (n,), (height, width), (height, width, n_channels) or a Grid, optional
        Where the rows of X are patches of images, or pieces of a signal.
    points : Grid, Points or array (n_v, d), optional
        In place of patch_shape: where the columns of X are, all columns of the array positions.
    sparsity : float
        Weight of the penalty on z.
    eps : float
        How smooth the penalty is, in squared units of z.
    dictionary : str or callable
        "auto": "squared_exponential" where there are places, else "covariance". "none": every weight is
        learned, whatever ``proportion`` is. Else a name as in ``LowRankMLPClassifier`` except
        "low_rank", a function f(X, points, n_alpha, rng) -> U, or a ``building.Strategy``.
    length_scale : float or "auto"
        Of the squared exponential, in pixels or the points' unit. "auto": that of filters of a small
        autoencoder, trained briefly; of perfectly white data these have none, and the shortest is taken, with
        a warning.
    ridge : float, optional
        lambda relative to the kernel's mean variance; default: the kernel's own.
    index_sets : "uniform", "local", "pivoted", "spread" or a ``building.IndexSetChoice``
        How alpha is chosen; see ``LowRankMLPClassifier``.
    max_iter, tol : int, float
        L-BFGS iterations, and the largest entry of the gradient at which it has converged.
    n_threads : int, optional
        Default: the processors that this process may use.
    callbacks : list of callable, optional
        Called after each iteration with an ``Info``; raising StopIteration stops and keeps the best.
    random_state : int, RandomState or None
        Of the index set and of the initial filters: a full W0, standard normal, of which w_alpha =
        W0[alpha] is taken. W0 is the same for every dictionary and proportion.
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
    components_ : ndarray, (n_components, n_v)
        W^T, in the space of X: where X holds whitened patches, these are filters of whitened
        patches, and it is there that they are predicted.
    index_sets_, dictionaries_ : list of list of ndarray
        [[alpha]] and [[U]], as for a network of one layer and one column; [[]] where there is none.
    recipes_, unexplained_ : list of list
        How each U was made, and what its known weights leave unexplained; see ``LowRankMLPClassifier``.
    points_ : Grid, Points or None
        Where the columns of X are.
    length_scale_ : float or None
        Of the dictionary, if it has one.
    n_dynamic_, n_static_ : int
        Numbers learned, and numbers in U.
    n_iter_, loss_, loss_curve_, stop_report_
        How L-BFGS went, and in words why it stopped.

    Notes
    -----
    Le, Karpenko, Ngiam and Ng, NIPS 2011; paper, section 4.4. X should be whitened, see
    ``ZCAWhitening``. Where X does not vary in some direction (the mean of patches, if it was taken
    off), more filters than dimensions make some of them turn there.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> X = rng.laplace(size=(500, 3)) @ np.linalg.qr(rng.normal(size=(3, 3)))[0]
    >>> model = RICA(dictionary="none", random_state=0).fit(X)
    >>> model.components_.shape, model.transform(X).shape
    ((3, 3), (500, 3))
    """

    def __init__(
        self,
        n_components=None,
        *,
        proportion=0.5,
        patch_shape=None,
        points=None,
        sparsity=0.1,
        eps=1e-2,
        dictionary="auto",
        length_scale=1.0,
        ridge=None,
        index_sets="uniform",
        max_iter=200,
        tol=1e-6,
        n_threads=None,
        callbacks=None,
        random_state=None,
        verbose=False,
    ):
        self.n_components = n_components
        self.proportion = proportion
        self.patch_shape = patch_shape
        self.points = points
        self.sparsity = sparsity
        self.eps = eps
        self.dictionary = dictionary
        self.length_scale = length_scale
        self.ridge = ridge
        self.index_sets = index_sets
        self.max_iter = max_iter
        self.tol = tol
        self.n_threads = n_threads
        self.callbacks = callbacks
        self.random_state = random_state
        self.verbose = verbose

    @whole_or_not
    @one_blas_thread
    def fit(self, X, y=None):
        """Learn filters from X, patches laid out flat (n, n_v) or as they are."""
        dtypes = [np.float64, np.float32]
        check_memory(X, dtypes)
        X, row_shape = flat(X)
        X = validated(self, X, dtype=dtypes, ensure_min_samples=2)
        n_v = X.shape[1]
        n_h = n_v if self.n_components is None else self.n_components
        said = said_of(row_shape, self.patch_shape, self.points, n_v, "patch_shape")
        spec = self._spec(n_v, _checks.integer("n_components", n_h, at_least=1), said)
        check_rows_vary(_checks.in_range("X", X))
        rng = np.random.default_rng(check_random_state(self.random_state).randint(2**31))
        of_weights, of_dictionary, of_length_scale = rng.spawn(3)
        if self._is_auto() and takes_length_scale(self._dictionary(said)):
            spec = with_trained_length_scale(spec, X, rng=of_length_scale, n_threads=self.n_threads)
        self.points_, self.length_scale_ = spec.points, getattr(spec.dictionary, "length_scale", None)
        _, drawn = predicted_layer(LayerInput(X, spec.points), spec, of_dictionary, n_threads=self.n_threads)
        U, alpha = (drawn[0].U, drawn[0].alpha) if drawn else (None, None)
        objective = rica_objective(X, n_h, U, self.sparsity, self.eps, n_threads=self.n_threads)
        theta = objective.init(of_weights, alpha)
        how = {"max_iter": self.max_iter, "tol": self.tol, "callbacks": self.callbacks or []}
        result = minimize(objective, theta, **how, progress=self.verbose)
        warn_if_unfinished(result, self.max_iter)
        self.components_ = np.ascontiguousarray(objective.weights(result.theta).T, dtype=X.dtype)
        self.index_sets_, self.dictionaries_ = [[] if alpha is None else [alpha]], [[d.U for d in drawn]]
        self.recipes_, self.unexplained_ = [[d.recipe for d in drawn]], [[d.unexplained for d in drawn]]
        self.n_dynamic_, self.n_static_ = objective.n_dynamic, objective.n_static
        self.n_iter_, self.loss_, self.loss_curve_ = result.n_iter, result.loss, result.loss_curve
        self.stop_report_ = str(result)
        return self

    @one_blas_thread
    def transform(self, X):
        """z = X W, (n, n_components)."""
        check_is_fitted(self)
        check_row_shape(None, self.points_, X)
        X, row_shape = flat(X)
        check_row_shape(row_shape, self.points_)
        X = validated(self, X, dtype=[np.float64, np.float32], reset=False)
        W = self.components_.T.astype(X.dtype, copy=False)
        return in_blocks(lambda rows: X[rows] @ W, len(X), self.n_threads)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags

    @property
    def _n_features_out(self):
        return len(self.components_)

    def _is_auto(self):
        return isinstance(self.length_scale, str) and self.length_scale == "auto"

    def _dictionary(self, said):
        """The dictionary, that of "auto" by its name."""
        if not isinstance(self.dictionary, str) or self.dictionary != "auto":
            return self.dictionary
        nowhere = all(part is None for part in said)
        return "covariance" if nowhere else "squared_exponential"

    def _spec(self, n_v, n_h, said):
        """The layer's specification; it has a dictionary, or "none"."""
        chosen = {"proportion": self.proportion, "ridge": self.ridge, "dictionary": self._dictionary(said)}
        chosen |= {"length_scale": None if self._is_auto() else self.length_scale, "n_columns": 1}
        chosen["index_sets"] = self.index_sets
        shape = {"input_shape": said[0], "points": said[1], "shape_name": "patch_shape"}
        (spec,) = layer_specs(n_h, n_v=n_v, **chosen, **shape)
        if spec.dictionary != "none" and not isinstance(spec.dictionary, Strategy):
            _checks.fail("dictionary", "one with a fixed U, or 'none'", repr(spec.dictionary))
        return spec
