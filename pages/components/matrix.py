"""The confusion matrix: counts as buttons, of which one can be picked."""

from __future__ import annotations

from pathlib import Path

import streamlit as st
from streamlit.components.v2 import component
from torch import Tensor

from mnist_core.language import _
from pages.components.part import FOLLOW_JS, part

_CSS = """
.matrix { display: grid; grid-template-columns: 1.4em repeat(10, minmax(0, 1fr)); gap: 1px; }
.matrix b, .matrix button {
  padding: 6px 0; text-align: center; font: 14px/1.2 var(--st-font); letter-spacing: -0.02em;
  font-variant-numeric: tabular-nums; color: var(--st-text-color);
}
.matrix b { font-weight: bold; }
.matrix button {
  border: 2px solid transparent; cursor: pointer; min-width: 0; position: relative;
  background: color-mix(in srgb, var(--st-primary-color) var(--shade), transparent);
}
.matrix button:hover { border-color: var(--st-border-color); }
/* Above the cells that come after it, which would cover its outline. */
.matrix button:focus-visible { outline: 3px solid var(--st-text-color); z-index: 1; }
.matrix button[aria-pressed=true] { border-color: var(--st-text-color); }
@media (max-width: 640px) { .matrix b, .matrix button { font-size: 12px; } }
"""
_JS = FOLLOW_JS + Path(__file__).with_suffix(".js").read_text(encoding="utf-8")


def picked_cell(key: str) -> tuple[int, int] | None:
    """The cell (true, predicted) that is picked in the matrix of that key; None before one is."""
    kept = f"{key}.picked"
    state = st.session_state.get(key) or {}
    cell = state.get("picked") or st.session_state.get(kept)
    st.session_state[kept] = cell
    return tuple(cell) if cell else None


def matrix(counts: Tensor, picked: tuple[int, int]) -> dict[str, object]:
    """What a confusion matrix shows: counts, int64, (10, 10), with true labels in rows.

    picked: the cell (true, predicted) that is picked.
    """
    wrong = counts.clone().fill_diagonal_(0)
    most = max(1, int(wrong.max()))
    rows = [
        [
            {
                "count": counts[label, guess].item(),
                # Mistakes are shaded by their number; the diagonal, ten times as large, is not.
                "shade": round(50 * wrong[label, guess].item() / most),
                "name": _("true {label}, predicted {guess}: {count}").format(
                    label=label, guess=guess, count=counts[label, guess].item()
                ),
            }
            for guess in range(10)
        ]
        for label in range(10)
    ]
    return {"rows": rows, "picked": picked}


def confusion_matrix(key: str, shown: dict[str, object]) -> None:
    """Draw the matrix; picked_cell() tells which cell is picked."""
    place = component(
        "confusion_matrix",
        html='<div class="matrix" role="group"></div>',
        css=_CSS,
        js=_JS,
        isolate_styles=False,
    )
    named = part(key, shown) | {"label": _("Confusion matrix")}
    place(key=key, data=named, on_picked_change=lambda: None)
