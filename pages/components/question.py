"""The question at a page's end."""

from __future__ import annotations

import streamlit as st


def ask(question: str, answer: str) -> None:
    """Ask it, and fold away an answer."""
    st.markdown(f"**Question:** {question}")
    with st.expander("An answer"):
        st.markdown(answer)
