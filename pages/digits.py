"""Digits: what the network is given, before and after normalization."""

from __future__ import annotations

import numpy as np
import streamlit as st
import torch
from torch import Tensor

from mnist_core import Digits, Normalization, charts, pictures
from pages.parts import visitors
from pages.parts.choice import choose
from pages.parts.digit_grid import digit_grid, picture
from pages.parts.live_chart import live_chart
from pages.parts.session import Session
from pages.parts.setups import (
    CUSTOM,
    PRESETS,
    centred,
    choose_normalization,
    chosen_setup,
    formula,
    normalization_of,
)
from pages.parts.shared import is_dark, mnist

_STRIP = 12
_SAMPLES = {"index": "By index", "label": "By label", "random": "At random"}

_CELLS_CSS = """
.pixel-cells {
  display: grid; grid-template-columns: repeat(auto-fill, minmax(4.1em, 1fr)); gap: 1px;
  font: 14px monospace;
}
.pixel-cells span {
  padding: 4px 0; text-align: center; border: 1px solid rgba(128, 128, 128, .4);
}
"""


def page(session: Session) -> None:
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
        _hand_over(session, normalization)
    st.markdown(
        "**Question:** which mean and standard deviation leave the training pixels with mean 0 and "
        "standard deviation 1, and does the network learn faster with them?"
    )


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
    markers = (
        {"color": charts.accent(is_dark())},
        {"color": charts.grey(is_dark()), "pattern": {"shape": "/"}},
    )
    rows = {
        name: (count, marker) for (name, count), marker in zip(counts.items(), markers, strict=True)
    }
    figure = charts.bars(rows, x_title="label", y_title="digits", dark=is_dark())
    live_chart(figure, key="label_counts", label=_told(counts), height=320)
    st.dataframe(
        [{"label": label} | {name: counts[name][label] for name in counts} for label in range(10)],
        hide_index=True,
    )


def _told(counts: dict[str, list[int]]) -> str:
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
    chosen = digit_grid(
        train.images[indices],
        captions=[str(train.labels[index].item()) for index in indices],
        names=[f"Training digit {index}, a {train.labels[index]}" for index in indices],
        # A new strip begins with its first digit.
        key=f"strip_{how}_{indices[0]}_{indices[-1]}",
    )
    return indices[chosen]


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
            f"Index {row} is the **{_ordinal(row + 1)} row**: counting begins at 0. "
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
    """The normalization that is chosen on this page; None, and the reason told, where refused."""
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
    left, right = st.columns(2)
    with left:
        st.markdown(f"**Row {row} before:** 0 is black, 1 is white")
        st.html(_cells(before, before))
    with right:
        st.markdown(f"**Row {row} after**, shaded as drawn")
        st.html(_cells(after, before))
    dark = is_dark()
    lines = [
        _line("before", before, {"color": charts.grey(dark), "dash": "dot"}, "circle"),
        _line("after", after, {"color": charts.accent(dark)}, "square"),
    ]
    figure = charts.framed(lines, "column of the pixel", "value", dark)
    live_chart(
        figure,
        key="row_chart",
        label=f"Line chart of row {row}: before from {_ends(before)}, after from {_ends(after)}",
        height=320,
    )


def _line(name: str, values: list[float], line: dict, symbol: str) -> dict:
    look = {"line": line, "marker": {"symbol": symbol}}
    return {"type": "scatter", "name": name, "y": values, "mode": "lines+markers"} | look


def _ends(values: list[float]) -> str:
    return f"{min(values):.4f} to {max(values):.4f}"


def _cells(values: list[float], shades: list[float]) -> str:
    """The values to four decimals in cells, each shaded from 0 (black) to 1 (white)."""
    cells = [
        f'<span style="background:rgb({grey},{grey},{grey});'
        f'color:{"#000" if grey > 127 else "#fff"}">{value:.4f}</span>'
        for value, grey in zip(values, (round(255 * shade) for shade in shades), strict=True)
    ]
    return f'<style>{_CELLS_CSS}</style><div class="pixel-cells">{"".join(cells)}</div>'


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
    figures = {"before": values, "after": after}
    for column, (name, at) in zip(st.columns(2), figures.items(), strict=True):
        with column:
            st.markdown(f"**{name.capitalize()}**")
            live_chart(
                _histogram(at, counts),
                key=f"histogram_{name}",
                label=f"How many pixels have each value {name} normalization, from {_ends(at)}: "
                f"{counts[0] / counts.sum():.0%} of them have the lowest.",
                height=260,
            )
    st.dataframe(
        rows,
        hide_index=True,
        column_config={
            name: st.column_config.NumberColumn(name, format="%.4f")
            for name in ("mean", "standard deviation")
        },
    )


def _histogram(at: np.ndarray, counts: np.ndarray) -> charts.Figure:
    line = {"shape": "hvh", "color": charts.accent(is_dark())}
    steps = {"x": at.tolist(), "y": counts.tolist(), "mode": "lines", "line": line}
    figure = charts.framed([{"type": "scatter", **steps}], "value of a pixel", "pixels", is_dark())
    figure["layout"]["yaxis"] |= {"type": "log", "dtick": 1, "exponentformat": "power"}
    return figure


@st.cache_data(show_spinner=False)
def _pixel_counts() -> np.ndarray:
    """How many training pixels have each of the 256 values."""
    return mnist().train.images.flatten().bincount(minlength=256).cpu().numpy()


def _hand_over(session: Session, normalization: Normalization) -> None:
    st.button(
        "Train with this",
        key="train_with_this",
        icon=":material/model_training:",
        on_click=choose_normalization,
        args=(session, normalization),
        help="The next run, after Reset, normalizes its pixels so.",
    )
    if session.run.setup.normalization == normalization:
        st.caption("The present run is normalized so.")
    elif chosen_setup(session).normalization == normalization:
        st.info(f"The next run takes {formula(normalization)}: press **Reset** to make it.")


def _ordinal(number: int) -> str:
    ending = "th" if number in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


page(visitors.current())
