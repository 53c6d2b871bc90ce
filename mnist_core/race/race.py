"""A race: several runs from the very same start, trained by turns of equal time."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING

from mnist_core import faults, training
from mnist_core.data import Mnist
from mnist_core.machine import this_machine
from mnist_core.race.competitors import WATCHED, RaceRecord, State, competitor_of, waiting
from mnist_core.race.plan import Plan, Start

if TYPE_CHECKING:
    import torch

    from mnist_core.training import Run


class Race:
    """Runs that differ in one thing, as one thing that a Scheduler trains.

    At each turn the run that has trained for the shortest time goes on, so all of them advance by
    equal training time, never two at the same moment, and their clocks can be compared. Repeats
    with other seeds are run one after another.

    mnist: the digits.
    plan: what the race is to be.

    runs: of the heat that is on, for the thread that trains the race.

    `latest` is the record made at the end of the latest turn, safe to read from any thread; so are
    drop_out() and stop() safe to call.
    """

    def __init__(self, mnist: Mnist, plan: Plan) -> None:
        self.plan = plan
        self._mnist = mnist
        self._machine = this_machine(mnist.device)
        self._heats = plan.heats()
        self._heat = -1
        self.runs: dict[Start, Run] = {}
        competitors = waiting(plan, self._machine).competitors
        self._starts = [competitor.start for competitor in competitors]
        self._competitors = dict(zip(self._starts, competitors, strict=True))
        # Of the competitors, which pages may end during a turn, and of the latest record of them.
        self._lock = threading.Lock()
        self._begin_next_heat()
        self._publish()

    @property
    def device(self) -> torch.device:
        """Where the runs train."""
        return self._mnist.device

    @property
    def seconds(self) -> float:
        """Of training so far, of all runs together."""
        return sum(self._competitors[start].place.seconds for start in self._starts)

    @property
    def rests_until(self) -> float:
        """It always wants a turn."""
        return 0.0

    @property
    def ended(self) -> bool:
        """Whether nobody runs any more."""
        return all(self._competitors[start].over for start in self._starts)

    def advance(self, seconds: float) -> None:
        """One turn, of the run that has trained for the shortest time; then publish a record."""
        start = self._next()
        if start is not None:
            run = self.runs[start]
            run.advance(seconds)
            self._note(start, run)
        self._publish()

    def drop_out(self, start: Start) -> None:
        """Let this competitor run no further, in no heat. What it has done stays recorded."""
        who = (start.way, self.plan.value_of(start))
        for other in self._starts:
            if (other.way, self.plan.value_of(other)) == who:
                self._end(other, "dropped out")
        self._publish()

    def stop(self) -> None:
        """End the race for all."""
        for start in self._starts:
            self._end(start, "stopped")
        self._publish()

    def _next(self) -> Start | None:
        """Who has the next turn; in the next heat where this one is over."""
        while True:
            racing = [start for start in self.runs if not self._competitors[start].over]
            if racing:
                return min(racing, key=lambda start: self.runs[start].seconds)
            if self._heat + 1 == len(self._heats):
                return None
            self._begin_next_heat()

    def _begin_next_heat(self) -> None:
        self._heat += 1
        self.runs = {}
        for start in self._heats[self._heat]:
            try:
                self.runs[start] = self._run(start)
            except Exception as error:
                self._end(start, "failed", training.in_plain_words(error, faults.A_NEW_NETWORK))

    def _run(self, start: Start) -> Run:
        way = {"learner": training.TutorialLearner} if start.way == "tutorial" else {}
        options = {"budget": start.budget, "watched": WATCHED} | way
        return training.Run(self._mnist, start.settings, start.setup, **options)

    def _note(self, start: Start, run: Run) -> None:
        """Keep what a turn gave; the state stays where the competitor was taken out meanwhile."""
        with self._lock:
            before = self._competitors[start]
            state = before.state if before.over else _state_of(run)
            loading = getattr(run.learner, "loading_seconds", None)
            self._competitors[start] = competitor_of(start, state, run.latest, loading)

    def _end(self, start: Start, state: State, error: str | None = None) -> None:
        with self._lock:
            competitor = self._competitors[start]
            if not competitor.over:
                self._competitors[start] = replace(competitor, state=state, error=error)

    def _publish(self) -> None:
        # Made and shown without a break: else what one thread made could hide what another showed.
        with self._lock:
            self.latest = RaceRecord(
                plan=self.plan,
                machine=self._machine,
                heat=self._heat,
                competitors=tuple(self._competitors[start] for start in self._starts),
                training_digits=len(self._mnist.train),
                test_digits=len(self._mnist.test),
            )


def _state_of(run: Run) -> State:
    if run.error:
        return "failed"
    return "finished" if run.ended else "racing"
