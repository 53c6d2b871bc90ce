"""A race → sentences, from its measured figures alone."""

from __future__ import annotations

from statistics import median

from mnist_core import words
from mnist_core.race.luck import Difference
from mnist_core.race.plan import Plan, Start
from mnist_core.race.records import Entry, RaceRecord
from mnist_core.race.results import GOOD_FIT, CostLine, Standing, by_size, epoch_time, standings
from mnist_core.records import Clock
from mnist_core.settings import Budget

# The tutorial's own figures: a GPU of 2019, training and test pass together, three epochs at batch
# size 1 in stored order (111.3, 110.4 and 109.3 s) and twenty at 200.
TUTORIAL_2019 = {1: 111.3, 200: 5.3}

_READINGS = {"epochs": "epochs", "updates": "updates", "seconds": "seconds of training"}


def label(start: Start) -> str:
    """Whom a chart and a table speak of: "200", or "200, the tutorial's way"."""
    way = ", the tutorial’s way" if start.way == "tutorial" else ""
    return f"{start.settings.batch_size:,}{way}"


def budget(one: Budget) -> str:
    """ "3 epochs", "10 s of training", "until the test loss is 2,500, at most 20 epochs"."""
    epochs = f"{words.figure(one.epochs or 0, 3)} epoch{'s' * (one.epochs != 1)}"
    if one.seconds is not None:
        return f"{words.seconds(one.seconds)} of training"
    if one.test_loss is None:
        return epochs
    return f"until the test loss is {one.test_loss:,.0f}, at most {epochs}"


def same_start(plan: Plan) -> str:
    """What all runners of a race share."""
    setup = plan.setup
    order = "a new shuffled order each epoch" if setup.order == "shuffled" else "the stored order"
    seeds = (
        f"seed {setup.seed}" if plan.repeats == 1 else f"seeds {plan.seeds[0]} to {plan.seeds[-1]}"
    )
    return (
        f"Every run begins with the same weights and meets the digits in the same order "
        f"({seeds}, {order})."
    )


def progress(entry: Entry) -> str:
    """How far a runner is: "epoch 1.20 of 3 · 7,200 updates · 4.1 s of training · 3 s left"."""
    if entry.state == "waiting":
        return "waits for its turn"
    place, limits = entry.place, entry.start.budget
    of = f" of {limits.epochs:g}" if limits.epochs is not None else ""
    spent = f" of {words.figure(limits.seconds)} s" if limits.seconds is not None else " s"
    one = limits.epochs == 1
    parts = [
        f"{place.epochs:.2f}{of} epoch{'s' * (not one)}",
        f"{place.updates:,} update{'s' * (place.updates != 1)}",
        f"{words.figure(place.seconds)}{spent} of training",
    ]
    if entry.state != "racing":
        return " · ".join([*parts, entry.state])
    left = entry.seconds_left
    if left is not None:
        parts.append(f"{'at most ' * (limits.test_loss is not None)}{words.seconds(left)} left")
    return " · ".join(parts)


def time_left(record: RaceRecord) -> str | None:
    """Until all have ended, by their present paces; None where that can't be told yet."""
    left = [entry.seconds_left for entry in record.entries if entry.state == "racing"]
    waiting = [entry for entry in record.entries if entry.state == "waiting"]
    if not left or None in left:
        return None
    if waiting:
        # A repeat takes as long as the one that is known, the sizes being the same.
        known = sum(entry.place.seconds + (entry.seconds_left or 0) for entry in _of_heat(record))
        left.append(known * len({entry.start.seed for entry in waiting}))
    return words.seconds(max(sum(left), 1.0))


def _of_heat(record: RaceRecord) -> list[Entry]:
    seed = record.plan.seeds[min(record.heat, record.plan.repeats - 1)]
    return [entry for entry in record.of_way("memory") if entry.start.seed == seed]


def epoch_seconds(record: RaceRecord) -> str:
    """The bars in words: "An epoch takes 8.0 s at 1, 0.34 s at 200." """
    took = [
        f"{words.seconds(epoch_time(entries, record.training_digits).median)} at {size:,}"
        for size, entries in by_size(record).items()
    ]
    return f"An epoch takes {', '.join(took)}." if took else "No runner has begun."


def verdict(record: RaceRecord) -> str:
    """Who is ahead by which clock; empty before two sizes have begun."""
    by_clock = {clock: standings(record, clock) for clock in _READINGS}
    if not all(standing for _, standing in by_clock.values()):
        return ""
    sentences = [
        _by_clock(clock, reading, standing) for clock, (reading, standing) in by_clock.items()
    ]
    winners = {standing[0].batch_size for _, standing in by_clock.values() if _decided(standing)}
    if len(winners) > 1:
        sentences.append("So the ranking turns over with the clock.")
    elif winners:
        sentences.append(f"So batch size {winners.pop():,} is ahead by every clock that decides.")
    return " ".join(sentences)


