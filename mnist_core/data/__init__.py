"""MNIST: its files, its digits as tensors, and the normalization of their pixels."""

from mnist_core.data.archives import MnistUnavailableError, missing_files, mnist_root
from mnist_core.data.digits import Digits, Mnist, load_mnist
from mnist_core.data.normalization import Normalization
from mnist_core.data.sizes import CLASSES, PIXELS, SIDE, TEST_DIGITS, TRAINING_DIGITS

__all__ = [
    "CLASSES",
    "PIXELS",
    "SIDE",
    "TEST_DIGITS",
    "TRAINING_DIGITS",
    "Digits",
    "Mnist",
    "MnistUnavailableError",
    "Normalization",
    "load_mnist",
    "missing_files",
    "mnist_root",
]
