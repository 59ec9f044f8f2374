import pytest
from students import TWO
from toy_lesson import lesson_file

from lowrankweights.teaching.lessons import read_lesson


@pytest.fixture
def lesson(tmp_path):
    (tmp_path / "source").mkdir()
    return read_lesson(lesson_file(tmp_path / "source", TWO))
