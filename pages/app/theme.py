"""Which of the two themes a visitor looks at."""

from __future__ import annotations

import streamlit as st


def is_dark() -> bool:
    """Whether it is the dark one."""
    return st.context.theme.type == "dark"


def background() -> str:
    """The page's colour in that theme."""
    return st.get_option(f"theme.{'dark' if is_dark() else 'light'}.backgroundColor")
