"""How updates and seconds to a target scale with the batch size: the law, and the valley."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from math import log10
from typing import Any, NamedTuple

from mnist_core.data import TRAINING_DIGITS
from mnist_core.language import _
from mnist_core.race.scaling import FEWEST_SIZES, TargetScaling, Valley
from mnist_core.show.charts.look import (
    BESIDE_EACH_OTHER,
    Figure,
    accent,
    colour,
    grey,
    layout_of,
    log_axis,
    say_empty,
    text_colour,
)
from mnist_core.show.valley import LARGEST_FACTOR, two_digits

_STEPS = 60  # of a curve
_ROW = 18  # pixels between two rows of names above a chart
_NAME_REACH = 2.5  # times a size: so far its name reaches to the side


def law_chart(
    scaling: TargetScaling | None, noise_scale: float | None = None, dark: bool = False
) -> Figure:
    """Updates to the target against batch size, both logarithmic, with the law where it fits.

    scaling: None before there is a target.
    noise_scale: marked beside the critical size.
    """
    if not _enough(scaling):
        return _empty(_("The law is drawn when four sizes<br>have reached the target"), dark)
    law = scaling.fitting_law
    reach = _reach(scaling, [noise_scale] if law and noise_scale else [])
    curves, marks = [], []
    if law:
        curves.append(_curve("law", law.updates, reach, grey(dark), "solid"))
        marks.append(_Mark(law.critical_size, "B<sub>c</sub>", "dash", law.updates))
    if law and noise_scale:
        marks.append(_Mark(noise_scale, _("noise scale N"), "dot", law.updates))
    hover = _("batch size %{x:,}<br>%{y:,.3~g} updates%{customdata}")
    points = _points(scaling.updates, law.residuals if law else {}, hover, dark)
    points["textposition"] = [
        _beside(size, law.residuals[size], marks) if law else "bottom left"
        for size in scaling.updates
    ]
    return _figure([*curves, points], marks, reach, _("updates to target"), dark)


def valley_chart(
    scaling: TargetScaling | None, fixed_cost: float = 1, dark: bool = False
) -> Figure:
    """Seconds to the target against batch size, both logarithmic, with the valley where it fits.

    scaling: None before there is a target.
    fixed_cost: where it is not 1, the valley is drawn again for an update's fixed cost so many
        times as large.
    """
    if not _enough(scaling):
        return _empty(_("The valley is drawn when four sizes<br>have reached the target"), dark)
    valley = scaling.fitting_valley
    reach = _reach(scaling)
    curves, marks = [], []
    if valley:
        curves.append(_curve("measured", valley.seconds, reach, grey(dark), "solid"))
        marks.append(_Mark(valley.best_size, "B*", "dash", valley.seconds))
    if valley and fixed_cost != 1:
        moved = valley.with_fixed_cost(fixed_cost)
        curves.append(_curve("moved", moved.seconds, reach, accent(dark), "dash"))
        marks.append(_Mark(moved.best_size, f"{fixed_cost:,g} × a: B*", "dash", moved.seconds))
    residuals = scaling.seconds_residuals if valley else {}
    hover = _("batch size %{x:,}<br>%{y:,.3~g} seconds%{customdata}")
    points = _points(scaling.seconds, residuals, hover, dark)
    points["textposition"] = [
        _beside(size, residuals[size], marks, falls=size <= valley.best_size)
        if valley
        else "top center"
        for size in scaling.seconds
    ]
    return _figure([*curves, points], marks, reach, _("seconds to target"), dark)


def _beside(size: int, residual: float, marks: list[_Mark], falls: bool = True) -> str:
    """Where a size's name stands: off its curve, which falls or rises there, and off the marks."""
    nearest, furthest = (size, _NAME_REACH * size) if falls else (size / _NAME_REACH, size)
    crowded = any(nearest < mark.size < furthest for mark in marks)
    if residual > 0 and not crowded:
        return f"top {'right' if falls else 'left'}"
    return f"bottom {'left' if falls else 'right'}"


def _enough(scaling: TargetScaling | None) -> bool:
    return scaling is not None and len(scaling.updates) >= FEWEST_SIZES


def _empty(text: str, dark: bool) -> Figure:
    layout = layout_of(dark)
    layout["margin"] |= {"b": BESIDE_EACH_OTHER}
    say_empty(layout, text)
    return {"data": [], "layout": layout}


_Reach = tuple[float, float]  # the smallest and the largest batch size of an axis


class _Mark(NamedTuple):
    """A line that hangs from its name down to a curve, below which the sizes are named."""

    size: float
    name: str
    dash: str
    curve: Callable[[float], float]


