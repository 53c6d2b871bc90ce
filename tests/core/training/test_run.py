from __future__ import annotations

import copy
import dataclasses
import json
import math
import operator
import time
from typing import Any

import pytest
import torch

from mnist_core import Run, Settings, Setup, Snapshot, TrainingError
from mnist_core.show import charts, sentences
from mnist_core.training import run as run_module
from mnist_core.training.noise import GradientNoise, gradient_noise
from tests.conftest import Witness, made_up, train_at, train_epochs, witnessed


@pytest.mark.parametrize("batch_size", [1, 7, 200, 599, 600, 60_000])
def test_every_digit_is_used_once_an_epoch(tiny, batch_size):
    run, witness = witnessed(tiny, batch_size)
    train_epochs(run, 2)
    assert sorted(witness.digits[:600]) == list(range(600))
    assert sorted(witness.digits[600:]) == list(range(600))


def test_every_digit_is_used_once_when_the_batch_size_changes_mid_epoch(tiny):
    run, witness = witnessed(tiny)
    train_at(run, 200, 50, 1, 1, 300, 60_000)
    assert [len(batch) for batch in witness.batches] == [200, 50, 1, 1, 300, 48]
    assert sorted(witness.digits) == list(range(600))
    assert len(run.snapshot().epochs) == 1


def test_new_settings_are_at_work_from_the_next_mini_batch_on(tiny):
    run, witness = witnessed(tiny, 200)
    run.step()
    run.settings = Settings(batch_size=50)
    run.step()
    assert [len(batch) for batch in witness.batches] == [200, 50]
    (change,) = run.snapshot().changes
    assert (change.place.digits, change.before.batch_size, change.after.batch_size) == (
        200,
        200,
        50,
    )


def test_a_change_taken_back_before_an_update_leaves_no_mark(tiny):
    run, _ = witnessed(tiny, 200)
    run.step()
    run.settings = Settings(batch_size=50)
    run.settings = Settings(batch_size=200)
    run.step()
    assert run.snapshot().changes == ()


def test_stored_order_is_the_files_in_every_epoch(tiny):
    run, witness = witnessed(tiny, 200, order="stored")
    train_epochs(run, 2)
    assert witness.digits == [*range(600), *range(600)]


def test_sorted_order_has_all_of_a_label_in_a_row_and_within_it_the_files_order(tiny):
    run, witness = witnessed(tiny, 200, order="sorted by label")
    train_epochs(run, 2)
    labels = tiny.train.labels.tolist()
    by_label = sorted(range(600), key=lambda digit: (labels[digit], digit))
    assert witness.digits == 2 * by_label


def test_shuffled_order_is_new_each_epoch_and_the_seeds_alone(tiny):
    orders = []
    for seed in (0, 0, 1):
        run, witness = witnessed(tiny, 200, seed=seed)
        train_epochs(run, 2)
        orders.append(witness.digits)
    assert orders[0] == orders[1] != orders[2]
    assert orders[0][:600] != orders[0][600:]


def test_an_epoch_at_more_than_one_size_is_mixed(tiny):
    run, _ = witnessed(tiny)
    train_at(run, 300, 300, 300, 100, 200)
    first, second = run.snapshot().epochs
    assert (first.batch_size, first.mixed) == (300, False)
    assert (second.batch_size, second.batch_sizes) == (None, (300, 100, 200))


def test_test_points_come_at_equal_counts_of_digits_whatever_the_size(tiny):
    places = []
    for batch_size in (1, 25, 100):
        settings = Settings(batch_size=batch_size)
        run = Run(tiny, settings, digits_between_tests=100, tests_after_change=())
        train_epochs(run, 1)
        places.append([point.place.digits for point in run.snapshot().test_points])
    assert places == [[0, 100, 200, 300, 400, 500, 600]] * 3


