"""Pause and stop a race, drop a competitor out, and see how far each one is."""

from __future__ import annotations

from html import escape

import streamlit as st

from mnist_core.faults import fault
from mnist_core.language import _
from mnist_core.race import Competitor, Plan, RaceRecord
from mnist_core.show import race_names, race_sentences
from mnist_core.show.charts import colour_in_race
from pages.app.training import Training
from pages.components.live_html import bar, sentence

_WIDTH = 150  # pixels


def race_buttons(training: Training) -> None:
    """What can be done with the race that is on."""
    with st.container(horizontal=True, vertical_alignment="center"):
        if training.racing:
            _button("pause", _("Pause race"), "pause", training.pause_race, primary=True)
        else:
            _button("go", _("Go on"), "play_arrow", training.run_race, primary=True)
        _button("stop", _("Stop race"), "stop", training.stop_race)
        plan = training.race.plan
        for competitor in _still_running(training.race.latest):
            start = competitor.start
            st.button(
                _("Drop {competitor}").format(competitor=race_names.label(plan, start)),
                key=f"race_drop_{start.way}_{plan.value_of(start)}",
                icon=":material/person_remove:",
                on_click=training.race.drop_out,
                args=(start,),
                type="tertiary",
            )


def _button(key: str, label: str, icon: str, on_click, primary: bool = False) -> None:
    st.button(
        label,
        key=f"race_{key}",
        icon=f":material/{icon}:",
        type="primary" if primary else "secondary",
        # One width for all words: the buttons beside it stay under the hand that presses them.
        width=_WIDTH,
        on_click=on_click,
    )


def _still_running(record: RaceRecord) -> list[Competitor]:
    """One for each value and way, where it takes part still; none when only one is left."""
    running = {
        (competitor.start.way, record.plan.value_of(competitor.start)): competitor
        for competitor in record.competitors
        if not competitor.over
    }
    return list(running.values()) if len(running) > 1 else []


def race_progress(record: RaceRecord, dark: bool, *, racing: bool, recorded: bool) -> str:
    """A line for each competitor of the heat that is on: how far, and how long it still takes."""
    rows = "".join(_row(record.plan, one, dark) for one in record.of_heat(record.heat))
    return f'<div class="competitors">{rows}</div>{sentence(_in_a_word(record, racing, recorded))}'


def _row(plan: Plan, competitor: Competitor, dark: bool) -> str:
    name = race_names.label(plan, competitor.start)
    tint = colour_in_race(plan, plan.value_of(competitor.start), dark)
    progress = race_sentences.progress(competitor) + (
        f": {fault(competitor.error)}" if competitor.error else ""
    )
    return (
        f'<div class="name">{escape(name)}</div>'
        f"{bar(competitor.share_done, name, tint)}"
        f'<div class="progress">{escape(progress)}</div>'
    )


def _in_a_word(record: RaceRecord, racing: bool, recorded: bool) -> str:
    heat = ""
    if record.plan.repeats > 1:
        heat = _("Seed {number} of {all}.").format(number=record.heat + 1, all=record.plan.repeats)
    if record.plan.rule == "tuned":
        heat = _("Learning rate {number} of {all} for each size.").format(
            number=record.heat + 1, all=len(record.plan.tried_rates)
        )
    return f"{heat} {_state(record, racing, recorded)}".lstrip()


def _state(record: RaceRecord, racing: bool, recorded: bool) -> str:
    if recorded:
        return _("This race is **recorded**, not run here and now.")
    if record.over:
        return _("**The race is over.**")
    if not racing:
        return _("**The race is paused.**")
    left = race_sentences.time_left(record)
    if left:
        return _("**The race is on**, {time} of training left in all.").format(time=left)
    return _("**The race is on**.")
