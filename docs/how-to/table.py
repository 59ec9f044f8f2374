"""A table: columns in any units, classes, the share that is learned, the model in a file.

From files: lowrankweights train wine.csv --target kind; then evaluate, predict.
"""

from sklearn.datasets import load_wine
from sklearn.model_selection import train_test_split

import lowrankweights as lrw

table = load_wine(as_frame=True)
X_train, X_test, y_train, y_test = train_test_split(
    table.data, table.target, stratify=table.target, random_state=0
)

model = lrw.LowRankMLPClassifier((30,), proportion=0.3, tol=1e-4, random_state=0)
model.fit(X_train, y_train)  # columns are standardised inside: no scaler is needed
print(
    f"{model.score(X_test, y_test):.2f} of the test rows are right; {model.n_dynamic_} numbers were learned"
)

lrw.save("wine.npz", model)
print(lrw.load("wine.npz").predict(X_test[:5]))
