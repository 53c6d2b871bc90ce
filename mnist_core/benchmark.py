"""Seconds of training per epoch, in memory and the tutorial's way, in one process."""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import torch

from mnist_core.data import Mnist
from mnist_core.run import Run
from mnist_core.runner import warm_up
from mnist_core.settings import Settings
from mnist_core.tutorial import TutorialTraining


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


def compare(
    mnist: Mnist, batch_sizes: list[int], repeats: int, root: Path | None = None
) -> Iterator[Comparison]:
    """Measure both ways at each size, in turn, one comparison as soon as it is complete.

    Each repeat is an epoch, or 3,000 updates of it where an epoch has more.
    """
    warm_up(mnist.device)
    for batch_size in batch_sizes:
        updates_per_epoch = -(-len(mnist.train) // batch_size)
        updates = min(updates_per_epoch, 3_000)
        to_epoch = updates_per_epoch / updates
        run = Run(mnist, Settings(batch_size=batch_size))
        tutorial = TutorialTraining(batch_size, root=root)
        pairs = [
            (
                _seconds_in_memory(run, updates) * to_epoch,
                tutorial.seconds_for(updates) * to_epoch,
            )
            for _ in range(repeats)
        ]
        in_memory, rival = zip(*pairs, strict=True)
        yield Comparison(batch_size, 1 / to_epoch, in_memory, rival)


def report(comparisons: Iterator[Comparison], say: Callable[[str], None] = print) -> None:
    """Say where it is measured and, line by line, what comes out."""
    say(f"{_processor()}, {torch.get_num_threads()} threads, torch {torch.__version__}")
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


def _seconds_in_memory(run: Run, updates: int) -> float:
    before = run.snapshot().place.seconds
    for _ in range(updates):
        run.step()
    return run.snapshot().place.seconds - before


def _spread(seconds: tuple[float, ...]) -> str:
    return f"{median(seconds):.3g} ({min(seconds):.3g} to {max(seconds):.3g})"


def _processor() -> str:
    if torch.cuda.is_available():
        return torch.cuda.get_device_name()
    names = (line for line in _cpuinfo() if line.startswith("model name"))
    return next(names, f":{platform.processor() or platform.machine()}").partition(":")[2].strip()


def _cpuinfo() -> list[str]:
    path = Path("/proc/cpuinfo")
    return path.read_text().splitlines() if path.exists() else []
