import numpy as np
import pytest

from lowrankweights.readers import Options, read, read_like

Y = np.arange(60) % 2


def of(tmp_path, options=None, **arrays):
    np.savez(tmp_path / "a.npz", **arrays)
    return read(tmp_path / "a.npz", options or Options())


def test_a_files_own_test_rows_are_the_test(tmp_path):
    X, T = np.random.default_rng(0).normal(size=(2, 60, 4))
    data = of(tmp_path, X_train=X, y_train=Y, X_test=T[:9], y_test=Y[:9])
    np.testing.assert_array_equal(data.X_train, X)
    np.testing.assert_array_equal(data.X_test, T[:9])


def test_pictures_keep_their_shape_and_levels_become_0_to_1(tmp_path):
    levels = np.random.default_rng(0).integers(0, 256, (60, 5, 4, 3)).astype(np.uint8)
    data = of(tmp_path, X=levels, y=Y)
    assert data.schema["shape"] == [5, 4, 3] and data.X_train.max() <= 1
    np.testing.assert_allclose(of(tmp_path, X=levels.astype(float), y=Y).X_train, data.X_train, rtol=1e-12)
    assert of(tmp_path, X=levels / 255, y=Y).schema["scale"] == 1


def test_columns_of_a_table_keep_their_units(tmp_path):
    X = np.random.default_rng(0).integers(0, 256, (60, 6))
    assert of(tmp_path, X=X, y=Y).X_train.max() > 2


def test_a_shape_says_what_a_row_is_and_must_fit(tmp_path):
    X = np.random.default_rng(0).normal(size=(60, 12))
    assert of(tmp_path, Options(shape=(3, 4)), X=X, y=Y).schema["shape"] == [3, 4]
    assert of(tmp_path, Options(shape=(12,)), X=X, y=Y).schema["shape"] == [12]
    with pytest.raises(ValueError, match="--shape: expected .* of the 12 numbers of a row, got 3,5"):
        of(tmp_path, Options(shape=(3, 5)), X=X, y=Y)


def test_another_array_may_be_the_target(tmp_path):
    data = of(tmp_path, Options(target="age"), X=np.ones((60, 2)) * Y[:, None], age=Y / 3)
    assert data.schema["target"]["name"] == "age" and data.schema["target"]["task"] == "regression"


def test_rows_that_are_not_finite_are_named_or_left_out(tmp_path):
    X = np.random.default_rng(0).normal(size=(60, 4))
    X[7, 2] = np.nan
    with pytest.raises(ValueError, match=r"a.npz, X: expected finite numbers, got .* at X\[7\]; --skip-bad"):
        of(tmp_path, X=X, y=Y)
    assert len(of(tmp_path, Options(skip_bad=True, test=0.0), X=X, y=Y).X_train) == 59


@pytest.mark.parametrize(
    ("arrays", "said"),
    [
        ({"Z": Y}, r"expected arrays X and y, or X_train, y_train, X_test, y_test, got Z \(60,\)"),
        ({"X": np.ones((60, 2))}, "--target: expected an array of .*: X, got 'y'"),
        ({"X": np.ones((60, 2)), "y": Y[:5]}, r"y: expected .* shape \(60,\)"),
        ({"X": np.ones(60), "y": Y}, r"X: expected numbers \(n, n_inputs\)"),
        ({"X": np.array([["a"]]), "y": Y[:1]}, r"X: expected numbers \(n, n_inputs\)"),
        ({"X": np.array([{}] * 60, dtype=object), "y": Y}, "expected arrays of numbers or text, no objects"),
        ({"header": np.array("{}")}, "got a model that train saved"),
    ],
)
def test_what_is_no_such_file_is_said(tmp_path, arrays, said):
    with pytest.raises(ValueError, match=said):
        of(tmp_path, **arrays)


def test_what_is_no_npz_file_is_said(tmp_path):
    (tmp_path / "a.npz").write_bytes(b"nothing")
    with pytest.raises(
        ValueError, match=r"a.npz: expected (a file written by numpy.savez|arrays of numbers)"
    ):
        read(tmp_path / "a.npz", Options())


def test_a_new_file_must_have_as_many_numbers_a_row(tmp_path):
    schema = of(tmp_path, X=np.random.default_rng(0).normal(size=(60, 4)), y=Y).schema
    np.savez(tmp_path / "b.npz", X=np.ones((3, 5)))
    with pytest.raises(
        ValueError, match=r"b.npz, X: expected 4 numbers a row, as in training, got shape \(3, 5\)"
    ):
        read_like(tmp_path / "b.npz", schema, Options(), needs_target=False)
