from __future__ import annotations

import copy
import dataclasses
import math
import re
from itertools import product

import plotly.graph_objects as go
import pytest

from mnist_core import Run, Settings, Setup, Snapshot
from mnist_core.show import charts
from mnist_core.show.charts.curve import thinned
from mnist_core.training.history import History
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
    ("measure", "against", "span", "dark"),
    list(
        product(
            ("sum", "mean", "accuracy"),
            ("epochs", "updates", "seconds"),
            ("move", "whole"),
            (False, True),
        )
    ),
)
def test_every_learning_curve_is_a_valid_plotly_figure(run, measure, against, span, dark):
    figure = charts.learning_curve(run.snapshot(), measure, against, span, dark)
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
    for draw in (
        charts.learning_curve,
        charts.seconds_by_size,
        charts.seconds_per_epoch,
        charts.noise_curve,
    ):
        figure = draw(snapshot)
        go.Figure(figure)
        (note,) = figure["layout"]["annotations"]
        assert note["text"].startswith("Press Start")


def test_a_line_per_batch_size_joins_all_test_points(run):
    snapshot = run.snapshot()
    figure = charts.learning_curve(snapshot)
    points = {(point.place.seconds, point.loss) for point in snapshot.test_points}
    assert [trace["name"] for trace in figure["data"]] == ["100", "50"]
    assert {
        pair for line in figure["data"] for pair in zip(line["x"], line["y"], strict=True)
    } == points


def test_a_stretch_is_drawn_in_the_colour_of_the_size_at_work_however_short(tiny):
    run = Run(tiny, digits_between_tests=300)
    train_at(run, 100, 50, 150)
    figure = charts.learning_curve(run.snapshot(), against="epochs")
    assert drawn(named(figure, "100")["x"]) == [0, pytest.approx(100 / 600)]
    assert drawn(named(figure, "50")["x"]) == pytest.approx([100 / 600, 150 / 600])
    assert drawn(named(figure, "150")["x"]) == pytest.approx([150 / 600, 300 / 600])


def test_the_newest_stretch_is_thicker_than_older_ones_and_the_copy(run):
    snapshot = run.snapshot()
    kept, since = snapshot, snapshot.moves[0].place
    figure = charts.learning_curve(snapshot, kept=kept, kept_since=since)
    older, newest, copy = figure["data"]
    assert newest["name"] == "50"
    assert newest["line"]["width"] > max(older["line"]["width"], copy["line"]["width"])
    assert copy["line"]["dash"] == "dash"


def test_both_lines_carry_their_name_and_latest_value_at_their_ends(run):
    snapshot = run.snapshot()
    figure = charts.learning_curve(snapshot, kept=snapshot, kept_since=snapshot.moves[0].place)
    loss = f"{snapshot.test_points[-1].loss:,.0f}"
    texts = [label["text"] for label in figure["layout"]["annotations"][-2:]]
    assert texts == [f"<b>50<br>{loss}</b>", f"<b>50, kept<br>{loss}</b>"]
    anchors = {label["yanchor"] for label in figure["layout"]["annotations"][-2:]}
    assert anchors == {"top", "bottom"}, "they would overlap"


@pytest.mark.parametrize("against", ["epochs", "updates", "seconds"])
def test_after_a_move_the_view_is_the_time_around_it_and_the_losses_there(against):
    run = run_that_moved()
    snapshot = run.snapshot()
    layout = charts.learning_curve(snapshot, against=against)["layout"]
    moved = getattr(snapshot.moves[-1].place, against)
    first, last = layout["xaxis"]["range"]
    assert 0 < first < moved < getattr(snapshot.place, against) <= last
    low, high = layout["yaxis"]["range"]
    since = [point.loss for point in snapshot.test_points if point.place.updates >= 40]
    assert low <= min(since) < max(since) <= high < snapshot.test_points[0].loss
    whole = charts.learning_curve(snapshot, against=against, span="whole")["layout"]
    assert whole["xaxis"]["autorange"]
    assert whole["yaxis"]["autorange"]


def run_that_moved() -> Run:
    """A run of made-up losses: 20 s at 200, where it falls from 22,000, and 2 s at 1."""
    history = History(600)
    history.use(Settings(200))
    history.add_test(22_000, 0.1, 0.01)
    for update in range(40):
        history.add_update(10, 1.0, 0.5)
        history.add_test(10_000 / (update + 1) + 1_000, 0.9, 0.01)
    history.use(Settings(1))
    for update in range(40):
        history.add_update(1, 1.0, 0.05)
        history.add_test(2_000 - update * 10, 0.9, 0.01)
    return Recorded(history)


@dataclasses.dataclass
class Recorded:
    """Stands in for a run: gives snapshots of what its history holds."""

    history: History

    def snapshot(self) -> Snapshot:
        return self.history.snapshot(self.history.settings, Setup(), 10_000)


