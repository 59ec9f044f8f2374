"""Small random networks, models and data for the doctor's trial."""

import itertools
import math

import numpy as np

from lowrankweights.dictionaries import random_projection
from lowrankweights.networks import (
    ACTIVATIONS,
    LOSSES,
    Conv2d,
    Dense,
    Flatten,
    MaxPool2d,
    Network,
    Unflatten,
)
from lowrankweights.networks.images import PADDINGS
from lowrankweights.teaching import RicaModel
from lowrankweights.unsupervised import TiedAutoencoder
from lowrankweights.unsupervised.autoencoder import DECODERS
from lowrankweights.weights import Adapted, Columns, Full, LowRank, Predicted


def draw_setting(rng, kind):
    """net, theta, X, Y, weight_decay of a small random problem."""
    n = int(rng.integers(1, 13))
    weight_decay = float(rng.choice([0.0, 0.01, 0.1, 0.5]))
    if kind == "rica":
        n_v, n_components = rng.integers(3, 8, 2)
        U = random_projection(n_v, int(rng.integers(2, n_v + 1)), rng=rng) if rng.random() < 0.6 else None
        net = RicaModel(n_v, n_components, U, sparsity=float(rng.choice([0.1, 1.0])))
    elif kind == "tied":
        n_v, n_h = rng.integers(2, 8, 2)
        g = list(ACTIVATIONS)[rng.integers(4)]
        net = TiedAutoencoder(draw_parametrisation(rng, n_v, n_h), g, DECODERS[rng.integers(2)])
    else:
        net = draw_on_images(rng) if kind == "images" else draw_network(rng, kind == "adapted")
    theta = net.init(rng)
    if kind != "adapted" or rng.random() < 0.8:
        theta = theta + 0.3 * rng.normal(size=net.n_dynamic)
    X = rng.normal(size=(n, *(net.in_shape if isinstance(net, Network) else (net.n_v,))))
    return net, theta, X, draw_targets(rng, net, n), weight_decay


def draw_targets(rng, net, n):
    """Y for a network; X-shaped numbers, unused, for the others."""
    if not isinstance(net, Network):
        return None
    if net.loss == "squared_error":
        return rng.normal(size=(n, net.n_out))
    if net.loss == "sigmoid_cross_entropy":
        return rng.random((n, net.n_out)).round()
    return np.eye(net.n_out)[rng.integers(net.n_out, size=n)]


def draw_network(rng, adapted=False):
    """One to three layers, two to eight units wide, some of them square; adapted weights in one or more."""
    widths = rng.integers(2, 9, rng.integers(2, 5))
    if rng.random() < 0.3:
        widths[:] = widths[0]
    layers, surely = [], rng.integers(len(widths) - 1) if adapted else None
    for i, (n_v, n_h) in enumerate(itertools.pairwise(widths)):
        last = i == len(widths) - 2
        g = "identity" if last else list(ACTIVATIONS)[rng.integers(4)]
        draw = draw_adapted if adapted and (i == surely or rng.random() < 0.5) else draw_parametrisation
        layers.append(Dense(draw(rng, n_v, n_h), g))
    return Network(layers, list(LOSSES)[rng.integers(3)])


def draw_on_images(rng):
    """One or two convolutions, with or without pooling, on small images, then one or two dense layers."""
    shape = (*rng.integers(3, 8, 2).tolist(), int(rng.integers(1, 4)))
    flat_data = rng.random() < 0.2
    layers, in_shape = ([Unflatten(shape)], None) if flat_data else ([], shape)
    for _ in range(rng.integers(1, 3)):
        window = tuple(int(rng.integers(1, min(4, size) + 1)) for size in shape[:2])
        n_u, n_h = math.prod(window) * shape[2], int(rng.integers(1, 5))
        q = draw_tied_channels(rng, window, shape[2], n_h) or draw_parametrisation(rng, n_u, n_h)
        layers.append(Conv2d(q, window, PADDINGS[rng.integers(2)], list(ACTIVATIONS)[rng.integers(4)]))
        shape = layers[-1].on(shape).out_shape
        if rng.random() < 0.6:
            layers.append(MaxPool2d(tuple(int(rng.integers(1, min(3, size) + 1)) for size in shape[:2])))
            shape = layers[-1].on(shape).out_shape
    layers.append(Flatten())
    n_v, n_out = math.prod(shape), int(rng.integers(2, 5))
    if rng.random() < 0.5:
        layers.append(Dense(draw_parametrisation(rng, n_v, 3), list(ACTIVATIONS)[rng.integers(4)]))
        n_v = 3
    layers.append(Dense(draw_parametrisation(rng, n_v, n_out)))
    return Network(layers, list(LOSSES)[rng.integers(3)], input_shape=in_shape)


