"""Digits: what the network is given, before and after normalization."""

from __future__ import annotations

import numpy as np
import streamlit as st
import torch
from torch import Tensor

from mnist_core import Digits, Normalization
from mnist_core.language import _, later
from mnist_core.show import charts, pictures, sentences
from mnist_core.show.questions import QUESTIONS
from pages.app import visitors
from pages.app.loading import mnist
from pages.app.scheduling import by_trainer
from pages.app.setup_widgets import (
    CUSTOM,
    PRESETS,
    centred,
    choose_normalization,
    chosen_setup,
    formula,
    normalization_of,
)
from pages.app.theme import is_dark
from pages.app.visitors import Visitor
from pages.components.choice import choose
from pages.components.digit_grid import digit_grid, grid, picked_index, picture, sheet
from pages.components.headings import heading
from pages.components.live_chart import chart, live_chart
from pages.components.question import ask

_STRIP = 12
_SAMPLES = {
    "index": later("By index"),
    "label": later("By label"),
    "random": later("At random"),
}

_CELL_CHARACTERS = 7  # -100000: no custom normalization leads further
_CELLS_CSS = """
.pixel-cells {
  display: grid; grid-template-columns: repeat(auto-fill, minmax(62px, 1fr)); gap: 6px 1px;
  font: 13px monospace; text-align: center; white-space: nowrap;
}
.pixel-cells > div { display: grid; gap: 1px; }
.pixel-cells span { padding: 4px 0; border: 1px solid rgba(128, 128, 128, .4); }
"""


_PIXELS_BEFORE = later(
    "How many pixels have each value before normalization, from {ends}: {share:.0%} of them have "
    "the lowest."
)
_PIXELS_AFTER = later(
    "How many pixels have each value after normalization, from {ends}: {share:.0%} of them have "
    "the lowest."
)


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
    index = _picked_digit(train)
    row = _the_digit(train, index)
    normalization = _normalization()
    if normalization is not None:
        _row_before_and_after(train.images[index, row], row, normalization)
        _same_picture(train.images[index], normalization)
        _all_pixels(normalization)
        _hand_over(visitor, normalization)
    ask(QUESTIONS["Digits"])


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


def _picked_digit(train: Digits) -> int:
    """Index of the training digit that is picked from the strip."""
    st.subheader(_("Sample digits"))
    left, right = st.columns([1, 2], vertical_alignment="bottom")
    with left:
        how = choose(_("Choose"), _SAMPLES, key="samples")
    with right:
        indices = _sample_indices(train, how)
    # A new strip begins with its first digit.
    key = f"strip_{how}_{indices[0]}_{indices[-1]}"
    picked = picked_index(key, len(indices))
    captions = [str(train.labels[index].item()) for index in indices]
    names = [_named(train, index) for index in indices]
    digit_grid(key, grid(sheet(train.images[indices]), captions, names, picked))
    return indices[picked]


def _named(train: Digits, index: int) -> str:
    return _("Training digit {index}, a {label}").format(
        index=index, label=train.labels[index].item()
    )


def _sample_indices(train: Digits, how: str) -> list[int]:
    if how == "index":
        first = st.number_input(
            _("First index, 0 to {last:,}").format(last=len(train) - 1),
            0,
            len(train) - 1,
            0,
            key="first_index",
            persist_state="session",
        )
        return list(range(first, min(first + _STRIP, len(train))))
    candidates = torch.arange(len(train))
    if how == "label":
        label = st.pills(
            _("Label"),
            range(10),
            default=5,
            required=True,
            key="sample_label",
            persist_state="session",
        )
        candidates = (train.labels == label).nonzero().flatten()
    st.button(_("Draw others"), key="draw_others", on_click=_draw_others, icon=":material/casino:")
    generator = torch.Generator().manual_seed(st.session_state.get("digits_draw", 0))
    return candidates[torch.randperm(len(candidates), generator=generator)[:_STRIP]].tolist()


def _draw_others() -> None:
    st.session_state["digits_draw"] = st.session_state.get("digits_draw", 0) + 1


