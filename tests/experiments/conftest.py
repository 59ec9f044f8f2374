"""Images made up here, in the layout of data sets that may not be at hand."""

import numpy as np
import pytest

from lowrankweights.experiments import convnets, rica_classification


@pytest.fixture
def stl10(monkeypatch, tmp_path):
    """A folder in STL-10's layout: two classes, told apart by the direction of stripes."""
    monkeypatch.setenv("LOWRANKWEIGHTS_DATA", str(tmp_path))
    folder = tmp_path / "stl10_binary"
    folder.mkdir()
    rng = np.random.default_rng(0)

    def images(labels):
        stripes = (np.arange(96) // 6 % 2)[:, None] * np.ones(96)
        x = 12 * np.stack([stripes if y == 1 else stripes.T for y in labels])[:, None].repeat(3, axis=1)
        return (x + rng.integers(0, 100, x.shape)).astype(np.uint8).transpose(0, 1, 3, 2).tobytes()

    for part, n in (("train", 40), ("test", 10)):
        labels = rng.integers(1, 3, n)
        (folder / f"{part}_X.bin").write_bytes(images(labels))
        (folder / f"{part}_y.bin").write_bytes(labels.astype(np.uint8).tobytes())
    lines = (" ".join(map(str, rng.choice(40, 20, replace=False))) for _ in range(10))
    (folder / "fold_indices.txt").write_text("\n".join(lines))
    rica_classification.load.cache_clear()
    convnets.load.cache_clear()
    return folder


@pytest.fixture
def no_data_folder(monkeypatch, tmp_path):
    """What is committed must not depend on the data that are at hand."""
    monkeypatch.setenv("LOWRANKWEIGHTS_DATA", str(tmp_path / "data"))
