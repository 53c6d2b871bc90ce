"""Start, pause and stop a race, drop a runner out, and see how far each one is."""

from __future__ import annotations

from html import escape

import streamlit as st

from mnist_core.charts import colour
from mnist_core.race import Entry, Plan, RaceRecord
from mnist_core.race import words as race_words
from pages.parts.session import Session
from pages.parts.shared import is_dark

_CSS = """<style>
.race-progress { display: grid; grid-template-columns: max-content minmax(6rem, 1fr) max-content;
  gap: 0.25rem 0.75rem; align-items: center; font-size: 0.95rem; }
.race-progress .bar { height: 0.6rem; border-radius: 0.3rem; background: rgba(128,128,128,0.25); }
.race-progress .bar div { height: 100%; border-radius: 0.3rem; }
.race-progress .name { font-weight: 600; text-align: right; }
@media (max-width: 767px) {
  .race-progress { grid-template-columns: max-content 1fr; }
  .race-progress .told { grid-column: 1 / -1; margin-bottom: 0.4rem; }
}
</style>"""


_WIDTH = 150  # pixels


def race_buttons(session: Session, plan: Plan | None) -> None:
    """What can be done with the race now."""
    race = session.race
    with st.container(horizontal=True, vertical_alignment="center"):
        if race is None or race.ended:
            st.button(
                "Start race",
                key="race_start",
                icon=":material/play_arrow:",
                type="primary",
                disabled=plan is None,
                on_click=session.start_race,
                args=(plan,),
            )
            return
        if session.racing:
            _button("Pause race", "pause", session.pause_race, primary=True)
        else:
            _button("Go on", "play_arrow", session.run_race, primary=True)
        _button("Stop race", "stop", session.stop_race)
        for entry in _still_running(race.latest):
            st.button(
                f"Drop {race_words.label(entry.start)}",
                key=f"race_drop_{entry.start.way}_{entry.batch_size}",
                icon=":material/person_remove:",
                on_click=race.drop_out,
                args=(entry.start,),
                type="tertiary",
            )


def _button(label: str, icon: str, on_click, primary: bool = False) -> None:
    st.button(
        label,
        key=f"race_{label.split()[0].lower()}",
        icon=f":material/{icon}:",
        type="primary" if primary else "secondary",
        # One width for all words, lest the buttons beside it move under the hand that presses them.
        width=_WIDTH,
        on_click=on_click,
    )


def _still_running(record: RaceRecord) -> list[Entry]:
    """One for each size and way, where it takes part still; none when only one is left."""
    running = {
        (entry.start.way, entry.batch_size): entry for entry in record.entries if not entry.over
    }
    return list(running.values()) if len(running) > 1 else []


def race_progress(record: RaceRecord, *, racing: bool, recorded: bool) -> None:
    """A line for each runner of the heat that is on: how far, and how long it still takes."""
    dark = is_dark()
    rows = "".join(_row(entry, dark) for entry in _of_the_heat(record))
    st.html(f'{_CSS}<div class="race-progress">{rows}</div>')
    st.markdown(_in_a_word(record, racing, recorded))


def _of_the_heat(record: RaceRecord) -> list[Entry]:
    seed = record.plan.seeds[min(record.heat, record.plan.repeats - 1)]
    return [entry for entry in record.entries if entry.start.seed == seed]


def _row(entry: Entry, dark: bool) -> str:
    share = f"{100 * entry.share_done:.1f}"
    name = escape(race_words.label(entry.start))
    tint = colour(entry.batch_size, dark)
    told = race_words.progress(entry) + (f": {entry.error}" if entry.error else "")
    return (
        f'<div class="name">{name}</div>'
        f'<div class="bar" role="progressbar" aria-label="{name}" aria-valuenow="{share}" '
        f'aria-valuemin="0" aria-valuemax="100">'
        f'<div style="width: {share}%; background: {tint}"></div></div>'
        f'<div class="told">{escape(told)}</div>'
    )


def _in_a_word(record: RaceRecord, racing: bool, recorded: bool) -> str:
    heat = ""
    if record.plan.repeats > 1:
        heat = f"Seed {record.heat + 1} of {record.plan.repeats}. "
    if recorded:
        return f"{heat}This race is **recorded**, not run here and now."
    if record.over:
        return f"{heat}**The race is over.**"
    if not racing:
        return f"{heat}**The race is paused.**"
    left = race_words.time_left(record)
    return f"{heat}**The race is on**" + (f", {left} of training left in all." if left else ".")