def test_the_first_test_of_an_untrained_network_does_not_set_the_axis_after_an_early_move():
    history = History(600)
    history.use(Settings(200))
    history.add_test(22_000, 0.1, 0.01)
    history.add_update(10, 1.0, 0.5)
    history.add_test(3_000, 0.1, 0.01)
    history.use(Settings(10))
    for loss in (2_900, 2_800, 2_700):
        history.add_update(10, 1.0, 0.5)
        history.add_test(loss, 0.1, 0.01)
    layout = charts.learning_curve(Recorded(history).snapshot())["layout"]
    assert layout["yaxis"]["range"][1] < 4_000


def test_a_loss_that_rises_after_a_move_is_explained_by_what_was_measured():
    history = History(60_000)
    history.use(Settings(200))
    history.add_update(200, 1.0, 0.5)
    history.add_test(2_800, 0.9, 0.01)
    history.use(Settings(1))
    for loss in (9_300, 4_000):
        history.add_update(1, 1.0, 0.5)
        history.add_test(loss, 0.9, 0.01)
    assert notes(history) == ["up to 9,300,<br>not back at 2,800 yet"]
    history.add_update(1, 1.0, 0.5)
    history.add_test(2_700, 0.9, 0.01)
    assert notes(history) == ["up to 9,300,<br>back at 2,800 after 3 updates"]


def notes(history: History) -> list[str]:
    layout = charts.learning_curve(Recorded(history).snapshot())["layout"]
    return [label["text"] for label in layout["annotations"] if label["text"].startswith("up")]


def test_a_loss_that_only_falls_after_a_move_has_no_note():
    history = History(60_000)
    history.use(Settings(200))
    history.add_update(200, 1.0, 0.5)
    history.add_test(2_800, 0.9, 0.01)
    history.use(Settings(1))
    history.add_update(1, 1.0, 0.5)
    history.add_test(2_850, 0.9, 0.01)
    assert notes(history) == []


def test_a_loss_that_falls_to_less_than_a_fifth_has_a_logarithmic_axis_and_accuracy_never():
    run = run_that_moved()
    whole = [
        charts.learning_curve(run.snapshot(), one, span="whole") for one in ("sum", "accuracy")
    ]
    assert [figure["layout"]["yaxis"]["type"] for figure in whole] == ["log", "linear"]
    near = charts.learning_curve(run.snapshot())
    assert near["layout"]["yaxis"]["type"] == "linear"


def test_each_move_is_marked_where_it_took_effect(run):
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
    figure = charts.learning_curve(run.snapshot(), against="updates", span="whole")
    assert [mark["x0"] for mark in figure["layout"]["shapes"]] == [
        1,
        run.snapshot().moves[1].place.updates,
    ]
    assert [line["name"] for line in figure["data"]] == ["10", "200", "20"]
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
    layout = charts.learning_curve(run.snapshot(), against="updates", span="whole")["layout"]
    assert len(layout["shapes"]) == 3
    assert layout["annotations"][0]["text"] == "200 → … → 20"


def test_an_older_stretch_carries_its_batch_size_at_its_end(run):
    layout = charts.learning_curve(run.snapshot(), against="epochs", span="whole")["layout"]
    (label,) = [label for label in layout["annotations"] if label["text"] == "<b>100</b>"]
    assert label["x"] == pytest.approx(2 + 1 / 6)


def test_a_range_chosen_for_the_empty_state_does_not_outlive_it(tiny, run):
    for chart in (charts.learning_curve, charts.seconds_by_size, charts.seconds_per_epoch):
        empty, filled = chart(Run(tiny).snapshot())["layout"], chart(run.snapshot())["layout"]
        for axis in ("xaxis", "yaxis"):
            assert empty[axis]["uirevision"] != filled[axis]["uirevision"]


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
    curve = charts.learning_curve(snapshot, against="epochs")
    bars = charts.seconds_per_epoch(snapshot)
    drawn_at = drawn(named(curve, "600")["x"])
    assert len(drawn_at) <= 300 + 6 * 20 + 2
    assert drawn_at[0] == 0
    assert drawn_at[-1] == count
    assert len(named(bars, "600")["x"]) == 100
    assert named(bars, "600")["x"][-1] == count


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


def test_bars_stack_training_at_each_size_and_the_test_of_each_epoch(run):
    snapshot = run.snapshot()
    figure = charts.seconds_per_epoch(snapshot)
    assert figure["layout"]["barmode"] == "stack"
    hundreds, fifties, tests = (named(figure, name) for name in ("100", "50", "testing time"))
    moved = snapshot.epochs[2]
    assert hundreds["x"] == [1, 2, 3], "people count epochs from 1"
    assert fifties["x"] == [3, 4]
    assert hundreds["y"][2] + fifties["y"][0] == pytest.approx(moved.train_seconds)
    assert tests["y"] == [epoch.test_seconds for epoch in snapshot.epochs]


