"""A class that follows: so many students look on while a teacher trains, and answer a question."""

from __future__ import annotations

import asyncio
import random
import time
from dataclasses import dataclass
from math import inf
from statistics import mean, quantiles

from tests.load.visitor import ELSEWHERE, Visitor
from tests.serving import Server

# Of the time: that the teacher trains alone first, beside it; the last one comes; the teacher asks;
# and so long one thinks at most.
_ALONE, _ARRIVE, _ASK, _THINK = 0.25, 0.4, 0.6, 0.1
_OPTIONS = 3  # of the first station

# What may be expected on two cores.
_ANSWER_SECONDS = 0.5  # at the 95th percentile, until an answer is said to count
_FRAMES_PER_SECOND = 0.3  # for each who follows
_MOST_SLOWER = 1.25  # an epoch of the teacher's by the training's clock, against one alone


@dataclass(frozen=True)
class Followed:
    """What a class met that followed its teacher.

    errors: every visitor's, and what the server wrote to standard error where that is a traceback.
    asked_seconds: from the teacher's click to the question, for each student.
    answer_seconds: from the tap to the word that it counts, for each student.
    counted: answers in the teacher's tally at the end.
    frames_per_second: that each student was sent while all were there.
    kilobytes_per_second: that each student was sent then.
    epoch_seconds: of the teacher's training by its own clock, alone and with the class.
    epochs_per_minute: that the teacher's run made, alone and with the class.
    server_cpu: processors that the server kept busy while all were there.
    """

    students: int
    errors: list[str]
    asked_seconds: list[float]
    answer_seconds: list[float]
    counted: int
    frames_per_second: list[float]
    kilobytes_per_second: float
    epoch_seconds: tuple[float, float]
    epochs_per_minute: tuple[float, float]
    megabytes: tuple[float, float]
    server_cpu: float

    @property
    def missed(self) -> list[str]:
        """What this class was not given that it may expect."""
        alone, together = self.epoch_seconds
        held = {
            "nobody meets an error": not self.errors,
            "every answer counts": self.counted == self.students,
            "95 % of answers count within 0.5 s": _late(self.answer_seconds) <= _ANSWER_SECONDS,
            "0.3 frames a second for each": min(self.frames_per_second) >= _FRAMES_PER_SECOND,
            "the teacher's epochs are a quarter longer at most": together <= _MOST_SLOWER * alone,
        }
        return [promise for promise, kept in held.items() if not kept]

    def __str__(self) -> str:
        return "\n".join(
            [
                f"errors               {len(self.errors)}",
                f"answers              {self.counted} of {self.students} in the tally",
                f"from tap to counted  {_times(self.answer_seconds)}",
                f"question on phones   {_times(self.asked_seconds)}",
                f"frames a second      least {min(self.frames_per_second):.2f}, "
                f"mean {mean(self.frames_per_second):.2f}, "
                f"{self.kilobytes_per_second:.1f} kB a second each",
                "teacher's epoch      {:.3f} s alone, {:.3f} s with the class".format(
                    *self.epoch_seconds
                ),
                "epochs a minute      {:.0f} alone, {:.0f} with the class".format(
                    *self.epochs_per_minute
                ),
                "server's memory      {:.0f} MB before the class, {:.0f} MB at the end".format(
                    *self.megabytes
                ),
                f"processors busy      {self.server_cpu:.2f} by the server",
                *self.errors[:10],
                *(f"missed: {promise}" for promise in self.missed),
            ]
        )


def _late(seconds: list[float]) -> float:
    return quantiles(seconds, n=20)[18] if len(seconds) > 1 else inf


