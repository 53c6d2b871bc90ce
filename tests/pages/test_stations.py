"""The lesson's strip: each station from its set-up to what was measured."""

from __future__ import annotations

import re
from statistics import mean

import pytest
from streamlit.testing.v1 import AppTest

from mnist_core import Settings, Setup
from mnist_core.race import address
from mnist_core.race.plan import FIVE_SIZES, WITH_AND_WITHOUT
from mnist_core.race.results import epoch_times, standings
from mnist_core.show.lesson import GLOSSARY, STATIONS
from pages.app.scheduling import SCHEDULER
from pages.compare.files import RaceFile
from pages.mini_batch.bench import Trials
from pages.mini_batch.compass import Draws
from tests.core.races import made_up_race
from tests.pages.dashboard import (
    choose,
    figures,
    go_to,
    metrics,
    open_compare,
    open_dashboard,
    press,
    shown,
    slide,
    texts,
    the_training,
    the_visitor,
    train,
)
from tests.pages.lesson import at_station, line, predict, race_and_stop


def keys(app: AppTest) -> set[str]:
    return {button.key for button in app.button}


def title(app: AppTest) -> str:
    return app.title[0].value


def test_off_the_lesson_is_one_entry_and_says_nothing(app):
    for page in ("digits", "mini_batch", "train", "compare", "predictions"):
        go_to(app, page)
        assert "lesson_begin" in keys(app), page
        assert "lesson_line" not in shown(app), page
        assert "lesson" not in app.query_params, page


def test_the_glossary_is_on_every_page(app):
    for page in ("digits", "mini_batch", "train", "compare", "predictions"):
        go_to(app, page)
        assert all(f"**{term}:** {text}" in texts(app) for term, text in GLOSSARY.items()), page


def test_the_lesson_begins_at_its_first_station_and_touches_nothing_yet(app):
    train(app, epochs=0.1)
    run = the_training().run
    press(app, "lesson_begin")
    assert title(app) == "Train"
    assert the_training().run is run
    assert app.selectbox(key="lesson_station").value == 1
    assert app.query_params["lesson"] == "1"
    assert line(app).startswith("First set the page")


@pytest.mark.parametrize("number", range(1, 8))
def test_each_station_sets_its_page_and_asks_before_it_answers(number):
    station = STATIONS[number - 1]
    app = at_station(number)
    assert not app.exception
    assert title(app) == station.page
    assert app.session_state["lesson_predict"], "the question must be open"
    assert station.question in [one.value for one in app.markdown]
    assert "Say it under Predict" in line(app)
    assert "lesson_measured" not in shown(app)


def test_one_digit_counts_its_black_pixels(few_digits):
    app = predict(at_station(1), "A third to two thirds")
    assert (metrics(app)["Training digit"], app.slider(key="row").value) == ("0", 6)
    assert "move Row of pixels" in line(app)
    app.slider(key="row").set_value(9).run()
    black = int((few_digits.train.images[0] == 0).sum())
    assert f"measured here: {black} of 784" in line(app)
    assert "not as you said" in line(app)
    app.slider(key="row").set_value(6).run()
    assert f"{black} of 784" in line(app), "what was measured stays"


def test_one_digit_begins_with_training_digit_0_whichever_was_looked_at(app):
    go_to(app, "digits")
    app.session_state["strip_index_0_11"] = {"picked": 3}
    app.run()
    press(press(app, "lesson_begin"), "lesson_set_up")
    assert metrics(app)["Training digit"] == "0"


def test_normalization_puts_the_prediction_beside_the_mean_of_all_pixels(few_digits):
    app = predict(at_station(2), 0.0)
    assert "Now choose Tutorial’s" in line(app)
    choose(app, "page_normalization", "Tutorial's")
    moved = (few_digits.train.images.double().mean().item() / 255 - 0.5) / 0.5
    assert f"You said +0.0, measured here: −{abs(moved):.2f}, less than you said" in line(app)


@pytest.mark.usefixtures("few_trials")
def test_one_update_counts_what_the_bench_has_tried():
    app = predict(at_station(3), "None of them")
    assert the_training().run.latest.untrained
    press(app, "try_updates")
    trials = the_visitor().kept(Trials).bench.trials
    worse = sum(trial.worsened for trial in trials if trial.digits == 1)
    assert f"measured here: {worse} of 2" in line(app.run())


