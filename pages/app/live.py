"""The live channel: one WebSocket for each tab, by which it gets what moves on its page.

The script draws a page's frame and widgets, and runs again only at the visitor's own doing or where
buttons must change. All that follows the training comes this way.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import streamlit as st
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect
from streamlit.url_util import make_url_path
from streamlit.web.server.starlette.starlette_websocket import _is_origin_allowed

from pages.app import visitors
from pages.app.broadcast import Parts
from pages.app.classroom import CLASS
from pages.app.loading import LOADING
from pages.app.presence import is_on_this_computer
from pages.app.scheduling import SCHEDULER
from pages.app.visitors import Visitor
from pages.components.part import next_moment, written

# Why a connection was closed: nobody is known by that token; the tab has a newer connection.
UNKNOWN, REPLACED = 4404, 4409
_NO_TEXT = 1003

PAINT_SECONDS = 0.1  # so long at most a run waits until its tab has painted a frame
_SETTLE_SECONDS = 0.3  # or the page that its visitor's click on Start has changed
_SHARE_OF_DRAWING = 0.1  # of the time, on a computer that trains as well
_FASTEST, _SLOWEST = 0.1, 0.45  # seconds from frame to frame there
_ELSEWHERE = 0.25  # and to a tab on another computer
_MOST_A_SECOND = 40  # frames, of all tabs elsewhere together
_LIVELY_SECONDS = 0.6  # after the script has drawn: every new point is drawn at once
_LOOK_SECONDS = 0.01  # between two looks for one, where there is no turn to wait for
_REST_SECONDS = 1.0  # between two looks at what does not move
_SILENCE_SECONDS = 5.0  # then the tab hears that the connection is whole
_LONGEST_MESSAGE = 64  # characters that a tab may send at once


def path_for(token: str) -> str:
    """Where the tab with this token finds its channel on this server."""
    return make_url_path(st.get_option("server.baseUrlPath") or "", f"live/{token}")


def live_route() -> WebSocketRoute:
    """The channel's route, for st.App."""
    return WebSocketRoute(path_for("{token}"), serve)


async def serve(socket: WebSocket) -> None:
    """Feed the tab whose token the socket's path carries, until it is gone."""
    # Streamlit checks the origin of its own routes alone.
    if not _is_origin_allowed(socket.headers.get("origin"), socket.headers.get("host")):
        await socket.close()
        return
    await socket.accept()
    visitor = visitors.with_token(socket.path_params["token"])
    if visitor is None:
        await socket.close(UNKNOWN)
        return
    await _Line(visitor, socket).serve()


def seconds_between_frames(spent: float, here: bool, runs_in_training: int) -> float:
    """From frame to frame, where making, drawing and painting one took `spent` seconds.

    here: whether the tab is on this computer, where drawing takes time from the training.
    runs_in_training: of all visitors.
    """
    if here:
        return min(_SLOWEST, max(_FASTEST, spent / _SHARE_OF_DRAWING))
    return max(_ELSEWHERE, runs_in_training / _MOST_A_SECOND)


def _written(parts: Parts) -> dict[str, str]:
    return {key: written(shown) for key, shown in parts.items()}


def _frame_text(moment: int, written: dict[str, str], settles: bool = False) -> str:
    """A frame as it is sent.

    settles: whether the tab answers only when it has drawn what the script run has changed.
    """
    body = ", ".join(f"{json.dumps(key)}: {text}" for key, text in written.items())
    return f'{{"moment": {moment}, "settle": {json.dumps(settles)}, "parts": {{{body}}}}}'


@contextmanager
def _found_gone() -> Iterator[None]:
    """A connection that an earlier send has found gone ends as one that the tab has closed.

    Starlette reports it as a RuntimeError, to all that would send or receive from then on.
    """
    try:
        yield
    except RuntimeError as found:
        raise WebSocketDisconnect from found


_lines: dict[str, _Line] = {}  # by token


