"""What a race's competitors are called, by what tells them apart.

The names in dicts are in English; `_` translates them where they are shown.
"""

from __future__ import annotations

from mnist_core.data import Normalization
from mnist_core.language import _, later
from mnist_core.race.competitors import State
from mnist_core.race.plan import Plan, Raced, Start, Value
from mnist_core.settings import Order
from mnist_core.show import sentences

RACED: dict[Raced, str] = {
    "batch_size": later("batch size"),
    "learning_rate": later("learning rate"),
    "normalization": later("normalization"),
    "order": later("order"),
}
STATES: dict[State, str] = {
    "waiting": later("waiting"),
    "racing": later("racing"),
    "finished": later("finished"),
    "dropped out": later("dropped out"),
    "stopped": later("stopped"),
    "failed": later("failed"),
}
_NOT_NORMALIZED = later("not normalized")
_NORMALIZATIONS = {
    "(0.5, 0.5)": later("the tutorial’s"),
    "(0.1307, 0.3081)": later("MNIST’s own"),
    "(0, 1)": _NOT_NORMALIZED,
}
_ORDERS: dict[Order, str] = {
    "shuffled": later("shuffled"),
    "stored": later("stored"),
    "sorted by label": later("sorted by label"),
}


def name(value: Value) -> str:
    """A competitor by what is raced: "200", "0.001", "not normalized", "sorted by label"."""
    if isinstance(value, Normalization):
        return _(_NORMALIZATIONS.get(_mean_and_std(value), _mean_and_std(value)))
    if isinstance(value, float):
        return sentences.learning_rate(value)
    return f"{value:,}" if isinstance(value, int) else _(_ORDERS[value])


def at(value: Value) -> str:
    """The same within a sentence: "at 200", "not normalized", "sorted by label"."""
    if isinstance(value, int | float):
        return _("at {value}").format(value=name(value))
    if isinstance(value, Normalization) and name(value) != _(_NOT_NORMALIZED):
        return _("normalized by {name}").format(name=name(value))
    return name(value)


def _mean_and_std(normalization: Normalization) -> str:
    return f"({normalization.mean:.4g}, {normalization.std:.4g})"


def label(plan: Plan, start: Start) -> str:
    """Whom a chart and a table speak of: "200", or "200, the tutorial's way"."""
    called = name(plan.value_of(start))
    if start.way != "tutorial":
        return called
    return _("{name}, the tutorial’s way").format(name=called)


def short_label(plan: Plan, start: Start) -> str:
    """The same where there is little room: "200", or "200 tutorial"."""
    called = name(plan.value_of(start))
    return _("{name} tutorial").format(name=called) if start.way == "tutorial" else called


def in_full(value: Value) -> str:
    """A normalization with its figures, where its name has none."""
    if isinstance(value, Normalization) and name(value) != _mean_and_std(value):
        return f"{name(value)} {_mean_and_std(value)}"
    return name(value)