def _by_clock(clock: Clock, reading: float, standing: list[Standing]) -> str:
    by = {
        "epochs": f"After {words.figure(reading, 3)} epochs, which all have had,",
        "updates": f"Within {reading:,} update{'s' * (reading != 1)}, which all have made,",
        "seconds": f"Within {words.seconds(reading)} of training, which all have had,",
    }[clock]
    tested = [one for one in standing if one.loss is not None]
    if not tested:
        return f"{by} no size has had a test pass."
    told = (
        f"{by} batch size {tested[0].batch_size:,} has the lowest test loss, {tested[0].loss:,.0f}"
    )
    if len(tested) > 1:
        told += f"; {tested[-1].batch_size:,} the highest, {tested[-1].loss:,.0f}"
    untested = [f"{one.batch_size:,}" for one in standing if one.loss is None]
    if untested:
        told += f" (no test pass had come yet at {', '.join(untested)})"
    return f"{told}."


def _decided(standing: list[Standing]) -> bool:
    first, second = standing[0].loss, standing[1].loss
    return first is not None and second is not None and first < second


def cost(line: CostLine | None) -> str:
    """What the fitted line says of an update's cost, or that it can't be trusted."""
    if line is None:
        return "Two batch sizes must have trained before a line can be drawn through their times."
    told = (
        f"An update takes {_milliseconds(line.per_update)} whatever it holds, and "
        f"{_milliseconds(line.per_digit)} more for each digit in it."
    )
    size, residual = max(line.residuals.items(), key=lambda one: abs(one[1]))
    side = "above" if residual > 0 else "below"
    if len(line.residuals) == 2:
        return f"{told} Through two sizes a line always fits: a third would test it."
    if line.fits:
        return f"{told} The line meets every measured time to within {abs(residual):.0%}."
    return (
        f"**The line does not fit**: at {size:,} the measured time is {abs(residual):.0%} "
        f"{side} it (more than {GOOD_FIT:.0%}), so an update’s cost is not simply a fixed part and "
        f"a part for each digit. {told}"
    )


def _milliseconds(seconds: float) -> str:
    return f"{words.figure(seconds * 1e3)} ms"


def tutorial(record: RaceRecord) -> str:
    """What the tutorial's way takes here, against memory and against its figures of 2019."""
    ran = {entry.batch_size: entry for entry in record.of_way("tutorial") if entry.place.updates}
    if len(ran) < len(TUTORIAL_2019):
        return ""
    took = {size: epoch_time([entry], record.training_digits).median for size, entry in ran.items()}
    slow, fast = took[1], took[200]
    old = TUTORIAL_2019
    sentences = [
        f"Written as the tutorial writes it, an epoch takes {words.seconds(slow)} of training here "
        f"without mini-batches and {words.seconds(fast)} with batches of 200: "
        f"{words.figure(slow / fast)} times as fast. In 2019 it was {old[1]:.0f} s and "
        f"{old[200]:.0f} s, {old[1] / old[200]:.0f} times."
    ]
    for size, entry in sorted(ran.items()):
        sentences.append(_loading(size, entry))
        sentences.append(_against_memory(record, size, took[size]))
    return " ".join(filter(None, sentences))


def _loading(size: int, entry: Entry) -> str:
    share = entry.loading_seconds / entry.place.seconds
    return f"At {size:,}, fetching the digits one by one is {share:.0%} of that time."


def _against_memory(record: RaceRecord, size: int, took: float) -> str:
    rivals = [
        entry
        for entry in record.of_way("memory")
        if entry.batch_size == size and entry.place.updates
    ]
    if not rivals:
        return ""
    seconds = epoch_time(rivals, record.training_digits).median
    return (
        f"From memory the same epoch takes {words.seconds(seconds)}, "
        f"{words.figure(took / seconds)} times as fast."
    )


def luck(difference: Difference) -> str:
    """Whether a difference is bigger than luck, in words."""
    count = len(difference.values)
    if not difference.bigger_than_luck:
        return f"may be luck: the interval holds 0 ({count} seeds)"
    more, less = {
        "test_loss": ("has the higher loss", "has the lower loss"),
        "epoch_seconds": ("is slower", "is faster"),
    }[difference.quantity]
    size = f"{difference.batch_size:,}"
    return f"bigger than luck: {size} {more if median(difference.values) > 0 else less}"
