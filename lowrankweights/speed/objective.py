"""The same loss and gradient as a model's ``loss_and_grad``, fast: a sum over blocks of rows."""

import abc
import copy
import functools

import numpy as np

from .. import _checks
from .._blas import one_blas_thread
from ..networks import Network, RandomSubspace, Rows
from ..networks.losses import prediction, terms_and_dz
from .blocks import BLOCK_ROWS, BlockSum, Work, deal, in_blocks
from .compiled import loss_and_dz
from .scales import remark
from .twins import first_that_learns, twins

BLOCK_NUMBERS = 1 << 21  # of a block's widest layer


class ModelTwin(abc.ABC):
    """The fast twin of a model: what ``Objective`` asks of it.

    Attributes
    ----------
    model : Network, or another model with ``loss_and_grad``, ``check_theta`` and ``check_data``
    plan : Plan
        The order in which each layer is computed.
    block_rows : int
        Rows of a block, at most.
    """

    block_rows = BLOCK_ROWS

    def pool(self, X, n_threads=None):
        """What is kept of X, (n, ...): X itself, or what was made of it once, before training."""
        return np.ascontiguousarray(X)

    @abc.abstractmethod
    def prepare(self, theta):
        """Lists of arrays that every block needs; theta comes in the dtype of the arithmetic."""

    @abc.abstractmethod
    def sum_over_rows(self, arrays, X, Y, rows):
        """Loss summed over a block of rows, in float64, and the gradients of ``arrays``."""

    @abc.abstractmethod
    def finish(self, loss, gradients, theta, total, weight_decay):
        """Mean loss and dL/dtheta from sums over rows whose weights sum to ``total``."""


