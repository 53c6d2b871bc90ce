from __future__ import annotations

import dataclasses
import re
from itertools import product

import plotly.graph_objects as go
import pytest

from mnist_core import Run, Settings, charts
from tests.conftest import train_at, train_epochs


@pytest.fixture
def run(tiny):
    """Two epochs at 100, a mixed one, one at 50, and a part of another."""
    run = Run(tiny, Settings(batch_size=100), digits_between_tests=100)
    train_epochs(run, 2)
    train_at(run, 100)
    run.settings = Settings(batch_size=50)
    train_epochs(run, 4)
    train_at(run, 50, 50)
    return run


def named(figure, name):
    (trace,) = [trace for trace in figure["data"] if trace["name"] == name]
    return trace


def drawn(values):
    return [value for value in values if value is not None]


@pytest.mark.parametrize(
    ("measure", "against", "log_scale", "dark"),
    list(
        product(
            ("sum", "mean", "accuracy"),
            ("epochs", "updates", "seconds"),
            (False, True),
            (False, True),
        )
    ),
)
def test_every_learning_curve_is_a_valid_plotly_figure(run, measure, against, log_scale, dark):
    figure = charts.learning_curve(run.snapshot(), measure, against, log_scale, dark)
    go.Figure(figure)


@pytest.mark.parametrize("dark", [False, True])
def test_the_bars_are_a_valid_plotly_figure_from_zero(run, dark):
    figure = charts.seconds_per_epoch(run.snapshot(), dark)
    go.Figure(figure)
    assert figure["layout"]["yaxis"]["rangemode"] == "tozero"


def test_before_training_the_charts_say_what_will_appear(tiny):
    snapshot = Run(tiny).snapshot()
    for figure in (charts.learning_curve(snapshot), charts.seconds_per_epoch(snapshot)):
        go.Figure(figure)
        (note,) = figure["layout"]["annotations"]
        assert note["text"].startswith("Press Start")


def test_a_line_per_batch_size_joins_all_test_points(run):
    snapshot = run.snapshot()
    figure = charts.learning_curve(snapshot)
    points = {(point.place.epochs, point.loss) for point in snapshot.test_points}
    lines = [trace for trace in figure["data"] if drawn(trace["x"])]
    assert {trace["name"] for trace in lines} == {"100", "50"}
    assert {pair for trace in lines for pair in zip(trace["x"], trace["y"], strict=True)} == (
        points | {(None, None)}
    )


def test_a_stretch_at_several_sizes_is_dotted_and_named_mixed(tiny):
    run = Run(tiny, digits_between_tests=300)
    train_at(run, 100, 50, 150)
    mixed = named(charts.learning_curve(run.snapshot()), "mixed")
    assert mixed["line"]["dash"] == "dot"
    assert drawn(mixed["x"]) == [0, 0.5]


def test_the_marker_that_ends_a_mixed_epoch_is_hollow(run):
    line = named(charts.learning_curve(run.snapshot()), "50")
    at = dict(zip(line["x"], line["marker"]["symbol"], strict=True))
    assert (at[3.0], at[4.0]) == ("circle-open", "circle")


def test_each_change_is_marked_where_it_took_effect(run):
    for against in ("epochs", "updates", "seconds"):
        snapshot = run.snapshot()
        layout = charts.learning_curve(snapshot, against=against)["layout"]
        (mark,), (label, *_) = layout["shapes"], layout["annotations"]
        assert mark["x0"] == label["x"] == getattr(snapshot.changes[0].place, against)
        assert label["text"] == "100 → 50"


def test_marks_too_close_for_two_labels_share_one(tiny):
    run = Run(tiny)
    train_at(run, 200, 100, 50, 20)
    train_epochs(run, 3)
    layout = charts.learning_curve(run.snapshot(), against="updates")["layout"]
    assert len(layout["shapes"]) == 3
    assert [label["text"] for label in layout["annotations"]] == ["200 → … → 20", "<b>20</b>"]


def test_each_segment_carries_its_batch_size_at_its_end(run):
    snapshot = run.snapshot()
    labels = charts.learning_curve(snapshot, against="epochs")["layout"]["annotations"][1:]
    assert [(label["text"], label["x"]) for label in labels] == [
        ("<b>100</b>", pytest.approx(2 + 1 / 6)),
        ("<b>50</b>", snapshot.test_points[-1].place.epochs),
    ]


def test_a_range_chosen_for_the_empty_state_does_not_outlive_it(tiny, run):
    for chart in (charts.learning_curve, charts.seconds_per_epoch):
        empty, filled = chart(Run(tiny).snapshot())["layout"], chart(run.snapshot())["layout"]
        for axis in ("xaxis", "yaxis"):
            assert empty[axis]["uirevision"] != filled[axis]["uirevision"]
            assert filled[axis]["autorange"] is True


