"""The explorer as a notebook widget, for JupyterLab, VS Code, Colab and marimo."""

import functools

import numpy as np

from .. import web
from ..dictionaries.completion import centred
from .features import contents


def Explorer(W=None, shape=None, image=None, **start):
    """The explorer as a notebook widget; needs anywidget.

    Parameters
    ----------
    W, shape, image, **start
        As for ``write_page``.

    Returns
    -------
    widget : anywidget.AnyWidget
        Show it by naming it on the last line of a cell. What was painted comes back to Python:
        ``widget.alpha`` (indices), ``widget.length_scale``, ``widget.ridge``, and ``widget.w``, the
        chosen feature (n_v,) with its ``widget.shape``. ``widget.state`` holds it all as text.

    Raises
    ------
    ImportError
        If anywidget is missing.

    Examples
    --------
    In a notebook, after painting::

        U = lrw.dictionaries.kernel_ridge(
            lrw.SquaredExponential(widget.length_scale), lrw.grid_coordinates(widget.shape),
            widget.alpha, widget.ridge)
    """
    return _widget_class()(contents=contents(W, shape, image, start))


class _Reading:
    """What can be read off the widget: the feature, what is known of it, and the kernel."""

    length_scale = property(lambda self: self._number("length"))
    ridge = property(lambda self: self._number("ridge"))
    w = property(lambda self: self._feature()[0])
    shape = property(lambda self: self._feature()[1])

    @property
    def alpha(self):
        """Indices of the known weights; the widget must have been shown, or given an alpha."""
        known = self._now().get("known")
        return np.zeros(0, np.intp) if known is None else np.flatnonzero(web.decode_bits(known, self.w.size))

    def _now(self):
        return {**self.contents["start"], **self.state}

    def _number(self, name):
        return float(self._now()[name])

    def _feature(self):
        """The chosen feature (n_v,) and its shape."""
        chosen = self._now().get("feature", f"{self.contents['sets'][0]['id']}-0")
        if chosen == "image":
            return _own_image(self.state["image"])
        name, k = chosen.rsplit("-", 1)
        found = next(s for s in self.contents["sets"] if s["id"] == name)
        return web.decode_float16(found["features"][int(k)]), tuple(found["shape"])


@functools.cache
def _widget_class():
    """The class, made at the first use: the package does not need anywidget."""
    try:
        import anywidget
        import traitlets
    except ImportError as error:
        raise ImportError(
            "Explorer needs anywidget: pip install anywidget. Without it, "
            "`lowrankweights explore` opens the same thing as a page."
        ) from error

    class ExplorerWidget(_Reading, anywidget.AnyWidget):
        _esm = web.module("explorer/browser/widget.js")
        _css = web.style()
        contents = traitlets.Dict().tag(sync=True)
        state = traitlets.Dict().tag(sync=True)

    return ExplorerWidget


def _own_image(text):
    """An image dropped on the widget, as state.js makes a feature of it."""
    height, width, code = text.split(".")
    shape = int(height), int(width)
    w = centred(web.decode_bytes(code).reshape(shape)).ravel()
    return w / (np.abs(w).max() or 1.0), shape
