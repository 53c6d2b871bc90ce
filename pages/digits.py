"""Digits: what the network is given, before and after normalization."""

from __future__ import annotations

import numpy as np
import streamlit as st
import torch
from torch import Tensor

from mnist_core import Digits, Normalization
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
from pages.components.live_chart import chart, live_chart
from pages.components.question import ask

_STRIP = 12
_SAMPLES = {"index": "By index", "label": "By label", "random": "At random"}

_CELL_CHARACTERS = 7  # -100000: no custom normalization leads further
_CELLS_CSS = """
.pixel-cells {
  display: grid; grid-template-columns: repeat(auto-fill, minmax(62px, 1fr)); gap: 6px 1px;
  font: 13px monospace; text-align: center; white-space: nowrap;
}
.pixel-cells > div { display: grid; gap: 1px; }
.pixel-cells span { padding: 4px 0; border: 1px solid rgba(128, 128, 128, .4); }
"""


def page(visitor: Visitor) -> None:
    """The whole page: the counts, one digit, one row of it, and all pixels."""
    st.markdown(
        "Pick a digit and look at one row of its pixels before and after normalization: "
        "the **numbers** change, the **picture** does not."
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
        st.metric("Training digits", f"{len(train):,}", width="content")
        st.metric("Test digits", f"{len(test):,}", width="content")
    counted = st.expander("How many of each digit", key="counted", on_change="rerun")
    if counted.open:
        with counted:
            _label_counts(train, test)


def _label_counts(train: Digits, test: Digits) -> None:
    counts = {
        "training digits": train.labels.bincount().tolist(),
        "test digits": test.labels.bincount().tolist(),
    }
    figure = charts.label_counts(counts["training digits"], counts["test digits"], is_dark())
    live_chart("label_counts", chart(figure, _in_words(counts), height=320))
    st.dataframe(
        [{"label": label} | {name: counts[name][label] for name in counts} for label in range(10)],
        hide_index=True,
    )


def _in_words(counts: dict[str, list[int]]) -> str:
    return "Bar chart. " + ". ".join(
        f"Of the {name}, the counts of 0 to 9 are {', '.join(f'{one:,}' for one in of_each)}"
        for name, of_each in counts.items()
    )


def _picked_digit(train: Digits) -> int:
    """Index of the training digit that is picked from the strip."""
    st.subheader("Sample digits")
    left, right = st.columns([1, 2], vertical_alignment="bottom")
    with left:
        how = choose("Choose", _SAMPLES, key="samples")
    with right:
        indices = _sample_indices(train, how)
    # A new strip begins with its first digit.
    key = f"strip_{how}_{indices[0]}_{indices[-1]}"
    picked = picked_index(key, len(indices))
    captions = [str(train.labels[index].item()) for index in indices]
    names = [f"Training digit {index}, a {train.labels[index]}" for index in indices]
    digit_grid(key, grid(sheet(train.images[indices]), captions, names, picked))
    return indices[picked]


def _sample_indices(train: Digits, how: str) -> list[int]:
    if how == "index":
        first = st.number_input(
            f"First index, 0 to {len(train) - 1:,}",
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
            "Label",
            range(10),
            default=5,
            required=True,
            key="sample_label",
            persist_state="session",
        )
        candidates = (train.labels == label).nonzero().flatten()
    st.button("Draw others", key="draw_others", on_click=_draw_others, icon=":material/casino:")
    generator = torch.Generator().manual_seed(st.session_state.get("digits_draw", 0))
    return candidates[torch.randperm(len(candidates), generator=generator)[:_STRIP]].tolist()


def _draw_others() -> None:
    st.session_state["digits_draw"] = st.session_state.get("digits_draw", 0) + 1


def _the_digit(train: Digits, index: int) -> int:
    """Show the digit large; index of the row that is looked at."""
    left, right = st.columns([1, 2], vertical_alignment="center")
    with right:
        with st.container(horizontal=True, gap="large"):
            st.metric("Training digit", f"{index:,}", width="content")
            st.metric("Label", train.labels[index].item(), width="content")
            st.metric("Shape", str(tuple(train.images[index].unsqueeze(0).shape)), width="content")
        st.caption("Shape: 1 channel (grey), 28 rows, 28 columns.")
        row = st.slider("Row of pixels, by index", 0, 27, 6, key="row", persist_state="session")
        st.markdown(
            f"Index {row} is the **{sentences.ordinal(row + 1)} row**: counting begins at 0. "
            "It is framed in the picture."
        )
    with left:
        picture(
            pictures.enlarged(train.images[index], 12, marked_row=row),
            336,
            f"Training digit {index}, a {train.labels[index]}, its row {row} framed",
        )
    return row


def _normalization() -> Normalization | None:
    """The normalization chosen on this page; None, with the reason shown, where it is refused."""
    st.subheader("Normalization")
    names = {name: name for name in (*PRESETS, CUSTOM)}
    name = choose("Mean and standard deviation", names, key="page_normalization")
    if name != CUSTOM:
        normalization = normalization_of(name)
    else:
        left, right = st.columns(2)
        mean = left.number_input(
            "Mean",
            value=0.5,
            step=0.05,
            format="%.4g",
            min_value=-10.0,
            max_value=10.0,
            key="page_mean",
            persist_state="session",
        )
        std = right.number_input(
            "Standard deviation",
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
            st.error(f"This cannot be used: {refused}. Choose another one.")
            return None
    st.latex(rf"x \;\mapsto\; \frac{{{centred(normalization)}}}{{{normalization.std:.4g}}}")
    return normalization


def _row_before_and_after(pixels: Tensor, row: int, normalization: Normalization) -> None:
    before, after = (pixels.float() / 255).tolist(), normalization(pixels).tolist()
    st.markdown(
        f"**Row {row}**, pixel by pixel: above **before**, from 0 (black) to 1 (white), below it "
        "**after**, shaded as it is drawn."
    )
    st.html(_cells(before, after))
    label = f"Line chart of row {row}: before from {_ends(before)}, after from {_ends(after)}"
    live_chart("row_chart", chart(charts.pixel_row(before, after, is_dark()), label, height=320))


def _ends(values: list[float]) -> str:
    return f"{min(values):.4f} to {max(values):.4f}"


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
        "**The picture is the same.** Drawn from the stored pixels, and from the normalized ones "
        "by *x* · std + mean:"
    )
    with st.container(horizontal=True):
        picture(pictures.enlarged(image, 5), 140, "Drawn from the stored pixels")
        picture(pictures.enlarged(drawn, 5), 140, "Drawn from the normalized pixels")
    st.caption(f"The largest difference of a pixel is {difference:.1g}: the rounding of float32.")


def _all_pixels(normalization: Normalization) -> None:
    st.subheader("All 47 million training pixels")
    counts = _pixel_counts()
    values = np.arange(256) / 255
    after = (values - normalization.mean) / normalization.std
    own = normalization_of("MNIST's own")
    rows = [
        {"pixels": "before", "mean": own.mean, "standard deviation": own.std},
        {
            "pixels": "after",
            "mean": (own.mean - normalization.mean) / normalization.std,
            "standard deviation": own.std / normalization.std,
        },
    ]
    drawn = {"before": values, "after": after}
    for column, (name, at) in zip(st.columns(2), drawn.items(), strict=True):
        with column:
            st.markdown(f"**{name.capitalize()}**")
            label = (
                f"How many pixels have each value {name} normalization, from {_ends(at)}: "
                f"{counts[0] / counts.sum():.0%} of them have the lowest."
            )
            figure = charts.pixel_histogram(at.tolist(), counts.tolist(), is_dark())
            live_chart(f"histogram_{name}", chart(figure, label, height=260))
    st.dataframe(
        rows,
        hide_index=True,
        column_config={
            name: st.column_config.NumberColumn(name, format="%.4f")
            for name in ("mean", "standard deviation")
        },
    )


@st.cache_data(show_spinner=False)
def _pixel_counts() -> np.ndarray:
    """How many training pixels have each of the 256 values."""
    return by_trainer(lambda: mnist().train.images.flatten().bincount(minlength=256).cpu().numpy())


def _hand_over(visitor: Visitor, normalization: Normalization) -> None:
    st.button(
        "Train with this",
        key="train_with_this",
        icon=":material/model_training:",
        on_click=choose_normalization,
        args=(visitor, normalization),
        help="The next run, after Reset, normalizes its pixels so.",
    )
    if visitor.training.run.setup.normalization == normalization:
        st.caption("The current run uses this.")
    elif chosen_setup(visitor).normalization == normalization:
        st.info(f"The next run takes {formula(normalization)}: press **Reset** to make it.")


page(visitors.current())
