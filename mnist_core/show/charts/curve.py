"""The learning curve: what the network has learned, against a clock."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from itertools import groupby, pairwise
from math import ceil, floor, log10
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
    round_step,
    say_empty,
    veil,
)
from mnist_core.show.moves import Rise, point_at, rise_after

Measure = Literal["sum", "mean", "accuracy"]
Span = Literal["move", "whole"]

_LEAD_SECONDS = 3.0  # before the last move that are shown, where little has come after it
_WHOLE_EPOCHS = 20  # the latest ones, of which every test point is drawn
_MOST_OLD_POINTS = 300
_LABEL_ROWS = 3
_LABEL_SPACE = 0.08  # labels closer than this share of the axis are named as one
_LOG_RATIO = 5  # a loss that falls to less than a fifth is drawn on a logarithmic axis
# Room to the right of the lines, in pixels, for the names at their ends.
_NAME_SPACE = 84


def learning_curve(
    snapshot: Snapshot,
    measure: Measure = "sum",
    against: Clock = "seconds",
    span: Span = "move",
    dark: bool = False,
    kept: Snapshot | None = None,
    kept_since: Place | None = None,
) -> Figure:
    """Draw the test loss (sum over the test digits, or mean per digit) or accuracy against a clock.

    The stretch since the last move is thick, older ones are thin, in a line for each batch size.
    Each move is marked where it began; lines skip sizes that a move only passed through.

    span: "move" shows the last move, some seconds before it and all since; "whole" the whole run.
    kept, kept_since: a copy of the run that continues at the old batch size, and where it began:
        a dashed line.
    """
    layout = layout_of(dark)
    layout["showlegend"] = False
    layout["margin"] |= {"l": 64, "r": _NAME_SPACE, "t": 24, "b": 40}
    layout["xaxis"] |= {
        "ticksuffix": " s" if against == "seconds" else "",
        "title": {"text": "" if against == "seconds" else _(CLOCKS[against]), "standoff": 8},
        "rangemode": "tozero",
        "uirevision": f"{against} {span}",
    }
    layout["yaxis"] |= {"tickformat": _tick_format(snapshot, measure)}
    if not snapshot.test_points:
        say_empty(layout, _("Press Start: the test loss is drawn here"))
        return {"data": [], "layout": layout}
    data = _test_lines(snapshot, measure, against, dark)
    ends = [_end(snapshot, measure, against, "{size:,}<br>{value}", dark)]
    if kept is not None:
        data.append(_kept_line(snapshot, kept, kept_since, measure, against, dark))
        ends.append(_end(kept, measure, against, _("{size:,}, kept<br>{value}"), dark))
    view = span_around_move(snapshot, kept, against) if span == "move" else None
    if view:
        layout["xaxis"] |= {"autorange": False, "range": view}
    low, high = _values_in_view(data, snapshot, against, view)
    log_scale = measure != "accuracy" and low > 0 and high > _LOG_RATIO * low
    layout["yaxis"] |= _value_axis(low, high, log_scale, fixed=view is not None)
    layout["yaxis"]["uirevision"] = f"{measure} {span} {layout['yaxis']['type']}"
    if measure == "mean":
        data.append(_training_loss_line(snapshot, against, dark))
    moves = [move for move in snapshot.moves if not view or _clock(move.place, against) >= view[0]]
    layout["shapes"] = [_mark(move, against, dark) for move in moves]
    shown = view[1] - view[0] if view else _clock(snapshot.place, against)
    labels = _mark_labels(moves, shown, against, view, snapshot, dark)
    if len({label["yshift"] for label in labels}) > 1:
        layout["margin"]["t"] = 8 + 16 * _LABEL_ROWS
    labels += _older_labels(snapshot, measure, against, shown, view, dark)
    labels += _rise_notes(snapshot, moves[-1:], measure, against, dark)
    keep_apart(ends, low, high, log_scale)
    layout["annotations"] = [_on_axis(one, log_scale) for one in labels + ends]
    return {"data": data, "layout": layout}


def span_around_move(
    snapshot: Snapshot, kept: Snapshot | None, against: Clock
) -> list[float] | None:
    """Return the range of the clock from some seconds before the last move to now.

    Its ends change in steps, so that most frames only add points. None before any move.
    """
    if not snapshot.moves:
        return None
    at = snapshot.moves[-1].place
    lead, since = _LEAD_SECONDS, snapshot.place.seconds - at.seconds
    while lead < since / 4:
        lead *= 2
    points = thinned(snapshot)
    moved = bisect_left(points, at.seconds, key=lambda point: point.place.seconds)
    first = bisect_left(points, at.seconds - lead, key=lambda point: point.place.seconds)
    begin = _clock(points[max(0, min(first, moved - 2))].place, against)
    end = max(_clock(one.place, against) for one in (snapshot, kept) if one)
    span = max(end - begin, 1e-6)
    step = round_step(span / 10)
    return [begin, begin + step * ceil(span / step)]


def _values_in_view(
    data: list[dict[str, Any]], snapshot: Snapshot, against: Clock, view: list[float] | None
) -> tuple[float, float]:
    """Return the lowest and the highest value to be seen.

    What came before the last move may be cut off at the top: untrained, the loss is so high that
    all later ones would look alike.
    """
    pairs = [
        (x, y)
        for line in data
        for x, y in zip(line["x"], line["y"], strict=True)
        if y is not None and (not view or x >= view[0])
    ]
    values = [y for _x, y in pairs]
    low, high = min(values), max(values)
    if view:
        moved = _clock(snapshot.moves[-1].place, against)
        since = [y for x, y in pairs if x >= moved]
        if since:
            high = min(high, max(since) + 0.5 * (max(since) - low))
    return low, high


def _value_axis(low: float, high: float, log_scale: bool, fixed: bool) -> dict[str, Any]:
    """Return an axis for the values; fixed: with ends that change in steps."""
    axis: dict[str, Any] = {"type": "log" if log_scale else "linear"}
    if log_scale:
        axis["dtick"] = "D2"  # between powers of ten only 2 and 5 are named
        low, high = log10(low), log10(high)
    if fixed:
        step = round_step(max(high - low, 1e-9) / 10)
        # Below the lines there is room for the lower one's name.
        edges = [step * (floor(low / step) - 1.5), step * (ceil(high / step) + 1)]
        axis |= {"autorange": False, "range": edges}
    return axis


def _test_lines(
    snapshot: Snapshot, measure: Measure, against: Clock, dark: bool
) -> list[dict[str, Any]]:
    """Return a thin line for each older size, and last the thick one of the newest stretch."""
    *older, (size, newest) = _segments(thinned(snapshot))
    lines: dict[int, dict[str, Any]] = {}
    for old_size, points in older:
        line = lines.setdefault(old_size, _line(f"test-{old_size}", old_size, measure, dark))
        gap = [None] if line["x"] else []
        line["x"] += gap + [_clock(point.place, against) for point in points]
        line["y"] += gap + [_value(snapshot, point, measure) for point in points]
    now = _line("newest", size, measure, dark)
    now["line"]["width"] = 4
    # A first point alone would be no line.
    now |= {"mode": "lines+markers", "marker": {"color": now["line"]["color"], "size": 6}}
    now["x"] = [_clock(point.place, against) for point in newest]
    now["y"] = [_value(snapshot, point, measure) for point in newest]
    return [*(lines[size] for size in sorted(lines)), now]


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


def _line(uid: str, size: int, measure: Measure, dark: bool) -> dict[str, Any]:
    value = "%{y:.2%}" if measure == "accuracy" else "%{y:,.4~g}"
    return {
        "type": "scatter",
        "uid": uid,
        "name": f"{size:,}",
        "mode": "lines",
        "x": [],
        "y": [],
        "line": {"color": colour(size, dark), "width": 2, "dash": "solid"},
        "hovertemplate": f"{value}<br>" + _("at %{x:,.4~g}"),
    }


def _kept_line(
    snapshot: Snapshot, kept: Snapshot, since: Place, measure: Measure, against: Clock, dark: bool
) -> dict[str, Any]:
    """Return the copy's line, from the run's last test before they parted: they shared all."""
    points = [one for one in kept.test_points if one.place.digits > since.digits]
    points.insert(0, point_at(snapshot, since))
    line = _line("kept", kept.settings.batch_size, measure, dark)
    line["name"] = _("{size:,}, kept").format(size=kept.settings.batch_size)
    line["line"]["dash"] = "dash"
    line["x"] = [_clock(point.place, against) for point in points]
    line["y"] = [_value(kept, point, measure) for point in points]
    return line


def _training_loss_line(snapshot: Snapshot, against: Clock, dark: bool) -> dict[str, Any]:
    return {
        "type": "scatter",
        "uid": "training-loss",
        "name": _("training loss"),
        "mode": "lines",
        "x": [_clock(point.place, against) for point in snapshot.loss_points],
        "y": [point.loss for point in snapshot.loss_points],
        "line": {"color": grey(dark), "width": 1},
        "hovertemplate": "%{y:.4~g}<br>" + _("at %{x:,.4~g}"),
    }


def _end(snapshot: Snapshot, measure: Measure, against: Clock, text: str, dark: bool) -> Figure:
    """Return a line's name and latest value, to the right of its end."""
    point = thinned(snapshot)[-1]
    size, value = point.batch_sizes[-1], _value(snapshot, point, measure)
    name = text.format(size=size, value=_written(value, measure))
    return {
        "x": _clock(point.place, against),
        "y": value,
        "text": f"<b>{name}</b>",
        "showarrow": False,
        "align": "left",
        "xanchor": "left",
        "yanchor": "middle",
        "xshift": 8,
        "font": {"color": colour(size, dark)},
    }


