"""Data sets: files made up here, a server on this machine for the downloads, no network."""

import functools
import gzip
import hashlib
import http.server
import pickle
import struct
import subprocess
import sys
import threading

import numpy as np
import pooch
import pytest
from PIL import Image

from lowrankweights import datasets
from lowrankweights.datasets import mnist, registry, sources

REAL_DATA = sources.data_folder()
SPLIT = [7, 6, 3, 7, 7, 3, 2, 8, 9, 3, 2, 6, 6, 4, 5, 8, 1, 3, 5, 6]  # of a fixed seed
FILES = [
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
]


def idx(values):
    values = np.asarray(values, np.uint8)
    return struct.pack(f">BBBB{values.ndim}I", 0, 0, 8, values.ndim, *values.shape) + values.tobytes()


def made_up_files(n_train=7, n_test=3):
    rng = np.random.default_rng(0)
    arrays = []
    for n in (n_train, n_test):
        arrays += [rng.integers(0, 256, (n, 28, 28)), rng.integers(0, 10, n)]
    return dict(zip(FILES, arrays, strict=True))


def write(folder, arrays, suffix=""):
    folder.mkdir(parents=True, exist_ok=True)
    for name, values in arrays.items():
        data = idx(values)
        (folder / (name + suffix)).write_bytes(gzip.compress(data) if suffix else data)


def listing(folder):
    return {path: (path.stat().st_mtime_ns, path.stat().st_size) for path in [folder, *folder.rglob("*")]}


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """An empty cache, and no settings from outside."""
    monkeypatch.delenv("LOWRANKWEIGHTS_DATA", raising=False)
    monkeypatch.delenv("LOWRANKWEIGHTS_OFFLINE", raising=False)
    monkeypatch.setattr(pooch, "os_cache", lambda project: tmp_path / "cache")
    return tmp_path / "cache"


@pytest.fixture
def data(tmp_path, monkeypatch):
    """A folder of one's own with seven training and three test images."""
    monkeypatch.setenv("LOWRANKWEIGHTS_DATA", str(tmp_path / "data"))
    write(tmp_path / "data" / "mnist", made_up_files())
    return tmp_path / "data"


class TestDataFolder:
    @pytest.mark.parametrize("suffix", ["", ".gz"])
    @pytest.mark.parametrize("counts", [(7, 3), (1, 1), (0, 2)])
    def test_any_count_plain_or_gzipped(self, tmp_path, monkeypatch, suffix, counts):
        monkeypatch.setenv("LOWRANKWEIGHTS_DATA", str(tmp_path))
        arrays = made_up_files(*counts)
        write(tmp_path / "mnist", arrays, suffix)
        bunch = datasets.fetch_mnist()
        assert bunch.X_train.dtype == np.float32 and bunch.y_train.dtype == np.int64
        assert bunch.input_shape == (28, 28)
        for part, name in (("train", "train"), ("test", "t10k")):
            images = arrays[f"{name}-images-idx3-ubyte"].reshape(-1, 784)
            np.testing.assert_array_equal(bunch[f"X_{part}"], images.astype(np.float32) / np.float32(255))
            np.testing.assert_array_equal(bunch[f"y_{part}"], arrays[f"{name}-labels-idx1-ubyte"])

    def test_return_X_y_has_training_rows_first(self, data):
        bunch = datasets.fetch_mnist()
        X, y = datasets.fetch_mnist(return_X_y=True)
        np.testing.assert_array_equal(X, np.concatenate([bunch.X_train, bunch.X_test]))
        np.testing.assert_array_equal(y, np.concatenate([bunch.y_train, bunch.y_test]))

    def test_is_left_as_it_was(self, data, cache):
        before = listing(data)
        datasets.fetch_mnist()
        assert listing(data) == before
        assert not cache.exists()

    @pytest.mark.parametrize("part, rows", [("train", (0, 3)), ("t10k", (7, 0))])
    def test_an_absent_part_has_no_rows(self, data, part, rows):
        for path in (data / "mnist").glob(f"{part}*"):
            path.unlink()
        with pytest.warns(UserWarning, match="no rows"):
            bunch = datasets.fetch_mnist()
        assert (len(bunch.X_train), len(bunch.X_test)) == rows == (len(bunch.y_train), len(bunch.y_test))
        assert bunch.X_train.shape[1] == 784

    def test_images_without_labels(self, data):
        (data / "mnist" / FILES[1]).unlink()
        with pytest.raises(datasets.DataNotFound, match=f"{FILES[1]} or {FILES[1]}.gz in .*mnist"):
            datasets.fetch_mnist()

    def test_an_empty_folder(self, data):
        for path in (data / "mnist").iterdir():
            path.unlink()
        with pytest.raises(datasets.DataNotFound, match="got none"):
            datasets.fetch_mnist()
        assert registry.DATASETS["mnist"].place() == "missing"

    def test_without_mnist_is_an_error_and_no_download(self, tmp_path, monkeypatch):
        monkeypatch.setenv("LOWRANKWEIGHTS_DATA", str(tmp_path))
        monkeypatch.setattr(pooch, "retrieve", lambda *args, **kwargs: pytest.fail("downloads"))
        with pytest.raises(datasets.DataNotFound, match="LOWRANKWEIGHTS_DATA is set") as error:
            datasets.fetch_mnist()
        for place in ("mnist", "MNIST/raw", ""):  # every place that was looked in
            assert f"\n  {tmp_path / place}\n" in str(error.value)


