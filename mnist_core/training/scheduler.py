"""Gives every playing run its turn, in the one thread of the process that computes."""

from __future__ import annotations

import logging
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:
    import torch

    from mnist_core.data import Mnist
    from mnist_core.race import Plan, Race
    from mnist_core.training import Run


class Trainable(Protocol):
    """What a Scheduler can train by turns: a run, or a whole race of them."""

    @property
    def device(self) -> torch.device:
        """Where it trains."""

    @property
    def seconds(self) -> float:
        """Of training so far."""

    @property
    def ended(self) -> bool:
        """Whether no turn would train it any further."""

    @property
    def rests_until(self) -> float:
        """Before then, by time.monotonic(), it wants no turn; 0 where it wants one at once."""

    def advance(self, seconds: float) -> None:
        """One turn of about so many seconds of training. It may not raise."""


Result = TypeVar("Result")

_log = logging.getLogger(__name__)

# So long another thread may keep the interpreter while the training wants it back, as it does after
# each update of a millisecond; Python's own 5 ms would stretch an epoch of a teacher whom 300
# followed by 9 to 22 %, where this one left 0 to 3 %.
_INTERPRETER_SECONDS = 1e-4


class NoRoomError(Exception):
    """As many owners as may have runs in training: another's is not begun, and may be later."""


@dataclass(eq=False)
class _Seat:
    """A run's place in the queue.

    owner: the visitor who wants it trained, None for a run that nobody has to watch.
    seen: when the owner was last present, by time.monotonic().
    allowance: seconds of training that the run may use; below 0 where an update overran its
        turn, as one of 60,000 digits does, until the turns passed over have made up for it.
    """

    run: Trainable
    owner: str | None
    seen: float
    allowance: float = 0.0
    playing: bool = True


class _Errand:
    """Work to be done between two turns, and what comes of it."""

    def __init__(self, work: Callable[[], object]) -> None:
        self._work = work
        self.outcome: Future = Future()

    def do(self) -> None:
        if not self.outcome.set_running_or_notify_cancel():
            return
        try:
            self.outcome.set_result(self._work())
        except Exception as error:
            self.outcome.set_exception(error)


