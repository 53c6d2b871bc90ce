from __future__ import annotations

import math
import re
from dataclasses import replace
from math import log10

import plotly.graph_objects as go
import pytest

from mnist_core import Place
from mnist_core.race import Plan, waiting
from mnist_core.race.results import update_seconds
from mnist_core.show import charts, race_names
from mnist_core.show.charts import RaceView
from mnist_core.show.charts.look import log_axis
from tests.core.races import (
    CHARTS_OF_ONE_RACE,
    MACHINE,
    made_up_race,
    made_up_races_at_one_size,
    with_last_losses,
)

LOSSES = {1: [9e3, 1e3, 800.0], 200: [9e3, 4e3, 2e3], 2_000: [9e3, 8e3, 7e3]}
SECONDS = {1: 8.0, 200: 0.5, 2_000: 0.25}


@pytest.fixture
def record():
    return made_up_race(LOSSES, SECONDS)


DRAWN = [
    lambda record, dark: charts.race_curve(record, RaceView(dark=dark, target=3e3)),
    lambda record, dark: charts.race_curve(
        record, RaceView("accuracy", "seconds", log_loss=True, log_clock=True, dark=dark)
    ),
    lambda record, dark: charts.race_curve(
        record, RaceView("loss", "updates", log_loss=True, log_clock=True, target=3e3, dark=dark)
    ),
    lambda record, dark: charts.target_chart(record, 3e3, "updates", dark),
    lambda record, dark: charts.target_chart(record, 3e3, "seconds", dark),
    *CHARTS_OF_ONE_RACE,
]


@pytest.mark.parametrize("draw", DRAWN)
@pytest.mark.parametrize("dark", [False, True])
def test_plotly_knows_every_attribute_of_every_chart(record, draw, dark):
    repeated = made_up_race(LOSSES, SECONDS, repeats=3)
    empty = waiting(Plan(tutorial="tenth"), MACHINE)
    single = made_up_race({200: [9e3, 4e3]}, {200: 0.5})
    at_one_size = [*made_up_races_at_one_size(), *made_up_races_at_one_size(repeats=3)]
    for shown in (record, repeated, empty, single, *at_one_size):
        go.Figure(draw(shown, dark))


def test_the_clocks_show_the_same_losses_against_other_readings(record):
    curves = [
        charts.race_curve(record, RaceView(against=clock))["data"]
        for clock in ("epochs", "updates", "seconds")
    ]
    for line, size in enumerate(LOSSES):
        assert all(curve[line]["y"] == LOSSES[size] for curve in curves)
        updates = 60_000 // size
        assert curves[0][line]["x"] == [0, 1, 2]
        assert curves[1][line]["x"] == [0, updates, 2 * updates]
        assert curves[2][line]["x"] == [0, SECONDS[size], 2 * SECONDS[size]]


@pytest.mark.parametrize("against", ["updates", "seconds"])
def test_a_target_that_the_untrained_network_meets_is_told_in_place_of_markers(record, against):
    chart = charts.target_chart(record, 1e4, against)
    assert chart["data"] == []
    assert "untrained network" in chart["layout"]["annotations"][0]["text"]


def test_every_line_has_a_dash_pattern_of_its_own_and_its_size_at_its_end(record):
    curve = charts.race_curve(record, RaceView())
    assert len({trace["line"]["dash"] for trace in curve["data"]}) == 3
    labels = [label["text"] for label in curve["layout"]["annotations"]]
    assert labels == ["<b>1</b>", "<b>200</b>", "<b>2,000</b>"]


@pytest.mark.parametrize("dark", [False, True])
def test_what_is_raced_at_one_size_has_its_name_colour_and_dash_in_every_chart(dark):
    for record in made_up_races_at_one_size():
        plan = record.plan
        names = [race_names.name(value) for value in plan.values]
        tints = [charts.colour_in_race(plan, value, dark) for value in plan.values]
        curve = charts.race_curve(record, RaceView(dark=dark))
        assert [trace["name"] for trace in curve["data"]] == names
        assert [trace["line"]["color"] for trace in curve["data"]] == tints
        assert len({trace["line"]["dash"] for trace in curve["data"]}) == len(names)
        ends = {label["text"] for label in curve["layout"]["annotations"]}
        assert ends == {f"<b>{name}</b>" for name in names}
        bars = charts.race_epoch_seconds(record, dark)
        assert bars["data"][0]["marker"]["line"]["color"] == tints
        ticks = bars["layout"]["xaxis"]["ticktext"]
        assert [tick.replace("<br>", " ") for tick in ticks] == names
        assert bars["layout"]["xaxis"]["title"]["text"] == plan.raced.replace("_", " ")
        target = charts.target_chart(record, 9_500, "updates", dark)
        assert target["data"] == []
        target = charts.target_chart(record, 8_000, "updates", dark)
        assert target["layout"]["xaxis"]["ticktext"] == names
        assert target["layout"]["xaxis"]["title"]["text"] == plan.raced.replace("_", " ")
        (found,) = target["data"]
        assert found["text"] == names
        assert found["marker"]["color"] == tints


