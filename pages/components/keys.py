"""Keys for a teacher who stands at the projector."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import streamlit as st
from streamlit.components.v2 import component

from mnist_core.language import _, later

_CSS = """
.keys-sheet {
  position: fixed; z-index: 1000; top: 20vh; left: 50%; transform: translateX(-50%);
  padding: 1.5rem 2rem; border-radius: 0.75rem; border: 1px solid var(--st-border-color);
  color: var(--st-text-color); background: var(--st-background-color);
  box-shadow: 0 0.5rem 2rem rgba(0, 0, 0, 0.3);
}
.keys-sheet dl {
  display: grid; grid-template-columns: max-content auto; gap: 0.5rem 1.5rem; margin: 0;
}
.keys-sheet dt { font-weight: 600; }
.keys-sheet dd { margin: 0; }
"""
_MEANINGS = {
    later("Space"): later("start, pause"),
    "← →": later("a smaller or larger batch size"),
    "1 … 5": later("Digits, Mini-batch, Train, Compare, Predictions"),
    "?": later("show or hide this sheet"),
}
_HTML = '<div class="keys-sheet" role="note" hidden><dl></dl></div>'
_JS = Path(__file__).with_suffix(".js").read_text(encoding="utf-8")


def listen_to_keys(on_press: Callable[[str], None]) -> str | None:
    """Listen to the keys of the whole page, unless they are typed into a field.

    on_press: is called, before the script runs, with "space", "left" or "right".

    Returns "1" to "5" where that key began this script run, otherwise None.
    """
    keys = component("keys", html=_HTML, css=_CSS, js=_JS, isolate_styles=False)

    def pressed() -> None:
        key = st.session_state["keys"].get("pressed")
        if key and not key.isdigit():
            on_press(key)

    rows = [[_(key), _(meaning)] for key, meaning in _MEANINGS.items()]
    data = {"label": _("Keys"), "rows": rows}
    key = keys(key="keys", data=data, on_pressed_change=pressed).get("pressed")
    return key if key and key.isdigit() else None
