"""What a page may see of a run: frozen records, no tensors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, radians
from statistics import median
from typing import Annotated, Literal

from mnist_core.bounds import MOST_WATCHED, Amount, Count, Label, Number, Share
from mnist_core.language import later
from mnist_core.settings import Settings, Setup, updates_per_epoch

# What progress can be counted in: a Place has an attribute of each key; the names are in English.
Clock = Literal["epochs", "updates", "seconds"]
CLOCKS: dict[Clock, str] = {
    "epochs": later("epochs"),
    "updates": later("updates"),
    "seconds": later("seconds of training"),
}


@dataclass(frozen=True, slots=True)
class Place:
    """How far a run had come.

    digits: training digits seen, over all epochs.
    epochs: the same in epochs, with a fraction inside one.
    updates: optimizer steps.
    seconds: of training; test passes, pauses and other runs' turns are not in it.
    """

    digits: Count
    epochs: Amount
    updates: Count
    seconds: Amount


@dataclass(frozen=True, slots=True)
class TestPoint:
    """One pass over the whole test set.

    batch_sizes: those at work since the previous point, in the order of their first use; the first
        point, before any update, carries the size to begin with.
    loss: negative log-likelihood, summed over the test digits.
    accuracy: share of the test digits whose most probable label is the true one, 0 to 1.
    seconds: that the pass took.
    guesses: the most probable label of each of the first test digits, where the run watches them.
    """

    # The name is the field's own term; it is no test class.
    __test__ = False

    place: Place
    batch_sizes: tuple[Count, ...]
    loss: Amount
    accuracy: Share
    seconds: Amount
    guesses: Annotated[tuple[Label, ...], MOST_WATCHED] = ()


@dataclass(frozen=True, slots=True)
class NoisePoint:
    """The noise scale of the gradient over all test digits, at a test point.

    batch_size: at work there.
    noise_scale: tr Σ / |G|², in digits.
    follows: whether it was watched at every test point since the one before.
    """

    place: Place
    batch_size: Count
    noise_scale: Amount
    follows: bool

    def noise_share(self, batch_size: int) -> float:
        """Of the squared gradient of a mini-batch of that size, 0 to 1; half of it at N."""
        return self.noise_scale / (self.noise_scale + batch_size)


@dataclass(frozen=True, slots=True)
class LossPoint:
    """Mean training loss per digit over the mini-batches since the previous point.

    place: after the last of them.
    loss: negative log-likelihood, mean per digit.
    digits: how many digits it is the mean of.
    """

    place: Place
    loss: Number
    digits: Count


@dataclass(frozen=True, slots=True)
class Batch:
    """A mini-batch that an update was made on.

    indices: of its first digits among the training digits, MOST_SHOWN at most.
    digits: how many it has.
    loss: negative log-likelihood, mean per digit, before the update.
    """

    indices: tuple[int, ...]
    digits: int
    loss: float


# Changes that follow each other this closely are one move: a drag, or a few presses of a key.
MOVE_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Change:
    """New settings at the place where the first update used them.

    at: when that was, in seconds since 1970.
    """

    place: Place
    before: Settings
    after: Settings
    at: float = 0.0


@dataclass(frozen=True, slots=True)
class Move:
    """Changes of the settings that a person makes in one go.

    place: where the settings before it were used last.
    until: where the settings after it were used first; other settings were used in between.
    """

    place: Place
    until: Place
    before: Settings
    after: Settings

    def passes(self, place: Place) -> bool:
        """Return whether the run was at settings that this move only passed through."""
        return self.place.updates < place.updates <= self.until.updates


def moves_of(changes: Sequence[Change]) -> list[Move]:
    """Join changes that follow each other within MOVE_SECONDS; leave out moves that lead back."""
    groups: list[list[Change]] = []
    for change in changes:
        if groups and change.at - groups[-1][-1].at <= MOVE_SECONDS:
            groups[-1].append(change)
        else:
            groups.append([change])
    moves = [Move(one[0].place, one[-1].place, one[0].before, one[-1].after) for one in groups]
    return [move for move in moves if move.before != move.after]


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
    size_seconds: the part of train_seconds at each of the batch_sizes; empty in older records.
    """

    epoch: Count
    batch_sizes: tuple[Count, ...]
    updates: Count
    train_loss: Number
    test_loss: Amount
    test_accuracy: Share
    train_seconds: Amount
    test_seconds: Amount
    size_seconds: tuple[Amount, ...] = ()

    @property
    def mixed(self) -> bool:
        """Whether it was trained at more than one batch size."""
        return len(self.batch_sizes) > 1

    @property
    def seconds_at(self) -> dict[int, float]:
        """Seconds of training at each batch size."""
        return dict(zip(self.batch_sizes, self.size_seconds or (self.train_seconds,), strict=False))

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

    epoch: Count
    digits: Count
    batch_sizes: tuple[Count, ...]
    updates: Count
    train_seconds: Amount


