"""Wrong lines of adapted weights: W in one pass or both, the gradients of its factors, the weight decay."""

import itertools

import numpy as np

from ....weights import Adapted, packing
from ..lines import Fault


def adapted_leaves(subject):
    """{(layer, column): leaf} of all adapted weights of a pass."""
    each = subject.parametrisations.items()
    leaves = {(i, j): leaf for i, q in each for j, leaf in enumerate(q.leaves)}
    return {place: leaf for place, leaf in leaves.items() if isinstance(leaf, Adapted)}


def faults_on_adapted(subject, weight_decay):
    """All faults that may apply to the adapted weights of a pass."""
    leaves = adapted_leaves(subject)
    for here in scopes(leaves):
        yield from wrong_weights(here)
        yield from wrong_scales(here)
        yield from wrong_gradients({place: leaves[place] for place in here})
        if weight_decay:
            yield from wrong_decay({place: leaves[place] for place in here})


def scopes(leaves):
    """Each column by itself, those of each layer, then all."""
    sets = [{place} for place in leaves]
    sets += [{place for place in leaves if place[0] == i} for i, _ in leaves]
    return [here for here in dict.fromkeys(map(frozenset, [*sets, set(leaves)])) if here]


def added(leaf, part):
    """U V, or U diag(d) V diag(e): what the scale is of."""
    U, V = leaf.factors(part)
    if leaf.kind == "lora":
        return U @ V
    d, e = leaf.unpack(part).values()
    return (U * d) @ V * e


def without(leaf, part, forgotten):
    """W of vera with ones for d or e."""
    p = packing.pack([np.ones_like(a) if name in forgotten else a for name, a in leaf.unpack(part).items()])
    return leaf.W0 + leaf.scale * added(leaf, p)


# W of a column, from its parametrisation and its part of theta
WEIGHTS = [
    ("w0_forgotten", lambda q, p: q.scale * added(q, p)),
    ("added_forgotten", lambda q, p: q.W0),
    ("scale_forgotten", lambda q, p: q.W0 + added(q, p)),
    ("scale_squared", lambda q, p: q.W0 + q.scale**2 * added(q, p)),
    ("factor_forgotten", lambda q, p: without(q, p, "d")),
    ("factor_forgotten", lambda q, p: without(q, p, "e")),
]


def put(s, other, here):
    """W with other pieces in these columns."""
    each = enumerate(zip(s.leaves, s.parts, s.pieces, strict=True))
    return np.hstack([other(q, p) if (*s.place, j) in here else piece for j, (q, p, piece) in each])


def wrong_weights(here):
    """Another W: in both passes, in the forward pass, in dv."""
    layers = frozenset((i,) for i, _ in here)
    for name, other in WEIGHTS:
        W = lambda s, f=other: put(s, f, here)
        yield Fault(name, "W", W, layers)
        yield Fault(name, "z", lambda s, W=W: s.v @ W(s) + s.b, layers)
        yield Fault(name, "dv", lambda s, W=W: s.dz @ W(s).T, layers)


def wrong_scales(here):
    """No scale, or its square, in both passes and in the gradients."""
    layers = frozenset((i,) for i, _ in here)
    for name, power in (("scale_forgotten", 0), ("scale_squared", 2)):
        made = lambda s, k=power: [
            scaled(q, q.scale**k) if (*s.place, j) in here else q for j, q in enumerate(s.leaves)
        ]
        yield Fault(name, "leaves", made, layers)


def scaled(leaf, scale):
    """The same weights with another scale."""
    return Adapted(leaf.W0, leaf.rank, leaf.kind, scale, leaf.rng)


# Gradients of the factors, by name, from the state of the line "gradients": one wrong, or several.
OF_BOTH = [
    ("scale_forgotten", lambda name: lambda s: s.own[name] / s.scale),
    ("scale_squared", lambda name: lambda s: s.own[name] * s.scale),
]
OF_LORA = [
    ("factors_exchanged", {"U": lambda s: s.dW @ s.U, "V": lambda s: s.V @ s.dW}),
    ("factors_exchanged", {"U": lambda s: s.own["V"].T, "V": lambda s: s.own["U"].T}),
    ("transpose_missing", {"U": lambda s: s.dW @ s.V, "V": lambda s: s.U @ s.dW}),
    ("transpose_extra", {"U": lambda s: s.dW.T @ s.V.T, "V": lambda s: s.U.T @ s.dW.T}),
]
OF_VERA = [
    (
        "factors_exchanged",
        {"d": lambda s: (GV(s) * s.d).sum(axis=1), "e": lambda s: (s.e * GV(s).T).sum(axis=1)},
    ),
    ("factors_exchanged", {"d": lambda s: s.own["e"], "e": lambda s: s.own["d"]}),
    ("factor_forgotten", {"d": lambda s: GV(s).sum(axis=1), "e": lambda s: GV(s).sum(axis=0)}),
    ("factor_forgotten", {"d": lambda s: s.U.T @ s.dW @ s.e, "e": lambda s: s.d @ (s.U.T @ s.dW)}),
    ("transpose_missing", {"d": lambda s: (s.U @ s.dW * s.V) @ s.e, "e": lambda s: s.d @ (s.U @ s.dW * s.V)}),
]


def GV(s):
    """G V, entry by entry, with G = scale U^T dW."""
    return (s.U.T @ s.dW) * s.V


def wrong_gradients(leaves):
    """Wrong gradients of one factor or both, in these columns of one kind."""
    for kind, own, names in (("lora", OF_LORA, ("U", "V")), ("vera", OF_VERA, ("d", "e"))):
        here = frozenset(place for place, leaf in leaves.items() if leaf.kind == kind)
        table = own + [(mistake, {name: make(name) for name in names}) for mistake, make in OF_BOTH]
        for mistake, wrong in table if here else ():
            for n in (1, 2):
                for some in itertools.combinations(wrong, n):
                    chosen = {name: wrong[name] for name in some}
                    line = lambda s, c=chosen: {**s.own, **{name: f(s) for name, f in c.items()}}
                    yield Fault(mistake, "gradients", line, here)


def wrong_decay(leaves):
    """The weight decay of W, or of W - W_0, in place of that of the factors."""
    here = frozenset((*place, name) for place, leaf in leaves.items() for name in leaf.shapes)
    for part_of_W in (lambda leaf, p: leaf.expand(p), lambda leaf, p: leaf.expand(p) - leaf.W0):

        def line(s, part_of_W=part_of_W):
            leaf, name = leaves[s.place[:2]], s.place[2]
            p = packing.pack([w for _, w in s.column.values()])
            decay = leaf.unpack(leaf.pull_back(part_of_W(leaf, p), p))[name]
            return s.raw / s.n + s.weight_decay * decay

        yield Fault("weight_decay_on_W", "finish", line, here)
