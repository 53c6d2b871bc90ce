"""Seconds per epoch, as bars: one for each batch size, or one for each epoch."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from mnist_core.language import _
from mnist_core.records import EpochRecord, SizeTime, Snapshot
from mnist_core.show import sentences
from mnist_core.show.charts.look import (
    CLEAR,
    MOST_LABELS,
    Figure,
    colour,
    grey,
    layout_of,
    say_empty,
)

MOST_BARS = 100  # the latest epochs that are drawn
_ROW_SHARE = 0.5  # of a row's height, for its bar


def seconds_by_size(snapshot: Snapshot, dark: bool = False) -> Figure:
    """Draw a lying bar for each batch size that has been trained, from zero.

    Each is as long as the median of its epochs, which are dots on it. Before an epoch's worth of
    digits has been trained at a size, an outline shows what one will take, and fills up.
    """
    layout = layout_of(dark)
    layout["showlegend"] = False
    layout["margin"] |= {"l": 64, "r": 16, "t": 8, "b": 40}
    layout["xaxis"] |= {"ticksuffix": " s", "rangemode": "tozero", "zeroline": False}
    times = times_shown(snapshot)
    if not times:
        say_empty(layout, _("Press Start: each batch size<br>becomes a bar here"))
        return {"data": [], "layout": layout}
    digits, present = snapshot.training_digits, snapshot.settings.batch_size
    took = {one.batch_size: one.epoch_seconds(digits) for one in times}
    longest = max(took.values())
    rows = range(len(times))
    layout["yaxis"] |= {
        "autorange": False,
        "range": [max(len(times), 3) - 0.5, -0.5],
        "tickvals": list(rows),
        "ticktext": [_name(one.batch_size, present, dark) for one in times],
        "ticklabelstandoff": 8,
        "showgrid": False,
        "zeroline": False,
    }
    # Room beside the longest bar for its time and how many times longer it is.
    layout["xaxis"] |= {"autorange": False, "range": [0, _rounded_up(1.75 * longest)], "nticks": 5}
    layout["bargap"] = 1 - _ROW_SHARE
    layout["barmode"] = "overlay"
    layout["annotations"] = [
        _beside_bar(one, row, took, snapshot, dark) for row, one in enumerate(times)
    ]
    tints = [colour(one.batch_size, dark) for one in times]
    return {
        "data": [
            _bars("outline", [took[one.batch_size] for one in times], CLEAR, tints),
            _bars("measured", [_filled(one, digits) for one in times], tints, tints),
            _dots(times, tints),
        ],
        "layout": layout,
    }


def times_shown(snapshot: Snapshot) -> list[SizeTime]:
    """Return the times of all sizes that somebody chose and that were trained, smallest first."""
    chosen = snapshot.chosen_sizes
    shown = [one for one in snapshot.size_times if one.batch_size in chosen]
    return sorted(shown, key=lambda one: one.batch_size)


def _name(size: int, present: int, dark: bool) -> str:
    name = f'<span style="color:{colour(size, dark)}">{size:,}</span>'
    return f"<b>{name}</b>" if size == present else name


def _rounded_up(value: float) -> float:
    """Round up to two digits, so that the axis does not change with every point."""
    step = 10.0 ** (len(f"{value:.0f}") - 2) if value >= 10 else 0.1 if value >= 1 else 0.01
    return step * (int(value / step) + 1)


def _filled(time: SizeTime, training_digits: int) -> float:
    """Return how far the bar is filled: whole after an epoch, before that by the time so far."""
    return time.epoch_seconds(training_digits) if time.epochs else time.seconds


def _bars(uid: str, values: list[float], fills: object, edges: list[str]) -> dict[str, Any]:
    return {
        "type": "bar",
        "uid": uid,
        "name": "",
        "orientation": "h",
        "x": values,
        "y": list(range(len(values))),
        "marker": {"color": fills, "line": {"color": edges, "width": 2}},
        "hovertemplate": _("%{x:.3~g} s") + "<extra></extra>",
    }


def _dots(times: list[SizeTime], tints: list[str]) -> dict[str, Any]:
    """Return a dot for each epoch, below its bar's middle, where the page shows behind it."""
    epochs = [(row, value) for row, one in enumerate(times) for value in one.epochs]
    return {
        "type": "scatter",
        "uid": "epochs",
        "name": "",
        "mode": "markers",
        "x": [value for _row, value in epochs],
        "y": [row + 0.38 for row, _value in epochs],
        "marker": {"color": [tints[row] for row, _value in epochs], "size": 5},
        "hovertemplate": _("%{x:.3~g} s") + "<extra></extra>",
    }


