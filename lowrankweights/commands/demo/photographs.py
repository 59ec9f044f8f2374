"""The demo's first part: filters of photographs with fewer and fewer weights learned (Figures 2 and 1)."""

from ... import datasets, experiments
from ...speed import available_processors

CAPTIONS = {
    "2": (
        "Filters with 100 % to 10 % of each learned",
        "Filters that reconstruction ICA (RICA) learns from patches of photographs: they rebuild a patch "
        "while few of them answer. In the first column every weight is learned; further right fewer and "
        "fewer are, down to a tenth, and the rest is predicted at every step from the pixels near by. Every "
        "column is a minimisation of its own, which may end in another minimum: a filter can be missing in "
        "one column and be back in the next. Blue is negative, red positive; each filter on its own scale.",
    ),
    "1-rica-natural": (
        "Features, a few of their weights, and the features predicted from these",
        "Left, top: the features with the largest response; every weight of them was learned. Middle: 30 % "
        "of their weights, at random. Bottom: all weights, predicted from these by kernel ridge regression, "
        "which does well where a feature is smooth. Right: all filters. Most are smaller than the gaps "
        "between the known weights, and could not be predicted like that.",
    ),
}


def show(out):
    """Make both figures at their quick size; returns (file name, title, caption) triples."""
    print("Patches of two photographs that come with scikit-learn; filters of reconstruction ICA, by L-BFGS.")
    print(f"Licence: {datasets.load_natural_images('bundled').license}")
    return [(_make(name, out), *caption) for name, caption in CAPTIONS.items()]


def _make(name, out):
    """Run, sum up and draw a figure; the picture's file name."""
    import matplotlib.pyplot as plt
    from tqdm.auto import tqdm

    from ... import plotting

    figure, picture = experiments.figure_module(name), f"figure-{name}.png"
    specs, n_threads = figure.runs("quick"), available_processors()
    bar = tqdm(specs, desc=f"figure {name}", unit="run", leave=False)
    results = [{**spec, **figure.run_one(spec, {}, n_threads)} for spec in bar]
    print(f"\n{figure.summary(results)}")
    with plt.rc_context(plotting.STYLE):
        drawn = figure.draw(results)
        drawn.savefig(out / picture)
        plt.close(drawn)
    return picture
