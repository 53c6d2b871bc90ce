"""What a tab shows that moves, and how to make it anew while it does."""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field

from mnist_core.cluster.connection import NoNodeError
from mnist_core.language import in_this_language
from pages.app.broadcast import Edition, Parts, Source
from pages.app.scheduling import by_trainer
from pages.components.part import next_moment

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Led:
    """What those who follow a tab see of its page, from top to bottom.

    words: HTML.
    digits: a grid of them, as digit_grid draws it.
    charts: two at most, each with the HTML that stands above it.
    run: the page's own two charts of the run or the race, in place of those that followers
        see of the run wherever else its owner is.
    """

    words: str = ""
    digits: dict[str, object] | None = None
    charts: Sequence[tuple[str, dict[str, object]]] = ()
    run: Parts = field(default_factory=dict)


class Feed:
    """What one tab shows: parts that the script draws first and the live channel keeps up to date.

    token: by which the tab finds its feed; nobody else knows it.
    on_this_computer: whether the tab, while connected, shares the processor with the training.
    drawing: whether a script run draws the page at present.
    leading: grows whenever what followers see of the page is made in another way.
    """

    def __init__(self) -> None:
        self.token = secrets.token_urlsafe(16)
        self.on_this_computer = False
        self.drawing = False
        self._listener: Callable[[], None] | None = None
        self._started = False
        self._send_at_once: Callable[[int, Parts], None] | None = None
        self._lock = threading.Lock()
        self.leading = 0
        self._lead: Callable[[bool], Led] | None = None
        self._clear()

    def _clear(self) -> None:
        self._makers: list[Callable[[], Parts]] = []
        self._others: list[tuple[Callable[[], Edition], Callable[[], Future | None]]] = []
        self._reasons: list[Callable[[], bool]] = []
        self._has_led = False
        self._drawn: Parts = {}

    def connect(
        self,
        listener: Callable[[], None],
        send_at_once: Callable[[int, Parts], None],
        on_this_computer: bool,
    ) -> None:
        """The tab has a connection.

        listener: is called, from any thread, when the script has drawn the page.
        send_at_once: sends the tab parts, with the moment from which they count.
        """
        self._listener, self._send_at_once = listener, send_at_once
        self.on_this_computer = on_this_computer

    def disconnect(self) -> None:
        """The tab has no connection any more."""
        self._listener = self._send_at_once = None
        self.on_this_computer = False

    def note_start(self) -> None:
        """Training begins by the visitor's click, which changes the page as well."""
        self._started = True

    def take_start(self) -> bool:
        """Whether such a click has come since this was asked last."""
        started, self._started = self._started, False
        return started

    def announce(self, change: Callable[[], None]) -> None:
        """Make a change between two turns and send the tab its words at once; for callbacks.

        The script run that follows draws them too, and the charts, and is much later in the tab; to
        draw the charts twice would make it later still.
        """

        def change_and_make() -> tuple[int, Parts]:
            change()
            return self.parts()

        moment, parts = by_trainer(change_and_make)
        words = {key: shown for key, shown in parts.items() if isinstance(shown, str)}
        self.begin()
        if send := self._send_at_once:
            send(moment, words)

    def begin(self) -> None:
        """A script run begins: what the page has shown so far is fed no longer."""
        self.drawing = True
        with self._lock:
            self._clear()

    def end(self) -> None:
        """A script run ends: the page stands there as it drew it."""
        self.drawing = False
        if not self._has_led:
            self._lead_by(None)
        if listener := self._listener:
            listener()

    def show(self, make: Callable[[], Parts]) -> Parts:
        """Feed the tab from now on with what `make` gives; what it gives now.

        make: is called in the thread that trains, between two turns, and speaks the language that
            is spoken now. It may ask runs, which rest meanwhile, but nothing of Streamlit's.
        """
        with self._lock:
            self._makers.append(in_this_language(make))
        made = make()
        with self._lock:
            self._drawn |= made
        return made

    def take_drawn(self) -> Parts:
        """What the script run has drawn of that, once: later the tab shows something newer."""
        with self._lock:
            drawn, self._drawn = self._drawn, {}
        return drawn

    def tune_in(self, source: Source) -> Parts:
        """Feed the tab from now on with what others are fed with too; what it gives now."""
        with self._lock:
            self._others.append((in_this_language(source.latest), in_this_language(source.renew)))
        return source.now().parts

    def lead(self, make: Callable[[bool], Led]) -> None:
        """What those who follow this tab see of its page, until a script run leads them anew.

        make: is called as for `show`, with whether it is for the dark theme, and speaks the
            language of those who follow. It computes nothing that the page has not computed.
        """
        self._has_led = True
        self._lead_by(make)

    def led(self, dark: bool) -> Led:
        """What followers see of the tab's page; nothing where it has none for them."""
        return self._lead(dark) if self._lead else Led()

    def _lead_by(self, make: Callable[[bool], Led] | None) -> None:
        self._lead = make
        self.leading += 1

    def watch(self, version: Callable[[], object]) -> None:
        """The page shows the past as soon as this gives another value than now."""
        drawn = version()
        self.redraw_when(lambda: version() != drawn)

    def redraw_when(self, reason: Callable[[], bool]) -> None:
        """The page shows the past as soon as this holds."""
        self._reasons.append(reason)

    @property
    def outdated(self) -> bool:
        """Whether the page shows the past."""
        return any(reason() for reason in self._reasons)

    def heard(self) -> dict[str, str]:
        """The parts that others show too, in JSON by key."""
        with self._lock:
            others = list(self._others)
        return {key: text for latest, _ in others for key, text in latest().written.items()}

    def renew(self) -> list[Future]:
        """Have those parts made anew that no longer stand; what ends as soon as they are."""
        with self._lock:
            others = list(self._others)
        return [under_way for _, renew in others if (under_way := renew())]

    def parts(self) -> tuple[int, Parts]:
        """All else that the tab shows now, and the moment from which it counts.

        A part that can't be made stays as it was.
        """
        # The moment first: what the script draws meanwhile is newer.
        moment, made = next_moment(), {}
        with self._lock:
            makers = list(self._makers)
        for make in makers:
            try:
                made |= make()
            except NoNodeError:
                continue  # the script says so
            except Exception:
                # The thread that trains everybody's runs must go on.
                _log.exception("A part of a page could not be made anew")
        return moment, made