def _beside_bar(
    time: SizeTime, row: int, took: dict[int, float], snapshot: Snapshot, dark: bool
) -> Figure:
    """Return the time of an epoch, and for the present size how it compares with the one before."""
    size, value = time.batch_size, took[time.batch_size]
    text = sentences.seconds(value) if time.epochs else f"≈ {sentences.seconds(value)}"
    before = size_before(snapshot)
    if size == snapshot.settings.batch_size and before in took:
        text = f"<b>{text}</b>  {sentences.longer_or_shorter(value / took[before])}"
    return {
        "x": max(value, time.seconds if not time.epochs else 0),
        "y": row,
        "text": text,
        "showarrow": False,
        "xanchor": "left",
        "xshift": 8,
        "font": {"color": layout_of(dark)["font"]["color"]},
    }


def size_before(snapshot: Snapshot) -> int | None:
    """Return the batch size before the last move that changed it; None where there was none."""
    for move in reversed(snapshot.moves):
        if move.before.batch_size != move.after.batch_size:
            return move.before.batch_size
    return None


def seconds_per_epoch(snapshot: Snapshot, dark: bool = False) -> Figure:
    """Draw a bar for each epoch, from zero: training by batch size, and the test at its end.

    Of a long run the latest MOST_BARS epochs are drawn. People count epochs from 1.
    """
    epochs = snapshot.epochs[-MOST_BARS:]
    data = [*_training_bars(epochs, dark), _test_bars(epochs, dark)]
    layout = layout_of(dark)
    layout |= {"barmode": "stack", "bargap": 0.15, "showlegend": False}
    layout["margin"] |= {"l": 64, "b": 56}
    layout["xaxis"] |= {
        "title": {"text": _("epoch"), "standoff": 8},
        "zeroline": False,
        "autorangeoptions": {"include": [0.5, 5.5]},
        "tickformat": ",d",
    }
    if len(snapshot.epochs) < 10:
        layout["xaxis"] |= {"dtick": 1}
    layout["yaxis"] |= {"ticksuffix": " s", "rangemode": "tozero"}
    layout["annotations"] = _bar_labels(epochs, dark)
    if not epochs:
        say_empty(layout, _("Press Start: each whole epoch<br>becomes a bar here"))
    return {"data": data, "layout": layout}


def _training_bars(epochs: tuple[EpochRecord, ...], dark: bool) -> list[dict[str, Any]]:
    """Return the bars of each size; an epoch at several sizes has a part of each, by its time."""
    bars: dict[int, dict[str, Any]] = {}
    for epoch in epochs:
        for size, seconds in epoch.seconds_at.items():
            bar = bars.setdefault(size, _bar(size, dark))
            bar["x"].append(epoch.epoch + 1)
            bar["y"].append(seconds)
    return [bars[size] for size in sorted(bars)]


def _bar(size: int, dark: bool) -> dict[str, Any]:
    return {
        "type": "bar",
        "uid": f"training-{size}",
        "name": f"{size:,}",
        "x": [],
        "y": [],
        "marker": {"color": colour(size, dark)},
        "hovertemplate": _("epoch %{x}<br>training %{y:.3~g} s"),
    }


def _test_bars(epochs: tuple[EpochRecord, ...], dark: bool) -> dict[str, Any]:
    return {
        "type": "bar",
        "uid": "test-pass",
        "name": _("testing time"),
        "x": [epoch.epoch + 1 for epoch in epochs],
        "y": [epoch.test_seconds for epoch in epochs],
        # Set apart from training by its pattern as well: the two greys of a grey page would be one.
        "marker": {
            "color": CLEAR,
            "line": {"color": grey(dark), "width": 1},
            "pattern": {
                "shape": "x",
                "size": 5,
                "fgcolor": grey(dark),
                "fgopacity": 1,
                "fillmode": "overlay",
            },
        },
        "hovertemplate": _("epoch %{x}<br>testing %{y:.3~g} s"),
    }


def _bar_labels(epochs: tuple[EpochRecord, ...], dark: bool) -> list[dict[str, Any]]:
    """Return the batch size above each group of neighbouring bars that share it."""
    groups = [list(group) for _sizes, group in groupby(epochs, key=lambda one: one.batch_size)]
    return [_bar_label(group, dark) for group in groups[-MOST_LABELS:] if group[0].batch_size]


def _bar_label(group: list[EpochRecord], dark: bool) -> dict[str, Any]:
    size = group[0].batch_size
    return {
        "x": (group[0].epoch + group[-1].epoch) / 2 + 1,
        "y": max(epoch.train_seconds + epoch.test_seconds for epoch in group),
        "text": f"<b>{size:,}</b>",
        "showarrow": False,
        "yanchor": "bottom",
        "font": {"color": colour(size, dark)},
    }
