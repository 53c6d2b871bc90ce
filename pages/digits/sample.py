"""One of the training digits: picked from a strip, and shown large."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st
import torch

from mnist_core import Digits
from mnist_core.language import _, later
from mnist_core.show import pictures, sentences
from pages.components.choice import choose
from pages.components.digit_grid import data_uri, digit_grid, grid, picked_index, picture, sheet
from pages.components.live_html import beside, figures
from pages.components.live_html import picture as picture_html

_STRIP = 12
_FOLLOWED_HEIGHT = 196  # pixels: seven for each of the digit's own
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
    names = [_named(index, train.labels[index].item()) for index in indices]
    digit_grid(key, grid(sheet(train.images[indices]), captions, names, picked))
    return indices[picked]


def _named(index: int, label: int) -> str:
    return _("Training digit {index}, a {label}").format(index=index, label=label)


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


@dataclass(frozen=True)
class Looked:
    """The training digit that is looked at.

    row: index of the row of its pixels that is framed.
    picture: its data address.
    """

    index: int
    label: int
    row: int
    picture: str

    @property
    def description(self) -> str:
        """What is to be seen in the picture."""
        digit = _named(self.index, self.label)
        return _("{digit}, its row {row} framed").format(digit=digit, row=self.row)

    @property
    def as_html(self) -> str:
        """The picture, and beside it which digit it is."""
        named = {_("Training digit"): f"{self.index:,}", _("Label"): str(self.label)}
        return beside(
            picture_html(self.picture, self.description, _FOLLOWED_HEIGHT), figures(named)
        )


def large_digit(train: Digits, index: int) -> Looked:
    """Show the digit large, and let one of its rows be chosen."""
    label = train.labels[index].item()
    left, right = st.columns([1, 2], vertical_alignment="center")
    with right:
        with st.container(horizontal=True, gap="large"):
            st.metric(_("Training digit"), f"{index:,}", width="content")
            st.metric(_("Label"), label, width="content")
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
        pixels = pictures.enlarged(train.images[index], 12, marked_row=row)
        looked = Looked(index, label, row, data_uri(pixels))
        picture(looked.picture, 336, looked.description)
    return looked
