"""The pages name files, functions, formulas and tests: they must exist."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROW = re.compile(
    r"^\| `(?P<formula>.+?)` \| [^|]+ \| \[(?P<function>[\w.]+)\]\(\.\./(?P<file>[\w./]+)\) "
    r"\| \[test\]\(\.\./(?P<test_file>[\w./]+)\) `(?P<test>\w+)` \|$"
)


def rows(page):
    lines = (ROOT / "docs" / page).read_text(encoding="utf-8").splitlines()
    heads = ("| formula", "| stop", "|---")
    return [line for line in lines if line.startswith("|") and not line.startswith(heads)]


def names_in(file):
    """Functions, classes and methods of a file, as ``f``, ``C`` and ``C.f``."""
    for node in ast.parse((ROOT / file).read_text(encoding="utf-8")).body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            yield node.name
            inner = node.body if isinstance(node, ast.ClassDef) else []
            yield from (f"{node.name}.{f.name}" for f in inner if isinstance(f, ast.FunctionDef))


def flat(text):
    return re.sub(r"[\s`]+|²", lambda m: "^2" if m.group() == "²" else " ", text)


@pytest.mark.parametrize("row", rows("equations.md"))
def test_a_formula_stands_in_its_file_and_has_its_test(row):
    found = ROW.match(row)
    assert found, "a row is | `formula` | source | [function](file) | [test](file) `name` |"
    source = flat((ROOT / found["file"]).read_text(encoding="utf-8"))
    assert flat(found["formula"].replace("\\|", "|")) in source
    assert found["function"] in names_in(found["file"])
    assert found["test"] in names_in(found["test_file"])


@pytest.mark.parametrize("row", rows("a-gradient-step.md"))
def test_a_stop_of_the_gradient_step_exists(row):
    _, _, file, function, *_ = (cell.strip(" `") for cell in row.split("|"))
    assert function in names_in(Path("lowrankweights") / file)


def test_files_that_the_pages_name_exist():
    for page in [*(ROOT / "docs").glob("*.md"), ROOT / "README.md"]:
        text = page.read_text(encoding="utf-8")
        for name in re.findall(r"`((?:[\w-]+/)+[\w-]*\.?\w+/?)`", text):
            known = [ROOT / name, ROOT / "lowrankweights" / name]
            outside = "NN_name" in name or name.startswith(("out/", "lessons/", ".venv", "bin/"))
            assert outside or any(path.exists() for path in known), f"{page.name}: {name}"
        for link in re.findall(r"\]\((?!https?:|#)([^)#]+)", text):
            assert (page.parent / link).exists(), f"{page.name}: {link}"
