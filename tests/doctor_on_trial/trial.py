"""The doctor on trial: does it name random mistakes, and leave right gradients alone?

``make trial``, or from tests/: python -m doctor_on_trial.trial --draws 300 --correct 1000
"""

import argparse
import sys
import zlib
from typing import NamedTuple

import numpy as np

from lowrankweights.networks import Conv2d, Flatten, MaxPool2d, Unflatten
from lowrankweights.teaching import diagnose
from lowrankweights.weights import Adapted, Predicted

from .careless import Slip, careless
from .draws import draw_setting, slope_one_at_kinks, without_biases, without_factors, without_weights

NOTHING = dict.fromkeys(["name", "layer", "column", "array", "order"])
RIGHT = Slip(**NOTHING, variant=0, weight_decay=0.0, ties="first")
# Where each mistake can be made: in what the layer has, in which array.
OF_HIDDEN_LAYER = ["missing", "misplaced", "twice", "other"]
OF_BLOCK = ["mean_missing", "mean_doubled", "mean_over_outputs", "factor_two", "sign", "block_missing"]
OF_DECAY = ["missing", "doubled", "halved", "divided"]
# and on images, in which layers
ON_IMAGES = {
    "filter_flipped": Conv2d,
    "channels_order": (Conv2d, Flatten, Unflatten),
    "places_not_summed": Conv2d,
    "pooled_to_all": MaxPool2d,
    "padding_misplaced": Conv2d,
}
# and where W_0 is adapted
OF_ADAPTED = [
    *["w0_changed", "w0_forgotten", "added_forgotten", "scale_forgotten", "scale_squared"],
    *["factors_exchanged", "factor_forgotten", "factor_stepped", "weight_decay_on_W"],
]
NAMES = [
    *(f"activation_derivative_{x}" for x in OF_HIDDEN_LAYER),
    *OF_BLOCK,
    *(f"weight_decay_{x}" for x in (*OF_DECAY, "on_U", "on_bias")),
    *["transpose_missing", "transpose_extra", "u_forgotten", "index_order", "columns_order", "blocks_order"],
    *["output_derivative_extra", "y_not_subtracted", "pre_activation_below", "h_overwritten"],
    *["encoder_path_missing", "decoder_path_missing", "sparsity_missing", "unit_norm_missing"],
    *ON_IMAGES,
    *OF_ADAPTED,
]
KINDS = ("network", "images", "adapted")


MAX_TRIES = 50  # until a mistake fits into a network and shows


class Result(NamedTuple):
    """Of a wrong gradient: its mistake and kind of model, if it was named, what was said, the block."""

    name: str
    kind: str
    named: bool
    said: str
    block: bool


def main(argv=None):
    """Run both trials and print what came of them."""
    parser = argparse.ArgumentParser(prog="python -m doctor_on_trial.trial", description=__doc__)
    parser.add_argument("--draws", type=int, default=300, help="gradients with one mistake")
    parser.add_argument("--correct", type=int, default=1000, help="right gradients")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args(argv)
    results = wrong_gradients(arguments.draws, arguments.seed)
    found = [r for r in results if r.named]
    share = len(found) / max(1, len(results))
    print(
        f"wrong gradients: {len(found)} of {len(results)} mistakes named ({share:.1%}): {by_kind(results)};"
    )
    together = sum(" or " in r.said for r in found)
    blocks = sum(r.block for r in found)
    print(f"  {together} of them with others that give the same gradient; right block for {blocks}.")
    for r in results:
        if not r.named:
            print(f"  missed: {r.name} ({r.kind}), said {r.said}")
    alarms = right_gradients(arguments.correct, arguments.seed)
    print(f"right gradients: {len(alarms)} false alarms in {arguments.correct}.")
    for kind, said in alarms:
        print(f"  false alarm: {kind}, said {said}")
    return int(bool(alarms) or len(found) < 0.95 * len(results))


def by_kind(results):
    """How many are named of each kind, as text."""
    words = {"network": "dense", "images": "convolutional", "adapted": "with adapted weights"}
    kinds = sorted({r.kind for r in results})
    own = {kind: [r.named for r in results if r.kind == kind] for kind in kinds}
    return ", ".join(f"{words.get(kind, kind)} {sum(named)} of {len(named)}" for kind, named in own.items())


