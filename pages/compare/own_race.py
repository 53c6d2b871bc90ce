"""A race of one's own: the widgets that make its plan."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import get_args

import streamlit as st

from mnist_core import Budget
from mnist_core.data import TEST_DIGITS
from mnist_core.language import _, in_this_language, later
from mnist_core.race import Plan
from mnist_core.race.plan import MOST_VALUES, REFERENCE_SIZE, Raced, Value
from mnist_core.settings import Order
from mnist_core.show import race_names, race_sentences, sentences
from pages.app.setup_widgets import PRESETS, chosen_setup, normalization_of
from pages.app.sidebar import BATCH_SIZES, LEARNING_RATES
from pages.app.visitors import Visitor
from pages.components.choice import choose

_WHICH: dict[Raced, str] = {
    "batch_size": later("Batch sizes (up to {most})"),
    "learning_rate": later("Learning rates (up to {most})"),
    "normalization": later("Normalizations (up to {most})"),
    "order": later("Orders (up to {most})"),
}
_ALL_ELSE = later(
    "Seed, order and normalization are those under “For a new run” in the sidebar. The page’s "
    "address carries all of this: copy it to share the race."
)
_FROM_THE_SIDEBAR: dict[Raced, str] = {
    "normalization": later(
        "Seed and order are those under “For a new run” in the sidebar. The page’s address "
        "carries all of this: copy it to share the race."
    ),
    "order": later(
        "Seed and normalization are those under “For a new run” in the sidebar. The page’s "
        "address carries all of this: copy it to share the race."
    ),
}
_LIMITS = {
    "epochs": later("Epochs"),
    "seconds": later("Seconds"),
    "loss": later("Until a test loss"),
}
_RULES = {
    "same": later("The same"),
    "square_root": "× √B",
    "linear": "× B",
    "tuned": later("Best of five"),
}
_REPEATS = {1: later("One seed"), 3: later("3 seeds"), 5: later("5 seeds")}
_TUTORIAL = {
    "none": later("No"),
    "tenth": later("A tenth of an epoch"),
    "whole": later("A whole epoch"),
}
LARGEST = {"epochs": 1_000.0, "seconds": 3_600.0, "loss": 1e6}  # that can be typed


@dataclass(frozen=True)
class _Typed:
    """A number that is typed: its label to be translated, what it begins with, its bounds."""

    label: str
    usual: float
    least: float
    most: float


_TYPED = {
    "race_epochs_epochs": _Typed(later("Epochs each"), 3.0, 0.01, LARGEST["epochs"]),
    "race_epochs_loss": _Typed(later("At most, epochs"), 3.0, 0.01, LARGEST["epochs"]),
    "race_seconds": _Typed(later("Seconds of training each"), 10.0, 0.1, LARGEST["seconds"]),
    "race_loss": _Typed(later("Test loss, sum over {digits:,}"), 3_000.0, 1.0, LARGEST["loss"]),
}
_TYPED_FOR = {
    "epochs": ["race_epochs_epochs"],
    "seconds": ["race_seconds"],
    "loss": ["race_loss", "race_epochs_loss"],
}
_VALUE_KEYS: dict[Raced, str] = {
    "batch_size": "race_sizes",
    "learning_rate": "race_rates",
    "normalization": "race_normalizations",
    "order": "race_orders",
}
# What one's own race begins with; without it, all that is known.
_FIRST: dict[Raced, tuple[Value, ...]] = {
    "batch_size": Plan().batch_sizes,
    "learning_rate": (1e-5, 1e-4, 1e-3, 0.01),
    "order": ("shuffled", "sorted by label"),
}


def set_widgets(plan: Plan) -> None:
    """Have the widgets of the visitor's own race show this plan."""
    budget = plan.budget
    limit = "seconds" if budget.seconds else "loss" if budget.test_loss else "epochs"
    limits = {
        "race_seconds": budget.seconds,
        "race_loss": budget.test_loss,
        f"race_epochs_{limit}": budget.epochs,
    }
    st.session_state.update(
        {
            "race_raced": plan.raced,
            _VALUE_KEYS[plan.raced]: list(plan.values),
            "race_size": REFERENCE_SIZE if plan.raced == "batch_size" else plan.batch_sizes[0],
            "race_limit": limit,
            "race_rule": plan.rule,
            "race_rate": plan.learning_rate,
            "race_repeats": plan.repeats,
            "race_tutorial": plan.tutorial,
            **{key: value for key, value in limits.items() if value is not None},
        }
    )


def chosen_plan(visitor: Visitor) -> Plan:
    """The plan that the widgets make, as they are at this moment: in a button's on_click too.

    Raises ValueError where they make none.
    """
    state = st.session_state
    raced = state["race_raced"]
    made = {
        f"{raced}s": tuple(state.get(_VALUE_KEYS[raced], _first(raced))),
        "budget": _chosen_budget(),
        "repeats": state["race_repeats"],
    }
    if raced == "batch_size":
        made |= {"rule": state["race_rule"], "tutorial": state["race_tutorial"]}
    else:
        made["batch_sizes"] = (state["race_size"],)
    if raced != "learning_rate":
        made["learning_rate"] = state["race_rate"]
    return Plan(**made, setup=chosen_setup(visitor))


def _chosen_budget() -> Budget:
    limit = st.session_state["race_limit"]
    if limit == "seconds":
        return Budget(seconds=_typed("race_seconds"))
    loss = _typed("race_loss") if limit == "loss" else None
    return Budget(epochs=_typed(f"race_epochs_{limit}"), test_loss=loss)


