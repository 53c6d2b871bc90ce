"""The first digits of a mini-batch as pictures: on the page, and for those who follow it."""

from __future__ import annotations

from dataclasses import dataclass

from mnist_core.language import _
from mnist_core.show import sentences
from pages.components.digit_grid import grid
from pages.components.live_html import caption, sentence

TWO_ROWS = 42  # on a projector


@dataclass(frozen=True)
class Pictured:
    """The digits of a mini-batch that the page shows.

    size: of the whole mini-batch.
    labels: of those that are shown.
    sheet: their pictures.
    """

    size: int
    labels: list[int]
    sheet: str

    def grid(self, count: int, picked: int) -> dict[str, object]:
        """The first of them, as digit_grid draws them."""
        labels = self.labels[:count]
        names = [digit_name(place, label) for place, label in enumerate(labels)]
        captions = [str(label) for label in labels]
        return grid(self.sheet, captions, names, picked, size=32, of=len(self.labels))

    @property
    def first_rows(self) -> dict[str, object]:
        """As many as the page shows to begin with, none of them picked."""
        return self.grid(TWO_ROWS, -1)

    @property
    def in_words(self) -> str:
        """How large the mini-batch is, and how many of its digits those are, as HTML."""
        shown = min(TWO_ROWS, self.size)
        left_out = first_of(shown, self.size) if shown < self.size else ""
        return sentence(f"**{title(self.size)}**") + caption(left_out)


def title(size: int) -> str:
    """A mini-batch of that size."""
    return _("One mini-batch of {size}").format(size=sentences.batch_size(size))


def first_of(count: int, size: int) -> str:
    """That only so many digits are shown."""
    return _("The first {count} of {size:,}; the others are in the batch as well.").format(
        count=count, size=size
    )


def digit_name(place: int, label: int) -> str:
    """A digit by its place in the mini-batch, from 0 on."""
    return _("{nth} digit of the batch (a {label})").format(
        nth=sentences.ordinal(place + 1), label=label
    )
