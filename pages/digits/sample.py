"""One of the training digits: picked from a strip, and shown large."""

from __future__ import annotations

import streamlit as st
import torch

from mnist_core import Digits
from mnist_core.language import _, later
from mnist_core.show import pictures, sentences
from pages.components.choice import choose
from pages.components.digit_grid import digit_grid, grid, picked_index, picture, sheet

_STRIP = 12
_SAMPLES = {
    "index": later("By index"),
    "label": later("By label"),
    "random": later("At random"),
}


def picked_digit(train: Digits) -> int:
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


def large_digit(train: Digits, index: int) -> int:
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
