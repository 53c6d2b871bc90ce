from __future__ import annotations

import dataclasses
import math
import re
from itertools import product

import plotly.graph_objects as go
import pytest

from mnist_core import Run, Settings
from mnist_core.show import charts
from tests.conftest import made_up, train_at, train_epochs
from tests.core.show.lesson import DRAWN, NEEDLES, TRIALS
from tests.core.show.valley import valley_figures


@pytest.fixture(scope="module")
def run():
    """A run of some epochs, which no test trains on."""
    return run_of_some_epochs()


def run_of_some_epochs() -> Run:
    """Two epochs at 100, a mixed one, one at 50, and a part of another."""
    run = Run(made_up(600, 100), Settings(batch_size=100), digits_between_tests=100)
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
    ("measure", "against", "scale", "dark"),
    list(
        product(
            ("sum", "mean", "accuracy"),
            ("epochs", "updates", "seconds"),
            ("log", "linear", "latest"),
            (False, True),
        )
    ),
)
def test_every_learning_curve_is_a_valid_plotly_figure(run, measure, against, scale, dark):
    figure = charts.learning_curve(run.snapshot(), measure, against, scale, dark)
    go.Figure(figure)


@pytest.mark.parametrize("dark", [False, True])
def test_the_bars_are_a_valid_plotly_figure_from_zero(run, dark):
    figure = charts.seconds_per_epoch(run.snapshot(), dark)
    go.Figure(figure)
    assert figure["layout"]["yaxis"]["rangemode"] == "tozero"


@pytest.mark.parametrize("draw", DRAWN.values(), ids=DRAWN)
@pytest.mark.parametrize("dark", [False, True])
def test_every_chart_of_the_lesson_is_a_valid_plotly_figure(draw, dark):
    go.Figure(draw(dark))


@pytest.mark.parametrize("dark", [False, True])
def test_every_chart_of_the_valley_is_a_valid_plotly_figure(dark):
    for figure in valley_figures(dark):
        go.Figure(figure)


def test_every_trial_has_a_mark_in_the_strip_of_its_size_and_a_cross_where_it_made_it_worse():
    *strips, means = charts.trial_strips(TRIALS)["data"]
    names = [strip["name"] for strip in strips]
    assert names == ["1 digit", "10 digits", "200 digits", "2,000 digits"]
    for strip, size in zip(strips, (1, 10, 200, 2_000), strict=True):
        assert strip["y"] == [trial.change for trial in TRIALS if trial.digits == size]
        assert strip["marker"]["symbol"] == ["circle", "x"]
        assert len(set(strip["x"])) == len(strip["x"]), "side by side"
    assert means["y"] == pytest.approx([-250, -25, -1.25, -0.125])


def test_needles_have_their_true_angles_and_lengths_beside_the_gradient_of_all():
    drawn, full = charts.compass_chart(NEEDLES)["data"]
    ends = list(zip(drawn["x"][1::3], drawn["y"][1::3], strict=True))
    for (x, y), needle in zip(ends, NEEDLES.needles, strict=True):
        assert math.hypot(x, y) == pytest.approx(needle.length)
        assert math.degrees(math.atan2(abs(x), y)) == pytest.approx(needle.degrees)
    assert [x > 0 for x, _ in ends] == [True, False, True], "left and right by turns"
    assert (full["x"], full["y"]) == ([0, 0], [0, 1])


def test_both_axes_of_the_compass_have_one_scale_and_nothing_lies_outside():
    layout = charts.compass_chart(NEEDLES)["layout"]
    assert layout["yaxis"]["scaleanchor"] == "x"
    for axis, values in (("xaxis", (0, 1.8, -1.5, 0.6)), ("yaxis", (0, 1, 1, 0, 1.1))):
        low, high = layout[axis]["range"]
        assert low <= min(values) < max(values) < high


def test_the_law_is_drawn_with_what_was_measured_and_the_noise_scale():
    figure = charts.alignment_chart(NEEDLES)
    law, measured = figure["data"]
    assert dict(zip(law["x"], law["y"], strict=True)) == NEEDLES.law
    assert (measured["x"], measured["y"]) == ([200], [pytest.approx((0.5 + 0 + 0.75**0.5) / 3)])
    assert figure["layout"]["shapes"][0]["x0"] == NEEDLES.noise_scale
    assert "600" in figure["layout"]["annotations"][0]["text"]


def test_a_digits_probabilities_stand_on_the_same_axis_whatever_they_are():
    certain = charts.digit_probabilities([0.1] * 10, [0.0] * 9 + [1.0])
    untrained = charts.digit_probabilities([0.1] * 10, [0.1] * 10)
    for figure in (certain, untrained):
        assert figure["layout"]["yaxis"]["range"] == [0, 1]
        assert figure["layout"]["yaxis"]["autorange"] is False


