"""Records → Plotly figures, as the plain dicts {"data": […], "layout": {…}} that plotly.js draws.

Pure functions. Plain dicts, not graph objects: a live chart is made anew twice a second, and
checking each attribute of each trace takes longer than all the rest (tests check them once).
"""

from mnist_core.charts.curve import Clock, Measure, learning_curve
from mnist_core.charts.look import Figure, accent, bars, colour, grey
from mnist_core.charts.seconds import MOST_BARS, seconds_per_epoch

__all__ = [
    "MOST_BARS",
    "Clock",
    "Figure",
    "Measure",
    "accent",
    "bars",
    "colour",
    "grey",
    "learning_curve",
    "seconds_per_epoch",
]
