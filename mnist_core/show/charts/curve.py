"""The learning curve: what the network has learned, against a clock."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from itertools import groupby, pairwise
from typing import Any, Literal

from mnist_core.language import _
from mnist_core.records import CLOCKS, Clock, Move, Place, Snapshot, TestPoint
from mnist_core.show import sentences
from mnist_core.show.charts.look import (
    MOST_LABELS,
    Figure,
    colour,
    end_label,
    grey,
    layout_of,
    part,
    say_empty,
)

Measure = Literal["sum", "mean", "accuracy"]
Scale = Literal["log", "linear", "latest"]

_LATEST_EPOCHS = 3  # that the scale "latest" shows
_WHOLE_EPOCHS = 20  # the latest ones, of which every test point is drawn
_MOST_OLD_POINTS = 300
_LABEL_ROWS = 3
_LABEL_SPACE = 0.08  # labels closer than this share of the axis are named as one


def learning_curve(
    snapshot: Snapshot,
    measure: Measure = "sum",
    against: Clock = "epochs",
    scale: Scale = "log",
    dark: bool = False,
    ghost: Snapshot | None = None,
    ghost_since: Place | None = None,
) -> Figure:
    """Test loss (sum over the test digits, or mean per digit) or accuracy, against a clock.

    A line for each batch size, broken where others were at work; the marker that ends an epoch at
    more than one size is hollow. Each move of the settings is marked where it began; the line skips
    sizes that a move only passed through.

    scale: "log", for a loss; "linear"; or "latest": linear, and the last three epochs alone.
    ghost, ghost_since: a copy of the run that went on at the old batch size, and where the two
        parted: a dashed line with hollow markers.
    """
    log_scale = scale == "log" and measure != "accuracy"
    data = _test_lines(snapshot, measure, against, dark)
    if ghost is not None:
        data.append(_ghost_line(ghost, ghost_since, measure, against, dark))
    if measure == "mean":
        data.append(_training_loss_line(snapshot, against, dark))
    layout = layout_of(dark)
    layout["xaxis"] |= {
        "title": {"text": _(CLOCKS[against]), "standoff": 8},
        "rangemode": "tozero",
        "uirevision": against,
    }
    layout["yaxis"] |= {
        "title": {"text": _measure_title(measure, log_scale)},
        "type": "log" if log_scale else "linear",
        "tickformat": _tick_format(snapshot, measure),
        "uirevision": f"{measure} {scale}",
    }
    if log_scale:
        # Between powers of ten only 2 and 5 are named: all nine names would overlap.
        layout["yaxis"] |= {"dtick": "D2"}
    if scale == "latest":
        _follow_the_latest(layout, snapshot, measure, against)
    moves = snapshot.moves
    if moves:
        layout["margin"]["t"] = 8 + 16 * _LABEL_ROWS
    layout["shapes"] = [_mark(move, against, dark) for move in moves]
    layout["annotations"] = _mark_labels(snapshot, against, dark)
    labels = _segment_labels(snapshot, measure, against, log_scale, dark)
    if ghost is not None:
        labels.append(_ghost_label(ghost, measure, against, log_scale, dark))
        part(labels[-2:])
    layout["annotations"] += labels
    if not snapshot.test_points:
        say_empty(layout, _("Press Start: the test loss is drawn here"))
    return {"data": data, "layout": layout}


def _test_lines(
    snapshot: Snapshot, measure: Measure, against: Clock, dark: bool
) -> list[dict[str, Any]]:
    lines: dict[int, dict[str, Any]] = {}
    for size, points in _segments(thinned(snapshot)):
        line = lines.setdefault(size, _line(size, measure, dark))
        # A gap before the segment and none after it: while a line grows, it only gets new points.
        gap = [None] if line["x"] else []
        line["x"] += gap + [_clock(point.place, against) for point in points]
        line["y"] += gap + [_value(snapshot, point, measure) for point in points]
        # A segment's first point is the last one of the segment before, which has drawn it.
        markers = [_marker(snapshot, point) for point in points]
        markers[0] = markers[0] if points[0].place.digits == 0 else ("circle", 0)
        markers = [("circle", 0)] * len(gap) + markers
        line["marker"]["symbol"] += [symbol for symbol, _pixels in markers]
        line["marker"]["size"] += [pixels for _symbol, pixels in markers]
    return [lines[size] for size in sorted(lines)]


def thinned(snapshot: Snapshot) -> list[TestPoint]:
    """All test points of the latest epochs; of the older ones some epochs' ends.

    Those at settings that a move only passed through are left out. Every 2nd, 4th, 8th … epoch's
    end is kept, so that what was drawn once mostly stays drawn, and the test point before and after
    each change of the batch size.
    """
    since = (len(snapshot.epochs) - _WHOLE_EPOCHS) * snapshot.training_digits
    moves = snapshot.moves
    points = [
        point
        for point in snapshot.test_points
        if not any(move.passes(point.place) for move in moves)
    ]
    old = bisect_left(points, since, key=lambda point: point.place.digits)
    step = snapshot.training_digits
    while old and since / step > _MOST_OLD_POINTS:
        step *= 2
    turns = {place for place in range(1, old) if _turns(points[place - 1], points[place])}
    kept = turns | {place - 1 for place in turns}
    kept |= {place for place in range(old) if points[place].place.digits % step == 0}
    return [points[place] for place in sorted(kept)] + points[old:]


def _turns(before: TestPoint, after: TestPoint) -> bool:
    return before.batch_sizes != after.batch_sizes


def _segments(points: Sequence[TestPoint]) -> list[tuple[int, list[TestPoint]]]:
    """Neighbouring test points joined at one size each."""
    if len(points) == 1:
        return [(points[0].batch_sizes[-1], list(points))]
    groups = groupby(pairwise(points), key=lambda pair: pair[1].batch_sizes[-1])
    segments = [(size, list(pairs)) for size, pairs in groups]
    return [(size, [pairs[0][0], *(last for _first, last in pairs)]) for size, pairs in segments]


def _line(size: int, measure: Measure, dark: bool) -> dict[str, Any]:
    tint = colour(size, dark)
    value = "%{y:.2%}" if measure == "accuracy" else "%{y:,.4~g}"
    return {
        "type": "scatter",
        "uid": f"test-{size}",
        "name": f"{size:,}",
        "mode": "lines+markers",
        "x": [],
        "y": [],
        "line": {"color": tint, "width": 3, "dash": "solid"},
        "marker": {
            "color": tint,
            "symbol": [],
            "size": [],
            "opacity": 1,
            "line": {"color": tint, "width": 2},
        },
        "hovertemplate": f"{value}<br>" + _("at %{x:,.4~g}"),
    }


def _ghost_line(
    ghost: Snapshot, since: Place, measure: Measure, against: Clock, dark: bool
) -> dict[str, Any]:
    """From the last test point that both share."""
    first = bisect_left(ghost.test_points, since.digits, key=lambda point: point.place.digits)
    points = ghost.test_points[max(first - 1, 0) :]
    line = _line(ghost.settings.batch_size, measure, dark)
    line |= {
        "uid": "ghost",
        "name": _("ghost, {size:,}").format(size=ghost.settings.batch_size),
        "x": [_clock(point.place, against) for point in points],
        "y": [_value(ghost, point, measure) for point in points],
    }
    line["line"] |= {"dash": "dash", "width": 2}
    line["marker"] |= {"symbol": "circle-open", "size": 8}
    return line


def _ghost_label(
    ghost: Snapshot, measure: Measure, against: Clock, log_scale: bool, dark: bool
) -> dict[str, Any]:
    end = ghost.test_points[-1]
    return end_label(
        _("ghost, {size:,}").format(size=ghost.settings.batch_size),
        _clock(end.place, against),
        _value(ghost, end, measure),
        log_scale,
        colour(ghost.settings.batch_size, dark),
        dark,
    )


def _marker(snapshot: Snapshot, point: TestPoint) -> tuple[str, int]:
    """Symbol and size in pixels: a dot, a larger one at an epoch's end, hollow if it was mixed."""
    whole, rest = divmod(point.place.digits, snapshot.training_digits)
    if rest or not whole:
        return "circle", 5
    ended = snapshot.epochs[whole - 1]
    return ("circle-open" if ended.mixed else "circle"), 10


