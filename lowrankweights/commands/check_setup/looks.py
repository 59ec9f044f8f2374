"""What is looked at, each a function that gives a ``Finding``."""

import importlib.util
import os
import platform
import shutil
import sys
import tempfile
import time
import warnings
from pathlib import Path
from typing import NamedTuple

SLOW = 6.0  # seconds of the small fit, above which a lesson takes much longer than it says
USUAL = (0.2, 2.0)  # on machines that we know, compiled before
GIB = 1 << 30
LEAST_MEMORY, LEAST_DISK = 2 * GIB, 2 * GIB


class Finding(NamedTuple):
    """A thing that was looked at, what was found, and what is to be done, or ""."""

    name: str
    text: str
    remedy: str = ""

    @property
    def mark(self):
        return "!" if self.remedy else " "


def findings(with_fit=True):
    """All of them, in order; the last one takes some seconds."""
    looks = (version, system, libraries, processors, blas, cache, lessons, data, memory, disk)
    for look in (*looks, fit) if with_fit else looks:
        yield look()


def version():
    """Ours, with its commit."""
    from ... import __version__
    from ...environment import commit

    made = commit()
    text = f"{__version__}{f', commit {made}' if made else ''}, {Path(__file__).parents[2]}"
    return Finding("lowrankweights", text)


def system():
    """Python and the operating system."""
    old = sys.version_info < (3, 11)
    remedy = "install Python 3.11 or later" if old else ""
    return Finding("Python", f"{platform.python_version()}, {platform.platform()}", remedy)


def libraries():
    """Versions of what the mathematics runs on; Numba need not be there."""
    from ...environment import versions
    from ...speed.numba_or_numpy import numba_available

    found = versions()
    names = [name for name in ("numpy", "scipy", "scikit-learn", "numba") if name in found]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        works = numba_available()
    text = ", ".join(f"{name} {found[name]}" for name in names)
    if works:
        return Finding("libraries", text)
    return Finding("libraries", f"{text}; Numba does not work here: all runs in NumPy, a little slower")


def processors():
    """Processors that this process may use."""
    from ...speed import available_processors

    usable, all_of_them = available_processors(), os.cpu_count()
    rest = f" of {all_of_them}" if usable != all_of_them else ""
    return Finding("processors", f"{usable}{rest}")


def blas():
    """The libraries of matrix products, and their threads."""
    from ...environment import blas, narrow_kernels

    found = blas()
    parts = [f"{b['name']} {b['version']} ({b['kernels'] or '?'}, {b['n_threads']} threads)" for b in found]
    parts += [hint] if (hint := narrow_kernels(found)) else []
    return Finding("BLAS", "; ".join(dict.fromkeys(parts)) or "none that is known")


def cache():
    """The folder in which compiled loops are kept."""
    from platformdirs import user_cache_dir

    folder = Path(user_cache_dir("lowrankweights")) / "numba"
    n = sum(1 for _ in folder.rglob("*.nbc")) if folder.is_dir() else 0
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        remedy = f"make {folder} writable, or set NUMBA_CACHE_DIR: else every start compiles anew"
        return Finding("compile cache", f"{folder}: {error}", remedy)
    return Finding("compile cache", f"{folder}, {n} compiled functions")


def lessons():
    """Jupyter, for the notebooks."""
    missing = [name for name in ("jupyterlab", "ipykernel") if importlib.util.find_spec(name) is None]
    if missing:
        return Finding("notebooks", f"no {', '.join(missing)}", f"pip install {' '.join(missing)}")
    return Finding("notebooks", "JupyterLab is installed")


def data():
    """Data sets that are here; none of them is needed in the lessons."""
    from ...datasets import status

    here = [f"{s.name} ({s.place})" for s in status() if s.place != "missing"]
    return Finding("data", ", ".join(here))


def memory(least=LEAST_MEMORY):
    """The machine's memory."""
    from ...environment import memory as of_machine

    size = of_machine()
    if size is None:
        return Finding("memory", "the system does not say")
    remedy = "2 GiB of memory at least" if size < least else ""
    return Finding("memory", f"{size / GIB:.1f} GiB", remedy)


def disk(least=LEAST_DISK):
    """What is free where the user's files are."""
    home = Path.home()
    try:
        free = shutil.disk_usage(home).free
    except OSError as error:
        return Finding("disk", f"{home}: {error}")
    remedy = f"free 2 GiB on the disk of {home}" if free < least else ""
    return Finding("disk", f"{free / GIB:.1f} GiB free at {home}", remedy)


def fit(slow=SLOW):
    """Seconds of a small fit, compiled before, beside what is usual; and those of compiling."""
    first, second = _fit_seconds(), _fit_seconds()
    usual = f"usual: {USUAL[0]:g} to {USUAL[1]:g} s; the first one, with compiling: {first:.1f} s"
    text, remedy = f"{second:.2f} s ({usual})", ""
    if second > slow:
        remedy = "this is slow: close other programs, plug the machine in, and look again"
    return Finding("a small fit", text, remedy)


def _fit_seconds():
    """Seconds to learn the digits with a tenth of the weights, 100 iterations."""
    from ... import datasets
    from ...estimators import LowRankMLPClassifier

    digits, begun = datasets.load_digits(), time.perf_counter()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = LowRankMLPClassifier((100,), proportion=0.1, input_shape=(8, 8), max_iter=100, random_state=0)
        model.fit(digits.X_train, digits.y_train)
    return time.perf_counter() - begun
