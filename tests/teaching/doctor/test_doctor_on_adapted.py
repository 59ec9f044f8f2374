"""Adapted weights, W_0 and what is learned beside it: wrong gradients are named, right ones left alone."""

import numpy as np
import pytest
from doctor_on_trial.careless import Slip, careless
from doctor_on_trial.draws import draw_setting, without_factors
from doctor_on_trial.trial import OF_ADAPTED, RIGHT
from toys import ADAPTED, adapted, data, parametrisation, somewhere

import lowrankweights as lrw
from lowrankweights.teaching import MISTAKES, REMARKS, diagnose
from lowrankweights.teaching.doctor.adapted.mistakes import ROWS

WEIGHT_DECAY = 0.2
X, Y = data()


def network(first, n_hidden=6):
    """Two layers, the first and the last with W_0."""
    last = adapted(n_hidden, 3, 2, "lora")
    return lrw.Network([lrw.Dense(first, "tanh"), lrw.Dense(last)], "softmax_cross_entropy")


# with as many inputs as units, and as many units as vectors in U, U can be taken for V, and d for e
LORA, VERA = network(adapted(5, 5, 2, "lora"), 5), network(adapted(5, 5, 5, "vera"), 5)
OF_VERA = ["factor_forgotten"]
DEEP = {
    net: lrw.Network([lrw.Dense(lrw.Full(5, 5), "sigmoid"), *net.layers], net.loss) for net in (LORA, VERA)
}


def slip(name, variant, array, layer=0):
    where = {"layer": layer, "column": 0, "array": array, "weight_decay": WEIGHT_DECAY}
    return Slip(**{**vars(RIGHT), **where, "name": name, "variant": variant})


def asked(student, net, weight_decay=WEIGHT_DECAY, theta=None):
    return diagnose(student, net, somewhere(net) if theta is None else theta, X, Y, weight_decay)


def test_every_mistake_of_adapted_weights_is_on_trial():
    assert [name for name, *_ in ROWS] == OF_ADAPTED and set(OF_ADAPTED) <= set(MISTAKES)


@pytest.mark.parametrize("variant", range(6))
@pytest.mark.parametrize("name", OF_ADAPTED)
@pytest.mark.parametrize(("net", "arrays"), [(LORA, ["U", "V"]), (VERA, ["d", "e"])])
def test_each_mistake_is_named_wherever_it_is_made(net, arrays, name, variant):
    if name in OF_VERA and net is LORA:
        return
    report = asked(careless(DEEP[net], slip(name, variant, arrays[variant % 2], layer=1)), DEEP[net])
    assert report.mistake == name, report
    assert MISTAKES[name].sentence in report.text and MISTAKES[name].hint in report.text


@pytest.mark.parametrize("name", ADAPTED)
def test_where_it_was_made_in_one_gradient_only_that_block_is_wrong(name):
    net = network(parametrisation(name, 5))
    for column, leaf in enumerate(net.layers[0].parametrisation.leaves):
        for array in leaf.shapes if isinstance(leaf, lrw.Adapted) else ():
            made = slip("scale_forgotten", 5, array)
            made.column = column
            label = f"column {column + 1}, {array}" if name == "adapted columns" else array
            report = asked(careless(net, made), net)
            assert (report.blocks, report.mistake) == ([f"layer 1, {label}"], "scale_forgotten")


@pytest.mark.parametrize(("net", "array"), [(LORA, "U"), (LORA, "V"), (VERA, "d"), (VERA, "e")])
def test_a_factor_without_a_gradient_and_the_old_mistakes_are_named(net, array):
    for name in ("block_missing", "sign", "mean_missing", "weight_decay_missing", "weight_decay_doubled"):
        report = asked(careless(net, slip(name, 0, array)), net)
        assert report.mistake == name and len(report.blocks) == 1, report


