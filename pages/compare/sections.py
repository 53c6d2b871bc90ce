"""What a race shows beneath its curve: one section at a time, by the viewer's choice."""

from __future__ import annotations

import re
from collections.abc import Collection, Hashable
from dataclasses import dataclass

import streamlit as st

from mnist_core.language import _, later
from mnist_core.race import RaceRecord
from mnist_core.race.plan import Value
from mnist_core.race.results import common_target, update_costs
from mnist_core.race.tuning import at_best_rates
from mnist_core.show import charts, race_names, race_sentences, race_tables
from pages.app.feed import Parts
from pages.app.visitors import Visitor
from pages.compare.valley import WhatIf, choose_what_if, draw_valley, valley_parts
from pages.components.choice import choose
from pages.components.live_chart import chart, live_chart
from pages.components.live_html import caption, live_html, sentence, table

SECTIONS = {
    "target": later("To the target"),
    "timing": later("Timing"),
    "costs": later("Where the seconds go"),
    "valley": later("The valley"),
    "tutorial": later("As the tutorial wrote it"),
    "luck": later("Bigger than luck?"),
    "table": later("Table"),
}
# What a race at one batch size has figures for.
_AT_ONE_SIZE = ("target", "luck", "table")


@dataclass(frozen=True)
class Choices:
    """What the viewer has chosen to see.

    target: test loss, summed; None for the one that the results give.
    against: which competitor the others are compared with for luck, by what is raced.
    dark: whether the dark theme is on.
    what_if: of the valley.
    """

    section: str
    target: float | None
    against: Value
    dark: bool
    what_if: WhatIf


def choose_section(
    visitor: Visitor, record: RaceRecord, target: float | None, dark: bool
) -> Choices:
    """The row of buttons, and what the chosen section asks for."""
    plan, names = record.plan, SECTIONS
    if plan.raced != "batch_size":
        names = {section: SECTIONS[section] for section in _AT_ONE_SIZE}
    _keep_among("race_section", names, "target")
    section = choose(_("Look closer"), names, key="race_section")
    against, what_if = plan.values[0], WhatIf()
    if section == "luck" and len(plan.values) > 1:
        # As texts: a row of buttons takes a normalization for a list of numbers.
        as_text = {str(value): value for value in plan.values}
        first = "200" if "200" in as_text else str(against)
        _keep_among("race_against", as_text, first)
        label = _("Compared with {raced}").format(raced=_(race_names.RACED[plan.raced]))
        names = {text: race_names.name(value) for text, value in as_text.items()}
        against = as_text[choose(label, names, key="race_against", first=first)]
    if section == "valley":
        what_if = choose_what_if(visitor, record, target)
    return Choices(section, target, against, dark, what_if)


def _keep_among(key: str, choices: Collection[Hashable], first: Hashable) -> None:
    """Choose the first where what was chosen is no longer there."""
    if st.session_state.get(key, first) not in choices:
        st.session_state[key] = first


def section(record: RaceRecord, choices: Choices) -> Parts:
    """What the chosen section shows of the race."""
    if choices.section != "table":
        record = at_best_rates(record, choices.target)
    return _SHOWN[choices.section](record, choices)


def draw_section(choices: Choices, shown: Parts) -> None:
    """Draw the chosen section."""
    _DRAWN[choices.section](shown)


def _target(record: RaceRecord, choices: Choices) -> Parts:
    target = choices.target or common_target(record)
    loss = _("a target loss not known yet")
    if target:
        loss = _("a test loss of {loss:,.0f}").format(loss=target)
    raced = record.plan.raced
    note = _(_HOW_TO_READ_A_TARGET)
    if raced == "batch_size":
        note += f" {_(_WHAT_PERFECT_SCALING_IS)}"
    return {"race_target_note": caption(note)} | {
        f"race_target_{clock}": chart(
            charts.target_chart(record, target, clock, choices.dark),
            _(heading).format(loss=loss, raced=_(race_names.RACED[raced])),
        )
        for clock, (_title, heading) in _TARGET_CLOCKS.items()
    }


