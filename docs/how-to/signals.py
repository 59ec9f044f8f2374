"""A signal: pieces of a time axis, neighbours in time resemble each other."""

import numpy as np

import lowrankweights as lrw

rng = np.random.default_rng(0)
t = np.linspace(0, 1, 128)
kind = rng.integers(3, size=600)  # one, two or three waves, begun anywhere
phase = rng.uniform(0, 2 * np.pi, size=600)
pieces = np.sin(2 * np.pi * np.outer(kind + 1, t) + phase[:, None]) + rng.normal(scale=0.5, size=(600, 128))

model = lrw.LowRankMLPClassifier(
    (40,),
    input_shape=(128,),
    dictionary="squared_exponential",
    length_scale="auto",
    proportion=0.1,
    max_iter=500,
    tol=1e-3,
    random_state=0,
)
model.fit(pieces[:400], kind[:400])
print(f"length scale {model.length_scale_:.1f} moments; right: {model.score(pieces[400:], kind[400:]):.2f}")
