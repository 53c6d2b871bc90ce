from __future__ import annotations

import threading

import pytest
import torch

from mnist_core import Budget, Run, Settings, Setup, training
from mnist_core.race import Plan, Race, RaceRecord
from mnist_core.show import race_sentences
from mnist_core.training import TutorialLearner
from tests.conftest import train_epochs
from tests.core.races import RACED_AT_ONE_SIZE, run_to_the_end


def test_all_competitors_begin_with_the_same_weights_and_meet_the_digits_in_the_same_order(tiny):
    race = Race(tiny, Plan(batch_sizes=(1, 10, 200), budget=Budget(epochs=1)))
    runs = list(race.runs.values())
    weights = [run.copy_learner().network.parameters for run in runs]
    assert all(torch.equal(weights[0], others) for others in weights)
    assert {run.snapshot().place.updates for run in runs} == {0}
    for run in runs:
        run.step()
    assert all(torch.equal(runs[0].sampler.order, run.sampler.order) for run in runs)
    untrained = {run.snapshot().test_points[0].loss for run in runs}
    assert len(untrained) == 1


def test_competitors_of_another_seed_begin_elsewhere(tiny):
    record = run_to_the_end(
        Race(tiny, Plan(batch_sizes=(100, 200), budget=Budget(epochs=1), repeats=3))
    )
    first = [competitor.test_points[0].loss for competitor in record.competitors]
    assert first[0] == first[1]
    assert len(set(first)) == 3


def test_clocks_never_differ_by_more_than_the_longest_turn(tiny):
    race = Race(tiny, Plan(batch_sizes=(1, 20, 600), budget=Budget(epochs=60)))
    clocks, longest = [0.0, 0.0, 0.0], 0.0
    for _ in range(60):
        race.advance(0.002)
        before, clocks = (
            clocks,
            [competitor.place.seconds for competitor in race.latest.competitors],
        )
        longest = max(longest, sum(clocks) - sum(before))
        assert max(clocks) - min(clocks) <= longest + 1e-9
    assert race.seconds == sum(clocks)


def test_the_one_with_the_least_training_time_goes_next(tiny):
    race = Race(tiny, Plan(batch_sizes=(1, 20, 600), budget=Budget(epochs=50)))
    for _ in range(30):
        clocks = [competitor.place.seconds for competitor in race.latest.competitors]
        behind = clocks.index(min(clocks))
        race.advance(0.002)
        after = [competitor.place.seconds for competitor in race.latest.competitors]
        assert [place for place in range(3) if after[place] > clocks[place]] == [behind]


@pytest.mark.parametrize(
    ("budget", "spent"),
    [
        (Budget(epochs=1.5), lambda competitor: competitor.place.digits == 900),
        (Budget(seconds=0.05), lambda competitor: 0.05 <= competitor.place.seconds < 0.5),
        (Budget(epochs=9, test_loss=1e9), lambda competitor: competitor.place.updates == 1),
    ],
)
def test_a_competitor_ends_where_its_budget_is_spent_and_is_tested_there(tiny, budget, spent):
    record = run_to_the_end(Race(tiny, Plan(batch_sizes=(10, 100), budget=budget)))
    assert record.over
    for competitor in record.competitors:
        assert competitor.state == "finished"
        assert spent(competitor)
        assert competitor.test_points[-1].place == competitor.place
        assert competitor.share_done == 1
        assert competitor.seconds_left == 0


def test_a_race_gives_what_each_run_gives_alone(tiny):
    plan = Plan(batch_sizes=(10, 100), budget=Budget(epochs=2), setup=Setup(seed=5))
    for competitor in run_to_the_end(Race(tiny, plan)).competitors:
        alone = Run(tiny, Settings(competitor.batch_size), Setup(seed=5))
        while len(alone.snapshot().epochs) < 2:
            alone.step()
        assert [epoch.test_loss for epoch in competitor.epochs] == [
            epoch.test_loss for epoch in alone.snapshot().epochs
        ]


@pytest.mark.parametrize("plan", RACED_AT_ONE_SIZE)
def test_a_race_of_something_else_than_sizes_gives_what_each_run_gives_alone(tiny, plan):
    for competitor in run_to_the_end(Race(tiny, plan)).competitors:
        alone = Run(tiny, competitor.settings, competitor.start.setup)
        train_epochs(alone, 1)
        (epoch,) = competitor.epochs
        assert epoch.test_loss == alone.snapshot().epochs[0].test_loss


def test_an_order_that_is_dropped_out_is_so_in_every_repeat_and_alone(tiny):
    orders = ("shuffled", "sorted by label")
    race = Race(tiny, Plan((100,), Budget(epochs=3), orders=orders, repeats=3))
    race.drop_out(race.latest.competitors[1].start)
    states = [competitor.state for competitor in run_to_the_end(race).competitors]
    assert states == 3 * ["finished", "dropped out"]


