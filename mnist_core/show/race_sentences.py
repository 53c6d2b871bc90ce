"""A race → sentences, from its measured figures alone."""

from __future__ import annotations

from statistics import median

from mnist_core.race.competitors import Competitor, RaceRecord
from mnist_core.race.plan import REFERENCE_SIZE, Plan
from mnist_core.race.results import (
    GOOD_FIT,
    CostLine,
    by_size,
    common_target,
    epoch_time,
    epoch_times,
)
from mnist_core.race.statistics import Difference
from mnist_core.race.tuning import at_best_rates
from mnist_core.settings import Budget
from mnist_core.show import sentences
from mnist_core.show.race_names import RACED, at, in_full, name

# The tutorial's own figures: a GPU of 2019, training and test pass together, three epochs at batch
# size 1 in stored order (111.3, 110.4 and 109.3 s) and twenty at 200.
TUTORIAL_2019 = {1: 111.3, 200: 5.3}

_ORDERS = {
    "shuffled": "shuffled anew each epoch",
    "stored": "in stored order",
    "sorted by label": "sorted by label",
}


def budget(one: Budget) -> str:
    """ "3 epochs", "10 s of training", "until the test loss is 2,500, at most 20 epochs"."""
    epochs = f"{sentences.epochs(one.epochs or 0)} epoch{'s' * (one.epochs != 1)}"
    if one.seconds is not None:
        return f"{sentences.seconds(one.seconds)} of training"
    if one.test_loss is None:
        return epochs
    return f"until the test loss is {one.test_loss:,.0f}, at most {epochs}"


def same_start(plan: Plan) -> str:
    """What all competitors of a race share."""
    if plan.raced == "order":
        return f"Every run begins with the same weights ({_seeds(plan)})."
    return (
        f"Every run begins with the same weights and meets the digits in the same order "
        f"({_seeds(plan)}, {_ORDERS[plan.setup.order]})."
    )


def progress(competitor: Competitor) -> str:
    """How far a competitor is: "epoch 1.20 of 3 · 7,200 updates · 4.1 s of training · 3 s left"."""
    if competitor.state == "waiting":
        return "waits for its turn"
    place, limits = competitor.place, competitor.start.budget
    of = f" of {limits.epochs:g}" if limits.epochs is not None else ""
    spent = f" of {sentences.figure(limits.seconds)} s" if limits.seconds is not None else " s"
    one = limits.epochs == 1
    parts = [
        f"{place.epochs:.2f}{of} epoch{'s' * (not one)}",
        f"{place.updates:,} update{'s' * (place.updates != 1)}",
        f"{sentences.figure(place.seconds)}{spent} of training",
    ]
    if competitor.state != "racing":
        return " · ".join([*parts, competitor.state])
    left = competitor.seconds_left
    if left is not None:
        parts.append(f"{'at most ' * (limits.test_loss is not None)}{sentences.seconds(left)} left")
    return " · ".join(parts)


def time_left(record: RaceRecord) -> str | None:
    """Until all have ended, by their present paces; None where that can't be told yet."""
    left = [
        competitor.seconds_left for competitor in record.competitors if competitor.state == "racing"
    ]
    if not left or None in left:
        return None
    # Another heat takes about as long as this one: only its seed or its learning rates differ.
    known = sum(
        competitor.place.seconds + (competitor.seconds_left or 0)
        for competitor in record.of_heat(record.heat)
        if competitor.start.way == "memory"
    )
    left.append(known * _heats_that_wait(record))
    return sentences.seconds(max(sum(left), 1.0))


def _heats_that_wait(record: RaceRecord) -> int:
    heats = map(record.of_heat, range(len(record.plan.heats())))
    return sum(any(one.state == "waiting" for one in heat) for heat in heats)


def epoch_seconds(record: RaceRecord) -> str:
    """ "An epoch takes 8.0 s at 1 and 0.34 s at 200: 24 × longer at 1 than at 200." """
    took = {value: time.median for value, time in epoch_times(record).items()}
    if not took:
        return "No competitor has begun yet."
    each = sentences.listed([f"{sentences.seconds(took[value])} {at(value)}" for value in took])
    slow, fast = max(took, key=took.get), min(took, key=took.get)
    # At one batch size all do the same work: the times differ by what else the computer does.
    if record.plan.raced != "batch_size" or took[slow] < 1.1 * took[fast]:
        return f"An epoch takes {each}."
    longer = f"{_longer(took[slow], took[fast])} {at(slow)} than {at(fast)}"
    return f"An epoch takes {each}: {longer}."


def _longer(slow: float, fast: float) -> str:
    return f"{sentences.figure(slow / fast)} × longer"


def settings(plan: Plan) -> str:
    """All that a race was run with, its learning rates among them."""
    setup = plan.setup
    names = sentences.listed([in_full(value) for value in plan.values])
    raced = f"{sentences.capitalized(RACED[plan.raced])}{'s' * (len(plan.values) > 1)} {names}"
    same_for_all = {
        "batch_size": f"batch size {plan.batch_sizes[0]:,}",
        "budget": f"{budget(plan.budget)} each",
        "learning_rate": _rates(plan),
        "seed": _seeds(plan),
        "normalization": f"normalized by mean {setup.normalization.mean:.4g} and standard "
        f"deviation {setup.normalization.std:.4g}",
        "order": f"digits {_ORDERS[setup.order]}",
    }
    del same_for_all[plan.raced]
    return " · ".join([raced, *same_for_all.values()])


