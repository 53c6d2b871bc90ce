"""Records → Plotly figures, as the plain dicts {"data": […], "layout": {…}} that plotly.js draws.

Pure functions. Plain dicts, not graph objects: a live chart is made anew twice a second, and
checking each attribute of each trace takes longer than all the rest (tests check them once).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from itertools import groupby, pairwise
from math import log, log10
from typing import Any, Literal

from plotly.colors import sample_colorscale

from mnist_core import words
from mnist_core.data import TRAINING_DIGITS
from mnist_core.records import Change, EpochRecord, Place, Snapshot, TestPoint

Figure = dict[str, Any]
Measure = Literal["sum", "mean", "accuracy"]
Clock = Literal["epochs", "updates", "seconds"]

CLOCK_TITLES = {"epochs": "epochs", "updates": "updates", "seconds": "seconds of training"}

# Plasma grows evenly in lightness and can be told apart with any colour vision. The parts taken
# keep a contrast of at least 3 : 1 to a white page and to the dark theme's page.
_SCALE = "Plasma"
_LIGHT_PART = (0.0, 0.63)
_DARK_PART = (0.97, 0.40)
MOST_BARS = 100  # the latest epochs that seconds_per_epoch draws

_WHOLE_EPOCHS = 20  # the latest ones, of which the learning curve draws every test point
_MOST_OLD_POINTS = 300
_MOST_LABELS = 12
_LABEL_ROWS = 3
# Labels closer than this, as a share of the axis, are told as one.
_LABEL_SPACE = 0.08
_CLEAR = "rgba(0,0,0,0)"
_MIDDLE_GREY = "#7d7f87"  # for text that must be read in either theme


def colour(batch_size: int, dark: bool = False) -> str:
    """The colour of a batch size, the same everywhere: "rgb(r, g, b)".

    Light theme: dark for small sizes, light for large ones; dark theme: the other way.
    """
    first, last = _DARK_PART if dark else _LIGHT_PART
    share = log(batch_size) / log(TRAINING_DIGITS)
    return sample_colorscale(_SCALE, [first + share * (last - first)])[0]


def learning_curve(
    snapshot: Snapshot,
    measure: Measure = "sum",
    against: Clock = "epochs",
    log_scale: bool = False,
    dark: bool = False,
) -> Figure:
    """Test loss (sum over the test digits, or mean per digit) or accuracy, against a clock.

    A line for each batch size, broken where others were at work; stretches between two test points
    at more than one size are dotted, and the marker that ends a mixed epoch is hollow. Each
    change of the settings is marked where the first update used it.
    """
    data = _test_lines(snapshot, measure, against, dark)
    if measure == "mean":
        data.append(_training_loss_line(snapshot, against, dark))
    layout = _layout(dark)
    layout["xaxis"] |= {
        "title": {"text": CLOCK_TITLES[against], "standoff": 8},
        "rangemode": "tozero",
        "uirevision": against,
    }
    layout["yaxis"] |= {
        "title": {"text": _measure_title(snapshot, measure)},
        "type": "log" if log_scale else "linear",
        "tickformat": _tick_format(snapshot, measure),
        "uirevision": f"{measure} {log_scale}",
    }
    if log_scale:
        # Between powers of ten only 2 and 5 are named: all nine names would overlap.
        layout["yaxis"] |= {"dtick": "D2"}
    if snapshot.changes:
        layout["margin"]["t"] = 8 + 16 * _LABEL_ROWS
    layout["shapes"] = [_mark(change, against, dark) for change in snapshot.changes]
    layout["annotations"] = _mark_labels(snapshot, against)
    layout["annotations"] += _segment_labels(snapshot, measure, against, log_scale, dark)
    if not snapshot.test_points:
        _say_empty(layout, "Press Start: the test loss is drawn here")
    return {"data": data, "layout": layout}


def seconds_per_epoch(snapshot: Snapshot, dark: bool = False) -> Figure:
    """Seconds that each epoch took, training and the test pass at its end stacked, from zero.

    Bars have their batch size's colour, mixed epochs are hollow; the epoch in progress is hatched.
    Of a long run the latest MOST_BARS epochs are drawn.
    """
    epochs = snapshot.epochs[-MOST_BARS:]
    data = _training_bars(epochs, dark)
    if snapshot.so_far.digits:
        data.append(_bar_so_far(snapshot, dark))
    data.append(_test_pass_bars(epochs, dark))
    layout = _layout(dark)
    layout |= {"barmode": "stack", "bargap": 0.15}
    layout["xaxis"] |= {
        "title": {"text": "epoch", "standoff": 8},
        "zeroline": False,
        "autorangeoptions": {"include": [-0.5, 4.5]},
        "tickformat": ",d",
    }
    if len(snapshot.epochs) < 10:
        layout["xaxis"] |= {"dtick": 1}
    layout["yaxis"] |= {"title": {"text": "seconds"}, "rangemode": "tozero"}
    layout["annotations"] = _bar_labels(epochs, dark)
    if snapshot.untrained:
        _say_empty(layout, "Press Start: each epoch becomes a bar here")
    return {"data": data, "layout": layout}


def bars(
    rows: dict[str, tuple[list[float], dict[str, Any]]], x_title: str, y_title: str, dark: bool
) -> Figure:
    """Groups of bars from zero, at 0, 1, 2 …: for each name its values and plotly.js marker."""
    layout = _layout(dark)
    layout["xaxis"] |= {"title": {"text": x_title, "standoff": 8}, "dtick": 1, "zeroline": False}
    layout["yaxis"] |= {"title": {"text": y_title}, "rangemode": "tozero"}
    layout["legend"]["title"]["text"] = ""
    data = [
        {"type": "bar", "name": name, "y": values, "marker": marker}
        for name, (values, marker) in rows.items()
    ]
    return {"data": data, "layout": layout}


def _test_lines(
    snapshot: Snapshot, measure: Measure, against: Clock, dark: bool
) -> list[dict[str, Any]]:
    lines: dict[int | None, dict[str, Any]] = {}
    for size, points in _segments(_thinned(snapshot)):
        line = lines.setdefault(size, _line(size, measure, dark))
        line["x"] += [_clock(point.place, against) for point in points] + [None]
        line["y"] += [_value(snapshot, point, measure) for point in points] + [None]
        # A segment's first point is the last one of the segment before, which has drawn it.
        markers = [_marker(snapshot, point) for point in points]
        markers[0] = markers[0] if points[0].place.digits == 0 else ("circle", 0)
        line["marker"]["symbol"] += [symbol for symbol, _ in markers] + ["circle"]
        line["marker"]["size"] += [pixels for _, pixels in markers] + [0]
    return [lines[size] for size in sorted(lines, key=lambda size: size or TRAINING_DIGITS + 1)]


def _thinned(snapshot: Snapshot) -> list[TestPoint]:
    """All test points of the latest epochs; of the older ones some epochs' ends.

    Every 2nd, 4th, 8th … epoch's end is kept, so that what was drawn once mostly stays drawn, and
    the test point before and after each change of the batch size.
    """
    since = (len(snapshot.epochs) - _WHOLE_EPOCHS) * snapshot.training_digits
    points = snapshot.test_points
    old = bisect_left(points, since, key=lambda point: point.place.digits)
    step = snapshot.training_digits
    while old and since / step > _MOST_OLD_POINTS:
        step *= 2
    turns = {place for place in range(1, old) if _turns(points[place - 1], points[place])}
    kept = turns | {place - 1 for place in turns}
    kept |= {place for place in range(old) if points[place].place.digits % step == 0}
    return [points[place] for place in sorted(kept)] + list(points[old:])


def _turns(before: TestPoint, after: TestPoint) -> bool:
    return before.batch_sizes != after.batch_sizes


def _segments(points: Sequence[TestPoint]) -> list[tuple[int | None, list[TestPoint]]]:
    """Neighbouring test points joined at one size each; None where a stretch is mixed."""
    if len(points) == 1:
        return [(_single(points[0].batch_sizes), list(points))]
    groups = groupby(pairwise(points), key=lambda pair: _single(pair[1].batch_sizes))
    segments = [(size, list(pairs)) for size, pairs in groups]
    return [(size, [pairs[0][0], *(last for _, last in pairs)]) for size, pairs in segments]


def _single(sizes: tuple[int, ...]) -> int | None:
    return sizes[0] if len(sizes) == 1 else None


def _line(size: int | None, measure: Measure, dark: bool) -> dict[str, Any]:
    tint = grey(dark) if size is None else colour(size, dark)
    value = "%{y:.2%}" if measure == "accuracy" else "%{y:,.4~g}"
    return {
        "type": "scatter",
        "uid": f"test-{size}",
        "name": "mixed" if size is None else f"{size:,}",
        "mode": "lines+markers",
        "x": [],
        "y": [],
        "line": {"color": tint, "width": 3, "dash": "dot" if size is None else "solid"},
        "marker": {
            "color": tint,
            "symbol": [],
            "size": [],
            "opacity": 1,
            "line": {"color": tint, "width": 2},
        },
        "hovertemplate": f"{value}<br>at %{{x:,.4~g}}",
    }


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
    for size, points in _segments(_thinned(snapshot))[-_MOST_LABELS:]:
        end = points[-1]
        x, y = _clock(end.place, against), _value(snapshot, end, measure)
        if size is None or x - _clock(points[0].place, against) < space:
            continue
        labels.append(
            {
                "x": x,
                "y": log10(max(y, 1e-12)) if log_scale else y,  # plotly.js wants the exponent
                "text": f"<b>{size:,}</b>",
                "showarrow": False,
                "xanchor": "right",
                "yanchor": "bottom",
                "yshift": 8,
                "font": {"color": colour(size, dark)},
            }
        )
    return labels


def _training_loss_line(snapshot: Snapshot, against: Clock, dark: bool) -> dict[str, Any]:
    return {
        "type": "scatter",
        "uid": "training-loss",
        "name": "training loss",
        "mode": "lines",
        "visible": "legendonly",
        "x": [_clock(point.place, against) for point in snapshot.loss_points],
        "y": [point.loss for point in snapshot.loss_points],
        "line": {"color": grey(dark), "width": 1},
        "hovertemplate": "%{y:.4~g}<br>at %{x:,.4~g}",
    }


def _training_bars(epochs: tuple[EpochRecord, ...], dark: bool) -> list[dict[str, Any]]:
    bars: dict[int | None, dict[str, Any]] = {}
    for epoch in epochs:
        bar = bars.setdefault(epoch.batch_size, _bar(epoch.batch_size, dark))
        bar["x"].append(epoch.epoch)
        bar["y"].append(epoch.train_seconds)
        bar["text"].append(words.batch_sizes(epoch.batch_sizes))
    return [bars[size] for size in sorted(bars, key=lambda size: size or TRAINING_DIGITS + 1)]


def _bar(size: int | None, dark: bool) -> dict[str, Any]:
    tint = grey(dark) if size is None else colour(size, dark)
    return {
        "type": "bar",
        "uid": f"training-{size}",
        "name": "mixed" if size is None else f"{size:,}",
        "x": [],
        "y": [],
        "text": [],
        "textposition": "none",
        "marker": {
            "color": _CLEAR if size is None else tint,
            "line": {"color": tint, "width": 2 if size is None else 0},
        },
        "hovertemplate": "epoch %{x}, batch size %{text}<br>training %{y:.3~g} s",
    }


def _bar_so_far(snapshot: Snapshot, dark: bool) -> dict[str, Any]:
    so_far = snapshot.so_far
    size = _single(so_far.batch_sizes)
    tint = grey(dark) if size is None else colour(size, dark)
    return _bar(size, dark) | {
        "uid": "so-far",
        "name": "epoch in progress",
        "x": [so_far.epoch],
        "y": [so_far.train_seconds],
        "text": [words.batch_sizes(so_far.batch_sizes)],
        "marker": {
            "color": _CLEAR,
            "line": {"color": tint, "width": 2},
            "pattern": {"shape": "/", "fgcolor": tint, "fgopacity": 1, "fillmode": "overlay"},
        },
        "hovertemplate": "epoch %{x}, batch size %{text}<br>%{y:.3~g} s of training so far",
    }


def _test_pass_bars(epochs: tuple[EpochRecord, ...], dark: bool) -> dict[str, Any]:
    return {
        "type": "bar",
        "uid": "test-pass",
        "name": "test pass",
        "x": [epoch.epoch for epoch in epochs],
        "y": [epoch.test_seconds for epoch in epochs],
        "marker": {"color": grey(dark), "line": {"width": 0}},
        "hovertemplate": "epoch %{x}<br>test pass %{y:.3~g} s",
    }


def _bar_labels(epochs: tuple[EpochRecord, ...], dark: bool) -> list[dict[str, Any]]:
    """The batch size above each group of neighbouring bars that share it; the latest only."""
    groups = [list(group) for _, group in groupby(epochs, key=lambda epoch: epoch.batch_size)]
    return [_bar_label(group, dark) for group in groups[-_MOST_LABELS:]]


def _bar_label(group: list[EpochRecord], dark: bool) -> dict[str, Any]:
    size = group[0].batch_size
    return {
        "x": (group[0].epoch + group[-1].epoch) / 2,
        "y": max(epoch.train_seconds + epoch.test_seconds for epoch in group),
        "text": "" if size is None else f"<b>{size:,}</b>",
        "showarrow": False,
        "yanchor": "bottom",
        "font": {"color": grey(dark) if size is None else colour(size, dark)},
    }


def _mark(change: Change, against: Clock, dark: bool) -> dict[str, Any]:
    x = _clock(change.place, against)
    return {
        "type": "line",
        "x0": x,
        "x1": x,
        "y0": 0,
        "y1": 1,
        "yref": "paper",
        "line": {"color": grey(dark), "width": 1, "dash": "dash"},
    }


def _mark_labels(snapshot: Snapshot, against: Clock) -> list[dict[str, Any]]:
    """What changed, above each mark: neighbours in different rows, the latest ones only."""
    space = _LABEL_SPACE * _clock(snapshot.place, against)
    groups: list[list[Change]] = []
    for change in snapshot.changes:
        x = _clock(change.place, against)
        if groups and x - _clock(groups[-1][0].place, against) < space:
            groups[-1].append(change)
        else:
            groups.append([change])
    labelled = list(enumerate(groups))[-_MOST_LABELS:]
    return [
        {
            "x": _clock(group[0].place, against),
            "y": 1,
            "yref": "paper",
            "yanchor": "bottom",
            "yshift": 16 * (index % _LABEL_ROWS),
            "xanchor": _anchor(_clock(group[0].place, against), _clock(snapshot.place, against)),
            "text": words.changes(group),
            "showarrow": False,
            "font": {"color": _MIDDLE_GREY},
        }
        for index, group in labelled
    ]


def _anchor(x: float, end: float) -> str:
    """Which side of a label stands at x, so that it is not cut at the chart's edges."""
    share = x / end if end else 0
    return "left" if share < 0.3 else "right" if share > 0.7 else "center"


