"""The same loss and gradient by PyTorch's autograd, every weight learned."""

from ...networks import Conv2d
from ...speed import available_processors

BLOCKS = (None, 50, 100, 250)  # images; None: all at once
FORMATS = ("contiguous_format", "channels_last")


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