@dataclass(frozen=True, slots=True)
class SizeTime:
    """Seconds of training at one batch size, by the digits trained at it.

    epochs: seconds that each epoch's worth of digits took, the latest 100 of them.
    digits, seconds: trained since the last of those.
    """

    batch_size: Count
    epochs: tuple[Amount, ...]
    digits: Count
    seconds: Amount

    def epoch_seconds(self, training_digits: int) -> float | None:
        """Return the median of the epochs; before the first, an estimate from the digits so far."""
        if self.epochs:
            return median(self.epochs)
        return self.seconds * training_digits / self.digits if self.digits else None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A run at one moment.

    training_digits, test_digits: how many there are of each.
    updates_per_second: over about the last second of training at the current settings; None until
        a turn has ended at them.
    error: None, or why the run ended, in plain words.
    notice: None, or what befell it that did not end it, in plain words.
    size_times: in the order in which the sizes were used first.
    """

    setup: Setup
    settings: Settings
    training_digits: int
    test_digits: int
    place: Place
    epochs: tuple[EpochRecord, ...]
    test_points: tuple[TestPoint, ...]
    loss_points: tuple[LossPoint, ...]
    noise_points: tuple[NoisePoint, ...]
    changes: tuple[Change, ...]
    so_far: EpochSoFar
    updates_per_second: float | None
    error: str | None
    notice: str | None = None
    size_times: tuple[SizeTime, ...] = ()

    def __deepcopy__(self, _memo: dict) -> Snapshot:
        """Itself: it never changes, and holds thousands of records."""
        return self

    @property
    def untrained(self) -> bool:
        """Whether no update has been made."""
        return self.place.updates == 0

    @property
    def chosen_sizes(self) -> set[int]:
        """Batch sizes that somebody chose, without those that a move only passed through."""
        first = self.changes[0].before if self.changes else self.settings
        chosen = [first, *(move.after for move in self.moves), self.settings]
        return {settings.batch_size for settings in chosen}

    def time_at(self, batch_size: int) -> SizeTime | None:
        """Return the training time at this batch size; None where nothing was trained at it."""
        return next((one for one in self.size_times if one.batch_size == batch_size), None)

    @property
    def moves(self) -> list[Move]:
        """The changes of the settings, those made in one go joined."""
        return moves_of(self.changes)

    @property
    def epoch_seconds(self) -> float | None:
        """Seconds of training that an epoch takes at the current pace; None while none is known."""
        if not self.updates_per_second:
            return None
        updates = updates_per_epoch(self.settings.batch_size, self.training_digits)
        return updates / self.updates_per_second

    @property
    def seconds_left(self) -> float | None:
        """Seconds of training to the epoch's end at the current pace; None while none is known."""
        if not self.updates_per_second:
            return None
        digits_left = self.training_digits - self.so_far.digits
        updates_left = updates_per_epoch(self.settings.batch_size, digits_left)
        return updates_left / self.updates_per_second


@dataclass(frozen=True, slots=True)
class Trial:
    """What one update did to a network.

    digits: in its mini-batch.
    batch_loss: mean per digit of that mini-batch, before the update.
    gradient_norm: Euclidean length of that loss's gradient.
    step_length: Euclidean length of the weights' movement.
    test_loss_before, test_loss_after: summed over the test digits.
    """

    digits: int
    batch_loss: float
    gradient_norm: float
    step_length: float
    test_loss_before: float
    test_loss_after: float

    @property
    def change(self) -> float:
        """Of the test loss: below 0 where it fell."""
        return self.test_loss_after - self.test_loss_before

    @property
    def worsened(self) -> bool:
        """Whether the test loss is higher than before it."""
        return self.change > 0


@dataclass(frozen=True, slots=True)
class Needle:
    """A mini-batch's gradient beside the gradient of all training digits.

    degrees: of the angle between them, 0 to 180.
    length: its Euclidean length, relative to the other's.
    """

    degrees: float
    length: float

    @property
    def cosine(self) -> float:
        """Of the angle."""
        return cos(radians(self.degrees))


@dataclass(frozen=True, slots=True)
class Needles:
    """The gradients of mini-batches drawn at random, at one state of a network.

    batch_size: digits in each mini-batch.
    updates: that the network had made.
    noise_scale: tr Σ / |G|², of the gradients of single digits.
    law: the cosine to be expected at each of many batch sizes, among them this one.
    """

    needles: tuple[Needle, ...]
    batch_size: int
    updates: int
    noise_scale: float
    law: dict[int, float]


@dataclass(frozen=True, slots=True)
class NoiseScales:
    """The noise scale tr Σ / |G|² of one run's network at two moments.

    batch_size: of its mini-batches.
    updates: that it had made at the second moment.
    untrained: before its first update.
    trained: after so many.
    """

    batch_size: int
    updates: int
    untrained: float
    trained: float
