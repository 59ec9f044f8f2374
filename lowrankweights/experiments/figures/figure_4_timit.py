"""Figure 4, right: phone error rate on TIMIT against the share of each filter's weights that is learned.

Two hidden layers of 1024 sigmoids, a covariance dictionary in each (Emp-Emp), in 1, 5 or 10 columns (paper,
section 4.1). Beside it a linear classifier on the same frames.
"""

import numpy as np

from ... import speech
from ...estimators import LowRankMLPClassifier, model_files
from ...networks import Dense, Network
from ...results import Comparison
from ...results.claims import at_its_limit, percent_wrong
from ...results.files import select
from ...weights import Full
from .. import spoken
from ..harness.figure import Figure
from ..harness.stop_rules import IMPATIENT
from ..images import data_in_words
from ..training import fine_tune, untrained

COMMON = {
    "model": "mlp", "index_sets": "uniform", "length_scale": 1.0, "pretrain_iter": 0, "weight_decay": 1e-4,
    "stop_rule": IMPATIENT.name,
}  # fmt: skip
EVERY, LINEAR, PREDICTED = "every weight", "linear classifier", "Emp-Emp"
QUARTER = 0.25
PRESETS = {
    "quick": {
        "settings": {"data": "speech-like", "hidden": [60, 60], "schedule": [], "max_iter": 400},
        "proportions": [QUARTER, 0.1], "columns": [5], "seeds": 2,
    },
    "standard": {
        "settings": {
            "data": "timit-sample", "hidden": [1024, 1024], "schedule": [[2000, 30], [8000, 30]],
            "max_iter": 300,
        },
        "proportions": [QUARTER, 0.05, 0.1, 0.5, 1.0], "columns": [5, 1, 10], "seeds": 3,
    },
    "paper": {
        "settings": {
            "data": "timit", "hidden": [1024, 1024], "schedule": [[20_000, 40], [100_000, 40]],
            "max_iter": 500,
        },
        "proportions": [QUARTER, 0.05, 0.1, 0.5, 1.0], "columns": [5, 1, 10], "seeds": 3,
    },
}  # fmt: skip
MARGIN = 0.02


