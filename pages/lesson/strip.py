"""The lesson's strip at the top of every page: predict, act, and see what was measured."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mnist_core.language import _, in_this_language
from mnist_core.show import charts, lesson
from mnist_core.show.classroom import came_true
from mnist_core.show.lesson import (
    GLOSSARY,
    STATIONS,
    Choice,
    Curve,
    Line,
    Measured,
    Prediction,
    Station,
    compared,
)
from mnist_core.show.standalone import handout
from pages.app.classroom import CLASS
from pages.app.feed import Parts
from pages.app.presenting import presented_query
from pages.app.theme import is_dark
from pages.app.visitors import Visitor
from pages.components.download import download
from pages.components.headings import anchor
from pages.components.live_chart import chart, live_chart
from pages.components.live_html import caption, figures, live_html, sentence
from pages.components.sketch_pad import sketch_pad, sketched
from pages.lesson.progress import Lesson
from pages.lesson.record import record_button
from pages.lesson.stations import SCENES, Widgets

# One line of buttons, beside it the text in two of its own where it must: the charts need the room.
_STYLE = (
    "<style>.st-key-lesson { margin-top: 0.25rem; }"
    # By the size of the type, which the presenter's view enlarges.
    ".st-key-lesson_station { flex: none !important; width: 14rem !important; }"
    ".st-key-lesson > :has(.live-html) { flex: 1 1 12rem; min-width: 0; }"
    ".st-key-lesson .live-html p { margin: 0; font-size: 0.9rem; line-height: 1.3; }"
    ".st-key-lesson a { color: inherit; }</style>"
)

# Whose values say whether the visitor has done what a station asks for.
_WATCHED = ("row", "page_normalization")


def lesson_strip(
    visitor: Visitor, head: DeltaGenerator, name: str, pages: Mapping[str, st.Page]
) -> None:
    """The strip, where the lesson is on, and otherwise its entry beside the page's title.

    head: where the title stands; the glossary goes there too.
    name: of the page below the strip.
    pages: by their names.
    """
    kept = visitor.kept(Lesson)
    kept.keep_races(visitor)
    nonsense = _follow_address(kept)
    with head:
        _entries(kept)
    if nonsense:
        st.warning(
            _(
                "The page’s address names a station that the lesson does not have: there are 1 to "
                "{last}."
            ).format(last=len(STATIONS)),
            icon=":material/link_off:",
        )
    if kept.station is None:
        return
    if kept.leads:
        kept.leads = False
        page = pages[STATIONS[kept.station - 1].page]
        st.switch_page(page, query_params=presented_query() | _query(kept.station))
    _strip(kept, kept.station, visitor, name)


def _entries(kept: Lesson) -> None:
    if kept.station is None:
        st.button(
            _("Lesson"),
            key="lesson_begin",
            icon=":material/school:",
            type="tertiary",
            help=_("Seven stations: predict, try, and see what was measured."),
            on_click=_go_to,
            args=(kept, kept.left_at),
        )
    with st.popover(_("Because"), key="because", icon=":material/help:", type="tertiary"):
        terms = (f"- **{_(term)}:** {_(text)}" for term, text in GLOSSARY.items())
        st.markdown("\n".join(terms))
        download(
            _("For the teacher"),
            "mini-batches-for-the-teacher.html",
            handout,
            key="handout",
            icon=":material/print:",
            help=_(
                "Two pages to print: what to ask at each station and what to expect, and eight "
                "questions with answers."
            ),
        )


def _strip(kept: Lesson, number: int, visitor: Visitor, name: str) -> None:
    widgets = {key: st.session_state[key] for key in _WATCHED if key in st.session_state}
    dark = is_dark()
    shown = visitor.feed.show(lambda: _shown(kept, number, visitor, name, widgets, dark))
    st.html(_STYLE)
    row = {"horizontal": True, "vertical_alignment": "center", "gap": "xsmall"}
    with st.container(key="lesson", **row):
        _choose_station(kept)
        live_html("lesson_line", shown["lesson_line"])
        _station_buttons(kept, number, visitor, shown)


def _follow_address(kept: Lesson) -> bool:
    """Take the station from the page's address, or write it there; whether it named none."""
    text = st.query_params.get("lesson")
    if text is None:
        if kept.station is not None:
            st.query_params.update(_query(kept.station))
        return False
    number = lesson.station_named(text)
    if number is None:
        kept.station = None
    else:
        kept.go_to(number)
    return number is None


