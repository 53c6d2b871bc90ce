"""Where the gradients of mini-batches point, against the gradient of all training digits."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil

import torch
from torch import Tensor
from torch.nn.functional import normalize

from mnist_core.data import PIXELS, SIDE, Digits
from mnist_core.records import Needle, Needles
from mnist_core.training.architecture import HIDDEN
from mnist_core.training.learner import CHUNK, Learner
from mnist_core.training.noise import GradientSum

MOST_NEEDLES = 60
# What a draw may take: a pass over so many digits takes about half a second.
_MOST_DIGITS = 60_000
_PICTURED = 3


class Compass:
    """The gradient of all training digits at one state of a network, and mini-batches' beside it.

    learner: a copy of a run's own; it stays as it is.
    train: the training digits.
    """

    def __init__(self, learner: Learner, train: Digits) -> None:
        self._learner = learner
        self._train = train
        self._full = GradientSum(learner)
        self._gradients: list[Tensor] = []
        self._batch_size = 0
        self._needles: Needles | None = None

    @property
    def updates(self) -> int:
        """That the network had made."""
        return self._learner.steps

    def draw(self, batch_size: int, seed: int) -> Iterator[None]:
        """Compute the gradients of mini-batches drawn at random, in place of those before.

        The gradient of all training digits comes before the first of them. No digit is drawn twice
        within a mini-batch. There are 60, and fewer of more than 1,000 digits each. It stops after
        each 2,000 digits at most, so that other things can be done in between.
        """
        generator = torch.Generator().manual_seed(seed)
        self._gradients, self._batch_size, self._needles = [], batch_size, None
        left = torch.arange(self._full.digits, len(self._train))
        yield from self._full.add_by_chunks(self._train, left)
        for _ in range(needle_count(batch_size)):
            batch = GradientSum(self._learner)
            drawn = torch.randperm(len(self._train), generator=generator)[:batch_size]
            yield from batch.add_by_chunks(self._train, drawn)
            self._gradients.append(batch.mean)

    def pieces(self, batch_size: int) -> int:
        """How often a draw of that size stops, from now on."""
        left = len(self._train) - self._full.digits
        return ceil(left / CHUNK) + needle_count(batch_size) * ceil(batch_size / CHUNK)

    @property
    def needles(self) -> Needles:
        """How the gradients of the latest draw lie."""
        # It takes a tenth of a second, and a page asks for it whenever it is drawn.
        if self._needles is None:
            self._needles = self._compare()
        return self._needles

    def _compare(self) -> Needles:
        full, drawn = self._full.mean, torch.stack(self._gradients)
        # The bound is far below any gradient but 0, which has no direction: it counts as 90°.
        unit, units = (normalize(one, dim=-1, eps=1e-30) for one in (full, drawn))
        angles = (units @ unit).clamp(-1, 1).acos().rad2deg().tolist()
        lengths = (drawn.norm(dim=1) / full.norm().clamp(min=1e-30)).tolist()
        noise = self._full.noise
        sizes = sorted({*_sizes_up_to(len(self._train)), self._batch_size})
        return Needles(
            tuple(map(Needle, angles, lengths)),
            self._batch_size,
            self.updates,
            noise.noise_scale,
            {size: noise.cosine(size, without_repeats=True) for size in sizes},
        )

    @property
    def pictured_unit(self) -> int:
        """Index of the hidden unit to whose incoming weights the full gradient matters most."""
        return int(_by_unit(self._full.mean).norm(dim=1).argmax())

    @property
    def pictures(self) -> Tensor:
        """That unit's incoming gradients, (1 + batches, 28, 28): the full one, three batches'."""
        shown = torch.stack([self._full.mean, *self._gradients[:_PICTURED]])
        return torch.stack([_by_unit(one)[self.pictured_unit] for one in shown]).view(
            -1, SIDE, SIDE
        )


def needle_count(batch_size: int) -> int:
    """How many mini-batches of that size are drawn."""
    return max(1, min(MOST_NEEDLES, _MOST_DIGITS // batch_size))


def _sizes_up_to(most: int) -> list[int]:
    """Whole numbers from 1 on, about evenly apart on a logarithmic axis."""
    return [round(most ** (step / 60)) for step in range(61)]


def _by_unit(gradient: Tensor) -> Tensor:
    """Its part for the weights into the hidden layer, (256, 784)."""
    return gradient[: HIDDEN * PIXELS].view(HIDDEN, PIXELS)
