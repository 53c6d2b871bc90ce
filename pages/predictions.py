"""Predictions: what the network makes of test digits, while it learns."""

from __future__ import annotations

import streamlit as st
import torch
from torch import Tensor

from mnist_core import Digits, Setup, charts
from mnist_core.update import Learner
from pages.parts import visitors
from pages.parts.choice import choose
from pages.parts.digit_grid import digit_grid
from pages.parts.follow import follow
from pages.parts.live_chart import live_chart
from pages.parts.matrix import confusion_matrix
from pages.parts.session import Session
from pages.parts.shared import RUNNER, is_dark, mnist

_GRID = 16
_CELL_DIGITS = 12
_SHOW = {"grid": "16 test digits", "all": "The whole test set"}


def page(session: Session) -> None:
    """The whole page: 16 digits or all 10,000, followed live."""
    st.markdown(
        "The network labels test digits, which it never trains on. Start the training and watch "
        "crosses turn into ticks: which digits stay wrong longest?"
    )
    show = choose("Show", _SHOW, key="show")
    indices = _chosen_digits(session) if show == "grid" else None

    def live() -> None:
        if session.run.latest.untrained:
            st.info("The network is untrained: these are its guesses. Press **Start**.")
        with RUNNER.resting(session.run) as run:
            learner = run.copy_learner()
        if not bool(learner.network.parameters.isfinite().all()):
            st.error("The weights are no longer numbers: there is nothing to predict. Press Reset.")
        elif indices is None:
            _whole_set(session, learner)
        else:
            _sixteen(learner, session.run.setup, indices)

    follow(session, live)
    st.markdown(
        "**Question:** of the digits that the network still gets wrong, how many would you have "
        "read right?"
    )


def _chosen_digits(session: Session) -> list[int]:
    """Indices of the 16 test digits: the same until others are drawn."""
    left = st.container(horizontal=True, vertical_alignment="center")
    left.button(
        f"Draw {_GRID} new digits",
        key="draw_sixteen",
        icon=":material/casino:",
        on_click=_draw_new,
    )
    only_mistakes = left.toggle("Only mistakes", key="only_mistakes", persist_state="session")
    chosen = (st.session_state.get("sixteen_draw", 0), only_mistakes, session.run_number)
    if st.session_state.get("sixteen_for") != chosen:
        st.session_state["sixteen_for"] = chosen
        st.session_state["sixteen"], st.session_state["mistakes"] = _draw(session, only_mistakes)
    if only_mistakes:
        mistakes = st.session_state["mistakes"]
        st.markdown(
            f"Drawn from the **{mistakes:,}** of {len(mnist().test):,} test digits that the "
            "network got wrong at that moment."
            if mistakes
            else "The network got no test digit wrong at that moment."
        )
    return st.session_state["sixteen"]


def _draw_new() -> None:
    st.session_state["sixteen_draw"] = st.session_state.get("sixteen_draw", 0) + 1


def _draw(session: Session, only_mistakes: bool) -> tuple[list[int], int]:
    """Sixteen test digits at random, and from how many they were drawn."""
    candidates = torch.arange(len(mnist().test))
    if only_mistakes:
        with RUNNER.resting(session.run) as run:
            predicted = run.predict(mnist().test.images).argmax(dim=1)
        candidates = (predicted != mnist().test.labels.cpu()).nonzero().flatten()
    generator = torch.Generator().manual_seed(st.session_state.get("sixteen_draw", 0))
    order = torch.randperm(len(candidates), generator=generator)[:_GRID]
    return candidates[order].tolist(), len(candidates)


def _sixteen(learner: Learner, setup: Setup, indices: list[int]) -> None:
    """The 16 and training digit 0 beside them, the two lines of labels, and one digit's bars."""
    test, train = mnist().test, mnist().train
    digits = test.at(torch.tensor(indices, dtype=torch.int64, device=mnist().device))
    images = torch.cat([digits.images, train.images[:1]])
    labels = torch.cat([digits.labels, train.labels[:1]]).cpu()
    probabilities = learner.probabilities(images)
    names = [*(f"Test digit {index}" for index in indices), "Training digit 0"]
    left, right = st.columns([3, 2])
    with left:
        picked = _grid(images, labels, probabilities, names, key="sixteen_grid")
        _two_lines(labels[:-1], probabilities[:-1])
    with right:
        _bars(learner, setup, images[picked], int(labels[picked]), names[picked])
        _promise(probabilities[-1])


def _grid(
    images: Tensor,
    labels: Tensor,
    probabilities: Tensor,
    names: list[str],
    *,
    key: str,
    picked: int = 0,
) -> int:
    captions, told = [], []
    highest, predicted = probabilities.max(dim=1)
    rows = zip(names, labels.tolist(), predicted.tolist(), highest.tolist(), strict=True)
    for name, label, guess, sure in rows:
        right = guess == label
        prefix = "training digit 0\n" if name == "Training digit 0" else ""
        captions.append(f"{prefix}{'✓' if right else '✗'} {guess} ({sure:.0%})\ntrue {label}")
        verdict = "right" if right else "wrong"
        told.append(f"{name}: predicted {guess} at {sure:.0%}, true {label}, {verdict}")
    return digit_grid(images, captions, told, key=key, size=64, picked=picked)


