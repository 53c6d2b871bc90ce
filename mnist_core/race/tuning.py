"""A race that tunes the learning rate: which of those tried is the best for each batch size."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from math import inf
from statistics import median, median_high

from mnist_core.race.competitors import Competitor, RaceRecord
from mnist_core.race.results import by_size, common_target, reached
from mnist_core.settings import Settings


def at_best_rates(record: RaceRecord, target: float | None = None) -> RaceRecord:
    """The race with those competitors of each batch size that have its best learning rate.

    That is the one which reaches the target in the fewest updates, by the median over the seeds;
    where it has not been reached, the one with the lowest test loss. A race that tunes no rates is
    returned as it is.

    target: test loss, summed; None for the lowest that all sizes have reached.
    """
    if record.plan.rule != "tuned":
        return record
    goal = target or common_target(record)
    best = [
        min(_by_settings(competitors), key=lambda ones: _merit(ones, goal))
        for competitors in by_size(record).values()
    ]
    return replace(record, competitors=tuple(one for ones in best for one in ones))


def _by_settings(competitors: Iterable[Competitor]) -> Collection[list[Competitor]]:
    """Those with the same settings together, one for each seed."""
    groups: dict[Settings, list[Competitor]] = {}
    for competitor in competitors:
        groups.setdefault(competitor.settings, []).append(competitor)
    return groups.values()


def _merit(competitors: Sequence[Competitor], target: float | None) -> tuple[float, float]:
    """The lower, the better."""
    brackets = [reached(one.test_points, target) if target else None for one in competitors]
    lowest = [min(point.loss for point in one.test_points) for one in competitors]
    updates = (bracket.at("updates") if bracket else inf for bracket in brackets)
    return median_high(updates), median(lowest)
