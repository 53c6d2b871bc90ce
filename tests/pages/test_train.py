from __future__ import annotations

from statistics import median

import pytest
from torchvision.datasets import MNIST

from mnist_core import Normalization, Settings, Setup
from mnist_core.show import sentences
from pages.app.loading import LOADING
from pages.app.scheduling import SCHEDULER
from tests.conftest import wait_until
from tests.pages.dashboard import (
    figures,
    go_to,
    metrics,
    open_dashboard,
    press,
    rows,
    shown,
    slide,
    texts,
    the_training,
    train,
)


def test_the_first_page_asks_to_press_start_and_trains_nothing(app):
    assert not app.exception
    assert app.title[0].value == "Train"
    assert app.button(key="play").label == "Start"
    assert app.select_slider(key="batch_size").value == 200
    assert not SCHEDULER.is_playing(the_training().run)
    assert all(
        figure["layout"]["annotations"][0]["text"].startswith("Press Start")
        for figure in figures(app).values()
    )


def test_start_trains_and_pause_stops(app):
    press(app, "play")
    run = the_training().run
    assert app.button(key="play").label == "Pause"
    wait_until(lambda: run.latest.place.updates > 0)
    press(app, "play")
    assert app.button(key="play").label == "Start"
    assert not SCHEDULER.is_playing(run)


def test_the_sliders_reach_the_run_and_leave_it_in_place(app):
    run = the_training().run
    slide(app, "batch_size", 50)
    slide(app, "learning_rate", 0.001)
    assert the_training().run is run
    assert run.settings == Settings(50, 0.001)


def test_the_slider_offers_1_to_60000_with_both_ends_named(app):
    options = app.select_slider(key="batch_size").options
    assert options[0] == "1 (no mini-batch)"
    assert options[-1] == "60,000 (full batch)"
    assert len(options) == 14


def test_reset_makes_an_untrained_run_with_the_new_choices_and_the_old_sliders(app):
    slide(app, "batch_size", 1000)
    train(app, epochs=1)
    app.number_input(key="seed").set_value(7)
    app.radio(key="order").set_value("stored")
    app.radio(key="normalization").set_value("None")
    app.run()
    assert the_training().run.setup == Setup()
    assert "take effect with Reset" in app.info[0].value
    press(app, "reset")
    run = the_training().run
    assert run.setup == Setup(7, "stored", Normalization(0, 1))
    assert run.settings == Settings(batch_size=1000)
    assert run.latest.untrained
    assert not SCHEDULER.is_playing(run)
    assert not app.info


def test_figures_sentence_and_opened_table_are_the_runs_records(app):
    slide(app, "batch_size", 2000)
    train(app, epochs=2)
    run = the_training().run
    snapshot = run.latest
    last = snapshot.test_points[-1]
    assert metrics(app)["Test loss, sum over 1,000"] == f"{last.loss:,.0f}"
    assert metrics(app)["Test accuracy"] == f"{last.accuracy:.1%}"
    assert "At 2,000 an epoch takes" in texts(app)
    assert "epochs" not in shown(app)
    app.session_state["table"] = True
    table = rows(shown(app.run())["epochs"])
    latest_first = list(reversed(snapshot.epochs))
    assert [row["epoch"] for row in table] == [str(epoch.epoch) for epoch in latest_first]
    assert [row["test loss, sum"] for row in table] == [
        f"{epoch.test_loss:,.1f}" for epoch in latest_first
    ]
    outline, measured, dots = figures(app)["seconds_per_epoch"]["data"]
    assert dots["x"] == pytest.approx([epoch.train_seconds for epoch in snapshot.epochs])
    assert measured["x"] == [median(dots["x"])] == outline["x"]


@pytest.mark.parametrize(
    ("measure", "against", "clock"),
    [("mean", "updates", "updates"), ("accuracy", "epochs", "epochs")],
)
def test_the_chart_follows_its_options(app, measure, against, clock):
    train(app, epochs=0.1)
    app.session_state["measure"] = measure
    app.session_state["against"] = against
    app.run()
    figure = figures(app)["learning_curve"]
    point = the_training().run.latest.test_points[-1]
    value = {"mean": point.loss / 1000, "accuracy": point.accuracy}[measure]
    assert figure["layout"]["xaxis"]["title"]["text"] == clock
    assert figure["data"][0]["y"][-1] == value
    assert figure["data"][0]["x"][-1] == getattr(point.place, against)


def test_the_chart_is_drawn_against_seconds_unless_another_clock_is_chosen(app):
    train(app, epochs=0.1)
    axis = figures(app)["learning_curve"]["layout"]["xaxis"]
    assert axis["ticksuffix"] == " s"


def test_by_steps_each_press_of_start_makes_one_update_and_shows_its_mini_batch(app):
    choose(app, "tempo", "step")
    for updates in (1, 2):
        app.button(key="play").click().run()
        assert app.button(key="play").label == "Start"
        assert the_training().run.latest.place.updates == updates
        assert f"Update {updates}, on this mini-batch (20 of its 200 digits)" in shown(app)["batch"]
        assert "clock stands still" in shown(app)["batch"]
    choose(app, "tempo", "full")
    assert shown(app)["batch"] == ""


