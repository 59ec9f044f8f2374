import json
import re
import sys

import numpy as np
import pytest
from PIL import Image

import lowrankweights as lrw
from lowrankweights import explorer, web
from lowrankweights.commands.main import main
from lowrankweights.explorer import features, learn


def data_of(page):
    return json.loads(re.search(r'id="data">(.*?)</script>', page.read_text(encoding="utf-8")).group(1))


def test_bundled_features_are_small_and_as_promised():
    sets = explorer.load_features()
    assert {name: f.shape for name, f in sets.items()} == {"digits": (6, 28, 28), "photographs": (6, 16, 16)}
    for values in sets.values():
        assert np.allclose(np.abs(values).max(axis=(1, 2)), 1)
    assert features.FILE.stat().st_size < 50_000


def test_a_smooth_bundled_feature_comes_back_and_the_roughest_does_not():
    photographs = explorer.load_features()["photographs"]
    alpha = lrw.sample_index_set(256, 51, rng=0)
    U = lrw.dictionaries.kernel_ridge(lrw.SquaredExponential(2.0), lrw.grid_coordinates((16, 16)), alpha)
    smooth, rough = (np.corrcoef(U @ f.ravel()[alpha], f.ravel())[0, 1] for f in photographs[[0, -1]])
    assert smooth > 0.9 and rough < 0.5


def test_learning_them_anew_gives_data_of_the_same_form():
    anew = learn.learn(max_iter=2, n_patches=200)
    bundled = json.loads(features.FILE.read_text(encoding="utf-8"))
    for new, old in zip(anew, bundled, strict=True):
        assert {k: v for k, v in new.items() if k != "features"} == {
            k: v for k, v in old.items() if k != "features"
        }
        assert [len(f) for f in new["features"]] == [len(f) for f in old["features"]]


def test_a_page_holds_its_data_and_asks_for_nothing(tmp_path):
    page = explorer.write_page(tmp_path / "new" / "page.html")
    assert page.stat().st_size < 200_000
    text = page.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
    assert not re.search(r"https?:", text)
    assert data_of(page)["sets"] == json.loads(features.FILE.read_text(encoding="utf-8"))


def test_features_and_an_index_set_of_ones_own(tmp_path):
    W = np.random.default_rng(0).normal(size=(12, 2))
    page = explorer.write_page(tmp_path / "page.html", W=W, shape=(3, 4), alpha=[1, 11], ridge=0.5)
    data = data_of(page)
    assert data["sets"][0]["shape"] == [3, 4]
    w = web.decode_float16(data["sets"][0]["features"][1])
    assert np.allclose(w, W[:, 1] / np.abs(W[:, 1]).max(), atol=1e-3)
    assert np.flatnonzero(web.decode_bits(data["start"]["known"], 12)).tolist() == [1, 11]
    assert float(data["start"]["ridge"]) == 0.5


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        ({"W": np.ones((12, 1)), "shape": (3, 5)}, "shape"),
        ({"W": np.ones((12, 1))}, "shape"),
        ({"W": np.full((12, 1), np.nan), "shape": (3, 4)}, "W"),
        ({"W": np.ones((65, 1)), "shape": (1, 65)}, "shape"),
        ({"alpha": [784]}, "alpha"),
        ({"alpha": [1, 1]}, "alpha"),
        ({"length_scale": 0}, "length_scale"),
        ({"ridge": -1}, "ridge"),
        ({"proportion": 2}, "proportion"),
        ({"seed": 0.5}, "seed"),
        ({"image": np.ones(5)}, "image"),
        ({"image": np.ones((5, 5, 3))}, "image"),
        ({"image": np.ones((5, 65))}, "image"),
        ({"image": np.ones((0, 5))}, "image"),
        ({"W": np.ones((12, 1)), "shape": (2, 2, 3)}, "shape"),
    ],
)
def test_bad_arguments_are_named(arguments, name, tmp_path):
    with pytest.raises(ValueError, match=f"^{name}: expected .*, got "):
        explorer.write_page(tmp_path / "page.html", **arguments)
    assert not (tmp_path / "page.html").exists()


def save(array, path):
    Image.fromarray(array).save(path)
    return path


def test_an_image_of_any_size_becomes_a_small_grid_of_area_means(tmp_path):
    levels = np.random.default_rng(0).integers(0, 256, (56, 84), dtype=np.uint8)
    pixels, note = explorer.read_image(save(levels, tmp_path / "wide.png"))
    assert pixels.shape == (19, 28) and "56 x 84 pixels (height x width)" in note and "19 x 28" in note
    square, _ = explorer.read_image(save(levels[:, :56], tmp_path / "square.png"))
    means = levels[:, :56].reshape(28, 2, 28, 2).mean(axis=(1, 3))
    assert np.abs(255 * square - means).max() <= 1
    tiny, _ = explorer.read_image(save(levels[:2, :1], tmp_path / "tiny.png"))
    assert tiny.shape == (28, 14)


