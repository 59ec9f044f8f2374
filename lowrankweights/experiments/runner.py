"""Runs a list of experiments: resumable, in parallel, one line of results as each run ends.

A *figure* is a module with

``runs(preset)``
    A list of specs: plain dicts of all settings of a run. (Constants are in the code, whose commit is
    written with the results.)
``group(spec)``
    Runs with equal groups are made one after the other, and share what they can.
``run_one(spec, shared, n_threads)``
    A dict of results; ``shared`` is a dict that lives as long as the group.
``summary(results)``
    What came out, as text.
``draw(results)``
    A matplotlib figure.
``check_claims(results)``, optional
    A list of ``claims.Claim``.
"""

import importlib
import time
import traceback
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

from .. import _checks
from ..datasets import DataFileError, DataNotFound
from ..environment import commit, versions
from ..results import files as result_files
from ..speed import available_processors


def run(figure, preset, path, jobs=1, resume=False, report=print):
    """Make the runs of a figure that are not in the file yet.

    Parameters
    ----------
    figure : module
    preset : str
    path : Path
        JSON Lines, which grow with each finished run.
    jobs : int
        Processes; the processors are divided among them.
    resume : bool
        Go on with a file that is there.
    report : callable
        Told in words how it goes.

    Returns
    -------
    results : list of dict
        Those of the preset's runs that finished, in the order of ``runs(preset)``.
    failures : list of (spec, traceback)
        Also written beside ``path``, as ``.failures.txt``; the other runs are not lost. Where a
        process dies, the groups that were being run may have failed and those that waited go on.
    """
    jobs = _checks.integer("jobs", jobs, at_least=1)
    path, specs = Path(path), figure.runs(preset)
    path.parent.mkdir(parents=True, exist_ok=True)
    result_files.repair(path)
    done = result_files.read(path)
    if done and not resume:
        wanted = f"True (--resume) to go on with the {len(done)} runs in {path}, or another folder"
        _checks.fail("resume", wanted, "False")
    todo = [spec for spec in specs if not result_files.finished(spec, done)]
    report(f"{len(specs)} runs, {len(specs) - len(todo)} of them finished before; results: {path}")
    groups = {}
    for spec in todo:
        groups.setdefault(str(figure.group(spec)), []).append(spec)
    stamp = {"versions": versions(), "commit": commit()}
    failures = _run_groups(figure.__name__, list(groups.values()), path, jobs, stamp)
    notes = path.with_suffix(".failures.txt")
    notes.unlink(missing_ok=True)
    if failures:
        notes.write_text("\n\n".join(f"{spec}\n{trace}" for spec, trace in failures), encoding="utf-8")
        last_line = failures[0][1].strip().splitlines()[-1]
        report(f"{len(failures)} of {len(todo)} runs failed, see {notes}; --resume tries them again.")
        report(f"The first one: {last_line}")
    finished = result_files.read(path)
    ordered = [r for spec in specs for r in result_files.select(finished, **spec)[:1]]
    return ordered, failures


def _run_groups(name, groups, path, jobs, stamp):
    """The failures of all groups; progress on stderr."""
    from joblib import Parallel, delayed
    from tqdm.auto import tqdm

    n_threads = max(1, available_processors() // jobs)
    left, failures = dict(enumerate(groups)), []
    with tqdm(total=sum(map(len, groups)), unit="run", smoothing=0.1, disable=not groups) as bar:
        while left:
            tasks = [delayed(_run_group)(i, name, group, path, n_threads, stamp) for i, group in left.items()]
            parallel = Parallel(n_jobs=jobs, return_as="generator_unordered", batch_size=1)
            try:
                for i, failed in parallel(tasks):
                    bar.update(len(left.pop(i)))
                    failures += failed
            except BrokenProcessPool as error:  # the system ended a process, for instance for its memory
                done = result_files.read(path)
                for i in list(left)[:jobs]:  # groups are begun in order: one of these was being run
                    group = left.pop(i)
                    failures += [(s, str(error)) for s in group if not result_files.finished(s, done)]
                    bar.update(len(group))
    return failures


def _run_group(i, name, group, path, n_threads, stamp):
    """Make the runs of group i; each is written as it ends. Returns i and the failures."""
    figure, shared, failed = importlib.import_module(name), {}, []
    for spec in group:
        start = time.perf_counter()
        try:
            result = figure.run_one(spec, shared, n_threads)
            seconds = round(time.perf_counter() - start, 2)
            line = result_files.to_line(
                {**spec, **result, "seconds": seconds, "n_threads": n_threads, **stamp}
            )
        except (DataNotFound, DataFileError):  # no other run would go better
            raise
        except Exception:
            failed.append((spec, traceback.format_exc()))
            continue
        result_files.append(path, line)
    return i, failed