class PhoneErrorRate(Figure):
    """Networks with each proportion and number of columns, every weight, and a linear classifier."""

    name, presets, skip_bad = "4-timit", PRESETS, False
    reading = (
        "**What it shows.** With a quarter of each filter learned in 5 columns 0.8 points more phones are "
        "wrong than with every weight, fewer than the 2 that were allowed; with half 0.5, with a tenth 1.5, "
        "and with a twentieth 4 (three seeds). Even with all of them, given through a dictionary, 0.5 more "
        "are wrong, within what seeds differ by. Columns matter where little is learned: in one column (one "
        "seed) a tenth loses 5 points, a twentieth 10, more than a linear classifier. Sixteen speakers are "
        "little: the paper's level on the whole of TIMIT cannot be expected; what can be seen is the order "
        "of the models. The runs of other columns go on seed by seed with `--resume`."
    )

    def runs(self, preset):
        """What the claim needs first, for all seeds; then the other shares; then other columns by seed."""
        p, specs = self.presets[preset], []
        n_layers, (first, *others) = len(p["settings"]["hidden"]), p["columns"]
        none = {"dictionary": ["none"] * n_layers, "proportion": 1.0, "n_columns": 1}
        every = {"method": EVERY, **none}
        linear = {"method": LINEAR, **none, "hidden": [], "dictionary": []}
        models = [[every, _predicted(QUARTER, first, n_layers), linear]]
        models.append([_predicted(q, first, n_layers) for q in p["proportions"] if q != QUARTER])
        models.append([_predicted(q, n, n_layers) for n in others for q in p["proportions"]])
        for some in models:
            for seed in range(p["seeds"]):
                common = {**COMMON, **p["settings"], "figure": self.name, "seed": seed}
                specs += [{**common, **model} for model in some]
        return specs

    def run_one(self, spec, shared, n_threads):
        """Each fold in turn: trained, its penalty chosen on two speakers, tested on others."""
        sentences, skipped = spoken.load(spec["data"], self.skip_bad)
        parts = [
            run_fold(spec, fold, _checkpoint(shared, k), n_threads, _model(spec, shared, k))
            for k, fold in enumerate(spoken.folds(spec["data"], sentences))
        ]
        edits = {speaker: found for part in parts for speaker, found in part.pop("edits").items()}
        wrong, said = np.array(list(edits.values())).T
        share = said.sum() / len(said)  # the mean of these errors is the phone error rate of all
        ended = [part["stopped"] for part in parts]
        resumed = [part.get("resumed_at", []) for part in parts]
        return {
            "error": float(wrong.sum() / said.sum()), "wrong": [], "n_test": int(said.sum()),
            "item_errors": (wrong / share).tolist(), "speakers": list(edits), "skipped": skipped,
            "stopped": "max_iter" if "max_iter" in ended else ended[0],
            **{key: parts[0][key] for key in ("n_dynamic", "n_static", "stop_sentence")},
            **{key: [part[key] for part in parts] for key in
               ("frame_error", "validation_error", "penalty", "n_iter", "best_iter", "n_train")},
            "loss": float(np.mean([part["loss"] for part in parts])),
            **({"resumed_at": resumed} if any(resumed) else {}),
        }  # fmt: skip

    def comparisons(self, results):
        """How near each share comes to every weight; primary: a quarter, in the first number of columns."""
        every, columns = select(results, method=EVERY), _columns(results)
        for n in columns:
            for q in _proportions(results):
                runs = _at(results, q, n)
                text = f"{100 * q:g} % learned, {_in_words(n)}, is no worse than every weight by "
                text += f"{100 * MARGIN:g} points"
                yield Comparison(text, runs, every, MARGIN, primary=(q, n) == (QUARTER, columns[0]))
        yield Comparison("every weight beats a linear classifier", every, select(results, method=LINEAR))

    def summary(self, results):
        """Phone and frame error rates, in Markdown."""
        lines = [
            "| model | phone error rate (%) | 95 % interval | frames wrong (%) | learned | fixed |",
            "|---|---:|---:|---:|---:|---:|",
        ]
        rows = {m: select(results, method=m) for m in (LINEAR, EVERY)}
        rows |= {
            f"{100 * q:g} %, {_in_words(n)}": _at(results, q, n)
            for n in _columns(results) for q in _proportions(results)
        }  # fmt: skip
        for name, runs in rows.items():
            if runs:
                mean, low, high = percent_wrong(runs)
                frames = 100 * np.mean([r["frame_error"] for r in runs])
                star = "*" * any(map(at_its_limit, runs))
                lines.append(
                    f"| {name} | {mean:.1f}{star} | {low:.1f} to {high:.1f} | {frames:.1f} | "
                    f"{runs[0]['n_dynamic']:,} | {runs[0]['n_static']:,} |"
                )
        r = results[0]
        n_frames = np.mean([n for s in results for n in s["n_train"]])
        folds = "one fold" if len(r["penalty"]) == 1 else f"{len(r['penalty'])} folds"
        return "\n".join(lines) + (
            f"\n\n{len(r['speakers'])} speakers, each tested once ({folds}); {n_frames:,.0f} frames to train "
            f"on, of all speakers but these and two on whom the penalty is chosen and the training ends; "
            f"{r['n_test']:,} phones said, in 39 classes. Intervals go over seeds and speakers. "
            "*: a run was ended by its limit of iterations, and is left out of the claims."
            + "".join(f"\n- skipped: {line}" for line in r["skipped"])
        )

    def draw(self, results):
        """Phone error rate against the share learned, a line for each number of columns."""
        import matplotlib.pyplot as plt

        from ... import plotting

        figure, ax = plt.subplots(figsize=(5.6, 3.9), layout="constrained")
        for method, color, dashes in ((EVERY, "#555555", "-"), (LINEAR, "#8B6F00", ":")):
            if runs := select(results, method=method):
                mean, low, high = percent_wrong(runs)
                ax.axhline(mean, color=color, lw=1.2, ls=dashes, label=f"{method} ({runs[0]['n_dynamic']:,})")
                ax.axhspan(low, high, color=color, alpha=0.1, lw=0)
        columns = _columns(results)
        for i, (n, style) in enumerate(zip(columns, plotting.line_styles(len(columns)), strict=True)):
            at = [q for q in _proportions(results) if _at(results, q, n)]
            mean, low, high = np.array([percent_wrong(_at(results, q, n)) for q in at]).T
            x = 100 * np.array(at) * 1.02 ** (i - 1)  # beside each other, to be told apart
            ax.plot(x, mean, label=f"Emp-Emp, {_in_words(n)}", **style)
            ax.vlines(x, low, high, color=style["color"], lw=0.8, alpha=0.6)
        ticks = [100 * q for q in _proportions(results)]
        ax.set(xscale="log", xlabel="share of each filter's weights that is learned (%)",
               ylabel="phone error rate (%)", title=data_in_words(results))  # fmt: skip
        ax.set_xticks(ticks, [f"{t:g}" for t in ticks], minor=False)
        ax.minorticks_off()
        low, high = ax.get_ylim()
        ax.set_ylim(low, high + 0.25 * (high - low))  # room for the legend
        ax.legend(fontsize="small", loc="upper center", ncols=2)
        figure.supxlabel("Upright lines and bands: 95 % intervals over seeds and speakers.", fontsize="small")
        return figure