def _times(seconds: list[float]) -> str:
    if not seconds:
        return "none"
    middle = sorted(seconds)[len(seconds) // 2]
    return (
        f"median {middle * 1e3:.0f} ms, 95 % within {_late(seconds) * 1e3:.0f} ms, "
        f"slowest {max(seconds) * 1e3:.0f} ms"
    )


@dataclass
class _Student:
    """One who follows, and when the question reached them and their answer counted."""

    visitor: Visitor
    asked_at: float = inf
    answer_seconds: float = inf
    frames_before: int = 0
    bytes_before: int = 0


async def follow(server: Server, students: int, seconds: float) -> Followed:
    """Have a teacher train and so many students follow for so long, and answer one question."""
    teacher = await _teacher(server)
    alone = await _pace(teacher, _ALONE * seconds)
    empty = server.megabytes()
    chance = random.Random(0)
    everybody = [_Student(Visitor(server.url, ELSEWHERE, "class")) for _ in range(students)]
    lessons = [
        asyncio.create_task(
            _lesson(
                one,
                arrives=chance.uniform(0, _ARRIVE * seconds),
                thinks=chance.uniform(0, _THINK * seconds),
                option=chance.randrange(_OPTIONS),
            )
        )
        for one in everybody
    ]
    await asyncio.sleep(_ASK * seconds)
    for one in everybody:
        one.frames_before, one.bytes_before = len(one.visitor.frame_times), one.visitor.bytes_fed
    before, began = server.cpu_seconds(), time.perf_counter()
    asked_at = await _ask(teacher)
    together = await _pace(teacher, (1 - _ASK) * seconds)
    outcomes = await asyncio.gather(*lessons, return_exceptions=True)
    for one, outcome in zip(everybody, outcomes, strict=True):
        if outcome is None:
            seen = one.visitor.frame_times
            await one.visitor.until(lambda seen=seen, one=one: len(seen) > one.frames_before)
    spent = time.perf_counter() - began
    busy = (server.cpu_seconds() - before) / spent
    counted = await _counted(teacher, everybody[0].visitor)
    memory = empty, server.megabytes()
    visitors = [teacher, *(one.visitor for one in everybody)]
    errors = [error for visitor in visitors for error in visitor.errors]
    errors += [repr(outcome) for outcome in outcomes if outcome is not None]
    errors += [server.errors] if "Traceback" in server.errors else []
    fed = sum(one.visitor.bytes_fed - one.bytes_before for one in everybody)
    frames = [(len(one.visitor.frame_times) - one.frames_before) / spent for one in everybody]
    await _dismiss(teacher)
    for visitor in visitors:
        if visitor.has_come:
            await visitor.leave()
    return Followed(
        students=students,
        errors=errors,
        asked_seconds=[one.asked_at - asked_at for one in everybody if one.asked_at < inf],
        answer_seconds=[one.answer_seconds for one in everybody],
        counted=counted,
        frames_per_second=frames,
        kilobytes_per_second=fed / 1e3 / spent / students,
        epoch_seconds=(alone[0], together[0]),
        epochs_per_minute=(alone[1], together[1]),
        megabytes=memory,
        server_cpu=busy,
    )


async def _teacher(server: Server) -> Visitor:
    """A teacher who has opened the class, and trains."""
    teacher = Visitor(server.url, page="class", query=f"teacher={server.teachers_token}")
    await teacher.visit()
    await teacher.until(lambda: teacher.button("class_open"))
    await teacher.click("class_open")
    await teacher.until(lambda: teacher.button("class_ask"))
    await teacher.go_to("")
    await teacher.until(lambda: teacher.button("lesson_begin") and teacher.figure("Epochs"))
    await teacher.click("lesson_begin")
    await teacher.until(lambda: teacher.button("lesson_ask_class"))
    await teacher.press("play")
    await teacher.until(lambda: teacher.epochs > 1)
    return teacher


async def _pace(teacher: Visitor, seconds: float) -> tuple[float, float]:
    """Over so many seconds: seconds of training per epoch, and epochs a minute."""
    clock, began = time.perf_counter, time.perf_counter()
    first, times = teacher.epochs, []
    while clock() < began + seconds:
        await asyncio.sleep(0.5)
        if "≈" not in (shown := teacher.figure("An epoch at 200")):
            times.append(float(shown.removesuffix(" s")))
    return mean(times), (teacher.epochs - first) / (clock() - began) * 60


async def _ask(teacher: Visitor) -> float:
    """Ask the first station's question; when."""
    asked_at = time.perf_counter()
    await teacher.click("lesson_ask_class")
    await teacher.until(lambda: teacher.button("class_close_vote"))
    return asked_at


async def _counted(teacher: Visitor, student: Visitor) -> int:
    """Close the vote; how many answers a student then sees."""
    await teacher.click("class_close_vote")
    await student.until(lambda: not student.parts["ballot"]["open"])
    return sum(student.parts["ballot"]["counts"])


async def _dismiss(teacher: Visitor) -> None:
    """Close the class, so that whoever comes next may open one."""
    await teacher.go_to("class")
    await teacher.until(lambda: teacher.button("class_close"))
    await teacher.click("class_close")
    await teacher.until(lambda: teacher.button("class_open"))


async def _lesson(student: _Student, arrives: float, thinks: float, option: int) -> None:
    """Come, join, follow, and answer when one is asked."""
    visitor = student.visitor
    await asyncio.sleep(arrives)
    await visitor.visit()
    await visitor.until(lambda: visitor.button("class_join"))
    await visitor.click("class_join")
    await visitor.until(lambda: "followed_1" in visitor.parts)
    await visitor.until(lambda: visitor.parts.get("ballot"), 120)
    student.asked_at = time.perf_counter()
    await asyncio.sleep(thinks)
    tapped = time.perf_counter()
    await visitor.say(f"vote {visitor.parts['ballot']['vote']} {option}")
    await visitor.until(lambda: visitor.parts.get("ballot_answer"))
    student.answer_seconds = time.perf_counter() - tapped
