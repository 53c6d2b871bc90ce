"""A line that was sketched beside what was measured, as a drawing that needs no script."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from mnist_core.language import _
from mnist_core.show.kinds import Curve, Points

_WIDE, _HIGH = 360, 240
_LEFT, _RIGHT, _TOP, _BOTTOM = 40, 24, 28, 42  # around the axes


def sketch(curve: Curve, sketched: Sequence[float], measured: Points, label: str) -> str:
    """Both in the axes in which the line was sketched, as HTML; what each line is, below them.

    measured: empty where nothing was.
    label: the same in words.
    """
    said = tuple(zip(curve.across, sketched, strict=True))
    lines = {"said": (said, _("you said")), "measured": (measured, _("measured"))}
    drawn = {which: one for which, one in lines.items() if one[0]}
    drawing = _axes(curve) + "".join(_line(curve, drawn[which][0], which) for which in drawn)
    view = {"viewBox": f"0 0 {_WIDE} {_HIGH}", "role": "img", "aria-label": label}
    keys = "".join(_element("span", {"class": which}, escape(drawn[which][1])) for which in drawn)
    whole = _element("svg", view, drawing) + _element("figcaption", {}, keys)
    return _element("figure", {"class": "sketch"}, whole)


def _axes(curve: Curve) -> str:
    """Named in as many places as where the line was sketched."""
    across = [curve.across[-1] * third / 3 for third in range(4)]
    up = [curve.top * quarter / 4 for quarter in range(5)]
    left, right, bottom = _LEFT, _WIDE - _RIGHT, _HIGH - _BOTTOM
    return "".join(
        [
            *(_grid(_x(curve, one), _x(curve, one), _TOP, bottom) for one in across),
            *(_grid(left, right, _y(curve, one), _y(curve, one)) for one in up),
            *(_text(_x(curve, one), bottom + 16, f"{one:,.0f}", "middle") for one in across),
            *(_text(left - 6, _y(curve, one) + 4, f"{one:,.0f}", "end") for one in up),
            _text((left + right) / 2, _HIGH - 8, _(curve.x_title), "middle"),
            _text(4, 14, _(curve.y_title), "start"),
        ]
    )


def _line(curve: Curve, points: Iterable[tuple[float, float]], which: str) -> str:
    places = [f"{_x(curve, x):.1f},{_y(curve, y):.1f}" for x, y in points]
    return _element("polyline", {"class": which, "points": " ".join(places)})


def _x(curve: Curve, value: float) -> float:
    return _LEFT + value / curve.across[-1] * (_WIDE - _LEFT - _RIGHT)


def _y(curve: Curve, value: float) -> float:
    return _HIGH - _BOTTOM - value / curve.top * (_HIGH - _TOP - _BOTTOM)


def _grid(x1: float, x2: float, y1: float, y2: float) -> str:
    places = {"x1": x1, "x2": x2, "y1": y1, "y2": y2}
    return _element("line", {"class": "grid"} | places)


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return _element("text", {"x": x, "y": y, "text-anchor": anchor}, escape(text))


def _element(tag: str, attributes: dict[str, str | float], within: str = "") -> str:
    """An element; what stands within it is HTML already."""
    written = "".join(f' {name}="{escape(str(value))}"' for name, value in attributes.items())
    return f"<{tag}{written}>{within}</{tag}>"
