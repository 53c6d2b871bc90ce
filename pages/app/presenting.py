"""The presenter's view: large type, the charts, and beside them only what one moves."""

from __future__ import annotations

import streamlit as st

from mnist_core.language import _

_STYLE = (
    "<style>html { font-size: 150%; } [data-testid=stSidebarNav], .st-key-head, "
    ".st-key-choices > :not(.st-key-present) { display: none !important; }"
    "@media (min-width: 768px) { .stMainBlockContainer { padding: 0.5rem 1rem !important; } }"
    "</style>"
)


def is_presented() -> bool:
    """Whether the address asks for the presenter's view: ?present=1."""
    return st.query_params.get("present") == "1"


def presented_query() -> dict[str, str]:
    """What an address needs to stay in the view that it is in."""
    return {"present": "1"} if is_presented() else {}


def style_presentation() -> None:
    """Half as large again, without the title and the pages' names."""
    if is_presented():
        st.html(_STYLE)


def presentation_button() -> None:
    """Into the presenter's view, or out of it."""
    if is_presented():
        label, icon, click = _("Leave"), "fullscreen_exit", _leave
    else:
        label, icon, click = _("Present"), "present_to_all", _present
    st.button(label, key="present", icon=f":material/{icon}:", on_click=click, type="tertiary")


def _present() -> None:
    st.query_params["present"] = "1"


def _leave() -> None:
    st.query_params.pop("present", None)
