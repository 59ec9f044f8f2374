import numpy as np
import pytest

from lowrankweights.dictionaries import completion


def test_features_are_completed_from_their_known_weights_only():
    rng = np.random.default_rng(0)
    y, x = np.mgrid[:14, :14]
    W = np.stack(
        [np.exp(-((y - a) ** 2 + (x - b) ** 2) / 12).ravel() for a, b in rng.uniform(3, 10, (4, 2))], 1
    )
    c = completion.complete(W, (14, 14), share=0.2, rng=0)
    assert len(c["alpha"]) == 39 and c["correlation"].min() > 0.95
    spoilt = W.copy()
    unknown = np.setdiff1d(np.arange(196), c["alpha"])
    spoilt[unknown] = rng.normal(size=(len(unknown), 4))
    again = completion.complete(spoilt, (14, 14), share=0.2, rng=0)
    assert again["length_scale"] == c["length_scale"] and np.array_equal(again["U"], c["U"])
    assert "39 of 196 weights known (20%)" in completion.describe(c)
    with pytest.raises(ValueError, match="^share: expected"):
        completion.complete(W, (14, 14), share=0)
    with pytest.raises(ValueError, match="^shape: expected"):
        completion.complete(W, (13, 14), share=0.2)
