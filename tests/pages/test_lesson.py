"""The pages Digits, Mini-batch and Predictions, by the tutorial's figures."""

from __future__ import annotations

import re

import numpy as np
import pytest

from mnist_core import Normalization
from pages.mini_batch.bench import Trials
from pages.mini_batch.compass import Draws
from tests.pages.dashboard import (
    choose,
    figures,
    go_to,
    live_html,
    metrics,
    press,
    question_and_answer,
    shown,
    slide,
    texts,
    the_training,
    the_visitor,
    train,
)


def cells(app, which: int) -> list[str]:
    """The figures in the shaded cells, before (0) or after (1) normalization."""
    (block,) = [html.proto.body for html in app.get("html") if "pixel-cells" in html.proto.body]
    return re.findall(r">([^<>]+)</span>", block)[which::2]


def in_one_line(app) -> str:
    """All that the page says, with one space between two words."""
    return " ".join(texts(app).split())


def test_each_page_opens_without_an_error_and_ends_with_a_question_and_an_answer_to_reveal(app):
    for name in ("digits", "mini_batch", "train", "compare", "predictions"):
        go_to(app, name)
        assert not app.exception, name
        assert not app.error, name
        question, answer = question_and_answer(app)
        assert question.startswith("**Question:**"), name
        assert 2 <= len(re.findall(r"[.?](?= |$)", answer)) <= 3, name


@pytest.mark.usefixtures("all_digits")
def test_digits_shows_the_counts_and_training_digit_0(app):
    go_to(app, "digits")
    assert metrics(app) == {
        "Training digits": "60,000",
        "Test digits": "10,000",
        "Training digit": "0",
        "Label": "5",
        "Shape": "(1, 28, 28)",
    }
    assert "Index 6 is the **7th row**" in texts(app)


@pytest.mark.usefixtures("all_digits")
def test_how_many_there_are_of_each_digit_is_drawn_when_it_is_opened(app):
    go_to(app, "digits")
    assert "label_counts" not in figures(app)
    app.session_state["counted"] = True
    bars = figures(app.run())["label_counts"]["data"]
    assert [sum(bar["y"]) for bar in bars] == [60_000, 10_000]


def test_digits_shows_the_tutorials_row_before_and_after(app):
    go_to(app, "digits")
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


@pytest.mark.parametrize(
    ("mean", "std", "black", "white"),
    [
        (0.5, 0.001, "-500.00", "492.16"),
        (0.5, 0.0001, "-5000.0", "4921.6"),
        (10.0, 0.0001, "-100000", "-90078"),
    ],
)
def test_every_number_of_a_row_fits_into_its_cell(app, mean, std, black, white):
    go_to(app, "digits")
    app.session_state["page_normalization"] = "Custom"
    app.run()
    app.number_input(key="page_mean").set_value(mean).run()
    app.number_input(key="page_std").set_value(std).run()
    after = cells(app, 1)
    assert len(after) == 28
    assert max(map(len, after)) <= 7
    assert (after[0], after[13]) == (black, white)


def test_the_page_says_whether_the_current_run_uses_the_normalization(app):
    go_to(app, "digits")
    assert "The current run uses this." in texts(app)
    choose(app, "page_normalization", "None")
    assert "The current run uses this." not in texts(app)


@pytest.mark.usefixtures("all_digits")
def test_another_row_and_another_digit_can_be_looked_at(app):
    go_to(app, "digits")
    app.number_input(key="first_index").set_value(59_999).run()
    app.slider(key="row").set_value(27).run()
    assert metrics(app)["Training digit"] == "59,999"
    assert "Index 27 is the **28th row**" in texts(app)
    assert set(cells(app, 0)) == {"0.0000"}


def test_a_digit_picked_from_the_strip_is_shown(app, few_digits):
    go_to(app, "digits")
    app.session_state["strip_index_0_11"] = {"picked": 3}
    app.run()
    assert metrics(app)["Training digit"] == "3"
    assert metrics(app)["Label"] == str(few_digits.train.labels[3].item())


