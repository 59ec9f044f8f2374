import ast
import re
from pathlib import Path

import pytest

import lowrankweights
from lowrankweights.networks.letters import LETTERS, table

PACKAGE = Path(lowrankweights.__file__).parent
# "w_alpha : array, (n_alpha, n_h)" in a docstring; several letters may share a line
DESCRIBED = re.compile(r"^ *([A-Za-z_]\w*(?:, [A-Za-z_]\w*)*) : (?:nd)?array\b(.*)$", re.M)
SHAPE = re.compile(r"\([^()]*\)")
# other words for a size: scikit-learn's, that of features from anywhere, those of images, a network's
SIZES = {"n_components": "n_h", "n_features": "n_h", "*in_shape": "n_v", "*out_shape": "n_h"}
SIZES |= {"net.n_dynamic": "n_dynamic"}
# letters that are given away twice: public arguments, and the optimiser's, which knows no network
EXCEPTIONS = {
    ("y", "(n,)"): "scikit-learn's labels",
    ("Y", "(n, n_v)"): "what an autoencoder is to reconstruct: n_out is n_v",
    ("theta", "(n,)"): "where any function of n numbers is minimised",
}


def described():
    """(place, letter, the shapes that the docstring gives it) of each letter that a docstring describes."""
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)):
                continue
            for names, rest in DESCRIBED.findall(ast.get_docstring(node) or ""):
                names, shapes = names.split(", "), SHAPE.findall(rest)
                # "X, Y : array, (n, n_v) and (n, n_out)": one each; else all belong to each
                each = [[s] for s in shapes] if len(names) == len(shapes) else [shapes] * len(names)
                place = f"{path.relative_to(PACKAGE)}, {getattr(node, 'name', 'module')}"
                yield from ((place, name, own) for name, own in zip(names, each, strict=True) if own)


def letter_of(name):
    """The letter whose shape a name has: dW is W's derivative."""
    return name[1:] if name not in LETTERS and name[0] == "d" else name


def in_letters(shape):
    """A shape with the table's words for the sizes."""
    for word, size in SIZES.items():
        shape = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", size, shape)
    return shape


LINES = [line for line in described() if letter_of(line[1]) in LETTERS]


def test_docstrings_are_found():
    assert len(LINES) > 50 and len({name for _, name, _ in LINES}) > 8


@pytest.mark.parametrize(("place", "name", "shapes"), LINES, ids=[f"{p}, {n}" for p, n, _ in LINES])
def test_a_letter_has_its_shape_in_every_docstring(place, name, shapes):
    shape = LETTERS[letter_of(name)].shape
    known = any(in_letters(own) == shape or (name, own) in EXCEPTIONS for own in shapes)
    assert known, f"{place}: {name} is {' or '.join(shapes)}, in the table of letters {shape}"


def test_sizes_in_shapes_are_letters_themselves():
    for name, letter in LETTERS.items():
        for size in letter.shape.strip("()").split(","):
            assert not size.strip() or size.strip() in LETTERS, name


def test_the_table_has_a_line_a_letter():
    lines = table().splitlines()
    assert len(lines) == len(LETTERS) + 1
    assert all(line.split()[0] == name for line, name in zip(lines[1:], LETTERS, strict=True))
