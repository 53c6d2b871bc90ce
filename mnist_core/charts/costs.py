"""What batch sizes cost: seconds per epoch side by side, and where the seconds go."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mnist_core import words
from mnist_core.charts.look import (
    CLEAR,
    Figure,
    accent,
    colour,
    faded,
    grey,
    layout_of,
    log_axis,
    say_empty,
)
from mnist_core.race.records import Entry, RaceRecord
from mnist_core.race.results import (
    CostLine,
    EpochTime,
    by_size,
    cost_line,
    epoch_time,
    update_seconds,
    updates_per_epoch,
)

_EMPTY = "Press Start race: each size becomes a bar here"


def epoch_seconds_by_size(record: RaceRecord, dark: bool = False) -> Figure:
    """Seconds of training per epoch, bars from zero: a dot for every epoch, a line at the median.

    Where no whole epoch has been trained, the bar is hollow and scaled from the part that was.
    """
    rows = [_row(entries, record) for entries in _groups(record)]
    layout = _layout([label for label, *_ in rows], "seconds of training per epoch", dark)
    if not rows:
        return _empty(layout)
    data = [_epoch_bars(rows, dark), _epoch_dots(rows, dark), _medians(rows, dark)]
    layout["annotations"] = [
        _bar_label(place, max(time.seconds), _seconds_label(time))
        for place, (_, _, time) in enumerate(rows)
    ]
    return {"data": data, "layout": layout}


def updates_by_size(record: RaceRecord, dark: bool = False) -> Figure:
    """Updates in an epoch."""
    values = {
        size: float(updates_per_epoch(size, record.training_digits)) for size in by_size(record)
    }
    return _size_bars(values, "updates per epoch", lambda value: f"{value:,.0f}", dark)


def digits_per_second_by_size(record: RaceRecord, dark: bool = False) -> Figure:
    """Training digits in a second of training, by the median epoch."""
    values = {
        size: record.training_digits / epoch_time(entries, record.training_digits).median
        for size, entries in by_size(record).items()
    }
    return _size_bars(values, "digits per second", words.figure, dark)


def speed_up_by_size(record: RaceRecord, dark: bool = False) -> Figure:
    """How many times as fast an epoch is as at the smallest size, by the medians."""
    took = {
        size: epoch_time(entries, record.training_digits).median
        for size, entries in by_size(record).items()
    }
    smallest = min(took, default=0)
    values = {size: took[smallest] / seconds for size, seconds in took.items()}
    title = f"times as fast as {smallest:,}"
    return _size_bars(values, title, lambda value: f"{words.figure(value)} ×", dark)


def update_costs(record: RaceRecord) -> tuple[dict[int, float], CostLine | None]:
    """Seconds of an update by batch size, and the line a + b·B through them."""
    seconds = {size: update_seconds(entries) for size, entries in by_size(record).items()}
    return seconds, cost_line(seconds)


def update_cost_chart(record: RaceRecord, dark: bool = False) -> Figure:
    """Measured time of an update against batch size, log-log, with the fitted line."""
    seconds, line = update_costs(record)
    layout = layout_of(dark)
    layout["xaxis"] |= {"title": {"text": "batch size", "standoff": 8}, "type": "log"}
    layout["yaxis"] |= {"title": {"text": "milliseconds per update"}}
    layout["legend"]["title"]["text"] = ""
    if not seconds:
        say_empty(layout, _EMPTY)
        return {"data": [], "layout": layout}
    layout["xaxis"] |= {"tickvals": list(seconds), "ticktext": [f"{size:,}" for size in seconds]}
    layout["yaxis"] |= log_axis([1e3 * value for value in seconds.values()])
    measured = {
        "type": "scatter",
        "uid": "measured",
        "name": "measured",
        "mode": "markers",
        "x": list(seconds),
        "y": [1e3 * value for value in seconds.values()],
        "marker": {"size": 12, "color": [colour(size, dark) for size in seconds]},
        "hovertemplate": "batch size %{x:,}<br>%{y:.3~g} ms",
    }
    data = [measured] if line is None else [_fitted(seconds, line, dark), measured]
    return {"data": data, "layout": layout}


def where_the_seconds_go(record: RaceRecord, dark: bool = False) -> Figure:
    """An epoch by the fitted line: updates' fixed cost and digits' arithmetic, from zero.

    A marker shows what was measured; its distance from the bar's top is the residual.
    """
    seconds, line = update_costs(record)
    labels = [f"{size:,}" for size in seconds]
    layout = _layout(labels, "seconds of training per epoch", dark) | {"barmode": "stack"}
    layout["margin"]["b"] = 130
    if line is None:
        return _empty(layout, "Two sizes must have trained: their times are split here")
    counts = {size: updates_per_epoch(size, record.training_digits) for size in seconds}
    fixed = [line.per_update * counts[size] for size in seconds]
    arithmetic = [line.per_digit * record.training_digits for _ in seconds]
    measured = [seconds[size] * counts[size] for size in seconds]
    parts = [("fixed cost of updates", fixed, "/"), ("arithmetic on digits", arithmetic, "")]
    data = [_part(name, values, shape, dark) for name, values, shape in parts]
    marks = _measured_marks(measured, list(line.residuals.values()), dark)
    layout["annotations"] = [
        _above(place, max(took, update + digits), text)
        for place, (took, update, digits, text) in enumerate(
            zip(measured, fixed, arithmetic, marks["text"], strict=True)
        )
    ]
    return {"data": [*data, marks], "layout": layout}


def _above(x: float, y: float, text: str) -> dict[str, Any]:
    """A text over a bar: on it, in the text's own grey, it could not be read."""
    place = {"x": x, "y": y, "yanchor": "bottom", "yshift": 8}
    return place | {"text": text, "showarrow": False}