def test_a_missing_transpose_and_another_order_are_named():
    square = network(adapted(5, 5, 5, "lora"), 5)
    for array in ("U", "V"):
        report = asked(careless(square, slip("transpose_missing", 1, array)), square)
        assert (report.block, report.mistake) == (f"layer 1, {array}", "transpose_missing")
    square = network(adapted(5, 5, 5, "vera"), 5)

    def e_first(theta, X, Y):
        loss, grad = square.loss_and_grad(theta, X, Y)
        grad[:10] = np.roll(grad[:10], 5)
        return loss, grad

    assert "factors_exchanged" in asked(e_first, square, 0.0).mistakes
    wide = network(adapted(5, 6, 3, "vera"))

    def e_first(theta, X, Y):
        loss, grad = wide.loss_and_grad(theta, X, Y)
        grad[:9] = np.roll(grad[:9], 6)
        return loss, grad

    assert asked(e_first, wide, 0.0).mistake == "blocks_order"


def test_right_gradients_are_never_accused():
    rng = np.random.default_rng(3)
    for i in range(220):
        net, theta, X, Y, weight_decay = draw_setting(rng, "adapted")
        theta = without_factors(net, theta) if i % 10 == 0 else theta
        right = careless(net, Slip(**{**vars(RIGHT), "weight_decay": weight_decay}))
        student = right if i % 2 else lambda t, X, Y, n=net, w=weight_decay: n.loss_and_grad(t, X, Y, w)
        report = diagnose(student, net, theta, X, Y, weight_decay, rng=i)
        assert report.mistake is None and bool(report.remarks) >= (i % 10 == 0), (i, report)


def stepping(net, step, merge=False):
    """A student whose own W_0 takes a step after each call, or becomes W."""
    W_0 = [layer.parametrisation.W0.copy() for layer in net.layers]

    def student(theta, X, Y):
        layers = []
        for layer, W in zip(net.layers, W_0, strict=True):
            q = layer.parametrisation
            layers.append(lrw.Dense(lrw.Adapted(W, q.rank, q.kind, q.scale, q.rng), layer.activation))
        own = lrw.Network(layers, net.loss)
        loss, grad = own.loss_and_grad(theta, X, Y)
        full = lrw.Network(
            [lrw.Dense(lrw.Full(*a.shape), layer.activation) for a, layer in zip(W_0, layers, strict=True)],
            net.loss,
        )
        parts = zip(layers, own.split(theta), strict=True)
        p = [np.append(own.weights(theta)[i], layer.split(part)[1]) for i, (layer, part) in enumerate(parts)]
        dW = full.unpack(full.loss_and_grad(np.concatenate(p), X, Y)[1])
        for i, W in enumerate(W_0):
            W[:] = own.weights(theta)[i] if merge else W - step * dW[i]["W"]
        return loss, grad

    return student


@pytest.mark.parametrize("net", [LORA, VERA])
@pytest.mark.parametrize("step", [1e-4, 0.1, 2.0, -0.3])
def test_a_w0_that_takes_steps_of_any_length_is_noticed(net, step):
    report = asked(stepping(net, step), net, 0.0)
    assert report.mistake == "w0_changed" and "layer 1, b" in report.blocks, report


def test_a_w0_that_becomes_w_is_noticed_and_what_moves_otherwise_is_not_called_so():
    assert asked(stepping(LORA, 0.0, merge=True), LORA, 0.0).mistake == "w0_changed"
    rng = np.random.default_rng(0)

    def noisy(theta, X, Y):
        loss, grad = LORA.loss_and_grad(theta, X, Y)
        return loss, grad + 0.1 * rng.normal(size=grad.shape)

    assert asked(noisy, LORA, 0.0).mistake == "not_repeatable"