def _the_digit(train: Digits, index: int) -> int:
    """Show the digit large; index of the row that is looked at."""
    left, right = st.columns([1, 2], vertical_alignment="center")
    with right:
        with st.container(horizontal=True, gap="large"):
            st.metric(_("Training digit"), f"{index:,}", width="content")
            st.metric(_("Label"), train.labels[index].item(), width="content")
            shape = tuple(train.images[index].unsqueeze(0).shape)
            st.metric(_("Shape"), str(shape), width="content")
        st.caption(_("Shape: 1 channel (grey), 28 rows, 28 columns."))
        row = st.slider(_("Row of pixels, by index"), 0, 27, 6, key="row", persist_state="session")
        st.markdown(
            _(
                "Index {row} is the **{nth} row**: counting begins at 0. It is framed in the "
                "picture."
            ).format(row=row, nth=sentences.ordinal(row + 1))
        )
    with left:
        picture(
            pictures.enlarged(train.images[index], 12, marked_row=row),
            336,
            _("{digit}, its row {row} framed").format(digit=_named(train, index), row=row),
        )
    return row


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
    st.latex(rf"x \;\mapsto\; \frac{{{centred(normalization)}}}{{{normalization.std:.4g}}}")
    return normalization


def _row_before_and_after(pixels: Tensor, row: int, normalization: Normalization) -> None:
    before, after = (pixels.float() / 255).tolist(), normalization(pixels).tolist()
    st.markdown(
        _(
            "**Row {row}**, pixel by pixel: above **before**, from 0 (black) to 1 (white), below "
            "it **after**, shaded as it is drawn."
        ).format(row=row)
    )
    st.html(_cells(before, after))
    label = _("Line chart of row {row}: before from {before}, after from {after}").format(
        row=row, before=_ends(before), after=_ends(after)
    )
    live_chart("row_chart", chart(charts.pixel_row(before, after, is_dark()), label, height=320))


def _ends(values: list[float]) -> str:
    return _("{least:.4f} to {most:.4f}").format(least=min(values), most=max(values))


def _cells(before: list[float], after: list[float]) -> str:
    """A column for each pixel: its index and its two values, both shaded by the first."""
    columns = zip(_written(before), _written(after), map(_shade, before), strict=True)
    cells = [
        f'<div>{index}<span style="{shade}">{one}</span><span style="{shade}">{other}</span></div>'
        for index, (one, other, shade) in enumerate(columns)
    ]
    return f'<style>{_CELLS_CSS}</style><div class="pixel-cells">{"".join(cells)}</div>'


def _written(values: list[float]) -> list[str]:
    """With four decimals, or as many fewer as let the longest of them fit into its cell."""
    most_first = ([f"{value:.{decimals}f}" for value in values] for decimals in range(4, -1, -1))
    return next(one for one in most_first if max(map(len, one)) <= _CELL_CHARACTERS)


def _shade(share: float) -> str:
    """From 0 (black) to 1 (white), and a colour that can be read on it."""
    grey = round(255 * share)
    return f"background:rgb({grey},{grey},{grey});color:{'#000' if grey > 127 else '#fff'}"


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
        picture(pictures.enlarged(image, 5), 140, _("Drawn from the stored pixels"))
        picture(pictures.enlarged(drawn, 5), 140, _("Drawn from the normalized pixels"))
    st.caption(
        _("The largest difference of a pixel is {difference:.1g}: the rounding of float32.").format(
            difference=difference
        )
    )


def _all_pixels(normalization: Normalization) -> None:
    st.subheader(_("All 47 million training pixels"))
    counts = _pixel_counts()
    values = np.arange(256) / 255
    after = (values - normalization.mean) / normalization.std
    own = normalization_of("MNIST's own")
    drawn = (
        ("before", _("**Before**"), _PIXELS_BEFORE, values),
        ("after", _("**After**"), _PIXELS_AFTER, after),
    )
    for column, (key, title, label, at) in zip(st.columns(2), drawn, strict=True):
        with column:
            st.markdown(title)
            in_words = _(label).format(ends=_ends(at), share=counts[0] / counts.sum())
            figure = charts.pixel_histogram(at.tolist(), counts.tolist(), is_dark())
            live_chart(f"histogram_{key}", chart(figure, in_words, height=260))
    pixels, mean, std = _("pixels"), _("mean"), _("standard deviation")
    moved = (own.mean - normalization.mean) / normalization.std
    st.dataframe(
        [
            {pixels: _("before"), mean: own.mean, std: own.std},
            {pixels: _("after"), mean: moved, std: own.std / normalization.std},
        ],
        hide_index=True,
        column_config={
            name: st.column_config.NumberColumn(name, format="%.4f") for name in (mean, std)
        },
    )


@st.cache_data(show_spinner=False)
def _pixel_counts() -> np.ndarray:
    """How many training pixels have each of the 256 values."""
    return by_trainer(lambda: mnist().train.images.flatten().bincount(minlength=256).cpu().numpy())


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
