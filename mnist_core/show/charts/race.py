"""A race against three clocks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from math import floor, log10
from statistics import median
from typing import Any, Literal

from mnist_core.language import _
from mnist_core.race.competitors import Competitor, RaceRecord
from mnist_core.race.plan import Plan
from mnist_core.race.results import by_value
from mnist_core.records import CLOCKS, Clock, TestPoint
from mnist_core.show import race_names, sentences
from mnist_core.show.charts.look import (
    BESIDE_EACH_OTHER,
    DASHES,
    Figure,
    colour_in_race,
    faded,
    grey,
    layout_of,
    say_empty,
    veil,
)

RaceMeasure = Literal["loss", "accuracy"]

_LABEL_GAP = 0.075  # between two labels, as a share of the chart's height
_HARD_TO_READ = 1e6  # from here on, figures beside the axis are as short as 2M
_PLOT_PIXELS = 250  # about the height of the chart's inside


@dataclass(frozen=True)
class RaceView:
    """How a race is looked at: what is drawn against which clock.

    log_loss, log_clock: whether the axis is logarithmic; accuracy's never is.
    target: a test loss, summed, to be drawn across; or None.
    """

    measure: RaceMeasure = "loss"
    against: Clock = "epochs"
    log_loss: bool = False
    log_clock: bool = False
    target: float | None = None
    dark: bool = False

    @property
    def log_y(self) -> bool:
        """Whether the upright axis is logarithmic."""
        return self.log_loss and self.measure == "loss"

    def clock(self, point: TestPoint) -> float:
        """The clock's reading at that point."""
        return getattr(point.place, self.against)

    def value(self, point: TestPoint) -> float:
        """What is drawn of it."""
        return point.accuracy if self.measure == "accuracy" else point.loss


def race_curve(record: RaceRecord, view: RaceView) -> Figure:
    """Test loss (summed) or accuracy of each competitor against a clock, on shared axes.

    A colour and a dash pattern for each competitor, whose name stands at its line's end. Over
    repeats: the median of those that have ended, their range as a band, and the one in progress as
    a thin line. On a logarithmic clock the first point, at 0, stands at the left edge.
    """
    lines = _lines(record, view)
    layout = _layout(view)
    if not lines:
        say_empty(layout, _("Choose a race above:<br>its lines are drawn here"))
        return {"data": [], "layout": layout}
    if view.log_clock:
        zero = _place_of_zero(lines)
        layout["xaxis"] |= _log_ticks(zero, max(line.x[-1] for line in lines))
        for line in lines:
            line.x[0] = line.x[0] or zero
    if max(value for line in lines for value in line.y) >= _HARD_TO_READ:
        layout["yaxis"] |= {"tickformat": "~s"}
    drawn = [_height(value, view) for line in lines for value in line.y]
    labels = [_label(line, view) for line in lines]
    layout["annotations"] = _spread(labels, min(drawn), max(drawn))
    if view.target is not None and view.measure == "loss":
        layout["shapes"] = [_target_line(view.target, view.dark)]
        layout["annotations"].append(_target_label(view.target, view.log_y))
    return {"data": [trace for line in lines for trace in _traces(line, view)], "layout": layout}


def _layout(view: RaceView) -> Figure:
    layout = layout_of(view.dark)
    # Lines are named at their ends: a legend would say the same again.
    layout |= {"showlegend": False}
    layout["margin"] |= {"r": 90, "b": BESIDE_EACH_OTHER}
    layout["xaxis"] |= {
        "title": {"text": _(CLOCKS[view.against]), "standoff": 8},
        "type": "log" if view.log_clock else "linear",
        "rangemode": "normal" if view.log_clock else "tozero",
        "uirevision": f"{view.against} {view.log_clock}",
    }
    layout["yaxis"] |= {
        "title": {"text": _("test loss, summed") if view.measure == "loss" else _("test accuracy")},
        "type": "log" if view.log_y else "linear",
        "tickformat": ".0%" if view.measure == "accuracy" else ",",
        "uirevision": f"{view.measure} {view.log_y}",
    }
    if view.log_y:
        layout["yaxis"] |= {"dtick": "D2"}
    return layout


@dataclass
class _Line:
    """One competitor over its seeds: the middle, the range and what is still going on."""

    label: str
    short_label: str
    uid: str
    tint: str
    dash: str
    symbol: str
    x: list[float]
    y: list[float]
    low: list[float]
    high: list[float]
    repeats: int
    going: list[Sequence[TestPoint]]


def _lines(record: RaceRecord, view: RaceView) -> list[_Line]:
    groups = [*by_value(record).values()]
    groups += [[competitor] for competitor in record.of_way("tutorial") if competitor.place.updates]
    return [
        _line(record.plan, competitors, DASHES[rank % len(DASHES)], view)
        for rank, competitors in enumerate(groups)
    ]


