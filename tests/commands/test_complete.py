import re

import numpy as np
import pytest

import lowrankweights as lrw
from lowrankweights.commands.complete import as_pictures, read
from lowrankweights.commands.main import main


def bump(side=12, centre=6.0):
    points = lrw.grid_coordinates((side, side))
    return np.exp(-np.square(points - centre).sum(axis=1) / 20)


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def complete(capsys, *arguments):
    status = main(["complete", *map(str, arguments)])
    said = capsys.readouterr()
    return status, said.out + said.err


def test_a_smooth_feature_comes_back(here, capsys):
    np.save("mine.npy", bump())
    status, said = complete(capsys, "mine.npy")
    assert status == 0 and "29 of 144 weights known (20%)" in said and "1 of 1 features" in said
    correlation = float(said.split("unknown weights ")[1].split()[0])
    assert correlation > 0.98 and (here / "out" / "mine-completed.png").stat().st_size > 1000


def test_the_length_scale_may_be_given(here, capsys):
    np.save("mine.npy", bump())
    status, said = complete(capsys, "mine.npy", "--length-scale", 2, "--proportion", 1)
    assert status == 0 and "length scale 2.00 pixels; no weight was unknown" in said


def test_the_proportion_has_a_second_name(here, capsys):
    np.save("mine.npy", bump())
    said = [complete(capsys, "mine.npy", name, 0.5) for name in ("--proportion", "--share")]
    assert said[0] == said[1] and "72 of 144 weights known (50%)" in said[0][1]


def test_an_image_is_a_feature(here, capsys):
    from PIL import Image

    Image.fromarray((255 * bump(40, 20.0).reshape(40, 40)).astype(np.uint8)[:, :20]).save("mine.png")
    status, said = complete(capsys, "mine.png")
    assert (
        status == 0
        and "40 x 20 pixels (height x width), in grey, less the mean" in said
        and "of 800 weights known" in said
    )
    W, shape, _ = read(here / "mine.png")
    assert shape == (40, 20) and abs(W.mean()) < 1e-12


def photograph(path, size=(40, 30)):
    """A smooth image, red from left to right, green from top to bottom, blue not at all but bright."""
    from PIL import Image

    row, column = np.indices(size)
    levels = np.stack([3 * column, 4 * row, np.full(size, 200)], axis=2).astype(np.uint8)
    Image.fromarray(levels).save(path)
    return levels


def test_an_image_keeps_its_size_and_its_colours(here, capsys):
    levels = photograph("photo.png")
    status, said = complete(capsys, "photo.png")
    assert (
        status == 0
        and "40 x 30 pixels (height x width), in colour, less" in said
        and "of 3600 weights known" in said
    )
    W, shape, _ = read(here / "photo.png")
    assert shape == (40, 30, 3)
    assert np.allclose(W.reshape(shape), (levels - levels.mean(axis=(0, 1))) / 255)


@pytest.mark.parametrize(
    ("size", "wanted"), [((100, 50), (52, 26, 3)), ((36, 36), (36, 36, 3)), ((37, 37), (36, 36, 3))]
)
def test_a_large_image_is_made_smaller_in_proportion(size, wanted, here):
    photograph("photo.png", size)
    W, shape, note = read(here / "photo.png")
    assert shape == wanted and len(W) <= 4096
    assert ("resampled to 52 x 26" in note) == (size == (100, 50))


@pytest.mark.parametrize(("text", "shape"), [("6,9", (6, 9)), ("6,9,1", (6, 9)), ("20,15,3", (20, 15, 3))])
def test_the_shape_of_an_image_may_be_given(text, shape, here, capsys):
    levels = photograph("photo.png") / 255
    status, said = complete(capsys, "photo.png", "--shape", text)
    assert status == 0 and f"of {np.prod(shape)} weights known" in said
    W, got, _ = read(here / "photo.png", tuple(map(int, text.split(","))))
    assert got == shape
    if len(shape) == 3:
        means = levels.reshape(20, 2, 15, 2, 3).mean(axis=(1, 3))
        assert np.abs(W.reshape(shape) - (means - means.mean(axis=(0, 1)))).max() < 0.01
    else:
        assert np.corrcoef(W.reshape(shape)[:, 0], np.arange(6))[0, 1] > 0.999  # brighter from top to bottom


