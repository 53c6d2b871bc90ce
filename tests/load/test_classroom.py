"""That a class is served right; how fast, `python -m tests.load.classroom` tells."""

from __future__ import annotations

import asyncio

from tests.load.classroom import attend
from tests.load.following import follow
from tests.load.visitor import Visitor
from tests.serving import serving


def test_a_few_visitors_at_once_all_train_and_nobody_meets_an_error(server):
    report = asyncio.run(asyncio.wait_for(attend(server, visitors=4, seconds=4), 120))
    assert report.errors == []
    assert len(report.epochs) == 4
    assert min(report.epochs) > 0
    assert min(report.frames_per_second) > 0
    assert report.click_seconds


def test_a_few_who_follow_a_teacher_all_see_the_run_and_every_answer_counts(server):
    report = asyncio.run(asyncio.wait_for(follow(server, students=4, seconds=4), 120))
    assert report.errors == []
    assert report.counted == 4
    assert min(report.frames_per_second) > 0
    assert min(report.epochs_per_minute) > 0


def test_one_more_than_may_train_or_be_here_is_told_so_and_the_others_go_on():
    async def scene() -> None:
        first, second, third = (Visitor(server.url) for _ in range(3))
        for visitor in (first, second):
            await visitor.visit()
            await visitor.until(lambda visitor=visitor: visitor.button("play"))
        await first.press("play")
        await first.until(lambda: first.epochs > 0)  # pressed while PyTorch is loaded, both wait
        await second.click("play")
        await second.until(lambda: "As many visitors as may (1) are training" in second.text)
        await third.visit()
        await third.until(
            lambda: "As many visitors as this computer takes (2) are here" in third.text
        )
        assert third.button("play") is None
        before = first.epochs
        await first.until(lambda: first.epochs > before)
        await first.press("play")
        await second.press("play")
        await second.until(lambda: second.epochs > 0)
        assert first.errors == second.errors == third.errors == []

    with serving(MOST_TRAINING="1", MOST_VISITORS="2") as server:
        asyncio.run(scene())
