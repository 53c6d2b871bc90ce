"""The question at a page's end."""

from __future__ import annotations

import streamlit as st

from mnist_core.show.questions import Question


def ask(question: Question) -> None:
    """Ask it, and fold away an answer."""
    st.markdown(f"**Question:** {question.asked}")
    with st.expander("An answer"):
        st.markdown(question.answer)
