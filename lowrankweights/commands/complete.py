"""``lowrankweights complete``: a feature of one's own, predicted from a few of its weights."""

from pathlib import Path

import numpy as np

from .. import _checks
from . import add_command, check_shares, defaults, draw_to_files, file_path, folder_path, list_of

N_FEATURES = 4
N_LARGEST = 4096  # levels of an image as it is, pixels times channels: predicted in seconds
U_BYTES = 1 << 30  # of a dictionary, at most


def add(commands):
    """The subcommand and its arguments."""
    text = (
        "Hide most weights of a feature, predict them from the others, and say how well: of an image, of "
        "weights, of a saved model. All values must be known."
    )
    add_command(commands, "complete", run, text, _arguments)


def _arguments(parser):
    from ..dictionaries.completion import complete

    usual, add = defaults(complete), parser.add_argument
    text = "an image, .npy with weights (n_v, n_features), or .npz of train"
    add("file", metavar="FILE", type=file_path, help=text)
    text = (
        "of a feature: HEIGHT,WIDTH, or HEIGHT,WIDTH,3 in colour. An image is resampled to it; default: its "
        f"own size and colours, up to {N_LARGEST:,} levels (pixels times channels)"
    )
    add("--shape", type=list_of(int, "integers"), default=None, help=text)
    add("--proportion", "--share", type=float, default=0.2, help="of the weights that is known")
    text = "in pixels; default: by the known weights"
    add("--length-scale", type=float, default=usual["length_scale"], help=text)
    add("--seed", type=int, default=usual["rng"], help="of the known weights")
    add("--out", type=folder_path, default=Path("out"), help="folder for the picture")


def run(arguments):
    """Predict the features of a file, print how well, draw them."""
    import matplotlib.pyplot as plt

    from .. import plotting
    from ..dictionaries import Grid, completion

    draw_to_files()
    _checks.integer("--seed", arguments.seed, at_least=0)
    W, shape, note = read(arguments.file, arguments.shape)
    check_shares("--proportion", arguments.proportion)
    _check_memory(len(W), arguments.proportion)
    grid = shape if isinstance(shape, Grid) else Grid(shape[:2], *shape[2:])
    c = completion.complete(W, grid, arguments.proportion, arguments.seed, arguments.length_scale)
    unit = "steps" if len(grid.shape) == 1 else "pixels"
    print(f"{note}\n{completion.describe(c, unit)}")
    arguments.out.mkdir(parents=True, exist_ok=True)
    picture = arguments.out / f"{arguments.file.stem}-completed.png"
    with plt.rc_context(plotting.STYLE):
        what = "feature" if W.shape[1] == 1 else "features"
        if grid.n_channels == 1 and max(grid.shape) == len(grid):  # along one axis
            parts, draw = (c["W"], c["alpha"], c["U"], (len(grid),)), plotting.signal_completion
        else:
            parts, draw = as_pictures(c, grid), plotting.feature_completion
        figure = draw(*parts, c["length_scale"], what=what)
        if grid.n_channels == 1 and draw is plotting.feature_completion:
            _add_colours(figure)
        figure.savefig(picture)
        plt.close(figure)
    print(f"picture: {picture}")


def _add_colours(figure):
    """A colour bar: each feature is drawn on a scale of its own."""
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import Normalize

    from ..plotting.style import DIVERGING

    figure.set_size_inches(figure.get_figwidth() + 0.9, figure.get_figheight())
    bar = figure.colorbar(ScalarMappable(Normalize(-1, 1), DIVERGING), ax=figure.axes, shrink=0.5, aspect=12)
    bar.set_ticks([-1, 0, 1], labels=["-largest", "0", "+largest"])
    bar.ax.tick_params(labelsize="small")


