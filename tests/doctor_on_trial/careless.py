"""Students who make one mistake: loss and gradient written out, independently of the doctor's passes.

``careless(net, slip)`` is a function student(theta, X, Y) that is right but for the slip. To let them make
a new mistake, ask ``slip.at(name, layer, column)`` at the line where it is made.
"""

from types import SimpleNamespace
from typing import NamedTuple

import numpy as np

from lowrankweights.networks import Conv2d, Flatten, MaxPool2d, Unflatten
from lowrankweights.teaching import RicaModel
from lowrankweights.unsupervised import TiedAutoencoder
from lowrankweights.weights import Adapted, Parametrisation

from . import careless_adapted as adapted
from . import careless_images as images


def logistic(z):
    """1 / (1 + exp(-z)), without overflow."""
    return 0.5 * (1 + np.tanh(z / 2))


# value and derivative, both of z
FUNCTIONS = {
    "identity": (lambda z: z, lambda z: np.ones_like(z)),
    "sigmoid": (logistic, lambda z: logistic(z) * (1 - logistic(z))),
    "tanh": (np.tanh, lambda z: 1 / np.cosh(z) ** 2),
    "relu": (lambda z: z * (z > 0), lambda z: np.where(z > 0, 1.0, 0.0).astype(z.dtype)),
}
# the sigmoid's and tanh's derivative as formulas of h, for students who put z in
OF_H = {"sigmoid": lambda h: h * (1 - h), "tanh": lambda h: 1 - h * h}


class Slip(SimpleNamespace):
    """One mistake: its name, layer, column, the name of the array, a variant, an order, weight_decay.

    ``ties`` is no mistake: which of equal pixels max pooling means, "first", "last" or "shared".
    """

    def at(self, name, layer=None, column=None):
        return (
            self.name == name
            and (layer is None or layer == self.layer)
            and (column is None or column == self.column)
        )


def careless(net, slip):
    """student(theta, X, Y) -> (loss, grad) with the one mistake; slip.weight_decay is in the loss."""
    if isinstance(net, TiedAutoencoder):
        return lambda theta, X, Y=None: tied(net, slip, theta, X)
    if isinstance(net, RicaModel):
        return lambda theta, X, Y=None: rica(net, slip, theta, X)
    kept = {}  # a W_0 of each adapted column's, which should stay as it is
    return lambda theta, X, Y: network(net, slip, theta, X, Y, kept)


def network(net, slip, theta, X, Y, kept):
    """Loss and gradient of a ``Network`` of dense layers and of layers on images, with the slip."""
    each = enumerate(zip(net.layers, net.split(theta), strict=True))
    layers = [learned(layer, part, X.dtype, slip, i, kept) for i, (layer, part) in each]
    # h, z and the activation between them, of the data and of each layer
    seen = [(X, X, None)]
    for i, (layer, own) in enumerate(zip(net.layers, layers, strict=True)):
        seen.append(ahead(layer, own, *seen[-1], slip, i))
    loss, dh = output(net.loss, slip, seen[-1][1], Y)
    gradients = []
    for i in reversed(range(len(layers))):
        if layers[i] is None:
            dh = passed_back(net.layers[i], seen[i][0], dh, slip, i)
            continue
        own, dz = layers[i], dh * slope(net.layers[i].activation, slip, i, seen[i + 1][1])
        dW, db, dh = back(net.layers[i], own, seen[i], dz, slip, i)
        weights = finish(columns(own.leaves, dW, slip, i, len(X)), own.leaves, slip, i, X, Y)
        bias = one_block(db, own.b, slip, (i, None, "b"), len(X), Y.shape[1])
        gradients.insert(0, [weights, bias])
    own = [leaf.arrays for layer in layers if layer for leaf in layer.leaves]
    decay = sum(np.sum(a * a) for arrays in own for a in arrays.values())
    if slip.at("blocks_order"):
        gradients = [own[::-1] for own in gradients] if slip.variant else gradients[::-1]
    flat = np.concatenate([np.ravel(a) for own in gradients for a in own])
    return loss / len(X) + slip.weight_decay / 2 * decay, flat


def ahead(layer, own, h, z, g, slip, i):
    """What a layer hands on: h, z, and the activation between them."""
    if isinstance(layer, MaxPool2d):
        h = images.pool(layer, h)
        return h, h, None
    if isinstance(layer, Flatten):
        return images.flat(h, slip, i), images.flat(z, slip, i), g
    if isinstance(layer, Unflatten):
        return *(images.unflat(a, layer.shape, slip, i) for a in (h, z)), g
    z = images.convolve(layer, own.W, own.b, h, slip, i) if isinstance(layer, Conv2d) else h @ own.W + own.b
    return FUNCTIONS[layer.activation][0](z), z, layer.activation


