"""The noise scale through time, against the batch size at work."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from mnist_core.language import _
from mnist_core.records import CLOCKS, Clock, NoisePoint, Place, Snapshot
from mnist_core.show.charts.curve import Span, span_around_move, thinned
from mnist_core.show.charts.look import (
    BESIDE_EACH_OTHER,
    Figure,
    accent,
    colour,
    end_label,
    grey,
    layout_of,
    log_axis,
    part,
    say_empty,
)

_MOST_POINTS = 600


def noise_curve(
    snapshot: Snapshot,
    against: Clock = "seconds",
    span: Span = "move",
    dark: bool = False,
    kept: Snapshot | None = None,
) -> Figure:
    """The noise scale N over the test digits and the batch size, against the learning curve's axis.

    N is drawn where it was measured, with a gap where nobody watched it; the batch size is that of
    each stretch between two test points.

    span: as in the learning curve.
    kept: the copy beside the run in the learning curve, for whose points there is room as well.
    """
    layout = layout_of(dark)
    layout |= {"showlegend": False}
    layout["margin"] |= {"t": 52, "b": BESIDE_EACH_OTHER}
    layout["xaxis"] |= {
        "title": {"text": _(CLOCKS[against]), "standoff": 8},
        "rangemode": "tozero",
        "uirevision": f"{against} {span}",
    }
    layout["yaxis"] |= {"title": {"text": _("digits (log scale)")}, "type": "log"}
    if not snapshot.noise_points:
        say_empty(layout, _("Press Start: the noise scale N is drawn here"))
        return {"data": [], "layout": layout}
    scales, sizes = _noise_line(snapshot, against, dark), _size_line(snapshot, against, dark)
    values = [value for value in (*scales["y"], *sizes["y"]) if value]
    # Room for a label above the highest line and one below the lowest.
    room = (3 * max(values) / min(values)) ** 0.2
    edges = [min(values) / room, max(values) * room]
    layout["yaxis"] |= log_axis(edges) | {"autorangeoptions": {"include": edges}}
    if span == "move" and (view := span_around_move(snapshot, kept, against)):
        layout["xaxis"] |= {"autorange": False, "range": view}
    size, tint = sizes["y"][-1], accent(dark)
    labels = [
        end_label(_("N, of the test digits"), scales["x"][-1], scales["y"][-1], True, tint, dark),
        end_label(
            _("batch size {size:,}").format(size=size),
            sizes["x"][-1],
            size,
            True,
            colour(size, dark),
            dark,
        ),
    ]
    part(labels)
    layout["annotations"] = [*labels, _meaning(dark)]
    rooms = [] if kept is None else [_room_for(kept, against, size)]
    return {"data": [sizes, scales, *rooms], "layout": layout}


def _noise_line(snapshot: Snapshot, against: Clock, dark: bool) -> dict[str, Any]:
    x: list[float | None] = []
    y: list[float | None] = []
    for points in _stretches(snapshot.noise_points):
        gap = [None] if x else []
        x += gap + [_clock(point.place, against) for point in points]
        y += gap + [point.noise_scale for point in points]
    tint = accent(dark)
    return {
        "type": "scatter",
        "uid": "noise-scale",
        "name": _("noise scale N"),
        "mode": "lines+markers",
        "x": x,
        "y": y,
        "line": {"color": tint, "width": 3},
        "marker": {"color": tint, "symbol": "diamond", "size": 7},
        "hovertemplate": _("N = %{y:,.3~g} digits<br>at %{x:,.4~g}<extra></extra>"),
    }


def _stretches(points: Sequence[NoisePoint]) -> Iterator[Sequence[NoisePoint]]:
    """The points without a gap between them; of a long run every 2nd, 4th, 8th … of them."""
    step = 1
    while len(points) / step > _MOST_POINTS:
        step *= 2
    begins = [place for place, point in enumerate(points) if place == 0 or not point.follows]
    for first, end in pairwise([*begins, len(points)]):
        yield points[first:end:step]


def _size_line(snapshot: Snapshot, against: Clock, dark: bool) -> dict[str, Any]:
    points = thinned(snapshot)
    sizes = [point.batch_sizes[-1] for point in points]
    return {
        "type": "scatter",
        "uid": "batch-size",
        "name": _("batch size"),
        "mode": "lines+markers",
        "x": [_clock(point.place, against) for point in points],
        "y": sizes,
        # A test point has the size that was at work before it.
        "line": {"color": grey(dark), "width": 2, "shape": "vh"},
        "marker": {"color": [colour(size, dark) for size in sizes], "size": 5},
        "hovertemplate": _("batch size %{y:,}<br>at %{x:,.4~g}<extra></extra>"),
    }


def _room_for(kept: Snapshot, against: Clock, y: float) -> dict[str, Any]:
    """The copy's points, unseen: what makes the axis end where the learning curve's does."""
    x = [_clock(point.place, against) for point in thinned(kept)]
    return {
        "type": "scatter",
        "uid": "room-for-copy",
        "mode": "markers",
        "x": x,
        "y": [y] * len(x),
        "marker": {"size": 8, "opacity": 0},
        "hoverinfo": "skip",
    }


def _meaning(dark: bool) -> Figure:
    """Above the lines: what it means where the batch size's is above N or below it."""
    return {
        "x": 0,
        "xref": "paper",
        "xanchor": "left",
        "align": "left",
        "y": 1,
        "yref": "paper",
        "yanchor": "bottom",
        "text": _("below N an update is mostly noise,<br>far above it digits are wasted"),
        "showarrow": False,
        "font": {"color": grey(dark)},
    }


def _clock(place: Place, against: Clock) -> float:
    return getattr(place, against)
