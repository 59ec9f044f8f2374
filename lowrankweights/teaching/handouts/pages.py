"""Slides, one an idea, and the printed lesson."""

from html import escape
from pathlib import Path

from ... import _checks
from ..lessons.source import read_lessons
from ..lessons.versions import chosen, opening
from .content import Block, blocks
from .words import code_html, html_of

VERSIONS = ("slides", "print")
MOST = 15.0  # lines of a slide, about; a picture counts as so many as follow
PICTURE, TITLE = 11.0, 2.0
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


def html_block(block):
    """A block as HTML."""
    if block.kind == "picture":
        return f'<img alt="" src="data:image/png;base64,{block.text}">'
    if block.kind == "output":
        return code_html(block.text).replace("<pre>", '<pre class="output">', 1)
    if block.kind == "code":
        return code_html(block.text)
    if block.kind == "exercise":
        return f'<div class="exercise"><p><b>{escape(block.name)}</b></p>{code_html(block.text)}</div>'
    return f"<div>{html_of(block.text)}</div>"


def printed(found):
    """The whole lesson; hints and model answers after it."""
    body = [html_block(b) for b in found if b.kind not in ("hints", "answer")]
    later = []
    for block in found:
        if block.kind in ("hints", "answer"):
            word = "hints" if block.kind == "hints" else "model answer"
            later.append(f"<h3>{escape(block.name)}: {word}</h3>{html_block(block)}")
    return "\n".join([*body, "<h2>Hints and model answers</h2>" if later else "", *later])


def slides(found):
    """Sections: a new one at every heading, and where one is full."""
    pages, page, size, title = [], [], 0.0, ""
    for block in _in_pieces(found):
        begins = block.kind == "prose" and block.text.startswith("#")
        lines = _lines(block)
        if page and (begins or size + lines > MOST):
            pages.append(page)
            page, size = [], 0.0
            if not begins and title:
                page, size = [f"<h3>{html_of(title)[3:-5]}</h3>"], TITLE
        if begins:
            title = block.text.splitlines()[0].lstrip("# ")
        page.append(html_block(block))
        size += lines
    pages.append(page)
    n = len(pages)
    return "\n".join(
        f"<section>{''.join(own)}<footer>{i} / {n}</footer></section>" for i, own in enumerate(pages, 1)
    )


def _in_pieces(found):
    """Blocks without hints and answers; prose in paragraphs, a heading with the one after it."""
    for block in found:
        if block.kind in ("hints", "answer"):
            continue
        if block.kind != "prose":
            yield block
            continue
        parts, heading = [p for p in block.text.split("\n\n") if p.strip()], ""
        for part in parts:
            if part.startswith("#"):
                if heading:
                    yield Block("prose", heading)
                heading = part
                continue
            yield Block("prose", f"{heading}\n\n{part}" if heading else part)
            heading = ""
        if heading:
            yield Block("prose", heading)


def _lines(block):
    """About how many lines of a slide a block takes."""
    if block.kind == "picture":
        return PICTURE
    if block.kind == "prose":
        rows = (max(1.0, len(line) / 88) for line in block.text.splitlines() if line.strip())
        return sum(rows) + 0.6 + TITLE * block.text.startswith("#") + 1.2 * block.text.count("$$") / 2
    return 0.75 * sum(max(1.0, len(line) / 95) for line in block.text.splitlines()) + 0.8