def keep_apart(labels: list[Figure], low: float, high: float, log_scale: bool) -> None:
    """Let the upper one of two labels that would overlap stand higher, and the other lower."""
    if len(labels) < 2:
        return
    lower, upper = sorted(labels, key=lambda label: label["y"])
    space = high - low
    apart = upper["y"] - lower["y"]
    if log_scale:
        space, apart = log10(high / low), log10(upper["y"] / lower["y"])
    if apart < 0.2 * space:
        upper["yanchor"], lower["yanchor"] = "bottom", "top"


def _older_labels(
    snapshot: Snapshot,
    measure: Measure,
    against: Clock,
    shown: float,
    view: list[float] | None,
    dark: bool,
) -> list[Figure]:
    """Return each older stretch's batch size above its end, where there is room for it."""
    labels = []
    for size, points in _segments(thinned(snapshot))[-MOST_LABELS:-1]:
        begin = max(_clock(points[0].place, against), view[0] if view else 0)
        x = _clock(points[-1].place, against)
        if x - begin >= _LABEL_SPACE * shown:
            value = _value(snapshot, points[-1], measure)
            labels.append(end_label(f"{size:,}", x, value, False, colour(size, dark), dark))
    return labels


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


def _mark_labels(
    moves: Sequence[Move],
    shown: float,
    against: Clock,
    view: list[float] | None,
    snapshot: Snapshot,
    dark: bool,
) -> list[Figure]:
    """Return what moved, above each mark: neighbours in different rows, the latest ones only."""
    begin, end = view or (0, _clock(snapshot.place, against))
    groups: list[list[Move]] = []
    for move in moves:
        x = _clock(move.place, against)
        if groups and x - _clock(groups[-1][0].place, against) < _LABEL_SPACE * shown:
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
            "yshift": 16 * (index % _LABEL_ROWS) if len(groups) > 1 else 0,
            "xanchor": _anchor(_clock(group[0].place, against) - begin, end - begin),
            "text": sentences.changes(group),
            "showarrow": False,
            "font": {"color": grey(dark)},
        }
        for index, group in labelled
    ]


