"""MNIST as tensors in memory."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mnist_core.data.archives import FILES, mnist_root, read_files
from mnist_core.data.sizes import SIDE

if TYPE_CHECKING:
    import torch
    from torch import Tensor


@dataclass(frozen=True)
class Digits:
    """Images and their labels.

    images: uint8, (N, 28, 28), 0 is black and 255 is white.
    labels: int64, (N,), 0 to 9.

    The images stay bytes: a mini-batch of them is copied, widened and normalized faster than four
    times as many bytes of ready floats could be fetched, and the set takes 47 MB in place of 188.
    """

    images: Tensor
    labels: Tensor

    def __len__(self) -> int:
        return len(self.labels)

    def to(self, device: torch.device) -> Digits:
        """The same digits on another device."""
        return Digits(self.images.to(device), self.labels.to(device))

    def at(self, indices: Tensor) -> Digits:
        """Copies of the digits at these places, int64, (B,), in their order."""
        # index_select and not [indices]: for a mini-batch it takes a third of the time.
        return Digits(self.images.index_select(0, indices), self.labels.index_select(0, indices))


@dataclass(frozen=True)
class Mnist:
    """The 60,000 training and the 10,000 test digits, shared by all runs and never changed."""

    train: Digits
    test: Digits

    @property
    def device(self) -> torch.device:
        """Where the digits are, and so where a run on them trains."""
        return self.train.images.device

    def to(self, device: torch.device) -> Mnist:
        """The same digits on another device."""
        return Mnist(self.train.to(device), self.test.to(device))

    def __deepcopy__(self, memo: dict) -> Mnist:
        """Itself: a copied run shares the digits with its parent."""
        return self


def load_mnist(root: Path | None = None, device: torch.device | None = None) -> Mnist:
    """The 60,000 training and 10,000 test digits, from the files under root/MNIST/raw.

    root: mnist_root() unless given. Archives that are missing or damaged are downloaded, once.
    device: a CUDA device where there is one, else the CPU, unless given.

    Every byte is checked. Raises MnistUnavailableError where the digits can be neither read nor
    downloaded.
    """
    import torch  # here, since whoever only names these classes need not wait for it

    contents = read_files(mnist_root() if root is None else Path(root))
    # Not by torchvision.datasets.MNIST, which gives the same digits, but takes longer to import
    # than all the rest to load, checks no unpacked file, and writes where others may be reading.
    mnist = Mnist(_digits(contents, *FILES[:2]), _digits(contents, *FILES[2:]))
    return mnist.to(device or torch.device("cuda" if torch.cuda.is_available() else "cpu"))


def _digits(contents: dict[str, bytes], images: str, labels: str) -> Digits:
    """The digits from the contents of the files with these names."""
    return Digits(
        _numbers(contents[images], dimensions=3).view(-1, SIDE, SIDE),
        _numbers(contents[labels], dimensions=1).long(),
    )


def _numbers(contents: bytes, dimensions: int) -> Tensor:
    import torch

    # The header has four bytes, and four for each dimension.
    return torch.frombuffer(bytearray(contents), dtype=torch.uint8, offset=4 + 4 * dimensions)
