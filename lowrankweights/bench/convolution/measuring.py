"""One loss and gradient of each case, PyTorch's, and the machine's products, measured in turn."""

import functools
import itertools

import numpy as np

from ...speed import Objective, available_processors
from ..peers import available
from ..turns import in_turn, spread
from .cases import CASES, EVERY, data
from .peer import BLOCKS, FORMATS, torch_loss_and_grad
from .products import PiecesOfProducts

N_IMAGES = 1000
PRODUCTS = "matrix products"


def measure(n_images=N_IMAGES, repeats=7, dtype=np.float32, with_peers=True):
    """The report, as plain data, of so many rounds."""
    n_threads = available_processors()
    products = PiecesOfProducts(dtype, n_threads)
    jobs, multiplications = our_jobs(n_images, dtype)
    jobs[PRODUCTS] = products
    if with_peers and "torch" in available():
        jobs.update(torch_jobs(n_images, dtype))
    seconds = in_turn(jobs, repeats)
    report = summarise(seconds, multiplications, products.multiplications)
    settings = {"n_images": n_images, "dtype": str(np.dtype(dtype)), "n_threads": n_threads}
    report["settings"] = {**settings, "repeats": repeats}
    return report


def our_jobs(n_images, dtype):
    """Functions without arguments, and how many multiplications each makes, by case."""
    jobs, multiplications = {}, {}
    for case in CASES:
        net, theta = case.network()
        objective = Objective(net, *data(net, n_images, dtype))
        jobs[case] = functools.partial(objective, theta)
        multiplications[case] = objective.plan.multiplications
    return jobs, multiplications


def torch_jobs(n_images, dtype):
    """Functions without arguments by (model, how): every weight learned, in all formats and blocks."""
    jobs = {}
    for case in EVERY.values():
        net, theta = case.network()
        X, Y = data(net, n_images, dtype)
        for memory_format, block in itertools.product(FORMATS, BLOCKS):
            how = f"{memory_format}, {'whole batch' if block is None else f'blocks of {block}'}"
            jobs[case.model, how] = torch_loss_and_grad(net, theta, X, Y, block, memory_format)
    return jobs


def summarise(seconds, multiplications, in_products):
    """Medians and spreads, the bound, and ratios, as plain data.

    Parameters
    ----------
    seconds : dict
        Of each round, by ``Case``, by (model, how) of PyTorch, and of ``PRODUCTS``.
    multiplications : dict
        Of a loss and gradient, in each layer's cheapest order; by ``Case``.
    in_products : int
        Multiplications in ``PRODUCTS``.
    """
    products, cases = spread(seconds[PRODUCTS]), {}
    torch = {case.model: _fastest(seconds, case.model) for case in EVERY.values()}
    for case, n in multiplications.items():
        ours, theirs = spread(seconds[case]), torch[case.model]
        bound = n / in_products * products["median"]
        peer = theirs["seconds"][theirs["fastest"]]["median"] if theirs["fastest"] else None
        cases[case.name] = {
            "model": case.model, "learned": case.learned, "share": case.share, "multiplications": n,
            "seconds": ours, "bound_seconds": bound, "bound/ours": bound / ours["median"],
            "PyTorch/ours": peer and peer / ours["median"],
        }  # fmt: skip
    speed = {"median": "median", "min": "max", "max": "min"}  # the slowest round has the lowest speed
    gigaflops = {name: 2e-9 * in_products / products[of] for name, of in speed.items()}
    return {"gigaflops": gigaflops, "cases": cases, "PyTorch": torch}


def _fastest(seconds, model):
    """PyTorch's ways to compute a model, and which had the lowest median; None where it was not measured."""
    ways = {key[1]: spread(s) for key, s in seconds.items() if isinstance(key, tuple) and key[0] == model}
    return {"fastest": min(ways, key=lambda how: ways[how]["median"], default=None), "seconds": ways}
