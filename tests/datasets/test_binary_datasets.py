"""CIFAR-10 and STL-10: folders made up here in the official layouts, no network."""

import hashlib
import io
import os
import pathlib
import pickle
import tarfile

import numpy as np
import pooch
import pytest

from lowrankweights import datasets
from lowrankweights.datasets import cifar10, registry, sources

REAL_DATA = sources.data_folder()


@pytest.fixture(autouse=True)
def data(tmp_path, monkeypatch):
    """A folder of one's own, and an empty cache."""
    monkeypatch.setenv("LOWRANKWEIGHTS_DATA", str(tmp_path / "data"))
    monkeypatch.delenv("LOWRANKWEIGHTS_OFFLINE", raising=False)
    monkeypatch.setattr(pooch, "os_cache", lambda project: tmp_path / "cache")
    for folder in ("cifar-10-batches-bin", "stl10_binary"):
        (tmp_path / "data" / folder).mkdir(parents=True)
    return tmp_path / "data"


def made_up(n, size, seed=0):
    """Images (n, size, size, 3) of bytes, no two pixels or channels alike in expectation."""
    return np.random.default_rng(seed).integers(0, 256, (n, size, size, 3), dtype=np.uint8)


def cifar_bytes(images, labels):
    """A label, then the red, green and blue planes, row by row."""
    return b"".join(bytes([y]) + x.transpose(2, 0, 1).tobytes() for x, y in zip(images, labels, strict=True))


def stl_bytes(images):
    """The red, green and blue planes, column by column."""
    return b"".join(x.transpose(2, 1, 0).tobytes() for x in images)


def as_rows(images):
    return images.reshape(len(images), -1).astype(np.float32) / np.float32(255)


@pytest.mark.filterwarnings("ignore:cifar10. .* has only")
class TestCifar10:
    @pytest.fixture
    def folder(self, data):
        folder = data / "cifar-10-batches-bin"
        for i, name in enumerate(("data_batch_1.bin", "data_batch_3.bin", "test_batch.bin")):
            (folder / name).write_bytes(cifar_bytes(made_up(i + 2, 32, i), range(i + 2)))
        return folder

    def test_rows_are_row_column_channel(self, folder):
        bunch = datasets.fetch_cifar10()
        np.testing.assert_array_equal(
            bunch.X_train, as_rows(np.concatenate([made_up(2, 32, 0), made_up(3, 32, 1)]))
        )
        np.testing.assert_array_equal(bunch.X_test, as_rows(made_up(4, 32, 2)))
        assert bunch.y_train.tolist() == [0, 1, 0, 1, 2] and bunch.y_test.tolist() == [0, 1, 2, 3]
        assert bunch.X_train.dtype == np.float32 and bunch.y_train.dtype == np.int64
        assert bunch.input_shape == (32, 32, 3) and bunch.classes[3] == "cat"
        # flat index = (row * width + column) * channels + channel
        assert bunch.X_test[1, (5 * 32 + 7) * 3 + 2] == np.float32(
            made_up(4, 32, 2)[1, 5, 7, 2]
        ) / np.float32(255)

    def test_return_X_y_has_training_rows_first(self, folder):
        X, y = datasets.fetch_cifar10(return_X_y=True)
        assert X.shape == (9, 3072) and y.tolist() == [0, 1, 0, 1, 2, 0, 1, 2, 3]

    def test_nothing_is_written(self, folder, tmp_path):
        before = {path: path.stat().st_mtime_ns for path in [folder, *folder.iterdir()]}
        datasets.fetch_cifar10()
        assert before == {path: path.stat().st_mtime_ns for path in [folder, *folder.iterdir()]}
        assert not (tmp_path / "cache").exists()

    def test_an_absent_part_has_no_rows(self, folder):
        (folder / "test_batch.bin").unlink()
        with pytest.warns(
            UserWarning, match=r"only 5 training and 0 test images: .*batch_2.bin.* test_batch.bin missing"
        ):
            bunch = datasets.fetch_cifar10()
        assert bunch.X_test.shape == (0, 3072) and len(bunch.X_train) == 5

    def test_an_empty_folder(self, folder):
        for path in folder.iterdir():
            path.unlink()
        with pytest.raises(datasets.DataNotFound, match="data_batch_1.bin.*got none"):
            datasets.fetch_cifar10()

    def test_truncated(self, folder):
        path = folder / "data_batch_3.bin"
        path.write_bytes(path.read_bytes()[:-1])
        with pytest.raises(
            datasets.DataFileError, match="data_batch_3.bin: expected a whole number of .*3073"
        ):
            datasets.fetch_cifar10()

    def test_labels_out_of_range(self, folder):
        (folder / "test_batch.bin").write_bytes(cifar_bytes(made_up(2, 32), [9, 10]))
        with pytest.raises(datasets.DataFileError, match="test_batch.bin: .*from 0 to 9, got 10 in record 1"):
            datasets.fetch_cifar10()


