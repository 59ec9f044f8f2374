"""One slide an idea: what belongs together stays together, what is too long goes on to the next."""

import re
from dataclasses import replace

from .content import Block
from .html import html_block
from .words import LONG, html_of, n_lines

MOST = 18.2  # lines of prose on a slide, about; heights of other things as so many lines follow
PICTURE, TITLE, FORMULA, GAP = 12.5, 2.3, 1.2, 0.6
FRAME, CODE_LINE, LONG_LINE = 1.4, 0.79, 0.64  # of code: around it, a line, a line where there are many
LONGEST = 21  # lines of code, more are divided


def slides(found):
    """Sections: a new one at every heading, and where one is full."""
    pages, page, size, title = [], [], 0.0, ""
    for group in _together(_pieces(found)):
        begins = _begins(group[0])
        height = sum(map(_height, group))
        if page and (begins or size + height > MOST):
            pages.append(page)
            page, size = [], 0.0
            if not begins and title:
                page, size = [f"<h3>{html_of(title)[3:-5]}</h3>"], TITLE
        if begins:
            title = group[0].text.splitlines()[0].lstrip("# ")
        page += map(html_block, group)
        size += height
    pages.append(page)
    n = len(pages)
    return "\n".join(
        f"<section>{''.join(own)}<footer>{i} / {n}</footer></section>" for i, own in enumerate(pages, 1)
    )


def _begins(block):
    return block.kind == "prose" and block.text.startswith("#")


def _together(pieces):
    """Lists of pieces: code with what comes of it, a sentence that ends in a colon with what it announces."""
    group = []
    for piece in pieces:
        kept = group if group and _belong(group[-1], piece) else []
        while kept and sum(map(_height, [*kept, piece])) + TITLE > MOST:
            kept = kept[1:]  # the nearer they stand, the more they belong together
        if before := group[: len(group) - len(kept)]:
            yield before
        group = [*kept, piece]
    if group:
        yield group


def _belong(first, then):
    if _begins(then):
        return False
    if first.kind == "prose":
        return first.text.rstrip().endswith((":", ",", "?")) or then.kind == "exercise"
    return first.kind in ("code", "output") and then.kind in ("output", "picture")


def _pieces(found):
    """Blocks without hints and answers, none longer than a slide; a heading with the paragraph after it."""
    for block in found:
        if block.kind in ("hints", "answer"):
            continue
        if block.kind == "prose":
            yield from _paragraphs(block)
        elif block.kind == "worked":
            yield from _sections(block)
        elif block.kind == "picture":
            yield block
        else:
            yield from (replace(block, text=text) for text in divided(block.text, LONGEST))


def _paragraphs(block):
    heading = ""
    for part in (p for p in block.text.split("\n\n") if p.strip()):
        if part.startswith("#"):
            if heading:
                yield Block("prose", heading)
            heading = part
            continue
        yield Block("prose", f"{heading}\n\n{part}" if heading else part)
        heading = ""
    if heading:
        yield Block("prose", heading)


def _sections(block):
    """A page of worked numbers in its parts, each under a heading."""
    opening, *parts = re.split(r"(?=<h4)", block.text)
    yield from (replace(block, text=f"{opening}{part.removesuffix('</div>')}</div>") for part in parts)


def divided(text, most):
    """A text in parts of so many lines at most, cut at blank lines where it can be.

    >>> divided("a\\nb\\n\\nc\\nd", 4)
    ['a\\nb', 'c\\nd']
    >>> divided("a\\nb\\nc", 2)
    ['a\\nb', 'c']
    """
    parts, part = [], []
    for paragraph in re.split(r"\n{2,}", text.strip("\n")):
        lines = paragraph.split("\n")
        if part and len(part) + 1 + len(lines) > most:
            parts.append(part)
            part = []
        part = [*part, "", *lines] if part else lines
        while len(part) > most:
            parts.append(part[:most])
            part = part[most:]
    return ["\n".join(part) for part in [*parts, part] if part]


def _height(block):
    """About how many lines of prose a block is high."""
    if block.kind == "picture":
        return PICTURE
    if block.kind == "worked":
        return MOST - TITLE
    if block.kind == "prose":
        text, n_formulas = block.text.replace("\n\n", "\n"), block.text.count("$$") / 2
        return n_lines(text) + GAP + TITLE * _begins(block) + FORMULA * n_formulas
    n = n_lines(block.text)
    return FRAME + n * (LONG_LINE if n > LONG else CODE_LINE)
