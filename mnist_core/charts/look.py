"""What all charts share: colours, the frame, the empty state."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from math import log, log10
from typing import Any

from plotly.colors import hex_to_rgb, sample_colorscale

from mnist_core.data import TRAINING_DIGITS

Figure = dict[str, Any]

MOST_LABELS = 12  # the latest, where a chart has many
CLEAR = "rgba(0,0,0,0)"

# From no mini-batch to the full batch, by the logarithm of the size: one way in lightness, and
# through many hues, so that sizes ten times apart can be told from each other with any colour
# vision. At least 4.5 : 1 to the page, for lines are named at their ends in their own colour.
_PLACES = (0.0, 0.2, 0.48, 0.7, 0.85, 1.0)
_ON_LIGHT = ("#000061", "#7e2ce9", "#ab458b", "#c73e62", "#db2b49", "#936f00")
_ON_DARK = ("#ffffb0", "#fdde00", "#e6735c", "#f422bc", "#ab5fc9", "#5f6dff")


@cache
def colour(batch_size: int, dark: bool = False) -> str:
    """The colour of a batch size, the same everywhere: "rgb(r, g, b)".

    Light theme: dark for small sizes, light for large ones; dark theme: the other way.
    """
    stops = zip(_PLACES, _ON_DARK if dark else _ON_LIGHT, strict=True)
    scale = [[place, f"rgb{hex_to_rgb(stop)}"] for place, stop in stops]
    return sample_colorscale(scale, [log(batch_size) / log(TRAINING_DIGITS)])[0]


def accent(dark: bool) -> str:
    """The theme's own colour, as .streamlit/config.toml has it, for what has no batch size."""
    return "#e36fb5" if dark else "#7e03a8"


def grey(dark: bool) -> str:
    """For what stands beside the thing itself: at least 4.5 : 1 to the page."""
    return "#9a9ca5" if dark else "#6f717b"


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
    text = "#fafafa" if dark else "#31333f"
    axis = {
        "autorange": True,
        "uirevision": "filled",
        "gridcolor": "rgba(128,128,128,0.25)",
        "zerolinecolor": "rgba(128,128,128,0.6)",
    }
    return {
        "font": {"size": 14, "color": text},
        "paper_bgcolor": CLEAR,
        "plot_bgcolor": CLEAR,
        # Fixed, since measuring every label at every tick takes longer than drawing the chart.
        "margin": {"l": 72, "r": 16, "t": 24, "b": 88},
        "legend": {
            "orientation": "h",
            "traceorder": "normal",
            "yref": "container",
            "y": 0,
            "yanchor": "bottom",
            "title": {"text": "batch size"},
        },
        "showlegend": True,
        "hoverlabel": {"font": {"size": 14}},
        "xaxis": dict(axis),
        "yaxis": dict(axis),
        # Constant, so that plotly.js keeps what the viewer chose in the legend from tick to tick.
        "uirevision": "kept",
    }


def log_axis(values: Sequence[float]) -> Figure:
    """An axis for values above 0: names at 1, 2 and 5 of each power of ten, or at powers alone."""
    powers = log10(max(values) / min(values))
    # "r" writes 0.005 and 50,000 out, where plotly.js would say 5m and 50k.
    return {"type": "log", "tickformat": ",~r", "dtick": "D2" if powers < 2.5 else 1}


def say_empty(layout: Figure, text: str) -> None:
    """Axes without figures, and what will appear."""
    for axis in ("xaxis", "yaxis"):
        # A uirevision of its own, lest the range outlive the empty state.
        layout[axis] |= {"showticklabels": False, "showgrid": False, "uirevision": "empty"}
        layout[axis]["rangemode"] = "tozero"  # else the line of 0 would cross the middle
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


def only(sizes: tuple[int, ...]) -> int | None:
    """The batch size where there was but one; None where they are mixed."""
    return sizes[0] if len(sizes) == 1 else None
