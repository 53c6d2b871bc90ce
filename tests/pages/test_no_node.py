"""What the pages say while no computer of the cluster is left, and that they find back."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from mnist_core import Mnist, Run
from mnist_core.cluster.run import RemoteRun
from mnist_core.faults import LOST
from pages.app import visitors
from pages.app.classroom import CLASS
from pages.app.loading import mnist
from pages.app.scheduling import SCHEDULER, by_trainer
from pages.components.drawing_pad import SIDE
from tests.core.cluster.nobody import Nobody
from tests.pages.dashboard import (
    choose,
    go_to,
    open_dashboard,
    press,
    slide,
    texts,
    the_training,
    the_visitor,
)

UNANSWERED = "No computer of the cluster can answer for your network at present."
STROKE = base64.b64encode(np.eye(SIDE, dtype=np.uint8) * 255).decode()
CANNOT_TRAIN = "No computer of the cluster can train at present"


@pytest.fixture
def nodes(monkeypatch) -> Iterator[list[str]]:
    """The computers that train; without any, nothing does."""
    there = ["a node"]
    monkeypatch.setattr(type(SCHEDULER), "can_train", property(lambda _self: bool(there)))
    return there


def lose_all(nodes: list[str], digits: Mnist | None = None) -> Run:
    """Leave the visitor's run, trained a little, without a node; the run as it was there."""
    nodes.clear()
    there = Run(digits or mnist())
    by_trainer(lambda: there.advance(0))
    run = the_training().run = RemoteRun(Nobody(), there.digits)
    run.latest = there.latest
    return there


def find_one(app: AppTest, nodes: list[str], there: Run) -> AppTest:
    """One is back, with the run; the page is drawn again as soon as it asks for that."""
    assert not the_visitor().outdated
    nodes.append("another node")
    the_training().run = there
    assert the_visitor().outdated
    app.run()
    assert not app.exception
    assert not the_visitor().outdated
    assert UNANSWERED not in texts(app)
    assert CANNOT_TRAIN not in texts(app)
    return app


@pytest.mark.parametrize(
    ("page", "show", "appears"),
    [
        ("predictions", "grid", "The tutorial's promise:"),
        ("predictions", "all", "Test accuracy"),
        ("predictions", "own", "What the network sees"),
        ("mini_batch", None, "Its way through the network"),
    ],
)
def test_a_page_says_that_nobody_answers_and_shows_the_rest_as_soon_as_somebody_does(
    few_digits, app, nodes, page, show, appears
):
    go_to(app, page)
    app.session_state["own_digit"] = {"drawing": STROKE}
    there = lose_all(nodes, few_digits)
    choose(app, "show", show)
    assert not app.exception
    assert UNANSWERED in texts(app)
    assert CANNOT_TRAIN in texts(app)
    find_one(app, nodes, there)
    said = [*(one.value for one in app.subheader), texts(app)]
    assert appears in " ".join(said).replace("*", "")


def test_the_same_is_said_in_the_readers_language(few_digits, nodes):
    app = open_dashboard(language="ko")
    lose_all(nodes, few_digits)
    go_to(app, "predictions")
    assert not app.exception
    assert "클러스터" in texts(app)
    assert UNANSWERED not in texts(app)


def test_what_is_asked_for_meanwhile_is_done_when_somebody_answers_again(few_digits, app, nodes):
    go_to(app, "predictions")
    there = lose_all(nodes, few_digits)
    app.toggle(key="only_mistakes").set_value(True).run()
    assert not app.exception
    assert UNANSWERED in texts(app)
    find_one(app, nodes, there)
    assert "test digits that the network got wrong" in texts(app)


def test_pressing_the_buttons_meanwhile_does_no_harm(few_digits, app, nodes):
    go_to(app, "mini_batch")
    lose_all(nodes, few_digits)
    press(app, "try_updates")
    assert not app.exception
    assert UNANSWERED in texts(app)
    choose(go_to(app, "train"), "tempo", "step")
    press(app, "play")
    assert not app.exception
    assert CANNOT_TRAIN in texts(app)


def test_a_batch_size_moves_without_a_copy(few_digits, app, nodes):
    lose_all(nodes, few_digits)
    slide(app, "batch_size", 50)
    training = the_training()
    assert not app.exception
    assert training.run.settings.batch_size == 50
    assert (training.kept_copy, training.before_move) == (None, None)
    assert CANNOT_TRAIN in texts(app)


def test_a_network_that_is_lost_for_good_is_not_waited_for(few_digits, app, nodes):
    go_to(app, "predictions")
    lose_all(nodes, few_digits)
    nodes.append("a node that knows nothing of it")
    run = the_training().run
    run.latest, run.ended = replace(run.latest, error=LOST), True
    app.run()
    assert not app.exception
    assert f"{LOST}. Press Reset to begin again." in texts(app).replace("*", "")
    assert not the_visitor().outdated


def test_a_teachers_run_that_nobody_can_copy_leaves_ones_own_as_it_is(few_digits, app, nodes):
    CLASS.recognize("a teacher", CLASS.token)
    CLASS.open("a teacher")
    try:
        teacher = visitors.welcome("a teacher")
        teacher.begin()
        press(go_to(app, "classroom"), "class_join")
        teacher.training.run = RemoteRun(Nobody(), few_digits)
        own = visitors.with_id(app_id()).training.run
        nodes.clear()
        press(app, "class_go_on")
        assert not app.exception
        assert "The teacher’s network can’t be copied" in texts(app)
        assert visitors.with_id(app_id()).training.run is own
    finally:
        CLASS.close("a teacher")
        CLASS.leave("a teacher")


def app_id() -> str:
    """Of the visitor who is no teacher."""
    (student,) = [one for one in visitors.everyone() if one.id != "a teacher"]
    return student.id


def test_frames_leave_out_what_nobody_answers_and_the_server_logs_nothing(
    few_digits, app, nodes, caplog
):
    go_to(app, "predictions")
    lose_all(nodes, few_digits)
    app.run()
    assert "predictions_note" not in the_visitor().feed.parts()[1]
    assert "could not be made" not in caplog.text
