from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable

import pytest

from mnist_core import NoRoomError, Run, Runner, Settings
from tests.conftest import wait_until


@pytest.fixture
def runner():
    one = Runner(turn_seconds=0.01)
    yield one
    one.close()


def updates(run: Run) -> int:
    return run.latest.place.updates


def test_a_playing_run_trains_until_it_is_paused(tiny, runner):
    run = Run(tiny, Settings(batch_size=10))
    runner.play(run)
    wait_until(lambda: updates(run) > 0)
    runner.pause(run)
    assert not runner.is_playing(run)
    wait_until(lambda: run not in runner._seats)
    stopped_at = updates(run)
    other = Run(tiny)
    runner.play(other)
    wait_until(lambda: updates(other) > 100)
    assert updates(run) == stopped_at


def test_a_paused_run_goes_on_where_it_was(tiny, runner):
    run = Run(tiny, Settings(batch_size=10))
    for _ in range(5):
        before = updates(run)
        runner.play(run)
        wait_until(lambda before=before: updates(run) > before)
        runner.pause(run)
    runner.play(run)
    assert len(runner._seats) == 1
    assert sum(seat.run is run for seat in runner._queue) + (run in runner._in_turn) == 1


@pytest.mark.parametrize("batch_sizes", [(10, 10), (1, 600)])
def test_two_runs_get_equal_turns(tiny, runner, batch_sizes):
    runs = [Run(tiny, Settings(batch_size=size)) for size in batch_sizes]
    turns = turns_of(*runs)
    for run in runs:
        runner.play(run)
    wait_until(lambda: sum(run.latest.place.seconds for run in runs) > 0.4)
    for run in runs:
        runner.pause(run)
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
        self._learner = learner
        self.evaluate = learner.evaluate

    def start_update(self, *batch) -> float:
        threading.Event().wait(0.1)
        return self._learner.start_update(*batch)


def test_a_run_whose_updates_overrun_the_turn_gets_no_more_time_than_others(tiny, runner):
    slow, quick = Run(tiny), Run(tiny)
    slow._learner = SlowLearner(slow._learner)
    turns = turns_of(slow, quick)
    for run in (slow, quick):
        runner.play(run)
    wait_until(lambda: slow.latest.place.seconds > 0.5)
    for run in (slow, quick):
        runner.pause(run)
    assert abs(slow.latest.place.seconds - quick.latest.place.seconds) <= 2 * max(turns)


def test_an_error_in_one_run_leaves_the_other_going(tiny, runner):
    broken, sound = Run(tiny), Run(tiny)
    broken._learner.network.parameters.fill_(float("nan"))
    for run in (broken, sound):
        runner.play(run)
    wait_until(lambda: broken.latest.error is not None)
    wait_until(lambda: not runner.is_playing(broken))
    reached = updates(sound)
    wait_until(lambda: updates(sound) > reached)
    runner.play(broken)
    assert not runner.is_playing(broken)


def test_a_turn_that_raises_pauses_its_run_and_leaves_the_other_going(tiny, runner, caplog):
    broken, other = Run(tiny), Run(tiny)
    broken.advance = lambda _seconds: 1 / 0
    runner.play(broken)
    runner.play(other)
    wait_until(lambda: not runner.is_live(broken))
    before = updates(other)
    wait_until(lambda: updates(other) > before)
    assert "A turn failed" in caplog.text


def test_a_run_whose_owner_is_gone_is_taken_out(tiny):
    present = {"here", "leaving"}
    runner = Runner(turn_seconds=0.01, is_present=present.__contains__, absence_seconds=0.0)
    watched, unwatched, left = Run(tiny), Run(tiny), Run(tiny)
    runner.play(watched, owner="here")
    runner.play(unwatched)
    runner.play(left, owner="leaving")
    wait_until(lambda: updates(left) > 0)
    present.remove("leaving")
    wait_until(lambda: not runner.is_playing(left))
    assert runner.is_playing(watched)
    assert runner.is_playing(unwatched)
    runner.close()


