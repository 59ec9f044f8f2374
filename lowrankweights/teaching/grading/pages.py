"""The pages of a marking: a table for the teacher, one page a student; plain HTML, no script, no network."""

from html import escape

STYLE = """
:root { color-scheme: light dark }
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; padding: .35rem .6rem; border-bottom: 1px solid #8886; vertical-align: top }
td.number, th.number { text-align: right }
pre { white-space: pre-wrap; margin: .3rem 0 0; font-size: .9em; background: #8881; padding: .5rem .7rem }
.passed::before { content: "\\2713\\a0" } .passed { color: #00744f }
.wrong::before, .missing::before, .not-reached::before { content: "\\2717\\a0" }
.wrong { color: #b3400a } .missing, .not-reached { color: #777 }
@media (prefers-color-scheme: dark) { .passed { color: #4cc9a0 } .wrong { color: #f09060 } }
"""


def page(title, body):
    """A page of HTML."""
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width"><title>{escape(title)}</title>\n'
        f"<style>{STYLE}</style></head>\n<body>\n<h1>{escape(title)}</h1>\n{body}\n</body></html>\n"
    )


def marks_page(marks, names):
    """The table: a row a student, a column an exercise."""
    from .course_grade import UNPROTECTED

    head = "".join(f"<th>{escape(n)}</th>" for n in names)
    rows = []
    for m in marks:
        student = escape(m.submission.student)
        cells = "".join(_mark(m, name) for name in names)
        remark = escape(m.submission.fault or m.ended)
        rows.append(
            f'<tr><td><a href="feedback/{escape(m.submission.page)}.html">{student}</a></td>{cells}'
            f'<td class="number">{m.total} / {m.most}</td><td>{remark}</td></tr>'
        )
    warning = f"<p><strong>{UNPROTECTED}</strong></p>" if any(m.protected is False for m in marks) else ""
    table = (
        f'<table><tr><th>student</th>{head}<th class="number">points</th><th>remark</th></tr>'
        + "\n".join(rows)
        + "</table>"
    )
    return page(f"Marks of {len(marks)} notebooks", warning + table)


def _mark(m, name):
    if name not in m.exercises:
        return "<td></td>"
    result, _ = m.results.get(name, ("not reached", ""))
    return f'<td class="{result.replace(" ", "-")}">{escape(result)}</td>'


def feedback_page(m):
    """What a student is told: each exercise, what its check said, cells that failed."""
    s = m.submission
    parts = []
    if s.fault:
        parts.append(f"<p>This file could not be marked: {escape(s.fault)}.</p>")
    else:
        parts.append(
            f"<p><strong>{m.total} of {m.most} points</strong>, {escape(s.lesson.about['title'])}.</p>"
        )
    if m.ended:
        parts.append(f"<p>{escape(m.ended[0].upper() + m.ended[1:])}.</p>")
    rows = []
    for name, e in m.exercises.items():
        result, said = m.results.get(name, ("not reached", ""))
        words = f"<pre>{escape(said)}</pre>" if said and result != "passed" else ""
        css = result.replace(" ", "-")
        rows.append(
            f'<tr><td>{escape(name)}</td><td><span class="{css}">{escape(result)}</span>{words}</td>'
            f'<td class="number">{m.points(name)} / {e.check.points}</td></tr>'
        )
    if rows:
        parts.append(
            '<table><tr><th>exercise</th><th>what came of it</th><th class="number">points</th></tr>'
            + "\n".join(rows)
            + "</table>"
        )
    if s.without:
        names = ", ".join(f"<code>{escape(name)}</code>" for name in s.without)
        parts.append(
            f"<p>The checks of {names} are missing or altered in this notebook; the lesson's were run.</p>"
        )
    if m.failed:
        items = "".join(
            f"<li><code>{escape(cell)}</code><pre>{escape(said)}</pre></li>" for cell, said in m.failed
        )
        parts.append(f"<h2>Cells that failed</h2><ul>{items}</ul>")
    if s.written:
        words = "".join(f"<pre>{escape(text)}</pre>" for text in s.written)
        parts.append(f"<h2>Written answers and notes</h2><p>These are not marked by a machine.</p>{words}")
    return page(s.student, "\n".join(parts))
