"""What many tabs show at once: made and written once for all of them."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Protocol

from mnist_core.language import LANGUAGES, in_this_language, language, speaking
from pages.app.scheduling import SCHEDULER
from pages.components.part import written

Parts = dict[str, object]  # by the key of the component that draws it: whatever JSON can hold

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Edition:
    """Parts as they were made, and as they are sent: each in JSON."""

    parts: Parts = field(default_factory=dict)
    written: dict[str, str] = field(default_factory=dict)


def _publish(parts: Parts) -> Edition:
    return Edition(parts, {key: written(shown) for key, shown in parts.items()})


class Source(Protocol):
    """Where many tabs get the same parts from."""

    def now(self) -> Edition:
        """For a script run."""

    def latest(self) -> Edition:
        """For a frame."""

    def renew(self) -> Future | None:
        """Have the next edition made where the latest stands no longer; ends when it is there."""


class Translated:
    """A source once for each language: what it makes, it makes in those that are looked at.

    new: makes the source, which speaks the language that is spoken then.
    """

    def __init__(self, new: Callable[[], Source]) -> None:
        self._sources: dict[str, Source] = {}
        for code in LANGUAGES:
            with speaking(code):
                self._sources[code] = new()

    def now(self) -> Edition:
        """As it is in the language at work."""
        return self._sources[language()].now()

    def latest(self) -> Edition:
        """The latest that there is in the language at work."""
        return self._sources[language()].latest()

    def renew(self) -> Future | None:
        """Have the next edition made in the language at work."""
        return self._sources[language()].renew()


class Notice:
    """Parts that are quickly made, made anew whenever something has changed.

    version: gives another value as soon as that is so.
    """

    def __init__(self, make: Callable[[], Parts], version: Callable[[], Hashable]) -> None:
        self._make, self._version = in_this_language(make), version
        self._made: tuple[Hashable, Edition] = (object(), Edition())

    def now(self) -> Edition:
        """As they are."""
        version = self._version()
        if self._made[0] != version:
            self._made = version, _publish(self._make())
        return self._made[1]

    latest = now

    def renew(self) -> None:
        """Nothing is to be waited for."""


class Relay:
    """Parts that show somebody's training, made between two turns, and never waited for.

    make: is called in the thread that trains.
    seconds: that an edition stands before a tab that looks has the next one made.
    subject: what it is about; where that changes, no edition stands any longer.
    """

    def __init__(
        self,
        make: Callable[[], Parts],
        seconds: Callable[[], float],
        subject: Callable[[], Hashable],
    ) -> None:
        self._make, self._seconds, self._subject = in_this_language(make), seconds, subject
        self._edition, self._made_at = Edition(), float("-inf")
        self._about: Hashable = None
        self._under_way: Future | None = None
        self._lock = threading.Lock()

    def latest(self) -> Edition:
        """The latest edition, at once."""
        self.renew()
        return self._edition

    def renew(self) -> Future | None:
        """What ends when the next edition is there; None while the latest stands."""
        with self._lock:
            if self._is_fresh:
                return None
            if self._under_way is None or self._under_way.done():
                self._under_way = SCHEDULER.between_turns(self._renew)
            return self._under_way

    def now(self) -> Edition:
        """One that may still stand; for a script run, which has to draw something."""
        if not self._is_fresh:
            SCHEDULER.between_turns(self._renew).result()
        return self._edition

    @property
    def _is_fresh(self) -> bool:
        age = time.monotonic() - self._made_at
        return age < self._seconds() and self._about == self._subject()

    def _renew(self) -> None:
        if self._is_fresh:
            return  # somebody else's wish has been granted meanwhile
        about = self._subject()
        try:
            self._edition = _publish(self._make())
        except Exception:
            # The thread that trains everybody's runs must go on.
            _log.exception("What a class follows could not be made anew")
        self._made_at, self._about = time.monotonic(), about
