"""Which order each layer's product is computed in, and what it costs.

Multiplications are those of one loss and gradient over all rows; the order with the fewest
wins (ours; the paper mentions the reordering in sections 3.3 and 3.4).
"""

from .products import candidates, cheapest


class Plan:
    """The cheapest product of each layer for ``n_rows`` rows; its ``str`` is a table."""

    def __init__(self, layers, n_rows):
        self.layers, self.n_rows = list(layers), n_rows
        self.products = [
            cheapest(layer.parametrisation, n_rows, need_dv=i > 0, poolable=i == 0)
            for i, layer in enumerate(self.layers)
        ]

    @property
    def multiplications(self):
        """Of the whole network, for one loss and gradient."""
        pairs = enumerate(self.products)
        return sum(product.multiplications(self.n_rows, need_dv=i > 0) for i, product in pairs)

    def rows(self):
        """For each layer and order: layer, shape, order, chosen, multiplications, input size."""
        for i, (layer, chosen) in enumerate(zip(self.layers, self.products, strict=True)):
            for product in candidates(layer.parametrisation, poolable=i == 0):
                yield {
                    "layer": i + 1,
                    "shape": f"{layer.n_v} x {layer.n_h}",
                    "order": product.name,
                    "chosen": type(product) is type(chosen),
                    "multiplications": product.multiplications(self.n_rows, need_dv=i > 0),
                    "input_floats": self.n_rows * product.input_width,
                }

    def __str__(self):
        head = f"{'layer':>5}  {'W':>11}  {'order':<31}  {'multiplications':>15}  {'input (float32)':>15}"
        lines = [f"One loss and gradient over {self.n_rows:,} rows; * is the order used.", head]
        for r in self.rows():
            mark = "*" if r["chosen"] else " "
            lines.append(
                f"{r['layer']:>5}  {r['shape']:>11}  {mark} {r['order']:<29}  "
                f"{r['multiplications'] / 1e9:>13.2f} G  {4 * r['input_floats'] / 1e6:>12.1f} MB"
            )
        full = sum((3 if i else 2) * self.n_rows * x.n_v * x.n_h for i, x in enumerate(self.layers))
        lines.append(
            f"{'total':>5}  {'':>11}  {'':<31}  {self.multiplications / 1e9:>13.2f} G"
            f"  ({self.multiplications / full:.0%} of learning every weight)"
        )
        return "\n".join(lines)

    __repr__ = __str__
