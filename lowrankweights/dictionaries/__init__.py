"""What U can be: a dictionary, and the points, index sets and kernels that one is made from.

A dictionary is a plain matrix U (n_v, n_alpha) of finite numbers, one atom a column. It is made once and
stays as it is; a layer learns w_alpha (n_alpha, n_h) only, W = U w_alpha (paper, section 3.1). A function
that makes one returns a new array and keeps nothing; one that draws takes ``rng``, a seed or a Generator,
and the same seed gives the same U; what does not fit is a ``ValueError`` that names the argument. Nothing
here knows a layer.

    Points, Grid, grid_coordinates                               where the weights of a feature live
    sample_index_set, pivoted_index_set, spread_index_set        which of them are known: alpha
    Kernel, SquaredExponential, EmpiricalCovariance,
    SquaredCovariance, Deviations, as_kernel                     how alike two weights are: k(i, j)
    kernel_ridge, kernel_ridge_factors                           U from points, alpha and a kernel
    random_connections, random_projection, identity_atoms        U from alpha, or from nothing
    dct_basis, wavelet_basis, kmeans_basis                       n_v atoms to choose from
    predict_features, predictive_variance                        what U predicts, and how surely
    log_marginal_likelihood, choose_length_scale                 a kernel chosen by the known weights
"""

from .bases import dct_basis, kmeans_basis, wavelet_basis
from .index_sets import pivoted_index_set, sample_index_set, spread_index_set
from .kernels import (
    Deviations,
    EmpiricalCovariance,
    Kernel,
    SquaredCovariance,
    SquaredExponential,
    as_kernel,
)
from .length_scales import choose_length_scale, log_marginal_likelihood
from .points import Grid, Points, grid_coordinates
from .ridge import (
    identity_atoms,
    kernel_ridge,
    kernel_ridge_factors,
    predict_features,
    predictive_variance,
    random_connections,
    random_projection,
)

__all__ = [
    "Deviations",
    "EmpiricalCovariance",
    "Grid",
    "Kernel",
    "Points",
    "SquaredCovariance",
    "SquaredExponential",
    "as_kernel",
    "choose_length_scale",
    "dct_basis",
    "grid_coordinates",
    "identity_atoms",
    "kernel_ridge",
    "kernel_ridge_factors",
    "kmeans_basis",
    "log_marginal_likelihood",
    "pivoted_index_set",
    "predict_features",
    "predictive_variance",
    "random_connections",
    "random_projection",
    "sample_index_set",
    "spread_index_set",
    "wavelet_basis",
]