def _two_lines(labels: Tensor, probabilities: Tensor) -> None:
    predicted = probabilities.argmax(dim=1)
    right = int((predicted == labels).sum())
    lines = {"predicted": predicted.tolist(), "real": labels.tolist()}
    text = "\n".join(f"{name:>9}: {' '.join(map(str, row))}" for name, row in lines.items())
    st.code(text, language=None)
    st.markdown(
        f"**{right} of {len(labels)} right**, each label the highest of its ten probabilities: "
        f"their shape is {tuple(probabilities.shape)}."
    )


def _bars(learner: Learner, setup: Setup, image: Tensor, label: int, name: str) -> None:
    """The ten probabilities of one digit, untrained beside now."""
    untrained = Learner(setup, torch.Generator().manual_seed(setup.seed), learner.device)
    dark = is_dark()
    bars = {
        "untrained": (untrained, {"color": charts.grey(dark), "pattern": {"shape": "/"}}),
        "now": (learner, {"color": charts.accent(dark)}),
    }
    rows = {
        when: network.probabilities(image[None])[0].tolist() for when, (network, _) in bars.items()
    }
    figure = charts.bars(
        {when: (rows[when], marker) for when, (_, marker) in bars.items()},
        x_title="label",
        y_title="probability",
        dark=dark,
    )
    figure["layout"]["yaxis"] |= {"autorange": False, "range": [0, 1], "tickformat": ".0%"}
    st.markdown(f"**{name}, a {label}**")
    now = ", ".join(f"{digit} {value:.1%}" for digit, value in enumerate(rows["now"]))
    live_chart(figure, key="digit_bars", label=f"Probabilities now: {now}", height=320)
    st.caption(f"Now: {now}.")


def _promise(probabilities: Tensor) -> None:
    """The tutorial's promise for training digit 0, checked."""
    highest, guess = probabilities.max(dim=0)
    five = probabilities[5].item()
    kept = guess == 5
    st.markdown(
        "**The tutorial's promise:** after training, the 5 is the highest of training digit 0's "
        f"probabilities. It is at {five:.1%} now"
        + (", the highest: ✓ kept." if kept else f", and the {guess} at {highest:.1%}: ✗ not yet.")
    )


def _whole_set(session: Session, learner: Learner) -> None:
    test = mnist().test
    probabilities = _all_probabilities(session, learner)
    labels, predicted = test.labels.cpu(), probabilities.argmax(dim=1)
    right = int((predicted == labels).sum())
    with st.container(horizontal=True, gap="large"):
        st.metric("Test accuracy", f"{right / len(test):.2%}", width="content")
        st.metric("Right", f"{right:,}", width="content")
        st.metric("Wrong", f"{len(test) - right:,}", width="content")
    left, right_column = st.columns([5, 3])
    with left:
        cell = _confusion(labels, predicted)
    with right_column:
        _cell_digits(test, labels, predicted, probabilities, cell)
    _confident_mistakes(test, labels, predicted, probabilities)


def _all_probabilities(session: Session, learner: Learner) -> Tensor:
    """Of the whole test set, computed once for each state of the network."""
    state = (session.run_number, learner.steps)
    if session.test_probabilities is None or session.test_probabilities[0] != state:
        session.test_probabilities = state, learner.probabilities(mnist().test.images)
    return session.test_probabilities[1]


def _confusion(labels: Tensor, predicted: Tensor) -> tuple[int, int]:
    """Draw the counts, true labels in rows; the cell (true, predicted) that is chosen."""
    st.subheader("Confusion matrix")
    counts = (labels * 10 + predicted).bincount(minlength=100).view(10, 10)
    st.caption("Rows are true labels, columns predicted ones.")
    wrong = counts.clone().fill_diagonal_(0)
    commonest = divmod(int(wrong.argmax()), 10)
    return confusion_matrix(counts, key="confusion", picked=commonest)


def _cell_digits(
    test: Digits, labels: Tensor, predicted: Tensor, probabilities: Tensor, cell: tuple[int, int]
) -> None:
    label, guess = cell
    st.subheader(f"True {label}, predicted {guess}")
    indices = ((labels == label) & (predicted == guess)).nonzero().flatten()
    if not len(indices):
        st.markdown("No test digit is in this cell now. Pick another cell of the matrix.")
        return
    st.caption(
        f"{min(len(indices), _CELL_DIGITS)} of {len(indices):,}, the surest first. "
        "Pick a cell of the matrix to see its digits."
    )
    _surest(test, labels, probabilities, indices, _CELL_DIGITS, key="cell_grid")


def _confident_mistakes(
    test: Digits, labels: Tensor, predicted: Tensor, probabilities: Tensor
) -> None:
    st.subheader("The most confident mistakes")
    indices = (predicted != labels).nonzero().flatten()
    if not len(indices):
        st.markdown("There is none: every test digit is labelled right.")
        return
    _surest(test, labels, probabilities, indices, _GRID, key="mistakes_grid")


def _surest(
    test: Digits, labels: Tensor, probabilities: Tensor, indices: Tensor, most: int, *, key: str
) -> None:
    """A grid of those digits of which the network is surest."""
    sure = probabilities[indices].max(dim=1).values
    indices = indices[sure.argsort(descending=True)[:most]]
    images = test.at(indices.to(test.images.device)).images
    names = [f"Test digit {index}" for index in indices.tolist()]
    _grid(images, labels[indices], probabilities[indices], names, key=key, picked=-1)


page(visitors.current())
