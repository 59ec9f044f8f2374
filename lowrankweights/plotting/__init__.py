"""Pictures of features, dictionaries, index sets and curves: functions that take and return Axes."""

from .columnar import columnar, columnar_layer
from .curves import differences, log_percent_axis, loss_curves
from .features import drawn_dictionary, feature_completion, index_set, index_sets, show_feature, tiles
from .phones import phones_of_a_sound
from .signals import signal_completion
from .style import COLOURS, DIVERGING, MARKS, STYLE, UNKNOWN, line_styles
from .tried import tried_networks
from .unexplained import unexplained_variance

__all__ = [
    "COLOURS",
    "DIVERGING",
    "MARKS",
    "STYLE",
    "UNKNOWN",
    "columnar",
    "columnar_layer",
    "differences",
    "drawn_dictionary",
    "feature_completion",
    "index_set",
    "index_sets",
    "line_styles",
    "log_percent_axis",
    "loss_curves",
    "phones_of_a_sound",
    "show_feature",
    "signal_completion",
    "tiles",
    "tried_networks",
    "unexplained_variance",
]
