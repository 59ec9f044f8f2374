"""How an answer differs from what is wanted, in words: simple relations by name, else where it does."""

from fractions import Fraction

import numpy as np

NEAR = 1e-6  # relative; of a relation


def as_numbers(got):
    """An answer as an array of floats, and the tolerance that its type asks for; else a ``ValueError``.

    Lists, tuples, generators, ``Fraction``s, bools, integers and matrices are taken as arrays.
    """
    if isinstance(got, (set, frozenset, dict)):
        raise ValueError(f"a {type(got).__name__}, which has no order")
    got = _listed(got)
    try:
        a = np.asarray(got)
    except ValueError:
        raise ValueError("arrays of several shapes") from None
    if a.dtype == object and all(isinstance(x, (Fraction, int, float)) for x in a.flat):
        a = a.astype(float)
    if a.dtype.kind not in "biuf":
        held = "" if a.dtype.kind != "O" else " with something else than numbers"
        raise ValueError(f"{type(got).__name__}{held}" if held else f"{type(got).__name__} of {a.dtype}")
    if not np.isfinite(a).all():
        raise ValueError("NaN or infinite numbers")
    single = a.dtype.kind == "f" and a.dtype.itemsize < 8
    return a.astype(float), 1e-4 if single else 0.0


def _listed(got):
    """The same with lists for generators, also for those inside."""
    if hasattr(got, "__next__") or isinstance(got, (list, tuple)):
        return [_listed(part) for part in got]
    return got


def shapes_apart(shape, wanted):
    """What is wrong with a shape, in words."""
    expected = f"an array of shape {wanted}" if wanted else "a number"
    said = f"expected {expected}, got {f'shape {shape}' if shape else 'a number'}."
    if shape == wanted[::-1] and len(wanted) > 1:
        return f"{said} Is a transpose missing, or one too many?"
    if [n for n in shape if n != 1] == [n for n in wanted if n != 1]:
        return f"{said} There is an axis of length 1 too many, or one is missing."
    if wanted and np.prod(shape) == np.prod(wanted):
        return f"{said} As many numbers, in another form."
    return said


def apart(a, wanted, sizes=None, slips=None, terms=None, otherwise=""):
    """How numbers differ from those wanted, of the same shape, in words.

    Parameters
    ----------
    a, wanted : array
    sizes : dict, optional
        Numbers that a factor may be, by their names, for instance ``{"n": 50}``.
    slips : dict, optional
        What comes of known slips, and what to say then: words: array.
    terms : dict, optional
        Parts of which the right answer is a sum, by their names: one may be missing, twice there, or have
        the wrong sign.
    otherwise : str, optional
        Said of an array where no relation has a name, before the largest difference.
    """
    for words, other in (slips or {}).items():
        if np.shape(other) == a.shape and _near(a, np.asarray(other, float), wanted):
            return words
    for name, term in (terms or {}).items():
        for k, words in ((1, "is missing"), (-1, "is there twice"), (2, "has the wrong sign")):
            if np.any(term) and _near(a, wanted - k * np.asarray(term, float), wanted):
                return f"{name} {words}."
    return _factor(a, wanted, sizes or {}) or (
        _number(a, wanted) if a.ndim == 0 else _array(a, wanted, otherwise)
    )


def _near(a, b, scale):
    size = max(np.abs(scale).max(initial=0), np.abs(b).max(initial=0), 1e-300)
    return a.shape == b.shape and np.abs(a - b).max(initial=0) <= NEAR * size


def _factor(a, wanted, sizes):
    """A constant factor, where there is one: of a number only a simple one."""
    size = float(np.sum(wanted * wanted))
    if not size > 0 or not np.any(a):
        return ""
    k = float(np.sum(a * wanted)) / size
    if abs(k - 1) < 1e-3 or not _near(a, k * wanted, a):
        return ""
    who = "it is" if a.ndim == 0 else "every number is"
    named = {"-1": -1.0, "2": 2.0, "1/2": 0.5, "-2": -2.0, "-1/2": -0.5, "4": 4.0, "1/4": 0.25}
    for name, n in sizes.items():
        lower = {
            f"({name} - 1)": n - 1,
            f"{name}/({name} - 1)": n / max(n - 1, 1),
            f"({name} - 1)/{name}": (n - 1) / n,
        }
        named |= {
            name: n,
            f"1/{name}": 1 / n,
            f"-{name}": -n,
            f"-1/{name}": -1 / n,
            f"2/{name}": 2 / n,
        } | lower
        named |= {f"sqrt({name})": n**0.5, f"1/sqrt({name})": n**-0.5}
    for name, factor in named.items():
        if abs(k - factor) <= 1e-5 * abs(factor):
            return f"{who} {name} times what it should be."
    return f"every number is {k:.4g} times what it should be." if a.size > 2 else ""


