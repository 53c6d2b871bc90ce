"""What competitors cost: seconds per epoch side by side, and where a batch size's seconds go."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mnist_core.language import _, later
from mnist_core.race.competitors import Competitor, RaceRecord
from mnist_core.race.plan import Plan
from mnist_core.race.results import (
    CostLine,
    EpochSplit,
    EpochTime,
    by_size,
    by_value,
    digits_per_second,
    epoch_splits,
    epoch_time,
    speed_ups,
    update_costs,
)
from mnist_core.settings import updates_per_epoch
from mnist_core.show import race_names, sentences
from mnist_core.show.charts.look import (
    BESIDE_EACH_OTHER,
    CLEAR,
    Figure,
    accent,
    colour,
    colour_in_race,
    faded,
    grey,
    layout_of,
    log_axis,
    say_empty,
    text_colour,
)

_EMPTY = later("Choose a race above:<br>each one becomes a bar here")
_SECONDS_PER_EPOCH = later("seconds of training per epoch")


def race_epoch_seconds(record: RaceRecord, dark: bool = False) -> Figure:
    """Seconds of training per epoch, a bar from zero to the median, a dot for every epoch.

    Where no whole epoch has been trained, the bar is hollow and scaled from the part that was.
    """
    rows = [_row(competitors, record) for competitors in _groups(record)]
    labels = [label for label, *_ in rows]
    raced = _(race_names.RACED[record.plan.raced])
    layout = _layout(labels, raced, _(_SECONDS_PER_EPOCH), dark)
    # As high as the curve beside it: what the dots are stands under both.
    layout |= {"showlegend": False}
    layout["margin"] |= {"b": BESIDE_EACH_OTHER}
    if not rows:
        return _empty(layout)
    data = [_epoch_bars(record.plan, rows, dark), _epoch_dots(rows, dark)]
    layout["annotations"] = [
        _bar_label(place, max(time.seconds), _seconds_label(time))
        for place, (*_who, time) in enumerate(rows)
    ]
    return {"data": data, "layout": layout}


def updates_by_size(record: RaceRecord, dark: bool = False) -> Figure:
    """Updates in an epoch."""
    values = {
        size: float(updates_per_epoch(size, record.training_digits)) for size in by_size(record)
    }
    return _size_bars(values, _("updates per epoch"), lambda value: f"{value:,.0f}", dark)


def digits_per_second_by_size(record: RaceRecord, dark: bool = False) -> Figure:
    """Training digits in a second of training, by the median epoch."""
    return _size_bars(digits_per_second(record), _("digits per second"), sentences.figure, dark)


def speed_up_by_size(record: RaceRecord, dark: bool = False) -> Figure:
    """How many times as fast an epoch is as at the smallest size, by the medians."""
    values = speed_ups(record)
    title = _("times as fast as the smallest size")
    if values:
        title = _("times as fast as {size:,}").format(size=min(values))
    return _size_bars(values, title, lambda value: f"{sentences.figure(value)} ×", dark)


def update_cost_chart(record: RaceRecord, dark: bool = False) -> Figure:
    """Measured time of an update against batch size, log-log, with the fitted line."""
    seconds, line = update_costs(record)
    layout = layout_of(dark)
    layout["xaxis"] |= {"title": {"text": _("batch size"), "standoff": 8}, "type": "log"}
    layout["yaxis"] |= {"title": {"text": _("milliseconds per update")}}
    layout["legend"]["title"]["text"] = ""
    if not seconds:
        say_empty(layout, _(_EMPTY))
        return {"data": [], "layout": layout}
    layout["xaxis"] |= {"tickvals": list(seconds), "ticktext": [f"{size:,}" for size in seconds]}
    layout["yaxis"] |= log_axis([1e3 * value for value in seconds.values()])
    measured = {
        "type": "scatter",
        "uid": "measured",
        "name": _("measured"),
        "mode": "markers",
        "x": list(seconds),
        "y": [1e3 * value for value in seconds.values()],
        "marker": {"size": 12, "color": [colour(size, dark) for size in seconds]},
        "hovertemplate": _("batch size %{x:,}<br>%{y:.3~g} ms"),
    }
    data = [measured] if line is None else [_fitted(seconds, line, dark), measured]
    return {"data": data, "layout": layout}


def where_the_seconds_go(record: RaceRecord, dark: bool = False) -> Figure:
    """An epoch by the fitted line: updates' fixed cost and digits' arithmetic, from zero.

    A marker shows what was measured; its distance from the bar's top is the residual.
    """
    splits = epoch_splits(record)
    labels = [f"{size:,}" for size in splits]
    layout = _layout(labels, _("batch size"), _(_SECONDS_PER_EPOCH), dark) | {"barmode": "stack"}
    layout["margin"]["b"] = 130
    if not splits:
        return _empty(layout, _("Two sizes must have trained: their times are split here"))
    fixed = _part(_("fixed cost of updates"), [one.fixed for one in splits.values()], "/", dark)
    arithmetic = [one.arithmetic for one in splits.values()]
    digits = _part(_("arithmetic on digits"), arithmetic, "", dark)
    marks = _measured_marks(list(splits.values()), dark)
    layout["annotations"] = [
        _above(place, max(one.measured, one.fixed + one.arithmetic), text)
        for place, (one, text) in enumerate(zip(splits.values(), marks["text"], strict=True))
    ]
    return {"data": [fixed, digits, marks], "layout": layout}


def _above(x: float, y: float, text: str) -> dict[str, Any]:
    """A text over a bar: on it, in the text's own grey, it could not be read."""
    place = {"x": x, "y": y, "yanchor": "bottom", "yshift": 8}
    return place | {"text": text, "showarrow": False}


