"""What a visitor owns: a run with its ghost, a race, and what pages keep for them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from streamlit.delta_generator import DeltaGenerator

from mnist_core import Normalization, NoRoomError, Place, Settings, Setup, Snapshot
from mnist_core.data import TEST_DIGITS, TRAINING_DIGITS
from mnist_core.history import History
from mnist_core.race import Plan, RaceRecord
from pages.parts.shared import LOADING, RUNNER, mnist

if TYPE_CHECKING:
    from torch import Tensor

    from mnist_core import Run
    from mnist_core.race import Race
    from mnist_core.sandbox import Sandbox


@dataclass(eq=False)
class RunToBe:
    """What a run is to be while PyTorch and the digits are still on their way to the server.

    A page may draw it like any run that is untrained.

    wanted: whether it is to be trained as soon as it is there.
    """

    settings: Settings = field(default_factory=Settings)
    setup: Setup = field(default_factory=Setup)
    wanted: bool = False
    ended = False
    error = None

    @property
    def latest(self) -> Snapshot:
        """As a run is before its first turn."""
        return History(TRAINING_DIGITS).snapshot(self.settings, self.setup, TEST_DIGITS)


@dataclass(frozen=True)
class Ghost:
    """A copy of a run that went on at the batch size that the run left.

    since: where the two parted.
    """

    run: Run
    since: Place


@dataclass(frozen=True)
class Link:
    """What a page's address asked for.

    nonsense: the names in it whose values made no sense.
    """

    plan: Plan
    nonsense: tuple[str, ...]


@dataclass
class Session:
    """A visitor: their run, and what pages keep for them.

    run: made as soon as there is what makes it.
    run_number: how many runs there were before this one.
    ghost: the copy that the run left behind when its batch size was last changed.
    keeps_ghost: whether such a change shall leave one.
    race: the latest on the page Compare.
    recorded: a race read from a file, which that page shows instead.
    refusal: why the file last chosen there is no race that can be shown.
    waits_for_race: whether the run was training when a race began, and goes on after it.
    turned_away: whether there was no room when the visitor last wanted something trained.
    link: what the page's address asked of the race, once it has been read.
    wishes: values for widgets that are drawn before the page is; the next script run sets them.
    custom_normalization: chosen on the page Digits for the next run.
    sandbox: the copy of a network that the page Mini-batch tries updates on.
    test_probabilities: of all test digits, with the state of the network that gave them.
    live: whether anything had a turn to come or to end when the present script run began.
    ticking: whether the browser may still ask for parts of the page, since it polls or has polled.
    runners_over: of the race, how many had ended then.
    followers: how many parts of the page have been drawn since then that follow the training.
    asides: places elsewhere on the page that follow it too, and what draws there.
    absent_since: when somebody first noticed that the visitor is gone, by time.monotonic().
    """

    id: str
    run: Run | RunToBe = field(default_factory=RunToBe)
    run_number: int = 0
    ghost: Ghost | None = None
    keeps_ghost: bool = False
    race: Race | None = None
    recorded: RaceRecord | None = None
    refusal: str | None = None
    waits_for_race: bool = False
    turned_away: bool = False
    link: Link | None = None
    wishes: dict[str, object] = field(default_factory=dict)
    custom_normalization: Normalization | None = None
    sandbox: Sandbox | None = None
    test_probabilities: tuple[object, Tensor] | None = None
    live: bool = False
    ticking: bool = False
    runners_over: int = 0
    followers: int = 0
    asides: list[tuple[DeltaGenerator, Callable[[], None]]] = field(default_factory=list)
    absent_since: float | None = None

    @property
    def any_live(self) -> bool:
        """Whether anything of the visitor's has a turn to come or to end."""
        ghost = self.ghost and self.ghost.run
        return any(RUNNER.is_live(one) for one in (self.run, ghost, self.race) if one)

    @property
    def outdated(self) -> bool:
        """Whether the page shows the past: all rests now, a runner has ended, or the wait has."""
        return (
            (self.live and not self.any_live)
            or self.runners_over != self._runners_over()
            or (self.waits and LOADING.over)
        )

    def begin(self) -> None:
        """Note at the beginning of a script run what the page will show."""
        was_polling = self.polls
        if self.waits and LOADING.ready:
            self._make_run()
        self.live = self.any_live
        self.ticking = was_polling or self.polls
        self.runners_over = self._runners_over()
        self.followers = 0
        self.asides = []

    def _runners_over(self) -> int:
        return sum(entry.over for entry in self.race.latest.entries) if self.race else 0

    @property
    def waits(self) -> bool:
        """Whether the run is still to be made."""
        return isinstance(self.run, RunToBe)

    @property
    def polls(self) -> bool:
        """Whether the page is to look again and again for what is new."""
        return self.live or self.waits

    @property
    def playing(self) -> bool:
        """Whether the run is being trained, or will be as soon as it is made."""
        return self.run.wanted if self.waits else RUNNER.is_playing(self.run)

    @property
    def racing(self) -> bool:
        """Whether the race is being run."""
        return self.race is not None and RUNNER.is_playing(self.race)

    def toggle(self) -> None:
        """Start the run and its ghost, or pause them."""
        if self.waits:
            self.run.wanted = not self.run.wanted
        elif self.playing:
            self._pause()
        else:
            self._play(self.run, *([self.ghost.run] if self.ghost else []))

    def change(self, settings: Settings) -> None:
        """Hand the run new settings; a new batch size leaves a ghost where one is wanted."""
        new_size = settings.batch_size != self.run.settings.batch_size
        if new_size and self.keeps_ghost and not self.run.latest.untrained:
            self._leave_ghost(settings)
        self.run.settings = settings

    def keep_ghost(self, keep: bool) -> None:
        """Whether the next change of the batch size shall leave a ghost; without it none stays."""
        self.keeps_ghost = keep
        if not keep:
            self._drop_ghost()

    def reset(self, settings: Settings, setup: Setup) -> None:
        """Put an untrained run in place of this one; it waits for Start."""
        self._pause()
        self._drop_ghost()
        self.run = RunToBe(settings, setup) if self.waits else _run(settings, setup)
        self.run_number += 1
        self.waits_for_race = self.turned_away = False
        self.sandbox = self.test_probabilities = None

    def start_race(self, plan: Plan) -> None:
        """Run a new race, in place of the one before."""
        from mnist_core.race import Race

        race = Race(mnist(), plan)
        if self._let_race(race):
            self.race, self.recorded = race, None

    def run_race(self) -> None:
        """Let the race go on. The visitor's run is paused meanwhile."""
        self._let_race(self.race)

    def pause_race(self) -> None:
        """Let the race rest; the visitor's run may be started meanwhile."""
        RUNNER.pause(self.race)

    def stop_race(self) -> None:
        """End the race for all its runners."""
        self.race.stop()
        RUNNER.pause(self.race)

    def leave(self) -> None:
        """Pause all that is the visitor's."""
        self._pause()
        if self.race:
            RUNNER.pause(self.race)

    def go_on_after_race(self) -> None:
        """Train the run again that waited for a race, once that has ended."""
        if self.waits_for_race and self.race.ended:
            self.waits_for_race = False
            if not self.playing:
                self.toggle()

    def _make_run(self) -> None:
        wanted = self.playing
        self.run = _run(self.run.settings, self.run.setup)
        if wanted:
            self.toggle()

    def _let_race(self, race: Race) -> bool:
        was_playing = self.playing
        # The race first: with the run paused before, another visitor might take the place.
        if not self._play(race):
            return False
        self.waits_for_race |= was_playing
        self._pause()
        return True

    def _play(self, *wanted: Run | Race) -> bool:
        """Have these trained, if there is room for a visitor more; else all rest."""
        try:
            for one in wanted:
                RUNNER.play(one, owner=self.id)
            self.turned_away = False
        except NoRoomError:
            self.turned_away = True
        return not self.turned_away

    def _pause(self) -> None:
        RUNNER.pause(self.run)
        if self.ghost:
            RUNNER.pause(self.ghost.run)

    def _leave_ghost(self, settings: Settings) -> None:
        self._drop_ghost()
        with RUNNER.resting(self.run) as run:
            self.ghost = Ghost(run.fork(), run.latest.place)
            run.settings = settings
        if self.playing:
            self._play(self.ghost.run)

    def _drop_ghost(self) -> None:
        if self.ghost:
            RUNNER.pause(self.ghost.run)
        self.ghost = None


def _run(settings: Settings, setup: Setup) -> Run:
    from mnist_core import Run  # it brings PyTorch

    return Run(mnist(), settings, setup)
