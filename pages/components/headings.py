"""Headings further down a page, to which a link leads."""

from __future__ import annotations

import streamlit as st

from mnist_core.language import _


def heading(text: str) -> None:
    """A heading, whose text is marked to be translated, with the same anchor in every language."""
    st.subheader(_(text), anchor=anchor(text))


def anchor(text: str) -> str:
    """The last part of a link to that heading."""
    return text.lower().replace(" ", "-")
