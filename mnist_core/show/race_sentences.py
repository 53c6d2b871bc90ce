"""A race → sentences, from its measured figures alone."""

from __future__ import annotations

from statistics import median

from mnist_core.language import _, later, n_
from mnist_core.race.competitors import Competitor, RaceRecord
from mnist_core.race.plan import REFERENCE_SIZE, SEVERAL, Plan
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
from mnist_core.show.race_names import RACED, STATES, at, in_full, name

# The tutorial's own figures: a GPU of 2019, training and test pass together, three epochs at batch
# size 1 in stored order (111.3, 110.4 and 109.3 s) and twenty at 200.
TUTORIAL_2019 = {1: 111.3, 200: 5.3}

_ORDERS = {
    "shuffled": later("shuffled anew each epoch"),
    "stored": later("in stored order"),
    "sorted by label": later("sorted by label"),
}


def budget(one: Budget) -> str:
    """ "3 epochs", "10 s of training", "until the test loss is 2,500, at most 20 epochs"."""
    count = one.epochs or 0
    epochs = n_("{count} epoch", "{count} epochs", count).format(count=sentences.epochs(count))
    if one.seconds is not None:
        return _("{time} of training").format(time=sentences.seconds(one.seconds))
    if one.test_loss is None:
        return epochs
    return _("until the test loss is {loss:,.0f}, at most {epochs}").format(
        loss=one.test_loss, epochs=epochs
    )


def same_start(plan: Plan) -> str:
    """What all competitors of a race share."""
    if plan.raced == "order":
        return _("Every run begins with the same weights ({seeds}).").format(seeds=_seeds(plan))
    return _(
        "Every run begins with the same weights and meets the digits in the same order ({seeds}, "
        "{order})."
    ).format(seeds=_seeds(plan), order=_(_ORDERS[plan.setup.order]))


def progress(competitor: Competitor) -> str:
    """How far a competitor is: "epoch 1.20 of 3 · 7,200 updates · 4.1 s of training · 3 s left"."""
    if competitor.state == "waiting":
        return _("waits for its turn")
    updates = competitor.place.updates
    parts = [
        _epochs_done(competitor),
        n_("{count:,} update", "{count:,} updates", updates).format(count=updates),
        _seconds_spent(competitor),
    ]
    if competitor.state != "racing":
        return " · ".join([*parts, _(STATES[competitor.state])])
    left = competitor.seconds_left
    if left is not None:
        at_most = competitor.start.budget.test_loss is not None
        text = _("at most {time} left") if at_most else _("{time} left")
        parts.append(text.format(time=sentences.seconds(left)))
    return " · ".join(parts)


def _epochs_done(competitor: Competitor) -> str:
    epochs, limit = competitor.place.epochs, competitor.start.budget.epochs
    if limit is None:
        return _("{epochs:.2f} epochs").format(epochs=epochs)
    of_limit = n_("{epochs:.2f} of {limit:g} epoch", "{epochs:.2f} of {limit:g} epochs", limit)
    return of_limit.format(epochs=epochs, limit=limit)


def _seconds_spent(competitor: Competitor) -> str:
    spent, limit = competitor.place.seconds, competitor.start.budget.seconds
    text = _("{spent} s of training") if limit is None else _("{spent} of {limit} s of training")
    return text.format(spent=sentences.figure(spent), limit=sentences.figure(limit or 0))


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
        return _("No competitor has begun yet.")
    times = {value: sentences.seconds(took[value]) for value in took}
    each = sentences.listed(
        [_("{time} {at}").format(time=times[value], at=at(value)) for value in took]
    )
    slow, fast = max(took, key=took.get), min(took, key=took.get)
    # At one batch size all do the same work: the times differ by what else the computer does.
    if record.plan.raced != "batch_size" or took[slow] < 1.1 * took[fast]:
        return _("An epoch takes {each}.").format(each=each)
    return _("An epoch takes {each}: {times} × longer {at_slow} than {at_fast}.").format(
        each=each,
        times=sentences.figure(took[slow] / took[fast]),
        at_slow=at(slow),
        at_fast=at(fast),
    )


def settings(plan: Plan) -> str:
    """All that a race was run with, its learning rates among them."""
    setup = plan.setup
    names = sentences.listed([in_full(value) for value in plan.values])
    raced = sentences.capitalized(_((SEVERAL if len(plan.values) > 1 else RACED)[plan.raced]))
    how = setup.normalization
    same_for_all = {
        "batch_size": _("batch size {size:,}").format(size=plan.batch_sizes[0]),
        "budget": _("{budget} each").format(budget=budget(plan.budget)),
        "learning_rate": _rates(plan),
        "seed": _seeds(plan),
        "normalization": _("normalized by mean {mean:.4g} and standard deviation {std:.4g}").format(
            mean=how.mean, std=how.std
        ),
        "order": _("digits {order}").format(order=_(_ORDERS[setup.order])),
    }
    del same_for_all[plan.raced]
    first = _("{raced} {names}").format(raced=raced, names=names)
    return " · ".join([first, *same_for_all.values()])


def _rates(plan: Plan) -> str:
    if plan.rule == "same":
        rate = sentences.learning_rate(plan.learning_rate)
        return _("learning rate {rate} for all").format(rate=rate)
    if plan.rule == "tuned":
        return _(
            "learning rate: the best of {count} for each size, 1 to 100 times {rate} × "
            "√(B / {reference})"
        ).format(
            count=len(plan.tried_rates),
            rate=sentences.learning_rate(plan.learning_rate),
            reference=REFERENCE_SIZE,
        )
    rates = {size: plan.settings(size).learning_rate for size in sorted(plan.batch_sizes)}
    each = [_rate_at(size, rate) for size, rate in rates.items()]
    rule = {"square_root": "√(B / 200)", "linear": "B / 200"}[plan.rule]
    return _("learning rate × {rule}: {each}").format(rule=rule, each=sentences.listed(each))


