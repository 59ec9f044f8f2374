"""The parameters of the classifier and of the regressor, and what they mean."""

import numpy as np
from sklearn.base import BaseEstimator

from ... import _checks
from ...networks import LOSSES
from .training import check_schedule


class PerceptronParameters(BaseEstimator):
    """A multilayer perceptron of which only a part of the weights is learned.

    W = U w_alpha in each hidden layer: the dictionary U is built once from the layer's input,
    and only w_alpha is learned, with L-BFGS. The output layer is never predicted (paper, section 4.1).
    All layers are ``Dense``: for others, or parametrisations of one's own, put a ``Network``, an
    ``Objective`` and ``minimize`` together (docs/network.md).

    Parameters
    ----------
    hidden_layer_sizes : tuple of int
    dictionary : str, callable, or a tuple with one for each hidden layer
        "none" (every weight is learned), "low_rank" (both factors are learned),
        "random_connections", "random_projection", "squared_exponential" (which needs places), "dct"
        (a grid), "wavelet" (an image), "covariance", "squared_covariance", "autoencoder", "kmeans",
        "pca", a kernel (a ``Kernel``, a function k(points_a, points_b), one of scikit-learn's), a function
        f(v, points, n_alpha, rng) -> U, called once a column, or a ``building.Strategy``.
    proportion : float, tuple or "auto"
        Share of each filter's weights that is learned, n_alpha / n_v, in (0, 1]; "auto": see ``max_loss``.
        Where a dictionary has fewer atoms, as not all units vary, all it has, with a warning.
    n_columns : int or tuple
        Columns of a layer, each with its own dictionary and its share of the hidden units, at most one
        for each unit. (The default of ten becomes so many where a layer has fewer units.)
    input_shape : (n,), (height, width), (height, width, n_channels) or a Grid, optional
        Where the inputs are moments or pixels. Rows given as images, (n, height, width) or (n, height, width,
        n_channels), say it themselves.
    points : Grid, Points, or array (n_v, d) or (n_v,), optional
        In place of input_shape, where the inputs are elsewhere: sensors, electrodes, voxels. All columns
        are positions, in one unit of length.
    length_scale : float or "auto"
        Of the squared exponential, in pixels or the points' unit. "auto": the one that makes the filters of a
        briefly trained network most probable.
    ridge : float, tuple or None
        lambda relative to the kernel's mean variance over units that vary; None: 1e-2 for the squared
        exponential, 1e-3 for the covariances.
    activation : "sigmoid", "tanh", "relu", "maxout", "identity", or one more in ``networks.ACTIVATIONS``
    n_pieces : int
        Filters of a hidden unit of "maxout", of which it is the largest; they are not pre-trained.
    dropout : float
        Share of the hidden units that are left out in training, in [0, 1); predictions are made with all.
        What is left out is fixed for each row in a stage of the ``schedule``, so that the loss is one
        function of theta, and drawn anew at the next; without a schedule a stage has 25 iterations.
    loss : str, optional
        A name in ``networks.LOSSES``; see there for one of your own.
    standardize : "auto", True or False
        Learn from columns of X of mean 0 and variance 1, and fold mean and scale into the first layer, so
        that units do not matter; "auto": where the inputs have no places, as columns of a table have none.
    weight_decay : float
        weight_decay / 2 times the sum of squares of the learned weights is added to the loss.
    budget : int, optional
        Learn at most about so many numbers, biases and output layer included. Depth, width, share, columns,
        dictionary and weight decay are then chosen by successive halving on validation rows
        (``selection.select_network``), and hidden_layer_sizes, dictionary, proportion, n_columns,
        length_scale, ridge and index_sets do not count. The networks that are compared have no dropout and
        are not pre-trained; the one that is chosen is trained as all parameters say.
    max_loss : float, optional
        The smallest network that loses no more validation error than so much against every weight of
        ``hidden_layer_sizes`` (of values: squared error over variance), chosen as with ``budget``; with
        ``proportion="auto"`` the smallest share, 0.002 where None. Every weight and some smaller networks
        are each trained for ``max_iter`` iterations, as the chosen one is.
    index_sets : "uniform", "local", "pivoted", "spread" or a ``building.IndexSetChoice``
        How each column's known weights are chosen: uniformly at random (as in the paper); dense around a
        place of its own and sparse elsewhere (paper, section 3.4); by the kernel, each weight drawn by how
        much those before it leave unexplained (randomly pivoted Cholesky); or spread evenly. Hidden units
        have no places: deep layers are uniform where "local" or "spread" is asked for.
    pretrain, pretrain_iter : bool, int
        Let each layer first learn to reconstruct its own input, for so many L-BFGS iterations
        (paper, section 3.5). A "low_rank" layer is not pre-trained, and a warning says so. The
        filters of the "autoencoder" dictionary are trained for as many, with or without ``pretrain``.
    max_iter, tol : int, float
        L-BFGS iterations, and the largest entry of the gradient at which it has converged.
    schedule : None, "grow" or list of (rows, iterations)
        Begin with a sample of the rows and go on with larger ones, all rows last (ours). "grow"
        takes 1/27, 1/9, 1/3 and all of them, with a quarter of ``max_iter`` each.
    early_stopping : bool
        Stop when the loss of rows that are not learned from has had no new lowest value in n_iter_no_change
        iterations, and keep the iterate where it was lowest. These rows are X_val, y_val of ``fit``, or else
        a share of its rows, ``validation_fraction``.
    validation_fraction : float
    n_iter_no_change : int
    warm_start : bool
        Another ``fit`` goes on with the network as it is: its dictionaries, its theta, its units of X and y.
        SciPy's L-BFGS begins without its memory of past steps.
    dtype : "auto", "float32" or "float64"
        Of the arithmetic inside; "auto" is that of X. L-BFGS itself runs in float64.
    n_threads : int, optional
        Default: the processors that this process may use.
    engine : object, optional
        See ``Objective``.
    callbacks : list of callable, optional
        Called after each iteration with an info that has theta (a copy), loss, grad_norm,
        n_iter and seconds; raising StopIteration stops and keeps the best.
    random_state : int, RandomState or None
    verbose : bool
        Show a progress bar.

    Raises
    ------
    ValueError
        From ``fit``, naming the parameter, what was expected and what came.
    MemoryError
        From ``fit``, before anything is computed, where it would take more than half of the machine's memory.

    Warns
    -----
    ConvergenceWarning
        Where ``max_iter`` ended the fit.

    Attributes
    ----------
    filters_ : list of ndarray, (n_v, n_h)
        W of each layer, the output layer last; of the first layer in units of X.
    index_sets_ : list of list of ndarray
        alpha of each hidden layer and column (empty where none is drawn).
    dictionaries_ : list of list of ndarray
        U of each hidden layer and column (empty where every weight is learned).
    recipes_ : list of list of dict
        How each of ``dictionaries_`` was made, as plain data: ``building.from_recipe`` gives it again.
        None in a model saved before there were recipes. Of standardised columns: for these, less the scale.
    unexplained_ : list of list
        Of each column with a kernel a pair, of shares of the prior variance (the sum of k(i, i)): what its
        known weights leave unexplained, and a bound, what as many leading eigenvectors leave. Else None.
    pretrain_loss_curves_ : list of ndarray
        The loss of each pre-trained layer at the start and after each iteration.
    n_dynamic_, n_static_ : int
        Numbers learned (biases included), and numbers in the dictionaries.
    n_iter_, loss_, loss_curve_, stop_report_
        How L-BFGS went, and in words why it stopped.
    n_stages_ : int
        Stages of L-BFGS, with those of the fits that a warm start went on from.
    validation_loss_curve_ : ndarray, (n_iter_ + 1,)
        With early_stopping: the mean loss of the validation rows at the start and after each iteration,
        without weight decay; ``loss_`` is then that of the iterate which is kept, ``best_iter_``.
    points_ : Grid, Points or None
        Where the inputs are.
    input_mean_, input_scale_ : ndarray, (n_v,), or None
        By which X was standardised.
    network_, theta_
        The network and its learned parameters, for X and y as they are.
    selection_ : SelectionReport or None
        What was tried for ``budget``, ``max_loss`` or ``proportion="auto"``, and how sure the choice is:
        print it. It is not saved.
    chosen_ : dict or None
        The choice, as plain data.
    """

    def __init__(
        self,
        hidden_layer_sizes=(100,),
        *,
        dictionary="covariance",
        proportion=0.5,
        n_columns=10,
        input_shape=None,
        points=None,
        length_scale=1.0,
        ridge=None,
        activation="sigmoid",
        n_pieces=2,
        dropout=0.0,
        index_sets="uniform",
        budget=None,
        max_loss=None,
        loss=None,
        standardize="auto",
        weight_decay=5e-5,
        pretrain=False,
        pretrain_iter=50,
        max_iter=200,
        tol=1e-6,
        schedule=None,
        early_stopping=False,
        validation_fraction=0.1,
        n_iter_no_change=50,
        warm_start=False,
        dtype="auto",
        n_threads=None,
        engine=None,
        callbacks=None,
        random_state=None,
        verbose=False,
    ):
        self.hidden_layer_sizes = hidden_layer_sizes
        self.dictionary = dictionary
        self.proportion = proportion
        self.n_columns = n_columns
        self.input_shape = input_shape
        self.points = points
        self.length_scale = length_scale
        self.ridge = ridge
        self.activation = activation
        self.n_pieces = n_pieces
        self.dropout = dropout
        self.index_sets = index_sets
        self.budget = budget
        self.max_loss = max_loss
        self.loss = loss
        self.standardize = standardize
        self.weight_decay = weight_decay
        self.pretrain = pretrain
        self.pretrain_iter = pretrain_iter
        self.max_iter = max_iter
        self.tol = tol
        self.schedule = schedule
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.n_iter_no_change = n_iter_no_change
        self.warm_start = warm_start
        self.dtype = dtype
        self.n_threads = n_threads
        self.engine = engine
        self.callbacks = callbacks
        self.random_state = random_state
        self.verbose = verbose

    def check_parameters(self):
        """A ``ValueError`` for what can be said to be wrong before X is looked at."""
        _checks.number("weight_decay", self.weight_decay, at_least=0)
        _checks.number("tol", self.tol, at_least=0)
        _checks.number("dropout", self.dropout, at_least=0, below=1)
        _checks.integer("max_iter", self.max_iter, at_least=0)
        if self.budget is not None:
            _checks.integer("budget", self.budget, at_least=1)
        if self.max_loss is not None:
            _checks.number("max_loss", self.max_loss, at_least=-1, at_most=1)
        _checks.integer("n_iter_no_change", self.n_iter_no_change, at_least=1)
        for name in ("early_stopping", "warm_start"):
            if not isinstance(getattr(self, name), (bool, np.bool_)):
                _checks.fail(name, "True or False", repr(getattr(self, name)))
        if self.standardize not in ("auto", True, False):
            _checks.fail("standardize", '"auto", True or False', repr(self.standardize))
        if self.loss is not None:
            _checks.choice("loss", self.loss, LOSSES)
        check_schedule(self.schedule)
