"""Slides, one an idea, and the printed lesson."""

from html import escape
from pathlib import Path

from ... import _checks
from ..lessons.source import read_lessons
from ..lessons.versions import chosen, opening
from .content import Block, blocks
from .html import html_block
from .slides import slides

VERSIONS = ("slides", "print")
HERE = Path(__file__).parent


def handout(to, folder, source=None, numbers=None):
    """Write lessons as slides or for print: NN_name-slides.html, NN_name-print.html.

    Parameters
    ----------
    to : "slides" or "print"
        Slides: one an idea; exercises without hints and answers. Print: all of it, hints and model answers
        at the end.
    folder : path
    source : path, optional
        Of the lessons; default: ours.
    numbers : sequence of str, optional
        Lessons, as "03"; default: all.

    Returns
    -------
    written : list of Path
    """
    _checks.choice("--to", to, VERSIONS)
    import matplotlib

    matplotlib.use("Agg")
    written = []
    for lesson in chosen(read_lessons(source), numbers):
        found = [Block("prose", opening(lesson)[1]), *blocks(lesson)]
        body = slides(found) if to == "slides" else printed(found)
        style = "".join((HERE / f"{name}.css").read_text(encoding="utf-8") for name in ("common", to))
        path = Path(folder).expanduser() / f"{lesson.name}-{to}.html"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_page(lesson.about["title"], style, body), encoding="utf-8")
        written.append(path)
    return written


def _page(title, style, body):
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width"><title>{escape(title)}</title>\n'
        f"<style>{style}</style></head>\n<body>\n{body}\n</body></html>\n"
    )


def printed(found):
    """The whole lesson; hints and model answers after it."""
    body = [html_block(b) for b in found if b.kind not in ("hints", "answer")]
    later = []
    for block in found:
        if block.kind in ("hints", "answer"):
            word = "hints" if block.kind == "hints" else "model answer"
            later.append(f"<h3>{escape(block.name)}: {word}</h3>{html_block(block)}")
    return "\n".join([*body, "<h2>Hints and model answers</h2>" if later else "", *later])