class TestStl10:
    @pytest.fixture
    def folder(self, data):
        folder = data / "stl10_binary"
        for part, n in (("train", 12), ("test", 3)):
            (folder / f"{part}_X.bin").write_bytes(stl_bytes(made_up(n, 96, n)))
            (folder / f"{part}_y.bin").write_bytes(bytes([1 + i % 10 for i in range(n)]))
        (folder / "unlabeled_X.bin").write_bytes(stl_bytes(made_up(4, 96, 4)))
        lines = (" ".join(map(str, range(i, i + 3))) for i in range(10))
        (folder / "fold_indices.txt").write_text("\n".join(lines) + "\n")
        return folder

    def test_column_by_column_in_the_file_row_by_row_here(self, folder):
        bunch = datasets.fetch_stl10()
        for part, n in (("train", 12), ("test", 3), ("unlabelled", 4)):
            np.testing.assert_array_equal(bunch[f"X_{part}"], as_rows(made_up(n, 96, n)))
        assert bunch.y_train.tolist() == [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 1, 2]
        assert [fold.tolist() for fold in bunch.folds[:2]] == [[0, 1, 2], [1, 2, 3]] and len(
            bunch.folds
        ) == 10
        assert bunch.classes[bunch.y_test[2] - 1] == "car"
        assert bunch.license in bunch.DESCR

    def test_only_some_unlabelled_images(self, folder):
        for name in ("train_X.bin", "train_y.bin", "test_X.bin", "test_y.bin", "fold_indices.txt"):
            (folder / name).unlink()
        bunch = datasets.fetch_stl10(n_unlabelled=2)
        np.testing.assert_array_equal(bunch.X_unlabelled, as_rows(made_up(4, 96, 4)[:2]))
        assert len(bunch.X_train) == len(bunch.y_test) == 0 and bunch.folds == []

    @pytest.mark.parametrize(
        ("name", "content", "message"),
        [
            ("train_X.bin", bytes(27647), "train_X.bin: expected a whole number of records of 27648"),
            ("train_y.bin", bytes([1] * 11), "train_y.bin: expected 12 labels, .*train_X.bin, got 11"),
            ("train_y.bin", bytes([1] * 11 + [0]), "from 1 to 10, got 0 in record 11"),
            ("test_y.bin", bytes([1, 11, 1]), "test_y.bin: .*from 1 to 10, got 11 in record 1"),
            ("fold_indices.txt", b"0 1\n" * 9, "fold_indices.txt: expected ten folds, one a line, got 9"),
            (
                "fold_indices.txt",
                b"0 12\n" * 10,
                "from 0 to 11, of the images in train_X.bin, got 0 to 12 in fold 0",
            ),
            ("fold_indices.txt", b"0 x\n" * 10, "fold_indices.txt: expected lines of whole numbers"),
        ],
    )
    def test_bad_files_are_named(self, folder, name, content, message):
        (folder / name).write_bytes(content)
        with pytest.raises(datasets.DataFileError, match=message):
            datasets.fetch_stl10()

    def test_images_without_labels(self, folder):
        (folder / "test_y.bin").unlink()
        with pytest.raises(datasets.DataNotFound, match="expected test_y.bin beside test_X.bin"):
            datasets.fetch_stl10()


