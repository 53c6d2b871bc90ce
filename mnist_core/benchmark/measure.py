"""Seconds of training per epoch: in memory, the tutorial's way, and peers', in one process."""

from __future__ import annotations

import gc
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from importlib.metadata import version
from statistics import median
from typing import TYPE_CHECKING, Protocol

from mnist_core import training
from mnist_core.data import CLASSES, PIXELS, Mnist
from mnist_core.machine import Machine
from mnist_core.settings import Settings, updates_per_epoch
from mnist_core.training.architecture import HIDDEN

if TYPE_CHECKING:
    import torch

    from mnist_core.training.learner import LearnerMaker

TUTORIAL = "the tutorial’s way"
IN_MEMORY = "in memory"

# Enough for a median and a range; more once the time is there.
_FEWEST_REPEATS = 3
_MOST_REPEATS = 15
_MOST_UPDATES = 3_000  # in a repeat
_FIRST_UPDATES = 20  # to learn the pace
_REST_SECONDS = 0.3


class Trainer(Protocol):
    """One network in training at one batch size."""

    def __call__(self, updates: int) -> float:
        """Make so many updates; the seconds of training that they took."""


@dataclass(frozen=True)
class Contender:
    """A way of training the tutorial's network.

    means: what computes, with its version.
    start: begins at a batch size, on MNIST.
    """

    name: str
    means: str
    start: Callable[[Mnist, int], Trainer]


@dataclass(frozen=True)
class Measurement:
    """What one contender took at one batch size.

    seconds: of training per epoch, a figure for each repeat.
    share: of an epoch in a repeat, 0 to 1; where it is less than 1, its seconds are scaled.
    in_memory, tutorial: median seconds of this project's way and of the tutorial's, measured by
        turns with this.
    digits: in an epoch.
    """

    contender: Contender
    batch_size: int
    seconds: tuple[float, ...]
    share: float
    in_memory: float
    tutorial: float
    digits: int

    @property
    def median(self) -> float:
        """Seconds of training per epoch."""
        return median(self.seconds)

    @property
    def ratio(self) -> float:
        """How many times as long it takes as this project's way, by the medians."""
        return self.median / self.in_memory

    @property
    def updates_per_second(self) -> float:
        """By the median."""
        return updates_per_epoch(self.batch_size, self.digits) / self.median

    @property
    def gigaflops(self) -> float:
        """Of the matrix products alone, in thousand million operations a second."""
        return self.digits * operations_per_digit() / self.median / 1e9


def contenders(device: torch.device) -> list[Contender]:
    """This project's way and the one that it is compared with, for training on that device."""
    library = f"torch {version('torch')}"
    compiled = f"loops compiled by numba {version('numba')}"
    return [
        Contender(IN_MEMORY, compiled if device.type == "cpu" else library, _of_run()),
        Contender(TUTORIAL, library, _of_run(learner=training.TutorialLearner)),
    ]


def operations_per_digit() -> int:
    """Multiplications and additions of an update's matrix products, for each of its digits.

    Forward through both layers, back to both layers' weights, and back through the second.
    """
    return 2 * HIDDEN * (2 * PIXELS + 3 * CLASSES)


def compare(
    mnist: Mnist, batch_sizes: Sequence[int], rivals: Sequence[Contender], seconds: float
) -> Iterator[Measurement]:
    """Measure each contender at each size; the figures of a size as soon as they are complete.

    seconds: to spend on all, about. A repeat of each comes after one of every other, and each has
        three at least, an epoch or 3,000 updates long, or less where the time is short.
    """
    training.warm_up(mnist.device)
    for batch_size in batch_sizes:
        yield from _compare_at(mnist, batch_size, rivals, seconds / len(batch_sizes))


