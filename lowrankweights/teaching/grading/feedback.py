"""The page of feedback of a student."""

from html import escape

from .pages import as_html, page, state, words_html
from .reading import heading


def feedback_page(m):
    """What a student is told: each exercise, what its check said, cells that failed, the answers in words."""
    s = m.submission
    parts = [_total(m)]
    if m.ended:
        parts.append(f"<p>{escape(m.ended[0].upper() + m.ended[1:])}.</p>")
    if not s.fault:
        parts += [_exercise(m, name) for name in m.exercises]
        parts += [_checks("missing in", s.without), _checks("altered in", s.altered)]
    if m.failed:
        cells = "".join(
            f"<section><code>{escape(cell)}</code>{_said(said)}</section>" for cell, said in m.failed
        )
        parts.append(f"<h2>Cells that failed</h2>{cells}")
    if m.questions and not s.fault:
        asked = "".join(_question(m, name) for name in m.questions)
        parts.append(f"<h2>Questions in words</h2><p>These are read by a person.</p>{asked}")
    if s.written:
        words = "".join(words_html(text) for text in s.written)
        parts.append(f"<h2>Notes</h2><p>What else you wrote; it is not marked by a program.</p>{words}")
    return page(s.student, "\n".join(part for part in parts if part))


def _total(m):
    if m.submission.fault:
        return f"<p>This could not be marked: {escape(m.submission.fault)}.</p>"
    title = escape(m.submission.lesson.about["title"])
    where = f" ({escape(m.submission.notebook)})" if m.submission.n_others else ""
    return f"<p><strong>{m.total} of {m.most} points</strong> checked by program, {title}{where}.</p>"


def _exercise(m, name):
    """An exercise under its heading in the lesson: what came of it, and what its check said."""
    result, said = m.result(name)
    above = heading(m.submission.lesson, name)
    title = f"{_inline(above)} <code>{escape(name)}</code>" if above else f"<code>{escape(name)}</code>"
    if result == "missing":
        said = said.removeprefix("not answered yet").lstrip(".: ")
    words = _said(said) if result != "passed" else ""
    points = f"{m.points(name)} / {m.exercises[name].check.points}"
    line = f'<div class="line"><h3>{title}</h3><span>{state(result)}&emsp;{points}</span></div>'
    return f"<section>{line}{words}</section>"


def _inline(markdown):
    """A heading's Markdown as HTML, without a paragraph around it."""
    return as_html(markdown).strip().removeprefix("<p>").removesuffix("</p>")


def _said(said):
    """What a check or an error said: a table keeps its columns, a sentence is a sentence."""
    said = said.strip()
    if "\n" not in said.removeprefix("not yet right.\n"):
        return f'<p class="said">{escape(said)}</p>' if said else ""
    return f"<pre>{escape(said)}</pre>"


def _checks(what, names):
    if not names:
        return ""
    listed = ", ".join(f"<code>{escape(name)}</code>" for name in names)
    return f"<p>The check of {listed} is {what} this notebook; the lesson's was run.</p>"


def _question(m, name):
    question, answer = m.questions[name]
    texts = m.submission.answers.get(name, ())
    words = "".join(map(words_html, texts)) or '<p class="none">No answer was found below the question.</p>'
    points = f"{answer.points} point{'' if answer.points == 1 else 's'}"
    return (
        f'<section><div class="question">{as_html(question.text)}</div><p>Of {points}:</p>{words}</section>'
    )
