"""Gives every playing run its turn, on a fixed number of threads for the whole process."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    import torch


class Trainable(Protocol):
    """What a Runner can train by turns: a run, or a whole race of them."""

    @property
    def device(self) -> torch.device:
        """Where it trains."""

    @property
    def seconds(self) -> float:
        """Of training so far."""

    @property
    def ended(self) -> bool:
        """Whether no turn would train it any further."""

    def advance(self, seconds: float) -> None:
        """One turn of about so many seconds of training. It may not raise."""


AnyTrainable = TypeVar("AnyTrainable", bound=Trainable)

_log = logging.getLogger(__name__)


class NoRoomError(Exception):
    """As many owners as may have runs in training: another's is not begun, and may be later."""


@dataclass(eq=False)
class _Seat:
    """A run's place in the queue.

    owner: the visitor who wants it trained, None for a run that nobody has to watch.
    seen: when the owner was last present, by time.monotonic().
    allowance: seconds of training that the run may still use; below 0 where an update overran its
        turn, as one of 60,000 digits does, until the turns passed over have made up for it.
    """

    run: Trainable
    owner: str | None
    seen: float
    allowance: float = 0.0
    playing: bool = True


class Runner:
    """Trains runs by turns: first in, first out, a turn of about 50 ms each.

    So there is no thread for each visitor, a run's clock holds only its own turns, and runs that
    play side by side advance by equal training time.

    workers: threads that train at the same moment. One keeps the clocks honest.
    turn_seconds: of training, per turn. A test pass that falls due is added to it.
    is_present: tells of an owner whether somebody still watches. It is asked once a second at most.
    absence_seconds: after so long without its owner a run is taken out, as if paused.
    most_owners: so many may train at once, each with any number of runs; None sets no limit. Runs
        without an owner are not counted.

    The threads start with the first run and end with close().
    """

    def __init__(
        self,
        *,
        workers: int = 1,
        turn_seconds: float = 0.05,
        is_present: Callable[[str], bool] = lambda _owner: True,
        absence_seconds: float = 10.0,
        most_owners: int | None = None,
    ) -> None:
        self._worker_count = workers
        self._turn_seconds = turn_seconds
        self._is_present = is_present
        self._absence_seconds = absence_seconds
        self._most_owners = most_owners
        self._seats: dict[Trainable, _Seat] = {}
        self._queue: deque[_Seat] = deque()
        self._in_turn: set[Trainable] = set()
        self._held: Counter[Trainable] = Counter()
        self._changed = threading.Condition()
        self._workers: list[threading.Thread] = []
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
            self._start_workers()
            self._changed.notify()

    def pause(self, run: Trainable) -> None:
        """Give the run no further turn. One in progress ends within about a turn's length."""
        with self._changed:
            if run in self._seats:
                self._seats[run].playing = False

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

    @contextmanager
    def resting(self, run: AnyTrainable) -> Iterator[AnyTrainable]:
        """The run between two turns for as long as the block lasts: to ask it, or to copy it.

        It waits for the end of a turn in progress. The run gets no turn meanwhile; others do.
        """
        with self._changed:
            self._held[run] += 1
            self._changed.wait_for(lambda: run not in self._in_turn)
        try:
            yield run
        finally:
            with self._changed:
                self._held[run] -= 1
                self._held += Counter()  # drops those that nobody holds
                self._changed.notify_all()

    def close(self) -> None:
        """End the turns in progress and join the threads. Afterwards nothing plays any more."""
        with self._changed:
            self._closed = True
            for seat in self._seats.values():
                seat.playing = False
            self._changed.notify_all()
        for worker in self._workers:
            worker.join()

    def _insist_on_room(self, owner: str | None) -> None:
        if owner is None or self._most_owners is None:
            return
        playing = {seat.owner for seat in self._seats.values() if seat.playing} - {None}
        if owner not in playing and len(playing) >= self._most_owners:
            raise NoRoomError(f"{len(playing)} are training already, as many as may at once")

    def _start_workers(self) -> None:
        while len(self._workers) < self._worker_count:
            # Daemons, since the interpreter would wait for others before it lets anybody close us.
            worker = threading.Thread(target=self._work, name="mnist-runner", daemon=True)
            self._workers.append(worker)
            worker.start()

    def _work(self) -> None:
        while (seat := self._next_seat()) is not None:
            self._give_turn(seat)
            self._look_for_owners()
            self._put_back(seat)

    def _next_seat(self) -> _Seat | None:
        """The seat whose turn it is, waiting for one; None when the runner is closed."""
        with self._changed:
            while not self._closed:
                self._drop_paused()
                seat = next((seat for seat in self._queue if not self._held[seat.run]), None)
                if seat is not None:
                    self._queue.remove(seat)
                    self._in_turn.add(seat.run)
                    return seat
                self._changed.wait()
            return None

    def _drop_paused(self) -> None:
        for seat in [seat for seat in self._queue if not seat.playing]:
            self._queue.remove(seat)
            del self._seats[seat.run]

    def _give_turn(self, seat: _Seat) -> None:
        seat.allowance += self._turn_seconds
        if seat.allowance <= 0:
            return
        self._warm_up_once(seat.run.device)
        before = seat.run.seconds
        try:
            seat.run.advance(seat.allowance)
        except Exception:
            # It may not raise; where it does all the same, nobody else's training ends with it.
            _log.exception("A turn failed, and its run is paused")
            seat.playing = False
        seat.allowance -= seat.run.seconds - before

    def _warm_up_once(self, device: torch.device) -> None:
        if device not in self._warm_devices:
            self._warm_devices.add(device)
            try:
                # Whoever gets a turn has brought PyTorch; a Runner is there before.
                from mnist_core.warm_up import warm_up

                warm_up(device)
            except Exception:
                # Whatever is wrong, the run meets it too, and tells its visitor in words.
                _log.exception("Warming up failed on %s", device)

    def _put_back(self, seat: _Seat) -> None:
        with self._changed:
            if seat.run.ended:
                seat.playing = False
            self._in_turn.discard(seat.run)
            self._queue.append(seat)
            self._changed.notify_all()

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
            _log.exception("It could not be told whether the owner of a run is present")
            return True