class TestBadFiles:
    @pytest.mark.parametrize("n_bytes", [0, 3, 10, 16, 16 + 784, 16 + 7 * 784 - 1])
    @pytest.mark.parametrize("suffix", ["", ".gz"])
    def test_truncated(self, data, n_bytes, suffix):
        path = data / "mnist" / FILES[0]
        whole = path.read_bytes()[:n_bytes]
        path.unlink()
        path = path.with_name(path.name + suffix)
        path.write_bytes(gzip.compress(whole) if suffix else whole)
        with pytest.raises(
            datasets.DataFileError, match=f"{path.name}: expected .* got .*; replace the file"
        ):
            datasets.fetch_mnist()

    def test_too_long(self, data):
        with (data / "mnist" / FILES[0]).open("ab") as file:
            file.write(b"\0")
        with pytest.raises(
            datasets.DataFileError, match="7 x 28 x 28 = 5488 bytes after the header, got 5489"
        ):
            datasets.fetch_mnist()

    def test_wrong_magic_number(self, data):
        images, labels = (data / "mnist" / name for name in FILES[:2])
        images.write_bytes(labels.read_bytes())
        with pytest.raises(datasets.DataFileError, match=f"{FILES[0]}: .*00000803.* got 00000801"):
            datasets.fetch_mnist()

    @pytest.mark.parametrize("damage", ["cut", "block type", "checksum", "no gzip"])
    def test_corrupt_gzip(self, data, damage):
        path = data / "mnist" / FILES[0]
        packed = gzip.compress(path.read_bytes())
        path.unlink()
        damaged = {
            "cut": packed[:-20],
            "block type": packed[:10] + b"\xff" + packed[11:],
            "checksum": packed[:-8] + bytes(4) + packed[-4:],
            "no gzip": b"<html>not found</html>",
        }[damage]
        path.with_name(path.name + ".gz").write_bytes(damaged)
        with pytest.raises(datasets.DataFileError, match=f"{FILES[0]}.gz: expected a whole gzip file"):
            datasets.fetch_mnist()

    def test_counts_that_differ(self, data):
        (data / "mnist" / FILES[3]).write_bytes(idx([1, 2]))
        with pytest.raises(
            datasets.DataFileError, match=f"{FILES[3]}: expected 3 labels, .*{FILES[2]}, got 2"
        ):
            datasets.fetch_mnist()

    def test_labels_out_of_range(self, data):
        (data / "mnist" / FILES[3]).write_bytes(idx([1, 12, 2]))
        with pytest.raises(datasets.DataFileError, match="labels from 0 to 9, got 12 in record 1"):
            datasets.fetch_mnist()

    def test_two_image_sizes(self, data):
        (data / "mnist" / FILES[2]).write_bytes(idx(np.zeros((3, 8, 8))))
        with pytest.raises(datasets.DataFileError, match="one size"):
            datasets.fetch_mnist()

    def test_error_survives_pickling(self):
        error = pickle.loads(pickle.dumps(sources.bad_file("a", "b", "c")))
        assert isinstance(error, datasets.DataFileError) and "expected b, got c" in str(error)


