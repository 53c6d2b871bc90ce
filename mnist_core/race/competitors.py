"""What a page may see of a race, and what is kept of it: frozen records, no tensors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from mnist_core.bounds import MOST_ROWS, Amount, Count, Text
from mnist_core.data import TEST_DIGITS, TRAINING_DIGITS
from mnist_core.machine import Machine
from mnist_core.race.plan import Plan, Start
from mnist_core.records import EpochRecord, EpochSoFar, LossPoint, Place, Snapshot, TestPoint
from mnist_core.settings import Settings

State = Literal["waiting", "racing", "finished", "dropped out", "stopped", "failed"]

WATCHED = 16  # of the first test digits, whose guesses a race records at every test pass

_AT_THE_START = Place(digits=0, epochs=0.0, updates=0, seconds=0.0)
_NO_EPOCH_YET = EpochSoFar(epoch=0, digits=0, batch_sizes=(), updates=0, train_seconds=0.0)


@dataclass(frozen=True)
class Competitor:
    """One competitor of a race and how far it has come.

    state: "waiting" until its first turn; "racing"; then "finished" with its budget spent, "dropped
        out" alone, "stopped" with the whole race, or "failed" where training could not go on.
    error: None, or why it failed, in plain words.
    place, epochs, so_far, test_points, loss_points, updates_per_second: as in Snapshot.
    loading_seconds: of the training time, spent on fetching mini-batches; known of the tutorial's
        way alone.
    """

    start: Start
    state: State
    error: Text | None = None
    place: Place = _AT_THE_START
    epochs: Annotated[tuple[EpochRecord, ...], MOST_ROWS] = ()
    so_far: EpochSoFar = _NO_EPOCH_YET
    test_points: Annotated[tuple[TestPoint, ...], MOST_ROWS] = ()
    loss_points: Annotated[tuple[LossPoint, ...], MOST_ROWS] = ()
    updates_per_second: Amount | None = None
    loading_seconds: Amount | None = None

    @property
    def settings(self) -> Settings:
        """Batch size and learning rate."""
        return self.start.settings

    @property
    def batch_size(self) -> int:
        """Digits in its mini-batches."""
        return self.start.settings.batch_size

    @property
    def over(self) -> bool:
        """Whether it makes no further update."""
        return self.state not in ("waiting", "racing")

    @property
    def share_done(self) -> float:
        """How much of its budget is spent, 0 to 1; a test loss counts only once it is reached."""
        if self.state == "finished":
            return 1.0
        budget = self.start.budget
        shares = [0.0]
        if budget.epochs is not None:
            shares.append(self.place.epochs / budget.epochs)
        if budget.seconds is not None:
            shares.append(self.place.seconds / budget.seconds)
        return min(1.0, max(shares))

    @property
    def seconds_left(self) -> float | None:
        """Of its own training, at its present pace, to the limit of epochs or seconds; or None."""
        if self.over:
            return 0.0
        budget = self.start.budget
        left = []
        if budget.seconds is not None:
            left.append(budget.seconds - self.place.seconds)
        if budget.epochs is not None and self.place.seconds:
            pace = self.place.epochs / self.place.seconds
            left.append((budget.epochs - self.place.epochs) / pace)
        return max(0.0, min(left)) if left else None


@dataclass(frozen=True)
class RaceRecord:
    """A race, in progress or ended.

    machine: where it was run, since times mean nothing without it.
    heat: which of the plan's heats is on, from 0.
    competitors: every competitor of every heat.
    """

    plan: Plan
    machine: Machine
    heat: Count
    competitors: tuple[Competitor, ...]
    training_digits: Count = TRAINING_DIGITS
    test_digits: Count = TEST_DIGITS

    @property
    def over(self) -> bool:
        """Whether nobody runs any more."""
        return all(competitor.over for competitor in self.competitors)

    @property
    def begun(self) -> bool:
        """Whether any update has been made."""
        return any(competitor.place.updates for competitor in self.competitors)

    def of_heat(self, heat: int) -> list[Competitor]:
        """The competitors that run against each other then."""
        starts = self.plan.heats()[heat]
        return [competitor for competitor in self.competitors if competitor.start in starts]

    def of_way(self, way: str) -> list[Competitor]:
        """The competitors that train in that way."""
        return [competitor for competitor in self.competitors if competitor.start.way == way]


def waiting(plan: Plan, machine: Machine) -> RaceRecord:
    """A race that nobody has begun."""
    starts = (start for heat in plan.heats() for start in heat)
    return RaceRecord(plan, machine, 0, tuple(Competitor(start, "waiting") for start in starts))


def competitor_of(
    start: Start, state: State, snapshot: Snapshot, loading: float | None
) -> Competitor:
    """What a snapshot of a competitor's run says of it."""
    return Competitor(
        start=start,
        state=state,
        error=snapshot.error,
        place=snapshot.place,
        epochs=snapshot.epochs,
        so_far=snapshot.so_far,
        test_points=snapshot.test_points,
        loss_points=snapshot.loss_points,
        updates_per_second=snapshot.updates_per_second,
        loading_seconds=loading,
    )
