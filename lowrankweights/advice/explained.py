"""How much of a feature is predicted from a share of its weights, judged on rows that made no dictionary."""

import numpy as np
from scipy import linalg

from .. import _checks
from .._blas import one_blas_thread
from ..building import LayerInput, SquaredExponentialRidge
from ..dictionaries.index_sets import count_known
from ..dictionaries.length_scales import pixel_of

SHARES = (0.05, 0.15, 0.3, 0.5, 0.75)
MOST_ATOMS = 500  # beyond it a dictionary takes too long to make for advice
LENGTH_SCALES = (0.5, 1, 2, 4, 8, 16)  # in distances of neighbours
N_DRAWS = 4  # dictionaries, each with a draw of its own, as the columns of a layer have


@one_blas_thread
def explained_variance(U, v_made, v_judged, W=None):
    r"""Share of the variance of features v W that the best predicted features v U w_alpha have.

    With v less its mean, C the covariance of v over the rows that are judged, and S that over the rows
    from which U was made, shrunk towards a multiple of the identity (Ledoit and Wolf, 2004),

        w_alpha   = (U^T S U)^-1 U^T S W                             least squares in the metric of S
        explained = 1 - tr((W - U w_alpha)^T C (W - U w_alpha)) / tr(W^T C W).

    Parameters
    ----------
    U : array, (n_v, n_alpha)
    v_made, v_judged : array, (n, n_v) and (m, n_v)
        The rows that U may have been made from, by which w_alpha is found; other rows, which judge.
    W : array, (n_v, n_features), optional
        The features. Default: any feature, that is independent weights of mean 0 and equal variance; tr is
        then taken in its expectation, which is that of W = I.

    Returns
    -------
    explained : float
        1: nothing is lost. Of independent inputs and n_alpha atoms, n_alpha / n_v. Below 0 where what was
        found on the one rows does not hold on the others.

    Raises
    ------
    ValueError
        If shapes do not fit, or no judged row differs from another.

    Notes
    -----
    Ours. The metric of C, not the plain one, as only v W reaches the next layer: weights of pixels that
    are always black can be anything.

    Examples
    --------
    Of two equal inputs one weight is enough; of two independent ones it is half:

    >>> z = np.random.default_rng(0).normal(size=(4000, 2))
    >>> U = np.array([[1.0], [0.0]])
    >>> [round(explained_variance(U, v[:2000], v[2000:]), 1) for v in (z[:, [0, 0]], z)]
    [1.0, 0.5]
    """
    U = _checks.array("U", U, ndim=2, dtype=np.float64)
    v_made = _checks.array("v_made", v_made, shape=(None, len(U)), dtype=np.float64)
    v_judged = _checks.array("v_judged", v_judged, shape=(None, len(U)), dtype=np.float64)
    W = None if W is None else _checks.array("W", W, shape=(len(U), None), dtype=np.float64)
    mean = v_made.mean(axis=0)
    made, judged = v_made - mean, v_judged - mean
    judged -= judged.mean(axis=0)
    return _explained(U, made, judged, W, _shrinkage(made))


def _explained(U, made, judged, W, shrinkage):
    """``explained_variance`` of centred rows, S = (1 - s) made^T made / n + s mu I."""
    s, mu = shrinkage
    n, features = len(made), made if W is None else made @ W
    pooled, at = made @ U, U.T if W is None else U.T @ W
    # U^T S U and U^T S W without S, which is n_v by n_v
    A = (1 - s) * (pooled.T @ pooled) / n + s * mu * (U.T @ U)
    B = (1 - s) * (pooled.T @ features) / n + s * mu * at
    A[np.diag_indices_from(A)] += 1e-9 * np.trace(A) / len(A)  # atoms may depend on each other
    w_alpha = linalg.solve(A, B, assume_a="pos")
    wanted = judged if W is None else judged @ W
    total = np.sum(wanted**2)
    if not total > 0:
        _checks.fail("v_judged", "rows that differ", f"{len(judged)} equal ones")
    return float(1 - np.sum((wanted - (judged @ U) @ w_alpha) ** 2) / total)