def test_samples_by_label_have_that_label(app):
    go_to(app, "digits")
    app.session_state["samples"] = "label"
    app.session_state["sample_label"] = 7
    app.run()
    assert metrics(app)["Label"] == "7"


@pytest.mark.usefixtures("all_digits")
@pytest.mark.parametrize(
    ("preset", "mean", "std"),
    [
        ("Tutorial's", -0.7387, 0.6162),
        ("MNIST's own", 0.0, 1.0),
        ("None", 0.1307, 0.3081),
    ],
)
def test_each_preset_moves_the_mean_and_the_deviation_of_all_pixels(app, preset, mean, std):
    go_to(app, "digits")
    app.session_state["page_normalization"] = preset
    app.run()
    table = app.dataframe[-1].value
    before, after = table.iloc[0], table.iloc[1]
    assert before.tolist()[1:] == pytest.approx([0.1307, 0.3081], abs=5e-5)
    assert after.tolist()[1:] == pytest.approx([mean, std], abs=5e-5)


def test_a_deviation_of_0_is_refused_with_the_reason(app):
    go_to(app, "digits")
    app.session_state["page_normalization"] = "Custom"
    app.run()
    app.number_input(key="page_std").set_value(0.0).run()
    assert "every pixel is divided by it" in app.error[0].value
    assert question_and_answer(app)[0].startswith("**Question:**")
    assert not app.exception


def test_the_chosen_normalization_goes_to_the_next_run(app):
    go_to(app, "digits")
    app.session_state["page_normalization"] = "Custom"
    app.run()
    app.number_input(key="page_mean").set_value(0.25).run()
    app.button(key="train_with_this").click().run()
    assert the_training().run.setup.normalization == Normalization()
    app.button(key="reset").click().run()
    assert the_training().run.setup.normalization == Normalization(0.25, 0.5)
    go_to(app, "train")
    assert app.radio(key="normalization").value == "Custom"


def test_mini_batch_shows_the_tutorials_shapes_and_parameters(app):
    go_to(app, "mini_batch")
    (diagram,) = [html.proto.body for html in app.get("html") if "flow-box" in html.proto.body]
    shapes = re.findall(r"<b>(\(.*?\))</b>", diagram)
    assert shapes == ["(200, 1, 28, 28)", "(200, 1, 784)", "(200, 1, 256)", "(200, 1, 10)"]
    assert "200,960" in diagram
    assert "2,570" in diagram
    assert "**203,530** parameters" in texts(app)


def test_two_rows_of_the_batch_are_shown_and_the_rest_on_demand(app):
    go_to(app, "mini_batch")
    assert len(shown(app)["batch_grid"]["digits"]) == 42
    assert "The first 42 of 200" in texts(app)
    app.toggle(key="whole_batch").set_value(True).run()
    assert len(shown(app)["batch_grid"]["digits"]) == 200
    assert "The first" not in texts(app)


def test_the_batch_follows_the_slider(app):
    go_to(app, "mini_batch")
    app.select_slider(key="batch_size").set_value(5).run()
    assert len(shown(app)["batch_grid"]["digits"]) == 5
    app.select_slider(key="batch_size").set_value(60_000).run()
    app.toggle(key="whole_batch").set_value(True).run()
    (diagram,) = [html.proto.body for html in app.get("html") if "flow-box" in html.proto.body]
    assert "(10000, 1, 10)" in diagram
    assert "The first 200 of 10,000" in texts(app)


def test_a_digit_alone_and_within_the_batch_is_answered_alike(app):
    go_to(app, "mini_batch")
    table = app.dataframe[0].value
    within, alone = table["within the batch"], table["alone"]
    assert (within - alone).abs().max() < 1e-6
    assert within.sum() == pytest.approx(1, abs=1e-5)
    assert "6th digit of the batch (a 9)" in app.subheader[2].value
    app.session_state["batch_grid"] = {"picked": 0}
    app.run()
    assert "1st digit of the batch (a 1)" in app.subheader[2].value


