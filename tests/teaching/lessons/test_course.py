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


def test_the_command_tries_a_teachers_own_lessons(capsys, tmp_path):
    source = tmp_path / "77_own.py"
    source.write_text(HEAD + with_names(START + EXERCISE))
    assert main(["course", "try", "--source", str(tmp_path)]) == 0
    assert "4 of 4 answers judged rightly" in capsys.readouterr().out
    source.write_text(HEAD + with_names(START + EXERCISE.replace("c.close(x, 1", "c.close(1, 1")))
    assert main(["course", "try", "--source", str(tmp_path)]) == 1
    assert "mutant two was passed" in capsys.readouterr().out
