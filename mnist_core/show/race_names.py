"""What a race's competitors are called, by what tells them apart."""

from __future__ import annotations

from mnist_core.data import Normalization
from mnist_core.race.plan import Plan, Raced, Start, Value
from mnist_core.show import sentences

RACED: dict[Raced, str] = {
    "batch_size": "batch size",
    "learning_rate": "learning rate",
    "normalization": "normalization",
    "order": "order",
}
_NORMALIZATIONS = {
    "(0.5, 0.5)": "the tutorial’s",
    "(0.1307, 0.3081)": "MNIST’s own",
    "(0, 1)": "not normalized",
}


def name(value: Value) -> str:
    """A competitor by what is raced: "200", "0.001", "not normalized", "sorted by label"."""
    if isinstance(value, Normalization):
        return _NORMALIZATIONS.get(_mean_and_std(value), _mean_and_std(value))
    if isinstance(value, float):
        return sentences.learning_rate(value)
    return f"{value:,}" if isinstance(value, int) else value


def at(value: Value) -> str:
    """The same within a sentence: "at 200", "not normalized", "sorted by label"."""
    if isinstance(value, int | float):
        return f"at {name(value)}"
    if isinstance(value, Normalization) and name(value) != "not normalized":
        return f"normalized by {name(value)}"
    return name(value)


def _mean_and_std(normalization: Normalization) -> str:
    return f"({normalization.mean:.4g}, {normalization.std:.4g})"


def label(plan: Plan, start: Start) -> str:
    """Whom a chart and a table speak of: "200", or "200, the tutorial's way"."""
    way = ", the tutorial’s way" if start.way == "tutorial" else ""
    return f"{name(plan.value_of(start))}{way}"


def in_full(value: Value) -> str:
    """A normalization with its figures, where its name has none."""
    if isinstance(value, Normalization) and name(value) != _mean_and_std(value):
        return f"{name(value)} {_mean_and_std(value)}"
    return name(value)
