"""Every argument of public functions given every kind of nonsense: no NaN, or an error that names it."""

import inspect
import warnings

import numpy as np
import pytest

import lowrankweights as lrw
from lowrankweights import (
    advice,
    dictionaries,
    networks,
    optimisation,
    plotting,
    selection,
    speech,
    unsupervised,
    weights,
)
from lowrankweights.results import intervals

RNG = np.random.default_rng(0)
KERNEL, GRID, ALPHA = lrw.SquaredExponential(1.5), lrw.Grid((4, 4)), np.array([0, 3, 5, 9])
SIGNAL = speech.babble(1, 1, rng=0)[0].signal[:4000]
FEATURES, V, W, W_ALPHA = (RNG.normal(size=shape) for shape in ((9, 13), (30, 16), (16, 3), (4, 3)))
LAYERS = [networks.Dense(weights.Full(4, 3)), networks.Dense(weights.Full(3, 2))]
NET = networks.Network(LAYERS, "softmax_cross_entropy")
KNOWN = {"kernel": KERNEL, "points": GRID, "alpha": ALPHA, "ridge": 0.01}
WRONG = [[1, 2], [3]]


def square(theta):
    return float(theta @ theta), 2 * theta


CALLS = [
    (speech.mfcc, {"signal": SIGNAL, "rate": 16_000}),
    (speech.frames, {"signal": SIGNAL, "rate": 16_000}),
    (speech.mel_filters, {"n_bands": 20, "n_fft": 512, "rate": 16_000}),
    (speech.differences, {"features": FEATURES}),
    (speech.in_context, {"features": FEATURES, "n_frames": 5}),
    (speech.label_frames, {"segments": [speech.Segment(0, 9000, "aa")], "n_frames": 30, "rate": 16_000}),
    (speech.viterbi, {"log_likelihood": FEATURES[:, :6], "log_bigram": np.log(np.full((2, 2), 0.5)),
                      "n_states": 3, "penalty": 0.5, "log_initial": np.log([0.5, 0.5])}),
    (speech.phone_error_rate, {"references": [["aa", "b"]], "hypotheses": [["aa"]]}),
    (speech.edits, {"references": [["aa", "b"]], "hypotheses": [["aa"]]}),
    (speech.fold, {"phones": ["aa", "h#"]}),
    (speech.synthesise, {"phones": ["aa", "h#"], "voice": speech.Voice(), "rng": 0}),
    (speech.babble, {"n_speakers": 1, "n_sentences": 1, "rng": 0}),
    (speech.Bigram, {"sequences": [[0, 1, 0]], "n_phones": 2, "smoothing": 0.1}),
    (speech.Decoder.of, {"labels": np.arange(183), "phones": [[0, 1, 2]], "smoothing": 0.1}),
    (weights.Full, {"n_v": 16, "n_h": 3}),
    (weights.LowRank, {"n_v": 16, "n_h": 3, "rank": 2}),
    (weights.Predicted, {"U": W, "n_h": 3}),
    (weights.Adapted, {"W0": W, "rank": 2, "kind": "vera", "scale": 1.0, "rng": 0}),
    (weights.Hashed, {"n_v": 16, "n_h": 3, "n_values": 9, "rng": 0}),
    (networks.RandomSubspace, {"net": NET, "n_dynamic": 5, "rng": 0, "n_terms": 4}),
    (selection.choices_for, {"budget": 100, "n_v": 16, "n_out": 3, "points": GRID, "n_rows": 100,
                             "weight_decay": 1e-4}),
    (dictionaries.sample_index_set, {"n_v": 16, "n_alpha": 4, "rng": 0, "candidates": np.arange(10)}),
    (dictionaries.spread_index_set, {"shape": (4, 4), "n_alpha": 4, "rng": 0, "candidates": np.arange(10)}),
    (dictionaries.pivoted_index_set, {"kernel": KERNEL, "points": GRID, "n_alpha": 4, "rng": 0, "ridge": 0.1,
                                      "candidates": np.arange(10)}),
    (dictionaries.kernel_ridge, KNOWN),
    (dictionaries.predictive_variance, KNOWN),
    (dictionaries.log_marginal_likelihood, {"w_alpha": W_ALPHA, **KNOWN}),
    (dictionaries.choose_length_scale, {"w_alpha": W_ALPHA, "points": GRID, "alpha": ALPHA, "ridge": 0.01}),
    (dictionaries.predict_features, {"w_alpha": W_ALPHA, "U": RNG.normal(size=(16, 4))}),
    (dictionaries.identity_atoms, {"n_v": 16, "alpha": ALPHA}),
    (dictionaries.random_projection, {"n_v": 16, "n_alpha": 4, "rng": 0}),
    (dictionaries.dct_basis, {"shape": (4, 4)}),
    (intervals.spread, {"values": RNG.random((3, 20))}),
    (intervals.error_interval, {"wrong": WRONG, "n_items": 20, "level": 0.9}),
    (intervals.paired_interval, {"wrong_a": WRONG, "wrong_b": WRONG, "n_items": 20, "level": 0.9,
                                 "n_folds": 1}),
    (unsupervised.whiten, {"X": V, "regularisation": 0.1}),
    (unsupervised.random_patches, {"images": RNG.random((3, 8, 8)), "shape": (4, 4), "n_patches": 5,
                                   "rng": 0}),
    (unsupervised.energy_in_window, {"W": W, "shape": (4, 4), "size": 3}),
    (unsupervised.match, {"W": W, "full": W}),
    (optimisation.minimize, {"theta0": np.ones(3), "fun": square, "max_iter": 3, "tol": 1e-6}),
    (optimisation.check_gradient, {"theta": np.ones(3), "fun": square, "blocks": {"a": slice(3)}, "rng": 0}),
    (optimisation.numeric_gradient, {"fun": square, "theta": np.ones(3)}),
    (optimisation.directional_derivative, {"fun": square, "theta": np.ones(3), "direction": np.ones(3)}),
    (optimisation.measured_noise, {"theta": np.ones(3), "fun": square, "rng": 0, "n_points": 9}),
    (lrw.Grid, {"shape": (3, 4), "channels": 3}),
    (lrw.Points, {"coordinates": RNG.random((5, 2)), "channels": np.arange(5) % 2}),
    (lrw.SquaredExponential, {"length_scale": 1.0, "between_channels": 0.1}),
    (lrw.EmpiricalCovariance, {"v": V, "weight": np.ones(30)}),
    (lrw.SquaredCovariance, {"v": V, "weight": np.ones(30)}),
    (dictionaries.kmeans_basis, {"v": V, "n_atoms": 4, "rng": 0, "weight": np.ones(30)}),
    (dictionaries.random_connections, {"n_v": 16, "n_alpha": 4, "rng": 0, "n_channels": 2}),
    (networks.Dense, {"parametrisation": weights.Full(4, 3), "activation": "relu"}),
    (networks.Conv2d, {"parametrisation": weights.Full(9, 3), "window": (3, 3), "activation": "relu"}),
    (networks.MaxPool2d, {"window": (2, 2)}),
    (networks.Dropout, {"rate": 0.5, "rng": 0}),
    (networks.Network, {"layers": LAYERS, "loss": "softmax_cross_entropy"}),
    (weights.Columns, {"columns": [weights.Full(4, 3), weights.Full(4, 2)]}),
    (unsupervised.rica_cost, {"theta": np.ones(48), "X": V, "n_components": 3, "sparsity": 0.1, "eps": 0.01}),
    (unsupervised.ZCAWhitening, {"regularisation": 0.1}),
    (unsupervised.PatchEncoder, {"W": W, "patch_shape": (4, 4), "threshold": 0.2, "n_threads": 1}),
    (unsupervised.TiedAutoencoder, {"parametrisation": weights.Full(4, 3), "activation": "sigmoid"}),
    (advice.explained_variance, {"U": W, "v_made": V, "v_judged": V}),
    (plotting.index_set, {"alpha": ALPHA, "shape": (4, 4)}),
    (plotting.unexplained_variance, {"kernel": KERNEL, "points": GRID, "n_alpha": 3, "ridge": 0.1,
                                     "n_draws": 2}),
    (plotting.tiles, {"W": W, "shape": (4, 4), "n_across": 2, "scale": 1.0}),
    (plotting.show_feature, {"w": W[:, 0], "shape": (4, 4), "scale": 1.0, "known": ALPHA}),
]  # fmt: skip
NONSENSE = [
    None, "x", "", b"x", np.nan, np.inf, -1, 0, 1.5, True, 1j, object(), [], (), {}, [[1, 2], [3]],
    np.zeros((0, 0)), np.zeros((3, 2, 2, 2)), np.array([np.nan, 1.0]), np.array([1e300, 1.0]),
    np.array(["a", "b"]),
]  # fmt: skip


