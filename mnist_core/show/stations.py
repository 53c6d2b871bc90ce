"""The lesson's seven stations: what each asks, and what to do there. English, see Station."""

from __future__ import annotations

from dataclasses import dataclass

from mnist_core.data import TRAINING_DIGITS
from mnist_core.language import _, later
from mnist_core.race.plan import FIVE_SIZES
from mnist_core.show.kinds import Choice, Curve, Line, Order


@dataclass(frozen=True)
class Station:
    """A stop of the lesson. Its texts are in English; `_` translates them where they are shown.

    page: at which it is, by its English title.
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


def signed(value: float, decimals: int = 1) -> str:
    """With its sign and a minus as it is printed: "+0.5", "−0.74"."""
    return f"{value:+.{decimals}f}".replace("-", "−")


def _times(value: float) -> str:
    return _("as long") if value == 1 else _("{times:,.0f} times as long").format(times=value)


# Options of choices.
SHARES = (
    later("Fewer than a third"),
    later("A third to two thirds"),
    later("More than two thirds"),
)
WORSE = (later("None of them"), later("Fewer than half"), later("Half or more"))

STATIONS = (
    Station(
        name=later("One digit"),
        page=later("Digits"),
        question=later(
            "To the network a digit is 28 × 28 = 784 numbers, from 0 (black) to 1 (white). How "
            "many of the 784 are exactly 0 in the digit on this page?"
        ),
        kind=Choice(SHARES),
        act=later("move **Row of pixels** from the top of the digit to its bottom"),
        expect=later("618 of the 784, about four fifths"),
        in_class=later(
            "To the network a digit is 28 × 28 = 784 numbers, from 0 (black) to 1 (white). How "
            "many of the 784 are exactly 0 in the digit that the teacher shows?"
        ),
    ),
    Station(
        name=later("Normalization"),
        page=later("Digits"),
        question=later(
            "The tutorial turns every pixel x into (x − 0.5) / 0.5: black becomes −1, white +1. "
            "Where will the mean of all training pixels then lie?"
        ),
        kind=Line(tuple(tenth / 10 for tenth in range(-10, 11)), signed),
        act=later("choose **Tutorial’s** under Normalization"),
        expect=later("−0.74, far from the 0 that the formula seems to promise"),
        place=later("Normalization"),
    ),
    Station(
        name=later("One update"),
        page=later("Mini-batch"),
        question=later(
            "Twenty updates, each on a single digit, all from the same weights. How many of them "
            "will make the test loss worse?"
        ),
        kind=Choice(WORSE),
        act=later("press the button under **Try single updates**"),
        expect=later(
            "about half of the 20, between 4 and 12 of them; at 200 and more digits hardly any"
        ),
        place=later("Try single updates"),
    ),
    Station(
        name=later("With and without"),
        page=later("Compare"),
        question=later(
            "An epoch uses all 60,000 digits once, whatever the batch size. How long will it take "
            "one digit at a time, against batches of 200?"
        ),
        kind=Line((1, 2, 5, 10, 20, 50, 100, 200), _times),
        act=later("press **With and without mini-batches** and watch the bars"),
        expect=later(
            "10 to 20 times as long (21 in the tutorial of 2019), for 200 times as many updates"
        ),
    ),
    Station(
        name=later("Three clocks"),
        page=later("Compare"),
        question=later(
            "Five batch sizes learn for ten seconds each. Pick them in the order in which they "
            "will end: the lowest test loss first."
        ),
        kind=Order(FIVE_SIZES.batch_sizes),
        act=later("press **Five sizes, ten seconds each** and change **Against the clock**"),
        expect=later(
            "10 first, then 200 and 1 close together, then 2,000, and 60,000 far behind; by equal "
            "epochs the smallest leads, by equal updates the largest"
        ),
        in_class=later(
            "Five batch sizes learn for ten seconds each. Which one will end with the lowest test "
            "loss?"
        ),
    ),
    Station(
        name=later("Predictions"),
        page=later("Predictions"),
        question=later(
            "Untrained, the network only guesses. How will the number of test digits that it "
            "reads right, of 100, grow while it sees every training digit once? Sketch it."
        ),
        kind=Curve(
            tuple(range(0, TRAINING_DIGITS + 1, TRAINING_DIGITS // 24)),
            100,
            later("training digits"),
            later("right, of 100 test digits"),
        ),
        act=later("press **Start** and watch the ticks and crosses"),
        expect=later(
            "87 to 89 of 100 in the end, and about 75 already after the first 10,000 digits"
        ),
        in_class=later(
            "Untrained, the network only guesses. When it has seen every training digit once, how "
            "many of 100 test digits will it read right?"
        ),
    ),
    Station(
        name=later("The noise"),
        page=later("Mini-batch"),
        question=later(
            "Each needle is the gradient of 10 digits, and points far away from that of all "
            "60,000. How many degrees away will batches of 1,000 point, a hundred times as many?"
        ),
        kind=Line(tuple(range(0, 91, 5)), lambda angle: f"{angle:.0f}°"),
        act=later("move **Batch size** to 1,000 and look at **Where a mini-batch points**"),
        expect=later(
            "16 to 18 degrees, from about 70 at 10 digits: a hundred times the digits leave a "
            "tenth of the noise"
        ),
        place=later("Where a mini-batch points"),
    ),
)