@pytest.fixture
def server(tmp_path, monkeypatch):
    """A folder that is served on this machine, and its address."""
    root = tmp_path / "mirrors"
    root.mkdir()
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")

    class Handler(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *args):
            pass

    handler = functools.partial(Handler, directory=root)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as httpd:
        threading.Thread(target=httpd.serve_forever, daemon=True).start()
        yield root, f"http://127.0.0.1:{httpd.server_port}/"
        httpd.shutdown()


@pytest.fixture
def small(server):
    """A small MNIST with two mirrors: folders "first", empty, and "second", which has the right files."""
    root, address = server
    write(root / "second", made_up_files(), ".gz")
    files = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in (root / "second").iterdir()}
    mirrors = (address + "first/", address + "second/")
    return sources.DataSet("mnist", "Small", "A licence", "", 1, files=files, mirrors=mirrors)


class TestDownload:
    def test_a_failing_mirror_falls_through_to_the_next(self, small, cache):
        assert mnist.read_from(small).X_train.shape == (7, 784)
        names = sorted(path.name for path in (cache / "mnist").iterdir())
        assert names == sorted(name + ".gz" for name in FILES)

    def test_a_wrong_file_falls_through_to_the_next(self, small, server):
        write(server[0] / "first", made_up_files(2, 2), ".gz")
        assert len(mnist.read_from(small).X_train) == 7

    def test_from_the_cache_when_offline(self, small, monkeypatch):
        mnist.read_from(small)
        monkeypatch.setenv("LOWRANKWEIGHTS_OFFLINE", "1")
        assert small.place() == "cache"
        assert len(mnist.read_from(small).X_test) == 3

    def test_a_damaged_file_in_the_cache_is_replaced(self, small, cache):
        mnist.read_from(small)
        damaged = cache / "mnist" / (FILES[0] + ".gz")
        damaged.write_bytes(damaged.read_bytes()[:100])
        assert small.place() == "missing"
        assert len(mnist.read_from(small).X_train) == 7

    def test_a_checksum_mismatch_leaves_nothing_behind(self, small, server, cache):
        for path in (server[0] / "second").iterdir():
            path.write_bytes(path.read_bytes() + b"more")
        with pytest.raises(datasets.DataNotFound, match="does not match the known hash"):
            mnist.read_from(small)
        assert not any(path.is_file() for path in cache.rglob("*"))

    def test_message_when_every_mirror_fails(self, monkeypatch, cache):
        def retrieve(url, *args, **kwargs):
            raise OSError(f"no route to {url[:12]}")

        monkeypatch.setattr(pooch, "retrieve", retrieve)
        with pytest.raises(OSError) as error:
            datasets.fetch_mnist()
        message = str(error.value)
        assert isinstance(error.value, datasets.DataNotFound)
        for part in (*mnist.MNIST.mirrors, *mnist.MNIST.files, *mnist.MNIST.files.values()):
            assert part in message
        assert "no route" in message and str(cache / "mnist") in message and "LOWRANKWEIGHTS_DATA" in message

    def test_offline(self, monkeypatch):
        monkeypatch.setenv("LOWRANKWEIGHTS_OFFLINE", "1")
        monkeypatch.setattr(pooch, "retrieve", lambda *args, **kwargs: pytest.fail("downloads"))
        with pytest.raises(datasets.DataNotFound, match="LOWRANKWEIGHTS_OFFLINE is set") as error:
            datasets.fetch_mnist()
        assert FILES[0] in str(error.value) and "LOWRANKWEIGHTS_DATA" in str(error.value)

    def test_a_set_without_mirrors(self):
        own = sources.DataSet("corpus", "A corpus", "Its own", "", 0)
        assert own.place() == "missing"
        with pytest.raises(datasets.DataNotFound, match="no address.*\nSet LOWRANKWEIGHTS_DATA .* corpus/"):
            own.locate()


