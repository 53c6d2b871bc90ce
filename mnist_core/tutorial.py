"""The tutorial's way of training: a DataLoader over a transformed dataset, plain Adam.

It is kept as the rival that the in-memory way is measured against, not as a way to train.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.data import Dataset

from mnist_core.data import CLASSES, PIXELS, Digits, Mnist, Normalization
from mnist_core.model import SLOPE
from mnist_core.run import Run
from mnist_core.settings import Budget, Settings, Setup


class TutorialRun(Run):
    """A run whose updates are written as the tutorial writes them; all else is a Run's.

    It begins with the same weights as a Run of the same setup, takes the digits in the same order,
    and is tested in the same way. Only what the clock of training holds is the tutorial's: each
    digit is fetched from a torchvision dataset and transformed one by one, the gradient is
    autograd's, and Adam is torch.optim.Adam over the four layers' parameters.

    settings: the batch size may not change afterwards, since a DataLoader keeps its own.
    Other arguments: as for Run.

    loading_seconds: the part of the training time in which mini-batches were fetched.
    """

    def __init__(
        self,
        mnist: Mnist,
        settings: Settings | None = None,
        setup: Setup | None = None,
        *,
        budget: Budget | None = None,
        digits_between_tests: int = 10_000,
    ) -> None:
        super().__init__(
            mnist, settings, setup, budget=budget, digits_between_tests=digits_between_tests
        )
        self._dataset = _dataset(mnist.train, self.setup.normalization)
        self._batch_size = self.settings.batch_size
        self._batches: Iterator[list[Tensor]] = iter(())
        self._module = self._written_as_the_tutorial_does()
        self._loss = nn.NLLLoss()
        self._optimizer = torch.optim.Adam(self._module.parameters())
        self.loading_seconds = 0.0

    def _written_as_the_tutorial_does(self) -> nn.Module:
        """The network as modules, whose parameters are views of the one that Run tests."""
        hidden = self.setup.hidden
        module = nn.Sequential(
            nn.Linear(PIXELS, hidden),
            nn.LeakyReLU(SLOPE),
            nn.Linear(hidden, CLASSES),
            nn.LogSoftmax(-1),
        )
        network = self._learner.network
        views = network.views(network.parameters)
        for parameter, view in zip(module.parameters(), views, strict=True):
            parameter.data = view
        return module

    def _learn(self, settings: Settings) -> list[tuple[int, float]]:
        started = time.perf_counter()
        images, labels = self._next_batch(settings.batch_size)
        self.loading_seconds += time.perf_counter() - started
        images, labels = images.to(self.device), labels.to(self.device)
        self._optimizer.param_groups[0]["lr"] = settings.learning_rate
        self._optimizer.zero_grad()
        loss = self._loss(self._module(images.view(len(images), PIXELS)), labels)
        loss.backward()
        self._optimizer.step()
        return [(len(images), loss.item())]

    def _next_batch(self, batch_size: int) -> list[Tensor]:
        if batch_size != self._batch_size:
            raise ValueError("the tutorial's way keeps the batch size that it began with")
        epoch_begins = self._cursor == len(self._order)
        self._next_digits(batch_size)
        if epoch_begins:
            order = self._order.tolist()
            self._batches = iter(
                torch.utils.data.DataLoader(self._dataset, batch_size, sampler=order)
            )
        return next(self._batches)


def _dataset(digits: Digits, normalization: Normalization) -> Dataset:
    """torchvision's MNIST, which makes each item as it always does, over these digits.

    It does not read them from the files itself, which may have changed since they were checked.
    """
    # torchvision takes a second to import: only where the rival is really measured.
    from torchvision import datasets, transforms

    class InMemory(datasets.MNIST):
        def __init__(self, **options: Any) -> None:
            datasets.VisionDataset.__init__(self, **options)
            on_cpu = digits.to(torch.device("cpu"))
            self.data, self.targets = on_cpu.images, on_cpu.labels

    normalize = transforms.Normalize((normalization.mean,), (normalization.std,))
    return InMemory(transform=transforms.Compose([transforms.ToTensor(), normalize]))
