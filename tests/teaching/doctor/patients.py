"""A network with every kind of weights, and students who get its gradient wrong."""

from toys import data, dictionary, somewhere

import lowrankweights as lrw

Us = [dictionary(5, seed) for seed in range(3)]


def network(loss="softmax_cross_entropy", activation="sigmoid"):
    columns = lrw.Columns([lrw.Predicted(U, 2) for U in Us])
    layers = [
        lrw.Dense(columns, activation),
        lrw.Dense(lrw.LowRank(6, 4, 2), activation),
        lrw.Dense(lrw.Full(4, 3)),
    ]
    return lrw.Network(layers, loss)


NET = network()
THETA = somewhere(NET)
X, Y = data()


def changed(change, net=NET, weight_decay=0.0):
    """A student who changes the right gradient, given its layers' arrays by name, in place."""

    def student(theta, X, Y):
        loss, grad = net.loss_and_grad(theta, X, Y, weight_decay)
        change(net.unpack(grad), net.unpack(theta), len(X))
        return loss, grad

    return student


def negate_bias(g, theta, n):
    g[1]["b"] *= -1
