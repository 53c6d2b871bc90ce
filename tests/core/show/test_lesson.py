"""What the lesson says of a prediction and of what was measured."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from mnist_core import Normalization
from mnist_core.records import Needle, Needles, Trial
from mnist_core.show import charts, lesson
from mnist_core.show.kinds import Choice, Curve, Line, Order
from mnist_core.show.lesson import STATIONS
from tests.conftest import train_epochs, witnessed
from tests.core.races import made_up_race


def tried(size: int, *changes: float) -> list[Trial]:
    return [Trial(size, 1.0, 0.5, 0.1, 1_000.0, 1_000.0 + change) for change in changes]


def needles(size: int, *degrees: float) -> Needles:
    return Needles(tuple(Needle(one, 1.0) for one in degrees), size, 0, 113.0, {size: 0.9})


def test_the_seven_stations_follow_the_lessons_order_and_each_asks_one_question():
    assert [(one.name, one.page) for one in STATIONS] == [
        ("One digit", "Digits"),
        ("Normalization", "Digits"),
        ("One update", "Mini-batch"),
        ("With and without", "Compare"),
        ("Three clocks", "Compare"),
        ("Predictions", "Predictions"),
        ("The noise", "Mini-batch"),
    ]
    asking = [re.findall(r"\?|Pick them", station.question) for station in STATIONS]
    assert all(len(one) == 1 for one in asking)


@pytest.mark.parametrize(
    ("text", "number"),
    [("1", 1), ("7", 7), ("0", None), ("8", None), ("", None), ("٣", None), ("3 ", None)],
)
def test_an_address_names_a_station_by_its_number_and_by_nothing_else(text, number):
    assert lesson.station_named(text) == number


def test_a_choice_is_judged_by_being_the_same():
    choice = Choice(("few", "many"))
    assert choice.judged("few", "few") == "as you said"
    assert choice.judged("few", "many") == "not as you said"


def test_a_number_is_judged_by_the_nearest_stop_and_else_by_its_side():
    line = Line((1, 10, 100), str)
    assert line.judged(10, 13.2) == "as near as this line allows"
    assert line.judged(100, 13.2) == "less than you said"
    assert line.judged(1, 13.2) == "more than you said"


def test_an_order_is_judged_by_how_many_are_in_their_places():
    order = Order((1, 10, 200))
    assert order.said((10, 1, 200)) == "10 · 1 · 200"
    assert order.judged((10, 1, 200), (10, 200, 1)) == "1 of 3 in their places"


def test_a_sketch_is_judged_where_it_is_furthest_from_what_was_measured():
    curve = Curve((0, 20, 40), 100, "digits", "right")
    assert curve.said((10, 20, 80)) == "from 10 to 80"
    assert curve.judged((10, 20, 80), ((0, 9), (10, 70), (40, 85))) == (
        "furthest apart at 10 digits: 15 against 70"
    )
    assert curve.judged((10, 20, 80), ((0, 20), (10, 6), (40, 85))) == "nowhere more than 10 apart"


def test_the_sketch_and_what_was_measured_are_drawn_in_the_axes_it_was_sketched_on():
    curve = Curve((0, 20, 40), 100, "digits", "right")
    for dark in (False, True):
        figure = charts.sketch_chart(curve, (10, 20, 80), ((0, 9), (10, 70)), dark)
        assert [one["name"] for one in figure["data"]] == ["you said", "measured"]
        assert [one["x"] for one in figure["data"]] == [[0, 20, 40], [0, 10]]
        assert [one["y"] for one in figure["data"]] == [[10, 20, 80], [9, 70]]
        axes = (figure["layout"]["xaxis"], figure["layout"]["yaxis"])
        assert [axis["range"] for axis in axes] == [[0, 40], [0, 100]]
        assert [axis["title"]["text"] for axis in axes] == ["digits", "right"]
    assert charts.sketch_chart(curve, (10, 20, 80), ())["data"][1]["y"] == []


def test_a_prediction_stands_beside_what_was_measured():
    measured = lesson.worsened(tried(1, 5, 6, -1, 3) + tried(200, -1, -2))
    said = lesson.compared(STATIONS[2], "None of them", measured)
    assert said == "You said **None of them**, measured here: **3 of 4**, not as you said."


@pytest.mark.parametrize(
    ("black", "share"),
    [(100, "Fewer than a third"), (400, "A third to two thirds"), (618, "More than two thirds")],
)
def test_black_pixels_are_counted_and_the_rest_is_what_tells(black, share):
    measured = lesson.black_pixels(black, 784)
    assert measured.value == share
    assert measured.figure.startswith(f"{black} of 784")
    assert f"{784 - black} numbers" in measured.see


def test_the_tutorials_normalization_moves_the_pixels_own_mean():
    measured = lesson.mean_of_pixels(Normalization(0.1307, 0.3081))
    assert measured.value == pytest.approx(-0.7386)
    assert measured.figure == "−0.74"


@pytest.mark.parametrize(
    ("changes", "value"),
    [
        ((-1, -2, -3, -4), "None of them"),
        ((1, -2, -3, -4), "Fewer than half"),
        ((1, 2, -3, -4), "Half or more"),
    ],
)
def test_updates_on_one_digit_that_made_it_worse_are_counted(changes, value):
    assert lesson.worsened(tried(1, *changes) + tried(200, -1, -2)).value == value


def test_half_a_bench_says_nothing_yet():
    assert lesson.worsened([]) is None
    assert lesson.worsened(tried(1, 1, 2)) is None
    assert lesson.worsened(tried(1, 1, 2) + tried(200, 1)) is None


def test_an_epoch_without_mini_batches_is_measured_against_one_with_them():
    record = made_up_race({1: [23_000, 900], 200: [23_000, 4_000]}, {1: 5.2, 200: 0.4})
    measured = lesson.times_as_long(record)
    assert measured.value == pytest.approx(13)
    assert measured.figure == "13 times as long"
    assert "takes 15 times as long as one on 1 digit, for 200 times as many digits" in measured.see


def test_a_race_that_one_size_has_not_begun_says_nothing_yet():
    record = made_up_race({1: [23_000], 200: [23_000, 4_000]}, {1: 5.2, 200: 0.4})
    assert lesson.times_as_long(record) is None
    assert lesson.order_by_loss(record) is None


def test_the_order_is_by_equal_seconds_and_each_clock_has_its_leader():
    record = made_up_race(
        {1: [23_000, 1_700], 200: [23_000, *[4_000 - 300 * epoch for epoch in range(10)]]},
        {1: 5.0, 200: 0.5},
    )
    measured = lesson.order_by_loss(record)
    assert measured.value == (200, 1)
    assert measured.figure == "200 · 1"
    assert measured.see.startswith("By epochs 1 leads, by updates 200 leads, by seconds 200 leads.")
    assert "Updates in an epoch: 60,000 at 1 and 300 at 200." in measured.see


def test_an_order_is_marked_as_long_as_the_race_goes_on():
    record = made_up_race({1: [23_000, 1_700], 200: [23_000, 4_000]}, {1: 5.0, 200: 5.0})
    first, second = record.competitors
    on = replace(record, competitors=(first, replace(second, state="racing")))
    assert lesson.order_by_loss(on).figure == "1 · 200 so far"


def test_what_one_epoch_taught_is_told_when_the_epoch_is_whole(tiny):
    run, _ = witnessed(tiny, 100)
    assert lesson.right_in_an_epoch(run.snapshot()) is None
    train_epochs(run, 3)
    measured = lesson.right_in_an_epoch(run.snapshot())
    assert measured.value == ((0, 10.0), (600, 10.0))
    assert measured.value[-1][1] == 100 * run.snapshot().epochs[0].test_accuracy
    assert "6 updates" in measured.see
    assert "after 3.00 epochs" in measured.see


def test_the_angle_is_the_mean_of_the_needles_of_the_size_that_was_asked_for():
    assert lesson.degrees_away(needles(10, 70, 72)) is None
    measured = lesson.degrees_away(needles(1_000, 16, 20))
    assert (measured.value, measured.figure) == (18, "18°")


def test_the_glossary_has_a_sentence_for_each_term():
    assert len(lesson.GLOSSARY) == 12
    assert all(text.count(".") == 1 and text.endswith(".") for text in lesson.GLOSSARY.values())