@pytest.mark.usefixtures("few_trials")
def test_one_update_begins_without_the_trials_of_another_run(app):
    go_to(app, "mini_batch")
    press(app, "try_updates")
    press(app, "lesson_begin")
    app.selectbox(key="lesson_station").set_value(3).run()
    predict(press(app, "lesson_set_up"), "None of them")
    assert "press the button" in line(app)


def test_with_and_without_mini_batches_measures_the_epochs_of_this_race():
    app = predict(at_station(4), 200)
    assert address.from_query(dict(app.query_params))[0] == WITH_AND_WITHOUT
    race_and_stop(app, "race_ready_0", lambda record: len(epoch_times(record)) == 2)
    took = {size: time.median for size, time in epoch_times(the_training().race.latest).items()}
    ratio = float(re.search(r"measured here: ([\d.]+) times as long", line(app))[1])
    assert ratio == pytest.approx(took[1] / took[200], rel=0.06)
    assert "less than you said" in line(app)


def test_three_clocks_puts_an_order_beside_the_races():
    app = at_station(5)
    app.session_state["lesson_answer_5"] = [200, 10]
    app.run()
    assert app.button(key="lesson_say").disabled, "all five must have a place"
    predict(app, [60_000, 2_000, 200, 10, 1])

    def tested(record) -> bool:
        ranks = standings(record, "seconds")[1]
        return len(ranks) == 5 and all(one.point for one in ranks)

    race_and_stop(app, "race_ready_1", tested)
    ranks = standings(the_training().race.latest, "seconds")[1]
    order = " · ".join(f"{one.value:,}" for one in ranks)
    assert f"You said 60,000 · 2,000 · 200 · 10 · 1, measured here: {order}" in line(app)


def test_a_race_of_another_kind_is_not_measured():
    app = predict(at_station(4), 200)
    race_and_stop(app, "race_ready_2", lambda record: record.begun)
    assert "You said 200 times as long. Now press" in line(app)


def test_a_race_station_puts_away_the_race_before():
    app = open_compare(sizes="1,2", epochs="50")
    press(app, "play")
    press(app, "race_start")
    training, race = the_training(), the_training().race
    the_visitor().kept(RaceFile).recorded = made_up_race({1: [9, 8], 2: [9, 8]}, {1: 1.0, 2: 1.0})
    press(app, "lesson_begin")
    app.selectbox(key="lesson_station").set_value(5).run()
    press(app, "lesson_set_up")
    assert not app.exception
    assert training.race is None
    assert not SCHEDULER.is_playing(race)
    assert not training.playing
    assert "race_ready_1" in keys(app)
    plan, _ = address.from_query(dict(app.query_params))
    assert plan == FIVE_SIZES


EVENLY = [4.0 * place for place in range(25)]  # a straight line, from 0 to 96


@pytest.mark.usefixtures("all_digits")
def test_predictions_draws_a_sketch_beside_what_the_first_epoch_measured():
    app = at_station(6)
    assert app.button(key="lesson_say").disabled
    predict(app, {"line": EVENLY})
    assert "You said from 0 to 96. Now press Start" in line(app)
    sketched, measured = figures(app)["lesson_sketch"]["data"]
    assert (sketched["y"], measured["y"]) == (EVENLY, [])
    train(app, epochs=1)
    points = [one for one in the_training().run.latest.test_points if one.place.epochs <= 1]
    last = 100 * points[-1].accuracy
    assert re.search(rf"measured here: from \d+ to {last:.0f}, furthest apart at 10,000", line(app))
    sketched, measured = figures(app)["lesson_sketch"]["data"]
    assert sketched["y"] == EVENLY
    assert measured["x"] == [one.place.digits for one in points]
    assert measured["y"] == [100 * one.accuracy for one in points]
    press(app, "lesson_set_up")
    assert app.button(key="lesson_say").disabled, "a station set once more begins with no line"


