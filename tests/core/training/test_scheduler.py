from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable

import pytest

from mnist_core import NoRoomError, Run, Scheduler, Settings
from tests.conftest import wait_until


@pytest.fixture
def scheduler():
    one = Scheduler(turn_seconds=0.01)
    yield one
    one.close()


def updates(run: Run) -> int:
    return run.latest.place.updates


def test_a_playing_run_trains_until_it_is_paused(tiny, scheduler):
    run = Run(tiny, Settings(batch_size=10))
    scheduler.play(run)
    wait_until(lambda: updates(run) > 0)
    scheduler.pause(run)
    assert not scheduler.is_playing(run)
    wait_until(lambda: not scheduler.is_live(run))
    stopped_at = updates(run)
    other = Run(tiny)
    scheduler.play(other)
    wait_until(lambda: updates(other) > 100)
    assert updates(run) == stopped_at


def test_a_paused_run_goes_on_where_it_was(tiny, scheduler):
    run = Run(tiny, Settings(batch_size=10))
    for _ in range(5):
        before = updates(run)
        scheduler.play(run)
        wait_until(lambda before=before: updates(run) > before)
        scheduler.pause(run)
    scheduler.play(run)
    assert scheduler.live_count == 1


def test_no_other_thread_keeps_the_interpreter_for_as_long_as_an_update_takes(tiny, scheduler):
    sys.setswitchinterval(0.005)  # as Python begins
    scheduler.play(Run(tiny))
    assert sys.getswitchinterval() < 0.001


@pytest.mark.parametrize("batch_sizes", [(10, 10), (1, 600)])
def test_two_runs_get_equal_turns(tiny, scheduler, batch_sizes):
    runs = [Run(tiny, Settings(batch_size=size)) for size in batch_sizes]
    turns = turns_of(*runs)
    for run in runs:
        scheduler.play(run)
    wait_until(lambda: sum(run.latest.place.seconds for run in runs) > 0.4)
    for run in runs:
        scheduler.pause(run)
    first, second = (run.latest.place.seconds for run in runs)
    assert abs(first - second) <= 2 * max(turns)


def turns_of(*runs: Run) -> list[float]:
    """Seconds of training of each turn that these will have had."""
    turns = []

    def noting(run: Run) -> Callable[[float], None]:
        advance = run.advance

        def advance_and_note(seconds: float) -> None:
            before = run.seconds
            advance(seconds)
            turns.append(run.seconds - before)

        return advance_and_note

    for run in runs:
        run.advance = noting(run)
    return turns


class SlowLearner:
    """Each of its updates lasts ten turns."""

    def __init__(self, learner) -> None:
        self.began = threading.Event()
        self.learner = learner
        self.evaluate = learner.evaluate

    def update(self, *batch) -> float:
        self.began.set()
        threading.Event().wait(0.1)
        return self.learner.update(*batch)


def test_a_run_whose_updates_overrun_the_turn_gets_no_more_time_than_others(tiny, scheduler):
    slow, quick = Run(tiny), Run(tiny)
    slow.learner = SlowLearner(slow.learner)
    turns = turns_of(slow, quick)
    for run in (slow, quick):
        scheduler.play(run)
    wait_until(lambda: slow.latest.place.seconds > 0.5)
    for run in (slow, quick):
        scheduler.pause(run)
    assert abs(slow.latest.place.seconds - quick.latest.place.seconds) <= 2 * max(turns)


def test_an_error_in_one_run_leaves_the_other_going(tiny, scheduler):
    broken, sound = Run(tiny), Run(tiny)
    broken.learner.network.parameters.fill_(float("nan"))
    for run in (broken, sound):
        scheduler.play(run)
    wait_until(lambda: broken.latest.error is not None)
    wait_until(lambda: not scheduler.is_playing(broken))
    reached = updates(sound)
    wait_until(lambda: updates(sound) > reached)
    scheduler.play(broken)
    assert not scheduler.is_playing(broken)


