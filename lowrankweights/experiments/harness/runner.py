"""Runs a list of experiments: resumable, in parallel, one line of results as each run ends."""

import functools
import itertools
import json
import time
import traceback
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

from ... import _checks
from ..._blas import one_blas_thread
from ...datasets import DataFileError, DataNotFound
from ...environment import commit, versions
from ...results import files as result_files
from ...speed import available_processors
from . import checkpoints
from .earlier import in_todays_words


def run(figure, preset, path, jobs=1, resume=False, report=print, searched=None):
    """Make the runs of a figure that are not in the file yet.

    Parameters
    ----------
    figure : Figure
    preset : str
    path : str or Path
        JSON Lines, which grow with each finished run.
    jobs : int
        Processes; the processors are divided among them.
    resume : bool
        Go on with a file that is there.
    report : callable
        Told in words how it goes.
    searched : callable, optional
        Called with the results of the search, where there is one, before the other runs are made.

    Returns
    -------
    results : list of dict
        Those of the preset's runs that finished, in the order of ``figure.runs(preset)``; before them
        those of its search, if it has one.
    failures : list of (spec, traceback)
        Also written beside ``path``, as ``.failures.txt``; the other runs are not lost. Where a
        process dies, the groups that were being run may have failed and those that waited go on.

    Raises
    ------
    ValueError
        If there are results already, and resume is False.
    DataNotFound, DataFileError
        At once: no other run would go better.
    KeyboardInterrupt
        What was finished is in the file.
    """
    jobs = _checks.integer("jobs", jobs, at_least=1)
    path, searches = Path(path).expanduser(), figure.searches(preset)
    _check_specs(searches or figure.runs(preset))
    path.parent.mkdir(parents=True, exist_ok=True)
    result_files.repair(path)
    done = read(path)
    if done and not resume:
        wanted = f"True (--resume) to go on with the {len(done)} runs in {path}, or another folder"
        _checks.fail("resume", wanted, "False")
    make = functools.partial(_make, figure, path=path, jobs=jobs, report=report)
    if not searches:
        return make(figure.runs(preset), "runs")
    chosen_by, failures = make(searches, "runs before the others")
    if searched is not None:
        searched(chosen_by)
    found, more = make(figure.runs(preset, chosen_by), "runs") if not failures else ([], [])
    return chosen_by + found, failures + more


def _make(figure, specs, what, path, jobs, report):
    """Make those of the specs that are not in the file yet; the results of all, and failures."""
    _check_specs(specs)
    done = read(path)
    todo = [spec for spec in specs if not result_files.finished(spec, done)]
    report(f"{len(specs)} {what}, {len(specs) - len(todo)} of them finished before; results: {path}")
    failures = _run_groups(figure, _groups(figure, todo), path, jobs)
    _note_failures(failures, len(todo), path.with_suffix(".failures.txt"), report)
    return in_order(specs, read(path)), failures


def read(path):
    """The results in a file, in today's words."""
    return [in_todays_words(result) for result in result_files.read(path)]


def in_order(specs, results):
    """The result of each spec that has one."""
    found = ((result for result in results if result_files.is_of(result, spec)) for spec in specs)
    return [result for of_spec in found for result in itertools.islice(of_spec, 1)]


def _groups(figure, specs):
    """The specs as a list of groups, in the order of their first ones."""
    groups = {}
    for spec in specs:
        groups.setdefault(str(figure.group(spec)), []).append(spec)
    return list(groups.values())


def _note_failures(failures, n_runs, notes, report):
    """Write what failed to a file beside the results, or remove that of an earlier time."""
    notes.unlink(missing_ok=True)
    if failures:
        notes.write_text("\n\n".join(f"{spec}\n{trace}" for spec, trace in failures), encoding="utf-8")
        last_line = failures[0][1].strip().splitlines()[-1]
        report(f"{len(failures)} of {n_runs} runs failed, see {notes}; resume (--resume) tries them again.")
        report(f"The first one: {last_line}")


def _run_groups(figure, groups, path, jobs):
    """The failures of all groups; progress on stderr."""
    from joblib import Parallel, delayed
    from tqdm.auto import tqdm

    n_threads, stamp = max(1, available_processors() // jobs), {"versions": versions(), "commit": commit()}
    left, failures = dict(enumerate(groups)), []
    with tqdm(total=sum(map(len, groups)), unit="run", smoothing=0.1, disable=not groups) as bar:
        while left:
            tasks = [delayed(_run_group)(i, figure, g, path, n_threads, stamp) for i, g in left.items()]
            parallel = Parallel(n_jobs=jobs, return_as="generator_unordered", batch_size=1)
            try:
                for i, failed in parallel(tasks):
                    bar.update(len(left.pop(i)))
                    failures += failed
            except BrokenProcessPool as error:  # the system ended a process, for instance for its memory
                done = read(path)
                for i in list(left)[:jobs]:  # groups are begun in order: one of these was being run
                    group = left.pop(i)
                    failures += [(s, str(error)) for s in group if not result_files.finished(s, done)]
                    bar.update(len(group))
    return failures


def _check_specs(specs):
    """A ``ValueError`` unless every spec comes back from JSON as it is, and no two are equal."""
    for i, spec in enumerate(specs):
        try:
            back = json.loads(json.dumps(spec, allow_nan=False))
        except (TypeError, ValueError) as error:
            _checks.fail("runs (a spec)", "values as JSON has them", f"{spec} ({error})")
        if back != spec:
            changed = {k: v for k, v in spec.items() if back.get(k) != v}
            _checks.fail("runs (a spec)", "values as JSON has them (a list, not a tuple)", changed)
        if spec in specs[:i]:
            _checks.fail("runs", "specs that differ", f"{spec} twice")


def _check_result(spec, result):
    """A ``ValueError`` if a run says of its settings something else than its spec."""
    other = {k: v for k, v in result.items() if k in spec and spec[k] != v}
    if other:
        _checks.fail("run_one", "results under other names than the spec's settings", other)


@one_blas_thread
def _run_group(i, figure, group, path, n_threads, stamp):
    """Make the runs of group i; each is written as it ends. Returns i and the failures."""
    shared, failed = {}, []
    for spec in group:
        start, checkpoint = time.perf_counter(), checkpoints.path_of(path, spec)
        shared["checkpoint"] = checkpoint
        try:
            result = figure.run_one(spec, shared, n_threads)
            _check_result(spec, result)
            before = result.pop("seconds_before", 0.0)  # it was killed
            seconds = round(before + time.perf_counter() - start, 2)
            stamp = {**stamp, "seconds": seconds, "n_threads": n_threads, "spec_keys": sorted(spec)}
            line = result_files.to_line({**spec, **result, **stamp})
        except (DataNotFound, DataFileError):  # no other run would go better
            raise
        except Exception:
            failed.append((spec, traceback.format_exc()))
            continue
        result_files.append(path, line)
        checkpoints.remove(checkpoint)
    return i, failed
