"""The lesson's record: when it can be downloaded, and what is kept for it."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from mnist_core.race.results import epoch_times
from pages.app.scheduling import SCHEDULER
from pages.lesson.progress import Lesson
from pages.lesson.record import page_of
from tests.conftest import wait_until
from tests.core.show.page_read import PageRead
from tests.pages.dashboard import choose, press, the_training, the_visitor
from tests.pages.lesson import at_station, predict, race_and_stop


def is_offered(app: AppTest) -> bool:
    buttons = app.get("download_button")
    return any(button.proto.id.endswith("lesson_record") for button in buttons)


def the_record() -> PageRead:
    """What the visitor would download now."""
    return PageRead(page_of(the_visitor().kept(Lesson)))


def test_the_record_is_offered_where_one_has_predicted():
    app = at_station(2)
    assert not is_offered(app)
    predict(app, 0.0)
    assert is_offered(app)
    press(app, "lesson_next")
    assert not is_offered(app)


def test_the_record_holds_what_was_said_and_measured_at_each_station():
    app = predict(at_station(2), 0.0)
    choose(app, "page_normalization", "Tutorial's")
    predict(press(press(app, "lesson_next"), "lesson_set_up"), "None of them")
    text = the_record().text
    assert "You said+0.0Measured−0.75Less than you said" in text
    assert "You saidNone of themNothing was measured." in text
    assert text.count("You made no prediction at this station.") == 5


def test_a_race_that_ends_while_one_is_at_the_next_station_stays_in_the_record():
    app = predict(at_station(4), 200)
    press(app, "race_ready_0")
    race = the_training().race
    press(app, "lesson_next")
    wait_until(lambda: len(epoch_times(race.latest)) == 2, seconds=60)
    press(app, "race_stop")
    wait_until(lambda: not SCHEDULER.is_live(race))
    press(app.run(), "lesson_set_up")
    assert the_training().race is None, "the next station puts the race away"
    (kept,) = the_record().races
    ended = race.latest.competitors
    assert [one["state"] for one in kept["competitors"]] == ["stopped", "stopped"]
    assert [one["end"] for one in kept["competitors"]] == [one.place.seconds for one in ended]
    guesses = [one["points"][-1]["guesses"] for one in kept["competitors"]]
    assert [len(one) for one in guesses] == [len(kept["labels"])] * 2 == [16, 16]


def test_a_station_set_once_more_leaves_the_record():
    app = predict(at_station(4), 200)
    race_and_stop(app, "race_ready_0", lambda record: len(epoch_times(record)) == 2)
    assert len(the_record().races) == 1
    press(app, "lesson_set_up")
    assert the_record().races == []