def _reach(scaling: TargetScaling, others: Sequence[float] = ()) -> _Reach:
    """From half the smallest size to twice the largest: of those raced, and of all marks.

    It is the same for every fixed cost, so that the valley is seen to move.
    """
    sizes = [*scaling.updates, *others]
    if scaling.fitting_law:
        sizes.append(scaling.law.critical_size)
    if scaling.fitting_valley:
        sizes += _best_sizes(scaling.fitting_valley)
    inside = [min(max(size, 1.0), TRAINING_DIGITS) for size in sizes]
    return min(inside) / 2, 2 * max(inside)


def _best_sizes(valley: Valley) -> list[float]:
    """As the costs are, and as far as a viewer can move them."""
    return [valley.best_size, valley.with_fixed_cost(LARGEST_FACTOR).best_size]


def _figure(
    data: list[dict[str, Any]], marks: list[_Mark], reach: _Reach, y_title: str, dark: bool
) -> Figure:
    layout = layout_of(dark) | {"showlegend": False}
    # Below the buttons that plotly.js shows under the mouse.
    layout["margin"] |= {"t": 30 + 2 * _ROW, "b": BESIDE_EACH_OTHER}
    heights = [value for trace in data for value in trace["y"]]
    for axis, title, values in (("xaxis", _("batch size B"), reach), ("yaxis", y_title, heights)):
        layout[axis] |= log_axis(values) | {
            "title": {"text": title},
            "autorange": False,
            "range": _with_room(values) if axis == "yaxis" else [log10(end) for end in values],
        }
    layout["xaxis"]["title"]["standoff"] = 8
    drawn = [mark for mark in marks if reach[0] <= mark.size <= reach[1]]
    top = 10 ** layout["yaxis"]["range"][1]
    layout["shapes"] = [_upright(mark, top, dark) for mark in drawn]
    layout["annotations"] = [_name(mark, row, reach) for row, mark in enumerate(drawn)]
    return {"data": data, "layout": layout}


def _with_room(values: Iterable[float]) -> list[float]:
    """A logarithmic axis' range, with room for markers and the sizes below them."""
    low, high = log10(min(values)), log10(max(values))
    room = 0.1 * (high - low) + 0.02
    return [low - room, high + room]


def _points(
    measured: dict[int, float], residuals: dict[int, float], hover: str, dark: bool
) -> dict[str, Any]:
    """A marker for each size, its name beside it."""
    tints = [colour(size, dark) for size in measured]
    return {
        "type": "scatter",
        "uid": "points",
        "name": _("measured"),
        "mode": "markers+text",
        "x": list(measured),
        "y": list(measured.values()),
        "text": [f"<b>{size:,}</b>" for size in measured],
        "textfont": {"color": tints},
        "cliponaxis": False,
        "marker": {"size": 12, "color": tints},
        "customdata": [_off(residuals.get(size)) for size in measured],
        "hovertemplate": hover,
    }


def _off(residual: float | None) -> str:
    if residual is None:
        return ""
    off = (
        _("{off:.0%} of it above the line") if residual > 0 else _("{off:.0%} of it below the line")
    )
    return f"<br>{off.format(off=abs(residual))}"


def _curve(
    uid: str, value: Callable[[float], float], reach: _Reach, tint: str, dash: str
) -> dict[str, Any]:
    first, last = reach
    sizes = [first * (last / first) ** (step / _STEPS) for step in range(_STEPS + 1)]
    return {
        "type": "scatter",
        "uid": uid,
        "mode": "lines",
        "x": sizes,
        "y": [value(size) for size in sizes],
        "line": {"color": tint, "width": 2, "dash": dash},
        "hoverinfo": "skip",
    }


def _upright(mark: _Mark, top: float, dark: bool) -> dict[str, Any]:
    return {
        "type": "line",
        "x0": mark.size,
        "x1": mark.size,
        "y0": mark.curve(mark.size),
        "y1": top,
        "line": {"color": text_colour(dark), "width": 1.5, "dash": mark.dash},
    }


def _name(mark: _Mark, row: int, reach: _Reach) -> dict[str, Any]:
    """Above the chart, each mark's in a row of its own, and none beyond the chart's sides."""
    share = log10(mark.size / reach[0]) / log10(reach[1] / reach[0])
    return {
        "x": log10(mark.size),
        "y": 1,
        "yref": "paper",
        "yanchor": "bottom",
        "yshift": row * _ROW,
        "xanchor": "left" if share < 0.2 else "right" if share > 0.8 else "center",
        "text": f"{mark.name} = {two_digits(mark.size)}",
        "showarrow": False,
    }
