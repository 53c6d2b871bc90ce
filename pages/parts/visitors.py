"""Who is here: the visitors' sessions, by the ids that Streamlit gives them.

The registry is a plain dict in the process and not in st.session_state, because "Clear cache"
empties that: the run would go on with nobody able to reach it.
"""

from __future__ import annotations

import threading
import time
from math import inf

import streamlit as st
from streamlit.runtime.pages_manager import PagesManager
from streamlit.runtime.scriptrunner import get_script_run_ctx

from pages.parts.session import Session
from pages.parts.shared import MOST_VISITORS, is_present

# Streamlit itself forgets a session that has been disconnected for 120 s.
_FORGET_AFTER_SECONDS = 180.0
# So long a connection may be cut without anything being lost.
_KEEP_AT_LEAST_SECONDS = 10.0

_sessions: dict[str, Session] = {}
_lock = threading.Lock()


def current() -> Session:
    """The session of the visitor for whom the script runs, made at their first visit."""
    _insist_on_the_frame()
    session_id = get_script_run_ctx().session_id
    with _lock:
        session = _sessions.get(session_id) or _welcome(session_id)
    if session is None:
        _turn_away()
    session.absent_since = None
    return session


def begin() -> Session:
    """The visitor's session at the beginning of a script run."""
    session = current()
    st.session_state.update(session.wishes)
    session.wishes = {}
    session.go_on_after_race()
    session.begin()
    return session


def forget_all() -> None:
    """Pause every run and forget every session: tests begin with it."""
    with _lock:
        for session in _sessions.values():
            session.leave()
        _sessions.clear()


def _insist_on_the_frame() -> None:
    """Begin again with dashboard.py where Streamlit runs a page without it.

    Until st.navigation has been called once in the process, Streamlit takes a folder named pages
    for a set of pages that stand alone. So the first visitor of a new server, coming by a link to a
    page, would find it without its sidebar.
    """
    if PagesManager.uses_pages_directory:
        PagesManager.uses_pages_directory = False
        st.rerun()


def _welcome(session_id: str) -> Session | None:
    """A new visitor's session, None where there is no room for one more."""
    _forget_the_gone()
    if len(_sessions) >= MOST_VISITORS:
        _forget_one_who_is_gone()
    if len(_sessions) >= MOST_VISITORS:
        return None
    session = _sessions[session_id] = Session(session_id)
    return session


def _turn_away() -> None:
    st.error(
        f"As many visitors as this computer takes ({MOST_VISITORS}) are here already. Try again "
        "when one of them has closed the page.",
        icon=":material/group_off:",
    )
    st.button("Try again")
    st.stop()


def _forget_the_gone() -> None:
    now = time.monotonic()
    for session in list(_sessions.values()):
        if is_present(session.id):
            session.absent_since = None
            continue
        session.absent_since = session.absent_since or now
        if now - session.absent_since > _FORGET_AFTER_SECONDS:
            _forget(session)


def _forget_one_who_is_gone() -> None:
    """Where room is short, the one gone for the longest can't come back to the run left behind."""
    latest = time.monotonic() - _KEEP_AT_LEAST_SECONDS
    gone = [one for one in _sessions.values() if (one.absent_since or inf) <= latest]
    if gone:
        _forget(min(gone, key=lambda session: session.absent_since))


def _forget(session: Session) -> None:
    session.leave()
    del _sessions[session.id]
