"""Colours, marks and sizes that all pictures share."""

from matplotlib.colors import LinearSegmentedColormap

# Okabe and Ito's colours: told apart by the colour-blind, and of different lightness in print.
COLOURS = {"blue": "#0072B2", "orange": "#E69F00", "green": "#009E73", "red": "#D55E00", "purple": "#CC79A7"}
MARKS = ["o", "s", "^", "D", "v", "P", "X", "<", ">"]
UNKNOWN = "#D9D7D2"
# of a network's pictures: numbers that are learned, that are fixed, and those that pass through
FILLS = {"learned": "#BBDDF0", "fixed": "#F7E3B5", "data": "#FFFFFF"}
EDGES = {"learned": COLOURS["blue"], "fixed": "#9A6B00", "data": "#555555"}
DIVERGING = LinearSegmentedColormap.from_list(
    "blue_white_red", ["#08306B", "#2B7BBA", "#A6CCE3", "#FFFFFF", "#F9B995", "#D6503B", "#67000D"]
)
STYLE = {
    "font.size": 9.0,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 9.0,
    "legend.frameon": False,
    "figure.dpi": 110,
    "savefig.dpi": 160,
    "svg.hashsalt": "lowrankweights",  # the same picture gives the same file
}


def line_styles(n):
    """Colour, mark and dashes for n lines, as keywords of ``plot``: told apart in print too."""
    colours = [*COLOURS.values(), "#000000", "#56B4E9", "#8B6F00", "#6A3D9A", "#8C510A"]
    dashes = ["-", "--", "-.", ":"]
    return [
        {"color": colours[i % len(colours)], "marker": MARKS[i % len(MARKS)], "ls": dashes[i % 4], "ms": 4.5,
         "lw": 1.3}
        for i in range(n)
    ]  # fmt: skip
