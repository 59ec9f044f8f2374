"""Worked numbers as text, LaTeX and HTML."""

import re
from html import escape

import numpy as np

DIGITS = 4  # significant digits of an array's largest number


class WorkedNumbers(str):
    """A string that a notebook shows in its format, and a prompt without quotes."""

    def __new__(cls, text, format):
        made = super().__new__(cls, text)
        made.format = format
        return made

    def __repr__(self):
        return str(self)

    def _repr_html_(self):
        if self.format == "html":
            return str(self)
        return f"<pre>{escape(self)}</pre>" if self.format == "text" else None

    def _repr_markdown_(self):
        if self.format != "latex":
            return None
        titled = re.sub(r"\\paragraph\{(.*?)\}", r"**\1**", self)
        shown = re.sub(r"\\emph\{(.*?)\}", r"*\1*", titled)
        return shown.replace("\\[", "$$").replace("\\]", "$$")


def rows(value):
    """The numbers of an array as text, aligned at the decimal point, row by row; images below each other."""
    a = np.atleast_2d(np.asarray(value, dtype=float))
    a = a.reshape(-1, a.shape[-1])
    largest = np.abs(a).max(initial=0)
    decimals = 0 if largest == 0 else int(np.clip(DIGITS - 1 - np.floor(np.log10(largest)), 0, 8))
    if np.array_equal(a, np.round(a)):
        decimals = 0
    # + 0.0 turns -0.0 into 0.0
    cells = [[f"{np.round(x, decimals) + 0.0:.{decimals}f}" for x in row] for row in a]
    width = max((len(c) for row in cells for c in row), default=0)
    return [[c.rjust(width) for c in row] for row in cells]


def images(value):
    """Images (n, height, width, n_channels) as text: of each image its channels, each as ``rows``.

    >>> images(np.arange(4).reshape(1, 1, 2, 2))
    [[[['0', '2']], [['1', '3']]]]
    """
    _, height, _, n_channels = np.shape(value)
    cells = rows(np.moveaxis(value, 3, 1))
    each = [cells[k : k + height] for k in range(0, len(cells), height)]
    return [each[k : k + n_channels] for k in range(0, len(each), n_channels)]


def text_rows(value):
    """An array's rows between brackets; of images a row has all channels, and a gap follows."""
    if np.ndim(value) != 4:
        return [f"[ {'  '.join(row)} ]" for row in rows(value)]
    lines = []
    for channels in images(value):
        side_by_side = zip(*channels, strict=True)
        lines += ["", *("  ".join(f"[ {'  '.join(row)} ]" for row in each) for each in side_by_side)]
    return lines[1:]


def as_text(sections):
    """Plain text, for a terminal."""
    out = []
    for title, lines in sections:
        out += [title, "=" * len(title), ""]
        for line in lines:
            out.append(f"{line.formula:<34}  {line.shapes}".rstrip())
            if np.ndim(line.value) == 0 and line.value is not None:
                out.append(f"    {rows(line.value)[0][0]}")
            elif line.value is not None:
                out += [f"    {row}".rstrip() for row in text_rows(line.value)]
            if line.why:
                out.append(f"    {line.why}")
            out.append("")
    return "\n".join(out).rstrip() + "\n"


def as_latex(sections):
    """A fragment for a LaTeX document with amsmath."""
    out = []
    for title, lines in sections:
        out.append(f"\\paragraph{{{title}}}")
        for line in lines:
            formula, value = latex_formula(line.formula), ""
            if line.value is not None:
                value = f" = {latex_value(line.value)}"
            out.append(f"\\[ {formula}{value} \\qquad {latex_shapes(line.shapes)} \\]")
            if line.why:
                out.append(f"\\emph{{{latex_sentence(line.why)}}}")
        out.append("")
    return "\n".join(out)


def latex_value(value):
    """A number, a matrix, or for images the matrices of their channels."""
    if np.ndim(value) == 4:
        below_each_other = r" \\ ".join(" ".join(map(latex_matrix, channels)) for channels in images(value))
        return rf"\begin{{matrix}} {below_each_other} \end{{matrix}}"
    return latex_matrix(rows(value)) if np.ndim(value) else rows(value)[0][0]


def latex_matrix(cells):
    """A matrix of text."""
    body = r" \\ ".join(" & ".join(c.strip() for c in row) for row in cells)
    return f"\\begin{{pmatrix}} {body} \\end{{pmatrix}}"


def latex_formula(text):
    """A formula in LaTeX: indices below, T above, words upright."""
    text = text.replace(" * ", r" \odot ").replace("1/n", r"\tfrac{1}{n}").replace("1/2", r"\tfrac{1}{2}")
    text = text.replace("weight_decay", r"\mathrm{weight\ decay}\;").replace("w_alpha", r"w_\alpha")
    text = re.sub(r"_([a-z]{2,})", r"_{\1}", text).replace("sum_", r"\sum_").replace("log", r"\log ")
    text = text.replace("^T", r"^\top")
    words = r"of the layer (?:below|above)|where|softmax|sigmoid|tanh|relu|identity|loss|prediction|through"
    words = rf"{words}|scale|diag|the filters|window of|windows of|around|this window|with|turned|"
    words = rf"{words}summed over places|largest of (?:this|each) block|at every place|laid flat|"
    words = rf"({words}was largest|as images|else)"
    # a space before a word is lost in mathematics
    return re.sub(rf"( ?){words}", r"\\text{\1\2 }", text)