def draw_tied_channels(rng, window, n_channels, n_h):
    """A third of the time a dictionary that is the same for each channel; else None."""
    if rng.random() > 1 / 3:
        return None
    n = math.prod(window)
    atoms = random_projection(n, int(rng.integers(1, n + 1)), rng=rng)
    return Predicted(np.kron(atoms, np.eye(n_channels)), n_h)


def draw_parametrisation(rng, n_v, n_h):
    """Full, predicted, low-rank or two to three columns: of one kind, or each of any, columns too."""
    kind = rng.integers(5) if n_h > 1 else rng.integers(3)
    atoms = lambda: random_projection(n_v, int(rng.integers(1, n_v + 1)), rng=rng)
    if kind == 0:
        return Full(n_v, n_h)
    if kind == 1:
        return Predicted(atoms(), n_h)
    if kind == 2:
        return LowRank(n_v, n_h, rank=int(rng.integers(1, 4)))
    widths = [len(part) for part in np.array_split(np.arange(n_h), min(n_h, int(rng.integers(2, 4))))]
    if kind == 3:
        return Columns([Predicted(atoms(), n) for n in widths])
    return Columns([draw_parametrisation(rng, n_v, n) for n in widths])


def draw_adapted(rng, n_v, n_h):
    """A W_0 with two factors or two vectors beside it, a quarter of the time in columns with others."""
    if n_h > 1 and rng.random() < 0.25:
        n = int(rng.integers(1, n_h))
        columns = [draw_adapted(rng, n_v, n), draw_parametrisation(rng, n_v, n_h - n)]
        return Columns(columns[:: rng.choice([1, -1])])
    rank, kind = int(rng.integers(1, min(n_v, n_h) + 1)), ("lora", "vera")[rng.integers(2)]
    scale = float(rng.choice([0.5, 1.0, 1.5, 2.0, 4.0]))
    return Adapted(
        rng.normal(scale=n_v**-0.5, size=(n_v, n_h)), rank, kind, scale, rng=int(rng.integers(1000))
    )


def without_factors(net, theta):
    """theta with both factors of adapted weights 0: nothing of them would ever move."""
    theta = theta.copy()
    for layer, part in zip(net.layers, net.split(theta), strict=True):
        q = layer.parametrisation
        for leaf, own in zip(q.leaves, q.parts(layer.split(part)[0]), strict=True):
            own[:] *= not isinstance(leaf, Adapted)
    return theta


def without_biases(net, theta):
    """theta with every bias 0."""
    theta = theta.copy()
    for layer, part in zip(net.layers, net.split(theta), strict=True):
        if layer.n_dynamic:
            layer.split(part)[1][:] = 0.0
    return theta


def without_weights(net, theta):
    """theta with every weight 0 and no bias: all pixels are equal, though they see different windows."""
    theta = theta.copy()
    for layer, part in zip(net.layers, net.split(theta), strict=True):
        layer.decayed(part)[:] = 0.0
    return theta


def slope_one_at_kinks(net, weight_decay):
    """A right gradient that takes 1 as the slope of relu at 0, where ours takes 0."""
    from lowrankweights.teaching.doctor.lines import Fault
    from lowrankweights.teaching.doctor.passes import NetworkPass

    def dz(s):
        kinked = (s.g is ACTIVATIONS["relu"]) & (s.z == 0)
        return s.dh * (s.g.derivative(s.h) + kinked)

    passes, other = NetworkPass(net), Fault("kink", "dz", dz)

    def student(theta, X, Y):
        raw = passes.raw(theta, X, Y, other)
        return passes.loss(raw, theta, weight_decay), passes.finish(raw, theta, weight_decay)

    return student
