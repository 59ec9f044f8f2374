"""The package's shape: what may import what, and what importing it costs."""

import ast
import subprocess
import sys
from pathlib import Path

import lowrankweights

PACKAGE = Path(lowrankweights.__file__).parent
TO_FILES = ["demo", "test", "test-notebooks", "test-browser"]  # make's targets that draw to files
# A file imports only from rooms above it.
ROOMS = [
    *["_checks", "_lazy", "environment", "files"],
    *[
        "weights",
        "dictionaries",
        "networks",
        "optimisation",
        "speed",
        "unsupervised",
        "building",
        "estimators",
    ],
    *["datasets", "plotting", "results", "web", "explorer", "timemachine", "teaching"],
    *["experiments", "bench", "commands", "__main__", "__init__"],
]


def imports(path):
    """Rooms that a file of the package imports at its top level or inside functions."""
    depth = len(path.relative_to(PACKAGE).parts)
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level == depth:
            yield from [node.module.split(".")[0]] if node.module else [a.name for a in node.names]


def test_files_import_only_from_rooms_above():
    for path in PACKAGE.rglob("*.py"):
        room = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
        assert room in ROOMS, f"{room} has no place in the list of rooms"
        for other in imports(path):
            if other in ROOMS:
                assert ROOMS.index(other) < ROOMS.index(room), f"{path} imports {other}, which is below it"


def test_files_and_functions_stay_small():
    for path in PACKAGE.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert text.count("\n") <= 330, f"{path} is too long"
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef) and node.name != "__init__":
                docstring = ast.get_docstring(node) or ""
                length = node.end_lineno - node.lineno - docstring.count("\n")
                assert length <= 45, f"{path}: {node.name} is too long"


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


def test_an_unknown_name_is_an_attribute_error():
    assert not hasattr(lowrankweights, "nonsense")


def test_the_readmes_code_runs(tmp_path):
    readme = (PACKAGE.parent / "README.md").read_text(encoding="utf-8")
    blocks = [part.split("```")[0] for part in readme.split("```python\n")[1:]]
    assert len(blocks) >= 2
    for block in blocks:
        assert run(block).stdout


def test_pictures_are_shown_in_the_lessons():
    makefile = (PACKAGE.parent / "Makefile").read_text(encoding="utf-8")
    (line,) = [line for line in makefile.splitlines() if "MPLBACKEND" in line]
    assert "lessons" not in line and line.split(":")[0].split() == TO_FILES
