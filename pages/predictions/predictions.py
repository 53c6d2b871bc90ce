"""Predictions: what the network makes of test digits, while it learns."""

from __future__ import annotations

import streamlit as st

from mnist_core.language import _, later
from mnist_core.show.questions import QUESTIONS
from pages.app import visitors
from pages.app.visitors import Visitor
from pages.components.choice import choose
from pages.components.question import ask
from pages.predictions.own_digit import own_digit
from pages.predictions.sixteen import sixteen_digits
from pages.predictions.whole_set import whole_test_set

_SHOW = {
    "grid": later("16 test digits"),
    "all": later("The whole test set"),
    "own": later("Your own digit"),
}
_SECTIONS = {"grid": sixteen_digits, "all": whole_test_set, "own": own_digit}


def page(visitor: Visitor) -> None:
    """The whole page: 16 test digits, all 10,000 or a drawn one, followed live."""
    st.markdown(
        _(
            "The network never trains on these digits. Press **Start** and watch its guesses "
            "change: which stay wrong longest?"
        )
    )
    _SECTIONS[choose(_("Show"), _SHOW, key="show")](visitor)
    ask(QUESTIONS["Predictions"])


page(visitors.current())
