"""What a new run is made with: the choices in the sidebar, which pages can make too."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import get_args

import streamlit as st

from mnist_core import Normalization, Setup
from mnist_core.language import _, in_this_language, later
from mnist_core.settings import LARGEST_SEED, Order
from pages.app.loading import mnist
from pages.app.scheduling import by_trainer
from pages.app.visitors import Visitor

PRESETS = (later("Tutorial's"), later("MNIST's own"), later("None"))
CUSTOM = later("Custom")

# What a browser's numbers hold exactly.
LARGEST_TYPED_SEED = min(LARGEST_SEED, 2**53 - 1)
_ORDER_NAMES = {
    "shuffled": later("shuffled anew each epoch"),
    "stored": later("as stored in the file"),
    "sorted by label": later("sorted by label: all zeros first"),
}


@dataclass
class SetupChoices:
    """What pages have chosen for a new run.

    custom: the normalization that CUSTOM stands for, once there is one.
    wishes: values for the sidebar's widgets, which are drawn before the page is; the next script
        run sets them.
    """

    custom: Normalization | None = None
    wishes: dict[str, object] = field(default_factory=dict)


@st.cache_resource(show_spinner=False)
def normalization_of(preset: str) -> Normalization:
    """The normalization that a preset's name stands for."""
    if preset == "MNIST's own":
        return by_trainer(lambda: Normalization.of(mnist().train.images))
    return Normalization() if preset == "Tutorial's" else Normalization(0, 1)


def formula(normalization: Normalization) -> str:
    """ "(x − 0.5) / 0.5"."""
    return f"({centred(normalization)}) / {normalization.std:.4g}"


def centred(normalization: Normalization) -> str:
    """ "x − 0.5", or "x + 0.5" where the mean is below 0."""
    return f"x {'+' if normalization.mean < 0 else '−'} {abs(normalization.mean):.4g}"


def setup_widgets(visitor: Visitor) -> None:
    """Seed, order and normalization of the next run, and a note where they wait for Reset."""
    choices, setup = visitor.kept(SetupChoices), visitor.training.run.setup
    st.session_state.update(choices.wishes)
    choices.wishes = {}
    st.session_state.setdefault("seed", setup.seed)
    st.number_input(
        _("Seed"),
        min_value=0,
        max_value=LARGEST_TYPED_SEED,
        key="seed",
        help=_("Of the first weights and of the digits' orders: the same seed, the same run."),
    )
    st.radio(
        _("Order of the digits"),
        get_args(Order),
        key="order",
        format_func=in_this_language(lambda order: _(_ORDER_NAMES[order])),
    )
    st.radio(
        _("Normalization"),
        PRESETS if choices.custom is None else (*PRESETS, CUSTOM),
        key="normalization",
        format_func=in_this_language(lambda name: f"{_(name)}: {formula(_named(visitor, name))}"),
    )
    if chosen_setup(visitor) != setup:
        st.info(_("These choices take effect with Reset."), icon=":material/replay:")


def chosen_setup(visitor: Visitor) -> Setup:
    """What the widgets say; what the run was made with where they have not been drawn yet."""
    state = st.session_state
    if "seed" not in state:
        return visitor.training.run.setup
    return Setup(state.seed, state.order, _named(visitor, state.normalization))


def choose_normalization(visitor: Visitor, normalization: Normalization) -> None:
    """Set the sidebar's choice; for a button's on_click."""
    st.session_state["normalization"] = _name_for(visitor, normalization)


def wish_for_setup(visitor: Visitor, setup: Setup) -> None:
    """Have the next script run set the sidebar's choices; for a page, which is drawn after them."""
    name = _name_for(visitor, setup.normalization)
    visitor.kept(SetupChoices).wishes |= {
        "seed": setup.seed,
        "order": setup.order,
        "normalization": name,
    }


def _name_for(visitor: Visitor, normalization: Normalization) -> str:
    preset = next((name for name in PRESETS if normalization_of(name) == normalization), None)
    if preset is None:
        visitor.kept(SetupChoices).custom = normalization
    return preset or CUSTOM


def _named(visitor: Visitor, name: str) -> Normalization:
    return visitor.kept(SetupChoices).custom if name == CUSTOM else normalization_of(name)
