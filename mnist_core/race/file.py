"""A race as JSON, and back: whatever is not a whole, sound record is refused with a reason."""

from __future__ import annotations

import math
import re
from typing import Any

import msgspec

from mnist_core.language import _, later, retold
from mnist_core.race.competitors import WATCHED, Competitor, RaceRecord
from mnist_core.records import Place

FORMAT = "mini-batch race"
VERSION = 3
LARGEST_BYTES = 16_000_000

_CLOCKS = {
    "digits": later("digits"),
    "epochs": later("epochs"),
    "updates": later("updates"),
    "seconds": later("seconds"),
}
_NO_FIRST_POINT = later("{where}.test_points lacks the one before the first update")
_SHORTEST_SECONDS = 1e-9
_SMALLEST_EPOCHS = 1e-15
# What msgspec finds, in words; the rest of what it could find stays in English.
_FAULTS = (
    later("this is none of the allowed values"),
    later("expected `{expected}`, got `{got}`"),
    later("expected `{expected}` of length at most {limit}"),
    later("expected `{expected}` of length {limit}"),
    later("expected `{expected}` at most {limit}"),
    later("expected `{expected}` at least {limit}"),
    later("expected `{expected}` below {limit}"),
    later("expected `{expected}` above {limit}"),
    later("object missing required field `{field}`"),
)
_IN_WORDS = {"<=": "at most", ">=": "at least", "<": "below", ">": "above"}


class RecordError(Exception):
    """The text is no recorded race; the message says what is wrong, and where in it."""


def to_json(record: RaceRecord) -> str:
    """The race with its settings, its machine and every record, for from_json."""
    whole = {"format": FORMAT, "version": VERSION, "race": record}
    return msgspec.json.encode(whole).decode()


def from_json(text: str | bytes) -> RaceRecord:
    """The race that to_json wrote, today or in version 1 or 2.

    Raises RecordError for anything else: text that is cut off or foreign, values that are missing,
    of a wrong type, not finite or beyond all measure, records that contradict each other. Members
    that it does not know are passed over. Nothing in the text is executed.
    """
    if len(text) > LARGEST_BYTES:
        raise RecordError(_("it is larger than {most:.0f} MB").format(most=LARGEST_BYTES / 1e6))
    record = _decoded(_race_in(text))
    _insist_on_sense(record)
    return record


def _race_in(text: str | bytes) -> Any:
    """The race in it, laid out as in today's version, its values not looked at."""
    try:
        whole = msgspec.json.decode(text)
    except (ValueError, RecursionError):
        raise RecordError(_("it is not JSON, or it is cut off")) from None
    if not isinstance(whole, dict) or whole.get("format") != FORMAT:
        raise RecordError(_("it is not a race saved by this dashboard"))
    version, race = whole.get("version"), whole.get("race")
    if version == 1:
        return _from_version_2(_from_version_1(race))
    if version == 2:
        return _from_version_2(race)
    if version != VERSION:
        raise RecordError(
            _("it was saved in another version of the format, not in {version}").format(
                version=VERSION
            )
        )
    return race


def _from_version_2(race: Any) -> Any:
    """The race in today's layout: version 2 kept all of a setup but its seed in the plan alone."""
    try:
        for competitor in race["competitors"]:
            start = competitor["start"]
            start["setup"] = race["plan"]["setup"] | {"seed": start.pop("seed")}
    except (AttributeError, KeyError, TypeError):
        raise RecordError(_("race: members of the plan or of a competitor are missing")) from None
    return race


def _from_version_1(race: Any) -> Any:
    """The race in the layout of version 2: version 1 kept records as columns.

    Its first files also name the hidden layer's width, and call the competitors entries.
    """
    try:
        width = race["plan"]["setup"].pop("hidden", 256)
        race["competitors"] = race.pop("entries", None) or race["competitors"]
        for competitor in race["competitors"]:
            for records in ("epochs", "test_points", "loss_points"):
                competitor[records] = _rows(competitor[records])
    except (AttributeError, KeyError, RecursionError, TypeError, ValueError):
        raise RecordError(_("race: members are missing, or the columns differ in length")) from None
    if width != 256:
        raise RecordError(_("race.plan.setup.hidden: the network's hidden layer has 256 units"))
    return race


def _rows(columns: Any) -> list[dict[str, Any]]:
    """The records whose values stand in these columns; a column may hold columns itself."""
    if not columns:
        return []
    values = [_rows(one) if isinstance(one, dict) else one for one in columns.values()]
    return [dict(zip(columns, row, strict=True)) for row in zip(*values, strict=True)]


def _decoded(race: Any) -> RaceRecord:
    try:
        return msgspec.convert(race, RaceRecord)
    except msgspec.ValidationError as error:
        raise RecordError(_reason(str(error))) from None


