from __future__ import annotations

from dataclasses import replace

import pytest

from mnist_core import Place, TestPoint
from mnist_core.race import Plan, tables, waiting, words
from mnist_core.race.luck import differences
from mnist_core.race.results import by_size, cost_line, epoch_time, reached, standings
from tests.core.race.conftest import MACHINE, made_up_race, with_last_losses


def points(*losses: float) -> list[TestPoint]:
    return [
        TestPoint(Place(1_000 * at, at / 10, 100 * at, 2.0 * at), (10,), loss, 0.5, 0.1)
        for at, loss in enumerate(losses)
    ]


def test_a_target_is_reached_between_the_two_test_points_around_it():
    bracket = reached(points(5_000, 4_000, 2_000, 1_000), 2_500)
    assert (bracket.before.updates, bracket.after.updates) == (100, 200)
    assert bracket.at("updates") == pytest.approx(175)
    assert bracket.at("seconds") == pytest.approx(3.5)


def test_a_target_is_reached_the_first_time_and_not_where_the_loss_comes_back():
    bracket = reached(points(5_000, 2_000, 3_000, 1_000), 2_500)
    assert bracket.after.updates == 100


def test_a_target_met_exactly_is_reached():
    assert reached(points(5_000, 2_500), 2_500).at("updates") == 100


def test_a_target_that_no_test_point_meets_is_not_reached():
    assert reached(points(5_000, 2_501), 2_500) is None
    assert reached([], 2_500) is None


def test_a_target_that_the_untrained_network_meets_is_reached_at_0():
    assert reached(points(5_000), 6_000).at("seconds") == 0


@pytest.mark.parametrize(("a", "b"), [(2e-4, 3e-6), (0.0, 1e-5), (1e-3, 0.0)])
def test_the_cost_line_recovers_a_and_b(a, b):
    line = cost_line({size: a + b * size for size in (1, 10, 200, 2_000, 60_000)})
    assert line.per_update == pytest.approx(a, abs=1e-12)
    assert line.per_digit == pytest.approx(b, abs=1e-12)
    assert line.fits
    assert all(abs(residual) < 1e-6 for residual in line.residuals.values())


def test_the_cost_line_is_never_negative_and_says_where_it_does_not_fit():
    line = cost_line({1: 1e-4, 10: 1e-3, 100: 5e-4, 1_000: 9e-3})
    assert line.per_update >= 0
    assert line.per_digit >= 0
    assert not line.fits
    assert "does not fit" in words.cost(line)


def test_one_size_makes_no_line():
    assert cost_line({200: 1e-3}) is None
    assert "Two batch sizes" in words.cost(None)


def test_a_part_of_an_epoch_is_scaled_to_a_whole_one():
    record = made_up_race({10: [9e3, 1e3], 200: [9e3, 2e3]}, {10: 1.0, 200: 0.5})
    entry = record.entries[0]
    part = replace(entry, epochs=(), place=Place(6_000, 0.1, 600, 0.2))
    time = epoch_time([part], 60_000)
    assert time.median == pytest.approx(2.0)
    assert time.share == pytest.approx(0.1)
    assert epoch_time([entry], 60_000).seconds == (1.0,)


def test_standings_compare_at_what_all_sizes_have_reached():
    record = made_up_race({1: [9e3, 1e3, 500], 2_000: [9e3, 8e3, 7e3]}, {1: 8.0, 2_000: 0.5})
    reading, standing = standings(record, "epochs")
    assert reading == 2
    assert [one.batch_size for one in standing] == [1, 2_000]
    reading, standing = standings(record, "seconds")
    assert reading == 1.0
    assert [(one.batch_size, one.loss) for one in standing] == [(2_000, 7e3), (1, None)]


def test_the_verdict_names_who_is_ahead_by_which_clock():
    # By seconds, 10 has had one epoch of 1 s when 200 has had four.
    record = made_up_race(
        {10: [9e3, 3e3, 2e3, 1.5e3, 1e3], 200: [9e3, 5e3, 4e3, 3e3, 2e3]}, {10: 1.0, 200: 0.25}
    )
    told = words.verdict(record)
    assert "After 4.00 epochs, which all have had, batch size 10 has the lowest" in told
    assert "Within 1.0 s of training, which all have had, batch size 200 has the lowest" in told
    assert told.endswith("So the ranking turns over with the clock.")


