"""A race as JSON, and back: whatever is not a whole, sound record is refused with a reason."""

from __future__ import annotations

import json
import math
import types
from collections.abc import Callable, Sequence
from dataclasses import fields, is_dataclass
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from mnist_core.race.records import Entry, RaceRecord
from mnist_core.records import EpochRecord, LossPoint, Place, TestPoint

FORMAT = "mini-batch race"
VERSION = 1
LARGEST_BYTES = 16_000_000

# Of these a race has hundreds: they are written as columns, every name once.
_IN_COLUMNS = (EpochRecord, TestPoint, LossPoint)
_LARGEST_NUMBER = 1e15
_LONGEST_TEXT = 500
_MOST_ROWS = 200_000
_SHORTEST_SECONDS = 1e-9


class RecordError(Exception):
    """The text is no recorded race; the message says what is wrong, and where in it."""


def to_json(record: RaceRecord) -> str:
    """The race with its settings, its machine and every record, for from_json."""
    return json.dumps(
        {"format": FORMAT, "version": VERSION, "race": _encoded(record)}, allow_nan=False
    )


def from_json(text: str | bytes) -> RaceRecord:
    """The race that to_json wrote.

    Raises RecordError for anything else: text that is cut off or foreign, values that are missing,
    of a wrong type, not finite or beyond all measure, records that contradict each other. Nothing
    in the text is executed.
    """
    if len(text) > LARGEST_BYTES:
        raise RecordError(f"it is larger than {LARGEST_BYTES / 1e6:.0f} MB")
    whole = _parsed(text)
    if not isinstance(whole, dict) or whole.get("format") != FORMAT:
        raise RecordError("it is not a race saved by this dashboard")
    if whole.get("version") != VERSION:
        raise RecordError(f"it was saved in another version of the format, not in {VERSION}")
    record = _decoded(RaceRecord, whole.get("race"), "race")
    _insist_on_sense(record)
    return record


def _parsed(text: str | bytes) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise RecordError("it is not JSON, or it is cut off") from None


