"""A Scheduler whose runs are trained in a cluster, while what pages ask for is computed here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mnist_core.cluster.crew import Crew
from mnist_core.cluster.race import RemoteRace
from mnist_core.cluster.run import RemoteRun
from mnist_core.training.scheduler import Scheduler, Trainable

if TYPE_CHECKING:
    from mnist_core.data import Mnist
    from mnist_core.race import Plan, Race
    from mnist_core.training import Run

_START_SECONDS = 120.0  # that the first host may take, which compiles the update


class ClusterScheduler(Scheduler):
    """Trains at the hosts of a cluster that this process has joined; see Scheduler.

    A turn here is a look: whether the run trains where and as it is to. Runs of this process are
    trained here by turns as ever. Nobody is held back for a page to be painted, since who trains
    and who paints share no core.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._crew: Crew | None = None

    def begin(self, mnist: Mnist) -> None:
        """Send the digits to the cluster, once; where it has nodes, wait for the first host."""
        crew = self._crew_with(mnist)
        if not crew.is_empty:
            crew.wait(_START_SECONDS)

    @property
    def can_train(self) -> bool:
        """See Scheduler."""
        return self._crew is None or bool(self._crew.homes)

    def wait_for_hosts(self, seconds: float) -> bool:
        """Whether any host can train, at the latest after so long."""
        return self._crew is not None and self._crew.wait(seconds)

    def new_run(self, mnist: Mnist, *arguments: Any, **options: Any) -> Run:
        """A run that is trained there; see Run."""
        return RemoteRun(self._crew_with(mnist), mnist, *arguments, **options)

    def new_race(self, mnist: Mnist, plan: Plan) -> Race:
        """A race whose competitors are trained there; see Race."""
        return RemoteRace(self._crew_with(mnist), mnist, plan)

    def play(self, run: Trainable, owner: str | None = None) -> None:
        """See Scheduler."""
        super().play(run, owner)
        if isinstance(run, RemoteRun) and self.is_playing(run):
            run.attend(playing=True)

    def pause(self, run: Trainable) -> None:
        """See Scheduler."""
        super().pause(run)
        if isinstance(run, RemoteRun):
            run.attend(playing=False)

    def hold(self, owner: str, seconds: float) -> None:
        """Nothing is held back here."""

    def close(self) -> None:
        """See Scheduler; the hosts end too."""
        super().close()
        if self._crew:
            self._crew.close()

    def _crew_with(self, mnist: Mnist) -> Crew:
        with self._changed:
            if self._crew is None:
                self._crew = Crew(mnist)
            return self._crew

    def _give_turn(self, seat: Any) -> None:
        run = seat.run
        if not isinstance(run, RemoteRun | RemoteRace):
            super()._give_turn(seat)
            return
        run.attend(seat.playing)
        if run.stranded:
            seat.playing = False

    def _rests(self, run: Trainable) -> bool:
        return getattr(run, "rests", True)