def test_learning_rates_stand_on_a_logarithmic_axis_and_orders_in_a_row():
    rates, _, orders = made_up_races_at_one_size()
    target = charts.target_chart(rates, 1_500, "updates")
    assert target["layout"]["xaxis"]["type"] == "log"
    found, missed = target["data"]
    assert found["x"] == [1e-6]
    assert missed["x"] == [1e-5, 1e-4, 1e-3, 0.01, 0.1]
    assert [label["x"] for label in target["layout"]["annotations"]] == [-5, -4, -3, -2, -1]
    found, missed = charts.target_chart(orders, 1_500, "updates")["data"]
    assert found["x"] == [0]
    assert missed["x"] == [1, 2]


def test_losses_of_millions_have_short_figures_beside_the_axis():
    losses = {1e-4: [23e3, 4e3], 1.0: [23e3, 14e6]}
    exploded = made_up_race(losses, dict.fromkeys(losses, 0.5), raced="learning_rate")
    for log_loss in (False, True):
        layout = charts.race_curve(exploded, RaceView(log_loss=log_loss))["layout"]
        assert layout["yaxis"]["tickformat"] == "~s"


@pytest.mark.parametrize("near", [1.0, 1.03, 1.5, 3.9])
@pytest.mark.parametrize("least", [0.0013, 7.0, 271.0])
def test_an_axis_of_values_close_together_names_some_of_them(least, near):
    axis = log_axis([least, near * least])
    step = float(axis["dtick"].removeprefix("L"))
    # As far beyond the values as plotly.js draws an axis at the least, for the markers on it.
    low, high = 0.95 * least, 1.05 * near * least
    assert 1 <= high // step - low // step <= 30


def test_labels_of_lines_that_end_at_one_place_are_moved_apart():
    close = made_up_race(
        {10: [9e3, 1000.0], 20: [9e3, 1001.0], 50: [9e3, 1002.0]}, dict.fromkeys((10, 20, 50), 1.0)
    )
    shifts = [
        label["yshift"] for label in charts.race_curve(close, RaceView())["layout"]["annotations"]
    ]
    assert len(set(shifts)) == 3


@pytest.mark.parametrize("log_loss", [False, True])
def test_the_targets_name_stands_beside_the_axes_where_no_line_passes(record, log_loss):
    curve = charts.race_curve(record, RaceView(target=3e3, log_loss=log_loss))
    (label,) = [one for one in curve["layout"]["annotations"] if "target" in one["text"]]
    assert (label["xref"], label["x"], label["xanchor"]) == ("paper", 1, "left")
    assert label["y"] == (pytest.approx(math.log10(3e3)) if log_loss else 3e3)


def test_a_logarithmic_clock_keeps_the_point_at_0_at_its_left_edge(record):
    curve = charts.race_curve(record, RaceView(against="updates", log_clock=True))
    first = {trace["x"][0] for trace in curve["data"]}
    assert len(first) == 1
    assert 0 < first.pop() < 30
    ticks = curve["layout"]["xaxis"]
    assert ticks["ticktext"][0] == "0"
    assert ticks["tickvals"][1:] == [100, 1_000, 10_000, 100_000, 1_000_000]


def test_repeats_become_a_median_with_their_range():
    record = made_up_race(LOSSES, SECONDS, repeats=3)
    record = with_last_losses(record, {(200, 0): 1e3, (200, 1): 3e3, (200, 2): 2.5e3})
    low, high, middle = (
        trace
        for trace in charts.race_curve(record, RaceView())["data"]
        if trace["legendgroup"] == "memory-200"
    )
    assert (low["y"][-1], middle["y"][-1], high["y"][-1]) == (1e3, 2.5e3, 3e3)
    assert high["fill"] == "tonexty"


@pytest.mark.parametrize("repeats", [1, 3])
def test_trace_ids_can_stand_in_a_css_selector(record, repeats):
    # Plotly looks for what a trace leaves behind, once the next race has none of its id.
    for raced in (record, *made_up_races_at_one_size(repeats)):
        ids = [trace["uid"] for trace in charts.race_curve(raced, RaceView())["data"]]
        assert all(re.fullmatch(r"[A-Za-z0-9-]+", one) for one in ids)
        assert len(set(ids)) == len(ids)


def test_a_size_that_has_not_reached_the_target_is_hollow_and_never_left_out(record):
    figure = charts.target_chart(record, 3e3, "updates")
    traces = {trace["name"]: trace for trace in figure["data"]}
    assert traces["reached"]["x"] == [1, 200]
    assert traces["not reached so far"]["x"] == [2_000]
    assert traces["not reached so far"]["y"] == [60]
    (label,) = figure["layout"]["annotations"]
    assert label["text"] == "not within 60"
    assert label["x"] == pytest.approx(log10(2_000))


