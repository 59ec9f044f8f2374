"""What U can be: everything that returns a dictionary, and the points and kernels that it is made from."""

from .bases import dct_basis, kmeans_basis, wavelet_basis
from .index_sets import sample_index_set
from .kernel_algebra import Kernel, as_kernel
from .kernels import EmpiricalCovariance, SquaredCovariance, SquaredExponential
from .length_scales import choose_length_scale, log_marginal_likelihood
from .points import Grid, Points, grid_coordinates
from .ridge import (
    identity_atoms,
    kernel_ridge,
    predict_features,
    predictive_variance,
    random_connections,
    random_projection,
)

__all__ = [
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
    "kmeans_basis",
    "log_marginal_likelihood",
    "predict_features",
    "predictive_variance",
    "random_connections",
    "random_projection",
    "sample_index_set",
    "wavelet_basis",
]