@pytest.mark.parametrize("net", [LORA, VERA])
def test_a_w0_that_had_moved_before_is_noticed_and_another_mistake_is_not_called_so(net):
    rng = np.random.default_rng(0)
    moved = [
        lrw.Adapted(q.W0 + 0.2 * rng.normal(size=q.W0.shape), q.rank, q.kind, q.scale, q.rng)
        for q in weights_of(net)
    ]
    other = lrw.Network([lrw.Dense(moved[0], "tanh"), lrw.Dense(moved[1])], net.loss)
    report = asked(other.loss_and_grad, net, 0.0)
    assert report.mistake == "w0_changed" and "takes a step" in report.text

    def unknown(theta, X, Y):
        loss, grad = net.loss_and_grad(theta, X, Y)
        grad[0] += 0.1 * grad[1]
        return loss, grad

    assert asked(unknown, net, 0.0).mistake == "unknown"


def weights_of(net):
    """The parametrisations of a network's layers."""
    return [layer.parametrisation for layer in net.layers]


def test_the_networks_own_w0_is_watched():
    def with_step(open_it):
        net = network(adapted(5, 6, 2, "lora"))

        def student(theta, X, Y):
            W = net.layers[0].parametrisation.W0
            if open_it:
                W.setflags(write=True)
            W -= 0.1
            return net.loss_and_grad(theta, X, Y)

        return asked(student, net, 0.0)

    report = with_step(open_it=True)
    assert report.mistake == "w0_changed" and "W0 in layer 1 were overwritten" in report.text
    report = with_step(open_it=False)
    assert report.mistake == "raised" and "W_0 is frozen" in report.text


def test_a_gradient_of_w_s_size_is_told_to_go_on():
    def as_arrays(theta, X, Y):
        loss, grad = LORA.loss_and_grad(theta, X, Y)
        own = LORA.unpack(grad)
        return loss, [own[0]["W"], own[0]["b"], own[1]["U"], own[1]["V"], own[1]["b"]]

    said = asked(as_arrays, LORA, 0.0)
    assert said.mistake == "wrong_shape"
    flat = lambda theta, X, Y: np.concatenate([a.ravel() for a in as_arrays(theta, X, Y)[1]])
    all_flat = lambda theta, X, Y: np.zeros(5 * 5 + 5 + 5 * 3 + 3)
    beside = lambda theta, X, Y: np.zeros(LORA.n_dynamic + 5 * 5 + 5 * 3)
    for student in (all_flat, beside):
        said = asked(student, LORA, 0.0).text
        assert "(wrong_shape)" in said and "W_0 is frozen, go on from dW to dU and dV" in said
    assert asked(flat, LORA, 0.0).mistake == "wrong_shape"

    def dW_for_dU(theta, X, Y):
        own = LORA.unpack(LORA.loss_and_grad(theta, X, Y)[1])
        return [
            own[0]["W"],
            *(own[i][name] for i, name in [(0, "V"), (0, "b"), (1, "U"), (1, "V"), (1, "b")]),
        ]

    assert "that is the shape of W: W_0 is frozen" in asked(dW_for_dU, LORA, 0.0).text


