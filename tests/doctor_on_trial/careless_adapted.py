"""Adapted weights as a careless student writes them: W_0 and what is added to it, a factor's sums, a slip.

Written apart from the package and from the doctor's lines. A student holds a W_0 of their own.
"""

import numpy as np

RATE = 0.05  # of a step that should not be taken
FORWARD, DOWN = (0, 1, 2), (0, 1, 3)  # variants of a slip in W: where it is made


def hold(kept, leaf, slip, i, j, dtype):
    """The student's own copy of W_0, from the first call on."""
    if (i, j) not in kept:
        kept[i, j] = leaf.W0.astype(dtype)
        if slip.at("w0_changed", i, j) and slip.variant > 3:
            # it has taken steps before, and takes none any more
            kept[i, j] += 0.1 * np.random.default_rng(i).normal(size=leaf.W0.shape)
    return kept[i, j]


def factors(leaf):
    """U, d, V and e as arrays, with ones where there is no d and e."""
    p = np.concatenate([a.ravel() for a in leaf.arrays.values()])
    U, V = leaf.q.factors(p)
    one = np.ones(1, p.dtype)
    return U, leaf.arrays.get("d", one), V, leaf.arrays.get("e", one)


def weights(leaf, slip, i, j):
    """W as z = v W + b has it, and as dv = dz W^T has it."""
    U, d, V, e = factors(leaf)
    product, W_0, scale = (
        np.einsum("vr,r,rh,h->vh", U, d * np.ones(len(V)), V, e * np.ones(V.shape[1])),
        leaf.W0,
        leaf.q.scale,
    )
    if slip.at("w0_changed", i, j) and slip.variant == 3:
        W = W_0
        W += scale * product
        return W.copy(), W.copy()
    right, wrong = W_0 + scale * product, None
    if slip.at("w0_forgotten", i, j):
        wrong = scale * product
    elif slip.at("added_forgotten", i, j):
        wrong = W_0.copy()
    elif slip.at("scale_forgotten", i, j):
        wrong = W_0 + product
    elif slip.at("scale_squared", i, j):
        wrong = W_0 + scale * scale * product
    elif slip.at("factor_forgotten", i, j) and slip.variant < 2:
        # forward and down, as variant 0 of the others
        wrong = W_0 + scale * (U @ (V * e if slip.array == "d" else d[:, None] * V))
        return wrong, right if slip.variant else wrong
    if wrong is None:
        return right, right
    variant = slip.variant if slip.name.startswith("scale") else (0, 2, 3)[slip.variant % 3]
    return wrong if variant in FORWARD else right, wrong if variant in DOWN else right


def gradients(leaf, dW, slip, i, j, n):
    """Sums over rows of what a column learns."""
    scales = [factor(leaf.q.scale, slip, i, j, name) for name in leaf.arrays]
    made = of_lora if "U" in leaf.arrays else of_vera
    found = [scale * a for scale, a in zip(scales, made(leaf, dW, slip, i, j, n), strict=True)]
    if slip.at("w0_changed", i, j) and slip.variant < 3:
        step = dW if slip.variant == 1 else dW / n
        if slip.variant == 2:
            step = step + slip.weight_decay * leaf.W0
        leaf.W0[:] -= RATE * step
    return found


def factor(scale, slip, i, j, name):
    """What a gradient is multiplied with."""
    here = slip.variant in (0, 4) or (slip.variant == 5 and name == slip.array)
    if here and slip.at("scale_forgotten", i, j):
        return 1.0
    return scale * scale if here and slip.at("scale_squared", i, j) else scale


def of_lora(leaf, dW, slip, i, j, n):
    """dU and dV without the scale."""
    U, V = leaf.arrays["U"], leaf.arrays["V"]
    of_U = lambda V: np.einsum("vh,rh->vr", dW, V)
    of_V = lambda U: np.einsum("vr,vh->rh", U, dW)
    if slip.at("factors_exchanged", i, j):
        if slip.variant % 3 == 0:
            return of_V(U).T, of_U(V).T
        return dW.dot(U), V.dot(dW) if slip.variant % 3 == 1 else of_V(U)
    if slip.at("transpose_missing", i, j):
        return (dW.dot(V), of_V(U)) if slip.array == "U" else (of_U(V), U.dot(dW))
    if slip.at("factor_stepped", i, j):
        return stepped(leaf, slip, n, {"U": lambda a: of_U(a["V"]), "V": lambda a: of_V(a["U"])})
    return of_U(V), of_V(U)


def of_vera(leaf, dW, slip, i, j, n):
    """dd and de without the scale."""
    U, d, V, e = factors(leaf)
    of_d = lambda e: np.einsum("vr,vh,rh,h->r", U, dW, V, e)
    of_e = lambda d: np.einsum("vr,vh,rh,r->h", U, dW, V, d)
    if slip.at("factors_exchanged", i, j):
        return (of_e(d), of_d(e)) if slip.variant % 2 else (of_d(d), of_e(e))
    if slip.at("factor_forgotten", i, j) and slip.variant > 1:
        dd, de = of_d(np.ones_like(e)), of_e(np.ones_like(d))
        if slip.variant == 5:
            # V in both
            return U.T.dot(dW).dot(e), d.dot(U.T.dot(dW))
        return dd if slip.variant != 3 else of_d(e), de if slip.variant != 4 else of_e(d)
    if slip.at("transpose_missing", i, j):
        return np.einsum("rv,vh,rh,h->r", U, dW, V, e), of_e(d)
    if slip.at("factor_stepped", i, j):
        return stepped(leaf, slip, n, {"d": lambda a: of_d(a["e"]), "e": lambda a: of_e(a["d"])})
    return of_d(e), of_e(d)


def stepped(leaf, slip, n, gradient):
    """Both sums; the first array has taken a step before the second one's gradient is computed."""
    first, second = tuple(gradient)[:: 1 if slip.variant % 2 else -1]
    arrays, found = dict(leaf.arrays), {}
    found[first] = gradient[first](arrays)
    step = leaf.q.scale * found[first] / (1 if slip.variant > 3 else n)
    step = step + slip.weight_decay * arrays[first]
    arrays[first] = arrays[first] - RATE * step
    found[second] = gradient[second](arrays)
    return [found[name] for name in leaf.arrays]


def decayed(leaf, slip, i, j):
    """What weight decay is added of, by name: the learned arrays, or as if W were decayed."""
    if not slip.at("weight_decay_on_W", i, j):
        return leaf.arrays
    W = weights(leaf, slip, i, j)[0]
    W = W - leaf.W0 if slip.variant % 2 else W
    nothing = type(slip)(**{**vars(slip), "name": None})
    return dict(zip(leaf.arrays, gradients(leaf, W, nothing, i, j, 1), strict=True))