def test_updates_are_counted_whole_and_seconds_are_not():
    for clock, text in (("updates", "not within 3"), ("seconds", "not within 0.30")):
        few = made_up_race({60_000: [23e3, 22e3, 21e3, 20e3]}, {60_000: 0.1})
        (label,) = charts.target_chart(few, 3e3, clock)["layout"]["annotations"]
        assert label["text"] == text


def test_the_marker_stands_between_the_test_passes_and_its_bar_reaches_both(record):
    trace = charts.target_chart(record, 3e3, "updates")["data"][1]
    # At 200: 4,000 after 300 updates, 2,000 after 600.
    assert trace["y"][1] == pytest.approx(450)
    assert trace["error_y"]["array"][1] == pytest.approx(150)
    assert trace["error_y"]["arrayminus"][1] == pytest.approx(150)


def test_perfect_scaling_has_the_slope_minus_1_through_the_smallest_size(record):
    figure = charts.target_chart(record, 3e3, "seconds")
    (line,) = (trace for trace in figure["data"] if trace["uid"] == "perfect")
    reached = next(trace for trace in figure["data"] if trace["uid"] == "found")
    assert line["y"][0] == reached["y"][0]
    slopes = [
        (log10(y) - log10(line["y"][0])) / (log10(x) - log10(line["x"][0]))
        for x, y in zip(line["x"][1:], line["y"][1:], strict=True)
    ]
    assert slopes == pytest.approx([-1, -1])


@pytest.mark.parametrize("begun", [True, False])
def test_the_curve_and_the_bars_beside_it_have_one_baseline_and_keep_their_words_inside(
    record, begun
):
    shown = record if begun else waiting(Plan(), MACHINE)
    curve = charts.race_curve(shown, RaceView())["layout"]
    bars = charts.race_epoch_seconds(shown)["layout"]
    assert curve["margin"]["b"] == bars["margin"]["b"]
    assert not curve["showlegend"]
    assert not bars["showlegend"]
    if not begun:
        (words,) = bars["annotations"]
        assert max(map(len, words["text"].split("<br>"))) < 32


def test_each_size_has_one_bar_from_0_to_its_median_and_a_dot_for_every_epoch(record):
    figure = charts.race_epoch_seconds(record)
    bars, dots = figure["data"]
    assert figure["layout"]["yaxis"]["rangemode"] == "tozero"
    assert bars["y"] == list(SECONDS.values())
    assert dots["x"] == [0, 0, 1, 1, 2, 2]
    assert figure["layout"]["xaxis"]["ticktext"] == ["1", "200", "2,000"]


def test_a_bar_scaled_from_a_part_of_an_epoch_is_hollow_and_says_so(record):
    part = replace(record.competitors[0], epochs=(), place=Place(6_000, 0.1, 6_000, 0.8))
    figure = charts.race_epoch_seconds(replace(record, competitors=(part, *record.competitors[1:])))
    assert figure["data"][0]["marker"]["color"][0] == "rgba(0,0,0,0)"
    assert "from 10%" in figure["layout"]["annotations"][0]["text"]
    assert figure["data"][0]["y"][0] == pytest.approx(8.0)


def test_timing_charts_show_updates_digits_and_the_speed_up(record):
    assert charts.updates_by_size(record)["data"][0]["y"] == [60_000, 300, 30]
    assert charts.digits_per_second_by_size(record)["data"][0]["y"] == [7_500, 120_000, 240_000]
    assert charts.speed_up_by_size(record)["data"][0]["y"] == [1, 16, 32]


def test_an_epochs_parts_and_the_residual_make_up_what_was_measured(record):
    figure = charts.where_the_seconds_go(record)
    fixed, arithmetic, measured = figure["data"]
    for place, competitor in enumerate(record.competitors):
        took = update_seconds([competitor]) * 60_000 / competitor.batch_size
        assert measured["y"][place] == pytest.approx(took)
        residual = (took - fixed["y"][place] - arithmetic["y"][place]) / took
        assert measured["text"][place] == f"{residual:+.0%}".replace("-", "−")
        label = figure["layout"]["annotations"][place]
        assert label["text"] == measured["text"][place]
        assert label["y"] == pytest.approx(max(took, fixed["y"][place] + arithmetic["y"][place]))
    assert len(set(arithmetic["y"])) == 1


def test_before_a_race_no_size_is_named_as_the_smallest():
    empty = charts.speed_up_by_size(waiting(Plan(), MACHINE))
    assert empty["layout"]["yaxis"]["title"]["text"] == "times as fast as the smallest size"
