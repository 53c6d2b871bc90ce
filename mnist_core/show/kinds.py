"""The kinds of predictions that the lesson asks for, and how each is said and judged."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

Points = tuple[tuple[float, float], ...]  # (x, y), by x
# Of a Choice, a Line, an Order, a Curve; what is measured in the place of a curve are points.
Prediction = str | float | tuple[int, ...] | tuple[float, ...] | Points


@dataclass(frozen=True)
class Choice:
    """A prediction that is one of a few options, in words."""

    options: tuple[str, ...]

    def said(self, predicted: str) -> str:
        """The prediction, in words."""
        return predicted

    def judged(self, predicted: str, measured: str) -> str:
        """How near the prediction came."""
        return "as you said" if predicted == measured else "not as you said"


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
            return "as near as this line allows"
        return f"{'less' if measured < predicted else 'more'} than you said"


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
        return f"{right} of {len(self.sizes)} in their places"


@dataclass(frozen=True)
class Curve:
    """A prediction that is a line, sketched on a chart's own axes.

    across: where it has a height, from 0 on in equal steps.
    top: the highest that it can be; the lowest is 0.
    x_title, y_title: of the axes.
    """

    across: tuple[float, ...]
    top: float
    x_title: str
    y_title: str

    def said(self, predicted: Sequence[float]) -> str:
        """The prediction, in words."""
        return f"from {predicted[0]:.0f} to {predicted[-1]:.0f}"

    def judged(self, predicted: Sequence[float], measured: Points) -> str:
        """How near the prediction came, where it was furthest from what was measured."""
        heights = np.interp([x for x, _ in measured], self.across, predicted)
        gaps = [abs(height - y) for height, (_, y) in zip(heights, measured, strict=True)]
        furthest = int(np.argmax(gaps))
        if gaps[furthest] <= self.top / 10:
            return f"nowhere more than {self.top / 10:.0f} apart"
        x, y = measured[furthest]
        return f"furthest apart at {x:,.0f} {self.x_title}: {heights[furthest]:.0f} against {y:.0f}"