def _reason(fault: str) -> str:
    """What msgspec found, with the place first, in words, and without any of the file's own."""
    what, where = re.fullmatch(r"(.*?)(?: - at `\$([\w.\[\]]*)`)?", fault, re.DOTALL).groups("")
    if what.startswith("Invalid enum value"):
        what = "this is none of the allowed values"
    for sign, words in _IN_WORDS.items():
        what = what.replace(sign, words)
    shortened = re.sub(r"(\d{20})\d+", r"\1…", what)
    return f"race{where}: {retold(shortened[0].lower() + shortened[1:], _FAULTS)}"


def _insist_on_sense(record: RaceRecord) -> None:
    """What types alone cannot say: the records fit the plan, and time runs forwards."""
    starts = [start for heat in record.plan.heats() for start in heat]
    if [competitor.start for competitor in record.competitors] != starts:
        raise RecordError(_("race.competitors are not those of race.plan"))
    if record.heat >= len(record.plan.heats()):
        raise RecordError(_("race.heat must be one of the heats of race.plan"))
    if min(record.training_digits, record.test_digits) < 1:
        raise RecordError(_("race: there must be at least one training digit and one test digit"))
    errors = [competitor.error or "" for competitor in record.competitors]
    if not "".join([record.machine.processor, record.machine.torch, *errors]).isprintable():
        raise RecordError(_("race: a text must hold no control characters"))
    for at, competitor in enumerate(record.competitors):
        where = f"race.competitors[{at}]"
        _insist_on_order(competitor, where)
        _insist_on_epochs(competitor, record.training_digits, where)
        _insist_on_progress(competitor, where)
        _insist_on_guesses(competitor, record.test_digits, where)


def _insist_on_order(competitor: Competitor, where: str) -> None:
    places = [point.place for point in competitor.test_points] + [competitor.place]
    for clock in _CLOCKS:
        times = [getattr(place, clock) for place in places]
        if times != sorted(times):
            raise RecordError(
                _("{where}.test_points do not follow each other in {clock}").format(
                    where=where, clock=_(_CLOCKS[clock])
                )
            )
    if competitor.place.updates and not competitor.test_points:
        raise RecordError(_(_NO_FIRST_POINT).format(where=where))
    if [epoch.epoch for epoch in competitor.epochs] != list(range(len(competitor.epochs))):
        raise RecordError(_("{where}.epochs are not numbered from 0").format(where=where))


def _insist_on_epochs(competitor: Competitor, training_digits: int, where: str) -> None:
    for place in [*(point.place for point in competitor.test_points), competitor.place]:
        if not math.isclose(place.epochs, place.digits / training_digits, rel_tol=1e-9):
            raise RecordError(
                _("{where}: epochs must be the digits seen, over race.training_digits").format(
                    where=where
                )
            )
    if not all(epoch.batch_sizes and epoch.updates for epoch in competitor.epochs):
        raise RecordError(
            _("{where}.epochs: each must have a batch size and an update").format(where=where)
        )


def _insist_on_progress(competitor: Competitor, where: str) -> None:
    """What has been trained took time, and digits: charts divide by both, and take logarithms."""
    if competitor.test_points and competitor.test_points[0].place.updates:
        raise RecordError(_(_NO_FIRST_POINT).format(where=where))
    trained = [point.place for point in competitor.test_points[1:]]
    trained += [competitor.place] if competitor.place.updates else []
    if not all(_has_moved(place) for place in trained):
        raise RecordError(
            _("{where}: there can be no update without a digit and some time for it").format(
                where=where
            )
        )
    if any(epoch.train_seconds < _SHORTEST_SECONDS for epoch in competitor.epochs):
        raise RecordError(_("{where}.epochs: each must have taken some time").format(where=where))
    loading = competitor.loading_seconds
    if competitor.start.way == "tutorial" and competitor.place.updates and loading is None:
        raise RecordError(
            _("{where}.loading_seconds must be known of the tutorial's way").format(where=where)
        )
    if loading is not None and loading > competitor.place.seconds:
        raise RecordError(
            _("{where}.loading_seconds must be a part of its time").format(where=where)
        )


def _insist_on_guesses(competitor: Competitor, test_digits: int, where: str) -> None:
    """Races saved before guesses were recorded have none; the others have those of all digits."""
    counts = {len(point.guesses) for point in competitor.test_points}
    if not counts <= {0} and counts != {min(WATCHED, test_digits)}:
        raise RecordError(
            _("{where}.test_points must have the guesses of the same digits, or none").format(
                where=where
            )
        )


def _has_moved(place: Place) -> bool:
    counted = place.updates and place.digits and place.epochs > _SMALLEST_EPOCHS
    return bool(counted) and place.seconds >= _SHORTEST_SECONDS
