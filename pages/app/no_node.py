"""What a visitor reads while no computer of the cluster can train, or answer for a network."""

from __future__ import annotations

import streamlit as st

from mnist_core.cluster.connection import NoNodeError
from mnist_core.faults import fault
from mnist_core.language import _
from pages.app.scheduling import SCHEDULER
from pages.app.visitors import Visitor

_ICON = ":material/cloud_off:"


def say_no_node(visitor: Visitor) -> None:
    """Say so for as long as nothing can be trained."""
    can_train = SCHEDULER.can_train
    visitor.feed.redraw_when(lambda: SCHEDULER.can_train != can_train)
    if not can_train:
        st.warning(
            _(
                "No computer of the cluster can train at present: no run goes on, and none leaves "
                "a copy at the old size. Wait, or start one with `ray start`; then **Start** works."
            ),
            icon=_ICON,
        )


def say_unanswered(visitor: Visitor, error: NoNodeError) -> None:
    """Say why nothing stands here that only the network itself could answer."""
    if visitor.training.run.error:
        st.error(
            _("The network can’t be asked any more: {why}. Press **Reset** to begin again.").format(
                why=fault(str(error))
            ),
            icon=_ICON,
        )
        return
    visitor.feed.redraw_when(lambda: SCHEDULER.can_train)
    st.warning(
        _(
            "No computer of the cluster can answer for your network at present. Wait, or have one "
            "started with `ray start`: what belongs here then appears by itself."
        ),
        icon=_ICON,
    )
