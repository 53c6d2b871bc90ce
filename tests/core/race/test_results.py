from __future__ import annotations

from dataclasses import replace

import pytest

from mnist_core import Budget, Normalization, Place, Setup, TestPoint
from mnist_core.race import Plan, RaceRecord, waiting
from mnist_core.race.plan import Value
from mnist_core.race.results import (
    by_size,
    by_value,
    common_target,
    cost_line,
    epoch_time,
    reached,
    standings,
)
from mnist_core.race.statistics import differences
from mnist_core.show import race_names, race_sentences, race_tables, race_verdict
from tests.core.races import (
    MACHINE,
    made_up_race,
    made_up_races_at_one_size,
    with_last_losses,
)


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
    assert "does not fit" in race_sentences.cost(line)


def test_one_size_makes_no_line():
    assert cost_line({200: 1e-3}) is None
    assert "Two batch sizes" in race_sentences.cost(None)


def test_a_part_of_an_epoch_is_scaled_to_a_whole_one():
    record = made_up_race({10: [9e3, 1e3], 200: [9e3, 2e3]}, {10: 1.0, 200: 0.5})
    competitor = record.competitors[0]
    part = replace(competitor, epochs=(), place=Place(6_000, 0.1, 600, 0.2))
    time = epoch_time([part], 60_000)
    assert time.median == pytest.approx(2.0)
    assert time.share == pytest.approx(0.1)
    assert epoch_time([competitor], 60_000).seconds == (1.0,)


def test_standings_compare_at_what_all_sizes_have_reached():
    record = made_up_race({1: [9e3, 1e3, 500], 2_000: [9e3, 8e3, 7e3]}, {1: 8.0, 2_000: 0.5})
    reading, standing = standings(record, "epochs")
    assert reading == 2
    assert [one.value for one in standing] == [1, 2_000]
    reading, standing = standings(record, "seconds")
    assert reading == 1.0
    assert [(one.value, one.loss) for one in standing] == [(2_000, 7e3), (1, None)]


def test_the_verdict_says_who_leads_by_each_clock_and_why():
    # By seconds, 10 has had one epoch of 1 s when 200 has had four.
    record = made_up_race(
        {10: [9e3, 3e3, 2e3, 1.5e3, 1e3], 200: [9e3, 5e3, 4e3, 3e3, 2e3]}, {10: 1.0, 200: 0.25}
    )
    assert race_verdict.verdict(record) == [
        "**Who leads depends on the clock.**",
        "**By epochs** (4 each): 10 leads with 1,000, because it has made 24,000 updates "
        "(200 only 1,200).",
        "**By updates** (1,200 each): not enough data at 10.",
        "**By seconds** (1.0 s each): 200 leads with 2,000, because it has seen 240,000 digits "
        "(10 only 60,000).",
    ]


def test_a_lead_that_more_updates_do_not_explain_says_so():
    record = made_up_race(
        {1: [9e3, 3e3], 10: [9e3, 1e3], 200: [9e3, 5e3]}, dict.fromkeys((1, 10, 200), 1.0)
    )
    epochs = next(line for line in race_verdict.verdict(record) if "By epochs" in line)
    assert epochs.endswith(
        "10 leads with 1,000, because it has made 6,000 updates (200 only 300), although 1 has "
        "made more updates: 60,000."
    )


def test_equal_losses_share_the_lead():
    record = made_up_race({10: [9e3, 1e3], 200: [9e3, 1e3]}, {10: 1.0, 200: 1.0})
    epochs = next(line for line in race_verdict.verdict(record) if "By epochs" in line)
    assert epochs == "**By epochs** (1 each): 10 and 200 share the lead."


def untested(size: int, record: RaceRecord) -> RaceRecord:
    """The race with no test pass yet at that size."""
    competitors = [
        replace(one, state="racing", test_points=one.test_points[:1])
        if one.batch_size == size
        else one
        for one in record.competitors
    ]
    return replace(record, competitors=tuple(competitors))


