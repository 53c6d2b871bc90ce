"""Sixteen test digits, and training digit 0 below them, while the network learns."""

from __future__ import annotations

from dataclasses import dataclass
from operator import eq, ne

import streamlit as st
import torch
from torch import Tensor

from mnist_core.language import _, later
from mnist_core.training.learner import untrained
from pages.app.feed import Led, Parts
from pages.app.loading import mnist
from pages.app.scheduling import by_trainer
from pages.app.theme import is_dark
from pages.app.training import Training
from pages.app.visitors import Visitor
from pages.components.digit_grid import digit_grid, picked_index, sheet
from pages.components.live_chart import live_chart
from pages.components.live_html import caption, live_html, sentence
from pages.predictions.answers import (
    TestProbabilities,
    answer_grid,
    bars,
    in_words,
    note_on,
    sound,
)

_COUNT = 16
_TUTORIALS = later("Training digit 0, the tutorial's")


def sixteen_digits(visitor: Visitor) -> None:
    """The 16 and training digit 0 below them, the two lines of labels, and one digit's bars."""
    training, indices = visitor.training, _chosen_digits(visitor)
    picked, dark = picked_index("sixteen_grid", len(indices) + 1), is_dark()
    looked = by_trainer(lambda: _look_at(training, indices, picked))
    answers = _Answers(training, looked)

    def show() -> Parts:
        answers.ask()
        return _sixteen_shown(answers, dark)

    shown = by_trainer(lambda: visitor.feed.show(show))
    visitor.feed.lead(lambda dark: _led(answers, dark))
    live_html("predictions_note", shown["predictions_note"])
    if "sixteen_grid" not in shown:
        return
    left, right = st.columns([2, 1])
    with left:
        live_html("right_and_changed", shown["right_and_changed"])
        digit_grid("sixteen_grid", shown["sixteen_grid"])
        live_html("promise", shown["promise"])
        live_html("two_lines", shown["two_lines"])
    with right:
        st.markdown(looked.name_of_picked)
        live_chart("digit_bars", shown["digit_bars"])
        live_html("bars_in_words", shown["bars_in_words"])


def _chosen_digits(visitor: Visitor) -> list[int]:
    """Indices of the 16 test digits: the same until others are drawn."""
    left = st.container(horizontal=True, vertical_alignment="center")
    left.button(
        _("Draw {count} new digits").format(count=_COUNT),
        key="draw_sixteen",
        icon=":material/casino:",
        on_click=_draw_new,
    )
    only_mistakes = left.toggle(_("Only mistakes"), key="only_mistakes", persist_state="session")
    chosen = (st.session_state.get("sixteen_draw", 0), only_mistakes, visitor.training.run_number)
    if st.session_state.get("sixteen_for") != chosen:
        st.session_state["sixteen"], st.session_state["mistakes"] = _draw(visitor, only_mistakes)
        st.session_state["sixteen_for"] = chosen  # last: nobody may be there to say which are wrong
    if only_mistakes:
        mistakes = st.session_state["mistakes"]
        st.markdown(
            _(
                "Drawn from the **{mistakes:,}** of {all:,} test digits that the network got wrong "
                "at that moment."
            ).format(mistakes=mistakes, all=len(mnist().test))
            if mistakes
            else _("The network got no test digit wrong at that moment.")
        )
    return st.session_state["sixteen"]


def _draw_new() -> None:
    st.session_state["sixteen_draw"] = st.session_state.get("sixteen_draw", 0) + 1


def _draw(visitor: Visitor, only_mistakes: bool) -> tuple[list[int], int]:
    """Sixteen test digits at random, and from how many they were drawn."""
    candidates = torch.arange(len(mnist().test))
    if only_mistakes:
        answers = visitor.kept(TestProbabilities)
        predicted = by_trainer(lambda: answers.now(visitor.training)).argmax(dim=1)
        candidates = (predicted != mnist().test.labels.cpu()).nonzero().flatten()
    generator = torch.Generator().manual_seed(st.session_state.get("sixteen_draw", 0))
    order = torch.randperm(len(candidates), generator=generator)[:_COUNT]
    return candidates[order].tolist(), len(candidates)


@dataclass(frozen=True)
class _Looked:
    """The digits that are looked at, test digits and training digit 0 after them.

    indices: of the test digits.
    labels: the true ones.
    sheet: their pictures.
    before: what the network took them for before its batch size was last changed, or untrained.
    picked: the place of the one whose bars are drawn.
    untrained: what the untrained network makes of that one.
    """

    images: Tensor
    indices: list[int]
    labels: list[int]
    sheet: str
    before: list[int]
    picked: int
    untrained: list[float]

    @property
    def names(self) -> list[str]:
        """What a screen reader calls each."""
        tested = (_("Test digit {index}").format(index=index) for index in self.indices)
        return [*tested, _(_TUTORIALS)]

    @property
    def name_of_picked(self) -> str:
        """Of the one whose bars are drawn, in bold."""
        return _("**{digit}, a {label}**").format(
            digit=self.names[self.picked], label=self.labels[self.picked]
        )


