"""The explorer as one HTML page, which opens from a file with no server and no network."""

from pathlib import Path

from .. import web
from .features import contents

ESSAY = Path(__file__).parent / "essay.html"


def write_page(path, W=None, shape=None, image=None, **start):
    """Write the explorer, with its data, as one HTML page.

    Parameters
    ----------
    path : str or Path
        The folder is made if it is missing.
    W : array, (n_v, n_features), optional
        Features of one's own, one a column, beside the bundled ones; ``shape`` is (height, width).
        They are predicted as they are.
    image : array, (height, width), optional
        Grey levels of an image of one's own, see ``read_image``; their mean is subtracted.
    **start
        Where the explorer starts: length_scale (pixels), ridge, proportion, seed, or alpha, the
        indices of the known weights of the first feature.

    Returns
    -------
    path : Path

    Examples
    --------
    >>> import tempfile
    >>> page = write_page(Path(tempfile.mkdtemp()) / "explorer.html", length_scale=3.0)
    >>> page.stat().st_size < 200_000
    True
    """
    html = web.page(
        "Paint the pixels: lowrankweights",
        ESSAY.read_text(encoding="utf-8"),
        "explorer/browser/page.js",
        contents(W, shape, image, start),
    )
    path = Path(path).expanduser()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(html, encoding="utf-8")
    return path


def explore(out=None, image=None):
    """What ``lowrankweights explore`` does: write the page and, without ``out``, open it."""
    import webbrowser

    from .images import read_image

    pixels, note = read_image(image) if image is not None else (None, None)
    page = write_page(out or Path("out") / "explorer.html", image=pixels)
    if note:
        print(note)
    print(f"One page, no server, no network: open {page}")
    if out is None:
        webbrowser.open(page.resolve().as_uri())
