"""Measure in turn."""

import time
from pathlib import Path

import numpy as np

from ..environment import blas, narrow_kernels, versions
from ..speed import Objective, available_processors
from . import convolution, memory, peers
from .cases import CURVE, EVERY, TABLE, data
from .gemm import MatrixProducts
from .models import rica, speech
from .report import draw, table, write_json
from .turns import in_turn, spread


def run(n_rows=60_000, repeats=7, dtype="float32", with_peers=False, json_file=None, out="out"):
    """Time everything, print the table, write the picture and, if asked for, a JSON file."""
    dtype, n_threads, out = np.dtype(dtype), available_processors(), Path(out).expanduser()
    X, Y = data(n_rows, dtype)
    print(f"{n_rows:,} x 784-500-500-10, {dtype}, {n_threads} threads; medians of {repeats} rounds.")
    if hint := narrow_kernels(blas()):
        print(hint)
    jobs, cases = _jobs(X, Y, dtype, n_threads)
    if with_peers:
        jobs.update(_peer_jobs(X, Y, cases))
    seconds = in_turn(jobs, repeats)
    if with_peers and "sklearn" in peers.available():
        seconds["scikit-learn", EVERY.name] = [peers.sklearn_seconds(X, Y, time.perf_counter)]
    report = summarise(seconds, cases)
    settings = {"n_rows": n_rows, "dtype": str(dtype), "n_threads": n_threads, "repeats": repeats}
    report["settings"] = {**settings, "versions": versions()}
    report["peak_bytes"] = memory.growth(TABLE[:2], n_rows, dtype, n_threads)
    print(table(report))
    n_patches = min(n_rows, rica.N_ROWS)
    report["rica"] = rica.summarise(in_turn(rica.jobs(n_patches, dtype, with_peers), repeats))
    print(rica.table(report["rica"], n_patches))
    report["speech"] = speech.summarise(in_turn(speech.jobs(with_peers), repeats))
    print(speech.table(report["speech"]))
    n_images = max(1, n_rows // 60)
    report["convolution"] = convolution.measure(n_images, repeats, dtype, with_peers)
    print(convolution.table(report["convolution"]))
    print(memory.table(report["peak_bytes"]))
    out.mkdir(parents=True, exist_ok=True)
    draw(report, out / "bench.png")
    convolution.draw(report["convolution"], out / "bench-convolution.png")
    print(f"pictures: {out / 'bench.png'}, {out / 'bench-convolution.png'}")
    if json_file is not None:
        write_json(json_file, report)
        print(f"numbers: {json_file}")
    return report


def _jobs(X, Y, dtype, n_threads):
    """For each case: our loss and gradient, and its matrix products alone in two ways."""
    jobs, cases, shared = {}, {}, {}
    for case in dict.fromkeys([*TABLE, *CURVE]):
        net = case.network()
        objective = Objective(net, X, Y, n_threads=n_threads)
        theta = net.init(rng=0)
        bound = MatrixProducts(objective.plan, dtype, n_threads, shared)
        cases[case.name] = {
            "proportion": case.proportion, "n_columns": case.n_columns, "n_dynamic": net.n_dynamic,
            "multiplications": bound.multiplications,
        }  # fmt: skip
        jobs["ours", case.name] = lambda objective=objective, theta=theta: objective(theta)
        jobs["products, whole", case.name] = bound.whole
        jobs["products, blocks", case.name] = bound.blocks
    return jobs, cases


def _peer_jobs(X, Y, cases):
    if "torch" not in peers.available():
        print("PyTorch is not installed: pip install torch==2.13.0")
        return {}
    import torch

    torch.set_num_threads(available_processors())
    jobs = {}
    for case in TABLE:
        for block in (None, *peers.BLOCKS):
            label = f"PyTorch, {'whole batch' if block is None else f'blocks of {block}'}"
            jobs[label, case.name] = peers.torch_loss_and_grad(case.network(), X, Y, block)
    return jobs


def summarise(seconds, cases):
    """Medians, spreads and ratios, as plain data."""
    report = {"cases": cases, "seconds": {}}
    for (what, case), values in seconds.items():
        of_case = report["seconds"].setdefault(case, {})
        of_case[what] = spread(values)
    for case, of_case in report["seconds"].items():
        median = {what: s["median"] for what, s in of_case.items()}
        bound = min(median["products, whole"], median["products, blocks"])
        torch = [s for what, s in median.items() if what.startswith("PyTorch")]
        cases[case] |= {
            "bound_seconds": bound,
            "gigaflops": 2e-9 * cases[case]["multiplications"] / bound,
            "bound/ours": bound / median["ours"],
            "PyTorch seconds": min(torch) if torch else None,
        }
    every = cases[EVERY.name]["PyTorch seconds"]
    for case, numbers in cases.items():
        ours = report["seconds"][case]["ours"]["median"]
        numbers["ours_seconds"] = ours
        numbers["PyTorch every weight/ours"] = every / ours if every else None
    return report
