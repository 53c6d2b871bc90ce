"""What holds however the settings are moved while a run trains."""

from __future__ import annotations

import random
import subprocess
import sys
from collections import Counter
from itertools import accumulate, pairwise

import pytest
from hypothesis import given
from hypothesis import settings as search
from hypothesis import strategies as any_of

from mnist_core import Run, Scheduler, Settings, Snapshot
from mnist_core.training.run import TESTS_AFTER_CHANGE
from tests.conftest import Witness, made_up, train_at, wait_until

DIGITS = 600
BETWEEN_TESTS = 130  # divides nothing
TINY = made_up(training=DIGITS, test=100)
FEW = made_up(training=150, test=10)  # for a real network, which takes its time

batch_sizes = any_of.one_of(
    any_of.integers(1, 10), any_of.integers(1, DIGITS), any_of.integers(1, 60_000)
)
all_settings = any_of.builds(Settings, batch_sizes, any_of.floats(1e-9, 1.0))
# Each a change of the settings, and how many updates are then made: none where the slider moves on.
moves = any_of.lists(any_of.tuples(all_settings, any_of.integers(0, 5)), max_size=40)
quickly = search(max_examples=60, deadline=None, derandomize=True)


def witnessed_run() -> tuple[Run, Witness]:
    run = Run(TINY, learner=Witness, digits_between_tests=BETWEEN_TESTS)
    return run, run.learner


@quickly
@given(moves)
def test_whatever_is_moved_every_digit_is_used_once_an_epoch_and_the_records_agree(moves):
    run, witness = witnessed_run()
    used = []
    for settings, updates in moves:
        run.settings = settings
        for _ in range(updates):
            run.step()
            used.append(settings)
    check_digits(witness)
    check_records(run.snapshot(), witness)
    check_settings(run.snapshot(), witness, used)


@quickly
@given(moves, any_of.lists(any_of.booleans(), min_size=40, max_size=40))
def test_whatever_is_moved_it_holds_for_forks_and_turns_too(moves, forks):
    run, _ = witnessed_run()
    for (settings, turns), fork in zip(moves, forks, strict=False):
        before = run.snapshot()
        left = run
        run = run.fork() if fork else run
        run.settings = settings
        for _ in range(turns):
            run.advance(seconds=0)
        check_digits(run.learner)
        check_records(run.snapshot(), run.learner)
        if fork:
            assert left.snapshot() == before


@quickly
@given(moves)
def test_whatever_is_moved_a_real_network_gives_finite_records_or_ends_in_words(moves):
    run = Run(FEW)
    for settings, turns in moves:
        run.settings = settings
        for _ in range(turns):
            run.advance(seconds=0)
    snapshot = run.latest
    assert snapshot.error is None or "no longer a finite number" in snapshot.error
    assert all(abs(point.loss) < float("inf") for point in snapshot.test_points)
    assert all(abs(point.loss) < float("inf") for point in snapshot.loss_points)
    check_clocks(snapshot)


def test_a_slider_moved_as_fast_as_a_thread_can_breaks_nothing():
    run, witness = witnessed_run()
    scheduler = Scheduler(turn_seconds=0.005)
    scheduler.play(run)
    chance = random.Random(0)

    def moved_often_enough() -> bool:
        for size in chance.choices((1, 2, 7, 200, 599, 600, 60_000), k=20):
            run.settings = Settings(size)
        return len(run.latest.changes) >= 100

    wait_until(moved_often_enough)
    scheduler.pause(run)
    wait_until(lambda: not scheduler.is_live(run))
    scheduler.close()
    snapshot = run.snapshot()
    assert len(snapshot.changes) >= 100
    check_digits(witness)
    check_records(snapshot, witness)
    check_settings(snapshot, witness, settings_at_each_update(snapshot))


def check_digits(witness: Witness) -> None:
    """Each digit once in every whole epoch, and at most once in the one begun."""
    digits = witness.digits
    for begin in range(0, len(digits), DIGITS):
        epoch = digits[begin : begin + DIGITS]
        assert len(set(epoch)) == len(epoch)
        assert len(epoch) == DIGITS or begin + DIGITS > len(digits)


