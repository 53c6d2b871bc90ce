"""What one visitor more than there is room for is told."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from mnist_core import Run
from pages.app import visitors
from pages.app.limits import MOST_TRAINING, MOST_VISITORS
from pages.app.loading import mnist
from pages.app.scheduling import SCHEDULER
from tests.pages.dashboard import (
    LONG,
    open_compare,
    open_dashboard,
    press,
    texts,
    the_training,
    the_visitor,
)


@pytest.fixture
def full(monkeypatch):
    """Another visitor trains, and there is room for one."""
    other = Run(mnist())
    monkeypatch.setattr(SCHEDULER, "most_owners", 1)
    SCHEDULER.play(other, owner="another visitor")
    yield other
    SCHEDULER.pause(other)


def test_one_visitor_more_than_may_train_is_told_so_and_can_try_again(full, app):
    press(app, "play")
    assert not app.exception
    assert not the_training().playing
    assert app.button(key="play").label == "Start"
    (note,) = app.sidebar.warning
    assert note.value.startswith(f"As many visitors as may ({MOST_TRAINING}) are training")
    assert "**Start** will work" in note.value
    assert SCHEDULER.is_playing(full)
    SCHEDULER.pause(full)
    press(app, "play")
    assert the_training().playing
    assert not app.sidebar.warning


def test_a_race_that_there_is_no_room_for_is_not_begun_and_can_be_started_later(full):
    app = open_compare(**LONG)
    press(app, "race_start")
    assert not app.exception
    assert "**Start race** will work" in texts(app)
    assert the_training().race is None
    SCHEDULER.pause(full)
    press(app, "race_start")
    assert the_training().racing
    assert not app.warning


def test_one_who_trains_may_race_and_have_a_copy_where_others_find_no_room(monkeypatch):
    monkeypatch.setattr(SCHEDULER, "most_owners", 1)
    app = open_compare(**LONG)
    press(app, "play")
    press(app, "race_start")
    assert the_training().racing
    assert not app.warning


def fill_up(monkeypatch, present) -> None:
    monkeypatch.setattr(visitors, "is_present", present)
    for number in range(MOST_VISITORS):
        visitors.welcome(f"visitor {number}")


def here() -> set[str]:
    return {visitor.id for visitor in visitors.everyone()}


def test_one_visitor_more_than_there_is_room_for_is_told_so(monkeypatch):
    fill_up(monkeypatch, present=lambda _name: True)
    before = here()
    app = open_dashboard()
    assert not app.exception
    (note,) = app.error
    assert f"As many visitors as this computer takes ({MOST_VISITORS}) are here" in note.value
    assert here() == before


def test_one_who_is_gone_makes_room_for_one_who_comes_but_not_at_once(monkeypatch):
    fill_up(monkeypatch, present=lambda name: name != "visitor 7")
    app = open_dashboard()
    assert app.error
    visitors.welcome("visitor 7").absent_since -= 10
    app.button[0].click().run()
    assert not app.error
    assert app.title[0].value == "Train"
    assert "visitor 7" not in here()
    assert len(here()) == MOST_VISITORS


@dataclass
class Note:
    text: str = ""


@pytest.mark.usefixtures("app")
def test_what_a_page_keeps_is_kept_for_each_visitor_and_outlives_a_cleared_cache():
    kept = the_visitor().kept(Note)
    kept.text = "as long as the visit"
    open_dashboard()  # the same visitor, whose st.session_state is empty again
    assert the_visitor().kept(Note) is kept
    assert visitors.welcome("another visitor").kept(Note).text == ""
