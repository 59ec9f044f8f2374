"""One's own image as a feature: on white where it is transparent, resampled to a small grid."""

from pathlib import Path

import numpy as np

from .. import _checks
from ..dictionaries.points import image_grid

LONGEST = 28  # pixels of the longer side, as in own_image.js


def read_image(path, shape=None, n_largest=None, name="image"):
    """Read an image file as a small grid of levels.

    Parameters
    ----------
    path : str or Path
        Any format and size that Pillow reads. Transparent parts are laid on white; grey is the luma
        0.299 R + 0.587 G + 0.114 B.
    shape : (height, width) or (height, width, 3), optional
        In pixels, of the result: grey, or in colour. Each pixel is the mean of the area that it covers;
        the image is stretched where its sides have another ratio. Default: grey, the longer side 28.
    n_largest : int, optional
        Without ``shape``: the image's own size and, where it has any, its colours; in proportion smaller
        where it would have more levels than these (pixels times channels).
    name : str
        Of the argument, for errors.

    Returns
    -------
    pixels : ndarray, (height, width) or (height, width, 3)
        Levels in [0, 1], multiples of 1/255.
    note : str
        What was done, in a sentence.

    Raises
    ------
    ValueError
        If the file is missing, is no image, or has the same colour everywhere.
    """
    path = Path(path).expanduser()
    image = _upright_on_white(path, name)
    before = image.height, image.width
    in_colour = bool(np.ptp(np.asarray(image), axis=2).any())
    if shape is not None:
        grid = image_grid(shape, "shape", n_channels=(1, 3))
        size, in_colour = grid.shape, grid.n_channels == 3
    elif n_largest is not None:
        n_largest = _checks.integer("n_largest", n_largest, at_least=3)
        size = _at_most(before, n_largest // (3 if in_colour else 1))
    else:
        size, in_colour = tuple(max(1, round(n * LONGEST / max(before))) for n in before), False
    pixels = _resampled(np.asarray(image if in_colour else image.convert("L")), size)
    if not np.ptp(pixels, axis=(0, 1)).any():
        _checks.fail(name, "an image with more than one grey", f"{str(path)!r}, the same grey everywhere")
    what = f"{before[0]} x {before[1]} pixels (height x width), in {'colour' if in_colour else 'grey'}"
    resampled = "" if size == before else f", resampled to {size[0]} x {size[1]}"
    return pixels, f"{path.name}: {what}{resampled}."


def _upright_on_white(path, name):
    """An image file as it is looked at, 8 bits a colour, with white where it is transparent."""
    from PIL import Image, ImageOps

    try:
        with Image.open(path) as opened:
            layers = _eight_bits(ImageOps.exif_transpose(opened)).convert("RGBA")
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        _checks.fail(name, "an image file such as a PNG or JPEG", f"{str(path)!r} ({error})")
    ground = Image.new("RGBA", layers.size, "white")
    return Image.alpha_composite(ground, layers).convert("RGB")


def _eight_bits(image):
    """Grey of more bits scaled to the levels from 0 to 255; other images as they are."""
    from PIL import Image

    if not image.mode.startswith("I;16") and image.mode not in ("I", "F"):
        return image
    levels = np.asarray(image, dtype=np.float64)
    levels = (levels - levels.min()) / (np.ptp(levels) or 1.0)
    return Image.fromarray(np.rint(255 * levels).astype(np.uint8))


def _resampled(levels, size):
    """Means over areas of levels from 0 to 255, (*size) or (*size, 3), in [0, 1]."""
    down, across = _shares(levels.shape[0], size[0]), _shares(levels.shape[1], size[1]).T
    channels = [down @ channel @ across for channel in np.moveaxis(np.atleast_3d(levels), 2, 0)]
    return np.rint(np.stack(channels, axis=2)).reshape(*size, *levels.shape[2:]) / 255


def _at_most(size, n):
    """A size (height, width) made smaller in proportion, if need be, to at most n pixels.

    >>> _at_most((40, 20), 1000), _at_most((400, 200), 1000), _at_most((1, 5000), 1000)
    ((40, 20), (44, 22), (1, 1000))
    """
    height, width = size
    scale = min(1.0, (n / (height * width)) ** 0.5)
    height = min(n, max(1, int(height * scale)))
    return height, min(n // height, max(1, int(width * scale)))


def _shares(length, n):
    """For each of n cells of a line, the share that each of its ``length`` pixels has in it, (n, length).

    >>> _shares(3, 2)
    array([[0.66666667, 0.33333333, 0.        ],
           [0.        , 0.33333333, 0.66666667]])
    """
    edges = np.arange(n + 1)[:, None] * (length / n)
    pixels = np.arange(length)
    covered = np.minimum(pixels + 1, edges[1:]) - np.maximum(pixels, edges[:-1])
    return np.maximum(covered, 0) * n / length
