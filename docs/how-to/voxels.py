"""Voxels: volumes (n, 8, 8, 8); a Grid says that all three axes are positions, not channels."""

import numpy as np

import lowrankweights as lrw

rng = np.random.default_rng(0)
grid = lrw.Grid((8, 8, 8))  # of several numbers a voxel: lrw.Grid((8, 8, 8), channels=2)
centre = rng.uniform(2, 5, size=(400, 3))
radius = rng.uniform(1.0, 2.5, size=400)
distance = np.linalg.norm(grid.coordinates[None] - centre[:, None], axis=2)
volumes = (distance < radius[:, None]).reshape(400, 8, 8, 8) + rng.normal(scale=0.3, size=(400, 8, 8, 8))

model = lrw.LowRankMLPRegressor(
    (30,), points=grid, dictionary="dct", proportion=0.1, early_stopping=True, random_state=0
)
model.fit(volumes[:300], radius[:300])
a_filter = model.filters_[0][:, 0].reshape(8, 64)  # one slice a row
lrw.plotting.tiles(a_filter.T, (8, 8), n_across=8, scale=abs(a_filter).max()).figure.savefig("slices.png")
print(f"radius explained: {model.score(volumes[300:], radius[300:]):.2f} of its variance")
