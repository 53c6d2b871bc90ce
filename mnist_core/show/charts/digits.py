"""The training data in charts: how many of each digit, a row of pixels, all pixels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mnist_core.language import _
from mnist_core.show.charts.look import Figure, accent, bars, framed, grey


def label_counts(training: list[int], test: list[int], dark: bool = False) -> Figure:
    """How many training and test digits have each label, 0 to 9."""
    rows = {
        _("training digits"): (training, {"color": accent(dark)}),
        _("test digits"): (test, {"color": grey(dark), "pattern": {"shape": "/"}}),
    }
    return bars(rows, _("label"), _("digits"), dark)


def pixel_row(before: list[float], after: list[float], dark: bool = False) -> Figure:
    """One row's pixels before and after normalization, by column."""
    lines = [
        _line(_("before"), before, {"color": grey(dark), "dash": "dot"}, "circle"),
        _line(_("after"), after, {"color": accent(dark)}, "square"),
    ]
    return framed(lines, _("column of the pixel"), _("value"), dark)


def _line(name: str, values: list[float], line: Mapping[str, str], symbol: str) -> dict[str, Any]:
    look = {"mode": "lines+markers", "line": line, "marker": {"symbol": symbol}}
    return {"type": "scatter", "name": name, "y": values} | look


def pixel_histogram(values: list[float], counts: list[int], dark: bool = False) -> Figure:
    """How many pixels have each value, as steps on a logarithmic axis."""
    line = {"shape": "hvh", "color": accent(dark)}
    steps = {"type": "scatter", "x": values, "y": counts, "mode": "lines", "line": line}
    figure = framed([steps], _("value of a pixel"), _("pixels"), dark)
    figure["layout"]["yaxis"] |= {"type": "log", "dtick": 1, "exponentformat": "power"}
    return figure
