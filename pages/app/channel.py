"""The tab's end of the live channel."""

from __future__ import annotations

from pathlib import Path

from streamlit.components.v2 import component

from mnist_core.language import _
from pages.app.theme import background
from pages.components.part import FOLLOW_JS

_CSS = """
.live-channel {
  position: fixed; z-index: 1000; bottom: 1rem; left: 50%; transform: translateX(-50%);
  width: max-content; max-width: 90vw; padding: 0.5rem 1rem; border-radius: 0.5rem;
  color: var(--st-background-color); background: var(--st-text-color);
}
"""
_HTML = '<div class="live-channel" role="status" hidden></div>'
_JS = FOLLOW_JS + Path(__file__).with_suffix(".js").read_text(encoding="utf-8")


def open_channel(path: str) -> None:
    """Have the tab keep one connection to that path of this server, and say where it has none.

    It shows nothing else. Where the server asks for it, or the page has another theme than the
    script has drawn it in, the script is run.
    """
    channel = component("live_channel", html=_HTML, css=_CSS, js=_JS, isolate_styles=False)
    cut = _("The connection to the server is cut: the figures stand still. Trying again …")
    data = {"path": path, "cut": cut, "background": background()}
    channel(key="live_channel", data=data, on_run_change=lambda: None)
