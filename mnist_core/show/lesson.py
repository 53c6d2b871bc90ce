"""The lesson: seven stations, each with a prediction that is judged by what was measured here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import mean

from mnist_core.data import Normalization
from mnist_core.language import _, later
from mnist_core.race.competitors import RaceRecord
from mnist_core.race.results import epoch_times, standings
from mnist_core.records import CLOCKS, Needles, Snapshot, Trial
from mnist_core.settings import updates_per_epoch
from mnist_core.show import race_sentences
from mnist_core.show.kinds import Choice as Choice
from mnist_core.show.kinds import Curve as Curve
from mnist_core.show.kinds import Line as Line
from mnist_core.show.kinds import Order, Prediction
from mnist_core.show.mini_batch import by_digits, digits, needles_described, trials_compared
from mnist_core.show.sentences import figure, listed
from mnist_core.show.stations import SHARES, STATIONS, WORSE, Station, signed

# In the mini-batches whose gradients the last station compares, as its texts say.
FEW_DIGITS, MANY_DIGITS = 10, 1_000


@dataclass(frozen=True)
class Measured:
    """What was measured at a station.

    value: as a prediction that came true would be.
    figure: the same as it was measured, in words, in the language at work.
    see: what to see in it, in the same.
    race: in which it was measured; None where that was no race.
    """

    value: Prediction
    figure: str
    see: str
    race: RaceRecord | None = None


GLOSSARY = {
    later("Epoch"): later("once through all training digits, each of them used once."),
    later("Update"): later(
        "one step of all weights, which are what the network learns, after each mini-batch."
    ),
    later("Loss"): later(
        "how wrong the network is: the negative logarithm of the probability that it gave to the "
        "true label, so that sure and right is near 0."
    ),
    later("Gradient"): later(
        "the direction in which the loss rises most steeply; an update goes against it."
    ),
    later("Mini-batch"): later(
        "the digits of one update, because the mean over several is a steadier guide than one "
        "digit and a quicker one than all."
    ),
    later("Learning rate"): later(
        "how far each update moves the weights: too little takes long, too much overshoots."
    ),
    later("Noise"): later(
        "what differs from one mini-batch’s gradient to the next by chance; the more digits, the "
        "less."
    ),
    later("Adam"): later(
        "the rule that turns gradients into steps: it follows earlier ones too, and sets each "
        "weight’s length of step by itself."
    ),
    later("Seed"): later(
        "sets the first weights and the shuffling; another seed is another throw of the dice."
    ),
    later("The tutorial"): later(
        "a lesson of 2019, from which the network and its first settings are taken."
    ),
    later("Why normalize"): later(
        "because numbers around 0 and of a similar size let all weights learn at a similar pace."
    ),
    later("Why shuffle"): later(
        "because a fixed order can hold a pattern of its own; shuffled, each mini-batch is a fair "
        "sample of all digits."
    ),
}


def station_named(text: str) -> int | None:
    """The station, from 1 on, that an address names; None where it names none."""
    return {str(number): number for number in range(1, len(STATIONS) + 1)}.get(text)


def compared(station: Station, predicted: Prediction, measured: Measured) -> str:
    """A prediction beside what was measured, in a line."""
    kind = station.kind
    return _("You said **{said}**, measured here: **{measured}**, {judged}.").format(
        said=kind.said(predicted),
        measured=measured.figure,
        judged=kind.judged(predicted, measured.value),
    )


def black_pixels(black: int, pixels: int) -> Measured:
    """How many of a digit's pixels are black."""
    share = black / pixels
    return Measured(
        SHARES[int(share >= 1 / 3) + int(share > 2 / 3)],
        _("{black} of {pixels} ({share:.0%})").format(black=black, pixels=pixels, share=share),
        _(
            "What tells one digit from another lies in the {left} numbers that are left. A row at "
            "the digit’s edge says nothing at all, one through its middle a lot."
        ).format(left=pixels - black),
    )


def mean_of_pixels(own: Normalization) -> Measured:
    """Where the tutorial's normalization puts the mean of pixels whose own one is given."""
    tutorials = Normalization()
    moved = (own.mean - tutorials.mean) / tutorials.std
    return Measured(
        moved,
        signed(moved, 2),
        _(
            "The pixels’ own mean is {mean:.2f}, for most of them are black; 0.5 is a rough guess. "
            "Choose **MNIST’s own**: the mean becomes 0. The picture stays the same each time, "
            "but numbers around 0 are easier to learn from: race them on the page **Compare**, "
            "under **Your own race**."
        ).format(mean=own.mean),
    )


