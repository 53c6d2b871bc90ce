"""A race that has ended → one HTML file that replays it, without a server."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from itertools import cycle
from pathlib import Path
from typing import Any

from mnist_core.race.competitors import Competitor, RaceRecord
from mnist_core.records import CLOCKS, TestPoint
from mnist_core.show import race_names, race_sentences, race_verdict
from mnist_core.show.charts.look import DASHES, colour_in_race, theme
from mnist_core.show.html import filled, for_script, marked

_HERE = Path(__file__)


def replay(record: RaceRecord, sheet: str, labels: Sequence[int]) -> str:
    """The page: a slider through the training's time moves curves, guesses and table together.

    record: a race that has ended.
    sheet: the pictures of the test digits whose guesses it holds, beside each other, as a data
        address.
    labels: their true labels.
    """
    verdict = [*race_verdict.verdict(record), race_sentences.epoch_seconds(record)]
    machine = record.machine
    where = f"{machine.processor}, {machine.threads} threads, torch {machine.torch}"
    return filled(
        _read(".html"),
        raced=escape(f"{race_names.RACED[record.plan.raced]}s"),
        settings=escape(race_sentences.settings(record.plan)),
        machine=escape(where),
        verdict="".join(f"<p>{marked(line)}</p>" for line in verdict),
        light=_variables(dark=False),
        dark=_variables(dark=True),
        css=_read(".css"),
        js=_read(".js"),
        race=for_script(_race(record, sheet, labels)),
    )


def _read(suffix: str) -> str:
    return _HERE.with_suffix(suffix).read_text(encoding="utf-8")


def _variables(dark: bool) -> str:
    """The theme's colours, by the names that Streamlit gives them, as CSS."""
    return " ".join(f"--{name}: {tint};" for name, tint in theme(dark).items())


def _race(record: RaceRecord, sheet: str, labels: Sequence[int]) -> dict[str, Any]:
    begun = [competitor for competitor in record.competitors if competitor.place.updates]
    names = dict.fromkeys(race_names.label(record.plan, one.start) for one in begun)
    dashes = dict(zip(names, cycle(map(_DASHES_IN_SVG.get, DASHES)), strict=False))
    return {
        "raced": race_names.RACED[record.plan.raced],
        "clocks": CLOCKS,
        "logarithmic": record.plan.raced == "learning_rate",
        "sheet": sheet,
        "labels": list(labels),
        "competitors": [_competitor(record, competitor, dashes) for competitor in begun],
    }


def _competitor(
    record: RaceRecord, competitor: Competitor, dashes: dict[str, str]
) -> dict[str, Any]:
    plan, start = record.plan, competitor.start
    value, name = plan.value_of(start), race_names.label(plan, start)
    return {
        "name": name,
        "short": race_names.name(value) + " tutorial" * (start.way == "tutorial"),
        "seed": str(start.seed),  # JavaScript would round a large one
        "state": competitor.state,
        "light": colour_in_race(plan, value, dark=False),
        "dark": colour_in_race(plan, value, dark=True),
        "dash": dashes[name],
        "end": competitor.place.seconds,
        "points": [_point(point) for point in competitor.test_points],
    }


def _point(point: TestPoint) -> dict[str, Any]:
    clocks = {clock: getattr(point.place, clock) for clock in CLOCKS}
    return clocks | {
        "loss": point.loss,
        "accuracy": point.accuracy,
        "guesses": point.guesses,
    }


# As plotly.js draws them, for a line of 3 pixels.
_DASHES_IN_SVG = {
    "solid": "none",
    "dash": "9 9",
    "dot": "3 3",
    "dashdot": "9 3 3 3",
    "longdash": "15 15",
    "longdashdot": "15 6 3 6",
}
