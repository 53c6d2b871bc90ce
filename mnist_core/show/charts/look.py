"""What all charts share: colours, the frame, the empty state."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from functools import cache
from math import floor, log, log10
from pathlib import Path
from typing import Any

from plotly.colors import hex_to_rgb, sample_colorscale

from mnist_core.data import TRAINING_DIGITS
from mnist_core.language import _
from mnist_core.race.plan import Plan, Value

Figure = dict[str, Any]

# The themes that Streamlit gives the pages.
_CONFIG = Path(__file__).parents[3] / ".streamlit" / "config.toml"
_THEMES = tomllib.loads(_CONFIG.read_text(encoding="utf-8"))["theme"]

MOST_LABELS = 12  # the latest, where a chart has many
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")  # of a race's lines
CLEAR = "rgba(0,0,0,0)"
BESIDE_EACH_OTHER = 56  # pixels below the axes of two charts without legends: one baseline

# From no mini-batch to the full batch, by the logarithm of the size: one way in lightness, and
# through many hues, so that sizes ten times apart can be kept apart with any colour
# vision. At least 4.5 : 1 to the page, for lines are named at their ends in their own colour.
_PLACES = (0.0, 0.2, 0.48, 0.7, 0.85, 1.0)
_ON_LIGHT = ("#000061", "#7e2ce9", "#ab458b", "#c73e62", "#db2b49", "#936f00")
_ON_DARK = ("#ffffb0", "#fdde00", "#e6735c", "#f422bc", "#ab5fc9", "#5f6dff")

# Of the competitors of a race at one batch size: at least 4.5 : 1 to the page too, and each two of
# them far apart with any colour vision.
_RACED_ON_LIGHT = ("#00005a", "#e11e00", "#a54bc3", "#002dff", "#5a0000", "#c33c78")
_RACED_ON_DARK = ("#78fff0", "#d25a2d", "#a55aff", "#ffc300", "#4b87a5", "#e1ffa5")


@cache
def colour(batch_size: int, dark: bool = False) -> str:
    """The colour of a batch size, the same everywhere: "rgb(r, g, b)".

    Light theme: dark for small sizes, light for large ones; dark theme: the other way.
    """
    stops = zip(_PLACES, _ON_DARK if dark else _ON_LIGHT, strict=True)
    scale = [[place, f"rgb{hex_to_rgb(stop)}"] for place, stop in stops]
    return sample_colorscale(scale, [log(batch_size) / log(TRAINING_DIGITS)])[0]


def colour_in_race(plan: Plan, value: Value, dark: bool = False) -> str:
    """A competitor's colour: its batch size's, or one of six where something else is raced."""
    if plan.raced == "batch_size":
        return colour(value, dark)
    six = _RACED_ON_DARK if dark else _RACED_ON_LIGHT
    return f"rgb{hex_to_rgb(six[plan.values.index(value)])}"


def accent(dark: bool) -> str:
    """The theme's own colour, for what has no batch size."""
    return theme(dark)["primaryColor"]


def text_colour(dark: bool) -> str:
    """The theme's, for text and for marks that must stand out as text does."""
    return theme(dark)["textColor"]


def theme(dark: bool) -> dict[str, str]:
    """The colours of a theme, as Streamlit names them: "textColor", "backgroundColor" …"""
    return _THEMES["dark" if dark else "light"]


def grey(dark: bool) -> str:
    """For what stands beside the thing itself: at least 4.5 : 1 to the page."""
    return "#9a9ca5" if dark else "#6f717b"


def veil(dark: bool) -> str:
    """For the ground of a text that may lie over lines: they shine through, and it can be read."""
    return f"rgba{(*hex_to_rgb(theme(dark)['backgroundColor']), 0.75)}"


def faded(tint: str, share: float) -> str:
    """The colour, "rgb(r, g, b)", with so much of the page shining through it: "rgba(…)"."""
    return tint.replace("rgb", "rgba").replace(")", f", {1 - share:.3g})")


def bars(
    rows: dict[str, tuple[list[float], dict[str, Any]]], x_title: str, y_title: str, dark: bool
) -> Figure:
    """Groups of bars from zero, at 0, 1, 2 …: for each name its values and plotly.js marker."""
    data = [
        {"type": "bar", "name": name, "y": values, "marker": marker}
        for name, (values, marker) in rows.items()
    ]
    figure = framed(data, x_title, y_title, dark)
    figure["layout"]["xaxis"] |= {"dtick": 1, "zeroline": False}
    figure["layout"]["yaxis"] |= {"rangemode": "tozero"}
    return figure


