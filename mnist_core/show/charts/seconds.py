"""Seconds per epoch, as bars."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from mnist_core.data import TRAINING_DIGITS
from mnist_core.language import _
from mnist_core.records import EpochRecord, Snapshot
from mnist_core.show import sentences
from mnist_core.show.charts.look import (
    CLEAR,
    MOST_LABELS,
    Figure,
    colour,
    grey,
    layout_of,
    only,
    say_empty,
)

MOST_BARS = 100  # the latest epochs that are drawn


def seconds_per_epoch(snapshot: Snapshot, dark: bool = False) -> Figure:
    """Seconds that each epoch took, training and the test pass at its end stacked, from zero.

    Bars have their batch size's colour, mixed epochs are hollow; the epoch in progress is hatched.
    Of a long run the latest MOST_BARS epochs are drawn.
    """
    epochs = snapshot.epochs[-MOST_BARS:]
    data = [*_training_bars(epochs, dark), _test_pass_bars(epochs, dark)]
    # Last, since it comes and goes: a click on the legend is obeyed 0.3 s later, and by its place.
    if snapshot.so_far.digits:
        data.append(_bar_so_far(snapshot, dark))
    layout = layout_of(dark)
    layout |= {"barmode": "stack", "bargap": 0.15}
    layout["xaxis"] |= {
        "title": {"text": _("epoch"), "standoff": 8},
        "zeroline": False,
        "autorangeoptions": {"include": [-0.5, 4.5]},
        "tickformat": ",d",
    }
    if len(snapshot.epochs) < 10:
        layout["xaxis"] |= {"dtick": 1}
    layout["yaxis"] |= {"title": {"text": _("seconds")}, "rangemode": "tozero"}
    layout["annotations"] = _bar_labels(epochs, dark)
    if snapshot.untrained:
        say_empty(layout, _("Press Start: each epoch becomes a bar here"))
    return {"data": data, "layout": layout}


def _training_bars(epochs: tuple[EpochRecord, ...], dark: bool) -> list[dict[str, Any]]:
    bars: dict[int | None, dict[str, Any]] = {}
    for epoch in epochs:
        bar = bars.setdefault(epoch.batch_size, _bar(epoch.batch_size, dark))
        bar["x"].append(epoch.epoch)
        bar["y"].append(epoch.train_seconds)
        bar["text"].append(sentences.batch_sizes(epoch.batch_sizes))
    return [bars[size] for size in sorted(bars, key=lambda size: size or TRAINING_DIGITS + 1)]


def _bar(size: int | None, dark: bool) -> dict[str, Any]:
    tint = grey(dark) if size is None else colour(size, dark)
    return {
        "type": "bar",
        "uid": f"training-{size}",
        "name": _("mixed") if size is None else f"{size:,}",
        "x": [],
        "y": [],
        "text": [],
        "textposition": "none",
        "marker": {
            "color": CLEAR if size is None else tint,
            "line": {"color": tint, "width": 2 if size is None else 0},
        },
        "hovertemplate": _("epoch %{x}, batch size %{text}<br>training %{y:.3~g} s"),
    }


def _bar_so_far(snapshot: Snapshot, dark: bool) -> dict[str, Any]:
    so_far = snapshot.so_far
    size = only(so_far.batch_sizes)
    tint = grey(dark) if size is None else colour(size, dark)
    return _bar(size, dark) | {
        "uid": "so-far",
        "name": _("in progress"),
        "x": [so_far.epoch],
        "y": [so_far.train_seconds],
        "text": [sentences.batch_sizes(so_far.batch_sizes)],
        "marker": {
            "color": CLEAR,
            "line": {"color": tint, "width": 2},
            "pattern": {"shape": "/", "fgcolor": tint, "fgopacity": 1, "fillmode": "overlay"},
        },
        "hovertemplate": _("epoch %{x}, batch size %{text}<br>%{y:.3~g} s of training so far"),
    }


def _test_pass_bars(epochs: tuple[EpochRecord, ...], dark: bool) -> dict[str, Any]:
    return {
        "type": "bar",
        "uid": "test-pass",
        "name": _("test pass"),
        "x": [epoch.epoch for epoch in epochs],
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
        "hovertemplate": _("epoch %{x}<br>test pass %{y:.3~g} s"),
    }


def _bar_labels(epochs: tuple[EpochRecord, ...], dark: bool) -> list[dict[str, Any]]:
    """The batch size above each group of neighbouring bars that share it; the latest only."""
    groups = [list(group) for _size, group in groupby(epochs, key=lambda epoch: epoch.batch_size)]
    return [_bar_label(group, dark) for group in groups[-MOST_LABELS:]]


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
