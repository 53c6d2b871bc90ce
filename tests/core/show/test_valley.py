from __future__ import annotations

from dataclasses import replace
from math import log10

import pytest

from mnist_core.race import Plan, waiting
from mnist_core.race.scaling import target_scaling
from mnist_core.records import NoiseScales
from mnist_core.show import charts, valley
from tests.core.races import MACHINE, race_to_target, slow_to_the_target, updates_by_law
from tests.core.show.valley import FOLLOWS, STRAYS, TOO_FEW

READY = "Five sizes"


def scaling(race, target=3_000):
    return target_scaling(race, target)


def by_uid(figure):
    return {trace["uid"]: trace for trace in figure["data"]}


def marked(figure) -> dict[str, float]:
    """The batch size of each mark by its name, which stands at its line."""
    lines = [shape["x0"] for shape in figure["layout"]["shapes"]]
    names = figure["layout"]["annotations"]
    assert [10 ** name["x"] for name in names] == pytest.approx(lines)
    return {name["text"]: size for name, size in zip(names, lines, strict=True)}


def test_the_law_is_drawn_through_markers_in_their_sizes_colours_with_its_critical_size():
    figure = charts.law_chart(scaling(FOLLOWS))
    drawn = by_uid(figure)
    assert drawn["points"]["x"] == [1, 10, 50, 200, 1_000, 5_000]
    assert drawn["points"]["marker"]["color"][3] == charts.colour(200)
    assert "<b>5,000</b>" in drawn["points"]["text"]
    law = drawn["law"]
    for size, updates in zip(law["x"], law["y"], strict=True):
        assert updates == pytest.approx(5_000 * (1 + 400 / size), rel=1e-3)
    assert marked(figure) == {"B<sub>c</sub> = 400": pytest.approx(400, rel=1e-3)}


def test_the_noise_scale_is_marked_beside_the_critical_size_and_their_names_in_other_rows():
    figure = charts.law_chart(scaling(FOLLOWS), noise_scale=390.0)
    assert marked(figure).keys() == {"noise scale N = 390", "B<sub>c</sub> = 400"}
    assert len({name["yshift"] for name in figure["layout"]["annotations"]}) == 2


def test_a_noise_scale_beyond_all_sizes_is_on_the_axis_too():
    low, high = charts.law_chart(scaling(FOLLOWS), noise_scale=30_000.0)["layout"]["xaxis"]["range"]
    assert low < log10(1) < log10(30_000) < high


def test_the_valley_is_lowest_at_its_mark():
    figure = charts.valley_chart(scaling(FOLLOWS))
    valley = by_uid(figure)["measured"]
    lowest = valley["x"][valley["y"].index(min(valley["y"]))]
    (best,) = marked(figure).values()
    assert best == pytest.approx(200, rel=1e-3)
    assert lowest == pytest.approx(best, rel=0.1)


def test_a_larger_fixed_cost_moves_the_valley_to_the_right_on_the_same_axis():
    here, moved = (charts.valley_chart(scaling(FOLLOWS), factor) for factor in (1, 100))
    assert here["layout"]["xaxis"]["range"] == moved["layout"]["xaxis"]["range"]
    assert marked(moved)["100 × a: B* = 2,000"] == pytest.approx(2_000, rel=1e-3)
    assert by_uid(moved)["measured"] == by_uid(here)["measured"]
    assert by_uid(moved)["moved"]["line"]["dash"] != by_uid(moved)["measured"]["line"]["dash"]


@pytest.mark.parametrize("race", [FOLLOWS, STRAYS, TOO_FEW, None])
def test_both_charts_have_one_baseline_one_height_and_one_axis_of_sizes(race):
    shown = race and scaling(race)
    law, seconds = charts.law_chart(shown)["layout"], charts.valley_chart(shown)["layout"]
    assert law["margin"] == seconds["margin"]
    assert law["xaxis"] == seconds["xaxis"]


@pytest.mark.parametrize("draw", [charts.law_chart, charts.valley_chart])
def test_fewer_than_four_sizes_or_no_target_leave_a_word_and_no_line(draw):
    for shown in (None, scaling(TOO_FEW)):
        figure = draw(shown)
        assert figure["data"] == []
        assert "four sizes" in figure["layout"]["annotations"][0]["text"]


@pytest.mark.parametrize("draw", [charts.law_chart, charts.valley_chart])
def test_measured_points_that_the_law_misses_are_drawn_without_it(draw):
    figure = draw(scaling(STRAYS))
    assert list(by_uid(figure)) == ["points"]
    assert marked(figure) == {}


@pytest.mark.parametrize("critical", [1.5, 400, 50_000])
def test_every_mark_keeps_its_name_within_the_chart(critical):
    layout = charts.law_chart(scaling(race_to_target(updates_by_law(5_000, critical))))["layout"]
    low, high = layout["xaxis"]["range"]
    (name,) = layout["annotations"]
    share = (name["x"] - low) / (high - low)
    assert name["xanchor"] == ("left" if share < 0.2 else "right" if share > 0.8 else "center")


def test_the_law_is_said_with_its_figures_and_its_largest_residual():
    said = valley.law(FOLLOWS, scaling(FOLLOWS), READY)
    assert "**B_c = 400** and S_min = 5,000 updates" in said
    assert "by 0%, and nowhere by more" in said