def _query(number: int) -> dict[str, str]:
    return {"lesson": str(number)}


def _go_to(kept: Lesson, number: int) -> None:
    kept.go_to(number)
    st.query_params.update(_query(number))


def _leave(kept: Lesson) -> None:
    kept.station = None
    st.query_params.pop("lesson", None)


def _set_up(kept: Lesson, visitor: Visitor) -> None:
    number = kept.station
    SCENES[number - 1].set_up(visitor)
    kept.begin_anew(number)
    st.session_state.pop(_answer_key(number), None)
    st.session_state["lesson_predict"] = kept.leads = True


def _predict(kept: Lesson) -> None:
    number = kept.station
    key, kind = _answer_key(number), STATIONS[number - 1].kind
    answer = sketched(key, kind) if isinstance(kind, Curve) else st.session_state[key]
    kept.predicted[number] = tuple(answer) if isinstance(answer, list) else answer


def _answer_key(number: int) -> str:
    return f"lesson_answer_{number}"


def _choose_station(kept: Lesson) -> None:
    st.session_state["lesson_station"] = kept.station
    st.selectbox(
        _("Station of the lesson"),
        range(1, len(STATIONS) + 1),
        key="lesson_station",
        format_func=in_this_language(
            lambda number: f"{number}/{len(STATIONS)} {_(STATIONS[number - 1].name)}"
        ),
        on_change=lambda: _go_to(kept, st.session_state["lesson_station"]),
        label_visibility="collapsed",
    )


def _station_buttons(kept: Lesson, number: int, visitor: Visitor, shown: Parts) -> None:
    """What can be done at the station now."""
    if number not in kept.set_up:
        _set_up_button(kept, visitor, _("Set the page"), "primary")
    elif number not in kept.predicted:
        with st.popover(_("Predict"), key="lesson_predict", type="primary", on_change="rerun"):
            _ask(kept, number)
    else:
        with st.popover(_("What to see"), key="lesson_see"):
            if "lesson_sketch" in shown:
                live_chart("lesson_sketch", shown["lesson_sketch"])
            live_html("lesson_measured", shown["lesson_measured"])
            record_button(kept)
        _set_up_button(kept, visitor, _("Again"), "tertiary")
    if CLASS.teaches(visitor.id) and CLASS.scene.open:
        _ask_class(visitor, number)
    if number < len(STATIONS):
        st.button(
            _("Next"),
            key="lesson_next",
            type="tertiary",
            on_click=_go_to,
            args=(kept, number + 1),
        )
    st.button(_("Close"), key="lesson_leave", type="tertiary", on_click=_leave, args=(kept,))


def _ask_class(visitor: Visitor, number: int) -> None:
    st.button(
        _("Ask the class"),
        key="lesson_ask_class",
        type="tertiary",
        on_click=CLASS.ask,
        args=(visitor.id, number, st.session_state.get("class_hidden", False)),
        help=_("Opens a vote on this question: everybody in the class answers in one tap."),
    )


def _set_up_button(kept: Lesson, visitor: Visitor, label: str, kind: str) -> None:
    st.button(
        label,
        key="lesson_set_up",
        type=kind,
        on_click=_set_up,
        args=(kept, visitor),
        help=_(
            "Brings the page to the state that this station begins with; where it needs an "
            "untrained network, your run is reset."
        ),
    )