def test_a_slow_tempo_makes_an_update_now_and_then_and_can_be_left_for_full_speed(app):
    choose(app, "tempo", "slow")
    app.button(key="play").click().run()
    run = the_training().run
    wait_until(lambda: run.latest.place.updates > 0)
    assert run.tempo == 1
    choose(app, "tempo", "full")
    assert run.tempo is None
    wait_until(lambda: run.latest.place.updates > 100)


def choose(app, key: str, value: str) -> None:
    app.session_state[key] = value
    app.run()


def test_a_run_that_ends_in_an_error_says_so_keeps_its_history_and_can_be_reset(app):
    slide(app, "batch_size", 2000)
    train(app, epochs=1)
    run = the_training().run
    run.learner.network.parameters.fill_(float("nan"))
    press(app, "play")
    wait_until(lambda: not SCHEDULER.is_playing(run))
    app.session_state["table"] = True
    app.run()
    assert "no longer a finite number" in shown(app)["doing"]
    assert "Press Reset" in shown(app)["doing"]
    assert app.button(key="play").disabled
    assert len(rows(shown(app)["epochs"])) == len(run.latest.epochs) > 0
    press(app, "reset")
    assert "Ready" in shown(app)["doing"]
    assert not app.button(key="play").disabled


def test_missing_digits_that_cannot_be_downloaded_are_explained(monkeypatch, tmp_path):
    monkeypatch.setattr(MNIST, "mirrors", ["http://127.0.0.1:9/"])
    monkeypatch.setenv("MNIST_ROOT", str(tmp_path))
    monkeypatch.setattr(LOADING, "digits", None)
    app = open_dashboard()
    assert not app.exception
    assert "train-images-idx3-ubyte.gz" in app.error[0].value
    assert "MNIST_ROOT" in app.error[0].value
    monkeypatch.delenv("MNIST_ROOT")
    app.button[0].click().run()
    assert not app.error
    assert app.title[0].value == "Train"


def test_the_noise_is_measured_and_drawn_while_its_chart_is_open_and_not_otherwise(app):
    train(app, epochs=0.1)
    run = the_training().run
    assert run.latest.noise_points == ()
    assert "noise_curve" not in shown(app)
    open_noise(app)
    assert "Press Start" in figures(app)["noise_curve"]["layout"]["annotations"][0]["text"]
    measure_noise(app, points=2)
    points = run.latest.noise_points
    assert [one for one in noise_drawn(app) if one] == [point.noise_scale for point in points]
    assert sentences.noise(run.latest) in texts(app)
    assert "Adam’s step bends it" in texts(app)
    table = rows(shown(app)["noise_in_words"])
    assert [row["N"] for row in table] == [f"{one.noise_scale:,.1f}" for one in reversed(points)]


def open_noise(app) -> None:
    app.toggle(key="watch_noise").set_value(True).run()


def measure_noise(app, points: int) -> None:
    """Train until the noise has been measured so often since."""
    press(app, "play")
    run = the_training().run
    wanted = len(run.latest.noise_points) + points
    wait_until(lambda: len(run.latest.noise_points) >= wanted)
    press(app, "play")
    wait_until(lambda: not SCHEDULER.is_live(run))
    app.run()


def noise_drawn(app) -> list[float | None]:
    (line,) = [one for one in figures(app)["noise_curve"]["data"] if one["name"] == "noise scale N"]
    return line["y"]


@pytest.mark.parametrize("way", ["closed", "another page", "presented"])
def test_where_the_noises_chart_is_not_seen_nothing_is_measured_and_a_gap_is_left(app, way):
    open_noise(app)
    measure_noise(app, points=1)
    run = the_training().run
    count = len(run.latest.noise_points)
    if way == "closed":
        app.toggle(key="watch_noise").set_value(False).run()
    if way == "another page":
        go_to(app, "predictions")
    if way == "presented":
        app.query_params["present"] = "1"
        app.run()
    train(app, epochs=run.latest.place.epochs + 1)
    assert len(run.latest.noise_points) == count
    if way == "another page":
        go_to(app, "train")
    app.query_params.pop("present", None)
    app.run()
    open_noise(app)
    measure_noise(app, points=1)
    assert not run.latest.noise_points[count].follows
    assert None in noise_drawn(app)


def test_the_noise_of_a_copy_is_not_measured_and_that_of_a_new_run_is(app):
    open_noise(app)
    measure_noise(app, points=1)
    slide(app, "batch_size", 100)
    assert not the_training().kept_copy.run.watches_noise
    press(app, "reset")
    assert the_training().run.latest.noise_points == ()
    measure_noise(app, points=1)
    assert the_training().run.latest.noise_points


def test_the_knobs_at_a_narrow_windows_top_do_what_the_sidebars_do(app):
    run = the_training().run
    press(app, "top_left")
    assert run.settings == Settings(batch_size=100)
    assert app.select_slider(key="batch_size").value == 100
    slide(app, "batch_size", 500)
    press(app, "top_right")
    assert run.settings == Settings(batch_size=1000)
    assert "Batch size **1,000**" in [one.value for one in app.main.markdown]
    press(app, "top_play")
    assert SCHEDULER.is_playing(run)
    assert app.button(key="play").label == app.button(key="top_play").label == "Pause"
    press(app, "top_play")
    assert not SCHEDULER.is_playing(run)
    press(app, "top_reset")
    assert the_training().run is not run
    assert the_training().run.settings == Settings(batch_size=1000)
