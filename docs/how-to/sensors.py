"""Sensors: each input is somewhere, on a map, on a head, in a hall; near ones measure alike."""

import numpy as np

import lowrankweights as lrw

rng = np.random.default_rng(0)
places = rng.uniform(0, 10, size=(60, 2))  # metres; one row a sensor, any number of coordinates
source = rng.uniform(0, 10, size=(500, 2))  # what is to be found: where it is warm
distance = np.linalg.norm(source[:, None] - places, axis=2)
measured = np.exp(-(distance**2) / 8) + rng.normal(scale=0.05, size=distance.shape)

smooth = {"points": places, "dictionary": "squared_exponential", "length_scale": 2.0}
model = lrw.LowRankMLPRegressor((40,), **smooth, proportion=0.25, max_iter=500, tol=1e-3, random_state=0)
model.fit(measured[:400], source[:400])
error = np.linalg.norm(model.predict(measured[400:]) - source[400:], axis=1)
print(f"found to within {np.median(error):.2f} m (median); {model.n_dynamic_:,} numbers were learned")
