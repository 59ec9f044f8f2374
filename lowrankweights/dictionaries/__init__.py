"""What U can be: everything that returns a dictionary, and the points and kernels that it is made from."""

from .bases import dct_basis, kmeans_basis, wavelet_basis
from .kernels import EmpiricalCovariance, Kernel, SquaredCovariance, SquaredExponential
from .length_scales import choose_length_scale, log_marginal_likelihood
from .ridge import (
    identity_atoms,
    kernel_ridge,
    predict_features,
    predictive_variance,
    random_connections,
    random_projection,
)
from .weight_space import grid_coordinates, sample_index_set

__all__ = [
    "EmpiricalCovariance",
    "Kernel",
    "SquaredCovariance",
    "SquaredExponential",
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
