"""What came of a notebook, and what is remarked of it in the table."""

from .marker import ENDLESS
from .reading import questions

UNPROTECTED = (
    "This system lets no process be shut in: students' code could use the network, and read the answers and "
    "each other's work on this machine. Mark on Linux, or in a container."
)


class Marked:
    """What came of a notebook.

    Attributes
    ----------
    submission : Submission
    results : dict
        For each exercise "passed", "wrong", "missing" or "not reached", and what was said.
    hidden : dict
        For each exercise that fails a hidden test, what that said: not for the student.
    failed : list of (str, str)
        A cell's first line, and how it failed.
    ended : str
        Why marking ended early, or "".
    protected : bool or None
        Whether the process was shut in.
    """

    def __init__(self, submission):
        self.submission, self.results, self.hidden, self.failed = submission, {}, {}, []
        self.ended, self.protected = "", None

    @property
    def exercises(self):
        lesson = self.submission.lesson
        return {} if lesson is None else lesson.exercises

    @property
    def questions(self):
        """Questions in words: name: (question, answer), cells of the lesson."""
        return questions(self.submission.lesson)

    def result(self, name):
        """What came of an exercise, and what was said."""
        return self.results.get(name, ("not reached", ""))

    def points(self, name):
        """Those earned with an exercise."""
        return self.exercises[name].check.points if self.result(name)[0] == "passed" else 0

    @property
    def total(self):
        return sum(map(self.points, self.exercises))

    @property
    def most(self):
        """Points that are checked by program: those of all exercises."""
        return sum(e.check.points for e in self.exercises.values())

    @property
    def remark(self):
        """What a teacher should know of it, in a line; "" of most."""
        s = self.submission
        parts = [s.fault, self.ended]
        if s.n_others:
            parts.append(f"one of {s.n_others + 1} notebooks: {s.notebook}")
        if s.empty and not s.fault:
            parts.append("none of the lesson's exercises is in it")
        else:
            parts += [self._checks("deleted", s.without), self._checks("altered", s.altered)]
        endless = [name for name, (_, said) in self.results.items() if ENDLESS in said]
        parts += [f"{', '.join(endless)} did not end in time" if endless else "", self._failed()]
        parts += [f"a hidden test of {name} fails" for name in self.hidden]
        return "; ".join(part for part in parts if part)

    def _failed(self):
        kinds = ["did not end in time" if ENDLESS in said else said.split(": ")[0] for _, said in self.failed]
        if not kinds:
            return ""
        who = "a cell" if len(kinds) == 1 else f"{len(kinds)} cells"
        return f"{who} failed: {', '.join(dict.fromkeys(kinds))}"

    def _checks(self, what, names):
        if len(names) > 1 and len(names) == len(self.exercises):
            return f"all checks {what}"
        plural = "s" if len(names) > 1 else ""
        return f"check{plural} of {', '.join(names)} {what}" if names else ""
