"""sharing.work, compiled and kept for the next start, and what it is called with."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import numba
import numpy as np

from mnist_core.data import sizes
from mnist_core.training import adam, architecture
from mnist_core.training.fast import intrinsics, loops, sharing
from mnist_core.training.fast.loops import OPTIONS, ROOM, aligned
from mnist_core.training.fast.sharing import CONTROL, JOB, RESULTS, Job, take_in_hand, work

_PATIENCE = 1e-3  # seconds; the system gives a core away for several milliseconds at a time
# What is compiled is made of these.
_SOURCES = (adam, architecture, intrinsics, loops, sharing, sizes)

_log = logging.getLogger(__name__)


class Workspace:
    """What one thread needs to compute by itself; others may help it with that.

    number: of the job in hand; another job has another.
    arguments: of work(), behind the first three.
    """

    def __init__(self) -> None:
        self.control = np.zeros(CONTROL, np.int64)
        self.indices = np.zeros(sizes.TRAINING_DIGITS, np.int64)
        self.rates = np.zeros(3, np.float32)
        self.numbers = aligned(ROOM)
        self.results = np.zeros(RESULTS, np.float64)
        self.number = 0
        self.job: Job | None = None
        self.arguments: tuple = ()

    def begin(
        self, job: Job, indices: np.ndarray, rates: tuple[float, float], trains: bool
    ) -> bool:
        """Take this in hand; whether the job is another than before."""
        count = len(indices)
        if count > len(self.indices):
            self.indices, self.job = np.zeros(count, np.int64), None
        self.indices[:count] = indices
        self.rates[:] = *rates, 1 / max(count, 1)
        take_in_hand(self.control, self.results, count, trains)
        if job is self.job:
            return False
        self.job, self.number = job, self.number + 1
        self.control[JOB] = self.number
        self.arguments = (
            self.number, *job,
            self.control, self.indices, self.rates, self.numbers, self.results,
        )  # fmt: skip
        return True


class Compiled(NamedTuple):
    """sharing.work, ready to be called.

    patience: how many looks a thread takes before it gives up waiting.
    """

    work: Callable[..., int]
    patience: int


@cache
def compiled_update() -> Compiled:
    """Compiled in ten seconds the first time, and kept for the next start.

    It is kept beside the code or else in the user's cache folder, by the text that it was compiled
    from; numba adds its own version and the processor. Where neither folder can be written, or what
    was kept cannot be read, it is compiled for this start alone.
    """
    ready, looks = _kept_or_compiled(), 100_000
    seconds = min(seconds_of_waiting(ready, looks) for _ in range(5))
    return Compiled(ready, int(_PATIENCE * looks / seconds))


def cache_folders() -> list[Path]:
    """Where what was compiled is kept: in the first of these that can be used."""
    source = b"".join(Path(module.__file__).read_bytes() for module in _SOURCES)
    name = f"update-{sha256(source).hexdigest()[:16]}"
    parents = [Path(__file__).parent / "__pycache__"]
    with suppress(RuntimeError):  # of a user without a home
        parents.append(Path.home() / ".cache" / "mini-batches")
    return [parent / name for parent in parents]


def seconds_of_waiting(ready: Callable[..., int], looks: int) -> float:
    """How long a thread waits that finds nothing to help with in so many looks."""
    space = Workspace()
    nothing = Job(
        np.zeros((1, sizes.PIXELS), np.uint8),
        np.zeros(1, np.int64),
        np.zeros(256, np.float32),
        aligned(3, loops.PADDED),
    )
    space.begin(nothing, np.zeros(0, np.int64), (0.0, 0.0), trains=False)
    started = time.perf_counter()
    ready(1, 2, looks, *space.arguments)
    return time.perf_counter() - started


def _kept_or_compiled() -> Callable[..., int]:
    for folder in cache_folders():
        try:
            ready = _compile(folder)
            seconds_of_waiting(ready, looks=1)  # numba reads, compiles and writes at the first call
        except Exception as error:
            _log.info("The compiled update cannot be kept in %s: %s", folder, error)
        else:
            return ready
    ready = numba.njit(**OPTIONS)(work)
    seconds_of_waiting(ready, looks=1)
    return ready


def _compile(folder: Path) -> Callable[..., int]:
    folder.mkdir(parents=True, exist_ok=True)
    before = numba.config.CACHE_DIR
    numba.config.CACHE_DIR = str(folder)
    try:
        return numba.njit(**OPTIONS, cache=True)(work)
    finally:
        numba.config.CACHE_DIR = before
