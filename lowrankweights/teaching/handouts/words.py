"""Markdown with formulas as HTML with MathML."""

import functools
import math
import re
from html import escape

from ... import _checks

EXTRA = "pip install markdown-it-py mdit-py-plugins latex2mathml"
WIDTH = 88  # characters of a line of code, longer ones go on below
LONG = 15  # lines of code from which on it is set smaller, or may be cut by the end of a page


@functools.cache
def renderer():
    """The Markdown renderer; a ``ValueError`` that says what to install where its packages are missing."""
    try:
        from latex2mathml.converter import convert
        from markdown_it import MarkdownIt
        from mdit_py_plugins.dollarmath import dollarmath_plugin
    except ImportError as error:
        _checks.fail("--to", f"packages for Markdown and formulas ({EXTRA})", f"no {error.name}")

    def formula(tex, options):
        return convert(tex, display="block" if options["display_mode"] else "inline")

    made = MarkdownIt("commonmark").enable("table")
    return made.use(dollarmath_plugin, renderer=formula, allow_space=False, double_inline=True)


def html_of(markdown):
    """A piece of Markdown as HTML; blocks of code are wrapped."""
    found = renderer().render(markdown)
    code = re.compile(r"<pre><code[^>]*>(.*?)</code></pre>", re.DOTALL)
    return code.sub(lambda m: f"<pre>{wrapped(m[1])}</pre>", found)


def code_html(text):
    """Code as HTML, long lines wrapped."""
    long = ' data-long=""' if n_lines(text) > LONG else ""
    return f"<pre{long}>{wrapped(escape(text.rstrip()))}</pre>"


def n_lines(text):
    """About how many lines a text takes, long ones wrapped."""
    return sum(max(1, math.ceil(len(line) / WIDTH)) for line in text.splitlines())


def wrapped(text):
    """Lines, each an element whose rest is indented below it."""
    return "".join(f'<span class="line">{line or " "}</span>' for line in text.splitlines())
