"""When each batch size of a race reached a target loss."""

from __future__ import annotations

from math import log10
from statistics import median
from typing import Any, Literal

from mnist_core import words
from mnist_core.charts.look import CLEAR, Figure, colour, grey, layout_of, log_axis, say_empty
from mnist_core.race.records import Entry, RaceRecord
from mnist_core.race.results import by_size, reached
from mnist_core.records import Clock


def target_chart(
    record: RaceRecord, target: float, against: Literal["updates", "seconds"], dark: bool = False
) -> Figure:
    """Updates or seconds to the target loss against batch size, both axes logarithmic.

    Every runner is a marker at the estimate between the two test passes around the target, with a
    bar from one to the other; a hollow one stands where a runner is that has not reached it. The
    dotted line of slope -1 is perfect scaling: twice the batch size, half as many.
    """
    layout = layout_of(dark)
    layout["xaxis"] |= {"title": {"text": "batch size", "standoff": 8}, "type": "log"}
    layout["yaxis"] |= {"title": {"text": f"{against} to target"}, "uirevision": against}
    layout["legend"]["title"]["text"] = ""
    sizes = by_size(record)
    if not sizes:
        say_empty(layout, "Press Start race: each size becomes a marker here")
        return {"data": [], "layout": layout}
    layout["xaxis"] |= {"tickvals": list(sizes), "ticktext": [f"{size:,}" for size in sizes]}
    found, missed = _found(sizes, target, against), _missed(sizes, target, against)
    # One label for each size, though every seed has its marker.
    scaling = _perfect_scaling(sizes, found, dark)
    drawn = [value for _, value, *_ in (*found, *missed)] + scaling.get("y", [])
    if not drawn:
        say_empty(layout, "The untrained network is below this target already")
        return {"data": [], "layout": layout}
    layout["yaxis"] |= log_axis(drawn)
    furthest = dict(sorted(missed))
    layout["annotations"] = [_not_within(size, value, against) for size, value in furthest.items()]
    data = [scaling, _found_trace(found, dark)]
    data.append(_missed_trace(missed, dark))
    return {"data": [trace for trace in data if trace["x"]], "layout": layout}


_Found = tuple[int, float, float, float]  # batch size, estimate, earliest, latest


def _found(sizes: dict[int, list[Entry]], target: float, against: Clock) -> list[_Found]:
    found = []
    for size, entries in sizes.items():
        for entry in entries:
            bracket = reached(entry.test_points, target)
            # A target that the untrained network meets has no place on a logarithmic axis.
            if bracket and bracket.at(against) > 0:
                ends = getattr(bracket.before, against), getattr(bracket.after, against)
                found.append((size, bracket.at(against), *ends))
    return found


def _missed(
    sizes: dict[int, list[Entry]], target: float, against: Clock
) -> list[tuple[int, float]]:
    return [
        (size, getattr(entry.place, against))
        for size, entries in sizes.items()
        for entry in entries
        if not reached(entry.test_points, target)
    ]


def _found_trace(found: list[_Found], dark: bool) -> dict[str, Any]:
    return {
        "type": "scatter",
        "uid": "found",
        "name": "reached",
        "mode": "markers",
        "x": [size for size, *_ in found],
        "y": [estimate for _, estimate, _, _ in found],
        "error_y": {
            "type": "data",
            "symmetric": False,
            "array": [latest - estimate for _, estimate, _, latest in found],
            "arrayminus": [estimate - max(earliest, 1e-3) for _, estimate, earliest, _ in found],
            "color": grey(dark),
            "width": 6,
        },
        "marker": {"size": 12, "color": [colour(size, dark) for size, *_ in found]},
        "hovertemplate": "batch size %{x:,}<br>%{y:,.4~g}",
    }


def _missed_trace(missed: list[tuple[int, float]], dark: bool) -> dict[str, Any]:
    tints = [colour(size, dark) for size, _ in missed]
    return {
        "type": "scatter",
        "uid": "missed",
        "name": "not reached so far",
        "mode": "markers",
        "x": [size for size, _ in missed],
        "y": [value for _, value in missed],
        "marker": {"size": 12, "color": CLEAR, "line": {"color": tints, "width": 2}},
        "hovertemplate": "batch size %{x:,}<br>not within %{y:,.4~g}",
    }


def _not_within(size: int, value: float, against: Clock) -> dict[str, Any]:
    told = f"{value:,}" if against == "updates" else words.figure(value)
    return {
        "x": log10(size),
        "y": log10(value),
        "text": f"not within {told}",
        "showarrow": False,
        "yanchor": "bottom",
        "yshift": 10,
    }


def _perfect_scaling(
    sizes: dict[int, list[Entry]], found: list[_Found], dark: bool
) -> dict[str, Any]:
    """Through the smallest size that has reached the target."""
    if not found:
        return {"x": []}
    smallest = found[0][0]
    there = median(estimate for size, estimate, *_ in found if size == smallest)
    return {
        "type": "scatter",
        "uid": "perfect",
        "name": "perfect scaling (slope −1)",
        "mode": "lines",
        "x": list(sizes),
        "y": [there * smallest / size for size in sizes],
        "line": {"color": grey(dark), "width": 2, "dash": "dot"},
        "hoverinfo": "skip",
    }
