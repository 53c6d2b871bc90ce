"""The charts of Digits, Mini-batch, Predictions, Class and the lesson, from made-up figures."""

from __future__ import annotations

from mnist_core import Settings
from mnist_core.records import Needle, Needles, Trial
from mnist_core.show import charts
from mnist_core.show.charts import Figure
from mnist_core.show.classroom import Sample, Sampled
from mnist_core.show.kinds import Curve

# One that makes the test loss better and one that makes it worse, of each size.
TRIALS = [
    Trial(size, 2.3, 0.5, 0.1, 9e3, 9e3 + change)
    for size in (1, 10, 200, 2_000)
    for change in (-1_000 / size, 500 / size)
]

NEEDLES = Needles(
    (Needle(60.0, 2.0), Needle(90.0, 1.5), Needle(30.0, 1.2)),
    batch_size=200,
    updates=300,
    noise_scale=600.0,
    law={1: 0.04, 200: 0.5, 600: 0.7, 60_000: 1.0},
)

SAMPLE = Sample(Settings(), 2, (Sampled(1, 2e3, 0.94), Sampled(2, 2.5e3, 0.93)), behind=1)

DRAWN = {
    "label_counts": lambda dark: charts.label_counts([5] * 10, [1] * 10, dark),
    "pixel_row": lambda dark: charts.pixel_row([0.0, 0.5, 1.0], [-1.0, 0.0, 1.0], dark),
    "pixel_histogram": lambda dark: charts.pixel_histogram([0.0, 0.5, 1.0], [100, 10, 1], dark),
    "trial_strips": lambda dark: charts.trial_strips(TRIALS, dark),
    "compass_chart": lambda dark: charts.compass_chart(NEEDLES, dark),
    "alignment_chart": lambda dark: charts.alignment_chart(NEEDLES, dark),
    "class_sample": lambda dark: charts.class_sample(SAMPLE, dark),
    "digit_probabilities": lambda dark: charts.digit_probabilities(
        [0.1] * 10, [0.0] * 9 + [1.0], dark
    ),
    "sketch_chart": lambda dark: charts.sketch_chart(
        Curve((0, 20, 40), 100, "digits", "test accuracy"), (10, 20, 80), ((0, 9), (10, 70)), dark
    ),
}


def lesson_figures(dark: bool) -> list[Figure]:
    """Each of them once."""
    return [draw(dark) for draw in DRAWN.values()]
