"""The vote: what students answer, and what the teacher sees of it."""

from __future__ import annotations

from functools import partial
from html import escape

import streamlit as st

from mnist_core.language import _, in_this_language
from mnist_core.show import classroom
from mnist_core.show.classroom import Vote
from mnist_core.show.lesson import STATIONS
from pages.app.broadcast import Notice, Parts, Translated
from pages.app.classroom import CLASS, Scene
from pages.app.presence import is_present
from pages.app.visitors import Visitor
from pages.components.ballot import ballot
from pages.components.live_html import bar, live_html, sentence


def _ballot() -> Parts:
    """What every student is shown: no count before the vote is closed, for some would follow it."""
    vote = CLASS.scene.vote
    if vote is None:
        return {"ballot": None}
    shown = {
        "vote": vote.number,
        "question": vote.ballot.question,
        "options": vote.ballot.options,
        "open": vote.open,
        "counts": None if vote.open else vote.counts,
        "closed": _closed(vote),
        "came_true": vote.came_true,
    }
    return {"ballot": shown}


def _closed(vote: Vote) -> str:
    if vote.measured:
        return _("The vote is closed: so many have answered each. ← Measured: {measured}.").format(
            measured=vote.measured
        )
    return _("The vote is closed: so many have answered each.")


def _tally() -> Parts:
    """What every teacher is shown."""
    here, vote = CLASS.here(is_present), CLASS.scene.vote
    if vote is None:
        return {"class_turnout": sentence(f"{classroom.in_class(here)}."), "class_tally": ""}
    return {
        "class_turnout": sentence(classroom.turnout(vote, here)),
        "class_tally": sentence(vote.ballot.question) + (_bars(vote) if vote.tally_shows else ""),
    }


def _bars(vote: Vote) -> str:
    rows = (
        f'<span class="name">{escape(row["answer"])}</span>'
        f"{bar(row['share'], escape(row['answer']))}<b>{row['votes']:,}</b>"
        for row in classroom.tally_rows(vote)
    )
    return f'<div class="tally">{"".join(rows)}</div>'


_BALLOT = Translated(partial(Notice, _ballot, lambda: CLASS.changes))
_TALLY = Translated(partial(Notice, _tally, lambda: (CLASS.here(is_present), CLASS.changes)))


def answer_vote(visitor: Visitor) -> None:
    """The question that is open, for a student; nothing while there is none."""

    def given() -> Parts:
        option, vote = CLASS.answer_of(visitor.id), CLASS.scene.vote
        answered = option is not None and vote is not None
        return {"ballot_answer": {"vote": vote.number, "option": option} if answered else None}

    ballot(visitor.feed.tune_in(_BALLOT)["ballot"], visitor.feed.show(given)["ballot_answer"])


def vote_strip(visitor: Visitor) -> None:
    """On the teacher's other pages: how the vote goes, in one line."""
    scene, shown = CLASS.scene, visitor.feed.tune_in(_TALLY)
    if scene.vote is None:
        return
    with st.container(
        key="class_strip", horizontal=True, vertical_alignment="center", gap="xsmall"
    ):
        live_html("class_turnout", shown["class_turnout"])
        with st.popover(_("Tally"), key="class_tally_popover"):
            live_html("class_tally", shown["class_tally"])
        _vote_buttons(visitor, scene)


def lead_vote(visitor: Visitor) -> None:
    """The teacher’s part of the page Class: ask, see the tally, close."""
    scene, shown = CLASS.scene, visitor.feed.tune_in(_TALLY)
    live_html("class_turnout", shown["class_turnout"])
    if scene.vote:
        live_html("class_tally", shown["class_tally"])
        with st.container(horizontal=True, gap="xsmall"):
            _vote_buttons(visitor, scene)
    if scene.vote is None or not scene.vote.open:
        _ask(visitor)


def _vote_buttons(visitor: Visitor, scene: Scene) -> None:
    if scene.vote.open:
        st.button(
            _("Close the vote"),
            key="class_close_vote",
            type="primary",
            on_click=CLASS.close_vote,
            args=(visitor.id,),
        )
    else:
        st.button(
            _("Put it away"),
            key="class_put_away",
            on_click=CLASS.put_vote_away,
            args=(visitor.id,),
            help=_("Students see neither the question nor the tally any longer."),
        )


def _ask(visitor: Visitor) -> None:
    number = st.selectbox(
        _("A question of the lesson"),
        range(1, len(STATIONS) + 1),
        key="class_station",
        persist_state="session",
        format_func=in_this_language(_station_name),
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        _ask_button(visitor, number)
        st.toggle(
            _("Hide the tally until the vote is closed"),
            key="class_hidden",
            persist_state="session",
            help=_("Nobody is then led by what the others have answered."),
        )
    asked = classroom.ballot(STATIONS[number - 1])
    st.markdown(f"{asked.question}\n\n{' · '.join(asked.options)}")


def _station_name(number: int) -> str:
    """ "1/7 One digit"."""
    return f"{number}/{len(STATIONS)} {_(STATIONS[number - 1].name)}"


def _ask_button(visitor: Visitor, number: int) -> None:
    st.button(
        _("Ask the class"),
        key="class_ask",
        icon=":material/how_to_vote:",
        type="primary",
        on_click=lambda: CLASS.ask(visitor.id, number, st.session_state["class_hidden"]),
        help=_("Opens a vote: everybody in the class answers in one tap."),
    )