def _draw_target(shown: Parts) -> None:
    for place, (clock, (title, _told)) in zip(st.columns(2), _TARGET_CLOCKS.items(), strict=True):
        with place:
            st.markdown(f"**{_(title)}**")
            live_chart(f"race_target_{clock}", shown[f"race_target_{clock}"])
    live_html("race_target_note", shown["race_target_note"])


def _timing(record: RaceRecord, choices: Choices) -> Parts:
    return {key: _bars(title, draw(record, choices.dark)) for key, title, draw in _TIMINGS}


def _bars(title: str, figure: charts.Figure) -> dict[str, object]:
    label = _("Bar chart: {title} by batch size. {words}").format(
        title=_(title), words=_in_words(figure)
    )
    return chart(figure, label, height=300)


def _in_words(figure: charts.Figure) -> str:
    """The bars in words: "1: 60,000; 200: 300"."""
    sizes = figure["layout"]["xaxis"]["ticktext"]
    values = [label["text"] for label in figure["layout"]["annotations"]]
    pairs = zip(sizes, values, strict=False)
    return "; ".join(f"{size}: {re.sub('<.*?>', '', value)}" for size, value in pairs)


def _draw_timing(shown: Parts) -> None:
    places = [*st.columns(2), *st.columns(2)]
    for place, (key, title, _draw) in zip(places, _TIMINGS, strict=False):
        with place:
            st.markdown(f"**{_(title)}**")
            live_chart(key, shown[key])
    with places[-1]:
        st.markdown(_("**What to see**"))
        st.markdown(
            _(
                "An epoch is the same 60,000 digits at every size. Few large updates take less "
                "time than many small ones, until the processor is busy all the time: from there "
                "on a larger batch makes no digit faster."
            )
        )


def _costs(record: RaceRecord, choices: Choices) -> Parts:
    cost = race_sentences.cost(update_costs(record)[1])
    plain = cost.replace("**", "")
    return {
        "race_update_cost": chart(
            charts.update_cost_chart(record, choices.dark),
            _("Milliseconds of an update against batch size, with the fitted line. {words}").format(
                words=plain
            ),
        ),
        "race_split": chart(
            charts.where_the_seconds_go(record, choices.dark),
            _("An epoch's seconds by batch size: fixed cost and arithmetic. {words}").format(
                words=plain
            ),
        ),
        "race_cost": sentence(cost),
    }


def _draw_costs(shown: Parts) -> None:
    left, right = st.columns(2)
    with left:
        st.markdown(_("**Time of an update: a + b·B**"))
        live_chart("race_update_cost", shown["race_update_cost"])
    with right:
        st.markdown(_("**An epoch, split by that line**"))
        live_chart("race_split", shown["race_split"])
    live_html("race_cost", shown["race_cost"])


def _valley(record: RaceRecord, choices: Choices) -> Parts:
    return valley_parts(record, choices.target, choices.what_if, choices.dark)


def _tutorial(record: RaceRecord, _choices: Choices) -> Parts:
    text = race_sentences.tutorial(record) or _(
        "Choose “As the tutorial wrote it too” for a race: the tutorial’s own way, a DataLoader "
        "over a transformed dataset and plain Adam, then runs beside the others at 1 and 200."
    )
    rows = table(_("The tutorial’s way"), _TUTORIAL_COLUMNS, race_tables.tutorial_rows(record))
    return {"race_tutorial_rows": sentence(text) + rows}


def _draw_tutorial(shown: Parts) -> None:
    live_html("race_tutorial_rows", shown["race_tutorial_rows"])
    st.caption(
        _(
            "In 2019 the clock held the test pass too; here it holds training alone, which takes "
            "by far the most of it."
        )
    )


def _luck(record: RaceRecord, choices: Choices) -> Parts:
    raced = race_names.RACED[record.plan.raced]
    differences = [
        sentence(f"**{_(title)}**") + table(_(title), _luck_columns(rows[0], raced, how), rows)
        for quantity, (title, how) in _LUCK.items()
        if (rows := race_tables.luck_rows(record, choices.against, quantity))
    ]
    none_yet = sentence(
        _(
            "Choose 3 or 5 seeds under **Your own race**: competitors that have finished with all "
            "of them are then compared here, seed by seed. Each seed is another throw of the dice: "
            "other first weights, and digits shuffled otherwise."
        )
    )
    return {"race_luck": "".join(differences) or none_yet}