def _number(a, wanted):
    """A single number, without giving the right one away unless it is a whole one."""
    mine, right = float(a), float(wanted)
    if mine.is_integer() and right.is_integer():
        gap = int(mine - right)
        return f"not the number. Yours: {int(mine):,}, {abs(gap):,} too {'many' if gap > 0 else 'few'}."
    return (
        f"not the number. Yours: {pair(mine, right)[0]}, which is too {'large' if mine > right else 'small'}."
    )


def _array(a, wanted, otherwise=""):
    """Relations that arrays can have; at last where they differ most."""
    found = "" if _near(a, wanted, wanted) else _order(a, wanted) or _property(a, wanted)
    if found:
        return found
    gap = a - wanted
    if a.size > 2 and _near(gap, np.full_like(gap, gap.mean()), gap):
        return f"every number is too {'large' if gap.flat[0] > 0 else 'small'} by {abs(gap.flat[0]):.4g}."
    where = np.unravel_index(np.argmax(np.abs(gap)), a.shape)
    mine, right = pair(a[where], wanted[where])
    place = ", ".join(map(str, map(int, where)))
    n_wrong = int(np.sum(np.abs(gap) > 1e-3 * np.abs(gap).max()))
    return (
        f"{otherwise or f'the shape is right, {n_wrong:,} of {a.size:,} numbers are not.'} "
        f"Largest difference at ({place}): yours {mine}, expected {right}."
    )


def _order(a, wanted):
    """The right numbers in another order."""
    if a.ndim == 2 and a.shape[0] == a.shape[1] and _near(a, wanted.T, wanted):
        return "it is the transpose of what it should be."
    for axis, name in enumerate(("rows", "columns")[: a.ndim] if a.ndim > 1 else ("numbers",)):
        if _near(a, np.flip(wanted, axis), wanted):
            return f"the right {name}, in reversed order."
    if _near(np.sort(a, axis=None), np.sort(wanted, axis=None), wanted):
        return "the right numbers, in another order."
    return ""


def _property(a, wanted):
    """A property of the right answer that this one has not."""
    if a.ndim != 2:
        return ""
    square = a.shape[0] == a.shape[1]
    if square and _near(wanted, wanted.T, wanted) and not _near(a, a.T, a):
        return "it should be symmetric, and is not."
    gap = np.abs(a - wanted) > NEAR * np.abs(wanted).max(initial=0)
    if square and len(a) > 1 and gap.any():
        on = np.eye(len(a), dtype=bool)
        if not gap[~on].any():
            return "only the diagonal is not right."
        if not gap[on].any() and gap[~on].all():
            return "only the diagonal is right."
    sums = [(np.sum, 1, "the sum 1"), (np.sum, 0, "the sum 0")]
    lengths = [(np.linalg.norm, 1, "length 1 (the root of the sum of its squares)")]
    for axis, name in ((0, "column"), (1, "row")):
        for measure, target, words in sums + lengths if wanted.min() >= 0 else lengths + sums:
            right, mine = measure(wanted, axis=axis), measure(a, axis=axis)
            if np.allclose(right, target, atol=NEAR) and not np.allclose(mine, target, atol=1e-3):
                bad = int(np.argmax(np.abs(mine - target)))
                return f"each {name} should have {words}; {name} {bad} has {mine[bad]:.4g}."
    return ""


def pair(mine, right):
    """Two numbers as text, with as many digits as it takes to tell them apart; whole ones whole."""
    mine, right = float(mine), float(right)
    if mine.is_integer() and right.is_integer():
        return f"{int(mine):,}", f"{int(right):,}"
    for digits in range(4, 17):
        texts = f"{mine:.{digits}g}", f"{right:.{digits}g}"
        if texts[0] != texts[1]:
            break
    return texts
