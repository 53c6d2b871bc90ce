"""The threads that help whoever trains.

Helpers wait at full speed for a millisecond and then sleep. Where they are a burden, since a
program that keeps a core busy is in their way, fewer are called: see team.py.
"""

from __future__ import annotations

import threading
import time
from math import inf

import numpy as np
import torch

from mnist_core.machine import cores
from mnist_core.training.fast.compiled import Compiled, Workspace, compiled_update
from mnist_core.training.fast.sharing import BREATH, DONE, NO_DIGIT, WAITING, Job
from mnist_core.training.fast.team import Team

_MOST_THREADS = 8  # more wait for each other longer than they compute
_REST = 100e-6  # seconds, for a thread that holds a chunk to get the caller's core
_SOON = 2e-3  # seconds; whoever sleeps so soon was of no use


class _Helper:
    """A thread that helps with the task last given, until there is nothing to do for a while."""

    def __init__(self, index: int, threads: int) -> None:
        self.awake = False
        self.woken_at = -inf
        self._index, self._threads = index, threads
        self._task: tuple[Compiled, tuple] | None = None
        self._calls = threading.Semaphore(0)
        threading.Thread(target=self._help, name=f"mnist-helper-{index}", daemon=True).start()

    def wake(self, update: Compiled, arguments: tuple) -> None:
        """Have it help with this; where it helps with another task, that is in hand no longer."""
        self._task = update, arguments
        self.awake = True
        self._calls.release()

    def _help(self) -> None:
        _round_to_zero()
        while True:
            self._calls.acquire()
            self.awake = True
            update, arguments = self._task
            update.work(self._index, self._threads, update.patience, *arguments)
            self.awake = False


class Pool:
    """Threads for one caller at a time; whoever calls meanwhile computes alone.

    threads: how many compute at most, the caller's among them; one for each core, unless given.
    """

    def __init__(self, threads: int | None = None) -> None:
        self.threads = threads or min(cores(), _MOST_THREADS)
        self._helpers: list[_Helper] = []
        self._lock = threading.Lock()
        self._own = threading.local()
        self.team = Team(self.threads - 1)

    def __deepcopy__(self, memo: dict) -> Pool:
        """Itself: copies of a learner share the threads."""
        return self

    def limit(self, threads: int) -> None:
        """Let so many compute at most from now on: where others have the rest of the cores."""
        self.threads = min(threads, self.threads)
        self.team = Team(self.threads - 1)

    @property
    def awake(self) -> int:
        """How many helpers compute, or wait at full speed for something to compute."""
        return sum(helper.awake for helper in self._helpers)

    def compute(
        self,
        job: Job,
        indices: np.ndarray,
        rates: tuple[float, float] = (0.0, 0.0),
        *,
        trains: bool,
        helped: bool = True,
    ) -> tuple[float, int]:
        """One update on the digits at these indices, or a pass over them without one.

        indices: whole numbers, (B,).
        rates: by adam.step_rates.
        helped: whether other threads may take part.

        Returns the summed loss, as it was before the update, and, of a pass without one, how many
        digits are labelled right. Raises IndexError, with nothing moved, where an index is not that
        of a digit.
        """
        update, space = compiled_update(), self._workspace()
        is_new = space.begin(job, indices, rates, trains)
        if helped and self._lock.acquire(blocking=False):
            try:
                outcome = self._together(update, space, is_new, len(indices) if trains else None)
            finally:
                self._lock.release()
        else:
            outcome = _alone(update, space)
        if outcome == NO_DIGIT:
            raise IndexError(f"an index is not from 0 to {len(job.labels) - 1}")
        return float(space.results[0]), int(space.results[1])

    def _workspace(self) -> Workspace:
        if not hasattr(self._own, "space"):
            _round_to_zero()
            self._own.space = Workspace()
        return self._own.space

    def _together(
        self, update: Compiled, space: Workspace, is_new: bool, batch_size: int | None
    ) -> int:
        while True:
            started = time.perf_counter()
            trouble = self._call_helpers(update, space.arguments, is_new)
            threads = 1 + self.team.size
            outcome = update.work(0, threads, update.patience, *space.arguments)
            is_new = False
            if outcome == WAITING:
                time.sleep(_REST)
                trouble = True
            if batch_size is not None:
                self._note(batch_size, outcome, time.perf_counter() - started, trouble)
            if outcome in (DONE, NO_DIGIT):
                return outcome

    def _note(self, batch_size: int, outcome: int, seconds: float, trouble: bool) -> None:
        """Of a long update the parts are measured; the last of them has another length."""
        if batch_size >= BREATH and outcome == DONE:
            return
        digits = min(batch_size, BREATH)
        done = 0 if outcome == WAITING else digits
        self.team.note(digits, done, seconds, trouble=trouble)

    def _call_helpers(self, update: Compiled, arguments: tuple, is_new: bool) -> bool:
        """Wake those that sleep; whether one had gone to sleep when it should have helped."""
        while len(self._helpers) < self.threads - 1:
            self._helpers.append(_Helper(len(self._helpers) + 1, self.threads))
        idle = False
        for helper in self._helpers[: self.team.size]:
            if is_new or not helper.awake:
                now = time.perf_counter()
                idle |= not is_new and now - helper.woken_at < _SOON
                helper.woken_at = now
                helper.wake(update, arguments)
        return idle


def _round_to_zero() -> None:
    """Have this thread take what is below 1.2e-38 for 0: processors are slow at it.

    Such figures are those of a network that is too sure of itself: without this, an update of 5
    digits at a learning rate of 0.01 takes three times as long as one at 0.001.
    """
    torch.set_flush_denormal(True)


def _alone(update: Compiled, space: Workspace) -> int:
    while True:
        outcome = update.work(0, 1, update.patience, *space.arguments)
        if outcome in (DONE, NO_DIGIT):
            return outcome
