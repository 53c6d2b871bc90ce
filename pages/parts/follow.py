"""The part of a page that follows what is trained."""

from __future__ import annotations

import time
from collections.abc import Callable

import streamlit as st

from pages.parts.session import Session
from pages.parts.shared import RUNNER

_TICK_SECONDS = 0.5
_TICKS_PER_SECOND = 20  # of all visitors together; more of them would wait for each other
_SETTLING_SECONDS = 0.03


def follow(session: Session, draw: Callable[[], None]) -> None:
    """Draw a part of the page now, and while anything is trained or loaded again and again.

    Twice a second, or less often where so many train that their ticks would crowd out the clicks.

    The first of a page's followers draws the asides along. Where the whole page must be drawn anew,
    since what it shows is past, the last one sees to it: behind another one's tick, Streamlit would
    draw the page and that part at once, and might lose one of them on the way to the browser.

    Each stands in a container of its own. Where a tick comes while the whole page is drawn, its
    part may be taken away for a moment and then put back at its place; what follows would have
    moved up to that place meanwhile, and be lost.
    """
    session.followers += 1
    place = session.followers

    def tick() -> None:
        if session.outdated and place == session.followers:
            st.rerun()
        if place == 1:
            _draw_asides(session)
        draw()
        settle(session)

    with st.container(key=f"follower_{place}"):
        st.fragment(tick, run_every=tick_seconds() if session.polls else None)()


def follow_aside(session: Session, draw: Callable[[], None]) -> None:
    """Draw a part of the page here whenever the page's first follower is drawn.

    Not a follower itself, since every tick has the browser go through the whole page.
    """
    session.asides.append((st.container(), draw))


def follow_asides(session: Session) -> None:
    """At a page's end: have its asides follow the training where nothing else on it does."""
    if not session.followers:
        follow(session, lambda: None)


def _draw_asides(session: Session) -> None:
    for place, draw in session.asides:
        with place:
            draw()


def tick_seconds() -> float:
    """Between two ticks, by how many train at present."""
    return max(_TICK_SECONDS, RUNNER.live_count / _TICKS_PER_SECOND)


def settle(session: Session) -> None:
    """End a script run, or a tick, only when Streamlit has had time to take over all that it drew.

    A tick that arrives just when the script's thread has ended starts another thread, and what the
    first one drew and the server's event loop has not taken over is dropped without a word: a page
    without its last elements, or a part that stays as it was till the next tick. Only where there
    are ticks; the visitor sees the page meanwhile.
    """
    if session.ticking:
        time.sleep(_SETTLING_SECONDS)
