from __future__ import annotations

from dataclasses import replace
from math import inf

import pytest

from mnist_core.race import Plan, waiting
from mnist_core.race.results import CostLine
from mnist_core.race.scaling import (
    Valley,
    first_at_target,
    fitting_target,
    scaling_law,
    target_scaling,
)
from tests.core.races import (
    MACHINE,
    SIX_SIZES,
    race_to_target,
    slow_to_the_target,
    updates_by_law,
    with_last_losses,
)

SIZES = (1, 10, 100, 1_000, 10_000)


def test_the_law_is_found_again_in_counts_that_follow_it():
    law = scaling_law(updates_by_law(50, 400))
    assert (law.fewest_updates, law.critical_size) == pytest.approx((50, 400))
    assert law.fits
    assert law.updates(400) == pytest.approx(100)


def test_below_four_sizes_there_is_no_law():
    assert scaling_law(updates_by_law(50, 400, SIZES[:3])) is None


def test_counts_that_follow_another_law_show_by_their_residuals():
    law = scaling_law({size: 10_000 / size**0.5 for size in SIZES})
    assert not law.fits
    assert max(law.residuals.values(), key=abs) == pytest.approx(law.residuals[100], abs=2)


@pytest.mark.parametrize("critical", [100_000, 1e20])
def test_where_larger_batches_pay_in_full_there_is_no_law(critical):
    assert scaling_law({size: 60_000 / size for size in SIZES}) is None
    assert scaling_law(updates_by_law(5, critical)) is None


def test_the_seconds_are_least_at_the_best_size():
    law = scaling_law(updates_by_law(50, 400))
    valley = Valley(law, CostLine(per_update=1e-4, per_digit=1e-6, residuals={}))
    assert valley.best_size == pytest.approx(200)
    best = valley.seconds(200)
    assert best == pytest.approx((1e-4 + 2e-4) * 150)
    assert best < valley.seconds(180)
    assert best < valley.seconds(220)


def test_a_larger_fixed_cost_of_an_update_wants_larger_batches():
    law = scaling_law(updates_by_law(50, 400))
    valley = Valley(law, CostLine(per_update=1e-4, per_digit=1e-6, residuals={}))
    assert valley.with_fixed_cost(100).best_size == pytest.approx(2_000)
    free = Valley(law, CostLine(per_update=1e-4, per_digit=0.0, residuals={}))
    assert free.best_size == inf


@pytest.mark.parametrize("repeats", [1, 3])
def test_a_race_that_follows_the_law_gives_its_critical_and_its_best_size_back(repeats):
    race = race_to_target(updates_by_law(5_000, 400), (1e-4, 1e-6), repeats)
    scaling = target_scaling(race, 3_000)
    law, valley = scaling.fitting_law, scaling.fitting_valley
    assert (law.fewest_updates, law.critical_size) == pytest.approx((5_000, 400), rel=1e-3)
    assert valley.best_size == pytest.approx(200, rel=1e-3)
    assert scaling.updates[50] == pytest.approx(45_000, rel=1e-3)
    assert scaling.seconds[50] == pytest.approx(45_000 * 1.5e-4, rel=1e-3)
    assert scaling.seconds_residuals == pytest.approx(dict.fromkeys(SIX_SIZES, 0), abs=1e-3)


def test_fewer_than_four_sizes_at_the_target_give_neither_law_nor_valley():
    scaling = target_scaling(race_to_target(updates_by_law(5_000, 400, (1, 10, 200))), 3_000)
    assert len(scaling.updates) == 3
    assert scaling.law is scaling.fitting_law is scaling.fitting_valley is None
    missed = target_scaling(race_to_target(updates_by_law(5_000, 400)), 900)
    assert missed.updates == {}
    assert missed.law is None


def test_updates_far_from_the_law_give_no_law_to_be_drawn_and_no_valley():
    race = race_to_target({size: 100_000 / size**0.5 for size in SIZES})
    scaling = target_scaling(race, 3_000)
    assert not scaling.law.fits
    assert scaling.fitting_law is scaling.fitting_valley is None


def test_where_the_line_of_an_updates_cost_does_not_fit_there_is_a_law_and_no_valley():
    race = race_to_target(updates_by_law(5_000, 400))
    slow = race.competitors[2]
    points = tuple(
        replace(point, place=replace(point.place, seconds=5 * point.place.seconds))
        for point in slow.test_points
    )
    slow = replace(slow, place=points[-1].place, test_points=points)
    race = replace(race, competitors=(*race.competitors[:2], slow, *race.competitors[3:]))
    scaling = target_scaling(race, 3_000)
    assert scaling.fitting_law is not None
    assert not scaling.cost.fits
    assert scaling.fitting_valley is None


@pytest.mark.parametrize(("times", "fits"), [(1, True), (1.5, True), (2.5, False)])
def test_a_valley_far_from_the_measured_seconds_is_not_drawn(times, fits):
    race = slow_to_the_target(race_to_target(updates_by_law(5_000, 400)), times)
    scaling = target_scaling(race, 3_000)
    off = dict.fromkeys(SIX_SIZES, 1 - 1 / times)
    assert scaling.seconds_residuals == pytest.approx(off, abs=1e-2)
    assert (scaling.fitting_valley is not None) == fits


def test_a_size_counts_when_every_repeat_of_it_that_has_ended_has_reached_the_target():
    race = race_to_target(updates_by_law(5_000, 400), repeats=3)
    assert 200 in target_scaling(race, 3_000).updates
    missed = with_last_losses(race, {(200, 1): 4e3})
    assert 200 not in target_scaling(missed, 3_000).updates
    going = tuple(
        replace(one, state="racing") if one.batch_size == 200 and one.start.seed == 1 else one
        for one in missed.competitors
    )
    assert 200 in target_scaling(replace(missed, competitors=going), 3_000).updates


def test_a_target_that_the_untrained_network_meets_is_reached_by_none():
    assert target_scaling(race_to_target(updates_by_law(5_000, 400)), 25_000).updates == {}


def test_a_race_that_nobody_has_begun_has_no_law():
    scaling = target_scaling(waiting(Plan(), MACHINE), 3_000)
    assert (scaling.updates, scaling.law, scaling.cost, scaling.fitting_valley) == (
        {},
        None,
        None,
        None,
    )


def test_the_target_that_four_sizes_have_reached_is_named_where_the_law_fits_there():
    race = with_last_losses(
        race_to_target(updates_by_law(5_000, 400)), {(1, 0): 2_340.0, (5_000, 0): 2_900.0}
    )
    assert fitting_target(race) == 1_000
    lone = with_last_losses(race, dict.fromkeys([(10, 0), (50, 0), (200, 0)], 4_000.0))
    assert fitting_target(lone) == 4_000
    assert fitting_target(race_to_target(updates_by_law(5_000, 400, (1, 10, 200)))) is None


def test_the_first_at_the_target_is_the_one_that_took_the_fewest_seconds_to_its_test_pass():
    race = race_to_target(updates_by_law(5_000, 400), cost=(1e-4, 1e-6))
    first, place = first_at_target(race, 3_000)
    assert first.batch_size == 200
    assert place.updates == pytest.approx(1.1 * 15_000)
    assert first_at_target(race, 10) is None
    assert first_at_target(race, 30_000) is None, "the untrained network is below it"
