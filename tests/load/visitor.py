"""A visitor without a browser: speaks Streamlit's protocol and the channel's, and takes times."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import urljoin

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

FINISHED = ForwardMsg.FINISHED_SUCCESSFULLY

# How a proxy says for whom it asks; without it, the server takes a visitor here for a tab here.
ELSEWHERE = {"X-Forwarded-For": "192.0.2.7"}

# A browser sends no pings: it bears with a server that is silent while it loads PyTorch.
_LIKE_A_BROWSER = {"max_size": None, "open_timeout": 60, "ping_interval": None}


@dataclass
class Visitor:
    """One open tab: does what the page's script in a browser does, and counts what comes.

    headers: that every request of the visitor's carries.
    page: by whose name the address ends that they open first; empty for the first page.
    query: of that address.
    elements: the page's elements by where they stand, as they came last.
    parts: what the live channel feeds, by key, as it came last.
    errors: what a visitor would see of a fault: an exception on the page, a cut connection.
    click_seconds: from a click to the first sign of its effect.
    frame_times: when frames came by the channel, by time.perf_counter().
    path: of the channel.
    script_runs: how often the script has run for the visitor.
    bytes_fed: that came by the channel.
    """

    url: str
    headers: dict[str, str] = field(default_factory=dict)
    page: str = ""
    query: str = ""
    session_id: str = ""
    elements: dict[tuple[int, ...], Element] = field(default_factory=dict)
    parts: dict[str, object] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    click_seconds: list[float] = field(default_factory=list)
    frame_times: list[float] = field(default_factory=list)
    path: str = ""
    script_runs: int = 0
    bytes_fed: int = 0
    _moments: dict[str, int] = field(default_factory=dict)
    _page: str = ""
    _pages: dict[str, str] = field(default_factory=dict)
    _is_drawing: bool = False
    _drawn: set[tuple[int, ...]] = field(default_factory=set)
    _socket: ClientConnection | None = None
    _following: asyncio.Task | None = None
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def visit(self, session_id: str = "") -> None:
        """Open the page; session_id: of a session that a cut connection has left behind."""
        protocols = ["streamlit", "PLACEHOLDER", *([session_id] if session_id else [])]
        self._socket = await connect(
            self.url.replace("http", "ws", 1) + "/_stcore/stream",
            subprotocols=protocols,
            origin=self._origin,
            additional_headers=self.headers,
            **_LIKE_A_BROWSER,
        )
        self._listening = asyncio.create_task(self._listen())
        await self.rerun()

    @property
    def has_come(self) -> bool:
        """Whether the page was opened at all."""
        return self._socket is not None

    async def leave(self) -> None:
        """Close the tab."""
        if self._following:
            self._following.cancel()
        self._listening.cancel()
        await self._socket.close()

    async def until(self, condition, seconds: float = 60.0) -> None:
        """Return as soon as what has come meets the condition.

        Raises RuntimeError at the first fault, for nothing comes after it, and TimeoutError where
        nothing of the kind comes in time; both with what the visitor sees instead.
        """

        def met() -> bool:
            if condition():
                return True
            if self.errors:
                raise RuntimeError(f"Not seen before a fault. {self._view}")
            return False

        try:
            async with self._changed:
                await asyncio.wait_for(self._changed.wait_for(met), seconds)
        except TimeoutError:
            raise TimeoutError(f"Not seen in {seconds} s. {self._view}") from None

    async def press(self, key: str) -> None:
        """Click the button of that key, and wait until it bears another label."""
        began, before = time.perf_counter(), self.button(key)
        await self.click(key)
        await self.until(lambda: (self.button(key) or before).label != before.label)
        self.click_seconds.append(time.perf_counter() - began)

    async def click(self, key: str) -> None:
        """Click the button of that key."""
        await self.rerun(
            widget_states={"widgets": [{"id": self.button(key).id, "trigger_value": True}]}
        )

    async def go_to(self, page: str) -> None:
        """Open another page, by the name that its address ends with, once this one is drawn.

        What the script still has to say of this page would lead back to it.
        """
        await self.until(lambda: not self._is_drawing)
        self._page = self._pages[page]
        await self.rerun()

    async def say(self, text: str) -> None:
        """Say something by the live channel."""
        await self._channel.send(text)

    async def slide(self, key: str, value: str) -> None:
        """Move the slider of that key, and wait until it is drawn anew: then it is at work."""
        began, before = time.perf_counter(), self._element("slider", key)
        state = {"id": before.slider.id, "string_array_value": {"data": [value]}}
        await self.rerun(widget_states={"widgets": [state]})
        await self.until(lambda: self._element("slider", key) is not before)
        self.click_seconds.append(time.perf_counter() - began)

    def button(self, key: str):
        """The button of that key, None where there is none."""
        element = self._element("button", key)
        return element and element.button

    def _element(self, kind: str, key: str) -> Element | None:
        of_kind = (one for one in self.elements.values() if one.WhichOneof("type") == kind)
        return next((one for one in of_kind if getattr(one, kind).id.endswith(f"-{key}")), None)

    def figure(self, label: str) -> str:
        """The large figure under that label, empty where it is not shown."""
        html = str(self.parts.get("headline", ""))
        found = re.search(rf"<dt>{re.escape(label)}</dt><dd>(.*?)</dd>", html)
        return found[1] if found else ""

    @property
    def epochs(self) -> float:
        """How far the page says that the run is; 0 where it says nothing."""
        return float(self.figure("Epochs") or 0)

    @property
    def text(self) -> str:
        """All of the page's prose, alerts too."""
        prose = [one.markdown.body for one in self.elements.values() if one.HasField("markdown")]
        alerts = [one.alert.body for one in self.elements.values() if one.HasField("alert")]
        fed = [one for one in self.parts.values() if isinstance(one, str)]
        return "\n".join(prose + alerts + fed)

    @property
    def _view(self) -> str:
        labels = [one.button.label for one in self.elements.values() if one.HasField("button")]
        return (
            f"Errors: {self.errors}, buttons: {labels}, script runs: {self.script_runs}, "
            f"text: {self.text}"
        )

    async def rerun(self, **state) -> None:
        """Have the script run, with these widgets changed since it last did."""
        client = ClientState(page_script_hash=self._page, **state)
        if not self._page:
            client.page_name, client.query_string = self.page, self.query
        client.context_info.url = self.url
        client.context_info.color_scheme = "light"
        await self._socket.send(BackMsg(rerun_script=client).SerializeToString())

    async def _listen(self) -> None:
        async with self._noting_its_end("connection"):
            async for data in self._socket:
                self._take(ForwardMsg.FromString(data))
                await self._notify()

    def _take(self, message: ForwardMsg) -> None:
        kind = message.WhichOneof("type")
        if kind == "new_session":
            self.script_runs += 1
            self._is_drawing = True
            self.session_id = message.new_session.initialize.session_id or self.session_id
            self._page = message.new_session.page_script_hash
            self._drawn.clear()
        elif kind == "navigation":
            self._page = message.navigation.page_script_hash
            pages = message.navigation.app_pages
            self._pages = {page.url_pathname: page.page_script_hash for page in pages}
        elif kind == "delta" and message.delta.HasField("new_element"):
            self._take_element(tuple(message.metadata.delta_path), message.delta.new_element)
        elif kind == "script_finished":
            self._is_drawing = False
            if message.script_finished == FINISHED:
                # One that was broken off for the next has not drawn all that is still there.
                self.elements = {place: self.elements[place] for place in self._drawn}

    def _take_element(self, place: tuple[int, ...], element: Element) -> None:
        self.elements[place] = element
        self._drawn.add(place)
        if element.HasField("exception"):
            self.errors.append(f"{element.exception.type}: {element.exception.message}")
        if element.HasField("bidi_component"):
            self._take_component(json.loads(element.bidi_component.json))

    def _take_component(self, data: dict) -> None:
        if "key" in data:
            for one in filter(None, (data, data.get("given"))):
                self._take_part(one["key"], one["moment"], json.loads(one["shown"]))
        elif data.get("path", self.path) != self.path:
            self.path = data["path"]
            if self._following:
                self._following.cancel()
            self._following = asyncio.create_task(self._follow())

    def _take_part(self, key: str, moment: int, shown: object) -> None:
        if moment > self._moments.get(key, 0):
            self._moments[key], self.parts[key] = moment, shown

    async def _follow(self) -> None:
        """Take what comes by the live channel, and say at once that it is painted."""
        async with self._noting_its_end("channel"), self.channel() as channel:
            self._channel = channel
            async for text in channel:
                self.bytes_fed += len(text)
                frame = json.loads(text)
                if "run" in frame:
                    await self.rerun()
                if "parts" in frame:
                    await self._take_frame(frame)
                    await channel.send(f"painted {frame['moment']}")

    @asynccontextmanager
    async def _noting_its_end(self, line: str) -> AsyncIterator[None]:
        """Whatever ends a line is a fault, and whoever waits is to know at once."""
        reason: Exception | None = None
        try:
            yield
        except Exception as error:
            reason = error
        self.errors.append(f"the {line} was cut: {reason!r}")
        await self._notify()

    async def _notify(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    @property
    def _origin(self) -> str:
        return urljoin(self.url, "/").rstrip("/")

    def channel(self, **options) -> connect:
        """A connection to the visitor's live channel."""
        address = urljoin(self.url.replace("http", "ws", 1), self.path)
        usual = {"origin": self._origin, "additional_headers": self.headers}
        return connect(address, **_LIKE_A_BROWSER | usual | options)

    async def _take_frame(self, frame: dict) -> None:
        self.frame_times.append(time.perf_counter())
        for key, shown in frame["parts"].items():
            self._take_part(key, frame["moment"], shown)
        await self._notify()
