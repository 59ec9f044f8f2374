"""Learn the features that come with the explorer anew: ``python -m lowrankweights.explorer.learn``.

Both from images that come with scikit-learn: what a network that reads digits looks for, and what
an autoencoder that takes noise out of patches of photographs looks for.
"""

import json

import numpy as np

from .._blas import one_blas_thread
from ..datasets import load_digits, load_natural_images
from ..estimators import LowRankMLPClassifier
from ..optimisation.lbfgs import minimize
from ..speed import Objective
from ..unsupervised.autoencoder import TiedAutoencoder
from ..weights.parametrisations import Full
from .features import FILE, make_set

N_FEATURES = 6  # of each set
SIDE = {"digits": 28, "photographs": 16}


@one_blas_thread
def learn(max_iter=120, n_patches=8000):
    """Learn both sets; returns what ``features.json`` holds (about 15 seconds)."""
    return [
        make_set("digits", "A network that reads digits", *_digits(max_iter)),
        make_set("photographs", "An autoencoder of photographs", *_photographs(max_iter, n_patches)),
    ]


def _digits(max_iter):
    """First-layer filters of a classifier: those that weigh most in the layer above."""
    from scipy import ndimage

    digits, side = load_digits(), SIDE["digits"]
    images = digits.X_train.reshape(-1, 8, 8)
    X = ndimage.zoom(images, (1, side / 8, side / 8), order=3, mode="nearest", grid_mode=True).clip(0, 1)
    how = {"dictionary": "none", "weight_decay": 1e-2, "max_iter": max_iter, "random_state": 0}
    model = LowRankMLPClassifier((24,), **how).fit(X, digits.y_train)  # X (n, side, side)
    first, above = model.filters_
    chosen = np.argsort(-np.linalg.norm(first, axis=0) * np.linalg.norm(above, axis=1))[:N_FEATURES]
    note = "784-24-10, digits of scikit-learn (CC BY 4.0, E. Alpaydin and C. Kaynak) enlarged to 28 x 28"
    return note, list(first[:, chosen].T.reshape(-1, side, side))


def _photographs(max_iter, n_patches):
    """Filters of a denoising autoencoder, from the smoothest to the roughest, evenly chosen."""
    side, rng = SIDE["photographs"], np.random.default_rng(0)
    patches = _patches(side, n_patches, rng)
    noisy = (patches + rng.normal(size=patches.shape)).astype(np.float32)
    model = TiedAutoencoder(Full(side * side, 49), "relu", "identity")
    objective = Objective(model, noisy, patches, weight_decay=1e-2)
    theta = minimize(objective, model.init(0), max_iter=max_iter).theta
    filters = model.split(theta)[0].reshape(side, side, -1)
    rough = (np.diff(filters, axis=1) ** 2).mean(axis=(0, 1)) / (filters**2).mean(axis=(0, 1))
    chosen = np.argsort(rough)[np.linspace(0, filters.shape[2] - 1, N_FEATURES).astype(int)]
    note = (
        "256-49-256, photographs of scikit-learn (CC BY 2.0, danielbuechele and vultilion), "
        "from the smoothest feature to the roughest"
    )
    return note, list(np.moveaxis(filters, 2, 0)[chosen])


def _patches(side, n, rng):
    """Grey patches (n, side^2), float32, less their mean and divided by their contrast."""
    images = load_natural_images(colour="grey").images
    patches = np.empty((n, side, side))
    for patch in patches:
        image = images[rng.integers(len(images))]
        row, column = (rng.integers(size - side) for size in image.shape)
        patch[:] = image[row : row + side, column : column + side]
    patches = patches.reshape(n, -1)
    patches -= patches.mean(axis=1, keepdims=True)
    return (patches / (patches.std(axis=1, keepdims=True) + 0.03)).astype(np.float32)


if __name__ == "__main__":
    FILE.write_text(json.dumps(learn(), indent=1) + "\n", encoding="utf-8")
    print(f"{FILE}: {FILE.stat().st_size:,} bytes")
