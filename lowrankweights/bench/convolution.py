"""The paper's convolutional network, and one of its layers alone: ours against PyTorch's autograd."""

import functools
import itertools

import numpy as np

from ..building import build_convolutional, convolutional_specs
from ..networks import Conv2d, Flatten, Network
from ..networks.layers import Dense
from ..speed import Objective, available_processors
from ..weights.parametrisations import Full
from .peers import available

SHAPE, FILTERS, WINDOWS, HIDDEN, N_CLASSES = (32, 32, 3), (48, 64, 64), (8, 8, 5), 500, 10
LAYER_SHAPE = (16, 16, 48)  # what the second convolution sees
N_IMAGES = 1000
SHARES = {"every weight": 1.0, "25 %": 0.25, "10 %": 0.1}
BLOCKS = (None, 50, 100, 250)
FORMATS = ("contiguous_format", "channels_last")
ALONE = "8x8x48 layer alone, "


@functools.lru_cache(maxsize=len(SHARES))
def network(share):
    """The paper's network (section 4.2) with a share of each filter learned, and an initial theta."""
    dictionary, columns = ("none", 1) if share == 1 else ("squared_exponential", (1, 1, 1, 5))
    specs = convolutional_specs(
        FILTERS, WINDOWS, 2, "same", (HIDDEN,), input_shape=SHAPE, dictionary=dictionary, proportion=share,
        n_columns=columns, activation="relu",
    )  # fmt: skip
    rng = np.random.default_rng(0)
    X = rng.random((50, np.prod(SHAPE)), dtype=np.float32)
    return build_convolutional(*specs, X, SHAPE, N_CLASSES, "softmax_cross_entropy", rng)[:2]


def layer(share):
    """The second convolution with the sum of its maps as the loss's input: nothing else that takes time."""
    net, _ = network(share)
    conv = next(q for q in net.layers[3:] if isinstance(q, Conv2d))
    own = [Conv2d(conv.parametrisation, conv.window, "same", "relu"), Flatten()]
    n_flat = LAYER_SHAPE[0] * LAYER_SHAPE[1] * FILTERS[1]
    net = Network([*own, Dense(Full(n_flat, 2))], "softmax_cross_entropy", LAYER_SHAPE)
    return net, net.init(rng=0)


def jobs(n_images=N_IMAGES, dtype=np.float32, with_peers=True):
    """Functions without arguments by (what, learned), for ``in_turn``; values do not matter to the clock."""
    rng, made = np.random.default_rng(0), {}
    for name, share in SHARES.items():
        for label, (net, theta) in (("", network(share)), (ALONE, layer(share))):
            X, Y = data(net, n_images, dtype, rng)
            made["ours", label + name] = functools.partial(Objective(net, X, Y), theta)
    if with_peers and "torch" in available():
        for label, (net, theta) in (("", network(1.0)), (ALONE, layer(1.0))):
            X, Y = data(net, n_images, dtype, rng)
            for memory_format, block in itertools.product(FORMATS, BLOCKS):
                in_blocks = "whole batch" if block is None else f"blocks of {block}"
                theirs = torch_loss_and_grad(net, theta, X, Y, block, memory_format)
                made[f"PyTorch, {memory_format}, {in_blocks}", f"{label}every weight"] = theirs
    return made


def data(net, n_images, dtype, rng):
    """Inputs and one-hot targets of a network's shape."""
    X = rng.random((n_images, *net.in_shape)).astype(dtype)
    return X, np.eye(net.n_out, dtype=dtype)[rng.integers(net.n_out, size=n_images)]


def torch_loss_and_grad(net, theta, X, Y, block_rows=None, memory_format="contiguous_format"):
    """A function without arguments: loss and gradient by autograd, every weight learned.

    It returns the loss, and the gradients of W (as ours, windows by filters) and b of each layer.
    """
    import torch

    torch.set_num_threads(available_processors())
    images = torch.from_numpy(X.reshape(len(X), *_image_shape(net))).permute(0, 3, 1, 2)
    images = images.contiguous(memory_format=getattr(torch, memory_format))
    labels = torch.from_numpy(Y.argmax(axis=1))
    steps, parameters = _torch_layers(net, theta, torch, images.dtype, memory_format)
    n, size = len(images), block_rows or len(images)

    def loss_and_grad():
        for parameter in parameters:
            parameter.grad = None
        total = 0.0
        for start in range(0, n, size):
            h = images[start : start + size]
            for step in steps:
                h = step(h)
            loss = torch.nn.functional.cross_entropy(h, labels[start : start + size], reduction="sum") / n
            loss.backward()
            total += float(loss.detach())
        return total, parameters

    return loss_and_grad


def _image_shape(net):
    return next(q for q in net.layers if isinstance(q, Conv2d)).in_shape


def _torch_layers(net, theta, torch, dtype, memory_format):
    """The layers as functions of PyTorch's arrays (n, n_channels, height, width), and their parameters."""
    F, steps, parameters = torch.nn.functional, [], []
    for q, part in zip(net.layers, net.split(theta), strict=True):
        if hasattr(q, "parametrisation"):
            p, b = q.split(part)
            W = torch.tensor(q.parametrisation.expand(p), dtype=dtype)
            b = torch.tensor(b, dtype=dtype, requires_grad=True)
            after = torch.relu if q.activation == "relu" else lambda z: z
            if isinstance(q, Conv2d):
                W = W.reshape(*q.window, q.in_shape[2], -1).permute(3, 2, 0, 1)
                W = W.contiguous(memory_format=getattr(torch, memory_format)).requires_grad_()
                (above, below), (left, right) = q.n_zeros
                zeros = (left, right, above, below)
                step = lambda h, W=W, b=b, z=zeros, g=after: g(F.conv2d(F.pad(h, z), W, b))
            else:
                W = W.requires_grad_()
                step = lambda h, W=W, b=b, g=after: g(torch.addmm(b, h, W))
            parameters += [W, b]
        elif type(q).__name__ == "MaxPool2d":
            step = lambda h, size=q.window: F.max_pool2d(h, size)
        elif type(q).__name__ == "Flatten":
            step = lambda h: h.permute(0, 2, 3, 1).reshape(len(h), -1)
        else:
            continue
        steps.append(step)
    return steps, parameters


def summarise(seconds):
    """Medians, and how many times faster ours is than the fastest way to run PyTorch with every weight."""
    median = {name: float(np.median(values)) for name, values in seconds.items()}
    ratios = {}
    for label in ("", ALONE):
        torch = [s for (what, learned), s in median.items()
                 if what.startswith("PyTorch") and learned == f"{label}every weight"]  # fmt: skip
        for name in SHARES:
            ratios[label + name] = min(torch) / median["ours", label + name] if torch else None
    return {
        "seconds": {f"{what}, {learned}": s for (what, learned), s in median.items()},
        "PyTorch/ours": ratios,
    }


def table(report, n_images=N_IMAGES):
    """The report as text."""
    lines = [f"The paper's convolutional network, {n_images:,} images, one loss and gradient:"]
    lines += [f"  {name:<68} {seconds:.3f} s" for name, seconds in report["seconds"].items()]
    ratios = {learned: r for learned, r in report["PyTorch/ours"].items() if r}
    lines += [f"  PyTorch with every weight / ours with {p:<34} {ratio:.1f}" for p, ratio in ratios.items()]
    return "\n".join(lines)
