import os

import numpy as np
import pytest
from PIL import Image

from lowrankweights.readers import Options, read, read_like


def picture(path, shape=(6, 5), seed=0, mode="L"):
    path.parent.mkdir(parents=True, exist_ok=True)
    levels = (
        np.random.default_rng(seed).integers(0, 256, (*shape, 3 if mode == "RGB" else 1)).astype(np.uint8)
    )
    Image.fromarray(levels if mode == "RGB" else levels[..., 0]).save(path)
    return levels


@pytest.fixture
def photos(tmp_path):
    """A folder of two classes with ten grey pictures each."""
    for name in ("cat", "dog"):
        for i in range(10):
            picture(tmp_path / "photos" / name / f"{i}.png", seed=i + 10 * (name == "dog"))
    return tmp_path / "photos"


def refused(path, **options):
    with pytest.raises(ValueError) as error:
        read(path, Options(**options))
    return str(error.value)


def test_subfolders_are_classes_and_levels_are_0_to_1(photos):
    data = read(photos, Options(test=0.0))
    expected = np.random.default_rng(13).integers(0, 256, (6, 5, 1)).ravel() / 255
    assert data.schema["shape"] == [6, 5] and data.schema["target"]["classes"] == ["cat", "dog"]
    np.testing.assert_allclose(data.X_train[13], expected, rtol=1e-12)
    assert data.y_train.tolist() == ["cat"] * 10 + ["dog"] * 10


def test_colours_are_the_last_axis(tmp_path):
    levels = [picture(tmp_path / name / "0.png", seed=i, mode="RGB") for i, name in enumerate("ab")]
    data = read(tmp_path, Options(test=0.0))
    assert data.schema["shape"] == [6, 5, 3]
    np.testing.assert_allclose(data.X_train[1], levels[1].ravel() / 255, rtol=1e-12)


def test_a_picture_that_cannot_be_read_is_named_or_left_out(photos):
    (photos / "dog" / "bad.png").write_bytes(b"\x89PNG, but no picture")
    said = refused(photos)
    assert "photos: expected pictures that can be read, got one that cannot at dog/bad.png" in said
    assert "--skip-bad" in said
    assert len(read(photos, Options(test=0.0, skip_bad=True)).y_train) == 20


@pytest.mark.parametrize(
    ("shape", "mode", "words"), [((6, 4), "L", "6 x 4 pixels in grey"), ((6, 5), "RGB", "in colour")]
)
def test_another_size_or_mode_is_named_left_out_or_resampled(photos, shape, mode, words):
    picture(photos / "cat" / "odd.png", shape, mode=mode)
    said = refused(photos)
    assert "expected 6 x 5 pixels in grey, as most" in said and words in said and "cat/odd.png" in said
    assert len(read(photos, Options(test=0.0, skip_bad=True)).y_train) == 20
    data = read(photos, Options(test=0.0, shape=(3, 3)))
    assert data.X_train.shape == (21, 9) and data.schema["resampled"]
    assert read(photos, Options(test=0.0, shape=(3, 3, 3))).X_train.shape == (21, 27)


def test_transparent_and_palette_pictures_are_refused_or_laid_on_white(photos):
    for file in photos.glob("*/*.png"):
        Image.open(file).convert("RGBA").save(file)
    assert "got RGBA; --shape HEIGHT,WIDTH or HEIGHT,WIDTH,3" in refused(photos)
    for file in photos.glob("*/*.png"):
        Image.new("RGBA", (5, 6), (0, 0, 0, 0)).save(file)
    assert (read(photos, Options(test=0.0, shape=(6, 5))).X_train == 1).all()


def test_a_photograph_is_read_upright(tmp_path):
    for name in ("cat", "dog"):
        picture(tmp_path / name / "0.png", (6, 5))
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned: the first row is the right side
    Image.open(tmp_path / "dog" / "0.png").rotate(90, expand=True).save(tmp_path / "dog" / "0.png", exif=exif)
    data = read(tmp_path, Options(test=0.0))
    np.testing.assert_array_equal(data.X_train[0], data.X_train[1])


