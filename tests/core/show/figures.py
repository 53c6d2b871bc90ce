"""Every chart of the core, drawn from made-up figures."""

from __future__ import annotations

from collections.abc import Iterator

from mnist_core import Mnist, Run, Settings
from mnist_core.show import charts
from mnist_core.show.charts import Figure, RaceView
from tests.conftest import train_at, train_epochs
from tests.core.races import CHARTS_OF_ONE_RACE, made_up_race, made_up_races_at_one_size
from tests.core.show.lesson import lesson_figures
from tests.core.show.valley import valley_figures

RACED = (1, 10, 200, 1000, 10000, 60000)


def figures(tiny: Mnist, dark: bool) -> Iterator[Figure]:
    """Each of them, with mixed epochs, marks, a kept, repeats, a target and a miss."""
    run = Run(tiny, Settings(batch_size=100), digits_between_tests=100)
    yield charts.seconds_by_size(run.snapshot(), dark)
    train_epochs(run, 2)
    train_at(run, 100)
    kept, since = run.fork(), run.snapshot().place
    run.settings = Settings(batch_size=50)
    train_epochs(run, 4)
    train_at(run, 50, 50)
    train_epochs(kept, 3)
    for measure in ("sum", "mean", "accuracy"):
        yield charts.learning_curve(
            run.snapshot(), measure, dark=dark, kept=kept.snapshot(), kept_since=since
        )
    yield charts.seconds_per_epoch(run.snapshot(), dark)
    yield charts.seconds_by_size(run.snapshot(), dark)
    run.watches_noise = True
    train_epochs(run, 6)
    yield charts.noise_curve(run.snapshot(), dark=dark)
    losses = {size: [9e3, 4e3, 1e3 + size] for size in RACED}
    seconds = {size: 0.2 + 8 / size for size in RACED}
    for repeats in (1, 3):
        race = made_up_race(losses, seconds, repeats)
        yield charts.race_curve(race, RaceView(target=3e3, dark=dark))
        for clock in ("updates", "seconds"):
            yield charts.target_chart(race, 3e3, clock, dark)
        for draw in CHARTS_OF_ONE_RACE:
            yield draw(race, dark)
        for raced in made_up_races_at_one_size(repeats):
            yield charts.race_curve(raced, RaceView(target=3e3, dark=dark))
            yield charts.target_chart(raced, 3e3, "updates", dark)
            yield charts.race_epoch_seconds(raced, dark)
    yield from valley_figures(dark)
    yield from lesson_figures(dark)
