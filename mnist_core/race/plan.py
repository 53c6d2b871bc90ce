"""What a race is to be: which batch sizes, how long, at which learning rates, how often."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import sqrt
from typing import Literal, get_args

from mnist_core.settings import LARGEST_SEED, Budget, Settings, Setup

Way = Literal["memory", "tutorial"]
Rule = Literal["same", "square_root", "linear"]
TutorialShare = Literal["none", "tenth", "whole"]

MOST_SIZES = 6
REPEATS = (1, 3, 5)
TUTORIAL_SIZES = (1, 200)
REFERENCE_SIZE = 200  # the batch size at which every rule gives the learning rate as it is

_SHARES = {"tenth": 0.1, "whole": 1.0}


@dataclass(frozen=True)
class Start:
    """One runner at the start: everything that decides what it will do.

    way: as this project trains, from memory, or as the tutorial does.
    """

    way: Way
    seed: int
    settings: Settings
    budget: Budget


@dataclass(frozen=True)
class Plan:
    """A race before it is run.

    batch_sizes: one to six different ones, in any order.
    budget: of each runner alone.
    learning_rate: Adam's step size at batch size 200.
    rule: how the learning rate follows the batch size B: the "same" for all; times √(B / 200), the
        square-root rule, derived for Adam (Malladi et al., "On the SDEs and Scaling Rules for
        Adaptive Gradient Algorithms", 2022); times B / 200, the "linear" rule, made for SGD (Goyal
        et al., "Accurate, Large Minibatch SGD", 2017).
    setup: seed, order, normalization and width; the same for all, but for the seed in a repeat.
    repeats: 1, 3 or 5 races, with the seeds setup.seed, setup.seed + 1 and so on. Within each, all
        sizes have the same seed.
    tutorial: whether the tutorial's way runs too, at 1 and 200, for a tenth of an epoch or a whole.

    Raises ValueError, in words that say what is allowed, for any other value.
    """

    batch_sizes: tuple[int, ...] = (1, 10, 200, 2_000)
    budget: Budget = field(default_factory=lambda: Budget(epochs=3))
    learning_rate: float = 1e-4
    rule: Rule = "same"
    setup: Setup = field(default_factory=Setup)
    repeats: int = 1
    tutorial: TutorialShare = "none"

    def __post_init__(self) -> None:
        count = len(self.batch_sizes)
        if not 1 <= count <= MOST_SIZES or len(set(self.batch_sizes)) < count:
            raise ValueError(f"a race takes 1 to {MOST_SIZES} different batch sizes, not {count}")
        if self.budget == Budget():
            raise ValueError("a race needs a budget: epochs, seconds or a test loss")
        if self.rule not in get_args(Rule):
            raise ValueError(f"the rule must be one of {get_args(Rule)}, not {self.rule!r}")
        if self.tutorial not in get_args(TutorialShare):
            allowed = get_args(TutorialShare)
            raise ValueError(
                f"the tutorial's share must be one of {allowed}, not {self.tutorial!r}"
            )
        if self.repeats not in REPEATS:
            raise ValueError(f"a race is run 1, 3 or 5 times, not {self.repeats!r}")
        if self.setup.seed > LARGEST_SEED - max(REPEATS):
            raise ValueError(f"the seed must be at most {LARGEST_SEED - max(REPEATS)}")
        # Each learning rate is looked at too: a rule can carry it beyond what is allowed.
        for size in self.batch_sizes:
            self.settings(size)

    @property
    def seeds(self) -> tuple[int, ...]:
        """The seed of each repeat."""
        return tuple(self.setup.seed + repeat for repeat in range(self.repeats))

    def settings(self, batch_size: int) -> Settings:
        """The size with the learning rate that the rule gives it."""
        ratio = batch_size / REFERENCE_SIZE
        factor = {"same": 1.0, "square_root": sqrt(ratio), "linear": ratio}[self.rule]
        rate = self.learning_rate * factor
        try:
            return Settings(batch_size, rate)
        except ValueError as error:
            raise ValueError(
                f"the rule gives batch size {batch_size:,} the learning rate {rate:g}: {error}"
            ) from None

    def heats(self) -> list[list[Start]]:
        """Who runs against whom: the sizes at each seed, and last the tutorial's way."""
        heats = [
            [
                Start("memory", seed, self.settings(size), self.budget)
                for size in sorted(self.batch_sizes)
            ]
            for seed in self.seeds
        ]
        if self.tutorial != "none":
            budget = Budget(epochs=_SHARES[self.tutorial])
            rate = self.learning_rate
            heats[0] += [
                Start("tutorial", self.setup.seed, Settings(size, rate), budget)
                for size in TUTORIAL_SIZES
            ]
        return heats