class NetworkTwin(ModelTwin):
    """The fast twin of a ``Network``: a twin for each layer, as a plan chose them, or composing first."""

    def __init__(self, net, plan=None):
        self.model, self.plan = net, plan
        self.twins = [twins(layer)[0] for layer in net.layers] if plan is None else plan.twins
        self.first = first_that_learns(net.layers)

    @property
    def block_rows(self):
        widest = max(twin.width for twin in self.twins)
        return min(BLOCK_ROWS, max(1, BLOCK_NUMBERS // widest))

    def pool(self, X, n_threads=None):
        return pooled(self.twins[0], X, n_threads)

    def prepare(self, theta):
        parts = self.model.split(theta)
        return [twin.prepare(part) for twin, part in zip(self.twins, parts, strict=True)]

    def forward(self, arrays, X, rows):
        """z of the loss (n, n_out), and each layer's cache."""
        h, caches = X, []
        for twin, own in zip(self.twins, arrays, strict=True):
            h, cache = twin.forward(own, h, rows)
            _checks.returned(twin, "forward (its h)", h, (len(X), *twin.layer.out_shape))
            caches.append(cache)
        return h, caches

    def sum_over_rows(self, arrays, X, Y, rows):
        z, caches = self.forward(arrays, X, rows)
        weighted = None if rows.weight is None else rows
        loss, dh = loss_and_dz(self.model.loss, z, Y, weighted)
        gradients = [[np.zeros(0)] for _ in self.twins]
        for i in reversed(range(self.first, len(self.twins))):
            gradients[i], dh = self.twins[i].backward(arrays[i], caches[i], dh, need_dv=i > self.first)
        return loss, gradients

    def finish(self, loss, gradients, theta, total, weight_decay):
        net, grad, loss = self.model, np.empty(self.model.n_dynamic), float(loss) / total
        each = zip(self.twins, net.split(theta), net.split(grad), gradients, strict=True)
        for twin, part, d_part, own in each:
            cast = part.astype(own[0].dtype, copy=False) if own else part
            d_part[:] = _checks.returned(twin, "finish", twin.finish(own, cast), part.shape)
            d_part /= total
            # + weight_decay / 2 |w|^2, whose gradient is weight_decay w
            w = twin.layer.decayed(part)
            loss += 0.5 * weight_decay * float(w @ w)
            twin.layer.decayed(d_part)[:] += weight_decay * w
        return loss, grad


def pooled(twin, X, n_threads=None):
    """What a first layer's twin (or ``Order``) takes for X: v U, made block by block, or X itself."""
    if not twin.pooled:
        return np.ascontiguousarray(X)
    return in_blocks(lambda rows: twin.pool(X[rows]), len(X), n_threads)


@functools.singledispatch
def model_twin(model, n_rows):
    """The fast twin of a model for so many rows; another kind of model registers its own."""
    _checks.fail("net", "a model with a fast twin, such as a Network", type(model).__name__)


@model_twin.register(Network)
def _(net, n_rows):
    return NetworkTwin(net, net.plan(n_rows))


@model_twin.register(RandomSubspace)
class SubspaceTwin(ModelTwin):
    """The network's twin at theta_0 + P z, whose gradient is brought back to z."""

    def __init__(self, model, n_rows):
        self.model, self.inner = model, NetworkTwin(model.net, model.net.plan(n_rows))
        self.plan, self.block_rows = self.inner.plan, self.inner.block_rows

    def pool(self, X, n_threads=None):
        return self.inner.pool(X, n_threads)

    def prepare(self, z):
        return self.inner.prepare(self.model.theta(z).astype(z.dtype, copy=False))

    def sum_over_rows(self, arrays, X, Y, rows):
        return self.inner.sum_over_rows(arrays, X, Y, rows)

    def finish(self, loss, gradients, z, total, weight_decay):
        theta = self.model.theta(z)
        loss, dtheta = self.inner.finish(loss, gradients, theta, total, 0.0)
        return loss + 0.5 * weight_decay * float(z @ z), self.model.pull_back(dtheta) + weight_decay * z


class RowsOfModel(Work):
    """What stays of an ``Objective``: the model's twin, its input (pooled, perhaps), targets, and rows."""

    def __init__(self, twin, X, Y, rows):
        self.twin, self.X, self.Y, self.rows = twin, X, Y, rows

    def __getitem__(self, part):
        """The same for some of the rows."""
        return RowsOfModel(self.twin, self.X[part], self.Y[part], self.rows[part])

    def at_stage(self, stage):
        """The same for the rows at another stage."""
        return RowsOfModel(self.twin, self.X, self.Y, self.rows.at_stage(stage))

    def prepare(self, theta):
        return self.twin.prepare(theta)

    def sum_block(self, arrays, rows):
        return self.twin.sum_over_rows(arrays, self.X[rows], self.Y[rows], self.rows[rows])


class Objective(BlockSum):
    """Mean loss and gradient of a network on fixed data: ``objective(theta) -> (loss, grad)``.

    Parameters
    ----------
    net : Network
        Or another model that has a ``ModelTwin``.
    X : array, (n, *in_shape)
        Its dtype, float32 or float64, is that of the arithmetic; sums over blocks are float64.
    Y : array, (n, n_out)
    weight_decay : float
    n_threads, engine : optional
        See ``BlockSum``.
    rows : Rows, optional
        Weights of the rows, their numbers and stage; default: every row counts once.
    block_rows : int, optional
        Rows of a block, at most; default: as many as stay in the cache.

    Attributes
    ----------
    plan : Plan
        The order in which each layer is computed. A first layer that is pooled has its v U
        computed here, once.

    Raises
    ------
    ValueError
        If an array does not fit the network, holds NaN or infinite numbers, or such that overflow.
    """

    @one_blas_thread
    def __init__(
        self, net, X, Y, weight_decay=0.0, n_threads=None, engine=None, *, rows=None, block_rows=None
    ):
        X, Y = net.check_data(X, Y)
        self._scales = [remark("X", _checks.in_range("X", X))]
        if _checks.in_range("Y", Y) is not X and getattr(net, "loss", "") == "squared_error":
            self._scales.append(remark("Y", Y))
        self.net, self.n_rows, self.dtype = net, len(X), X.dtype
        self.weight_decay = _checks.number("weight_decay", weight_decay, at_least=0)
        rows = Rows.of(self.n_rows) if rows is None else rows
        if len(rows) != self.n_rows:
            _checks.fail("rows", f"the context of {self.n_rows} rows, as X has", len(rows))
        twin = model_twin(net, self.n_rows)
        self.block_rows = twin.block_rows if block_rows is None else block_rows
        work = RowsOfModel(twin, twin.pool(X, n_threads), np.ascontiguousarray(Y), rows)
        super().__init__(work, deal(self.n_rows, self.block_rows), n_threads, engine)

    @property
    def plan(self):
        return self.work.twin.plan

    @property
    def X(self):
        """The input that is kept: X, or v U where the first layer's is pooled."""
        return self.work.X

    def remark(self):
        """What a stop report should say of the data: "", or that their scale is not of about 1."""
        return " ".join(filter(None, self._scales))

    def subset(self, rows):
        """The same objective on some of the rows (indices); what was pooled is not pooled again."""
        part = copy.copy(self)
        part.work, part.n_rows = self.work[rows], len(rows)
        part.groups = deal(part.n_rows, self.block_rows)
        return part

    def at_stage(self, stage):
        """The same objective at another stage, an integer >= 0: what ``Dropout`` leaves out is drawn anew.

        Each is a function of theta that does not change: ``minimize_stages([(objective.at_stage(k), 20) for
        k in range(10)], theta)`` makes 20 iterations on each.
        """
        other = copy.copy(self)
        other.work = self.work.at_stage(_checks.integer("stage", stage, at_least=0))
        return other

    @one_blas_thread
    def __call__(self, theta):
        """Mean loss and gradient at theta (n_dynamic,), in float64."""
        theta, work = self.net.check_theta(theta), self.work
        loss, gradients = self.sum_over_blocks(theta.astype(self.dtype))
        return work.twin.finish(loss, gradients, theta, work.rows.total, self.weight_decay)


@one_blas_thread
def predict(net, theta, X, n_threads=None):
    """``net.predict`` on the layers' fast twins: class probabilities or values, (n, n_out)."""
    X, _ = net.check_data(X)
    z = _outputs(net, theta, X, n_threads)
    return prediction(net.loss, z)


@one_blas_thread
def mean_loss(net, theta, X, Y, rows=None, n_threads=None):
    """The mean loss of ``net`` on rows, as it predicts: no weight decay, no gradient; a float."""
    X, Y = net.check_data(X, Y)
    z = _outputs(net, theta, X, n_threads)
    terms, _ = terms_and_dz(net.loss, z, Y)
    shares = (Rows.of(len(X)) if rows is None else rows).shares()
    return float(np.sum(shares * terms))


def _outputs(net, theta, X, n_threads):
    """z of the loss, of a network, or of the one that a subspace is at its theta."""
    theta = net.check_theta(theta)
    if isinstance(net, RandomSubspace):
        net, theta = net.net, net.theta(theta)
    return forward(NetworkTwin(net), theta, X, n_threads)


@one_blas_thread
def output(layer, theta, v, n_threads=None):
    """A layer's h for its theta, (n, *out_shape), on its fast twin."""
    return forward(twins(layer)[0], theta, v, n_threads)


def forward(twin, theta, v, n_threads):
    """What comes out of a twin's forward pass where nothing is trained, block by block."""
    arrays, context = twin.prepare(theta.astype(v.dtype)), Rows.of(len(v), training=False)
    block_rows = getattr(twin, "block_rows", BLOCK_ROWS)

    def of_block(rows):
        return twin.forward(arrays, v[rows], context[rows])[0]

    return in_blocks(of_block, len(v), n_threads, block_rows)
