import numpy as np
import pytest

import lowrankweights as lrw
from lowrankweights.building import strategies
from lowrankweights.building.strategies import NAMES, STRATEGIES, LayerInput, predicted_layer
from lowrankweights.dictionaries import bases

RNG = np.random.default_rng(0)
IMAGES = RNG.random((60, 36))
LAYER = LayerInput(IMAGES, shape=(6, 6), autoencoder={"max_iter": 5})


def columns_of(dictionary, layer=LAYER, proportion=0.25, n_columns=3, n_h=7):
    parametrisation, alphas = predicted_layer(
        layer, n_h, dictionary, proportion, n_columns, np.random.default_rng(1)
    )
    return parametrisation.columns, alphas


@pytest.mark.parametrize("dictionary", STRATEGIES)
def test_each_strategy_gives_each_column_its_own_finite_dictionary(dictionary):
    columns, alphas = columns_of(dictionary)
    assert [c.n_h for c in columns] == [3, 2, 2]
    assert all(c.U.shape == (36, 9) and np.isfinite(c.U).all() for c in columns)
    assert all(np.linalg.matrix_rank(c.U) == 9 for c in columns)
    assert not np.array_equal(columns[0].U, columns[1].U)
    assert len(alphas) == (3 if dictionary in strategies.WITH_INDEX_SETS else 0)


def test_the_same_seed_gives_the_same_dictionaries():
    for dictionary in STRATEGIES:
        first, second = (columns_of(dictionary)[0] for _ in range(2))
        assert all(np.array_equal(a.U, b.U) for a, b in zip(first, second, strict=True)), dictionary


@pytest.mark.parametrize("dictionary", ["dct", "wavelet"])
def test_half_of_the_atoms_are_the_lowest_frequencies(dictionary):
    basis = {"dct": bases.dct_basis, "wavelet": bases.wavelet_basis}[dictionary]((6, 6))
    for column in columns_of(dictionary)[0]:
        assert np.array_equal(column.U[:, :4], basis[:, :4])
        assert np.allclose(column.U.T @ column.U, np.eye(9), atol=1e-10)


@pytest.mark.parametrize("dictionary", ["autoencoder", "kmeans"])
def test_learned_atoms_have_unit_length(dictionary):
    for column in columns_of(dictionary)[0]:
        assert np.allclose(np.linalg.norm(column.U, axis=0), 1)


def test_an_autoencoders_atoms_reconstruct_better_than_random_ones():
    # images of few degrees of freedom: its filters must span them
    rng = np.random.default_rng(5)
    X = 0.5 + 0.1 * rng.normal(size=(300, 3)) @ rng.normal(size=(3, 36))
    layer = LayerInput(X, autoencoder={"max_iter": 100})
    left = {}
    for dictionary in ("autoencoder", "random_projection"):
        U = columns_of(dictionary, layer, n_columns=2)[0][0].U
        centred = X - X.mean(axis=0)
        left[dictionary] = np.linalg.norm(centred.T - U @ np.linalg.lstsq(U, centred.T, rcond=None)[0])
    assert left["autoencoder"] < 0.7 * left["random_projection"]


def test_an_autoencoder_is_trained_once_for_all_columns(monkeypatch):
    trained, real = [], strategies.pretrain_layer
    monkeypatch.setattr(strategies, "pretrain_layer", lambda *a, **k: trained.append(1) or real(*a, **k))
    columns_of("autoencoder")
    assert len(trained) == 1


def test_local_columns_of_colour_images():
    centres = np.array([[0.0, 0.0], [3.0, 3.0]])
    layer = LayerInput(np.random.default_rng(2).random((40, 48)), shape=(4, 4, 3), centres=centres)
    _, alphas = columns_of("covariance", layer, n_columns=2)
    assert {0, 1, 2} <= set(alphas[0]) and {45, 46, 47} <= set(alphas[1])


def test_local_columns_look_at_places_of_their_own():
    from lowrankweights.dictionaries.index_sets import column_centres

    layer = LayerInput(IMAGES, shape=(6, 6), centres=column_centres((6, 6), 3))
    for dictionary in ("squared_exponential", "random_connections", "covariance"):
        _, alphas = columns_of(dictionary, layer)
        for alpha, centre in zip(alphas, layer.centres, strict=True):
            nearest = np.argmin(np.hypot(*(np.stack(np.divmod(np.arange(36), 6)) - centre[:, None])))
            assert nearest in alpha


@pytest.mark.parametrize("dictionary", NAMES)
def test_fewer_samples_than_units_and_units_that_never_vary(dictionary):
    X = RNG.random((8, 36))
    X[:, :12] = 0.25
    parametrisation, _ = predicted_layer(
        LayerInput(X, shape=(6, 6), autoencoder={"max_iter": 5}), 5, dictionary, 0.5, 1, RNG
    )
    W = parametrisation.expand(parametrisation.init(rng=0))
    assert W.shape == (36, 5) and np.isfinite(W).all()


@pytest.mark.parametrize("dictionary", sorted(set(NAMES) - {"dct", "wavelet", "squared_exponential"}))
def test_one_unit(dictionary):
    layer = LayerInput(RNG.random((9, 1)), autoencoder={"max_iter": 5})
    parametrisation, _ = predicted_layer(layer, 3, dictionary, 0.5, 1, RNG)
    assert np.isfinite(parametrisation.expand(parametrisation.init(rng=0))).all()


@pytest.mark.parametrize(
    ("dictionary", "layer", "text"),
    [
        ("autoencoder", LayerInput(None, shape=(6, 6)), "data .* for 'autoencoder'"),
        ("covariance", LayerInput(None, shape=(6, 6)), "data .* for 'covariance'"),
        ("kmeans", LayerInput(None, shape=(6, 6)), "data .* for 'kmeans'"),
        ("dct", LayerInput(IMAGES), "another than 'dct'"),
        ("wavelet", LayerInput(IMAGES), "another than 'wavelet'"),
    ],
)
def test_what_a_dictionary_needs_is_said(dictionary, layer, text):
    with pytest.raises(ValueError, match=f"^dictionary: expected {text}"):
        columns_of(dictionary, layer)


def test_a_wavelet_that_does_not_fit_and_too_few_units_that_vary():
    with pytest.raises(ValueError, match="^shape: expected an even height and width"):
        columns_of("wavelet", LayerInput(RNG.random((5, 35)), shape=(5, 7)))
    signs = RNG.choice([-1.0, 1.0], size=(9, 36))
    with pytest.raises(ValueError, match="^X: expected units whose square varies, for 'squared_covariance'"):
        columns_of("squared_covariance", LayerInput(signs))
    with pytest.raises(ValueError, match="^proportion: expected at most 0.167, as X has 6 units that vary"):
        columns_of("covariance", LayerInput(np.pad(RNG.random((9, 6)), ((0, 0), (0, 30)))))


def test_without_data_a_grid_is_enough():
    columns, _ = columns_of("squared_exponential", LayerInput(None, shape=(6, 6)))
    points = lrw.grid_coordinates((6, 6))
    alpha = columns_of("squared_exponential", LayerInput(None, shape=(6, 6)))[1][0]
    U = lrw.dictionaries.kernel_ridge(lrw.SquaredExponential(1.0), points, alpha, ridge=1e-2)
    assert np.array_equal(columns[0].U, U)