class TestArchive:
    @pytest.fixture
    def small(self, tmp_path, monkeypatch):
        """A data set that is an archive, "downloaded" from a folder; no data folder is set."""
        monkeypatch.delenv("LOWRANKWEIGHTS_DATA")
        mirror = tmp_path / "mirror"
        mirror.mkdir()
        with tarfile.open(mirror / "small.tar.gz", "w:gz") as tar:
            for name in (*cifar10.CIFAR10.members, "readme.html"):
                content = b"" if name == "readme.html" else cifar_bytes(made_up(2, 32), [1, 2])
                item = tarfile.TarInfo("some/folder/" + name)
                item.size = len(content)
                tar.addfile(item, io.BytesIO(content))
        sha256 = hashlib.sha256((mirror / "small.tar.gz").read_bytes()).hexdigest()

        def retrieve(url, known_hash, fname, path):
            assert known_hash == f"sha256:{sha256}"
            path.mkdir(parents=True, exist_ok=True)
            (path / fname).write_bytes((mirror / "small.tar.gz").read_bytes())

        monkeypatch.setattr(pooch, "retrieve", retrieve)
        return sources.DataSet(
            "cifar10", "Small", "A licence", "", 1, files={"small.tar.gz": sha256}, mirrors=("http://a/",),
            members=cifar10.CIFAR10.members,
        )  # fmt: skip

    def test_members_are_taken_out_and_the_archive_removed(self, small, tmp_path):
        assert small.place() == "missing"
        assert cifar10.read_from(small).X_train.shape == (10, 3072)
        assert small.place() == "cache"
        assert sorted(path.name for path in (tmp_path / "cache" / "cifar10").iterdir()) == sorted(
            small.members
        )

    def test_a_missing_member_is_fetched_again(self, small, tmp_path):
        cifar10.read_from(small)
        (tmp_path / "cache" / "cifar10" / "test_batch.bin").unlink()
        assert small.place() == "missing"
        assert len(cifar10.read_from(small).X_test) == 2


def test_natural_photographs_of_the_data_folder(data):
    from PIL import Image

    assert datasets.load_natural_images().names == ["china.jpg", "flower.jpg"]
    (data / "natural").mkdir()
    Image.fromarray(made_up(1, 9)[0]).save(data / "natural" / "own.png")
    assert datasets.load_natural_images().names == ["own.png"]
    assert datasets.load_natural_images("bundled").names == ["china.jpg", "flower.jpg"]


@pytest.mark.skipif(REAL_DATA is None, reason="LOWRANKWEIGHTS_DATA is unset")
@pytest.mark.filterwarnings("ignore:.*has only the")
def test_real_images_are_smooth(monkeypatch):
    """In the right order neighbouring pixels are alike, across and down."""
    monkeypatch.setenv("LOWRANKWEIGHTS_DATA", str(REAL_DATA))
    for name, images in (
        ("cifar10", lambda: datasets.fetch_cifar10().X_train[:200].reshape(-1, 32, 32, 3)),
        ("stl10", lambda: datasets.fetch_stl10(n_unlabelled=50).X_unlabelled.reshape(-1, 96, 96, 3)),
    ):
        if registry.DATASETS[name].place() == "missing":
            continue
        x = images()
        across, down = np.abs(np.diff(x, axis=2)).mean(), np.abs(np.diff(x, axis=1)).mean()
        assert max(across, down) < 0.5 * x.std()


CIFAR_PARTS = {name: (made_up(2, 32, i), [i, 9 - i]) for i, name in enumerate(cifar10.NAMES)}