def test_a_long_history_is_drawn_in_a_bounded_number_of_points(tiny):
    run = Run(tiny, Settings(batch_size=600), digits_between_tests=600)
    run.step()
    first, last = run.snapshot().epochs[0], run.snapshot().test_points[-1]
    place = last.place
    count = 3_000
    snapshot = dataclasses.replace(
        run.snapshot(),
        epochs=tuple(dataclasses.replace(first, epoch=number) for number in range(count)),
        test_points=tuple(
            dataclasses.replace(
                last, place=dataclasses.replace(place, digits=100 * part, epochs=part / 6)
            )
            for part in range(6 * count + 1)
        ),
        place=dataclasses.replace(place, digits=600 * count, epochs=count),
    )
    curve = charts.learning_curve(snapshot)
    bars = charts.seconds_per_epoch(snapshot)
    drawn_at = drawn(named(curve, "600")["x"])
    assert len(drawn_at) <= 300 + 6 * 20 + 2
    assert drawn_at[0] == 0
    assert drawn_at[-1] == count
    assert len(named(bars, "600")["x"]) == 100
    assert named(bars, "600")["x"][-1] == count - 1


def test_measures_are_the_sum_the_mean_and_the_accuracy(run):
    snapshot = run.snapshot()
    last = snapshot.test_points[-1]
    expected = {"sum": last.loss, "mean": last.loss / 100, "accuracy": last.accuracy}
    for measure, value in expected.items():
        line = named(charts.learning_curve(snapshot, measure), "50")
        assert drawn(line["y"])[-1] == value


def test_training_losses_are_offered_only_beside_the_mean(run):
    names = {
        measure: [trace["name"] for trace in charts.learning_curve(run.snapshot(), measure)["data"]]
        for measure in ("sum", "mean", "accuracy")
    }
    assert [name for name in names if "training loss" in names[name]] == ["mean"]


def test_zoom_and_legend_are_kept_from_tick_to_tick_but_not_across_axes(run):
    before = charts.learning_curve(run.snapshot())["layout"]
    run.step()
    after = charts.learning_curve(run.snapshot())["layout"]
    other = charts.learning_curve(run.snapshot(), "mean", "updates")["layout"]
    for axis in ("xaxis", "yaxis"):
        assert before[axis]["uirevision"] == after[axis]["uirevision"] != other[axis]["uirevision"]
    assert before["uirevision"] == after["uirevision"] == other["uirevision"]


def test_bars_stack_training_and_test_pass_of_each_epoch(run):
    snapshot = run.snapshot()
    figure = charts.seconds_per_epoch(snapshot)
    assert figure["layout"]["barmode"] == "stack"
    hundreds, mixed, tests = (named(figure, name) for name in ("100", "mixed", "test pass"))
    assert hundreds["x"] == [0, 1]
    assert hundreds["y"] == [epoch.train_seconds for epoch in snapshot.epochs[:2]]
    assert (mixed["x"], mixed["text"]) == ([2], ["100 + 50"])
    assert mixed["marker"]["color"] == "rgba(0,0,0,0)"
    assert tests["y"] == [epoch.test_seconds for epoch in snapshot.epochs]


def test_the_epoch_in_progress_is_hatched(run):
    bar = named(charts.seconds_per_epoch(run.snapshot()), "epoch in progress")
    assert bar["x"] == [4]
    assert bar["marker"]["pattern"]["shape"] == "/"


def test_the_legends_places_stay_when_an_epoch_begins_and_ends(tiny):
    run = Run(tiny, Settings(batch_size=200))
    legends = []
    for _ in range(6):
        run.step()
        legends.append([bar["name"] for bar in charts.seconds_per_epoch(run.snapshot())["data"]])
    assert legends[2] == ["200", "test pass"]  # an epoch has just ended
    assert all(legend[:2] == legends[2] for legend in legends[2:])


def test_neighbouring_bars_of_one_size_share_its_label(run):
    labels = charts.seconds_per_epoch(run.snapshot())["layout"]["annotations"]
    assert [label["text"] for label in labels] == ["<b>100</b>", "", "<b>50</b>"]


def test_trace_ids_can_stand_in_a_css_selector(run):
    for figure in (
        charts.learning_curve(run.snapshot(), "mean"),
        charts.seconds_per_epoch(run.snapshot()),
    ):
        ids = [trace["uid"] for trace in figure["data"]]
        assert all(re.fullmatch(r"[A-Za-z0-9-]+", one) for one in ids)
        assert len(set(ids)) == len(ids)
