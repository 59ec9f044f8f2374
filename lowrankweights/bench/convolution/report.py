"""The table and the picture of the convolutional network's clock."""

from .cases import MODELS

HEAD = ("learned", "products", "bound", "ours", "min-max", "bound/ours", "PyTorch all/ours")
GREY, SHARE = "#555555", "a share, min to max"
WIDTHS = (80, 36)  # percent


def table(report):
    """The report as text."""
    settings, speed = report["settings"], report["gigaflops"]
    lines = [
        f"Convolutions: {settings['n_images']:,} images, {settings['dtype']}, {settings['n_threads']} "
        f"threads; medians of {settings['repeats']} rounds."
    ]
    for model in MODELS.values():
        lines += ["", f"One loss and gradient of {model}:", *_rows(report, model)]
        torch = report["PyTorch"][model]
        if torch["fastest"]:
            s, n_ways = torch["seconds"][torch["fastest"]], len(torch["seconds"])
            lines.append(
                f"PyTorch, every weight: {s['median']:.3f} s, {s['min']:.3f}-{s['max']:.3f} "
                f"({torch['fastest']}, the fastest of {n_ways} ways)."
            )
    lines += [
        "",
        f"bound: the multiplications of each layer's cheapest order as matrix products, which here ran at "
        f"{speed['median']:.0f} Gflop/s ({speed['min']:.0f}-{speed['max']:.0f}).",
    ]
    return "\n".join(lines)


def _rows(report, model):
    """The lines of one model's table."""
    rows = [HEAD]
    for case in _of(report, model):
        s, ratio = case["seconds"], case["PyTorch/ours"]
        cells = [f"{case['multiplications'] / 1e9:.1f} G", f"{case['bound_seconds']:.3f} s"]
        cells += [f"{s['median']:.3f} s", f"{s['min']:.3f}-{s['max']:.3f}", f"{case['bound/ours']:.2f}"]
        rows.append((case["learned"], *cells, f"{ratio:.2f}" if ratio else "-"))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(cell.rjust(w) for cell, w in zip(row, widths, strict=True)) for row in rows]


def _of(report, model):
    return [case for case in report["cases"].values() if case["model"] == model]


def draw(report, path):
    """Milliseconds an image against the share learned, of the network and of the layer alone."""
    import matplotlib.pyplot as plt

    from ... import plotting

    with plt.rc_context(plotting.STYLE):
        # a percent is as wide in either panel
        how = {"figsize": (7.2, 3.6), "layout": "constrained", "width_ratios": WIDTHS}
        figure, axes = plt.subplots(1, 2, **how)
        for ax, model, width in zip(axes, MODELS.values(), WIDTHS, strict=True):
            panel(ax, report, model, plotting.COLOURS)
            ax.set(xlim=(0, width), ylim=(0, None))
        axes[0].set_ylabel("one loss and gradient, ms an image")
        figure.supxlabel("share of each filter learned (%)", fontsize=plt.rcParams["axes.labelsize"])
        handles, labels = axes[0].get_legend_handles_labels()
        order = sorted(range(len(labels)), key=lambda i: labels[i] != SHARE)  # ours first
        handles, labels = ([of[i] for i in order] for of in (handles, labels))
        figure.legend(handles, labels, loc="outside upper center", ncols=len(labels), columnspacing=1.6)
        figure.savefig(path)
        plt.close(figure)


def panel(ax, report, model, colours):
    """One model: ours and its bound against the share, every weight and PyTorch as lines across."""
    some = sorted((c for c in _of(report, model) if c["share"] is not None), key=lambda c: c["share"])
    (every,) = (c for c in _of(report, model) if c["share"] is None)
    each = 1000 / report["settings"]["n_images"]
    percent = [100 * c["share"] for c in some]
    median = [each * c["seconds"]["median"] for c in some]
    below = [m - each * c["seconds"]["min"] for m, c in zip(median, some, strict=True)]
    above = [each * c["seconds"]["max"] - m for m, c in zip(median, some, strict=True)]
    how = {"color": colours["blue"], "capsize": 2.5, "ms": 4.5, "lw": 1.3, "elinewidth": 1.0}
    ax.errorbar(percent, median, (below, above), fmt="o-", label=SHARE, **how)
    bound = [each * c["bound_seconds"] for c in some]
    ax.plot(percent, bound, "--", color=GREY, lw=1.2, label="its multiplications alone")
    _across(ax, every["seconds"], each, colours["red"], "-", "every weight")
    torch = report["PyTorch"][model]
    if torch["fastest"]:
        _across(ax, torch["seconds"][torch["fastest"]], each, colours["purple"], ":", "PyTorch, every weight")
    ax.set_xticks(percent, [f"{p:g}" for p in percent])
    ax.set(title=model.replace(" x ", " × "))


def _across(ax, seconds, each, colour, dashes, label):
    """A line across at the median, in a band from min to max."""
    ax.axhspan(each * seconds["min"], each * seconds["max"], color=colour, alpha=0.15, lw=0)
    ax.axhline(each * seconds["median"], color=colour, ls=dashes, lw=1.6, label=label)
