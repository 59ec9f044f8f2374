"""What a measured number, or a fit, depends on: versions, processors, memory, the commit."""

import importlib.metadata
import os
import platform
import subprocess
from pathlib import Path

NARROW = ("Haswell", "Zen")  # OpenBLAS's kernels without AVX-512, for processors that may have it
PACKAGES = ("lowrankweights", "numpy", "scipy", "scikit-learn", "numba", "torch")


def switched_on(variable):
    """Whether an environment variable is set to something else than nothing or 0."""
    return os.environ.get(variable, "") not in ("", "0")


def versions():
    """Versions of Python and of the packages that are installed, processors, and BLAS's kernels.

    >>> "numpy" in versions()
    True
    """
    found = {"python": platform.python_version(), "processors": os.cpu_count()}
    for name in PACKAGES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    kernels = dict.fromkeys(f"{library['name']} {library['kernels']}" for library in blas())
    return found | {"blas": ", ".join(kernels)}


def blas():
    """The libraries of matrix products as dicts: name, version and kernels, on which the last bits depend.

    >>> [sorted(library) for library in blas()][:1]
    [['kernels', 'n_threads', 'name', 'version']]
    """
    import numpy  # noqa: F401  whose BLAS it is, and SciPy's
    from scipy import linalg  # noqa: F401
    from threadpoolctl import threadpool_info

    names = {
        "name": "internal_api",
        "version": "version",
        "kernels": "architecture",
        "n_threads": "num_threads",
    }
    found = [library for library in threadpool_info() if library["user_api"] == "blas"]
    return [{ours: library.get(theirs) for ours, theirs in names.items()} for library in found]


def narrow_kernels(libraries, cpu="/proc/cpuinfo"):
    """A sentence where the processor has AVX-512 and OpenBLAS does not use it, as on AMD's; "" elsewhere."""
    try:
        flags = Path(cpu).read_text().split()
    except OSError:
        return ""
    narrow = any(b["name"] == "openblas" and b["kernels"] in NARROW for b in libraries)
    if not narrow or not {"avx512f", "avx512vl", "avx512bw", "avx512dq"} <= set(flags):
        return ""
    return "AVX-512 is unused here: OPENBLAS_CORETYPE=SKYLAKEX may be a third faster"


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
