"""The package's shape: what may import what, and what importing it costs."""

import ast
import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest

import lowrankweights

PACKAGE = Path(lowrankweights.__file__).parent
PAGE = PACKAGE.parent / "docs" / "architecture.md"
TO_FILES = [
    "demo",
    "test",
    "test-notebooks",
    "test-browser",
    "test-advice",
]  # make's targets that draw to files
FILES = sorted(PACKAGE.rglob("*.py"))
# rooms whose every module has a test file of its own
MATHEMATICS = ["weights", "dictionaries", "networks", "optimisation", "speed", "unsupervised", "building"]


def rooms():
    """The rooms, from the top, as the page lists them."""
    table = PAGE.read_text(encoding="utf-8").split("| room | what lives there |")[1].split("\n\n")[0]
    first_cells = [line.split("|")[1] for line in table.splitlines()[2:]]
    return [name for cell in first_cells for name in re.findall(r"`(\w+)`", cell)]


def room_of(path):
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(path):
    """Rooms that a file of the package imports, at its top level or inside functions: (node, room)."""
    depth = len(path.relative_to(PACKAGE).parts)
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level == depth:
            names = [node.module.split(".")[0]] if node.module else [a.name for a in node.names]
            yield from ((node, name) for name in names)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_file_imports_only_from_rooms_above(path):
    order = [*rooms(), "__main__", "__init__"]
    assert room_of(path) in order, f"{room_of(path)} has no place in docs/architecture.md"
    above = order[: order.index(room_of(path))]
    for node, other in imports(path):
        # networks/ knows its twin in one place: net.plan()
        known = path.parent.name == "networks" and "Plan" in [a.name for a in node.names]
        assert known or other not in order or other in above or other == room_of(path), other


def test_the_definition_is_numpy_and_nothing_else():
    for path in (PACKAGE / "networks").glob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        imported = {a.name for node in ast.walk(tree) if isinstance(node, ast.Import) for a in node.names}
        assert imported <= {"abc", "copy", "math", "numpy"}, path
    plans = [
        node for path in FILES if path.parent.name == "networks" for node, r in imports(path) if r == "speed"
    ]
    assert len(plans) == 1 and plans[0].col_offset > 0  # inside one method


def test_files_functions_and_rooms_stay_small():
    for path in FILES:
        text = path.read_text(encoding="utf-8")
        assert text.count("\n") <= 300, f"{path} is too long"
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef) and node.name != "__init__":
                docstring = (ast.get_docstring(node, clean=False) or "").count("\n") + 1
                assert node.end_lineno - node.lineno - docstring < 40, f"{path}: {node.name} is too long"
    for folder in {path.parent for path in FILES} - {PACKAGE}:
        n_files = sum(f.is_file() for f in folder.iterdir())
        assert n_files <= 10, f"{folder} holds {n_files} files: it wants rooms of its own"


def test_every_room_says_its_reason_in_a_sentence():
    for room in rooms():
        path = PACKAGE / room / "__init__.py"
        path = path if path.exists() else PACKAGE / f"{room}.py"
        first = (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").split("\n\n")[0]
        assert len(first.split()) > 4 and first.endswith((".", ":")), room


@pytest.mark.parametrize("room", MATHEMATICS)
def test_every_module_of_the_mathematics_has_its_tests(room):
    modules = {path.stem for path in (PACKAGE / room).rglob("*.py")} - {"__init__"}
    tested = {path.stem.removeprefix("test_") for path in (Path(__file__).parent / room).rglob("test_*.py")}
    assert modules <= tested


def test_tests_do_not_reach_into_our_modules():
    for path in Path(__file__).parent.rglob("test_*.py"):
        text = path.read_text(encoding="utf-8")
        for name in re.findall(r"monkeypatch\.setattr\((\w+), [\"'][A-Z_]+[\"']", text):
            raise AssertionError(f"{path} changes a constant of {name}: give the function an argument")


def run(code):
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)


def test_importing_is_silent_and_cheap():
    code = """
import sys
import lowrankweights
heavy = {"matplotlib", "numba", "sklearn", "tqdm", "pooch", "torch"} & set(sys.modules)
print(sorted(heavy))
"""
    result = run(code)
    assert result.stdout == "[]\n"
    assert result.stderr == ""


def test_every_public_name_is_there_and_documented():
    for name in lowrankweights.__all__:
        assert getattr(lowrankweights, name).__doc__, name
    assert set(lowrankweights.__all__) <= set(dir(lowrankweights))


def test_the_base_classes_of_ones_own_are_on_the_top_level():
    bases = ["Kernel", "Layer", "Parametrisation", "Strategy"]
    found = [getattr(lowrankweights, name) for name in bases]
    assert [base.__name__ for base in found] == bases and all(inspect.isabstract(base) for base in found)
    assert inspect.isabstract(lowrankweights.experiments.Figure)


def test_an_unknown_name_is_an_attribute_error():
    assert not hasattr(lowrankweights, "nonsense")


@pytest.mark.parametrize(
    ("page", "n_blocks"),
    [
        ("README.md", 3),
        ("docs/network.md", 3),
        ("docs/a-figure-of-your-own.md", 1),
        ("docs/your-own-data.md", 1),
    ],
)
def test_the_code_of_a_page_runs(page, n_blocks):
    text = (PACKAGE.parent / page).read_text(encoding="utf-8")
    blocks = [part.split("```")[0] for part in text.split("```python\n")[1:]]
    assert len(blocks) == n_blocks
    for block in blocks:
        assert run(block).stdout


def test_pictures_are_shown_in_the_lessons():
    makefile = (PACKAGE.parent / "Makefile").read_text(encoding="utf-8")
    (line,) = [line for line in makefile.splitlines() if "MPLBACKEND" in line]
    assert "lessons" not in line and line.split(":")[0].split() == TO_FILES
