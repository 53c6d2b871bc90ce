"""What the network answers: its probabilities of test digits, and what is shown of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from torch import Tensor

from mnist_core import Run
from mnist_core.language import _
from mnist_core.show import charts
from pages.app.loading import mnist
from pages.app.training import Training
from pages.components.digit_grid import grid
from pages.components.live_chart import chart
from pages.components.live_html import note


@dataclass
class TestProbabilities:
    """Of all test digits, with the state of the network that gave them.

    probabilities: float32, (10000, 10); None before they were asked for.
    run_number, updates: of the network.
    """

    # The name is the field's own term; it is no test class.
    __test__ = False

    probabilities: Tensor | None = None
    run_number: int | None = None
    updates: int | None = None

    def now(self, training: Training) -> Tensor:
        """Those of the run as it is now, computed once for each state of its network."""
        state = training.run_number, training.run.updates
        if state != (self.run_number, self.updates):
            self.probabilities = training.run.predict(mnist().test.images)
            self.run_number, self.updates = state
        return self.probabilities


def note_on(run: Run, probabilities: Tensor) -> str:
    """What must be known before anything is made of the probabilities."""
    if not sound(probabilities):
        reason = _("The weights are no longer numbers: there is nothing to predict. Press Reset.")
        return note(reason, "error")
    if run.latest.untrained:
        return note(_("The network is untrained: these are its guesses. Press **Start**."))
    return ""


def sound(probabilities: Tensor) -> bool:
    """Whether all of them are numbers."""
    return bool(probabilities.isfinite().all())


def answer_grid(
    pictured: str,
    labels: list[int],
    probabilities: Tensor,
    names: list[str],
    picked: int,
    before: list[int] | None = None,
    apart: Sequence[str] = (),
) -> dict[str, object]:
    """A grid of digits, each with a tick or a cross, the guess, and how sure the network is.

    pictured: their sheet().
    probabilities: (N, 10).
    names: what a screen reader calls each.
    picked: the place of the one that is picked, -1 for none.
    before: earlier guesses; digits whose guess is another one now are marked.
    apart: names of the digits that stand in a row of their own, under their name.
    """
    captions, descriptions, looks = [], [], []
    highest, predicted = probabilities.max(dim=1)
    guesses = predicted.tolist()
    rows = zip(names, labels, guesses, highest.tolist(), before or guesses, strict=True)
    for name, label, guess, sure, former in rows:
        tick, verdict = ("✓", _("right")) if guess == label else ("✗", _("wrong"))
        was = [_("was {label}").format(label=former)] if guess != former else []
        true = _("true {label}").format(label=label)
        lines = [f"{tick} {guess} ({sure:.0%})", true, *was]
        captions.append(f"{name}\n{', '.join(lines)}" if name in apart else "\n".join(lines))
        said = _("{name}: predicted {guess} at {sure:.0%}").format(
            name=name, guess=guess, sure=sure
        )
        descriptions.append(", ".join([said, true, verdict, *was]))
        looks.append(" ".join(["marked"] * bool(was) + ["apart"] * (name in apart)))
    return grid(pictured, captions, descriptions, picked, looks=looks)


def bars(untrained: list[float], now: list[float], dark: bool) -> dict[str, object]:
    """A chart of the ten probabilities of one digit, the untrained network's beside those of now.

    dark: whether it is for the dark theme.
    """
    figure = charts.digit_probabilities(untrained, now, dark)
    return chart(figure, _("Probabilities. {words}").format(words=in_words(now)), height=320)


def in_words(probabilities: list[float]) -> str:
    """The ten probabilities of one digit as a sentence."""
    each = ", ".join(f"{digit} {one:.1%}" for digit, one in enumerate(probabilities))
    return _("Now: {probabilities}.").format(probabilities=each)