def test_files_that_are_no_pictures_are_told_and_hidden_ones_are_not(photos):
    (photos / "cat" / "notes.txt").write_text("")
    (photos / "cat" / ".DS_Store").write_text("")
    data = read(photos, Options())
    assert data.source.told == ["1 file that is no picture left out"] and data.source.n_rows == 20


def test_folders_without_classes_or_pictures_are_named(tmp_path):
    assert "got a folder without pictures" in refused(tmp_path)
    picture(tmp_path / "0.png")
    assert "got 1 picture and no subfolder with any" in refused(tmp_path)
    picture(tmp_path / "cat" / "0.png")
    assert "expected one subfolder a class, at least two with pictures, got one, 'cat'" in refused(tmp_path)
    picture(tmp_path / "dog" / "0.png")
    assert "class 'cat': expected at least two rows" in refused(tmp_path)
    assert "--target: expected none for a folder" in refused(tmp_path, target="y")


def test_a_name_that_is_no_utf8_is_shown_all_the_same(photos):
    folder = os.fsencode(photos) + b"/caf\xe9"
    try:
        os.mkdir(folder)
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")
    for i in range(2):
        picture(photos / "cat" / "x.png", seed=i)
        os.rename(os.fsencode(photos / "cat" / "x.png"), folder + b"/%d.png" % i)
    data = read(photos, Options())
    assert data.schema["target"]["classes"] == ["caf\N{REPLACEMENT CHARACTER}", "cat", "dog"]
    data.source.place(0).encode()


def test_new_pictures_need_no_classes_but_the_same_size(photos, tmp_path):
    schema = read(photos, Options()).schema
    picture(tmp_path / "new" / "a.png", seed=5)
    source, rows, X, y, _ = read_like(tmp_path / "new", schema, Options(), needs_target=False)
    assert X.shape == (1, 30) and y is None and source.place(0) == "a.png"
    one = read_like(tmp_path / "new" / "a.png", schema, Options(), needs_target=False)[2]
    np.testing.assert_array_equal(one, X)
    with pytest.raises(ValueError, match="expected one subfolder a class"):
        read_like(tmp_path / "new", schema, Options())
    picture(tmp_path / "new" / "b.png", (7, 5))
    with pytest.raises(
        ValueError, match=r"expected 6 x 5 pixels in grey, as in training, got 7 x 5 .* at b.png"
    ):
        read_like(tmp_path / "new", schema, Options(), needs_target=False)
    rows = read_like(tmp_path / "new", schema, Options(skip_bad=True), needs_target=False)[1]
    assert rows.tolist() == [0]


def test_every_kind_of_fault_is_counted_under_its_own_name(photos):
    (photos / "dog" / "bad.png").write_bytes(b"\x89PNG, but no picture")
    for i in range(2):
        picture(photos / "cat" / f"large {i}.png", (9, 8), mode="RGB")
    picture(photos / "dog" / "small.png", (2, 3))
    said = refused(photos)
    assert "others: 9 x 8 pixels in colour (2), 2 x 3 pixels in grey (1)" in said
    assert "--shape 6,5 resamples all" in said
    kinds = "cannot be read, 1; 9 x 8 pixels in colour, 2; 2 x 3 pixels in grey, 1"
    assert read(photos, Options(skip_bad=True)).left_out == [f"4 of 24 pictures left out ({kinds})"]


def test_pictures_that_are_in_no_class_are_counted_and_told(photos, tmp_path):
    picture(photos / "cat" / "more" / "0.png")
    picture(photos / "cat" / "more" / "1.png")
    picture(photos / "0.png")
    assert read(photos, Options()).source.told == [
        "2 pictures in folders inside of classes (cat/more) left out",
        "1 picture beside the subfolders left out",
    ]
    picture(tmp_path / "deep" / "train" / "cat" / "0.png")
    assert "got folders inside of its subfolders (train/cat)" in refused(tmp_path / "deep")
