"""Figure 1, a file for each kind of model: features, a few of their weights, the prediction from these."""


def strongest_and_all(completion, W, shape, of_strongest, of_all):
    """The picture of some completed filters, and beside it all of them, W (n_v, n_features); with titles."""
    import matplotlib.pyplot as plt

    from .... import plotting

    c, figure = completion, plt.figure(figsize=(10.2, 4.4), layout="compressed")
    left, right = figure.subfigures(1, 2, width_ratios=[1.35, 1])
    plotting.feature_completion(c["W"], c["alpha"], c["U"], shape, c["length_scale"], fig=left)
    left.suptitle(of_strongest, fontsize="medium")
    plotting.tiles(W, shape, right.subplots()).set_title(of_all)
    return figure
