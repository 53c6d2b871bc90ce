"""The tutorial's network, forward and backward."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import leaky_relu, linear, log_softmax, nll_loss

from mnist_core.data import CLASSES, PIXELS

SLOPE = 0.1  # LeakyReLU's, below zero

_SHORT = 8
_aten = torch.ops.aten
_onednn_product = (
    getattr(torch.ops.mkldnn, "_linear_pointwise", None)
    if torch.backends.mkldnn.is_available()
    else None
)


def product(rows: Tensor, others: Tensor, bias: Tensor | None = None) -> Tensor:
    """rows @ others.T + bias, float32: (A, C) and (B, C) give (A, B).

    On a CPU by oneDNN, through the function that torch.compile takes for the same: on AMD's
    processors it is twice as fast as MKL, which torch asks otherwise, unless a side is short.
    """
    ready = _onednn_product is not None and rows.is_cpu and rows.dtype == torch.float32
    if ready and min(rows.shape) >= _SHORT:
        return _onednn_product(rows, others, bias, "none", [], "")
    return linear(rows, others, bias)


class Network:
    """784 → hidden → LeakyReLU(0.1) → 10. With 256 hidden units it has 203,530 parameters.

    hidden: width of the hidden layer.
    generator: source of the first weights; they follow PyTorch's default for linear layers,
        uniform within ±1/√inputs, in the order in which torch.manual_seed(seed) would fill them.
    device: where the parameters are.

    parameters: all of them, float32, in one flat tensor, so that Adam passes over them once.
    gradient: of the same shape, written by loss_and_gradient.
    hidden_weight (hidden, 784), hidden_bias (hidden,), output_weight (10, hidden) and
        output_bias (10,): views of `parameters`.

    The gradient is written out, and not left to autograd, whose bookkeeping takes more time than
    the arithmetic where a mini-batch is small.
    """

    def __init__(
        self,
        hidden: int = 256,
        generator: torch.Generator | None = None,
        device: torch.device | None = None,
    ) -> None:
        self._shapes = ((hidden, PIXELS), (hidden,), (CLASSES, hidden), (CLASSES,))
        inputs = (PIXELS, PIXELS, hidden, hidden)
        first = [
            torch.empty(shape).uniform_(-(count**-0.5), count**-0.5, generator=generator)
            for shape, count in zip(self._shapes, inputs, strict=True)
        ]
        self.parameters = torch.cat([values.flatten() for values in first]).to(device)
        self.gradient = torch.zeros_like(self.parameters)
        self.hidden_weight, self.hidden_bias, self.output_weight, self.output_bias = self.views(
            self.parameters
        )
        self._gradient_views = self.views(self.gradient)

    def views(self, flat: Tensor) -> tuple[Tensor, ...]:
        """The four layers' parts of a flat tensor, as hidden_weight and the others are."""
        sizes = [torch.Size(shape).numel() for shape in self._shapes]
        parts = zip(flat.split(sizes), self._shapes, strict=True)
        return tuple(part.view(shape) for part, shape in parts)

    def activations(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """What the two layers give, (…, hidden) and (…, 10), for normalized images, (…, 784).

        The first is the hidden layer after LeakyReLU; the second, the logits, becomes probabilities
        by softmax and the loss by log_softmax.
        """
        before = product(images, self.hidden_weight, self.hidden_bias)
        active = leaky_relu(before, SLOPE)
        return active, linear(active, self.output_weight, self.output_bias)

    def loss_and_gradient(self, images: Tensor, labels: Tensor) -> Tensor:
        """Mean negative log-likelihood of the mini-batch, (); its gradient is left in `gradient`.

        images: normalized, float32, (B, 784). labels: int64, (B,).
        """
        before = product(images, self.hidden_weight, self.hidden_bias)
        active = leaky_relu(before, SLOPE)
        logits = torch.addmm(self.output_bias, active, self.output_weight.t())
        log_probabilities = log_softmax(logits, dim=1)
        loss = nll_loss(log_probabilities, labels)

        # The mean loss is -1/B times the logarithm at each label, so its slope there is -1/B.
        slope = torch.zeros_like(logits).scatter_(1, labels.unsqueeze(1), -1 / len(labels))
        logits_slope = _aten._log_softmax_backward_data(slope, log_probabilities, 1, logits.dtype)
        active_slope = logits_slope @ self.output_weight
        before_slope = _aten.leaky_relu_backward(active_slope, before, SLOPE, False)

        hidden_weight, hidden_bias, output_weight, output_bias = self._gradient_views
        hidden_weight.copy_(product(before_slope.t(), images.t()))
        torch.sum(before_slope, 0, out=hidden_bias)
        torch.mm(logits_slope.t(), active, out=output_weight)
        torch.sum(logits_slope, 0, out=output_bias)
        return loss