def test_neighbouring_bars_of_one_size_share_its_label(run):
    labels = charts.seconds_per_epoch(run.snapshot())["layout"]["annotations"]
    assert [label["text"] for label in labels] == ["<b>100</b>", "<b>50</b>"]


def history_at(*stretches: tuple[int, int, float]) -> Recorded:
    """A run of 600 digits an epoch: a size, how many digits at it, and seconds for each."""
    history = History(600)
    for size, digits, seconds in stretches:
        history.use(Settings(size))
        for _update in range(digits // 10):
            history.add_update(10, 1.0, 10 * seconds)
    return Recorded(history)


def bar_lengths(figure) -> tuple[list[float], list[float]]:
    outline, measured, _dots = figure["data"]
    return outline["x"], measured["x"]


def test_each_size_has_a_bar_from_zero_as_long_as_the_median_of_its_epochs():
    recorded = history_at((200, 1800, 0.001), (10, 1200, 0.01))
    figure = charts.seconds_by_size(recorded.snapshot())
    go.Figure(figure)
    assert figure["layout"]["xaxis"]["range"][0] == 0
    outline, measured = bar_lengths(figure)
    assert measured == pytest.approx([6.0, 0.6])
    assert outline == measured
    assert len(figure["data"][2]["x"]) == 3 + 2, "a dot for each epoch"


def test_a_size_that_has_trained_for_less_than_an_epoch_is_an_outline_that_fills_up():
    recorded = history_at((200, 600, 0.001), (1, 60, 0.02))
    figure = charts.seconds_by_size(recorded.snapshot())
    outline, measured = bar_lengths(figure)
    assert outline == pytest.approx([12.0, 0.6])
    assert measured == pytest.approx([1.2, 0.6])
    text = figure["layout"]["annotations"][0]["text"]
    assert text == "<b>≈ 12 s</b>  20 × longer"


def test_an_epoch_at_two_sizes_counts_for_each_by_the_digits_trained_at_it():
    recorded = history_at((200, 300, 0.001), (10, 300, 0.01), (200, 300, 0.003))
    times = recorded.snapshot()
    assert times.time_at(200).epochs == pytest.approx((1.2,))
    assert times.time_at(10).epoch_seconds(600) == pytest.approx(6.0)


def test_a_size_that_a_move_passed_through_has_no_bar(monkeypatch):
    seconds = iter((10, 11, 12))
    monkeypatch.setattr("mnist_core.training.history.time", lambda: next(seconds))
    recorded = history_at((200, 600, 0.001), (100, 20, 0.001), (50, 20, 0.001))
    figure = charts.seconds_by_size(recorded.snapshot())
    assert [re.sub("<[^>]*>", "", name) for name in figure["layout"]["yaxis"]["ticktext"]] == [
        "50",
        "200",
    ]


def test_the_bars_of_sizes_are_found_again_in_a_fork():
    recorded = history_at((200, 300, 0.001))
    fork = copy.deepcopy(recorded.history)
    recorded.history.add_update(10, 1.0, 1.0)
    assert Recorded(fork).snapshot().time_at(200).digits == 300


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
    before = charts.learning_curve(run.snapshot())["data"][-1]
    train_epochs(run, 2)
    after = charts.learning_curve(run.snapshot())["data"][-1]
    count = len(before["x"])
    assert len(after["x"]) > count
    for name in ("x", "y"):
        assert after[name][:count] == before[name]


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
@pytest.mark.parametrize("span", ["move", "whole"])
@pytest.mark.parametrize("dark", [False, True])
def test_the_noise_scale_is_drawn_where_it_was_measured_on_a_logarithmic_axis(
    watched, against, span, dark
):
    snapshot = watched.snapshot()
    figure = charts.noise_curve(snapshot, against, span, dark)
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
    line = named(charts.noise_curve(snapshot, "epochs"), "batch size")
    points = thinned(snapshot)
    assert line["x"] == [point.place.epochs for point in points]
    assert line["y"] == [point.batch_sizes[-1] for point in points]
    assert {100, 50} == set(line["y"])


@pytest.mark.parametrize("against", ["epochs", "updates", "seconds"])
@pytest.mark.parametrize("span", ["move", "whole"])
def test_the_noise_has_the_learning_curves_axis(against, span):
    watched = run_watched_now_and_then()
    train_epochs(watched, 5)
    kept = watched.fork()
    train_epochs(kept, 6)
    since, snapshots = watched.snapshot().place, (watched.snapshot(), kept.snapshot())
    curve = charts.learning_curve(
        snapshots[0], "sum", against, span, kept=snapshots[1], kept_since=since
    )
    noise = charts.noise_curve(snapshots[0], against, span, kept=snapshots[1])
    axis = noise["layout"]["xaxis"]
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
