"""Single HTML pages that open from a file: styles, one plain ES module and its data, inline.

There is no build step: a module is its file, with the files that it imports put in front. The
pages ask for nothing from the network, and a policy in their head forbids it.
"""

import base64
import json
import re
from html import escape
from pathlib import Path

import numpy as np

PACKAGE = Path(__file__).parent.parent
IMPORT = re.compile(r'^import \{[^}]*\} from "([^"]+)";\n', re.MULTILINE)
PAGE = """<!doctype html>
<html lang="en-GB">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:">
<title>{title}</title>
<style>
{style}</style>
{body}
<script type="application/json" id="data">{data}</script>
<script type="module">
{module}</script>
</html>
"""


def page(title, body, module_file, data):
    """A page as text: ``body`` is HTML, the module finds ``data`` (what JSON can hold) under #data.

    Parameters
    ----------
    title : str
    body : str
    module_file : str
        A path inside the package, such as ``"explorer/browser/page.js"``.
    data : dict

    Returns
    -------
    html : str
    """
    # a "</script>" inside would end the element
    inert = json.dumps(data, separators=(",", ":"), allow_nan=False).replace("<", "\\u003c")
    parts = {"style": style(), "body": body, "data": inert, "module": module(module_file)}
    return PAGE.format(title=escape(title), **parts)


def module(file):
    """One plain ES module, as text: a file of the package with what it imports in front, each file once."""
    return "\n".join(IMPORT.sub("", path.read_text(encoding="utf-8")) for path in _imported(PACKAGE / file))


def style():
    """The style sheet of all pages."""
    return (PACKAGE / "web" / "style.css").read_text(encoding="utf-8")


def encode_float16(values):
    """Numbers as float16, little-endian, in base64: what ``decodeFloat16`` in pixels.js reads.

    >>> decode_float16(encode_float16([0.5, -1.0]))
    array([ 0.5, -1. ])
    """
    return base64.b64encode(np.asarray(values, dtype="<f2").tobytes()).decode("ascii")


def decode_float16(text):
    """The numbers of ``encode_float16``, (n,), as float64."""
    return np.frombuffer(base64.b64decode(text), dtype="<f2").astype(np.float64)


def encode_bits(bits):
    """Yes or no for each pixel, eight a byte, in URL-safe base64: ``packBits`` in pixels.js.

    >>> encode_bits([True, False, False, False, False, False, False, True, True])
    'gYA'
    """
    packed = np.packbits(np.asarray(bits, dtype=bool)).tobytes()
    return base64.urlsafe_b64encode(packed).decode("ascii").rstrip("=")


def decode_bits(text, n):
    """The n bits of ``encode_bits``, as a boolean array."""
    return np.unpackbits(decode_bytes(text), count=n).astype(bool)


def decode_bytes(text):
    """The bytes of URL-safe base64 without its padding, as uint8: ``toBase64`` in pixels.js."""
    return np.frombuffer(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)), dtype=np.uint8)


def _imported(path, seen=None):
    """The files that a module is made of, those imported first."""
    seen = [] if seen is None else seen
    for name in IMPORT.findall(path.read_text(encoding="utf-8")):
        _imported((path.parent / name).resolve(), seen)
    if path.resolve() not in seen:
        seen.append(path.resolve())
    return seen
