"""What the gradient doctor found: names, words and a picture."""

import numpy as np

from .adapted.faults import adapted_leaves
from .lines import of_gradient
from .mistakes import COMPLAINTS, MISTAKES, REMARKS, of_layer
from .passes import LayerPass

EXPLAINED = {**MISTAKES, **COMPLAINTS}


class Report:
    """The result of ``diagnose``; its ``str`` is ``text``.

    Attributes
    ----------
    block : str or None
        Where the mistake is: of the wrong blocks the one nearest to the output, as errors travel
        down from there; for instance "layer 1, column 3, w_alpha", or "loss". None if all is right.
    blocks : list of str
        All wrong blocks, from the output down.
    mistake : str or None
        Name of the mistake, several joined by " or " when they give the same gradient; "unknown"
        when none on the list explains it; None when there is no mistake.
    mistakes : list of str
    remarks : list of str
        Names of what is to be said of the given theta (``teaching.REMARKS``); no mistakes.
    text : str
    """

    def __init__(self, subject, points=(), used=(), blocks=(), weight_decay=0.0, kinked=False):
        self._subject, self._points, self._used = subject, list(points), list(used)
        self._blocks, self._weight_decay, self._kinked = list(blocks), weight_decay, kinked
        self.block, self.blocks, self.mistakes, self.remarks, self.text = None, [], [], [], ""

    @property
    def mistake(self):
        return " or ".join(self.mistakes) or None

    def __str__(self):
        return self.text

    __repr__ = __str__

    @classmethod
    def of_complaint(cls, complaint, subject, n_rows):
        """A report about a function whose result cannot be compared."""
        report = cls(subject, blocks=subject.blocks_for(n_rows))
        report.mistakes, report.block = [complaint.name], complaint.block
        report.blocks = [complaint.block] if complaint.block else []
        entry = report.entry(complaint.name)
        where = f"{of_gradient(complaint.block)}: " if complaint.block else ""
        width = report.width()
        asked = [" (where it is asked for)" if b.label == "dv" else "" for b in report._blocks]
        shapes = [
            f"  {of_gradient(b.label):<{width}} {b.shape_in_letters}{note}"
            for b, note in zip(report._blocks, asked, strict=True)
        ]
        lines = [f"{where}{entry.sentence} ({complaint.name})", f"  Seen: {complaint.seen}."]
        if complaint.name in ("wrong_shape", "transpose_extra", "raised", "returned_none"):
            order = "" if isinstance(subject, LayerPass) else ", in theta's order"
            lines += [f"  Expected{order}:", *shapes]
        report.text = "\n".join([*lines, f"  {entry.hint}"])
        return report

    def entry(self, name):
        """What is said of a mistake; of a layer's backward function in words that speak of no theta."""
        if not isinstance(self._subject, LayerPass):
            return EXPLAINED[name]
        n = len(self._points[0].slices) if self._points else len(self._blocks)
        names = [of_gradient(b.label) for b in self._blocks[:n]]
        adapted = bool(adapted_leaves(self._subject))
        return of_layer(EXPLAINED[name], names, on_images=self._blocks[0].on_images, adapted=adapted)

    def order(self):
        """Indices of the blocks that came back, from the output down, weights before biases."""
        indices = range(len(self._points[0].slices))
        return sorted(indices, key=lambda i: (-self._blocks[i].key[0], self._blocks[i].key[1] is None, i))

    def wrong_blocks(self, tolerance, points=None):
        """Indices of blocks that differ from the right ones at any of the points."""
        points = self._used if points is None else points
        return [i for i in self.order() if any(_gap(p, i) > getattr(p, tolerance)[i] for p in points)]

    def right(self, tolerance):
        """The gradient is right; the loss may not be."""
        wrong_loss = self.loss_mistakes(tolerance)
        if wrong_loss is not None:
            self.block, self.blocks, self.mistakes = "loss", ["loss"], wrong_loss
            note = "  Every block of the gradient is right; it is the loss that is not the gradient's."
            self.text = "\n".join([*self.explanation(), note, self.checked()])
            return self
        lines = ["Right: the gradient agrees with ours in every block."]
        if tolerance == "rough":
            lines.append("  It differs by what float32 arithmetic or finite differences lose. No mistake.")
        if self._kinked and self.wrong_blocks("rough", self._points[:1]):
            lines.append(
                "  At your theta is a kink: a relu's z is 0, where every slope from 0 to 1 will do, or"
            )
            lines.append("  the largest pixels of a pooled block are equal, where any of them will do.")
        if all(len(p.X) == 1 for p in self._points):
            lines.append("  With one row a missing or extra 1/n cannot be seen.")
        self.text = "\n".join([*lines, self.checked()])
        return self

    def known(self, names, wrong, partly=None):
        """The gradient is wrong; ``names`` explain it, or are empty.

        ``partly``: the names explain only some of the wrong blocks, these.
        """
        self.blocks = [self._blocks[i].label for i in wrong]
        self.block, self.mistakes = self.blocks[0], list(names) or ["unknown"]
        lines = self.explanation()
        if partly and names and len(partly) < len(wrong):
            explained = " and ".join(of_gradient(self._blocks[i].label) for i in partly)
            lines.append(f"  This explains {explained}, not the rest: mend it, then ask again.")
        if self.mistakes == ["unknown"] and len(wrong) == len(self._blocks) > 1:
            lines.append("  All blocks are wrong: look first at what they share, dz.")
        if self.mistakes == ["unknown"] and all(self._only_too_long(i) for i in wrong):
            lines.append("  The direction is right (cosine 1) and the length is not: look for a factor.")
        if self.loss_mistakes("rough") is not None:
            lines.append("  The loss is wrong too: look at the forward pass first.")
        self.text = "\n".join([*lines, "", self.table(), self.checked()])
        return self

    def one_point(self, wrong):
        """Right at the given theta and data only."""
        self.blocks = [self._blocks[i].label for i in wrong]
        self.block, self.mistakes = self.blocks[0], ["right_at_one_point"]
        self.text = "\n".join([*self.explanation(), "", self.table(), self.checked()])
        return self

    def remark(self, at_zero):
        """Say of the given theta which factors are zero together, a list of labels each."""
        for labels in at_zero:
            entry = REMARKS["factors_at_zero"]
            where = ", ".join(labels[0].split(", ")[:-1])
            names = " and ".join(label.split(", ")[-1] for label in labels)
            self.remarks = [entry.name]
            said = f"{f'{where}, ' if where else ''}{names} are zero where you asked. {entry.sentence}"
            self.text = "\n".join([self.text, f"{said} ({entry.name})", f"  {entry.hint}"])
        return self

    def explanation(self):
        """What is wrong and how to mend it."""
        entries = [self.entry(name) for name in self.mistakes]
        lines = [f"{of_gradient(self.block)} is wrong. {entries[0].sentence} ({entries[0].name})"]
        lines += [f"  or: {e.sentence} ({e.name}) Here both give the same numbers." for e in entries[1:]]
        others = self.blocks[1:]
        if others:
            shown = "; ".join(map(of_gradient, others[:4])) + (
                f" and {len(others) - 4} more" if len(others) > 4 else ""
            )
            lines.append(f"  Wrong too: {shown}.")
        return lines + [f"  {e.hint}" for e in entries]

    def table(self):
        """Each block's shape and how it compares with the right one, where it is worst.

        Of a function whose result cannot be compared: its complaint.
        """
        if not self._points:
            return self.text
        wrong = set(self.wrong_blocks("exact"))
        width = self.width()
        lines = [f"  {'block':<{width}} {'shape':<12} {'error':>8} {'ratio':>8} {'cosine':>7}"]
        for i in self.order():
            block, p = self._blocks[i], self.worst_point(i)
            own, right = p.grad[p.slices[i]], p.right[p.slices[i]]
            norms = np.linalg.norm(own), np.linalg.norm(right)
            error = _gap(p, i) / max(np.abs(right).max(initial=0), 1e-300)
            ratio = own @ right / norms[1] ** 2 if norms[1] else np.nan
            cosine = own @ right / (norms[0] * norms[1]) if norms[0] * norms[1] else np.nan
            mark = "wrong" if i in wrong else "right"
            name, shape = of_gradient(block.label), str(block.shape)
            numbers = f"{error:>8.1e} {ratio:>8.3g} {cosine:>7.3f}"
            lines.append(f"  {name:<{width}} {shape:<12} {numbers}  {mark}")
        lines.append(
            "  (error: largest difference, as a part of the largest number; ratio, cosine: 1 is right)"
        )
        return "\n".join(lines)

    def _only_too_long(self, i):
        """Whether block i is the right one times a factor, wherever it was compared."""
        for p in self._used:
            own, right = p.grad[p.slices[i]], p.right[p.slices[i]]
            norms = np.linalg.norm(own), np.linalg.norm(right)
            if own.size < 2 or min(norms) == 0 or own @ right < (1 - 1e-9) * norms[0] * norms[1]:
                return False
        return True

    def width(self):
        """Letters in the longest name of a block, at least 26."""
        return max(26, *(len(of_gradient(b.label)) for b in self._blocks))

    def worst_point(self, i):
        """The point where a block differs most."""
        return max(self._used, key=lambda p: _gap(p, i) / p.exact[i])

    def checked(self):
        """At how many points the gradient was compared."""
        if not self._points:
            return "  Nothing was compared."
        rows, n = ", ".join(str(len(p.X)) for p in self._points), len(self._points) - 1
        is_layer = isinstance(self._subject, LayerPass)
        around, it = ("the given weights", "them") if is_layer else ("your theta", "it")
        return (
            f"  Checked at {around} and {n} others drawn around {it}, on {rows} rows:\n"
            "  a gradient that is right at one point only does not pass."
        )

    def loss_mistakes(self, tolerance):
        """None if the student's loss is right or was not given; else the names that explain it."""
        points = [p for p in self._used if p.loss is not None]
        if all(_close(p.loss, p.right_loss, tolerance) for p in points):
            return None
        names = []
        for name, line in LOSS_LINES:
            values = [line(self._loss_parts(p)) for p in points]
            if all(_close(p.loss, v, tolerance) for p, v in zip(points, values, strict=True)):
                names.append(name)
        return list(dict.fromkeys(names)) or ["unknown"]

    def _loss_parts(self, p):
        decay = 0.5 * self._weight_decay * self._subject.squares(p.theta)
        return p.raw.loss, p.raw.n, p.raw.n_out, decay

    def plot(self, ax=None):
        """Draw the block: yours, the right one, and the difference, on one colour scale; returns Axes."""
        from .pictures import plot_block

        return plot_block(self, ax)


