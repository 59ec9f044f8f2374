"""What is timed: the paper's network for CIFAR-10 and its second convolution, some or all weights learned."""

import functools
from dataclasses import dataclass

import numpy as np

from ...building import build_convolutional, convolutional_specs
from ...networks import Conv2d, Flatten, Network
from ...networks.layers import Dense
from ...weights.parametrisations import Full

SHAPE, FILTERS, WINDOWS, HIDDEN, N_CLASSES = (32, 32, 3), (48, 64, 64), (8, 8, 5), 500, 10
LAYER_SHAPE = (16, 16, 48)  # what the second convolution sees
MODELS = {False: "the paper's network", True: "8 x 8 x 48 layer alone"}
SHARES = {False: (None, 0.75, 0.5, 0.25, 0.1, 0.05), True: (None, 0.25, 0.1)}


@dataclass(frozen=True)
class Case:
    """A share of each filter, None for every weight; of the network, or of one layer alone.

    >>> Case(0.25).name, Case(None, alone=True).name
    ("the paper's network, 25 %", '8 x 8 x 48 layer alone, every weight')
    """

    share: float | None
    alone: bool = False

    @property
    def model(self):
        return MODELS[self.alone]

    @property
    def learned(self):
        return "every weight" if self.share is None else f"{100 * self.share:g} %"

    @property
    def name(self):
        return f"{self.model}, {self.learned}"

    def network(self):
        """The network, and an initial theta."""
        return _layer(self.share) if self.alone else _network(self.share)


EVERY = {alone: Case(None, alone) for alone in MODELS}
CASES = tuple(Case(share, alone) for alone, shares in SHARES.items() for share in shares)


@functools.cache
def _network(share):
    """The paper's network (section 4.2)."""
    dictionary, columns = ("none", 1) if share is None else ("squared_exponential", (1, 1, 1, 5))
    specs = convolutional_specs(
        FILTERS, WINDOWS, 2, "same", (HIDDEN,), input_shape=SHAPE, dictionary=dictionary,
        proportion=share or 1.0, n_columns=columns, activation="relu",
    )  # fmt: skip
    rng = np.random.default_rng(0)
    X = rng.random((50, np.prod(SHAPE)), dtype=np.float32)
    return build_convolutional(*specs, X, SHAPE, N_CLASSES, "softmax_cross_entropy", rng)[:2]


def _layer(share):
    """The second convolution, and two sums of its maps as the loss's input: nothing else that takes time."""
    net, _ = _network(share)
    conv = next(q for q in net.layers[3:] if isinstance(q, Conv2d))
    own = [Conv2d(conv.parametrisation, conv.window, "same", "relu"), Flatten()]
    n_flat = LAYER_SHAPE[0] * LAYER_SHAPE[1] * FILTERS[1]
    net = Network([*own, Dense(Full(n_flat, 2))], "softmax_cross_entropy", LAYER_SHAPE)
    return net, net.init(rng=0)


def data(net, n_images, dtype):
    """Inputs and one-hot targets of a network's shape, drawn at random: their values do not matter."""
    rng = np.random.default_rng(0)
    X = rng.random((n_images, *net.in_shape), dtype=np.dtype(dtype).type)
    return X, np.eye(net.n_out, dtype=dtype)[rng.integers(net.n_out, size=n_images)]
