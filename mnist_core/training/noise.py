"""How much the gradient of a mini-batch is noise: the simple noise scale, exactly.

Of the plain gradient: Adam's step bends it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import sqrt
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import one_hot

from mnist_core.data import CLASSES, Digits
from mnist_core.training.architecture import SLOPE
from mnist_core.training.learner import CHUNK, Learner


@dataclass(frozen=True)
class GradientNoise:
    """The gradients g of single digits' losses about their mean G.

    digits: how many.
    squared_mean: |G|².
    mean_square: the mean of |g|².

    Source: McCandlish et al., "An Empirical Model of Large-Batch Training", 2018.
    """

    digits: int
    squared_mean: float
    mean_square: float

    @property
    def gradient_norm(self) -> float:
        """|G|."""
        return sqrt(self.squared_mean)

    @property
    def per_digit_norm(self) -> float:
        """Root mean square of |g|."""
        return sqrt(self.mean_square)

    @property
    def trace(self) -> float:
        """tr Σ, Σ the covariance of the g: the mean square of their distance from G."""
        return self.mean_square - self.squared_mean

    @property
    def noise_scale(self) -> float:
        """tr Σ / |G|²: at so many digits, half of a mini-batch's squared gradient is noise."""
        return self.trace / self.squared_mean if self.squared_mean else float("inf")

    def expected_square(self, batch_size: int, *, without_repeats: bool = False) -> float:
        """Of a mini-batch's gradient, E|G_B|² = |G|² + tr Σ / B.

        without_repeats: where no digit is drawn twice, its second term is (n - B) / (n - 1) of it.
        """
        left = (self.digits - batch_size) / (self.digits - 1) if without_repeats else 1.0
        return self.squared_mean + left * self.trace / batch_size

    def cosine(self, batch_size: int, *, without_repeats: bool = False) -> float:
        """Of the angle between a mini-batch's gradient and G, about: 1 / √(1 + N / B).

        0 where there is no gradient at all.
        without_repeats: as for expected_square.
        """
        square = self.expected_square(batch_size, without_repeats=without_repeats)
        return sqrt(self.squared_mean / square) if square else 0.0


class _Slopes(NamedTuple):
    """Of each digit's loss, at the sums that enter its layers; the digits' inputs to both layers.

    With B digits: (B, 784), (B, 256), (B, 256) and (B, 10).
    """

    images: Tensor
    active: Tensor
    hidden: Tensor
    output: Tensor


class GradientSum:
    """The gradients of single digits' losses, added up as they are given.

    learner: must stay as it is meanwhile.

    digits: how many have been given.
    """

    def __init__(self, learner: Learner) -> None:
        self.digits = 0
        self._learner = learner
        self._total = torch.zeros_like(learner.network.parameters, dtype=torch.float64)
        self._squares = 0.0

    @torch.no_grad()
    def add(self, digits: Digits) -> None:
        """Those of these digits as well."""
        for slopes in _slopes(self._learner, digits):
            self._total += _summed(slopes)
            self._squares += _squares(slopes).sum(dtype=torch.float64).item()
        self.digits += len(digits)

    def add_by_chunks(self, digits: Digits, indices: Tensor) -> Iterator[None]:
        """Those at these places too; after each CHUNK of them other things can be done."""
        for chunk in indices.to(digits.images.device).split(CHUNK):
            self.add(digits.at(chunk))
            yield

    @property
    def mean(self) -> Tensor:
        """Their mean, float64, (203530,), in the order of the network's parameters."""
        return self._total / self.digits

    @property
    def noise(self) -> GradientNoise:
        """How they lie about their mean."""
        mean = self.mean
        return GradientNoise(self.digits, (mean @ mean).item(), self._squares / self.digits)


def gradient_noise(learner: Learner, digits: Digits) -> GradientNoise:
    """The noise of the learner's gradient over these digits, each counted once."""
    return _added_up(learner, digits).noise


def mean_gradient(learner: Learner, digits: Digits) -> Tensor:
    """Of the digits' mean loss, float64, (203530,), in the order of the network's parameters."""
    return _added_up(learner, digits).mean


def _added_up(learner: Learner, digits: Digits) -> GradientSum:
    gradients = GradientSum(learner)
    gradients.add(digits)
    return gradients


def _slopes(learner: Learner, digits: Digits) -> Iterator[_Slopes]:
    network = learner.network
    output_weight = network.layers[2]
    for images, labels in zip(digits.images.split(CHUNK), digits.labels.split(CHUNK), strict=True):
        inputs = learner.normalization(images).flatten(1)
        active, logits = network.activations(inputs)
        output = logits.softmax(dim=1) - one_hot(labels, CLASSES)
        hidden = (output @ output_weight) * torch.where(active > 0, 1.0, SLOPE)
        yield _Slopes(inputs, active, hidden, output)


def _squares(slopes: _Slopes) -> Tensor:
    """|g|² of each digit, (B,): a layer's gradient is slope × input, and the slope for its bias."""
    return sum(
        (given.square().sum(dim=1) + 1) * slope.square().sum(dim=1)
        for given, slope in ((slopes.images, slopes.hidden), (slopes.active, slopes.output))
    )


def _summed(slopes: _Slopes) -> Tensor:
    """The digits' gradients, summed: (203530,)."""
    parts = [
        slopes.hidden.T @ slopes.images,
        slopes.hidden.sum(dim=0),
        slopes.output.T @ slopes.active,
        slopes.output.sum(dim=0),
    ]
    return torch.cat([part.flatten() for part in parts])
