"""Records → Plotly figures, as the plain dicts {"data": […], "layout": {…}} that plotly.js draws.

Pure functions. Plain dicts, not graph objects: a live chart is made anew several times a second,
and checking each attribute of each trace takes longer than all the rest (tests check them once).
"""

from mnist_core.show.charts.classroom import class_sample
from mnist_core.show.charts.costs import (
    digits_per_second_by_size,
    race_epoch_seconds,
    speed_up_by_size,
    update_cost_chart,
    updates_by_size,
    where_the_seconds_go,
)
from mnist_core.show.charts.curve import Measure, Span, learning_curve
from mnist_core.show.charts.digits import label_counts, pixel_histogram, pixel_row
from mnist_core.show.charts.look import Figure, colour, colour_in_race
from mnist_core.show.charts.mini_batch import alignment_chart, compass_chart, trial_strips
from mnist_core.show.charts.noise import noise_curve
from mnist_core.show.charts.predictions import digit_probabilities
from mnist_core.show.charts.race import RaceMeasure, RaceView, race_curve
from mnist_core.show.charts.seconds import MOST_BARS, seconds_by_size, seconds_per_epoch
from mnist_core.show.charts.sketch import sketch_chart
from mnist_core.show.charts.target import target_chart
from mnist_core.show.charts.valley import law_chart, valley_chart

__all__ = [
    "MOST_BARS",
    "Figure",
    "Measure",
    "RaceMeasure",
    "RaceView",
    "Span",
    "alignment_chart",
    "class_sample",
    "colour",
    "colour_in_race",
    "compass_chart",
    "digit_probabilities",
    "digits_per_second_by_size",
    "label_counts",
    "law_chart",
    "learning_curve",
    "noise_curve",
    "pixel_histogram",
    "pixel_row",
    "race_curve",
    "race_epoch_seconds",
    "seconds_by_size",
    "seconds_per_epoch",
    "sketch_chart",
    "speed_up_by_size",
    "target_chart",
    "trial_strips",
    "update_cost_chart",
    "updates_by_size",
    "valley_chart",
    "where_the_seconds_go",
]