def finite(result):
    """Whether the numbers of a result are; what is no number does not matter."""
    parts = result if isinstance(result, tuple) else (result,)
    numbers = [p for p in parts if isinstance(p, (float, np.ndarray)) and np.asarray(p).dtype.kind == "f"]
    return all(np.isfinite(p).all() for p in numbers)


@pytest.mark.parametrize(("function", "valid"), CALLS, ids=lambda v: getattr(v, "__qualname__", ""))
def test_nonsense_is_refused_by_name_or_gives_numbers(function, valid, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)  # a path of nonsense is a path
    plt = pytest.importorskip("matplotlib.pyplot")
    assert finite(function(**valid))
    names = {*inspect.signature(function).parameters}
    for argument in valid:
        for nonsense in NONSENSE:
            told = f"{argument} = {nonsense!r}"
            try:
                with warnings.catch_warnings(
                    action="ignore", category=RuntimeWarning
                ):  # ``square`` overflows
                    assert finite(function(**{**valid, argument: nonsense})), told
            except ValueError as error:
                named = str(error).split(":")[0].replace("'", " ").split()[0]
                assert named in names, f"{told}: {error}"
            except TypeError as error:
                assert argument == "fun" and "callable" in str(error), f"{told}: {error}"
            finally:
                plt.close("all")