class TestCifar10Layouts:
    """CIFAR-10 as people have it: either version, unpacked or packed."""

    def files(self, version):
        if version == "binary":
            return {name: cifar_bytes(*part) for name, part in CIFAR_PARTS.items()}
        return {
            cifar10.NAMES[name]: pickle.dumps(
                {
                    b"batch_label": b"a batch",
                    b"labels": labels,
                    b"data": images.transpose(0, 3, 1, 2).reshape(len(images), -1),
                    b"filenames": [b"a.png"] * len(images),
                },
                protocol=2,
            )
            for name, (images, labels) in CIFAR_PARTS.items()
        }

    def check(self):
        bunch = datasets.fetch_cifar10()
        images = np.concatenate([images for images, _ in CIFAR_PARTS.values()])
        assert np.array_equal(np.concatenate([bunch.X_train, bunch.X_test]), as_rows(images))
        labels = np.concatenate([labels for _, labels in CIFAR_PARTS.values()])
        assert np.array_equal(np.concatenate([bunch.y_train, bunch.y_test]), labels)
        assert len(bunch.X_test) == 2

    @pytest.mark.parametrize("version", ["binary", "python"])
    @pytest.mark.parametrize("place", ["", "cifar10", "cifar-10-batches-py", "CIFAR10/cifar-10-batches-bin"])
    def test_unpacked(self, data, version, place):
        (data / place).mkdir(parents=True, exist_ok=True)
        for name, content in self.files(version).items():
            (data / place / name).write_bytes(content)
        self.check()

    @pytest.mark.parametrize("version", ["binary", "python"])
    @pytest.mark.parametrize("place", ["", "cifar10"])
    def test_packed(self, data, version, place):
        (data / place).mkdir(exist_ok=True)
        archive = data / place / f"cifar-10-{version}.tar.gz"
        pack(archive, {f"cifar-10-batches/{name}": c for name, c in self.files(version).items()})
        self.check()
        assert datasets.where("cifar10") == data / place and len(list((data / place).glob("*batch*"))) <= 2

    def test_a_cut_archive_is_named(self, data):
        archive = data / "cifar-10-python.tar.gz"
        pack(archive, self.files("python"))
        archive.write_bytes(archive.read_bytes()[:-3000])
        with pytest.raises(datasets.DataFileError, match="cifar-10-python.tar.gz: expected a whole archive"):
            datasets.fetch_cifar10()

    def test_missing_batches_are_told_once_with_the_number_of_images(self, data):
        files = self.files("binary")
        del files["data_batch_2.bin"], files["data_batch_5.bin"]
        for name, content in files.items():
            (data / "cifar-10-batches-bin" / name).write_bytes(content)
        with pytest.warns(UserWarning, match="only 6 training and 2 test images") as said:
            datasets.fetch_cifar10()
        assert len(said) == 1 and "data_batch_2.bin, data_batch_5.bin missing" in str(said[0].message)
        assert said[0].filename == __file__

    @pytest.mark.parametrize("evil", [os.system, print, pathlib.Path])
    def test_no_code_in_a_pickle_is_run(self, data, evil):
        class Runs:
            def __reduce__(self):
                return evil, ("touch /nowhere",)

        files = self.files("python") | {"data_batch_1": pickle.dumps({b"data": Runs()}, protocol=2)}
        for name, content in files.items():
            (data / "cifar-10-batches-bin" / name).write_bytes(content)
        with pytest.raises(datasets.DataFileError, match=r"data_batch_1: .*UnpicklingError: .* in it"):
            datasets.fetch_cifar10()

    @pytest.mark.parametrize(
        "batch", [{b"labels": [1]}, {b"data": np.zeros((1, 3072)), b"labels": [1]}, [1, 2], {b"data": None}]
    )
    def test_another_pickle_is_named(self, data, batch):
        (data / "cifar-10-batches-bin" / "test_batch").write_bytes(pickle.dumps(batch, protocol=2))
        with pytest.raises(datasets.DataFileError, match="test_batch: expected .*data"):
            datasets.fetch_cifar10()


def pack(archive, files):
    with tarfile.open(archive, "w:gz") as tar:
        for name, content in files.items():
            item = tarfile.TarInfo(name)
            item.size = len(content)
            tar.addfile(item, io.BytesIO(content))


@pytest.mark.parametrize("place", ["", "stl10"])
def test_stl10_is_read_packed(data, place):
    images = made_up(3, 96)
    (data / place).mkdir(exist_ok=True)
    files = {"stl10_binary/unlabeled_X.bin": stl_bytes(images), "stl10_binary/train_y.bin": bytes([1, 2])}
    files["stl10_binary/train_X.bin"] = stl_bytes(images[1:])
    pack(data / place / "stl10_binary.tar.gz", files)
    found = datasets.fetch_stl10(n_unlabelled=2)
    assert np.array_equal(found.X_unlabelled, as_rows(images[:2])) and found.y_train.tolist() == [1, 2]
    assert np.array_equal(found.X_train, as_rows(images[1:]))


@pytest.mark.parametrize(("name", "archive"), [("cifar10", "cifar-10-x.tar.gz"), ("stl10", "stl10_x.tar.gz")])
def test_status_opens_no_archive_and_a_wrong_one_is_named(data, name, archive):
    """It may hold gigabytes."""
    (data / archive).write_bytes(b"not one")
    assert registry.DATASETS[name].place() == "data folder"
    with pytest.raises(datasets.DataFileError, match=f"{archive}: expected a whole archive"):
        {"cifar10": datasets.fetch_cifar10, "stl10": datasets.fetch_stl10}[name]()


def test_an_archive_of_other_files_is_named(data):
    pack(data / "cifar-10-binary.tar.gz", {"readme.html": b""})
    with pytest.raises(datasets.DataFileError, match="cifar-10-binary.tar.gz: expected .*in it, got none"):
        datasets.fetch_cifar10()