def _encoded(value: Any) -> Any:
    if is_dataclass(value):
        return {field.name: _encoded(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple):
        if value and isinstance(value[0], _IN_COLUMNS):
            return _columns(type(value[0]), value)
        return [_encoded(one) for one in value]
    return value


def _columns(kind: type, rows: Sequence[Any]) -> dict[str, Any]:
    hints = get_type_hints(kind)
    columns = {}
    for field in fields(kind):
        values = [getattr(row, field.name) for row in rows]
        hint = hints[field.name]
        columns[field.name] = (
            _columns(hint, values) if is_dataclass(hint) else [_encoded(one) for one in values]
        )
    return columns


def _decoded(hint: Any, value: Any, where: str) -> Any:
    """The value as the type wants it; `where` names its place in complaints."""
    origin = get_origin(hint)
    if is_dataclass(hint):
        return _made(hint, _members(hint, value, where, _decoded), where)
    if origin is tuple:
        return _several(get_args(hint)[0], value, where)
    if origin in (Union, types.UnionType):
        inner = next(one for one in get_args(hint) if one is not types.NoneType)
        return None if value is None else _decoded(inner, value, where)
    if origin is Literal:
        return _checked(value in get_args(hint), value, where, f"one of {get_args(hint)}")
    return _PLAIN[hint](value, where)


def _members(
    kind: type, value: Any, where: str, decode: Callable[[Any, Any, str], Any]
) -> dict[str, Any]:
    hints = get_type_hints(kind)
    names = [field.name for field in fields(kind)]
    _checked(isinstance(value, dict), value, where, "an object")
    missing = [name for name in names if name not in value]
    if missing or len(value) > len(names):
        raise RecordError(f"{where} must hold exactly {', '.join(names)}")
    return {name: decode(hints[name], value[name], f"{where}.{name}") for name in names}


def _made(kind: type, members: dict[str, Any], where: str) -> Any:
    try:
        return kind(**members)
    except ValueError as error:
        raise RecordError(f"{where}: {error}") from None


def _several(kind: type, value: Any, where: str) -> tuple[Any, ...]:
    if kind in _IN_COLUMNS and value != []:
        return tuple(_rows(kind, value, where))
    _checked(isinstance(value, list) and len(value) <= _MOST_ROWS, value, where, "a list")
    return tuple(_decoded(kind, one, f"{where}[{at}]") for at, one in enumerate(value))


def _rows(kind: type, value: Any, where: str) -> list[Any]:
    columns = _members(kind, value, where, _column)
    lengths = {len(column) for column in columns.values()}
    if len(lengths) > 1:
        raise RecordError(f"{where}: the columns differ in length")
    rows = zip(*columns.values(), strict=True)
    return [_made(kind, dict(zip(columns, row, strict=True)), where) for row in rows]


def _column(hint: Any, value: Any, where: str) -> Sequence[Any]:
    return _rows(hint, value, where) if is_dataclass(hint) else _several(hint, value, where)


def _checked(sound: bool, value: Any, where: str, wanted: str) -> Any:
    if not sound:
        raise RecordError(f"{where} must be {wanted}")
    return value


def _whole(value: Any, where: str) -> int:
    sound = isinstance(value, int) and not isinstance(value, bool)
    # A seed may be larger than anything that is counted.
    sound = sound and 0 <= value < (2**63 if where.endswith("seed") else _LARGEST_NUMBER)
    return _checked(sound, value, where, "a whole number, 0 or more")


def _number(value: Any, where: str) -> float:
    sound = isinstance(value, int | float) and not isinstance(value, bool)
    # By its size first: a whole number of hundreds of digits is too large to be asked otherwise.
    sound = sound and abs(value) < _LARGEST_NUMBER and math.isfinite(value)
    return float(_checked(sound, value, where, "a finite number"))


def _text(value: Any, where: str) -> str:
    sound = isinstance(value, str) and len(value) <= _LONGEST_TEXT and value.isprintable()
    return _checked(sound, value, where, f"a text of at most {_LONGEST_TEXT} characters")


_PLAIN: dict[type, Callable[[Any, str], Any]] = {int: _whole, float: _number, str: _text}


def _insist_on_sense(record: RaceRecord) -> None:
    """What types alone cannot say: the records fit the plan, and time runs forwards."""
    starts = [start for heat in record.plan.heats() for start in heat]
    if [entry.start for entry in record.entries] != starts:
        raise RecordError("race.entries are not the runners of race.plan")
    if record.heat >= record.plan.repeats:
        raise RecordError("race.heat must be one of race.plan.repeats")
    if min(record.training_digits, record.test_digits) < 1:
        raise RecordError("race: there must be at least one training digit and one test digit")
    for at, entry in enumerate(record.entries):
        where = f"race.entries[{at}]"
        _insist_on_order(entry, where)
        _insist_on_epochs(entry, record.training_digits, where)
        _insist_on_range(entry, where)
        _insist_on_progress(entry, where)


def _insist_on_order(entry: Entry, where: str) -> None:
    places = [point.place for point in entry.test_points] + [entry.place]
    for clock in ("digits", "epochs", "updates", "seconds"):
        times = [getattr(place, clock) for place in places]
        if times != sorted(times):
            raise RecordError(f"{where}.test_points do not follow each other in {clock}")
    if entry.place.updates and not entry.test_points:
        raise RecordError(f"{where}.test_points lacks the one before the first update")
    if [epoch.epoch for epoch in entry.epochs] != list(range(len(entry.epochs))):
        raise RecordError(f"{where}.epochs are not numbered from 0")


def _insist_on_epochs(entry: Entry, training_digits: int, where: str) -> None:
    for place in [*(point.place for point in entry.test_points), entry.place]:
        if not math.isclose(place.epochs, place.digits / training_digits, rel_tol=1e-9):
            raise RecordError(f"{where}: epochs must be the digits seen, over race.training_digits")


def _insist_on_range(entry: Entry, where: str) -> None:
    points, epochs = entry.test_points, entry.epochs
    shares = [one.accuracy for one in points] + [one.test_accuracy for one in epochs]
    if not all(0 <= share <= 1 for share in shares):
        raise RecordError(f"{where}: an accuracy must be from 0 to 1")
    counted = [one.loss for one in points] + [one.test_loss for one in epochs]
    counted += [one.train_seconds for one in epochs] + [one.test_seconds for one in epochs]
    if not all(value >= 0 for value in [*counted, entry.place.seconds, entry.place.epochs]):
        raise RecordError(f"{where}: a loss or a time must be 0 or more")
    if not all(epoch.batch_sizes and epoch.updates for epoch in epochs):
        raise RecordError(f"{where}.epochs: each must have a batch size and an update")


def _insist_on_progress(entry: Entry, where: str) -> None:
    """What has been trained took time, and digits: charts divide by both, and take logarithms."""
    if entry.test_points and entry.test_points[0].place.updates:
        raise RecordError(f"{where}.test_points lacks the one before the first update")
    trained = [point.place for point in entry.test_points[1:]]
    trained += [entry.place] if entry.place.updates else []
    if not all(_has_moved(place) for place in trained):
        raise RecordError(f"{where}: there can be no update without a digit and some time for it")
    if any(epoch.train_seconds < _SHORTEST_SECONDS for epoch in entry.epochs):
        raise RecordError(f"{where}.epochs: each must have taken some time")
    loading = entry.loading_seconds
    if entry.start.way == "tutorial" and entry.place.updates and loading is None:
        raise RecordError(f"{where}.loading_seconds must be known of the tutorial's way")
    if loading is not None and not 0 <= loading <= entry.place.seconds:
        raise RecordError(f"{where}.loading_seconds must be a part of its time")


def _has_moved(place: Place) -> bool:
    counted = place.updates and place.digits and place.epochs > 1 / _LARGEST_NUMBER
    return bool(counted) and place.seconds >= _SHORTEST_SECONDS