def test_test_points_come_soon_after_every_change_and_just_before_it(tiny):
    run, _ = witnessed(tiny, 1)
    for settings, updates in ((Settings(1), 150), (Settings(2), 120), (Settings(2, 0.001), 320)):
        run.settings = settings
        for _ in range(updates):
            run.step()
    points = [(one.place.updates, *one.batch_sizes) for one in run.snapshot().test_points]
    changed, epoch_ended = [150, 270], [375]
    soon_after = [30, 100, 180, 250, 300, 370, 570]
    assert points == [
        (update, 1 if update <= 150 else 2)
        for update in sorted([0, *changed, *epoch_ended, *soon_after])
    ]


def test_a_size_that_divides_nothing_does_not_shift_the_test_points(tiny):
    run = Run(tiny, Settings(batch_size=7), digits_between_tests=100, tests_after_change=())
    train_epochs(run, 1)
    places = [point.place.digits for point in run.snapshot().test_points]
    assert places == [0, 105, 203, 301, 406, 504, 600]


def test_epoch_seconds_and_updates_add_up_to_the_runs(tiny):
    run = Run(tiny, Settings(batch_size=60), digits_between_tests=100)
    train_epochs(run, 3)
    snapshot = run.snapshot()
    assert sum(epoch.train_seconds for epoch in snapshot.epochs) == pytest.approx(
        snapshot.place.seconds
    )
    assert sum(epoch.updates for epoch in snapshot.epochs) == snapshot.place.updates == 30


def test_the_training_clock_stands_still_during_test_passes(tiny):
    many = made_up(training=1, test=20_000).test
    run = Run(dataclasses.replace(tiny, test=many), Settings(batch_size=600))
    started = time.perf_counter()
    train_epochs(run, 3)
    took = time.perf_counter() - started
    tested = [point.seconds for point in run.snapshot().test_points]
    assert len(tested) == 4
    assert min(tested) > 0
    assert run.seconds + sum(tested) <= took


@pytest.mark.parametrize("copied", [Run.fork, copy.deepcopy])
def test_a_copy_continues_bit_for_bit(tiny, copied):
    run = Run(tiny, Settings(batch_size=70, learning_rate=0.01), digits_between_tests=200)
    for _ in range(5):
        run.step()
    twin = copied(run)
    for one in (run, twin):
        train_epochs(one, 4)
    assert [point.loss for point in run.snapshot().test_points] == [
        point.loss for point in twin.snapshot().test_points
    ]
    assert torch.equal(run.predict(tiny.test.images), twin.predict(tiny.test.images))


def test_a_copy_shares_the_digits_and_nothing_else(tiny):
    run = Run(tiny, Settings(batch_size=100))
    run.step()
    before = run.predict(tiny.test.images)
    twin = run.fork()
    assert copy.deepcopy(tiny) is tiny
    train_epochs(twin, 2)
    assert torch.equal(run.predict(tiny.test.images), before)
    assert run.snapshot().place.updates == 1


def test_a_copy_holds_the_same_records_and_goes_on_with_its_own(tiny):
    """However long a run has been, it is copied at once."""
    run = Run(tiny, Settings(batch_size=100))
    train_epochs(run, 1)
    run.step()
    run.advance(0)
    twin = run.fork()
    assert twin.latest is run.latest
    before = run.snapshot()
    assert all(map(operator.is_, before.test_points, twin.snapshot().test_points))
    twin.settings = Settings(batch_size=50)
    train_epochs(twin, 2)
    assert run.snapshot() == before
    assert len(twin.snapshot().epochs) == 2


def test_two_runs_of_one_setup_are_equal_bit_for_bit(tiny):
    losses = []
    for _ in range(2):
        run = Run(tiny, Settings(batch_size=100), Setup(seed=5))
        train_epochs(run, 2)
        losses.append([epoch.test_loss for epoch in run.snapshot().epochs])
    assert losses[0] == losses[1]


def test_a_loss_that_is_no_number_ends_the_run_and_keeps_its_history(tiny):
    run = Run(tiny, Settings(batch_size=100))
    train_epochs(run, 2)
    run.learner.network.parameters[0] = float("nan")
    run.advance(seconds=60)
    assert "the training loss is no longer a finite number at update 13" in run.latest.error
    assert len(run.latest.epochs) == 2
    assert all(math.isfinite(point.loss) for point in run.latest.loss_points)
    with pytest.raises(TrainingError):
        run.step()


