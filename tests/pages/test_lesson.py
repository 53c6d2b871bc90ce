"""The pages Digits, Mini-batch and Predictions, by the tutorial's figures."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest

from mnist_core import Normalization
from pages.parts.shared import RUNNER
from tests.conftest import wait_until
from tests.pages.conftest import figures, the_session


def opened(app, name):
    return app.switch_page(f"pages/{name}.py").run()


def metrics(app) -> dict[str, str]:
    return {metric.label: metric.value for metric in app.metric}


def cells(app, which: int) -> list[str]:
    """The figures in the shaded cells, before (0) or after (1) normalization."""
    blocks = [html.proto.body for html in app.get("html") if "pixel-cells" in html.proto.body]
    return re.findall(r">(-?\d\.\d{4})</span>", blocks[which])


def grid(app, key: str) -> dict:
    (found,) = [element for element in app.get("bidi_component") if element.proto.id.endswith(key)]
    return json.loads(found.proto.json)


def train(app, epochs: int = 0) -> None:
    """Press Start, wait for so many whole epochs, press Pause."""
    app.button(key="play").click().run()
    run = the_session().run
    wait_until(lambda: run.latest.place.epochs > max(epochs, 0.2))
    app.button(key="play").click().run()
    wait_until(lambda: run not in RUNNER._seats)
    app.run()


def texts(app) -> str:
    return "\n".join(element.value for element in (*app.markdown, *app.caption, *app.info))


def test_each_page_opens_without_an_error_and_ends_with_a_question(app):
    for name in ("digits", "mini_batch", "train", "predictions"):
        opened(app, name)
        assert not app.exception, name
        assert not app.error, name
        assert app.main.markdown[-1].value.startswith("**Question:**"), name


def test_digits_shows_the_counts_and_training_digit_0(app):
    opened(app, "digits")
    assert metrics(app) == {
        "Training digits": "60,000",
        "Test digits": "10,000",
        "Training digit": "0",
        "Label": "5",
        "Shape": "(1, 28, 28)",
    }
    assert "Index 6 is the **7th row**" in texts(app)


def test_how_many_there_are_of_each_digit_is_drawn_when_it_is_opened(app):
    opened(app, "digits")
    assert "label_counts" not in figures(app)
    app.session_state["counted"] = True
    bars = figures(app.run())["label_counts"]["data"]
    assert [sum(bar["y"]) for bar in bars] == [60_000, 10_000]


def test_digits_shows_the_tutorials_row_before_and_after(app):
    opened(app, "digits")
    before, after = cells(app, 0), cells(app, 1)
    assert (
        before[8:24]
        == (
            "0.1176 0.1412 0.3686 0.6039 0.6667 0.9922 0.9922 0.9922 0.9922 0.9922 0.8824 0.6745 "
            "0.9922 0.9490 0.7647 0.2510"
        ).split()
    )
    assert (
        after[8:24]
        == (
            "-0.7647 -0.7176 -0.2627 0.2078 0.3333 0.9843 0.9843 0.9843 0.9843 0.9843 0.7647 "
            "0.3490 0.9843 0.8980 0.5294 -0.4980"
        ).split()
    )
    assert set(before[:8] + before[24:]) == {"0.0000"}
    assert set(after[:8] + after[24:]) == {"-1.0000"}


def test_another_row_and_another_digit_can_be_looked_at(app):
    opened(app, "digits")
    app.number_input(key="first_index").set_value(59_999).run()
    app.slider(key="row").set_value(27).run()
    assert metrics(app)["Training digit"] == "59,999"
    assert "Index 27 is the **28th row**" in texts(app)
    assert set(cells(app, 0)) == {"0.0000"}


def test_a_digit_picked_from_the_strip_is_shown(app, mnist):
    opened(app, "digits")
    app.session_state["strip_index_0_11"] = {"picked": 3}
    app.run()
    assert metrics(app)["Training digit"] == "3"
    assert metrics(app)["Label"] == str(mnist.train.labels[3].item())


def test_samples_by_label_have_that_label(app):
    opened(app, "digits")
    app.session_state["samples"] = "label"
    app.session_state["sample_label"] = 7
    app.run()
    assert metrics(app)["Label"] == "7"


@pytest.mark.parametrize(
    ("preset", "mean", "std"),
    [
        ("Tutorial's", -0.7387, 0.6162),
        ("MNIST's own", 0.0, 1.0),
        ("None", 0.1307, 0.3081),
    ],
)
def test_each_preset_moves_the_mean_and_the_deviation_of_all_pixels(app, preset, mean, std):
    opened(app, "digits")
    app.session_state["page_normalization"] = preset
    app.run()
    table = app.dataframe[-1].value
    before, after = table.iloc[0], table.iloc[1]
    assert before.tolist()[1:] == pytest.approx([0.1307, 0.3081], abs=5e-5)
    assert after.tolist()[1:] == pytest.approx([mean, std], abs=5e-5)


def test_a_deviation_of_0_is_refused_with_the_reason(app):
    opened(app, "digits")
    app.session_state["page_normalization"] = "Custom"
    app.run()
    app.number_input(key="page_std").set_value(0.0).run()
    assert "every pixel is divided by it" in app.error[0].value
    assert app.main.markdown[-1].value.startswith("**Question:**")
    assert not app.exception


def test_the_chosen_normalization_goes_to_the_next_run(app):
    opened(app, "digits")
    app.session_state["page_normalization"] = "Custom"
    app.run()
    app.number_input(key="page_mean").set_value(0.25).run()
    app.button(key="train_with_this").click().run()
    assert the_session().run.setup.normalization == Normalization()
    app.button(key="reset").click().run()
    assert the_session().run.setup.normalization == Normalization(0.25, 0.5)
    opened(app, "train")
    assert app.radio(key="normalization").value == "Custom"


def test_mini_batch_shows_the_tutorials_shapes_and_parameters(app):
    opened(app, "mini_batch")
    (diagram,) = [html.proto.body for html in app.get("html") if "flow-box" in html.proto.body]
    shapes = re.findall(r"<b>(\(.*?\))</b>", diagram)
    assert shapes == ["(200, 1, 28, 28)", "(200, 1, 784)", "(200, 1, 256)", "(200, 1, 10)"]
    assert "200,960" in diagram
    assert "2,570" in diagram
    assert "**203,530** parameters" in texts(app)
    assert len(grid(app, "batch_grid")["digits"]) == 200


def test_the_batch_follows_the_slider(app):
    opened(app, "mini_batch")
    app.select_slider(key="batch_size").set_value(5).run()
    assert len(grid(app, "batch_grid")["digits"]) == 5
    app.select_slider(key="batch_size").set_value(60_000).run()
    (diagram,) = [html.proto.body for html in app.get("html") if "flow-box" in html.proto.body]
    assert "(60000, 1, 10)" in diagram
    assert "The first 200 of 60,000" in texts(app)


def test_a_digit_alone_and_within_the_batch_is_answered_alike(app):
    opened(app, "mini_batch")
    table = app.dataframe[0].value
    within, alone = table["within the batch"], table["alone"]
    assert (within - alone).abs().max() < 1e-6
    assert within.sum() == pytest.approx(1, abs=1e-5)
    assert "Digit 5 of the batch" in app.subheader[2].value


def test_updates_per_epoch_are_rounded_up(app):
    opened(app, "mini_batch")
    table = app.dataframe[1].value.set_index("batch size")
    assert table.loc["1 (no mini-batch)", "updates per epoch"] == 60_000
    assert table.loc["▸ 200", "updates per epoch"] == 300
    assert table.loc["60,000 (full batch)", "updates per epoch"] == 1
    assert (table["digits in the last batch"] == 60_000 / table["updates per epoch"]).all()
    assert "**9** updates, the last on **4,000** digits" in texts(app)
    app.number_input(key="other_size").set_value(59_999).run()
    assert "**2** updates, the last on **1** digits" in texts(app)


def test_single_updates_are_counted_and_leave_the_live_run_alone(app, mnist):
    opened(app, "mini_batch")
    run = the_session().run
    before = run.predict(mnist.test.images[:10])
    for size in (1, 1, 1, 200):
        app.button(key=f"update_{size}").click().run()
    updates = the_session().sandbox.updates
    assert [one.digits for one in updates] == [1, 1, 1, 200]
    worse = sum(one.worsened for one in updates[:3])
    assert f"with 1 digit {worse} of 3, with 200 digits" in texts(app)
    assert metrics(app)["Test loss, sum over 10,000"] == f"{updates[-1].test_loss_after:,.1f}"
    assert run.predict(mnist.test.images[:10]).equal(before)
    app.button(key="new_sandbox").click().run()
    assert the_session().sandbox.updates == []


def test_predictions_says_that_the_network_is_untrained_and_follows_the_training(app):
    opened(app, "predictions")
    assert "untrained" in texts(app)
    before = grid(app, "sixteen_grid")
    assert len(before["digits"]) == 17
    train(app)
    after = grid(app, "sixteen_grid")
    assert after["sheet"] == before["sheet"], "the 16 digits must stay"
    assert after["digits"] != before["digits"]
    assert "untrained" not in texts(app)


def test_the_two_lines_and_their_count_agree_with_the_network(app, mnist):
    opened(app, "predictions")
    train(app)
    predicted, real = (
        [int(label) for label in line.partition(":")[2].split()]
        for line in app.code[0].value.splitlines()
    )
    indices = app.session_state["sixteen"]
    assert real == mnist.test.labels[indices].tolist()
    assert predicted == (
        the_session().run.predict(mnist.test.images[indices]).argmax(dim=1).tolist()
    )
    right = sum(one == other for one, other in zip(predicted, real, strict=True))
    assert f"**{right} of 16 right**" in texts(app)
    assert "their shape is (16, 10)" in texts(app)


def test_after_training_the_5_is_highest_for_training_digit_0(app):
    opened(app, "predictions")
    train(app, epochs=4)
    assert "✓ kept" in texts(app)


def test_new_digits_and_only_mistakes_can_be_drawn(app, mnist):
    opened(app, "predictions")
    train(app)
    first = app.session_state["sixteen"]
    app.button(key="draw_sixteen").click().run()
    assert app.session_state["sixteen"] != first
    app.toggle(key="only_mistakes").set_value(True).run()
    indices = app.session_state["sixteen"]
    probabilities = the_session().run.predict(mnist.test.images)
    wrong = (probabilities.argmax(dim=1) != mnist.test.labels).nonzero().flatten().tolist()
    assert set(indices) <= set(wrong)
    assert f"Drawn from the **{len(wrong):,}** of 10,000" in texts(app)


def test_the_confusion_matrix_counts_every_test_digit(app, mnist):
    opened(app, "predictions")
    train(app)
    app.session_state["show"] = "all"
    app.run()
    rows = grid(app, "confusion")["rows"]
    matrix = np.array([[cell["count"] for cell in row] for row in rows])
    probabilities = the_session().run.predict(mnist.test.images)
    right = int((probabilities.argmax(dim=1) == mnist.test.labels).sum())
    assert matrix.sum() == 10_000
    assert matrix.trace() == right
    assert matrix.sum(axis=1).tolist() == mnist.test.labels.bincount().tolist()
    assert metrics(app)["Test accuracy"] == f"{right / 10_000:.2%}"
    app.session_state["confusion"] = {"picked": [4, 9]}
    app.run()
    assert "True 4, predicted 9" in [heading.value for heading in app.subheader]
    mistakes = grid(app, "mistakes_grid")["digits"]
    assert all("✗" in digit["caption"] for digit in mistakes)


def test_a_pages_choices_are_kept_while_one_looks_at_another_page(app):
    opened(app, "digits")
    app.slider(key="row").set_value(9).run()
    app.session_state["page_normalization"] = "Custom"
    app.run()
    app.number_input(key="page_mean").set_value(0.3).run()
    opened(app, "train")
    opened(app, "digits")
    assert app.slider(key="row").value == 9
    assert app.number_input(key="page_mean").value == 0.3


def test_the_same_16_mistakes_stay_while_one_looks_at_another_page(app):
    opened(app, "predictions")
    train(app)
    app.toggle(key="only_mistakes").set_value(True).run()
    app.session_state["sixteen_grid"] = {"picked": 7}
    app.run()
    indices = app.session_state["sixteen"]
    opened(app, "train")
    opened(app, "predictions")
    assert app.toggle(key="only_mistakes").value
    assert app.session_state["sixteen"] == indices
    assert grid(app, "sixteen_grid")["picked"] == 7


def test_weights_that_are_no_numbers_get_no_verdict(app):
    opened(app, "predictions")
    the_session().run._learner.network.parameters.fill_(float("nan"))
    app.run()
    assert "no longer numbers" in app.error[0].value
    assert "nan" not in texts(app)


def test_a_mean_below_0_is_added(app):
    opened(app, "digits")
    app.session_state["page_normalization"] = "Custom"
    app.run()
    app.number_input(key="page_mean").set_value(-0.5).run()
    assert "x + 0.5" in app.latex[0].value
