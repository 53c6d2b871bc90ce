"""What a race has shown: when a target was reached, what an epoch takes, what an update costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import inf
from statistics import median

import numpy as np

from mnist_core.race.records import Entry, RaceRecord
from mnist_core.records import Clock, Place, TestPoint

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


def by_size(record: RaceRecord) -> dict[int, list[Entry]]:
    """The runners in memory that have made an update, by batch size, smallest first.

    A size has one for each repeat.
    """
    sizes: dict[int, list[Entry]] = {size: [] for size in sorted(record.plan.batch_sizes)}
    for entry in record.of_way("memory"):
        if entry.place.updates:
            sizes[entry.batch_size].append(entry)
    return {size: entries for size, entries in sizes.items() if entries}


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


def epoch_time(entries: Sequence[Entry], training_digits: int) -> EpochTime:
    """What an epoch takes by all epochs of these runners, which must have made an update."""
    whole = tuple(epoch.train_seconds for entry in entries for epoch in entry.epochs)
    if whole:
        return EpochTime(whole, 1.0)
    longest = max(entries, key=lambda entry: entry.place.digits)
    share = longest.place.digits / training_digits
    return EpochTime((longest.place.seconds / share,), share)


def updates_per_epoch(batch_size: int, training_digits: int) -> int:
    """The last one may hold fewer digits."""
    return -(-training_digits // batch_size)


def update_seconds(entries: Sequence[Entry]) -> float:
    """Mean training time of an update, over all that these runners have made."""
    updates = sum(entry.place.updates for entry in entries)
    return sum(entry.place.seconds for entry in entries) / updates


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
    """The line of least squares through the times of an update by batch size; None below two.

    Squares of relative errors, since the times span three powers of ten: plain ones would look at
    the largest size alone. Neither part may be negative.
    """
    if len(seconds) < 2:
        return None
    sizes = np.array(list(seconds), dtype=float)
    times = np.array(list(seconds.values()))
    columns = np.stack([1 / times, sizes / times], axis=1)
    per_update, per_digit = _least_squares(columns)
    residuals = (times - per_update - per_digit * sizes) / times
    return CostLine(per_update, per_digit, dict(zip(seconds, residuals.tolist(), strict=True)))


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
    """How a batch size stood when a clock showed what all sizes had reached.

    loss: of its last test pass until then, summed; over the repeats the median; None where only
        the untrained network had been tested.
    """

    batch_size: int
    loss: float | None


def standings(record: RaceRecord, clock: Clock) -> tuple[float, list[Standing]]:
    """The clock's highest reading that every size has reached, and the sizes, best first.

    Runners that dropped out or failed are left out. Without two sizes the list is empty.
    """
    running = {
        size: [entry for entry in entries if entry.state not in ("dropped out", "failed")]
        for size, entries in by_size(record).items()
    }
    running = {size: entries for size, entries in running.items() if entries}
    if len(running) < 2:
        return 0.0, []
    common = min(getattr(entry.place, clock) for entries in running.values() for entry in entries)
    standing = [
        Standing(size, _median_loss(entries, clock, common)) for size, entries in running.items()
    ]
    return common, sorted(standing, key=lambda one: inf if one.loss is None else one.loss)


def _median_loss(entries: Sequence[Entry], clock: Clock, reading: float) -> float | None:
    """Of each runner's last test pass at or before that reading."""
    passed = [
        [point for point in entry.test_points[1:] if getattr(point.place, clock) <= reading]
        for entry in entries
    ]
    return median(points[-1].loss for points in passed) if all(passed) else None