def test_a_test_loss_that_is_no_number_leaves_only_records_that_can_be_drawn(tiny):
    run = Run(tiny, Settings(batch_size=300))
    train_epochs(run, 1)
    run.step()
    learner = run.learner
    run.learner = Witness()
    run.learner.evaluate = lambda _digits: (float("nan"), 0)
    run.advance(seconds=60)
    run.learner = learner
    assert "the test loss is no longer a finite number at update 4" in run.latest.error
    assert len(run.latest.epochs) == 1
    assert "nan" not in sentences.progress(run.latest)
    for measure in ("sum", "mean", "accuracy"):
        json.dumps(charts.learning_curve(run.latest, measure), allow_nan=False)
    json.dumps(charts.seconds_per_epoch(run.latest), allow_nan=False)


def test_time_left_is_unknown_until_new_settings_have_been_used(tiny):
    run = Run(tiny, Settings(batch_size=600))
    run.advance(seconds=0)
    run.settings = Settings(batch_size=1)
    assert run.snapshot().seconds_left is None
    run.advance(seconds=0)
    assert run.latest.seconds_left > 0


def test_a_test_loss_that_is_no_finite_number_ends_the_run_in_words(tiny):
    run = Run(tiny)
    run.learner.network.parameters.fill_(1e30)
    run.advance(seconds=1)
    assert "the test loss is no longer a finite number" in run.latest.error


def test_lack_of_memory_ends_the_run_in_words(tiny):
    run, witness = witnessed(tiny, 300)
    witness.update = _out_of_memory
    run.advance(seconds=1)
    assert run.latest.error == "there is not enough memory for a batch of 300"


def _out_of_memory(*_: object) -> float:
    raise RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate …")


def test_a_fault_in_a_test_pass_ends_the_run_in_words(tiny):
    run, witness = witnessed(tiny, 300)
    run.step()
    witness.evaluate = None
    run.advance(seconds=1)
    assert run.latest.error.startswith("a test pass failed (TypeError")
    assert run.latest.place.updates == 2


def test_lack_of_memory_in_a_test_pass_is_not_blamed_on_the_batch(tiny):
    run, witness = witnessed(tiny, 300)
    witness.evaluate = _out_of_memory
    run.advance(seconds=1)
    assert run.latest.error == "there is not enough memory for a test pass"


def test_a_step_that_fails_ends_the_run_so_that_no_digit_is_left_out(tiny):
    run, witness = witnessed(tiny, 300)
    learns, witness.update = witness.update, _out_of_memory
    with pytest.raises(TrainingError, match="not enough memory for a batch of 300"):
        run.step()
    witness.update = learns
    with pytest.raises(TrainingError, match="not enough memory for a batch of 300"):
        run.step()
    assert run.ended
    assert witness.batches == []


def test_a_learning_rate_that_diverges_ends_the_run_in_words_with_its_history_kept(tiny):
    run = Run(tiny, Settings(batch_size=300))
    train_epochs(run, 2)
    # The largest that is allowed makes the loss a thousand times worse, and no more.
    object.__setattr__(run.settings, "learning_rate", 1e30)
    run.advance(seconds=60)
    assert "is no longer a finite number at update" in run.latest.error
    assert "the learning rate or the normalization is too extreme" in run.latest.error
    assert len(run.latest.epochs) == run.latest.place.updates // 2 >= 2
    assert_all_can_be_drawn(run.latest)


def test_the_largest_learning_rate_leaves_only_records_that_can_be_drawn(tiny):
    run = Run(tiny, Settings(batch_size=60, learning_rate=1.0))
    train_epochs(run, 20)
    snapshot = run.snapshot()
    assert snapshot.test_points[-1].loss > 100 * snapshot.test_points[0].loss
    assert_all_can_be_drawn(snapshot)


def assert_all_can_be_drawn(snapshot: Snapshot) -> None:
    records = (*snapshot.test_points, *snapshot.loss_points)
    assert all(math.isfinite(record.loss) for record in records)


