"""Photographs, for patches of natural images."""

from pathlib import Path

import numpy as np

from .. import _checks
from .sources import DataSet, bad_file, data_folder

SAMPLE_IMAGES = DataSet(
    name="natural-images",
    title="Two colour photographs of 427 x 640 pixels that come with scikit-learn: china.jpg, flower.jpg.",
    license="CC BY 2.0; china.jpg by danielbuechele, flower.jpg by vultilion (both on Flickr)",
    homepage="https://scikit-learn.org/stable/datasets/loading_other_datasets.html",
    size=339_640,
    bundled="sklearn/datasets/images",
)
SUFFIXES = (".jpg", ".jpeg", ".png")
GREY_MODES = ("1", "L", "LA")
COLOUR_MODES = ("RGB", "RGBA", "P", "CMYK", "YCbCr")


def load_natural_images(folder=None, *, colour="rgb"):
    """Photographs: all .jpg, .jpeg and .png files of a folder, or the two of scikit-learn.

    Parameters
    ----------
    folder : str or path, default=None
        A folder of photographs, 8 bits a channel. None: the folder ``natural`` of
        ``LOWRANKWEIGHTS_DATA`` where that is set and has one, else the two that are bundled;
        "bundled": these two.
    colour : {"rgb", "grey"}, default="rgb"
        Three channels, or one: the luma 0.299 R + 0.587 G + 0.114 B.

    Returns
    -------
    photographs : sklearn.utils.Bunch
        ``images``, a list of float32 arrays in [0, 1], (height, width, 3) or, in grey,
        (height, width); ``names``, the file names, sorted; ``folder``, ``license`` and ``DESCR``.

    Raises
    ------
    ValueError
        When the folder is missing or holds no image.
    DataFileError
        When an image cannot be read, or is grey where colour is wanted.

    Notes
    -----
    Licence: CC BY 2.0, danielbuechele and vultilion, for the two of scikit-learn; photographs of a
    folder have terms of their own.

    Examples
    --------
    >>> photographs = load_natural_images("bundled")
    >>> photographs.names, photographs.images[0].shape
    (['china.jpg', 'flower.jpg'], (427, 640, 3))
    """
    from sklearn.utils import Bunch

    _checks.choice("colour", colour, ("rgb", "grey"))
    if folder is None and data_folder() and (data_folder() / "natural").is_dir():
        folder = data_folder() / "natural"
    own = folder not in (None, "bundled")
    folder = Path(folder).expanduser() if own else SAMPLE_IMAGES.locate()
    paths = _image_paths(folder)
    terms = f"set by the owners of the photographs in {folder}; lowrankweights does not know it"
    return Bunch(
        images=[_read_image(path, colour) for path in paths],
        names=[path.name for path in paths],
        folder=folder,
        license=terms if own else SAMPLE_IMAGES.license,
        DESCR=f"{len(paths)} photographs of {folder}\n\nLicence: {terms}\n"
        if own
        else SAMPLE_IMAGES.describe(),
    )


def _image_paths(folder):
    if not folder.is_dir():
        _checks.fail("folder", "an existing folder", repr(str(folder)))
    paths = sorted(path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES)
    if not paths:
        _checks.fail("folder", f"a folder with {', '.join(SUFFIXES)} files", f"{str(folder)!r} with none")
    return paths


def _read_image(path, colour):
    from PIL import Image, ImageOps

    try:
        with Image.open(path) as image:
            image = ImageOps.exif_transpose(image)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise bad_file(path, "an image", f"a file that cannot be read ({error})") from error
    if image.mode not in GREY_MODES + COLOUR_MODES:
        raise bad_file(path, "8 bits a channel", f"mode {image.mode}", "convert it to 8 bits")
    if colour == "rgb" and image.mode in GREY_MODES:
        raise bad_file(path, "a colour image", "a grey one", 'ask for colour="grey" or take it away')
    pixels = np.asarray(image.convert("RGB" if colour == "rgb" else "L"))
    return np.divide(pixels, 255, dtype=np.float32)
