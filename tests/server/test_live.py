"""The live channel, asked by hand of the real server."""

from __future__ import annotations

import asyncio
import contextlib
import random

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from pages.app.live import REPLACED, UNKNOWN
from tests.load.visitor import ELSEWHERE, Visitor
from tests.serving import Server


async def come(server: Server, headers: dict[str, str] | None = None) -> Visitor:
    """A visitor whose page is drawn and fed."""
    visitor = Visitor(server.url, headers or {})
    await visitor.visit()
    await visitor.until(lambda: visitor.button("play") and visitor.frame_times)
    return visitor


def live(server: Server, token: str = "x", **options):
    return connect(f"ws://localhost:{server.port}/live/{token}", **options)


@pytest.mark.parametrize("token", ["x", "a" * 22, "%00", "%C3%A9"])
def test_an_unknown_token_is_told_so_and_gets_nothing(server, token):
    with live(server, token, origin=server.url) as line:
        with pytest.raises(ConnectionClosed) as end:
            line.recv(timeout=10)
        assert end.value.rcvd.code == UNKNOWN


def test_each_visit_has_a_channel_of_its_own(server):
    async def scene() -> None:
        one, other = await come(server), await come(server)
        assert one.path != other.path
        await one.press("play")
        await one.until(lambda: one.epochs > 0)
        assert other.epochs == 0
        for visitor in (one, other):
            assert visitor.errors == []
            await visitor.leave()

    asyncio.run(scene())


def test_a_second_connection_takes_the_place_of_the_first(server):
    async def scene() -> None:
        visitor = await come(server)
        async with visitor.channel() as second:
            assert "parts" in await asyncio.wait_for(second.recv(), 30)
        with pytest.raises(RuntimeError, match=str(REPLACED)):
            await visitor.until(lambda: False)
        await visitor.leave()

    asyncio.run(scene())


@pytest.mark.parametrize("said", [b"bytes", "nonsense", "x" * 1_000_000], ids=len)
def test_nonsense_on_the_channel_ends_that_connection_at_most(server, said):
    async def scene() -> None:
        visitor = await come(server)
        async with visitor.channel() as second:
            await second.send(said)
            with contextlib.suppress(ConnectionClosed):
                await second.recv()
        await visitor.leave()
        await (await come(server)).leave()

    asyncio.run(scene())
    assert "Traceback" not in server.errors


@pytest.mark.parametrize("headers", [{}, ELSEWHERE])
def test_a_run_is_trained_and_followed_without_a_run_of_the_script(server, headers):
    async def scene() -> None:
        visitor = await come(server, headers)
        await visitor.press("play")
        # On a server that still loads the digits, the script runs once more when they are there.
        await visitor.until(lambda: visitor.epochs > 0)
        runs = visitor.script_runs
        await visitor.until(lambda: visitor.epochs > 1)
        assert visitor.script_runs == runs
        await visitor.press("play")
        await visitor.leave()

    asyncio.run(scene())


def test_no_click_is_lost_where_the_script_is_asked_to_run_at_the_same_moment(server):
    async def scene() -> None:
        visitor, chance = await come(server), random.Random(0)
        for _ in range(60):
            before = visitor.button("play").label
            await visitor.click("play")
            await asyncio.sleep(chance.uniform(0, 0.003))
            await visitor.rerun()
            await visitor.until(lambda before=before: label_of(visitor) not in (None, before), 5)
        await visitor.leave()

    def label_of(visitor: Visitor) -> str | None:
        button = visitor.button("play")
        return button and button.label

    asyncio.run(scene())


def test_under_a_base_path_the_channel_is_there_too(server_under_a_path):
    async def scene() -> None:
        visitor = await come(server_under_a_path)
        assert visitor.path.startswith("/a/lesson/live/")
        await visitor.press("play")
        await visitor.until(lambda: visitor.epochs > 0)
        assert visitor.errors == []
        await visitor.leave()

    asyncio.run(scene())