def _rates(plan: Plan) -> str:
    if plan.rule == "same":
        return f"learning rate {sentences.learning_rate(plan.learning_rate)} for all"
    if plan.is_sweep:
        tried = sentences.listed([sentences.learning_rate(rate) for rate in plan.tried_rates])
        return f"learning rate: the best of {tried} for each size"
    if plan.rule == "tuned":
        return (
            f"learning rate: the best of {len(plan.tried_rates)} for each size, 1 to 100 "
            f"times {sentences.learning_rate(plan.learning_rate)} × √(B / {REFERENCE_SIZE})"
        )
    rates = {size: plan.settings(size).learning_rate for size in sorted(plan.batch_sizes)}
    each = [f"{_two_digits(rate)} at {size:,}" for size, rate in rates.items()]
    rule = {"square_root": "√(B / 200)", "linear": "B / 200"}[plan.rule]
    return f"learning rate × {rule}: {sentences.listed(each)}"


def best_rates(record: RaceRecord, target: float | None) -> str:
    """Which of the learning rates tried is the best for each size so far; nothing without any.

    target: as for at_best_rates.
    """
    if record.plan.rule != "tuned" or not record.begun:
        return ""
    goal = target or common_target(record)
    by = f"updates to a test loss of {goal:,.0f}" if goal else "test loss"
    best = {one.batch_size: one for one in at_best_rates(record, goal).competitors}
    each = [_best_rate(record, one) for one in best.values()]
    so_far = "" if record.over else " so far"
    return f"Best learning rate{so_far}, by {by}: {sentences.listed(each)}."


def _best_rate(record: RaceRecord, best: Competitor) -> str:
    tried = [one.settings.learning_rate for one in by_size(record)[best.batch_size]]
    rate = best.settings.learning_rate
    edge = {min(tried): " (the lowest tried)", max(tried): " (the highest tried)"}
    return f"{_two_digits(rate)} at {best.batch_size:,}{edge.get(rate, '') * (len(tried) > 1)}"


def _two_digits(rate: float) -> str:
    return sentences.learning_rate(float(f"{rate:.2g}"))


def _seeds(plan: Plan) -> str:
    first, last = plan.seeds[0], plan.seeds[-1]
    return f"seed {first}" if first == last else f"seeds {first} to {last}"


def cost(line: CostLine | None) -> str:
    """What the fitted line says of an update's cost, or that it can't be trusted."""
    if line is None:
        return "Two batch sizes must have trained before a line can be drawn through their times."
    text = (
        f"An update takes {_milliseconds(line.per_update)} whatever it holds, and "
        f"{_milliseconds(line.per_digit)} more for each digit in it."
    )
    size, residual = max(line.residuals.items(), key=lambda one: abs(one[1]))
    side = "above" if residual > 0 else "below"
    if len(line.residuals) == 2:
        return f"{text} Through two sizes a line always fits: a third would test it."
    if line.fits:
        return f"{text} The line meets every measured time to within {abs(residual):.0%}."
    return (
        f"**The line does not fit**: at {size:,} the measured time is {abs(residual):.0%} "
        f"{side} it (more than {GOOD_FIT:.0%}), so an update’s cost is not simply a fixed part and "
        f"a part for each digit. {text}"
    )


def _milliseconds(seconds: float) -> str:
    return f"{sentences.figure(seconds * 1e3)} ms"


def tutorial(record: RaceRecord) -> str:
    """What the tutorial's way takes here, against memory and against its figures of 2019."""
    ran = {
        competitor.batch_size: competitor
        for competitor in record.of_way("tutorial")
        if competitor.place.updates
    }
    if len(ran) < len(TUTORIAL_2019):
        return ""
    took = {
        size: epoch_time([competitor], record.training_digits).median
        for size, competitor in ran.items()
    }
    slow, fast = took[1], took[200]
    old = TUTORIAL_2019
    said = [
        f"Written as the tutorial writes it, an epoch takes {sentences.seconds(slow)} of training "
        f"here at 1 and {sentences.seconds(fast)} at 200: {_longer(slow, fast)}. In 2019 it was "
        f"{old[1]:.0f} s and {old[200]:.1f} s: {_longer(old[1], old[200])}."
    ]
    for size, competitor in sorted(ran.items()):
        said.append(_loading(size, competitor))
        said.append(_against_memory(record, size, took[size]))
    return " ".join(filter(None, said))


def _loading(size: int, competitor: Competitor) -> str:
    share = competitor.loading_seconds / competitor.place.seconds
    return f"At {size:,}, fetching the digits one by one is {share:.0%} of that time."


def _against_memory(record: RaceRecord, size: int, took: float) -> str:
    rivals = [
        competitor
        for competitor in record.of_way("memory")
        if competitor.batch_size == size and competitor.place.updates
    ]
    if not rivals:
        return ""
    seconds = epoch_time(rivals, record.training_digits).median
    return (
        f"It takes {sentences.seconds(took)} so and {sentences.seconds(seconds)} from memory: "
        f"{_longer(took, seconds)}."
    )


def luck(difference: Difference) -> str:
    """Whether a difference is bigger than luck, in words."""
    count = len(difference.values)
    if not difference.bigger_than_luck:
        return f"may be luck: the interval holds 0 ({count} seeds)"
    more, less = {
        "test_loss": ("has the higher loss", "has the lower loss"),
        "epoch_seconds": ("is slower", "is faster"),
        "updates_to_target": ("needs more updates", "needs fewer updates"),
        "seconds_to_target": ("needs more seconds", "needs fewer seconds"),
    }[difference.quantity]
    one = name(difference.value)
    return f"bigger than luck: {one} {more if median(difference.values) > 0 else less}"