class _Line:
    """One connection. At most one frame is under way: a slow browser sets its own pace."""

    def __init__(self, visitor: Visitor, socket: WebSocket) -> None:
        self._visitor = visitor
        self._socket = socket
        self._here = is_on_this_computer(socket)
        self._hidden = False
        self._sent: dict[str, str] = {}  # parts as they were sent last, in JSON
        self._moment = 0  # of the frame under way
        self._settling = False
        self._owes_answer = False  # the tab, of having painted what the script has drawn
        self._replaced = asyncio.Event()
        self._closes_with: int | None = None
        self._painted = asyncio.Event()
        self._called = asyncio.Event()
        self._lively_until = 0.0
        self._news = -1
        self._next_frame = self._earliest_frame = 0.0
        self._next_request = 0.0
        self._last_sent = 0.0

    async def serve(self) -> None:
        """Feed the tab until it is gone, or has another connection."""
        feed, loop = self._visitor.feed, asyncio.get_running_loop()
        older = _lines.get(feed.token)
        _lines[feed.token] = self
        if older:
            older._replaced.set()
        feed.connect(
            lambda: loop.call_soon_threadsafe(self._called.set),
            lambda *words: asyncio.run_coroutine_threadsafe(self._send_at_once(*words), loop),
            self._here,
        )
        self._called.set()
        ends = (self._listen(), self._feed(), self._replaced.wait())
        tasks = {asyncio.create_task(one) for one in ends}
        try:
            ended, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in ended:
                if not task.cancelled():
                    task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
            if _lines.get(feed.token) is self:
                del _lines[feed.token]
                feed.disconnect()
                SCHEDULER.release(self._visitor.id)
        # Only now: nothing may be sent behind a close.
        code = REPLACED if self._replaced.is_set() else self._closes_with
        if code is not None:
            with suppress(WebSocketDisconnect), _found_gone():  # it may have ended at this moment
                await self._socket.close(code)

    async def _listen(self) -> None:
        """Take what the tab says, until it is gone."""
        try:
            while True:
                with _found_gone():
                    said = await self._socket.receive_text()
                await self._take(said[:_LONGEST_MESSAGE])
        except WebSocketDisconnect:
            pass
        except KeyError:  # bytes, where a tab sends text
            self._closes_with = _NO_TEXT

    async def _take(self, said: str) -> None:
        """Take "painted", with a frame's moment; "hidden"; "visible"; "vote", with two numbers."""
        match said.split():
            case ["painted", moment] if moment == str(self._moment):
                self._painted.set()
                LOADING.begin()
            case ["hidden"]:
                self._hidden = True
                self._painted.set()
            case ["visible"]:
                self._hidden = False
                self._called.set()
            case ["vote", vote, option] if (vote + option).isascii() and (vote + option).isdigit():
                await self._vote(int(vote), int(option))

    async def _vote(self, vote: int, option: int) -> None:
        """Hand in an answer; the tab shows it as given only when it hears that it counts."""
        if CLASS.answer(self._visitor.id, vote, option):
            given = json.dumps({"vote": vote, "option": option})
            await self._send(
                f'{{"moment": {next_moment()}, "parts": {{"ballot_answer": {given}}}}}'
            )

    async def _feed(self) -> None:
        with suppress(WebSocketDisconnect):
            while True:
                moving = self._visitor.training.moves and not self._hidden
                await self._until_due(moving)
                called = self._called.is_set()
                self._called.clear()
                if called:
                    # In the place of what was sent stands what the script has drawn.
                    self._sent = _written(self._visitor.feed.take_drawn())
                    self._owes_answer = True
                    self._settling = self._visitor.feed.take_start()
                    self._lively_until = time.monotonic() + _LIVELY_SECONDS
                    self._next_frame = self._earliest_frame = 0.0
                if not self._hidden and (called or moving):
                    await self._send_frame()
                if not self._hidden:
                    await self._send_heard()
                await self._request_run()
                await self._break_silence()

    async def _until_due(self, moving: bool) -> None:
        now = time.monotonic()
        seconds = max(0.0, self._next_frame - now) if moving else _REST_SECONDS
        if moving and self._here and now < self._lively_until:
            seconds = min(seconds, _LOOK_SECONDS)
        # Not wait_for: in Python 3.11 it can lose the end of the connection.
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._called.wait()

    async def _send_frame(self) -> None:
        """Have a frame made and sent, and wait until the tab has painted it."""
        self._painted.clear()
        began, frame = await asyncio.wrap_future(SCHEDULER.between_turns(self._frame))
        if frame:
            await self._send(frame)
            await self._painted.wait()
        self._settling = False
        if not self._visitor.feed.drawing:
            SCHEDULER.release(self._visitor.id)
        if frame or began >= self._next_frame:
            spent = time.monotonic() - began
            between = seconds_between_frames(spent, self._here, SCHEDULER.live_count)
            # Elsewhere by the beat, and not from when the turn in progress let it begin: the wait
            # for that would add up from frame to frame.
            late = began - self._next_frame
            on_the_beat = not self._here and 0 < late < between
            self._next_frame = began + between - (late if on_the_beat else 0)
            self._earliest_frame = began + _FASTEST

    def _frame(self) -> tuple[float, str | None]:
        """When it began to be made, and what has changed on the page since the last one, in JSON.

        In the thread that trains. On this computer, the visitor's runs then wait for the painting.
        """
        began, news = time.monotonic(), self._visitor.training.news
        if began < (self._next_frame if news == self._news else self._earliest_frame):
            return began, None
        self._news = news
        self._moment, parts = self._visitor.feed.parts()
        frame = self._changed(_written(parts))
        if frame and self._here:
            SCHEDULER.hold(self._visitor.id, _SETTLE_SECONDS if self._settling else PAINT_SECONDS)
        return began, frame

    def _changed(self, parts: dict[str, str]) -> str | None:
        """A frame of those parts, in JSON, that are other than they were sent last."""
        changed = {key: text for key, text in parts.items() if self._sent.get(key) != text}
        if not (changed or self._owes_answer):
            return None
        self._owes_answer = False
        self._sent |= changed
        return _frame_text(self._moment, changed, self._settling)

    async def _send_at_once(self, moment: int, parts: Parts) -> None:
        """Show what a click has changed, whatever is under way; the script run draws it too."""
        if not self._hidden:
            with suppress(WebSocketDisconnect):  # it may have ended at this moment
                await self._send(_frame_text(moment, _written(parts)))

    async def _send_heard(self) -> None:
        """Send what has changed of that which others show too; no training waits for it."""
        if renewals := self._visitor.feed.renew():
            # Otherwise the tab would show only at its next look what it has had made at this one.
            await asyncio.wait([asyncio.wrap_future(one) for one in renewals])
        self._painted.clear()
        self._moment = next_moment()
        if frame := self._changed(self._visitor.feed.heard()):
            await self._send(frame)
            await self._painted.wait()

    async def _request_run(self) -> None:
        """Where something has ended on its own, let the script draw other buttons."""
        if self._visitor.outdated and time.monotonic() >= self._next_request:
            self._next_request = time.monotonic() + _REST_SECONDS
            await self._send('{"run": true}')

    async def _break_silence(self) -> None:
        if not self._hidden and time.monotonic() - self._last_sent > _SILENCE_SECONDS:
            await self._send("{}")

    async def _send(self, text: str) -> None:
        with _found_gone():
            await self._socket.send_text(text)
        self._last_sent = time.monotonic()