def _say_empty(layout: Figure, text: str) -> None:
    """Axes without figures, and what will appear."""
    for axis in ("xaxis", "yaxis"):
        # A uirevision of its own, lest the range outlive the empty state.
        layout[axis] |= {"showticklabels": False, "showgrid": False, "uirevision": "empty"}
    layout["annotations"] = [
        {
            "x": 0.5,
            "y": 0.5,
            "xref": "paper",
            "yref": "paper",
            "text": text,
            "showarrow": False,
            "font": {"size": 16},
        }
    ]


def _layout(dark: bool) -> dict[str, Any]:
    text = "#fafafa" if dark else "#31333f"
    axis = {
        "autorange": True,
        "uirevision": "filled",
        "gridcolor": "rgba(128,128,128,0.25)",
        "zerolinecolor": "rgba(128,128,128,0.6)",
    }
    return {
        "font": {"size": 14, "color": text},
        "paper_bgcolor": _CLEAR,
        "plot_bgcolor": _CLEAR,
        # Fixed, since measuring every label at every tick takes longer than drawing the chart.
        "margin": {"l": 72, "r": 16, "t": 24, "b": 110},
        "legend": {
            "orientation": "h",
            "traceorder": "normal",
            "yref": "container",
            "y": 0,
            "yanchor": "bottom",
            "title": {"text": "batch size"},
        },
        "showlegend": True,
        "hoverlabel": {"font": {"size": 14}},
        "xaxis": dict(axis),
        "yaxis": dict(axis),
        # Constant, so that plotly.js keeps what the viewer chose in the legend from tick to tick.
        "uirevision": "kept",
    }


def accent(dark: bool) -> str:
    """The theme's own colour, as .streamlit/config.toml has it, for what has no batch size."""
    return "#c2408f" if dark else "#7e03a8"


def grey(dark: bool) -> str:
    """For what stands beside the thing itself: at least 3 : 1 to the page."""
    return "#9a9ca5" if dark else "#6f717b"


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


def _measure_title(snapshot: Snapshot, measure: Measure) -> str:
    return {
        "sum": f"test loss, summed over {snapshot.test_digits:,} digits",
        "mean": "test loss, mean per digit",
        "accuracy": "test accuracy",
    }[measure]