def wrong_gradients(n, seed=0):
    """The ``Result`` of each of n draws, on networks of each of ``KINDS`` where all will do."""
    rng, results = np.random.default_rng(seed), []
    while len(results) < n:
        name = NAMES[rng.integers(len(NAMES))]
        kind = draw_kind(name, rng)
        tries = (draw_mistake(name, kind, rng) for _ in range(MAX_TRIES))
        drawn = next((found for found in tries if found is not None), None)
        if drawn is None:
            continue
        net, slip, theta, X, Y = drawn
        student = careless(net, slip)
        if rng.random() < 0.4:
            student = fixed(student, X, Y)
        report = diagnose(student, net, theta, X, Y, slip.weight_decay, rng=len(results))
        named, block = name in report.mistakes, block_is_right(report, slip)
        results.append(Result(name, kind, named, str(report.mistake), block))
    return results


def right_gradients(n, seed=0):
    """False alarms among n right gradients, of the kinds in ``correct``: (kind, what was said)."""
    rng, alarms = np.random.default_rng(seed + 1), []
    forms = ["float64", "noise", "float32", "kink", "tie", "definition", "tied", "rica", "still"]
    for i in range(n):
        form = forms[i % len(forms)]
        kind = form if form in ("tied", "rica") else KINDS[i // len(forms) % 3]
        kind = {"tie": "images", "still": "adapted"}.get(form, kind)
        net, theta, X, Y, weight_decay = draw_setting(rng, kind)
        ties = ("first", "last", "shared")[rng.integers(3)]
        student = careless(net, Slip(**{**vars(RIGHT), "weight_decay": weight_decay, "ties": ties}))
        if form == "noise":
            student = noisy(student, 10.0 ** rng.uniform(-14, -9))
        elif form == "float32":
            X, Y = X.astype(np.float32), Y.astype(np.float32)
        elif form == "kink":
            # rows of zeros and biases of zero: z = 0 exactly, where this student takes the slope 1
            X[0], theta = 0.0, without_biases(net, theta)
            student = slope_one_at_kinks(net, weight_decay)
        elif form == "tie":
            # a black picture, pictures of two greys, and half of the time no weights: equal pixels
            X[0], X[1:] = 0.0, X[1:].round()
            theta = without_weights(net, theta) if rng.random() < 0.5 else theta
        elif form == "still":
            # both factors zero, so that nothing of them moves
            theta = without_factors(net, theta)
        elif form == "definition":
            student = net.loss_and_grad
        report = diagnose(student, net, theta, X, Y, weight_decay, rng=i)
        if report.mistake is not None or (form == "still") > bool(report.remarks):
            alarms.append((f"{form}, {type(net).__name__}, {kind}", str(report.mistake)))
    return alarms


def draw_kind(name, rng):
    """The kind of model that a mistake is made in."""
    if name in ON_IMAGES:
        return "images"
    if name in OF_ADAPTED:
        return "adapted"
    if name in ("encoder_path_missing", "decoder_path_missing"):
        return ("tied", "rica")[rng.integers(2)]
    if name in ("sparsity_missing", "unit_norm_missing"):
        return "rica"
    return KINDS[rng.integers(3)]


def draw_mistake(name, kind, rng):
    """A network with room for the mistake, the slip, theta and data; None if it did not fit or shows not."""
    net, theta, X, Y, weight_decay = draw_setting(rng, kind)
    variant = int(rng.integers(4 if name in ON_IMAGES else 6 if name in OF_ADAPTED else 2))
    slip = Slip(**{**vars(RIGHT), "name": name, "weight_decay": weight_decay, "variant": variant})
    if kind in KINDS and not place(slip, net, rng):
        return None
    right = Slip(**{**vars(RIGHT), "weight_decay": weight_decay})
    with np.errstate(all="ignore"):
        try:
            student = careless(net, slip)
            if name == "w0_changed":
                # it shows from the second call on
                student(theta, X, Y)
            own, wanted = student(theta, X, Y)[1], careless(net, right)(theta, X, Y)[1]
        except ValueError:
            return None
    if own.shape != wanted.shape or not np.isfinite(own).all():
        return None
    visible = np.abs(own - wanted).max() > 1e-9 * np.abs(wanted).max()
    return (net, slip, theta, X, Y) if visible else None


def place(slip, net, rng):
    """Put the slip into a random layer, column and array where it can be made; False if there is none."""
    i = int(rng.integers(len(net.layers)))
    layer, name = net.layers[i], slip.name
    if name in ON_IMAGES:
        slip.layer, slip.array = i, "v"
        return isinstance(layer, ON_IMAGES[name])
    if not layer.n_dynamic:
        return False
    columns = layer.parametrisation.leaves
    j = int(rng.integers(len(columns)))
    arrays = list(columns[j].shapes)
    slip.layer, slip.column, slip.array = i, j, arrays[rng.integers(len(arrays))]
    predicted = isinstance(columns[j], Predicted)
    if name in OF_ADAPTED:
        return can_slip(slip, columns[j])
    if name in ("u_forgotten", "index_order"):
        if not predicted or (name == "index_order" and columns[j].n_alpha < 2):
            return False
        n = columns[j].n_alpha
        slip.order = rng.permutation(columns[j].n_v)[:n] if name == "u_forgotten" else rng.permutation(n)
    elif name == "columns_order":
        slip.order = tuple(rng.permutation(len(columns)).tolist())
        return len(columns) > 1
    elif name == "h_overwritten":
        below = [other for other in net.layers[:i] if not isinstance(other, (Flatten, Unflatten))]
        return bool(below) and below[-1].n_dynamic > 0
    elif name == "transpose_missing":
        slip.array = "U" if predicted and slip.variant else "v"
        if isinstance(columns[j], Adapted) and slip.variant:
            slip.array = ("U", "V")[rng.integers(2)]
    elif name == "blocks_order":
        slip.array = "everywhere"
    elif name == "weight_decay_on_U":
        return predicted
    elif name == "weight_decay_on_bias":
        slip.column, slip.array = None, "b"
    elif name.startswith("activation_derivative_misplaced"):
        return layer.activation in ("sigmoid", "tanh")
    elif name in ("output_derivative_extra", "y_not_subtracted"):
        return name[0] == "y" or net.loss != "squared_error"
    elif name in OF_BLOCK or name.startswith("weight_decay"):
        _choose_block(slip, rng)
    return True


def can_slip(slip, leaf):
    """Whether a mistake of adapted weights can be made in a column."""
    if slip.name == "weight_decay_on_W" or (slip.name == "w0_changed" and slip.variant == 2):
        return isinstance(leaf, Adapted) and slip.weight_decay > 0
    vera = isinstance(leaf, Adapted) and leaf.kind == "vera"
    return vera if slip.name == "factor_forgotten" else isinstance(leaf, Adapted)


def _choose_block(slip, rng):
    """One array of weights, a bias, or everywhere."""
    chosen = rng.random()
    if chosen < 0.3:
        slip.array = "everywhere"
    elif chosen < 0.5 and slip.name in OF_BLOCK:
        slip.column, slip.array = None, "b"


def fixed(student, X, Y):
    """The student with the data fixed inside."""
    return lambda theta: student(theta, X, Y)


def noisy(student, size):
    """The student with relative noise on each entry, the same at each call."""

    def with_noise(theta, X, Y):
        loss, grad = student(theta, X, Y)
        rng = np.random.default_rng(zlib.crc32(theta.tobytes()))
        return loss, grad * (1 + size * rng.uniform(-1, 1, grad.shape))

    return with_noise


def block_is_right(report, slip):
    """Whether a block where the mistake was made is among the wrong ones that are named first."""
    labels = report.blocks[:1] if slip.array != "everywhere" else report.blocks
    if slip.name in OF_ADAPTED:
        # another W is seen in the layers above it, or in those below
        return bool(labels)
    if slip.layer is None or slip.array in ("everywhere", "v", "output"):
        return bool(labels)
    return f"layer {slip.layer + 1}" in labels[0] or slip.name in (
        "y_not_subtracted",
        "output_derivative_extra",
    )


if __name__ == "__main__":
    sys.exit(main())