def test_one_dropped_out_keeps_its_records_and_the_others_go_on(tiny):
    race = Race(tiny, Plan(batch_sizes=(10, 100), budget=Budget(epochs=3), repeats=3))
    for _ in range(2):
        race.advance(0.001)
    dropped = race.latest.competitors[0]
    race.drop_out(dropped.start)
    record = run_to_the_end(race)
    assert record.competitors[0].place == dropped.place
    states = [(competitor.batch_size, competitor.state) for competitor in record.competitors]
    assert states == 3 * [(10, "dropped out"), (100, "finished")]


def test_a_stopped_race_is_over_for_all(tiny):
    race = Race(tiny, Plan(batch_sizes=(10, 100), budget=Budget(epochs=3)))
    race.advance(0.001)
    race.stop()
    assert race.ended
    assert {competitor.state for competitor in race.latest.competitors} == {"stopped"}
    before = race.latest
    race.advance(0.01)
    assert race.latest == before


def test_a_competitor_that_diverges_fails_and_the_others_go_on(tiny):
    plan = Plan(batch_sizes=(2, 200), budget=Budget(epochs=3))
    race = Race(tiny, plan)
    run = next(iter(race.runs.values()))
    with torch.no_grad():
        run.learner.network.parameters.fill_(float("nan"))
    failed, other = run_to_the_end(race).competitors
    assert failed.state == "failed"
    assert "no longer a finite number" in failed.error
    assert other.state == "finished"
    assert "failed" in race_sentences.progress(failed)


def test_a_competitor_that_cannot_begin_fails_and_the_others_go_on(tiny, monkeypatch):
    race = Race(tiny, Plan(batch_sizes=(100, 200), budget=Budget(epochs=1), repeats=3))

    def only_the_smaller(mnist, settings, *others, **options):
        if settings.batch_size == 200:
            raise RuntimeError("DefaultCPUAllocator: can't allocate memory")
        return Run(mnist, settings, *others, **options)

    monkeypatch.setattr(training, "Run", only_the_smaller)
    record = run_to_the_end(race)
    states = [(competitor.batch_size, competitor.state) for competitor in record.competitors]
    assert states[:2] == [(100, "finished"), (200, "finished")]
    assert states[2:] == [(100, "finished"), (200, "failed")] * 2
    assert record.competitors[3].error == "there is not enough memory for a new network"


def test_what_a_turn_shows_never_hides_that_the_race_was_stopped_meanwhile(tiny, monkeypatch):
    race = Race(tiny, Plan(batch_sizes=(100, 200), budget=Budget(epochs=50)))
    stopper = threading.Thread(target=race.stop)

    def stopped_before_it_is_shown(**members):
        record = RaceRecord(**members)
        if stopper.ident is None:
            stopper.start()
            stopper.join(0.05)  # as far as it comes
        return record

    monkeypatch.setattr("mnist_core.race.race.RaceRecord", stopped_before_it_is_shown)
    race.advance(0.001)
    stopper.join()
    assert race.ended
    assert race.latest.over


def test_the_tutorials_way_runs_beside_the_others_and_tells_its_loading_time(mnist):
    plan = Plan(batch_sizes=(200,), budget=Budget(epochs=0.05), tutorial="tenth")
    race = Race(mnist, plan)
    by_tutorial = [isinstance(run.learner, TutorialLearner) for run in race.runs.values()]
    assert by_tutorial == [False, True, True]
    # Ten turns of each are enough to see the times; whole, it would take a tenth of an epoch.
    for _ in range(30):
        race.advance(0.01)
    memory, *tutorial = race.latest.competitors
    assert memory.loading_seconds is None
    for competitor in tutorial:
        assert 0 < competitor.loading_seconds < competitor.place.seconds
        untrained = memory.test_points[0].loss
        assert competitor.test_points[0].loss == pytest.approx(untrained, rel=1e-6)


def test_a_race_records_what_each_test_pass_takes_the_first_16_test_digits_for(tiny):
    race = Race(tiny, Plan(batch_sizes=(10, 100), budget=Budget(epochs=2)))
    runs = list(race.runs.values())
    record = run_to_the_end(race)
    for run, competitor in zip(runs, record.competitors, strict=True):
        at_the_end = run.predict(tiny.test.images[:16]).argmax(dim=1).tolist()
        assert [*competitor.test_points[-1].guesses] == at_the_end
        assert {len(point.guesses) for point in competitor.test_points} == {16}
    first, second = (competitor.test_points for competitor in record.competitors)
    assert first[0].guesses == second[0].guesses
    assert first[-1].guesses != first[0].guesses
