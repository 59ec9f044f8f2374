"""What a data set is, and where its files are found: bundled, in a folder of one's own, or downloaded."""

import importlib.util
import os
import shutil
import tarfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from ..environment import switched_on
from ..files import replacing

DATA_VARIABLE = "LOWRANKWEIGHTS_DATA"
OFFLINE_VARIABLE = "LOWRANKWEIGHTS_OFFLINE"


class DataNotFound(FileNotFoundError):
    """The files of a data set are neither here nor to be had; the message says what to do."""


class DataFileError(ValueError):
    """A data file is truncated, corrupt or of another kind; the message names it and a remedy."""


def bad_file(path, expected, got, remedy="replace the file by an intact copy"):
    """The ``DataFileError`` to raise for the file ``path``, in the package's one wording."""
    return DataFileError(f"{path}: expected {expected}, got {got}; {remedy}")


def data_folder():
    """The folder that ``LOWRANKWEIGHTS_DATA`` names, or None when it is unset or empty."""
    folder = os.environ.get(DATA_VARIABLE)
    return Path(folder).expanduser() if folder else None


def cache_folder():
    """The folder of this user into which downloads go."""
    import pooch

    return Path(pooch.os_cache("lowrankweights"))


def has_files(folder):
    """Whether there is anything in a folder."""
    return folder.is_dir() and any(folder.iterdir())


@dataclass(frozen=True)
class DataSet:
    """One data set: its licence, its files and where they come from.

    Parameters
    ----------
    name : str
        The name in the command line; also its folder in the cache, and in
        ``LOWRANKWEIGHTS_DATA`` unless ``folder`` says otherwise.
    title : str
        What it is, in one line.
    license : str
        The terms of use and who holds the rights.
    homepage : str
        Where it is described.
    size : int
        Bytes of all files as distributed.
    folder : str
        Its folder in ``LOWRANKWEIGHTS_DATA``.
    also : tuple of str
        Other folders in it where people have the files; "" is the data folder itself.
    elsewhere : tuple of str
        Where other programs keep them in the user's home; looked into before a download.
    present : callable
        ``present(folder)``: whether files of the set are there; by default, any file.
    known_as : str
        Other names of the files, in words, for the error that lists where they were looked for.
    files : dict of str to str
        The sha256 of each file to download, by file name.
    mirrors : tuple of str
        Addresses, ending in "/", that hold the files; tried in this order. Without any, the set
        cannot be downloaded.
    members : tuple of str
        Where ``files`` is an archive (.tar.gz): the files to take out of it, whatever folder of the
        archive they are in. The archive itself is not kept.
    bundled : str
        For a set that comes with another package, its folder: "package/path/within".
    """

    name: str
    title: str
    license: str
    homepage: str
    size: int
    folder: str = ""
    also: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()
    present: Callable = has_files
    known_as: str = ""
    files: dict[str, str] = field(default_factory=dict)
    mirrors: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    bundled: str = ""

    def places(self):
        """The folders in which the files are looked for, in this order."""
        if self.bundled:
            package, _, inside = self.bundled.partition("/")
            return [Path(importlib.util.find_spec(package).origin).parent / inside]
        if own := data_folder():
            return [own / name for name in (self.folder or self.name, *self.also)]
        return [cache_folder() / self.name, *(Path(p).expanduser() for p in self.elsewhere)]

    def expected_folder(self):
        """The folder that has the files; where none has, the one in which they are looked for first."""
        first, *others = self.places()
        if self.bundled or (not data_folder() and self.files and not self._absent(first)):
            return first
        candidates = [first, *others] if data_folder() else others
        return next((folder for folder in candidates if self.present(folder)), first)

    def place(self):
        """One of "bundled", "data folder", "cache", "elsewhere", "missing"; nothing is downloaded."""
        folder = self.expected_folder()
        if self.bundled:
            return "bundled" if folder.is_dir() else "missing"
        if data_folder():
            return "data folder" if self.present(folder) else "missing"
        if folder != self.places()[0]:
            return "elsewhere"
        return "cache" if self.files and not self._absent(folder) else "missing"

    def locate(self):
        """The folder that holds the files; what is not in the cache is downloaded first.

        Returns
        -------
        folder : pathlib.Path
            A folder in ``LOWRANKWEIGHTS_DATA`` may hold any part of the files: they are not checked.

        Raises
        ------
        DataNotFound
            When the folder is missing, or the files are and cannot be downloaded.
        """
        folder = self.expected_folder()
        if self.bundled:
            return folder
        if data_folder():
            if not self.present(folder):
                what = ", ".join(self.members or self.files) or "files"
                what += f" ({self.known_as})" * bool(self.known_as)
                raise DataNotFound(
                    f"{self.name}: expected {what} or some of them, got none in any of these:"
                    + "".join(f"\n  {place}" for place in self.places())
                    + f"\nPlace the files in the first of them, or, as {DATA_VARIABLE} is set, unset it to "
                    "download them."
                )
            return folder
        if folder != self.places()[0]:
            return folder
        if not self.mirrors:
            raise self._not_found(folder, "there is no address to download it from")
        absent = self._absent(folder)
        if absent and _offline():
            raise self._not_found(folder, f"{OFFLINE_VARIABLE} is set")
        for file in absent:
            self._download(file, folder)
        return folder

    def describe(self):
        """Title, source and licence: the ``DESCR`` of what a loader returns."""
        return f"{self.title}\n\nSource: {self.homepage}\nLicence: {self.license}\n"

    def _absent(self, folder):
        """The files that ``folder`` lacks or holds with another checksum.

        An archive is absent while one of its members is; those are written whole or not at all.
        """
        import pooch

        if self.members:
            return [] if all((folder / member).is_file() for member in self.members) else list(self.files)

        def intact(file):
            return (folder / file).is_file() and pooch.file_hash(folder / file) == self.files[file]

        return [file for file in self.files if not intact(file)]

    def _download(self, file, folder):
        """Put ``file`` into ``folder`` from the first mirror that has it, whole or not at all."""
        import pooch

        failures = []
        for mirror in self.mirrors:
            try:
                pooch.retrieve(mirror + file, f"sha256:{self.files[file]}", fname=file, path=folder)
                with replacing(folder / file) as whole, open(folder / file, "rb") as own:
                    shutil.copyfileobj(own, whole)  # pooch's can be read by their owner only
                if self.members:
                    _unpack(folder / file, self.members)
                return
            except (OSError, ValueError) as error:
                failures.append(f"{mirror}{file}: {type(error).__name__}: {error}")
        raise self._not_found(folder, "every mirror failed:\n  " + "\n  ".join(failures))

    def _not_found(self, folder, reason):
        files = "".join(f"\n  {file}  (sha256 {sha256})" for file, sha256 in self.files.items())
        by_hand = f"Place these files by hand in {folder}:{files}\nor set" if files else "Set"
        return DataNotFound(
            f"{self.name}: not downloaded: {reason}\n{by_hand} {DATA_VARIABLE} to a folder that holds "
            f"{self.folder or self.name}/ with the files."
        )


