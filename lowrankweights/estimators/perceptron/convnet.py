"""A convolutional network as scikit-learn's classifier."""

from ... import _checks
from ...building import build_convolutional, convolutional_specs
from ...dictionaries.points import image_grid
from .classifier import LowRankMLPClassifier

OF_NETWORK = [
    *["filters", "windows", "pool", "padding", "hidden_layer_sizes", "dictionary", "proportion", "n_columns"],
    *["length_scale", "ridge", "activation", "index_sets"],
]


class LowRankConvNetClassifier(LowRankMLPClassifier):
    """A convolutional classifier of which only a part of the weights is learned.

    Convolutions, each with max pooling after it, then dense layers. W = U w_alpha in every hidden layer: a
    convolution's U lives on (row, column, channel) of a window, that of the first dense layer on (row,
    column) of the last maps, with the maps as channels. The output layer is never predicted (paper,
    sections 3.4 and 4.2).

    Parameters
    ----------
    filters : tuple of int
        Filters of each convolution. The defaults are the paper's network for CIFAR-10.
    windows : int, or tuple with one for each convolution
        Height and width of the filters: a number, or (height, width).
    pool : int, or tuple with one for each convolution
        Blocks of pixels of which the largest number is kept, after each convolution: a number, or (height,
        width); 1: no pooling. (The paper does not say how it pools.)
    padding : "same" or "valid"
        Whether zeros are set around the images, so that maps are as large, or none are. (Nor does it say
        which.)
    hidden_layer_sizes : tuple of int
        Of dense hidden layers; () for none.
    dictionary, proportion, n_columns, ridge
        As in ``LowRankMLPClassifier``; a tuple has one for each convolution, then one for each dense hidden
        layer.
    input_shape : (height, width), (height, width, n_channels) or a Grid, optional
        Where rows are given flat. Rows given as images, (n, height, width) or (n, height, width, n_channels),
        say it themselves.
    length_scale : float
        Of the squared exponential, in pixels.
    index_sets : "uniform", "local", "pivoted", "spread" or a ``building.IndexSetChoice``
        As in ``LowRankMLPClassifier``: of the places of a window, and of the last maps.
    activation, loss, weight_decay, max_iter, tol, schedule
        As in ``LowRankMLPClassifier``, and so all that follow.

    Raises
    ------
    ValueError
        From ``fit``, naming the parameter, what was expected and what came.
    MemoryError
        From ``fit``, before anything is computed, where it would take more than half of the machine's memory.

    Attributes
    ----------
    filters_ : list of ndarray, (n_u, n_h)
        W of each layer, the output layer last; of a convolution ``W[:, j].reshape(*window, n_channels)`` is
        filter j as it is laid on the image.
    index_sets_, dictionaries_, recipes_, unexplained_
    n_dynamic_, n_static_, n_iter_, loss_, loss_curve_, stop_report_
        As in ``LowRankMLPClassifier``.
    points_ : Grid
        Of the images.
    network_, theta_
        The network, for rows that are flat, and its learned parameters.
    classes_ : ndarray

    Examples
    --------
    >>> from lowrankweights import datasets
    >>> digits = datasets.load_digits()
    >>> X = digits.X_train[:300].reshape(-1, 8, 8)
    >>> model = LowRankConvNetClassifier((8,), 3, hidden_layer_sizes=(), n_columns=1, max_iter=30, tol=1e-2,
    ...                                  random_state=0).fit(X, digits.y_train[:300])
    >>> [W.shape for W in model.filters_], model.score(X, digits.y_train[:300]) > 0.9
    ([(9, 8), (128, 10)], True)
    """

    layer_parameters = network_parameters = OF_NETWORK
    points, standardize, pretrain = None, False, False
    dropout, budget, max_loss = 0.0, None, None

    def __init__(
        self,
        filters=(48, 64, 64),
        windows=(8, 8, 5),
        *,
        pool=2,
        padding="same",
        hidden_layer_sizes=(500,),
        dictionary="squared_exponential",
        proportion=0.25,
        n_columns=(1, 1, 1, 5),
        input_shape=None,
        length_scale=1.0,
        ridge=None,
        index_sets="uniform",
        activation="relu",
        loss=None,
        weight_decay=5e-5,
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
        class_weight=None,
        random_state=None,
        verbose=False,
    ):
        self.filters = filters
        self.windows = windows
        self.pool = pool
        self.padding = padding
        self.hidden_layer_sizes = hidden_layer_sizes
        self.dictionary = dictionary
        self.proportion = proportion
        self.n_columns = n_columns
        self.input_shape = input_shape
        self.length_scale = length_scale
        self.ridge = ridge
        self.index_sets = index_sets
        self.activation = activation
        self.loss = loss
        self.weight_decay = weight_decay
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
        self.class_weight = class_weight
        self.random_state = random_state
        self.verbose = verbose

    def check_parameters(self):
        super().check_parameters()
        for name in ("proportion", "length_scale"):
            value = getattr(self, name)
            if any(isinstance(v, str) for v in (value if isinstance(value, (list, tuple)) else [value])):
                _checks.fail(name, "numbers, of a convolutional network", repr(value))

    def _n_tables(self, shape):
        return 0  # dictionaries are made of a thousand images

    def _build(self, rows, said, loss, rng, selected):
        """A new network for these images, with its initial theta."""
        if said[0] is None:
            expected = "(height, width) or (height, width, n_channels), or rows given as images"
            _checks.fail("input_shape", expected, "None")
        grid = image_grid(said[0], "input_shape", rows.X.shape[1])
        shape = (*grid.shape, grid.n_channels)
        chosen = {name: getattr(self, name) for name in self.layer_parameters}
        convolutions, dense = convolutional_specs(**chosen, input_shape=shape)
        how = {"Y": rows.Y, "weight": rows.weight, "n_threads": self.n_threads}
        n_out = rows.Y.shape[1]
        net, theta, built = build_convolutional(convolutions, dense, rows.X, shape, n_out, loss, rng, **how)
        self.points_ = grid
        self.length_scale_ = getattr(convolutions[0].layer.dictionary, "length_scale", None)
        self.index_sets_, self.recipes_ = [b.index_sets for b in built], [b.recipes for b in built]
        self.unexplained_ = [b.unexplained for b in built]
        self.pretrain_loss_curves_ = []
        return net, theta
