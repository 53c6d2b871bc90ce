"""Which digits make the next mini-batch."""

from __future__ import annotations

import torch
from torch import Tensor

from mnist_core.settings import Order


class Sampler:
    """Deals out the digits, every one once an epoch, however large the mini-batches are.

    labels: of the digits, int64, (N,).
    kind: "shuffled" anew each epoch; as "stored", or "sorted by label" and as stored within a
        label, epoch after epoch.
    generator: draws the orders.
    device: that the indices are to be on.

    order: of the epoch in progress, int64, (count,); empty before the first.
    cursor: how many of them have been dealt out.
    """

    def __init__(
        self, labels: Tensor, kind: Order, generator: torch.Generator, device: torch.device
    ) -> None:
        self.order = torch.empty(0, dtype=torch.int64)
        self.cursor = 0
        self._count = len(labels)
        self._fixed = _fixed_order(labels, kind)
        self._generator = generator
        self._device = device

    @property
    def epoch_ends(self) -> bool:
        """Whether every digit of the order has been dealt out."""
        return self.cursor == len(self.order)

    def next(self, batch_size: int) -> Tensor:
        """Indices of the next mini-batch; the epoch's last one holds what is left of the order."""
        if self.epoch_ends:
            self.order, self.cursor = self._new_order(), 0
        indices = self.order[self.cursor : self.cursor + batch_size]
        self.cursor += len(indices)
        return indices

    def _new_order(self) -> Tensor:
        order = self._fixed
        if order is None:
            order = torch.randperm(self._count, generator=self._generator)
        return order.to(self._device)


def _fixed_order(labels: Tensor, kind: Order) -> Tensor | None:
    """The order of every epoch; None where each has one of its own."""
    if kind == "stored":
        return torch.arange(len(labels))
    return labels.argsort(stable=True) if kind == "sorted by label" else None
