"""The gradient doctor: which block of a gradient is wrong, and which mistake explains it.

To teach it a mistake:

1. ``mistakes.py``, of adapted weights ``adapted/mistakes.py``: its name, a sentence, and a hint
   (docs/gradient-doctor.md repeats the sentence);
2. ``mutants.py``, of layers on images ``images/faults.py``, of adapted weights ``adapted/faults.py``: the
   wrong line that makes it, in the list of the line's kind;
3. ``tests/doctor_on_trial/``, ``careless.py``, ``careless_images.py`` or ``careless_adapted.py``: a student
   who makes it without knowing of our wrong lines, and in ``trial.py`` its name in ``NAMES`` and where it can
   be made. Then ``make trial``.

    lines.py            the right lines, a function each; a ``Fault`` puts a wrong one in its place
    passes.py, tied.py  the passes made of them
    images/             lines, passes and wrong lines of layers on images; ties in max pooling
    adapted/            mistakes and wrong lines of adapted weights, and a W_0 that is changed
    calling/            calls a student's function, in whatever form it is written
    diagnosis.py        ``diagnose``: compares, at several points
    report.py           what is said, and its picture in pictures.py
"""

from .diagnosis import diagnose
from .mistakes import COMPLAINTS, MISTAKES, REMARKS
from .report import Report
from .tied import RicaModel

__all__ = ["COMPLAINTS", "MISTAKES", "REMARKS", "Report", "RicaModel", "diagnose"]
