"""A race that tunes the learning rate: which of those tried is the best for each batch size."""

from __future__ import annotations

from dataclasses import replace
from math import inf

from mnist_core.race.competitors import Competitor, RaceRecord
from mnist_core.race.results import by_size, common_target, reached


def at_best_rates(record: RaceRecord, target: float | None = None) -> RaceRecord:
    """The race with one competitor for each batch size that has begun: at its best learning rate.

    That is the one which reaches the target in the fewest updates; where none has reached it, the
    one with the lowest test loss. A race that tunes no rates is returned as it is.

    target: test loss, summed; None for the lowest that all sizes have reached.
    """
    if record.plan.rule != "tuned":
        return record
    goal = target or common_target(record)
    best = [
        min(competitors, key=lambda one: _merit(one, goal))
        for competitors in by_size(record).values()
    ]
    return replace(record, competitors=tuple(best))


def _merit(competitor: Competitor, target: float | None) -> tuple[float, float]:
    """The lower, the better."""
    points = competitor.test_points
    bracket = reached(points, target) if target else None
    return bracket.at("updates") if bracket else inf, min(point.loss for point in points)