def test_a_critical_size_beyond_all_that_got_there_is_called_a_guess():
    race = race_to_target(updates_by_law(5_000, 20_000))
    assert "**B_c = 20,000** (beyond the largest" in valley.law(race, scaling(race), READY)


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("same", "tends to make B_c too small"),
        ("square_root", "derived for Adam"),
        ("linear", "**B**"),
        ("tuned", "the best of the learning rates tried"),
    ],
)
def test_the_law_is_said_with_how_the_race_chose_its_learning_rates(rule, words):
    race = replace(FOLLOWS, plan=replace(FOLLOWS.plan, rule=rule))
    assert words in valley.law(race, scaling(race), READY)


def test_what_a_law_lacks_is_said_with_what_brings_it():
    nobody = waiting(Plan(), MACHINE)
    assert f"**{READY}** starts a race" in valley.law(nobody, None, READY)
    assert "halved its test loss" in valley.law(FOLLOWS, None, READY)
    few = valley.law(TOO_FEW, scaling(TOO_FEW), READY)
    assert "of 3,000; 3 have." in few
    assert f"**{READY}**" in few
    assert "none have" in valley.law(FOLLOWS, scaling(FOLLOWS, 10), READY)
    strayed = valley.law(STRAYS, scaling(STRAYS), READY)
    assert strayed.startswith("**No law is drawn**: it misses the updates at ")
    assert "more than 33%" in strayed


def test_a_target_at_which_the_law_fits_is_named_where_it_does_not_at_this_one():
    assert "With 1,000 typed as **Target loss** it is drawn" in valley.law(
        FOLLOWS, scaling(FOLLOWS, 900), READY
    )


def test_where_updates_only_shrink_with_the_size_the_missing_law_is_explained():
    race = race_to_target({size: 6e6 / size for size in (1, 10, 100, 1_000)})
    assert "as fast as the batch size grows" in valley.law(race, scaling(race), READY)


def test_the_best_size_is_said_and_where_a_larger_fixed_cost_would_move_it():
    here, moved = (valley.valley(scaling(FOLLOWS), factor) for factor in (1, 100))
    assert "**B* = √(a·B_c/b) = 200**" in here
    assert "100 times" not in here
    assert "100 times as large, **B* would be 2,000**" in moved


@pytest.mark.parametrize(
    ("cost", "words"), [((1e-3, 0.0), "beyond the full batch"), ((0.0, 1e-5), "below 1")]
)
def test_where_digits_or_updates_cost_nothing_the_best_size_is_at_the_end(cost, words):
    race = race_to_target(updates_by_law(5_000, 400), cost)
    assert words in valley.valley(scaling(race), 1)
    assert marked(charts.valley_chart(scaling(race))) == {}


def test_without_law_or_fitting_cost_the_valley_says_what_it_needs():
    assert "needs the law" in valley.valley(None, 1)
    assert "needs the law" in valley.valley(scaling(STRAYS), 1)


def test_a_valley_that_misses_the_measured_seconds_is_not_drawn_and_says_which():
    shown = scaling(slow_to_the_target(FOLLOWS, 2.5))
    assert list(by_uid(charts.valley_chart(shown))) == ["points"]
    said = valley.valley(shown, 1)
    assert said.startswith("**No valley is drawn**: it misses the seconds at ")
    assert "by 60%, more than 53%" in said


def places(figure) -> dict[int, str]:
    points = by_uid(figure)["points"]
    return dict(zip(points["x"], points["textposition"], strict=True))


@pytest.mark.parametrize(
    ("times", "left", "right"),
    [(0.9, "bottom left", "bottom right"), (1.1, "top right", "top left")],
)
def test_a_size_is_named_on_the_side_of_the_valley_on_which_its_marker_is(times, left, right):
    names = places(charts.valley_chart(scaling(slow_to_the_target(FOLLOWS, times))))
    assert (names[1], names[5_000]) == (left, right)


def test_a_size_above_its_curve_is_named_below_it_where_a_mark_hangs():
    slow = scaling(slow_to_the_target(FOLLOWS, 1.1))
    assert places(charts.valley_chart(slow))[1_000] == "top left"
    assert places(charts.valley_chart(slow, fixed_cost=10))[1_000] == "bottom right"


def test_marks_hang_from_the_top_down_to_their_curve():
    figure = charts.law_chart(scaling(FOLLOWS), noise_scale=100.0)
    for line in figure["layout"]["shapes"]:
        assert line["y0"] == pytest.approx(5_000 * (1 + 400 / line["x0"]), rel=1e-3)
        assert log10(line["y1"]) == figure["layout"]["yaxis"]["range"][1]


def test_the_noise_scales_are_said_with_the_network_that_they_belong_to():
    said = valley.noise(NoiseScales(200, 326, 113.4, 317.8))
    assert "113 in the untrained network" in said
    assert "**318** in that of batch size 200 when it had reached the target, 326 updates" in said


def test_each_size_has_a_row_with_its_residuals_and_none_where_there_is_no_law():
    rows = valley.rows(scaling(FOLLOWS))
    assert [row["batch_size"] for row in rows] == [1, 10, 50, 200, 1_000, 5_000]
    for row in rows:
        assert row["law"] == pytest.approx(row["updates"], rel=1e-2)
        assert row["off_law"] == pytest.approx(1 - row["law"] / row["updates"])
        assert row["off_valley"] == pytest.approx(1 - row["valley"] / row["seconds"])
    assert {row["law"] for row in valley.rows(scaling(STRAYS))} == {None}
    assert {row["off_valley"] for row in valley.rows(scaling(STRAYS))} == {None}
