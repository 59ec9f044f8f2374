import os
import subprocess
import sys

import numpy as np
import pytest

from lowrankweights.speed import compiled

pytest.importorskip("numba", reason="Numba is not installed: the NumPy meaning runs")

FORWARD = [compiled.bias_sigmoid, compiled.bias_tanh, compiled.bias_relu]
BACKWARD = [compiled.sigmoid_backward, compiled.tanh_backward, compiled.relu_backward]
SHAPES = [(1, 1), (1, 7), (3, 1), (67, 131)]


def array(shape, seed=0, scale=4.0):
    return (scale * np.random.default_rng(seed).normal(size=shape)).astype(np.float32)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("function", FORWARD, ids=lambda f: f.__name__)
def test_forward_loops_say_what_numpy_says(function, shape):
    z, b = array(shape), array(shape[1], 1)
    wanted = function.meaning(z.copy(), b)
    assert np.abs(function.jitted(z.copy(), b) - wanted).max() < 1e-6


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("function", BACKWARD, ids=lambda f: f.__name__)
def test_backward_loops_say_what_numpy_says(function, shape):
    dh, h = array(shape), np.tanh(array(shape, 1))
    wanted = function.meaning(dh.copy(), h)
    assert np.abs(function.jitted(dh.copy(), h) - wanted).max() < 1e-5


@pytest.mark.parametrize("shape", SHAPES)
def test_softmax_cross_entropy_loops_say_what_numpy_says(shape):
    z, Y = array(shape), np.abs(array(shape, 1))
    dz, wanted_dz = np.empty_like(z), np.empty_like(z)
    loss = compiled.softmax_cross_entropy.jitted(dz, z, Y)
    assert loss == pytest.approx(compiled.softmax_cross_entropy.meaning(wanted_dz, z, Y), rel=1e-5)
    assert np.allclose(dz, wanted_dz, atol=2e-5)


def test_sigmoid_and_tanh_are_accurate_over_the_whole_line():
    z = np.linspace(-120, 120, 1_000_001, dtype=np.float32)[:, None]
    b = np.zeros(1, np.float32)
    exact = np.tanh(z.astype(np.float64))
    assert np.abs(compiled.bias_tanh.jitted(z.copy(), b) - exact).max() < 1e-6
    sigmoid = compiled.bias_sigmoid.jitted(z.copy(), b)
    assert np.abs(sigmoid - (0.5 + 0.5 * np.tanh(z.astype(np.float64) / 2))).max() < 1e-6
    assert sigmoid.min() >= 0 and sigmoid.max() <= 1


def test_softmax_survives_huge_inputs():
    z, Y = np.float32([[1e30, -1e30], [0, 0]]), np.float32([[1, 0], [0, 1]])
    dz = np.empty_like(z)
    assert compiled.softmax_cross_entropy.jitted(dz, z, Y) == pytest.approx(np.log(2))
    assert np.allclose(dz, [[0, 0], [0.5, -0.5]])


@pytest.mark.parametrize("function", FORWARD, ids=lambda f: f.__name__)
@pytest.mark.parametrize("prepare", ["read_only", "strided", "float64", "plain"])
def test_any_array_may_come(function, prepare):
    z, b = array((101, 64)), array(64, 1)
    wanted = function.meaning(z.astype(np.float64), b)
    if prepare == "read_only":
        z.setflags(write=False)
        b.setflags(write=False)
    elif prepare == "strided":
        z = np.asfortranarray(z)
    elif prepare == "float64":
        z, b = z.astype(np.float64), b.astype(np.float64)
    result = function(z, b)
    assert np.abs(result - wanted).max() < 1e-6
    assert (result is z) == (prepare != "read_only")


@pytest.mark.parametrize("setting", [{"LOWRANKWEIGHTS_NUMBA": "0"}, {"NUMBA_CACHE_DIR": "unwritable"}, {}])
def test_it_runs_without_numba_and_without_a_cache(setting, tmp_path):
    blocked = tmp_path / "a file, not a folder"
    blocked.write_text("")
    setting = {k: str(blocked / "cache") if v == "unwritable" else v for k, v in setting.items()}
    home = {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    code = (
        "import numpy as np; from lowrankweights.speed import compiled\n"
        "z = np.zeros((100, 100), np.float32); b = np.ones(100, np.float32)\n"
        "h = compiled.IN_PLACE['sigmoid'].forward(z, b)\n"
        "print(round(float(h[0, 0]), 4), compiled.numba_available())"
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
