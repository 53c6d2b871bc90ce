"""Compare: runs side by side that differ in one thing, one race, three clocks."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from mnist_core.language import _, in_this_language, later
from mnist_core.machine import this_machine
from mnist_core.race import Plan, RaceRecord, waiting
from mnist_core.race.results import common_target
from mnist_core.race.tuning import at_best_rates
from mnist_core.records import CLOCKS
from mnist_core.show import charts, race_sentences, race_verdict
from mnist_core.show.questions import RACE_QUESTIONS
from pages.app import visitors
from pages.app.feed import Led, Parts
from pages.app.sidebar import say_no_room
from pages.app.theme import is_dark
from pages.app.visitors import Visitor
from pages.compare.controls import race_buttons, race_progress
from pages.compare.files import RaceFile, race_files, recorded_note, shown_record
from pages.compare.link import Link, carry_in_address, read_link, say_nonsense
from pages.compare.sections import choose_section, draw_section, section
from pages.compare.setup import choose_race
from pages.components.choice import choose
from pages.components.live_chart import chart, live_chart
from pages.components.live_html import caption, live_html, sentence
from pages.components.question import ask

_MEASURES = {"loss": later("Loss, sum"), "accuracy": later("Accuracy")}
_AXES = {"log_loss": later("Log loss"), "log_clock": later("Log clock")}
_NOBODY = later("Who leads by epochs, by updates and by seconds will stand here, and why.")
_CHART_HEIGHT = 350  # pixels: with what stands above them, a projector's 640 show both whole


def page(visitor: Visitor) -> None:
    """The whole page, from what to look for to the question it lets one answer."""
    link = read_link(visitor)
    say_nonsense(link)
    plan = _race(visitor, link)
    view = _view()
    seen = shown_record(visitor) or waiting(
        plan or Plan(), this_machine(visitor.training.run.device)
    )

    def record() -> RaceRecord:
        return shown_record(visitor) or seen

    shown = visitor.feed.show(lambda: _shown(visitor, record(), view))
    visitor.feed.lead(lambda dark: _led(record(), replace(view, dark=dark)))
    left, right = st.columns([3, 2])
    with left:
        live_chart("race_curve", shown["race_curve"])
    with right:
        live_chart("race_epoch_seconds", shown["race_epoch_seconds"])
        st.caption(
            _("Bars: the median epoch. Dots: each epoch. Hollow: estimated from a part of one.")
        )
    live_html("race_settings", shown["race_settings"])
    live_html("race_progress", shown["race_progress"])
    live_html("race_verdict", shown["race_verdict"])
    choices = choose_section(visitor, seen, view.target, view.dark)
    draw_section(choices, visitor.feed.show(lambda: section(record(), choices)))
    race_files(visitor)
    ask(RACE_QUESTIONS[seen.plan.raced])


def _race(visitor: Visitor, link: Link) -> Plan | None:
    """Buttons and settings of a race, or the note that a recorded one is shown."""
    if visitor.kept(RaceFile).recorded:
        recorded_note(visitor)
        return None
    training = visitor.training
    on = training.race is not None and not training.race.ended
    if on:
        race_buttons(training)
    plan = training.race.plan if on else choose_race(visitor, link.plan)
    if plan is not None:
        carry_in_address(plan)
    say_no_room(training, again=_("Start race") if not on else _("Go on"))
    if training.waits_for_race:
        st.info(
            _(
                "Your run on the page Train is paused while the race is on; it goes on by itself "
                "afterwards."
            ),
            icon=":material/pause_circle:",
        )
    return plan


def _view() -> charts.RaceView:
    left, middle, right, last = st.columns([10, 16, 9, 8])
    with left:
        measure = choose(_("Test"), _MEASURES, key="race_measure")
    with middle:
        against = choose(_("Against the clock"), CLOCKS, key="race_against_clock")
    with right:
        logs = st.pills(
            _("Axes"),
            list(_AXES),
            selection_mode="multi",
            key="race_axes",
            format_func=in_this_language(lambda axis: _(_AXES[axis])),
            persist_state="session",
        )
    with last:
        target = st.number_input(
            _("Target loss"),
            value=None,
            placeholder=_("auto"),
            min_value=1.0,
            max_value=1e6,
            step=100.0,
            format="%.6g",
            key="race_target",
            persist_state="session",
            help=_(
                "Test loss, summed over the test digits: a line across the chart, and under “To "
                "the target” the updates and seconds that each competitor needs for it. Left "
                "empty, it is the lowest that all have reached, but for those that have hardly "
                "learned."
            ),
        )
    return charts.RaceView(
        measure, against, "log_loss" in logs, "log_clock" in logs, target, is_dark()
    )


def _shown(visitor: Visitor, record: RaceRecord, view: charts.RaceView) -> Parts:
    """What the page shows of the race now, but for the section that is chosen below."""
    best = at_best_rates(record, view.target)
    verdict, epoch_seconds = race_verdict.verdict(best), race_sentences.epoch_seconds(best)
    recorded = visitor.kept(RaceFile).recorded is not None
    progress = race_progress(record, view.dark, racing=visitor.training.racing, recorded=recorded)
    settings = caption(race_sentences.settings(record.plan))
    if rates := race_sentences.best_rates(record, view.target):
        settings += sentence(rates)
    return _charts(best, view, verdict) | {
        "race_settings": settings * record.begun,
        "race_progress": progress * record.begun,
        "race_verdict": "".join(
            map(sentence, [*verdict, epoch_seconds] if verdict else [_(_NOBODY)])
        ),
    }


def _led(record: RaceRecord, view: charts.RaceView) -> Led:
    """What those who follow a teacher see of the race."""
    best = at_best_rates(record, view.target)
    return Led(run=_charts(best, view, race_verdict.verdict(best)))


def _charts(record: RaceRecord, view: charts.RaceView, verdict: list[str]) -> Parts:
    view = replace(view, target=view.target or common_target(record))
    in_words = " ".join(verdict).replace("**", "") or _("No figures yet.")
    return {
        "race_curve": chart(
            charts.race_curve(record, view),
            _("Line chart of the race. {words}").format(words=in_words),
            height=_CHART_HEIGHT,
        ),
        "race_epoch_seconds": chart(
            charts.race_epoch_seconds(record, view.dark),
            _("Bar chart. {words}").format(words=race_sentences.epoch_seconds(record)),
            height=_CHART_HEIGHT,
        ),
    }


page(visitors.current())
