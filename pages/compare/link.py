"""The race that the page's address carries, both ways."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from mnist_core.language import _
from mnist_core.race import Plan, address
from pages.app.setup_widgets import LARGEST_TYPED_SEED, wish_for_setup
from pages.app.visitors import Visitor
from pages.compare.own_race import LARGEST, set_widgets


@dataclass
class Link:
    """What the page's address asked for.

    plan: None before the address has been read.
    nonsense: the names in it whose values made no sense.
    """

    plan: Plan | None = None
    nonsense: tuple[str, ...] = ()


def read_link(visitor: Visitor) -> Link:
    """The settings in the page's address, read the first time that the visitor comes here.

    Settings in it unfold “Your own race”. What the sidebar chooses is set by a second script run,
    for the sidebar is drawn already.
    """
    link = visitor.kept(Link)
    # A session can be cleared of its widgets' values: the address still has them.
    if link.plan is not None and "race_raced" in st.session_state:
        return link
    query = st.query_params.to_dict()
    plan, nonsense = address.from_query(query)
    beyond = _beyond_the_widgets(plan)
    if beyond:
        plan, _ = address.from_query({name: query[name] for name in query if name not in beyond})
    link.plan, link.nonsense = plan, (*nonsense, *beyond)
    set_widgets(plan)
    if address.names_in(query):
        st.session_state["race_own"] = True
        wish_for_setup(visitor, plan.setup)
        st.rerun()
    return link


def _beyond_the_widgets(plan: Plan) -> list[str]:
    """The names in an address of what the core allows and the page's widgets can't show."""
    budget = plan.budget
    limits = {
        "epochs": (budget.epochs, LARGEST["epochs"]),
        "seconds": (budget.seconds, LARGEST["seconds"]),
        "loss": (budget.test_loss, LARGEST["loss"]),
        "seed": (plan.setup.seed, LARGEST_TYPED_SEED),
    }
    return [name for name, (value, most) in limits.items() if value is not None and value > most]


def show_plan(visitor: Visitor, plan: Plan) -> None:
    """Have the page show this plan, as if its address had carried it; for a button's on_click."""
    link = visitor.kept(Link)
    link.plan, link.nonsense = plan, ()
    set_widgets(plan)


def say_nonsense(link: Link) -> None:
    """A note where the page's address held values that make no sense."""
    if link.nonsense:
        st.warning(
            _(
                "The page’s address holds values that make no sense for: {names}. The usual ones "
                "stand in their place."
            ).format(names=", ".join(link.nonsense)),
            icon=":material/link_off:",
        )


def carry_in_address(plan: Plan) -> None:
    """Have the page's address open this same race, ready to start. What else it says stays."""
    before = st.query_params.to_dict()
    others = {name: before[name] for name in before.keys() - address.names_in(before)}
    query = others | address.to_query(plan)
    if before != query:
        st.query_params.from_dict(query)