def test_a_network_whose_weights_are_no_numbers_is_not_tried(app):
    go_to(app, "mini_batch")
    the_training().run.learner.network.parameters.fill_(float("nan"))
    app.run()
    assert not app.exception
    assert "no longer numbers" in app.error[0].value
    assert "nan" not in texts(app)
    press(app, "reset")
    assert "compass" in figures(app)


@pytest.mark.usefixtures("all_digits")
def test_updates_per_epoch_are_rounded_up(app):
    go_to(app, "mini_batch")
    table = app.dataframe[1].value.set_index("batch size")
    assert table.loc["1 (no mini-batch)", "updates per epoch"] == 60_000
    assert table.loc["▸ 200", "updates per epoch"] == 300
    assert table.loc["60,000 (full batch)", "updates per epoch"] == 1
    assert (table["digits in the last batch"] == 60_000 / table["updates per epoch"]).all()
    assert "**9** updates, the last on **4,000** digits" in texts(app)
    app.number_input(key="other_size").set_value(59_999).run()
    assert "**2** updates, the last on **1** digits" in texts(app)


def test_one_press_tries_20_updates_of_each_size_and_leaves_the_run_alone(app, few_digits):
    go_to(app, "mini_batch")
    run = the_training().run
    before = run.predict(few_digits.test.images[:10])
    press(app, "try_updates")
    trials = the_visitor().kept(Trials).bench.trials
    counts = {size: sum(one.digits == size for one in trials) for size in (1, 10, 200, 2_000)}
    assert counts == {1: 20, 10: 20, 200: 20, 2_000: 20}
    assert len({one.test_loss_before for one in trials}) == 1
    assert [len(strip["y"]) for strip in figures(app)["trial_strips"]["data"]] == [20] * 4 + [4]
    worse = sum(one.worsened for one in trials if one.digits == 1)
    assert f"and made it worse {worse} of 20 times" in texts(app)
    assert run.predict(few_digits.test.images[:10]).equal(before)


@pytest.mark.usefixtures("few_trials")
def test_a_trial_is_shown_from_its_loss_to_its_step(app):
    go_to(app, "mini_batch")
    press(app, "try_updates")
    choose(app, "trial_size", 10)
    trial = next(one for one in the_visitor().kept(Trials).bench.trials if one.digits == 10)
    shown_values = (
        f"{trial.batch_loss:.4f}",
        f"{trial.gradient_norm:.4f}",
        f"{trial.step_length:.4f}",
        f"{trial.test_loss_after:,.1f}",
    )
    (flow,) = [one.proto.body for one in app.get("html") if "length of its grad" in one.proto.body]
    assert re.findall("<b>([0-9.,]+)</b>", flow) == list(shown_values)


@pytest.mark.usefixtures("few_trials")
def test_another_press_tries_other_digits_and_a_reset_forgets_them(app):
    go_to(app, "mini_batch")
    press(app, "try_updates")
    first = the_visitor().kept(Trials).bench.trials
    press(app, "try_updates")
    assert the_visitor().kept(Trials).bench.trials != first
    press(app, "reset")
    assert "trial_strips" not in figures(app)
    assert "Press the button" in texts(app)


def needle_ends(app) -> list[float]:
    return figures(app)["compass"]["data"][0]["x"][1::3]


def test_the_compass_follows_the_slider_and_closes_up(app):
    go_to(app, "mini_batch")
    angles = {}
    for size in (10, 200, 1_000):
        app.select_slider(key="batch_size").set_value(size).run()
        needles = the_visitor().kept(Draws).compass.needles
        assert needles.batch_size == size
        assert len(needle_ends(app)) == 60
        assert f"60 mini-batches of {size:,} digits" in texts(app)
        angles[size] = sum(one.degrees for one in needles.needles) / 60
    assert angles[10] > angles[200] > angles[1_000]
    assert f"N = {needles.noise_scale:.0f} is the noise scale" in texts(app)


