"""The tutorial's network."""

from __future__ import annotations

from itertools import accumulate
from math import prod

import torch
from torch import Tensor
from torch.nn.functional import leaky_relu, linear

from mnist_core.data import CLASSES, PIXELS
from mnist_core.training.architecture import HIDDEN, SLOPE

_SHAPES = ((HIDDEN, PIXELS), (HIDDEN,), (CLASSES, HIDDEN), (CLASSES,))


class Network:
    """784 → 256 → LeakyReLU(0.1) → 10, of 203,530 parameters.

    parameters: all of them, float32, in one flat tensor, so that Adam passes over them once.
    """

    def __init__(self, parameters: Tensor) -> None:
        self.parameters = parameters

    @property
    def layers(self) -> list[Tensor]:
        """Weight and bias of both layers, views of the parameters in the order that they have.

        (256, 784), (256,), (10, 256) and (10,).
        """
        ends = accumulate(prod(shape) for shape in _SHAPES)
        return [
            self.parameters[end - prod(shape) : end].view(shape)
            for end, shape in zip(ends, _SHAPES, strict=True)
        ]

    @staticmethod
    def first_parameters(generator: torch.Generator | None = None) -> Tensor:
        """PyTorch's default for linear layers: uniform within ±1/√inputs.

        In the order in which torch.manual_seed(seed) would fill the layers.
        """
        inputs = (PIXELS, PIXELS, HIDDEN, HIDDEN)
        first = [
            torch.empty(shape).uniform_(-(count**-0.5), count**-0.5, generator=generator)
            for shape, count in zip(_SHAPES, inputs, strict=True)
        ]
        return torch.cat([values.flatten() for values in first])

    def activations(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """What the two layers give, (…, 256) and (…, 10), for normalized images, (…, 784).

        The first is the hidden layer after LeakyReLU; the second, the logits, becomes probabilities
        by softmax and the loss by log_softmax.
        """
        hidden_weight, hidden_bias, output_weight, output_bias = self.layers
        active = leaky_relu(linear(images, hidden_weight, hidden_bias), SLOPE)
        return active, linear(active, output_weight, output_bias)