def test_a_layers_backward_function_gets_w0_scale_and_factors_by_their_letters():
    rng = np.random.default_rng(0)
    layer = lrw.Dense(adapted(5, 4, 2, "lora"), "tanh")
    dh = rng.normal(size=(7, 4))

    def backward(dh, v, h, W0, scale, U, V):
        dz = dh * (1 - h**2)
        dW = v.T @ dz
        return scale * dW @ V.T, scale * U.T @ dW, dz.sum(axis=0), dz @ (W0 + scale * U @ V).T

    assert diagnose(backward, layer, somewhere(layer), X, dh).mistake is None
    without = lambda dh, v, h, W0, scale, U, V: [
        a / scale if i < 2 else a for i, a in enumerate(backward(dh, v, h, W0, scale, U, V))
    ]
    assert diagnose(without, layer, somewhere(layer), X, dh).mistake == "scale_forgotten"
    assert "dh, v, h, W0, scale, U, V and" in diagnose(lambda a, b: a, layer, somewhere(layer), X, dh).text
    turned = lambda dh, v, h, W0, scale, U, V: [
        a.T.reshape(a.shape) for a in backward(dh, v, h, W0, scale, U, V)
    ]
    assert "dU = scale dW V^T, dV = scale" in diagnose(turned, layer, somewhere(layer), X, dh).text
    layer = lrw.Dense(adapted(5, 4, 2, "vera"), "tanh")

    def of_vera(dh, v, h, scale, U, V, d, e):
        dz = dh * (1 - h**2)
        GV = scale * (U.T @ v.T @ dz) * V
        return {"d": GV @ e, "e": d @ GV, "b": dz.sum(axis=0)}

    assert diagnose(of_vera, layer, somewhere(layer), X, dh).mistake is None
    layer = lrw.Dense(lrw.Columns([adapted(5, 2, 2, "vera"), adapted(5, 2, 2, "vera")]))
    one_e = lambda dh, d, e: {"d": d, "e": e[0], "b": dh.sum(axis=0)}
    assert "there are 2 arrays e" in diagnose(one_e, layer, somewhere(layer), X, dh).text


def test_a_step_that_came_too_early_is_named_in_low_rank_too():
    net = lrw.Network([lrw.Dense(lrw.LowRank(5, 6, 2), "tanh"), lrw.Dense(lrw.Full(6, 3))], "squared_error")

    def student(theta, X, Y):
        U, V = (net.unpack(theta)[0][name] for name in ("U", "V"))
        loss, grad = net.loss_and_grad(theta, X, Y)
        own = net.unpack(grad)[0]
        # dU = dW (V - dV)^T is dU - dW dV^T
        full = lrw.Network([lrw.Dense(lrw.Full(5, 6), "tanh"), net.layers[1]], "squared_error")
        p = np.concatenate([(U @ V).ravel(), theta[net.layers[0].parametrisation.n_dynamic :]])
        dW = full.unpack(full.loss_and_grad(p, X, Y)[1])[0]["W"]
        own["U"][:] = dW @ (V - 0.3 * own["V"]).T
        return loss, grad

    report = diagnose(student, net, somewhere(net), X, Y)
    assert (report.block, report.mistake) == ("layer 1, U", "factor_stepped")


def test_two_factors_at_zero_are_remarked_on_in_any_network():
    low_rank = lrw.Network(
        [lrw.Dense(lrw.LowRank(5, 6, 2), "tanh"), lrw.Dense(lrw.Full(6, 3))], "squared_error"
    )
    for net, names in ((LORA, "U and V"), (VERA, "d and e"), (low_rank, "U and V")):
        theta = somewhere(net)
        theta[: net.layers[0].parametrisation.n_dynamic] = 0.0
        report = asked(net.loss_and_grad, net, 0.0, theta)
        assert report.mistake is None and report.remarks == ["factors_at_zero"]
        remark = REMARKS["factors_at_zero"]
        assert f"layer 1, {names} are zero" in report.text
        assert remark.sentence in report.text and remark.hint in report.text
        # and beside a mistake, or where there is nothing to compare
        wrong = lambda t, X, Y, n=net: -n.loss_and_grad(t, X, Y)[1]
        assert asked(wrong, net, 0.0, theta).remarks == ["factors_at_zero"]
        assert asked(lambda t, X, Y: None, net, 0.0, theta).remarks == ["factors_at_zero"]
    layer = lrw.Dense(adapted(5, 4, 2, "lora"))
    report = diagnose(lambda dh: dh, layer, np.zeros(layer.n_dynamic), X, np.ones((7, 4)))
    assert "\nU and V are zero" in report.text
    # one of the two at zero, as LoRA begins, is as it should be
    assert asked(LORA.loss_and_grad, LORA, 0.0, LORA.init(rng=0)).remarks == []