def latex_sentence(text):
    """A sentence whose formulas are set as mathematics."""
    parts = re.split(r"(\w*[A-Za-z]_\w+(?: = sum_\w+ [\w ]+_\w+)?|\b[dvWUVz]\^T|[vWU]\^T)", text)
    return "".join(f"${latex_formula(p)}$" if i % 2 else p for i, p in enumerate(parts))


def latex_shapes(text):
    """Shapes, with words upright."""
    text = re.sub(r"[a-z][a-z: ]+", lambda m: f"\\text{{{m.group()}}}", text.replace("^T", "@"))
    return "{\\scriptstyle " + text.replace("@", r"^\top") + "}"


def as_html(sections):
    """A fragment for a page or a notebook, with its own style."""
    out = ['<div class="lrw-worked">', STYLE]
    for title, lines in sections:
        out.append(f"<h4>{escape(title)}</h4>")
        for line in lines:
            value = "" if line.value is None else html_value(line.value)
            why = f'<p class="why">{html_formula(line.why)}</p>' if line.why else ""
            shapes = f'<span class="shape">{html_formula(line.shapes)}</span>'
            formula = f'<span class="formula">{html_formula(line.formula)}</span>'
            out.append(f'<div class="line"><div class="head">{formula}{shapes}</div>{value}{why}</div>')
    return "\n".join([*out, "</div>"])


def html_formula(text):
    """Indices below, T above."""
    text = escape(text, quote=False).replace("w_alpha", "w_α").replace(" * ", " ⊙ ")
    text = re.sub(r"\bsum(?=_)", "Σ", text).replace("weight_decay", "weight decay")
    text = re.sub(r"\^(T|2)", r"<sup>\1</sup>", text)
    return re.sub(r"_(\w+)", r"<sub>\1</sub>", text).replace(" - ", " − ")


def html_value(value):
    """A table between brackets, for images one a channel; a number stands alone."""
    if np.ndim(value) == 4:
        each = ("".join(map(html_matrix, channels)) for channels in images(value))
        return "<div>" + "".join(f'<div class="image">{tables}</div>' for tables in each) + "</div>"
    if np.ndim(value) == 0:
        return f'<span class="formula">{rows(value)[0][0].replace("-", "−")}</span>'
    return html_matrix(rows(value))


def html_matrix(cells):
    """A table of text."""
    body = "".join(
        "<tr>" + "".join(f"<td>{c.strip().replace('-', '−')}</td>" for c in row) + "</tr>" for row in cells
    )
    return f'<table class="matrix"><tbody>{body}</tbody></table>'


FORMATS = {"text": as_text, "latex": as_latex, "html": as_html}
STYLE = """<style>
.lrw-worked { font: 15px/1.45 system-ui, sans-serif; color: #222; background: #fff; max-width: 46rem;
  padding: .2rem 1rem 1rem; }
.lrw-worked h4 { font-size: 1.05rem; margin: 1.6rem 0 .5rem; padding-bottom: .2rem;
  border-bottom: 2px solid #0072B2; }
.lrw-worked .line { margin: .6rem 0; display: grid; grid-template-columns: minmax(15rem, 2fr) 3fr;
  column-gap: 1.2rem; align-items: center; }
.lrw-worked .formula { font-family: Cambria, "STIX Two Text", Georgia, serif; font-size: 1.08rem;
  display: block; }
.lrw-worked .shape { color: #666; font-size: .82rem; font-variant-numeric: tabular-nums; }
.lrw-worked sub, .lrw-worked sup { line-height: 0; font-size: 72%; }
.lrw-worked table.matrix { border: 0; border-collapse: separate; border-spacing: 0; margin: 0; width: auto;
  justify-self: start; background: none; position: relative; padding: 0 .35rem;
  border-left: 1.5px solid #222; border-right: 1.5px solid #222; border-radius: 7px; }
.lrw-worked table.matrix td { padding: .08rem .5rem; text-align: right; border: 0; background: none;
  font-variant-numeric: tabular-nums; font-size: .92rem; }
.lrw-worked .line > * { min-width: 0; }
.lrw-worked .image { display: flex; flex-wrap: wrap; gap: .3rem .5rem; margin: .25rem 0; }
.lrw-worked .image + .image { margin-top: .6rem; }
.lrw-worked .image table.matrix td { padding: .08rem .25rem; }
.lrw-worked table.matrix tr { background: none !important; }
.lrw-worked .why { grid-column: 1 / -1; margin: .15rem 0 0; color: #5a4300; font-size: .86rem; }
</style>"""