def test_an_array_of_another_shape_is_never_read_as_one_feature(here, capsys):
    rng = np.random.default_rng(0)
    np.save("colour.npy", rng.random((4, 5, 3)))
    assert complete(capsys, "colour.npy", "--shape", "4,5,3")[0] == 0
    assert "--shape: expected 4,5,3 if the array" in complete(capsys, "colour.npy", "--shape", "4,15")[1]
    np.save("three.npy", rng.random((16, 3)))
    assert "--shape: expected HEIGHT,WIDTH" in complete(capsys, "three.npy", "--shape", "4,12")[1]
    assert "3 of 3 features of 4 x 4" in complete(capsys, "three.npy", "--shape", "4,4,1")[1]


@pytest.mark.parametrize("content", [np.arange(16, dtype=np.uint8), np.eye(4) > 0, 100 * np.eye(4)])
def test_an_array_of_levels_is_no_array_of_weights(content, here, capsys):
    np.save("levels.npy", content)
    status, said = complete(capsys, "levels.npy", "--shape", "4,4")
    assert status == 1 and "levels.npy: expected weights (an image's levels are completed as an" in said


def test_negative_integers_are_weights(here, capsys):
    np.save("quantised.npy", np.arange(-8, 8, dtype=np.int8))
    assert complete(capsys, "quantised.npy")[0] == 0


def test_a_colour_model_is_not_completed_in_another_shape(here, capsys):
    X = np.random.default_rng(0).normal(size=(60, 48))
    lrw.save("rica", lrw.RICA(5, patch_shape=(4, 4, 3), max_iter=3, random_state=0).fit(X))
    assert read(here / "rica.npz", (4, 4, 3))[1] == (4, 4, 3)
    status, said = complete(capsys, "rica.npz", "--shape", "4,12")
    assert status == 1 and "--shape: expected the model's own, 4,4,3, or none, got (4, 12)" in said


def test_a_feature_too_large_to_predict_is_named(here, capsys):
    photograph("photo.png")
    status, said = complete(capsys, "photo.png", "--shape", "300,300")
    assert (
        status == 1 and "photo.png: expected a feature and a proportion" in said and "90000 weights" in said
    )


def test_a_model_that_was_saved(here, capsys):
    small = ["--hidden", "12", "--columns", "2", "--max-iter", "3", "--out", "model.npz"]
    assert main(["train", "digits", *small]) == 0
    status, said = complete(capsys, "model.npz")
    assert status == 0 and "4 of 12 features" in said and "of 64 weights known" in said


def test_a_rica_that_was_saved(here, capsys):
    X = np.random.default_rng(0).normal(size=(60, 24))
    model = lrw.RICA(5, patch_shape=(4, 6), max_iter=3, random_state=0).fit(X)
    lrw.save("rica", model)
    W, shape, _ = read(here / "rica.npz")
    assert shape == (4, 6) and W.shape == (24, 4)


@pytest.mark.parametrize(
    ("name", "content", "more", "said"),
    [
        ("no.npy", None, [], "no.npy: expected an array written by numpy.save"),
        ("no.png", None, [], "no.png: expected an image file"),
        (
            "objects.npy",
            np.array([{}], dtype=object),
            [],
            "objects.npy: expected an array written by numpy.save",
        ),
        ("thirteen.npy", np.ones(13), [], "--shape: expected HEIGHT,WIDTH of the 13 weights of a feature"),
        (
            "square.npy",
            np.eye(16),
            ["--shape", "3,5"],
            "--shape: expected HEIGHT,WIDTH or HEIGHT,WIDTH,3 of the 16",
        ),
        ("square.npy", np.eye(16), ["--share", "0"], "--share: expected"),
        ("square.npy", np.eye(16), ["--seed", "-1"], "--seed: expected"),
        (
            "image.npy",
            np.eye(28),
            [],
            "--shape: expected 28,28 if the array is one feature, else HEIGHT,WIDTH of a column, got none",
        ),
        ("two.npy", np.ones(32), ["--shape", "4,4,2"], "--shape: expected HEIGHT,WIDTH or"),
        ("cube.npy", np.ones((4, 4, 3)), [], "--shape: expected 4,4,3 if the array is one feature, got none"),
        ("none.npy", np.ones((16, 0)), [], "none.npy: expected at least one weight"),
        ("no.png", None, ["--shape", "3,5,2"], "--shape: expected (height, width)"),
        ("no.png", None, ["--shape", "9"], "--shape: expected (height, width)"),
    ],
)
def test_bad_files_and_arguments_are_named(name, content, more, said, here, capsys):
    if content is not None:
        np.save(name, content, allow_pickle=True)
    status, text = complete(capsys, name, *more)
    assert status == 1 and said in text and text.count("\n") == 1


