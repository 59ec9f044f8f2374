"""What a measured number, or a fit, depends on: versions, processors, memory, the commit."""

import importlib.metadata
import os
import platform
import subprocess
from pathlib import Path

PACKAGES = ("lowrankweights", "numpy", "scipy", "scikit-learn", "numba", "torch")


def switched_on(variable):
    """Whether an environment variable is set to something else than nothing or 0."""
    return os.environ.get(variable, "") not in ("", "0")


def versions():
    """Versions of Python and of the packages that are installed, and the number of processors.

    >>> "numpy" in versions()
    True
    """
    found = {"python": platform.python_version(), "processors": os.cpu_count()}
    for name in PACKAGES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def memory():
    """Bytes of the machine's memory; None where the system does not say, as on Windows or in a browser.

    >>> memory() is None or memory() > 2**20
    True
    """
    try:
        n_pages, n_bytes = os.sysconf("SC_PHYS_PAGES"), os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return None
    return n_pages * n_bytes if min(n_pages, n_bytes) > 0 else None


def commit():
    """The git commit of the package's source, with "+" where it was changed since; None outside git."""
    here = Path(__file__).parent

    def git(*arguments):
        command = ["git", "-C", str(here), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()

    try:
        if Path(git("rev-parse", "--show-toplevel")) != here.parent:
            return None
        return git("rev-parse", "--short", "HEAD") + "+" * bool(git("status", "--porcelain", "--", str(here)))
    except (OSError, subprocess.CalledProcessError):
        return None
