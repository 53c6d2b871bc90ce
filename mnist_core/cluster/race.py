"""A race whose competitors train at the same time, each at a host of a cluster."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from mnist_core.cluster.crew import Crew
from mnist_core.cluster.run import RemoteRun
from mnist_core.race.plan import Plan
from mnist_core.race.race import Race

if TYPE_CHECKING:
    from mnist_core.data import Mnist


class RemoteRace(Race):
    """A Race elsewhere; see there. Its clocks are each competitor's own, on cores of its own."""

    stranded = False

    def __init__(self, crew: Crew, mnist: Mnist, plan: Plan) -> None:
        super().__init__(mnist, plan, make=partial(RemoteRun, crew), machine=crew.machine)

    @property
    def rests(self) -> bool:
        """Whether none of them trains any more."""
        return all(run.rests for run in self.runs.values())

    @property
    def rests_until(self) -> float:
        """When the scheduler is to look after it again."""
        return min((run.rests_until for run in self.runs.values()), default=0.0)

    def attend(self, playing: bool) -> None:
        """Have those trained who have not ended; then publish a record."""
        if playing:
            self._next()  # begins the next heat where this one is over
        for start, run in list(self.runs.items()):
            run.attend(playing and not self._competitors[start].over)
            if not run.latest.untrained or run.ended:
                self._note(start, run)
        self.stranded = playing and any(run.stranded for run in self.runs.values())
        self._publish()
