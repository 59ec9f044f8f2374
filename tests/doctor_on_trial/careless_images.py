"""Layers on images as a careless student writes them: a loop over places, a loop over pixels, a slip.

Written apart from the package and from the doctor's lines. Images are (n, height, width, n_channels), a
window is flat as (row, column, channel).
"""

import numpy as np


def zeros_around(layer, slip, i):
    """Rows and columns of zeros: (above, below), (left, right)."""
    sizes = [k - 1 if layer.padding == "same" else 0 for k in layer.window]
    zeros = [(k // 2, k - k // 2) for k in sizes]
    return [z[::-1] for z in zeros] if slip.at("padding_misplaced", i) and slip.variant == 2 else zeros


def window_flat(part, slip, i):
    """Windows at one place (n, height, width, n_channels), each laid out flat."""
    if slip.at("channels_order", i) and slip.variant == 0:
        part = part.transpose(0, 3, 1, 2)
    elif slip.at("channels_order", i) and slip.variant == 1:
        part = part[..., ::-1]
    elif slip.at("filter_flipped", i) and slip.variant == 0:
        part = part[:, ::-1, ::-1]
    return part.reshape(len(part), -1)


def see(layer, image, slip, i, places):
    """For each place: its row, its column, its windows laid out flat."""
    (above, below), (left, right) = zeros_around(layer, slip, i)
    image = np.pad(image, ((0, 0), (above, below), (left, right), (0, 0)))
    height, width = layer.window
    for r in range(places[0]):
        for s in range(places[1]):
            yield r, s, window_flat(image[:, r : r + height, s : s + width], slip, i)


def convolve(layer, W, b, image, slip, i):
    """z at every place."""
    z = np.empty((len(image), *layer.out_shape), image.dtype)
    for r, s, u in see(layer, image, slip, i, layer.out_shape):
        z[:, r, s] = u @ W + b
    return z


def weights_gradient(layer, image, dz, slip, i):
    """dW and db, summed over images and places."""
    _, n_down, n_across, n_h = dz.shape
    dW, db = np.zeros((layer.parametrisation.n_v, n_h), dz.dtype), dz.sum(axis=(0, 1, 2))
    for r, s, u in see(layer, image, slip, i, (n_down, n_across)):
        if slip.at("places_not_summed", i) and slip.variant == 1 and (r, s) != (0, 0):
            continue
        dW += u.T.dot(dz[:, r, s])
    shape = (*layer.window, -1, n_h)
    if slip.at("places_not_summed", i):
        if slip.variant == 0:
            dW, db = dW / (n_down * n_across), db / (n_down * n_across)
        elif slip.variant == 2:
            db = dz.mean(axis=(1, 2)).sum(axis=0)
        elif slip.variant == 3:
            db = dz[:, -1, -1].sum(axis=0)
    elif slip.at("filter_flipped", i) and slip.variant == 1:
        dW = dW.reshape(shape)[::-1, ::-1].reshape(dW.shape)
    elif slip.at("channels_order", i) and slip.variant == 2:
        dW = dW.reshape(shape).transpose(2, 0, 1, 3).reshape(dW.shape)
    return dW, db


def image_gradient(layer, W, dz, slip, i):
    """dv: windows of dz, with zeros around it, and every filter turned by half a turn."""
    (above, _), (left, _) = zeros_around(layer, slip, i)
    (height, width), n_channels = layer.window, layer.in_shape[2]
    filters = W.reshape(height, width, n_channels, -1)
    if slip.at("channels_order", i) and slip.variant == 3:
        filters = W.reshape(n_channels, height, width, -1).transpose(1, 2, 0, 3)
    # the forward pass's own order, if that is the slip
    if slip.at("channels_order", i) and slip.variant == 0:
        filters = W.reshape(n_channels, height, width, -1).transpose(1, 2, 0, 3)
    elif slip.at("channels_order", i) and slip.variant == 1:
        filters = filters[:, :, ::-1]
    not_turned = slip.at("filter_flipped", i) and slip.variant in (0, 2)
    turned = filters if not_turned else np.rot90(filters, 2)
    if slip.at("filter_flipped", i) and slip.variant == 3:
        turned = filters[::-1]
    first = [height - 1 - above, width - 1 - left]
    if slip.at("padding_misplaced", i) and slip.variant == 0:
        # as many as around the image, as if this were the forward pass
        first = [above, left]
    elif slip.at("padding_misplaced", i) and slip.variant == 1:
        # cut out from the corner
        first = [height - 1, width - 1]
    elif slip.at("padding_misplaced", i) and slip.variant == 3:
        # a column too far
        first[1] += 1
    dv = np.zeros((len(dz), *layer.in_shape), dz.dtype)
    far = 2 * height, 2 * width
    around = np.pad(dz, ((0, 0), (far[0],) * 2, (far[1],) * 2, (0, 0)))
    for r, s in np.ndindex(*layer.in_shape[:2]):
        top, side = r + far[0] - first[0], s + far[1] - first[1]
        part = around[:, top : top + height, side : side + width]
        dv[:, r, s] = np.einsum("nijh,ijch->nc", part, turned)
    return dv


def pool(layer, image):
    """The largest number of each block."""
    (height, width), (n_down, n_across, _) = layer.window, layer.out_shape
    h = np.empty((len(image), *layer.out_shape), image.dtype)
    for r, s in np.ndindex(n_down, n_across):
        h[:, r, s] = image[:, r * height : (r + 1) * height, s * width : (s + 1) * width].max(axis=(1, 2))
    return h


def unpool(layer, image, dh, slip, i):
    """dh to one largest pixel of each block: the first, or the last, or an equal part to each."""
    height, width = layer.window
    dv = np.zeros(image.shape, dh.dtype)
    for r, s in np.ndindex(*layer.out_shape[:2]):
        rows, columns = slice(r * height, (r + 1) * height), slice(s * width, (s + 1) * width)
        block = image[:, rows, columns]
        largest = block == block.max(axis=(1, 2), keepdims=True)
        share = chosen(largest.reshape(len(image), height * width, -1), slip.ties).reshape(block.shape)
        if slip.at("pooled_to_all", i):
            share = np.ones(block.shape) / (height * width if slip.variant % 2 else 1)
        dv[:, rows, columns] = share * dh[:, r : r + 1, s : s + 1]
    return dv


def chosen(largest, ties):
    """What each number of a block gets, of those that are the largest (n, numbers of a block, n_channels)."""
    if ties == "shared":
        return largest / largest.sum(axis=1, keepdims=True)
    if ties == "last":
        return chosen(largest[:, ::-1], "first")[:, ::-1]
    return largest & (largest.cumsum(axis=1) == 1)


def flat(image, slip, i):
    """An image as a row; the slip is (channel, row, column)."""
    if slip.at("channels_order", i) and slip.variant == 0:
        image = image.transpose(0, 3, 1, 2)
    return image.reshape(len(image), -1)


def unflat(dh, shape, slip, i):
    """Rows as images."""
    if slip.at("channels_order", i):
        height, width, n_channels = shape
        return dh.reshape(-1, n_channels, height, width).transpose(0, 2, 3, 1)
    return dh.reshape(-1, *shape)
