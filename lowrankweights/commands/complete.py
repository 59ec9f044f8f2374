"""``lowrankweights complete``: a feature of one's own, predicted from a few of its weights."""

from pathlib import Path

import numpy as np

from .. import _checks
from . import add_command, defaults, draw_to_files, file_path, list_of

N_FEATURES = 4


def add(commands):
    """The subcommand and its arguments."""
    text = "Predict a feature of your own from a few of its weights: an image, weights, a saved model."
    add_command(commands, "complete", run, text, _arguments)


def _arguments(parser):
    from ..dictionaries.completion import complete

    usual, add = defaults(complete), parser.add_argument
    text = "an image, .npy with weights (n_v, n_features), or .npz of train"
    add("file", type=file_path, help=text)
    add("--shape", type=list_of(int, "integers"), default=None, help="of a feature: HEIGHT,WIDTH")
    add("--proportion", "--share", type=float, default=0.2, help="of the weights that is known")
    text = "in pixels; default: by the known weights"
    add("--length-scale", type=float, default=usual["length_scale"], help=text)
    add("--seed", type=int, default=usual["rng"], help="of the known weights")
    add("--out", type=file_path, default=Path("out"), help="folder for the picture")


def run(arguments):
    """Predict the features of a file, print how well, draw them."""
    import matplotlib.pyplot as plt

    from .. import plotting
    from ..dictionaries import completion

    draw_to_files()
    _checks.integer("--seed", arguments.seed, at_least=0)
    W, shape, note = read(arguments.file, arguments.shape)
    c = completion.complete(W, shape, arguments.proportion, arguments.seed, arguments.length_scale)
    print(f"{note}\n{completion.describe(c)}")
    arguments.out.mkdir(parents=True, exist_ok=True)
    picture = arguments.out / f"{arguments.file.stem}-completed.png"
    with plt.rc_context(plotting.STYLE):
        what = "feature" if W.shape[1] == 1 else "features"
        figure = plotting.feature_completion(c["W"], c["alpha"], c["U"], shape, c["length_scale"], what=what)
        figure.savefig(picture)
        plt.close(figure)
    print(f"picture: {picture}")


def read(path, shape=None):
    """Features of a file.

    Parameters
    ----------
    path : Path
        ``.npy``: weights (n_v, n_features), one feature a column; with ``shape`` also one feature
        as an image. ``.npz``: a model that was saved, its first layer. Else an image, which is one
        feature: grey, at most 28 pixels a side, less its mean.
    shape : (height, width) or (height, width, 3), optional
        Of a feature; default: the image's or the model's, or a square.

    Returns
    -------
    W : ndarray, (n_v, n_features)
        Of several the four with the largest norm, without those at zero.
    shape : tuple
    note : str
        What they are, in a sentence.
    """
    from ..dictionaries.completion import strongest
    from ..estimators import model_files
    from ..explorer import read_image

    suffix = path.suffix.lower()
    if suffix == ".npy":
        W = _weights(path, shape)
    elif suffix == ".npz":
        model = model_files.load(path)
        W = model.components_.T if hasattr(model, "components_") else model.filters_[0]
        shape = shape or getattr(model, "input_shape", None) or getattr(model, "patch_shape", None)
    else:
        if shape is not None:
            _checks.fail("--shape", "none with an image, which has its own", shape)
        pixels, note = read_image(path)
        return (pixels - pixels.mean()).reshape(-1, 1), pixels.shape, note
    shape = _feature_shape(shape, W)
    chosen = strongest(W, N_FEATURES)
    not_zero = chosen.any(axis=0)
    chosen = chosen[:, not_zero] if not_zero.any() else chosen[:, :1]
    size = " x ".join(map(str, shape))
    which = f"{chosen.shape[1]} of {W.shape[1]} features of {size} weights, those of the largest norm"
    return chosen, shape, f"{path.name}: {which}."


def _feature_shape(shape, W):
    """(height, width) or (height, width, 3) of the columns of W; a square where none is given."""
    side = round(np.sqrt(len(W)))
    if shape is None and side**2 != len(W):
        _checks.fail("--shape", f"HEIGHT,WIDTH of the {len(W)} weights of a feature", "none")
    shape = tuple(int(n) for n in np.atleast_1d(shape)) if shape is not None else (side, side)
    if len(shape) not in (2, 3) or np.prod(shape) != len(W) or (*shape, 1)[2] not in (1, 3):
        _checks.fail("--shape", f"HEIGHT,WIDTH or HEIGHT,WIDTH,3 of the {len(W)} weights of a feature", shape)
    return shape


def _weights(path, shape):
    """The array of a file as (n_v, n_features); a whole array of the given shape is one feature."""
    try:
        W = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        _checks.fail("file", "an array written by numpy.save", f"{str(path)!r} ({error})")
    W = _checks.array(str(path), W, ndim=(1, 2, 3), dtype=np.float64)
    if W.size == 0:
        _checks.fail(str(path), "at least one weight", f"shape {W.shape}")
    if shape is not None and W.size == np.prod(shape):
        return W.reshape(-1, 1)
    if W.ndim == 3 or (W.ndim == 2 and shape is None and round(np.sqrt(len(W))) ** 2 != len(W)):
        whole = ",".join(map(str, W.shape))
        one = f"{whole} if the array is one feature" + ", else HEIGHT,WIDTH of a column" * (W.ndim == 2)
        _checks.fail("--shape", one, "none" if shape is None else shape)
    return W.reshape(len(W), -1)
