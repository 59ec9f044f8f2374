"""Every lesson, top to bottom, in a kernel: as students get it, tiny; LOWRANKWEIGHTS_NOTEBOOKS=full: in full,
with its solutions too."""

import json
import os
import subprocess
import sys

import pytest

from lowrankweights.teaching.lessons import harness
from lowrankweights.teaching.lessons import source as lessons
from lowrankweights.teaching.lessons.versions import notebooks

FULL = os.environ.get("LOWRANKWEIGHTS_NOTEBOOKS") == "full"
FORMS = ("student", "solutions") if FULL else ("student",)
NAMES = [lesson.name for lesson in lessons.read_lessons()]
RUN = """
import sys, nbclient, nbformat
book = nbformat.read(sys.argv[1], as_version=4)
nbclient.NotebookClient(book, timeout=600, kernel_name="python3").execute()
nbformat.write(book, sys.argv[1])
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    for module in ("nbclient", "nbformat", "ipykernel"):
        pytest.importorskip(module, reason=f"pip install {module}")
    made = tmp_path_factory.mktemp("notebooks")
    for to in FORMS:
        notebooks.export(to, made / to)
    return made


def printed(path):
    """All that the notebook's cells printed."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    outputs = [o for c in cells for o in c.get("outputs", [])]
    assert not any(o["output_type"] == "error" for o in outputs)
    # the kernel's own log, such as a word on its encryption, is not the lesson's
    foreign = ("[IPKernelApp]", "IProgress not found")  # nor tqdm's, where ipywidgets is not installed
    texts = ["".join(o["text"]) for o in outputs if o.get("name") == "stderr"]
    warned = [text for text in texts if not any(word in text for word in foreign)]
    assert not warned, "a warning was shown"
    return "".join("".join(o["text"]) for o in outputs if o.get("name") == "stdout")


@pytest.mark.parametrize("to", FORMS)
@pytest.mark.parametrize("name", NAMES)
def test_run_all_ends_green(name, to, folder):
    path = folder / to / f"{name}.ipynb"
    environment = {
        **os.environ,
        "LOWRANKWEIGHTS_OFFLINE": "1",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    }
    environment.pop("LOWRANKWEIGHTS_DATA", None)
    if not FULL:
        environment["LOWRANKWEIGHTS_TINY"] = "1"
    subprocess.run([sys.executable, "-c", RUN, str(path)], check=True, env=environment, timeout=900)
    said, n = printed(path), len(next(x for x in lessons.read_lessons() if x.name == name).exercises)
    if to == "student":
        n_missing = said.count("not answered yet.") + said.count("not answered yet:")
        assert n_missing == n and "visible checks passed" not in said
        assert f"0 of {n} exercises" in said
    else:
        assert said.count("visible checks passed (") == n and f"{n} of {n} exercises" in said


@pytest.mark.skipif(not FULL, reason="in full sizes only: make test-notebooks")
@pytest.mark.parametrize("lesson", lessons.read_lessons(), ids=NAMES)
def test_what_a_lesson_states_holds_for_five_seeds(lesson, monkeypatch):
    monkeypatch.setenv("MPLBACKEND", "Agg")
    said = {name: (numbers, ends) for name, _, numbers, ends in harness.run_claims(lesson)}
    assert {
        n for n, (found, (low, high)) in said.items() if not low <= min(found) <= max(found) <= high
    } == set()
    assert all(len(numbers) == len(harness.SEEDS) for numbers, _ in said.values())
