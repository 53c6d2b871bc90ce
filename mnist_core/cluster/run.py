"""A run that is trained in a cluster, as its pages know it."""

from __future__ import annotations

import threading
import time
import uuid
import weakref
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from mnist_core.cluster.connection import NoNodeError
from mnist_core.cluster.crew import Crew, Home
from mnist_core.cluster.views import Controls, Difference, View, added
from mnist_core.faults import FAILED, LOST, MOVED, NO_NODE, TRAINING
from mnist_core.records import Batch, Snapshot
from mnist_core.settings import Budget, Settings, Setup
from mnist_core.show import sentences
from mnist_core.training.history import History

if TYPE_CHECKING:
    import torch
    from torch import Tensor

    from mnist_core.data import Mnist
    from mnist_core.training.learner import Learner

_LOOK_SECONDS = 0.25  # from look to look of the scheduler
# That a host may take. Ray alone would wait for a minute until a computer that is cut off is lost.
_ANSWER_SECONDS = 15.0


class _Control:
    """One of a run's controls, which its host follows from the next update on."""

    def __set_name__(self, _owner: type, name: str) -> None:
        self._name = name

    def __get__(self, run: RemoteRun, _owner: type) -> Any:
        return getattr(run._controls, self._name)

    def __set__(self, run: RemoteRun, value: Any) -> None:
        run._say(**{self._name: value})


