import os
import subprocess
import sys

import numpy as np
import pytest

from lowrankweights.speed.numba_or_numpy import Compiled, numba_available

pytest.importorskip("numba", reason="Numba is not installed: the NumPy meaning runs")
ROWS = np.zeros((100, 100), np.float32)


def add(z, b):
    for i in range(z.shape[0]):
        for j in range(z.shape[1]):
            z[i, j] += b[j]
    return z


def refuse(z, b):
    for i in range(z.shape[0]):
        if z[i, 0] == 0:
            raise ValueError("b: expected something else")
    return z


def unknown(z, b):
    return nowhere(z, b)  # noqa: F821 (so Numba cannot compile it)


@pytest.mark.parametrize("b", [np.zeros((2, 3, 4), np.float32), np.float32(1)])
def test_arguments_that_are_wrong_are_told_by_numpy_and_numba_goes_on(b):
    def meaning(z, b):
        if np.ndim(b) != 1:
            raise ValueError("b: expected one dimension")
        return z + b

    function = Compiled(add, meaning)
    with pytest.raises(ValueError, match="^b: expected one dimension"):
        function(ROWS.copy(), b)
    with pytest.raises(TypeError, match="^add: expected 2 arrays, got 3"):
        function(ROWS.copy(), ROWS[0], ROWS[0])
    assert numba_available()
    assert (function(ROWS.copy(), np.ones(100, np.float32)) == 1).all()


def test_an_error_inside_the_loops_is_raised_and_numba_goes_on():
    function = Compiled(refuse, lambda z, b: z)
    with pytest.raises(ValueError, match="^b: expected something else"):
        function(ROWS.copy(), ROWS[0])
    assert numba_available()


def test_loops_that_cannot_be_compiled_run_in_numpy_with_one_warning(tmp_path):
    code = (
        "import sys, warnings; sys.path.insert(0, sys.argv[1])\n"
        "from test_numba_or_numpy import Compiled, ROWS, numba_available, unknown\n"
        "with warnings.catch_warnings(record=True) as said:\n"
        "    warnings.simplefilter('always')\n"
        "    function = Compiled(unknown, lambda z, b: z + b + 2)\n"
        "    print([float(function(ROWS, ROWS[0]).max()) for _ in range(2)], len(said), numba_available())"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, os.path.dirname(__file__)], capture_output=True, text=True
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout.split() == ["[2.0,", "2.0]", "1", "False"]


@pytest.mark.parametrize("setting", [{"LOWRANKWEIGHTS_NUMBA": "0"}, {"NUMBA_CACHE_DIR": "unwritable"}, {}])
def test_it_runs_without_numba_and_without_a_cache(setting, tmp_path):
    blocked = tmp_path / "a file, not a folder"
    blocked.write_text("")
    setting = {k: str(blocked / "cache") if v == "unwritable" else v for k, v in setting.items()}
    home = {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    code = (
        "import numpy as np; from lowrankweights.speed import compiled, numba_or_numpy\n"
        "z = np.zeros((100, 100), np.float32); b = np.ones(100, np.float32)\n"
        "h = compiled.IN_PLACE['sigmoid'].forward(z, b)\n"
        "print(round(float(h[0, 0]), 4), numba_or_numpy.numba_available())"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env={**os.environ, **home, **setting}
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout.split() == ["0.7311", str("LOWRANKWEIGHTS_NUMBA" not in setting)]
    if not setting:
        assert list((tmp_path / "cache" / "lowrankweights" / "numba").rglob("*.nbi"))


FIT = """
import warnings
import numpy as np, lowrankweights as lrw
X = np.random.default_rng(0).random((300, 40)).astype(np.float32)
with warnings.catch_warnings(record=True) as said:
    warnings.simplefilter("always")
    model = lrw.LowRankMLPClassifier((40,), n_columns=2, max_iter=3, random_state=0).fit(X, X[:, 0] > 0.5)
print(model.n_iter_, sum("Numba does not work here" in str(w.message) for w in said))
"""


def fitted(environment):
    environment = {**os.environ, **environment}
    run = subprocess.run([sys.executable, "-c", FIT], capture_output=True, text=True, env=environment)
    assert run.returncode == 0, run.stderr
    return run.stdout.split()


@pytest.mark.parametrize("how", ["raise RuntimeError('LLVM')", "raise ImportError('wants an older NumPy')"])
def test_a_numba_that_cannot_be_imported_stops_no_fit_and_is_told_once(how, tmp_path):
    (tmp_path / "numba").mkdir()
    (tmp_path / "numba" / "__init__.py").write_text(how)
    path = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])
    assert fitted({"PYTHONPATH": path}) == ["3", "1"]


@pytest.mark.parametrize("length", [0, 40])
def test_a_cache_that_was_cut_off_stops_no_fit(length, tmp_path):
    home = {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path)}
    assert fitted(home) == ["3", "0"]
    files = list(tmp_path.rglob("*.nb?"))
    assert files
    for file in files:
        file.write_bytes(file.read_bytes()[:length])
    assert fitted(home)[0] == "3"
