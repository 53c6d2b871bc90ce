"""A run's bookkeeping: where it is, and the records of how it came there."""

from __future__ import annotations

import copy
from collections import deque
from dataclasses import dataclass, field
from time import time

from mnist_core.records import (
    Change,
    EpochRecord,
    EpochSoFar,
    LossPoint,
    NoisePoint,
    Place,
    SizeTime,
    Snapshot,
    TestPoint,
)
from mnist_core.settings import Settings, Setup

_LOSS_POINTS_PER_EPOCH = 300
_MOST_LOSS_POINTS = 2_000
_PACE_SECONDS = 1.0
_MOST_SIZE_EPOCHS = 100


@dataclass
class _Epoch:
    """What the epoch in progress has gathered."""

    digits: int = 0
    updates: int = 0
    loss: float = 0.0  # summed over the digits
    seconds: float = 0.0
    # Seconds at each size, in the order of their first use.
    batch_sizes: dict[int, float] = field(default_factory=dict)


@dataclass
class _SizeTime:
    """Training at one batch size: whole epochs' worth of digits, and what came since."""

    epochs: deque[float] = field(default_factory=lambda: deque(maxlen=_MOST_SIZE_EPOCHS))
    digits: int = 0
    seconds: float = 0.0


class History:
    """Counts updates, digits and seconds of training, and keeps the records of a run.

    training_digits: how many make an epoch.
    """

    def __init__(self, training_digits: int) -> None:
        self.epochs: list[EpochRecord] = []
        self.test_points: list[TestPoint] = []
        self.loss_points: list[LossPoint] = []
        self.noise_points: list[NoisePoint] = []
        self.changes: list[Change] = []
        self._training_digits = training_digits
        self.digits = 0
        self.updates = 0
        self.seconds = 0.0  # of training
        self.settings: Settings | None = None  # at work, None before the first update
        self._epoch = _Epoch()
        self._size_times: dict[int, _SizeTime] = {}
        self._sizes_since_test: dict[int, None] = {}
        self._noise_watched = False  # at every test point since it was measured last
        self._digits_per_loss_point = max(1, training_digits // _LOSS_POINTS_PER_EPOCH)
        self._digits_since_loss_point = 0
        self._loss_since_loss_point = 0.0
        self._pace: deque[tuple[int, float]] = deque([(0, 0.0)])

    def __deepcopy__(self, _memo: dict) -> History:
        """Another history with the same records: thousands, and none of them ever changes."""
        copied = copy.copy(self)
        for name, value in vars(self).items():
            setattr(copied, name, copy.copy(value))
        copied._epoch.batch_sizes = self._epoch.batch_sizes.copy()
        copied._size_times = copy.deepcopy(self._size_times)
        return copied

    @property
    def place(self) -> Place:
        """How far the run has come."""
        return Place(
            digits=self.digits,
            epochs=self.digits / self._training_digits,
            updates=self.updates,
            seconds=self.seconds,
        )

    @property
    def so_far(self) -> EpochSoFar:
        """The epoch in progress; not begun where the last one has just ended."""
        return EpochSoFar(
            epoch=len(self.epochs),
            digits=self._epoch.digits,
            batch_sizes=tuple(self._epoch.batch_sizes),
            updates=self._epoch.updates,
            train_seconds=self._epoch.seconds,
        )

    @property
    def updates_per_second(self) -> float | None:
        """Over about the last second of training at the current settings."""
        updates, seconds = self._pace[0]
        if self.updates == updates:
            return None
        return (self.updates - updates) / max(self.seconds - seconds, 1e-9)

    def snapshot(
        self, settings: Settings, setup: Setup, test_digits: int, error: str | None = None
    ) -> Snapshot:
        """What a page may see of the run that is recorded here, as it is now.

        settings: those that its next update uses.
        test_digits: how many a test pass goes through.
        error: why the run has ended, in plain words.
        """
        return Snapshot(
            setup=setup,
            settings=settings,
            training_digits=self._training_digits,
            test_digits=test_digits,
            place=self.place,
            epochs=tuple(self.epochs),
            test_points=tuple(self.test_points),
            loss_points=tuple(self.loss_points),
            noise_points=tuple(self.noise_points),
            changes=tuple(self.changes),
            so_far=self.so_far,
            # New settings have no pace until an update has used them.
            updates_per_second=self.updates_per_second if settings == self.settings else None,
            error=error,
            size_times=tuple(
                SizeTime(size, tuple(one.epochs), one.digits, one.seconds)
                for size, one in self._size_times.items()
            ),
        )

    def use(self, settings: Settings) -> None:
        """The next update uses these settings."""
        if settings == self.settings:
            return
        if self.settings is not None:
            self.changes.append(Change(self.place, self.settings, settings, time()))
        self.settings = settings
        self._pace = deque([(self.updates, self.seconds)])

    def add_update(self, digits: int, loss: float, seconds: float) -> None:
        """An update on so many digits, with this mean loss before it, took so many seconds."""
        self.digits += digits
        self.updates += 1
        self.seconds += seconds
        self._epoch.digits += digits
        self._epoch.updates += 1
        self._epoch.loss += loss * digits
        self._epoch.seconds += seconds
        size = self.settings.batch_size
        self._epoch.batch_sizes[size] = self._epoch.batch_sizes.get(size, 0.0) + seconds
        self._sizes_since_test[size] = None
        self._add_size_time(size, digits, seconds)
        self._digits_since_loss_point += digits
        self._loss_since_loss_point += loss * digits
        if self._digits_since_loss_point >= self._digits_per_loss_point:
            self._add_loss_point()

    def _add_size_time(self, size: int, digits: int, seconds: float) -> None:
        """Count these digits for their batch size; with an epoch's worth of them one is whole."""
        at_size = self._size_times.get(size)
        if at_size is None:
            at_size = self._size_times[size] = _SizeTime()
        at_size.digits += digits
        at_size.seconds += seconds
        if at_size.digits >= self._training_digits:
            at_size.epochs.append(at_size.seconds * self._training_digits / at_size.digits)
            at_size.digits, at_size.seconds = 0, 0.0

    def add_test(
        self, loss: float, accuracy: float, seconds: float, guesses: tuple[int, ...] = ()
    ) -> None:
        """A pass over the test set: summed loss, accuracy from 0 to 1, seconds that it took.

        guesses: as in TestPoint.
        """
        sizes = tuple(self._sizes_since_test) or (self.settings.batch_size,)
        self.test_points.append(TestPoint(self.place, sizes, loss, accuracy, seconds, guesses))
        self._sizes_since_test = {}

    def add_noise(self, noise_scale: float) -> None:
        """The noise scale at the test point that was added last."""
        size = self.settings.batch_size
        self.noise_points.append(NoisePoint(self.place, size, noise_scale, self._noise_watched))
        self._noise_watched = True

    def leave_noise_out(self) -> None:
        """Nobody watches the noise at the test point that was added last."""
        self._noise_watched = False

    def end_epoch(self) -> None:
        """Every training digit has been used, and the test pass at the epoch's end is added."""
        epoch, test = self._epoch, self.test_points[-1]
        self.epochs.append(
            EpochRecord(
                epoch=len(self.epochs),
                batch_sizes=tuple(epoch.batch_sizes),
                updates=epoch.updates,
                train_loss=epoch.loss / epoch.digits,
                test_loss=test.loss,
                test_accuracy=test.accuracy,
                train_seconds=epoch.seconds,
                test_seconds=test.seconds,
                size_seconds=tuple(epoch.batch_sizes.values()),
            )
        )
        self._epoch = _Epoch()

    def end_turn(self) -> None:
        """Keep the pace over the last second or so: one mark a turn, the old ones dropped."""
        self._pace.append((self.updates, self.seconds))
        while len(self._pace) > 2 and self.seconds - self._pace[1][1] >= _PACE_SECONDS:
            self._pace.popleft()

    def _add_loss_point(self) -> None:
        digits = self._digits_since_loss_point
        self.loss_points.append(LossPoint(self.place, self._loss_since_loss_point / digits, digits))
        self._digits_since_loss_point = 0
        self._loss_since_loss_point = 0.0
        if len(self.loss_points) >= _MOST_LOSS_POINTS:
            self._thin_loss_points()

    def _thin_loss_points(self) -> None:
        """Halve them: each two neighbours become one, and new ones cover twice as many digits."""
        pairs = zip(self.loss_points[::2], self.loss_points[1::2], strict=True)
        self.loss_points = [_joined(first, second) for first, second in pairs]
        self._digits_per_loss_point *= 2


def _joined(first: LossPoint, second: LossPoint) -> LossPoint:
    digits = first.digits + second.digits
    loss = (first.loss * first.digits + second.loss * second.digits) / digits
    return LossPoint(second.place, loss, digits)
