"""``lowrankweights demo``: the idea on data that comes with the package, in about a minute, as a page."""

from html import escape
from pathlib import Path

from .. import add_command, draw_to_files, folder_path

PAGE = Path(__file__).with_name("page.html")
FIGURE = '<figure><img src="{name}" alt="{title}"><figcaption>{caption}</figcaption></figure>'


def add(commands):
    """The subcommand and its arguments."""
    text = "Learn with fewer and fewer of the weights, draw it; no download."
    add_command(commands, "demo", run, text, _arguments)


def _arguments(parser):
    text = "folder for the pictures and the page"
    parser.add_argument("--out", type=folder_path, default=Path("out"), help=text)


def run(arguments):
    """Both parts, at their usual size."""
    draw_to_files()
    make_page(arguments.out)


def make_page(out, figures=None, **network):
    """Learn filters of photographs, then to read digits; write pictures and index.html.

    Parameters
    ----------
    out : str or Path
        A folder.
    figures : list of Figure, optional
        Of the first part, see ``photographs.show``.
    **network
        Other settings of the second part's networks, see ``digits.show``.
    """
    from . import digits, photographs

    out = Path(out).expanduser()
    out.mkdir(parents=True, exist_ok=True)
    first = photographs.show(out, figures)
    print()
    table, second = digits.show(out, **network)
    page = out / "index.html"
    parts = {"photographs": _figures(first), "table": _table(table), "digits": _figures(second)}
    page.write_text(PAGE.read_text(encoding="utf-8").format(**parts), encoding="utf-8")
    print(f"\nPictures: open {page}")
    print("Next: make lessons (or: lowrankweights course export --to student lessons) for the course;")
    print("      lowrankweights explore to paint which pixels are known.")


def _figures(pictures):
    """HTML of (file name, title, caption) triples."""
    texts = [{"name": n, "title": escape(t), "caption": escape(c)} for n, t, c in pictures]
    return "\n".join(FIGURE.format(**text) for text in texts)


def _table(rows):
    head, *body = (
        "".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in row)
        for tag, row in zip(["th"] + ["td"] * (len(rows) - 1), rows, strict=True)
    )
    body = "".join(f"<tr>{row}</tr>" for row in body)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