def test_a_name_says_which_images_they_are():
    shapes = {name: datasets.load(name).input_shape for name in ("digits", "digits-16x16")}
    assert shapes == {"digits": (8, 8), "digits-16x16": (16, 16)}
    assert np.array_equal(datasets.load("digits-16x16").X_test, datasets.load_digits(zoom=2).X_test)
    with pytest.raises(ValueError, match="^name: expected one of .*did you mean 'mnist'"):
        datasets.load("mnits")


class TestDigits:
    def test_shapes_and_range(self):
        digits = datasets.load_digits()
        assert digits.X_train.shape == (1437, 64) and digits.X_test.shape == (360, 64)
        assert digits.X_train.dtype == np.float32 and digits.y_test.dtype == np.int64
        assert digits.X_train.min() == 0 and digits.X_train.max() == 1

    def test_split_is_stratified_and_always_the_same(self):
        digits = datasets.load_digits()
        assert set(np.bincount(digits.y_test)) <= {34, 35, 36, 37}
        assert digits.y_test[:20].tolist() == SPLIT

    def test_return_X_y_ends_with_the_test_part(self):
        digits = datasets.load_digits()
        X, y = datasets.load_digits(return_X_y=True)
        assert X.shape == (1797, 64)
        np.testing.assert_array_equal(X[-360:], digits.X_test)
        np.testing.assert_array_equal(y[-360:], digits.y_test)


