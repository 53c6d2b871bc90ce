"""The class of this server: who is in it, who teaches it, and what it is asked."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from mnist_core import Settings, Setup
from mnist_core.language import language
from mnist_core.show.classroom import Vote, ballot
from mnist_core.show.lesson import STATIONS

_LOOK_SECONDS = 1.0  # between two looks at who is here


class NotTheTeacherError(Exception):
    """Somebody who does not hold the teacher's link wanted to change what the class sees."""


@dataclass(frozen=True)
class Scene:
    """What of a class decides which buttons there are.

    open: whether the teacher has opened the class.
    vote: the latest question with its answers; None before the first, or where it was put away.
    sample: what everybody's network is made with, but for its seed; None where none is taken.
    """

    open: bool = False
    vote: Vote | None = None
    sample: tuple[Settings, Setup] | None = None


@dataclass
class _Student:
    """Somebody in the class.

    seed: of their network in a sample; no two have the same.
    """

    seed: int
    is_here: bool = True


class Classroom:
    """One class. Visitors are known by their ids alone; any thread may call.

    token: who shows it is a teacher.
    leader: the id of the teacher who showed it last, whom the class follows; None before that.
    changes: grows with whatever anybody can see of the class.

    What changes what others see asks by whom, and raises NotTheTeacherError unless that is a
    teacher.
    """

    def __init__(self) -> None:
        self.token = secrets.token_urlsafe(16)
        self.leader: str | None = None
        self.changes = 0
        self._scene = Scene()
        self._teachers: set[str] = set()
        self._students: dict[str, _Student] = {}
        self._answers: dict[str, int] = {}
        self._measured: Mapping[str, str] = {}
        self._votes = self._seeds = 0
        self._next_look = 0.0
        self._lock = threading.RLock()

    def recognize(self, visitor: str, token: str) -> bool:
        """Whether that is the teacher's token; the visitor is a teacher from then on."""
        if not secrets.compare_digest(token.encode("utf-8", "replace"), self.token.encode()):
            return False
        with self._lock:
            self._teachers.add(visitor)
            self._students.pop(visitor, None)
            self.leader = visitor
            self.changes += 1
        return True

    def teaches(self, visitor: str) -> bool:
        """Whether the visitor is a teacher."""
        return visitor in self._teachers

    @property
    def scene(self) -> Scene:
        """What the class does now, in the language at work."""
        with self._lock:
            vote = self._scene.vote
            return replace(self._scene, vote=vote and self._told(vote))

    def open(self, by: str) -> None:
        """Let students join."""
        self._change(by, Scene(open=True))

    def close(self, by: str) -> None:
        """Send everybody out, and forget what was asked."""
        with self._lock:
            self._change(by, Scene())
            self._students.clear()
            self._answers.clear()

    def ask(self, by: str, station: int, hidden: bool) -> None:
        """Open a vote on a station of the lesson, in place of the one before.

        station: from 1 on.
        hidden: whether nobody sees the tally before the vote is closed.
        """
        asked = ballot(STATIONS[station - 1])
        with self._lock:
            number = self._votes + 1
            vote = Vote(number, station, asked, hidden, open=True, counts=())
            self._change(by, replace(self._scene, vote=vote))
            self._votes = number
            self._answers.clear()
            self._measured = {}

    def close_vote(self, by: str) -> None:
        """Take no more answers; the tally stays."""
        with self._lock:
            vote = self._scene.vote
            self._change(by, replace(self._scene, vote=vote and replace(vote, open=False)))

    def tell_measured(self, by: str, option: int, measured: Mapping[str, str]) -> None:
        """What the class was asked has been measured.

        option: the place of the one that it is nearest to.
        measured: what it is, in the words of each language.
        """
        with self._lock:
            vote = self._scene.vote
            answered = vote and replace(vote, came_true=option)
            if answered != vote or measured != self._measured:
                self._change(by, replace(self._scene, vote=answered))
                self._measured = measured

    def put_vote_away(self, by: str) -> None:
        """Show neither the question nor its answers any longer."""
        self._change(by, replace(self._scene, vote=None))

    def take_sample(self, by: str, settings: Settings, setup: Setup) -> None:
        """Ask everybody for a network made with these, but with a seed of its own."""
        self._change(by, replace(self._scene, sample=(settings, setup)))

    def end_sample(self, by: str) -> None:
        """Show no sample any longer."""
        self._change(by, replace(self._scene, sample=None))

    def join(self, visitor: str) -> bool:
        """The visitor is a student from now on, where the class is open; whether that is so."""
        with self._lock:
            if not self._scene.open:
                return False
            if visitor not in self._students:
                self._seeds += 1
                self._students[visitor] = _Student(self._seeds)
                self.changes += 1
            return True

    def leave(self, visitor: str) -> None:
        """The visitor is gone. What they have answered in a vote still counts."""
        with self._lock:
            self._teachers.discard(visitor)
            self._students.pop(visitor, None)
            if self.leader == visitor:
                self.leader = None
            self.changes += 1

    def has(self, visitor: str) -> bool:
        """Whether the visitor is a student of the class."""
        return visitor in self._students

    def seed_of(self, visitor: str) -> int | None:
        """The seed that a student's network has in a sample; None for anybody else."""
        student = self._students.get(visitor)
        return student and student.seed

    def answer(self, visitor: str, vote: int, option: int) -> bool:
        """Take a student's answer, in place of an earlier one; whether it counts.

        vote: its number.
        option: the place of the answer on the ballot, from 0 on.
        """
        with self._lock:
            asked = self._scene.vote
            if asked is None or not asked.open or asked.number != vote:
                return False
            if visitor not in self._students or not 0 <= option < len(asked.ballot.options):
                return False
            self._answers[visitor] = option
            self.changes += 1
            return True

    def answer_of(self, visitor: str) -> int | None:
        """What the visitor has answered in the vote; None before that."""
        return self._answers.get(visitor)

    def here(self, is_present: Callable[[str], bool]) -> int:
        """How many students have the page open; they are looked for once a second at most.

        is_present: tells it by a visitor's id.
        """
        with self._lock:
            if time.monotonic() >= self._next_look:
                self._next_look = time.monotonic() + _LOOK_SECONDS
                self._look(is_present)
            return sum(1 for student in self._students.values() if student.is_here)

    def _look(self, is_present: Callable[[str], bool]) -> None:
        for visitor, student in self._students.items():
            is_here = is_present(visitor)
            if is_here != student.is_here:
                student.is_here = is_here
                self.changes += 1

    def _change(self, by: str, scene: Scene) -> None:
        with self._lock:
            if by not in self._teachers:
                raise NotTheTeacherError("only who holds the teacher's link may do this")
            self._scene = scene
            self.changes += 1

    def _told(self, vote: Vote) -> Vote:
        return replace(vote, counts=self._counts(vote), measured=self._measured.get(language(), ""))

    def _counts(self, vote: Vote) -> tuple[int, ...]:
        answers = list(self._answers.values())
        return tuple(answers.count(option) for option in range(len(vote.ballot.options)))


CLASS = Classroom()
