"""The tutorial's way of training: a DataLoader over a transformed dataset, plain Adam.

It is kept as the rival that the in-memory way is measured against, not as a way to train.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import torch
from torch import Tensor, nn

from mnist_core.data import CLASSES, PIXELS, Normalization, mnist_root


class TutorialTraining:
    """The tutorial's network in training, written as the tutorial writes it.

    batch_size: digits in a mini-batch; 1 is its run "without mini-batches".
    normalization: of the one channel that the images have.
    shuffle: a new order each epoch, or the stored one.
    root: the folder that holds MNIST/raw.

    It takes torch's shared random state, as the tutorial does. It trains on the CPU.
    """

    def __init__(
        self,
        batch_size: int,
        *,
        normalization: Normalization | None = None,
        shuffle: bool = True,
        root: Path | None = None,
    ) -> None:
        # torchvision takes a second to import: only where the rival is really measured.
        from torchvision import datasets, transforms

        normalization = normalization or Normalization()
        transform = transforms.Compose(
            [
                transforms.ToTensor(),
                transforms.Normalize((normalization.mean,), (normalization.std,)),
            ]
        )
        dataset = datasets.MNIST(root or mnist_root(), train=True, transform=transform)
        self._loader = torch.utils.data.DataLoader(dataset, batch_size, shuffle=shuffle)
        self._batches: Iterator[list[Tensor]] = iter(())
        self.network = nn.Sequential(
            nn.Linear(PIXELS, 256), nn.LeakyReLU(0.1), nn.Linear(256, CLASSES), nn.LogSoftmax(-1)
        )
        self._loss = nn.NLLLoss()
        self._optimizer = torch.optim.Adam(self.network.parameters(), lr=1e-4)

    def seconds_for(self, updates: int) -> float:
        """Make so many updates, in as many epochs as they need, and tell the seconds they took."""
        started = time.perf_counter()
        for _ in range(updates):
            self.step()
        return time.perf_counter() - started

    def step(self) -> float:
        """One update; the mean loss of its mini-batch before it."""
        images, labels = self._next_batch()
        self._optimizer.zero_grad()
        loss = self._loss(self.network(images.view(len(images), PIXELS)), labels)
        loss.backward()
        self._optimizer.step()
        return loss.item()

    def _next_batch(self) -> list[Tensor]:
        batch = next(self._batches, None)
        if batch is None:
            self._batches = iter(self._loader)
            batch = next(self._batches)
        return batch