def test_a_turn_makes_at_least_one_update_and_publishes_it(tiny):
    run = Run(tiny)
    assert run.latest.untrained
    run.advance(seconds=0)
    assert run.latest.place.updates == 1
    assert run.latest.updates_per_second > 0


def test_at_a_tempo_a_turn_makes_one_update_between_two_test_passes(tiny):
    run, witness = witnessed(tiny, 7)
    train_at(run, 7, 7)
    run.tempo = 1.0
    for updates in (3, 4):
        run.advance(seconds=60)
        assert run.latest.place.updates == updates
        tested = [point.place.updates for point in run.latest.test_points[-2:]]
        assert tested == [updates - 1, updates]
        assert run.batch.digits == len(run.batch.indices) == 7
    assert list(run.batch.indices) == witness.batches[-1]


def test_at_a_tempo_the_next_update_is_not_due_at_once_and_at_full_speed_it_is(tiny):
    run = Run(tiny)
    run.advance(seconds=0)
    assert run.rests_until == 0
    run.tempo = 0.001
    for _ in range(2):
        run.advance(seconds=0)
    assert run.rests_until > time.monotonic() + 500


def test_of_a_large_mini_batch_the_first_digits_are_named(tiny):
    run, witness = witnessed(tiny, 300)
    run.tempo = 1.0
    run.advance(seconds=0)
    assert (run.batch.digits, run.batch.loss) == (300, 1.0)
    assert list(run.batch.indices) == witness.batches[0][:20]


def test_time_left_is_that_of_the_updates_left_at_the_current_size(tiny):
    run = Run(tiny, Settings(batch_size=100))
    run.advance(seconds=0)
    snapshot = run.latest
    assert snapshot.so_far.digits == 100
    assert snapshot.seconds_left == pytest.approx(5 / snapshot.updates_per_second)


def test_an_epoch_at_new_settings_is_estimated_after_their_first_turn(tiny):
    run = Run(tiny, Settings(batch_size=100))
    assert run.latest.epoch_seconds is None
    run.advance(seconds=0)
    run.settings = Settings(batch_size=7)
    assert run.snapshot().epoch_seconds is None
    run.advance(seconds=0)
    assert run.latest.epoch_seconds == pytest.approx(86 / run.latest.updates_per_second)


def test_a_snapshot_holds_no_tensor(tiny):
    run = Run(tiny, Settings(batch_size=100))
    train_epochs(run, 2)
    assert not list(_tensors(run.snapshot()))


def _tensors(value: Any):
    if isinstance(value, torch.Tensor):
        yield value
    if isinstance(value, tuple):
        for part in value:
            yield from _tensors(part)
    if dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            yield from _tensors(getattr(value, field.name))


def test_training_losses_are_thinned_without_losing_a_digit(tiny):
    run, _ = witnessed(tiny, 2)
    train_epochs(run, 8)
    points = run.snapshot().loss_points
    assert len(points) <= 2_000
    assert sum(point.digits for point in points) == 8 * 600
    assert all(point.loss == 1.0 for point in points)


def test_predictions_are_probabilities(tiny):
    probabilities = Run(tiny).predict(tiny.test.images)
    assert probabilities.shape == (100, 10)
    torch.testing.assert_close(probabilities.sum(dim=1), torch.ones(100))


@pytest.mark.parametrize("batch_size", [0, -1, 60_001, 2.5, "200", True])
def test_a_wrong_batch_size_is_refused_with_what_is_allowed(batch_size):
    with pytest.raises(ValueError, match="whole number from 1 to 60000"):
        Settings(batch_size=batch_size)


@pytest.mark.parametrize("rate", [0, -1, 1e9, float("nan"), float("inf"), "0.1"])
def test_a_wrong_learning_rate_is_refused_with_what_is_allowed(rate):
    with pytest.raises(ValueError, match="above 0 and at most 1"):
        Settings(learning_rate=rate)


@pytest.mark.parametrize("wrong", [{"seed": -1}, {"order": "sorted"}])
def test_a_wrong_setup_is_refused(wrong):
    with pytest.raises(ValueError, match="must be"):
        Setup(**wrong)


