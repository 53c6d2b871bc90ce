"""What all tests share: the real digits, a tiny made-up set, and servers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch

from mnist_core import Digits, Mnist, Run, Settings, Setup, load_mnist
from tests.serving import Server, serving
from tests.waiting import wait_until as wait_until


@pytest.fixture(scope="session")
def mnist() -> Mnist:
    """The real 60,000 + 10,000 digits."""
    return load_mnist()


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """One server for all tests that leave it as it is: it takes seconds to start."""
    with serving() as one:
        yield one


@pytest.fixture(scope="session")
def server_under_a_path() -> Iterator[Server]:
    """Another, whose pages have addresses that begin with a/lesson."""
    with serving("--server.baseUrlPath=a/lesson") as one:
        yield one


@pytest.fixture
def tiny() -> Mnist:
    """Six hundred made-up training digits and one hundred test digits."""
    return made_up(training=600, test=100)


def made_up(training: int, test: int) -> Mnist:
    """Random images; the first two bytes of training image i spell i, which identifies it."""
    generator = torch.Generator().manual_seed(0)

    def digits(count: int) -> Digits:
        images = torch.randint(0, 256, (count, 28, 28), dtype=torch.uint8, generator=generator)
        images[:, 0, 0] = torch.arange(count) // 256
        images[:, 0, 1] = torch.arange(count) % 256
        return Digits(images, torch.randint(0, 10, (count,), generator=generator))

    return Mnist(digits(training), digits(test))


class Witness:
    """Stands in for the learner: notes which digits each update was given, and learns nothing."""

    def __init__(self, *_setup_parameters_device) -> None:
        self.batches: list[list[int]] = []

    def update(self, digits, places, _learning_rate) -> float:
        images = digits.at(places).images
        self.batches.append((images[:, 0, 0].int() * 256 + images[:, 0, 1].int()).tolist())
        return 1.0

    def evaluate(self, _digits) -> tuple[float, int]:
        return 230.0, 10

    @property
    def digits(self) -> list[int]:
        return [digit for batch in self.batches for digit in batch]


def witnessed(mnist: Mnist, *settings, **setup) -> tuple[Run, Witness]:
    """A run whose learner is a witness, and that."""
    run = Run(mnist, Settings(*settings), Setup(**setup), learner=Witness)
    return run, run.learner


def train_epochs(run: Run, count: int) -> None:
    """Step until so many epochs are whole."""
    while len(run.snapshot().epochs) < count:
        run.step()


def train_at(run: Run, *batch_sizes: int) -> None:
    """One update at each of these sizes."""
    for batch_size in batch_sizes:
        run.settings = Settings(batch_size=batch_size)
        run.step()