def test_a_turn_that_raises_pauses_its_run_and_leaves_the_other_going(tiny, scheduler, caplog):
    broken, other = Run(tiny), Run(tiny)
    broken.advance = lambda _seconds: 1 / 0
    scheduler.play(broken)
    scheduler.play(other)
    wait_until(lambda: not scheduler.is_live(broken))
    before = updates(other)
    wait_until(lambda: updates(other) > before)
    assert "A turn failed" in caplog.text


def test_a_run_whose_owner_is_gone_is_taken_out(tiny):
    present = {"here", "leaving"}
    scheduler = Scheduler(turn_seconds=0.01, is_present=present.__contains__, absence_seconds=0.0)
    watched, unwatched, left = Run(tiny), Run(tiny), Run(tiny)
    scheduler.play(watched, owner="here")
    scheduler.play(unwatched)
    scheduler.play(left, owner="leaving")
    wait_until(lambda: updates(left) > 0)
    present.remove("leaving")
    wait_until(lambda: not scheduler.is_playing(left))
    assert scheduler.is_playing(watched)
    assert scheduler.is_playing(unwatched)
    scheduler.close()


def test_work_between_two_turns_finds_no_run_in_a_turn_and_trains_nothing(tiny, scheduler):
    run = Run(tiny)
    scheduler.play(run)
    wait_until(lambda: updates(run) > 0)

    def work() -> tuple[int, int]:
        before = run.snapshot().place.updates
        threading.Event().wait(0.05)
        return before, run.snapshot().place.updates

    before, after = scheduler.between_turns(work).result()
    assert before == after
    wait_until(lambda: updates(run) > after)


def test_work_between_two_turns_is_done_by_the_thread_that_trains_also_where_nothing_plays(
    scheduler,
):
    done_by = scheduler.between_turns(threading.current_thread).result()
    assert done_by.name == "mnist-scheduler"
    # From that thread itself it is done at once: nobody waits for himself.
    inner = scheduler.between_turns(
        lambda: scheduler.between_turns(threading.current_thread).result()
    )
    assert inner.result(timeout=10) is done_by


def test_what_work_between_two_turns_raises_reaches_the_one_who_asked_and_training_goes_on(
    tiny, scheduler
):
    run = Run(tiny)
    scheduler.play(run)
    with pytest.raises(ZeroDivisionError):
        scheduler.between_turns(lambda: 1 / 0).result()
    before = updates(run)
    wait_until(lambda: updates(run) > before)


def test_work_that_a_closed_runner_no_longer_does_is_cancelled(scheduler):
    scheduler.close()
    assert scheduler.between_turns(lambda: None).cancelled()


def test_the_runs_of_an_owner_on_hold_get_no_turn_while_others_do(tiny, scheduler):
    held, other = Run(tiny), Run(tiny)
    scheduler.play(held, owner="held")
    scheduler.play(other, owner="other")
    wait_until(lambda: updates(held) > 0)
    scheduler.between_turns(lambda: scheduler.hold("held", 60)).result()
    reached, before = updates(held), updates(other)
    wait_until(lambda: updates(other) > before + 50)
    assert updates(held) == reached
    scheduler.release("held")
    wait_until(lambda: updates(held) > reached)


def test_a_hold_ends_by_itself_also_where_nobody_else_trains(tiny, scheduler):
    run = Run(tiny)
    scheduler.hold("owner", 0.05)
    scheduler.play(run, owner="owner")
    wait_until(lambda: updates(run) > 0)


def test_a_run_paused_while_it_is_held_is_taken_out_at_once(tiny, scheduler):
    run = Run(tiny)
    scheduler.hold("owner", 60)
    scheduler.play(run, owner="owner")
    scheduler.pause(run)
    wait_until(lambda: not scheduler.is_live(run), seconds=5)


def test_turns_are_shorter_where_so_many_play_that_a_round_would_take_too_long(tiny):
    scheduler = Scheduler(turn_seconds=0.05, round_seconds=0.05)
    runs = [Run(tiny) for _ in range(10)]
    given = [seconds_given(run) for run in runs]
    for run in runs:
        scheduler.play(run)
    wait_until(lambda: all(len(turns) >= 3 for turns in given))
    scheduler.close()
    assert all(turns[-1] < 0.02 for turns in given)


