"""Figure 3: the columnar architecture, dense and convolutional, drawn from two layers; nothing is learned."""

import numpy as np

from ...dictionaries import Grid, SquaredExponential, kernel_ridge
from ...dictionaries.index_sets import column_centres, local_index_set
from ...networks import Conv2d, Dense
from ...weights import Columns, Predicted
from ..harness.figure import Figure

COMMON = {"dictionary": ["squared_exponential"], "seed": 0}
SMALL = {
    "dense": {"input_shape": [8, 8], "n_components": 60, "n_columns": 3, "proportion": 0.25,
              "length_scale": 1.0},
    "convolution": {"input_shape": [8, 8, 1], "window": [5, 5], "n_components": 12, "n_columns": 3,
                    "proportion": 0.4, "length_scale": 1.0},
}  # fmt: skip
# the first layers of the paper's networks: MNIST's with its ten columns, CIFAR-10's with three (in the paper
# it has one), so that there are columns to see
PAPER = {
    "dense": {"input_shape": [28, 28], "n_components": 500, "n_columns": 10, "proportion": 0.1,
              "length_scale": 2.0},
    "convolution": {"input_shape": [32, 32, 3], "window": [8, 8], "n_components": 48, "n_columns": 3,
                    "proportion": 0.25, "length_scale": 1.0},
}  # fmt: skip
PRESETS = {"quick": SMALL, "standard": PAPER, "paper": PAPER}
RIDGE = 0.1


class ColumnarArchitecture(Figure):
    """A run a layer, which is built from its spec and whose numbers are counted."""

    name, presets = "3", PRESETS

    def runs(self, preset):
        """The dense layer, then the convolution."""
        layers = self.presets[preset].items()
        return [{"figure": self.name, "model": model, **COMMON, **spec} for model, spec in layers]

    def run_one(self, spec, shared, n_threads):
        """Build the layer; count what is learned (without biases) and what is fixed."""
        q = layer_of(spec).parametrisation
        known = [leaf.n_alpha for leaf in q.leaves]
        return {"n_v": q.n_v, "n_alpha": known, "n_dynamic": q.n_dynamic, "n_static": q.n_static}

    def summary(self, results):
        """The shapes of a column, and the counts of the layer."""
        lines = [
            "| layer | v | columns | each U | each w_alpha | h | learned | fixed | every weight |",
            "|---|---|---|---|---|---|---|---|---|",
        ]
        for r in results:
            layer, n = layer_of(r), r["n_columns"]
            leaf = layer.parametrisation.leaves[0]
            shapes = [layer.in_shape, (leaf.n_v, leaf.n_alpha), (leaf.n_alpha, leaf.n_h), layer.out_shape]
            v, U, w, h = (" x ".join(map(str, shape)) for shape in shapes)
            counts = r["n_dynamic"], r["n_static"], r["n_v"] * r["n_components"]
            numbers = " | ".join(f"{count:,}" for count in counts)
            lines.append(f"| {r['model']} | {v} | {n} | {U} | {w} | {h} | {numbers} |")
        told = (
            "Nothing is learned here: the picture is drawn from the layers, by `plotting.columnar_layer`; "
            "`plotting.columnar` draws any network's. Columns divide the filters among them, so they add "
            "fixed numbers, but none to learn. Each column's known weights are dense in one region; of its "
            "dictionary four atoms are shown. Biases are not counted."
        )
        return "\n".join([*lines, "", told])

    def draw(self, results):
        """Dense at the left, convolutional at the right."""
        import matplotlib.pyplot as plt

        from ...plotting.columnar import WIDTH, columnar_layer, height_of

        layers = [layer_of(r) for r in results]
        height = max(map(height_of, layers))
        figure = plt.figure(figsize=(WIDTH * len(layers), height))
        for k, (r, layer) in enumerate(zip(results, layers, strict=True)):
            ax = figure.add_axes((k / len(layers), 0, 1 / len(layers), 1))
            shape = r["input_shape"] if r["model"] == "dense" else None
            columnar_layer(layer, shape, ax, height)
        return figure


def layer_of(spec):
    """The layer of a spec: each column knows weights that are dense around a place of its own."""
    shape = tuple(spec.get("window", spec["input_shape"])[:2])
    n_channels = spec["input_shape"][2] if "window" in spec else 1
    grid, rng = Grid(shape, channels=n_channels), np.random.default_rng(spec["seed"])
    n_alpha = n_channels * max(1, round(spec["proportion"] * np.prod(shape)))
    kernel, columns = SquaredExponential(spec["length_scale"]), []
    for centre in column_centres(grid, spec["n_columns"]):
        alpha = local_index_set(grid, n_alpha, centre, rng)
        U = kernel_ridge(kernel, grid, alpha, RIDGE)
        columns.append(Predicted(U, spec["n_components"] // spec["n_columns"]))
    if "window" not in spec:
        return Dense(Columns(columns), "sigmoid")
    return Conv2d(Columns(columns), spec["window"], "same", "relu").on(tuple(spec["input_shape"]))