def test_other_batches_are_drawn_of_the_same_network_until_it_has_been_trained(app):
    go_to(app, "mini_batch")
    compass, ends = the_visitor().kept(Draws).compass, needle_ends(app)
    press(app, "draw_needles")
    assert the_visitor().kept(Draws).compass is compass, "the gradient of all digits is kept"
    assert needle_ends(app) != ends
    train(app, epochs=0.1)
    updates = the_training().run.updates
    assert the_visitor().kept(Draws).compass.updates == updates > 0
    assert f"as it was after {updates:,} updates" in texts(app)
    press(app, "reset")
    assert the_visitor().kept(Draws).compass.updates == 0


def test_fewer_batches_of_many_digits_are_drawn_and_the_page_says_how_many(app):
    go_to(app, "mini_batch")
    app.select_slider(key="batch_size").set_value(5_000).run()
    assert len(needle_ends(app)) == 12
    assert "12 mini-batches" in texts(app)
    app.select_slider(key="batch_size").set_value(60_000).run()
    assert "points 0° away" in texts(app)


def test_after_a_reset_the_whole_test_set_is_asked_of_the_new_network(app, few_digits):
    go_to(app, "predictions")
    choose(app, "show", "all")
    app.number_input(key="seed").set_value(7).run()
    press(app, "reset")
    counts = [[cell["count"] for cell in row] for row in shown(app)["confusion"]["rows"]]
    predicted = the_training().run.predict(few_digits.test.images).argmax(dim=1)
    assert np.sum(counts, axis=0).tolist() == predicted.bincount(minlength=10).tolist()


def test_predictions_says_that_the_network_is_untrained_and_follows_the_training(app):
    go_to(app, "predictions")
    assert "untrained" in texts(app)
    before = shown(app)["sixteen_grid"]
    assert len(before["digits"]) == 17
    train(app, epochs=0.2)
    after = shown(app)["sixteen_grid"]
    assert after["sheet"] == before["sheet"], "the 16 digits must stay"
    assert after["digits"] != before["digits"]
    assert "untrained" not in texts(app)


def test_the_two_lines_and_their_count_agree_with_the_network(app, few_digits):
    go_to(app, "predictions")
    train(app, epochs=0.2)
    predicted, real = (
        [int(label) for label in line.partition(":")[2].split()]
        for line in re.search("<pre.*?>(.*?)</pre>", live_html(app), re.DOTALL)[1].splitlines()
    )
    indices = app.session_state["sixteen"]
    assert real == few_digits.test.labels[indices].tolist()
    assert predicted == (
        the_training().run.predict(few_digits.test.images[indices]).argmax(dim=1).tolist()
    )
    right = sum(one == other for one, other in zip(predicted, real, strict=True))
    assert f"{right} of 16 right" in texts(app)


def test_training_digit_0_stands_apart_under_its_name(app):
    go_to(app, "predictions")
    digits = shown(app)["sixteen_grid"]["digits"]
    assert [digit["look"] for digit in digits] == [""] * 16 + ["apart"]
    assert digits[-1]["caption"].startswith("Training digit 0")


def test_guesses_that_changed_since_the_size_was_moved_are_marked_and_counted(app, few_digits):
    def guesses() -> list[int]:
        images = few_digits.test.images[app.session_state["sixteen"]]
        return the_training().run.predict(images).argmax(dim=1).tolist()

    def assert_marked(before: list[int], since: str) -> None:
        digits = shown(app)["sixteen_grid"]["digits"][:16]
        changed = [one != other for one, other in zip(before, guesses(), strict=True)]
        assert [digit["look"] == "marked" for digit in digits] == changed
        was = [re.search(r"was (\d)", digit["caption"]) for digit in digits]
        assert [int(one[1]) for one in was if one] == [
            guess for guess, other in zip(before, changed, strict=True) if other
        ]
        assert f"{sum(changed)} of 16 changed since {since}" in in_one_line(app)

    go_to(app, "predictions")
    assert "changed" not in texts(app)
    untrained = guesses()
    train(app, epochs=0.05)
    assert_marked(untrained, "the start")
    before = guesses()
    assert before != untrained
    slide(app, "batch_size", 50)
    assert_marked(before, "the move to 50")
    # A network turned round guesses what it thought least likely: all guesses change.
    *_, output_weight, output_bias = the_training().run.learner.network.layers
    output_weight.neg_()
    output_bias.neg_()
    app.run()
    assert before != guesses()
    assert_marked(before, "the move to 50")


