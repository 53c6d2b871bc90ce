"""What a page may see of a run: frozen records, no tensors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from mnist_core.settings import Settings, Setup

# What progress can be counted in: a Place has an attribute of each name.
Clock = Literal["epochs", "updates", "seconds"]


@dataclass(frozen=True, slots=True)
class Place:
    """How far a run had come.

    digits: training digits seen, over all epochs.
    epochs: the same in epochs, with a fraction inside one.
    updates: optimizer steps.
    seconds: of training; test passes, pauses and other runs' turns are not in it.
    """

    digits: int
    epochs: float
    updates: int
    seconds: float


@dataclass(frozen=True, slots=True)
class TestPoint:
    """One pass over the whole test set.

    batch_sizes: those at work since the previous point, in the order of their first use; the first
        point, before any update, carries the size to begin with.
    loss: negative log-likelihood, summed over the test digits.
    accuracy: share of the test digits whose most probable label is the true one, 0 to 1.
    seconds: that the pass took.
    """

    # The name is the field's own term; it is no test class.
    __test__ = False

    place: Place
    batch_sizes: tuple[int, ...]
    loss: float
    accuracy: float
    seconds: float


@dataclass(frozen=True, slots=True)
class LossPoint:
    """Mean training loss per digit over the mini-batches since the previous point.

    place: after the last of them.
    loss: negative log-likelihood, mean per digit.
    digits: how many digits it is the mean of.
    """

    place: Place
    loss: float
    digits: int


@dataclass(frozen=True, slots=True)
class Change:
    """New settings at the place where the first update used them."""

    place: Place
    before: Settings
    after: Settings


@dataclass(frozen=True, slots=True)
class EpochRecord:
    """One whole epoch: every training digit once.

    epoch: counted from 0.
    batch_sizes: all sizes that it was trained at, in the order of their first use.
    updates: optimizer steps in it.
    train_loss: mean per digit, each taken just before the update that used the digit.
    test_loss: summed over the test digits, at the epoch's end.
    test_accuracy: 0 to 1, at the epoch's end.
    train_seconds: spent on its updates.
    test_seconds: spent on the test pass at its end. Passes within the epoch are left out, so that
        train_seconds + test_seconds is what the tutorial's clock shows.
    """

    epoch: int
    batch_sizes: tuple[int, ...]
    updates: int
    train_loss: float
    test_loss: float
    test_accuracy: float
    train_seconds: float
    test_seconds: float

    @property
    def mixed(self) -> bool:
        """Whether it was trained at more than one batch size."""
        return len(self.batch_sizes) > 1

    @property
    def batch_size(self) -> int | None:
        """The batch size, None in a mixed epoch."""
        return None if self.mixed else self.batch_sizes[0]


@dataclass(frozen=True, slots=True)
class EpochSoFar:
    """The epoch in progress.

    epoch: counted from 0.
    digits: seen in it; 0 when it has not begun.
    batch_sizes, updates, train_seconds: as in EpochRecord.
    """

    epoch: int
    digits: int
    batch_sizes: tuple[int, ...]
    updates: int
    train_seconds: float


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A run at one moment.

    training_digits, test_digits: how many there are of each.
    updates_per_second: over about the last second of training at the current settings; None until
        a turn has ended at them.
    error: None, or why the run ended, in plain words.
    """

    setup: Setup
    settings: Settings
    training_digits: int
    test_digits: int
    place: Place
    epochs: tuple[EpochRecord, ...]
    test_points: tuple[TestPoint, ...]
    loss_points: tuple[LossPoint, ...]
    changes: tuple[Change, ...]
    so_far: EpochSoFar
    updates_per_second: float | None
    error: str | None

    @property
    def untrained(self) -> bool:
        """Whether no update has been made."""
        return self.place.updates == 0

    @property
    def seconds_left(self) -> float | None:
        """Seconds of training to the epoch's end at the current pace; None while none is known."""
        if not self.updates_per_second:
            return None
        digits_left = self.training_digits - self.so_far.digits
        return -(-digits_left // self.settings.batch_size) / self.updates_per_second
