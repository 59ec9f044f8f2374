"""Mark a folder of notebooks: a process each, a table of marks, a page of feedback for each student."""

import json
import os
import signal
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from ... import _checks
from ...speed import available_processors
from ..lessons.guesses import TINY
from ..lessons.source import CHECKED_OUT, PACKAGED, read_lessons
from .feedback import feedback_page
from .marked import Marked
from .marker import LINE
from .order import steps
from .pages import answers_page, marks_page, remove_old
from .submissions import find_submissions
from .table import write_csv

SECONDS, WHOLE, MEMORY = 30.0, 300.0, 4 << 30  # of a cell, of a notebook, bytes
KEPT = ("PATH", "HOME", "LANG", "SYSTEMROOT", "LD_LIBRARY_PATH", "TMPDIR", "NUMBA_CACHE_DIR")


def grade(
    folder,
    out,
    *,
    number=None,
    source=None,
    seconds=SECONDS,
    whole=WHOLE,
    memory=MEMORY,
    jobs=None,
    tiny=True,
):
    """Mark every notebook of a folder.

    Parameters
    ----------
    folder : path
        See ``find_submissions``.
    out : path
        Folder for marks.csv, marks.html, feedback/STUDENT.html and, where the lesson has questions in words,
        answers.html.
    number : str, optional
        Of the lesson.
    source : path, optional
        Of the lessons; default: ours.
    seconds, whole : float
        That a cell, and a notebook, may take.
    memory : int
        Bytes of a notebook's process, where the system has such a limit.
    jobs : int, optional
        Notebooks at a time; default: one a processor.
    tiny : bool
        Whether given cells run in small sizes (checks are the same).

    Returns
    -------
    marks : list of Marked
        By student.
    """
    lessons = read_lessons(source)
    submissions = find_submissions(folder, lessons, number, out)
    hidden = [folder, *(p for p in (PACKAGED, CHECKED_OUT, source) if p is not None)]
    hidden = [str(path.resolve()) for p in hidden if (path := Path(p).expanduser()).is_dir()]
    out, jobs = Path(out).expanduser(), jobs or available_processors()
    limits = {"seconds": seconds, "whole": whole, "memory": memory, "tiny": tiny}
    with ThreadPoolExecutor(_checks.integer("--jobs", jobs, at_least=1)) as pool:
        marks = list(pool.map(lambda s: mark(s, hidden, **limits), submissions))
    write(marks, out)
    return marks


def mark(submission, hidden, seconds, whole, memory, tiny):
    """A notebook's ``Marked``, from a process of its own."""
    marked = Marked(submission)
    if submission.fault:
        return marked
    names = list(submission.lesson.exercises)
    job = {"steps": steps(submission), "names": names, "seconds": seconds, "memory": memory, "hidden": hidden}
    with tempfile.TemporaryDirectory() as place:
        lines, marked.ended = _run(job, place, whole, tiny)
    for line in lines:
        if "protected" in line:
            marked.protected = all(line["protected"].values())
        elif "check" in line:
            marked.results[line["check"]] = (line["result"], line["said"])
            marked.hidden.pop(line["check"], None)
            marked.hidden |= {line["check"]: line["hidden"]} if line["hidden"] else {}
        else:
            marked.failed.append((line["cell"], line["said"]))
    for name in names:
        marked.results.setdefault(name, ("not reached", marked.ended))
    return marked


def _run(job, place, whole, tiny):
    """The marker's lines, and why it ended early, or ""."""
    environment = {k: v for k, v in os.environ.items() if k in KEPT}
    environment |= {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", **({TINY: "1"} if tiny else {})}
    environment["PYTHONPATH"] = os.pathsep.join(p for p in sys.path if p)
    command = [sys.executable, "-W", "ignore", "-m", "lowrankweights.teaching.grading.marker"]
    how = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    process = subprocess.Popen(command, cwd=place, env=environment, start_new_session=True, **how)
    ended = ""
    try:
        said, errors = process.communicate(json.dumps(job), timeout=whole)
    except subprocess.TimeoutExpired:
        ended = f"the notebook was stopped after {whole:g} seconds"
        os.killpg(process.pid, signal.SIGKILL)
        said, errors = process.communicate()
    if not ended and process.returncode:
        last = (errors.strip().splitlines() or ["no message"])[-1]
        ended = f"the notebook's process ended (status {process.returncode}): {last[:300]}"
    lines = (line.removeprefix(LINE) for line in said.splitlines() if line.startswith(LINE))
    return [json.loads(line) for line in lines], ended


def write(marks, out):
    """marks.csv, marks.html, answers.html, and a page of feedback for each notebook; our old ones go."""
    feedback = out / "feedback"
    feedback.mkdir(parents=True, exist_ok=True)
    filled = write_csv(marks, out / "marks.csv")
    remove_old(feedback, {f"{m.submission.page}.html" for m in marks})
    pages = {out / "marks.html": marks_page(marks, filled)}
    pages |= {feedback / f"{m.submission.page}.html": feedback_page(m) for m in marks}
    if any(m.questions for m in marks):
        pages[out / "answers.html"] = answers_page(marks)
    else:
        remove_old(out, {p.name for p in out.glob("*.html")} - {"answers.html"})
    for path, text in pages.items():
        path.write_text(text, encoding="utf-8")
