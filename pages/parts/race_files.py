"""A race as a file: saved, and shown again."""

from __future__ import annotations

import streamlit as st

from mnist_core.race import RaceRecord, RecordError, from_json, tables, to_json
from mnist_core.race import words as race_words
from pages.parts.session import Session


def race_files(session: Session) -> None:
    """Download the race that is shown, or load one."""
    # The end of a race draws the page once more, and a click meanwhile would be lost.
    busy = session.live and not session.racing
    shown = shown_record(session)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.download_button(
            "Download as JSON",
            data=lambda: to_json(shown_record(session)),
            file_name="mini-batch-race.json",
            mime="application/json",
            key="race_json",
            on_click="ignore",
            icon=":material/download:",
            disabled=shown is None or busy,
            help="Settings, seed, every record and the machine: it can be loaded again below.",
        )
        st.download_button(
            "Download as CSV",
            data=lambda: tables.points_csv(shown_record(session)),
            file_name="mini-batch-race.csv",
            mime="text/csv",
            key="race_csv",
            on_click="ignore",
            icon=":material/download:",
            disabled=shown is None or busy,
            help="Every test point of every runner.",
        )
    with st.expander("Load a recorded race"):
        st.file_uploader(
            "A race saved as JSON",
            type="json",
            key="race_file",
            on_change=_load,
            args=(session,),
            disabled=session.racing,
        )
        if session.refusal:
            st.error(
                f"This file can’t be shown: {session.refusal}. Choose a file that was saved by "
                "“Download as JSON”.",
                icon=":material/error:",
            )


def shown_record(session: Session) -> RaceRecord | None:
    """The race that the page shows: a recorded one before the visitor's own."""
    return session.recorded or (session.race and session.race.latest)


def recorded_note(session: Session) -> None:
    """Say that a race is recorded, where, and lead back."""
    record = session.recorded
    st.warning(
        "**Recorded**: this race was run earlier, maybe on another machine.",
        icon=":material/history:",
    )
    machine = record.machine
    # As plain text: what a file holds is not ours to format.
    st.text(
        f"{machine.processor}, {machine.threads} threads, torch {machine.torch}. "
        f"Batch sizes {', '.join(f'{size:,}' for size in record.plan.batch_sizes)}; "
        f"{race_words.budget(record.plan.budget)}; {race_words.same_start(record.plan)}"
    )
    st.button("Close the recorded race", key="race_close", on_click=_close, args=(session,))


def _load(session: Session) -> None:
    file = st.session_state["race_file"]
    session.refusal = None
    if file is None:
        return
    try:
        session.recorded = from_json(file.getvalue())
    except RecordError as error:
        session.refusal = str(error)


def _close(session: Session) -> None:
    session.recorded = None
