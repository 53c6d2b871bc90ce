"""A run trained once more, for what nobody measured while it was trained first."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from math import ceil

import torch

from mnist_core.data import Mnist
from mnist_core.records import NoiseScales
from mnist_core.settings import Budget, Settings, Setup
from mnist_core.training.learner import CHUNK
from mnist_core.training.noise import GradientSum
from mnist_core.training.run import Run

_TURN_SECONDS = 0.02


class Replay:
    """A run of so many epochs, and its gradient's noise scale before and after.

    It is made from its settings alone: on the machine that trained it first it gives the same
    network bit for bit, elsewhere one that differs by rounding.

    scales: over all training digits; None until they have been measured, and where training failed.
    """

    scales: NoiseScales | None = None

    def __init__(self, mnist: Mnist, settings: Settings, setup: Setup, epochs: float) -> None:
        self.run = Run(mnist, settings, setup, budget=Budget(epochs=epochs))
        self._train = mnist.train

    def steps(self) -> Iterator[None]:
        """Compute it all, stopping every few hundredths of a second for other things to be done."""
        untrained = yield from self._noise_scale()
        while not self.run.ended:
            self.run.advance(_TURN_SECONDS)
            yield
        if self.run.error is None:
            trained = yield from self._noise_scale()
            size = self.run.settings.batch_size
            self.scales = NoiseScales(size, self.run.updates, untrained, trained)

    def pieces(self, seconds: float) -> int:
        """How often that stops, about, where the training takes so many seconds."""
        return 2 * ceil(len(self._train) / CHUNK) + ceil(seconds / _TURN_SECONDS)

    def _noise_scale(self) -> Generator[None, None, float]:
        gradients = GradientSum(self.run.learner)
        yield from gradients.add_by_chunks(self._train, torch.arange(len(self._train)))
        return gradients.noise.noise_scale
