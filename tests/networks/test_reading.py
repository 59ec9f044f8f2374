"""How far a reader of the definition has to walk."""

import itertools
import sys
from pathlib import Path

import numpy as np
import pytest

import lowrankweights as lrw

PACKAGE = str(Path(lrw.__file__).parent)


def files_called(function):
    """The files of the package's functions that are called, in order; checks and lambdas are left out."""
    files = []

    def note(frame, event, argument):
        code = frame.f_code
        ours = code.co_filename.startswith(PACKAGE) and not code.co_filename.endswith("_checks.py")
        if event == "call" and ours and not code.co_name.startswith("<"):
            files.append(code.co_filename)

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        function()
    finally:
        sys.setprofile(before)
    return files


@pytest.mark.parametrize("n_columns", [1, 2])
def test_one_loss_and_gradient_changes_file_at_most_fifteen_times(n_columns):
    columns = [lrw.Predicted(lrw.dictionaries.random_projection(6, 2, rng=j), 4) for j in range(n_columns)]
    hidden = lrw.Dense(columns[0] if n_columns == 1 else lrw.Columns(columns), "sigmoid")
    net = lrw.Network([hidden, lrw.Dense(lrw.Full(4 * n_columns, 3))], "softmax_cross_entropy")
    theta, X, Y = net.init(rng=0), np.ones((5, 6)), np.eye(3)[[0, 1, 2, 0, 1]]
    files = files_called(lambda: net.loss_and_grad(theta, X, Y))
    rooms = {Path(file).parent.name for file in files}
    assert len(files) > 10 and rooms == {"networks", "weights"}
    assert sum(a != b for a, b in itertools.pairwise(files)) <= 15
