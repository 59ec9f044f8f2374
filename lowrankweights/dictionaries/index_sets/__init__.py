"""Which weights of a feature are known: index sets, drawn, by place, by design, or nested.

Sets are of units' indices, (row * width + column) * n_channels + channel (paper, sections 3.2 and 3.4).
A way of choosing alpha of one's own, for the estimators: ``building.IndexSetChoice``.
"""

from .at_random import nested_index_set, sample_index_set
from .by_place import column_centres, local_index_set, spread_index_set
from .index_set_checks import check_index_set, count_known
from .pivoted import Pivots, draw_pivots, pivoted_index_set

__all__ = [
    "Pivots",
    "check_index_set",
    "column_centres",
    "count_known",
    "draw_pivots",
    "local_index_set",
    "nested_index_set",
    "pivoted_index_set",
    "sample_index_set",
    "spread_index_set",
]
