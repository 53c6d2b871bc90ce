"""A drawing made into a digit as MNIST's were."""

from __future__ import annotations

import numpy as np

from mnist_core.data import SIDE

_BOX = 20  # pixels: the longer side of every MNIST digit
_CENTRE = 14.5  # where the centre of mass of MNIST's digits lies, from the edge


def like_mnist(drawing: np.ndarray) -> np.ndarray | None:
    """The drawing scaled into a box of 20 × 20 and put with its centre of mass in the middle.

    drawing: uint8, of any height and width, 0 is black and 255 is white.

    Returns uint8, (28, 28); None where nothing is drawn. Source: Y. LeCun, C. Cortes and
    C. Burges, "The MNIST database of handwritten digits".
    """
    rows, columns = np.nonzero(drawing)
    if not len(rows):
        return None
    ink = drawing[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    scale = _BOX / max(ink.shape)
    height, width = (max(1, round(side * scale)) for side in ink.shape)
    small = _averaged(ink.shape[0], height) @ ink @ _averaged(ink.shape[1], width).T
    digit = np.zeros((SIDE, SIDE))
    top, left = (_begin(small.sum(axis=1 - axis)) for axis in (0, 1))
    digit[top : top + height, left : left + width] = small
    return digit.round().astype(np.uint8)


def _averaged(before: int, after: int) -> np.ndarray:
    """A matrix, (after, before), of the share that each pixel has in each of the new ones."""
    edges = np.linspace(0, before, after + 1)[:, None]
    begins, ends = np.maximum(edges[:-1], np.arange(before)), np.arange(1, before + 1)
    shares = np.clip(np.minimum(edges[1:], ends) - begins, 0, None)
    return shares / shares.sum(axis=1, keepdims=True)


def _begin(ink: np.ndarray) -> int:
    """Where a digit with so much ink in each row begins, for its centre of mass to be central."""
    centre = (ink * (np.arange(len(ink)) + 0.5)).sum() / ink.sum()
    return int(np.clip(round(_CENTRE - centre), 0, SIDE - len(ink)))
