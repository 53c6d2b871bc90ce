"""The tutorial's way of training: a DataLoader over a transformed dataset, plain Adam.

It is kept as the rival that the in-memory way is measured against, not as a way to train.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset

from mnist_core.data import CLASSES, PIXELS, Digits, Normalization
from mnist_core.settings import Setup
from mnist_core.training.architecture import HIDDEN, SLOPE
from mnist_core.training.learner import POOL, AutogradLearner, torch_threads
from mnist_core.training.network import Network


class TutorialLearner(AutogradLearner):
    """A Learner whose updates are written as the tutorial writes them; see Learner.

    Each digit is fetched from a torchvision dataset and transformed one by one, the gradient is
    autograd's, and Adam is torch.optim.Adam over the four layers' parameters. Its test passes are
    made in memory, like everybody's.

    loading_seconds: the part of the training time in which mini-batches were fetched.
    """

    def __init__(self, setup: Setup, parameters: Tensor, device: torch.device) -> None:
        super().__init__(setup, parameters, device)
        self.loading_seconds = 0.0
        self._module = self._written_as_the_tutorial_does()
        self._loss = nn.NLLLoss()
        self._adam = torch.optim.Adam(self._module.parameters())
        self._digits: Digits | None = None
        self._batches: Iterator[list[Tensor]] = iter(())
        self._wanted: list[int] = []

    def __getstate__(self) -> dict:
        return {**super().__getstate__(), "_batches": iter(()), "_digits": None}

    def __setstate__(self, state: dict) -> None:
        super().__setstate__(state)
        # Modules and parameters that only look the same would be trained, and these tested.
        moments = self._adam.state_dict()
        self._module = self._written_as_the_tutorial_does()
        self._adam = torch.optim.Adam(self._module.parameters())
        self._adam.load_state_dict(moments)

    def update(self, digits: Digits, indices: Tensor, learning_rate: float) -> float:
        """See Learner."""
        with torch_threads(POOL.threads):
            started = time.perf_counter()
            images, labels = self._fetched(digits, indices)
            self.loading_seconds += time.perf_counter() - started
            return self._learn(images, labels, learning_rate)

    def _learn(self, images: Tensor, labels: Tensor, learning_rate: float) -> float:
        device = self.network.parameters.device
        images, labels = images.to(device), labels.to(device)
        self._adam.param_groups[0]["lr"] = learning_rate
        self._adam.zero_grad()
        loss = self._loss(self._module(images.view(len(images), PIXELS)), labels)
        loss.backward()
        self._adam.step()
        self.steps += 1
        return loss.item()

    def _fetched(self, digits: Digits, indices: Tensor) -> list[Tensor]:
        if digits is not self._digits:
            self._digits = digits
            dataset = _dataset(digits, self.normalization)
            self._batches = iter(DataLoader(dataset, batch_sampler=self._batch_sampler()))
        self._wanted = indices.tolist()
        return next(self._batches)

    def _batch_sampler(self) -> Iterator[list[int]]:
        """The run deals out the digits, so that all ways of training see them in the same order."""
        while True:
            yield self._wanted

    def _written_as_the_tutorial_does(self) -> nn.Module:
        """The network as modules, whose parameters are views of the one that is tested."""
        module = nn.Sequential(
            nn.Linear(PIXELS, HIDDEN),
            nn.LeakyReLU(SLOPE),
            nn.Linear(HIDDEN, CLASSES),
            nn.LogSoftmax(-1),
        )
        trained = Network(self.network.parameters.detach()).layers
        for parameter, view in zip(module.parameters(), trained, strict=True):
            parameter.data = view
        return module


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