def _luck_columns(row: dict[str, object], raced: str, how: str) -> dict[str, tuple[str, str]]:
    columns = {name: (name, how) for name in row}
    columns |= {"competitors": (raced, "{}"), "verdict": (later("verdict"), "{}")}
    return columns | {"low": (later("95 % from"), how), "high": (later("95 % to"), how)}


def _draw_luck(shown: Parts) -> None:
    live_html("race_luck", shown["race_luck"])
    st.caption(
        _(
            "With one seed all competitors begin with the same weights, so differences are taken "
            "seed by seed. “Bigger than luck” means: the 95 % interval of their mean (Student’s "
            "t) leaves out 0. With so few seeds this is a rough guide."
        )
    )


def _table(record: RaceRecord, choices: Choices) -> Parts:
    rows = race_tables.result_rows(record, choices.target or common_target(record))
    raced = record.plan.raced
    columns = {"competitor": (race_names.RACED[raced], "{}")} | _RESULT_COLUMNS
    left_out = {raced, "best_rate"} if record.plan.rule != "tuned" else {raced}
    columns = {key: columns[key] for key in columns if key not in left_out}
    return {"race_results": table(_("Every competitor"), columns, rows)}


def _draw_table(shown: Parts) -> None:
    live_html("race_results", shown["race_results"])


_TARGET_CLOCKS = {
    "updates": (
        later("Updates to target"),
        later("Updates to {loss} by {raced}. Under Table the same stands in figures."),
    ),
    "seconds": (
        later("Seconds to target"),
        later("Seconds to {loss} by {raced}. Under Table the same stands in figures."),
    ),
}
_HOW_TO_READ_A_TARGET = later(
    "A marker stands between the two test passes around the target, its bar reaches from one to "
    "the other; a hollow one has not reached it."
)
_WHAT_PERFECT_SCALING_IS = later(
    "On the dotted line twice the batch size would need half as many: it holds as long as larger "
    "batches pay in full."
)
_TIMINGS = (
    ("race_updates", later("Updates per epoch"), charts.updates_by_size),
    ("race_digits", later("Digits per second"), charts.digits_per_second_by_size),
    ("race_speed_up", later("Speed-up against the smallest size"), charts.speed_up_by_size),
)
_LUCK = {
    "test_loss": (later("Test loss at the end, difference"), "{:,.1f}"),
    "epoch_seconds": (later("Seconds of training per epoch, difference"), "{:,.3g}"),
    "updates_to_target": (later("Updates to the race’s target, difference"), "{:,.0f}"),
    "seconds_to_target": (later("Seconds to the race’s target, difference"), "{:,.3g}"),
}
_TUTORIAL_COLUMNS = {
    "way": (later("how it is trained"), "{}"),
    "batch_size": (later("batch size"), "{:,}"),
    "epoch_seconds": (later("seconds per epoch"), "{:.3g}"),
    "measured": (later("measured on"), "{}"),
    "loading": (later("spent on loading"), "{}"),
}
_RESULT_COLUMNS = {
    "seed": (later("seed"), "{}"),
    "learning_rate": (later("learning rate"), "{:.3g}"),
    "best_rate": (later("best of its size"), "{}"),
    "state": (later("state"), "{}"),
    "epochs": (later("epochs"), "{:.2f}"),
    "updates": (later("updates"), "{:,}"),
    "seconds": (later("seconds of training"), "{:.2f}"),
    "epoch_seconds": (later("seconds per epoch"), "{:.3g}"),
    "test_loss": (later("test loss, sum"), "{:,.1f}"),
    "test_accuracy": (later("test accuracy"), "{:.2%}"),
    "updates_to_target": (later("updates to target"), "{:,}"),
    "seconds_to_target": (later("seconds to target"), "{:.2f}"),
}
_SHOWN = {
    "target": _target,
    "timing": _timing,
    "costs": _costs,
    "valley": _valley,
    "tutorial": _tutorial,
    "luck": _luck,
    "table": _table,
}
_DRAWN = {
    "target": _draw_target,
    "timing": _draw_timing,
    "costs": _draw_costs,
    "valley": draw_valley,
    "tutorial": _draw_tutorial,
    "luck": _draw_luck,
    "table": _draw_table,
}
