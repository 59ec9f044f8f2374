from lowrankweights.commands.check_setup import looks
from lowrankweights.commands.main import main


def test_one_screen_that_says_what_is_here_and_what_is_to_do(capsys):
    status = main(["check-setup"])
    lines = capsys.readouterr().out.splitlines()
    names = [line[2:16].strip() for line in lines]
    assert names[:4] == ["lowrankweights", "Python", "libraries", "processors"]
    assert {"BLAS", "compile cache", "data", "memory", "disk", "a small fit"} <= set(names)
    assert len(lines) <= 24 and max(map(len, lines)) < 200
    marked = [line for line in lines if line.startswith("! ")]
    assert (status == 1) == bool(marked) == ("to do:" in lines)


def test_what_is_too_little_has_a_remedy():
    for finding, remedy in (
        (looks.disk(least=1 << 60), "free 2 GiB"),
        (looks.memory(least=1 << 60), "2 GiB of memory"),
        (looks.fit(slow=0.0), "this is slow"),
    ):
        assert finding.mark == "!" and remedy in finding.remedy


def test_a_cache_that_cannot_be_written_is_said(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    finding = looks.cache()
    assert finding.mark == "!" and "NUMBA_CACHE_DIR" in finding.remedy
