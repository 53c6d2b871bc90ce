"""One network in training, with all its state. It knows no thread and no page."""

from __future__ import annotations

import copy
import math
import time
from contextlib import suppress

import torch
from torch import Tensor

from mnist_core.data import Mnist
from mnist_core.history import History
from mnist_core.records import Snapshot
from mnist_core.settings import Budget, Settings, Setup
from mnist_core.update import Learner, fetched


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

    `latest` is the snapshot taken at the end of the latest turn, safe to read from any thread. The
    methods are for the one thread that trains the run.
    """

    def __init__(
        self,
        mnist: Mnist,
        settings: Settings | None = None,
        setup: Setup | None = None,
        *,
        budget: Budget | None = None,
        digits_between_tests: int = 10_000,
    ) -> None:
        self.settings = settings or Settings()
        self.setup = setup or Setup()
        self.budget = budget
        self.error: str | None = None
        self._mnist = mnist
        self._digits_between_tests = digits_between_tests
        self._next_test_at = digits_between_tests
        self._spent = False
        # On the CPU whatever the device, so that a seed means the same run everywhere. It fills the
        # weights and then draws the orders, as it would after torch.manual_seed(seed) in a script.
        self._generator = torch.Generator().manual_seed(self.setup.seed)
        self._learner = Learner(self.setup, self._generator, mnist.device)
        self._updates_at_once = self._learner.updates_at_once
        self._order = torch.empty(0, dtype=torch.int64)
        self._cursor = 0
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
        until = self._history.seconds + seconds
        with suppress(TrainingError):  # step() has noted it
            while not self.ended:
                self.step()
                if self._history.seconds >= until:
                    break
        self._history.end_turn()
        self.latest = self.snapshot()

    def step(self) -> None:
        """One update, and the test pass and the epoch's end where they are due.

        On a GPU it may be several updates, but none beyond what is due (a budget of seconds apart),
        nor with other settings.

        Raises TrainingError where any of it fails or a loss is not a finite number, which ends the
        run, and where the run has ended before.
        """
        if self.ended:
            raise TrainingError(self.error or "the run's budget is spent")
        try:
            self._step(self.settings)
        except Exception as error:
            # The mini-batch has been taken from the epoch's order: going on would leave it out.
            self.error = in_plain_words(error, "training")
            raise TrainingError(self.error) from error

    def predict(self, images: Tensor) -> Tensor:
        """Probabilities of the ten labels, float32, (N, 10), for uint8 images, (N, 28, 28)."""
        return self._learner.probabilities(images)

    def copy_learner(self) -> Learner:
        """A copy of the network with Adam's state, to try updates on; the run is not touched."""
        return copy.deepcopy(self._learner)

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
        self._history.use(settings)
        if not self._history.test_points:
            self._test()
        self._update(settings)
        self._finish_what_is_due()

    def _update(self, settings: Settings) -> None:
        started = time.perf_counter()
        try:
            updates = self._learn(settings)
        except Exception as error:
            batch = f"a batch of {settings.batch_size:,}"
            raise TrainingError(in_plain_words(error, "an update", batch)) from error
        seconds = (time.perf_counter() - started) / len(updates)
        for digits, loss in updates:
            if not math.isfinite(loss):
                raise TrainingError(_not_finite("training", self._history.updates + 1))
            self._history.add_update(digits, loss, seconds)

    def _learn(self, settings: Settings) -> list[tuple[int, float]]:
        """Updates on the next mini-batches: how many digits each held, and their mean loss before.

        As many as the learner had better start at once, as long as nothing is due or changed.
        """
        learner = self._learner
        digits: list[int] = []
        losses: list[float | Tensor] = []
        while True:
            places = self._next_digits(settings.batch_size)
            losses.append(learner.start_update(self._mnist.train, places, settings.learning_rate))
            digits.append(len(places))
            if len(losses) >= self._updates_at_once or self.settings is not settings:
                break
            if self._is_anything_due(self._history.digits + sum(digits)):
                break
        return list(zip(digits, fetched(losses), strict=True))

    def _next_digits(self, batch_size: int) -> Tensor:
        """Indices of the next mini-batch; the epoch's last one holds what is left of the order."""
        if self._cursor == len(self._order):
            self._order = self._new_order()
            self._cursor = 0
        digits = self._order[self._cursor : self._cursor + batch_size]
        self._cursor += len(digits)
        return digits

    def _new_order(self) -> Tensor:
        count = len(self._mnist.train)
        if self.setup.order == "stored":
            order = torch.arange(count)
        else:
            order = torch.randperm(count, generator=self._generator)
        return order.to(self._mnist.device)

    def _finish_what_is_due(self) -> None:
        history = self._history
        epoch_ends = self._epoch_ends
        if epoch_ends or history.digits >= self._next_test_at:
            self._test()
            marks_passed = history.digits // self._digits_between_tests
            self._next_test_at = (marks_passed + 1) * self._digits_between_tests
        if epoch_ends:
            history.end_epoch()
        if self.budget and self._budget_is_spent(self.budget):
            if history.test_points[-1].place.digits < history.digits:
                self._test()
            self._spent = True

    def _is_anything_due(self, digits: int) -> bool:
        """Whether a test, an epoch's end or a budget of epochs' comes after so many digits."""
        epochs = digits / len(self._mnist.train)
        return (
            self._epoch_ends
            or digits >= self._next_test_at
            or (self.budget is not None and self.budget.is_spent(epochs, 0.0, math.inf))
        )

    @property
    def _epoch_ends(self) -> bool:
        return self._cursor == len(self._order)

    def _budget_is_spent(self, budget: Budget) -> bool:
        history = self._history
        epochs = history.digits / len(self._mnist.train)
        return budget.is_spent(epochs, history.seconds, history.test_points[-1].loss)

    def _test(self) -> None:
        started = time.perf_counter()
        try:
            loss, right = self._learner.evaluate(self._mnist.test)
        except Exception as error:
            raise TrainingError(in_plain_words(error, "a test pass")) from error
        seconds = time.perf_counter() - started
        if not math.isfinite(loss):
            raise TrainingError(_not_finite("test", self._history.updates))
        self._history.add_test(loss, right / len(self._mnist.test), seconds)


def _not_finite(which: str, update: int) -> str:
    return (
        f"the {which} loss is no longer a finite number at update {update:,}: the learning rate or "
        f"the normalization is too extreme"
    )


def in_plain_words(error: Exception, doing: str, at_hand: str | None = None) -> str:
    """Why it failed, for a visitor to read.

    doing: what failed.
    at_hand: what took the memory; what was being done unless given.
    """
    if isinstance(error, TrainingError):
        return str(error)
    if isinstance(error, MemoryError | torch.OutOfMemoryError) or "can't allocate" in str(error):
        return f"there is not enough memory for {at_hand or doing}"
    return f"{doing} failed ({type(error).__name__}: {error})"
