"""What single updates do to the test loss, and where gradients point, in charts."""

from __future__ import annotations

from collections.abc import Sequence
from math import cos, log10, radians, sin
from statistics import fmean, pstdev

from mnist_core.language import _
from mnist_core.records import Needle, Needles, Trial
from mnist_core.show.charts.look import Figure, colour, framed, grey, text_colour
from mnist_core.show.mini_batch import by_digits, digits, trial_rows

_STRIP_WIDTH = 0.6  # of the distance between two strips


def trial_strips(trials: Sequence[Trial], dark: bool = False) -> Figure:
    """A strip for each size, a dot for each trial: by how much it changed the test loss.

    Where it made the test loss worse the dot is a cross. Beside each strip stand the mean and the
    spread. Two trials of each size at least.
    """
    rows = trial_rows(trials)
    strips = [_strip(place, tried, dark) for place, tried in enumerate(by_digits(trials).values())]
    means = {
        "type": "scatter",
        "name": _("mean and spread"),
        "x": [place + 0.6 * _STRIP_WIDTH for place in range(len(rows))],
        "y": [row["mean change"] for row in rows],
        "mode": "markers",
        "marker": {"symbol": "diamond", "size": 10, "color": text_colour(dark)},
        "error_y": {
            "type": "data",
            "array": [row["spread"] for row in rows],
            "color": text_colour(dark),
            "thickness": 2,
        },
        "hovertemplate": _("mean %{y:+,.2f}, spread %{error_y.array:,.2f}<extra></extra>"),
    }
    x_title, y_title = _("digits in the mini-batch"), _("change of the test loss")
    figure = framed([*strips, means], x_title, y_title, dark)
    figure["layout"] |= {"showlegend": False}
    figure["layout"]["margin"]["b"] = 56
    figure["layout"]["xaxis"] |= {
        "tickvals": list(range(len(rows))),
        "ticktext": [f"{row['digits']:,}" for row in rows],
        "zeroline": False,
        "showgrid": False,
    }
    figure["layout"]["yaxis"] |= {"tickformat": "+,~r", "zerolinewidth": 2}
    return figure


def _strip(place: int, tried: Sequence[Trial], dark: bool) -> Figure:
    return {
        "type": "scatter",
        "name": digits(tried[0].digits),
        "x": [place + _STRIP_WIDTH * (one / len(tried) - 0.5) for one in range(len(tried))],
        "y": [trial.change for trial in tried],
        "mode": "markers",
        "marker": {
            "color": colour(tried[0].digits, dark),
            "size": 9,
            "symbol": ["x" if trial.worsened else "circle" for trial in tried],
        },
        "hovertemplate": "%{y:+,.2f}<extra>%{fullData.name}</extra>",
    }


def compass_chart(needles: Needles, dark: bool = False) -> Figure:
    """A needle for each mini-batch, at its true angle to the gradient of all digits, its length.

    That gradient points up and is 1 long. Needles lean left and right by turns.
    """
    ends = [_end(one, place) for place, one in enumerate(needles.needles)]
    drawn = {
        "type": "scatter",
        "name": _("mini-batches"),
        # Every needle begins at 0; None lifts the pen.
        "x": [value for x, _y in ends for value in (0, x, None)],
        "y": [value for _x, y in ends for value in (0, y, None)],
        "mode": "lines+markers",
        "line": {"color": colour(needles.batch_size, dark), "width": 1.5},
        "marker": {"size": [0, 7, 0] * len(ends), "color": colour(needles.batch_size, dark)},
        "hoverinfo": "skip",
    }
    full = {
        "type": "scatter",
        "name": _("all digits"),
        "x": [0, 0],
        "y": [0, 1],
        "mode": "lines+markers",
        "line": {"color": text_colour(dark), "width": 5},
        "marker": {"symbol": "triangle-up", "size": [0, 16], "color": text_colour(dark)},
        "hoverinfo": "skip",
    }
    x_title, y_title = _("across it: noise"), _("along the gradient of all")
    figure = framed([drawn, full], x_title, y_title, dark)
    layout = figure["layout"]
    layout["showlegend"] = False
    layout["margin"]["b"] = 56
    widest = 1.1 * max(1.0, *(abs(x) for x, _y in ends))
    highest, lowest = (edge(0.0, *(y for _x, y in ends)) for edge in (max, min))
    layout["xaxis"] |= {"autorange": False, "range": [-widest, widest]}
    layout["yaxis"] |= {
        "autorange": False,
        "range": [1.1 * lowest, 1.15 * max(1.0, highest)],
        "scaleanchor": "x",
    }
    layout["annotations"] = [
        {"x": 0, "y": 1, "text": _("all digits"), "showarrow": False, "yshift": 18}
    ]
    return figure


def alignment_chart(needles: Needles, dark: bool = False) -> Figure:
    """The cosine to be expected at every batch size, and the mean that was measured at this one.

    A bar shows one standard deviation each way; a dotted line marks the noise scale.
    """
    cosines = [needle.cosine for needle in needles.needles]
    law = {
        "type": "scatter",
        "name": _("law"),
        "x": list(needles.law),
        "y": list(needles.law.values()),
        "mode": "lines",
        "line": {"color": grey(dark), "width": 2},
        "hovertemplate": _("%{x:,} digits: %{y:.3f}<extra>law</extra>"),
    }
    measured = {
        "type": "scatter",
        "name": _("measured"),
        "x": [needles.batch_size],
        "y": [fmean(cosines)],
        "error_y": {
            "type": "data",
            "array": [pstdev(cosines)],
            "color": colour(needles.batch_size, dark),
        },
        "mode": "markers",
        "marker": {"size": 14, "color": colour(needles.batch_size, dark)},
        "hovertemplate": _("%{x:,} digits: %{y:.3f}<extra>measured</extra>"),
    }
    figure = framed([law, measured], _("batch size B"), _("cosine of the angle"), dark)
    layout = figure["layout"]
    layout["showlegend"] = False
    layout["margin"]["b"] = 56
    layout["xaxis"] |= {"type": "log", "tickformat": ",~r", "dtick": 1}
    layout["yaxis"] |= {"autorange": False, "range": [0, 1.05]}
    scale = log10(needles.noise_scale)
    layout["shapes"] = [
        {
            "type": "line",
            "yref": "paper",
            "x0": needles.noise_scale,
            "x1": needles.noise_scale,
            "y0": 0,
            "y1": 1,
            "line": {"color": text_colour(dark), "dash": "dot", "width": 1.5},
        }
    ]
    layout["annotations"] = [
        {
            "x": scale,
            "y": 0.03,
            "yref": "paper",
            "text": f"N = {needles.noise_scale:,.0f}",
            "showarrow": False,
            "xanchor": "left",
            "xshift": 6,
        }
    ]
    return figure


def _end(needle: Needle, place: int) -> tuple[float, float]:
    angle = radians(needle.degrees) * (-1) ** place
    return needle.length * sin(angle), needle.length * cos(angle)
