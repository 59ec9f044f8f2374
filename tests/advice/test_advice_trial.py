import json
import os
from pathlib import Path

import numpy as np
import pytest

from lowrankweights.advice import trial
from lowrankweights.results.files import read, to_line

PAGE = Path(__file__).parents[2] / "docs" / "advice-trial.md"


def test_the_waves_of_a_class_differ_less_than_classes_do():
    X, y = trial.waves(600, 0)
    assert X.shape == (600, 128) and set(y) == set(range(6))
    power = np.abs(np.fft.rfft(X, axis=1))[:, 1:12]
    spectra = np.array([power[y == k].mean(axis=0) for k in range(6)])
    assert len({int(s.argmax()) for s in spectra}) >= 3


@pytest.mark.parametrize("name", [n for n in trial.DATA if n != "mnist-10000"])
def test_no_training_row_is_a_test_row(name):
    known = trial.DATA[name](0)
    rows = {row.tobytes() for row in known["X"]}
    assert len(rows & {row.tobytes() for row in known["X_test"]}) == 0


@pytest.mark.skipif("LOWRANKWEIGHTS_ADVICE" not in os.environ, reason="takes a minute: make test-advice")
def test_a_result_is_a_line_of_json_with_its_verdict():
    X, y = trial.waves(150, 0)
    X, y = X[:, ::8], y % 2
    known = {"X": X[:100], "y": y[:100], "X_test": X[100:], "y_test": y[100:], "budget": 60}
    result = json.loads(to_line(trial.trial("small", known, 0, dictionaries=["random_projection"])))
    assert set(result["errors"]) == {"none", "random_projection"}
    assert json.dumps(result["advice"]) and "small" in trial.line_of(result)
    assert "| small | 100 | 1 | " in trial.page([result])


def test_seeds_are_judged_together_and_the_best_is_the_best_of_all_of_them():
    each = {"advised_error": 0.05, "standard_errors": {"a": 0.03, "b": 0.04}}
    results = [{**each, "errors": {"a": 0.00, "b": 0.05}}, {**each, "errors": {"a": 0.06, "b": 0.03}}]
    found = trial.verdict(results)
    assert found["best"] == "a" and found["best_error"] == pytest.approx(0.03)
    assert found["standard_error"] == pytest.approx(0.03 / np.sqrt(2)) and found["good"]
    assert not trial.verdict([results[0]])["good"] and trial.verdict([results[1]])["good"]


def test_the_page_is_that_of_its_lines_and_the_advice_is_good_on_all_data_but_one_at_most():
    results = read(PAGE.with_suffix(".jsonl"))
    assert PAGE.read_text(encoding="utf-8") == trial.page(results)
    asked = [name for name in trial.DATA if name != "friedman"]
    good = [trial.verdict([r for r in results if r["data"] == name])["good"] for name in asked]
    assert len(asked) == 6 and sum(good) >= 5