def test_a_size_without_a_test_pass_is_named_and_never_ranked():
    losses = {10_000: [9e3, 1e3], 10: [9e3, 2e3], 200: [9e3, 3e3]}
    record = untested(10_000, made_up_race(losses, dict.fromkeys(losses, 1.0)))
    epochs = next(line for line in race_verdict.verdict(record) if "By epochs" in line)
    assert epochs == (
        "**By epochs** (1 each): 10 leads with 2,000, because it has made 6,000 updates (200 only "
        "300); not enough data at 10,000."
    )


def test_one_size_with_a_test_pass_is_not_ranked():
    record = untested(1, made_up_race({1: [9e3, 1e3], 10: [9e3, 2e3]}, {1: 1.0, 10: 1.0}))
    verdict = race_verdict.verdict(record)
    assert len(verdict) == 3
    assert all("not enough data at 1" in line and "leads" not in line for line in verdict)


def test_one_size_alone_is_not_ranked_and_before_a_race_nothing_is_said():
    alone = race_verdict.verdict(made_up_race({10: [9e3, 1e3]}, {10: 1.0}))
    assert len(alone) == 3
    assert all(line.endswith("not enough data.") for line in alone)
    assert race_verdict.verdict(waiting(Plan(), MACHINE)) == []


def test_a_repeat_that_has_just_begun_does_not_undo_the_verdict():
    record = made_up_race({10: [9e3, 1e3], 200: [9e3, 2e3]}, {10: 1.0, 200: 0.5}, repeats=3)
    first = race_verdict.verdict(record)
    second = [
        replace(one, state="racing", place=Place(10, 0.0, 1, 0.01), test_points=one.test_points[:1])
        if one.start.seed
        else one
        for one in record.competitors
    ]
    assert race_verdict.verdict(replace(record, competitors=tuple(second))) == first


def raced(what: str, losses: dict[Value, list[float]], repeats: int = 1) -> RaceRecord:
    return made_up_race(losses, dict.fromkeys(losses, 0.5), repeats, what)


def test_a_race_of_orders_says_how_often_the_loss_rose_and_why():
    losses = {"shuffled": [9e3, 3e3, 2e3], "sorted by label": [9e3, 12e3, 7e3]}
    headline, *lines, why = race_verdict.verdict(raced("order", losses))
    assert headline == "**Shuffled leads by every clock.**"
    assert lines == [
        "**By epochs** (2 each): shuffled leads with 2,000.",
        "**By seconds** (1.0 s each): shuffled leads with 2,000.",
    ]
    assert why.startswith(
        "From test pass to test pass the loss rose 1 of 2 times sorted by label, 0 of 2 times "
        "shuffled. Where thousands of one label come in a row, the network "
    )


def test_learning_rates_and_normalizations_lead_by_their_names():
    rates = raced("learning_rate", {0.1: [9e3, 5e3, 8e3], 1e-6: [9e3, 8e3, 7e3]})
    headline, *_, why = race_verdict.verdict(rates)
    assert headline == "**0.000001 leads by every clock.**"
    assert "rose 1 of 2 times at 0.1, 0 of 2 times at 0.000001. All make the same updates" in why
    own = Normalization(0.1306604762738429, 0.30810780385646264)
    losses = {Normalization(0, 1): [9e3, 5e3], own: [9e3, 4e3], Normalization(): [9e3, 6e3]}
    record = raced("normalization", losses)
    headline, *_, why = race_verdict.verdict(record)
    assert headline == "**MNIST’s own leads by every clock.**"
    assert why.startswith("All see the same digits; normalization sets")
    assert race_sentences.epoch_seconds(record) == (
        "An epoch takes 0.50 s not normalized, 0.50 s normalized by MNIST’s own and 0.50 s "
        "normalized by the tutorial’s."
    )