def test_a_reset_forgets_what_the_guesses_were_before_the_size_was_moved(app):
    go_to(app, "predictions")
    train(app, epochs=0.05)
    slide(app, "batch_size", 50)
    press(app, "reset")
    train(app, epochs=0.05)
    assert "changed since the start" in in_one_line(app)


def test_after_training_the_5_is_highest_for_training_digit_0(app):
    go_to(app, "predictions")
    train(app, epochs=8)
    assert "✓ kept" in texts(app)


def test_new_digits_and_only_mistakes_can_be_drawn(app, few_digits):
    go_to(app, "predictions")
    train(app, epochs=0.2)
    first = app.session_state["sixteen"]
    app.button(key="draw_sixteen").click().run()
    assert app.session_state["sixteen"] != first
    app.toggle(key="only_mistakes").set_value(True).run()
    indices = app.session_state["sixteen"]
    probabilities = the_training().run.predict(few_digits.test.images)
    wrong = (probabilities.argmax(dim=1) != few_digits.test.labels).nonzero().flatten().tolist()
    assert set(indices) <= set(wrong)
    assert f"Drawn from the **{len(wrong):,}** of 1,000" in texts(app)


def test_the_confusion_matrix_counts_every_test_digit(app, few_digits):
    go_to(app, "predictions")
    train(app, epochs=0.2)
    app.session_state["show"] = "all"
    app.run()
    rows = shown(app)["confusion"]["rows"]
    matrix = np.array([[cell["count"] for cell in row] for row in rows])
    probabilities = the_training().run.predict(few_digits.test.images)
    right = int((probabilities.argmax(dim=1) == few_digits.test.labels).sum())
    assert matrix.sum() == 1_000
    assert matrix.trace() == right
    assert matrix.sum(axis=1).tolist() == few_digits.test.labels.bincount().tolist()
    assert metrics(app)["Test accuracy"] == f"{right / 1_000:.2%}"
    app.session_state["confusion"] = {"picked": [4, 9]}
    app.run()
    assert "True 4, predicted 9" in texts(app)
    mistakes = shown(app)["mistakes_grid"]["digits"]
    assert all("✗" in digit["caption"] for digit in mistakes)


def test_a_pages_choices_are_kept_while_one_looks_at_another_page(app):
    go_to(app, "digits")
    app.slider(key="row").set_value(9).run()
    app.session_state["page_normalization"] = "Custom"
    app.run()
    app.number_input(key="page_mean").set_value(0.3).run()
    go_to(app, "train")
    go_to(app, "digits")
    assert app.slider(key="row").value == 9
    assert app.number_input(key="page_mean").value == 0.3


def test_the_same_16_mistakes_stay_while_one_looks_at_another_page(app):
    go_to(app, "predictions")
    train(app, epochs=0.2)
    app.toggle(key="only_mistakes").set_value(True).run()
    app.session_state["sixteen_grid"] = {"picked": 7}
    app.run()
    indices = app.session_state["sixteen"]
    go_to(app, "train")
    go_to(app, "predictions")
    assert app.toggle(key="only_mistakes").value
    assert app.session_state["sixteen"] == indices
    assert shown(app)["sixteen_grid"]["picked"] == 7


def test_weights_that_are_no_numbers_get_no_verdict(app):
    go_to(app, "predictions")
    the_training().run.learner.network.parameters.fill_(float("nan"))
    app.run()
    assert "no longer numbers" in texts(app)
    assert "nan" not in texts(app)


def test_a_mean_below_0_is_added(app):
    go_to(app, "digits")
    app.session_state["page_normalization"] = "Custom"
    app.run()
    app.number_input(key="page_mean").set_value(-0.5).run()
    assert "x + 0.5" in app.latex[0].value
