"""The multilayer perceptron as scikit-learn's classifier."""

import numpy as np
from sklearn.base import ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets, type_of_target

from ... import _checks
from ..._blas import one_blas_thread
from ...networks import Network
from ..common import whole_or_not, with_docs_of, with_parameters
from ..inputs import even_targets
from .base import LowRankMLP
from .parameters import PerceptronParameters
from .training import LabelledRows, row_weights


@with_parameters(class_weight=None)
@with_docs_of(PerceptronParameters)
class LowRankMLPClassifier(ClassifierMixin, LowRankMLP):
    """A multilayer perceptron classifier of which only a part of the weights is learned.

    {docs}
    classes_ : ndarray
        The labels; of several labels a row (y of zeros and ones, (n, n_labels)) their numbers.

    Notes
    -----
    The loss is the softmax cross-entropy; with several labels a row, the sigmoid's. A further parameter,
    ``class_weight``: None, "balanced" or {class: weight}, times which each row of a class counts (a list of
    such, one for each label, where there are several). With a loss of your own ``predict_proba`` is what its
    ``predict`` makes of z.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> X, y = load_iris(return_X_y=True)
    >>> model = LowRankMLPClassifier((20,), proportion=0.5, random_state=0).fit(X, y)
    >>> model.score(X, y) > 0.9
    True
    """

    @whole_or_not
    @one_blas_thread
    def fit(self, X, y, sample_weight=None, theta0=None, *, X_val=None, y_val=None):
        """Learn from rows and their labels.

        Parameters
        ----------
        X : array-like, (n, n_v), (n, height, width) or (n, height, width, n_channels)
        y : array-like, (n,), or (n, n_labels) of zeros and ones
        sample_weight : array-like, (n,), optional
            A row of weight 2 counts as two rows; those of weight 0 are left out.
        theta0 : array, (n_dynamic_,), optional
            Where L-BFGS begins, as ``theta_`` of a model with the same dictionaries (the same rows and
            parameters, random_state an integer; or warm_start).
        X_val, y_val : optional
            Rows for early_stopping, which are not learned from.
        """
        even_targets(y)
        several = np.asarray(y).shape[1:] > (1,)
        X, y, said = self._table(X, y, multi_output=several)
        _check_labels(y)
        Y = self._encode(y, fit=not self._goes_on)
        held_out = self._validation_table(X_val, y_val, multi_output=several)
        if held_out is not None:
            X_val, y_val = held_out
            weight = row_weights(None, X_val, y_val, self.class_weight)
            held_out = LabelledRows.that_count(X_val, self._encode(y_val, name="y_val"), weight)
        rows = LabelledRows.that_count(X, Y, row_weights(sample_weight, X, y, self.class_weight))
        loss = self.loss or ("sigmoid_cross_entropy" if self._several_labels else "softmax_cross_entropy")
        classes = None if self._several_labels else rows.Y.argmax(axis=1)
        return self._learn(rows, said, loss, theta0=theta0, held_out=held_out, classes=classes)

    @classmethod
    def from_network(cls, net, theta, classes=None, **parameters):
        """A fitted classifier from a network that was trained otherwise, such as by ``minimize``.

        Parameters
        ----------
        net : Network
            Of dense layers, on rows (n, n_v) as they are: nothing is standardised.
        theta : array, (net.n_dynamic,)
        classes : array, (n_out,), optional
            Labels; default: 0, 1, ...
        **parameters
            Of the classifier; ``fit`` would make another network by them.

        Examples
        --------
        >>> import lowrankweights as lrw
        >>> net = lrw.Network([lrw.Dense(lrw.Full(3, 2))], "softmax_cross_entropy")
        >>> model = LowRankMLPClassifier.from_network(net, np.zeros(8), ["a", "b"])
        >>> model.predict(np.ones((1, 3))).tolist()
        ['a']
        """
        if not isinstance(net, Network):
            _checks.fail("net", "a Network", type(net).__name__)
        model = cls(**parameters)
        theta = net.check_theta(theta)
        classes = np.arange(net.n_out) if classes is None else np.asarray(classes)
        if classes.shape != (net.n_out,):
            _checks.fail("classes", f"one label for each of {net.n_out} outputs", f"shape {classes.shape}")
        model.classes_, model._several_labels = classes, False
        model.take_network(net, theta)
        return model

    @property
    def kind_of_targets(self):
        return "labels" if self._several_labels else "classes"

    def _encode(self, y, fit=False, name="y"):
        """Y (n, n_out): one-hot rows of single labels, several labels as they are."""
        several = type_of_target(y) == "multilabel-indicator"
        if fit:
            self._several_labels = several
            self.classes_ = np.arange(y.shape[1]) if several else np.unique(y)
        if several != self._several_labels or (several and y.shape[1] != len(self.classes_)):
            expected = f"zeros and ones (n, {len(self.classes_)})" if self._several_labels else "labels (n,)"
            _checks.fail(name, f"{expected}, as in fit", f"shape {np.shape(y)}")
        if several:
            return np.asarray(y, dtype=np.float64)
        if len(self.classes_) < 2:
            _checks.fail("y", "at least two classes", f"one class, {self.classes_.tolist()}")
        labels = np.searchsorted(self.classes_, y).clip(max=len(self.classes_) - 1)
        new = self.classes_[labels] != y
        if new.any():
            _checks.fail(name, f"the classes {self.classes_.tolist()}", f"also {np.unique(y[new]).tolist()}")
        return np.eye(len(self.classes_))[labels]

    def predict_proba(self, X):
        """Probability of each class, or of each label: (n, n_classes)."""
        return self._output(X)

    def predict(self, X):
        """The most probable class of each row, (n,); of several labels those above 1/2, (n, n_labels)."""
        probability = self._output(X)
        if self._several_labels:
            return (probability > 0.5).astype(int)
        return self.classes_[probability.argmax(axis=1)]

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags


def _check_labels(y):
    """A ``ValueError`` unless y is labels (n,) of one kind, or zeros and ones (n, n_labels)."""
    if y.ndim == 1:
        kinds = sorted({type(label).__name__ for label in y}) if y.dtype == object else []
        if len(kinds) > 1:
            _checks.fail("y", "labels of one kind", " and ".join(kinds))
        check_classification_targets(y)
    elif not np.isin(y, (0, 1)).all():
        expected = (
            "labels (n,), or zeros and ones (n, n_labels) (several targets of many classes: one model each)"
        )
        _checks.fail("y", expected, f"shape {y.shape} with {np.unique(y)[:5].tolist()}")
