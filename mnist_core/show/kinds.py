"""The kinds of predictions that the lesson asks for, and how each is said and judged."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from mnist_core.language import _

Points = tuple[tuple[float, float], ...]  # (x, y), by x
# Of a Choice, a Line, an Order, a Curve; what is measured in the place of a curve are points.
Prediction = str | float | tuple[int, ...] | tuple[float, ...] | Points


@dataclass(frozen=True)
class Choice:
    """A prediction that is one of a few options, in words: in English, `said` in any language."""

    options: tuple[str, ...]

    def said(self, predicted: str) -> str:
        """The prediction, in words."""
        return _(predicted)

    def judged(self, predicted: str, measured: str) -> str:
        """How near the prediction came."""
        return _("as you said") if predicted == measured else _("not as you said")


@dataclass(frozen=True)
class Line:
    """A prediction that is a number on a line.

    stops: the numbers that can be chosen, from the lowest on.
    written: each of them with its unit.
    """

    stops: tuple[float, ...]
    written: Callable[[float], str]

    def said(self, predicted: float) -> str:
        """The prediction, in words."""
        return self.written(predicted)

    def judged(self, predicted: float, measured: float) -> str:
        """How near the prediction came: as near as the stops allow, or to which side of it."""
        if predicted == min(self.stops, key=lambda stop: abs(stop - measured)):
            return _("as near as this line allows")
        return _("less than you said") if measured < predicted else _("more than you said")


@dataclass(frozen=True)
class Order:
    """A prediction that puts batch sizes in order."""

    sizes: tuple[int, ...]

    def said(self, predicted: Sequence[int]) -> str:
        """The prediction, in words."""
        return " · ".join(f"{size:,}" for size in predicted)

    def judged(self, predicted: Sequence[int], measured: Sequence[int]) -> str:
        """How near the prediction came."""
        right = sum(map(int.__eq__, predicted, measured))
        return _("{right} of {count} in their places").format(right=right, count=len(self.sizes))


@dataclass(frozen=True)
class Curve:
    """A prediction that is a line, sketched on a chart's own axes.

    across: where it has a height, from 0 on in equal steps.
    top: the highest that it can be; the lowest is 0.
    x_title, y_title: of the axes, in English.
    """

    across: tuple[float, ...]
    top: float
    x_title: str
    y_title: str

    def said(self, predicted: Sequence[float]) -> str:
        """The prediction, in words."""
        return _("from {first:.0f} to {last:.0f}").format(first=predicted[0], last=predicted[-1])

    def judged(self, predicted: Sequence[float], measured: Points) -> str:
        """How near the prediction came, where it was furthest from what was measured."""
        xs, ys = zip(*measured, strict=True)
        heights = np.interp(xs, self.across, predicted)
        gaps = [abs(height - y) for height, y in zip(heights, ys, strict=True)]
        furthest = int(np.argmax(gaps))
        if gaps[furthest] <= self.top / 10:
            return _("nowhere more than {apart:.0f} apart").format(apart=self.top / 10)
        return _("furthest apart at {x:,.0f} {of}: {predicted:.0f} against {measured:.0f}").format(
            x=xs[furthest],
            of=_(self.x_title),
            predicted=heights[furthest],
            measured=ys[furthest],
        )
