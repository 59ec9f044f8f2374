import json
from pathlib import Path

import pytest

from lowrankweights.teaching.lessons import source as lessons
from lowrankweights.teaching.lessons.versions import notebooks

FOLDER = Path(__file__).parents[3] / "notebooks"
LESSONS = lessons.read_lessons()


def cells(path):
    return json.loads(path.read_text(encoding="utf-8"))["cells"]


def text(cell):
    return "".join(cell["source"])


def test_the_committed_notebooks_are_what_the_source_gives(tmp_path):
    made, _ = notebooks.export("student", tmp_path)
    assert sorted(p.name for p in made) == sorted(p.name for p in FOLDER.glob("*.ipynb"))
    for path in made:
        assert (FOLDER / path.name).read_bytes() == path.read_bytes(), (
            f"run make export-notebooks: {path.name}"
        )


def test_notebooks_in_the_repository_have_no_outputs():
    for path in FOLDER.glob("*.ipynb"):
        for cell in cells(path):
            if cell["cell_type"] == "code":
                assert cell["outputs"] == [] and cell["execution_count"] is None


@pytest.mark.parametrize("to", notebooks.VERSIONS)
def test_every_version_is_a_valid_notebook(to, tmp_path):
    nbformat = pytest.importorskip("nbformat")
    for path in notebooks.export(to, tmp_path)[0]:
        book = nbformat.read(path, as_version=4)
        nbformat.validate(book)
        ids = [cell["id"] for cell in book.cells]
        assert len(set(ids)) == len(ids)


def test_students_get_no_mutants_and_find_answers_folded(tmp_path):
    (path, *_), _ = notebooks.export("student", tmp_path)
    lesson = LESSONS[0]
    code = [text(c) for c in cells(path) if c["cell_type"] == "code"]
    prose = [text(c) for c in cells(path) if c["cell_type"] == "markdown"]
    for exercise in lesson.exercises.values():
        assert exercise.starter.text in code and exercise.check.text in code
        assert exercise.solution.text not in code
        (folded,) = [p for p in prose if exercise.solution.text in p]
        assert folded.count("<details>") == folded.count("</details>") == 4
        assert folded.startswith("<details><summary>First hint")
        for variant in (*exercise.mutants, *exercise.accepted):
            assert variant.text not in "\n".join([*code, *prose])
    title = f"# {lesson.name[:2]} · {lesson.about['title']}"
    assert prose[0].startswith(title) and "**Time** about" in prose[0]


def test_solutions_have_every_answer_in_place(tmp_path):
    (path, *_), _ = notebooks.export("solutions", tmp_path)
    code = [text(c) for c in cells(path) if c["cell_type"] == "code"]
    for exercise in LESSONS[0].exercises.values():
        assert exercise.solution.text in code and exercise.starter.text not in code
    assert not any("<details>" in text(c) for c in cells(path))