def _ask(kept: Lesson, number: int) -> None:
    station, key = STATIONS[number - 1], _answer_key(number)
    st.markdown(_(station.question))
    kind = station.kind
    if isinstance(kind, Choice):
        answer = st.radio(
            _("Your prediction"),
            kind.options,
            index=None,
            key=key,
            format_func=in_this_language(kind.said),
        )
    elif isinstance(kind, Line):
        middle = kind.stops[len(kind.stops) // 2]
        answer = st.select_slider(
            _("Your prediction"),
            kind.stops,
            value=middle,
            key=key,
            format_func=in_this_language(kind.written),
        )
    elif isinstance(kind, Curve):
        answer = sketch_pad(key, kind)
        if answer is None:
            st.caption(_("Draw the line from the left edge to the right one."))
    else:
        # They keep the order in which they were pressed.
        answer = st.pills(
            _("Your prediction"),
            kind.sizes,
            selection_mode="multi",
            key=key,
            format_func="{:,}".format,
        )
        st.caption(_("Your order: {order}").format(order=kind.said(answer) or "–"))
    missing = answer is None or (isinstance(answer, list) and len(answer) < len(kind.sizes))
    st.button(
        _("That is what I expect"),
        key="lesson_say",
        type="primary",
        disabled=missing,
        on_click=_predict,
        args=(kept,),
    )


def _shown(
    kept: Lesson, number: int, visitor: Visitor, name: str, widgets: Widgets, dark: bool
) -> Parts:
    """The strip's line, and what the station shows when one has predicted."""
    _tell_class(kept, number, visitor, widgets)
    station, predicted = STATIONS[number - 1], kept.predicted.get(number)
    if predicted is None:
        line = _("What do you expect? Say it under **Predict**.")
        if number not in kept.set_up:
            line = _("First **set the page**, then say what you expect.")
        return {"lesson_line": sentence(line)}
    said = station.kind.said(predicted)
    measured = kept.measure(number, visitor, widgets)
    if measured is None:
        line = _("You said **{said}**. Now {act}.")
        if name != station.page:
            line = _("You said **{said}**. Now on the page {page}, {act}.")
        text = line.format(said=said, page=_(station.page), act=_(station.act))
        line = _with_link(sentence(text), station)
        figure, see = "–", _("Nothing is measured yet.")
    else:
        line = sentence(compared(station, predicted, measured))
        figure, see = measured.figure, measured.see
    values = {_("You said"): said, _("Measured here"): figure}
    return {
        "lesson_line": line,
        "lesson_measured": caption(_(station.question)) + figures(values) + sentence(see),
    } | _sketch(station, predicted, measured, dark)


def _sketch(
    station: Station, predicted: Prediction, measured: Measured | None, dark: bool
) -> Parts:
    """Where the prediction is a line, that line and what was measured."""
    if not isinstance(station.kind, Curve):
        return {}
    points = measured.value if measured else ()
    figure = charts.sketch_chart(station.kind, predicted, points, dark)
    found = _("Nothing is measured yet.")
    if measured:
        found = _("Measured: {figure}.").format(figure=measured.figure)
    label = _("Your line, {said}. {found}").format(said=station.kind.said(predicted), found=found)
    return {"lesson_sketch": chart(figure, label, height=200)}


def _tell_class(kept: Lesson, number: int, visitor: Visitor, widgets: Widgets) -> None:
    """Where a class has been asked what its teacher measures at this station, tell it."""
    vote = CLASS.scene.vote
    if not CLASS.teaches(visitor.id) or vote is None or vote.open or vote.station != number:
        return
    if measured := kept.measure(number, visitor, widgets):
        option = came_true(STATIONS[number - 1], measured.value)
        CLASS.tell_measured(visitor.id, option, kept.figures(number))


def _with_link(line: str, station: Station) -> str:
    """Where the place to act at is further down the page, its name leads there."""
    if not station.place:
        return line
    name = escape(_(station.place))
    return line.replace(f"<b>{name}</b>", f'<a href="#{anchor(station.place)}">{name}</a>')