def _typed(key: str) -> float:
    number = _TYPED[key]
    return min(max(float(st.session_state.get(key, number.usual)), number.least), number.most)


def _first(raced: Raced) -> tuple[Value, ...]:
    return _FIRST.get(raced, _known(raced))


def own_race(visitor: Visitor, linked: Plan, start: Callable[[Visitor], None]) -> Plan | None:
    """Draw the widgets; the plan that they make, or None, with the reason, where they make none.

    linked: what the page's address asked for.
    start: is called when Start race is pressed.
    """
    # First of all, since the rest of it may reach below the edge of a projector's picture.
    (left, right), problem = st.columns([3, 1], vertical_alignment="center"), st.container()
    with left:
        raced = choose(_("What is raced"), race_names.RACED, key="race_raced", quiet=True)
    if raced == "batch_size":
        _race_of_sizes(linked)
    else:
        _race_at_one_size(raced, linked)
    plan = None
    try:
        plan = chosen_plan(visitor)
    except ValueError as error:
        problem.error(
            _("There can be no such race: {why}.").format(why=error), icon=":material/error:"
        )
    right.button(
        _("Start race"),
        key="race_start",
        icon=":material/play_arrow:",
        type="primary",
        disabled=plan is None,
        on_click=start,
        args=(visitor,),
    )
    if plan is not None:
        all_else = _(_FROM_THE_SIDEBAR.get(plan.raced, _ALL_ELSE))
        st.caption(f"{race_sentences.same_start(plan)} {all_else}")
    return plan


def _race_of_sizes(linked: Plan) -> None:
    _values("batch_size", linked)
    _budget()
    _learning_rate(linked)
    left, right = st.columns(2)
    with left:
        choose(_("Bigger than luck?"), _REPEATS, key="race_repeats")
    with right:
        choose(_("As the tutorial wrote it too"), _TUTORIAL, key="race_tutorial")


def _race_at_one_size(raced: Raced, linked: Plan) -> None:
    _values(raced, linked)
    _budget()
    left, right = st.columns(2)
    with left:
        _batch_size(linked)
    if raced != "learning_rate":
        with right:
            _rate(_("Learning rate"), linked)
    choose(_("Bigger than luck?"), _REPEATS, key="race_repeats")


def _values(raced: Raced, linked: Plan) -> None:
    """What is to be raced, of all that is known and what a link has brought."""
    key, known = _VALUE_KEYS[raced], _known(raced)
    st.session_state.setdefault(key, list(_first(raced)))
    brought = linked.values if linked.raced == raced else ()
    options = list(dict.fromkeys((*known, *brought, *st.session_state[key])))
    st.multiselect(
        _(_WHICH[raced]).format(most=MOST_VALUES),
        sorted(options) if raced in ("batch_size", "learning_rate") else options,
        key=key,
        format_func=in_this_language(_described),
        placeholder=_("Choose options"),
        max_selections=MOST_VALUES,
        persist_state="session",
    )


def _known(raced: Raced) -> tuple[Value, ...]:
    if raced == "normalization":
        return tuple(normalization_of(preset) for preset in PRESETS)
    return {
        "batch_size": BATCH_SIZES,
        "learning_rate": LEARNING_RATES,
        "order": get_args(Order),
    }[raced]


def _described(value: Value) -> str:
    return sentences.batch_size(value) if isinstance(value, int) else race_names.name(value)


def _batch_size(linked: Plan) -> None:
    st.select_slider(
        _("Batch size"),
        sorted({*BATCH_SIZES, *linked.batch_sizes, st.session_state["race_size"]}),
        key="race_size",
        format_func=in_this_language(sentences.batch_size),
        persist_state="session",
    )


def _budget() -> None:
    left, right = st.columns(2)
    with left:
        limit = choose(_("Each trains for"), _LIMITS, key="race_limit")
    with right, st.container(horizontal=True):
        for key in _TYPED_FOR[limit]:
            _type_number(key)


def _type_number(key: str) -> None:
    number = _TYPED[key]
    # Set at every run, it would be written over what is being typed.
    if st.session_state.get(key) != _typed(key):
        st.session_state[key] = _typed(key)
    st.number_input(
        _(number.label).format(digits=TEST_DIGITS),
        min_value=number.least,
        max_value=number.most,
        step=1.0 if number.least < 1 else 100.0,
        format="%.6g",
        key=key,
        persist_state="session",
    )


def _learning_rate(linked: Plan) -> None:
    left, right = st.columns(2)
    with left:
        choose(_("Learning rate"), _RULES, key="race_rule")
    with right:
        _rate(
            _("Learning rate at batch size {size}").format(size=REFERENCE_SIZE),
            linked,
            _(
                "× √B, in full × √(B / 200), is the square-root rule, derived for Adam; × B, in "
                "full × B / 200, is the linear rule, made for SGD: with Adam it goes too far at "
                "large sizes. The best of five tries each size at 1 to 100 times the square-root "
                "rule’s, one after another."
            ),
        )


def _rate(label: str, linked: Plan, explained: str | None = None) -> None:
    st.select_slider(
        label,
        sorted({*LEARNING_RATES, linked.learning_rate, st.session_state["race_rate"]}),
        key="race_rate",
        format_func=sentences.learning_rate,
        persist_state="session",
        help=explained,
    )