def run_fold(spec, fold, checkpoint, n_threads, model=None):
    """One fold: a network trained, the penalty chosen, and the edits of each speaker tested.

    ``model``: where it is kept for the command ``speech``.
    """
    train, validation, test = fold
    data = spoken.as_rows(train, validation)
    if spec["hidden"]:
        net, theta = untrained(spec, data, {}, n_threads)
    else:
        net = Network([Dense(Full(data.X_train.shape[1], speech.N_CLASSES))], "softmax_cross_entropy")
        theta = net.init(spec["seed"])
    result, net, theta = fine_tune(spec, data, net, theta, n_threads, checkpoint)
    looked_at, found = (spoken.probabilities(net, theta, part, n_threads) for part in (validation, test))
    decoder = spoken.decoder_of(train).with_best_penalty(looked_at, spoken.said(validation))
    if model is not None:
        notes = {"data": spec["data"], "speech": decoder._asdict()}
        model_files.save(model, LowRankMLPClassifier.from_network(net, theta), notes)
    return {
        **result,
        "penalty": decoder.penalty,
        "edits": spoken.edits_of_speakers(decoder, found, test),
        "frame_error": spoken.frame_error(found, test),
        "n_train": len(data.X_train),
    }


def _checkpoint(shared, k):
    """Where fold k leaves where it is."""
    path = shared.get("checkpoint")
    return path and path.with_name(f"{path.stem}-{k}.npz")


def _model(spec, shared, k):
    """Beside the results: where the first fold's network of a quarter is kept, None for others."""
    kept = (spec["method"], spec["proportion"], spec["seed"], k) == (PREDICTED, QUARTER, 0, 0)
    path = shared.get("checkpoint")
    return path.parent.parent / f"{spec['figure']}-model.npz" if kept and path else None


def _predicted(proportion, n_columns, n_layers):
    own = {"dictionary": ["covariance"] * n_layers, "proportion": proportion, "n_columns": n_columns}
    return {"method": PREDICTED, **own}


def _columns(results):
    """Numbers of columns, in the order of the runs."""
    return list(dict.fromkeys(r["n_columns"] for r in results if r["method"] == PREDICTED))


def _proportions(results):
    return sorted({r["proportion"] for r in results if r["method"] == PREDICTED})


def _at(results, proportion, n_columns):
    return select(results, method=PREDICTED, proportion=proportion, n_columns=n_columns)


def _in_words(n):
    return "one column" if n == 1 else f"{n} columns"
