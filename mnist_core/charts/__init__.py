"""Records → Plotly figures, as the plain dicts {"data": […], "layout": {…}} that plotly.js draws.

Pure functions. Plain dicts, not graph objects: a live chart is made anew twice a second, and
checking each attribute of each trace takes longer than all the rest (tests check them once).
"""

from mnist_core.charts.costs import (
    digits_per_second_by_size,
    epoch_seconds_by_size,
    speed_up_by_size,
    update_cost_chart,
    update_costs,
    updates_by_size,
    where_the_seconds_go,
)
from mnist_core.charts.curve import Measure, learning_curve
from mnist_core.charts.look import Figure, accent, bars, colour, framed, grey
from mnist_core.charts.race import RaceMeasure, RaceView, race_curve
from mnist_core.charts.seconds import MOST_BARS, seconds_per_epoch
from mnist_core.charts.target import target_chart

__all__ = [
    "MOST_BARS",
    "Figure",
    "Measure",
    "RaceMeasure",
    "RaceView",
    "accent",
    "bars",
    "colour",
    "digits_per_second_by_size",
    "epoch_seconds_by_size",
    "framed",
    "grey",
    "learning_curve",
    "race_curve",
    "seconds_per_epoch",
    "speed_up_by_size",
    "target_chart",
    "update_cost_chart",
    "update_costs",
    "updates_by_size",
    "where_the_seconds_go",
]
