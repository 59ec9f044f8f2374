"""Say how many numbers may be learned, or how much error may be lost, and get the network."""

import matplotlib.pyplot as plt

import lowrankweights as lrw

digits = lrw.datasets.load_digits()
whole = lrw.LowRankMLPClassifier((100,), dictionary="none", input_shape=(8, 8), random_state=0, tol=1e-3)
whole.fit(digits.X_train, digits.y_train)
print(f"every weight: {whole.n_dynamic_:,} learned numbers, "
      f"{whole.score(digits.X_test, digits.y_test):.3f} of the test digits are right")  # fmt: skip

few = lrw.LowRankMLPClassifier(budget=800, input_shape=(8, 8), random_state=0, max_iter=500, tol=1e-3)
few.fit(digits.X_train, digits.y_train)
print(f"a budget of 800: {few.score(digits.X_test, digits.y_test):.3f}\n{few.selection_}")

near = lrw.LowRankMLPClassifier(
    (100,), max_loss=0.01, input_shape=(8, 8), random_state=0, max_iter=500, tol=1e-3
)
near.fit(digits.X_train, digits.y_train)
print(f"at most a point lost: {near.score(digits.X_test, digits.y_test):.3f}\n{near.selection_.summary()}")
lrw.plotting.tried_networks(near.selection_)
plt.savefig("tried.png")