# The loss from (sum over rows, n, n_out, weight decay's term) with a mistake in it.
LOSS_LINES = [
    ("mean_missing", lambda a: a[0] + a[3]),
    ("mean_doubled", lambda a: a[0] / a[1] ** 2 + a[3]),
    ("mean_over_outputs", lambda a: a[0] / a[1] / a[2] + a[3]),
    ("factor_two", lambda a: 2 * a[0] / a[1] + a[3]),
    ("factor_two", lambda a: a[0] / a[1] / 2 + a[3]),
    ("sign", lambda a: -a[0] / a[1] - a[3]),
    ("sign", lambda a: -a[0] / a[1] + a[3]),
    ("weight_decay_missing", lambda a: a[0] / a[1]),
    ("weight_decay_doubled", lambda a: a[0] / a[1] + 2 * a[3]),
    ("weight_decay_halved", lambda a: a[0] / a[1] + a[3] / 2),
]


def _gap(p, i):
    """Largest difference from the right gradient in block i."""
    return np.abs(p.grad[p.slices[i]] - p.right[p.slices[i]]).max(initial=0)


def _close(a, b, tolerance):
    scale = {"exact": 1e-6, "rough": 2e-3}[tolerance]
    return abs(a - b) <= scale * max(abs(a), abs(b), 1e-8)
