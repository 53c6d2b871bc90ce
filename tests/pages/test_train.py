from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest
from torchvision.datasets import MNIST

from mnist_core import Normalization, Settings, Setup
from pages.parts import shared
from pages.parts.shared import RUNNER
from tests.conftest import wait_until
from tests.pages.conftest import DASHBOARD, figures, the_session


def press(app: AppTest, key: str) -> AppTest:
    return app.button(key=key).click().run()


def slide(app: AppTest, key: str, value: float) -> AppTest:
    return app.select_slider(key=key).set_value(value).run()


def trained(app: AppTest, epochs: int = 1) -> AppTest:
    """Press Start, wait for so many whole epochs, press Pause."""
    press(app, "play")
    run = the_session().run
    wait_until(lambda: len(run.latest.epochs) >= epochs)
    return press(app, "play")


def metric(app: AppTest, label: str) -> str:
    (value,) = [metric.value for metric in app.metric if metric.label == label]
    return value


def test_the_first_page_asks_to_press_start_and_trains_nothing(app):
    assert not app.exception
    assert app.title[0].value == "Train"
    assert app.button(key="play").label == "Start"
    assert app.select_slider(key="batch_size").value == 200
    assert not RUNNER.is_playing(the_session().run)
    assert all(
        figure["layout"]["annotations"][0]["text"].startswith("Press Start")
        for figure in figures(app).values()
    )


def test_start_trains_and_pause_stops(app):
    press(app, "play")
    run = the_session().run
    assert app.button(key="play").label == "Pause"
    wait_until(lambda: run.latest.place.updates > 0)
    press(app, "play")
    assert app.button(key="play").label == "Start"
    assert not RUNNER.is_playing(run)


def test_the_sliders_reach_the_run_and_leave_it_in_place(app):
    run = the_session().run
    slide(app, "batch_size", 50)
    slide(app, "learning_rate", 0.001)
    assert the_session().run is run
    assert run.settings == Settings(50, 0.001)


def test_the_slider_offers_1_to_60000_with_both_ends_named(app):
    options = app.select_slider(key="batch_size").options
    assert options[0] == "1 (no mini-batch)"
    assert options[-1] == "60,000 (full batch)"
    assert len(options) == 14


def test_reset_makes_an_untrained_run_with_the_new_choices_and_the_old_sliders(app):
    slide(app, "batch_size", 1000)
    trained(app)
    app.number_input(key="seed").set_value(7)
    app.radio(key="order").set_value("stored")
    app.radio(key="normalization").set_value("None")
    app.run()
    assert the_session().run.setup == Setup()
    assert "take effect with Reset" in app.info[0].value
    press(app, "reset")
    run = the_session().run
    assert run.setup == Setup(7, "stored", Normalization(0, 1))
    assert run.settings == Settings(batch_size=1000)
    assert run.latest.untrained
    assert not RUNNER.is_playing(run)
    assert not app.info


def test_figures_sentence_and_opened_table_are_the_runs_records(app):
    slide(app, "batch_size", 2000)
    trained(app, epochs=2)
    app.run()
    run = the_session().run
    wait_until(lambda: run not in RUNNER._seats)
    app.run()
    snapshot = run.latest
    last = snapshot.test_points[-1]
    assert metric(app, "Test loss, sum over 10,000") == f"{last.loss:,.0f}"
    assert metric(app, "Test accuracy") == f"{last.accuracy:.1%}"
    assert any("At 2,000 an epoch takes" in text.value for text in app.markdown)
    assert not app.dataframe
    app.session_state["table"] = True
    table = app.run().dataframe[0].value
    assert list(table["epoch"]) == [epoch.epoch for epoch in reversed(snapshot.epochs)]
    assert list(table["test_loss"]) == [epoch.test_loss for epoch in reversed(snapshot.epochs)]
    assert figures(app)["seconds_per_epoch"]["data"][0]["y"] == [
        epoch.train_seconds for epoch in snapshot.epochs
    ]


@pytest.mark.parametrize(
    ("measure", "against", "title", "clock"),
    [
        ("sum", "epochs", "test loss, summed over 10,000 digits", "epochs"),
        ("mean", "updates", "test loss, mean per digit", "updates"),
        ("accuracy", "seconds", "test accuracy", "seconds of training"),
    ],
)
def test_the_chart_follows_its_options(app, measure, against, title, clock):
    app.session_state["measure"] = measure
    app.session_state["against"] = against
    app.run()
    layout = figures(app)["learning_curve"]["layout"]
    assert layout["yaxis"]["title"]["text"] == title
    assert layout["xaxis"]["title"]["text"] == clock


def test_the_logarithmic_scale_is_for_losses_only(app):
    app.session_state["log_scale"] = True
    app.run()
    assert figures(app)["learning_curve"]["layout"]["yaxis"]["type"] == "log"
    app.session_state["measure"] = "accuracy"
    app.run()
    assert figures(app)["learning_curve"]["layout"]["yaxis"]["type"] == "linear"


def test_a_run_that_ends_in_an_error_says_so_keeps_its_history_and_can_be_reset(app):
    slide(app, "batch_size", 2000)
    trained(app)
    run = the_session().run
    wait_until(lambda: run not in RUNNER._seats)
    run._learner.network.parameters.fill_(float("nan"))
    press(app, "play")
    wait_until(lambda: not RUNNER.is_playing(run))
    app.session_state["table"] = True
    app.run()
    assert "no longer a finite number" in app.error[0].value
    assert "Press Reset" in app.error[0].value
    assert app.button(key="play").disabled
    assert len(app.dataframe[0].value) == len(run.latest.epochs) > 0
    press(app, "reset")
    assert not app.error
    assert not app.button(key="play").disabled


def test_missing_digits_that_cannot_be_downloaded_are_explained(monkeypatch, tmp_path):
    monkeypatch.setattr(MNIST, "mirrors", ["http://127.0.0.1:9/"])
    monkeypatch.setenv("MNIST_ROOT", str(tmp_path))
    monkeypatch.setattr(shared.LOADING, "_digits", None)
    app = AppTest.from_file(DASHBOARD, default_timeout=60).run()
    assert not app.exception
    assert "train-images-idx3-ubyte.gz" in app.error[0].value
    assert "MNIST_ROOT" in app.error[0].value
    monkeypatch.delenv("MNIST_ROOT")
    app.button[0].click().run()
    assert not app.error
    assert app.title[0].value == "Train"
