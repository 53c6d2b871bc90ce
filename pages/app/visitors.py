"""Who is here: the visitors, by the ids that Streamlit gives their sessions.

The registry is a plain dict in the process and not in st.session_state, because "Clear cache"
empties that: the run would go on with nobody able to reach it.
"""

from __future__ import annotations

import secrets
import threading
import time
from math import inf
from typing import TypeVar

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from mnist_core.language import _
from pages.app.classroom import CLASS
from pages.app.feed import Feed
from pages.app.limits import MOST_VISITORS
from pages.app.loading import LOADING
from pages.app.presence import is_present
from pages.app.training import Training

# Streamlit itself forgets a session that has been disconnected for 120 s.
_FORGET_AFTER_SECONDS = 180.0
# So long a connection may be cut without anything being lost.
_KEEP_AT_LEAST_SECONDS = 10.0

Kept = TypeVar("Kept")


class Visitor:
    """Someone who has the dashboard open in a tab.

    id: of their session with Streamlit.
    feed: what their tab shows that moves.
    training: what they train.
    page: the name of the one that they look at.
    leads_to: the name of the one that is to be shown next, if any.
    was_live: whether anything of it had a turn to come or to end when the present script run began.
    absent_since: when somebody first noticed that they are gone, by time.monotonic().
    """

    def __init__(self, session_id: str) -> None:
        self.id = session_id
        self.feed = Feed()
        self.training = Training(session_id, self.feed)
        self.page = ""
        self.leads_to: str | None = None
        self.was_live = False
        self.absent_since: float | None = None
        self._competitors_over = 0
        self._kept: dict[type, object] = {}

    def kept(self, kind: type[Kept]) -> Kept:
        """This visitor's one `kind()`, made when it is first asked for: what a page keeps.

        It lives as long as the visit; st.session_state does not. The class must not stand in a
        page's script itself, which defines it anew at every run.
        """
        if kind not in self._kept:
            self._kept[kind] = kind()
        return self._kept[kind]

    def begin(self) -> None:
        """A script run begins: bring the training up to date and note what the page will show."""
        self.training.rest_while_drawn()
        self.feed.begin()
        self.training.catch_up()
        self.was_live = self.training.live
        self._competitors_over = self.training.competitors_over

    @property
    def outdated(self) -> bool:
        """Whether the page shows the past: all rests now, or what it waited for has come."""
        training = self.training
        return (
            (self.was_live and not training.live)
            or self._competitors_over != training.competitors_over
            or (training.waits and LOADING.over)
            or self.feed.outdated
        )


_visitors: dict[str, Visitor] = {}
_lock = threading.Lock()


def begin() -> Visitor:
    """The visitor for whom the script runs, at its beginning."""
    visitor = current()
    visitor.begin()
    return visitor


def current() -> Visitor:
    """The visitor for whom the script runs; where there is no room, it ends with a note."""
    visitor = welcome(get_script_run_ctx().session_id)
    if visitor is None:
        _turn_away()
    visitor.absent_since = None
    return visitor


def welcome(session_id: str) -> Visitor | None:
    """The visitor with that session, made at the first visit; None where there is no room."""
    with _lock:
        if session_id in _visitors:
            return _visitors[session_id]
        _forget_the_gone()
        if len(_visitors) >= MOST_VISITORS:
            _forget_one_who_is_gone()
        if len(_visitors) >= MOST_VISITORS:
            return None
        visitor = _visitors[session_id] = Visitor(session_id)
        return visitor


def everyone() -> list[Visitor]:
    """All who are here, or have been a short while ago."""
    with _lock:
        return list(_visitors.values())


def with_id(session_id: str | None) -> Visitor | None:
    """The visitor with that session, if there is one."""
    return _visitors.get(session_id)


def with_token(token: str) -> Visitor | None:
    """The visitor whose tab has that token."""
    wanted = token.encode()
    found = (one for one in everyone() if secrets.compare_digest(one.feed.token.encode(), wanted))
    return next(found, None)


def forget_all() -> None:
    """Pause every run and forget every visitor: tests begin with it."""
    with _lock:
        for visitor in list(_visitors.values()):
            _forget(visitor)


def _turn_away() -> None:
    st.error(
        _(
            "As many visitors as this computer takes ({most}) are here already. Try again when one "
            "of them has closed the page."
        ).format(most=MOST_VISITORS),
        icon=":material/group_off:",
    )
    st.button(_("Try again"))
    st.stop()


def _forget_the_gone() -> None:
    now = time.monotonic()
    for visitor in list(_visitors.values()):
        if is_present(visitor.id):
            visitor.absent_since = None
            continue
        visitor.absent_since = visitor.absent_since or now
        if now - visitor.absent_since > _FORGET_AFTER_SECONDS:
            _forget(visitor)


def _forget_one_who_is_gone() -> None:
    """Where room is short, the one gone for the longest can't come back to the run left behind."""
    latest = time.monotonic() - _KEEP_AT_LEAST_SECONDS
    gone = [one for one in _visitors.values() if (one.absent_since or inf) <= latest]
    if gone:
        _forget(min(gone, key=lambda visitor: visitor.absent_since))


def _forget(visitor: Visitor) -> None:
    visitor.training.leave()
    CLASS.leave(visitor.id)
    del _visitors[visitor.id]