def _line(plan: Plan, competitors: Sequence[Competitor], dash: str, view: RaceView) -> _Line:
    ended = [competitor.test_points for competitor in competitors if competitor.over]
    going = [competitor.test_points for competitor in competitors if not competitor.over]
    # The first race is drawn as it runs; a later one counts when it has ended.
    together = ended or going[:1]
    rows = list(zip(*together, strict=False))
    values = [[view.value(point) for point in row] for row in rows]
    start = competitors[0].start
    value, tutorial = plan.value_of(start), start.way == "tutorial"
    return _Line(
        label=race_names.label(plan, start),
        short_label=_short_label(race_names.name(value), tutorial),
        # Plotly looks for a class of this name, which a point or a bracket would end.
        uid=re.sub(r"[^A-Za-z0-9]", "-", f"{start.way} {value}"),
        tint=colour_in_race(plan, value, view.dark),
        dash=dash,
        symbol="x" if tutorial else "circle",
        x=[median(view.clock(point) for point in row) for row in rows],
        y=[median(row) for row in values],
        low=[min(row) for row in values],
        high=[max(row) for row in values],
        repeats=len(together),
        going=going if ended else [],
    )


def _short_label(name: str, tutorial: bool) -> str:
    return _("<b>{name}</b> tutorial").format(name=name) if tutorial else f"<b>{name}</b>"


def _traces(line: _Line, view: RaceView) -> list[dict[str, Any]]:
    whole = _trace(line, "", line.x, line.y, view) | {"name": line.label}
    whole["line"] |= {"width": 3}
    going = [
        _trace(
            line,
            "-going",
            # Without the point at 0, which a logarithmic clock has no place for.
            [view.clock(point) for point in points[1:]],
            [view.value(point) for point in points[1:]],
            view,
        )
        | {"showlegend": False}
        for points in line.going
    ]
    return [*_band(line, view), whole, *going]


def _band(line: _Line, view: RaceView) -> list[dict[str, Any]]:
    """The range over the repeats."""
    if line.repeats == 1:
        return []
    low = _trace(line, "-low", line.x, line.low, view)
    high = _trace(line, "-high", line.x, line.high, view)
    for trace in (low, high):
        trace |= {"showlegend": False, "hoverinfo": "skip", "mode": "lines"}
        # Its edges, since the tint between them is too pale for everybody to see.
        trace["line"] |= {"width": 1, "dash": "dot"}
    return [low, high | {"fill": "tonexty", "fillcolor": faded(line.tint, 0.8)}]


def _trace(
    line: _Line, part: str, x: list[float], y: list[float], view: RaceView
) -> dict[str, Any]:
    value = "%{y:.2%}" if view.measure == "accuracy" else "%{y:,.4~g}"
    return {
        "type": "scatter",
        "uid": f"{line.uid}{part}",
        "legendgroup": line.uid,
        "mode": "lines+markers",
        "x": x,
        "y": y,
        "line": {"color": line.tint, "width": 1, "dash": line.dash},
        "marker": {"color": line.tint, "size": 5, "symbol": line.symbol},
        "hovertemplate": f"{value}<br>" + _("at %{x:,.4~g}"),
    }


def _label(line: _Line, view: RaceView) -> dict[str, Any]:
    """Beside the line's end; plotly.js wants exponents where an axis is logarithmic."""
    x, y = line.x[-1], line.y[-1]
    return {
        "x": log10(x) if view.log_clock else x,
        "y": _height(y, view),
        "text": line.short_label,
        "showarrow": False,
        "xanchor": "left",
        "xshift": 8,
        "font": {"color": line.tint},
        "bgcolor": veil(view.dark),
        "borderpad": 0,
    }


def _height(value: float, view: RaceView) -> float:
    return log10(max(value, 1e-12)) if view.log_y else value


def _place_of_zero(lines: list[_Line]) -> float:
    """Where a logarithmic clock shows 0: half a power of ten before all else."""
    return min((line.x[1] for line in lines if len(line.x) > 1), default=1.0) / 3


def _log_ticks(zero: float, highest: float) -> Figure:
    """0 at its place, and the powers of ten after it."""
    powers = range(floor(log10(zero)) + 1, floor(log10(max(highest, zero))) + 2)
    shown = [10.0**power for power in powers if 10.0**power >= 2 * zero]
    names = [sentences.figure(value, 1) for value in shown]
    return {"tickvals": [zero, *shown], "ticktext": ["0", *names]}


def _spread(labels: list[dict[str, Any]], lowest: float, highest: float) -> list[dict[str, Any]]:
    """Move labels apart that would overlap: those whose lines end at about the same reading."""
    reach = (highest - lowest) or 1.0
    breadth = max(abs(label["x"]) for label in labels) or 1.0
    placed: list[tuple[float, float]] = []
    for label in sorted(labels, key=lambda label: label["y"]):
        share, x = (label["y"] - lowest) / reach, label["x"] / breadth
        near = [other for other_x, other in placed if abs(other_x - x) < 0.2]
        moved = max([share, *(other + _LABEL_GAP for other in near)])
        label["yshift"] = round((moved - share) * _PLOT_PIXELS)
        placed.append((x, moved))
    return labels


def _target_line(target: float, dark: bool) -> dict[str, Any]:
    line = {"color": grey(dark), "width": 2, "dash": "dash"}
    return {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": target, "y1": target} | {
        "line": line
    }


def _target_label(target: float, log_loss: bool) -> dict[str, Any]:
    """Beside the lines' own labels, which have their room within the axes."""
    return {
        "xref": "paper",
        "x": 1,
        "xanchor": "left",
        "y": log10(target) if log_loss else target,
        "text": _("target {target:,.0f}").format(target=target),
        "showarrow": False,
    }