def as_pictures(c, grid):
    """W, alpha, U and the shape of a completion; a volume's as one picture, its slices beside each other."""
    if len(grid.shape) < 3:
        return c["W"], c["alpha"], c["U"], grid.input_shape
    depth, height, width = grid.shape
    n_down = min(
        (n for n in range(1, depth + 1) if depth % n == 0), key=lambda n: abs(n**2 * height - depth * width)
    )
    tiled = np.arange(len(c["W"])).reshape(n_down, depth // n_down, height, width)
    order = tiled.transpose(0, 2, 1, 3).ravel()
    alpha = np.flatnonzero(np.isin(order, c["alpha"]))
    U = c["U"][order][:, np.searchsorted(c["alpha"], order[alpha])]
    return c["W"][order], alpha, U, (n_down * height, depth // n_down * width)


def read(path, shape=None):
    """Features of a file.

    Parameters
    ----------
    path : Path
        ``.npy``: weights (n_v, n_features), one feature a column; with ``shape`` also one feature
        as an image. ``.npz``: a model that was saved, its first layer. Both are taken as they are.
        Else an image, which is one feature: its levels less their mean, in colour less each channel's.
    shape : (height, width) or (height, width, 3), optional
        Of a feature. An image is resampled to it, in grey or in colour. Default: the model's, or a
        square; an image's own size and colours, in proportion smaller where it has more than 4,096
        levels (pixels times channels).

    Returns
    -------
    W : ndarray, (n_v, n_features)
        Of several the four with the largest norm, without those at zero.
    shape : tuple, or the Grid of a volume
        (n,) of a signal.
    note : str
        What they are, in a sentence.
    """
    from ..dictionaries import Grid
    from ..dictionaries.completion import strongest

    if shape is not None:
        shape = _without_one_channel(np.atleast_1d(shape).tolist())
    _refuse_others(path)
    suffix = path.suffix.lower()
    if suffix not in (".npy", ".npz"):
        return _image(path, shape)
    W, shape = _weights(path, shape) if suffix == ".npy" else _of_model(path, shape)
    shape = _feature_shape(shape, W)
    chosen = strongest(W, N_FEATURES)
    not_zero = chosen.any(axis=0)
    chosen = chosen[:, not_zero] if not_zero.any() else chosen[:, :1]
    size = " x ".join(map(str, getattr(shape, "shape", shape)))
    which = f"{chosen.shape[1]} of {W.shape[1]} features of {size} weights, those of the largest norm"
    slices = " A volume is drawn slice by slice." if isinstance(shape, Grid) else ""
    return chosen, shape, f"{path.name}: {which}.{slices}"


def _refuse_others(path):
    """A ``ValueError`` that says what a file is, where it is for another command."""
    from ..estimators import model_files
    from ..readers.own_data import kind_of

    kind = kind_of(path) if path.exists() else None
    if kind is not None and not model_files.is_model(path):
        one = "; name one of its files" if path.is_dir() else "; train learns from it, and saves a model"
        _checks.fail("FILE", "an image, .npy with weights, or .npz with a model of train", kind + one)


def _image(path, shape):
    """An image as one feature, its shape and what was done."""
    from ..dictionaries.completion import centred
    from ..dictionaries.points import image_grid
    from ..explorer import read_image

    if shape is not None:
        shape = image_grid(shape, "--shape", n_channels=(1, 3)).input_shape
    pixels, note = read_image(path, shape, N_LARGEST, name="FILE")
    return centred(pixels).reshape(-1, 1), pixels.shape, f"{note[:-1]}, less the mean of its levels."


def _of_model(path, shape):
    """The filters of a model's first layer, and their shape: its own, or the given one where it has none."""
    from ..estimators import model_files

    model = model_files.load(path)
    model = model[-1] if hasattr(model, "steps") else model  # of a pipeline
    W = model.components_.T if hasattr(model, "components_") else model.filters_[0]
    own = _places(model)
    if own is None and shape is None:
        table = model_files.read_notes(path).get("schema", {}).get("kind") == "table"
        what = "the columns of a table" if table else "inputs of which the file says no places"
        remedy = "weights are predicted from their neighbours; --shape HEIGHT,WIDTH if these are pixels"
        _checks.fail("file", "a model of pictures, signals or volumes", f"one of {what}: {remedy}")
    if own is None or shape in (None, own):
        return W, own or shape
    _checks.fail(
        "--shape", f"the model's own, {','.join(map(str, getattr(own, 'shape', own)))}, or none", shape
    )


def _places(model):
    """Where a model's inputs lie: (n,), (height, width[, n_channels]), a Grid of more axes, or None."""
    from ..dictionaries import Grid

    names = ("input_shape", "patch_shape", "points")
    places = next((getattr(model, n) for n in names if getattr(model, n, None) is not None), None)
    if isinstance(places, Grid):
        n_axes, n_channels = len(places.shape), places.n_channels
        if n_axes > 3 or (n_axes != 2 and n_channels > 1):
            _checks.fail(
                "file", "a model of pictures, or of signals or volumes of one channel", f"a {places}"
            )
        return places if n_axes == 3 else _without_one_channel(places.input_shape)
    if places is not None and np.ndim(places) > 1:
        expected = "a model of pictures, signals or volumes, whose inputs lie on a grid"
        _checks.fail("file", expected, f"one with {len(places)} points that do not")
    return None if places is None else _without_one_channel(tuple(places))


def _feature_shape(shape, W):
    """The shape of the columns of W: a square where none is given, else it must fit."""
    from ..dictionaries import Grid

    if isinstance(shape, Grid) or (shape is not None and len(shape) == 1 and shape[0] == len(W)):
        return shape
    side = round(np.sqrt(len(W)))
    if shape is None and side**2 != len(W):
        _checks.fail("--shape", f"HEIGHT,WIDTH of the {len(W)} weights of a feature", "none")
    shape = (side, side) if shape is None else shape
    if len(shape) not in (2, 3) or np.prod(shape) != len(W) or (*shape, 1)[2] not in (1, 3):
        _checks.fail("--shape", f"HEIGHT,WIDTH or HEIGHT,WIDTH,3 of the {len(W)} weights of a feature", shape)
    return shape


def _weights(path, shape):
    """The array of a file as (n_v, n_features), and the shape of a feature if known.

    An array of just the given shape is one feature.
    """
    try:
        W = np.load(path, allow_pickle=False)
        if not isinstance(W, np.ndarray):
            raise ValueError("it holds several arrays, as numpy.savez writes them")
    except Exception as error:  # NumPy's reading of a damaged file ends in many kinds
        _checks.fail("file", "an array written by numpy.save", f"{str(path)!r} ({error})")
    _refuse_levels(path, W)
    if W.dtype.kind == "f" and (n_bad := np.count_nonzero(~np.isfinite(W))):
        remedy = "it hides some itself and predicts these; give a feature without gaps"
        _checks.fail(
            str(path), "weights that are all known", f"{n_bad} of {W.size} nan or infinite: {remedy}"
        )
    W = _checks.array(str(path), W, ndim=(1, 2, 3), dtype=np.float64)
    if W.size == 0:
        _checks.fail(str(path), "at least one weight", f"shape {W.shape}")
    if W.ndim > 1 and shape == _without_one_channel(W.shape):
        return W.reshape(-1, 1), shape
    if W.ndim == 3 or (W.ndim == 2 and shape is None and round(np.sqrt(len(W))) ** 2 != len(W)):
        whole = ",".join(map(str, W.shape))
        one = f"{whole} if the array is one feature" + ", else HEIGHT,WIDTH of a column" * (W.ndim == 2)
        _checks.fail("--shape", one, "none" if shape is None else shape)
    return W.reshape(len(W), -1), shape


def _without_one_channel(shape):
    """(height, width) of (height, width, 1), other shapes as they are."""
    return tuple(shape[:2]) if len(shape) == 3 and shape[2] == 1 else tuple(shape)


def _refuse_levels(path, W):
    """A ``ValueError`` for an array of an image's levels from 0 to 255, or of black and white."""
    if W.dtype.kind not in "buif" or W.size == 0:
        return
    if W.dtype.kind in "bu" or (W.min() >= 0 and 2 < W.max() <= 255 and not (W % 1).any()):
        wanted = "weights (an image's levels are completed as an image file, PNG for instance)"
        _checks.fail(str(path), wanted, f"{W.dtype} from {W.min()} to {W.max()}")


def _check_memory(n_v, proportion):
    """A ``ValueError`` where U (n_v, n_alpha) would not fit."""
    size = 8 * n_v**2 * _checks.number("--proportion", proportion, above=0, at_most=1)
    if size > U_BYTES:
        smaller = (
            f"a feature and a proportion of which U takes at most {U_BYTES >> 30} GB (a smaller --shape?)"
        )
        _checks.fail("file", smaller, f"{n_v} weights, {size / U_BYTES:.1f} GB")
