"""Digits as a grid: of buttons, one of which can be picked, or of pictures alone."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from PIL import Image
from streamlit.components.v2 import component

from mnist_core.language import _
from mnist_core.show import pictures
from pages.components.part import FOLLOW_JS, part

if TYPE_CHECKING:
    from torch import Tensor

_CSS = """
.digit-grid { display: flex; flex-wrap: wrap; gap: 4px; }
.digit-room { container-type: inline-size; }
.digit-grid.even { display: grid; grid-template-columns: repeat(4, minmax(0, 1fr)); }
@container (min-width: 560px) {
  .digit-grid.even { grid-template-columns: repeat(8, minmax(0, 1fr)); }
}
@container (min-width: 800px) { .digit-grid.even { --zoom: 1.5; } }
.digit-grid > * {
  padding: 2px; border: 2px solid transparent; border-radius: 6px; background: none; margin: 0;
  color: var(--st-text-color); font: inherit; font-size: 14px; line-height: 1.3;
  display: flex; flex-direction: column; align-items: center;
}
.digit-grid button { cursor: pointer; }
.digit-grid button:hover { border-color: var(--st-border-color); }
.digit-grid button:focus-visible { outline: 3px solid var(--st-primary-color); }
.digit-grid :is([aria-pressed=true], .picked) { border-color: var(--st-primary-color); }
.digit-grid i {
  --side: calc(var(--size) * var(--zoom, 1));
  display: block; flex: none; width: var(--side); height: var(--side);
  background-size: calc(var(--digits) * var(--side)) var(--side);
  background-position: calc(-1 * var(--place) * var(--side)) 0;
  background-color: black; image-rendering: pixelated;
}
.digit-grid span { white-space: pre-line; text-align: center; }
/* Room for a third line, so that no row moves when one comes. */
.digit-grid.even span { min-height: 3lh; margin-top: 4px; }
.digit-grid .marked i { outline: 2px dotted var(--st-primary-color); outline-offset: 2px; }
/* Below the others, with its caption beside it. */
.digit-grid .apart { grid-column: 1 / -1; flex-direction: row; gap: 12px; }
.digit-grid.even .apart span { text-align: left; min-height: 0; margin: 0; }
"""
_JS = FOLLOW_JS + Path(__file__).with_suffix(".js").read_text(encoding="utf-8")


def picked_index(key: str, count: int, first: int = 0) -> int:
    """The place of the picture that is picked in the grid of that key.

    count: how many pictures it has.
    first: the place of the one to begin with, -1 for none.
    """
    # The component's own state goes when one leaves the page; a copy of it stays.
    kept = f"{key}.picked"
    state = st.session_state.get(key) or {}
    picked = state.get("picked", st.session_state.get(kept, first))
    st.session_state[kept] = picked = picked if 0 <= picked < count else first
    return picked


def sheet(images: Tensor) -> str:
    """The images, uint8, (N, 28, 28), in one picture beside each other, as a data address."""
    return data_uri(pictures.sheet(images)) if len(images) else ""


def grid(
    pictured: str,
    captions: Sequence[str],
    names: Sequence[str],
    picked: int,
    size: int = 56,
    looks: Sequence[str] = (),
    of: int | None = None,
) -> dict[str, object]:
    """What a grid of digits shows, as buttons.

    pictured: their sheet().
    captions: below each picture.
    names: what a screen reader says of each.
    picked: the place of the one that is picked, -1 for none.
    size: of a picture, in pixels; half as large again in wide rows of eight.
    looks: "marked", in a dotted frame, "apart", in a row of its own, both or "", for each. With
        them, eight digits stand in a row, or four where there is little room; otherwise as many as
        there is room for.
    of: how many the sheet has, where those are only its first ones.
    """
    digits = [
        {"caption": caption, "name": name, "look": look}
        for caption, name, look in zip(captions, names, looks or [""] * len(names), strict=True)
    ]
    return {
        "sheet": pictured,
        "of": len(digits) if of is None else of,
        "size": size,
        "even": bool(looks),
        "digits": digits,
        "picked": picked,
    }


def digit_grid(key: str, shown: dict[str, object]) -> None:
    """Draw the grid; picked_index() tells which picture is picked."""
    _place()(key=key, data=_named(key, shown), on_picked_change=lambda: None)


def digit_pictures(key: str, shown: dict[str, object] | None) -> None:
    """Draw the grid as pictures, of which none can be picked; None draws nothing."""
    _place()(key=key, data=_named(key, shown) | {"still": True})


def _place() -> Callable[..., object]:
    return component(
        "digit_grid",
        html='<div class="digit-room"><div class="digit-grid" role="group"></div></div>',
        css=_CSS,
        js=_JS,
        isolate_styles=False,
    )


def _named(key: str, shown: dict[str, object] | None) -> dict[str, object]:
    return part(key, shown) | {"label": _("Digits")}


def picture(address: str, width: int, description: str) -> None:
    """Draw one picture as it is: st.image would compress it, and so blur its pixels.

    address: its data_uri().
    """
    st.html(
        f'<img src="{address}" alt="{description}" width="{width}"'
        ' style="image-rendering: pixelated; max-width: 100%">'
    )


def data_uri(picture: np.ndarray) -> str:
    """The picture, uint8, as a PNG that stands in the page itself."""
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, format="PNG")
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()
