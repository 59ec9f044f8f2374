import sys

import numpy as np
import pytest
from scipy import optimize

import lowrankweights as lrw
from lowrankweights.optimisation import load_checkpoint


def rosenbrock(theta):
    return optimize.rosen(theta), optimize.rosen_der(theta)


START = np.array([-1.2, 1.0])


def test_checkpoints_can_be_gone_on_from(tmp_path):
    path = tmp_path / "fit.npz"
    lrw.minimize(rosenbrock, START, max_iter=10, checkpoint=path)
    saved = load_checkpoint(path)
    assert saved["n_iter"] == 10
    assert len(saved["loss_curve"]) == len(saved["grad_norm_curve"]) == len(saved["seconds_curve"]) == 11
    assert saved["loss"] == rosenbrock(saved["theta"])[0]
    assert np.allclose(lrw.minimize(rosenbrock, saved["theta"], max_iter=500).theta, 1, atol=1e-4)
    assert [p.name for p in tmp_path.iterdir()] == ["fit.npz"]


def test_a_checkpoints_path_may_be_text_and_begin_at_home(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    lrw.minimize(rosenbrock, START, max_iter=2, checkpoint="~/fit.npz")
    assert (tmp_path / "fit.npz").exists() and load_checkpoint("~/fit.npz")["n_iter"] == 2


def test_progress_goes_to_stderr(capsys):
    lrw.minimize(rosenbrock, START, max_iter=5, progress=True)
    out, err = capsys.readouterr()
    assert out == "" and "L-BFGS" in err


def test_a_checkpoint_holds_what_an_error_would_lose(tmp_path):
    def callback(info):
        if info.n_iter == 4:
            raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        lrw.minimize(rosenbrock, START, callbacks=[callback], checkpoint=tmp_path / "fit.npz")
    assert load_checkpoint(tmp_path / "fit.npz")["n_iter"] == 4


def test_progress_does_without_tqdm(monkeypatch):
    monkeypatch.setitem(sys.modules, "tqdm.auto", None)
    assert lrw.minimize(rosenbrock, START, max_iter=2, progress=True).n_iter == 2
