"""A folder of pictures, one subfolder a class: pictures/0, pictures/1, ..., as PNG or JPEG files.

The same in a shell: lowrankweights train pictures
"""

from pathlib import Path

import numpy as np
from PIL import Image
from sklearn.datasets import load_digits

import lowrankweights as lrw

for i, (digit, label) in enumerate(zip(*load_digits(return_X_y=True), strict=True)):  # some, to begin with
    Path(f"pictures/{label}").mkdir(parents=True, exist_ok=True)
    Image.fromarray((digit.reshape(8, 8) * 15).astype("uint8")).save(f"pictures/{label}/{i}.png")

files = sorted(Path("pictures").glob("*/*.png"))
images, labels = np.stack([np.asarray(Image.open(f)) / 255 for f in files]), [f.parent.name for f in files]
stop = {"early_stopping": True, "max_iter": 1000, "random_state": 0}
model = lrw.LowRankMLPClassifier((50,), dictionary="squared_exponential", proportion=0.2, **stop)
model.fit(images, labels)  # (n, height, width), or (n, height, width, 3) in colour
lrw.plotting.tiles(model.filters_[0], (8, 8)).figure.savefig("filters.png")
