"""Races made up or run on a few digits."""

from __future__ import annotations

import json
from dataclasses import replace

from mnist_core import Budget, EpochRecord, Normalization, Place, TestPoint
from mnist_core.machine import Machine
from mnist_core.race import Competitor, Plan, Race, RaceRecord, Start, to_json
from mnist_core.race.plan import Raced, Value
from mnist_core.show import charts

HTML = "<img src=x onerror=alert(1)><script>alert(2)</script>"
RACED_AT_ONE_SIZE = (
    Plan((20,), Budget(epochs=1), learning_rates=(1e-3, 1.0)),
    Plan((20,), Budget(epochs=1), normalizations=(Normalization(), Normalization(0, 1))),
    Plan((20,), Budget(epochs=1), orders=("shuffled", "sorted by label", "stored"), repeats=3),
)
CHARTS_OF_ONE_RACE = (
    charts.race_epoch_seconds,
    charts.updates_by_size,
    charts.digits_per_second_by_size,
    charts.speed_up_by_size,
    charts.update_cost_chart,
    charts.where_the_seconds_go,
)
MACHINE = Machine("a made-up processor", 2, "2.15.0")


def run_to_the_end(race: Race) -> RaceRecord:
    """Give turns until nobody runs any more."""
    while not race.ended:
        race.advance(0.01)
    return race.latest


def made_up_competitor(start: Start, losses: list[float], seconds_per_epoch: float) -> Competitor:
    """A competitor that has finished: a test point before the first epoch and after each."""
    batch_size = start.settings.batch_size
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
    return Competitor(start, "finished", None, places[-1], epochs, test_points=points)


def made_up_race(
    losses: dict[Value, list[float]],
    seconds_per_epoch: dict[Value, float],
    repeats: int = 1,
    raced: Raced = "batch_size",
) -> RaceRecord:
    """A race that has ended, with these test losses and times, the same for each seed."""
    plan = Plan(**{"batch_sizes": (200,), f"{raced}s": tuple(losses)}, repeats=repeats)
    starts = [start for heat in plan.heats() for start in heat]
    values = [plan.value_of(start) for start in starts]
    competitors = tuple(
        made_up_competitor(start, losses[value], seconds_per_epoch[value])
        for start, value in zip(starts, values, strict=True)
    )
    return RaceRecord(plan, MACHINE, repeats - 1, competitors)


SIX_SIZES = (1, 10, 50, 200, 1_000, 5_000)


def updates_by_law(
    fewest: float, critical: float, sizes: tuple[int, ...] = SIX_SIZES
) -> dict[int, float]:
    """fewest · (1 + critical / B) for each batch size B."""
    return {size: fewest * (1 + critical / size) for size in sizes}


def race_to_target(
    updates: dict[int, float], cost: tuple[float, float] = (1e-3, 1e-5), repeats: int = 1
) -> RaceRecord:
    """A race that has ended, each batch size after so many updates at a test loss of 3,000.

    cost: a and b, of the seconds a + b·B that an update took.
    """
    plan = Plan(batch_sizes=tuple(updates), repeats=repeats)
    competitors = tuple(
        competitor_to_target(start, updates[start.settings.batch_size], cost)
        for heat in plan.heats()
        for start in heat
    )
    return RaceRecord(plan, MACHINE, repeats - 1, competitors)


def competitor_to_target(
    start: Start, to_target: float, cost: tuple[float, float] = (1e-3, 1e-5)
) -> Competitor:
    """Tested before, a tenth less than so many updates after, and a tenth more."""
    size = start.settings.batch_size
    each = cost[0] + cost[1] * size
    counts = [0, round(0.9 * to_target), round(1.1 * to_target)]
    places = [Place(one * size, one * size / 60_000, one, one * each) for one in counts]
    points = tuple(
        TestPoint(place, (size,), loss, 0.9, 0.1)
        for place, loss in zip(places, (23e3, 5e3, 1e3), strict=True)
    )
    return Competitor(start, "finished", place=places[-1], test_points=points)


def slow_to_the_target(record: RaceRecord, times: float) -> RaceRecord:
    """The race with so many times as long to every test point, and as short after them that the
    whole of it took no longer for an update."""

    def changed(competitor: Competitor) -> Competitor:
        points = tuple(
            replace(point, place=replace(point.place, seconds=times * point.place.seconds))
            for point in competitor.test_points
        )
        end = competitor.place
        ten_times = {
            name: 10 * getattr(end, name) for name in ("digits", "epochs", "updates", "seconds")
        }
        return replace(competitor, place=Place(**ten_times), test_points=points)

    return replace(record, competitors=tuple(map(changed, record.competitors)))


def made_up_races_at_one_size(repeats: int = 1) -> list[RaceRecord]:
    """A race of six learning rates, one of normalizations and one of orders."""
    raced = {
        "learning_rate": (1e-6, 1e-5, 1e-4, 1e-3, 0.01, 0.1),
        "normalization": (Normalization(), Normalization(0, 1), Normalization(0.25, 0.75)),
        "order": ("shuffled", "sorted by label", "stored"),
    }
    races = []
    for what, values in raced.items():
        losses = {value: [9e3, 4e3, 1e3 + 1e3 * rank] for rank, value in enumerate(values)}
        races.append(made_up_race(losses, dict.fromkeys(values, 0.5), repeats, what))
    return races


def with_last_losses(record: RaceRecord, losses: dict[tuple[int, int], float]) -> RaceRecord:
    """The race with other losses at the end, by batch size and seed."""

    def changed(competitor: Competitor) -> Competitor:
        *before, last = competitor.test_points
        loss = losses.get((competitor.batch_size, competitor.start.seed), last.loss)
        return replace(competitor, test_points=(*before, replace(last, loss=loss)))

    return replace(
        record, competitors=tuple(changed(competitor) for competitor in record.competitors)
    )


def race_with_html() -> str:
    """A recorded race that is sound but for its texts, as JSON."""
    record = made_up_race({10: [23_000, 900], 200: [23_000, 4_000]}, {10: 2.0, 200: 0.2})
    whole = json.loads(to_json(record))
    whole["race"]["machine"] |= {"processor": HTML, "torch": HTML}
    whole["race"]["competitors"][0] |= {"state": "failed", "error": HTML}
    return json.dumps(whole)
