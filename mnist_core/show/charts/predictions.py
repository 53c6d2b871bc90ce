"""What the network makes of one digit, in a chart."""

from __future__ import annotations

from mnist_core.language import _
from mnist_core.show.charts.look import Figure, accent, bars, grey


def digit_probabilities(untrained: list[float], now: list[float], dark: bool = False) -> Figure:
    """The ten probabilities of a digit, 0 to 1, of the untrained network beside those of now."""
    rows = {
        _("untrained"): (untrained, {"color": grey(dark), "pattern": {"shape": "/"}}),
        _("now"): (now, {"color": accent(dark)}),
    }
    figure = bars(rows, _("label"), _("probability"), dark)
    figure["layout"]["yaxis"] |= {"autorange": False, "range": [0, 1], "tickformat": ".0%"}
    return figure
