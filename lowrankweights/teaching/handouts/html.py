"""A block as HTML."""

from html import escape

from .words import code_html, html_of


def html_block(block):
    """Formulas as MathML, pictures within; of ``content.Block``."""
    if block.kind == "picture":
        return f'<img alt="" src="data:image/png;base64,{block.text}">'
    if block.kind == "worked":
        return block.text
    if block.kind == "output":
        return code_html(block.text).replace("<pre", '<pre class="output"', 1)
    if block.kind == "code":
        return code_html(block.text)
    if block.kind == "exercise":
        return f'<div class="exercise"><p><b>{escape(block.name)}</b></p>{code_html(block.text)}</div>'
    return f"<div>{html_of(block.text)}</div>"