class RemoteRun:
    """A Run elsewhere: its public names, and what they mean; see Run.

    It costs the cluster nothing before it is trained, or asked for something. What it is there is
    known here as of its `latest` snapshot, whose notice says what befell it. Where it is asked and
    no host can answer, it raises NoNodeError at once.
    """

    settings: Settings = _Control()
    tempo: float | None = _Control()
    watches_noise: bool = _Control()

    def __init__(
        self,
        crew: Crew,
        mnist: Mnist,
        settings: Settings | None = None,
        setup: Setup | None = None,
        *,
        budget: Budget | None = None,
        **options: Any,
    ) -> None:
        self.key = uuid.uuid4().hex
        self.digits = mnist
        self.setup = setup or Setup()
        self.budget = budget
        self.batch: Batch | None = None
        self.ended = self.stranded = False
        self.loading_seconds: float | None = None
        self._crew = crew
        self._options = {"setup": self.setup, "budget": budget} | options
        self._controls = Controls(0, settings or Settings())
        self._rested = 0  # the version of the controls up to which it is known to rest
        self._next_look = 0.0
        self._home: Home | None = None
        self._vault: Any = None  # of the latest home: where a checkpoint may be
        self._view: View | None = None
        self._number = -1
        self._kept_updates = 0
        self._lost_at: Snapshot | None = None
        self._notice: str | None = None
        self._lock = threading.RLock()
        self.latest = History(len(mnist.train)).snapshot(self.settings, self.setup, len(mnist.test))

    @property
    def device(self) -> torch.device:
        """Where its digits are here."""
        return self.digits.device

    @property
    def node(self) -> str | None:
        """The node that it is trained on; None where it has none."""
        return self._home and self._home.node

    @property
    def vault_node(self) -> str | None:
        """The node that keeps its checkpoints now; None where it has none."""
        return self._home and self._home.vault_node

    @property
    def kept_updates(self) -> int:
        """How many had been made at its latest checkpoint, as far as is known here."""
        return self._kept_updates

    @property
    def seconds(self) -> float:
        """Of training so far, as far as is known here."""
        return self.latest.place.seconds

    @property
    def updates(self) -> int:
        """How many are known here to have been made."""
        return self.latest.place.updates

    @property
    def error(self) -> str | None:
        """Why it has ended, in plain words."""
        return self.latest.error

    @property
    def rests_until(self) -> float:
        """When the scheduler is to look after it again; set to 0, the next update comes at once."""
        return self._next_look

    @rests_until.setter
    def rests_until(self, _until: float) -> None:
        self._next_look = 0.0
        self._say()

    @property
    def learner(self) -> Learner:
        """A copy of the network, as it is now."""
        return self._ask("learner")

    def copy_learner(self) -> Learner:
        """A copy of the network with Adam's state, to be computed with here."""
        return self._ask("learner")

    def predict(self, images: Tensor) -> Tensor:
        """Probabilities of the ten labels; see Run."""
        return self._ask("predict", images)

    def snapshot(self) -> Snapshot:
        """What is known of it here, with the settings that its next update there uses."""
        return replace(self.latest, settings=self.settings)

    def advance(self, seconds: float) -> None:
        """One turn, of this run alone, and then its snapshot."""
        self._take(self._ask("advance", self._controls, seconds))

    def fork(self) -> RemoteRun:
        """A copy of the whole run; it is trained elsewhere too."""
        view, written = self._ask("checkpoint")
        self._take(view)
        other = RemoteRun(self._crew, self.digits, self.settings, self.setup, budget=self.budget)
        other._options = self._options
        other._controls = replace(self._controls, version=0, playing=False)
        other.latest, other.batch, other.ended = self.latest, self.batch, self.ended
        other._settle("restore", written)
        if other._home is None:
            raise NoNodeError(NO_NODE)
        return other

    def attend(self, playing: bool) -> None:
        """Have it trained, or no longer; the scheduler asks for it again and again."""
        self._next_look = time.monotonic() + _LOOK_SECONDS
        if playing and self._home is None and not self.ended:
            self.stranded = self._crew.is_empty
            if self.stranded:
                self._note(NO_NODE)
                return
            self._settle_as_can_be()
        if playing != self._controls.playing:
            self._say(playing=playing)

    @property
    def rests(self) -> bool:
        """Whether it is known that it trains no more, with its latest snapshot here."""
        return not self._controls.playing and (
            self._home is None or self.ended or self._rested >= self._controls.version
        )

    def hear(self, home: Home, news: Difference) -> None:
        """What its host tells of it."""
        with self._lock:
            if home is self._home:
                self._view = added(self._view, news)
                self._take(self._view)

    def move(self, home: Home) -> None:
        """Its host is lost: go on at another from the latest checkpoint."""
        with self._lock:
            if home is not self._home:
                return
            self._home, self._vault, self._lost_at = None, home.vault, self.latest
            if not self._settle_as_can_be() and self._crew.is_empty:
                self._strand(NO_NODE)

    def _strand(self, why: str) -> None:
        """It can't go on, though it was to."""
        with self._lock:
            self.stranded = self._controls.playing
            self._controls = replace(self._controls, playing=False)
            self._note(why)

    def _settle_as_can_be(self) -> bool:
        """Whether it has a host now: as it was there, or anew where it has never been trained."""
        with self._lock:
            if self._home is None:
                if self._vault is None:
                    self._settle("make", self._options)
                else:
                    self._settle("fetch", self._vault)
            return self._home is not None

    def _settle(self, method: str, what: Any) -> None:
        with self._lock:
            home = self._crew.settle(self)
            if home is None:
                return
            self._home, self._vault = home, home.vault
            self._view, self._number = None, -1
            weakref.finalize(self, _drop, home, self.key).atexit = False
            self._crew.ask(home, self._begun, method, self.key, self._controls, what)

    def _begun(self, view: View | Exception) -> None:
        with self._lock:
            if isinstance(view, Exception):
                self._home, self.ended = None, True
                self.latest = replace(self.latest, error=_why_it_failed(view))
                return
            lost, self._lost_at = self._lost_at, None
            if lost is not None:
                self._notice = _what_happened(lost, view.snapshot)
            self._take(view)

    def _say(self, **changes: Any) -> None:
        """Have its host do otherwise from now on."""
        with self._lock:
            version = self._controls.version + 1
            self._controls = replace(self._controls, version=version, **changes)
            if changes.get("playing"):
                self.stranded, self._notice = False, None
            if self._home is not None:
                heard = self._heard_of(self._controls)
                self._crew.ask(self._home, heard, "control", self.key, self._controls)

    def _heard_of(self, controls: Controls) -> Callable[[View | Exception], None]:
        def heard(view: View | Exception) -> None:
            if isinstance(view, View):
                self._take(view)
                if not controls.playing:
                    self._rested = max(self._rested, controls.version)

        return heard

    def _take(self, view: View) -> None:
        with self._lock:
            if view.number <= self._number:
                return
            self._number = view.number
            self.batch, self.ended = view.batch, view.ended
            self.loading_seconds, self._kept_updates = view.loading_seconds, view.kept_updates
            self.latest = replace(view.snapshot, notice=self._notice)

    def _note(self, notice: str) -> None:
        self._notice = notice
        self.latest = replace(self.latest, notice=notice)

    def _settled(self) -> Home:
        with self._lock:
            if self.error is None:
                self._settle_as_can_be()
            if self._home is None:
                raise NoNodeError(self.error or NO_NODE)
            return self._home

    def _ask(self, method: str, *arguments: Any) -> Any:
        """What its host answers; where that is lost meanwhile, the next one."""
        import ray

        while True:
            home = self._settled()
            asked = getattr(home.actor, method).remote(self.key, *arguments)
            try:
                return ray.get(asked, timeout=_ANSWER_SECONDS)
            except ray.exceptions.GetTimeoutError:
                raise NoNodeError(NO_NODE) from None
            except ray.exceptions.RayTaskError:
                if home is self._home:
                    raise
            except ray.exceptions.RayError:
                self._crew.lose(home)


def _drop(home: Home, key: str) -> None:
    """Nobody can ask for the run any more."""
    with suppress(Exception):  # the cluster may have been left before
        home.actor.drop.remote(key)


def _why_it_failed(error: Exception) -> str:
    cause = getattr(error, "cause", error)
    if isinstance(cause, LookupError) or "ActorDied" in repr(cause):
        return LOST
    return FAILED.format(what=TRAINING, error=f"{type(cause).__name__}: {cause}")


def _what_happened(lost: Snapshot, now: Snapshot) -> str:
    again = lost.place.seconds - now.place.seconds
    return MOVED.format(
        lost=f"{lost.place.updates:,}",
        now=f"{now.place.updates:,}",
        time=sentences.seconds(max(again, 0)),
    )