def framed(data: list[dict[str, Any]], x_title: str, y_title: str, dark: bool) -> Figure:
    """Plotly.js traces in the frame of all charts; a legend where there are several."""
    layout = layout_of(dark)
    layout["xaxis"] |= {"title": {"text": x_title, "standoff": 8}}
    layout["yaxis"] |= {"title": {"text": y_title}}
    layout["legend"]["title"]["text"] = ""
    if len(data) == 1:
        layout["showlegend"] = False
        layout["margin"]["b"] = 56
    return {"data": data, "layout": layout}


def layout_of(dark: bool) -> dict[str, Any]:
    """The frame that all charts begin with."""
    axis = {
        "autorange": True,
        "uirevision": "filled",
        # There is room for them, and to look for those that reach too far takes a tenth of a frame.
        "ticklabeloverflow": "allow",
        "gridcolor": "rgba(128,128,128,0.25)",
        "zerolinecolor": "rgba(128,128,128,0.6)",
    }
    return {
        "font": {"size": 14, "color": text_colour(dark)},
        "paper_bgcolor": CLEAR,
        "plot_bgcolor": CLEAR,
        # Fixed, since measuring every label at every frame takes longer than drawing the chart.
        "margin": {"l": 80, "r": 16, "t": 24, "b": 88, "autoexpand": False},
        "legend": {
            "orientation": "h",
            # Plotly.js breaks its rows by the width of the plot, to which the title is added.
            "xref": "container",
            "x": 0,
            "traceorder": "normal",
            "yref": "container",
            "y": 0,
            "yanchor": "bottom",
            "title": {"text": _("batch size")},
        },
        "showlegend": True,
        "hoverlabel": {"font": {"size": 14}},
        "xaxis": dict(axis),
        "yaxis": dict(axis),
        # Constant, so that plotly.js keeps what the viewer chose in the legend from tick to tick.
        "uirevision": "kept",
    }


def log_axis(values: Sequence[float]) -> Figure:
    """An axis for values above 0: names at 1, 2 and 5 of each power of ten, or at powers alone.

    Where the values are close, in equal steps, for there may be no such number between them.
    """
    low, high = min(values), max(values)
    dtick = "D2" if log10(high / low) < 2.5 else 1
    if high < 4 * low:
        dtick = f"L{round_step(max((high - low) / 2, high / 20)):g}"
    # "r" writes 0.005 and 50,000 out, where plotly.js would say 5m and 50k.
    return {"type": "log", "tickformat": ",~r", "dtick": dtick}


def round_step(value: float) -> float:
    """The largest of 1, 2 and 5 times a power of ten that is not above it."""
    power = 10.0 ** floor(log10(value))
    return max((step * power for step in (1, 2, 5) if step * power <= value), default=power)


def end_label(text: str, x: float, y: float, log_scale: bool, tint: str, dark: bool) -> Figure:
    """A text above a line's end."""
    return {
        "x": x,
        "y": log10(max(y, 1e-12)) if log_scale else y,  # plotly.js wants the exponent
        "text": f"<b>{text}</b>",
        "showarrow": False,
        "xanchor": "right",
        "yanchor": "bottom",
        "yshift": 8,
        "font": {"color": tint},
        "bgcolor": veil(dark),
        "borderpad": 0,
    }


def part(labels: list[Figure]) -> None:
    """Have the lower one of two labels stand below its line."""
    if len(labels) == 2:
        min(labels, key=lambda label: label["y"]).update(yanchor="top", yshift=-8)


def say_empty(layout: Figure, text: str) -> None:
    """Axes without figures, and what will appear."""
    for axis in ("xaxis", "yaxis"):
        # A uirevision of its own, so that the range goes with the empty state.
        layout[axis] |= {"showticklabels": False, "showgrid": False, "uirevision": "empty"}
        layout[axis]["rangemode"] = "tozero"  # otherwise the line of 0 would cross the middle
    layout["annotations"] = [
        {
            "x": 0.5,
            "y": 0.5,
            "xref": "paper",
            "yref": "paper",
            "text": text,
            "showarrow": False,
            "font": {"size": 16},
        }
    ]