def check_records(snapshot: Snapshot, witness: Witness) -> None:
    """Counts, places and sums are those of the batches that were trained on."""
    counts = [len(batch) for batch in witness.batches]
    ends = list(accumulate(counts, initial=0))
    assert (snapshot.place.digits, snapshot.place.updates) == (ends[-1], len(counts))
    assert len(snapshot.epochs) == snapshot.so_far.epoch == ends[-1] // DIGITS
    assert snapshot.so_far.digits == ends[-1] % DIGITS
    updates = Counter((end - 1) // DIGITS for end in ends[1:])
    assert [epoch.updates for epoch in snapshot.epochs] == [
        updates[epoch] for epoch in range(len(snapshot.epochs))
    ]
    assert snapshot.so_far.updates == len(counts) - sum(e.updates for e in snapshot.epochs)
    changed = [0, *(change.place.updates for change in snapshot.changes)] if counts else []
    due = {
        update
        for update, (before, end) in enumerate(pairwise(ends), start=1)
        if end % DIGITS == 0 or end // BETWEEN_TESTS > before // BETWEEN_TESTS
    }
    soon_after = {
        begin + more
        for begin, end in pairwise([*changed, len(counts) + 1])
        for more in TESTS_AFTER_CHANGE
        if begin + more < end
    }
    tested = [point.place.updates for point in snapshot.test_points]
    assert tested == sorted({*changed, *due, *soon_after})
    assert [point.place.digits for point in snapshot.test_points] == [ends[at] for at in tested]
    assert all(len(point.batch_sizes) == 1 for point in snapshot.test_points)
    covered = snapshot.loss_points[-1].place.digits if snapshot.loss_points else 0
    assert sum(point.digits for point in snapshot.loss_points) == covered
    check_clocks(snapshot)


def check_clocks(snapshot: Snapshot) -> None:
    """No clock runs back, and the epochs' seconds are the run's."""
    for records in (snapshot.test_points, snapshot.loss_points, snapshot.changes):
        places = [*(record.place for record in records), snapshot.place]
        for clock in ("digits", "epochs", "updates", "seconds"):
            readings = [getattr(place, clock) for place in places]
            assert readings == sorted(readings)
    seconds = sum(epoch.train_seconds for epoch in snapshot.epochs) + snapshot.so_far.train_seconds
    assert abs(seconds - snapshot.place.seconds) < 1e-6


def check_settings(snapshot: Snapshot, witness: Witness, used: list[Settings]) -> None:
    """Each update had the size that was set, and each change is marked where it was first used."""
    begun = 0
    for batch, settings in zip(witness.batches, used, strict=True):
        assert len(batch) == min(settings.batch_size, DIGITS - begun)
        begun = (begun + len(batch)) % DIGITS
    assert [(change.place.updates, change.before, change.after) for change in snapshot.changes] == [
        (update, before, after)
        for update, (before, after) in enumerate(pairwise(used), start=1)
        if before != after
    ]
    first = 0
    for epoch in snapshot.epochs:
        sizes = [settings.batch_size for settings in used[first : first + epoch.updates]]
        assert epoch.batch_sizes == tuple(dict.fromkeys(sizes))
        first += epoch.updates


def settings_at_each_update(snapshot: Snapshot) -> list[Settings]:
    changes = snapshot.changes
    begins = [0, *(change.place.updates for change in changes), snapshot.place.updates]
    in_turn = [changes[0].before, *(change.after for change in changes)]
    return [
        settings
        for settings, (begin, end) in zip(in_turn, pairwise(begins), strict=True)
        for _ in range(begin, end)
    ]


@pytest.mark.skipif(sys.platform != "linux", reason="needs a limit to memory, and to know its use")
def test_memory_that_runs_out_in_an_update_ends_that_run_in_words_and_no_other():
    # By autograd, whose update takes 188 MB at 60,000; the compiled one takes 3. What is left is
    # ample for the other run, its threads included.
    script = """
import resource
from pathlib import Path
from mnist_core import Run, Scheduler, Settings
from mnist_core.training.learner import AutogradLearner
from tests.conftest import made_up, wait_until

def limit(megabytes):
    "Leave the process so much memory beyond what it has."
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    soft = pages * resource.getpagesize() + megabytes * 2**20
    resource.setrlimit(resource.RLIMIT_AS, (soft, resource.RLIM_INFINITY))

mnist = made_up(training=60_000, test=100)
greedy, modest = (Run(mnist, learner=AutogradLearner) for _ in range(2))
scheduler = Scheduler(turn_seconds=0.01)
for run in (greedy, modest):
    scheduler.play(run)
wait_until(lambda: all(run.latest.place.updates > 10 for run in (greedy, modest)))
limit(megabytes=150)
greedy.settings = Settings(batch_size=60_000)
wait_until(lambda: greedy.latest.error)
reached = modest.latest.place.updates
wait_until(lambda: modest.latest.place.updates > reached + 10)
scheduler.close()
assert modest.latest.error is None, modest.latest.error
assert greedy.latest.place.updates > 10 and len(greedy.latest.loss_points) > 0
print(greedy.latest.error)
"""
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert (ended.stdout, ended.stderr) == (
        "there is not enough memory for a batch of 60,000\n",
        "",
    )


def test_a_fault_in_a_test_pass_ends_that_run_in_words_and_no_other():
    scheduler = Scheduler(turn_seconds=0.005)
    (broken, witness), (sound, _) = witnessed_run(), witnessed_run()
    train_at(broken, 100)
    witness.evaluate = _fails
    for run in (broken, sound):
        scheduler.play(run)
    wait_until(lambda: broken.latest.error is not None)
    reached = sound.latest.place.updates
    wait_until(lambda: sound.latest.place.updates > reached + 10)
    assert sound.latest.error is None
    scheduler.close()
    assert broken.latest.error == "a test pass failed (OSError: the device is gone)"
    assert (broken.latest.place.digits, len(broken.latest.test_points)) == (200, 1)


def _fails(_digits: object) -> None:
    raise OSError("the device is gone")
