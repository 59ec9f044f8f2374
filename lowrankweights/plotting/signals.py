"""Features along one axis, such as time, as curves."""

import matplotlib.pyplot as plt
import numpy as np

from .. import _checks
from .._blas import one_blas_thread
from ..dictionaries.completion import correlation
from ..dictionaries.index_sets import check_index_set
from ..dictionaries.ridge import predict_features
from .style import COLOURS


@one_blas_thread
def signal_completion(W, alpha, U, shape=None, length_scale=None, fig=None, what="features"):
    """The paper's Figure 1 for features along one axis: curves, known weights as dots, the prediction dashed.

    Parameters
    ----------
    W : array, (n_v, n_features)
    alpha : array of int, (n_alpha,)
    U : array, (n_v, n_alpha)
    shape : (n_v,), optional
    length_scale : float, optional
        Told under the picture, in steps of the axis.
    fig : Figure, optional
        Where to draw.
    what : str
        What the columns of W are, for the label.

    Returns
    -------
    fig : Figure
        With one Axes a feature, in its title the ``completion.correlation`` with the prediction.
    """
    W = _checks.array("W", W, ndim=2)
    if shape is not None and tuple(shape) != (len(W),):
        _checks.fail("shape", f"({len(W)},), as W has {len(W)} rows", tuple(shape))
    alpha, n_features = check_index_set(alpha, len(W)), W.shape[1]
    fig = plt.figure(figsize=(6.0, 0.9 + 1.2 * n_features), layout="constrained") if fig is None else fig
    axes = fig.subplots(n_features, 1, squeeze=False, sharex=True)[:, 0]
    W_hat = predict_features(W[alpha], U)
    for ax, w, w_hat, r in zip(axes, W.T, W_hat.T, correlation(W, W_hat, alpha), strict=True):
        ax.plot(w, color=COLOURS["blue"], lw=1.4, label="all weights")
        ax.plot(w_hat, "--", color=COLOURS["orange"], lw=1.4, label="predicted")
        ax.plot(alpha, w[alpha], "o", color="black", ms=3, label="known")
        said = "no correlation" if np.isnan(r) else f"correlation {r:.2f}"
        ax.set_title(said, fontsize="small", loc="right")
    fig.legend(*axes[0].get_legend_handles_labels(), loc="outside upper left", ncols=3)
    fig.supylabel(f"weights of {what}", fontsize="medium")
    told = f"index along the axis; {len(alpha)} of {len(W)} weights known"
    if length_scale is not None:
        told += f", length scale {length_scale:.2f} steps"
    axes[-1].set_xlabel(told)
    return fig
