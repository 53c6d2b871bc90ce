"""A square to draw a digit on, with mouse, pen or finger."""

from __future__ import annotations

import base64
import binascii
from pathlib import Path

import numpy as np
import streamlit as st
from streamlit.components.v2 import component

from mnist_core.language import _

SIDE = 112  # pixels, as in the JavaScript

_CSS = """
.drawing-pad { display: flex; flex-direction: column; gap: 0.5rem; width: min(100%, 280px); }
.drawing-pad canvas {
  width: 100%; aspect-ratio: 1; border: 1px solid var(--st-border-color); border-radius: 0.5rem;
  background: black; cursor: crosshair;
  /* A finger draws, and does not scroll the page. */
  touch-action: none; user-select: none;
}
.drawing-pad button {
  min-height: 2.5rem; border: 1px solid var(--st-border-color); border-radius: 0.5rem;
  background: none; color: var(--st-text-color); font: inherit; cursor: pointer;
}
.drawing-pad button:hover { border-color: var(--st-primary-color); }
.drawing-pad button:focus-visible { outline: 3px solid var(--st-primary-color); }
"""
_HTML = f"""
<div class="drawing-pad">
  <canvas width="{SIDE}" height="{SIDE}" role="img"></canvas>
  <button type="button"></button>
</div>
"""
_JS = Path(__file__).with_suffix(".js").read_text(encoding="utf-8")


def drawing_pad(key: str) -> np.ndarray | None:
    """Draw the square; what has been drawn on it, uint8, (SIDE, SIDE), 255 is white.

    Returns None where nothing is drawn. The drawing stays when one leaves the page and comes back.
    """
    # The component's own state goes when one leaves the page; a copy of it stays.
    kept = f"{key}.drawing"
    state = st.session_state.get(key) or {}
    drawing = state.get("drawing", st.session_state.get(kept, ""))
    st.session_state[kept] = drawing
    pad = component("drawing_pad", html=_HTML, css=_CSS, js=_JS, isolate_styles=False)
    data = {
        "drawing": drawing,
        "label": _("A square to draw a digit on, with mouse, pen or finger"),
        "clear": _("Clear"),
    }
    pad(key=key, data=data, on_drawing_change=lambda: None)
    return _decoded(drawing)


def _decoded(drawing: object) -> np.ndarray | None:
    """What the browser has sent; None where that is no drawing."""
    try:
        greys = base64.b64decode(drawing, validate=True)
    except (binascii.Error, TypeError, ValueError):
        return None
    return np.frombuffer(greys, np.uint8).reshape(SIDE, SIDE) if len(greys) == SIDE**2 else None