def test_a_run_counts_the_updates_it_has_made(tiny):
    run = Run(tiny)
    for _ in range(3):
        run.step()
    assert run.updates == run.snapshot().place.updates == 3


def test_the_noise_is_measured_over_the_test_digits_before_and_after_the_first_updates(tiny):
    run = Run(tiny, Settings(batch_size=100))
    run.watches_noise = True
    untrained = gradient_noise(run.learner, tiny.test).noise_scale
    train_epochs(run, 1)
    (point, *_) = run.snapshot().noise_points
    assert (point.place.updates, point.batch_size) == (0, 100)
    assert point.noise_scale == pytest.approx(untrained)
    assert point.noise_share(100) == pytest.approx(untrained / (untrained + 100))


def test_the_noise_is_measured_at_test_points_alone_and_in_a_tenth_of_the_time(tiny, monkeypatch):
    spent = _timed(monkeypatch, "gradient_noise")
    run = Run(tiny, Settings(batch_size=20), digits_between_tests=20)
    run.watches_noise = True
    while len(run.snapshot().noise_points) < 10:
        run.step()
    snapshot = run.snapshot()
    tested = {point.place for point in snapshot.test_points}
    assert {point.place for point in snapshot.noise_points} <= tested
    # The latest measurement is still to be made up for.
    seconds = snapshot.place.seconds + sum(point.seconds for point in snapshot.test_points)
    assert sum(spent[:-1]) <= 0.1 * seconds


def _timed(monkeypatch, name: str) -> list[float]:
    """The seconds that each call of that function of run.py takes from now on."""
    spent, original = [], getattr(run_module, name)

    def timed(*arguments: object) -> object:
        started = time.perf_counter()
        result = original(*arguments)
        spent.append(time.perf_counter() - started)
        return result

    monkeypatch.setattr(run_module, name, timed)
    return spent


def test_measuring_the_noise_leaves_the_clock_and_the_training_as_they_are(tiny, monkeypatch):
    hour, hours, clock = 3_600.0, 0, time.perf_counter
    monkeypatch.setattr(time, "perf_counter", lambda: clock() + hours * hour)

    def slow(*_: object) -> GradientNoise:
        nonlocal hours
        hours += 1
        return GradientNoise(100, 1.0, 2.0)

    monkeypatch.setattr(run_module, "gradient_noise", slow)
    watched, other = (Run(tiny, Settings(batch_size=100)) for _ in range(2))
    watched.watches_noise = True
    for run in (watched, other):
        train_epochs(run, 1)
    assert watched.snapshot().noise_points
    assert watched.seconds + sum(point.seconds for point in watched.snapshot().test_points) < hour
    assert torch.equal(watched.learner.network.parameters, other.learner.network.parameters)


def test_noise_that_nobody_watches_is_not_measured_and_leaves_a_gap(tiny):
    run = Run(tiny, Settings(batch_size=100), digits_between_tests=100)
    train_epochs(run, 1)
    assert run.snapshot().noise_points == ()
    for watched in (2, 4):
        run.watches_noise = True
        while len(run.snapshot().noise_points) < watched:
            run.step()
        run.watches_noise = False
        train_epochs(run, len(run.snapshot().epochs) + 1)
        assert len(run.snapshot().noise_points) == watched
    follows = [point.follows for point in run.snapshot().noise_points]
    assert follows == [False, True, False, True]


def test_at_a_tempo_the_noise_has_a_tenth_of_the_time_between_updates_too(tiny):
    run = Run(tiny, Settings(batch_size=20))
    run.watches_noise, run.tempo = True, 1.0
    run.advance(0)
    run.advance(0)
    # The first point is before any update; a second's tenth makes up for it.
    assert [point.place.updates for point in run.latest.noise_points] == [0, 1, 2]


def test_a_gradient_of_0_has_no_noise_scale(tiny, monkeypatch):
    monkeypatch.setattr(run_module, "gradient_noise", lambda *_: GradientNoise(100, 0.0, 1.0))
    run = Run(tiny, Settings(batch_size=100))
    run.watches_noise = True
    run.step()
    assert run.snapshot().noise_points == ()