def test_there_is_no_verdict_over_one_size_or_none():
    assert words.verdict(made_up_race({10: [9e3, 1e3]}, {10: 1.0})) == ""
    assert words.verdict(waiting(Plan(), MACHINE)) == ""


def test_a_size_that_dropped_out_has_no_standing():
    record = made_up_race(
        {1: [9e3, 1e3], 10: [9e3, 2e3], 200: [9e3, 3e3]}, dict.fromkeys((1, 10, 200), 1.0)
    )
    out = replace(record.entries[0], state="dropped out")
    record = replace(record, entries=(out, *record.entries[1:]))
    assert {one.batch_size for one in standings(record, "epochs")[1]} == {10, 200}


def repeated(*last: tuple[float, float]):
    record = made_up_race({10: [9e3, 1e3], 200: [9e3, 2e3]}, {10: 1.0, 200: 0.5}, repeats=3)
    losses = {(10, seed): pair[0] for seed, pair in enumerate(last)}
    losses |= {(200, seed): pair[1] for seed, pair in enumerate(last)}
    return with_last_losses(record, losses)


def test_differences_are_paired_by_seed():
    (difference,) = differences(repeated((900, 1000), (1900, 2001), (400, 501)), 200, "test_loss")
    assert difference.values == (-100, -101, -101)
    assert difference.mean == pytest.approx(-100.667, abs=1e-3)
    # By hand: standard deviation 0.5774, t = 4.303 at two degrees of freedom.
    assert difference.high - difference.mean == pytest.approx(4.303 * 0.57735 / 3**0.5, abs=1e-3)
    assert difference.bigger_than_luck
    assert words.luck(difference) == "bigger than luck: 10 has the lower loss"


def test_a_difference_that_changes_its_sign_may_be_luck():
    (difference,) = differences(repeated((900, 1000), (1100, 1000), (990, 1000)), 200, "test_loss")
    assert not difference.bigger_than_luck
    assert words.luck(difference).startswith("may be luck")


def test_seconds_per_epoch_are_compared_too():
    (difference,) = differences(repeated((1, 1), (1, 1), (1, 1)), 200, "epoch_seconds")
    assert difference.values == (0.5, 0.5, 0.5)
    assert "10 is slower" in words.luck(difference)


def test_a_single_seed_and_a_seed_that_is_missing_say_nothing_of_luck():
    assert (
        differences(made_up_race({10: [9, 1], 200: [9, 2]}, {10: 1.0, 200: 1.0}), 200, "test_loss")
        == []
    )
    record = repeated((900, 1000), (900, 1000), (900, 1000))
    out = replace(record.entries[-1], state="dropped out")
    record = replace(record, entries=(*record.entries[:-1], out))
    assert differences(record, 200, "test_loss") == []


def test_the_table_tells_when_the_target_was_reached():
    record = made_up_race({10: [9e3, 1e3], 200: [9e3, 5e3]}, {10: 1.0, 200: 0.5})
    reached_it, missed_it = tables.result_rows(record, target=3_000)
    assert reached_it["updates_to_target"] == 4_500
    assert reached_it["seconds_to_target"] == pytest.approx(0.75)
    assert missed_it["updates_to_target"] is None


def test_csv_holds_every_test_point_of_every_runner():
    record = made_up_race({10: [9e3, 1e3], 200: [9e3, 5e3]}, {10: 1.0, 200: 0.5})
    header, *rows = tables.points_csv(record).splitlines()
    assert header.startswith("way,batch_size,learning_rate,seed,state,epochs")
    assert len(rows) == 4
    assert rows[-1] == "memory,200,0.0001,0,finished,1.0,60000,300,0.5,5000.0,0.9,0.1"


def test_sizes_stand_in_order_whatever_order_they_were_chosen_in():
    record = made_up_race({200: [9e3, 1e3], 10: [9e3, 1e3]}, {10: 1.0, 200: 0.5})
    assert list(by_size(record)) == [10, 200]