def test_an_image_in_colour_becomes_a_grid_of_area_means_in_each_channel(tmp_path):
    levels = np.random.default_rng(0).integers(0, 256, (40, 30, 3), dtype=np.uint8)
    path = save(levels, tmp_path / "photo.png")
    pixels, note = explorer.read_image(path, (20, 10, 3))
    means = levels.reshape(20, 2, 10, 3, 3).mean(axis=(1, 3))
    assert np.abs(255 * pixels - means).max() <= 0.5 and "in colour, resampled to 20 x 10" in note
    whole, _ = explorer.read_image(path, n_largest=3600)
    assert np.array_equal(whole, levels / 255)
    smaller, _ = explorer.read_image(path, n_largest=900)
    assert smaller.shape == (20, 15, 3)
    grey, note = explorer.read_image(path, (40, 30))
    assert np.abs(grey - levels @ [0.299, 0.587, 0.114] / 255).max() < 0.01 and "in grey." in note


def test_grey_levels_in_three_channels_are_no_colours(tmp_path):
    levels = np.random.default_rng(0).integers(0, 256, (9, 7, 1), dtype=np.uint8)
    path = save(np.repeat(levels, 3, axis=2), tmp_path / "grey.png")
    pixels, note = explorer.read_image(path, n_largest=4096)
    assert np.array_equal(pixels, levels[..., 0] / 255) and "9 x 7 pixels (height x width), in grey." in note


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "YCbCr"])
def test_every_mode_of_an_image_is_read_upright(mode, tmp_path):
    image = Image.fromarray(np.repeat(np.arange(0, 240, 12, dtype=np.uint8)[:, None], 20, axis=1))
    image.convert(mode).save(tmp_path / "image.tiff")
    pixels, _ = explorer.read_image(tmp_path / "image.tiff", (2, 2))
    assert (pixels[1] > pixels[0] + 0.2).all()


def test_transparent_parts_become_white(tmp_path):
    rgba = np.zeros((28, 28, 4), np.uint8)
    rgba[:14, :, 3] = 255  # black above; below black too, but transparent
    pixels, _ = explorer.read_image(save(rgba, tmp_path / "half.png"))
    assert (pixels[:14] == 0).all() and (pixels[14:] == 1).all()


@pytest.mark.parametrize("dtype", [np.uint16, np.float32, bool])
def test_other_depths_are_read(dtype, tmp_path):
    levels = (np.arange(784).reshape(28, 28) > 391).astype(dtype)
    path = tmp_path / ("deep.tiff" if dtype is np.float32 else "deep.png")
    pixels, _ = explorer.read_image(save(levels, path))
    assert pixels.min() == 0 and pixels.max() == 1


@pytest.mark.parametrize("content", [b"", b"not an image", b"\x89PNG\r\n\x1a\n broken"])
def test_what_is_no_image_is_said_in_one_line(content, tmp_path, capsys):
    path = tmp_path / "bad.png"
    path.write_bytes(content)
    assert main(["explore", "--image", str(path), "--out", str(tmp_path / "page.html")]) == 1
    err = capsys.readouterr().err
    assert "image: expected an image file" in err and "bad.png" in err and "Traceback" not in err


def test_a_missing_image_and_one_without_contrast_are_said(tmp_path):
    with pytest.raises(ValueError, match="image: expected an image file"):
        explorer.read_image(tmp_path / "nowhere.png")
    with pytest.raises(ValueError, match="more than one grey"):
        explorer.read_image(save(np.full((5, 5), 9, np.uint8), tmp_path / "flat.png"))


def test_the_command_writes_the_page_with_the_image_first(tmp_path, capsys):
    path = save(np.arange(400, dtype=np.uint8).reshape(20, 20), tmp_path / "mine.png")
    page = tmp_path / "page.html"
    assert main(["explore", "--image", str(path), "--out", str(page)]) == 0
    out = capsys.readouterr().out
    assert str(page) in out and "20 x 20 pixels" in out
    first = data_of(page)["sets"][0]
    assert (first["title"], first["shape"]) == ("Your image", [28, 28])
    values = web.decode_float16(first["features"][0])
    assert abs(values.mean()) < 1e-3 and np.abs(values).max() == 1


def test_without_out_the_page_is_opened(tmp_path, monkeypatch):
    opened = []
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("webbrowser.open", opened.append)
    assert main(["explore"]) == 0
    assert opened == [(tmp_path / "out" / "explorer.html").as_uri()]


def test_without_anywidget_the_widget_says_what_to_do(monkeypatch):
    from lowrankweights.explorer import widget

    widget._widget_class.cache_clear()
    monkeypatch.setitem(sys.modules, "anywidget", None)
    with pytest.raises(ImportError, match="pip install anywidget"):
        explorer.Explorer()


def test_what_is_painted_in_the_widget_comes_back_to_python():
    pytest.importorskip("anywidget")
    widget = explorer.Explorer(alpha=[3, 700], ridge=0.25)
    assert widget.alpha.tolist() == [3, 700] and widget.ridge == 0.25 and widget.length_scale == 2
    assert widget.shape == (28, 28)
    known = np.arange(256) % 5 == 0
    widget.state = {"feature": "photographs-2", "length": "3.5", "known": web.encode_bits(known)}
    assert widget.alpha.tolist() == np.flatnonzero(known).tolist() and widget.length_scale == 3.5
    assert np.array_equal(widget.w, explorer.load_features()["photographs"][2].ravel())
    widget.state = {"feature": "image", "image": "1.3.AID_", "known": web.encode_bits([1, 0, 0])}
    assert widget.shape == (1, 3) and np.allclose(
        widget.w, np.array([-127.667, 0.333, 127.333]) / 127.667, atol=1e-3
    )
