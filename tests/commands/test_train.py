import os
import signal
import subprocess
import sys
import time

import pytest

import lowrankweights as lrw

TRAIN = [sys.executable, "-m", "lowrankweights", "train", "digits", "--columns", "2"]
SHORT = [*TRAIN, "--hidden", "10", "--max-iter", "3"]
LONG = [*TRAIN, "--hidden", "100,100", "--max-iter", "1000000", "--dtype", "float64"]


def test_the_model_is_there_though_nobody_reads_what_is_printed(tmp_path):
    path = tmp_path / "m.npz"
    command = [*SHORT, "--out", path]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as run:
        run.stdout.close()
    assert run.returncode == 1
    assert lrw.load(path).n_iter_ == 3


def test_output_that_cannot_be_written_loses_no_model(tmp_path):
    if not os.path.exists("/dev/full"):
        pytest.skip("there is no /dev/full here")
    path = tmp_path / "m.npz"
    with open("/dev/full", "w") as full:
        run = subprocess.run([*SHORT, "--out", path], stdout=full, stderr=subprocess.PIPE)
    assert run.returncode != 0 and lrw.load(path).n_iter_ == 3


def test_a_target_that_cannot_be_written_is_known_before_training(tmp_path):
    blocked = tmp_path / "a file"
    blocked.write_text("")
    for target in (blocked / "m.npz", tmp_path):
        start = time.perf_counter()
        run = subprocess.run([*LONG, "--out", target], capture_output=True, text=True, timeout=120)
        assert run.returncode == 1 and "--out: expected a file" in run.stderr
        assert "L-BFGS" not in run.stderr and time.perf_counter() - start < 60


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="no such signals on this system")
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_a_model_whose_training_was_broken_off_is_saved_and_the_status_says_so(name, tmp_path):
    path = tmp_path / "m.npz"
    run = subprocess.Popen([*LONG, "--out", path], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    said = b""
    while b"L-BFGS" not in said:  # the progress bar: it begins, and has its first iterations soon
        said += run.stderr.read1(1000)
    time.sleep(3)
    run.send_signal(getattr(signal, name))
    run.communicate(timeout=120)
    assert run.returncode == 130
    assert lrw.load(path).stop_report_.startswith("interrupted")