def _look_at(training: Training, indices: list[int], picked: int) -> _Looked:
    test, train = mnist().test, mnist().train
    digits = test.at(torch.tensor(indices, dtype=torch.int64, device=mnist().device))
    images = torch.cat([digits.images, train.images[:1]])
    first = untrained(training.run.setup, mnist().device)
    before = training.before_move or first
    return _Looked(
        images,
        indices,
        torch.cat([digits.labels, train.labels[:1]]).tolist(),
        sheet(images),
        before.probabilities(images).argmax(dim=1).tolist(),
        picked,
        first.probabilities(images[picked : picked + 1])[0].tolist(),
    )


class _Answers:
    """What the network made of the digits when the page last asked it."""

    def __init__(self, training: Training, looked: _Looked) -> None:
        self.training, self.looked = training, looked
        self.probabilities = torch.empty(0)

    def ask(self) -> None:
        """Ask the network as it is now."""
        self.probabilities = self.training.run.predict(self.looked.images)

    @property
    def guesses(self) -> list[int]:
        """For what it took the test digits."""
        return self.probabilities.argmax(dim=1).tolist()[:-1]

    @property
    def of_picked(self) -> list[float]:
        """The ten probabilities of the digit whose bars are drawn."""
        return self.probabilities[self.looked.picked].tolist()

    @property
    def grid(self) -> dict[str, object]:
        """All of it, as digit_grid draws it."""
        looked = self.looked
        return answer_grid(
            looked.sheet,
            looked.labels,
            self.probabilities,
            looked.names,
            looked.picked,
            before=looked.before,
            apart=[_(_TUTORIALS)],
        )


def _sixteen_shown(answers: _Answers, dark: bool) -> Parts:
    probabilities, looked = answers.probabilities, answers.looked
    shown = {"predictions_note": note_on(answers.training.run, probabilities)}
    if not sound(probabilities):
        return shown
    return shown | {
        "right_and_changed": sentence(_right_and_changed(answers)),
        "sixteen_grid": answers.grid,
        "promise": _promise(probabilities[-1]),
        "two_lines": _two_lines(looked.labels[:-1], answers.guesses),
        "digit_bars": bars(looked.untrained, answers.of_picked, dark),
        "bars_in_words": caption(in_words(answers.of_picked)),
    }


def _led(answers: _Answers, dark: bool) -> Led:
    """What those who follow a teacher see: what the teacher's page has last asked for."""
    if not sound(answers.probabilities):
        return Led()
    looked = answers.looked
    of_picked = bars(looked.untrained, answers.of_picked, dark)
    words = _right_and_changed(answers) or _("The network is untrained: these are its guesses.")
    return Led(sentence(words), answers.grid, [(sentence(looked.name_of_picked), of_picked)])


def _right_and_changed(answers: _Answers) -> str:
    """How many of the test digits are labelled right, and how many got another label lately."""
    training, looked, guesses = answers.training, answers.looked, answers.guesses
    if training.run.latest.untrained:
        return ""
    right = sum(map(eq, guesses, looked.labels))
    changed = sum(map(ne, guesses, looked.before))
    text = _(
        "**{right} of {all} right.** **{changed} of {all} changed** since the start (dotted frame)."
    )
    if training.before_move:
        text = _(
            "**{right} of {all} right.** **{changed} of {all} changed** since the move to "
            "{size:,} (dotted frame)."
        )
    size = training.run.settings.batch_size
    return text.format(right=right, changed=changed, all=len(guesses), size=size)


def _two_lines(labels: list[int], guesses: list[int]) -> str:
    lines = {_("predicted"): guesses, _("real"): labels}
    wide = max(map(len, lines))
    text = "\n".join(f"{name:>{wide}}: {' '.join(map(str, row))}" for name, row in lines.items())
    # Within reach of the keys: in a narrow window it scrolls.
    named = _("Predicted and real")
    shown = f'<pre tabindex="0" role="region" aria-label="{named}">{text}</pre>'
    return shown + caption(_("Each guess is the label with the highest probability."))


def _promise(probabilities: Tensor) -> str:
    """The tutorial's promise for training digit 0, checked."""
    highest, guess = probabilities.max(dim=0)
    five = probabilities[5].item()
    text = _(
        "**The tutorial's promise:** after training, the network takes this digit for a 5. Now it "
        "says {guess} at {sure:.0%}, and 5 at {five:.0%}: ✗ not yet."
    )
    if guess == 5:
        text = _(
            "**The tutorial's promise:** after training, the network takes this digit for a 5. Now "
            "it does, at {five:.0%}: ✓ kept."
        )
    return sentence(text.format(guess=guess, sure=highest, five=five))
