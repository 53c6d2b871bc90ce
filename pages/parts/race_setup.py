"""What a race is to be: its widgets, and the page's address that carries their values."""

from __future__ import annotations

import streamlit as st

from mnist_core import Budget, words
from mnist_core.data import TEST_DIGITS
from mnist_core.race import Plan, links
from mnist_core.race import words as race_words
from mnist_core.race.plan import MOST_SIZES, REFERENCE_SIZE
from pages.parts.choice import choose
from pages.parts.knobs import BATCH_SIZES, LEARNING_RATES
from pages.parts.session import Link, Session
from pages.parts.setups import LARGEST_TYPED_SEED, chosen_setup, wish_for_setup

_LIMITS = {"epochs": "Epochs", "seconds": "Seconds", "loss": "Until a test loss"}
_RULES = {"same": "The same for all", "square_root": "× √(B / 200)", "linear": "× B / 200"}
_REPEATS = {1: "One seed", 3: "3 seeds", 5: "5 seeds"}
_TUTORIAL = {"none": "No", "tenth": "A tenth of an epoch", "whole": "A whole epoch"}
_MOST_EPOCHS, _MOST_SECONDS, _LARGEST_LOSS = 1_000.0, 3_600.0, 1e6


def read_link(session: Session) -> None:
    """Take the settings from the page's address, the first time that the visitor comes here.

    What the sidebar chooses is set by a second script run, for the sidebar is drawn already.
    """
    if session.link is not None:
        return
    query = st.query_params.to_dict()
    plan, nonsense = links.from_query(query)
    beyond = _beyond_the_widgets(plan)
    if beyond:
        plan, _ = links.from_query({name: query[name] for name in query if name not in beyond})
    session.link = Link(plan, (*nonsense, *beyond))
    if links.names_in(query):
        wish_for_setup(session, plan.setup)
        st.rerun()


def _beyond_the_widgets(plan: Plan) -> list[str]:
    """The names in an address of what the core allows and the page's widgets can't show."""
    budget = plan.budget
    limits = {
        "epochs": (budget.epochs, _MOST_EPOCHS),
        "seconds": (budget.seconds, _MOST_SECONDS),
        "loss": (budget.test_loss, _LARGEST_LOSS),
        "seed": (plan.setup.seed, LARGEST_TYPED_SEED),
    }
    return [name for name, (value, most) in limits.items() if value is not None and value > most]


def say_nonsense(link: Link) -> None:
    """A note where the page's address held values that make no sense."""
    if link.nonsense:
        st.warning(
            f"The page’s address holds values that make no sense for: {', '.join(link.nonsense)}. "
            "The usual ones stand in their place.",
            icon=":material/link_off:",
        )


def race_setup(session: Session, *, fixed: bool) -> Plan | None:
    """Draw the widgets; the plan that they make, or None, with the reason, where they make none.

    fixed: whether a race is on, whose settings stay as they are.
    """
    first = session.link.plan
    sizes = _sizes(first, fixed)
    budget = _budget(first, fixed)
    rule, rate = _learning_rate(first, fixed)
    left, right = st.columns(2)
    with left:
        repeats = choose(
            "Bigger than luck?", _REPEATS, key="race_repeats", first=first.repeats, disabled=fixed
        )
    with right:
        tutorial = choose(
            "As the tutorial wrote it too",
            _TUTORIAL,
            key="race_tutorial",
            first=first.tutorial,
            disabled=fixed,
        )
    try:
        plan = Plan(tuple(sizes), budget, rate, rule, chosen_setup(session), int(repeats), tutorial)
    except ValueError as error:
        st.error(f"There can be no such race: {error}.", icon=":material/error:")
        return None
    st.caption(
        f"{race_words.same_start(plan)} Seed, order and normalization are those under “For a new "
        "run” in the sidebar. The page’s address carries all of this: copy it to share the race."
    )
    return plan


def carry_in_address(plan: Plan) -> None:
    """Have the page's address open this same race, ready to start."""
    query = links.to_query(plan)
    if st.query_params.to_dict() != query:
        st.query_params.from_dict(query)


def _sizes(first: Plan, fixed: bool) -> list[int]:
    st.session_state.setdefault("race_sizes", list(first.batch_sizes))
    return st.multiselect(
        f"Batch sizes (up to {MOST_SIZES})",
        sorted({*BATCH_SIZES, *first.batch_sizes, *st.session_state["race_sizes"]}),
        key="race_sizes",
        format_func=words.batch_size,
        max_selections=MOST_SIZES,
        disabled=fixed,
        persist_state="session",
    )


def _budget(first: Plan, fixed: bool) -> Budget:
    budget = first.budget
    kind = "seconds" if budget.seconds else "loss" if budget.test_loss else "epochs"
    left, right = st.columns(2)
    with left:
        limit = choose("Each trains for", _LIMITS, key="race_limit", first=kind, disabled=fixed)
    with right, st.container(horizontal=True):
        if limit == "seconds":
            seconds = _number(
                "Seconds of training each", "race_seconds", budget.seconds or 10.0, 0.1, fixed
            )
            return Budget(seconds=min(seconds, _MOST_SECONDS))
        loss = None
        if limit == "loss":
            loss = _number(
                f"Test loss, sum over {TEST_DIGITS:,}",
                "race_loss",
                budget.test_loss or 3_000.0,
                1.0,
                fixed,
            )
        label = "At most, epochs" if limit == "loss" else "Epochs each"
        epochs = _number(label, f"race_epochs_{limit}", budget.epochs or 3.0, 0.01, fixed)
        return Budget(epochs=epochs, test_loss=loss)


def _number(label: str, key: str, first: float, least: float, fixed: bool) -> float:
    most = {"race_seconds": _MOST_SECONDS, "race_loss": _LARGEST_LOSS}.get(key, _MOST_EPOCHS)
    st.session_state.setdefault(key, min(max(float(first), least), most))
    return st.number_input(
        label,
        min_value=least,
        max_value=most,
        step=1.0 if least < 1 else 100.0,
        format="%.6g",
        key=key,
        disabled=fixed,
        persist_state="session",
    )


def _learning_rate(first: Plan, fixed: bool) -> tuple[str, float]:
    left, right = st.columns(2)
    with left:
        rule = choose("Learning rate", _RULES, key="race_rule", first=first.rule, disabled=fixed)
    st.session_state.setdefault("race_rate", first.learning_rate)
    rate = right.select_slider(
        f"Learning rate at batch size {REFERENCE_SIZE}",
        sorted({*LEARNING_RATES, first.learning_rate, st.session_state["race_rate"]}),
        key="race_rate",
        format_func=words.learning_rate,
        disabled=fixed,
        persist_state="session",
        help="× √(B / 200) is the square-root rule, derived for Adam; × B / 200 is the linear "
        "rule, made for SGD: with Adam it goes too far at large sizes.",
    )
    return rule, rate
