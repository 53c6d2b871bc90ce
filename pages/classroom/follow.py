"""Follow the teacher: their run and page, made once for all who look on."""

from __future__ import annotations

from functools import partial

import streamlit as st

from mnist_core import Snapshot
from mnist_core.cluster.connection import NoNodeError
from mnist_core.language import _, later
from mnist_core.show import charts, sentences
from pages.app import run_labels, visitors
from pages.app.broadcast import Parts, Relay, Translated
from pages.app.classroom import CLASS
from pages.app.presence import is_present
from pages.app.run_to_be import RunToBe
from pages.app.setup_widgets import wish_for_setup
from pages.app.theme import is_dark
from pages.app.training import Training
from pages.app.visitors import Visitor
from pages.components.live_chart import chart, live_chart
from pages.components.live_html import caption, figures, live_html, sentence

_CHARTS = ("followed_1", "followed_2")
_HEIGHTS = (340, 260)  # pixels
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
        where = _("The teacher is not here at present.")
        return {"followed_place": sentence(where), "followed_figures": ""} | _charts(
            _of_run(RunToBe().latest, dark)
        )
    training = teacher.training
    shown = list(teacher.feed.led(dark).values())
    if not shown or (training.run.latest.untrained and not training.race):
        shown = _of_run(training.run.latest, dark)
    return {
        "followed_place": sentence(_place(teacher.page, training)),
        "followed_figures": "" if training.racing else _figures(training.run.latest),
    } | _charts(shown)


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


def _of_run(snapshot: Snapshot, dark: bool) -> list[object]:
    curve = charts.learning_curve(snapshot, dark=dark)
    seconds = charts.seconds_per_epoch(snapshot, dark)
    if snapshot.untrained:
        # What these charts say on the teacher's own page has nothing for a student to press.
        for figure in (curve, seconds):
            figure["layout"]["annotations"][0]["text"] = _("The teacher has not started yet")
    return [
        chart(curve, run_labels.of_learning_curve(snapshot)),
        chart(seconds, run_labels.of_seconds(snapshot)),
    ]


def _charts(shown: list[object]) -> Parts:
    return {
        key: one | {"height": height}
        for key, one, height in zip(_CHARTS, shown, _HEIGHTS, strict=True)
    }


_SCREENS = {
    dark: Translated(partial(Relay, partial(_screen, dark), pace, lambda: CLASS.leader))
    for dark in (False, True)
}


def follow_teacher(visitor: Visitor) -> None:
    """The teacher's figures and charts, and the way to go on from them alone."""
    shown = visitor.feed.tune_in(_SCREENS[is_dark()])
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
    for key in _CHARTS:
        live_chart(key, shown[key])
    live_html(
        "followed_note",
        caption(
            _(
                "The seconds are those of the teacher’s run. What you see comes about once a "
                "second, and the run never waits for it."
            )
        ),
    )


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
