"""A plan as the settings in a page's address, and back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from mnist_core.data import Normalization
from mnist_core.race.plan import REFERENCE_SIZE, Plan
from mnist_core.settings import Budget

Query = Mapping[str, str]

DEFAULT_LOSS_BUDGET_EPOCHS = 20.0


def to_query(plan: Plan) -> dict[str, str]:
    """The plan by the names that from_query knows, as short texts."""
    setup, budget = plan.setup, plan.budget
    limits = {"epochs": budget.epochs, "seconds": budget.seconds, "loss": budget.test_loss}
    return {
        "sizes": ",".join(str(size) for size in plan.batch_sizes),
        **{name: f"{value:g}" for name, value in limits.items() if value is not None},
        "rate": f"{plan.learning_rate:g}",
        "rule": plan.rule,
        "seed": str(setup.seed),
        "order": setup.order,
        "mean": repr(setup.normalization.mean),
        "std": repr(setup.normalization.std),
        "repeats": str(plan.repeats),
        "tutorial": plan.tutorial,
        **{name: ",".join(texts) for name, texts in _raced_in_place_of_sizes(plan).items()},
    }


def _raced_in_place_of_sizes(plan: Plan) -> dict[str, list[str]]:
    if plan.learning_rates is not None:
        return {"rates": [repr(rate) for rate in plan.learning_rates]}
    if plan.normalizations is not None:
        return {"normalizations": [f"{one.mean!r}:{one.std!r}" for one in plan.normalizations]}
    return {"orders": list(plan.orders)} if plan.orders is not None else {}


def from_query(query: Mapping[str, str]) -> tuple[Plan, list[str]]:
    """The plan that an address asks for, and the names in it that made no sense.

    Each of these leaves the plan as it would be without it. Names that mean nothing to a race are
    passed over in silence.
    """
    plan, nonsense = Plan(), []
    for names, change in _CHANGES.items():
        given = [name for name in names if name in query]
        if not given:
            continue
        try:
            plan = change(plan, query)
        except (ValueError, OverflowError):
            nonsense += given
    return plan, nonsense


def names_in(query: Query) -> list[str]:
    """Those of its names that mean something to a race."""
    return [name for names in _CHANGES for name in names if name in query]


def _sizes(plan: Plan, query: Query) -> Plan:
    return replace(plan, batch_sizes=tuple(int(size) for size in query["sizes"].split(",")))


def _budget(plan: Plan, query: Query) -> Plan:
    """One limit; with a test loss, epochs say how long the race waits for it."""
    if "seconds" in query:
        return replace(plan, budget=Budget(seconds=float(query["seconds"])))
    epochs = float(query.get("epochs", DEFAULT_LOSS_BUDGET_EPOCHS))
    loss = float(query["loss"]) if "loss" in query else None
    return replace(plan, budget=Budget(epochs=epochs, test_loss=loss))


def _seed(plan: Plan, query: Query) -> Plan:
    return replace(plan, setup=replace(plan.setup, seed=int(query["seed"])))


def _order(plan: Plan, query: Query) -> Plan:
    return replace(plan, setup=replace(plan.setup, order=query["order"]))


def _normalization(plan: Plan, query: Query) -> Plan:
    mean, std = float(query.get("mean", "0.5")), float(query.get("std", "0.5"))
    return replace(plan, setup=replace(plan.setup, normalization=Normalization(mean, std)))


def _rates(plan: Plan, query: Query) -> Plan:
    rates = tuple(float(rate) for rate in query["rates"].split(","))
    return replace(_at_one_size(plan, query), learning_rates=rates)


def _normalizations(plan: Plan, query: Query) -> Plan:
    pairs = [map(float, pair.split(":")) for pair in query["normalizations"].split(",")]
    given = tuple(Normalization(mean, std) for mean, std in pairs)
    return replace(_at_one_size(plan, query), normalizations=given)


def _orders(plan: Plan, query: Query) -> Plan:
    return replace(_at_one_size(plan, query), orders=tuple(query["orders"].split(",")))


def _at_one_size(plan: Plan, query: Query) -> Plan:
    return plan if "sizes" in query else replace(plan, batch_sizes=(REFERENCE_SIZE,))


# In this order: a rule is looked at with the sizes and the learning rate that it must suit.
_CHANGES: dict[tuple[str, ...], Callable[[Plan, Query], Plan]] = {
    ("sizes",): _sizes,
    ("epochs", "seconds", "loss"): _budget,
    ("rate",): lambda plan, query: replace(plan, learning_rate=float(query["rate"])),
    ("rates",): _rates,
    ("normalizations",): _normalizations,
    ("orders",): _orders,
    ("rule",): lambda plan, query: replace(plan, rule=query["rule"]),
    ("seed",): _seed,
    ("order",): _order,
    ("mean", "std"): _normalization,
    ("repeats",): lambda plan, query: replace(plan, repeats=int(query["repeats"])),
    ("tutorial",): lambda plan, query: replace(plan, tutorial=query["tutorial"]),
}
