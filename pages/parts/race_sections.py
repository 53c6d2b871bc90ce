"""What a race shows beneath its curve: one section at a time, by the viewer's choice."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from mnist_core import charts
from mnist_core.race import RaceRecord, tables
from mnist_core.race import words as race_words
from pages.parts.choice import choose
from pages.parts.live_chart import live_chart
from pages.parts.shared import is_dark

SECTIONS = {
    "target": "To the target",
    "timing": "Timing",
    "costs": "Where the seconds go",
    "tutorial": "As the tutorial wrote it",
    "luck": "Bigger than luck?",
    "table": "Table",
}


@dataclass(frozen=True)
class Choices:
    """What the viewer has chosen to see.

    target: test loss, summed.
    against: the batch size that others are compared with for luck.
    """

    section: str
    target: float
    against: int


def choose_section(sizes: tuple[int, ...], target: float) -> Choices:
    """The row of buttons, and what the chosen section asks for."""
    section = choose("Look closer", SECTIONS, key="race_section")
    against = sorted(sizes)[0]
    if section == "luck" and len(sizes) > 1:
        if st.session_state.get("race_against") not in sizes:
            st.session_state["race_against"] = 200 if 200 in sizes else against
        against = choose(
            "Compared with batch size",
            {size: f"{size:,}" for size in sorted(sizes)},
            key="race_against",
        )
    return Choices(section, target, against)


def section(record: RaceRecord, choices: Choices) -> None:
    """Draw the chosen section."""
    _SECTIONS[choices.section](record, choices)


def _target(record: RaceRecord, choices: Choices) -> None:
    left, right = st.columns(2)
    for place, clock in ((left, "updates"), (right, "seconds")):
        with place:
            st.markdown(f"**{clock.capitalize()} to target**")
            figure = charts.target_chart(record, choices.target, clock, is_dark())
            live_chart(
                figure,
                key=f"race_target_{clock}",
                label=f"{clock.capitalize()} to a test loss of {choices.target:,.0f} against "
                "batch size, both axes logarithmic. Under Table the same stands in figures.",
            )
    st.caption(
        "A marker stands between the two test passes around the target, its bar reaches from one "
        "to the other; a hollow one has not reached it. On the dotted line twice the batch size "
        "would need half as many: it holds as long as larger batches pay in full."
    )


def _timing(record: RaceRecord, _choices: Choices) -> None:
    panels = [
        ("Updates per epoch", charts.updates_by_size, "race_updates"),
        ("Digits per second", charts.digits_per_second_by_size, "race_digits"),
        ("Speed-up against the smallest size", charts.speed_up_by_size, "race_speed_up"),
    ]
    left, right = st.columns(2)
    with left:
        _bars(record, *panels[0])
    with right:
        _bars(record, *panels[1])
    left, right = st.columns(2)
    with left:
        _bars(record, *panels[2])
    with right:
        st.markdown("**What to see**")
        st.markdown(
            "An epoch is the same 60,000 digits at every size. Few large updates take less time "
            "than many small ones, until the processor is busy all the time: from there on a "
            "larger batch makes no digit faster."
        )


def _bars(record: RaceRecord, title: str, draw: Callable, key: str) -> None:
    st.markdown(f"**{title}**")
    figure = draw(record, is_dark())
    live_chart(
        figure, key=key, label=f"Bar chart: {title} by batch size. {_told(figure)}", height=300
    )


def _told(figure: charts.Figure) -> str:
    """The bars in words: "1: 60,000; 200: 300"."""
    sizes = figure["layout"]["xaxis"]["ticktext"]
    values = [label["text"] for label in figure["layout"]["annotations"]]
    told = zip(sizes, values, strict=False)
    return "; ".join(f"{size}: {re.sub('<.*?>', '', value)}" for size, value in told)


def _costs(record: RaceRecord, _choices: Choices) -> None:
    dark, told = is_dark(), race_words.cost(charts.update_costs(record)[1])
    left, right = st.columns(2)
    with left:
        st.markdown("**Time of an update: a + b·B**")
        live_chart(
            charts.update_cost_chart(record, dark),
            key="race_update_cost",
            label=f"Milliseconds of an update against batch size, with the fitted line. {told}",
        )
    with right:
        st.markdown("**An epoch, split by that line**")
        live_chart(
            charts.where_the_seconds_go(record, dark),
            key="race_split",
            label=f"An epoch's seconds by batch size: fixed cost and arithmetic. {told}",
        )
    st.markdown(told)


def _tutorial(record: RaceRecord, _choices: Choices) -> None:
    told = race_words.tutorial(record)
    st.markdown(
        told
        or "Choose “As the tutorial wrote it too” for a race: the tutorial’s own way, a DataLoader "
        "over a transformed dataset and plain Adam, then runs beside the others at 1 and 200."
    )
    st.dataframe(
        tables.tutorial_rows(record),
        key="race_tutorial_rows",
        hide_index=True,
        column_config={
            "way": "how it is trained",
            "batch_size": st.column_config.NumberColumn("batch size", format="localized"),
            "epoch_seconds": st.column_config.NumberColumn("seconds per epoch", format="%.3g"),
            "measured": "measured on",
            "loading": "spent on loading",
        },
    )
    st.caption(
        "In 2019 the clock held the test pass too; here it holds training alone, which takes by "
        "far the most of it."
    )


def _luck(record: RaceRecord, choices: Choices) -> None:
    for quantity, title in (
        ("test_loss", "Test loss at the end, difference"),
        ("epoch_seconds", "Seconds of training per epoch, difference"),
    ):
        st.markdown(f"**{title}**")
        rows = tables.luck_rows(record, choices.against, quantity)
        if not rows:
            st.markdown(
                "Choose 3 or 5 seeds for a race: two sizes that all seeds have finished are then "
                "compared here, seed by seed."
            )
            return
        st.dataframe(
            rows,
            key=f"race_luck_{quantity}",
            hide_index=True,
            column_config={
                "batch_size": "batch size",
                **{
                    name: st.column_config.NumberColumn(name, format="%.4g")
                    for name in rows[0]
                    if name not in ("batch_size", "verdict")
                },
                "low": st.column_config.NumberColumn("95 % from", format="%.4g"),
                "high": st.column_config.NumberColumn("95 % to", format="%.4g"),
            },
        )
    st.caption(
        "Each seed gives every size the same first weights and the same order, so differences are "
        "taken seed by seed. “Bigger than luck” means: the 95 % interval of their mean (Student’s "
        "t) leaves out 0. With so few seeds this is a rough guide."
    )


def _table(record: RaceRecord, choices: Choices) -> None:
    st.dataframe(
        tables.result_rows(record, choices.target),
        key="race_results",
        hide_index=True,
        column_config=_RESULT_COLUMNS,
    )


_RESULT_COLUMNS = {
    "runner": "batch size",
    "learning_rate": st.column_config.NumberColumn("learning rate", format="%.3g"),
    "epochs": st.column_config.NumberColumn("epochs", format="%.2f"),
    "updates": st.column_config.NumberColumn("updates", format="localized"),
    "seconds": st.column_config.NumberColumn("seconds of training", format="%.2f"),
    "epoch_seconds": st.column_config.NumberColumn("seconds per epoch", format="%.3g"),
    "test_loss": st.column_config.NumberColumn("test loss, sum", format="%.1f"),
    "test_accuracy": st.column_config.NumberColumn("test accuracy", format="percent"),
    "updates_to_target": st.column_config.NumberColumn("updates to target", format="localized"),
    "seconds_to_target": st.column_config.NumberColumn("seconds to target", format="%.2f"),
}
_SECTIONS = {
    "target": _target,
    "timing": _timing,
    "costs": _costs,
    "tutorial": _tutorial,
    "luck": _luck,
    "table": _table,
}