def back(layer, own, seen_below, dz, slip, i):
    """dW, db and dv of a layer with weights, summed over rows."""
    below, z_below, g_below = seen_below
    if slip.at("pre_activation_below", i):
        below = z_below
    elif slip.at("h_overwritten", i):
        below = FUNCTIONS[g_below][1](z_below)
    W = own.W_down if slip.at("transpose_missing", i) and slip.array == "v" else own.W_down.T
    if isinstance(layer, Conv2d):
        return *images.weights_gradient(layer, below, dz, slip, i), images.image_gradient(
            layer, W.T, dz, slip, i
        )
    return below.T.dot(dz), dz.sum(0), dz.dot(W)


def passed_back(layer, v, dh, slip, i):
    """dv of a layer that learns nothing."""
    if isinstance(layer, MaxPool2d):
        return images.unpool(layer, v, dh, slip, i)
    return images.unflat(dh, layer.in_shape, slip, i) if isinstance(layer, Flatten) else dh


class Learned(NamedTuple):
    """A layer as its arrays: W forward and down, b, and its ``Leaf``s."""

    W: np.ndarray
    W_down: np.ndarray
    b: np.ndarray
    leaves: list


class Leaf(NamedTuple):
    """One column: its parametrisation, how many units, a fixed U, the learned arrays by name, its W_0."""

    q: Parametrisation

    n_h: int
    U: np.ndarray | None
    arrays: dict
    W0: np.ndarray | None


def learned(layer, theta, dtype, slip, i, kept):
    """The ``Learned`` of a layer from its part of theta, in the student's dtype, or None."""
    if not layer.n_dynamic:
        return None
    q, (p, b) = layer.parametrisation, layer.split(theta.astype(dtype))
    leaves, pieces = [], []
    for j, (leaf, part) in enumerate(zip(q.leaves, q.parts(p), strict=True)):
        W_0 = adapted.hold(kept, leaf, slip, i, j, dtype) if isinstance(leaf, Adapted) else None
        leaves.append(Leaf(leaf, leaf.n_h, getattr(leaf, "U", None), leaf.unpack(part), W_0))
        W = leaf.expand(part) if W_0 is None else None
        pieces.append((W, W) if W_0 is None else adapted.weights(leaves[-1], slip, i, j))
    W, W_down = (np.hstack(own) for own in zip(*pieces, strict=True))
    return Learned(W, W_down, b, leaves)


def output(loss, slip, z, Y):
    """The loss summed over rows, and dz."""
    if loss == "squared_error":
        prediction, value = z, 0.5 * np.sum((z - Y) ** 2)
    elif loss == "sigmoid_cross_entropy":
        prediction, value = logistic(z), np.sum(np.logaddexp(0, z) - Y * z)
    else:
        e = np.exp(z - z.max(1, keepdims=True))
        prediction = e / e.sum(1, keepdims=True)
        value = -np.sum(Y * np.log(prediction))
    if slip.at("y_not_subtracted"):
        return value, prediction
    if slip.at("output_derivative_extra"):
        return value, (prediction - Y) * prediction * (1 - prediction)
    if slip.at("sign") and slip.array == "output":
        return value, Y - prediction
    return value, prediction - Y


def slope(activation, slip, i, z):
    """g'(z), or what the student takes for it."""
    g, derivative = FUNCTIONS[activation]
    if slip.at("activation_derivative_missing", i):
        return 1.0
    if slip.at("activation_derivative_twice", i):
        return derivative(z) ** 2
    if slip.at("activation_derivative_other", i):
        return FUNCTIONS["tanh" if activation != "tanh" else "sigmoid"][1](z)
    if slip.at("activation_derivative_misplaced", i):
        return OF_H[activation](z) if slip.variant else derivative(g(z))
    return derivative(z)


def columns(leaves, dW, slip, i, n):
    """Gradients of the learned arrays of each column from dW, summed over rows."""
    cuts = np.split(dW, np.cumsum([leaf.n_h for leaf in leaves])[:-1], axis=1)
    if slip.at("columns_order", i) and slip.variant:
        widths = np.cumsum([leaves[j].n_h for j in slip.order])
        pieces = np.split(dW, widths[:-1], axis=1)
        cuts = [pieces[list(slip.order).index(j)] for j in range(len(leaves))]
    found = []
    for j, (leaf, d) in enumerate(zip(leaves, cuts, strict=True)):
        if "W" in leaf.arrays:
            found.append([d])
        elif leaf.W0 is not None:
            found.append(adapted.gradients(leaf, d, slip, i, j, n))
        elif "V" in leaf.arrays:
            found.append([d.dot(leaf.arrays["V"].T), leaf.arrays["U"].T.dot(d)])
        else:
            found.append([dictionary_gradient(leaf.U.astype(d.dtype), d, slip, i, j)])
    return found