def seconds_given(run: Run) -> list[float]:
    """How long each turn of the run may take: it takes longer where the processor is busy."""
    given, advance = [], run.advance
    run.advance = lambda seconds: (given.append(seconds), advance(seconds))
    return given


def test_a_failing_question_for_the_owner_does_not_stop_the_training(tiny):
    scheduler = Scheduler(turn_seconds=0.01, is_present=_fails)
    run = Run(tiny)
    scheduler.play(run, owner="somebody")
    wait_until(lambda: updates(run) > 100)
    assert scheduler.is_playing(run)
    scheduler.close()


def _fails(_owner: str) -> bool:
    raise RuntimeError("the server is going down")


def test_a_run_that_is_not_due_gets_no_turn_and_does_not_hold_up_the_others(tiny, scheduler):
    resting, other = Run(tiny), Run(tiny)
    resting.rests_until = time.monotonic() + 3_600
    for run in (resting, other):
        scheduler.play(run)
    wait_until(lambda: updates(other) > 100)
    assert updates(resting) == 0
    resting.rests_until = 0.0
    wait_until(lambda: updates(resting) > 0)


def test_a_slow_run_saves_up_no_time_for_later(tiny, scheduler):
    slow = Run(tiny)
    slow.tempo = 1_000.0
    turns = turns_of(slow)
    scheduler.play(slow)
    wait_until(lambda: updates(slow) > 20)
    slow.tempo = None
    wait_until(lambda: updates(slow) > 1_000)
    assert max(turns) < 0.5


def test_a_failing_warm_up_does_not_stop_the_training(tiny, scheduler, monkeypatch):
    monkeypatch.setattr("mnist_core.training.warming_up.warm_up", _fails)
    run = Run(tiny)
    scheduler.play(run)
    wait_until(lambda: updates(run) > 100)
    assert scheduler.is_playing(run)


def test_a_paused_run_is_live_until_its_turn_has_ended(tiny, scheduler):
    run = Run(tiny)
    run.learner = SlowLearner(run.learner)
    scheduler.play(run)
    wait_until(run.learner.began.is_set)
    scheduler.pause(run)
    assert scheduler.is_live(run)
    wait_until(lambda: not scheduler.is_live(run))
    assert updates(run) > 0


def test_close_ends_the_threads_and_nothing_plays_after_it(tiny):
    scheduler = Scheduler(turn_seconds=0.01)
    run = Run(tiny)
    scheduler.play(run)
    wait_until(lambda: updates(run) > 0)
    trainer = scheduler.between_turns(threading.current_thread).result()
    scheduler.close()
    assert not trainer.is_alive()
    scheduler.play(run)
    assert not scheduler.is_playing(run)


def test_the_process_ends_cleanly_while_a_run_plays():
    script = """
import atexit
from mnist_core import Run, Scheduler
from tests.conftest import made_up, wait_until
scheduler, run = Scheduler(), Run(made_up(600, 100))
atexit.register(scheduler.close)
scheduler.play(run)
wait_until(lambda: run.latest.place.updates > 0)
"""
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert (ended.returncode, ended.stderr) == (0, "")


def test_where_as_many_train_as_may_another_is_refused_until_one_has_paused(tiny):
    scheduler = Scheduler(turn_seconds=0.01, most_owners=2)
    first, second, third = Run(tiny), Run(tiny), Run(tiny)
    scheduler.play(first, owner="a")
    scheduler.play(second, owner="b")
    with pytest.raises(NoRoomError):
        scheduler.play(third, owner="c")
    assert not scheduler.is_live(third)
    for run in (first, second):
        before = updates(run)
        wait_until(lambda run=run, before=before: updates(run) > before)
    scheduler.pause(first)
    scheduler.play(third, owner="c")
    with pytest.raises(NoRoomError):
        scheduler.play(first, owner="a")
    scheduler.close()


def test_one_who_trains_may_train_more_and_runs_without_an_owner_are_not_counted(tiny):
    scheduler = Scheduler(turn_seconds=0.01, most_owners=1)
    mine = [Run(tiny), Run(tiny)]
    scheduler.play(Run(tiny))
    for run in mine:
        scheduler.play(run, owner="me")
    assert all(scheduler.is_playing(run) for run in mine)
    scheduler.close()
