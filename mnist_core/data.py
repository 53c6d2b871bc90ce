"""MNIST as tensors in memory, and the normalization of its pixels."""

from __future__ import annotations

import math
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

TRAINING_DIGITS = 60_000
TEST_DIGITS = 10_000
SIDE = 28
PIXELS = SIDE * SIDE
CLASSES = 10

ARCHIVES = (
    "train-images-idx3-ubyte.gz",
    "train-labels-idx1-ubyte.gz",
    "t10k-images-idx3-ubyte.gz",
    "t10k-labels-idx1-ubyte.gz",
)
ARCHIVES_MEGABYTES = 11.6

_DOWNLOAD_TIMEOUT_SECONDS = 20


class MnistUnavailableError(Exception):
    """The digits cannot be had; the message says what is missing and what to do about it."""


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

    The tutorial takes (0.5, 0.5), which carries the pixels to -1…1. Raises ValueError unless both
    are finite and std is above 0.
    """

    mean: float = 0.5
    std: float = 0.5

    def __post_init__(self) -> None:
        if not math.isfinite(self.mean):
            raise ValueError(f"the mean must be a finite number, not {self.mean!r}")
        if not (math.isfinite(self.std) and self.std > 0):
            raise ValueError(
                f"the standard deviation must be a finite number above 0, since every pixel is "
                f"divided by it, not {self.std!r}"
            )

    @classmethod
    def of(cls, images: Tensor) -> Normalization:
        """The images' own mean and standard deviation: (0.1307, 0.3081) for the training digits."""
        counts = torch.bincount(images.flatten(), minlength=256).double().cpu()
        pixels = torch.arange(256, dtype=torch.float64) / 255
        mean = (counts @ pixels / counts.sum()).item()
        variance = counts @ (pixels - mean) ** 2 / counts.sum()
        return cls(mean, variance.sqrt().item())

    def __call__(self, images: Tensor) -> Tensor:
        """Normalized pixels, float32, of the same shape as the uint8 images.

        Equal bit for bit to torchvision's ToTensor followed by Normalize.
        """
        return images.to(torch.float32).div_(255).sub_(self.mean).div_(self.std)

    def invert(self, normalized: Tensor) -> Tensor:
        """The pixels from 0 to 1 that were normalized: x·std + mean."""
        return normalized * self.std + self.mean


def mnist_root() -> Path:
    """The folder that holds MNIST/raw: the environment's MNIST_ROOT, or data in the project."""
    return Path(os.environ.get("MNIST_ROOT") or Path(__file__).parents[1] / "data")


def missing_files(root: Path) -> list[str]:
    """Names of the archives for which neither archive nor unpacked file is under root/MNIST/raw."""
    raw = root / "MNIST" / "raw"
    return [
        name
        for name in ARCHIVES
        if not (raw / name).exists() and not (raw / name.removesuffix(".gz")).exists()
    ]


def load_mnist(root: Path | None = None, device: torch.device | None = None) -> Mnist:
    """The 60,000 training and 10,000 test digits, from the archives under root/MNIST/raw.

    root: mnist_root() unless given. Archives that are missing are downloaded there, once.
    device: a CUDA device where there is one, else the CPU, unless given.

    Raises MnistUnavailableError where the digits can be neither read nor downloaded.
    """
    root = mnist_root() if root is None else Path(root)
    try:
        with _socket_timeout(_DOWNLOAD_TIMEOUT_SECONDS):
            mnist = Mnist(_read(root, train=True), _read(root, train=False))
    except Exception as error:
        raise MnistUnavailableError(_how_to_mend(root, error)) from error
    _check(mnist, root)
    return mnist.to(device or torch.device("cuda" if torch.cuda.is_available() else "cpu"))


def _read(root: Path, *, train: bool) -> Digits:
    # torchvision takes a second to import: only where the files are really read.
    from torchvision.datasets import MNIST

    dataset = MNIST(root, train=train, download=True)
    return Digits(dataset.data, dataset.targets)


def _check(mnist: Mnist, root: Path) -> None:
    expected = {"training": (mnist.train, TRAINING_DIGITS), "test": (mnist.test, TEST_DIGITS)}
    for name, (digits, count) in expected.items():
        if digits.images.shape != (count, SIDE, SIDE) or digits.labels.shape != (count,):
            raise MnistUnavailableError(
                f"{root / 'MNIST' / 'raw'} does not hold MNIST's {count:,} {name} digits: it holds "
                f"{len(digits.images):,} images and {len(digits.labels):,} labels. Delete the "
                f"unpacked files there (their names end in -ubyte) and start again."
            )


def _how_to_mend(root: Path, error: Exception) -> str:
    raw = root / "MNIST" / "raw"
    missing = missing_files(root)
    if missing:
        return (
            f"MNIST is incomplete, and downloading it did not work. Missing in {raw}: "
            f"{', '.join(missing)}. Copy these files there, or connect this computer to the "
            f"internet and try again. The environment variable MNIST_ROOT can name another folder."
        )
    damaged = _damaged_archives(raw)
    if damaged:
        return (
            f"Damaged in {raw}: {', '.join(damaged)}, and downloading did not work. Replace "
            f"{'it' if len(damaged) == 1 else 'them'} by the original, or connect this computer to "
            f"the internet and try again."
        )
    reason = (str(error).splitlines() or [""])[0]
    return (
        f"MNIST could not be read from {raw} ({type(error).__name__}: {reason}). Check that the "
        f"folder can be written, delete the unpacked files there (their names end in -ubyte), and "
        f"try again."
    )


def _damaged_archives(raw: Path) -> list[str]:
    from torchvision.datasets import MNIST
    from torchvision.datasets.utils import check_integrity

    return [
        name
        for name, md5 in MNIST.resources
        if (raw / name).exists() and not check_integrity(raw / name, md5)
    ]


@contextmanager
def _socket_timeout(seconds: float) -> Iterator[None]:
    """Let a download that hears nothing give up: torchvision itself would wait for ever."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(seconds)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)
