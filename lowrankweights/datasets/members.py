"""The files of a data set where people have them: in a folder, or still packed in a .tar.gz."""

import tarfile
import zlib
from pathlib import Path

from .sources import bad_file

PACKED = (".tar.gz", ".tgz", ".tar")


class Folder:
    """Files that lie in a folder.

    Attributes
    ----------
    path : Path
        The folder; in messages.
    names : set of str
    """

    def __init__(self, path):
        self.path = Path(path)
        self.names = {p.name for p in self.path.iterdir() if p.is_file()} if self.path.is_dir() else set()

    def of(self, name):
        """Where a file is, for messages."""
        return self.path / name

    def size(self, name):
        """Bytes of a file."""
        return self.of(name).stat().st_size

    def read(self, name, n_bytes=-1):
        """The file's first ``n_bytes``; all of them by default."""
        with open(self.of(name), "rb") as file:
            return file.read(n_bytes)


class Archive:
    """The same of an archive, whatever folder of it the files are in; nothing is unpacked to disk.

    Raises
    ------
    DataFileError
        When it is damaged.
    """

    def __init__(self, path):
        self.path = Path(path)
        try:
            with tarfile.open(path) as tar:
                self._items = {Path(item.name).name: item for item in tar if item.isfile()}
        except (tarfile.TarError, EOFError, OSError, zlib.error) as error:
            raise bad_file(path, "a whole archive", f"one that cannot be unpacked ({error})") from error
        self.names = set(self._items)

    def of(self, name):
        """Where a file is, for messages."""
        return self.path / self._items[name].name

    def size(self, name):
        """Bytes of a file."""
        return self._items[name].size

    def read(self, name, n_bytes=-1):
        """The file's first ``n_bytes``; all of them by default."""
        try:
            with tarfile.open(self.path) as tar:
                return tar.extractfile(self._items[name]).read(None if n_bytes < 0 else n_bytes)
        except (tarfile.TarError, EOFError, OSError, zlib.error) as error:
            raise bad_file(self.path, "a whole archive", f"one that cannot be unpacked ({error})") from error


def files_in(folder, wanted, archives=()):
    """The ``Folder``, or the first ``Archive`` in it, that has one of the wanted names; None if none has.

    Parameters
    ----------
    folder : Path
    wanted : collection of str
    archives : tuple of str
        How the names of archives begin that may hold them, without regard to capitals.

    Raises
    ------
    DataFileError
        When an archive of such a name holds none of them, or is damaged.
    """
    plain = Folder(folder)
    if plain.names & set(wanted):
        return plain
    for name in _archives_in(plain, archives):
        packed = Archive(plain.of(name))
        if packed.names & set(wanted):
            return packed
        raise bad_file(packed.path, f"{', '.join(sorted(wanted))} or some of them in it", "none")
    return None


def may_be_in(folder, wanted, archives=()):
    """Whether ``files_in`` would look into this folder; no archive is opened, which may take minutes."""
    plain = Folder(folder)
    return bool(plain.names & set(wanted) or _archives_in(plain, archives))


def _archives_in(plain, archives):
    names = (name for name in sorted(plain.names) if name.endswith(PACKED))
    return [name for name in names if name.lower().startswith(tuple(archives))]