_Row = tuple[str, list[Entry], EpochTime]


def _groups(record: RaceRecord) -> list[list[Entry]]:
    tutorial = [[entry] for entry in record.of_way("tutorial") if entry.place.updates]
    return [*by_size(record).values(), *tutorial]


def _row(entries: list[Entry], record: RaceRecord) -> _Row:
    start = entries[0].start
    label = f"{start.settings.batch_size:,}" + "<br>tutorial" * (start.way == "tutorial")
    return label, entries, epoch_time(entries, record.training_digits)


def _seconds_label(time: EpochTime) -> str:
    scaled = f"<br>from {time.share:.0%}" if time.share < 1 else ""
    return f"{words.seconds(time.median)}{scaled}"


def _layout(labels: Sequence[str], y_title: str, dark: bool) -> Figure:
    layout = layout_of(dark)
    layout["xaxis"] |= {
        "title": {"text": "batch size", "standoff": 8},
        # Bars stand at 0, 1, 2 …: names like "10" are taken for numbers by plotly.js.
        "tickvals": list(range(len(labels))),
        "ticktext": list(labels),
        "tickangle": 0,
        "range": [-0.5, len(labels) - 0.5],
        "autorange": False,
        "zeroline": False,
        "uirevision": str(labels),
    }
    layout["yaxis"] |= {"title": {"text": y_title}, "rangemode": "tozero", "tickformat": ",~r"}
    layout["legend"]["title"]["text"] = ""
    layout["bargap"] = 0.35
    return layout


def _empty(layout: Figure, text: str = _EMPTY) -> Figure:
    say_empty(layout, text)
    return {"data": [], "layout": layout}


def _epoch_bars(rows: list[_Row], dark: bool) -> dict[str, Any]:
    tints = [colour(entries[0].batch_size, dark) for _, entries, _ in rows]
    filled = [
        faded(tint, 0.45) if time.share == 1 else CLEAR
        for tint, (_, _, time) in zip(tints, rows, strict=True)
    ]
    return {
        "type": "bar",
        "uid": "median",
        "name": "median epoch",
        "showlegend": False,
        "x": list(range(len(rows))),
        "y": [time.median for *_, time in rows],
        "marker": {
            "color": filled,
            "line": {"color": tints, "width": 2},
        },
        "hovertemplate": "%{y:.3~g} s",
    }


