"""One's own image as a feature: grey, on white where it is transparent, resampled to a small grid."""

from pathlib import Path

import numpy as np

from .. import _checks

LONGEST = 28  # pixels of the longer side, as in own_image.js


def read_image(path):
    """Read an image file as a small grid of grey levels.

    Parameters
    ----------
    path : str or Path
        Any format and size that Pillow reads. Transparent parts are laid on white, colours become
        the luma 0.299 R + 0.587 G + 0.114 B, and the longer side is resampled to 28 pixels, each
        the mean of the area that it covers.

    Returns
    -------
    pixels : ndarray, (height, width)
        Grey levels in [0, 1].
    note : str
        What was done, in a sentence.

    Raises
    ------
    ValueError
        If the file is missing, is no image, or has the same grey everywhere.
    """
    from PIL import Image, ImageOps

    path = Path(path).expanduser()
    try:
        with Image.open(path) as opened:
            image = ImageOps.exif_transpose(opened)
            size, grey = image.size, _on_white(image)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        _checks.fail("image", "an image file such as a PNG or JPEG", f"{str(path)!r} ({error})")
    width, height = (max(1, round(n * LONGEST / max(size))) for n in size)
    levels = np.asarray(grey, dtype=np.float32) / 255
    pixels = np.rint(255.0 * (_shares(size[1], height) @ levels @ _shares(size[0], width).T)) / 255
    if np.ptp(pixels) == 0:
        _checks.fail("image", "an image with more than one grey", f"{str(path)!r}, the same grey everywhere")
    note = f"{path.name}: {size[0]} x {size[1]} pixels, in grey, resampled to {width} x {height}."
    return pixels, note


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


def _on_white(image):
    """An image in grey, of 8 bits, with white where it is transparent."""
    from PIL import Image

    if image.mode.startswith("I;16") or image.mode in ("I", "F"):
        levels = np.asarray(image, dtype=np.float64)
        levels = (levels - levels.min()) / (np.ptp(levels) or 1.0)
        return Image.fromarray(np.rint(255 * levels).astype(np.uint8))
    layers = image.convert("RGBA")
    ground = Image.new("RGBA", layers.size, "white")
    return Image.alpha_composite(ground, layers).convert("L")
