"""Bigger than luck? Differences between competitors, over races with different seeds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt
from statistics import mean, median, stdev
from typing import Literal

from mnist_core.race.competitors import Competitor, RaceRecord
from mnist_core.race.plan import Value
from mnist_core.race.results import reached
from mnist_core.records import Clock

Quantity = Literal["test_loss", "epoch_seconds", "updates_to_target", "seconds_to_target"]

# Two-sided 95 % quantiles of Student's t by degrees of freedom, from any statistical table.
_T_95 = {2: 4.303, 4: 2.776}


@dataclass(frozen=True)
class Difference:
    """A competitor against another, seed by seed.

    value, against: what tells the one from the other.
    values: of the one minus of the other, for each seed.
    low, high: the 95 % confidence interval of their mean, by Student's t for paired samples.
    """

    value: Value
    against: Value
    quantity: Quantity
    values: tuple[float, ...]
    low: float
    high: float

    @property
    def mean(self) -> float:
        """Of the values."""
        return mean(self.values)

    @property
    def bigger_than_luck(self) -> bool:
        """Whether the interval leaves out 0."""
        return self.low > 0 or self.high < 0


def differences(record: RaceRecord, against: Value, quantity: Quantity) -> list[Difference]:
    """Every other competitor against that one, where all seeds of both have finished.

    quantity: "test_loss" at the end, summed; "epoch_seconds", the median over whole epochs; or what
        the race's own target loss took, where it has one that all seeds have reached.
    """
    measured = _measured(record, quantity)
    return [
        _difference(value, against, quantity, ones, measured[against])
        for value, ones in measured.items()
        if value != against and against in measured
    ]


def _measured(record: RaceRecord, quantity: Quantity) -> dict[Value, list[float]]:
    """By what is raced, a figure for each seed, in their order; all that lack one are left out."""
    plan, figure_of = record.plan, _FIGURES[quantity]
    if plan.repeats - 1 not in _T_95:
        return {}
    figures: dict[Value, list[float]] = {value: [] for value in plan.values}
    for competitor in record.of_way("memory"):
        figure = figure_of(competitor) if competitor.state == "finished" else None
        figures[plan.value_of(competitor.start)] += [] if figure is None else [figure]
    return {value: got for value, got in figures.items() if len(got) == plan.repeats}


def _last_loss(competitor: Competitor) -> float | None:
    return competitor.test_points[-1].loss


def _epoch_seconds(competitor: Competitor) -> float | None:
    return median(epoch.train_seconds for epoch in competitor.epochs) if competitor.epochs else None


def _to_target(clock: Clock) -> Callable[[Competitor], float | None]:
    def figure(competitor: Competitor) -> float | None:
        target = competitor.start.budget.test_loss
        bracket = reached(competitor.test_points, target) if target else None
        return bracket and bracket.at(clock)

    return figure


_FIGURES: dict[Quantity, Callable[[Competitor], float | None]] = {
    "test_loss": _last_loss,
    "epoch_seconds": _epoch_seconds,
    "updates_to_target": _to_target("updates"),
    "seconds_to_target": _to_target("seconds"),
}


def _difference(
    value: Value, against: Value, quantity: Quantity, ones: list[float], others: list[float]
) -> Difference:
    values = tuple(one - other for one, other in zip(ones, others, strict=True))
    reach = _T_95[len(values) - 1] * stdev(values) / sqrt(len(values))
    return Difference(value, against, quantity, values, mean(values) - reach, mean(values) + reach)