def _epoch_dots(rows: list[_Row], dark: bool) -> dict[str, Any]:
    dots = [
        (place, seconds)
        for place, (_, _, time) in enumerate(rows)
        if time.share == 1
        for seconds in time.seconds
    ]
    return {
        "type": "scatter",
        "uid": "epochs",
        "name": "each epoch",
        "mode": "markers",
        "x": [place for place, _ in dots],
        "y": [seconds for _, seconds in dots],
        "marker": {"color": _text(dark), "size": 6, "symbol": "circle-open"},
        "hovertemplate": "an epoch took %{y:.3~g} s",
    }


def _medians(rows: list[_Row], dark: bool) -> dict[str, Any]:
    return {
        "type": "scatter",
        "uid": "medians",
        "name": "median",
        "mode": "markers",
        "x": list(range(len(rows))),
        "y": [time.median for *_, time in rows],
        "marker": {"symbol": "line-ew", "size": 28, "line": {"width": 3, "color": _text(dark)}},
        "hoverinfo": "skip",
    }


def _text(dark: bool) -> str:
    return "#fafafa" if dark else "#31333f"


def _size_bars(values: dict[int, float], title: str, show: Any, dark: bool) -> Figure:
    layout = _layout([f"{size:,}" for size in values], title, dark) | {"showlegend": False}
    if not values:
        return _empty(layout)
    bars = {
        "type": "bar",
        "uid": "sizes",
        "x": list(range(len(values))),
        "y": list(values.values()),
        "marker": {"color": [colour(size, dark) for size in values]},
        "hovertemplate": "%{y:,.4~g}",
    }
    layout["annotations"] = [
        _bar_label(place, value, show(value)) for place, value in enumerate(values.values())
    ]
    return {"data": [bars], "layout": layout}


def _bar_label(place: int, value: float, text: str) -> dict[str, Any]:
    return {
        "x": place,
        "y": value,
        "text": f"<b>{text}</b>",
        "showarrow": False,
        "yanchor": "bottom",
        "yshift": 6,
    }


def _fitted(seconds: dict[int, float], line: CostLine, dark: bool) -> dict[str, Any]:
    smallest, largest = min(seconds), max(seconds)
    steps = 40
    sizes = [smallest * (largest / smallest) ** (step / steps) for step in range(steps + 1)]
    return {
        "type": "scatter",
        "uid": "fitted",
        "name": "a + b·B",
        "mode": "lines",
        "x": sizes,
        "y": [1e3 * (line.per_update + line.per_digit * size) for size in sizes],
        "line": {"color": grey(dark), "width": 2, "dash": "dash"},
        "hoverinfo": "skip",
    }


def _part(name: str, values: list[float], shape: str, dark: bool) -> dict[str, Any]:
    tint = accent(dark) if shape else grey(dark)
    pattern = {"shape": shape, "fgcolor": tint, "fgopacity": 1, "fillmode": "overlay"}
    return {
        "type": "bar",
        "uid": "fixed" if shape else "arithmetic",
        "name": name,
        "x": list(range(len(values))),
        "y": values,
        "marker": {
            "color": CLEAR if shape else tint,
            "line": {"color": tint, "width": 2},
            **({"pattern": pattern} if shape else {}),
        },
        "hovertemplate": f"{name}<br>%{{y:.3~g}} s",
    }


def _measured_marks(values: list[float], residuals: list[float], dark: bool) -> dict[str, Any]:
    return {
        "type": "scatter",
        "uid": "measured",
        "name": "measured (and the residual)",
        "mode": "markers",
        "x": list(range(len(values))),
        "y": values,
        "text": [f"{residual:+.0%}".replace("-", "−") for residual in residuals],
        "marker": {"symbol": "diamond-open", "size": 11, "color": _text(dark)},
        "hovertemplate": "measured %{y:.3~g} s<br>%{text} of it beyond the line",
    }
