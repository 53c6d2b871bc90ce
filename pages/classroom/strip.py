"""The class on every page: its entry beside the title, and the vote at the top."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mnist_core.language import _
from pages.app.classroom import CLASS
from pages.app.presenting import presented_query
from pages.app.visitors import Visitor
from pages.classroom.vote import answer_vote, vote_strip

NAME = "Class"

_STYLE = (
    "<style>:is(.st-key-ballot, .st-key-class_strip, .st-key-class_row) { margin-top: 0.5rem; }"
    ".st-key-class_strip > :has(.live-html) { flex: 1 1 12rem; min-width: 0; }"
    ".st-key-class_strip .live-html p { margin: 0; font-size: 0.9rem; line-height: 1.3; }</style>"
)


def class_strip(
    visitor: Visitor, head: DeltaGenerator, name: str, pages: Mapping[str, st.Page]
) -> None:
    """Whoever has come by the teacher's link teaches; a student's vote stands at the top.

    head: where the title stands, and the entry to the class.
    name: of the page below.
    pages: by their names.
    """
    _recognize(visitor)
    visitor.page = name
    if visitor.leads_to:
        page, visitor.leads_to = pages[visitor.leads_to], None
        st.switch_page(page, query_params=presented_query())
    if name != NAME and head.button(
        _("Class"),
        key="class_enter",
        icon=":material/groups:",
        type="tertiary",
        help=_("Vote together, follow the teacher, compare everybody’s networks."),
    ):
        st.switch_page(pages[NAME], query_params=presented_query())
    if CLASS.has(visitor.id) or CLASS.teaches(visitor.id):
        st.html(_STYLE)
    if CLASS.has(visitor.id):
        answer_vote(visitor)
    elif CLASS.teaches(visitor.id):
        visitor.feed.watch(_buttons_wanted)
        if name != NAME:
            vote_strip(visitor)


def _buttons_wanted() -> tuple:
    """What of the class decides which buttons a teacher has: another tab may have changed it."""
    scene = CLASS.scene
    return scene.open, scene.vote and (scene.vote.number, scene.vote.open), scene.sample


def _recognize(visitor: Visitor) -> None:
    """By the token in the address, which is taken out of it: a projector shows the address."""
    token = st.query_params.get("teacher")
    if token is None:
        return
    st.query_params.pop("teacher")
    if not CLASS.recognize(visitor.id, token):
        st.warning(
            _(
                "This is not the teacher’s link that the server has printed since it was started. "
                "Copy it from the terminal once more."
            ),
            icon=":material/key_off:",
        )
