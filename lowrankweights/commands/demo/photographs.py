"""The demo's first part: filters of photographs with fewer and fewer weights learned (Figures 2 and 1)."""

from ... import datasets, experiments
from ...experiments.harness.pages import draw
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


def show(out, figures=None):
    """Make figures at their quick size, those of ``CAPTIONS``; (file name, title, caption) triples."""
    figures = [experiments.figure_named(name) for name in CAPTIONS] if figures is None else figures
    print("Patches of two photographs that come with scikit-learn; filters of reconstruction ICA, by L-BFGS.")
    print(f"Licence: {datasets.load_natural_images('bundled').license}")
    return [(_make(figure, out), *CAPTIONS[figure.name]) for figure in figures]


def _make(figure, out):
    """Run, sum up and draw a figure; the picture's file name."""
    from tqdm.auto import tqdm

    specs, n_threads = figure.runs("quick"), available_processors()
    bar = tqdm(specs, desc=f"figure {figure.name}", unit="run", leave=False)
    results = [{**spec, **figure.run_one(spec, {}, n_threads)} for spec in bar]
    print(f"\n{figure.summary(results)}")
    picture = out / f"figure-{figure.name}.png"
    draw(figure, results, picture)
    return picture.name
