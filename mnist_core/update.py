"""One update of the network: the only place that knows how it is computed."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import log_softmax
from torch.optim.adam import adam

from mnist_core.model import Network
from mnist_core.settings import Setup


class Learner:
    """The network with its normalization and Adam's state, float32.

    setup: hidden width and normalization.
    generator: source of the first weights.
    device: where the network is kept and trained.
    """

    def __init__(self, setup: Setup, generator: torch.Generator, device: torch.device) -> None:
        self.network = Network(setup.hidden, generator, device)
        self._normalization = setup.normalization
        self._mean = torch.zeros_like(self.network.parameters)
        self._mean_square = torch.zeros_like(self.network.parameters)
        self._step = torch.zeros((), device=device)

    @torch.no_grad()
    def update(self, images: Tensor, labels: Tensor, learning_rate: float) -> float:
        """Move the weights once, against the gradient of the mini-batch's mean loss.

        images: uint8, (B, 28, 28). labels: int64, (B,).

        Returns that mean loss (negative log-likelihood of log-softmax) as it was before the move.
        """
        loss = self.network.loss_and_gradient(self._flat(images), labels)
        self._adam(learning_rate)
        return loss.item()

    @torch.no_grad()
    def log_probabilities(self, images: Tensor) -> Tensor:
        """Logarithms of the ten probabilities, float32, (B, 10), for uint8 images, (B, 28, 28)."""
        return log_softmax(self.network.logits(self._flat(images)), dim=1)

    def _flat(self, images: Tensor) -> Tensor:
        return self._normalization(images).flatten(1)

    def _adam(self, learning_rate: float) -> None:
        """One step with PyTorch's defaults, fused into one pass over the parameters.

        The function and not the class torch.optim.Adam, whose step() spends as long on its hooks
        and defaults as a whole update of one digit takes.
        """
        adam(
            [self.network.parameters],
            [self.network.gradient],
            [self._mean],
            [self._mean_square],
            [],
            [self._step],
            foreach=False,
            fused=True,
            amsgrad=False,
            beta1=0.9,
            beta2=0.999,
            lr=learning_rate,
            weight_decay=0.0,
            eps=1e-8,
            maximize=False,
        )
