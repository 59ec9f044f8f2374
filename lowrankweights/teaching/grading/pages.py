"""The pages of a marking for a teacher: the table, all answers in words. Plain HTML, no script."""

import hashlib
import re
from html import escape
from urllib.parse import quote

from ..handouts.words import html_of
from .marked import UNPROTECTED
from .table import column

STYLE = """
:root { color-scheme: light dark }
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem }
body.wide { max-width: 90rem }
h1 { line-height: 1.2 } h2 { margin: 2.2rem 0 .6rem } h3 { margin: 0; font-size: 1em }
h2 small { font-weight: normal; font-size: .7em; color: #777 }
div.table { overflow-x: auto }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; padding: .35rem .6rem; border-bottom: 1px solid #8886; vertical-align: top }
th { vertical-align: bottom } td.number, th.number { text-align: right }
td.number { white-space: nowrap }
th small { display: block; font-weight: normal; color: #777 }
td.student { min-width: 6rem } td.written { min-width: 4rem; border-left: 1px solid #8883 }
td.remark { min-width: 12rem }
details { margin: .6rem 0 1rem }
section { border-top: 1px solid #8886; padding: .7rem 0 }
.line { display: flex; flex-wrap: wrap; gap: .1rem 1.2rem; align-items: baseline }
.line > span { white-space: nowrap }
.line h3 { flex: 1 1 14rem } .line h3 code { font-weight: normal; margin-left: .4rem; color: #777 }
pre, .words { background: #8881; padding: .5rem .7rem }
pre { overflow-x: auto; white-space: pre; margin: .4rem 0 0; font-size: .9em }
p.said { margin: .3rem 0 0 }
.words { white-space: pre-wrap; overflow-wrap: anywhere; margin: .3rem 0 1rem }
.question { border-left: 3px solid #8886; padding-left: .9rem; margin: .6rem 0 1rem }
.question p { margin: .4rem 0 }
.passed::before { content: "\\2713\\a0" } .passed { color: #00744f }
.wrong::before, .not-reached::before { content: "\\2717\\a0" } .missing::before { content: "\\2013\\a0" }
.wrong { color: #b3400a } .missing, .not-reached, .none { color: #777 }
@media (prefers-color-scheme: dark) { .passed { color: #4cc9a0 } .wrong { color: #f09060 } }
@media (prefers-color-scheme: dark) { .missing, .not-reached, .none, th small, .line h3 code { color: #aaa } }
"""
LABELS = {"missing": "not answered yet"}
SIGNED = re.compile(r"<!-- made by lowrankweights course grade, ([0-9a-f]{16}) -->\n?\Z")


def page(title, body, kind=""):
    """A page of HTML, signed: so that we know it again as ours, and unchanged."""
    text = (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width"><title>{escape(title)}</title>\n'
        f'<style>{STYLE}</style></head>\n<body class="{kind}">\n<h1>{escape(title)}</h1>\n{body}\n'
        "</body></html>\n"
    )
    return f"{text}<!-- made by lowrankweights course grade, {_digest(text)} -->\n"


def _digest(text):
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def remove_old(folder, kept):
    """Remove pages of an earlier marking but those kept; what is not ours, or was changed, stays."""
    kept = {name.casefold() for name in kept}
    for path in folder.glob("*.html"):
        if path.name.casefold() in kept or path.is_symlink() or not path.is_file():
            continue
        text = path.read_bytes().decode("utf-8", "replace")
        signed = SIGNED.search(text)
        if signed and _digest(text[: signed.start()]) == signed[1]:
            path.unlink()


def state(result):
    """What came of an exercise, as HTML."""
    css = result.replace(" ", "-")
    return f'<span class="{css}">{escape(LABELS.get(result, result))}</span>'


def _mark(result):
    """The same in a table, where what is right need not be said."""
    return '<span class="passed" title="passed"></span>' if result == "passed" else state(result)


def marks_page(marks, filled):
    """The table: a row a notebook, a column an exercise, and one for each question in words."""
    names = list(dict.fromkeys(name for m in marks for name in m.exercises))
    written = {column(name, a.points): (name, a) for m in marks for name, (_, a) in m.questions.items()}
    head = "".join(f"<th>{escape(n).replace('_', '_<wbr>')}</th>" for n in names)
    words = "".join(
        f'<th><a href="answers.html#{quote(name)}">{escape(name)}</a>'
        f"<small>written, of {a.points}</small></th>"
        for name, a in written.values()
    )
    rows = [_row(m, names, written, filled) for m in marks]
    warning = f"<p><strong>{UNPROTECTED}</strong></p>" if any(m.protected is False for m in marks) else ""
    note = (
        '<p>Points are those that a program checks. <a href="answers.html">Answers in words</a> are for '
        "you to read: write their points into marks.csv, where they stay when you mark again.</p>"
    )
    table = (
        '<div class="table"><table><tr><th>student</th><th class="number">points'
        f"<small>checked by program</small></th><th>remark</th>{words}{head}</tr>\n"
        + "\n".join(rows)
        + "</table></div>"
    )
    return page(f"Marks of {len(marks)} notebooks", warning + (note if written else "") + table, "wide")


def _row(m, names, written, filled):
    s = m.submission
    marked = () if s.fault else m.exercises
    cells = "".join(f"<td>{_mark(m.result(name)[0]) if name in marked else ''}</td>" for name in names)
    notebook = s.notebook or s.path.name
    words = "".join(
        f'<td class="written number">{escape(filled.get((notebook, key), ""))}</td>' for key in written
    )
    return (
        f'<tr><td class="student"><a href="feedback/{quote(s.page)}.html">{escape(s.student)}</a></td>'
        f'<td class="number">{m.total} of {m.most}</td><td class="remark">{escape(m.remark)}</td>'
        f"{words}{cells}</tr>"
    )


def answers_page(marks):
    """All answers to each question in words together, under its text; with the lesson's own, folded."""
    parts, asked = [], {}
    for m in marks:
        for name, (question, answer) in m.questions.items():
            title = m.submission.lesson.about["title"]
            asked.setdefault((title, name), (question, answer, []))[2].append(m)
    for (title, name), (question, answer, theirs) in asked.items():
        about = f"of {_points(answer.points)}, {escape(title)}"
        parts.append(
            f'<h2 id="{escape(name)}">{escape(name)} <small>{about}</small></h2>\n'
            f'<div class="question">{as_html(question.text)}</div>\n'
            f"<details><summary>Model answer</summary>{as_html(answer.text)}</details>"
        )
        for m in theirs:
            words = "".join(map(words_html, m.submission.answers.get(name, ())))
            parts += [f"<section><h3>{_whose(m)}</h3>{words}</section>"] if words else []
        silent = [_whose(m) for m in theirs if name not in m.submission.answers]
        parts += [f'<p class="none">No answer was found of {", ".join(silent)}.</p>'] if silent else []
    note = (
        "<p>What stands below a question in a notebook. An answer somewhere else in it is in the student's "
        "feedback, among the notes.</p>"
    )
    return page("Answers in words", note + "\n".join(parts))


def _whose(m):
    return escape(m.submission.student) + (
        f" ({escape(m.submission.notebook)})" if m.submission.n_others else ""
    )


def _points(n):
    return f"{n} point{'' if n == 1 else 's'}"


def as_html(markdown):
    """The lesson's Markdown as HTML; as it is, where the packages for it are missing."""
    try:
        return html_of(markdown)
    except ValueError:
        return f'<div class="words">{escape(markdown)}</div>'


def words_html(text):
    """A student's words, as they were written."""
    return f'<div class="words">{escape(text)}</div>'
