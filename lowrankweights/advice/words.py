"""The advice: which of what was tried, why, and how sure that is, in words."""

import numpy as np

from .candidates import APPROACHES

PART = 0.15  # explained beyond the share that is learned: something is predicted
ENOUGH = 0.95  # explained variance from which a share is advised, where there is no y


def advice_by_trials(best, n_rows, given, task, inputs):
    """Advice, recommended parameters and trials, of a race's outcome; see ``race.run``."""
    ranked = sorted(best.values(), key=lambda found: (-found[1], found[3].mean(), found[2].mean()))
    first = ranked[0]
    trials = [_trial(found, first, n_rows, given) for found in ranked]
    last = [trial for trial in trials if trial["round"] == trials[0]["round"]]
    as_good = [t for t in last if t["difference"] <= t["difference_error"] or t is trials[0]]
    chosen = min(as_good, key=lambda t: _order(t["approach"]))
    advice = f"{_sentence(chosen, chosen is trials[0], inputs)}\n{_how_sure(chosen, last, task)}"
    return {"advice": advice, "recommended": chosen["parameters"], "trials": trials}


def _order(approach):
    return APPROACHES.index(approach) if approach in APPROACHES else len(APPROACHES)


def _trial(found, first, n_rows, given):
    entry, number, _, errors = found
    difference, difference_error = np.nan, np.nan
    if number == first[1]:
        apart = errors - first[3]
        difference, difference_error = float(apart.mean()), _standard_error(apart, n_rows)
    parameters = {**entry.candidate.parameters(), "weight_decay": entry.weight_decay, **given}
    return {
        "approach": entry.candidate.name, "error": float(errors.mean()),
        "standard_error": _standard_error(errors, n_rows), "difference": difference,
        "difference_error": difference_error, "round": number, "n_dynamic": entry.candidate.n_dynamic,
        "parameters": parameters,
    }  # fmt: skip


def _standard_error(values, n_rows):
    """Of their mean, as if one row more were as far from it as the farthest: few rows prove little.

    Rows that were judged several times count once.
    """
    apart = values - values.mean()
    variance = (np.sum(apart**2) + np.abs(apart).max() ** 2) / len(values)
    return float(np.sqrt(variance / min(len(values), n_rows)))


def _sentence(chosen, is_best, inputs):
    """What to train."""
    p, name = chosen["parameters"], chosen["approach"]
    sizes = f"hidden_layer_sizes={p['hidden_layer_sizes']}"
    if name == "none":
        can_not = f"weights of {inputs} can't be predicted from each other"
        why = can_not if is_best else f"nothing is gained by predicting weights of {inputs}"
        return f"{why}: learn every weight of a narrower network: {sizes}"
    sizes += f", dictionary={name!r}, proportion={p['proportion']:.3g}"
    if name == "low_rank":
        return (
            f"weights of {inputs} have a low rank, but can't be predicted from each other beforehand: "
            f"learn both factors: {sizes}"
        )
    if name == "pca":
        return f"the first principal components of {inputs} are enough: learn a network on these: {sizes}"
    if name in ("random_projection", "random_connections"):
        return f"some of the weights of {inputs} are enough, whichever they are: {sizes}"
    return (
        f"weights of {inputs} can be predicted from each other: learn {p['proportion']:.0%} of them: {sizes}"
    )


def _how_sure(chosen, last, task):
    """How far the others of the last round are from the one chosen."""
    what = "points of error" if task == "classification" else "points of 1 - R^2"
    said = (
        f"error {100 * chosen['error']:.1f} %"
        if task == "classification"
        else f"1 - R^2 {chosen['error']:.3f}"
    )
    others = [t for t in last if t is not chosen]
    if not others:
        return f"{said}; nothing else came so far"
    if last[0] is not chosen:
        d, e = 100 * chosen["difference"], 100 * chosen["difference_error"]
        return (
            f"{said}; {last[0]['approach']!r} was better by {d:.1f} ± {e:.1f} {what}, too little to tell, "
            "and this is the simpler one"
        )
    second = others[0]
    d, e = 100 * second["difference"], 100 * second["difference_error"]
    sure = "sure" if d > 2 * e else "likely" if d > e else "a toss-up"
    return f"{said}; {sure}: the next, {second['approach']!r}, is worse by {d:.1f} ± {e:.1f} {what}"


def advice_without_y(shares, curves, candidates, given, inputs):
    """Advice from explained variance alone: the smallest share by which enough is explained, or none."""
    known = [(c, curves[c.name][_nearest(shares, c)]) for c in candidates if c.name in curves]
    reached = [(c, e) for c, e in known if e >= ENOUGH]
    narrower = [c for c in candidates if c.name == "none"]
    if reached:
        fewest = min(c.n_alpha for c, _ in reached)
        candidate, e = min((f for f in reached if f[0].n_alpha == fewest), key=lambda f: _order(f[0].name))
        what = f"weights of {inputs} can be predicted from each other"
    else:
        candidate, e = max(known, key=lambda f: f[1], default=(None, np.nan))
        much = candidate is not None and e > candidate.proportion + PART
        can = "can only in part" if much else "can't"
        what = f"weights of {inputs} {can} be predicted from each other"
    if candidate:
        share = f"{candidate.proportion:.0%} of them explain {100 * e:.0f} % of a feature"
        what += f" ({share}, with {candidate.name!r})"
    if narrower and not reached:
        (candidate,) = narrower
        what += ": learn every weight of a narrower network"
    p = candidate.parameters()
    sizes = ", ".join(
        f"{name}={p[name]!r}" for name in ("hidden_layer_sizes", "dictionary", "proportion") if name in p
    )
    advice = f"{what}: {sizes}\nWhat y needs is not known: give y, and networks are tried."
    return {"advice": advice, "recommended": {**p, **given}, "trials": []}


def _nearest(shares, candidate):
    return int(np.argmin(np.abs(shares - candidate.n_alpha / candidate.n_v)))