def dictionary_gradient(U, dW, slip, i, j):
    """dL/dw_alpha = U^T dW of column j in layer i, with the slip."""
    if slip.at("u_forgotten", i, j):
        return dW[np.sort(slip.order)]
    if slip.at("transpose_missing", i, j) and slip.array == "U":
        return U.dot(dW)
    if slip.at("index_order", i, j):
        return U[:, slip.order].T.dot(dW)
    return U.T.dot(dW)


def finish(sums, leaves, slip, i, X, Y):
    """The weights' flat gradient: mean and weight decay, then the columns in their order."""
    parts = []
    for j, (leaf, own) in enumerate(zip(leaves, sums, strict=True)):
        part = []
        arrays = leaf.arrays if leaf.W0 is None else adapted.decayed(leaf, slip, i, j)
        for (name, w), total in zip(arrays.items(), own, strict=True):
            if slip.at("weight_decay_on_U", i, j) and name == "w_alpha":
                w = leaf.U.T.dot(leaf.U.dot(w))
            part.append(one_block(total, w, slip, (i, j, name), len(X), Y.shape[1]).ravel())
        parts.append(np.concatenate(part))
    if slip.at("columns_order", i) and not slip.variant:
        parts = [parts[j] for j in slip.order]
    return np.concatenate(parts)


def one_block(total, w, slip, key, n, n_out):
    """Mean over the rows and weight decay of one block, with a mistake if it is here or everywhere."""
    decay = slip.weight_decay if key[1] is not None else 0.0
    here = slip.array == "everywhere" or key == (slip.layer, slip.column, slip.array)
    name = slip.name if here else None
    if name == "weight_decay_on_bias" and key[1] is None:
        decay = slip.weight_decay
    decay *= {"weight_decay_missing": 0, "weight_decay_doubled": 2, "weight_decay_halved": 0.5}.get(name, 1)
    decay /= n if name == "weight_decay_divided" else 1
    scale = {"mean_missing": n, "mean_doubled": 1 / n, "mean_over_outputs": 1 / n_out, "factor_two": 2}
    block = total * scale.get(name, 1) / n + decay * w
    if name == "sign":
        return -block
    if name == "block_missing":
        return np.zeros_like(block)
    return block.T.reshape(block.shape) if name == "transpose_extra" else block


def tied(net, slip, theta, X):
    """Loss and gradient of an ``TiedAutoencoder``, with the slip."""
    q = net.parametrisation
    p, b, c = net.split(theta)
    W = q.expand(p)
    (g, dg), (d, dd) = FUNCTIONS[net.activation], FUNCTIONS[net.decoder]
    z = X @ W + b
    h = g(z)
    y = h @ W.T + c
    r = d(y)
    dy = (r - X) * dd(y)
    dz = dy @ W * dg(z)
    decoder, encoder = dy.T @ h, X.T @ dz
    dW = encoder * (not slip.at("encoder_path_missing")) + decoder * (not slip.at("decoder_path_missing"))
    grad = np.concatenate([q.pull_back(dW, p), dz.sum(0), dy.sum(0)]) / len(X)
    grad[: p.size] += slip.weight_decay * p
    return 0.5 * np.sum((r - X) ** 2) / len(X) + slip.weight_decay / 2 * p @ p, grad


def rica(model, slip, theta, X):
    """RICA's cost and gradient, with the slip."""
    q = model.parametrisation
    P = q.expand(theta)
    norms = np.linalg.norm(P, axis=0)
    W = P / norms
    Z = X @ W
    R = Z @ W.T - X
    smooth = np.sqrt(Z * Z + model.eps)
    cost = 0.5 * (R * R).sum() + model.sparsity * smooth.sum()
    encoder, decoder, sparse = X.T @ R @ W, R.T @ Z, model.sparsity * X.T @ (Z / smooth)
    dW = encoder * (not slip.at("encoder_path_missing")) + decoder * (not slip.at("decoder_path_missing"))
    dW = dW + sparse * (not slip.at("sparsity_missing"))
    dP = (dW - W * np.einsum("ij,ij->j", W, dW)) / norms
    if slip.at("unit_norm_missing"):
        dP = dW / norms if slip.variant else dW
    grad = q.pull_back(dP, theta) / len(X)
    return cost / len(X) + slip.weight_decay / 2 * theta @ theta, grad + slip.weight_decay * theta
