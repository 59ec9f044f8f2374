"""A network: a list of layers and a loss, as a function of one flat vector theta. This is the definition."""

import numpy as np

from .. import _checks
from ..weights import packing
from .dropout import Dropout
from .layers import Layer, backward, forward
from .losses import check_loss, prediction, terms_and_dz
from .rows import Rows


class Network:
    """Layers one after the other, with a loss on the last one's output.

    Parameters
    ----------
    layers : list of Layer
        Those on images take their shapes from the layer below.
    loss : "softmax_cross_entropy", "sigmoid_cross_entropy" or "squared_error"
        The mean over the rows; the squared error is half the sum over the outputs.
    input_shape : tuple, optional
        Of one row of X, (height, width, n_channels) of an image; default: the first layer's own.

    Attributes
    ----------
    n_dynamic, n_static : int
        Numbers learned (the length of theta, biases included) and numbers fixed (dictionaries).
    in_shape : tuple
        Of one row of X.
    n_v, n_out : int
        Numbers of one row of X, and outputs.

    Raises
    ------
    ValueError
        If there is no layer or no such loss, shapes of neighbours differ, or the last layer has an
        activation or more than a row of numbers.

    Examples
    --------
    >>> import lowrankweights as lrw
    >>> U = lrw.dictionaries.random_projection(6, 2, rng=0)
    >>> net = Network([lrw.Dense(lrw.Predicted(U, n_h=4), "sigmoid"), lrw.Dense(lrw.Full(4, 3))],
    ...               loss="softmax_cross_entropy")
    >>> theta = net.init(rng=0)
    >>> net.n_dynamic == theta.size == 2 * 4 + 4 + 4 * 3 + 3
    True
    """

    def __init__(self, layers, loss, input_shape=None):
        if not hasattr(layers, "__iter__"):
            _checks.fail("layers", "a list of layers", repr(layers))
        self.layers = _handed_on(list(layers), input_shape)
        self.loss = check_loss(loss)
        _warn_of_equal_masks(self.layers)
        self._check_last()
        self.in_shape = self.layers[0].in_shape
        self.n_v, self.n_out = self.layers[0].n_v, self.layers[-1].n_h
        self.n_dynamic = sum(layer.n_dynamic for layer in self.layers)
        self.n_static = sum(layer.n_static for layer in self.layers)

    @property
    def input_shape(self):
        return self.in_shape

    def loss_and_grad(self, theta, X, Y, weight_decay=0.0, rows=None):
        """The mean loss over the rows, and its gradient: the definition, whose fast twin is ``Objective``.

        Parameters
        ----------
        theta : array, (n_dynamic,)
        X : array, (n, *in_shape)
            Its dtype, float32 or float64, is that of the arithmetic.
        Y : array, (n, n_out)
            One-hot rows, or real numbers.
        weight_decay : float
            weight_decay / 2 times the sum of squares of all learned weights (no biases) is added.
        rows : Rows, optional
            Weights of the rows; default: every row counts once.

        Returns
        -------
        loss : float
        grad : ndarray, (n_dynamic,), float64

        Raises
        ------
        ValueError
            If an array has another shape, or holds NaN or infinite numbers, or what a layer or a loss of
            one's own returns has another shape.
        """
        X, Y = self.check_data(X, Y)
        parts = self.split(self.check_theta(theta))
        own = [part.astype(X.dtype) for part in parts]
        rows = Rows.of(len(X)) if rows is None else rows
        share = rows.shares()
        z, caches = self._forward(own, X, rows)
        # L = sum_i share_i l_i, where share_i = 1 / n unless rows have weights; and dz by it
        terms, dz = terms_and_dz(self.loss, z, Y)
        loss = float(np.sum(share * terms))
        dh = share.astype(X.dtype) * dz
        gradients = []
        for layer, part, cache in zip(self.layers[::-1], own[::-1], caches[::-1], strict=True):
            # dv of a layer is dh of the layer below
            gradient, dh = backward(layer, part, cache, dh, need_dv=layer is not self.layers[0])
            gradients.insert(0, gradient.astype(np.float64))
        # L + weight_decay / 2 |w|^2, whose gradient is weight_decay w
        for layer, part, gradient in zip(self.layers, parts, gradients, strict=True):
            w = layer.decayed(part)
            loss += 0.5 * weight_decay * float(w @ w)
            layer.decayed(gradient)[:] += weight_decay * w
        return loss, np.concatenate(gradients)

    def predict(self, theta, X):
        """Class probabilities (cross-entropies) or values (squared error), (n, n_out)."""
        X, _ = self.check_data(X)
        parts = self.split(self.check_theta(theta).astype(X.dtype))
        z, _ = self._forward(parts, X, Rows.of(len(X), training=False))
        return prediction(self.loss, z)

    def _forward(self, parts, X, rows):
        """The last layer's output, which is z of the loss (n, n_out), and each layer's cache."""
        h, caches = X, []
        for layer, part in zip(self.layers, parts, strict=True):
            # h of a layer is v of the layer above
            h, cache = forward(layer, part, h, rows)
            caches.append(cache)
        return h, caches

    def init(self, rng=0):
        """Initial theta (n_dynamic,), float64; a ``ValueError`` names a layer whose part is too short."""
        rng = _checks.generator(rng)
        each = ((layer, layer.init(rng)) for layer in self.layers)
        return packing.pack([_checks.returned(q, "init", part, (q.n_dynamic,)) for q, part in each])

    def split(self, theta):
        """The layers' own parts of theta, as views."""
        return packing.split(theta, [layer.n_dynamic for layer in self.layers])

    def unpack(self, theta):
        """For each layer a dict of its arrays: w_alpha (or U and V), W, b.

        W is composed, the whole layer's; the others are views of theta. With columns they are lists,
        with one array for each column that has it: w_alpha, or U and V, or W_j where a column learns
        every weight.
        """
        parts = self.split(self.check_theta(theta))
        return [layer.unpack(part) for layer, part in zip(self.layers, parts, strict=True)]

    def weights(self, theta):
        """W of each layer that has one, (n_v, n_h)."""
        return [arrays["W"] for arrays in self.unpack(theta) if "W" in arrays]

    def plan(self, n_rows=10_000):
        """In which order each layer is computed fastest; print it to see the table."""
        from ..speed import Plan  # the fast twin knows the definition, never the reverse but for this

        return Plan.of_network(self, n_rows)

    def check_theta(self, theta):
        """theta as a float64 vector of the right length."""
        return _checks.array("theta", theta, shape=(self.n_dynamic,), dtype=np.float64)

    def check_data(self, X, Y=None):
        """X and Y as arrays of one dtype that fit the network."""
        if len(self.in_shape) > 1 and np.shape(X)[1:] != self.in_shape:
            rows = f"(n, {', '.join(map(str, self.in_shape))}), as layers[0], {type(self.layers[0]).__name__}"
            _checks.fail("X", f"shape {rows}, takes them", f"shape {np.shape(X)}")
        X = _checks.array("X", X, shape=(None, *self.in_shape))
        if len(X) == 0:
            _checks.fail("X", "at least one row", f"shape {X.shape}")
        if Y is not None:
            Y = _checks.array("Y", Y, shape=(len(X), self.n_out), dtype=X.dtype)
        return X, Y

    def _check_last(self):
        last = self.layers[-1]
        if last.activation != "identity":
            _checks.fail("layers[-1].activation", "'identity' (the loss takes z)", repr(last.activation))
        if len(last.out_shape) != 1:
            remedy = ": Flatten() before the last Dense" if len(last.out_shape) == 3 else ""
            _checks.fail("layers[-1]", f"a row of numbers as output{remedy}", f"shape {last.out_shape}")


