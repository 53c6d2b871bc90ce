"""Digits: what the network is given, before and after normalization."""

from __future__ import annotations

import streamlit as st
from torch import Tensor

from mnist_core import Digits, Normalization
from mnist_core.language import _, later
from mnist_core.show import charts, pictures
from mnist_core.show.questions import QUESTIONS
from pages.app import visitors
from pages.app.feed import Led
from pages.app.loading import mnist
from pages.app.setup_widgets import (
    CUSTOM,
    PRESETS,
    choose_normalization,
    chosen_setup,
    formula,
    normalization_of,
)
from pages.app.theme import is_dark
from pages.app.visitors import Visitor
from pages.components.choice import choose
from pages.components.digit_grid import data_uri, picture
from pages.components.headings import heading
from pages.components.live_chart import chart, live_chart
from pages.components.live_html import sentence
from pages.components.question import ask
from pages.digits.all_pixels import all_pixels
from pages.digits.row import row_before_and_after
from pages.digits.sample import Looked, large_digit, picked_digit


def page(visitor: Visitor) -> None:
    """The whole page: the counts, one digit, one row of it, and all pixels."""
    st.markdown(
        _(
            "Pick a digit and look at one row of its pixels before and after normalization: "
            "the **numbers** change, the **picture** does not."
        )
    )
    train = mnist().train
    _counts()
    index = picked_digit(train)
    digit = large_digit(train, index)
    normalization = _normalization()
    if normalization is None:
        visitor.feed.lead(lambda _dark: Led(digit.as_html))
    else:
        _before_and_after(visitor, digit, normalization)
    ask(QUESTIONS["Digits"])


def _before_and_after(visitor: Visitor, digit: Looked, normalization: Normalization) -> None:
    image = mnist().train.images[digit.index]
    row = row_before_and_after(image[digit.row], digit.row, normalization)
    visitor.feed.lead(
        lambda dark: Led(digit.as_html, charts=[(sentence(row.in_words), row.chart(dark))])
    )
    _same_picture(image, normalization)
    all_pixels(normalization)
    _hand_over(visitor, normalization)


def _counts() -> None:
    train, test = mnist().train, mnist().test
    with st.container(horizontal=True, gap="large"):
        st.metric(_("Training digits"), f"{len(train):,}", width="content")
        st.metric(_("Test digits"), f"{len(test):,}", width="content")
    counted = st.expander(_("How many of each digit"), key="counted", on_change="rerun")
    if counted.open:
        with counted:
            _label_counts(train, test)


def _label_counts(train: Digits, test: Digits) -> None:
    of_training, of_test = train.labels.bincount().tolist(), test.labels.bincount().tolist()
    counts = {_("training digits"): of_training, _("test digits"): of_test}
    figure = charts.label_counts(of_training, of_test, is_dark())
    live_chart("label_counts", chart(figure, _in_words(counts), height=320))
    st.dataframe(
        [
            {_("label"): label} | {name: counts[name][label] for name in counts}
            for label in range(10)
        ],
        hide_index=True,
    )


def _in_words(counts: dict[str, list[int]]) -> str:
    counted = (
        _("Of the {digits}, the counts of 0 to 9 are {counts}").format(
            digits=name, counts=", ".join(f"{one:,}" for one in of_each)
        )
        for name, of_each in counts.items()
    )
    return _("Bar chart. {words}").format(words=". ".join(counted))


def _normalization() -> Normalization | None:
    """The normalization chosen on this page; None, with the reason shown, where it is refused."""
    heading(later("Normalization"))
    names = {name: name for name in (*PRESETS, CUSTOM)}
    name = choose(_("Mean and standard deviation"), names, key="page_normalization")
    if name != CUSTOM:
        normalization = normalization_of(name)
    else:
        left, right = st.columns(2)
        mean = left.number_input(
            _("Mean"),
            value=0.5,
            step=0.05,
            format="%.4g",
            min_value=-10.0,
            max_value=10.0,
            key="page_mean",
            persist_state="session",
        )
        std = right.number_input(
            _("Standard deviation"),
            value=0.5,
            step=0.05,
            format="%.4g",
            max_value=10.0,
            key="page_std",
            persist_state="session",
        )
        try:
            normalization = Normalization(mean, std)
        except ValueError as refused:
            st.error(_("This cannot be used: {why}. Choose another one.").format(why=refused))
            return None
    # In a line: a fraction is taller than the room that Streamlit leaves it, and was cut off.
    st.latex(rf"x \;\mapsto\; {formula(normalization)}")
    return normalization


def _same_picture(image: Tensor, normalization: Normalization) -> None:
    drawn = normalization.invert(normalization(image))
    difference = (drawn - image.float() / 255).abs().max().item()
    st.markdown(
        _(
            "**The picture is the same.** Drawn from the stored pixels, and from the normalized "
            "ones by *x* · std + mean:"
        )
    )
    with st.container(horizontal=True):
        stored, normalized = (data_uri(pictures.enlarged(one, 5)) for one in (image, drawn))
        picture(stored, 140, _("Drawn from the stored pixels"))
        picture(normalized, 140, _("Drawn from the normalized pixels"))
    st.caption(
        _("The largest difference of a pixel is {difference:.1g}: the rounding of float32.").format(
            difference=difference
        )
    )


def _hand_over(visitor: Visitor, normalization: Normalization) -> None:
    st.button(
        _("Train with this"),
        key="train_with_this",
        icon=":material/model_training:",
        on_click=choose_normalization,
        args=(visitor, normalization),
        help=_("The next run, after Reset, normalizes its pixels so."),
    )
    if visitor.training.run.setup.normalization == normalization:
        st.caption(_("The current run uses this."))
    elif chosen_setup(visitor).normalization == normalization:
        st.info(
            _("The next run takes {formula}: press **Reset** to make it.").format(
                formula=formula(normalization)
            )
        )


page(visitors.current())
