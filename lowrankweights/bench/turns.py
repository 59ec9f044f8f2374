"""Jobs in turn (A B C, A B C, ...), each on the clock."""

import time

import numpy as np

PAUSE = 0.1  # seconds; after a job the threads of BLAS and PyTorch wait by spinning, in the next one's way


def in_turn(jobs, repeats):
    """Seconds of each job in each round, of the second of two calls.

    A minimisation calls a loss hundreds of times on end. The first call after the pause pays 20 ms
    for processors that wake up and caches that others filled, and compiles in the first round.
    """
    seconds = {name: [] for name in jobs}
    for _ in range(repeats):
        for name, job in jobs.items():
            time.sleep(PAUSE)
            job()
            start = time.perf_counter()
            job()
            seconds[name].append(time.perf_counter() - start)
    return seconds


def spread(values):
    """Median, least and largest of what was measured, as plain data.

    >>> spread([3.0, 1.0, 2.0])
    {'median': 2.0, 'min': 1.0, 'max': 3.0}
    """
    return {"median": float(np.median(values)), "min": float(min(values)), "max": float(max(values))}
