"""A digit of one's own on the page Predictions."""

from __future__ import annotations

import base64

import numpy as np
import pytest
import torch

from mnist_core.data.drawing import like_mnist
from pages.components.drawing_pad import SIDE
from tests.pages.dashboard import (
    choose,
    figures,
    go_to,
    live_html,
    texts,
    the_training,
    train,
)

EMPTY = "The network's guess appears here"


def upright_stroke() -> np.ndarray:
    drawing = np.zeros((SIDE, SIDE), np.uint8)
    drawing[16:96, 51:61] = 255
    return drawing


def draw(app, drawing: object):
    """The page, after the browser has sent this as the drawing."""
    app.session_state["own_digit"] = {"drawing": drawing}
    return app.run()


def sent(drawing: np.ndarray) -> str:
    return base64.b64encode(drawing.tobytes()).decode()


@pytest.fixture
def page(app):
    go_to(app, "predictions")
    return choose(app, "show", "own")


def pictures(app) -> list[str]:
    return [html.proto.body for html in app.get("html") if "28 × 28 pixels" in html.proto.body]


def test_before_one_draws_the_page_says_what_will_appear(page):
    assert EMPTY in texts(page)
    assert pictures(page) == []
    assert figures(page) == {}


def test_an_upright_stroke_is_read_as_a_1_by_a_trained_network(page):
    train(page, epochs=3)
    draw(page, sent(upright_stroke()))
    image = torch.from_numpy(like_mnist(upright_stroke()))[None]
    (expected,) = the_training().run.predict(image).tolist()
    (bars,) = figures(page).values()
    assert bars["data"][-1]["y"] == pytest.approx(expected)
    assert expected.index(max(expected)) == 1
    assert f"<b>1</b> {max(expected):.0%} sure" in live_html(page)
    assert len(pictures(page)) == 1


def test_an_untrained_network_says_that_it_guesses(page):
    draw(page, sent(upright_stroke()))
    assert "untrained" in texts(page)


def test_weights_that_are_no_numbers_make_no_guess_of_a_drawing(page):
    the_training().run.learner.network.parameters.fill_(float("nan"))
    draw(page, sent(upright_stroke()))
    assert "no longer numbers" in texts(page)
    assert figures(page) == {}


def test_the_drawing_stays_while_one_looks_at_another_page(page):
    draw(page, sent(upright_stroke()))
    drawn = pictures(page)
    go_to(page, "train")
    go_to(page, "predictions")
    assert pictures(page) == drawn


def test_clearing_empties_the_page(page):
    draw(page, sent(upright_stroke()))
    draw(page, "")
    assert EMPTY in texts(page)
    assert pictures(page) == []


@pytest.mark.parametrize(
    "nonsense",
    ["%", "é", "AAAA", 5, None, [1], {}, sent(np.zeros((SIDE, SIDE), np.uint8))],
)
def test_what_is_no_drawing_counts_as_none(page, nonsense):
    draw(page, nonsense)
    assert EMPTY in texts(page)
    assert not page.exception
