"""Which order each layer is computed in, and what it costs.

Multiplications are those of one loss and gradient over all rows; the order with the fewest wins, where a
compiled pass's count as often as they are slower than a matrix product's (ours; the paper mentions the
reordering in sections 3.3 and 3.4).
"""

from typing import NamedTuple

from ..networks.layers import Dense, Weighted
from .orders import cheapest
from .twins import first_that_learns, twins


class Step(NamedTuple):
    """One layer of a plan: its label, its shape as text, what can be chosen from, and what is chosen.

    The candidates have ``name``, ``n_v``, ``pooled``, ``input_width``, ``multiplications(n, need_dv)`` and
    ``duration(n, need_dv)``.
    """

    label: str
    shape: str
    candidates: list
    chosen: object
    need_dv: bool
    full: int  # multiplications a row where every weight is learned; 0: as chosen

    @classmethod
    def choose(cls, label, shape, candidates, n_rows, need_dv, full):
        """The step with the cheapest of the candidates."""
        return cls(label, shape, candidates, cheapest(candidates, n_rows, need_dv), need_dv, full)


class Plan:
    """The cheapest order of each step for ``n_rows`` rows; its ``str`` is a table.

    Parameters
    ----------
    steps : list of Step
    n_rows : int
    """

    def __init__(self, steps, n_rows):
        self.steps, self.n_rows = list(steps), n_rows

    @classmethod
    def of_network(cls, net, n_rows):
        """The plan of a network: the twins of its layers, the first layer's input known beforehand."""
        steps, first = [], first_that_learns(net.layers)
        for i, layer in enumerate(net.layers):
            # of a dense layer the shape of W
            n_z = layer.n_z if isinstance(layer, Dense) else layer.n_h
            shape = _shape(layer.in_shape, (n_z,) if isinstance(layer, Dense) else layer.out_shape)
            full = (2 + (i > first)) * layer.parametrisation.n_v * n_z if isinstance(layer, Weighted) else 0
            candidates = twins(layer, poolable=i == 0)
            steps.append(Step.choose(str(i + 1), shape, candidates, n_rows, i > first, full))
        return cls(steps, n_rows)

    @property
    def twins(self):
        """What was chosen, a layer each."""
        return [step.chosen for step in self.steps]

    @property
    def multiplications(self):
        """Of the whole model, for one loss and gradient."""
        return sum(step.chosen.multiplications(self.n_rows, step.need_dv) for step in self.steps)

    def matrix_products(self, n):
        """The matrix products of a loss and gradient over n rows, in order."""
        return [q for step in self.steps for q in step.chosen.matrix_products(n, step.need_dv)]

    def rows(self):
        """For each step and candidate: layer, shape, order, chosen, multiplications, input size."""
        for step in self.steps:
            for candidate in step.candidates:
                yield {
                    "layer": step.label,
                    "shape": step.shape,
                    "order": candidate.name,
                    "chosen": candidate is step.chosen,
                    "multiplications": candidate.multiplications(self.n_rows, step.need_dv),
                    "input_floats": self.n_rows * candidate.input_width,
                }

    def __str__(self):
        rows = list(self.rows())
        # one unit a column, so that its numbers can be compared
        count, size = _unit(r["multiplications"] for r in rows), _unit(4 * r["input_floats"] for r in rows)
        wide = max(11, *(len(r["shape"]) for r in rows))
        head = f"{'layer':>7}  {'W':>{wide}}  {'order':<31}  {'multiplications':>15}  {'input (float32)':>15}"
        lines = [f"One loss and gradient over {self.n_rows:,} rows; * is the order used.", head]
        for r in rows:
            mark, products = "*" if r["chosen"] else " ", count(r["multiplications"])
            line = f"{r['layer']:>7}  {r['shape']:>{wide}}  {mark} {r['order']:<29}  {products:>15}"
            lines.append(f"{line}  {size(4 * r['input_floats']) + 'B':>15}")
        n = self.n_rows
        full = sum(step.full * n or step.chosen.multiplications(n, step.need_dv) for step in self.steps)
        share = f"  ({self.multiplications / full:.0%} of learning every weight)" if full else ""
        total = f"{count(self.multiplications):>15}{share}"
        lines.append(f"{'total':>7}  {'':>{wide}}  {'':<31}  {total}")
        return "\n".join(lines)

    __repr__ = __str__


def _shape(in_shape, out_shape):
    """What a layer makes of a row, as text: "784 x 500", or "(8, 8) -> (4, 4)" where one is an image."""
    if len(in_shape) == len(out_shape) == 1:
        return f"{in_shape[0]} x {out_shape[0]}"
    return " -> ".join(str(shape[0] if len(shape) == 1 else shape) for shape in (in_shape, out_shape))


def _unit(numbers):
    """A function that writes such numbers, of which the largest has one to three digits before the point.

    >>> small, large = _unit([40, 950]), _unit([950, 1_234_567])
    >>> small(40), large(950), large(1_234_567)
    ('40 ', '0.00 M', '1.23 M')
    """
    largest = max(numbers, default=0)
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if largest >= size:
            return lambda number: f"{number / size:.2f} {letter}"
    return lambda number: f"{number:.0f} "
