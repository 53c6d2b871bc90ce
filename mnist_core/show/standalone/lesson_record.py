"""What one has predicted in the lesson, and what was measured → one HTML file to keep."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from mnist_core.language import _
from mnist_core.machine import Machine
from mnist_core.race.competitors import RaceRecord
from mnist_core.show import race_sentences
from mnist_core.show.html import marked
from mnist_core.show.kinds import Curve, Prediction
from mnist_core.show.lesson import STATIONS, Measured, Station
from mnist_core.show.sentences import capitalized
from mnist_core.show.standalone.page import headed, page, where
from mnist_core.show.standalone.replay import SCRIPT, STYLE, replayed
from mnist_core.show.standalone.sketch import sketch


@dataclass(frozen=True)
class Visited:
    """What came of a station where one has predicted.

    measured: None before anything was.
    """

    predicted: Prediction
    measured: Measured | None


def lesson_record(
    visited: Mapping[int, Visited], machine: Machine, sheet: str, labels: Sequence[int]
) -> str:
    """The page: the stations in their order, and each race that has ended with its slider.

    visited: by station, from 1 on.
    machine: where all of it was measured.
    sheet, labels: as for replay().
    """
    stations = enumerate(STATIONS, start=1)
    parts = [_station(number, one, visited.get(number), sheet, labels) for number, one in stations]
    run_on = _("What you said at each station, and what was measured · run on {machine}").format(
        machine=where(machine)
    )
    body = headed(_("A lesson on mini-batches"), run_on) + "\n".join(parts)
    title = _("Recorded: a lesson on mini-batches")
    return page(title, body, STYLE, "lesson_record.css", script=SCRIPT)


def _station(
    number: int, station: Station, visited: Visited | None, sheet: str, labels: Sequence[int]
) -> str:
    name = f'<h2><span class="number">{number}</span> {escape(_(station.name))}</h2>'
    asked = f"{name}<p>{marked(_(station.question))}</p>"
    came, race = _quiet(_("You made no prediction at this station.")), ""
    if visited is not None:
        asked += _sketch(station, visited)
        came = _came(station, visited)
        race = _race(visited.measured, sheet, labels)
    halves = f'<div class="halves"><div>{asked}</div><div>{came}</div></div>'
    return f'<section class="station">{halves}{race}</section>'


def _came(station: Station, visited: Visited) -> str:
    """What was said, what was measured, and what to see in it."""
    kind, measured = station.kind, visited.measured
    said = _figure(_("You said"), kind.said(visited.predicted))
    if measured is None:
        found, see = "", _quiet(_("Nothing was measured."))
    else:
        judged = capitalized(kind.judged(visited.predicted, measured.value))
        found = _figure(capitalized(_("measured")), measured.figure, judged)
        see = f"<p>{marked(measured.see)}</p>"
    return f"<dl>{said}{found}</dl>{see}"


def _figure(name: str, value: str, note: str = "") -> str:
    small = f'<dd class="small">{escape(note)}</dd>' if note else ""
    return f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd>{small}</div>"


def _sketch(station: Station, visited: Visited) -> str:
    """Where the prediction was a line, that line beside what was measured."""
    kind, measured = station.kind, visited.measured
    if not isinstance(kind, Curve):
        return ""
    found = _("Measured: {figure}.").format(figure=measured.figure) if measured else ""
    label = _("Your line, {said}. {found}").format(said=kind.said(visited.predicted), found=found)
    return sketch(kind, visited.predicted, measured.value if measured else (), label)


def _race(measured: Measured | None, sheet: str, labels: Sequence[int]) -> str:
    """Where it was measured in a race, that race."""
    if measured is None or measured.race is None:
        return ""
    heading = escape(_("The race"))
    shown = _replayed(measured.race, sheet, labels)
    return f'<div class="raced"><h3>{heading}</h3>{shown}</div>'


def _replayed(record: RaceRecord, sheet: str, labels: Sequence[int]) -> str:
    if not record.over:
        return _quiet(_("It had not ended when this was saved, so it can’t be replayed."))
    settings = _quiet(race_sentences.settings(record.plan))
    return settings + replayed(record, sheet, labels, level=4)


def _quiet(text: str) -> str:
    return f'<p class="small">{escape(text)}</p>'
