"""Digits as a grid of buttons: one can be picked, by mouse or by keyboard."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import streamlit as st
from PIL import Image
from streamlit.components.v2 import component
from torch import Tensor

from mnist_core import pictures

_CSS = """
.digit-grid { display: flex; flex-wrap: wrap; gap: 4px; }
.digit-grid button {
  padding: 2px; border: 2px solid transparent; border-radius: 6px; background: none;
  color: var(--st-text-color); font: inherit; font-size: 14px; line-height: 1.3; cursor: pointer;
  display: flex; flex-direction: column; align-items: center;
}
.digit-grid button:hover { border-color: var(--st-border-color); }
.digit-grid button:focus-visible { outline: 3px solid var(--st-primary-color); }
.digit-grid button[aria-pressed=true] { border-color: var(--st-primary-color); }
.digit-grid i {
  display: block; width: var(--size); height: var(--size);
  background-color: black; image-rendering: pixelated;
}
.digit-grid span { white-space: pre-line; text-align: center; }
"""
_JS = Path(__file__).with_suffix(".js").read_text(encoding="utf-8")


def digit_grid(
    images: Tensor,
    captions: Sequence[str],
    names: Sequence[str],
    *,
    key: str,
    size: int = 56,
    picked: int = 0,
) -> int:
    """Draw the images, uint8, (N, 28, 28), as buttons; the place of the one that is picked.

    captions: below each picture.
    names: what a screen reader says of each.
    size: of a picture, in pixels.
    picked: the place of the one to begin with, -1 for none.
    """
    # The component's own state goes when one leaves the page; a copy of it stays.
    kept = f"{key}.picked"
    state = st.session_state.get(key) or {}
    chosen = state.get("picked", st.session_state.get(kept, picked))
    if not 0 <= chosen < len(images):
        chosen = picked
    st.session_state[kept] = chosen
    grid = component(
        "digit_grid",
        html='<div class="digit-grid" role="group" aria-label="Digits"></div>',
        css=_CSS,
        js=_JS,
        isolate_styles=False,
    )
    digits = [
        {"caption": caption, "name": name} for caption, name in zip(captions, names, strict=True)
    ]
    grid(
        key=key,
        data={
            "sheet": data_uri(pictures.sheet(images)),
            "size": size,
            "digits": digits,
            "picked": chosen,
        },
        on_picked_change=lambda: None,
    )
    return chosen


def picture(pixels: np.ndarray, width: int, description: str) -> None:
    """Draw one picture, uint8, as it is: st.image would compress it, and so blur its pixels."""
    st.html(
        f'<img src="{data_uri(pixels)}" alt="{description}" width="{width}"'
        ' style="image-rendering: pixelated; max-width: 100%">'
    )


def data_uri(picture: np.ndarray) -> str:
    """The picture, uint8, as a PNG that stands in the page itself."""
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, format="PNG")
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()