class Scheduler:
    """Trains runs by turns: first in, first out, a turn of about 50 ms each, in one thread.

    So there is no thread for each visitor, a run's clock holds only its own turns, and runs that
    play side by side advance by equal training time. What else has to be computed is computed in
    that thread too, between two turns: two threads that compute would slow each other down, and
    the clocks would show it.

    turn_seconds: of training, per turn. A test pass that falls due is added to it.
    round_seconds: with so many playing that a round of such turns would take longer, turns are
        shorter.
    is_present: tells of an owner whether somebody still watches. It is asked once a second at most.
    absence_seconds: after so long without its owner a run is taken out, as if paused.
    most_owners: so many may train at once, each with any number of runs; None sets no limit. Runs
        without an owner are not counted.

    The thread starts when there is something to do and ends with close().
    """

    def __init__(
        self,
        *,
        turn_seconds: float = 0.05,
        round_seconds: float = 0.6,
        is_present: Callable[[str], bool] = lambda _owner: True,
        absence_seconds: float = 10.0,
        most_owners: int | None = None,
    ) -> None:
        self._turn_seconds = turn_seconds
        self._round_seconds = round_seconds
        self._is_present = is_present
        self._absence_seconds = absence_seconds
        self.most_owners = most_owners
        self._seats: dict[Trainable, _Seat] = {}
        self._queue: deque[_Seat] = deque()
        self._errands: deque[_Errand] = deque()
        self._held_until: dict[str, float] = {}  # by owner, by time.monotonic()
        self._changed = threading.Condition()
        self._worker: threading.Thread | None = None
        self._closed = False
        self._warm_devices: set[torch.device] = set()
        self._next_look = 0.0

    def play(self, run: Trainable, owner: str | None = None) -> None:
        """Train the run by turns from now on. Nothing happens where it plays, or has ended.

        Raises NoRoomError where nothing of the owner's plays yet and as many others train as may.
        """
        with self._changed:
            if self._closed or run.ended:
                return
            self._insist_on_room(owner)
            seat = self._seats.get(run)
            if seat is None:
                seat = self._seats[run] = _Seat(run, owner, time.monotonic())
                self._queue.append(seat)
            seat.playing = True
            seat.seen = time.monotonic()
            self._wake()

    def pause(self, run: Trainable) -> None:
        """Give the run no further turn. One in progress ends within about a turn's length."""
        with self._changed:
            if run in self._seats:
                self._seats[run].playing = False
                self._changed.notify()

    def is_playing(self, run: Trainable) -> bool:
        """Whether the run waits for a turn or has one."""
        seat = self._seats.get(run)
        return seat is not None and seat.playing

    def is_live(self, run: Trainable) -> bool:
        """Whether the run plays, or was paused and still has a turn to end."""
        return run in self._seats

    @property
    def live_count(self) -> int:
        """How many runs have a turn to come or to end."""
        return len(self._seats)

    @property
    def can_train(self) -> bool:
        """Whether there is a computer that trains at present: here always, in a cluster not."""
        return True

    def between_turns(self, work: Callable[[], Result]) -> Future[Result]:
        """Do this work in the thread that trains, as soon as the turn in progress has ended.

        Nothing is trained meanwhile, so a run can be asked or copied. The future gets what the work
        returns or raises; it is cancelled where the scheduler is closed before.
        """
        errand = _Errand(work)
        if threading.current_thread() is self._worker:
            errand.do()
            return errand.outcome
        with self._changed:
            if self._closed:
                errand.outcome.cancel()
            else:
                self._errands.append(errand)
                self._wake()
        return errand.outcome

    def begin(self, mnist: Mnist) -> None:
        """Do what can be done before the first run is made."""
        self.between_turns(lambda: self.warm_up(mnist.device))

    def new_run(self, mnist: Mnist, *arguments: Any, **options: Any) -> Run:
        """A run that this scheduler can train; see Run."""
        from mnist_core.training import Run

        return Run(mnist, *arguments, **options)

    def new_race(self, mnist: Mnist, plan: Plan) -> Race:
        """A race that this scheduler can train; see Race."""
        from mnist_core.race import Race

        return Race(mnist, plan)

    def hold(self, owner: str, seconds: float) -> None:
        """Give the owner's runs no turn for so long, or until release(); others get theirs."""
        with self._changed:
            until = time.monotonic() + seconds
            self._held_until[owner] = max(until, self._held_until.get(owner, until))

    def release(self, owner: str) -> None:
        """The owner's runs may have turns again."""
        with self._changed:
            if self._held_until.pop(owner, None) is not None:
                self._changed.notify()

    def close(self) -> None:
        """End the turn in progress and join the thread. Afterwards nothing plays any more."""
        with self._changed:
            self._closed = True
            for seat in self._seats.values():
                seat.playing = False
            for errand in self._errands:
                errand.outcome.cancel()
            self._changed.notify()
        if self._worker:
            self._worker.join()

    def _insist_on_room(self, owner: str | None) -> None:
        if owner is None or self.most_owners is None:
            return
        playing = {seat.owner for seat in self._seats.values() if seat.playing} - {None}
        if owner not in playing and len(playing) >= self.most_owners:
            raise NoRoomError(f"{len(playing)} are training already, as many as may at once")

    def _wake(self) -> None:
        if self._worker is None:
            sys.setswitchinterval(min(_INTERPRETER_SECONDS, sys.getswitchinterval()))
            # A daemon: for any other the interpreter would wait before it lets anybody close us.
            self._worker = threading.Thread(target=self._work, name="mnist-scheduler", daemon=True)
            self._worker.start()
        self._changed.notify()

    def _work(self) -> None:
        while (job := self._next_job()) is not None:
            if isinstance(job, _Errand):
                job.do()
            else:
                self._give_turn(job)
                self._look_for_owners()
                self._put_back(job)

    def _next_job(self) -> _Errand | _Seat | None:
        """What to do next, waiting for it; None when the scheduler is closed."""
        with self._changed:
            while not self._closed:
                if self._errands:
                    return self._errands.popleft()
                self._drop_paused()
                now = time.monotonic()
                seat = next((seat for seat in self._queue if self._rests_until(seat) <= now), None)
                if seat is not None:
                    self._queue.remove(seat)
                    return seat
                self._changed.wait(self._until_next_turn())
            return None

    def _drop_paused(self) -> None:
        for seat in [one for one in self._queue if not one.playing and self._rests(one.run)]:
            self._queue.remove(seat)
            del self._seats[seat.run]

    def _rests(self, _run: Trainable) -> bool:
        """Whether one that is paused has come to its rest: where turns are given here, at once."""
        return True

    def _rests_until(self, seat: _Seat) -> float:
        """Held by the owner, or not due yet."""
        return max(self._held_until.get(seat.owner, 0.0), seat.run.rests_until)

    def _until_next_turn(self) -> float | None:
        """Seconds until some run may have one; None where none plays."""
        if not self._queue:
            return None
        return max(0.0, min(map(self._rests_until, self._queue)) - time.monotonic())

    def _give_turn(self, seat: _Seat) -> None:
        seat.allowance += min(self._turn_seconds, self._round_seconds / len(self._seats))
        if seat.allowance <= 0:
            return
        self.warm_up(seat.run.device)
        before = seat.run.seconds
        try:
            seat.run.advance(seat.allowance)
        except Exception:
            # It may not raise; where it does all the same, nobody else's training ends with it.
            _log.exception("A turn failed, and its run is paused")
            seat.playing = False
        # What a turn at a slow tempo leaves is not saved up.
        seat.allowance = min(0.0, seat.allowance - (seat.run.seconds - before))

    def warm_up(self, device: torch.device) -> None:
        """Do once, in the thread that trains, what the first update on a device needs."""
        if device not in self._warm_devices:
            self._warm_devices.add(device)
            try:
                # Whoever gets a turn has brought PyTorch; a Scheduler is there before.
                from mnist_core.training.warming_up import warm_up

                warm_up(device)
            except Exception:
                # Whatever is wrong, the run meets it too, and tells its visitor in words.
                _log.exception("Warming up failed on %s", device)

    def _put_back(self, seat: _Seat) -> None:
        with self._changed:
            if seat.run.ended:
                seat.playing = False
            self._queue.append(seat)

    def _look_for_owners(self) -> None:
        """Once a second: note who is present, and pause what nobody has watched for too long."""
        now = time.monotonic()
        if now < self._next_look:
            return
        self._next_look = now + 1.0
        with self._changed:
            seats = [seat for seat in self._seats.values() if seat.owner is not None]
        for seat in seats:
            if self._owner_is_present(seat):
                seat.seen = now
            elif now - seat.seen >= self._absence_seconds:
                seat.playing = False

    def _owner_is_present(self, seat: _Seat) -> bool:
        try:
            return self._is_present(seat.owner)
        except Exception:
            # The one who is asked may fail; the thread that trains everybody's runs may not.
            _log.exception("Whether the owner of a run is present could not be found out")
            return True