def _segment_labels(
    snapshot: Snapshot, measure: Measure, against: Clock, log_scale: bool, dark: bool
) -> list[dict[str, Any]]:
    """Each segment's batch size above its end; the latest only, and those with room for it."""
    labels = []
    space = _LABEL_SPACE * _clock(snapshot.place, against)
    for size, points in _segments(thinned(snapshot))[-MOST_LABELS:]:
        end = points[-1]
        x, y = _clock(end.place, against), _value(snapshot, end, measure)
        if x - _clock(points[0].place, against) < space:
            continue
        labels.append(end_label(f"{size:,}", x, y, log_scale, colour(size, dark), dark))
    return labels


def _training_loss_line(snapshot: Snapshot, against: Clock, dark: bool) -> dict[str, Any]:
    return {
        "type": "scatter",
        "uid": "training-loss",
        "name": _("training loss"),
        "mode": "lines",
        "visible": "legendonly",
        "x": [_clock(point.place, against) for point in snapshot.loss_points],
        "y": [point.loss for point in snapshot.loss_points],
        "line": {"color": grey(dark), "width": 1},
        "hovertemplate": "%{y:.4~g}<br>" + _("at %{x:,.4~g}"),
    }


def _mark(move: Move, against: Clock, dark: bool) -> dict[str, Any]:
    x = _clock(move.place, against)
    return {
        "type": "line",
        "x0": x,
        "x1": x,
        "y0": 0,
        "y1": 1,
        "yref": "paper",
        "line": {"color": grey(dark), "width": 1, "dash": "dash"},
    }


