"""What trains in a cluster: a process with cores of its own, and a Scheduler for its runs."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from mnist_core.cluster.digits import Arrays, from_arrays
from mnist_core.cluster.views import Controls, Difference, View, difference

if TYPE_CHECKING:
    from torch import Tensor

    from mnist_core.machine import Machine
    from mnist_core.records import Snapshot
    from mnist_core.training import Run
    from mnist_core.training.learner import Learner

CHECKPOINT_SECONDS = 5.0
_SILENCE_SECONDS = 2.0  # then whoever listens hears that there is no news
_OVERTAKEN_SECONDS = 10.0
_FORK_SECONDS = 0.5  # so long a run waits at most for the settings that it parts from a copy by

Result = TypeVar("Result")


@dataclass(eq=False)
class _Place:
    """A run at this host.

    sent: the view that the latest news was of.
    kept: the snapshot at the checkpoint that was written down last.
    """

    run: Run
    controls: Controls
    sent: View | None = None
    kept: Snapshot | None = None
    numbers: itertools.count = field(default_factory=itertools.count)


class Host:
    """Trains the runs that it is given, by turns; each is known by a key.

    It is a Ray actor, whose methods are called side by side: what touches a run is done between
    two turns.

    arrays: the digits, see digits.share().
    cores: that are reserved for it.
    vault: an actor at another node that keeps checkpoints; see Vault.
    """

    def __init__(self, arrays: Arrays, cores: int, vault: Any) -> None:
        from mnist_core.training.learner import POOL
        from mnist_core.training.scheduler import Scheduler

        POOL.limit(cores)
        self._mnist = from_arrays(arrays)
        self._vault = vault
        self._places: dict[str, _Place] = {}
        self._scheduler = Scheduler()
        self._between_turns(lambda: self._scheduler.warm_up(self._mnist.device))
        threading.Thread(target=self._keep_checkpoints, daemon=True).start()

    def where(self) -> tuple[str, Machine]:
        """The node that it is on, and the machine; it answers as soon as it can train."""
        import ray

        from mnist_core.machine import this_machine

        return ray.get_runtime_context().get_node_id(), this_machine(self._mnist.device)

    def use_vault(self, vault: Any) -> None:
        """Keep checkpoints there from now on."""
        self._vault = vault
        for place in list(self._places.values()):
            place.kept = None

    def make(self, key: str, controls: Controls, options: dict[str, Any]) -> View:
        """A new run by this key; options: of Run, but for the digits and the settings."""
        from mnist_core.training import Run

        return self._between_turns(
            lambda: self._settle(key, controls, Run(self._mnist, controls.settings, **options))
        )

    def fetch(self, key: str, controls: Controls, vault: Any) -> View:
        """The run as it was at the latest checkpoint that this vault keeps, by the same key."""
        import ray

        written = ray.get(vault.latest.remote(key))
        if written is None:
            raise LookupError(f"no checkpoint of {key}")
        return self.restore(key, controls, written)

    def restore(self, key: str, controls: Controls, written: np.ndarray) -> View:
        """The run as it was at that checkpoint, by this key."""
        from mnist_core.training.checkpoint import restored

        return self._between_turns(
            lambda: self._settle(key, controls, restored(written.tobytes(), self._mnist))
        )

    def control(self, key: str, controls: Controls) -> View:
        """Do as is said from now on; the view comes when that has begun, or training has ended."""
        place = self._place(key)
        self._apply(key, place, controls)
        while not controls.playing and self._scheduler.is_live(place.run):
            if place.controls.version > controls.version:
                break
            time.sleep(0.005)
        return self._view(place)

    def advance(self, key: str, controls: Controls, seconds: float) -> View:
        """One turn, as is said; see Run.advance."""
        place = self._place(key)
        self._apply(key, place, controls)
        self._between_turns(lambda: place.run.advance(seconds))
        return self._view(place)

    def predict(self, key: str, images: Tensor) -> Tensor:
        """See Run.predict."""
        run = self._place(key).run
        return self._between_turns(lambda: run.predict(images))

    def learner(self, key: str) -> Learner:
        """See Run.copy_learner."""
        return self._between_turns(self._place(key).run.copy_learner)

    def checkpoint(self, key: str) -> tuple[View, np.ndarray]:
        """The run as it is now, which then waits a moment for other settings."""
        place = self._place(key)

        def write() -> tuple[View, np.ndarray]:
            self._scheduler.hold(key, _FORK_SECONDS)
            return self._view(place), self._written(place)

        return self._between_turns(write)

    def drop(self, key: str) -> None:
        """Forget that run."""
        place = self._places.pop(key, None)
        if place:
            self._scheduler.pause(place.run)
        self._vault.forget.remote(key)

    def news(self, seconds: float) -> list[tuple[str, Difference]]:
        """What is new of any run, at the earliest after so long; empty after a while without."""
        until = time.monotonic() + _SILENCE_SECONDS
        while True:
            time.sleep(seconds)
            news = [one for item in list(self._places.items()) if (one := self._news_of(*item))]
            if news or time.monotonic() > until:
                return news

    def _settle(self, key: str, controls: Controls, run: Run) -> View:
        place = _Place(run, controls)
        self._apply(key, place, controls)
        run.latest = run.snapshot()
        self._vault.keep.remote(key, self._written(place))
        self._places[key] = place
        return self._view(place)

    def _place(self, key: str) -> _Place:
        """Calls overtake each other: this one may come before the run itself."""
        until = time.monotonic() + _OVERTAKEN_SECONDS
        while key not in self._places and time.monotonic() < until:
            time.sleep(0.005)
        return self._places[key]

    def _apply(self, key: str, place: _Place, controls: Controls) -> None:
        if controls.version < place.controls.version:
            return
        place.controls, run = controls, place.run
        run.settings, run.watches_noise = controls.settings, controls.watches_noise
        run.tempo, run.rests_until = controls.tempo, 0.0
        self._scheduler.release(key)
        if controls.playing:
            self._scheduler.play(run, owner=key)
        else:
            self._scheduler.pause(run)

    def _news_of(self, key: str, place: _Place) -> tuple[str, Difference] | None:
        before, run = place.sent, place.run
        if before and before.snapshot is run.latest and before.ended == run.ended:
            return None
        place.sent = self._view(place)
        return key, difference(before, place.sent)

    def _view(self, place: _Place) -> View:
        run = place.run
        loading = run.loading_seconds
        kept = place.kept.place.updates if place.kept else 0
        return View(next(place.numbers), run.latest, run.batch, run.ended, loading, kept)

    def _keep_checkpoints(self) -> None:
        while True:
            time.sleep(CHECKPOINT_SECONDS)
            for key, place in list(self._places.items()):
                if place.kept is not place.run.latest:
                    self._keep(key, place)

    def _keep(self, key: str, place: _Place) -> None:
        """Write it down between two turns, and call it kept only when the vault has it."""
        import ray

        def write() -> tuple[Snapshot, np.ndarray]:
            return place.run.latest, self._written(place)

        snapshot, written = self._between_turns(write)
        # Where the vault's node is lost meanwhile, another vault comes, and the next checkpoint.
        with suppress(ray.exceptions.RayError):
            ray.get(self._vault.keep.remote(key, written), timeout=CHECKPOINT_SECONDS)
            place.kept = snapshot

    def _written(self, place: _Place) -> np.ndarray:
        from mnist_core.training.checkpoint import checkpoint

        return np.frombuffer(checkpoint(place.run), np.uint8)

    def _between_turns(self, work: Callable[[], Result]) -> Result:
        return self._scheduler.between_turns(work).result()


class Vault:
    """Keeps the latest checkpoint of each run in the object store of its node."""

    def __init__(self) -> None:
        self._kept: dict[str, Any] = {}

    def keep(self, key: str, written: np.ndarray) -> None:
        """In place of the one before."""
        import ray

        self._kept[key] = ray.put(np.array(written))

    def latest(self, key: str) -> np.ndarray | None:
        """The one that was kept last."""
        import ray

        return ray.get(self._kept[key]) if key in self._kept else None

    def forget(self, key: str) -> None:
        """The run needs none any more."""
        self._kept.pop(key, None)
