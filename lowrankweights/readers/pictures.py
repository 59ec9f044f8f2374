"""Pictures of one size in a folder with one subfolder a class."""

from collections import Counter

import numpy as np

from .. import _checks
from .faults import Fault, counted, listed, printable
from .tables import Labels

LEVELS = {"1": 1, "L": 255, "RGB": 255, "I;16": 65535}  # modes that are read as they are: their largest level
WORDS = {"1": "black and white", "L": "grey", "RGB": "colour", "I;16": "grey of 16 bits"}
NO_PICTURE = ("file that is no picture", "files that are no pictures")
LARGEST = 8 << 30  # bytes of all pictures in float32


class PicturesSource:
    """The pictures of a folder, or one picture.

    Parameters
    ----------
    path : Path
        A folder with one subfolder a class; with a schema pictures may also stand in it directly.
    options : Options
        ``shape``: resample every picture to it, in grey (height, width) or in colour (height, width, 3).
    schema : dict, optional
        That of the training pictures, where this is another folder.
    """

    kind, rows_are = "pictures", "pictures"

    def __init__(self, path, options, schema=None):
        self.path, self.options, self.told, self.left_out = path, options, [], {}
        self.classes, self.files, self.codes, others = _files(path, schema is not None)
        self.told += [f"{counted(n, *what)} left out" for what, n in others.items() if n]
        self.n_rows = len(self.files)
        self.resampled = _resampling(options.shape, schema)
        self._check_memory()
        self.arrays, self.form, self.unreadable = [], [], {}
        for row, file in enumerate(self.files):
            self._read(row, file)

    def _read(self, row, file):
        """The levels of a picture, and its (height, width, mode)."""
        from PIL import Image, ImageOps

        levels, form = None, None
        try:
            with Image.open(file) as opened:
                image = ImageOps.exif_transpose(opened)
                image = image if self.resampled is None else _resample(image, self.resampled)
                levels, form = np.asarray(image), (image.height, image.width, image.mode)
        except (OSError, SyntaxError, ValueError, EOFError, Image.DecompressionBombError) as error:
            self.unreadable[row] = str(error).split("\n")[0]
        self.arrays.append(levels)
        self.form.append(form)

    def _check_memory(self):
        """A ``ValueError`` where so many pictures of the first one's size do not fit."""
        from PIL import Image

        try:
            with Image.open(self.files[0]) as first:
                n_levels = np.prod(self.resampled or (*first.size, len(first.getbands())))
        except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
            return
        size = 4 * int(n_levels) * self.n_rows
        if size > LARGEST:
            got = f"{size / 2**30:.0f} GiB; --shape HEIGHT,WIDTH makes them smaller"
            _checks.fail(printable(self.path), f"pictures that take at most {LARGEST >> 30} GiB", got)

    def place(self, row):
        """Where a picture is: its file, from the folder on."""
        file = self.files[row]
        return printable(file.relative_to(self.path) if file != self.path else file.name)

    def target(self, name):
        """The subfolders' names."""
        if name is not None:
            _checks.fail("--target", "none for a folder: its subfolders are the classes", repr(name))
        if len(self.classes) < 2:
            expected = "one subfolder a class, at least two with pictures"
            got = f"one, {self.classes[0]!r}" if self.classes else "pictures without subfolders"
            _checks.fail(printable(self.path), expected, got)
        return "folder", Labels(self.codes, self.classes)

    def faults(self, target):
        """Pictures that cannot be read, or have another size or mode than most."""
        return self._unlike(Counter(form for form in self.form if form).most_common(1), "as most")

    def _unlike(self, usual, why):
        rows = np.array(sorted(self.unreadable), dtype=int)
        if not usual:
            _checks.fail(printable(self.path), "pictures", f"{self.place(0)}: {self.unreadable[0]}")
        if len(rows):
            yield Fault("", "pictures that can be read", "one that cannot", rows, kind="cannot be read")
        form = usual[0][0]
        if form[2] not in LEVELS:
            remedy = "--shape HEIGHT,WIDTH or HEIGHT,WIDTH,3 makes them grey or coloured"
            _checks.fail(
                printable(self.path), f"pictures of mode {', '.join(LEVELS)}", f"{form[2]}; {remedy}"
            )
        colours = ",3" * (form[2] == "RGB")
        remedy = f"--shape {form[0]},{form[1]}{colours} resamples all" * (why == "as most")
        unlike = {}
        for row, own in enumerate(self.form):
            if own not in (None, form):
                unlike.setdefault(own, []).append(row)
        for own, at in unlike.items():
            yield Fault("", f"{_words(form)}, {why}", _words(own), np.array(at), remedy, kind=_words(own))

    def learn(self, rows, dtype):
        """Size and mode."""
        height, width, mode = self.form[rows[0]]
        shape = [height, width, 3] if mode == "RGB" else [height, width]
        scale = 1 / LEVELS[mode]
        return {"shape": shape, "mode": mode, "resampled": self.resampled is not None, "scale": scale}

    def check(self, schema, rows, needs_target=False):
        """The faults of pictures by a schema."""
        if needs_target and not self.classes:
            expected = f"one subfolder a class ({listed(schema['target']['classes'])})"
            _checks.fail(printable(self.path), expected, "pictures without subfolders")
        height, width = schema["shape"][:2]
        return [*self._unlike([((height, width, schema["mode"]), 1)], "as in training")]

    @property
    def n_numbers(self):
        """How many levels all pictures have, were they like the first."""
        return self.n_rows * next(levels.size for levels in self.arrays if levels is not None)

    def matrix(self, schema, rows):
        """X (n_rows, n_levels), levels in [0, 1]."""
        X = np.empty((len(rows), int(np.prod(schema["shape"]))), dtype=schema["dtype"])
        for x, row in zip(X, rows, strict=True):
            x[:] = self.arrays[row].reshape(-1)
        X *= X.dtype.type(schema["scale"])
        return X

    def describe(self, schema):
        """(name, text) of the summary's lines about the pictures."""
        height, width = schema["shape"][:2]
        text = _words((height, width, schema["mode"]))
        yield "pictures", text + ", resampled" * schema["resampled"]


