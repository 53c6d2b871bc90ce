"""The question at each page's end, with an answer."""

from __future__ import annotations

from dataclasses import dataclass

from mnist_core.language import later
from mnist_core.race.plan import Raced


@dataclass(frozen=True)
class Question:
    """What a page asks, as it goes on after "Question:", and an answer; English, Markdown."""

    asked: str
    answer: str


# By the titles of the pages.
QUESTIONS: dict[str, Question] = {
    "Digits": Question(
        later(
            "which mean and standard deviation leave the training pixels with mean 0 and standard "
            "deviation 1, and does the network learn faster with them?"
        ),
        later(
            "Their own: take the mean of all training pixels away and divide by their standard "
            "deviation, as **MNIST’s own** does. Whether the network learns faster, two runs of "
            "yours can say: press **Train with this** and **Reset**, train for as many epochs as "
            "before, and compare the test losses."
        ),
    ),
    "Mini-batch": Question(
        later(
            "an update with 1 digit can make the test loss worse. Why can many of them, one after "
            "another, still make it fall?"
        ),
        later(
            "Each digit’s gradient points a little towards what helps all digits, and mostly "
            "somewhere of its own. Over many updates the common part adds up, while the rest "
            "largely cancels out. Adam helps: each of its steps also follows the gradients before."
        ),
    ),
    "Train": Question(
        later(
            "put *seconds of training* under the test loss and move the slider: at which batch "
            "size does the line fall most steeply, and at which against *updates*?"
        ),
        later(
            "Against *updates* it is a large batch: every step rests on many digits. Against "
            "*seconds* it is most often a size in between: large enough to keep the processor "
            "busy, and small enough for many steps. Which one exactly depends on your computer, so "
            "trust your chart."
        ),
    ),
    "Predictions": Question(
        later("how many of the digits that it gets wrong would you have read right?"),
        later(
            "Switch on **Only mistakes** and count: most people read most of them. You have seen "
            "writing all your life and look past a slip of the pen; the network knows only which "
            "pixels were bright in its 60,000 digits. A few are so unclear that one may doubt "
            "their labels."
        ),
    ),
}

# By what a race is of.
RACE_QUESTIONS: dict[Raced, Question] = {
    "batch_size": Question(
        later(
            "which batch size would you take if every update cost money, and which if only your "
            "time counts? Look for a target at which the two answers differ."
        ),
        later(
            "Where updates cost money, take the size whose marker stands lowest on the left under "
            "**To the target**; where time counts, the one lowest on the right. Large batches need "
            "few updates, but each takes longer; very small ones need so many that they take "
            "longest of all."
        ),
    ),
    "learning_rate": Question(
        later(
            "which learning rate is the first that is too high? Race the same ones at ten times "
            "the batch size: is it still that one?"
        ),
        later(
            "The first whose loss falls more slowly, or jumps, although its steps are longer. "
            "Larger batches point more surely and often bear a higher rate: two races of yours "
            "will tell."
        ),
    ),
    "normalization": Question(
        later(
            "which normalization would you choose if you had time for one epoch, and which if you "
            "had time for ten?"
        ),
        later(
            "For one epoch, the one whose line falls most steeply at first: most often one that "
            "brings the pixels near mean 0 and standard deviation 1. With more time the others "
            "catch up, so look how far apart the lines still end."
        ),
    ),
    "order": Question(
        later("at which batch size does the order matter least? Say it first, then race it."),
        later(
            "At the full batch: there every update sees all digits, in whatever order. The smaller "
            "the batch, the more the latest digits pull the network their own way."
        ),
    ),
}