def _rate_at(size: int, rate: float) -> str:
    return _("{rate} at {size:,}").format(rate=_two_digits(rate), size=size)


def best_rates(record: RaceRecord, target: float | None) -> str:
    """Which of the learning rates tried is the best for each size so far; nothing without any.

    target: as for at_best_rates.
    """
    if record.plan.rule != "tuned" or not record.begun:
        return ""
    goal = target or common_target(record)
    each = [_best_rate(record, one) for one in at_best_rates(record, goal).competitors]
    by = _("updates to a test loss of {loss:,.0f}") if goal else _("test loss")
    text = _("Best learning rate so far, by {by}: {each}.")
    if record.over:
        text = _("Best learning rate, by {by}: {each}.")
    return text.format(by=by.format(loss=goal), each=sentences.listed(each))


def _best_rate(record: RaceRecord, best: Competitor) -> str:
    tried = [one.settings.learning_rate for one in by_size(record)[best.batch_size]]
    rate = best.settings.learning_rate
    said = _rate_at(best.batch_size, rate)
    edge = {
        min(tried): _("{rate} (the lowest tried)"),
        max(tried): _("{rate} (the highest tried)"),
    }
    return edge[rate].format(rate=said) if rate in edge and len(tried) > 1 else said


def _two_digits(rate: float) -> str:
    return sentences.learning_rate(float(f"{rate:.2g}"))


def _seeds(plan: Plan) -> str:
    first, last = plan.seeds[0], plan.seeds[-1]
    if first == last:
        return _("seed {seed}").format(seed=first)
    return _("seeds {first} to {last}").format(first=first, last=last)


def cost(line: CostLine | None) -> str:
    """What the fitted line says of an update's cost, or that it can't be trusted."""
    if line is None:
        return _(
            "Two batch sizes must have trained before a line can be drawn through their times."
        )
    text = _(
        "An update takes {fixed} whatever it holds, and {each} more for each digit in it."
    ).format(fixed=_milliseconds(line.per_update), each=_milliseconds(line.per_digit))
    size, residual = max(line.residuals.items(), key=lambda one: abs(one[1]))
    off = abs(residual)
    if len(line.residuals) == 2:
        tested = _("Through two sizes a line always fits: a third would test it.")
        return f"{text} {tested}"
    if line.fits:
        within = _("The line meets every measured time to within {off:.0%}.").format(off=off)
        return f"{text} {within}"
    misses = _(
        "**The line does not fit**: at {size:,} the measured time is {off:.0%} below it (more "
        "than {limit:.0%}), so an update’s cost is not simply a fixed part and a part for each "
        "digit."
    )
    if residual > 0:
        misses = _(
            "**The line does not fit**: at {size:,} the measured time is {off:.0%} above it (more "
            "than {limit:.0%}), so an update’s cost is not simply a fixed part and a part for each "
            "digit."
        )
    return f"{misses.format(size=size, off=off, limit=GOOD_FIT)} {text}"


def _milliseconds(seconds: float) -> str:
    return _("{milliseconds} ms").format(milliseconds=sentences.figure(seconds * 1e3))


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
        _(
            "Written as the tutorial writes it, an epoch takes {slow} of training here at 1 and "
            "{fast} at 200: {times} × longer. In 2019 it was {old_slow:.0f} s and {old_fast:.1f} "
            "s: {old_times} × longer."
        ).format(
            slow=sentences.seconds(slow),
            fast=sentences.seconds(fast),
            times=sentences.figure(slow / fast),
            old_slow=old[1],
            old_fast=old[200],
            old_times=sentences.figure(old[1] / old[200]),
        )
    ]
    for size, competitor in sorted(ran.items()):
        said.append(_loading(size, competitor))
        said.append(_against_memory(record, size, took[size]))
    return " ".join(filter(None, said))


def _loading(size: int, competitor: Competitor) -> str:
    share = competitor.loading_seconds / competitor.place.seconds
    return _("At {size:,}, fetching the digits one by one is {share:.0%} of that time.").format(
        size=size, share=share
    )


def _against_memory(record: RaceRecord, size: int, took: float) -> str:
    rivals = [
        competitor
        for competitor in record.of_way("memory")
        if competitor.batch_size == size and competitor.place.updates
    ]
    if not rivals:
        return ""
    seconds = epoch_time(rivals, record.training_digits).median
    return _("It takes {so} so and {from_memory} from memory: {times} × longer.").format(
        so=sentences.seconds(took),
        from_memory=sentences.seconds(seconds),
        times=sentences.figure(took / seconds),
    )


def luck(difference: Difference) -> str:
    """Whether a difference is bigger than luck, in words."""
    count = len(difference.values)
    if not difference.bigger_than_luck:
        return _("may be luck: the interval holds 0 ({count} seeds)").format(count=count)
    more, less = {
        "test_loss": (
            _("bigger than luck: {one} has the higher loss"),
            _("bigger than luck: {one} has the lower loss"),
        ),
        "epoch_seconds": (
            _("bigger than luck: {one} is slower"),
            _("bigger than luck: {one} is faster"),
        ),
    }[difference.quantity]
    verdict = more if median(difference.values) > 0 else less
    return verdict.format(one=name(difference.value))
