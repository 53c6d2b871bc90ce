"""When each competitor of a race reached a target loss."""

from __future__ import annotations

from collections.abc import Iterable
from math import log10
from statistics import median
from typing import Any, Literal

from mnist_core.language import _
from mnist_core.race.competitors import Competitor, RaceRecord
from mnist_core.race.plan import Plan, Value
from mnist_core.race.results import by_value, reached
from mnist_core.records import Clock
from mnist_core.show import race_names, sentences
from mnist_core.show.charts.look import (
    CLEAR,
    Figure,
    colour_in_race,
    grey,
    layout_of,
    log_axis,
    say_empty,
)


def target_chart(
    record: RaceRecord,
    target: float | None,
    against: Literal["updates", "seconds"],
    dark: bool = False,
) -> Figure:
    """Updates or seconds to the target loss against what is raced, numbers on logarithmic axes.

    Every competitor is a marker at the estimate between the two test passes around the target,
    with a bar from one to the other; a hollow one stands where a competitor is that has not reached
    it. The dotted line of slope -1 is perfect scaling: twice the batch size, half as many.
    """
    layout, plan = layout_of(dark), record.plan
    to_target = {"updates": _("updates to target"), "seconds": _("seconds to target")}
    layout["yaxis"] |= {"title": {"text": to_target[against]}, "uirevision": against}
    layout["legend"]["title"]["text"] = ""
    groups = by_value(record)
    layout["xaxis"] |= _axis_of_values(plan, groups)
    if not groups:
        say_empty(layout, _("Choose a race above:<br>each one becomes a marker here"))
        return {"data": [], "layout": layout}
    if target is None:
        say_empty(layout, _("The target is set when one of them<br>has halved its test loss"))
        return {"data": [], "layout": layout}
    found, missed = _found(groups, target, against), _missed(groups, target, against)
    sizes = list(groups) if plan.raced == "batch_size" else []
    scaling = _perfect_scaling(sizes, found, dark)
    drawn = [reading for _value, reading, *_ends in (*found, *missed)] + scaling.get("y", [])
    if not drawn:
        say_empty(layout, _("The untrained network is below this target already"))
        return {"data": [], "layout": layout}
    layout["yaxis"] |= log_axis(drawn)
    # One label for each value, though every seed has its marker.
    furthest = dict(sorted(missed, key=lambda one: one[1]))
    layout["annotations"] = [
        _not_within(plan, value, reading, against) for value, reading in furthest.items()
    ]
    data = [scaling, _found_trace(plan, found, dark), _missed_trace(plan, missed, dark)]
    return {"data": [trace for trace in data if trace["x"]], "layout": layout}


def _axis_of_values(plan: Plan, values: Iterable[Value]) -> Figure:
    """Numbers on a logarithmic axis, all else in a row, at 0, 1, 2 …"""
    title = {"text": _(race_names.RACED[plan.raced]), "standoff": 8}
    axis = {
        "title": title,
        "tickvals": [_place(plan, value) for value in values],
        "ticktext": [race_names.name(value) for value in values],
    }
    if _has_numbers(plan):
        return axis | {"type": "log"}
    row = {"autorange": False, "range": [-0.5, len(plan.values) - 0.5], "zeroline": False}
    return axis | row


def _place(plan: Plan, value: Value) -> float:
    return value if _has_numbers(plan) else plan.values.index(value)


def _has_numbers(plan: Plan) -> bool:
    return isinstance(plan.values[0], int | float)


_Found = tuple[Value, float, float, float]  # value, estimate, earliest, latest


def _found(groups: dict[Value, list[Competitor]], target: float, against: Clock) -> list[_Found]:
    found = []
    for value, competitors in groups.items():
        for competitor in competitors:
            bracket = reached(competitor.test_points, target)
            # A target that the untrained network meets has no place on a logarithmic axis.
            if bracket and bracket.at(against) > 0:
                ends = getattr(bracket.before, against), getattr(bracket.after, against)
                found.append((value, bracket.at(against), *ends))
    return found


def _missed(
    groups: dict[Value, list[Competitor]], target: float, against: Clock
) -> list[tuple[Value, float]]:
    return [
        (value, getattr(competitor.place, against))
        for value, competitors in groups.items()
        for competitor in competitors
        if not reached(competitor.test_points, target)
    ]


def _found_trace(plan: Plan, found: list[_Found], dark: bool) -> dict[str, Any]:
    return {
        "type": "scatter",
        "uid": "found",
        "name": _("reached"),
        "mode": "markers",
        "x": [_place(plan, one[0]) for one in found],
        "text": [race_names.name(one[0]) for one in found],
        "y": [one[1] for one in found],
        "error_y": {
            "type": "data",
            "symmetric": False,
            "array": [latest - estimate for _value, estimate, _earliest, latest in found],
            "arrayminus": [one[1] - max(one[2], 1e-3) for one in found],
            "color": grey(dark),
            "width": 6,
        },
        "marker": {"size": 12, "color": [colour_in_race(plan, one[0], dark) for one in found]},
        "hovertemplate": f"{_(race_names.RACED[plan.raced])} %{{text}}<br>%{{y:,.4~g}}",
    }


def _missed_trace(plan: Plan, missed: list[tuple[Value, float]], dark: bool) -> dict[str, Any]:
    tints = [colour_in_race(plan, value, dark) for value, _reading in missed]
    return {
        "type": "scatter",
        "uid": "missed",
        "name": _("not reached so far"),
        "mode": "markers",
        "x": [_place(plan, value) for value, _reading in missed],
        "text": [race_names.name(value) for value, _reading in missed],
        "y": [reading for _value, reading in missed],
        "marker": {"size": 12, "color": CLEAR, "line": {"color": tints, "width": 2}},
        "hovertemplate": f"{_(race_names.RACED[plan.raced])} %{{text}}<br>"
        + _("not within %{y:,.4~g}"),
    }


def _not_within(plan: Plan, value: Value, reading: float, against: Clock) -> dict[str, Any]:
    place = _place(plan, value)
    words = f"{reading:,}" if against == "updates" else sentences.figure(reading)
    return {
        # plotly.js wants exponents where an axis is logarithmic.
        "x": log10(place) if _has_numbers(plan) else place,
        "y": log10(reading),
        "text": _("not within {reading}").format(reading=words),
        "showarrow": False,
        "yanchor": "bottom",
        "yshift": 10,
    }


def _perfect_scaling(sizes: list[int], found: list[_Found], dark: bool) -> dict[str, Any]:
    """Through the smallest size that has reached the target."""
    if not (sizes and found):
        return {"x": []}
    smallest = found[0][0]
    there = median(one[1] for one in found if one[0] == smallest)
    return {
        "type": "scatter",
        "uid": "perfect",
        "name": _("perfect scaling (slope −1)"),
        "mode": "lines",
        "x": sizes,
        "y": [there * smallest / size for size in sizes],
        "line": {"color": grey(dark), "width": 2, "dash": "dot"},
        "hoverinfo": "skip",
    }
