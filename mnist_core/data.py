"""MNIST as tensors in memory, and the normalization of its pixels.

Whoever names a constant, or a normalization, need not wait for PyTorch: it is imported to load.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mnist_core.archives import FILES, mnist_root, recover

if TYPE_CHECKING:
    import torch
    from torch import Tensor

TRAINING_DIGITS = 60_000
TEST_DIGITS = 10_000
SIDE = 28
PIXELS = SIDE * SIDE
CLASSES = 10

_LARGEST, _SMALLEST_STD = 1_000.0, 1e-4  # of a normalization


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


@dataclass(frozen=True)
class Normalization:
    """x → (x - mean) / std for pixels x from 0 (black) to 1 (white).

    The tutorial takes (0.5, 0.5), which carries the pixels to -1…1.

    Raises ValueError unless mean is from -1,000 to 1,000 and std from 0.0001 to 1,000. Beyond that
    float32 soon holds neither the pixels nor what a network makes of them.
    """

    mean: float = 0.5
    std: float = 0.5

    def __post_init__(self) -> None:
        if not -_LARGEST <= self.mean <= _LARGEST:
            raise ValueError(f"the mean must be from -1,000 to 1,000, not {self.mean!r}")
        if not _SMALLEST_STD <= self.std <= _LARGEST:
            raise ValueError(
                f"the standard deviation must be from 0.0001 to 1,000, since every pixel is "
                f"divided by it, not {self.std!r}"
            )

    @classmethod
    def of(cls, images: Tensor) -> Normalization:
        """The images' own mean and standard deviation: (0.1307, 0.3081) for the training digits."""
        counts = images.flatten().bincount(minlength=256).double().cpu()
        pixels = counts.new_tensor(range(256)) / 255
        mean = (counts @ pixels / counts.sum()).item()
        variance = counts @ (pixels - mean) ** 2 / counts.sum()
        return cls(mean, variance.sqrt().item())

    def __call__(self, images: Tensor) -> Tensor:
        """Normalized pixels, float32, of the same shape as the uint8 images.

        Equal bit for bit to torchvision's ToTensor followed by Normalize.
        """
        return images.float().div_(255).sub_(self.mean).div_(self.std)

    def invert(self, normalized: Tensor) -> Tensor:
        """The pixels from 0 to 1 that were normalized: x·std + mean."""
        return normalized * self.std + self.mean


def load_mnist(root: Path | None = None, device: torch.device | None = None) -> Mnist:
    """The 60,000 training and 10,000 test digits, from the files under root/MNIST/raw.

    root: mnist_root() unless given. Files that are not right there are unpacked anew from their
        archives, and archives that are missing or damaged are downloaded, once.
    device: a CUDA device where there is one, else the CPU, unless given.

    Every byte is checked. Raises MnistUnavailableError where the digits can be neither read nor
    downloaded.
    """
    import torch

    contents = recover(mnist_root() if root is None else Path(root))
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
