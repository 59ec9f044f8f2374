"""RICA as a scikit-learn transformer."""

import numpy as np
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted, validate_data

from .. import _checks
from ..building.strategies import LayerInput, check_name, predicted_layer
from ..optimisation.lbfgs import minimize
from ..unsupervised.patches import check_patch_shape, check_rows_vary
from ..unsupervised.rica import rica_objective
from ..weights.parametrisations import LowRank, Predicted


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
    patch_shape : (height, width) or (height, width, n_channels), optional
        Where the rows of X are patches of images.
    sparsity : float
        Weight of the penalty on z.
    eps : float
        How smooth the penalty is, in squared units of z.
    dictionary : str or callable
        "auto": "squared_exponential" for patches, else "covariance". "none": every weight is
        learned, whatever ``proportion`` is. Else a name as in ``LowRankMLPClassifier`` except
        "low_rank", or a function f(X, points, n_alpha, rng) -> U.
    length_scale : float
        Of the squared exponential, in pixels.
    ridge : float, optional
        Relative to the kernel's mean variance; default: the kernel's own.
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

    Attributes
    ----------
    components_ : ndarray, (n_components, n_v)
        W^T, in the space of X: where X holds whitened patches, these are filters of whitened
        patches, and it is there that they are predicted.
    index_sets_, dictionaries_ : list of list of ndarray
        [[alpha]] and [[U]], as for a network of one layer and one column; [[]] where there is none.
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
        sparsity=0.1,
        eps=1e-2,
        dictionary="auto",
        length_scale=1.0,
        ridge=None,
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
        self.sparsity = sparsity
        self.eps = eps
        self.dictionary = dictionary
        self.length_scale = length_scale
        self.ridge = ridge
        self.max_iter = max_iter
        self.tol = tol
        self.n_threads = n_threads
        self.callbacks = callbacks
        self.random_state = random_state
        self.verbose = verbose

    def fit(self, X, y=None):
        """Learn filters from X (n, n_v), one patch a row."""
        X = validate_data(self, X, dtype=[np.float64, np.float32], ensure_min_samples=2)
        self._check_parameters(X)
        n_h = X.shape[1] if self.n_components is None else self.n_components
        rng = np.random.default_rng(check_random_state(self.random_state).randint(2**31))
        of_weights, of_dictionary = rng.spawn(2)
        U, alpha = self._dictionary(X, n_h, of_dictionary)
        objective = rica_objective(X, n_h, U, self.sparsity, self.eps, n_threads=self.n_threads)
        theta = objective.init(of_weights, alpha)
        how = {"max_iter": self.max_iter, "tol": self.tol, "callbacks": self.callbacks or []}
        result = minimize(objective, theta, **how, progress=self.verbose)
        self.components_ = np.ascontiguousarray(objective.weights(result.theta).T, dtype=X.dtype)
        self.index_sets_, self.dictionaries_ = [[] if alpha is None else [alpha]], [[] if U is None else [U]]
        self.n_dynamic_, self.n_static_ = objective.n_dynamic, objective.n_static
        self.n_iter_, self.loss_, self.loss_curve_ = result.n_iter, result.loss, result.loss_curve
        self.stop_report_ = str(result)
        return self

    def transform(self, X):
        """z = X W, (n, n_components)."""
        check_is_fitted(self)
        X = validate_data(self, X, dtype=[np.float64, np.float32], reset=False)
        return X @ self.components_.T.astype(X.dtype, copy=False)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags

    @property
    def _n_features_out(self):
        return len(self.components_)

    def _dictionary(self, X, n_h, rng):
        """U and alpha, or None for either."""
        shape = None if self.patch_shape is None else tuple(self.patch_shape)
        name = self.dictionary
        if isinstance(name, str) and name == "auto":
            name = "covariance" if shape is None else "squared_exponential"
        layer = LayerInput(X, shape, self.length_scale, self.ridge)
        parametrisation, alphas = predicted_layer(layer, n_h, name, self.proportion, 1, rng)
        if isinstance(parametrisation, LowRank):
            _checks.fail("dictionary", "one with a fixed U, or 'none'", "'low_rank'")
        U = parametrisation.U if isinstance(parametrisation, Predicted) else None
        return U, alphas[0] if alphas else None

    def _check_parameters(self, X):
        if self.n_components is not None:
            _checks.integer("n_components", self.n_components, at_least=1)
        if not (isinstance(self.dictionary, str) and self.dictionary == "auto"):
            check_name(self.dictionary)
        _checks.number("proportion", self.proportion, above=0, at_most=1)
        _checks.number("length_scale", self.length_scale, above=0)
        if self.ridge is not None:
            _checks.number("ridge", self.ridge, at_least=0)
        check_rows_vary(X)
        if (
            self.patch_shape is not None
            and np.prod(check_patch_shape("patch_shape", self.patch_shape)) != X.shape[1]
        ):
            _checks.fail("patch_shape", f"as many pixels as X has columns ({X.shape[1]})", self.patch_shape)
