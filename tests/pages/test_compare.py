"""The page Compare, and the kept on the page Train."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from mnist_core import Budget, Normalization, Settings, Setup
from mnist_core.race import Plan, Race, RaceRecord, address, from_json, to_json
from mnist_core.race.results import common_target
from mnist_core.show import race_names, race_sentences, race_tables
from pages.app import visitors
from pages.app.scheduling import SCHEDULER
from pages.compare.files import RaceFile, shown_record
from tests.conftest import made_up, wait_until
from tests.pages.dashboard import (
    LONG,
    choose,
    figures,
    go_to,
    open_compare,
    press,
    question_and_answer,
    rows,
    shown,
    texts,
    the_training,
    the_visitor,
)

QUICK = {"sizes": "200,2000", "epochs": "1"}


def run_race(app: AppTest) -> RaceRecord:
    """Press Start race, wait for its end, draw the page again."""
    press(app, "race_start")
    wait_until(lambda: the_training().race.ended and not SCHEDULER.is_live(the_training().race))
    app.run()
    return the_training().race.latest


def keys(app: AppTest) -> set[str]:
    return {button.key for button in app.button}


def test_the_page_opens_with_its_settings_and_what_will_appear():
    app = open_compare()
    assert not app.exception
    assert app.title[0].value == "Compare"
    assert app.multiselect(key="race_sizes").value == [1, 10, 200, 2000]
    assert "Every run begins with the same weights" in texts(app)
    assert "seed 0" in texts(app)
    drawn = figures(app)
    empty = [figure["layout"]["annotations"][0]["text"] for figure in drawn.values()]
    assert all("Choose a race above" in text for text in empty)
    assert {"race_curve", "race_epoch_seconds", "race_target_updates"} <= drawn.keys()
    assert question_and_answer(app)[0].startswith("**Question:**")


def test_a_race_is_run_to_its_end_and_every_size_gets_a_line():
    app = open_compare(**QUICK)
    record = run_race(app)
    assert record.over
    assert {competitor.state for competitor in record.competitors} == {"finished"}
    curve = figures(app)["race_curve"]
    assert [trace["name"] for trace in curve["data"]] == ["200", "2,000"]
    first = [(trace["x"][0], trace["y"][0]) for trace in curve["data"]]
    assert first[0] == first[1]
    assert first[0][0] == 0
    assert "The race is over" in texts(app)
    assert "leads with" in texts(app)


@pytest.mark.parametrize("clock", ["epochs", "updates", "seconds"])
def test_each_clock_redraws_the_same_losses(clock):
    app = open_compare(**QUICK)
    record = run_race(app)
    choose(app, "race_against_clock", clock)
    drawn = figures(app)["race_curve"]["data"]
    for trace, competitor in zip(drawn, record.competitors, strict=True):
        assert trace["x"] == [getattr(point.place, clock) for point in competitor.test_points]
        assert trace["y"] == [point.loss for point in competitor.test_points]


def test_every_section_can_be_looked_at():
    app = open_compare(**QUICK)
    run_race(app)
    for section in ("target", "timing", "costs", "valley", "tutorial", "luck", "table"):
        choose(app, "race_section", section)
        assert not app.exception, section
    assert [row["batch size"] for row in rows(shown(app)["race_results"])] == ["200", "2,000"]


def test_a_result_keeps_its_own_settings_when_those_of_the_next_race_change():
    app = open_compare(**QUICK)
    record = run_race(app)
    of_its_own = race_sentences.settings(record.plan)
    assert of_its_own in texts(app)
    app.multiselect(key="race_sizes").set_value([50, 500]).run()
    assert of_its_own in texts(app)
    assert "Batch sizes 200 and 2,000" in of_its_own


def test_the_target_is_one_that_all_have_reached_until_another_is_chosen():
    app = open_compare(sizes="50,200", epochs="3")
    assert app.number_input(key="race_target").value is None
    record = run_race(app)
    drawn = figures(app)
    assert drawn["race_curve"]["layout"]["shapes"][0]["y0"] == common_target(record)
    reached = {trace["uid"]: trace for trace in drawn["race_target_updates"]["data"]}["found"]
    assert reached["x"] == [50, 200]


def test_the_target_is_drawn_and_told():
    app = open_compare(**QUICK)
    run_race(app)
    app.number_input(key="race_target").set_value(2_000.0).run()
    drawn = figures(app)
    assert drawn["race_curve"]["layout"]["shapes"][0]["y0"] == 2_000
    names = {trace["name"] for trace in drawn["race_target_updates"]["data"]}
    assert "reached" in names
    app.number_input(key="race_target").set_value(1.0).run()
    missed = figures(app)["race_target_updates"]
    assert [trace["name"] for trace in missed["data"]] == ["not reached so far"]
    assert len(missed["data"][0]["x"]) == 2
    assert all("not within" in label["text"] for label in missed["layout"]["annotations"])


def test_the_visitors_run_rests_during_a_race_and_goes_on_after_it():
    app = open_compare(**LONG)
    press(app, "play")
    training = the_training()
    wait_until(lambda: training.run.latest.place.updates > 0)
    press(app, "race_start")
    assert training.racing
    assert not training.playing
    assert "Your run on the page Train is paused while the race is on" in texts(app)
    assert app.button(key="play").disabled
    go_to(app, "train")
    assert "Race on the page Compare" in texts(app)
    training.stop_race()
    wait_until(lambda: not SCHEDULER.is_live(training.race))
    app.run()
    assert training.playing
    assert not app.button(key="play").disabled


def test_a_run_that_was_paused_before_the_race_stays_paused():
    app = open_compare(**QUICK)
    run_race(app)
    assert not the_training().playing


def test_a_race_can_be_paused_gone_on_with_and_stopped():
    app = open_compare(**LONG)
    press(app, "race_start")
    training = the_training()
    assert {"race_pause", "race_stop"} <= keys(app)
    press(app, "race_pause")
    wait_until(lambda: not SCHEDULER.is_live(training.race))
    stood = training.race.latest
    app.run()
    assert "The race is paused" in texts(app)
    assert training.race.latest == stood
    press(app, "race_go")
    assert training.racing
    wait_until(lambda: training.race.latest != stood)
    press(app, "race_stop")
    assert training.race.ended
    assert {competitor.state for competitor in training.race.latest.competitors} == {"stopped"}
    assert "race_start" in keys(app)


def test_one_runner_can_be_dropped_and_the_last_one_can_not():
    app = open_compare(**LONG)
    press(app, "race_start")
    training = the_training()
    press(app, "race_drop_memory_1")
    states = {
        competitor.batch_size: competitor.state for competitor in training.race.latest.competitors
    }
    assert states[1] == "dropped out"
    assert states[2] in ("waiting", "racing")
    assert not any(key.startswith("race_drop") for key in keys(app))
    press(app, "race_stop")


def test_the_settings_cannot_be_changed_while_a_race_is_on_and_are_the_same_after_it():
    app = open_compare(**LONG)
    press(app, "race_start")
    assert not any(widget.key == "race_sizes" for widget in app.multiselect)
    assert not any(key.startswith("race_ready") for key in keys(app))
    press(app, "race_stop")
    assert app.multiselect(key="race_sizes").value == [1, 2]
    assert app.number_input(key="race_epochs_epochs").value == 50


@pytest.mark.parametrize(
    ("number", "sizes", "budget", "rule"),
    [
        (0, (1, 200), Budget(epochs=3), "same"),
        (1, (1, 10, 200, 2_000, 60_000), Budget(seconds=10), "same"),
        (2, (1, 10, 200, 2_000, 60_000), Budget(seconds=10), "square_root"),
    ],
)
def test_a_ready_race_starts_at_one_press_and_its_settings_stand_in_the_address(
    number, sizes, budget, rule
):
    app = open_compare(sizes="5,300", loss="900", rate="0.001", repeats="3", seed="4")
    press(app, f"race_ready_{number}")
    training = the_training()
    assert training.racing
    plan = Plan(sizes, budget, rule=rule, setup=Setup(4))
    assert training.race.plan == plan
    assert address.from_query(dict(app.query_params)) == (plan, [])
    press(app, "race_stop")
    assert address.from_query(dict(app.query_params)) == (plan, [])
    assert app.multiselect(key="race_sizes").value == list(sizes)


def test_shuffled_against_sorted_by_label_starts_at_one_press():
    app = open_compare(seed="4", order="stored")
    press(app, "race_ready_3")
    training = the_training()
    orders = ("shuffled", "sorted by label")
    plan = Plan((200,), setup=Setup(4, "stored"), orders=orders)
    assert training.race.plan == plan
    press(app, "race_drop_memory_sorted by label")
    shuffled, sorted_by_label = training.race.latest.competitors
    assert not shuffled.over
    assert sorted_by_label.state == "dropped out"
    press(app, "race_stop")
    assert address.from_query(dict(app.query_params)) == (plan, [])
    assert app.session_state["race_raced"] == "order"
    assert app.multiselect(key="race_orders").value == [*orders]


AT_ONE_SIZE = {
    "learning_rate": {"rates": "0.001,0.1", "sizes": "2000", "epochs": "1"},
    "normalization": {"normalizations": "0.5:0.5,0:1,0.25:0.75", "epochs": "1"},
    "order": {"orders": "shuffled,sorted by label", "epochs": "1"},
}


@pytest.mark.parametrize(("raced", "query"), AT_ONE_SIZE.items())
def test_a_link_races_something_else_than_sizes_and_all_speak_of_it(raced, query):
    app = open_compare(**query)
    assert not app.exception
    assert not app.warning
    record = run_race(app)
    plan = record.plan
    assert plan == address.from_query(query)[0]
    assert plan.raced == raced
    names = [race_names.name(value) for value in plan.values]
    drawn = figures(app)
    assert [trace["name"] for trace in drawn["race_curve"]["data"]] == names
    for key in ("race_epoch_seconds", "race_target_updates", "race_target_seconds"):
        axis = drawn[key]["layout"]["xaxis"]
        assert [tick.replace("<br>", " ") for tick in axis["ticktext"]] == names
        assert axis["title"]["text"] == race_names.RACED[raced]
    assert race_sentences.settings(plan) in texts(app)
    assert "perfect scaling" not in texts(app)
    for section in ("target", "luck", "table"):
        choose(app, "race_section", section)
        assert not app.exception, section
    results = rows(shown(app)["race_results"])
    assert [row[race_names.RACED[raced]] for row in results] == names


@pytest.mark.parametrize("query", AT_ONE_SIZE.values())
def test_the_address_of_such_a_race_opens_it_again(query):
    first = dict(open_compare(**query).query_params)
    visitors.forget_all()
    assert dict(open_compare(**first).query_params) == first
    assert address.from_query(first)[0].values == address.from_query(query)[0].values


@pytest.mark.parametrize("raced", AT_ONE_SIZE)
def test_only_the_widgets_of_what_is_raced_are_shown(raced):
    app = open_compare()
    choose(app, "race_raced", raced)
    assert not app.exception
    assert {widget.key for widget in app.multiselect} == {f"race_{raced.split('_')[-1]}s"}
    sliders = {widget.key for widget in app.main.select_slider}
    assert sliders == {"race_size", *["race_rate"] * (raced != "learning_rate")}
    plan, _ = address.from_query(dict(app.query_params))
    assert plan.raced == raced
    assert plan.batch_sizes == (200,)
    choose(app, "race_raced", "batch_size")
    assert app.multiselect(key="race_sizes").value == [1, 10, 200, 2000]
    assert address.from_query(dict(app.query_params)) == (Plan(), [])


def test_losses_of_learning_rates_begin_on_a_logarithmic_axis_that_can_be_turned_off():
    app = open_compare(rates="0.0001,1", epochs="1")
    choose(app, "race_axes", ["log_clock"])
    run_race(app)
    assert app.session_state["race_axes"] == ["log_clock", "log_loss"]
    assert figures(app)["race_curve"]["layout"]["yaxis"]["type"] == "log"
    choose(app, "race_axes", [])
    assert figures(app)["race_curve"]["layout"]["yaxis"]["type"] == "linear"


def test_a_section_that_a_race_of_orders_has_not_gives_way_to_the_first_one():
    app = open_compare()
    choose(app, "race_section", "costs")
    choose(app, "race_raced", "order")
    assert not app.exception
    assert app.session_state["race_section"] == "target"
    assert "race_target_updates" in figures(app)


def test_a_competitor_is_compared_with_another_of_the_same_race():
    app = open_compare(orders="shuffled,sorted by label", epochs="0.1", repeats="3")
    choose(app, "race_section", "luck")
    run_race(app)
    assert app.session_state["race_against"] == "shuffled"
    assert "sorted by label against shuffled" in texts(app)
    choose(app, "race_raced", "batch_size")
    press(app, "race_ready_0")
    assert app.session_state["race_against"] == "200"
    press(app, "race_stop")


def test_whom_one_compares_with_outlives_a_change_of_the_language():
    app = open_compare(orders="shuffled,sorted by label", epochs="0.1", repeats="3")
    choose(app, "race_section", "luck")
    run_race(app)
    choose(app, "race_against", "sorted by label")
    press(app, "language_ko")
    assert "레이블 순" in texts(app)
    assert app.session_state["race_against"] == "sorted by label"
    press(app, "language_en")
    assert "shuffled against sorted by label" in texts(app)


def test_none_of_what_is_raced_is_refused_with_a_reason():
    app = open_compare(orders="shuffled")
    app.multiselect(key="race_orders").set_value([]).run()
    assert "a race takes 1 to 6 different orders, not 0" in texts(app)
    assert app.button(key="race_start").disabled


def test_a_race_of_ones_own_is_folded_but_for_a_link():
    assert not open_compare().session_state["race_own"]
    app = open_compare(**QUICK)
    assert app.session_state["race_own"]
    run_race(app)
    assert not app.session_state["race_own"], "it lies over the race's charts"


def test_settings_that_make_no_race_are_refused_with_a_reason():
    app = open_compare()
    app.multiselect(key="race_sizes").set_value([]).run()
    assert "There can be no such race: a race takes 1 to 6 different batch sizes" in texts(app)
    assert app.button(key="race_start").disabled
    app.multiselect(key="race_sizes").set_value([2000]).run()
    assert not app.error
    choose(app, "race_rate", 1.0)
    choose(app, "race_rule", "linear")
    assert "the rule gives batch size 2,000 the learning rate 10" in texts(app)
    assert app.button(key="race_start").disabled


def test_start_takes_what_was_chosen_at_the_same_moment():
    app = open_compare(**QUICK)
    app.multiselect(key="race_sizes").set_value([])
    press(app, "race_start")
    assert the_training().race is None
    assert "There can be no such race" in texts(app)
    app.multiselect(key="race_sizes").set_value([2000, 10_000]).run()
    app.multiselect(key="race_sizes").set_value([500, 10_000])
    press(app, "race_start")
    assert the_training().race.plan.batch_sizes == (500, 10_000)


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
    app = open_compare(**address.to_query(plan))
    assert not app.exception
    assert not app.warning
    assert not SCHEDULER.is_live(the_training().run)
    press(app, "race_start")
    assert the_training().race.plan == plan
    press(app, "race_stop")


def test_nonsense_in_the_address_falls_back_with_a_note():
    app = open_compare(sizes="<script>", seed="99999999999999999999", repeats="3")
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
    app = open_compare(**query)
    (note,) = app.warning
    assert f"make no sense for: {named}. " in note.value
    plan, _ = address.from_query(dict(app.query_params))
    assert plan.budget == budget


def test_the_address_carries_what_is_chosen():
    app = open_compare()
    app.multiselect(key="race_sizes").set_value([50, 500]).run()
    app.number_input(key="race_epochs_epochs").set_value(2.0).run()
    plan, nonsense = address.from_query(dict(app.query_params))
    assert plan == Plan(batch_sizes=(50, 500), budget=Budget(epochs=2))
    assert nonsense == []


def test_the_settings_are_kept_when_the_page_is_left():
    app = open_compare()
    app.multiselect(key="race_sizes").set_value([50, 500]).run()
    choose(app, "race_limit", "seconds")
    app.number_input(key="race_seconds").set_value(3.0).run()
    go_to(app, "digits")
    go_to(app, "compare")
    assert app.multiselect(key="race_sizes").value == [50, 500]
    assert app.number_input(key="race_seconds").value == 3.0


def test_a_recorded_race_is_shown_as_recorded_and_can_be_closed():
    app = open_compare()
    race = Race(made_up(600, 100), Plan((10, 100), Budget(epochs=2)))
    while not race.ended:
        race.advance(0.01)
    the_visitor().kept(RaceFile).recorded = from_json(to_json(race.latest))
    app.run()
    assert not app.exception
    assert "**Recorded**" in texts(app)
    assert "race_start" not in keys(app)
    assert [trace["name"] for trace in figures(app)["race_curve"]["data"]] == ["10", "100"]
    for section in ("timing", "costs", "valley", "tutorial", "luck", "table"):
        choose(app, "race_section", section)
        assert not app.exception, section
    press(app, "race_close")
    assert "race_start" in keys(app)


def test_what_is_downloaded_is_what_is_shown():
    app = open_compare(**QUICK)
    record = run_race(app)
    saved = shown_record(the_visitor())
    assert saved == record == from_json(to_json(saved))
    assert len(race_tables.points_csv(saved).splitlines()) == 1 + sum(
        len(competitor.test_points) for competitor in record.competitors
    )


def trained_with_copy(app: AppTest) -> AppTest:
    app.toggle(key="keep_copy").set_value(True).run()
    press(app, "play")
    run = the_training().run
    wait_until(lambda: run.latest.place.updates > 0)
    return app.select_slider(key="batch_size").set_value(50).run()


def test_a_copy_goes_on_at_the_old_batch_size(app):
    trained_with_copy(app)
    training = the_training()
    kept = training.kept_copy
    assert kept.run.settings == Settings(200)
    assert training.run.settings == Settings(50)
    assert SCHEDULER.is_playing(kept.run)
    for one in (kept.run, training.run):
        wait_until(lambda one=one: one.latest.test_points[-1].place.updates > kept.since.updates)
    app.run()
    names = [trace["name"] for trace in figures(app)["learning_curve"]["data"]]
    assert "200, kept" in names
    assert "each, the test loss is" in texts(app)
    press(app, "play")
    wait_until(lambda: not training.live)


def move_again(app: AppTest, size: int) -> None:
    """Move the batch size when at least one update has been made since the last move."""
    run = the_training().run
    updates = run.latest.place.updates
    wait_until(lambda: run.latest.place.updates > updates)
    app.select_slider(key="batch_size").set_value(size).run()


def test_changes_made_in_one_go_leave_one_copy_at_the_size_before_the_first(app):
    trained_with_copy(app)
    first = the_training().kept_copy
    for size in (20, 10, 5):
        move_again(app, size)
    assert the_training().kept_copy is first
    assert first.run.settings == Settings(200)


def test_changes_while_paused_are_one_move_however_slow_they_come(app, monkeypatch):
    trained_with_copy(app)
    press(app, "play")
    training = the_training()
    wait_until(lambda: not training.live)
    app.select_slider(key="batch_size").set_value(100).run()
    monkeypatch.setattr("pages.app.training.MOVE_SECONDS", -1.0)
    app.select_slider(key="batch_size").set_value(500).run()
    assert training.kept_copy.run.settings == Settings(200)


def test_a_move_back_to_where_it_began_leaves_no_copy(app):
    trained_with_copy(app)
    move_again(app, 200)
    assert the_training().kept_copy is None
    move_again(app, 10)
    assert the_training().kept_copy.run.settings == Settings(200)


def test_a_copy_ends_with_the_next_move_with_its_toggle_and_with_reset(app, monkeypatch):
    monkeypatch.setattr("pages.app.training.MOVE_SECONDS", -1.0)
    trained_with_copy(app)
    training = the_training()
    first = training.kept_copy.run
    move_again(app, 20)
    second = training.kept_copy.run
    assert second.settings == Settings(50)
    assert not SCHEDULER.is_playing(first)
    app.toggle(key="keep_copy").set_value(False).run()
    assert training.kept_copy is None
    assert not SCHEDULER.is_playing(second)
    app.toggle(key="keep_copy").set_value(True).run()
    move_again(app, 10)
    third = training.kept_copy.run
    press(app, "reset")
    assert training.kept_copy is None
    assert not SCHEDULER.is_playing(third)


def test_no_copy_is_left_without_the_toggle_nor_by_an_untrained_run(app):
    app.select_slider(key="batch_size").set_value(50).run()
    app.toggle(key="keep_copy").set_value(True).run()
    app.select_slider(key="batch_size").set_value(20).run()
    assert the_training().kept_copy is None
