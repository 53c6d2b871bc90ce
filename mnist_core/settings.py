"""What a run is made with, and what may change while it trains."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, fields
from typing import Literal, get_args

from mnist_core.bounds import Amount
from mnist_core.data import TRAINING_DIGITS, Normalization
from mnist_core.language import _, later

Order = Literal["shuffled", "stored", "sorted by label"]

DEFAULT_LEARNING_RATE = 1e-4  # the tutorial's
LARGEST_LEARNING_RATE = 1.0
LARGEST_SEED = 2**63 - 1
_LIMITS = {  # of a budget
    "epochs": later("epochs"),
    "seconds": later("seconds"),
    "test_loss": later("test loss"),
}


@dataclass(frozen=True)
class Settings:
    """What may change between two updates of a run.

    batch_size: digits in a mini-batch, 1 to 60,000.
    learning_rate: Adam's step size, above 0 and at most 1.

    Raises ValueError, in words that say what is allowed, for any other value.
    """

    batch_size: int = 200
    learning_rate: float = DEFAULT_LEARNING_RATE

    def __post_init__(self) -> None:
        if not (_is_whole(self.batch_size) and 1 <= self.batch_size <= TRAINING_DIGITS):
            raise ValueError(
                _("the batch size must be a whole number from 1 to {most}, not {value!r}").format(
                    most=TRAINING_DIGITS, value=self.batch_size
                )
            )
        if not (_is_number(self.learning_rate) and 0 < self.learning_rate <= LARGEST_LEARNING_RATE):
            raise ValueError(
                _(
                    "the learning rate must be a number above 0 and at most {most:g}, not {value!r}"
                ).format(most=LARGEST_LEARNING_RATE, value=self.learning_rate)
            )


@dataclass(frozen=True)
class Setup:
    """What is fixed when a run is made.

    seed: of the first weights and of every epoch's order, 0 to 2**63 - 1. Two runs with the same
        setup begin with the same weights and see the digits in the same order.
    order: "shuffled" anew each epoch; as "stored" in the file or "sorted by label", all zeros first
        and all nines last, epoch after epoch.
    normalization: applied to every pixel before the network sees it.

    Raises ValueError, in words that say what is allowed, for any other value.
    """

    seed: int = 0
    order: Order = "shuffled"
    normalization: Normalization = field(default_factory=Normalization)

    def __post_init__(self) -> None:
        if not (_is_whole(self.seed) and 0 <= self.seed <= LARGEST_SEED):
            raise ValueError(
                _("the seed must be a whole number from 0 to {most}, not {value!r}").format(
                    most=LARGEST_SEED, value=self.seed
                )
            )
        if self.order not in get_args(Order):
            raise ValueError(
                _("the order must be one of {allowed}, not {value!r}").format(
                    allowed=get_args(Order), value=self.order
                )
            )


@dataclass(frozen=True)
class Budget:
    """What ends a run: whichever of these is reached first; None sets no limit.

    epochs: training digits seen, in epochs, parts of one included.
    seconds: of training.
    test_loss: summed over the test digits; reached by the first test pass that is not above it.

    Raises ValueError, in words that say what is allowed, unless all are numbers above 0.
    """

    epochs: Amount | None = None
    seconds: Amount | None = None
    test_loss: Amount | None = None

    def __post_init__(self) -> None:
        for limit in fields(self):
            value = getattr(self, limit.name)
            if value is not None and not (_is_number(value) and value > 0):
                raise ValueError(
                    _("the budget's {limit} must be a number above 0, not {value!r}").format(
                        limit=_(_LIMITS[limit.name]), value=value
                    )
                )

    def is_spent(self, epochs: float, seconds: float, test_loss: float) -> bool:
        """Whether a run that has come so far has reached one of its limits."""
        return (
            (self.epochs is not None and epochs >= self.epochs)
            or (self.seconds is not None and seconds >= self.seconds)
            or (self.test_loss is not None and test_loss <= self.test_loss)
        )


def updates_per_epoch(batch_size: int, training_digits: int = TRAINING_DIGITS) -> int:
    """How many mini-batches the training digits make; the last one may hold fewer of them."""
    return math.ceil(training_digits / batch_size)


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
