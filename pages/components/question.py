"""The question at a page's end."""

from __future__ import annotations

import streamlit as st

from mnist_core.language import _
from mnist_core.show.questions import Question


def ask(question: Question) -> None:
    """Ask it, and fold away an answer."""
    st.markdown(_("**Question:** {asked}").format(asked=_(question.asked)))
    with st.expander(_("An answer")):
        st.markdown(_(question.answer))
