"""Follow the teacher: their run and page, made once for all who look on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from itertools import zip_longest

import streamlit as st

from mnist_core import Snapshot
from mnist_core.cluster.connection import NoNodeError
from mnist_core.language import _, later
from mnist_core.show import charts, sentences
from pages.app import run_labels, visitors
from pages.app.broadcast import Parts, Relay, Translated
from pages.app.classroom import CLASS
from pages.app.feed import Led
from pages.app.presence import is_present
from pages.app.setup_widgets import wish_for_setup
from pages.app.theme import is_dark
from pages.app.training import Training
from pages.app.visitors import Visitor
from pages.components.digit_grid import digit_pictures
from pages.components.live_chart import chart, live_chart
from pages.components.live_html import caption, figures, live_html, sentence

_OF_PAGE = {"followed_page_1": 280, "followed_page_2": 280}  # charts, and their heights in pixels
_OF_TRAINING = {"followed_1": 340, "followed_2": 260}
# On a telephone all stands in a column. A place that nothing fills takes no room.
_STYLE = (
    "<style>div.st-key-followed { display: grid; align-items: start; gap: 1rem 2rem; "
    "grid-template-columns: repeat(auto-fill, minmax(min(100%, 26rem), 1fr)); }"
    ".st-key-followed > :not(:has(.stElementContainer:not([style*=none]))) { display: none; }"
    ".st-key-followed > :has(.stElementContainer:not([style*=none]) .digit-grid.even) "
    "{ grid-column: 1 / -1; }</style>"
)
# So many followers are sent a frame each second, and more of them less often: each takes some time
# from what else the server does.
_FRAMES_A_SECOND = 150


def pace() -> float:
    """Seconds from frame to frame of what the whole class is shown."""
    return max(1.0, CLASS.here(is_present) / _FRAMES_A_SECOND)


def _screen(dark: bool) -> Parts:
    """What the teacher sees, as far as a telephone has room for it."""
    teacher = visitors.with_id(CLASS.leader)
    if teacher is None:
        where = sentence(_("The teacher is not here at present."))
        shown = {"followed_place": where, "followed_figures": ""}
        return shown | _of_page(Led()) | _charts(_OF_TRAINING, [])
    training, led = teacher.training, teacher.feed.led(dark)
    shown = {
        "followed_place": sentence(_place(teacher.page, training)),
        "followed_figures": "" if training.racing else _figures(training.run.latest),
    }
    return shown | _of_page(led) | _charts(_OF_TRAINING, _of_training(training, led, dark))


def _of_page(led: Led) -> Parts:
    """What the teacher's page is about, where it is not the run itself."""
    words = [above for above, _chart in led.charts]
    named = dict(zip_longest(map(_words_above, _OF_PAGE), words, fillvalue=""))
    shown = {"followed_words": led.words, "followed_digits": led.digits}
    drawn = [one | {"kind": _kind(one)} for _above, one in led.charts]
    return shown | named | _charts(_OF_PAGE, drawn)


def _kind(shown: dict[str, object]) -> str:
    """By which one chart is told from another that comes in its place."""
    return shown["figure"]["layout"]["xaxis"]["title"]["text"]


def _words_above(key: str) -> str:
    return f"{key}_words"


def _of_training(training: Training, led: Led, dark: bool) -> Sequence[dict[str, object]]:
    if training.run.latest.untrained and not training.race:
        return [] if led.words else _of_run(training.run.latest, dark)
    return [*led.run.values()] or _of_run(training.run.latest, dark)


def _place(page: str, training: Training) -> str:
    if training.racing:
        return _("The teacher is at **{page}**, and a race is on.").format(page=_(page))
    run = training.run
    state, detail = sentences.doing(run.latest, run.settings, training.playing)
    return _("The teacher is at **{page}**. Their run: {state}, {detail}.").format(
        page=_(page), state=state.lower(), detail=detail
    )


