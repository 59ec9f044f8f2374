"""What a lesson shows when it is run: prose, code, what was printed, pictures."""

import ast
import base64
import io
import warnings
from dataclasses import dataclass, replace

from ..lessons.guesses import NO_GUESS
from ..lessons.harness import run_cell
from ..lessons.versions import only_reveals, points_shown


@dataclass
class Block:
    """A piece of a page.

    Attributes
    ----------
    kind : str
        "prose" (Markdown), "code", "exercise" (a starter), "output" (text), "picture" (PNG as base64),
        "worked" (HTML, what a cell's last line is), "hints", or "answer" (Markdown).
    text : str
    name : str
        Of the exercise or question that it belongs to, else "".
    """

    kind: str
    text: str
    name: str = ""


def blocks(lesson):
    """The blocks of a lesson, in order; its cells are run, with the model answers.

    Raises
    ------
    RuntimeError
        If a cell raises: the lesson's line.
    """
    namespace = {"__name__": "__main__"}
    for cell in lesson.cells:
        if cell.kind == "prose":
            yield Block("prose", cell.text)
        elif cell.kind == "question":
            points = points_shown(lesson.answers[cell.name].points)
            yield Block("prose", f"{cell.text}\n\n{points}" if points else cell.text)
        elif cell.kind == "answer":
            yield Block("answer", cell.text, cell.name)
        elif cell.kind == "starter":
            exercise = lesson.exercises[cell.name]
            if points := points_shown(exercise.check.points):
                yield Block("prose", f"**{cell.name}** {points}")
            yield Block("exercise", cell.text, cell.name)
            yield Block("hints", "\n\n".join(h.text for h in exercise.hints), cell.name)
        elif cell.kind == "solution":
            run(lesson, cell, namespace)
            yield Block("answer", f"```python\n{cell.text}\n```", cell.name)
        elif cell.kind == "check":
            run(lesson, cell, namespace)
        elif cell.kind == "code" and not cell.text.startswith("check.summary("):
            printed, pictures = run(lesson, replace(cell, text=leaving_its_value(cell.text)), namespace)
            if not only_reveals(cell.text):  # nobody has guessed: the truth is enough
                yield Block("code", cell.text)
            printed = printed.replace(NO_GUESS, "")
            if shown := getattr(namespace.pop("_"), "_repr_html_", str)():
                yield Block("worked", shown)
            if printed.strip():
                yield Block("output", printed.rstrip())
            yield from (Block("picture", picture) for picture in pictures)


def run(lesson, cell, namespace):
    """Run a cell: what it printed, and its pictures as PNG in base64."""
    pictures = []

    def keep(pyplot):
        for number in pyplot.get_fignums():
            png = io.BytesIO()
            pyplot.figure(number).savefig(png, format="png", dpi=160, bbox_inches="tight")
            pictures.append(base64.b64encode(png.getvalue()).decode("ascii"))

    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*non-interactive")  # plt.show()
        return run_cell(lesson, cell, namespace, seen=keep), pictures


def leaving_its_value(text):
    """A cell's code, with the value of its last line kept as ``_``, as at a prompt.

    >>> leaving_its_value("a = 2; a + 1"), leaving_its_value("a = 2")
    ('a = 2; _ = (a + 1)', 'a = 2\\n_ = None')
    """
    *_, last = ast.parse(text).body or [None]
    if not isinstance(last, ast.Expr):
        return f"{text}\n_ = None"
    *before, line = text.splitlines()[: last.lineno]
    same_line = line.encode()[: last.col_offset].decode()
    return "\n".join([*before, f"{same_line}_ = ({ast.unparse(last)})"])
