"""Seconds of training per epoch, in memory and the tutorial's way, in one process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from statistics import median

from mnist_core.data import Mnist
from mnist_core.machine import Machine
from mnist_core.run import Run
from mnist_core.runner import warm_up
from mnist_core.settings import Settings
from mnist_core.tutorial import TutorialRun


@dataclass(frozen=True)
class Comparison:
    """Seconds of training per epoch at one batch size, a figure for each repeat.

    Where a repeat was less than an epoch, its seconds are scaled to a whole one; `share` says how
    much of an epoch a repeat was, 0 to 1.
    """

    batch_size: int
    share: float
    in_memory: tuple[float, ...]
    tutorial: tuple[float, ...]

    @property
    def ratio(self) -> float:
        """How many times as long the tutorial's way takes, by the medians."""
        return median(self.tutorial) / median(self.in_memory)


def compare(mnist: Mnist, batch_sizes: list[int], repeats: int) -> Iterator[Comparison]:
    """Measure both ways at each size, in turn, one comparison as soon as it is complete.

    Each repeat is an epoch, or 3,000 updates of it where an epoch has more.
    """
    warm_up(mnist.device)
    for batch_size in batch_sizes:
        updates_per_epoch = -(-len(mnist.train) // batch_size)
        updates = min(updates_per_epoch, 3_000)
        to_epoch = updates_per_epoch / updates
        settings = Settings(batch_size=batch_size)
        run, tutorial = Run(mnist, settings), TutorialRun(mnist, settings)
        pairs = [
            (_seconds_for(run, updates) * to_epoch, _seconds_for(tutorial, updates) * to_epoch)
            for _ in range(repeats)
        ]
        in_memory, rival = zip(*pairs, strict=True)
        yield Comparison(batch_size, 1 / to_epoch, in_memory, rival)


def report(
    comparisons: Iterator[Comparison], machine: Machine, say: Callable[[str], None] = print
) -> None:
    """Say where it is measured and, line by line, what comes out."""
    say(f"{machine.processor}, {machine.threads} threads, torch {machine.torch}")
    say("seconds of training per epoch: median (lowest to highest)")
    say(f"{'batch size':>10}  {'in memory':>24}  {'the tutorial’s way':>24}  {'ratio':>6}")
    shares = set()
    for one in comparisons:
        say(
            f"{one.batch_size:>10,}  {_spread(one.in_memory):>24}  {_spread(one.tutorial):>24}  "
            f"{one.ratio:>6.1f}"
        )
        shares |= {(one.batch_size, one.share)} if one.share < 1 else set()
    for batch_size, share in sorted(shares):
        say(f"At {batch_size:,} a repeat was {share:.0%} of an epoch, scaled to a whole one.")


def _seconds_for(run: Run, updates: int) -> float:
    before = run.seconds
    for _ in range(updates):
        run.step()
    return run.seconds - before


def _spread(seconds: tuple[float, ...]) -> str:
    return f"{median(seconds):.3g} ({min(seconds):.3g} to {max(seconds):.3g})"