def _mark_labels(snapshot: Snapshot, against: Clock, dark: bool) -> list[dict[str, Any]]:
    """What changed, above each mark: neighbours in different rows, the latest ones only."""
    space = _LABEL_SPACE * _clock(snapshot.place, against)
    groups: list[list[Move]] = []
    for move in snapshot.moves:
        x = _clock(move.place, against)
        if groups and x - _clock(groups[-1][0].place, against) < space:
            groups[-1].append(move)
        else:
            groups.append([move])
    labelled = list(enumerate(groups))[-MOST_LABELS:]
    return [
        {
            "x": _clock(group[0].place, against),
            "y": 1,
            "yref": "paper",
            "yanchor": "bottom",
            "yshift": 16 * (index % _LABEL_ROWS),
            "xanchor": _anchor(_clock(group[0].place, against), _clock(snapshot.place, against)),
            "text": sentences.changes(group),
            "showarrow": False,
            "font": {"color": grey(dark)},
        }
        for index, group in labelled
    ]


def _anchor(x: float, end: float) -> str:
    """Which side of a label stands at x, so that it is not cut at the chart's edges."""
    share = x / end if end else 0
    return "left" if share < 0.3 else "right" if share > 0.7 else "center"


def _clock(place: Place, against: Clock) -> float:
    return getattr(place, against)


def _value(snapshot: Snapshot, point: TestPoint, measure: Measure) -> float:
    if measure == "accuracy":
        return point.accuracy
    return point.loss if measure == "sum" else point.loss / snapshot.test_digits


def _tick_format(snapshot: Snapshot, measure: Measure) -> str:
    if measure == "accuracy":
        return ".0%"
    highest = max((point.loss for point in snapshot.test_points), default=0)
    return "~s" if highest >= 1e6 else ","


def _measure_title(measure: Measure, log_scale: bool) -> str:
    title = {
        "sum": _("test loss, sum"),
        "mean": _("test loss per digit"),
        "accuracy": _("test accuracy"),
    }[measure]
    return _("{title} (log scale)").format(title=title) if log_scale else title


def latest_points(snapshot: Snapshot) -> list[TestPoint]:
    """Those of the last epochs, which the scale "latest" shows alone; none where they are all."""
    since = snapshot.place.epochs - _LATEST_EPOCHS
    points = [point for point in snapshot.test_points if point.place.epochs >= since]
    return points if since > 0 and len(points) > 1 else []


def latest_range(points: Sequence[TestPoint], against: Clock) -> Figure:
    """An axis from the first of these points to the last."""
    first, last = (getattr(point.place, against) for point in (points[0], points[-1]))
    return {"autorange": False, "range": [first, last + 0.02 * (last - first)]}


def _follow_the_latest(
    layout: Figure, snapshot: Snapshot, measure: Measure, against: Clock
) -> None:
    """Only the last epochs, so that the steep beginning does not flatten what came after it."""
    points = latest_points(snapshot)
    if not points:
        return
    values = [_value(snapshot, point, measure) for point in points]
    low, high = min(values), max(values)
    room = 0.15 * (high - low) or high
    layout["xaxis"] |= latest_range(points, against)
    layout["yaxis"] |= {"autorange": False, "range": [low - room, high + room]}