def _compare_at(
    mnist: Mnist, batch_size: int, rivals: Sequence[Contender], seconds: float
) -> list[Measurement]:
    began = time.perf_counter()
    per_epoch = updates_per_epoch(batch_size, len(mnist.train))
    each = seconds / len(rivals) / (_FEWEST_REPEATS + 1)
    trainers = [rival.start(mnist, batch_size) for rival in rivals]
    updates = [_fitting(trainer, per_epoch, each) for trainer in trainers]
    taken: list[list[float]] = [[] for _ in trainers]
    for repeat in range(_MOST_REPEATS):
        if repeat >= _FEWEST_REPEATS and time.perf_counter() - began > seconds:
            break
        for train, count, its_own in zip(trainers, updates, taken, strict=True):
            _let_others_come_to_rest()
            its_own.append(train(count) * per_epoch / count)
    names = [rival.name for rival in rivals]
    return [
        Measurement(
            contender=rival,
            batch_size=batch_size,
            seconds=tuple(its_own),
            share=count / per_epoch,
            in_memory=median(taken[names.index(IN_MEMORY)]),
            tutorial=median(taken[names.index(TUTORIAL)]),
            digits=len(mnist.train),
        )
        for rival, count, its_own in zip(rivals, updates, taken, strict=True)
    ]


def _fitting(trainer: Trainer, per_epoch: int, seconds: float) -> int:
    """How many updates to repeat; the trainer is warm for that many afterwards."""
    few, most = min(per_epoch, _FIRST_UPDATES), min(per_epoch, _MOST_UPDATES)
    trainer(few)
    pace = trainer(few) / few
    updates = max(few, min(most, int(seconds / pace)))
    if updates != few:
        trainer(updates)
    return updates


def _let_others_come_to_rest() -> None:
    """Some libraries' threads go on waiting at full speed, and leave much to be collected."""
    gc.collect()
    time.sleep(_REST_SECONDS)


@contextmanager
def busy_core() -> Iterator[None]:
    """A program that keeps one core busy meanwhile."""
    program = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        yield
    finally:
        program.kill()
        program.wait()


def report(
    measured: Iterable[Measurement], rivals: Sequence[Contender], machine: Machine, peak: float
) -> Iterator[str]:
    """Line by line, where it is measured, by what, and what comes out."""
    yield f"{machine.processor}, {machine.threads} threads"
    yield f"matrix products of float32 reach {peak:.0f} GFLOP/s here: the peak"
    for rival in rivals:
        yield f"{rival.name}: {rival.means}"
    yield "seconds of training per epoch: median (lowest to highest); the rest by the median"
    yield (
        f"{'batch size':>10}  {'':<18}  {'seconds':>24}  {'ratio':>6}  {'updates/s':>9}  "
        f"{'GFLOP/s':>7}  {'of peak':>7}  {'repeats':>7}  {'epoch':>5}"
    )
    for one in measured:
        spread = f"{one.median:.3g} ({min(one.seconds):.3g} to {max(one.seconds):.3g})"
        yield (
            f"{one.batch_size:>10,}  {one.contender.name:<18}  {spread:>24}  {one.ratio:>6.2f}  "
            f"{one.updates_per_second:>9,.0f}  {one.gigaflops:>7.0f}  "
            f"{one.gigaflops / peak:>7.0%}  {len(one.seconds):>7}  {one.share:>5.0%}"
        )
    yield f"ratio: how many times as long it takes as {IN_MEMORY}"
    yield "epoch: how much of one a repeat was; the seconds are those of a whole one"


def as_json(one: Measurement, machine: Machine, peak: float) -> str:
    """A measurement as a JSON object on one line."""
    return json.dumps(
        {
            "batch_size": one.batch_size,
            "contender": one.contender.name,
            "means": one.contender.means,
            "seconds_per_epoch": one.median,
            "lowest": min(one.seconds),
            "highest": max(one.seconds),
            "repeats": len(one.seconds),
            "share_of_epoch": one.share,
            "ratio": one.ratio,
            "ratio_to_tutorial": one.tutorial / one.median,
            "updates_per_second": one.updates_per_second,
            "gigaflops": one.gigaflops,
            "peak_gigaflops": peak,
            **asdict(machine),
        }
    )


def _of_run(**way: LearnerMaker) -> Callable[[Mnist, int], Trainer]:
    def start(mnist: Mnist, batch_size: int) -> Trainer:
        run = training.Run(mnist, Settings(batch_size=batch_size), **way)

        def train(updates: int) -> float:
            seconds, first = run.seconds, run.updates
            while run.updates < first + updates:
                run.step()
            return run.seconds - seconds

        return train

    return start
