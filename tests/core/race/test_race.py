from __future__ import annotations

import threading

import pytest
import torch

from mnist_core import Budget, Run, Settings, Setup
from mnist_core.race import Plan, Race, RaceRecord, words
from mnist_core.tutorial import TutorialRun
from tests.core.race.conftest import run_to_the_end


def test_all_runners_begin_with_the_same_weights_and_meet_the_digits_in_the_same_order(tiny):
    race = Race(tiny, Plan(batch_sizes=(1, 10, 200), budget=Budget(epochs=1)))
    runs = list(race._runs.values())
    weights = [run.copy_learner().network.parameters for run in runs]
    assert all(torch.equal(weights[0], others) for others in weights)
    assert {run.snapshot().place.updates for run in runs} == {0}
    for run in runs:
        run.step()
    assert all(torch.equal(runs[0]._order, run._order) for run in runs)
    untrained = {run.snapshot().test_points[0].loss for run in runs}
    assert len(untrained) == 1


def test_runners_of_another_seed_begin_elsewhere(tiny):
    record = run_to_the_end(
        Race(tiny, Plan(batch_sizes=(100, 200), budget=Budget(epochs=1), repeats=3))
    )
    first = [entry.test_points[0].loss for entry in record.entries]
    assert first[0] == first[1]
    assert len(set(first)) == 3


def test_clocks_never_differ_by_more_than_the_longest_turn(tiny):
    race = Race(tiny, Plan(batch_sizes=(1, 20, 600), budget=Budget(epochs=60)))
    clocks, longest = [0.0, 0.0, 0.0], 0.0
    for _ in range(60):
        race.advance(0.002)
        before, clocks = clocks, [entry.place.seconds for entry in race.latest.entries]
        longest = max(longest, sum(clocks) - sum(before))
        assert max(clocks) - min(clocks) <= longest + 1e-9
    assert race.seconds == sum(clocks)


def test_the_one_with_the_least_training_time_goes_next(tiny):
    race = Race(tiny, Plan(batch_sizes=(1, 20, 600), budget=Budget(epochs=50)))
    for _ in range(30):
        clocks = [entry.place.seconds for entry in race.latest.entries]
        behind = clocks.index(min(clocks))
        race.advance(0.002)
        after = [entry.place.seconds for entry in race.latest.entries]
        assert [place for place in range(3) if after[place] > clocks[place]] == [behind]


@pytest.mark.parametrize(
    ("budget", "spent"),
    [
        (Budget(epochs=1.5), lambda entry: entry.place.digits == 900),
        (Budget(seconds=0.05), lambda entry: 0.05 <= entry.place.seconds < 0.5),
        (Budget(epochs=9, test_loss=1e9), lambda entry: entry.place.updates == 1),
    ],
)
def test_a_runner_ends_where_its_budget_is_spent_and_is_tested_there(tiny, budget, spent):
    record = run_to_the_end(Race(tiny, Plan(batch_sizes=(10, 100), budget=budget)))
    assert record.over
    for entry in record.entries:
        assert entry.state == "finished"
        assert spent(entry)
        assert entry.test_points[-1].place == entry.place
        assert entry.share_done == 1
        assert entry.seconds_left == 0


def test_a_race_gives_what_each_run_gives_alone(tiny):
    plan = Plan(batch_sizes=(10, 100), budget=Budget(epochs=2), setup=Setup(seed=5))
    for entry in run_to_the_end(Race(tiny, plan)).entries:
        alone = Run(tiny, Settings(entry.batch_size), Setup(seed=5))
        while len(alone.snapshot().epochs) < 2:
            alone.step()
        assert [epoch.test_loss for epoch in entry.epochs] == [
            epoch.test_loss for epoch in alone.snapshot().epochs
        ]


def test_one_dropped_out_keeps_its_records_and_the_others_go_on(tiny):
    race = Race(tiny, Plan(batch_sizes=(10, 100), budget=Budget(epochs=3), repeats=3))
    for _ in range(2):
        race.advance(0.001)
    dropped = race.latest.entries[0]
    race.drop_out(dropped.start)
    record = run_to_the_end(race)
    assert record.entries[0].place == dropped.place
    states = [(entry.batch_size, entry.state) for entry in record.entries]
    assert states == 3 * [(10, "dropped out"), (100, "finished")]


def test_a_stopped_race_is_over_for_all(tiny):
    race = Race(tiny, Plan(batch_sizes=(10, 100), budget=Budget(epochs=3)))
    race.advance(0.001)
    race.stop()
    assert race.ended
    assert {entry.state for entry in race.latest.entries} == {"stopped"}
    before = race.latest
    race.advance(0.01)
    assert race.latest == before


def test_a_runner_that_diverges_fails_and_the_others_go_on(tiny):
    plan = Plan(batch_sizes=(2, 200), budget=Budget(epochs=3))
    race = Race(tiny, plan)
    run = next(iter(race._runs.values()))
    with torch.no_grad():
        run._learner.network.parameters.fill_(float("nan"))
    failed, other = run_to_the_end(race).entries
    assert failed.state == "failed"
    assert "no longer a finite number" in failed.error
    assert other.state == "finished"
    assert "failed" in words.progress(failed)


def test_a_runner_that_cannot_begin_fails_and_the_others_go_on(tiny, monkeypatch):
    race = Race(tiny, Plan(batch_sizes=(100, 200), budget=Budget(epochs=1), repeats=3))
    begin = race._run

    def only_the_smaller(start):
        if start.settings.batch_size == 200:
            raise RuntimeError("DefaultCPUAllocator: can't allocate memory")
        return begin(start)

    monkeypatch.setattr(race, "_run", only_the_smaller)
    record = run_to_the_end(race)
    states = [(entry.batch_size, entry.state) for entry in record.entries]
    assert states[:2] == [(100, "finished"), (200, "finished")]
    assert states[2:] == [(100, "finished"), (200, "failed")] * 2
    assert record.entries[3].error == "there is not enough memory for a new network"


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
    assert [type(run) for run in race._runs.values()] == [Run, TutorialRun, TutorialRun]
    # Ten turns of each are enough to see the times; whole, it would take a tenth of an epoch.
    for _ in range(30):
        race.advance(0.01)
    memory, *tutorial = race.latest.entries
    assert memory.loading_seconds is None
    for entry in tutorial:
        assert 0 < entry.loading_seconds < entry.place.seconds
        assert entry.test_points[0].loss == memory.test_points[0].loss
