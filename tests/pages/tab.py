"""A tab at the other end of the live channel: Starlette's own WebSocket lies in between."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable

from starlette.websockets import WebSocket

from pages.app import live
from tests.pages.dashboard import the_visitor


class Tab:
    """What the only visitor's browser says and gets.

    peer: the address that the server sees.
    headers: of the request that opens the channel.
    """

    def __init__(self, peer: str = "127.0.0.1", **headers: str) -> None:
        self.socket = WebSocket(
            {
                "type": "websocket",
                "client": (peer, 50_000),
                "headers": [(name.encode(), text.encode()) for name, text in headers.items()],
                "path_params": {"token": the_visitor().feed.token},
            },
            self._give,
            self._take,
        )
        self.closed_with: int | None = None
        self.is_cut_off = False
        self.missed = asyncio.Event()  # something was sent since then
        self.close: Callable[[], Awaitable[None]] | None = None  # what a close meets here
        self._to_tab: asyncio.Queue[dict] = asyncio.Queue()
        self._to_server: asyncio.Queue[dict] = asyncio.Queue()
        self._to_server.put_nowait({"type": "websocket.connect"})

    async def _give(self) -> dict:
        return await self._to_server.get()

    async def _take(self, message: dict) -> None:
        if self.is_cut_off:
            self.missed.set()
            raise OSError
        match message["type"]:
            case "websocket.send":
                self._to_tab.put_nowait(json.loads(message["text"]))
            case "websocket.close":
                if self.close:
                    await self.close()
                self.closed_with = message["code"]
                self.leave()

    def say(self, text: str) -> None:
        self._to_server.put_nowait({"type": "websocket.receive", "text": text})

    def leave(self) -> None:
        self._to_server.put_nowait({"type": "websocket.disconnect", "code": 1001})

    async def frame(self) -> dict:
        """The next message that holds parts, not yet said to be painted."""
        async with asyncio.timeout(30):
            while "parts" not in (message := await self._to_tab.get()):
                pass
        return message

    async def painted_frame(self) -> dict:
        """The next one, said to be painted."""
        frame = await self.frame()
        self.say(f"painted {frame['moment']}")
        return frame

    async def request(self) -> None:
        """Paint frames until the script is asked to run."""
        async with asyncio.timeout(30):
            while "run" not in (message := await self._to_tab.get()):
                if "parts" in message:
                    self.say(f"painted {message['moment']}")

    @property
    def silent(self) -> bool:
        return self._to_tab.empty()


def connected(scene: Callable[[Tab], Awaitable[None]], **tab: str) -> None:
    """Play the scene at the other end of the only visitor's channel."""

    async def play() -> None:
        one = Tab(**tab)
        serving = asyncio.create_task(live.serve(one.socket))
        await scene(one)
        one.leave()
        await asyncio.wait_for(serving, 30)

    asyncio.run(play())
