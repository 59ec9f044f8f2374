"""The table and the picture of what was measured."""

import json
from pathlib import Path

from .cases import CURVE, EVERY, TABLE

HEAD = (
    "learned", "products", "bound", "Gflop/s", "ours", "min-max", "bound/ours", "PyTorch", "PyTorch all/ours",
)  # fmt: skip


def write_json(file, report):
    """The report as JSON; what is not a number becomes null."""
    file = Path(file).expanduser()
    file.parent.mkdir(parents=True, exist_ok=True)
    # JSON has no NaN: read it back as None
    plain = json.loads(json.dumps(report, default=float), parse_constant=lambda name: None)
    file.write_text(json.dumps(plain, indent=1) + "\n", encoding="utf-8")


def table(report):
    """The table as text."""
    rows = [HEAD]
    for case in TABLE:
        c, s = report["cases"][case.name], report["seconds"][case.name]["ours"]
        torch, ratio = c["PyTorch seconds"], c["PyTorch every weight/ours"]
        cells = [
            f"{c['multiplications'] / 1e9:.1f} G",
            f"{c['bound_seconds']:.3f} s",
            f"{c['gigaflops']:.0f}",
        ]
        cells += [f"{s['median']:.3f} s", f"{s['min']:.3f}-{s['max']:.3f}", f"{c['bound/ours']:.2f}"]
        cells += [f"{torch:.3f} s" if torch else "-", f"{ratio:.2f}" if ratio else "-"]
        rows.append((case.name, *cells))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(cell.rjust(w) for cell, w in zip(row, widths, strict=True)) for row in rows]
    every = report["seconds"][EVERY.name]
    if "scikit-learn" in every:
        sklearn = every["scikit-learn"]["median"]
        lines.append(f"scikit-learn's MLPClassifier, every weight: {sklearn:.3f} s, "
                     f"{sklearn / every['ours']['median']:.2f} times ours")  # fmt: skip
    lines.append(
        "bound: the matrix products of the cheapest order alone, the faster of two ways to run them."
    )
    return "\n".join(lines)


def draw(report, path):
    """Time against the proportion of the weights learned, with the bound as a line."""
    import matplotlib.pyplot as plt

    from .. import plotting

    curve = [report["cases"][case.name] for case in CURVE]
    percent = [100 * c["proportion"] for c in curve]
    every = report["cases"][EVERY.name]
    with plt.rc_context(plotting.STYLE):
        figure, ax = plt.subplots(figsize=(5.6, 3.6), layout="constrained")
        colours = plotting.COLOURS
        ours, bound = ([c[f"{whose}_seconds"] for c in curve] for whose in ("ours", "bound"))
        ax.plot(percent, ours, "o-", color=colours["blue"], label="loss and gradient")
        ax.plot(percent, bound, "--", color="#555555", label="its matrix products alone")
        ax.axhline(every["ours_seconds"], color=colours["red"], lw=1.2, label="every weight, no dictionary")
        if every["PyTorch seconds"]:
            how = {"color": colours["purple"], "ls": ":", "label": "PyTorch, every weight"}
            ax.axhline(every["PyTorch seconds"], **how)
        ax.set(xlabel="share of each filter learned (%), one column a layer", ylabel="seconds")
        ax.set(xlim=(0, 102), ylim=(0, None))
        ax.legend()
        figure.savefig(path)
        plt.close(figure)