def test_an_array_of_the_given_shape_is_one_feature_and_zeros_are_left_out(here, capsys):
    np.save("image.npy", bump().reshape(12, 12))
    status, said = complete(capsys, "image.npy", "--shape", "12,12")
    assert status == 0 and "1 of 1 features" in said
    np.save("dead.npy", np.stack([bump(), np.zeros(144)], axis=1))
    assert "1 of 2 features of 12 x 12 weights" in complete(capsys, "dead.npy")[1]


def test_a_length_scale_at_the_end_of_the_range_says_so(here, capsys):
    np.save("flat.npy", np.ones(144))
    assert "at the end of what was tried" in complete(capsys, "flat.npy")[1]


def test_a_feature_that_is_zero_is_never_nan(here, capsys):
    np.save("zero.npy", np.zeros(16))
    status, text = complete(capsys, "zero.npy")
    assert status == 0 and "nan" not in text and "no correlation: the feature or its prediction" in text


def saved(path, shape, X):
    """A small model of inputs with places, saved."""
    y = X[:, X.shape[1] // 2] > 0
    how = {"dictionary": "squared_exponential", "length_scale": 2.0, "max_iter": 5, "random_state": 0}
    model = lrw.LowRankMLPClassifier((6,), points=lrw.Grid(shape), **how).fit(X, y)
    lrw.save(path, model)


def waves(shape, n=60):
    """Smooth random arrays, flattened."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n, *shape))
    for axis in range(1, X.ndim):
        X = X.cumsum(axis)
    return X.reshape(n, -1)


def test_the_features_of_signals_are_completed_along_their_axis(here, capsys):
    saved("signal.npz", (40,), waves((40,)))
    W, shape, _ = read(here / "signal.npz")
    assert shape == (40,) and W.shape == (40, 4)
    status, said = complete(capsys, "signal.npz")
    assert status == 0 and "4 of 6 features of 40 weights" in said and "8 of 40 weights known" in said
    assert (here / "out" / "signal-completed.png").stat().st_size > 1000


def test_the_features_of_volumes_are_completed_in_three_dimensions(here, capsys):
    saved("volume.npz", (4, 3, 5), waves((4, 3, 5)))
    status, said = complete(capsys, "volume.npz")
    assert status == 0 and "features of 4 x 3 x 5 weights" in said and "drawn slice by slice" in said
    assert (here / "out" / "volume-completed.png").stat().st_size > 1000


def test_a_volume_is_drawn_with_each_weight_in_its_slice():
    grid = lrw.Grid((4, 3, 5))
    W = np.arange(60.0)[:, None]
    alpha = np.array([0, 10, 15, 59])  # drawn, 15 comes before 10
    U = np.random.default_rng(0).normal(size=(60, 4))
    drawn, known, V, shape = as_pictures({"W": W, "alpha": alpha, "U": U}, grid)
    picture = drawn.reshape(shape)
    assert shape == (6, 10)  # two slices beside each other, twice
    for i, (row, column) in enumerate([(0, 0), (0, 5), (3, 0), (3, 5)]):
        np.testing.assert_array_equal(picture[row : row + 3, column : column + 5], W.reshape(4, 3, 5)[i])
    assert sorted(drawn[known].ravel()) == alpha.tolist()
    # the prediction, drawn, is the prediction
    np.testing.assert_allclose(V @ drawn[known], (U @ W[alpha])[drawn.ravel().astype(int)])


def test_inputs_without_a_grid_are_not_taken_for_a_square(here, capsys):
    X = waves((16,))
    model = lrw.LowRankMLPClassifier((6,), max_iter=3, random_state=0).fit(X, X[:, 3] > 0)
    lrw.save("bare.npz", model)
    status, said = complete(capsys, "bare.npz")
    assert (
        status == 1 and "inputs of which the file says no places" in said and "--shape HEIGHT,WIDTH" in said
    )
    assert complete(capsys, "bare.npz", "--shape", "4,4")[0] == 0
    positions = np.random.default_rng(0).normal(size=(16, 2))
    how = {"dictionary": "squared_exponential", "max_iter": 3, "random_state": 0}
    lrw.save("sensors.npz", lrw.LowRankMLPClassifier((6,), points=positions, **how).fit(X, X[:, 3] > 0))
    status, said = complete(capsys, "sensors.npz")
    assert status == 1 and "whose inputs lie on a grid" in said


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("t.csv", "t.csv: expected an image, .npy with weights, or .npz with a model of train, got a table"),
        (
            "data.npz",
            "data.npz: expected an image, .npy with weights, or .npz with a model of train, got arrays",
        ),
        (
            "photos",
            "photos: expected an image, .npy with weights, or .npz with a model of train, got a folder",
        ),
        (
            "gap.npy",
            "gap.npy: expected weights that are all known, got 2 of 16 nan or infinite: it hides some",
        ),
        ("note.md", "note.md: expected an image file such as"),
    ],
)
def test_what_cannot_be_completed_is_named_with_what_it_is(name, said, here, capsys):
    (here / "t.csv").write_text("a,b\n1,2\n")
    (here / "note.md").write_text("text")
    np.savez("data.npz", X=np.eye(4), y=np.arange(4))
    (here / "photos").mkdir()
    np.save("gap.npy", np.where(np.arange(16) < 2, np.nan, 1.0))
    status, text = complete(capsys, name)
    assert status == 1 and said in text and text.count("\n") == 1


def test_the_help_says_that_all_values_must_be_known(capsys):
    with pytest.raises(SystemExit):
        main(["complete", "--help"])
    assert "All values must be known" in " ".join(capsys.readouterr().out.split())


def test_a_line_of_pixels_is_drawn_as_a_curve(here, capsys):
    from PIL import Image

    np.save("line.npy", np.sin(np.arange(24) / 3).reshape(1, 24))
    assert complete(capsys, "line.npy", "--shape", "1,24")[0] == 0
    with Image.open(here / "out" / "line-completed.png") as picture:
        width, height = picture.size
    assert (width, height) == (960, 336)  # 6.0 x 2.1 inches: one curve, not three lines of pixels


def test_lengths_of_signals_are_steps_and_of_pictures_pixels(here, capsys):
    saved("signal.npz", (40,), waves((40,)))
    assert re.search(r"length scale \d+\.\d\d steps", complete(capsys, "signal.npz")[1])
    np.save("smooth.npy", bump())
    assert re.search(r"length scale \d+\.\d\d pixels", complete(capsys, "smooth.npy")[1])


def test_grey_features_have_a_colour_bar_and_coloured_ones_none(here, capsys):
    from PIL import Image

    blues = {}
    for name, shape in (("grey.npy", (12, 12)), ("colour.npy", (12, 4, 3))):
        np.save(name, bump().reshape(shape))
        assert complete(capsys, name, "--shape", ",".join(map(str, shape)))[0] == 0
        with Image.open(here / "out" / name.replace(".npy", "-completed.png")) as picture:
            right = np.asarray(picture.convert("RGB"), int)[:, int(0.7 * picture.width) :]
        blues[name] = np.count_nonzero((right[..., 2] > 150) & (right[..., 0] < 60))
    assert blues["grey.npy"] > 100 and blues["colour.npy"] == 0  # the bump has nothing below zero
