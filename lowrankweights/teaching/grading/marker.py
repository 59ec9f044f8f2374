"""One notebook, in a process of its own: ``python -m lowrankweights.teaching.grading.marker``.

Reads the steps from stdin, and prints a line of JSON for each check as it ends, so that what came before an
endless loop counts.
"""

import ast
import contextlib
import io
import json
import os
import signal
import sys
import types

LINE = "lowrankweights-mark "
PACKAGE = __name__.split(".")[0]


class TooLong(BaseException):
    """A cell took longer than it may; no ``except Exception`` of a student's holds it."""


def main():
    """Run the steps of a job; every check's result goes to the real stdout."""
    job = json.load(sys.stdin)
    report, sys.stdin = os.fdopen(os.dup(1), "w", buffering=1), io.StringIO()
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what cells print in C goes nowhere
    told = {"protected": shut_in(job["hidden"])}
    report.write(LINE + json.dumps(told) + "\n")
    import matplotlib

    matplotlib.use("Agg")
    signal.signal(signal.SIGALRM, _too_long)
    limit(job["memory"])
    run(job["steps"], job["names"], job["seconds"], lambda line: report.write(LINE + json.dumps(line) + "\n"))


def run(steps, names, seconds, tell):
    """Run steps in one namespace; ``tell`` is called with a dict for each check, and each cell that fails."""
    from ..lessons import marking

    namespace, clean = {"__name__": "__main__"}, snapshot()
    check = marking.untouched(names)
    for what, name, text in steps:
        if what == "own":
            said = run_cell(text, namespace, seconds)
            restore(clean)
            if said:
                tell({"cell": text.strip().splitlines()[0][:80], "said": said})
            continue
        if what == "again" and check.passed(name):
            continue
        namespace["check"] = check
        printed = io.StringIO()
        said = run_cell(text, namespace, seconds, printed)
        if what in ("check", "again"):
            restore(clean)
            result = check.results.get(name, "wrong" if said else "not checked")
            words = check.said.get(name) or said
            tell({"check": name, "result": result, "said": words})


def run_cell(text, namespace, seconds, printed=None):
    """Run a cell; "" or what went wrong in one line."""
    import linecache

    place = "<answer>"
    linecache.cache[place] = len(text), None, text.splitlines(keepends=True), place
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        with contextlib.redirect_stdout(printed or io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            exec(compile(as_python(text), place, "exec"), namespace)
    except TooLong:
        return f"stopped after {seconds:g} seconds"
    except KeyboardInterrupt:
        return "interrupted"
    except BaseException as error:  # an exit() in a cell ends the cell, not the marking
        return f"{type(error).__name__}: {error}"[:500]
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        if pyplot := sys.modules.get("matplotlib.pyplot"):
            pyplot.close("all")
    return ""


def as_python(text):
    """A cell's text; where it is no Python, without IPython's lines, which begin with % or !.

    >>> as_python("%matplotlib inline\\nx = 1"), as_python("x = (7\\n% 4)")
    ('x = 1', 'x = (7\\n% 4)')
    """
    try:
        ast.parse(text)
    except SyntaxError:
        return "\n".join(line for line in text.splitlines() if not line.lstrip().startswith(("%", "!")))
    return text


def _too_long(number, frame):
    signal.setitimer(signal.ITIMER_REAL, 1)  # again, for what holds it
    raise TooLong


def snapshot():
    """What modules and classes of the package, NumPy and builtins are, before a student's code is run."""
    import builtins

    import numpy

    from .. import lessons
    from ..doctor import diagnosis
    from ..lessons import exercises, words

    kept = [exercises, words, lessons, diagnosis, numpy, builtins]
    kept += [m for n, m in list(sys.modules.items()) if n.startswith(PACKAGE) and m not in kept]
    classes = [c for m in kept[:4] for c in vars(m).values() if isinstance(c, type) and _ours(c)]
    return [(thing, dict(vars(thing))) for thing in [*kept, *dict.fromkeys(classes)]]


def restore(clean):
    """Put back what a student's cell put in the place of our functions, by accident or not."""
    for thing, before in clean:
        now = vars(thing)
        for name, value in before.items():
            if now.get(name) is not value and not isinstance(value, types.MemberDescriptorType):
                with contextlib.suppress(AttributeError, TypeError):
                    setattr(thing, name, value)


def _ours(kind):
    return kind.__module__.startswith(PACKAGE)


def limit(memory):
    """No more than so many bytes, where the system has such a limit."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def shut_in(hidden):
    """No network, and empty folders in the place of the ``hidden`` ones: whether the system allowed it.

    Linux: name spaces of one's own (``unshare``), of the user where we are not root.
    """
    user, network, mounts, private, recursive = 0x10000000, 0x40000000, 0x20000, 0x40000, 0x4000
    found = {"network": False, "folders": False}
    with contextlib.suppress(Exception):
        import ctypes

        libc = ctypes.CDLL(None, use_errno=True)
        found["network"] = libc.unshare((user if os.getuid() else 0) | network | mounts) == 0
        if found["network"]:
            libc.mount(b"none", b"/", None, recursive | private, None)
            folders = [folder.encode() for folder in hidden if os.path.isdir(folder)]
            found["folders"] = all(libc.mount(b"tmpfs", f, b"tmpfs", 0, None) == 0 for f in folders)
    return found


if __name__ == "__main__":
    main()
