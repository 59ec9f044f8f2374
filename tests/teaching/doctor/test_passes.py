"""The doctor's passes are a copy of the definitions: here they are held against them."""

import re

import numpy as np
import pytest
from toys import (
    ADAPTED,
    PARAMETRISATIONS,
    Flatten,
    Scale,
    Square,
    adapted,
    data,
    dictionary,
    parametrisation,
    somewhere,
)

import lowrankweights as lrw
from lowrankweights import teaching
from lowrankweights.networks import ACTIVATIONS, LETTERS, LOSSES
from lowrankweights.teaching import RicaModel, diagnose
from lowrankweights.teaching.doctor import lines, tied
from lowrankweights.teaching.doctor.lines import LINES, Fault
from lowrankweights.teaching.doctor.passes import LayerPass, NetworkPass
from lowrankweights.teaching.doctor.tied import RicaPass, TiedPass
from lowrankweights.unsupervised import TiedAutoencoder, rica_cost
from lowrankweights.unsupervised.autoencoder import DECODERS

by_parametrisation = pytest.mark.parametrize("name", PARAMETRISATIONS + ADAPTED)


def gap(passes, definition, theta, X, Y, weight_decay):
    """Largest difference of loss and gradient, relative to the largest number."""
    loss, grad = definition
    raw = passes.raw(theta, X, Y)
    mine = [passes.loss(raw, theta, weight_decay), *passes.finish(raw, theta, weight_decay)]
    return np.abs(np.subtract(mine, [loss, *grad])).max() / np.abs([loss, *grad]).max()


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("activation", ACTIVATIONS)
@by_parametrisation
def test_the_networks_pass_is_the_networks_definition(name, activation, loss):
    layers = [lrw.Dense(parametrisation(name, 5), activation), lrw.Dense(lrw.Full(6, 3))]
    net = lrw.Network(layers, loss)
    theta, (X, Y) = somewhere(net), data()
    for weight_decay in (0.0, 0.3):
        definition = net.loss_and_grad(theta, X, Y, weight_decay)
        assert gap(NetworkPass(net), definition, theta, X, Y, weight_decay) < 1e-13


@by_parametrisation
def test_a_layers_pass_is_the_layers_definition(name):
    layer = lrw.Dense(parametrisation(name, 5), "tanh")
    theta, (v, _) = somewhere(layer), data()
    dh = np.random.default_rng(1).normal(size=(7, 6))
    _, cache = layer.forward(theta, v)
    wanted = np.concatenate([a.ravel() for a in layer.backward(theta, cache, dh)])
    assert np.allclose(LayerPass(layer).gradient(theta, v, dh), wanted, rtol=1e-13, atol=1e-13)


@pytest.mark.parametrize("decoder", DECODERS)
@pytest.mark.parametrize("activation", ACTIVATIONS)
@by_parametrisation
def test_the_autoencoders_pass_is_the_autoencoders_definition(name, activation, decoder):
    model = TiedAutoencoder(parametrisation(name, 5), activation, decoder)
    theta, (X, _) = somewhere(model), data()
    for Y, weight_decay in ((None, 0.0), (X[::-1] / 2, 0.2)):
        definition = model.loss_and_grad(theta, X, Y, weight_decay)
        assert gap(TiedPass(model), definition, theta, X, Y, weight_decay) < 1e-13


@pytest.mark.parametrize("sparsity", [0.0, 0.3])
@pytest.mark.parametrize("n_alpha", [None, 2, 9])
def test_ricas_pass_is_ricas_definition(n_alpha, sparsity):
    U = None if n_alpha is None else dictionary(5, n_alpha=n_alpha)
    model, (X, _) = RicaModel(5, 4, U, sparsity, eps=0.03), data()
    theta = somewhere(model)
    definition = rica_cost(theta, X, 4, U, sparsity, eps=0.03)
    assert gap(RicaPass(model), definition, theta, X, None, 0.0) < 1e-13


def test_a_filter_of_length_zero_is_refused_as_by_the_definition():
    with pytest.raises(ValueError, match="^theta: expected filters of non-zero length"):
        RicaPass(RicaModel(5, 4)).raw(np.zeros(20), data()[0])