@pytest.mark.parametrize(
    "nonsense",
    [None, "x", 5, [], [50] * 24, [50] * 26, [None] * 25, ["50"] * 25, [101] * 25, [-1] * 25, {}],
)
def test_what_is_no_line_across_the_axes_cannot_be_said(nonsense):
    app = at_station(6)
    app.session_state["lesson_answer_6"] = {"line": nonsense}
    app.run()
    assert not app.exception
    assert app.button(key="lesson_say").disabled
    assert "from the left edge to the right one" in texts(app)


def test_the_noise_measures_the_angle_of_a_thousand_digits():
    app = at_station(7)
    assert app.select_slider(key="batch_size").value == 10
    assert the_visitor().kept(Draws).compass.needles.batch_size == 10
    predict(app, 70)
    slide(app, "batch_size", 1_000)
    needles = the_visitor().kept(Draws).compass.needles.needles
    angle = mean(needle.degrees for needle in needles)
    assert f"measured here: {angle:.0f}°, less than you said" in line(app.run())
    slide(app, "batch_size", 10)
    assert f"measured here: {angle:.0f}°" in line(app), "what was measured stays"


@pytest.mark.parametrize("number", [3, 6, 7])
def test_a_station_of_an_untrained_network_begins_with_the_usual_settings(app, number):
    slide(app, "batch_size", 2_000)
    slide(app, "learning_rate", 0.01)
    choose(app, "tempo", "slow")
    app.number_input(key="seed").set_value(7).run()
    press(app, "reset")
    press(app, "play")
    press(app, "lesson_begin")
    app.selectbox(key="lesson_station").set_value(number).run()
    press(app, "lesson_set_up")
    run = the_training().run
    assert run.latest.untrained
    assert not the_training().playing
    assert run.settings == Settings(10 if number == 7 else 200)
    assert run.setup == Setup()
    assert run.tempo is None
    assert app.number_input(key="seed").value == 0


def test_a_station_set_once_more_asks_anew():
    app = predict(at_station(2), 0.0)
    choose(app, "page_normalization", "Tutorial's")
    press(app, "lesson_set_up")
    assert "Say it under Predict" in line(app)
    assert app.session_state["page_normalization"] == "None"


def test_the_strip_names_the_page_where_the_visitor_is_awaited():
    app = predict(at_station(4), 10)
    go_to(app, "digits")
    assert "Now on the page Compare, press" in line(app)


def test_the_lesson_can_be_left_and_taken_up_where_it_was():
    app = predict(at_station(2), 0.0)
    said = line(app)
    press(app, "lesson_leave")
    assert "lesson_line" not in shown(app)
    assert "lesson" not in app.query_params
    press(go_to(app, "train"), "lesson_begin")
    assert app.selectbox(key="lesson_station").value == 2
    assert line(app) == said.replace("Now ", "Now on the page Digits, ")


def test_the_last_station_has_no_next_one():
    app = open_dashboard(lesson="6")
    press(app, "lesson_next")
    assert app.selectbox(key="lesson_station").value == 7
    assert "lesson_next" not in keys(app)


def test_the_address_carries_the_station_from_page_to_page():
    app = open_dashboard(lesson="3")
    del app.query_params["lesson"]  # as a link to another page does
    go_to(app, "compare")
    assert app.query_params["lesson"] == "3"
    press(app, "lesson_next")
    assert app.query_params["lesson"] == "4"
    assert "sizes" in app.query_params


@pytest.mark.parametrize("text", ["0", "8", "-1", "three", "", "1e9", "<b>"])
def test_an_address_that_makes_no_sense_gives_no_lesson_and_a_note(text):
    app = open_dashboard(lesson=text)
    assert not app.exception
    (note,) = app.warning
    assert "there are 1 to 7" in note.value
    assert "lesson_line" not in shown(app)
    press(app, "lesson_begin")
    assert not app.warning


def test_the_presenters_view_keeps_the_lesson_and_the_lesson_keeps_the_view():
    app = open_dashboard(lesson="5", present="1")
    assert "lesson_line" in shown(app)
    press(app, "lesson_set_up")
    assert title(app) == "Compare"
    assert app.query_params["present"] == "1"
    assert app.query_params["lesson"] == "5"
