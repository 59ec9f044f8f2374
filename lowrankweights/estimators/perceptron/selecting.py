"""What an estimator's ``budget``, ``max_loss`` and ``proportion="auto"`` choose before it is built."""

from ... import _checks
from ...building import layer_specs
from ...building.strategies.settings import plain
from ...selection import select_network, select_share

AUTO_LOSS = 0.002  # of proportion="auto" where max_loss is None


def selects(model):
    """Whether something of the network is to be chosen."""
    auto = isinstance(model.proportion, str) and model.proportion == "auto"
    shares = model.proportion if isinstance(model.proportion, (list, tuple)) else (model.proportion,)
    if not auto and any(isinstance(share, str) for share in shares):
        expected = "a number > 0 and <= 1, one for each hidden layer, or 'auto' for all of them"
        _checks.fail("proportion", expected, repr(model.proportion))
    return auto or model.budget is not None or model.max_loss is not None


def select(model, rows, said, loss, standardize, rng, trained):
    """The ``SelectionReport`` for an estimator and its rows.

    ``trained(spec)``: the first layer's with the length scale of trained filters, where that is asked for.
    """
    left_out = [name for name in ("dropout", "pretrain") if getattr(model, name)]
    if left_out:
        _checks.warn(
            f"{', '.join(left_out)}: the networks that are compared are trained without, and so what is said "
            "of their errors is of networks without"
        )
    own = {"weight": rows.weight, "standardize": standardize, "rng": rng, "n_threads": model.n_threads}
    own |= {"activation": model.activation, "weight_decay": model.weight_decay}
    own |= {"max_iter": model.max_iter, "tol": model.tol, "kind": model.kind_of_targets}
    own["tell"] = print if model.verbose else lambda line: None
    free = model.budget is not None or not isinstance(model.proportion, str)
    names = ["dictionary", "n_columns", "ridge", "activation", "index_sets", "n_pieces"]
    settings = {name: getattr(model, name) for name in names}
    auto = isinstance(model.length_scale, str) and model.length_scale == "auto"
    settings |= {
        "input_shape": said[0],
        "points": said[1],
        "length_scale": None if auto else model.length_scale,
    }
    n_v = rows.X.shape[1]
    # what is said of the layers is checked, also where it does not count
    share = 0.5 if isinstance(model.proportion, str) else model.proportion
    specs = layer_specs(model.hidden_layer_sizes, n_v=n_v, proportion=share, **settings)
    if not free:
        if auto:
            specs = (trained(specs[0]), *specs[1:])
        max_loss = AUTO_LOSS if model.max_loss is None else model.max_loss
        return select_share(rows.X, rows.Y, loss, specs, max_loss=max_loss, **own)
    settings |= {"dictionary": "none", "n_columns": 1, "index_sets": "uniform", "ridge": None}
    specs = layer_specs(model.hidden_layer_sizes, n_v=n_v, proportion=1.0, **settings)
    own |= {"hidden": tuple(spec.n_h for spec in specs), "points": specs[0].points}
    return select_network(rows.X, rows.Y, loss, budget=model.budget, max_loss=model.max_loss, **own)


def described(choice):
    """A choice as plain data: what ``chosen_`` holds."""
    return {
        "hidden_layer_sizes": list(choice.hidden),
        "dictionary": plain(choice.dictionary),
        "n_alpha": list(choice.n_alpha),
        "n_columns": list(choice.n_columns),
        "weight_decay": choice.weight_decay,
        "n_dynamic": choice.n_dynamic,
    }
