"""What a browser session owns, and what all of them share: one run each, one Runner, one MNIST.

The registry is a plain dict by session id, in the process and not in st.session_state, because
"Clear cache" empties that: the run would go on with nobody able to reach it.
"""

from __future__ import annotations

import atexit
import threading
import time
from dataclasses import dataclass

import streamlit as st
from streamlit import runtime
from streamlit.runtime.pages_manager import PagesManager
from streamlit.runtime.scriptrunner import get_script_run_ctx
from torch import Tensor

from mnist_core import (
    Mnist,
    MnistUnavailableError,
    Normalization,
    Run,
    Runner,
    Settings,
    Setup,
    load_mnist,
)
from mnist_core.data import ARCHIVES_MEGABYTES, missing_files, mnist_root
from mnist_core.sandbox import Sandbox

# Streamlit itself forgets a session that has been disconnected for 120 s.
_FORGET_AFTER_SECONDS = 180.0

TICK_SECONDS = 0.5


def _is_present(session_id: str) -> bool:
    # Page tests have no runtime, and nobody who could leave.
    return not runtime.exists() or runtime.get_instance().is_active_session(session_id)


RUNNER = Runner(is_present=_is_present)
atexit.register(RUNNER.close)


@dataclass
class Session:
    """A visitor: their run, and what pages keep for them.

    run_number: how many runs there were before this one.
    custom_normalization: chosen on the page Digits for the next run.
    sandbox: the copy of a network that the page Mini-batch tries updates on.
    test_probabilities: of all test digits, with the state of the network that gave them.
    live: whether the run had a turn to come or to end when the present script run began: then the
        page polls.
    absent_since: when somebody first noticed that the visitor is gone, by time.monotonic().
    """

    id: str
    run: Run
    run_number: int = 0
    custom_normalization: Normalization | None = None
    sandbox: Sandbox | None = None
    test_probabilities: tuple[object, Tensor] | None = None
    live: bool = False
    absent_since: float | None = None

    @property
    def stopped(self) -> bool:
        """Whether the run has come to rest since the script run began."""
        return self.live and not RUNNER.is_live(self.run)

    @property
    def playing(self) -> bool:
        """Whether the run is being trained."""
        return RUNNER.is_playing(self.run)

    def toggle(self) -> None:
        """Start the run, or pause it."""
        if self.playing:
            RUNNER.pause(self.run)
        else:
            RUNNER.play(self.run, owner=self.id)

    def reset(self, settings: Settings, setup: Setup) -> None:
        """Put an untrained run in place of this one; it waits for Start."""
        RUNNER.pause(self.run)
        self.run = Run(mnist(), settings, setup)
        self.run_number += 1
        self.sandbox = self.test_probabilities = None


_sessions: dict[str, Session] = {}
_lock = threading.Lock()


def current() -> Session:
    """The session of the visitor for whom the script runs, made at their first visit."""
    _insist_on_the_frame()
    session_id = get_script_run_ctx().session_id
    with _lock:
        if session_id not in _sessions:
            _forget_the_gone()
            _sessions[session_id] = Session(session_id, Run(mnist()))
        session = _sessions[session_id]
        session.absent_since = None
        return session


def begin() -> Session:
    """The visitor's session at the beginning of a script run."""
    session = current()
    session.live = RUNNER.is_live(session.run)
    return session


def is_dark() -> bool:
    """Whether the visitor looks at the dark theme."""
    return st.context.theme.type == "dark"


def forget_all() -> None:
    """Pause every run and forget every session: tests begin with it."""
    with _lock:
        for session in _sessions.values():
            RUNNER.pause(session.run)
        _sessions.clear()


@st.cache_resource(show_spinner=False)
def mnist() -> Mnist:
    """The digits, read once for the whole server."""
    return load_mnist()


def load_or_explain() -> None:
    """Have the digits read, telling what is going on; where they can't be, say what to do."""
    root = mnist_root()
    missing = len(missing_files(root))
    doing = (
        f"Downloading MNIST to {root}, this once: {missing} of 4 files are missing, "
        f"{ARCHIVES_MEGABYTES} MB in all …"
        if missing
        else "Reading MNIST …"
    )
    try:
        with st.spinner(doing, show_time=True):
            mnist()
    except MnistUnavailableError as error:
        st.error(str(error), icon=":material/error:")
        st.button("Try again")
        st.stop()


def _insist_on_the_frame() -> None:
    """Begin again with dashboard.py where Streamlit runs a page without it.

    Until st.navigation has been called once in the process, Streamlit takes a folder named pages
    for a set of pages that stand alone. So the first visitor of a new server, coming by a link to a
    page, would find it without its sidebar.
    """
    if PagesManager.uses_pages_directory:
        PagesManager.uses_pages_directory = False
        st.rerun()


def _forget_the_gone() -> None:
    now = time.monotonic()
    for session in list(_sessions.values()):
        if _is_present(session.id):
            session.absent_since = None
            continue
        session.absent_since = session.absent_since or now
        if now - session.absent_since > _FORGET_AFTER_SECONDS:
            RUNNER.pause(session.run)
            del _sessions[session.id]
