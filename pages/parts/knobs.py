"""The sidebar: what one can turn, on every page, and what the run is doing."""

from __future__ import annotations

import streamlit as st

from mnist_core import Settings, words
from mnist_core.data import TRAINING_DIGITS
from mnist_core.race import RaceRecord
from pages.parts.follow import follow_aside
from pages.parts.session import Session
from pages.parts.setups import chosen_setup, setup_widgets
from pages.parts.shared import MOST_TRAINING

BATCH_SIZES = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, TRAINING_DIGITS)
LEARNING_RATES = (1e-6, 2e-6, 5e-6, 1e-5, 2e-5, 5e-5, 1e-4, 2e-4, 5e-4, 1e-3, 2e-3, 5e-3, 0.01)
LEARNING_RATES += (0.02, 0.05, 0.1, 0.2, 0.5, 1.0)


def knobs(session: Session) -> None:
    """Draw the sidebar and hand the sliders' values to the run."""
    _buttons(session)
    say_no_room(session, again="Start")
    status = st.container(key="doing")
    session.change(_settings(session.run.settings))
    with status:
        _status(session)
    with st.expander("For a new run"):
        # One of them names what the digits themselves tell.
        if session.waits:
            st.caption("PyTorch and the digits are being loaded.")
        else:
            setup_widgets(session)


def say_no_room(session: Session, again: str) -> None:
    """Where the visitor was turned away, say why and what to do.

    again: the button that lets one try once more.
    """
    if session.turned_away:
        st.warning(
            f"As many visitors as may ({MOST_TRAINING}) are training on this computer already. "
            f"When one of them has paused or left, **{again}** will work.",
            icon=":material/hourglass:",
        )


def _buttons(session: Session) -> None:
    start, reset = st.columns(2)
    start.button(
        "Pause" if session.playing else "Start",
        key="play",
        icon=":material/pause:" if session.playing else ":material/play_arrow:",
        type="primary",
        width="stretch",
        disabled=session.run.ended or session.racing,
        on_click=session.toggle,
    )
    reset.button(
        "Reset",
        key="reset",
        icon=":material/replay:",
        width="stretch",
        help="Begin again, untrained, with the choices under “For a new run”.",
        on_click=lambda: session.reset(session.run.settings, chosen_setup(session)),
    )


def _status(session: Session) -> None:
    """The lines that say what the run is doing; it follows the run while it plays."""

    def line() -> None:
        if session.racing:
            _race_status(session.race.latest)
            return
        run = session.run
        state, detail = words.doing(run.latest, run.settings, session.playing)
        if session.waits:
            state, detail = "Getting ready", "loading PyTorch and the digits"
        if session.run.error:
            st.error(f"**{state}**: {detail}. Press Reset to begin again.")
        else:
            # Two lines always, lest the sliders below move under the hand.
            st.markdown(f"**{state}**  \n{detail}")

    follow_aside(session, line)


def _race_status(race: RaceRecord) -> None:
    over = sum(entry.over for entry in race.entries)
    st.markdown(
        f"**Race on the page Compare**  \n{over} of {len(race.entries)} runners have ended. "
        "Your run rests meanwhile."
    )


def _settings(now: Settings) -> Settings:
    batch_size = st.select_slider(
        "Batch size",
        BATCH_SIZES,
        value=now.batch_size,
        key="batch_size",
        format_func=words.batch_size,
        help="Digits in a mini-batch: how many the network sees before each update. "
        "A change is at work from the next mini-batch on.",
    )
    learning_rate = st.select_slider(
        "Learning rate",
        LEARNING_RATES,
        value=now.learning_rate,
        key="learning_rate",
        format_func=words.learning_rate,
        help="Adam's step size: how far an update moves the weights. The tutorial's is 0.0001.",
    )
    return Settings(batch_size, learning_rate)
