"""What one visitor more than there is room for is told."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from mnist_core import Run
from pages.parts import visitors
from pages.parts.session import Session
from pages.parts.shared import MOST_TRAINING, MOST_VISITORS, RUNNER, mnist
from tests.pages.conftest import DASHBOARD, the_session
from tests.pages.test_compare import LONG, opened, texts
from tests.pages.test_train import press


@pytest.fixture
def full(monkeypatch):
    """Another visitor trains, and there is room for one."""
    other = Run(mnist())
    monkeypatch.setattr(RUNNER, "_most_owners", 1)
    RUNNER.play(other, owner="another visitor")
    yield other
    RUNNER.pause(other)


def test_one_visitor_more_than_may_train_is_told_so_and_can_try_again(full, app):
    press(app, "play")
    assert not app.exception
    assert not the_session().playing
    assert app.button(key="play").label == "Start"
    (told,) = app.sidebar.warning
    assert told.value.startswith(f"As many visitors as may ({MOST_TRAINING}) are training")
    assert "**Start** will work" in told.value
    assert RUNNER.is_playing(full)
    RUNNER.pause(full)
    press(app, "play")
    assert the_session().playing
    assert not app.sidebar.warning


def test_a_race_that_there_is_no_room_for_is_not_begun_and_can_be_started_later(full):
    app = opened(**LONG)
    press(app, "race_start")
    assert not app.exception
    assert "**Start race** will work" in texts(app)
    assert the_session().race is None
    RUNNER.pause(full)
    press(app, "race_start")
    assert the_session().racing
    assert not app.warning


def test_one_who_trains_may_race_and_have_a_ghost_where_others_find_no_room(monkeypatch):
    monkeypatch.setattr(RUNNER, "_most_owners", 1)
    app = opened(**LONG)
    press(app, "play")
    press(app, "race_start")
    assert the_session().racing
    assert not app.warning


def fill_up(monkeypatch, present) -> None:
    monkeypatch.setattr(visitors, "is_present", present)
    for number in range(MOST_VISITORS):
        name = f"visitor {number}"
        visitors._sessions[name] = Session(name, run=None)
    monkeypatch.setattr(Session, "leave", lambda _self: None)


def test_one_visitor_more_than_there_is_room_for_is_told_so(monkeypatch):
    fill_up(monkeypatch, present=lambda _name: True)
    app = AppTest.from_file(DASHBOARD, default_timeout=60).run()
    assert not app.exception
    assert (
        f"As many visitors as this computer takes ({MOST_VISITORS}) are here" in app.error[0].value
    )
    assert len(visitors._sessions) == MOST_VISITORS
    visitors._sessions.popitem()
    app.button[0].click().run()
    assert not app.error
    assert app.title[0].value == "Train"


def test_one_who_is_gone_makes_room_for_one_who_comes_but_not_at_once(monkeypatch):
    fill_up(monkeypatch, present=lambda name: name != "visitor 7")
    app = AppTest.from_file(DASHBOARD, default_timeout=60).run()
    assert app.error
    visitors._sessions["visitor 7"].absent_since -= 10
    app.button[0].click().run()
    assert not app.error
    assert "visitor 7" not in visitors._sessions
    assert len(visitors._sessions) == MOST_VISITORS
