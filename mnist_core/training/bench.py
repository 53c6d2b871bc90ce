"""Single updates, each tried from the same weights and the same state of Adam."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence

import torch

from mnist_core.data import Mnist
from mnist_core.records import Trial
from mnist_core.training.learner import Learner
from mnist_core.training.noise import mean_gradient


class Bench:
    """Where updates are tried, each on a fresh copy of one learner.

    learner: a copy of a run's own; it stays as it is.
    mnist: digits to draw from and to test on.
    learning_rate: of every trial.
    seed: of the digits that each trial draws, without repeating one within a mini-batch.

    trials: those made so far.
    """

    def __init__(self, learner: Learner, mnist: Mnist, learning_rate: float, seed: int = 0) -> None:
        self.trials: list[Trial] = []
        self.started_after = learner.steps  # updates that the copied run had made
        self._learner = learner
        self._mnist = mnist
        self._learning_rate = learning_rate
        self._generator = torch.Generator().manual_seed(seed)

    def try_sizes(self, sizes: Sequence[int], trials: int) -> Iterator[None]:
        """Make so many trials of each size, by turns.

        It stops after each short piece of work, a pass over the test digits being the longest, so
        that other things can be done in between.
        """
        before = self._learner.evaluate(self._mnist.test)[0]
        yield
        for _ in range(trials):
            for size in sizes:
                yield from self._try(size, before)

    def _try(self, size: int, test_loss_before: float) -> Iterator[None]:
        train = self._mnist.train
        order = torch.randperm(len(train), generator=self._generator)
        indices = order[:size].to(self._mnist.device)
        gradient = mean_gradient(self._learner, train.at(indices))
        yield
        tried = copy.deepcopy(self._learner)
        batch_loss = tried.update(train, indices, self._learning_rate)
        yield
        step = tried.network.parameters - self._learner.network.parameters
        self.trials.append(
            Trial(
                digits=len(indices),
                batch_loss=batch_loss,
                gradient_norm=gradient.norm().item(),
                step_length=step.norm().item(),
                test_loss_before=test_loss_before,
                test_loss_after=tried.evaluate(self._mnist.test)[0],
            )
        )
        yield
