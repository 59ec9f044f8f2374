"""Figure 1, a file for each kind of model: features, a few of their weights, the prediction from these."""
