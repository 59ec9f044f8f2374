"""A lesson with one exercise, as text."""

import re

HEAD = "# ---\n# title: A\n# minutes: 5\n# seconds: 1\n# learn: b\n# need: c\n# ---\n"
EXERCISE = (
    "# %% starter x\nx = None\n# %% [markdown] hint x\n# a\n# %% [markdown] hint x\n# b\n"
    "# %% [markdown] hint x\n# c\n# %% solution x\nx = 1\n# %% mutant x: two\nx = 2\n"
    "# %% accept x: a float\nx = 1.0\n# %% check x\nwith check('x') as c:\n    c.close(x, 1, 'x')\n"
)
START = "# %%\nfrom lowrankweights import teaching\ncheck = teaching.Checks()\n"


def lesson_file(tmp_path, text):
    """The path of a lesson with this text below its front matter; ``Checks()`` gets its exercises."""
    path = tmp_path / "77_a_lesson.py"
    path.write_text(HEAD + with_names(text))
    return path


def with_names(text):
    """The text with its exercises in ``Checks()``."""
    names = list(dict.fromkeys(re.findall(r"^# %% starter (\w+)", text, re.MULTILINE)))
    return text.replace("Checks()", f"Checks({names})" if names else "Checks()")