def _anchor(x: float, end: float) -> str:
    """Return which side of a label stands at x, so that it is not cut at the chart's edges."""
    share = x / end if end else 0
    return "left" if share < 0.3 else "right" if share > 0.7 else "center"


def _rise_notes(
    snapshot: Snapshot, moves: Sequence[Move], measure: Measure, against: Clock, dark: bool
) -> list[Figure]:
    """Return what was measured of a rise after the move, beside its peak."""
    rises = [rise_after(snapshot, move) for move in moves] if measure != "accuracy" else []
    return [_rise_note(snapshot, rise, measure, against, dark) for rise in rises if rise]


def _rise_note(
    snapshot: Snapshot, rise: Rise, measure: Measure, against: Clock, dark: bool
) -> Figure:
    share = 1 if measure == "sum" else 1 / snapshot.test_digits
    peak, before = (_written(share * loss, measure) for loss in (rise.peak.loss, rise.before))
    text = _("up to {peak},<br>not back at {before} yet")
    if rise.updates:
        text = _("up to {peak},<br>back at {before} after {updates:,} updates")
    return {
        "x": _clock(rise.peak.place, against),
        "y": share * rise.peak.loss,
        "text": text.format(peak=peak, before=before, updates=rise.updates),
        "showarrow": False,
        "align": "left",
        "xanchor": "left",
        "yanchor": "middle",
        "xshift": 10,
        "font": {"color": colour(rise.peak.batch_sizes[-1], dark)},
        "bgcolor": veil(dark),
    }


def _on_axis(label: Figure, log_scale: bool) -> Figure:
    """Return the label where plotly.js puts it: a logarithmic axis wants the exponent."""
    if log_scale and label.get("yref") != "paper":
        return label | {"y": log10(label["y"])}
    return label


def _clock(place: Place, against: Clock) -> float:
    return getattr(place, against)


def _value(snapshot: Snapshot, point: TestPoint, measure: Measure) -> float:
    if measure == "accuracy":
        return point.accuracy
    return point.loss if measure == "sum" else point.loss / snapshot.test_digits


def _written(value: float, measure: Measure) -> str:
    return {"sum": f"{value:,.0f}", "mean": f"{value:.3f}", "accuracy": f"{value:.1%}"}[measure]


def _tick_format(snapshot: Snapshot, measure: Measure) -> str:
    if measure == "accuracy":
        return ".0%"
    highest = max((point.loss for point in snapshot.test_points), default=0)
    return "~s" if highest >= 1e6 else ","