def _shrinkage(made):
    """s and mu of Ledoit and Wolf's estimate (1 - s) C + s mu I."""
    from sklearn.covariance import ledoit_wolf_shrinkage

    return float(ledoit_wolf_shrinkage(made, assume_centered=True)), float(np.mean(made**2))


@one_blas_thread
def explained_curves(v, points, strategies, rng, W=None, targets=None):
    """``explained_variance`` against share, for each dictionary that can be had.

    Parameters
    ----------
    v : array, (n, n_v)
        Half of the rows makes the dictionaries, the other half judges, and the other way round.
    points : Grid, Points or None
    strategies : dict
        Name: Strategy. The squared exponential takes, at each share, the best of some length scales, unless
        its own is not the usual one.
    rng : numpy.random.Generator
    W : array, (n_v, n_features), optional
    targets : Targets, optional
        What a network is to learn from v.

    Returns
    -------
    atoms : list of int
        n_alpha, increasing; n_alpha / n_v is the share.
    curves : dict
        Name: ndarray, one number a share, the mean of ``N_DRAWS`` dictionaries; nan beyond its atoms.
    scales : dict
        n_alpha: the squared exponential's length scale; empty where there is none to choose.
    left_out : dict
        Name: why the dictionary can't be had.
    """
    n_v, n_channels = v.shape[1], 1 if points is None else points.n_channels
    atoms = sorted({count_known(share, n_v, n_channels) for share in SHARES})
    atoms = [n for n in atoms if n <= MOST_ATOMS] or atoms[:1]
    order, seed = rng.permutation(len(v)), int(rng.integers(2**31))
    rows = [np.sort(order[i::2]) for i in (0, 1)]
    halves = [v[own].astype(np.float64) for own in rows]
    learned = [None if targets is None else targets._replace(Y=targets.Y[own]) for own in rows]
    sides = [_Side(halves[i], halves[1 - i], points, learned[i]) for i in (0, 1)]
    curves, scales, left_out = {}, {}, {}
    for name, strategy in strategies.items():
        try:
            if points is not None and strategy == SquaredExponentialRidge():
                tried = {s: SquaredExponentialRidge(length_scale=s) for s in _length_scales(points)}
                each = {s: _mean(sides, own, atoms, W, seed) for s, own in tried.items()}
                curves[name] = np.max(list(each.values()), axis=0)
                scales = {n: max(each, key=lambda s: each[s][i]) for i, n in enumerate(atoms)}
            else:
                curves[name] = _mean(sides, strategy, atoms, W, seed)
        except ValueError as error:
            left_out[name] = str(error)
    return atoms, curves, scales, left_out


def _mean(sides, strategy, atoms, W, seed):
    return np.mean([side.curve(strategy, atoms, W, seed) for side in sides], axis=0)


def _length_scales(points):
    """``LENGTH_SCALES`` in the points' units, up to half of their extent."""
    places = np.unique(points.coordinates, axis=0)
    if len(places) < 2:
        return [1.0]
    neighbour = pixel_of(points)
    longest = max(float(np.ptp(places, axis=0).max()) / 2, neighbour)
    return [s * neighbour for s in LENGTH_SCALES if s * neighbour <= longest]


class _Side:
    """Rows that make dictionaries, and rows that judge them."""

    def __init__(self, made, judged, points, targets):
        mean = made.mean(axis=0)
        self.made, self.judged = made - mean, judged - judged.mean(axis=0)
        self.layer_input, self.shrinkage = LayerInput(made, points, targets=targets), _shrinkage(self.made)

    def curve(self, strategy, atoms, W, seed):
        """Explained variance for each number of atoms."""
        prepared = strategy.prepare(self.layer_input, seed)
        rng, n_draws = np.random.default_rng(seed), N_DRAWS // 2
        found = np.full(len(atoms), np.nan)
        for i, n_alpha in enumerate(atoms):
            if n_alpha <= prepared.n_atoms:
                drawn = [prepared.draw(n_alpha, rng, column, n_draws).U for column in range(n_draws)]
                each = [_explained(U, self.made, self.judged, W, self.shrinkage) for U in drawn]
                found[i] = np.mean(each)
        return found
