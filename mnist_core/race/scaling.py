"""How the updates and the seconds to a target scale with the batch size, and where they are least.

Source of the law: McCandlish et al., "An Empirical Model of Large-Batch Training", 2018. It assumes
that the learning rate suits each size.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import inf, sqrt
from statistics import median

from mnist_core.data import TRAINING_DIGITS
from mnist_core.race.competitors import Competitor, RaceRecord
from mnist_core.race.results import (
    GOOD_FIT,
    Bracket,
    CostLine,
    by_size,
    reached,
    relative_line,
    target_of_sizes,
    update_costs,
)
from mnist_core.records import Place

FEWEST_SIZES = 4
LARGEST_RESIDUAL = 1 / 3  # of a measured count of updates, for the law to be drawn
# Of measured seconds, for the valley: law and cost may both be off as far as they may alone.
LARGEST_SECONDS_RESIDUAL = LARGEST_RESIDUAL + GOOD_FIT


@dataclass(frozen=True)
class ScalingLaw:
    """Updates to the target at batch size B: S(B) = S_min · (1 + B_c / B).

    fewest_updates: S_min, which no batch size goes below.
    critical_size: B_c, at which twice as many are needed.
    residuals: by batch size, how many more were measured than the law gives, as a share of the
        measured ones.
    """

    fewest_updates: float
    critical_size: float
    residuals: dict[int, float]

    @property
    def fits(self) -> bool:
        """Whether it meets every measured count well enough to be drawn."""
        return all(abs(residual) <= LARGEST_RESIDUAL for residual in self.residuals.values())

    def updates(self, batch_size: float) -> float:
        """S(B)."""
        return self.fewest_updates * (1 + self.critical_size / batch_size)


def scaling_law(updates: dict[int, float]) -> ScalingLaw | None:
    """The law of least relative squares through updates to a target, by batch size.

    None below four sizes, and where larger batches pay in full: where no S_min above 0 comes out,
    or a B_c above the full batch.
    """
    if len(updates) < FEWEST_SIZES:
        return None
    fewest, slope, residuals = relative_line({size: 1 / size for size in updates}, updates)
    if slope > TRAINING_DIGITS * fewest:
        return None
    return ScalingLaw(fewest, slope / fewest, residuals)


@dataclass(frozen=True)
class Valley:
    """Seconds to the target at batch size B: (a + b·B) · S(B), by the law and an update's cost.

    law: the updates.
    cost: seconds that one of them takes.
    """

    law: ScalingLaw
    cost: CostLine

    def seconds(self, batch_size: float) -> float:
        """Of training, to the target."""
        each = self.cost.per_update + self.cost.per_digit * batch_size
        return each * self.law.updates(batch_size)

    @property
    def best_size(self) -> float:
        """B* = √(a · B_c / b), where the seconds are least; infinite where digits cost nothing."""
        if not self.cost.per_digit:
            return inf
        return sqrt(self.cost.per_update * self.law.critical_size / self.cost.per_digit)

    def with_fixed_cost(self, factor: float) -> Valley:
        """What it would be if what an update costs whatever it holds were so many times as much."""
        return replace(self, cost=replace(self.cost, per_update=factor * self.cost.per_update))


@dataclass(frozen=True)
class TargetScaling:
    """What a race shows of the way to a target loss, and the law and the valley through it.

    target: test loss, summed over the test digits.
    updates, seconds: to the target, by batch size, of the sizes that have reached it; over repeats
        the medians.
    law: through the updates, whether it fits or not; None where there is none.
    cost: of an update, likewise.
    """

    target: float
    updates: dict[int, float]
    seconds: dict[int, float]
    law: ScalingLaw | None
    cost: CostLine | None

    @property
    def fitting_law(self) -> ScalingLaw | None:
        """The law where it may be drawn."""
        return self.law if self.law and self.law.fits else None

    @property
    def valley(self) -> Valley | None:
        """By the law and an update's cost; None where one of them does not fit."""
        fits = self.fitting_law and self.cost and self.cost.fits
        return Valley(self.law, self.cost) if fits else None

    @property
    def seconds_residuals(self) -> dict[int, float]:
        """By batch size, how many more seconds were measured than the valley's, as a share."""
        valley = self.valley
        if valley is None:
            return {}
        return {size: 1 - valley.seconds(size) / took for size, took in self.seconds.items()}

    @property
    def fitting_valley(self) -> Valley | None:
        """The valley where it may be drawn."""
        off = self.seconds_residuals.values()
        fits = all(abs(residual) <= LARGEST_SECONDS_RESIDUAL for residual in off)
        return self.valley if fits else None


def target_scaling(record: RaceRecord, target: float) -> TargetScaling:
    """How the way to the target scales with the batch size.

    A size counts when it has reached the target in every repeat of it that has ended. A target that
    the untrained network meets is reached by none.
    """
    found = {
        size: _reached_by(competitors, target) for size, competitors in by_size(record).items()
    }
    updates, seconds = (
        {
            size: median(bracket.at(clock) for bracket in brackets)
            for size, brackets in found.items()
            if brackets
        }
        for clock in ("updates", "seconds")
    )
    return TargetScaling(target, updates, seconds, scaling_law(updates), update_costs(record)[1])


def _reached_by(competitors: Sequence[Competitor], target: float) -> list[Bracket]:
    """Where each has reached the target; empty where one has ended without."""
    brackets = [reached(competitor.test_points, target) for competitor in competitors]
    if any(one.over and not bracket for one, bracket in zip(competitors, brackets, strict=True)):
        return []
    return [bracket for bracket in brackets if bracket and bracket.after.updates]


def first_at_target(record: RaceRecord, target: float) -> tuple[Competitor, Place] | None:
    """Who reached the target in the fewest seconds of training, and where; None where nobody has.

    The place is that of the test pass that found it.
    """
    there = [
        (competitor, bracket.after)
        for competitors in by_size(record).values()
        for competitor in competitors
        if (bracket := reached(competitor.test_points, target)) and bracket.after.updates
    ]
    return min(there, key=lambda one: one[1].seconds, default=None)


def fitting_target(record: RaceRecord) -> float | None:
    """The lowest target that enough sizes have reached for a law; None where none fits there."""
    target = target_of_sizes(record, FEWEST_SIZES)
    return target if target and target_scaling(record, target).fitting_law else None
