"""The how-tos are short, and run from a folder of their own, without a warning."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[1] / "docs" / "how-to"
SAYS = {
    "table": "of the test rows are right",
    "signals": "length scale",
    "sensors": "found to within 0.",
    "voxels": "radius explained: 0.",
    "own_kernel": "with near_rows",
    "fewer_numbers": "a budget of 800: 0.9",
    "own_dictionary": "of the test digits are right",
    "own_activation_and_loss": "typical error 0.0",
}


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.py")), ids=lambda path: path.stem)
def test_a_how_to_runs_and_is_short(path, tmp_path):
    source = path.read_text(encoding="utf-8")
    assert len(source.splitlines()) < 25
    assert "random_state" in source  # without a seed it converges within max_iter on most days only
    paths = os.pathsep.join([str(FOLDER.parents[1]), os.environ.get("PYTHONPATH", "")])
    environment = os.environ | {"PYTHONPATH": paths, "MPLBACKEND": "Agg"}
    how = {"cwd": tmp_path, "env": environment, "capture_output": True, "text": True}
    ran = subprocess.run([sys.executable, "-W", "error::UserWarning", str(path)], **how)
    assert ran.returncode == 0, ran.stderr
    assert SAYS.get(path.stem, "") in ran.stdout


def test_there_is_one_for_each_kind_of_data():
    assert set(SAYS) | {"pictures"} == {path.stem for path in FOLDER.glob("*.py")}
