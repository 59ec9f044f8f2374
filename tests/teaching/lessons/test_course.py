import re

import pytest
from toy_lesson import EXERCISE, HEAD, START, with_names

from lowrankweights.commands.main import main


def test_an_export_brings_back_what_was_deleted_and_replaces_no_work(tmp_path, capsys):
    arguments = ["course", "export", "--to", "student", str(tmp_path)]
    assert main(arguments) == 0
    path, deleted = (tmp_path / f"{name}.ipynb" for name in ("03_gradients_by_hand", "04_lbfgs_over_w_alpha"))
    wanted, work = path.read_text(), path.read_text().replace("guess_dW = None", "guess_dW = 3")
    path.write_text(work)
    deleted.unlink()
    capsys.readouterr()
    assert main(arguments) == 0
    said = capsys.readouterr().out.splitlines()
    assert path.read_text() == work and deleted.exists()
    assert [line for line in said if "kept" in line] == [
        f"{path}: kept as it is, it differs (--overwrite replaces it)"
    ]
    assert main([*arguments, "--overwrite"]) == 0
    assert path.read_text() == wanted


def test_the_command_lists_and_names_a_missing_folder(capsys, tmp_path):
    assert main(["course", "list"]) == 0
    assert "03  Gradients by hand" in capsys.readouterr().out
    assert main(["course", "list", "--source", str(tmp_path)]) == 1
    assert "--source: expected" in capsys.readouterr().err


def test_a_lesson_is_known_by_its_number_without_the_nought(tmp_path, capsys):
    for number in ("3", "03"):
        assert main(["course", "export", "--to", "assignment", "--lesson", number, str(tmp_path)]) == 0
        assert capsys.readouterr().out == f"{tmp_path / '03_gradients_by_hand.ipynb'}\n"
    assert main(["course", "export", "--lesson", "third", str(tmp_path)]) == 1
    assert "--lesson: expected one of '01', " in capsys.readouterr().err


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("instructor", "solutions"),
        ("teacher", "solutions"),
        ("assignement", "assignment"),
        ("sources", "source"),
    ],
)
def test_another_word_for_a_version_is_told_which_is_meant(typed, meant, tmp_path, capsys):
    with pytest.raises(SystemExit):
        main(["course", "export", "--to", typed, str(tmp_path)])
    assert f"'{typed}' (did you mean '{meant}'?)" in re.sub(
        r" \(choose from .*?\)", "", capsys.readouterr().err
    )


@pytest.mark.parametrize(
    "arguments",
    [
        ["course", "export", "--lesson", "03"],
        ["course", "export", "--to", "print"],
        ["course", "grade", "handed-in", "--out"],
        ["figure", "6-proportion", "--out"],
        ["complete", "W.npy", "--out"],
        ["bench", "--out"],
        ["demo", "--out"],
    ],
)
def test_a_file_where_a_folder_is_wanted_is_told(arguments, tmp_path, capsys):
    file = tmp_path / "afile"
    file.write_text("")
    for place in (file, file / "inside"):
        with pytest.raises(SystemExit):
            main([*arguments, str(place)])
        assert f"expected a folder, got the file '{file}'" in capsys.readouterr().err


def test_the_command_says_which_points_it_kept(tmp_path, capsys):
    arguments = ["course", "export", "--to", "nbgrader", "--lesson", "3", "--overwrite", str(tmp_path)]
    assert main(arguments) == 0
    path = tmp_path / "03_gradients_by_hand" / "03_gradients_by_hand.ipynb"
    assert path.read_text().count('"points": 1') > 2
    path.write_text(path.read_text().replace('"points": 1', '"points": 2', 1))
    capsys.readouterr()
    assert main(arguments) == 0
    assert f"{path}: kept your points: dense_backward 2 (source: 1)\n" in capsys.readouterr().out


def test_the_command_tries_a_teachers_own_lessons(capsys, tmp_path):
    source = tmp_path / "77_own.py"
    source.write_text(HEAD + with_names(START + EXERCISE))
    assert main(["course", "try", "--source", str(tmp_path)]) == 0
    assert "4 of 4 answers judged rightly" in capsys.readouterr().out
    source.write_text(HEAD + with_names(START + EXERCISE.replace("c.close(x, 1", "c.close(1, 1")))
    assert main(["course", "try", "--source", str(tmp_path)]) == 1
    assert "mutant two was passed" in capsys.readouterr().out