def test_times_that_differ_by_chance_are_given_without_a_ratio():
    losses = {"shuffled": [9e3, 3e3], "stored": [9e3, 2e3]}
    record = made_up_race(losses, {"shuffled": 1.0, "stored": 2.0}, raced="order")
    assert race_sentences.epoch_seconds(record) == (
        "An epoch takes 1.0 s shuffled and 2.0 s stored."
    )


@pytest.mark.parametrize("repeats", [1, 3])
def test_every_competitor_of_a_race_at_one_size_has_a_standing_and_a_row(repeats):
    for record in made_up_races_at_one_size(repeats):
        values = record.plan.values
        assert list(by_value(record)) == [*values]
        assert {one.value for one in standings(record, "epochs")[1]} == {*values}
        assert common_target(record) == min(4_000, 1_000 * len(values))
        named = [row["competitor"] for row in race_tables.result_rows(record, None)]
        assert named == repeats * [race_names.name(value) for value in values]
        assert len({*named}) == len(values)


def test_orders_are_compared_seed_by_seed():
    losses = {"shuffled": [9e3, 3e3], "sorted by label": [9e3, 8e3]}
    record = raced("order", losses, repeats=3)
    (row,) = race_tables.luck_rows(record, "shuffled", "test_loss")
    assert row["competitors"] == "sorted by label against shuffled"
    assert row["mean"] == 5_000
    assert row["verdict"] == "bigger than luck: sorted by label has the higher loss"


def test_a_caption_begins_with_what_is_raced_and_says_what_is_the_same_for_all():
    plan = Plan((50,), Budget(epochs=1), orders=("shuffled", "sorted by label"))
    assert race_sentences.settings(plan) == (
        "Orders shuffled and sorted by label · batch size 50 · 1 epoch each · learning rate 0.0001 "
        "for all · seed 0 · normalized by mean 0.5 and standard deviation 0.5"
    )
    assert race_sentences.same_start(plan) == "Every run begins with the same weights (seed 0)."
    plan = Plan((50,), learning_rates=(0.01, 1e-6))
    assert race_sentences.settings(plan).startswith(
        "Learning rates 0.000001 and 0.01 · batch size 50 · 3 epochs each · seed 0 · normalized"
    )
    plan = Plan((50,), normalizations=(Normalization(), Normalization(0, 1), Normalization(2, 3)))
    caption = race_sentences.settings(plan)
    assert caption.startswith(
        "Normalizations the tutorial’s (0.5, 0.5), not normalized (0, 1) and (2, 3) · batch size 50"
    )
    assert "normalized by mean" not in caption


def test_ratios_of_seconds_are_always_said_of_the_slower():
    for seconds in ({1: 128.0, 200: 7.4}, {200: 7.4, 1: 128.0}):
        record = made_up_race({size: [9e3, 1e3] for size in seconds}, seconds)
        assert race_sentences.epoch_seconds(record) == (
            "An epoch takes 128 s at 1 and 7.4 s at 200: 17 × longer at 1 than at 200."
        )
    equal = made_up_race({1: [9e3, 1e3], 2: [9e3, 1e3]}, {1: 1.0, 2: 1.0})
    assert race_sentences.epoch_seconds(equal) == "An epoch takes 1.0 s at 1 and 1.0 s at 2."


def test_a_race_is_told_with_all_its_settings_and_every_learning_rate():
    assert race_sentences.settings(Plan()) == (
        "Batch sizes 1, 10, 200 and 2,000 · 3 epochs each · learning rate 0.0001 for all · seed 0 "
        "· normalized by mean 0.5 and standard deviation 0.5 · digits shuffled anew each epoch"
    )
    other = Plan(
        (2, 800),
        Budget(seconds=10),
        rule="square_root",
        setup=Setup(4, "stored", Normalization(0, 1)),
        repeats=3,
    )
    assert race_sentences.settings(other) == (
        "Batch sizes 2 and 800 · 10 s of training each · learning rate × √(B / 200): 0.00001 at 2 "
        "and 0.0002 at 800 · seeds 4 to 6 · normalized by mean 0 and standard deviation 1 "
        "· digits in stored order"
    )