def _words(form):
    height, width, mode = form
    return f"{height} x {width} pixels in {WORDS.get(mode, 'mode ' + mode)}"


def _files(path, may_be_flat):
    """Classes, files, the class of each file (-1 without one), and {what: how many} files are left out."""
    if path.is_file():
        return [], [path], np.array([-1]), {}
    folders = sorted(p for p in path.iterdir() if p.is_dir() and not p.name.startswith("."))
    found = {printable(folder.name): _pictures(folder) for folder in folders}
    others = {NO_PICTURE: sum(n for _, n in found.values())}
    inside = [file for folder in folders for sub in sorted(folder.iterdir()) for file in _below(sub)]
    if inside:
        first = printable(inside[0].parent.relative_to(path))
        where = f"in folders inside of classes ({first})"
        others[f"picture {where}", f"pictures {where}"] = len(inside)
    found = {name: files for name, (files, _) in found.items() if files}
    if not found:
        files, others[NO_PICTURE] = _pictures(path)
        if not files or not may_be_flat:
            got = (
                f"{counted(len(files), 'picture')} and no subfolder with any"
                if files
                else "a folder without pictures"
            )
            if inside:
                got = f"folders inside of its subfolders ({printable(inside[0].parent.relative_to(path))})"
            _checks.fail(printable(path), "a folder with one subfolder of pictures for each class", got)
        return [], files, np.full(len(files), -1), others
    others["picture beside the subfolders", "pictures beside the subfolders"] = len(_pictures(path)[0])
    codes = np.repeat(np.arange(len(found)), [len(files) for files in found.values()])
    return list(found), [file for files in found.values() for file in files], codes, others


def _below(folder):
    """The pictures of a folder and of the folders inside it."""
    folders = [p for p in (folder, *sorted(folder.rglob("*"))) if p.is_dir()]
    return [file for inside in folders for file in _pictures(inside)[0]]


def _pictures(folder):
    """The files of a folder that have a picture's ending, and the number of others."""
    from PIL import Image

    endings = Image.registered_extensions()
    files = sorted(p for p in folder.iterdir() if p.is_file() and not p.name.startswith("."))
    pictures = [file for file in files if file.suffix.lower() in endings]
    return pictures, len(files) - len(pictures)


def _resampling(shape, schema):
    """(height, width) or (height, width, 3) to which pictures are resampled; None where they are not."""
    if schema is not None:
        return tuple(schema["shape"]) if schema["resampled"] else None
    if shape is not None and (len(shape) not in (2, 3) or (*shape, 3)[2] != 3):
        _checks.fail("--shape", "HEIGHT,WIDTH or HEIGHT,WIDTH,3 of pictures", ",".join(map(str, shape)))
    return shape


def _resample(image, shape):
    """A picture in another size, in grey or in colour, with white where it is transparent."""
    from PIL import Image

    if image.has_transparency_data:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    return image.convert("RGB" if len(shape) == 3 else "L").resize(shape[1::-1], Image.Resampling.BOX)