def worsened(trials: Sequence[Trial]) -> Measured | None:
    """How many updates on one digit made the test loss worse; None before there were two sizes."""
    tried = by_digits(trials)
    if len(tried) < 2 or any(len(of_size) < 2 for of_size in tried.values()):
        return None
    alone = tried[min(tried)]
    worse = sum(trial.worsened for trial in alone)
    return Measured(
        WORSE[int(worse > 0) + int(worse >= len(alone) / 2)],
        _("{worse} of {trials}").format(worse=worse, trials=len(alone)),
        _(
            "{compared} Every digit pulls its own way; the more of them pull together, the less "
            "one alone can do."
        ).format(compared=trials_compared(trials)),
    )


def times_as_long(record: RaceRecord) -> Measured | None:
    """An epoch at the smallest size against the largest; None before both have begun."""
    took = {size: time.median for size, time in epoch_times(record).items()}
    if len(took) < 2:
        return None
    small, large = min(took), max(took)
    ratio = took[small] / took[large]
    updates = {size: updates_per_epoch(size, record.training_digits) for size in took}
    per_update = {size: took[size] / updates[size] for size in took}
    return Measured(
        ratio,
        _("{times} times as long").format(times=figure(ratio)),
        _(
            "{times} An update on {large:,} digits takes {ratio} times as long as one on {small}, "
            "for {more} times as many digits."
        ).format(
            times=race_sentences.epoch_seconds(record),
            large=large,
            ratio=figure(per_update[large] / per_update[small]),
            small=digits(small),
            more=figure(large / small),
        ),
        record,
    )


def order_by_loss(record: RaceRecord) -> Measured | None:
    """The sizes by their test loss, by equal seconds; None before each has a test pass.

    One that dropped out has no place.
    """
    by_clock = {clock: standings(record, clock)[1] for clock in CLOCKS}
    standing = by_clock["seconds"]
    if not standing or any(one.point is None for one in standing):
        return None
    order = tuple(one.value for one in standing)
    said = Order(order).said(order)
    updates = {size: updates_per_epoch(size, record.training_digits) for size in sorted(order)}
    return Measured(
        order,
        said if record.over else _("{order} so far").format(order=said),
        _(
            "By epochs {epochs:,} leads, by updates {updates:,} leads, by seconds {seconds:,} "
            "leads. Updates in an epoch: {each}. That is why large batches need more epochs. "
            "Seconds favour a size that is large enough to keep the processor busy, and small "
            "enough for many updates."
        ).format(
            each=listed(
                [
                    _("{count:,} at {size:,}").format(count=count, size=size)
                    for size, count in updates.items()
                ]
            ),
            **{clock: rank[0].value for clock, rank in by_clock.items()},
        ),
        record,
    )


def right_in_an_epoch(snapshot: Snapshot) -> Measured | None:
    """Of 100 test digits, by training digits; None before the first epoch is whole."""
    if not snapshot.epochs:
        return None
    tested = [(point.place.digits, 100 * point.accuracy) for point in snapshot.test_points]
    points = tuple((seen, right) for seen, right in tested if seen <= snapshot.training_digits)
    first, last = points[0][1], points[-1][1]
    halfway = next(seen for seen, right in points if right >= (first + last) / 2)
    latest = snapshot.test_points[-1]
    return Measured(
        points,
        _("from {first:.0f} to {last:.0f}").format(first=first, last=last),
        _(
            "Half of that gain was there after {halfway:,} digits; all of it took {updates:,} "
            "updates. Now, after {epochs} epochs, it is {right:.0f} of 100. Switch on **Only "
            "mistakes** to see which ones it still gets wrong."
        ).format(
            halfway=halfway,
            updates=snapshot.epochs[0].updates,
            epochs=figure(latest.place.epochs, 3),
            right=100 * latest.accuracy,
        ),
    )


def degrees_away(needles: Needles) -> Measured | None:
    """How far the many digits' gradients point away; None where the needles are of other sizes."""
    if needles.batch_size != MANY_DIGITS:
        return None
    angle = mean(needle.degrees for needle in needles.needles)
    return Measured(
        angle,
        f"{angle:.0f}°",
        _(
            "{needles} A hundred times as many digits leave a tenth of the noise, not a "
            "hundredth: so ever larger batches gain less and less."
        ).format(needles=needles_described(needles)),
    )
