"""Products of all windows of images with a matrix, without laying out each window by itself.

Windows one below the other share all but one row of theirs: it is *rows* of windows that are laid out, each
once, (padded row, image, column, numbers of a window's row). Then the product of a filter's row i with all
windows is one matrix product of consecutive memory, and those of all i are added up.
"""

import numpy as np

from ..buffers import empty, matmul

INNER = 96  # numbers in a row that are enough for a fast matrix product; rows of windows are joined up to it
PIECE = 2048  # rows of a matrix product, whose result stays in the cache until all i are added


class WindowRows:
    """The windows of images of one shape, as what they are multiplied with.

    Parameters
    ----------
    in_shape : (height, width, n_channels)
        Of an image.
    window : (height, width)
    n_zeros : ((above, below), (left, right))

    Notes
    -----
    With u the windows, (n_down, n, n_across) of them, row by row of the *places*, then image by image:
    ``multiply`` is u W, ``gradient`` u^T dz. The adjoint of ``windows``, from dz W^T, is again a product of
    windows, those of dz: ``turned``.
    """

    def __init__(self, in_shape, window, n_zeros):
        self.in_shape, self.window, self.n_zeros = in_shape, window, n_zeros
        (height, width), n_channels = window, in_shape[2]
        self.n_down, self.n_across = (
            size + sum(zeros) - length + 1
            for size, zeros, length in zip(in_shape[:2], n_zeros, window, strict=True)
        )
        self.n_u = height * width * n_channels
        enough = (g for g in range(1, height) if height % g == 0 and g * width * n_channels >= INNER)
        self.joined = next(enough, height)

    @property
    def width(self):
        """Numbers of what ``lay_out`` makes of an image."""
        (above, below), height = self.n_zeros[0], self.in_shape[0]
        n_inner = self.joined * self.n_u // self.window[0]
        return (above + height + below - self.joined + 1) * self.n_across * n_inner

    def padded(self, v):
        """v with its zeros around, each row of pixels flat: (n, n_rows, n_pixels * n_channels)."""
        (above, below), (left, right) = self.n_zeros
        n, height, width, n_channels = v.shape
        padded = empty((n, above + height + below, left + width + right, n_channels), v.dtype)
        padded[:, :above] = padded[:, above + height :] = padded[:, :, :left] = padded[
            :, :, left + width :
        ] = 0
        padded[:, above : above + height, left : left + width] = v
        return padded.reshape(n, len(padded[0]), -1)

    def cropped(self, padded):
        """The adjoint of ``padded``: the images (n, *in_shape) without what lies around."""
        (above, _), (left, _), (height, width, n_channels) = *self.n_zeros, self.in_shape
        images = padded.reshape(*padded.shape[:2], -1, n_channels)
        return np.ascontiguousarray(images[:, above : above + height, left : left + width])

    def lay_out(self, v):
        """The rows of windows of v (n, height, width, n_channels): (n_rows, n, n_across, n_inner)."""
        g, wide = self.joined, self.window[1] * self.in_shape[2]
        padded = self.padded(v)
        n, n_rows, _ = padded.shape
        images, rows, number = padded.strides
        one = np.lib.stride_tricks.as_strided(
            padded, (n_rows, n, self.n_across, wide), (rows, images, self.in_shape[2] * number, number)
        )
        laid_out = empty((n_rows - g + 1, n, self.n_across, g, wide), v.dtype)
        for i in range(g):
            laid_out[..., i, :] = one[i : i + len(laid_out)]
        return laid_out.reshape(*laid_out.shape[:3], -1)

    def multiply(self, laid_out, W):
        """u W, (n_down, n, n_across, n_h)."""
        n, n_inner, n_h = laid_out.shape[1], laid_out.shape[-1], W.shape[1]
        product = empty((self.n_down, n, self.n_across, n_h), W.dtype)
        for places in self._pieces(n):
            piece = product[places].reshape(-1, n_h)
            part = empty(piece.shape, W.dtype)
            for i, own in self._rows_of(W):
                rows = laid_out[places.start + i : places.stop + i].reshape(-1, n_inner)
                np.matmul(rows, own, out=part if i else piece)
                if i:
                    np.add(piece, part, out=piece)
        return product

    def gradient(self, laid_out, dz):
        """dW = u^T dz, (n_u, n_h)."""
        n, n_inner, n_h = laid_out.shape[1], laid_out.shape[-1], dz.shape[-1]
        dW = empty((self.n_u, n_h), dz.dtype)
        dW[...] = 0
        for places in self._pieces(n):
            of_dz = dz[places].reshape(-1, n_h)
            for i, own in self._rows_of(dW):
                rows = laid_out[places.start + i : places.stop + i].reshape(-1, n_inner)
                np.add(own, matmul(rows.T, of_dz), out=own)
        return dW

    def turned(self, n_h):
        """The windows of dz (n_h channels) whose product with ``turned_filters`` is dv."""
        zeros = [(k - 1 - a, k - 1 - b) for (a, b), k in zip(self.n_zeros, self.window, strict=True)]
        return WindowRows((self.n_down, self.n_across, n_h), self.window, zeros)

    def turned_filters(self, W):
        """W's filters turned by 180 degrees, as filters of dz: (height * width * n_h, n_channels)."""
        filters = W.reshape(*self.window, self.in_shape[2], -1)[::-1, ::-1]
        return np.ascontiguousarray(filters.swapaxes(2, 3)).reshape(-1, self.in_shape[2])

    def _rows_of(self, W):
        """(i, the part of W for rows i, ..., i + joined - 1 of a window), as views."""
        size = self.joined * self.n_u // self.window[0]
        return [(k * self.joined, W[k * size : (k + 1) * size]) for k in range(self.window[0] // self.joined)]

    def _pieces(self, n):
        """The rows of places, as slices of about ``PIECE`` rows of the product each."""
        size = max(1, min(self.n_down, round(PIECE / (n * self.n_across))))
        return [slice(a, min(a + size, self.n_down)) for a in range(0, self.n_down, size)]
