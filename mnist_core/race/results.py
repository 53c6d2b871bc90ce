"""What a race has shown: when a target was reached, what an epoch takes, what an update costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, floor, inf, log10
from statistics import median

import numpy as np

from mnist_core.race.competitors import Competitor, RaceRecord
from mnist_core.race.plan import Value
from mnist_core.records import Clock, Place, TestPoint
from mnist_core.settings import updates_per_epoch

# Beyond this share of the measured time, the line a + b·B is said not to fit.
GOOD_FIT = 0.2


@dataclass(frozen=True)
class Bracket:
    """Where a target loss was reached: after the one place, at the latest at the other.

    share: how far between the two a straight line from loss to loss meets the target, 0 to 1.
    """

    before: Place
    after: Place
    share: float

    def at(self, clock: Clock) -> float:
        """The estimate between the two, by that clock."""
        before, after = getattr(self.before, clock), getattr(self.after, clock)
        return before + self.share * (after - before)


def reached(points: Sequence[TestPoint], target: float) -> Bracket | None:
    """The two test points around the first that is not above the target; None where none is.

    target: test loss, summed over the test digits.
    """
    if points and points[0].loss <= target:
        return Bracket(points[0].place, points[0].place, 0.0)
    for before, after in pairwise(points):
        if after.loss <= target:
            share = (before.loss - target) / (before.loss - after.loss)
            return Bracket(before.place, after.place, share)
    return None


def by_value(record: RaceRecord) -> dict[Value, list[Competitor]]:
    """The competitors in memory that have made an update, by what is raced, in the plan's order.

    A value has one for each repeat.
    """
    groups: dict[Value, list[Competitor]] = {value: [] for value in record.plan.values}
    for competitor in record.of_way("memory"):
        if competitor.place.updates:
            groups[record.plan.value_of(competitor.start)].append(competitor)
    return {value: competitors for value, competitors in groups.items() if competitors}


def by_size(record: RaceRecord) -> dict[int, list[Competitor]]:
    """The same by batch size, smallest first: all at one where something else is raced."""
    groups: dict[int, list[Competitor]] = {}
    for competitors in by_value(record).values():
        groups.setdefault(competitors[0].batch_size, []).extend(competitors)
    return groups


@dataclass(frozen=True)
class EpochTime:
    """Seconds of training that an epoch takes.

    seconds: of every whole epoch; where there is none, of the part trained, scaled to a whole one.
    share: 1, or how much of an epoch that part was.
    """

    seconds: tuple[float, ...]
    share: float

    @property
    def median(self) -> float:
        """In seconds."""
        return median(self.seconds)


def epoch_time(competitors: Sequence[Competitor], training_digits: int) -> EpochTime:
    """What an epoch takes by all epochs of these competitors, which must have made an update."""
    whole = tuple(epoch.train_seconds for competitor in competitors for epoch in competitor.epochs)
    if whole:
        return EpochTime(whole, 1.0)
    longest = max(competitors, key=lambda competitor: competitor.place.digits)
    share = longest.place.digits / training_digits
    return EpochTime((longest.place.seconds / share,), share)


def epoch_times(record: RaceRecord) -> dict[Value, EpochTime]:
    """What an epoch takes in memory, by what is raced."""
    return {
        value: epoch_time(competitors, record.training_digits)
        for value, competitors in by_value(record).items()
    }


def digits_per_second(record: RaceRecord) -> dict[int, float]:
    """Training digits in a second of training by the median epoch, by batch size."""
    return {size: record.training_digits / time for size, time in _median_times(record).items()}


def speed_ups(record: RaceRecord) -> dict[int, float]:
    """How many times as fast an epoch is as at the smallest size, by the medians."""
    medians = _median_times(record)
    return {size: medians[min(medians)] / seconds for size, seconds in medians.items()}


def _median_times(record: RaceRecord) -> dict[int, float]:
    return {
        size: epoch_time(competitors, record.training_digits).median
        for size, competitors in by_size(record).items()
    }


def update_seconds(competitors: Sequence[Competitor]) -> float:
    """Mean training time of an update, over all that these competitors have made."""
    updates = sum(competitor.place.updates for competitor in competitors)
    return sum(competitor.place.seconds for competitor in competitors) / updates


@dataclass(frozen=True)
class CostLine:
    """The time of an update on B digits as a straight line, a + b·B.

    per_update: a, seconds that an update takes whatever it holds.
    per_digit: b, seconds for each digit in it.
    residuals: by batch size, how much longer the measured time is than the line's, as a share of
        the measured one.
    """

    per_update: float
    per_digit: float
    residuals: dict[int, float]

    @property
    def fits(self) -> bool:
        """Whether the line meets every measured time to within GOOD_FIT of it."""
        return all(abs(residual) <= GOOD_FIT for residual in self.residuals.values())


def cost_line(seconds: dict[int, float]) -> CostLine | None:
    """The line of least relative squares through the times of an update by batch size.

    None below two sizes.
    """
    if len(seconds) < 2:
        return None
    return CostLine(*relative_line({size: float(size) for size in seconds}, seconds))


def relative_line(
    xs: dict[int, float], values: dict[int, float]
) -> tuple[float, float, dict[int, float]]:
    """a and b, neither below 0, of the line a + b·x that is nearest to the values, by batch size.

    Nearest by the squares of relative errors, since such values span powers of ten: plain ones
    would look at the largest alone. The third is what each value is more than the line's, as a
    share of the value.
    """
    x, measured = (np.array([given[size] for size in values]) for given in (xs, values))
    a, b = _least_squares(np.stack([1 / measured, x / measured], axis=1))
    residuals = (measured - a - b * x) / measured
    return a, b, dict(zip(values, residuals.tolist(), strict=True))


def update_costs(record: RaceRecord) -> tuple[dict[int, float], CostLine | None]:
    """Seconds of an update by batch size, and the line a + b·B through them."""
    seconds = {size: update_seconds(competitors) for size, competitors in by_size(record).items()}
    return seconds, cost_line(seconds)


@dataclass(frozen=True)
class EpochSplit:
    """Seconds of training in an epoch, measured and as a CostLine explains them.

    fixed: what its updates take whatever they hold.
    arithmetic: what its digits take.
    residual: how much longer the measured time is than both, as a share of it.
    """

    measured: float
    fixed: float
    arithmetic: float
    residual: float


def epoch_splits(record: RaceRecord) -> dict[int, EpochSplit]:
    """An epoch's seconds by batch size, split by the line through the updates' times.

    Empty where there is no line.
    """
    seconds, line = update_costs(record)
    if line is None:
        return {}
    counts = {size: updates_per_epoch(size, record.training_digits) for size in seconds}
    return {
        size: EpochSplit(
            measured=seconds[size] * count,
            fixed=line.per_update * count,
            arithmetic=line.per_digit * record.training_digits,
            residual=line.residuals[size],
        )
        for size, count in counts.items()
    }


def _least_squares(columns: np.ndarray) -> tuple[float, float]:
    """The two factors, none below 0, that bring the sum of the columns nearest to 1."""
    ones = np.ones(len(columns))
    both = np.linalg.lstsq(columns, ones, rcond=None)[0]
    if both.min() >= 0:
        return float(both[0]), float(both[1])
    # At the border one of them is 0: the better of the two lines that are left.
    alone = [float(column.sum() / (column**2).sum()) for column in columns.T]
    missed = [
        ((column * factor - 1) ** 2).sum() for column, factor in zip(columns.T, alone, strict=True)
    ]
    return (alone[0], 0.0) if missed[0] <= missed[1] else (0.0, alone[1])


@dataclass(frozen=True)
class Standing:
    """How a competitor stood when a clock showed what all had reached.

    value: what tells it from the others.
    point: its last test pass until then, over the repeats the one with the median loss; None where
        only the untrained network had been tested.
    """

    value: Value
    point: TestPoint | None

    @property
    def loss(self) -> float | None:
        """Summed over the test digits."""
        return self.point and self.point.loss


def standings(record: RaceRecord, clock: Clock) -> tuple[float, list[Standing]]:
    """The clock's highest reading that all have reached, and how each then stood, best first.

    Competitors that dropped out or failed are left out; a repeat counts when it has ended. Without
    two that count the list is empty.
    """
    counted = {value: _counted(record, value) for value in record.plan.values}
    counted = {value: competitors for value, competitors in counted.items() if competitors}
    if len(counted) < 2:
        return 0.0, []
    common = min(
        getattr(competitor.place, clock)
        for competitors in counted.values()
        for competitor in competitors
    )
    standing = [
        Standing(value, _median_point(competitors, clock, common))
        for value, competitors in counted.items()
    ]
    return common, sorted(standing, key=lambda one: inf if one.loss is None else one.loss)


def _counted(record: RaceRecord, value: Value) -> list[Competitor]:
    running = [
        competitor
        for competitor in record.of_way("memory")
        if record.plan.value_of(competitor.start) == value
        and competitor.state not in ("dropped out", "failed")
    ]
    ended = [one for one in running if one.over and one.place.updates]
    return ended or [one for one in running if not one.over][:1]


def _median_point(
    competitors: Sequence[Competitor], clock: Clock, reading: float
) -> TestPoint | None:
    """Of each competitor's last test pass at or before that reading."""
    passed = [
        [point for point in competitor.test_points[1:] if getattr(point.place, clock) <= reading]
        for competitor in competitors
    ]
    if not all(passed):
        return None
    last = sorted((points[-1] for points in passed), key=lambda point: point.loss)
    return last[(len(last) - 1) // 2]


def common_target(record: RaceRecord) -> float | None:
    """The lowest test loss of two digits that all have reached; None before any has.

    One that has not yet halved the untrained network's loss is left out: it has hardly begun to
    learn, and a target for it would be none for the others.
    """
    learned = _lowest_losses(record)
    return _rounded_up(learned[-1]) if learned else None


def target_of_sizes(record: RaceRecord, count: int) -> float | None:
    """The lowest test loss of two digits that so many sizes have reached; None where fewer have.

    Sizes are left out as in common_target.
    """
    learned = _lowest_losses(record)
    return _rounded_up(learned[count - 1]) if len(learned) >= count else None


def _lowest_losses(record: RaceRecord) -> list[float]:
    """Of each size that has learned something, the lowest first."""
    learned = []
    for competitors in by_value(record).values():
        losses = [point.loss for one in competitors for point in one.test_points]
        # A file may hold a loss of 0, which has no two digits.
        if losses and 0 < min(losses) <= losses[0] / 2:
            learned.append(min(losses))
    return sorted(learned)


def _rounded_up(value: float) -> float:
    """To two significant digits."""
    unit = 10.0 ** (floor(log10(value)) - 1)
    return ceil(value / unit) * unit
