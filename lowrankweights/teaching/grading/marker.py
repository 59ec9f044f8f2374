"""One notebook, in a process of its own: ``python -m lowrankweights.teaching.grading.marker``.

Reads the steps from stdin, and prints a line of JSON for each check as it ends, so that what came before an
endless loop counts.
"""

import ast
import contextlib
import io
import itertools
import json
import os
import re
import signal
import sys
import traceback
import types

LINE = "lowrankweights-mark "
PACKAGE = __name__.split(".")[0]
ENDLESS, FURTHER = "did not end within", "the visible checks pass, a further test does not"
CELLS = itertools.count()


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

    namespace, clean, broken = {"__name__": "__main__"}, snapshot(), {}
    check = marking.untouched(names)
    for what, name, text, whole in steps:
        if what == "again" and check.passed(name):
            continue
        if what in ("own", "given"):
            namespace |= {"check": check} if what == "given" else {}
            said = run_cell(text, namespace, seconds if what == "own" else 0)  # ours end by themselves
            if what == "own":
                restore(clean)
                broken |= dict.fromkeys(names_defined(text), said)  # the last cell that defines it counts
            if said:
                tell({"cell": text.strip().splitlines()[0][:80], "said": said})
            continue
        namespace["check"] = check
        result, words = run_check(check, name, text, namespace, seconds, clean)
        failed = broken.get(name, "")
        if result == "missing" and failed and (name not in namespace or failed.startswith("SyntaxError")):
            result, words = "wrong", f"The cell that defines it failed: {failed}"
        hidden = ""
        if result == "passed" and whole:
            result, hidden = run_check(check, name, whole, namespace, seconds, clean)
            if result != "passed":
                result, words, hidden = "wrong", FURTHER, hidden or result
                check.results[name], check.said[name] = result, words
            else:
                hidden = ""
        tell({"check": name, "result": result, "said": words, "hidden": hidden})


def run_check(check, name, text, namespace, seconds, clean):
    """What came of a check, and what it said; what else the cell asserts counts too, as for nbgrader."""
    check.results.pop(name, None)
    said = run_cell(text, namespace, seconds)
    restore(clean)
    result = check.results.get(name, "wrong" if said else "not checked")
    if result == "passed" and said:
        result = check.results[name] = "wrong"
        return result, said
    return result, check.said.get(name, "") if name in check.results else said


def run_cell(text, namespace, seconds):
    """Run a cell, for so many seconds, 0: for ever; "" or what went wrong in one line."""
    import linecache

    text, place = as_python(text), f"<cell {next(CELLS)}>"  # of its own, so that the right lines are found
    linecache.cache[place] = len(text), None, text.splitlines(keepends=True), place
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            exec(compile(text, place, "exec"), namespace)
    except TooLong:
        return f"{ENDLESS} {seconds:g} seconds: an endless loop?"
    except KeyboardInterrupt:
        return "interrupted"
    except BaseException as error:  # an exit() in a cell ends the cell, not the marking
        return told(error, place)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        if pyplot := sys.modules.get("matplotlib.pyplot"):
            pyplot.close("all")
    return ""


def told(error, place):
    """An error in a line: its kind, the cell's line, what it says."""
    if isinstance(error, SyntaxError) and error.filename == place:
        line, text = error.lineno, error.msg
    else:
        lines = [
            n for frame, n in traceback.walk_tb(error.__traceback__) if frame.f_code.co_filename == place
        ]
        line, text = (lines or [None])[-1], str(error)
    where = "" if line is None else f", line {line}"
    return f"{type(error).__name__}{where}{': ' if text else ''}{text}"[:500]


def as_python(text):
    """A cell's text; where it is no Python, without IPython's lines, which begin with % or !.

    >>> as_python("%matplotlib inline\\nx = 1"), as_python("x = (7\\n% 4)")
    ('pass\\nx = 1', 'x = (7\\n% 4)')
    """
    try:
        ast.parse(text)
    except SyntaxError:
        return re.sub(r"^([ \t]*)[%!].*$", r"\1pass", text, flags=re.MULTILINE)
    return text


def names_defined(text):
    """Names to which a cell gives a value at its top.

    >>> sorted(names_defined("def f(x):\\n    y = 1\\ng = lambda x: x\\na, b = f(1), 2"))
    ['a', 'b', 'f', 'g']
    """
    try:
        body = ast.parse(as_python(text)).body
    except SyntaxError:
        found = re.findall(r"^(?:async def|def|class) (\w+)|^(\w+)\s*=", text, re.MULTILINE)
        return {name for names in found for name in names if name}
    names = {node.name for node in body if isinstance(node, (ast.FunctionDef, ast.ClassDef))}
    for node in body:
        if isinstance(node, (ast.Assign, ast.AnnAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names |= {n.id for t in targets for n in ast.walk(t) if isinstance(n, ast.Name)}
    return names


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
