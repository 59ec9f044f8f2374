"""``lowrankweights course``: the lessons, as notebooks and with their checks."""

import argparse
from pathlib import Path

from . import Command, add_command, defaults, file_path, folder_path

VERSIONS = ("student", "assignment", "solutions", "nbgrader", "slides", "print", "source")
MEANT = {
    "instructor": "solutions",
    "teacher": "solutions",
    "lecturer": "solutions",
    "answers": "solutions",
    "class": "assignment",
    "homework": "assignment",
    "release": "assignment",
    "html": "print",
    "pdf": "print",
    "python": "source",
    "py": "source",
}  # other words for a version


def add(commands):
    """The subcommand and its actions."""
    text = "The lessons: list, export as notebooks, try their checks; mark a class."
    add_command(commands, "course", run, text, _actions)


def _actions(parser):
    how = {"title": "actions", "dest": "action", "metavar": "ACTION", "parser_class": Command}
    actions = parser.add_subparsers(**how, required=True)
    add_command(actions, "list", run, "Show each lesson: title, time, exercises.", _source)
    add_command(actions, "export", run, "Write the lessons as notebooks.", _export_arguments)
    text = "Run every check on wrong answers and on odd but right ones."
    add_command(actions, "try", run, text, _source)
    text = "Compute what the lessons state, for five seeds (some minutes); a table."
    add_command(actions, "claims", run, text, _source)
    text = "Mark a folder of students' notebooks: a table, and a page of feedback for each."
    add_command(actions, "grade", grade, text, _grade_arguments)


def _source(parser):
    parser.add_argument("--source", type=file_path, default=None, help="the lessons' folder; default: ours")


def _export_arguments(parser):
    add = parser.add_argument
    add("folder", type=folder_path, metavar="DIR", help="where to")
    text = (
        "version: student has folded model answers, assignment has none; slides and print are pages of HTML, "
        "with pictures and results; source is the lesson's own file"
    )
    add("--to", type=_version, choices=VERSIONS, default="student", help=text)
    text = "replace files that differ; points set by hand in nbgrader's stay"
    add("--overwrite", action="store_true", help=text)
    text = "only this one, as 03 or 3 (may be given several times); default: all"
    add("--lesson", action="append", type=_number, metavar="NN", default=None, help=text)
    _source(parser)


def _version(text):
    """A version; of another word for one, an error that says which is meant."""
    if text in MEANT:
        expected = ", ".join(map(repr, VERSIONS))
        hint = f"{text!r} (did you mean {MEANT[text]!r}?)"
        raise argparse.ArgumentTypeError(f"expected one of {expected}, got {hint}")
    return text


def _number(text):
    """A lesson's number with two digits."""
    from ..teaching.lessons.versions import two_digits

    return two_digits(text)


def _grade_arguments(parser):
    from ..teaching.grading import course_grade

    add, usual = parser.add_argument, defaults(course_grade.grade)
    add(
        "folder",
        type=file_path,
        metavar="FOLDER",
        help="STUDENT.ipynb, or STUDENT/....ipynb, of all students",
    )
    text = "folder for marks.csv, marks.html, answers.html and feedback/"
    add("--out", type=folder_path, default=Path("out/marks"), help=text)
    text = "the lesson, as 03 or 3; default: by each notebook's name, title or exercises"
    add("--lesson", type=_number, metavar="NN", default=None, help=text)
    add("--seconds", type=float, default=usual["seconds"], help="that a cell may take")
    add("--whole", type=float, default=usual["whole"], help="seconds that a notebook may take")
    text = "gigabytes of a notebook's process"
    add("--memory", type=float, default=usual["memory"] / 2**30, help=text)
    add("--jobs", type=int, default=None, help="notebooks at a time; default: one a processor")
    add("--full", action="store_true", help="run the given cells in full size; checks are the same")
    _source(parser)


def grade(arguments):
    """Mark the notebooks and say where the marks are."""
    from ..teaching.grading import grade as mark
    from ..teaching.grading.marked import UNPROTECTED

    a = arguments
    limits = {"seconds": a.seconds, "whole": a.whole, "memory": int(a.memory * 2**30), "jobs": a.jobs}
    marks = mark(a.folder, a.out, number=a.lesson, source=a.source, tiny=not a.full, **limits)
    for m in marks:
        print(f"{m.submission.student:<28} {m.total:>3} of {m.most:<3} {m.remark}".rstrip())
    if any(m.protected is False for m in marks):
        print(UNPROTECTED)
    words = any(m.questions for m in marks)
    print(f"{a.out / 'marks.html'}, marks.csv{', answers.html' if words else ''} and feedback/")
    if words:
        print("Questions in words are not counted: their answers are in answers.html, for you to read.")


def run(arguments):
    """List the lessons, export them, or try their checks."""
    from ..teaching.lessons import course

    return course.run(arguments)
