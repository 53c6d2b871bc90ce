"""The lesson: seven stations, each with a prediction that is judged by what was measured here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import mean

from mnist_core.data import TRAINING_DIGITS, Normalization
from mnist_core.race.competitors import RaceRecord
from mnist_core.race.plan import FIVE_SIZES
from mnist_core.race.results import epoch_times, standings
from mnist_core.records import CLOCKS, Needles, Snapshot, Trial
from mnist_core.settings import updates_per_epoch
from mnist_core.show import race_sentences
from mnist_core.show.kinds import Choice, Curve, Line, Order, Prediction
from mnist_core.show.mini_batch import by_digits, digits, needles_described, trials_compared
from mnist_core.show.sentences import figure

FEW_DIGITS, MANY_DIGITS = 10, 1_000  # in the mini-batches whose gradients are compared


@dataclass(frozen=True)
class Station:
    """A stop of the lesson.

    page: at which it is, by its title.
    question: what is to be predicted, and by which `kind` of prediction.
    act: what to do then.
    expect: what a teacher may expect to be measured, as ratios and orders that hold on any machine.
    place: the heading on the page where that is done, if it is further down.
    in_class: the question where one tap has to do, if it is another.
    """

    name: str
    page: str
    question: str
    kind: Choice | Line | Order | Curve
    act: str
    expect: str
    place: str = ""
    in_class: str = ""


@dataclass(frozen=True)
class Measured:
    """What was measured at a station.

    value: as a prediction that came true would be.
    figure: the same as it was measured, in words.
    see: what to see in it.
    """

    value: Prediction
    figure: str
    see: str


def _signed(value: float, decimals: int = 1) -> str:
    return f"{value:+.{decimals}f}".replace("-", "−")


def _times(value: float) -> str:
    return "as long" if value == 1 else f"{value:,.0f} times as long"


_SHARES = ("Fewer than a third", "A third to two thirds", "More than two thirds")
_WORSE = ("None of them", "Fewer than half", "Half or more")

STATIONS = (
    Station(
        "One digit",
        "Digits",
        "To the network a digit is 28 × 28 = 784 numbers, from 0 (black) to 1 (white). How many of "
        "the 784 are exactly 0 in the digit on this page?",
        Choice(_SHARES),
        "move **Row of pixels** from the top of the digit to its bottom",
        "618 of the 784, about four fifths",
        in_class="To the network a digit is 28 × 28 = 784 numbers, from 0 (black) to 1 (white). "
        "How many of the 784 are exactly 0 in the digit that the teacher shows?",
    ),
    Station(
        "Normalization",
        "Digits",
        "The tutorial turns every pixel x into (x − 0.5) / 0.5: black becomes −1, white +1. Where "
        "will the mean of all training pixels then lie?",
        Line(tuple(tenth / 10 for tenth in range(-10, 11)), _signed),
        "choose **Tutorial’s** under Normalization",
        "−0.74, far from the 0 that the formula seems to promise",
        place="Normalization",
    ),
    Station(
        "One update",
        "Mini-batch",
        "Twenty updates, each on a single digit, all from the same weights. How many of them will "
        "make the test loss worse?",
        Choice(_WORSE),
        "press the button under **Try single updates**",
        "about half of the 20, between 4 and 12 of them; at 200 and more digits hardly any",
        place="Try single updates",
    ),
    Station(
        "With and without",
        "Compare",
        f"An epoch uses all {TRAINING_DIGITS:,} digits once, whatever the batch size. How long "
        "will it take one digit at a time, against batches of 200?",
        Line((1, 2, 5, 10, 20, 50, 100, 200), _times),
        "press **With and without mini-batches** and watch the bars",
        "10 to 20 times as long (21 in the tutorial of 2019), for 200 times as many updates",
    ),
    Station(
        "Three clocks",
        "Compare",
        "Five batch sizes learn for ten seconds each. Pick them in the order in which they will "
        "end: the lowest test loss first.",
        Order(FIVE_SIZES.batch_sizes),
        "press **Five sizes, ten seconds each** and change **Against the clock**",
        "10 first, then 200 and 1 close together, then 2,000, and 60,000 far behind; by equal "
        "epochs the smallest leads, by equal updates the largest",
        in_class="Five batch sizes learn for ten seconds each. Which one will end with the lowest "
        "test loss?",
    ),
    Station(
        "Predictions",
        "Predictions",
        "Untrained, the network only guesses. How will the number of test digits that it reads "
        "right, of 100, grow while it sees every training digit once? Sketch it.",
        Curve(
            tuple(range(0, TRAINING_DIGITS + 1, TRAINING_DIGITS // 24)),
            100,
            "training digits",
            "right, of 100 test digits",
        ),
        "press **Start** and watch the ticks and crosses",
        "87 to 89 of 100 in the end, and about 75 already after the first 10,000 digits",
        in_class="Untrained, the network only guesses. When it has seen every training digit once, "
        "how many of 100 test digits will it read right?",
    ),
    Station(
        "The noise",
        "Mini-batch",
        f"Each needle is the gradient of {FEW_DIGITS} digits, and points far away from that of all "
        f"{TRAINING_DIGITS:,}. How many degrees away will batches of {MANY_DIGITS:,} point, a "
        "hundred times as many?",
        Line(tuple(range(0, 91, 5)), lambda angle: f"{angle:.0f}°"),
        f"move **Batch size** to {MANY_DIGITS:,} and look at **Where a mini-batch points**",
        "16 to 18 degrees, from about 70 at 10 digits: a hundred times the digits leave a tenth "
        "of the noise",
        place="Where a mini-batch points",
    ),
)

GLOSSARY = {
    "Epoch": "once through all training digits, each of them used once.",
    "Update": "one step of all weights, made after each mini-batch.",
    "Loss": "how wrong the network is: the negative logarithm of the probability that it gave to "
    "the true label, so that sure and right is near 0.",
    "Gradient": "the direction in which the loss rises most steeply; an update goes against it.",
    "Mini-batch": "the digits of one update, because the mean over several is a steadier guide "
    "than one digit and a quicker one than all.",
    "Learning rate": "how far each update moves the weights: too little takes long, too much "
    "overshoots.",
    "Why normalize": "because numbers around 0 and of a similar size let all weights learn at a "
    "similar pace.",
    "Why shuffle": "because a fixed order can hold a pattern of its own; shuffled, each "
    "mini-batch is a fair sample of all digits.",
}


def station_named(text: str) -> int | None:
    """The station, from 1 on, that an address names; None where it names none."""
    return {str(number): number for number in range(1, len(STATIONS) + 1)}.get(text)


def compared(station: Station, predicted: Prediction, measured: Measured) -> str:
    """A prediction beside what was measured, in a line."""
    kind = station.kind
    return (
        f"You said **{kind.said(predicted)}**, measured here: **{measured.figure}**, "
        f"{kind.judged(predicted, measured.value)}."
    )


def black_pixels(black: int, pixels: int) -> Measured:
    """How many of a digit's pixels are black."""
    share = black / pixels
    return Measured(
        _SHARES[int(share >= 1 / 3) + int(share > 2 / 3)],
        f"{black} of {pixels} ({share:.0%})",
        f"What tells one digit from another lies in the {pixels - black} numbers that are left. A "
        "row at the digit’s edge says nothing at all, one through its middle a lot.",
    )