_Row = tuple[str, list[Competitor], EpochTime]


def _groups(record: RaceRecord) -> list[list[Competitor]]:
    tutorial = [
        [competitor] for competitor in record.of_way("tutorial") if competitor.place.updates
    ]
    return [*by_value(record).values(), *tutorial]


def _row(competitors: list[Competitor], record: RaceRecord) -> _Row:
    start = competitors[0].start
    name = race_names.name(record.plan.value_of(start))
    # In two lines, where the words are many: five bars must find room beside each other.
    label = name.replace(" ", "<br>", 1)
    if start.way == "tutorial":
        label = _("{name}<br>tutorial").format(name=label)
    return label, competitors, epoch_time(competitors, record.training_digits)


def _seconds_label(time: EpochTime) -> str:
    if time.share == 1:
        return sentences.seconds(time.median)
    small = _("from {share:.0%}").format(share=time.share)
    return f'{sentences.seconds(time.median)}<br><span style="font-size: 11px">{small}</span>'


def _layout(labels: Sequence[str], x_title: str, y_title: str, dark: bool) -> Figure:
    layout = layout_of(dark)
    layout["xaxis"] |= {
        "title": {"text": x_title, "standoff": 8},
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


def _empty(layout: Figure, text: str | None = None) -> Figure:
    say_empty(layout, text or _(_EMPTY))
    return {"data": [], "layout": layout}


def _epoch_bars(plan: Plan, rows: list[_Row], dark: bool) -> dict[str, Any]:
    values = [plan.value_of(competitors[0].start) for _label, competitors, _time in rows]
    tints = [colour_in_race(plan, value, dark) for value in values]
    filled = [
        faded(tint, 0.45) if time.share == 1 else CLEAR
        for tint, (*_who, time) in zip(tints, rows, strict=True)
    ]
    return {
        "type": "bar",
        "uid": "median",
        "name": _("median epoch"),
        "x": list(range(len(rows))),
        "y": [time.median for *_who, time in rows],
        "marker": {
            "color": filled,
            "line": {"color": tints, "width": 2},
        },
        "hovertemplate": _("%{y:.3~g} s"),
    }


def _epoch_dots(rows: list[_Row], dark: bool) -> dict[str, Any]:
    dots = [
        (place, seconds)
        for place, (*_who, time) in enumerate(rows)
        if time.share == 1
        for seconds in time.seconds
    ]
    return {
        "type": "scatter",
        "uid": "epochs",
        "name": _("each epoch"),
        "mode": "markers",
        "x": [place for place, _seconds in dots],
        "y": [seconds for _place, seconds in dots],
        "marker": {"color": text_colour(dark), "size": 6, "symbol": "circle-open"},
        "hovertemplate": _("an epoch took %{y:.3~g} s"),
    }


def _size_bars(values: dict[int, float], title: str, show: Any, dark: bool) -> Figure:
    labels = [f"{size:,}" for size in values]
    layout = _layout(labels, _("batch size"), title, dark) | {"showlegend": False}
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
        "hovertemplate": f"{name}<br>" + _("%{y:.3~g} s"),
    }


def _measured_marks(splits: list[EpochSplit], dark: bool) -> dict[str, Any]:
    return {
        "type": "scatter",
        "uid": "measured",
        "name": _("measured (and the residual)"),
        "mode": "markers",
        "x": list(range(len(splits))),
        "y": [one.measured for one in splits],
        "text": [f"{one.residual:+.0%}".replace("-", "−") for one in splits],
        "marker": {"symbol": "diamond-open", "size": 11, "color": text_colour(dark)},
        "hovertemplate": _("measured %{y:.3~g} s<br>%{text} of it beyond the line"),
    }