def test_the_target_that_results_give_is_one_that_every_size_has_reached():
    record = made_up_race({1: [9e3, 1e3, 800.0], 200: [9e3, 3_211.0, 3_300.0]}, {1: 8.0, 200: 0.5})
    target = common_target(record)
    assert target == 3_300
    assert all(reached(one.test_points, target) for one in record.competitors)
    assert common_target(waiting(Plan(), MACHINE)) is None


@pytest.mark.parametrize("loss", [5e5, 4_600.0, 0.0])
def test_a_size_that_has_not_halved_its_loss_or_has_none_left_sets_no_target(loss):
    record = made_up_race({1: [9e3, 1e3], 200: [9e3, loss]}, {1: 8.0, 200: 0.5})
    assert common_target(record) == 1_000


def test_a_size_that_dropped_out_has_no_standing():
    record = made_up_race(
        {1: [9e3, 1e3], 10: [9e3, 2e3], 200: [9e3, 3e3]}, dict.fromkeys((1, 10, 200), 1.0)
    )
    out = replace(record.competitors[0], state="dropped out")
    record = replace(record, competitors=(out, *record.competitors[1:]))
    assert {one.value for one in standings(record, "epochs")[1]} == {10, 200}


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
    assert race_sentences.luck(difference) == "bigger than luck: 10 has the lower loss"


def test_a_difference_that_changes_its_sign_may_be_luck():
    (difference,) = differences(repeated((900, 1000), (1100, 1000), (990, 1000)), 200, "test_loss")
    assert not difference.bigger_than_luck
    assert race_sentences.luck(difference).startswith("may be luck")


def test_seconds_per_epoch_are_compared_too():
    (difference,) = differences(repeated((1, 1), (1, 1), (1, 1)), 200, "epoch_seconds")
    assert difference.values == (0.5, 0.5, 0.5)
    assert "10 is slower" in race_sentences.luck(difference)


def test_a_single_seed_and_a_seed_that_is_missing_say_nothing_of_luck():
    assert (
        differences(made_up_race({10: [9, 1], 200: [9, 2]}, {10: 1.0, 200: 1.0}), 200, "test_loss")
        == []
    )
    record = repeated((900, 1000), (900, 1000), (900, 1000))
    out = replace(record.competitors[-1], state="dropped out")
    record = replace(record, competitors=(*record.competitors[:-1], out))
    assert differences(record, 200, "test_loss") == []


def test_the_table_tells_when_the_target_was_reached():
    record = made_up_race({10: [9e3, 1e3], 200: [9e3, 5e3]}, {10: 1.0, 200: 0.5})
    reached_it, missed_it = race_tables.result_rows(record, target=3_000)
    assert reached_it["updates_to_target"] == 4_500
    assert reached_it["seconds_to_target"] == pytest.approx(0.75)
    assert missed_it["updates_to_target"] is None


def test_csv_holds_every_test_point_of_every_runner():
    record = made_up_race({10: [9e3, 1e3], 200: [9e3, 5e3]}, {10: 1.0, 200: 0.5})
    header, *rows = race_tables.points_csv(record).splitlines()
    assert header.startswith("way,batch_size,learning_rate,seed,state,epochs")
    assert len(rows) == 4
    assert rows[-1] == (
        "memory,200,0.0001,0,finished,1.0,60000,300,0.5,5000.0,0.9,0.1,shuffled,0.5,0.5"
    )


def test_sizes_stand_in_order_whatever_order_they_were_chosen_in():
    record = made_up_race({200: [9e3, 1e3], 10: [9e3, 1e3]}, {10: 1.0, 200: 0.5})
    assert list(by_size(record)) == [10, 200]
