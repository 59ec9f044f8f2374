"""What the pictures of RICA's filters share: where their patches come from, how they are learned."""

import functools

from .. import _checks, datasets
from ..unsupervised.filters import learn, whiten
from ..unsupervised.patches import random_patches


@functools.lru_cache(maxsize=2)
def whitened_patches(data, patch_shape, n_patches, regularisation, seed):
    """White random patches (n_patches, n_v), float32, of data that need no labels; and their source.

    ``data``: "natural-bundled", scikit-learn's two photographs; "natural", those of the data folder,
    else these two; "stl10", the unlabelled images. The other arguments as in ``whiten``.
    """
    images, source = _images(data, len(patch_shape) == 3)
    return whiten(random_patches(images, patch_shape, n_patches, seed), regularisation)[0], source


def _images(data, colour):
    if data == "stl10":
        stl10 = datasets.fetch_stl10(n_unlabelled=5000)
        if len(stl10.X_unlabelled) == 0:
            _checks.fail("data", f"unlabeled_X.bin in {stl10.folder}", "no such file")
        images = stl10.X_unlabelled.reshape(-1, *stl10.input_shape)
        return images, f"{len(images):,} unlabelled images of STL-10"
    folder = {"natural": None, "natural-bundled": "bundled"}[data]
    photographs = datasets.load_natural_images(folder, colour="rgb" if colour else "grey")
    names = photographs.names
    return photographs.images, f"{len(names)} photographs, {names[0]} to {names[-1]}"


def patches_of(spec):
    """``whitened_patches`` of a run."""
    shape = tuple(spec["patch_shape"])
    return whitened_patches(spec["data"], shape, spec["n_patches"], spec["regularisation"], spec["seed"])


def learn_as(spec, X, n_threads):
    """RICA's filters W (n_v, n_h) of the white patches X as a run says, and results as plain values.

    The spec has ``n_components``, ``patch_shape``, ``proportion``, ``dictionary``, ``sparsity``,
    ``max_iter``, ``seed``, where there is a dictionary ``length_scale``, and ``ftol`` or ``least_fall``.
    """
    names = ("length_scale", "sparsity", "max_iter", "ftol", "least_fall", "seed")
    how = {name: spec[name] for name in names if name in spec}
    proportion = 1 if spec["dictionary"] == ["none"] else spec["proportion"]
    W, learned = learn(X, spec["n_components"], spec["patch_shape"], proportion, **how, n_threads=n_threads)
    return W, {**learned._asdict(), "error": None, "wrong": []}


def source_of(results):
    """Where the patches of all runs came from; a ``ValueError`` if not from the same images."""
    found = sorted({r["source"] for r in results})
    if len(found) > 1:
        _checks.fail("results", "runs on the same images; begin anew, without --resume", " and ".join(found))
    return found[0]
