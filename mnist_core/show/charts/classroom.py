"""The class as a sample, in a chart."""

from __future__ import annotations

from collections import Counter
from statistics import median

from mnist_core.language import _
from mnist_core.show.charts.look import Figure, colour, framed, say_empty, text_colour
from mnist_core.show.classroom import Sample, epochs_made

_COLUMNS = 40  # of dots, over the whole width: dots that would overlap stand on each other
_LEAST_HEIGHT = 6  # dots, so that a few do not stand far apart


def class_sample(sample: Sample, dark: bool = False) -> Figure:
    """A dot for each network, along the test loss; those of nearly the same stand on each other.

    The mark is the median, where there are three or more.
    """
    losses = [network.loss for network in sample.networks]
    heights = _heights(losses)
    tint = colour(sample.settings.batch_size, dark)
    dots = {
        "type": "scatter",
        "uid": "class-sample",
        "name": _("networks"),
        "mode": "markers",
        "x": losses,
        "y": heights,
        "text": [_("seed {seed:,}").format(seed=network.seed) for network in sample.networks],
        "marker": {"color": tint, "size": 12, "line": {"color": text_colour(dark), "width": 1}},
        "hovertemplate": "%{text}<br>%{x:,.0f}<extra></extra>",
    }
    figure = framed([dots], _title(sample), _("networks"), dark)
    layout = figure["layout"]
    layout["margin"]["l"] = 40
    layout["xaxis"] |= {"tickformat": ",", "uirevision": f"{sample.epochs}"}
    layout["yaxis"] |= {
        "autorange": False,
        "range": [0, max(_LEAST_HEIGHT, *heights, 0) + 1.5],
        "showticklabels": False,
        "showgrid": False,
    }
    if len(losses) > 2:
        layout |= _median(median(losses), dark)
    if not losses:
        say_empty(layout, _("Each network becomes a dot<br>when it has ended an epoch"))
    return figure


def _title(sample: Sample) -> str:
    if not sample.epochs:
        return _("test loss, sum")
    return _("test loss, sum, after {epochs}").format(epochs=epochs_made(sample.epochs))


def _heights(losses: list[float]) -> list[int]:
    """Of each dot, from 1 on: one more for every dot that is already in its column."""
    if not losses:
        return []
    low, width = min(losses), (max(losses) - min(losses)) / _COLUMNS or 1.0
    taken: Counter[int] = Counter()
    heights = []
    for loss in losses:
        column = int((loss - low) / width)
        taken[column] += 1
        heights.append(taken[column])
    return heights


def _median(value: float, dark: bool) -> Figure:
    line = {"color": text_colour(dark), "dash": "dot", "width": 1.5}
    return {
        "shapes": [
            {"type": "line", "x0": value, "x1": value, "y0": 0, "y1": 1, "yref": "paper"}
            | {"line": line}
        ],
        "annotations": [
            {
                "x": value,
                "y": 1,
                "yref": "paper",
                "text": _("median {value:,.0f}").format(value=value),
                "showarrow": False,
                "xanchor": "left",
                "yanchor": "top",
                "xshift": 6,
            }
        ],
    }
