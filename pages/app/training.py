"""What a visitor trains: a run with its copy at the old batch size, or a race."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass, field
from math import inf
from typing import TYPE_CHECKING, Literal

from mnist_core import NoRoomError, Place, Settings, Setup
from mnist_core.cluster.connection import NoNodeError
from mnist_core.race import Plan
from mnist_core.records import MOVE_SECONDS
from pages.app.feed import Feed
from pages.app.loading import LOADING, mnist
from pages.app.run_to_be import RunToBe
from pages.app.scheduling import SCHEDULER, by_trainer

if TYPE_CHECKING:
    from mnist_core import Run
    from mnist_core.race import Race
    from mnist_core.training.learner import Learner

# So long a run waits at most until the page has changed that its visitor's click changes.
_CLICK_SECONDS = 0.5


Tempo = Literal["step", "slow", "quick", "full"]

# Updates a second. By steps, each press of Start makes one.
_RATES: dict[Tempo, float | None] = {"step": 1.0, "slow": 1.0, "quick": 10.0, "full": None}


@dataclass(frozen=True)
class KeptCopy:
    """A copy of a run that continues at the batch size that the run left.

    since: where the copy was made.
    """

    run: Run
    since: Place


@dataclass(eq=False)
class Training:
    """A visitor's run, its copy and their race. While the race is on, the run rests.

    owner: the visitor's id, by which the Scheduler knows whose these are.
    feed: of the visitor's tab, which is to be drawn before what a click has started computes.
    run: made as soon as there is what makes it.
    run_number: how many runs there were before this one.
    before_move: a copy of the network as its batch size was last changed; None before that.
    kept_copy: continues at the batch size from before the last move.
    keeps_copy: whether such a change leaves one.
    watches_noise: whether the run's noise scale is measured as it trains; the copy's is not.
    tempo: how fast the run and its copy are trained.
    race: the latest.
    waits_for_race: whether the run was training when a race began, and goes on after it.
    turned_away: whether there was no room when the visitor last wanted something trained.
    """

    owner: str
    feed: Feed
    run: Run | RunToBe = field(default_factory=RunToBe)
    run_number: int = 0
    before_move: Learner | None = None
    kept_copy: KeptCopy | None = None
    keeps_copy: bool = True
    watches_noise: bool = False
    tempo: Tempo = "full"
    race: Race | None = None
    waits_for_race: bool = False
    turned_away: bool = False
    # When the size was changed last, where that move began, and the updates made by then.
    _last_move: tuple[float, int, int] | None = None

    @property
    def waits(self) -> bool:
        """Whether the run is still to be made."""
        return isinstance(self.run, RunToBe)

    @property
    def playing(self) -> bool:
        """Whether the run is being trained, or will be as soon as it is made."""
        return self.run.wanted if self.waits else SCHEDULER.is_playing(self.run)

    @property
    def racing(self) -> bool:
        """Whether the race is being run."""
        return self.race is not None and SCHEDULER.is_playing(self.race)

    @property
    def live(self) -> bool:
        """Whether anything has a turn to come or to end."""
        kept = self.kept_copy and self.kept_copy.run
        return any(SCHEDULER.is_live(one) for one in (self.run, kept, self.race) if one)

    @property
    def moves(self) -> bool:
        """Whether what pages show of it changes on its own."""
        return self.waits or self.live

    @property
    def news(self) -> int:
        """Grows with every point that the charts get."""
        tested = [self.run.latest, *([self.kept_copy.run.latest] if self.kept_copy else [])]
        tested += self.race.latest.competitors if self.race else []
        return sum(len(one.test_points) for one in tested)

    @property
    def competitors_over(self) -> int:
        """How many of the race's competitors have ended."""
        return (
            sum(competitor.over for competitor in self.race.latest.competitors) if self.race else 0
        )

    def catch_up(self) -> None:
        """Do what has become due: make the run that waits, train the one that waited for a race."""
        if self.waits and LOADING.ready:
            wanted = self.playing
            self.run = self._new_run(self.run.settings, self.run.setup)
            if wanted:
                self.toggle()
        if self.waits_for_race and self.race.ended:
            self.waits_for_race = False
            if not self.playing:
                self.toggle()

    def toggle(self) -> None:
        """Start the run and its copy, or pause them; by steps, make one update of each."""
        if self.waits:
            self.run.wanted = not self.run.wanted
        elif self.playing:
            self._pause()
        elif self.tempo == "step":
            by_trainer(self._advance_all)
        else:
            self.feed.note_start()
            self._play(*self._runs)

    def set_tempo(self, tempo: Tempo) -> None:
        """Train at this tempo from the next update on; by steps, only when Start is pressed."""
        self.tempo = tempo
        if self.waits:
            return
        for run in self._runs:
            run.tempo, run.rests_until = _RATES[tempo], 0.0
        if self.playing and tempo == "step":
            self._pause()
        elif self.playing:
            self._play(*self._runs)  # a trainer that waits for the next update looks again

    def change(self, settings: Settings) -> None:
        """Hand the run new settings; a new batch size leaves a copy where one is wanted."""
        if settings == self.run.settings:
            return
        if self.waits:
            self.run.settings = settings
        else:
            by_trainer(lambda: self._change(settings))

    def keep_copy(self, keep: bool) -> None:
        """Whether the next move of the batch size leaves a copy; without it none stays."""
        self.keeps_copy = keep
        if not keep:
            self._drop_copy()

    def watch_noise(self, watch: bool) -> None:
        """Have the run's noise scale measured from the next test pass on, or no longer."""
        self.watches_noise = watch
        if not self.waits:
            self.run.watches_noise = watch

    def reset(self, settings: Settings, setup: Setup) -> None:
        """Put an untrained run in place of this one; it waits for Start."""
        self._pause()
        self._drop_copy()
        self.before_move = self._last_move = None
        self.run = RunToBe(settings, setup) if self.waits else self._new_run(settings, setup)
        self.run_number += 1
        self.waits_for_race = self.turned_away = False

    def go_on_from(self, other: Training) -> None:
        """Put a copy of somebody else's run in place of this one; it waits for Start.

        Where theirs is still to be made, nothing happens; nor where it can't be copied, which
        raises NoNodeError.
        """
        if other.waits:
            return
        copied = by_trainer(other.run.fork)
        self._pause()
        self._drop_copy()
        self.before_move = self._last_move = None
        self.run = copied
        self.run.watches_noise = self.watches_noise
        self.run.tempo, self.run.rests_until = _RATES[self.tempo], 0.0
        self.run_number += 1
        self.waits_for_race = self.turned_away = False

    def start_race(self, plan: Plan) -> None:
        """Run a new race, in place of the one before."""
        race = by_trainer(lambda: SCHEDULER.new_race(mnist(), plan))
        if self._let_race(race):
            self.race = race

    def run_race(self) -> None:
        """Let the race go on. The visitor's run is paused meanwhile."""
        self._let_race(self.race)

    def pause_race(self) -> None:
        """Let the race rest; the visitor's run may be started meanwhile."""
        SCHEDULER.pause(self.race)

    def stop_race(self) -> None:
        """End the race for all its competitors."""
        self.race.stop()
        SCHEDULER.pause(self.race)

    def drop_race(self) -> None:
        """Put the race away; the run that waits for its end stays paused."""
        if self.race:
            SCHEDULER.pause(self.race)
        self.race, self.waits_for_race = None, False

    def leave(self) -> None:
        """Pause all of it."""
        self._pause()
        if self.race:
            SCHEDULER.pause(self.race)

    def rest_while_drawn(self) -> None:
        """Train nothing of the visitor's before the tab has drawn what a click changes."""
        if self.feed.on_this_computer:
            SCHEDULER.hold(self.owner, _CLICK_SECONDS)

    def _let_race(self, race: Race) -> bool:
        was_playing = self.playing
        self.feed.note_start()
        # The race first: with the run paused before, another visitor might take the place.
        if not self._play(race):
            return False
        self.waits_for_race |= was_playing
        self._pause()
        return True

    def _play(self, *wanted: Run | Race) -> bool:
        """Have these trained, if there is room for a visitor more; otherwise all rest."""
        self.rest_while_drawn()
        try:
            for one in wanted:
                SCHEDULER.play(one, owner=self.owner)
            self.turned_away = False
        except NoRoomError:
            self.turned_away = True
        return not self.turned_away

    def _advance_all(self) -> None:
        with suppress(NoNodeError):  # the sidebar says so
            for run in self._runs:
                if not run.ended:
                    run.advance(0)

    def _pause(self) -> None:
        for run in self._runs:
            SCHEDULER.pause(run)

    @property
    def _runs(self) -> list[Run]:
        """The run, and its copy where there is one."""
        return [self.run, *([self.kept_copy.run] if self.kept_copy else [])]

    def _new_run(self, settings: Settings, setup: Setup) -> Run:
        run = by_trainer(lambda: SCHEDULER.new_run(mnist(), settings, setup))
        run.tempo, run.watches_noise = _RATES[self.tempo], self.watches_noise
        return run

    def _change(self, settings: Settings) -> None:
        """With no update between the copies of a trained run and the change of its size."""
        run = self.run
        if settings.batch_size != run.settings.batch_size and not run.latest.untrained:
            self._begin_or_continue_move(settings.batch_size)
        run.settings = settings
        run.latest = run.snapshot()  # pages name the new settings at once

    def _begin_or_continue_move(self, size: int) -> None:
        """Leave a copy at the size before the first of several changes made in one go."""
        now, updates = time.monotonic(), self.run.updates
        moved_at, moved_from, updates_then = self._last_move or (-inf, 0, -1)
        present = self.run.settings.batch_size
        in_one_go = now - moved_at <= MOVE_SECONDS or updates == updates_then
        if not in_one_go or present == moved_from:
            moved_from = present
            self._drop_copy()
            self.before_move = None
            with suppress(NoNodeError):  # the sidebar says so; the size changes all the same
                self._leave_copies()
        if size == moved_from:  # back where it began
            self._drop_copy()
        self._last_move = (now, moved_from, updates)

    def _leave_copies(self) -> None:
        self.before_move = self.run.copy_learner()
        if self.keeps_copy:
            self.kept_copy = KeptCopy(self.run.fork(), self.run.latest.place)
            self.kept_copy.run.watches_noise = False
            if self.playing:
                self._play(self.kept_copy.run)

    def _drop_copy(self) -> None:
        if self.kept_copy:
            SCHEDULER.pause(self.kept_copy.run)
        self.kept_copy = None
