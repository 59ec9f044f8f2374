"""The multilayer perceptron as scikit-learn's regressor."""

import numpy as np
from sklearn.base import RegressorMixin

from ..._blas import one_blas_thread
from ..common import whole_or_not, with_docs_of
from .base import LowRankMLP
from .parameters import PerceptronParameters
from .training import LabelledRows, row_weights


@with_docs_of(PerceptronParameters)
class LowRankMLPRegressor(RegressorMixin, LowRankMLP):
    """A multilayer perceptron regressor of which only a part of the weights is learned.

    {docs}

    Notes
    -----
    With the squared error, the default, targets of mean 0 and variance 1 are learned; y's mean and scale are
    then folded into the output layer, which is linear. So ``weight_decay``, ``tol``, ``loss_`` and the curves
    do not depend on y's units; ``theta_``, and the theta that callbacks see, are those of the network that
    predicts y itself. Another loss gets y as it is.

    Examples
    --------
    >>> X = np.linspace(-1, 1, 50)[:, None]
    >>> model = LowRankMLPRegressor((20,), random_state=0).fit(X, X[:, 0] ** 2)
    >>> model.score(X, X[:, 0] ** 2) > 0.9
    True
    """

    standardised_loss = "squared_error"

    @whole_or_not
    @one_blas_thread
    def fit(self, X, y, sample_weight=None, theta0=None, *, X_val=None, y_val=None):
        """Learn from rows and their targets.

        Parameters
        ----------
        X : array-like, (n, n_v), (n, height, width) or (n, height, width, n_channels)
        y : array-like, (n,) or (n, n_outputs)
        sample_weight : array-like, (n,), optional
            A row of weight 2 counts as two rows; those of weight 0 are left out.
        theta0 : array, (n_dynamic_,), optional
            Where L-BFGS begins, as ``theta_`` of a model with the same dictionaries (the same rows and
            parameters, random_state an integer; or warm_start).
        X_val, y_val : optional
            Rows for early_stopping, which are not learned from.
        """
        how = {"multi_output": True, "y_numeric": True}
        X, y, said = self._table(X, y, **how)
        self._one_output = y.ndim == 1
        held_out = self._validation_table(X_val, y_val, **how)
        if held_out is not None:
            held_out = LabelledRows(held_out[0], _columns(held_out[1]))
        rows = LabelledRows.that_count(X, _columns(y), row_weights(sample_weight, X))
        return self._learn(rows, said, self.loss or "squared_error", theta0=theta0, held_out=held_out)

    def predict(self, X):
        """Predicted values, shaped like the y of ``fit``."""
        output = self._output(X)
        return output.ravel() if self._one_output else output

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags


def _columns(y):
    """y as (n, n_outputs), float64."""
    return np.asarray(y, dtype=np.float64).reshape(len(y), -1)
