"""Updates on a copy of a network, one at a time, to see what a single one does."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from mnist_core.data import Mnist
from mnist_core.update import Learner


@dataclass(frozen=True)
class OneUpdate:
    """What one update did.

    digits: in its mini-batch.
    batch_loss_before, batch_loss_after: mean per digit of that mini-batch.
    test_loss_before, test_loss_after: summed over the test digits.
    moved: Euclidean length of the weights' movement.
    """

    digits: int
    batch_loss_before: float
    batch_loss_after: float
    test_loss_before: float
    test_loss_after: float
    moved: float

    @property
    def worsened(self) -> bool:
        """Whether the test loss is higher than before it."""
        return self.test_loss_after > self.test_loss_before


class Sandbox:
    """A network to try updates on.

    learner: a copy, which the sandbox changes.
    mnist: digits to draw from and to test on.
    seed: of the digits that each update draws, without repeating one within a mini-batch.
    """

    def __init__(self, learner: Learner, mnist: Mnist, seed: int = 0) -> None:
        self.updates: list[OneUpdate] = []
        self.copied_after = learner.steps  # updates that the copied run had made
        self._learner = learner
        self._mnist = mnist
        self._generator = torch.Generator().manual_seed(seed)
        self._test_loss = learner.evaluate(mnist.test)[0]

    def update(self, digits: int, learning_rate: float) -> OneUpdate:
        """Take one update on so many digits, drawn at random, and measure around it."""
        places = self._draw(digits)
        batch = self._mnist.train.at(places)
        weights = self._learner.network.parameters.clone()
        before = self._learner.update(self._mnist.train, places, learning_rate)
        test_loss = self._learner.evaluate(self._mnist.test)[0]
        record = OneUpdate(
            digits=digits,
            batch_loss_before=before,
            batch_loss_after=self._learner.evaluate(batch)[0] / digits,
            test_loss_before=self._test_loss,
            test_loss_after=test_loss,
            moved=(self._learner.network.parameters - weights).norm().item(),
        )
        self._test_loss = test_loss
        self.updates.append(record)
        return record

    def _draw(self, count: int) -> Tensor:
        """Indices of so many different training digits."""
        order = torch.randperm(len(self._mnist.train), generator=self._generator)
        return order[:count].to(self._mnist.device)