def _handed_on(layers, input_shape):
    """The layers, each for rows of the shape that the layer below hands on."""
    if not layers or not all(isinstance(layer, Layer) for layer in layers):
        _checks.fail("layers", "at least one layer", repr(layers) if layers else "an empty list")
    shape, placed = layers[0].in_shape, []
    if input_shape is not None:
        shape = tuple(_checks.sizes("input_shape", input_shape, "the shape of one row of X"))
    if shape is None:
        expected = "(n_v,), or (height, width, n_channels) where the first layer is on images"
        _checks.fail("input_shape", expected, "None")
    for i, layer in enumerate(layers):
        try:
            placed.append(layer.on(shape))
        except ValueError as error:
            raise ValueError(
                f"layers[{i}], {type(layer).__name__}, on rows of shape {shape}: {error}"
            ) from None
        if placed[i].in_shape != shape:
            below = "the units below" if i else "input_shape"
            _checks.fail(
                f"layers[{i}]", f"rows of shape {shape}, {below}", f"rows of shape {placed[i].in_shape}"
            )
        shape = placed[i].out_shape
    return placed


def _warn_of_equal_masks(layers):
    """A warning where two layers would leave out the same units of a row."""
    first = {}
    for i, layer in enumerate(layers):
        if isinstance(layer, Dropout) and first.setdefault(layer.rng, i) != i:
            _checks.warn(
                f"layers[{i}].rng: {layer.rng}, as that of layers[{first[layer.rng]}]: both leave out the "
                "same units of a row; give each Dropout a seed of its own"
            )
