"""Lesson 10: what it writes by hand is what the package does."""

import numpy as np
import pytest
from run_lesson import names_of

import lowrankweights as lrw
from lowrankweights import speech
from lowrankweights.speech import front_end


@pytest.fixture(scope="module")
def own():
    """The lesson's namespace, run at its tiny size with its solutions."""
    return names_of("10")


def test_lesson_10_writes_what_the_package_does(own):
    rng, rate = np.random.default_rng(10), 8000
    signal = rng.normal(size=3001)
    found = own["power_spectra"](signal, 200, 80, 256)  # 25 and 10 ms at 8 kHz
    assert np.allclose(found, front_end.power_spectra(front_end.frames(signal, rate), rate))
    features = rng.normal(size=(30, 4))
    assert np.allclose(own["differences"](features), speech.differences(features))
    alpha, w_alpha = np.array([3, 0, 2]), rng.normal(size=(3, 5))
    U = lrw.dictionaries.kernel_ridge(lrw.EmpiricalCovariance(features), np.arange(4), alpha, ridge=0.1)
    assert np.allclose(own["predicted"](features, alpha, w_alpha, 0.1), lrw.predict_features(w_alpha, U))
    for said, heard in (("a b c d", "b c c d"), ("a", "b c d"), ("a b a b", "b a b a")):
        pair = [said.split()], [heard.split()]
        wanted = speech.phone_error_rate(*pair, folded=False)
        assert own["error_rate"](pair[0][0], pair[1][0]) == pytest.approx(wanted)
    assert set(own["check"].results.values()) == {"passed"}


@pytest.mark.parametrize("penalty", [0.0, 0.7, 3.0])
def test_lesson_10_s_steps_lead_along_the_package_s_path(own, penalty):
    rng = np.random.default_rng(11)
    e, log_bigram = np.log(rng.dirichlet(np.full(4, 0.5), 40)), np.log(rng.dirichlet(np.ones(4), 4))
    score, back = e[0] - np.log(4), []
    for frame in e[1:]:
        score, came_from = own["viterbi_step"](score, frame, log_bigram, penalty)
        back.append(came_from)
    path = [int(score.argmax())]
    for came_from in back[::-1]:
        path.append(int(came_from[path[-1]]))
    wanted, segments = speech.viterbi(e, log_bigram, n_states=1, penalty=penalty)
    assert path[::-1] == wanted.tolist() and len(segments) > 1


def test_lesson_10_s_speakers_are_in_one_part_only(own):
    parts = [{s.speaker for s in part} for part in own["corpus"]()]
    assert len(set.union(*parts)) == sum(len(part) for part in parts)
    # as many numbers are learned with the covariance as with random connections
    kinds = ("covariance", "random_connections")
    assert len({own["tested"](name, 0.05, 0)[2] for name in kinds}) == 1
