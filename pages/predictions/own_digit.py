"""A digit that the visitor draws, and what the network makes of it while it learns."""

from __future__ import annotations

import streamlit as st
import torch
from torch import Tensor

from mnist_core import Run
from mnist_core.data.drawing import like_mnist
from mnist_core.language import _
from mnist_core.training.learner import untrained
from pages.app.feed import Parts
from pages.app.loading import mnist
from pages.app.scheduling import by_trainer
from pages.app.theme import is_dark
from pages.app.visitors import Visitor
from pages.components.digit_grid import data_uri, picture
from pages.components.drawing_pad import drawing_pad
from pages.components.live_chart import live_chart
from pages.components.live_html import caption, live_html
from pages.predictions.answers import bars, in_words, note_on, sound

_WIDTH = 168  # pixels of the page for the picture: six for each of its own


def own_digit(visitor: Visitor) -> None:
    """The square to draw on; beside it the guess, what the network sees, its probabilities."""
    left, middle, right = st.columns([3, 2, 4])
    with left:
        st.markdown(_("**Draw a digit from 0 to 9**"))
        drawing = drawing_pad("own_digit")
    digit = None if drawing is None else like_mnist(drawing)
    if digit is None:
        middle.markdown(_("The network's guess appears here as soon as you draw."))
        return
    run, dark = visitor.training.run, is_dark()
    image = torch.from_numpy(digit)[None].to(mnist().device)
    at_first = by_trainer(lambda: _one(untrained(run.setup, mnist().device).probabilities(image)))
    shown = by_trainer(lambda: visitor.feed.show(lambda: _shown(run, image, at_first, dark)))
    with middle:
        live_html("own_guess", shown["own_guess"])
        st.markdown(_("**What the network sees**"))
        picture(data_uri(digit), _WIDTH, _("Your digit in 28 × 28 pixels"))
        st.caption(_("28 × 28 pixels, scaled and centred as MNIST's digits are."))
    with right:
        live_html("predictions_note", shown["predictions_note"])
        if "own_bars" in shown:
            st.markdown(_("**Its ten probabilities**"))
            live_chart("own_bars", shown["own_bars"])
            live_html("bars_in_words", shown["bars_in_words"])


def _shown(run: Run, image: Tensor, at_first: list[float], dark: bool) -> Parts:
    probabilities = run.predict(image)
    shown = {"predictions_note": note_on(run, probabilities), "own_guess": ""}
    if not sound(probabilities):
        return shown
    now = _one(probabilities)
    return shown | {
        "own_guess": _guess(now),
        "own_bars": bars(at_first, now, dark),
        "bars_in_words": caption(in_words(now)),
    }


def _one(probabilities: Tensor) -> list[float]:
    """Those of the only digit."""
    return probabilities[0].tolist()


def _guess(probabilities: list[float]) -> str:
    highest = max(probabilities)
    sure = _("{share:.0%} sure").format(share=highest)
    return f'<p class="guess"><b>{probabilities.index(highest)}</b> {sure}</p>'