def _unpack(archive, members):
    """Take files out of an archive into its own folder, each whole or not at all; remove the archive."""
    with tarfile.open(archive) as tar:
        for item in tar:
            name = Path(item.name).name
            if item.isfile() and name in members:
                with replacing(archive.parent / name) as file:
                    shutil.copyfileobj(tar.extractfile(item), file)
    archive.unlink()


def _offline():
    return switched_on(OFFLINE_VARIABLE)


def classification(dataset, X, y, n_train, input_shape, return_X_y=False):
    """What a loader of labelled images returns: a Bunch, or (X, y); training rows come first.

    Parameters
    ----------
    dataset : DataSet
    X : ndarray of shape (n, n_v), float32
        Pixels in [0, 1].
    y : ndarray of shape (n,), int64
        Classes.
    n_train : int
        The rows from this one on are the test part.
    input_shape : tuple of int
        (height, width) or (height, width, channels) of one row of X.
    return_X_y : bool
        Return ``(X, y)`` instead of the Bunch.
    """
    if return_X_y:
        return X, y
    from sklearn.utils import Bunch

    return Bunch(
        X_train=X[:n_train],
        y_train=y[:n_train],
        X_test=X[n_train:],
        y_test=y[n_train:],
        input_shape=input_shape,
        folder=dataset.expected_folder(),
        license=dataset.license,
        DESCR=dataset.describe(),
    )
