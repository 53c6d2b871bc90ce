"""A race that tries several learning rates for each batch size."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mnist_core import Budget, Settings
from mnist_core.race import Plan, Race, RaceRecord, from_json, to_json, waiting
from mnist_core.race.plan import TRIED_RATES, TUNED_RATES
from mnist_core.race.statistics import differences
from mnist_core.race.tuning import at_best_rates
from mnist_core.show import race_sentences, race_tables
from tests.core.races import MACHINE, competitor_to_target, made_up_competitor, run_to_the_end

PLAN = Plan((50, 200), rule="tuned")
BEST = {50: TRIED_RATES[1], 200: TRIED_RATES[-1]}  # times the square-root rule's


def made_up(losses: dict[int, list[float]], others: list[float]) -> RaceRecord:
    """A race that has ended, with these losses at the best rate of each size."""
    best = {PLAN.settings(size, tried) for size, tried in BEST.items()}
    competitors = [
        made_up_competitor(
            start, losses[start.settings.batch_size] if start.settings in best else others, 0.5
        )
        for heat in PLAN.heats()
        for start in heat
    ]
    return RaceRecord(PLAN, MACHINE, len(TRIED_RATES) - 1, tuple(competitors))


def test_each_size_tries_every_rate_in_a_heat_of_its_own():
    heats = PLAN.heats()
    assert len(heats) == len(TRIED_RATES)
    for heat, tried in zip(heats, TRIED_RATES, strict=True):
        rates = [start.settings.learning_rate for start in heat]
        assert rates == pytest.approx([0.5e-4 * tried, 1e-4 * tried])
        assert [start.settings.batch_size for start in heat] == [50, 200]


@pytest.mark.parametrize("beside", [{"repeats": 3}, {"tutorial": "tenth"}])
def test_rates_are_tuned_with_one_seed_and_not_beside_the_tutorials_way(beside):
    with pytest.raises(ValueError, match="one seed, and not the tutorial's way"):
        replace(PLAN, **beside)


def test_a_rate_beyond_what_is_allowed_is_refused_with_its_size():
    with pytest.raises(ValueError, match="size 60,000 the learning rate 1"):
        Plan((60_000,), rule="tuned", learning_rate=1e-3)


def test_the_best_rate_gets_to_the_target_in_the_fewest_updates():
    record = made_up({50: [23e3, 2e3, 1.9e3], 200: [23e3, 2e3, 1.9e3]}, [23e3, 4e3, 1e3])
    best = at_best_rates(record, target=3_000)
    assert [one.settings for one in best.competitors] == [
        PLAN.settings(size, tried) for size, tried in BEST.items()
    ]


def test_where_nobody_has_got_to_the_target_the_best_rate_has_the_lowest_loss():
    record = made_up({50: [23e3, 8e3, 5e3], 200: [23e3, 9e3, 7e3]}, [23e3, 8.5e3, 8e3])
    best = at_best_rates(record, target=3_000)
    assert [one.settings for one in best.competitors] == [
        PLAN.settings(size, tried) for size, tried in BEST.items()
    ]


def test_a_race_without_tuning_is_left_as_it_is():
    record = waiting(Plan(), MACHINE)
    assert at_best_rates(record) is record


def swept(updates: dict[tuple[int, float], list[int]]) -> RaceRecord:
    """A sweep that has ended, with so many updates to 3,000 at each size and rate, seed by seed."""
    sizes, rates = {size for size, _ in updates}, {rate for _, rate in updates}
    plan = Plan(
        tuple(sizes),
        Budget(epochs=20, test_loss=3_000),
        rule="tuned",
        repeats=3,
        learning_rates=tuple(rates),
    )
    competitors = [
        competitor_to_target(start, updates[size, start.settings.learning_rate][start.seed])
        for heat in plan.heats()
        for start in heat
        for size in [start.settings.batch_size]
    ]
    return RaceRecord(plan, MACHINE, len(plan.heats()) - 1, tuple(competitors))


SWEPT = swept(
    {
        (10, 1e-4): [900, 1_000, 1_100],
        (10, 1e-3): [100, 2_000, 2_100],
        (200, 1e-4): [800, 810, 790],
        (200, 1e-3): [300, 310, 290],
    }
)


def test_a_sweep_tries_every_rate_at_every_size_with_every_seed():
    starts = [start for heat in SWEPT.plan.heats() for start in heat]
    combinations = {
        (one.settings.batch_size, one.settings.learning_rate, one.seed) for one in starts
    }
    assert len(starts) == len(combinations) == 2 * 2 * 3
    assert SWEPT.plan.raced == "batch_size"
    assert from_json(to_json(SWEPT)) == SWEPT


def test_a_sweep_takes_the_rate_whose_median_seed_needs_the_fewest_updates():
    best = at_best_rates(SWEPT, target=3_000).competitors
    chosen = {(one.batch_size, one.settings.learning_rate) for one in best}
    assert chosen == {(10, 1e-4), (200, 1e-3)}
    assert len(best) == 2 * 3
    said = race_sentences.best_rates(SWEPT, 3_000)
    assert "0.0001 at 10 (the lowest tried) and 0.001 at 200 (the highest tried)" in said
    assert "the best of 0.0001 and 0.001 for each size" in race_sentences.settings(SWEPT.plan)


def test_seeds_tell_whether_a_sizes_way_to_the_target_is_shorter_by_more_than_luck():
    (updates,) = differences(at_best_rates(SWEPT, 3_000), 10, "updates_to_target")
    assert updates.values == pytest.approx((300 - 900, 310 - 1_000, 290 - 1_100))
    assert "needs fewer updates" in race_sentences.luck(updates)
    (seconds,) = differences(at_best_rates(SWEPT, 3_000), 10, "seconds_to_target")
    assert seconds.mean < 0


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"batch_sizes": tuple(range(1, 14))}, "1 to 12 different batch sizes"),
        ({"learning_rates": ()}, "1 to 40 different learning rates"),
        ({"learning_rates": (0.1, 0.1)}, "1 to 40 different learning rates"),
        ({"learning_rates": (2.0,)}, "the learning rate must be"),
        ({"tutorial": "tenth"}, "not the tutorial's way"),
        ({"orders": ("stored",)}, "one batch size"),
    ],
)
def test_a_sweep_beyond_what_a_file_and_a_chart_hold_is_refused(changed, why):
    with pytest.raises(ValueError, match=why):
        replace(SWEPT.plan, **changed)


def test_the_choice_is_listed_with_what_it_was_made_by_and_a_rate_at_the_edge_is_called_so():
    record = made_up({50: [23e3, 2e3, 1.9e3], 200: [23e3, 2e3, 1.9e3]}, [23e3, 4e3, 1e3])
    said = race_sentences.best_rates(record, 3_000)
    assert "by updates to a test loss of 3,000: 0.0016 at 50 and 0.01 at 200 (the highest" in said
    assert "so far" not in said
    marked = [row for row in race_tables.result_rows(record, 3_000) if row["best_rate"] == "yes"]
    assert [row["competitor"] for row in marked] == ["50", "200"]
    assert race_sentences.best_rates(waiting(PLAN, MACHINE), None) == ""


def test_a_tuned_race_runs_heat_by_heat_and_can_be_saved_at_every_turn(tiny):
    race = Race(tiny, Plan((10, 100), Budget(epochs=2), rule="tuned"))
    while not race.ended:
        race.advance(0.001)
        heat = race.latest.of_heat(race.latest.heat)
        assert [one.batch_size for one in heat] == [10, 100]
        assert from_json(to_json(race.latest)) == race.latest
    assert {one.state for one in race.latest.competitors} == {"finished"}
    assert len(at_best_rates(race.latest).competitors) == 2


def test_a_size_that_is_dropped_out_tries_no_further_rate(tiny):
    race = Race(tiny, Plan((10, 100), Budget(epochs=1), rule="tuned"))
    race.drop_out(race.latest.competitors[1].start)
    states = {one.batch_size: one.state for one in run_to_the_end(race).competitors}
    assert states == {10: "finished", 100: "dropped out"}


def test_the_race_that_the_valley_offers_has_sizes_enough_for_the_law():
    assert len(TUNED_RATES.batch_sizes) > 4
    assert TUNED_RATES.settings(200) == Settings(200, 1e-4)
