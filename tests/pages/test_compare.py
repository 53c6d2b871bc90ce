"""The page Compare, and the ghost on the page Train."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from mnist_core import Budget, Normalization, Settings, Setup
from mnist_core.race import Plan, Race, RaceRecord, from_json, links, tables, to_json
from pages.parts.race_files import shown_record
from pages.parts.shared import RUNNER
from tests.conftest import made_up, wait_until
from tests.pages.conftest import DASHBOARD, figures, the_session

QUICK = {"sizes": "200,2000", "epochs": "0.2"}
# Not over before a test has looked at it.
LONG = {"sizes": "1,2", "epochs": "50"}


def opened(**query: str) -> AppTest:
    """The page as a link with these settings opens it."""
    app = AppTest.from_file(DASHBOARD, default_timeout=60)
    app.query_params.update(query)
    return app.switch_page("pages/compare.py").run()


def press(app: AppTest, key: str) -> AppTest:
    return app.button(key=key).click().run()


def choose(app: AppTest, key: str, value) -> AppTest:
    app.session_state[key] = value
    return app.run()


def run_race(app: AppTest) -> RaceRecord:
    """Press Start race, wait for its end, draw the page again."""
    press(app, "race_start")
    wait_until(lambda: the_session().race.ended and not RUNNER.is_live(the_session().race))
    app.run()
    return the_session().race.latest


def texts(app: AppTest) -> str:
    shown = (*app.markdown, *app.caption, *app.info, *app.warning, *app.error, *app.text)
    return "\n".join(element.value for element in shown)


def keys(app: AppTest) -> set[str]:
    return {button.key for button in app.button}


def test_the_page_opens_with_its_settings_and_what_will_appear():
    app = opened()
    assert not app.exception
    assert app.title[0].value == "Compare"
    assert app.multiselect(key="race_sizes").value == [1, 10, 200, 2000]
    assert "Every run begins with the same weights" in texts(app)
    assert "seed 0" in texts(app)
    shown = figures(app)
    empty = [figure["layout"]["annotations"][0]["text"] for figure in shown.values()]
    assert all("Press Start race" in text for text in empty)
    assert {"race_curve", "race_epoch_seconds", "race_target_updates"} <= shown.keys()
    assert app.main.markdown[-1].value.startswith("**Question:**")


def test_a_race_is_run_to_its_end_and_every_size_gets_a_line():
    app = opened(**QUICK)
    record = run_race(app)
    assert record.over
    assert {entry.state for entry in record.entries} == {"finished"}
    curve = figures(app)["race_curve"]
    assert [trace["name"] for trace in curve["data"]] == ["200", "2,000"]
    first = [(trace["x"][0], trace["y"][0]) for trace in curve["data"]]
    assert first[0] == first[1]
    assert first[0][0] == 0
    assert "The race is over" in texts(app)
    assert "has the lowest test loss" in texts(app)


@pytest.mark.parametrize("clock", ["epochs", "updates", "seconds"])
def test_each_clock_redraws_the_same_losses(clock):
    app = opened(**QUICK)
    record = run_race(app)
    choose(app, "race_against_clock", clock)
    drawn = figures(app)["race_curve"]["data"]
    for trace, entry in zip(drawn, record.entries, strict=True):
        assert trace["x"] == [getattr(point.place, clock) for point in entry.test_points]
        assert trace["y"] == [point.loss for point in entry.test_points]


def test_every_section_can_be_looked_at():
    app = opened(**QUICK)
    run_race(app)
    for section in ("target", "timing", "costs", "tutorial", "luck", "table"):
        choose(app, "race_section", section)
        assert not app.exception, section
    assert len(app.dataframe[0].value) == 2


def test_the_target_is_drawn_and_told():
    app = opened(**QUICK)
    run_race(app)
    app.number_input(key="race_target").set_value(20_000.0).run()
    shown = figures(app)
    assert shown["race_curve"]["layout"]["shapes"][0]["y0"] == 20_000
    names = {trace["name"] for trace in shown["race_target_updates"]["data"]}
    assert "reached" in names
    app.number_input(key="race_target").set_value(10.0).run()
    missed = figures(app)["race_target_updates"]
    assert [trace["name"] for trace in missed["data"]] == ["not reached so far"]
    assert len(missed["data"][0]["x"]) == 2
    assert all("not within" in label["text"] for label in missed["layout"]["annotations"])


def test_the_visitors_run_rests_during_a_race_and_goes_on_after_it():
    app = opened(**LONG)
    press(app, "play")
    session = the_session()
    wait_until(lambda: session.run.latest.place.updates > 0)
    press(app, "race_start")
    assert session.racing
    assert not session.playing
    assert "Your run on the page Train is paused while the race is on" in texts(app)
    assert app.button(key="play").disabled
    app.switch_page("pages/train.py").run()
    assert "Race on the page Compare" in texts(app)
    session.stop_race()
    wait_until(lambda: not RUNNER.is_live(session.race))
    app.run()
    assert session.playing
    assert not app.button(key="play").disabled


def test_a_run_that_was_paused_before_the_race_stays_paused():
    app = opened(**QUICK)
    run_race(app)
    assert not the_session().playing


def test_a_race_can_be_paused_gone_on_with_and_stopped():
    app = opened(**LONG)
    press(app, "race_start")
    session = the_session()
    assert {"race_pause", "race_stop"} <= keys(app)
    press(app, "race_pause")
    wait_until(lambda: not RUNNER.is_live(session.race))
    stood = session.race.latest
    app.run()
    assert "The race is paused" in texts(app)
    assert session.race.latest == stood
    press(app, "race_go")
    assert session.racing
    wait_until(lambda: session.race.latest != stood)
    press(app, "race_stop")
    assert session.race.ended
    assert {entry.state for entry in session.race.latest.entries} == {"stopped"}
    assert "race_start" in keys(app)


def test_one_runner_can_be_dropped_and_the_last_one_can_not():
    app = opened(**LONG)
    press(app, "race_start")
    session = the_session()
    press(app, "race_drop_memory_1")
    states = {entry.batch_size: entry.state for entry in session.race.latest.entries}
    assert states[1] == "dropped out"
    assert states[2] in ("waiting", "racing")
    assert not any(key.startswith("race_drop") for key in keys(app))
    press(app, "race_stop")


def test_the_settings_stay_as_they_are_while_a_race_is_on():
    app = opened(**LONG)
    press(app, "race_start")
    assert app.multiselect(key="race_sizes").disabled
    assert app.number_input(key="race_epochs_epochs").disabled
    press(app, "race_stop")
    assert not app.multiselect(key="race_sizes").disabled


def test_settings_that_make_no_race_are_refused_with_a_reason():
    app = opened()
    app.multiselect(key="race_sizes").set_value([]).run()
    assert "There can be no such race: a race takes 1 to 6 different batch sizes" in texts(app)
    assert app.button(key="race_start").disabled
    app.multiselect(key="race_sizes").set_value([2000]).run()
    assert not app.error
    choose(app, "race_rate", 1.0)
    choose(app, "race_rule", "linear")
    assert "the rule gives batch size 2,000 the learning rate 10" in texts(app)
    assert app.button(key="race_start").disabled


def test_a_link_opens_the_same_race_ready_to_start():
    plan = Plan(
        batch_sizes=(5, 300),
        budget=Budget(epochs=4, test_loss=2_500),
        learning_rate=3e-4,
        rule="square_root",
        setup=Setup(11, "stored", Normalization(0.25, 0.75)),
        repeats=3,
        tutorial="tenth",
    )
    app = opened(**links.to_query(plan))
    assert not app.exception
    assert not app.warning
    assert not RUNNER.is_live(the_session().run)
    press(app, "race_start")
    assert the_session().race.plan == plan
    press(app, "race_stop")


def test_nonsense_in_the_address_falls_back_with_a_note():
    app = opened(sizes="<script>", seed="99999999999999999999", repeats="3")
    assert not app.exception
    (note,) = app.warning
    assert "make no sense for: sizes, seed" in note.value
    assert "script" not in note.value
    assert app.multiselect(key="race_sizes").value == [1, 10, 200, 2000]
    assert app.session_state["race_repeats"] == 3


@pytest.mark.parametrize(
    ("query", "named", "budget"),
    [
        ({"epochs": "5000"}, "epochs", Budget(epochs=3)),
        ({"seconds": "5000"}, "seconds", Budget(epochs=3)),
        ({"loss": "2e7", "epochs": "5"}, "loss", Budget(epochs=5)),
        ({"loss": "900", "epochs": "5000"}, "epochs", Budget(epochs=20, test_loss=900)),
    ],
)
def test_what_the_widgets_cannot_show_is_left_out_and_named(query, named, budget):
    app = opened(**query)
    (note,) = app.warning
    assert f"make no sense for: {named}. " in note.value
    plan, _ = links.from_query(dict(app.query_params))
    assert plan.budget == budget


def test_the_address_carries_what_is_chosen():
    app = opened()
    app.multiselect(key="race_sizes").set_value([50, 500]).run()
    app.number_input(key="race_epochs_epochs").set_value(2.0).run()
    plan, nonsense = links.from_query(dict(app.query_params))
    assert plan == Plan(batch_sizes=(50, 500), budget=Budget(epochs=2))
    assert nonsense == []


def test_the_settings_are_kept_when_the_page_is_left():
    app = opened()
    app.multiselect(key="race_sizes").set_value([50, 500]).run()
    choose(app, "race_limit", "seconds")
    app.number_input(key="race_seconds").set_value(3.0).run()
    app.switch_page("pages/digits.py").run()
    app.switch_page("pages/compare.py").run()
    assert app.multiselect(key="race_sizes").value == [50, 500]
    assert app.number_input(key="race_seconds").value == 3.0


def test_a_recorded_race_is_shown_as_recorded_and_can_be_closed():
    app = opened()
    race = Race(made_up(600, 100), Plan((10, 100), Budget(epochs=2)))
    while not race.ended:
        race.advance(0.01)
    session = the_session()
    session.recorded = from_json(to_json(race.latest))
    app.run()
    assert not app.exception
    assert "**Recorded**" in texts(app)
    assert "race_start" not in keys(app)
    assert [trace["name"] for trace in figures(app)["race_curve"]["data"]] == ["10", "100"]
    for section in ("timing", "costs", "tutorial", "luck", "table"):
        choose(app, "race_section", section)
        assert not app.exception, section
    press(app, "race_close")
    assert "race_start" in keys(app)


def test_what_is_downloaded_is_what_is_shown():
    app = opened(**QUICK)
    record = run_race(app)
    shown = shown_record(the_session())
    assert shown == record == from_json(to_json(shown))
    assert len(tables.points_csv(shown).splitlines()) == 1 + sum(
        len(entry.test_points) for entry in record.entries
    )


def trained_with_ghost(app: AppTest) -> AppTest:
    app.toggle(key="keep_ghost").set_value(True).run()
    press(app, "play")
    run = the_session().run
    wait_until(lambda: run.latest.place.updates > 0)
    return app.select_slider(key="batch_size").set_value(50).run()


def test_a_ghost_goes_on_at_the_old_batch_size(app):
    trained_with_ghost(app)
    session = the_session()
    ghost = session.ghost
    assert ghost.run.settings == Settings(200)
    assert session.run.settings == Settings(50)
    assert RUNNER.is_playing(ghost.run)
    wait_until(lambda: ghost.run.latest.place.updates > ghost.since.updates)
    wait_until(lambda: session.run.latest.place.updates > ghost.since.updates)
    app.run()
    names = [trace["name"] for trace in figures(app)["learning_curve"]["data"]]
    assert "ghost, 200" in names
    assert "its ghost at 200" in texts(app)
    press(app, "play")
    wait_until(lambda: not session.any_live)


def test_a_ghost_ends_with_its_toggle_and_with_reset(app):
    trained_with_ghost(app)
    session = the_session()
    first = session.ghost.run
    app.select_slider(key="batch_size").set_value(20).run()
    second = session.ghost.run
    assert second.settings == Settings(50)
    assert not RUNNER.is_playing(first)
    app.toggle(key="keep_ghost").set_value(False).run()
    assert session.ghost is None
    assert not RUNNER.is_playing(second)
    app.toggle(key="keep_ghost").set_value(True).run()
    app.select_slider(key="batch_size").set_value(10).run()
    third = session.ghost.run
    press(app, "reset")
    assert session.ghost is None
    assert not RUNNER.is_playing(third)


def test_no_ghost_is_left_without_the_toggle_nor_by_an_untrained_run(app):
    app.select_slider(key="batch_size").set_value(50).run()
    app.toggle(key="keep_ghost").set_value(True).run()
    app.select_slider(key="batch_size").set_value(20).run()
    assert the_session().ghost is None
