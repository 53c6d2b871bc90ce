"""Digits → pictures: uint8 arrays, white on black as MNIST has them, with crisp pixels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mnist_core.data import SIDE

if TYPE_CHECKING:
    from torch import Tensor

_MARK = (0xE0, 0x65, 0x61)


def enlarged(image: Tensor, scale: int, marked_row: int | None = None) -> np.ndarray:
    """One image, (28, 28), with every pixel a square of scale × scale: (28·scale, 28·scale, 3).

    image: uint8, or float from 0 (black) to 1 (white).
    marked_row: index of a row of pixels to frame.
    """
    grey = _bytes(image).repeat(scale, axis=0).repeat(scale, axis=1)
    picture = np.stack([grey] * 3, axis=-1)
    if marked_row is not None:
        _frame(picture[marked_row * scale : (marked_row + 1) * scale])
    return picture


def sheet(images: Tensor) -> np.ndarray:
    """Images, (N, 28, 28), beside each other: (28, 28·N)."""
    return _bytes(images).transpose(1, 0, 2).reshape(SIDE, -1)


def strip(values: Tensor) -> np.ndarray:
    """A row of values, (N,), as greys from the lowest (black) to the highest (white): (1, N)."""
    low, high = values.min(), values.max()
    return _bytes((values - low) / (high - low).clamp(min=1e-9))[None]


def signed(values: Tensor) -> np.ndarray:
    """Values of either sign, (28, 28): 0 is mid-grey, what is largest in size black or white."""
    return _bytes(0.5 + 0.5 * values / values.abs().max().clamp(min=1e-30))


def _bytes(values: Tensor) -> np.ndarray:
    if values.is_floating_point():
        values = values.clamp(0, 1).mul(255).round().byte()
    return values.cpu().numpy()


def _frame(row: np.ndarray) -> None:
    width = max(1, len(row) // 5)
    row[:width] = row[-width:] = _MARK
    row[:, :width] = row[:, -width:] = _MARK
