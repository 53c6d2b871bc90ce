"""One row of a digit's pixels, before and after normalization."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st
from torch import Tensor

from mnist_core import Normalization
from mnist_core.language import _
from mnist_core.show import charts
from pages.app.setup_widgets import formula
from pages.app.theme import is_dark
from pages.components.live_chart import chart, live_chart

_CELL_CHARACTERS = 7  # -100000: no custom normalization leads further
_CELLS_CSS = """
.pixel-cells {
  display: grid; grid-template-columns: repeat(auto-fill, minmax(62px, 1fr)); gap: 6px 1px;
  font: 13px monospace; text-align: center; white-space: nowrap;
}
.pixel-cells > div { display: grid; gap: 1px; }
.pixel-cells span { padding: 4px 0; border: 1px solid rgba(128, 128, 128, .4); }
"""


@dataclass(frozen=True)
class PixelRow:
    """A row of a digit's pixels, 0 to 1, and what the normalization makes of them."""

    index: int
    before: list[float]
    after: list[float]
    normalization: Normalization

    @property
    def in_words(self) -> str:
        """Which row it is, and what becomes of it."""
        return _("**Row {row}**, framed: each pixel x becomes **{formula}**.").format(
            row=self.index, formula=formula(self.normalization)
        )

    def chart(self, dark: bool) -> dict[str, object]:
        """Both as lines, as live_chart draws them."""
        label = _("Line chart of row {row}: before from {before}, after from {after}").format(
            row=self.index, before=ends(self.before), after=ends(self.after)
        )
        return chart(charts.pixel_row(self.before, self.after, dark), label, height=320)


def row_before_and_after(pixels: Tensor, index: int, normalization: Normalization) -> PixelRow:
    """Show the row's pixels as numbers and as two lines."""
    before, after = (pixels.float() / 255).tolist(), normalization(pixels).tolist()
    row = PixelRow(index, before, after, normalization)
    st.markdown(
        _(
            "**Row {row}**, pixel by pixel: above **before**, from 0 (black) to 1 (white), below "
            "it **after**, shaded as it is drawn."
        ).format(row=index)
    )
    st.html(_cells(before, after))
    live_chart("row_chart", row.chart(is_dark()))
    return row


def ends(values: list[float]) -> str:
    """The lowest of them and the highest."""
    return _("{least:.4f} to {most:.4f}").format(least=min(values), most=max(values))


def _cells(before: list[float], after: list[float]) -> str:
    """A column for each pixel: its index and its two values, both shaded by the first."""
    columns = zip(_written(before), _written(after), map(_shade, before), strict=True)
    cells = [
        f'<div>{index}<span style="{shade}">{one}</span><span style="{shade}">{other}</span></div>'
        for index, (one, other, shade) in enumerate(columns)
    ]
    return f'<style>{_CELLS_CSS}</style><div class="pixel-cells">{"".join(cells)}</div>'


def _written(values: list[float]) -> list[str]:
    """With four decimals, or as many fewer as let the longest of them fit into its cell."""
    most_first = ([f"{value:.{decimals}f}" for value in values] for decimals in range(4, -1, -1))
    return next(one for one in most_first if max(map(len, one)) <= _CELL_CHARACTERS)


def _shade(share: float) -> str:
    """From 0 (black) to 1 (white), and a colour that can be read on it."""
    grey = round(255 * share)
    return f"background:rgb({grey},{grey},{grey});color:{'#000' if grey > 127 else '#fff'}"
