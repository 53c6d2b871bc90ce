"""What a race is to be: what differs between its competitors, how long they train, how often."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from math import sqrt
from typing import Literal, get_args

from mnist_core.data import Normalization
from mnist_core.language import _, later
from mnist_core.settings import (
    DEFAULT_LEARNING_RATE,
    LARGEST_SEED,
    Budget,
    Order,
    Settings,
    Setup,
)

Way = Literal["memory", "tutorial"]
Rule = Literal["same", "square_root", "linear", "tuned"]
TutorialShare = Literal["none", "tenth", "whole"]
Raced = Literal["batch_size", "learning_rate", "normalization", "order"]
# What tells a competitor from the others: a batch size is an int, a learning rate a float.
Value = int | float | Normalization | Order

MOST_VALUES = 6
REPEATS = (1, 3, 5)
TUTORIAL_SIZES = (1, 200)
REFERENCE_SIZE = 200  # the batch size at which every rule gives the learning rate as it is
# Where rates are tuned: times the square-root rule's, the most promising first. On the way to a
# test loss of 3,000 the best of them is 10 or 32 times.
TRIED_RATES = (10.0, 10**1.5, 10**0.5, 1.0, 100.0)

SEVERAL: dict[Raced, str] = {  # of what can be raced
    "batch_size": later("batch sizes"),
    "learning_rate": later("learning rates"),
    "normalization": later("normalizations"),
    "order": later("orders"),
}
_NUMBERS = ("batch_size", "learning_rate")  # of what can be raced: those that Settings holds
_SHARES = {"tenth": 0.1, "whole": 1.0}


@dataclass(frozen=True)
class Start:
    """One competitor at the start: everything that decides what it will do.

    way: as this project trains, from memory, or as the tutorial does.
    """

    way: Way
    setup: Setup
    settings: Settings
    budget: Budget

    @property
    def seed(self) -> int:
        """Of its first weights and of its orders."""
        return self.setup.seed


@dataclass(frozen=True)
class Plan:
    """A race before it is run.

    batch_sizes: one to six different ones, in any order; just one where something else is raced.
    budget: of each competitor alone.
    learning_rate: Adam's step size at batch size 200.
    rule: how the learning rate follows the batch size B: the "same" for all; times √(B / 200), the
        square-root rule, derived for Adam (Malladi et al., "On the SDEs and Scaling Rules for
        Adaptive Gradient Algorithms", 2022); times B / 200, the "linear" rule, made for SGD (Goyal
        et al., "Accurate, Large Minibatch SGD", 2017); or "tuned": each size tries TRIED_RATES
        times what the square-root rule gives, one after another, with one seed.
    setup: seed, order and normalization; the same for all, but for what is raced and for the seed
        in a repeat.
    repeats: 1, 3 or 5 races, with the seeds setup.seed, setup.seed + 1 and so on. Within each, all
        have the same seed.
    tutorial: whether the tutorial's way runs too, at 1 and 200, for a tenth of an epoch or a whole.
    learning_rates, normalizations, orders: one to six different values of what is raced in place of
        the batch size, at most one of the three; None for what is the same for all. A rule and the
        tutorial's way belong to a race of batch sizes alone.

    Raises ValueError, in words that say what is allowed, for any other value.
    """

    batch_sizes: tuple[int, ...] = (1, 10, 200, 2_000)
    budget: Budget = field(default_factory=lambda: Budget(epochs=3))
    learning_rate: float = DEFAULT_LEARNING_RATE
    rule: Rule = "same"
    setup: Setup = field(default_factory=Setup)
    repeats: int = 1
    tutorial: TutorialShare = "none"
    learning_rates: tuple[float, ...] | None = None
    normalizations: tuple[Normalization, ...] | None = None
    orders: tuple[Order, ...] | None = None

    def __post_init__(self) -> None:
        self._insist_on_values()
        if self.budget == Budget():
            raise ValueError(_("a race needs a budget: epochs, seconds or a test loss"))
        if self.rule not in get_args(Rule):
            raise ValueError(
                _("the rule must be one of {allowed}, not {value!r}").format(
                    allowed=get_args(Rule), value=self.rule
                )
            )
        if self.tutorial not in get_args(TutorialShare):
            raise ValueError(
                _("the tutorial's share must be one of {allowed}, not {value!r}").format(
                    allowed=get_args(TutorialShare), value=self.tutorial
                )
            )
        if self.repeats not in REPEATS:
            raise ValueError(
                _("a race is run 1, 3 or 5 times, not {value!r}").format(value=self.repeats)
            )
        if self.rule == "tuned" and (self.repeats, self.tutorial) != (1, "none"):
            raise ValueError(
                _("a race that tunes the learning rate has one seed, and not the tutorial's way")
            )
        if self.setup.seed > LARGEST_SEED - max(REPEATS):
            most = LARGEST_SEED - max(REPEATS)
            raise ValueError(_("the seed must be at most {most}").format(most=most))
        # Every competitor is looked at: a rule can carry a learning rate beyond what is allowed.
        self.heats()

    def _insist_on_values(self) -> None:
        if sum(values is not None for values in self._instead_of_sizes.values()) > 1:
            raise ValueError(
                _("only one of learning rates, normalizations and orders can be raced")
            )
        count, raced = len(self.values), _(SEVERAL[self.raced])
        if not 1 <= count <= MOST_VALUES or len(set(self.values)) < count:
            raise ValueError(
                _("a race takes 1 to {most} different {raced}, not {count}").format(
                    most=MOST_VALUES, raced=raced, count=count
                )
            )
        if self.raced == "batch_size":
            return
        if len(self.batch_sizes) != 1:
            raise ValueError(
                _("a race of {raced} has one batch size, not {count}").format(
                    raced=raced, count=len(self.batch_sizes)
                )
            )
        if (self.rule, self.tutorial) != ("same", "none"):
            raise ValueError(
                _("a race of {raced} has no rule, nor the tutorial's way beside it").format(
                    raced=raced
                )
            )

    @property
    def _instead_of_sizes(self) -> dict[Raced, Sequence[Value] | None]:
        return {
            "learning_rate": self.learning_rates,
            "normalization": self.normalizations,
            "order": self.orders,
        }

    @property
    def raced(self) -> Raced:
        """What differs between the competitors."""
        given = (what for what, values in self._instead_of_sizes.items() if values is not None)
        return next(given, "batch_size")

    @property
    def values(self) -> tuple[Value, ...]:
        """What is raced: numbers from the smallest on, all else in the order that was given."""
        values = self._instead_of_sizes.get(self.raced, self.batch_sizes)
        return tuple(sorted(values) if self.raced in _NUMBERS else values)

    def value_of(self, start: Start) -> Value:
        """That which tells a competitor from the others."""
        return getattr(start.settings if self.raced in _NUMBERS else start.setup, self.raced)

    @property
    def seeds(self) -> tuple[int, ...]:
        """The seed of each repeat."""
        return tuple(self.setup.seed + repeat for repeat in range(self.repeats))

    @property
    def tried_rates(self) -> tuple[float, ...]:
        """By what the rule's learning rate is multiplied, in this order."""
        return TRIED_RATES if self.rule == "tuned" else (1.0,)

    def settings(self, batch_size: int, tried: float = 1.0) -> Settings:
        """The size with the learning rate that the rule gives it, so many times as high."""
        ratio = batch_size / REFERENCE_SIZE
        factor = {"same": 1.0, "linear": ratio}.get(self.rule, sqrt(ratio))
        rate = self.learning_rate * factor * tried
        try:
            return Settings(batch_size, rate)
        except ValueError as error:
            raise ValueError(
                _("the rule gives batch size {size:,} the learning rate {rate:g}: {why}").format(
                    size=batch_size, rate=rate, why=error
                )
            ) from None

    def heats(self) -> list[list[Start]]:
        """Who runs against whom: the values at each seed, and last the tutorial's way.

        Where rates are tuned, there is a heat for each of them in place of seeds.
        """
        heats = [
            [self._start(value, replace(self.setup, seed=seed), tried) for value in self.values]
            for seed in self.seeds
            for tried in self.tried_rates
        ]
        if self.tutorial != "none":
            budget = Budget(epochs=_SHARES[self.tutorial])
            rate = self.learning_rate
            heats[0] += [
                Start("tutorial", self.setup, Settings(size, rate), budget)
                for size in TUTORIAL_SIZES
            ]
        return heats

    def _start(self, value: Value, setup: Setup, tried: float) -> Start:
        size = value if self.raced == "batch_size" else self.batch_sizes[0]
        settings = self.settings(size, tried)
        if self.raced == "learning_rate":
            settings = replace(settings, learning_rate=value)
        elif self.raced != "batch_size":
            setup = replace(setup, **{self.raced: value})
        return Start("memory", setup, settings, self.budget)


# Races that make the two points of the lesson.
WITH_AND_WITHOUT = Plan((1, 200))
FIVE_SIZES = Plan((1, 10, 200, 2_000, 60_000), Budget(seconds=10))
# And the one that the law of the valley assumes.
TUNED_RATES = Plan((50, 200, 500, 1_000, 5_000), Budget(epochs=10, test_loss=3_000), rule="tuned")
