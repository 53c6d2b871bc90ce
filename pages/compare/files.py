"""A race as a file: saved, shown again, replayed."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from mnist_core.language import _, in_this_language
from mnist_core.race import RaceRecord, RecordError, from_json, to_json
from mnist_core.race.competitors import WATCHED
from mnist_core.show import race_sentences, race_tables
from mnist_core.show.standalone import replay
from pages.app.loading import mnist
from pages.app.visitors import Visitor
from pages.components.digit_grid import sheet
from pages.components.download import download


@dataclass
class RaceFile:
    """The file that was last chosen to be shown.

    recorded: the race in it, or in the one before if this can't be shown; None when closed.
    refusal: why the race in it can't be shown.
    """

    recorded: RaceRecord | None = None
    refusal: str | None = None


def race_files(visitor: Visitor) -> None:
    """Download the race that is shown, or load one."""
    # The end of a race draws the page once more, and a click meanwhile would be lost.
    busy = visitor.was_live and not visitor.training.racing
    shown = shown_record(visitor)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        download(
            _("Download as JSON"),
            "mini-batch-race.json",
            lambda: to_json(shown_record(visitor)),
            key="race_json",
            disabled=shown is None or busy,
            help=_("Settings, seed, every record and the machine: it can be loaded again below."),
        )
        download(
            _("Download as CSV"),
            "mini-batch-race.csv",
            lambda: race_tables.points_csv(shown_record(visitor)),
            key="race_csv",
            disabled=shown is None or busy,
            help=_("Every test point of every competitor."),
        )
        download(
            _("Download to replay"),
            "mini-batch-race.html",
            lambda: race_replay(shown_record(visitor)),
            key="race_replay",
            disabled=shown is None or busy or not (shown.over and shown.begun),
            help=_(
                "A page that replays a race that has ended, with a slider through its time. It "
                "opens in any browser, without this dashboard."
            ),
        )
    with st.expander(_("Load a recorded race")):
        st.file_uploader(
            _("A race saved as JSON"),
            type="json",
            key="race_file",
            on_change=in_this_language(_load),
            args=(visitor,),
            disabled=visitor.training.racing,
        )
        if refusal := visitor.kept(RaceFile).refusal:
            st.error(
                _(
                    "This file can’t be shown: {why}. Choose a file that was saved by “Download "
                    "as JSON”."
                ).format(why=refusal),
                icon=":material/error:",
            )


def shown_record(visitor: Visitor) -> RaceRecord | None:
    """The race that the page shows: a recorded one before the visitor's own."""
    race = visitor.training.race
    return visitor.kept(RaceFile).recorded or (race and race.latest)


def race_replay(record: RaceRecord) -> str:
    """The page that replays a race which has ended, as HTML."""
    return replay(record, *watched_digits(record.test_digits))


def watched_digits(test_digits: int) -> tuple[str, list[int]]:
    """Those whose guesses a race with so many test digits records: their sheet() and labels."""
    test, watched = mnist().test, slice(min(WATCHED, test_digits))
    return sheet(test.images[watched]), test.labels[watched].tolist()


def recorded_note(visitor: Visitor) -> None:
    """Say that a race is recorded, where, and lead back."""
    record = visitor.kept(RaceFile).recorded
    st.warning(
        _("**Recorded**: this race was run earlier, maybe on another machine."),
        icon=":material/history:",
    )
    machine = record.machine
    # As plain text: what a file holds is not ours to format.
    st.text(
        _("{processor}, {threads} threads, torch {torch}. {same_start}").format(
            processor=machine.processor,
            threads=machine.threads,
            torch=machine.torch,
            same_start=race_sentences.same_start(record.plan),
        )
    )
    st.button(_("Close the recorded race"), key="race_close", on_click=_close, args=(visitor,))


def _load(visitor: Visitor) -> None:
    uploaded, file = st.session_state["race_file"], visitor.kept(RaceFile)
    file.refusal = None
    if uploaded is None:
        return
    try:
        file.recorded = from_json(uploaded.getvalue())
    except RecordError as error:
        file.refusal = str(error)


def _close(visitor: Visitor) -> None:
    visitor.kept(RaceFile).recorded = None
