"""The whole test set: a confusion matrix, the digits in a cell of it, the surest mistakes."""

from __future__ import annotations

import streamlit as st
from torch import Tensor

from mnist_core import Digits
from mnist_core.language import _
from pages.app.feed import Parts
from pages.app.loading import mnist
from pages.app.scheduling import by_trainer
from pages.app.visitors import Visitor
from pages.components.digit_grid import digit_grid, picked_index, sheet
from pages.components.live_html import caption, figures, live_html, sentence
from pages.components.matrix import confusion_matrix, matrix, picked_cell
from pages.predictions.answers import TestProbabilities, answer_grid, note_on, sound

_MISTAKES = 16
_CELL_DIGITS = 12


def whole_test_set(visitor: Visitor) -> None:
    """Counts, the confusion matrix, digits of the cell that is picked, the surest mistakes."""
    cell = picked_cell("confusion")
    places = {
        "cell_grid": picked_index("cell_grid", _CELL_DIGITS, -1),
        "mistakes_grid": picked_index("mistakes_grid", _MISTAKES, -1),
    }
    shown = by_trainer(lambda: visitor.feed.show(lambda: _whole_set_shown(visitor, cell, places)))
    live_html("predictions_note", shown["predictions_note"])
    if "confusion" not in shown:
        return
    live_html("counts", shown["counts"])
    left, right = st.columns([5, 3])
    with left:
        st.subheader(_("Confusion matrix"))
        st.caption(_("Rows are true labels, columns predicted ones."))
        confusion_matrix("confusion", shown["confusion"])
    with right:
        live_html("cell", shown["cell"])
        digit_grid("cell_grid", shown["cell_grid"])
    st.subheader(_("The most confident mistakes"))
    live_html("mistakes", shown["mistakes"])
    digit_grid("mistakes_grid", shown["mistakes_grid"])


def _whole_set_shown(
    visitor: Visitor, cell: tuple[int, int] | None, places: dict[str, int]
) -> Parts:
    test = mnist().test
    probabilities = visitor.kept(TestProbabilities).now(visitor.training)
    shown = {"predictions_note": note_on(visitor.training.run, probabilities)}
    if not sound(probabilities):
        return shown
    labels, predicted = test.labels.cpu(), probabilities.argmax(dim=1)
    counts = (labels * 10 + predicted).bincount(minlength=100).view(10, 10)
    label, guess = cell or _commonest_mistake(counts)
    in_cell = ((labels == label) & (predicted == guess)).nonzero().flatten()
    wrong = (predicted != labels).nonzero().flatten()
    return shown | {
        "counts": _right_and_wrong(len(test), len(test) - len(wrong)),
        "confusion": matrix(counts, (label, guess)),
        "cell": _in_cell(label, guess, len(in_cell)),
        "cell_grid": _surest(test, probabilities, in_cell, _CELL_DIGITS, places["cell_grid"]),
        "mistakes": "" if len(wrong) else sentence(_("None: every test digit is labelled right.")),
        "mistakes_grid": _surest(test, probabilities, wrong, _MISTAKES, places["mistakes_grid"]),
    }


def _commonest_mistake(counts: Tensor) -> tuple[int, int]:
    return divmod(int(counts.clone().fill_diagonal_(0).argmax()), 10)


def _right_and_wrong(count: int, right: int) -> str:
    return figures(
        {
            _("Test accuracy"): f"{right / count:.2%}",
            _("Right"): f"{right:,}",
            _("Wrong"): f"{count - right:,}",
        }
    )


def _in_cell(label: int, guess: int, count: int) -> str:
    text = _("No test digit is in this cell now. Pick another cell of the matrix.")
    if count:
        text = _(
            "{shown} of {count:,}, the surest first. Pick a cell of the matrix to see its digits."
        ).format(shown=min(count, _CELL_DIGITS), count=count)
    title = _("True {label}, predicted {guess}").format(label=label, guess=guess)
    return f"<h3>{title}</h3>{caption(text)}"


def _surest(
    test: Digits, probabilities: Tensor, indices: Tensor, most: int, picked: int
) -> dict[str, object]:
    """A grid of those digits of which the network is surest."""
    sure = probabilities[indices].max(dim=1).values
    indices = indices[sure.argsort(descending=True)[:most]]
    digits = test.at(indices.to(test.images.device))
    names = [_("Test digit {index}").format(index=index) for index in indices.tolist()]
    return answer_grid(
        sheet(digits.images), digits.labels.tolist(), probabilities[indices], names, picked
    )
