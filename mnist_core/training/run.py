"""One network in training, with all its state. It knows no thread and no page."""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Sequence
from contextlib import suppress

import torch
from torch import Tensor

from mnist_core import faults
from mnist_core.data import Mnist
from mnist_core.records import Batch, Snapshot
from mnist_core.settings import Budget, Settings, Setup
from mnist_core.training.history import History
from mnist_core.training.learner import Learner, LearnerMaker, new_learner
from mnist_core.training.network import Network
from mnist_core.training.noise import gradient_noise
from mnist_core.training.sampler import Sampler

DIGITS_BETWEEN_TESTS = 10_000
TESTS_AFTER_CHANGE = (30, 100, 300, 1_000)  # updates
MOST_SHOWN = 20  # digits of a mini-batch, at a tempo
_NOISE_SHARE = 0.1  # of the time of updates and test passes, while the noise is watched


class TrainingError(Exception):
    """Training cannot go on; the message says why and what to change."""


class Run:
    """A network in training on MNIST, by Adam, one mini-batch after another.

    mnist: the digits; the run trains on their device.
    settings: what may change between two updates. Swap it whole, `run.settings = Settings(…)`, from
        any thread: the next update reads it.
    setup: what is fixed from now on.
    budget: what ends the run; without one it goes on for as long as it is trained.
    digits_between_tests: a test pass comes each time this many training digits have been seen (at
        the first update that reaches or passes the count), at each epoch's end, when the budget is
        spent, and once before the first update.
    tests_after_change: more of them come so many updates after the first one and after each change
        of the settings, and one just before the first update at new settings: so every stretch
        between two test passes has one batch size, and what a change does is soon seen.
    learner: what makes its network with an optimizer; the fastest for the digits' device unless
        given.
    watched: of so many of the first test digits the guesses are recorded at each test pass; the
        training's clock stands still meanwhile.

    tempo: updates a second, None for as many as can be made. At a tempo each turn makes one update
        between two test passes, the next one is not due before `rests_until`, by time.monotonic(),
        and `batch` is the latest mini-batch. The training's clock stands still in between.
    watches_noise: whether test passes are followed by a measurement of the gradient's noise over
        the same digits, as many of them as a tenth of the time allows. The training's clock stands
        still meanwhile. May be set from any thread.

    `latest` is the snapshot taken at the end of the latest turn, safe to read from any thread. The
    methods, `learner` and `sampler` are for the one thread that trains the run.
    """

    def __init__(
        self,
        mnist: Mnist,
        settings: Settings | None = None,
        setup: Setup | None = None,
        *,
        budget: Budget | None = None,
        digits_between_tests: int = DIGITS_BETWEEN_TESTS,
        tests_after_change: Sequence[int] = TESTS_AFTER_CHANGE,
        learner: LearnerMaker = new_learner,
        watched: int = 0,
    ) -> None:
        self.settings = settings or Settings()
        self.setup = setup or Setup()
        self.budget = budget
        self.error: str | None = None
        self.tempo: float | None = None
        self.rests_until = 0.0
        self.batch: Batch | None = None
        self.watches_noise = False
        self._noise_allowance = 0.0  # seconds; below 0 until the latest measurement is made up for
        self._mnist = mnist
        # A copy, since a fork would copy the whole of what a slice shares.
        self._watched = mnist.test.images[:watched].clone()
        self._digits_between_tests = digits_between_tests
        self._next_test_at = digits_between_tests
        self._tests_after_change = tests_after_change
        self._changed_at = 0  # by updates
        self._spent = False
        # On the CPU whatever the device, so that a seed means the same run everywhere. It fills the
        # weights and then draws the orders, as it would after torch.manual_seed(seed) in a script.
        generator = torch.Generator().manual_seed(self.setup.seed)
        first = Network.first_parameters(generator)
        self.learner = learner(self.setup, first, mnist.device)
        self.sampler = Sampler(mnist.train.labels, self.setup.order, generator, mnist.device)
        self._history = History(len(mnist.train))
        self.latest = self.snapshot()

    @property
    def device(self) -> torch.device:
        """Where the run trains."""
        return self._mnist.device

    @property
    def seconds(self) -> float:
        """Of training so far."""
        return self._history.seconds

    @property
    def updates(self) -> int:
        """How many have been made so far."""
        return self._history.updates

    @property
    def ended(self) -> bool:
        """Whether it makes no further update: its budget is spent, or an error has ended it."""
        return self._spent or self.error is not None

    def advance(self, seconds: float) -> None:
        """One turn: update until this much training time has passed, then publish a snapshot.

        At least one update is made, unless the run has ended. An exception inside ends it: `error`
        says why, and all that was recorded before stays.
        """
        tempo = self.tempo
        until = self._history.seconds + (0 if tempo else seconds)
        with suppress(TrainingError):  # step() has noted it
            while not self.ended:
                self.step()
                if self._history.seconds >= until:
                    break
        if tempo:
            self.rests_until = max(self.rests_until + 1 / tempo, time.monotonic())
        self._history.end_turn()
        self.latest = self.snapshot()

    def step(self) -> None:
        """One update, and the test pass and the epoch's end where they are due.

        Raises TrainingError where any of it fails or a loss is not a finite number, which ends the
        run, and where the run has ended before.
        """
        if self.ended:
            raise TrainingError(self.error or "the run's budget is spent")
        try:
            self._step(self.settings)
        except Exception as error:
            # The mini-batch has been taken from the epoch's order: going on would leave it out.
            self.error = in_plain_words(error, faults.TRAINING)
            raise TrainingError(self.error) from error

    def predict(self, images: Tensor) -> Tensor:
        """Probabilities of the ten labels, float32, (N, 10), for uint8 images, (N, 28, 28)."""
        return self.learner.probabilities(images)

    def copy_learner(self) -> Learner:
        """A copy of the network with Adam's state, to try updates on; the run is not touched.

        It computes in the thread that calls it alone: all others belong to what is trained.
        """
        learner = copy.deepcopy(self.learner)
        learner.helped = False
        return learner

    def fork(self) -> Run:
        """A copy of the whole run: weights, Adam's moments and step, random state, place, records.

        Left at the same settings, it gives bit for bit what its parent gives. Both share the
        digits.
        """
        return copy.deepcopy(self)

    def snapshot(self) -> Snapshot:
        """What a page may see of the run, as it is now."""
        return self._history.snapshot(self.settings, self.setup, len(self._mnist.test), self.error)

    def _step(self, settings: Settings) -> None:
        if settings != self._history.settings:
            self._begin_at(settings)
        if self.tempo:
            self._test_unless_tested()
        self._update(settings)
        self._finish_what_is_due()

    def _begin_at(self, settings: Settings) -> None:
        history = self._history
        history.use(settings)
        self._changed_at = history.updates
        self._test_unless_tested()

    def _update(self, settings: Settings) -> None:
        started = time.perf_counter()
        try:
            digits, loss = self._learn(settings)
        except Exception as error:
            batch = faults.A_BATCH.format(size=f"{settings.batch_size:,}")
            raise TrainingError(in_plain_words(error, faults.AN_UPDATE, batch)) from error
        seconds = time.perf_counter() - started
        if not math.isfinite(loss):
            raise TrainingError(_not_finite("training", self._history.updates + 1))
        self._history.add_update(digits, loss, seconds)
        self._earn_noise(1 / self.tempo if self.tempo else seconds)

    def _learn(self, settings: Settings) -> tuple[int, float]:
        """One update on the next mini-batch: its digits, and their mean loss before it."""
        indices = self.sampler.next(settings.batch_size)
        loss = self.learner.update(self._mnist.train, indices, settings.learning_rate)
        if self.tempo:
            self.batch = Batch(tuple(indices[:MOST_SHOWN].tolist()), len(indices), loss)
        return len(indices), loss

    def _finish_what_is_due(self) -> None:
        history = self._history
        epoch_ends = self.sampler.epoch_ends
        if epoch_ends or history.digits >= self._next_test_at or self._due_early:
            self._test()
            marks_passed = history.digits // self._digits_between_tests
            self._next_test_at = (marks_passed + 1) * self._digits_between_tests
        if epoch_ends:
            history.end_epoch()
        if self.budget and self._budget_is_spent(self.budget):
            self._test_unless_tested()
            self._spent = True

    @property
    def _due_early(self) -> bool:
        updates = self._history.updates - self._changed_at
        return self.tempo is not None or updates in self._tests_after_change

    def _budget_is_spent(self, budget: Budget) -> bool:
        history = self._history
        epochs = history.digits / len(self._mnist.train)
        return budget.is_spent(epochs, history.seconds, history.test_points[-1].loss)

    def _test_unless_tested(self) -> None:
        points = self._history.test_points
        if not points or points[-1].place.updates < self._history.updates:
            self._test()

    def _test(self) -> None:
        started = time.perf_counter()
        try:
            loss, right = self.learner.evaluate(self._mnist.test)
        except Exception as error:
            raise TrainingError(in_plain_words(error, faults.A_TEST_PASS)) from error
        seconds = time.perf_counter() - started
        if not math.isfinite(loss):
            raise TrainingError(_not_finite("test", self._history.updates))
        accuracy = right / len(self._mnist.test)
        self._history.add_test(loss, accuracy, seconds, self._guesses())
        self._earn_noise(0 if self.tempo else seconds)
        if not self.watches_noise:
            self._history.leave_noise_out()
        elif self._noise_allowance == 0:
            self._measure_noise()

    def _guesses(self) -> tuple[int, ...]:
        if not len(self._watched):
            return ()
        return tuple(self.predict(self._watched).argmax(dim=1).tolist())

    def _earn_noise(self, seconds: float) -> None:
        """So much time has passed, of which the measurements have a share."""
        if self.watches_noise:
            self._noise_allowance = min(0.0, self._noise_allowance + _NOISE_SHARE * seconds)

    def _measure_noise(self) -> None:
        started = time.perf_counter()
        noise_scale = gradient_noise(self.learner, self._mnist.test).noise_scale
        self._noise_allowance = started - time.perf_counter()
        if math.isfinite(noise_scale):  # without any gradient there is none
            self._history.add_noise(noise_scale)


def _not_finite(which: str, update: int) -> str:
    return faults.NOT_FINITE[which].format(update=f"{update:,}")


def in_plain_words(error: Exception, doing: str, at_hand: str | None = None) -> str:
    """Why it failed, in English; faults.fault() tells it to a visitor.

    doing: what failed.
    at_hand: what took the memory; what was being done unless given.
    """
    if isinstance(error, TrainingError):
        return str(error)
    if isinstance(error, MemoryError | torch.OutOfMemoryError) or "can't allocate" in str(error):
        return faults.NO_MEMORY.format(what=at_hand or doing)
    return faults.FAILED.format(what=doing, error=f"{type(error).__name__}: {error}")
