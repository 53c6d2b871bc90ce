"""A sketched line beside what was measured."""

from __future__ import annotations

from mnist_core.language import _
from mnist_core.show.charts.look import Figure, accent, framed, grey
from mnist_core.show.kinds import Curve, Points


def sketch_chart(
    curve: Curve, sketched: tuple[float, ...], measured: Points, dark: bool = False
) -> Figure:
    """Both in the axes in which the line was sketched.

    sketched: its heights.
    measured: empty before anything was.
    """
    line = {"color": grey(dark), "width": 3, "dash": "dash"}
    found = {"color": accent(dark), "width": 3}
    data = [
        _trace(_("you said"), curve.across, sketched, line) | {"mode": "lines"},
        _trace(_("measured"), *(zip(*measured, strict=True) if measured else ((), ())), found),
    ]
    figure = framed(data, _(curve.x_title), _(curve.y_title), dark)
    figure["layout"]["margin"] |= {"r": 32}  # for the last name below the axis
    # Named in as many places as there.
    for axis, most, parts in (("xaxis", curve.across[-1], 3), ("yaxis", curve.top, 4)):
        names = [most * part / parts for part in range(parts + 1)]
        ends = {"autorange": False, "range": [0, most]}
        figure["layout"][axis] |= ends | {"tickvals": names, "tickformat": ","}
    return figure


def _trace(
    name: str, x: tuple[float, ...], y: tuple[float, ...], line: dict[str, object]
) -> dict[str, object]:
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": name,
        "x": list(x),
        "y": list(y),
        "line": line,
        # The first and the last point lie on the axes' ends.
        "cliponaxis": False,
        "hovertemplate": _("%{y:.0f}<br>at %{x:,}"),
    }
