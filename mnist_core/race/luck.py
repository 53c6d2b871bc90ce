"""Bigger than luck? Differences between batch sizes, over races with different seeds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt
from statistics import mean, median, stdev
from typing import Literal

from mnist_core.race.records import Entry, RaceRecord

Quantity = Literal["test_loss", "epoch_seconds"]

# Two-sided 95 % quantiles of Student's t by degrees of freedom, from any statistical table.
_T_95 = {2: 4.303, 4: 2.776}


@dataclass(frozen=True)
class Difference:
    """A batch size against another, seed by seed.

    values: of the one minus of the other, for each seed.
    low, high: the 95 % confidence interval of their mean, by Student's t for paired samples.
    """

    batch_size: int
    against: int
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


def differences(record: RaceRecord, against: int, quantity: Quantity) -> list[Difference]:
    """Every other size against that one, where all seeds have finished at both.

    quantity: "test_loss" at the end, summed; or "epoch_seconds", the median over whole epochs.
    """
    measured = _measured(record, quantity)
    return [
        _difference(size, against, quantity, values, measured[against])
        for size, values in measured.items()
        if size != against and against in measured
    ]


def _measured(record: RaceRecord, quantity: Quantity) -> dict[int, list[float]]:
    """By size, a value for each seed, in their order; sizes that lack one are left out."""
    value_of = _VALUES[quantity]
    if record.plan.repeats - 1 not in _T_95:
        return {}
    values: dict[int, list[float]] = {size: [] for size in sorted(record.plan.batch_sizes)}
    for entry in record.of_way("memory"):
        value = value_of(entry) if entry.state == "finished" else None
        values[entry.batch_size] += [] if value is None else [value]
    return {size: got for size, got in values.items() if len(got) == record.plan.repeats}


def _last_loss(entry: Entry) -> float | None:
    return entry.test_points[-1].loss


def _epoch_seconds(entry: Entry) -> float | None:
    return median(epoch.train_seconds for epoch in entry.epochs) if entry.epochs else None


_VALUES: dict[Quantity, Callable[[Entry], float | None]] = {
    "test_loss": _last_loss,
    "epoch_seconds": _epoch_seconds,
}


def _difference(
    size: int, against: int, quantity: Quantity, ones: list[float], others: list[float]
) -> Difference:
    values = tuple(one - other for one, other in zip(ones, others, strict=True))
    reach = _T_95[len(values) - 1] * stdev(values) / sqrt(len(values))
    return Difference(size, against, quantity, values, mean(values) - reach, mean(values) + reach)
