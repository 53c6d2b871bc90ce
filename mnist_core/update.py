"""One update of the network: the only place that knows how it is computed."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn.functional import log_softmax, nll_loss
from torch.optim.adam import adam

from mnist_core.compiled import AdamState, Kernels, kernels
from mnist_core.data import Digits
from mnist_core.model import Network
from mnist_core.settings import Setup

# To ask a GPU for a loss is to wait until the update is done. So several are started before their
# losses are asked for, all at once; how many is a guess, as none was at hand to measure it on.
_AT_ONCE_ON_A_GPU = 16
# Digits at a time in a pass without updates: few enough to stay in the processor's cache.
_CHUNK = 2_000


class Learner:
    """The network with its normalization and Adam's state, float32.

    setup: hidden width and normalization.
    generator: source of the first weights.
    device: where the network is kept and trained.

    network, adam: its parameters, and Adam's averages for them.

    On the CPU, an update and a pass are each one call of compiled code on Linux with GCC;
    elsewhere torch does both.
    """

    def __init__(self, setup: Setup, generator: torch.Generator, device: torch.device) -> None:
        self.network = Network(setup.hidden, generator, device)
        self.normalization = setup.normalization
        self._hidden = setup.hidden
        self.adam = AdamState(self.network.parameters)
        # What each of the 256 possible pixels becomes.
        self._table = self.normalization(torch.arange(256, dtype=torch.uint8))

    def update(self, digits: Digits, places: Tensor, learning_rate: float) -> float:
        """Move the weights once, against the gradient of the mini-batch's mean loss.

        places: the mini-batch's indices in `digits`, int64, (B,).

        Returns that mean loss (negative log-likelihood of log-softmax) as it was before the move.
        Raises IndexError where there is no digit at a place.
        """
        return fetched([self.start_update(digits, places, learning_rate)])[0]

    def start_update(self, digits: Digits, places: Tensor, learning_rate: float) -> float | Tensor:
        """The same, but where torch computes, the loss is a tensor, (), for fetched().

        A GPU may still be at work on it; the next update can be started meanwhile.
        """
        compiled = self._compiled
        if compiled:
            return compiled.update(
                self.adam, self._hidden, digits, places, self._table, learning_rate
            )
        chosen = digits.at(places)
        loss = self.network.loss_and_gradient(self._inputs(chosen.images), chosen.labels)
        self._fused_adam(learning_rate)
        return loss

    def log_probabilities(self, images: Tensor) -> Tensor:
        """Logarithms of the ten probabilities, float32, (B, 10), for uint8 images, (B, 28, 28)."""
        return log_softmax(self.network.activations(self._inputs(images))[1], dim=1)

    def probabilities(self, images: Tensor) -> Tensor:
        """The ten probabilities, float32, (B, 10), on the CPU, for uint8 images, (B, 28, 28)."""
        chunks = images.to(self.device).split(_CHUNK)
        return torch.cat([self.log_probabilities(chunk).exp() for chunk in chunks]).cpu()

    def evaluate(self, digits: Digits) -> tuple[float, int]:
        """Negative log-likelihood summed over the digits, and how many are labelled right."""
        compiled = self._compiled
        if compiled:
            return compiled.evaluate(self.network.parameters, self._hidden, digits, self._table)
        # Gathered on the digits' device and fetched once, since a fetch waits for all before it.
        loss = torch.zeros((), dtype=torch.float64, device=self.device)
        right = torch.zeros((), dtype=torch.int64, device=self.device)
        chunks = zip(digits.images.split(_CHUNK), digits.labels.split(_CHUNK), strict=True)
        for images, labels in chunks:
            log_probabilities = self.log_probabilities(images)
            loss += nll_loss(log_probabilities, labels, reduction="sum")
            right += (log_probabilities.argmax(dim=1) == labels).sum()
        return loss.item(), int(right.item())

    @property
    def steps(self) -> int:
        """How many updates it has made."""
        return self.adam.steps

    @property
    def updates_at_once(self) -> int:
        """How many updates had better be started before their losses are fetched."""
        return 1 if self.network.parameters.is_cpu else _AT_ONCE_ON_A_GPU

    @property
    def device(self) -> torch.device:
        """Where the network is."""
        return self.network.parameters.device

    @property
    def _compiled(self) -> Kernels | None:
        return kernels() if self.network.parameters.is_cpu else None

    def _inputs(self, images: Tensor) -> Tensor:
        """Normalized pixels, float32, (B, 784)."""
        return self.normalization(images).flatten(1)

    def _fused_adam(self, learning_rate: float) -> None:
        """One step with PyTorch's defaults, fused into one pass over the parameters.

        The function and not the class torch.optim.Adam, whose step() spends as long on its hooks
        and defaults as a whole update of one digit takes.
        """
        state = self.adam
        step = torch.full((), float(state.steps), device=self.device)  # adam() counts it on
        state.steps += 1
        adam(
            [state.parameters],
            [self.network.gradient],
            [state.mean],
            [state.mean_square],
            [],
            [step],
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


def fetched(losses: Sequence[float | Tensor]) -> list[float]:
    """The losses of updates that were started, as numbers: it waits until all have been made."""
    if len(losses) == 1:
        return [float(losses[0])]
    return torch.stack(losses).tolist()
