"""A network of which only a few numbers are learned, all its parameters at once: a random subspace."""

import numpy as np

from .. import _checks
from ..weights.streams import hashed_places, seed_of


class RandomSubspace:
    r"""A network whose parameters are theta = theta_0 + P z: z is learned, theta_0 and P are random.

    Every number of theta is theta_0's plus a few of z's, with signs: P is sparse, hashed, never stored; its
    columns have unit length on average.

    Parameters
    ----------
    net : Network
    n_dynamic : int
        Length of z; at most that of theta.
    rng : seed or numpy.random.Generator
        Of theta_0 and P.
    n_terms : int, optional
        Of z in each number of theta; default: n_dynamic / sqrt(length of theta), at least one.

    Attributes
    ----------
    theta0 : ndarray, (net.n_dynamic,)
    n_out : int
        The network's.
    n_dynamic, n_static : int
        Numbers learned, and those of the network's dictionaries; theta_0 and P follow from a seed.

    Notes
    -----
    C. Li, H. Farkhoor, R. Liu and J. Yosinski, Measuring the intrinsic dimension of objective landscapes,
    ICLR 2018; P as in their sparse projections, by hashing. Weight decay is on z.

    Examples
    --------
    >>> import lowrankweights as lrw
    >>> layers = [lrw.Dense(lrw.Full(20, 30), "sigmoid"), lrw.Dense(lrw.Full(30, 2))]
    >>> net = lrw.Network(layers, "squared_error")
    >>> subspace = RandomSubspace(net, 50, rng=0)
    >>> net.n_dynamic, subspace.n_dynamic, subspace.theta(subspace.init()).shape
    (692, 50, (692,))
    """

    def __init__(self, net, n_dynamic, rng=0, n_terms=None):
        if not hasattr(net, "n_dynamic"):
            _checks.fail("net", "a Network", type(net).__name__)
        most = net.n_dynamic
        self.net = net
        self.n_dynamic = _checks.integer("n_dynamic", n_dynamic, at_least=1, at_most=most)
        usual = max(1, round(self.n_dynamic / most**0.5))
        self.n_terms = usual if n_terms is None else _checks.integer("n_terms", n_terms, at_least=1)
        self.rng = seed_of(rng, _checks.generator(rng))
        self.n_static, self.loss, self.n_out = net.n_static, net.loss, net.n_out
        self.theta0 = net.init(self.rng)
        self._places, signs = hashed_places(self.rng + 1, most * self.n_terms, self.n_dynamic)
        self._signs = signs * (self.n_dynamic / (most * self.n_terms)) ** 0.5

    def theta(self, z):
        """The network's parameters, (net.n_dynamic,), at z (n_dynamic,)."""
        # theta_i = theta_0i + sum of sign_it z_place(i, t) over the terms t
        terms = z[self._places] * self._signs
        return self.theta0 + terms.reshape(-1, self.n_terms).sum(axis=1)

    def pull_back(self, dtheta):
        """dL/dz = P^T dL/dtheta."""
        each = np.repeat(dtheta, self.n_terms)
        return np.bincount(self._places, each * self._signs, minlength=self.n_dynamic)

    def loss_and_grad(self, z, X, Y, weight_decay=0.0, rows=None):
        """As ``Network.loss_and_grad``, of z; weight_decay / 2 times its sum of squares is added."""
        z = self.check_theta(z)
        loss, dtheta = self.net.loss_and_grad(self.theta(z), X, Y, rows=rows)
        return loss + 0.5 * weight_decay * float(z @ z), self.pull_back(dtheta) + weight_decay * z

    def predict(self, z, X):
        """As ``Network.predict``."""
        return self.net.predict(self.theta(self.check_theta(z)), X)

    def init(self, rng=0):
        """Where z begins: zeros, so that theta is theta_0."""
        return np.zeros(self.n_dynamic)

    def check_theta(self, z):
        """z as a float64 vector of the right length."""
        return _checks.array("z", z, shape=(self.n_dynamic,), dtype=np.float64)

    def check_data(self, X, Y=None):
        """X and Y as arrays that fit the network."""
        return self.net.check_data(X, Y)
