from doctor_on_trial import trial

from lowrankweights.teaching import MISTAKES


def test_random_mistakes_are_named():
    results = trial.wrong_gradients(80, seed=11)
    for kind in trial.KINDS:
        of_kind = [r for r in results if r.kind == kind]
        assert len(of_kind) > 12 and sum(r.named for r in of_kind) >= 0.95 * len(of_kind), of_kind
    assert sum(r.named for r in results) >= 76, [r for r in results if not r.named]
    assert sum(r.block for r in results if r.named) >= 76


def test_right_gradients_are_left_alone():
    assert trial.right_gradients(140, seed=11) == []


def test_the_trial_knows_every_mistake_on_the_list():
    assert set(trial.NAMES) == set(MISTAKES) - {"unknown"}


def test_the_command_prints_what_came_of_it(capsys):
    assert trial.main(["--draws", "3", "--correct", "3"]) == 0
    out = capsys.readouterr().out
    assert "of 3 mistakes named" in out and "0 false alarms in 3" in out
