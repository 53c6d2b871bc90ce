"""The class on the real server: what a student may say by the channel, and what comes of it."""

from __future__ import annotations

import asyncio

from tests.load.visitor import Visitor
from tests.serving import Server


def nonsense(vote: int) -> tuple[str, ...]:
    """What no tab says while the vote of that number is open, though most of it looks like one."""
    return (
        "vote",
        f"vote {vote}",
        f"vote {vote} 0 0",
        f"vote {vote} -1",
        f"vote {vote} 3",
        f"vote {vote} x",
        f"vote {vote + 1} 0",
        f"vote {vote - 1} 0",
        "vote ١ ٠",  # figures, but not those that a tab writes
        "vote ² 0",
        f"vote {vote} " + "9" * 60,
        f"open_vote {vote}",
    )


async def come(server: Server, query: str = "") -> Visitor:
    """Somebody who has opened the page Class."""
    visitor = Visitor(server.url, page="class", query=query)
    await visitor.visit()
    return visitor


async def press(visitor: Visitor, key: str) -> None:
    """Click the button of that key as soon as it is there."""
    await visitor.until(lambda: visitor.button(key))
    await visitor.click(key)


async def teach(server: Server) -> Visitor:
    teacher = await come(server, f"teacher={server.teachers_token}")
    await press(teacher, "class_open")
    await teacher.until(lambda: teacher.button("class_ask"))
    return teacher


async def join(server: Server) -> Visitor:
    student = await come(server)
    await press(student, "class_join")
    await student.until(lambda: "ballot" in student.parts)
    return student


async def dismiss(teacher: Visitor, *students: Visitor) -> None:
    """Close the class, so that the next test may open it; nobody has met a fault."""
    await press(teacher, "class_close")
    await teacher.until(lambda: teacher.button("class_open"))
    await leave(teacher, *students)


async def leave(*visitors: Visitor) -> None:
    for visitor in visitors:
        assert visitor.errors == []
        await visitor.leave()


def test_an_answer_is_counted_once_whatever_else_a_student_says(server):
    async def scene() -> None:
        teacher, student = await teach(server), await join(server)
        await press(teacher, "class_ask")
        await student.until(lambda: student.parts["ballot"])
        first = student.parts["ballot"]["vote"]
        for said in nonsense(first):
            await student.say(said)
        for option in (0, 2):
            await student.say(f"vote {first} {option}")
            await student.until(
                lambda option=option: student.parts.get("ballot_answer") == given(first, option)
            )
        await teacher.until(lambda: "1 answer" in teacher.parts["class_turnout"])
        await press(teacher, "class_close_vote")
        await student.until(lambda: not student.parts["ballot"]["open"])
        assert student.parts["ballot"]["counts"] == [0, 0, 1]
        await student.say(f"vote {first} 1")
        await press(teacher, "class_ask")
        await student.until(lambda: student.parts["ballot"]["vote"] == first + 1)
        await student.say(f"vote {first + 1} 1")
        await student.until(lambda: student.parts.get("ballot_answer") == given(first + 1, 1))
        await dismiss(teacher, student)

    asyncio.run(scene())
    assert "Traceback" not in server.errors


def given(vote: int, option: int) -> dict[str, int]:
    return {"vote": vote, "option": option}


def test_a_wrong_token_opens_nothing(server):
    async def scene() -> None:
        stranger = await come(server, "teacher=" + "x" * 22)
        await stranger.until(lambda: "not the teacher’s link" in stranger.text)
        await stranger.until(lambda: stranger.button("play"))
        assert stranger.button("class_open") is None
        assert stranger.button("class_close") is None
        await leave(stranger)

    asyncio.run(scene())


def points(chart: dict) -> list[float]:
    """Where along its axis a live chart has drawn something."""
    return [x for line in chart["figure"]["data"] for x in line["x"]]


def test_who_follows_a_run_and_a_page_is_fed_without_a_run_of_the_script(server):
    async def scene() -> None:
        teacher, student = await teach(server), await join(server)
        await teacher.press("play")
        await student.until(lambda: "training, epoch" in str(student.parts.get("followed_place")))
        await student.until(lambda: "followed_1" in student.parts)
        runs, seen = student.script_runs, len(points(student.parts["followed_1"]))
        await student.until(lambda: len(points(student.parts["followed_1"])) > seen)
        await teacher.press("play")
        await teacher.go_to("digits")
        await student.until(lambda: "Training digit" in student.parts["followed_words"])
        await student.until(lambda: student.parts["followed_page_1"])
        assert student.script_runs == runs
        await teacher.go_to("class")
        await dismiss(teacher, student)

    asyncio.run(scene())
