"""How far a sweep is, on standard error: a bar in a terminal, a line for each run elsewhere."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from typing import TextIO

from mnist_core.race import Competitor
from mnist_core.show import sentences
from mnist_core.sweep.work import Outcome

_WIDTH = 30


def shown(outcomes: Iterable[Outcome], done: int, count: int, to: TextIO) -> Iterator[Outcome]:
    """The same outcomes, each told of as it passes.

    done: how many runs had ended before.
    count: of all runs.
    """
    bar, began = to.isatty(), time.monotonic()
    if bar:
        _draw(done, count, began, to)
    for outcome in outcomes:
        yield outcome
        done += 1
        if bar:
            _draw(done, count, began, to)
        else:
            print(f"{done} of {count}: {in_a_line(outcome.competitor)}", file=to, flush=True)
    if bar:
        print(file=to)


def in_a_line(competitor: Competitor) -> str:
    """What became of a run: "batch size 10, learning rate 0.001, seed 2: test loss 1,482 …"."""
    settings, place = competitor.settings, competitor.place
    who = (
        f"batch size {settings.batch_size:,}, learning rate "
        f"{sentences.learning_rate(settings.learning_rate)}, seed {competitor.start.seed}"
    )
    if competitor.error:
        return f"{who}: {competitor.error}"
    return (
        f"{who}: test loss {competitor.test_points[-1].loss:,.0f} after {place.updates:,} updates, "
        f"{sentences.seconds(place.seconds)} of training"
    )


def _draw(done: int, count: int, began: float, to: TextIO) -> None:
    full = _WIDTH * done // count
    minutes, seconds = divmod(int(time.monotonic() - began), 60)
    bar = f"[{'#' * full}{'.' * (_WIDTH - full)}]"
    print(f"\r{bar} {done} of {count} runs, {minutes}:{seconds:02}", end="", file=to, flush=True)
