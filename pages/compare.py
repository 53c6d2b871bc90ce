"""Compare: batch sizes side by side, one race, three clocks."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from mnist_core import charts
from mnist_core.machine import this_machine
from mnist_core.race import Plan, RaceRecord, waiting
from mnist_core.race import words as race_words
from pages.parts import visitors
from pages.parts.choice import choose
from pages.parts.follow import follow
from pages.parts.knobs import say_no_room
from pages.parts.live_chart import live_chart
from pages.parts.race_controls import race_buttons, race_progress
from pages.parts.race_files import race_files, recorded_note, shown_record
from pages.parts.race_sections import choose_section, section
from pages.parts.race_setup import carry_in_address, race_setup, read_link, say_nonsense
from pages.parts.session import Session
from pages.parts.shared import is_dark

_MEASURES = {"loss": "Loss, sum", "accuracy": "Accuracy"}
_CLOCKS = {"epochs": "Epochs", "updates": "Updates", "seconds": "Seconds"}
_AXES = {"log_loss": "Log loss", "log_clock": "Log clock"}
_FIRST_TARGET = 3_000.0


def page(session: Session) -> None:
    """The whole page, from what to look for to the question it lets one answer."""
    read_link(session)
    st.markdown(
        "Several batch sizes train from the very same start, by turns of equal time. Switch the "
        "clock: who is ahead by epochs, by updates, by seconds?"
    )
    say_nonsense(session.link)
    plan = _race(session)
    view = _view()
    seen = shown_record(session) or waiting(plan or Plan(), this_machine(session.run.device))

    def live() -> None:
        record = shown_record(session) or seen
        # The container is there before the bars are: what follows keeps its place and its state.
        with st.container():
            if record.begun:
                race_progress(record, racing=session.racing, recorded=bool(session.recorded))
        _curves(record, replace(view, dark=is_dark()))
        st.markdown(race_words.verdict(record) or "Who wins by which clock will stand here.")

    follow(session, live)
    choices = choose_section(seen.plan.batch_sizes, view.target)
    follow(session, lambda: section(shown_record(session) or seen, choices))
    race_files(session)
    st.markdown(
        "**Question:** which batch size would you take if every update cost money, and which if "
        "only your time counts? Look for a target at which the two answers differ."
    )


def _race(session: Session) -> Plan | None:
    """Settings and buttons of a race, or the note that a recorded one is shown."""
    if session.recorded:
        recorded_note(session)
        return None
    on = session.race is not None and not session.race.ended
    unused = session.race is None
    with st.expander("Settings of the race", expanded=unused, icon=":material/tune:"):
        plan = race_setup(session, fixed=on)
    if plan is not None:
        carry_in_address(plan)
    race_buttons(session, plan)
    say_no_room(session, again="Start race" if not on else "Go on")
    if session.waits_for_race:
        st.info(
            "Your run on the page Train is paused while the race is on, lest it take its time; "
            "it goes on by itself afterwards.",
            icon=":material/pause_circle:",
        )
    return plan


def _view() -> charts.RaceView:
    left, middle, right, last = st.columns([2, 3, 2, 2])
    with left:
        measure = choose("Test", _MEASURES, key="race_measure")
    with middle:
        against = choose("Against the clock", _CLOCKS, key="race_against_clock")
    with right:
        logs = st.pills(
            "Axes",
            list(_AXES),
            selection_mode="multi",
            key="race_axes",
            format_func=_AXES.get,
            persist_state="session",
        )
    with last:
        st.session_state.setdefault("race_target", _FIRST_TARGET)
        target = st.number_input(
            "Target loss",
            min_value=1.0,
            max_value=1e6,
            step=100.0,
            format="%.6g",
            key="race_target",
            persist_state="session",
            help="Test loss, summed over the test digits: a line across the chart, and under “To "
            "the target” the updates and seconds that each size needs for it.",
        )
    return charts.RaceView(
        measure, against, log_loss="log_loss" in logs, log_clock="log_clock" in logs, target=target
    )


def _curves(record: RaceRecord, view: charts.RaceView) -> None:
    left, right = st.columns([3, 2])
    with left:
        st.markdown(f"**Test {'accuracy' if view.measure == 'accuracy' else 'loss'}**")
        live_chart(
            charts.race_curve(record, view),
            key="race_curve",
            label=f"Line chart of the race. {race_words.verdict(record) or 'No figures yet.'}",
            follows=True,
        )
    with right:
        st.markdown("**Seconds per epoch**")
        live_chart(
            charts.epoch_seconds_by_size(record, view.dark),
            key="race_epoch_seconds",
            label=f"Bar chart. {race_words.epoch_seconds(record)}",
            follows=True,
        )


page(visitors.current())
