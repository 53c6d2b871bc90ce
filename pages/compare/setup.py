"""What a race is to be: a ready one, or one's own."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from mnist_core.language import _, later
from mnist_core.race import Plan
from mnist_core.race.plan import FIVE_SIZES, WITH_AND_WITHOUT
from pages.app.setup_widgets import chosen_setup
from pages.app.visitors import Visitor
from pages.compare.own_race import chosen_plan, own_race, set_widgets

READY_RACES = {
    later("With and without mini-batches"): WITH_AND_WITHOUT,
    later("Five sizes, ten seconds each"): FIVE_SIZES,
    later("The same, rate × √B"): replace(FIVE_SIZES, rule="square_root"),
    later("Shuffled or sorted by label"): Plan((200,), orders=("shuffled", "sorted by label")),
}


def choose_race(visitor: Visitor, linked: Plan) -> Plan | None:
    """A button for each ready race, which starts it, and the visitor's own race, folded.

    linked: what the page's address asked for.

    Return the plan of the own race, or None where its settings make none.
    """
    with st.container(horizontal=True):
        for name, ready in READY_RACES.items():
            st.button(
                _(name),
                key=f"race_ready_{list(READY_RACES).index(name)}",
                type="primary",
                on_click=start_ready,
                args=(visitor, ready),
            )
        # With a state of its own, so that a link can unfold it.
        with st.popover(
            _("Your own race"), key="race_own", icon=":material/tune:", on_change="rerun"
        ):
            return own_race(visitor, linked, _start_own)


def start_ready(visitor: Visitor, ready: Plan) -> None:
    """Start it with what the sidebar chooses for a new run; for a button's on_click."""
    plan = replace(ready, setup=chosen_setup(visitor))
    set_widgets(plan)
    _start(visitor, plan)


def _start_own(visitor: Visitor) -> None:
    try:
        plan = chosen_plan(visitor)
    except ValueError:
        return  # the widgets say why
    # Otherwise it would lie over the race's charts again as soon as the race is over.
    st.session_state["race_own"] = False
    _start(visitor, plan)


def _start(visitor: Visitor, plan: Plan) -> None:
    if plan.raced == "learning_rate":
        # A loss that goes up by powers of ten would press all others flat.
        axes = st.session_state.get("race_axes") or []
        st.session_state["race_axes"] = list(dict.fromkeys([*axes, "log_loss"]))
    visitor.training.start_race(plan)
