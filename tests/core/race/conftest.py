"""Races made up or run on a few digits."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mnist_core import Budget, EpochRecord, Place, TestPoint
from mnist_core.machine import Machine
from mnist_core.race import Entry, Plan, Race, RaceRecord
from tests.conftest import made_up

MACHINE = Machine("a made-up processor", 2, "2.15.0")


def run_to_the_end(race: Race) -> RaceRecord:
    """Give turns until nobody runs any more."""
    while not race.ended:
        race.advance(0.01)
    return race.latest


@pytest.fixture(scope="session")
def raced() -> RaceRecord:
    """Two sizes, two epochs each, on made-up digits."""
    plan = Plan(batch_sizes=(10, 100), budget=Budget(epochs=2))
    return run_to_the_end(Race(made_up(training=600, test=100), plan))


def made_up_entry(
    plan: Plan, batch_size: int, losses: list[float], seconds_per_epoch: float, heat: int = 0
) -> Entry:
    """A runner that has finished: a test point before the first epoch and after each."""
    start = next(one for one in plan.heats()[heat] if one.settings.batch_size == batch_size)
    updates = -(-60_000 // batch_size)
    places = [
        Place(60_000 * epoch, float(epoch), updates * epoch, seconds_per_epoch * epoch)
        for epoch in range(len(losses))
    ]
    points = tuple(
        TestPoint(place, (batch_size,), loss, 0.9, 0.1)
        for place, loss in zip(places, losses, strict=True)
    )
    epochs = tuple(
        EpochRecord(epoch, (batch_size,), updates, 0.5, loss, 0.9, seconds_per_epoch, 0.1)
        for epoch, loss in enumerate(losses[1:])
    )
    return Entry(start, "finished", None, places[-1], epochs, test_points=points)


def made_up_race(
    losses: dict[int, list[float]], seconds_per_epoch: dict[int, float], repeats: int = 1
) -> RaceRecord:
    """A race that has ended, with these test losses and times, the same for each seed."""
    plan = Plan(batch_sizes=tuple(losses), repeats=repeats)
    entries = tuple(
        made_up_entry(
            plan,
            start.settings.batch_size,
            losses[start.settings.batch_size],
            seconds_per_epoch[start.settings.batch_size],
            heat,
        )
        for heat, starts in enumerate(plan.heats())
        for start in starts
    )
    return RaceRecord(plan, MACHINE, repeats - 1, entries)


def with_last_losses(record: RaceRecord, losses: dict[tuple[int, int], float]) -> RaceRecord:
    """The race with other losses at the end, by batch size and seed."""

    def changed(entry: Entry) -> Entry:
        *before, last = entry.test_points
        loss = losses.get((entry.batch_size, entry.start.seed), last.loss)
        return replace(entry, test_points=(*before, replace(last, loss=loss)))

    return replace(record, entries=tuple(changed(entry) for entry in record.entries))
