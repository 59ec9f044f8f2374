"""RICA's cost and gradient, ours against PyTorch's autograd of the plain cost."""

import functools

import numpy as np

from ... import dictionaries
from ...dictionaries.index_sets import count_known
from ...speed import available_processors
from ...unsupervised.rica import rica_objective
from ..peers import BLOCKS, available

N_ROWS, N_V, N_COMPONENTS = 50_000, 192, 800  # patches of 8 x 8 pixels in colour
SPARSITY, EPS = 0.1, 1e-2
PROPORTIONS = {"every weight": None, "10 %": 0.1}


def jobs(n_rows=N_ROWS, dtype=np.float32, with_peers=True):
    """Functions without arguments by (what, learned), for ``in_turn``; values do not matter to the clock."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n_rows, N_V)).astype(dtype)
    made = {}
    for name, proportion in PROPORTIONS.items():
        U = None
        if proportion is not None:
            U = dictionaries.random_projection(N_V, count_known(proportion, N_V), rng)
        fun = rica_objective(X, N_COMPONENTS, U, SPARSITY, EPS)
        made["ours", name] = functools.partial(fun, fun.init(rng=0))
    if with_peers and "torch" in available():
        W = rng.normal(size=(N_V, N_COMPONENTS)).astype(dtype)
        for block in (None, *BLOCKS):
            label = f"PyTorch, {'whole batch' if block is None else f'blocks of {block}'}"
            made[label, "every weight"] = torch_cost_and_grad(X, W, block)
    return made


def torch_cost_and_grad(X, W, block_rows=None):
    """A function without arguments: the plain cost and its gradient by autograd, every weight learned."""
    import torch

    torch.set_num_threads(available_processors())
    X, P = torch.from_numpy(X), torch.tensor(W, requires_grad=True)
    n, size = len(X), block_rows or len(X)

    def cost_and_grad():
        P.grad, total = None, 0.0
        for start in range(0, n, size):
            x = X[start : start + size]
            w = P / P.norm(dim=0)
            z = x @ w
            reconstruction = 0.5 * (z @ w.T - x).square().sum()
            cost = (reconstruction + SPARSITY * (z * z + EPS).sqrt().sum()) / n
            cost.backward()
            total += float(cost.detach())
        return total, P.grad

    return cost_and_grad


def summarise(seconds):
    """Medians, and how many times faster ours is than the faster way to run PyTorch."""
    median = {name: float(np.median(values)) for name, values in seconds.items()}
    torch = [s for (what, _), s in median.items() if what.startswith("PyTorch")]
    return {
        "seconds": {f"{what}, {learned}": s for (what, learned), s in median.items()},
        "PyTorch/ours": {p: min(torch) / median["ours", p] if torch else None for p in PROPORTIONS},
    }


def table(report, n_rows=N_ROWS):
    """The report as text."""
    lines = [f"RICA, {n_rows:,} x {N_V}, {N_COMPONENTS} filters:"]
    lines += [f"  {name:<36} {seconds:.3f} s" for name, seconds in report["seconds"].items()]
    ratios = {learned: r for learned, r in report["PyTorch/ours"].items() if r}
    lines += [f"  PyTorch with every weight / ours with {p:<13} {ratio:.1f}" for p, ratio in ratios.items()]
    return "\n".join(lines)