def test_a_resting_run_gets_no_turn_while_others_do(tiny, runner):
    held, other = Run(tiny), Run(tiny)
    for run in (held, other):
        runner.play(run)
    wait_until(lambda: updates(held) > 0)
    with runner.resting(held):
        reached = updates(held)
        before = updates(other)
        wait_until(lambda: updates(other) > before + 50)
        assert updates(held) == held.snapshot().place.updates == reached
    wait_until(lambda: updates(held) > reached)


def test_a_run_that_does_not_play_can_rest_too(tiny, runner):
    run = Run(tiny)
    with runner.resting(run) as resting:
        assert resting is run
    assert not runner._held


def test_a_failing_question_for_the_owner_does_not_stop_the_training(tiny):
    runner = Runner(turn_seconds=0.01, is_present=_fails)
    run = Run(tiny)
    runner.play(run, owner="somebody")
    wait_until(lambda: updates(run) > 100)
    assert runner.is_playing(run)
    runner.close()


def _fails(_owner: str) -> bool:
    raise RuntimeError("the server is going down")


def test_a_failing_warm_up_does_not_stop_the_training(tiny, runner, monkeypatch):
    monkeypatch.setattr("mnist_core.warm_up.warm_up", _fails)
    run = Run(tiny)
    runner.play(run)
    wait_until(lambda: updates(run) > 100)
    assert runner.is_playing(run)


def test_a_paused_run_is_live_until_its_turn_has_ended(tiny, runner):
    run = Run(tiny)
    run._learner = SlowLearner(run._learner)
    runner.play(run)
    wait_until(lambda: run in runner._in_turn)
    runner.pause(run)
    assert runner.is_live(run)
    wait_until(lambda: not runner.is_live(run))
    assert updates(run) > 0


def test_close_ends_the_threads_and_nothing_plays_after_it(tiny):
    runner = Runner(turn_seconds=0.01)
    run = Run(tiny)
    runner.play(run)
    wait_until(lambda: updates(run) > 0)
    runner.close()
    assert not any(worker.is_alive() for worker in runner._workers)
    runner.play(run)
    assert not runner.is_playing(run)


def test_the_process_ends_cleanly_while_a_run_plays():
    script = """
import atexit
from mnist_core import Run, Runner
from tests.conftest import made_up, wait_until
runner, run = Runner(), Run(made_up(600, 100))
atexit.register(runner.close)
runner.play(run)
wait_until(lambda: run.latest.place.updates > 0)
"""
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert (ended.returncode, ended.stderr) == (0, "")


def test_the_core_never_imports_streamlit():
    script = "import sys, mnist_core, mnist_core.charts, mnist_core.tables, mnist_core.__main__\n"
    script += "assert 'streamlit' not in sys.modules"
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert (ended.returncode, ended.stderr) == (0, "")


def test_where_as_many_train_as_may_another_is_refused_until_one_has_paused(tiny):
    runner = Runner(turn_seconds=0.01, most_owners=2)
    first, second, third = Run(tiny), Run(tiny), Run(tiny)
    runner.play(first, owner="a")
    runner.play(second, owner="b")
    with pytest.raises(NoRoomError):
        runner.play(third, owner="c")
    assert not runner.is_live(third)
    for run in (first, second):
        before = updates(run)
        wait_until(lambda run=run, before=before: updates(run) > before)
    runner.pause(first)
    runner.play(third, owner="c")
    with pytest.raises(NoRoomError):
        runner.play(first, owner="a")
    runner.close()


def test_one_who_trains_may_train_more_and_runs_without_an_owner_are_not_counted(tiny):
    runner = Runner(turn_seconds=0.01, most_owners=1)
    mine = [Run(tiny), Run(tiny)]
    runner.play(Run(tiny))
    for run in mine:
        runner.play(run, owner="me")
    assert all(runner.is_playing(run) for run in mine)
    runner.close()