def test_layers_that_learn_nothing_are_passed_through():
    dense = lrw.Dense(lrw.Full(6, 4), "tanh"), lrw.Dense(lrw.Full(4, 3))
    net = lrw.Network([Flatten((2, 3)), dense[0], Square(4), dense[1]], "squared_error")
    rng = np.random.default_rng(0)
    X, Y, theta = rng.normal(size=(7, 2, 3)), rng.normal(size=(7, 3)), somewhere(net)
    assert gap(NetworkPass(net), net.loss_and_grad(theta, X, Y, 0.1), theta, X, Y, 0.1) < 1e-13
    assert diagnose(net.loss_and_grad, net, theta, X, Y).mistake is None

    def student(theta, X, Y):
        loss, grad = net.loss_and_grad(theta, X, Y)
        return loss, -grad

    report = diagnose(student, net, theta, X, Y)
    assert (report.block, report.mistake) == ("layer 4, W", "sign") and "layer 2, W" in report.blocks


def test_a_layer_whose_lines_are_not_known_is_refused_by_name():
    net = lrw.Network([lrw.Dense(lrw.Full(5, 3)), Scale((3,))], "squared_error")
    expected = r"^net.layers\[1\]: expected a Dense or Conv2d layer, or one that learns nothing.*, got Scale$"
    with pytest.raises(ValueError, match=expected):
        diagnose(net.loss_and_grad, net, net.init(rng=0), *data())


def test_the_lines_speak_in_the_letters_of_the_table():
    derivatives = {name[1:] for name in LINES if name.startswith("d")}
    assert derivatives | {"W", "h"} <= set(LETTERS)
    net = lrw.Network([lrw.Dense(parametrisation("mixed columns", 5))], "squared_error")
    for block in NetworkPass(net).blocks:
        letters, numbers = block.shape_in_letters.split(" = ")
        assert len(re.findall(r"\w+", letters)) == len(re.findall(r"\d+", numbers)) == len(block.shape)


def test_the_old_name_of_ricas_model_still_works_with_a_warning():
    with pytest.warns(UserWarning, match="RicaCost: is now called teaching.RicaModel"):
        assert teaching.RicaCost is RicaModel


def found_in_states(subject, own_lines, theta, X, Y):
    """{line: names in s} of every line that a fault can replace."""
    found, shown = {}, {"output": lambda s: s.right, "blocks": lambda s: s.blocks}
    rightly = LINES | shown | own_lines
    for line in rightly:

        def noting(s, line=line):
            found.setdefault(line, set()).update(vars(s))
            return rightly[line](s)

        subject.gradient(theta, X, Y, 0.1, Fault("sign", line, noting))
    return found


def table_of_lines():
    """{line: the words of its rows} in the docstring of ``lines``."""
    _, *rows = re.split(r"\n(?=\S)", lines.__doc__.split("====\nline")[1])
    words = {}
    for row in rows:
        for name in re.sub(r"\(.*\)", "", row[:31]).split(","):
            words.setdefault(name.strip(), set()).update(re.findall(r"\w+", row))
    return words


def test_what_a_line_finds_in_its_state_is_in_the_table_of_lines():
    (X, Y), told = data(4, 4), table_of_lines()
    told["z"] |= told["W"]
    told["h"] |= told["z"]
    for line in ("dz", "dW", "db", "dv", "pieces of dW", "da", "dh", "dc"):
        told[line] |= told["h"]
    told["pieces of dW"] |= told["da"] | told["dZ"]
    columns = parametrisation("mixed columns", 4)
    last = lrw.Columns([adapted(6, 2, 2, kind) for kind in ("lora", "vera")])
    net = lrw.Network([lrw.Dense(columns, "sigmoid"), lrw.Dense(last)], "squared_error")
    autoencoder, rica = TiedAutoencoder(columns, "sigmoid", "sigmoid"), RicaModel(4, 3, dictionary(4))
    subjects = [
        (NetworkPass(net), {}, net),
        (TiedPass(autoencoder), tied.TIED_LINES, autoencoder),
        (RicaPass(rica), tied.RICA_LINES, rica),
    ]
    seen = set()
    for subject, own_lines, model in subjects:
        for line, names in found_in_states(subject, own_lines, somewhere(model), X, Y).items():
            assert names - {"place"} <= told[line], (type(subject).__name__, line, names - told[line])
            seen.add(line)
    assert seen == {line for line in told if line.strip("=")}
