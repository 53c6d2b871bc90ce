"""A visitor without a browser: speaks Streamlit's protocol over its websocket, and takes times."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed


@dataclass
class Visitor:
    """One open tab: does what the page's script in a browser does, and counts what comes.

    elements: the page's elements by where they stand, as they came last.
    errors: what a visitor would see of a fault: an exception on the page, a cut connection.
    click_seconds: from a click to the first sign of its effect.
    tick_seconds: from asking for a part of the page to the end of the script run that drew it.
    """

    url: str
    session_id: str = ""
    elements: dict[tuple[int, ...], Element] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    click_seconds: list[float] = field(default_factory=list)
    tick_seconds: list[float] = field(default_factory=list)
    _page: str = ""
    _fragments: list[str] = field(default_factory=list)
    _drawn: set[tuple[int, ...]] = field(default_factory=set)
    _timers: dict[str, asyncio.Task] = field(default_factory=dict)
    _asked: dict[str, float] = field(default_factory=dict)
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def visit(self, session_id: str = "") -> None:
        """Open the page; session_id: of a session that a cut connection has left behind."""
        protocols = ["streamlit", "PLACEHOLDER", *([session_id] if session_id else [])]
        self._socket: ClientConnection = await connect(
            self.url.replace("http", "ws", 1) + "/_stcore/stream",
            subprotocols=protocols,
            origin=self.url,
            max_size=None,
            open_timeout=60,
        )
        self._listening = asyncio.create_task(self._listen())
        await self._rerun()

    async def leave(self) -> None:
        """Close the tab."""
        self._stop_timers()
        self._listening.cancel()
        await self._socket.close()

    async def until(self, condition, seconds: float = 60.0) -> None:
        """Return as soon as what has come meets the condition; TimeoutError where it does not."""
        async with self._changed:
            await asyncio.wait_for(self._changed.wait_for(condition), seconds)

    async def press(self, key: str) -> None:
        """Click the button of that key, and wait until it bears another label."""
        began, before = time.perf_counter(), self.button(key)
        await self.click(key)
        await self.until(lambda: (self.button(key) or before).label != before.label)
        self.click_seconds.append(time.perf_counter() - began)

    async def click(self, key: str) -> None:
        """Click the button of that key."""
        await self._rerun(
            widget_states={"widgets": [{"id": self.button(key).id, "trigger_value": True}]}
        )

    async def slide(self, key: str, value: str) -> None:
        """Move the slider of that key, and wait until it is drawn anew: then it is at work."""
        began, before = time.perf_counter(), self._element("slider", key)
        state = {"id": before.slider.id, "string_array_value": {"data": [value]}}
        await self._rerun(widget_states={"widgets": [state]})
        await self.until(lambda: self._element("slider", key) is not before)
        self.click_seconds.append(time.perf_counter() - began)

    def button(self, key: str):
        """The button of that key, None where there is none."""
        element = self._element("button", key)
        return element and element.button

    def _element(self, kind: str, key: str) -> Element | None:
        of_kind = (one for one in self.elements.values() if one.WhichOneof("type") == kind)
        return next((one for one in of_kind if getattr(one, kind).id.endswith(f"-{key}")), None)

    def metric(self, label: str) -> str:
        """The large figure under that label, empty where it is not shown."""
        metrics = (one.metric for one in self.elements.values() if one.HasField("metric"))
        return next((one.body for one in metrics if one.label == label), "")

    @property
    def epochs(self) -> float:
        """How far the page says that the run is; 0 where it says nothing."""
        return float(self.metric("Epochs") or 0)

    @property
    def text(self) -> str:
        """All of the page's prose, alerts too."""
        prose = [one.markdown.body for one in self.elements.values() if one.HasField("markdown")]
        alerts = [one.alert.body for one in self.elements.values() if one.HasField("alert")]
        return "\n".join(prose + alerts)

    async def _rerun(self, **state) -> None:
        client = ClientState(page_script_hash=self._page, **state)
        client.context_info.url = self.url
        client.context_info.color_scheme = "light"
        await self._socket.send(BackMsg(rerun_script=client).SerializeToString())

    async def _listen(self) -> None:
        try:
            async for data in self._socket:
                self._take(ForwardMsg.FromString(data))
                async with self._changed:
                    self._changed.notify_all()
        except ConnectionClosed as reason:
            self.errors.append(f"the connection was cut: {reason}")
        self._stop_timers()

    def _take(self, message: ForwardMsg) -> None:
        kind = message.WhichOneof("type")
        if kind == "new_session":
            self._begin_script_run(message)
        elif kind == "delta" and message.delta.HasField("new_element"):
            self._take_element(tuple(message.metadata.delta_path), message.delta.new_element)
        elif kind == "auto_rerun":
            self._keep_asking(message.auto_rerun.fragment_id, message.auto_rerun.interval)
        elif kind == "stop_auto_rerun":
            for fragment in message.stop_auto_rerun.fragment_ids:
                self._stop_timer(fragment)
        elif kind == "script_finished":
            self._end_script_run(message.script_finished)

    def _begin_script_run(self, message: ForwardMsg) -> None:
        self.session_id = message.new_session.initialize.session_id or self.session_id
        self._page = message.new_session.page_script_hash
        self._fragments = list(message.metadata.run.fragment_ids)
        if not self._fragments:
            self._stop_timers()
            self._asked.clear()
            self._drawn.clear()

    def _take_element(self, place: tuple[int, ...], element: Element) -> None:
        self.elements[place] = element
        self._drawn.add(place)
        if element.HasField("exception"):
            self.errors.append(f"{element.exception.type}: {element.exception.message}")

    def _end_script_run(self, how: ForwardMsg.ScriptFinishedStatus.ValueType) -> None:
        # A script run that was broken off for the next one has not drawn all that is still there.
        if how == ForwardMsg.FINISHED_SUCCESSFULLY and not self._fragments:
            self.elements = {place: self.elements[place] for place in self._drawn}
        now = time.perf_counter()
        for fragment in self._fragments:
            if fragment in self._asked:
                self.tick_seconds.append(now - self._asked.pop(fragment))

    def _keep_asking(self, fragment: str, interval: float) -> None:
        if fragment not in self._timers:
            self._timers[fragment] = asyncio.create_task(self._ask(fragment, interval))

    async def _ask(self, fragment: str, interval: float) -> None:
        while True:
            await asyncio.sleep(interval)
            # A tick that is not answered yet goes on being timed; a browser asks again meanwhile.
            self._asked.setdefault(fragment, time.perf_counter())
            try:
                await self._rerun(fragment_id=fragment, is_auto_rerun=True)
            except ConnectionClosed:
                return

    def _stop_timer(self, fragment: str) -> None:
        if timer := self._timers.pop(fragment, None):
            timer.cancel()

    def _stop_timers(self) -> None:
        for fragment in list(self._timers):
            self._stop_timer(fragment)
