"""A race that has ended → one HTML file that replays it, without a server."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from itertools import cycle
from typing import Any

from mnist_core.language import _, later
from mnist_core.race.competitors import Competitor, RaceRecord
from mnist_core.race.plan import SEVERAL
from mnist_core.records import CLOCKS, TestPoint
from mnist_core.show import race_names, race_sentences, race_verdict
from mnist_core.show.charts.look import DASHES, colour_in_race
from mnist_core.show.html import filled, for_script, marked
from mnist_core.show.standalone.page import headed, page, read, where

# What a page needs that holds replayed races.
STYLE, SCRIPT = "replay.css", "replay.js"
# Of a race's part of the page.
_TEXTS = {
    "needs_script": later(
        "To replay the race, let this page run its script. What it came to stands below."
    ),
    "play": later("Play"),
    "seconds_of_training": later("Seconds of training"),
    "against": later("Against the clock"),
    "log_loss": later("Log loss"),
    "seed": later("Seed"),
    "guesses": later("What each takes the first 16 test digits for"),
    "latest": later("The latest test pass of each"),
    "how_to_read": later(
        "The slider is each competitor’s own training clock: at 3 s it shows what each had "
        "reached after 3 s of training, by its latest test pass. Nothing is computed here: all "
        "of it was measured in the race."
    ),
    "how_it_ended": later("How it ended"),
}
# Of its script, which fills in what stands in braces.
_SCRIPT_TEXTS = {
    "play": later("Play"),
    "pause": later("Pause"),
    "seconds": later("{seconds} s"),
    "curves": later("Test loss, summed, against {clock}."),
    "loss": later("test loss, summed"),
    "in_words": later("{name}: {loss} at {time}."),
    "of_training": later("{time} of training"),
    "of_all": later("{time} of {total}"),
    "racing": later("racing"),
    "state": later("state"),
    "epochs": later("epochs"),
    "updates": later("updates"),
    "tested_at": later("tested at"),
    "test_loss": later("test loss, sum"),
    "accuracy": later("test accuracy"),
    "picture": later("Test digit {place}, a {label}"),
    "right": later("{count} right"),
}


def replay(record: RaceRecord, sheet: str, labels: Sequence[int]) -> str:
    """The page: a slider through the training's time moves curves, guesses and table together.

    record: a race that has ended.
    sheet: the pictures of the test digits whose guesses it holds, beside each other, as a data
        address.
    labels: their true labels.
    """
    raced = _(SEVERAL[record.plan.raced])
    run_on = _("{settings} · run on {machine}").format(
        settings=race_sentences.settings(record.plan), machine=where(record.machine)
    )
    title, heading = _("Recorded: a race of {raced}"), _("A race of {raced}")
    head = headed(heading.format(raced=raced), run_on)
    body = head + replayed(record, sheet, labels)
    return page(title.format(raced=raced), body, STYLE, script=SCRIPT)


def replayed(record: RaceRecord, sheet: str, labels: Sequence[int], level: int = 2) -> str:
    """The race as a part of a page with STYLE and SCRIPT, which may hold several.

    level: of the headings within it.
    """
    verdict = [*race_verdict.verdict(record), race_sentences.epoch_seconds(record)]
    return filled(
        read("replay.html"),
        **{name: escape(_(text)) for name, text in _TEXTS.items()},
        level=str(level),
        verdict="".join(f"<p>{marked(line)}</p>" for line in verdict),
        race=for_script(_race(record, sheet, labels)),
    )


def _race(record: RaceRecord, sheet: str, labels: Sequence[int]) -> dict[str, Any]:
    begun = [competitor for competitor in record.competitors if competitor.place.updates]
    names = dict.fromkeys(race_names.label(record.plan, one.start) for one in begun)
    dashes = dict(zip(names, cycle(map(_DASHES_IN_SVG.get, DASHES)), strict=False))
    return {
        "texts": {name: _(text) for name, text in _SCRIPT_TEXTS.items()},
        "raced": _(race_names.RACED[record.plan.raced]),
        "clocks": {clock: _(name) for clock, name in CLOCKS.items()},
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
        "short": race_names.short_label(plan, start),
        "seed": str(start.seed),  # JavaScript would round a large one
        "state": _(race_names.STATES[competitor.state]),
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