def mean_of_pixels(own: Normalization) -> Measured:
    """Where the tutorial's normalization puts the mean of pixels whose own one is given."""
    tutorials = Normalization()
    moved = (own.mean - tutorials.mean) / tutorials.std
    return Measured(
        moved,
        _signed(moved, 2),
        f"The pixels’ own mean is {own.mean:.2f}, for most of them are black; 0.5 is a rough "
        "guess. Choose **MNIST’s own**: the mean becomes 0. The picture stays the same each time.",
    )


def worsened(trials: Sequence[Trial]) -> Measured | None:
    """How many updates on one digit made the test loss worse; None before there were two sizes."""
    tried = by_digits(trials)
    if len(tried) < 2 or any(len(of_size) < 2 for of_size in tried.values()):
        return None
    alone = tried[min(tried)]
    worse = sum(trial.worsened for trial in alone)
    return Measured(
        _WORSE[int(worse > 0) + int(worse >= len(alone) / 2)],
        f"{worse} of {len(alone)}",
        f"{trials_compared(trials)} Every digit pulls its own way; the more of them pull together, "
        "the less one alone can do.",
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
        f"{figure(ratio)} times as long",
        f"{race_sentences.epoch_seconds(record)} An update on {large:,} digits takes "
        f"{figure(per_update[large] / per_update[small])} times as long as one on "
        f"{digits(small)}, for {figure(large / small)} times as many digits.",
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
    leaders = [f"by {clock} {rank[0].value:,} leads" for clock, rank in by_clock.items()]
    return Measured(
        order,
        Order(order).said(order) + " so far" * (not record.over),
        f"{', '.join(leaders).capitalize()}. Equal epochs favour many updates, equal updates "
        "large batches, and equal seconds whoever spends them best.",
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
        f"from {first:.0f} to {last:.0f}",
        f"Half of that gain was there after {halfway:,} digits; all of it took "
        f"{snapshot.epochs[0].updates:,} updates. Now, after "
        f"{figure(latest.place.epochs, 3)} epochs, it is {100 * latest.accuracy:.0f} of 100. "
        "Switch on **Only mistakes** to see which ones it still gets wrong.",
    )


def degrees_away(needles: Needles) -> Measured | None:
    """How far the many digits' gradients point away; None where the needles are of other sizes."""
    if needles.batch_size != MANY_DIGITS:
        return None
    angle = mean(needle.degrees for needle in needles.needles)
    return Measured(
        angle,
        f"{angle:.0f}°",
        f"{needles_described(needles)} A hundred times as many digits leave a tenth of the noise, "
        "not a hundredth: so ever larger batches gain less and less.",
    )