def test_before_training_the_charts_say_what_will_appear(tiny):
    snapshot = Run(tiny).snapshot()
    for draw in (charts.learning_curve, charts.seconds_per_epoch, charts.noise_curve):
        figure = draw(snapshot)
        go.Figure(figure)
        (note,) = figure["layout"]["annotations"]
        assert note["text"].startswith("Press Start")


def test_a_line_per_batch_size_joins_all_test_points(run):
    snapshot = run.snapshot()
    figure = charts.learning_curve(snapshot)
    points = {(point.place.epochs, point.loss) for point in snapshot.test_points}
    lines = [trace for trace in figure["data"] if drawn(trace["x"])]
    assert {trace["name"] for trace in lines} == {"100", "50"}
    assert {pair for trace in lines for pair in zip(trace["x"], trace["y"], strict=True)} == points


def test_a_stretch_is_drawn_in_the_colour_of_the_size_at_work_however_short(tiny):
    run = Run(tiny, digits_between_tests=300)
    train_at(run, 100, 50, 150)
    figure = charts.learning_curve(run.snapshot())
    assert drawn(named(figure, "100")["x"]) == [0, pytest.approx(100 / 600)]
    assert drawn(named(figure, "50")["x"]) == pytest.approx([100 / 600, 150 / 600])
    assert drawn(named(figure, "150")["x"]) == pytest.approx([150 / 600, 300 / 600])


def test_the_loss_is_logarithmic_by_default_and_the_axis_says_so(run):
    axis = charts.learning_curve(run.snapshot())["layout"]["yaxis"]
    assert (axis["type"], axis["title"]["text"]) == ("log", "test loss, sum (log scale)")
    axis = charts.learning_curve(run.snapshot(), "accuracy")["layout"]["yaxis"]
    assert (axis["type"], axis["title"]["text"]) == ("linear", "test accuracy")


@pytest.mark.parametrize("against", ["epochs", "updates", "seconds"])
def test_the_latest_epochs_can_be_looked_at_alone(tiny, against):
    run = Run(tiny, Settings(batch_size=100), digits_between_tests=100)
    train_epochs(run, 5)
    snapshot = run.snapshot()
    layout = charts.learning_curve(snapshot, against=against, scale="latest")["layout"]
    points = [point for point in snapshot.test_points if point.place.epochs >= 2]
    first, last = layout["xaxis"]["range"]
    assert first == getattr(points[0].place, against)
    assert last >= getattr(points[-1].place, against)
    low, high = layout["yaxis"]["range"]
    assert low <= min(point.loss for point in points)
    assert max(point.loss for point in points) <= high < snapshot.test_points[0].loss


def test_the_latest_epochs_are_all_of_them_until_the_third_has_ended(tiny):
    run = Run(tiny, Settings(batch_size=100))
    train_epochs(run, 3)
    axes = charts.learning_curve(run.snapshot(), scale="latest")["layout"]
    assert axes["xaxis"]["autorange"]
    assert axes["yaxis"]["autorange"]


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


def test_changes_within_two_seconds_are_one_move_from_the_first_size_to_the_last(tiny, monkeypatch):
    seconds = iter((10, 11.5, 13, 20))
    monkeypatch.setattr("mnist_core.training.history.time", lambda: next(seconds))
    run = Run(tiny, digits_between_tests=100)
    train_at(run, 200, 100, 50, 10)
    train_epochs(run, 2)
    train_at(run, 20)
    train_epochs(run, 4)
    figure = charts.learning_curve(run.snapshot(), against="updates")
    assert [mark["x0"] for mark in figure["layout"]["shapes"]] == [
        1,
        run.snapshot().moves[1].place.updates,
    ]
    assert [line["name"] for line in figure["data"]] == ["10", "20", "200"]
    assert named(figure, "10")["x"][0] == 1


def test_a_move_that_leads_back_is_none(tiny, monkeypatch):
    monkeypatch.setattr("mnist_core.training.history.time", lambda: 10)
    run = Run(tiny)
    train_at(run, 200, 100, 200)
    assert run.snapshot().moves == []


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


def test_zoom_and_legend_are_kept_from_tick_to_tick_but_not_across_axes():
    run = run_of_some_epochs()
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
    bar = named(charts.seconds_per_epoch(run.snapshot()), "in progress")
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


def test_a_line_that_grows_keeps_the_points_that_are_drawn_and_gets_new_ones_at_its_end(tiny):
    run = Run(tiny, Settings(batch_size=50), digits_between_tests=100)
    train_epochs(run, 1)
    before = charts.learning_curve(run.snapshot())["data"][0]
    train_epochs(run, 2)
    after = charts.learning_curve(run.snapshot())["data"][0]
    count = len(before["x"])
    assert len(after["x"]) > count
    for old, new in ((before, after), (before["marker"], after["marker"])):
        for name in ("x", "y", "symbol", "size"):
            assert new.get(name, [])[:count] == old.get(name, [])


