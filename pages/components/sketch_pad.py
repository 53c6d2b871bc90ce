"""Axes to sketch a line on, with mouse, pen, finger or, by sliders, the keyboard."""

from __future__ import annotations

from pathlib import Path

import streamlit as st
from streamlit.components.v2 import component

from mnist_core.language import _
from mnist_core.show.kinds import Curve

_CSS = """
.sketch-pad { color: var(--st-text-color); width: min(100%, 22rem); min-width: 16rem; }
.sketch-pad { display: flex; flex-wrap: wrap; gap: 0.5rem 1rem; align-items: flex-start; }
.sketch-pad svg {
  display: block; width: 100%; border: 1px solid var(--st-border-color); border-radius: 0.5rem;
  cursor: crosshair;
  /* A finger draws, and does not scroll the page. */
  touch-action: none; user-select: none;
}
.sketch-pad svg text { fill: var(--st-text-color); font-size: 12px; }
.sketch-pad svg line { stroke: rgba(128, 128, 128, 0.4); }
.sketch-pad svg polyline {
  fill: none; stroke: var(--st-primary-color); stroke-width: 3; stroke-linejoin: round;
}
.sketch-pad button, .sketch-pad summary { min-height: 2.25rem; cursor: pointer; }
.sketch-pad summary { display: flex; align-items: center; text-decoration: underline; }
.sketch-pad button {
  padding: 0 0.75rem; border: 1px solid var(--st-border-color); border-radius: 0.5rem;
  background: none; color: inherit; font: inherit;
}
.sketch-pad details { flex: 1; } .sketch-pad details[open] { flex-basis: 100%; }
.sketch-pad label { display: grid; grid-template-columns: 5rem 1fr 2.5rem; gap: 0.5rem; }
.sketch-pad label { align-items: center; font-variant-numeric: tabular-nums; }
.sketch-pad input { accent-color: var(--st-primary-color); min-width: 0; }
.sketch-pad output { text-align: right; }
.sketch-pad :is(button, summary, input):focus-visible {
  outline: 3px solid var(--st-primary-color);
}
"""
_HTML = """
<div class="sketch-pad">
  <svg role="img"></svg>
  <button type="button"></button>
  <details><summary></summary><div class="sliders"></div></details>
</div>
"""
_JS = Path(__file__).with_suffix(".js").read_text(encoding="utf-8")


def sketch_pad(key: str, curve: Curve) -> tuple[float, ...] | None:
    """Draw the axes; the heights of the line that is sketched on them, as sketched() gives them."""
    pad = component("sketch_pad", html=_HTML, css=_CSS, js=_JS, isolate_styles=False)
    titles = {"x": _(curve.x_title), "y": _(curve.y_title)}
    shown = {
        "across": curve.across,
        "top": curve.top,
        "titles": [titles["x"], titles["y"]],
        "line": sketched(key, curve),
        "label": _("Axes to sketch on: {y}, against {x}").format(**titles),
        "clear": _("Clear"),
        "by_sliders": _("By sliders"),
        "at": _("at {place}"),
        "slider": _("{y}, at {place} {x}").format(**titles, place="{place}"),
    }
    pad(key=key, data=shown, on_line_change=lambda: None)
    return sketched(key, curve)


def sketched(key: str, curve: Curve) -> tuple[float, ...] | None:
    """The heights of the line on the pad of that key; None before it reaches across."""
    line = (st.session_state.get(key) or {}).get("line")
    if not isinstance(line, list) or len(line) != len(curve.across):
        return None
    sound = all(isinstance(one, int | float) and 0 <= one <= curve.top for one in line)
    return tuple(line) if sound else None