def _figures(snapshot: Snapshot) -> str:
    test = snapshot.test_points[-1] if snapshot.test_points else None
    return figures(
        {
            _("Epochs"): f"{snapshot.place.epochs:.2f}",
            _("Test loss, sum"): f"{test.loss:,.0f}" if test else "–",
            _("Accuracy"): f"{test.accuracy:.1%}" if test else "–",
        }
    )


def _of_run(snapshot: Snapshot, dark: bool) -> list[dict[str, object]]:
    curve = charts.learning_curve(snapshot, dark=dark)
    seconds = charts.seconds_by_size(snapshot, dark)
    if snapshot.untrained:
        # What these charts say on the teacher's own page has nothing for a student to press.
        for figure in (curve, seconds):
            figure["layout"]["annotations"][0]["text"] = _("The teacher has not started yet")
    return [
        chart(curve, run_labels.of_learning_curve(snapshot)),
        chart(seconds, run_labels.of_seconds(snapshot)),
    ]


def _charts(heights: Mapping[str, int], shown: Sequence[dict[str, object]]) -> Parts:
    """In so many of the places as there are charts, nothing in the others."""
    places = zip_longest(heights.items(), shown)
    return {key: one and one | {"height": height} for (key, height), one in places}


def _subject() -> tuple[str, int] | None:
    """Whom the class follows, and what they show."""
    teacher = visitors.with_id(CLASS.leader)
    return teacher and (teacher.feed.token, teacher.feed.leading)


# By whether the theme is dark: what the whole class is shown.
SCREENS = {
    dark: Translated(partial(Relay, partial(_screen, dark), pace, _subject))
    for dark in (False, True)
}


def follow_teacher(visitor: Visitor) -> None:
    """The teacher's run and what their page is about, and the way to go on from it alone."""
    st.html(_STYLE)
    shown = visitor.feed.tune_in(SCREENS[is_dark()])
    live_html("followed_place", shown["followed_place"])
    st.button(
        _("Go on from here on my own"),
        key="class_go_on",
        icon=":material/call_split:",
        on_click=_go_on,
        args=(visitor,),
        help=_(
            "Puts a copy of the teacher’s network in place of your run: the same weights, the "
            "same digits to come. It waits for Start, and what you do with it nobody else sees."
        ),
    )
    live_html("followed_figures", shown["followed_figures"])
    with st.container(key="followed"):
        _draw(shown)
    live_html(
        "followed_note",
        caption(
            _(
                "The seconds are those of the teacher’s run. What you see comes about once a "
                "second, and the run never waits for it."
            )
        ),
    )


def _draw(shown: Parts) -> None:
    """The teacher's page and run: a place for each thing that may come without a script run."""
    with st.container(gap="xsmall"):
        live_html("followed_words", shown["followed_words"])
        digit_pictures("followed_digits", shown["followed_digits"])
    for key in _OF_PAGE:
        with st.container(gap="xsmall"):
            live_html(_words_above(key), shown[_words_above(key)])
            live_chart(key, shown[key])
    for key in _OF_TRAINING:
        with st.container():
            live_chart(key, shown[key])


def _go_on(visitor: Visitor) -> None:
    """Copy the teacher's run, with its choices, and show it."""
    teacher = visitors.with_id(CLASS.leader)
    if teacher is None or teacher.training.waits:
        st.session_state["class_note"] = later(
            "There is nothing to go on from: the teacher is not here. Try again when they are."
        )
        return
    try:
        visitor.training.go_on_from(teacher.training)
    except NoNodeError:
        st.session_state["class_note"] = later(
            "The teacher’s network can’t be copied: no computer of the cluster can answer for it "
            "at present. Try again when one can."
        )
        return
    visitor.training.drop_race()
    show_run(visitor)
    visitor.leads_to = "Train"


def show_run(visitor: Visitor) -> None:
    """Have the sidebar say what a run that it has not made was made with."""
    run = visitor.training.run
    wish_for_setup(visitor, run.setup)
    st.session_state.update(
        batch_size=run.settings.batch_size, learning_rate=run.settings.learning_rate
    )