@pytest.fixture(scope="module")
def watched():
    """A run whose noise was watched now and then, which no test trains on."""
    return run_watched_now_and_then()


def run_watched_now_and_then() -> Run:
    """Half an epoch at 100 with the noise watched, one at 50 without, and more with it."""
    run = Run(made_up(600, 100), Settings(batch_size=100), digits_between_tests=100)
    run.watches_noise = True
    train_at(run, 100, 100, 100)
    run.watches_noise = False
    train_at(run, *[50] * 12)
    run.watches_noise = True
    before = len(run.snapshot().noise_points)
    while len(run.snapshot().noise_points) < before + 2:
        run.step()
    return run


@pytest.mark.parametrize("against", ["epochs", "updates", "seconds"])
@pytest.mark.parametrize("scale", ["log", "linear", "latest"])
@pytest.mark.parametrize("dark", [False, True])
def test_the_noise_scale_is_drawn_where_it_was_measured_on_a_logarithmic_axis(
    watched, against, scale, dark
):
    snapshot = watched.snapshot()
    figure = charts.noise_curve(snapshot, against, scale, dark)
    go.Figure(figure)
    line = named(figure, "noise scale N")
    points = snapshot.noise_points
    assert drawn(line["x"]) == [getattr(point.place, against) for point in points]
    assert drawn(line["y"]) == [point.noise_scale for point in points]
    assert figure["layout"]["yaxis"]["type"] == "log"


def test_where_nobody_watched_the_noise_its_line_has_a_gap(watched):
    line = named(charts.noise_curve(watched.snapshot()), "noise scale N")
    first_after = [point.follows for point in watched.snapshot().noise_points].index(False, 1)
    assert line["x"].index(None) == line["y"].index(None) == first_after
    assert line["x"].count(None) == 1


def test_the_noise_stands_beside_the_batch_size_of_each_stretch_between_two_test_points(watched):
    snapshot = watched.snapshot()
    line = named(charts.noise_curve(snapshot), "batch size")
    assert line["x"] == [point.place.epochs for point in snapshot.test_points]
    assert line["y"] == [point.batch_sizes[-1] for point in snapshot.test_points]
    assert {100, 50} == set(line["y"])


@pytest.mark.parametrize("against", ["epochs", "updates", "seconds"])
@pytest.mark.parametrize("scale", ["log", "latest"])
def test_the_noise_has_the_learning_curves_axis(against, scale):
    watched = run_watched_now_and_then()
    train_epochs(watched, 5)
    ghost = watched.fork()
    train_epochs(ghost, 6)
    since, snapshots = watched.snapshot().place, (watched.snapshot(), ghost.snapshot())
    curve = charts.learning_curve(
        snapshots[0], "sum", against, scale, ghost=snapshots[1], ghost_since=since
    )
    noise = charts.noise_curve(snapshots[0], against, scale, ghost=snapshots[1])
    axis = noise["layout"]["xaxis"]
    assert axis["title"] == curve["layout"]["xaxis"]["title"]
    assert axis.get("range") == curve["layout"]["xaxis"].get("range")
    farthest = [max(max(drawn(one["x"])) for one in chart["data"]) for chart in (curve, noise)]
    assert farthest[0] == farthest[1]


def test_the_noise_of_a_long_run_is_drawn_in_a_bounded_number_of_points(watched):
    snapshot = watched.snapshot()
    point = snapshot.noise_points[1]
    many = tuple(
        dataclasses.replace(point, noise_scale=1.0 + one, follows=True) for one in range(5_000)
    )
    figure = charts.noise_curve(dataclasses.replace(snapshot, noise_points=many))
    assert 300 < len(named(figure, "noise scale N")["x"]) <= 600


def test_the_noise_and_the_batch_size_are_named_on_different_sides_of_their_lines(watched):
    snapshot = watched.snapshot()
    named_at = charts.noise_curve(snapshot)["layout"]["annotations"][:2]
    assert {label["yanchor"] for label in named_at} == {"top", "bottom"}
    lower = min(named_at, key=lambda label: label["y"])
    assert lower["yanchor"] == "top"


def test_a_noise_line_that_grows_only_gets_new_points():
    watched = run_watched_now_and_then()
    before = charts.noise_curve(watched.snapshot())
    count = len(watched.snapshot().noise_points)
    while len(watched.snapshot().noise_points) == count:
        watched.step()
    after = charts.noise_curve(watched.snapshot())
    for old, new in zip(before["data"], after["data"], strict=True):
        assert new["x"][: len(old["x"])] == old["x"]
        assert new["y"][: len(old["y"])] == old["y"]