class TestNaturalImages:
    @pytest.fixture
    def folder(self, tmp_path):
        folder = tmp_path / "photographs"
        folder.mkdir()
        pixels = np.random.default_rng(0).integers(0, 256, (5, 4, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(folder / "b.png")
        Image.fromarray(pixels[::-1]).save(folder / "a.JPG")
        (folder / "notes.txt").write_text("not an image")
        return folder

    def test_bundled(self):
        photographs = datasets.load_natural_images()
        assert photographs.names == ["china.jpg", "flower.jpg"]
        for image in photographs.images:
            assert image.shape == (427, 640, 3) and image.dtype == np.float32
            assert 0 <= image.min() < image.max() <= 1
        assert datasets.load_natural_images(colour="grey").images[0].shape == (427, 640)

    def test_a_folder_of_ones_own(self, folder):
        before = listing(folder)
        photographs = datasets.load_natural_images(folder)
        assert photographs.names == ["a.JPG", "b.png"]
        pixels = np.asarray(Image.open(folder / "b.png"))
        np.testing.assert_array_equal(photographs.images[1], pixels.astype(np.float32) / np.float32(255))
        assert "owners" in photographs.license
        assert listing(folder) == before

    def test_grey_image_among_coloured_ones(self, folder):
        Image.new("L", (4, 5)).save(folder / "grey.png")
        with pytest.raises(datasets.DataFileError, match='grey.png: expected a colour image.*colour="grey"'):
            datasets.load_natural_images(folder)
        shapes = [image.shape for image in datasets.load_natural_images(folder, colour="grey").images]
        assert shapes == [(5, 4)] * 3

    def test_sixteen_bits(self, folder):
        Image.fromarray(np.zeros((3, 3), np.uint16)).save(folder / "deep.png")
        with pytest.raises(datasets.DataFileError, match="deep.png: expected 8 bits"):
            datasets.load_natural_images(folder, colour="grey")

    @pytest.mark.parametrize("content", [b"", b"no image", "truncated"])
    def test_unreadable_image(self, folder, content):
        if content == "truncated":
            content = (folder / "b.png").read_bytes()[:80]
        (folder / "broken.png").write_bytes(content)
        with pytest.raises(datasets.DataFileError, match="broken.png: expected an image"):
            datasets.load_natural_images(folder)

    def test_bad_arguments(self, tmp_path):
        (tmp_path / "empty").mkdir()
        with pytest.raises(ValueError, match="folder: .*empty' with none"):
            datasets.load_natural_images(tmp_path / "empty")
        with pytest.raises(ValueError, match="folder: expected an existing folder, got .*nowhere"):
            datasets.load_natural_images(tmp_path / "nowhere")
        with pytest.raises(ValueError, match="did you mean 'grey'"):
            datasets.load_natural_images(colour="gray")


class TestRegistry:
    def test_status_and_where(self, data):
        places = {entry.name: (entry.place, entry.folder) for entry in datasets.status()}
        assert places["digits"][0] == places["natural-images"][0] == "bundled"
        assert places["mnist"] == ("data folder", data / "mnist") == ("data folder", datasets.fetch("mnist"))
        assert datasets.where() == data and datasets.where("mnist") == data / "mnist"

    def test_without_a_data_folder(self, cache):
        assert datasets.where() == cache and datasets.where("mnist") == cache / "mnist"
        assert registry.DATASETS["mnist"].place() == "missing"
        assert (datasets.where("digits") / "digits.csv.gz").is_file()

    def test_unknown_name(self):
        for function in (datasets.fetch, datasets.where):
            with pytest.raises(ValueError, match="did you mean 'mnist'"):
                function("mnits")

    def test_bundled_sizes(self):
        files = {"digits": ["digits.csv.gz"], "natural-images": ["china.jpg", "flower.jpg"]}
        for name, names in files.items():
            size = sum((datasets.where(name) / file).stat().st_size for file in names)
            assert size == datasets.DATASETS[name].size

    def test_every_loader_tells_the_licence(self, data):
        for bunch in (datasets.load_digits(), datasets.load_natural_images(), datasets.fetch_mnist()):
            assert bunch.license and bunch.license in bunch.DESCR
        for loader in (datasets.load_digits, datasets.load_natural_images, datasets.fetch_mnist):
            assert "Licence: " in loader.__doc__

    def test_import_is_cheap(self):
        code = (
            "import lowrankweights, sys; before = set(sys.modules); import lowrankweights.datasets;"
            "print({'sklearn', 'pooch', 'PIL'} & (set(sys.modules) - before))"
        )
        run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        assert run.stdout.strip() == "set()"


@pytest.mark.skipif(REAL_DATA is None, reason="LOWRANKWEIGHTS_DATA is unset")
def test_real_mnist(monkeypatch):
    monkeypatch.setenv("LOWRANKWEIGHTS_DATA", str(REAL_DATA))
    if registry.DATASETS["mnist"].place() == "missing":
        pytest.skip("LOWRANKWEIGHTS_DATA has no mnist folder")
    bunch = datasets.fetch_mnist()
    assert bunch.X_train.shape == (len(bunch.y_train), 784) and bunch.X_test.shape == (len(bunch.y_test), 784)
    X = bunch.X_train if len(bunch.X_train) else bunch.X_test
    assert X.dtype == np.float32 and X.min() == 0 and X.max() == 1
    if len(bunch.X_train) == 60_000:
        assert X.mean() == pytest.approx(0.13066, abs=1e-4)
        assert np.bincount(bunch.y_train)[:3].tolist() == [5923, 6742, 5958]


class TestLayouts:
    """MNIST as people have it: nothing needs to be renamed, moved or unpacked."""

    @pytest.fixture
    def wanted(self):
        return made_up_files()

    @staticmethod
    def same(wanted):
        found = datasets.fetch_mnist()
        for part, name in (("train", "train"), ("test", "t10k")):
            images = wanted[f"{name}-images-idx3-ubyte"].reshape(-1, 784).astype(np.float32) / np.float32(255)
            assert np.array_equal(found[f"X_{part}"], images)
            assert found[f"y_{part}"].tolist() == wanted[f"{name}-labels-idx1-ubyte"].tolist()
        return found

    @pytest.mark.parametrize("place", ["", "mnist", "MNIST/raw", "mnist/MNIST/raw", "MNIST", "raw"])
    def test_in_the_usual_places(self, tmp_path, monkeypatch, wanted, place):
        monkeypatch.setenv("LOWRANKWEIGHTS_DATA", str(tmp_path))
        write(tmp_path / place, wanted)
        assert self.same(wanted).folder == tmp_path / place == datasets.where("mnist")
        assert registry.DATASETS["mnist"].place() == "data folder"

    @pytest.mark.parametrize("name", [lambda n: n.replace("-idx", ".idx"), str.upper, lambda n: n + ".GZ"])
    def test_under_other_names(self, data, wanted, name):
        for path in sorted((data / "mnist").iterdir()):
            path.rename(path.with_name(name(path.name)))
        self.same(wanted)

    def test_gzipped_or_not_whatever_the_name_says(self, data, wanted):
        first, second = ((data / "mnist" / name) for name in FILES[:2])
        first.write_bytes(gzip.compress(first.read_bytes()))
        second.rename(second.with_name(second.name + ".gz"))
        self.same(wanted)

    @pytest.mark.parametrize("place", ["mnist", ""])
    def test_keras_file(self, tmp_path, monkeypatch, wanted, place):
        monkeypatch.setenv("LOWRANKWEIGHTS_DATA", str(tmp_path))
        (tmp_path / place).mkdir(exist_ok=True)
        self.save_keras(tmp_path / place, wanted)
        self.same(wanted)

    @staticmethod
    def save_keras(folder, arrays, **changes):
        names = ("x_train", "y_train", "x_test", "y_test")
        arrays = [values.astype(np.uint8) for values in arrays.values()]
        np.savez(folder / "mnist.npz", **{**dict(zip(names, arrays, strict=True)), **changes})

    def test_what_keras_has_downloaded_is_not_downloaded_again(self, tmp_path, monkeypatch, wanted):
        monkeypatch.setenv("HOME", str(tmp_path))
        monkeypatch.setattr(pooch, "retrieve", lambda *args, **kwargs: pytest.fail("downloads"))
        folder = tmp_path / ".keras" / "datasets"
        folder.mkdir(parents=True)
        self.save_keras(folder, wanted)
        self.same(wanted)
        assert registry.DATASETS["mnist"].place() == "elsewhere"

    @pytest.mark.parametrize(
        "changes", [{"y_test": np.arange(2)}, {"y_train": np.full(7, 10)}, {"x_test": np.zeros((3, 784))}]
    )
    def test_a_bad_keras_file_is_named(self, data, wanted, changes):
        for path in (data / "mnist").iterdir():
            path.unlink()
        self.save_keras(data / "mnist", wanted, **changes)
        with pytest.raises(datasets.DataFileError, match="mnist.npz: expected"):
            datasets.fetch_mnist()

    def test_pickles_in_a_keras_file_are_refused(self, data):
        for path in (data / "mnist").iterdir():
            path.unlink()
        np.savez(data / "mnist" / "mnist.npz", x_train=np.array([{}], object))
        with pytest.raises(datasets.DataFileError, match="mnist.npz: expected Keras's"):
            datasets.fetch_mnist()

    def test_the_error_names_every_kind_of_file_that_would_do(self, tmp_path, monkeypatch):
        monkeypatch.setenv("LOWRANKWEIGHTS_DATA", str(tmp_path))
        words = {"mnist": "mnist.npz", "cifar10": "cifar-10-*.tar.gz", "stl10": "stl10*.tar.gz"}
        for name, word in words.items():
            with pytest.raises(datasets.DataNotFound) as error:
                datasets.fetch(name)
            assert word in str(error.value)
