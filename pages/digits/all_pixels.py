"""All training pixels: how often each value comes, before and after normalization."""

from __future__ import annotations

import numpy as np
import streamlit as st

from mnist_core import Normalization
from mnist_core.language import _, later
from mnist_core.show import charts
from pages.app.loading import mnist
from pages.app.scheduling import by_trainer
from pages.app.setup_widgets import normalization_of
from pages.app.theme import is_dark
from pages.components.live_chart import chart, live_chart
from pages.digits.row import ends

_PIXELS_BEFORE = later(
    "How many pixels have each value before normalization, from {ends}: {share:.0%} of them have "
    "the lowest."
)
_PIXELS_AFTER = later(
    "How many pixels have each value after normalization, from {ends}: {share:.0%} of them have "
    "the lowest."
)


def all_pixels(normalization: Normalization) -> None:
    """How often each value comes, before and after, and their mean and standard deviation."""
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
            in_words = _(label).format(ends=ends(at), share=counts[0] / counts.sum())
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
