"""Train: the network learns, the batch size moves, the test loss and the seconds answer."""

from __future__ import annotations

from dataclasses import dataclass, replace

import streamlit as st

from mnist_core import Clock, Snapshot
from mnist_core.records import CLOCKS
from mnist_core.show import charts, sentences, tables
from mnist_core.show.questions import QUESTIONS
from pages.app import visitors
from pages.app.feed import Parts
from pages.app.loading import mnist
from pages.app.presenting import is_presented, presentation_button
from pages.app.sidebar import top_knobs
from pages.app.theme import is_dark
from pages.app.training import Ghost, Training
from pages.app.visitors import Visitor
from pages.components.choice import choose
from pages.components.digit_grid import sheet
from pages.components.live_chart import FILL, chart, live_chart
from pages.components.live_html import (
    bar,
    caption,
    figures,
    live_html,
    marked,
    picture,
    sentence,
    table,
)
from pages.components.question import ask

_MEASURES = {"sum": "Loss, sum", "mean": "Loss per digit", "accuracy": "Accuracy"}
_MOST_ROWS = 200
_SCALES = {"log": "Log", "linear": "Linear", "latest": "Latest"}


@dataclass(frozen=True)
class _View:
    """How the visitor looks at the run."""

    measure: charts.Measure
    against: Clock
    scale: charts.Scale
    dark: bool


def page(visitor: Visitor) -> None:
    """The whole page: the charts first, then words, the table, and a question."""
    top_knobs(visitor)
    with st.container(gap="xsmall"):
        shown, view = _first_screen(visitor)
    if is_presented():
        return
    _noise(visitor, view)
    live_html("in_words", shown["in_words"])
    _table(visitor)
    _download(visitor)
    ask(QUESTIONS["Train"])


def _first_screen(visitor: Visitor) -> tuple[Parts, _View]:
    """What is seen without scrolling; all that the page shows of the run, and how."""
    top = st.container(gap="xsmall")
    view = _choices(visitor.training)
    shown = visitor.feed.show(lambda: _shown(visitor.training, view))
    visitor.feed.lead(lambda dark: _charts(visitor.training, replace(view, dark=dark)))
    with top:
        live_html("headline", shown["headline"])
        live_html("progress", shown["progress"])
        live_html("batch", shown["batch"])
    left, right = st.columns(2)
    with left:
        live_chart("learning_curve", shown["learning_curve"])
    with right:
        live_chart("seconds_per_epoch", shown["seconds_per_epoch"])
    return shown, view


def _choices(training: Training) -> _View:
    """One quiet row: what the charts show, and whether a move of the batch size leaves a ghost."""
    row = {"horizontal": True, "vertical_alignment": "center", "gap": "xsmall"}
    with st.container(key="choices", **row):
        measure = choose("Test", _MEASURES, key="measure", quiet=True)
        against = choose("Against", CLOCKS, key="against", quiet=True)
        scale = choose("Scale", _SCALES, key="scale", quiet=True)
        _ghost_toggle(training)
        presentation_button()
    return _View(measure, against, scale, is_dark())


def _ghost_toggle(training: Training) -> None:
    st.toggle(
        "Ghost",
        value=True,
        key="keep_ghost",
        on_change=lambda: training.keep_ghost(st.session_state["keep_ghost"]),
        persist_state="session",
        help="Where the batch size moves, a copy of the run goes on at the old one: from the same "
        "weights, Adam’s averages and remaining digits, by turns of equal time. What differs from "
        "then on is the batch size’s doing.",
    )


def _shown(training: Training, view: _View) -> Parts:
    """What the page shows of the run now."""
    snapshot, ghost = training.run.latest, training.ghost
    return {
        "headline": _headline(snapshot),
        "progress": _progress(snapshot, training.playing),
        "batch": _batch(training),
        "in_words": _in_words(snapshot, ghost),
    } | _charts(training, view)


def _charts(training: Training, view: _View) -> Parts:
    snapshot, ghost = training.run.latest, training.ghost
    return {
        "learning_curve": chart(
            charts.learning_curve(
                snapshot,
                view.measure,
                view.against,
                view.scale,
                view.dark,
                ghost=ghost and ghost.run.latest,
                ghost_since=ghost and ghost.since,
            ),
            f"Line chart. {sentences.progress(snapshot)}",
            height=FILL,
        ),
        "seconds_per_epoch": chart(
            charts.seconds_per_epoch(snapshot, view.dark),
            f"Bar chart. {sentences.lesson(snapshot.epochs) or 'No whole epoch yet.'}",
            height=FILL,
        ),
    }


def _headline(snapshot: Snapshot) -> str:
    test = snapshot.test_points[-1] if snapshot.test_points else None
    pace = snapshot.updates_per_second
    return figures(
        {
            "Epochs": f"{snapshot.place.epochs:.2f}",
            f"Test loss, sum over {snapshot.test_digits:,}": f"{test.loss:,.0f}" if test else "–",
            "Test accuracy": f"{test.accuracy:.1%}" if test else "–",
            f"An epoch at {snapshot.settings.batch_size:,}": _epoch_time(snapshot),
            "Updates per second": sentences.figure(pace) if pace else "–",
        }
    )


def _epoch_time(snapshot: Snapshot) -> str:
    """Of training at the present settings: the last epoch's where it had them, else estimated."""
    last = snapshot.epochs[-1] if snapshot.epochs else None
    if last and last.batch_size == snapshot.settings.batch_size:
        return sentences.seconds(last.train_seconds)
    estimate = snapshot.epoch_seconds
    return f"≈ {sentences.seconds(estimate)}" if estimate else "–"


def _progress(snapshot: Snapshot, playing: bool) -> str:
    if snapshot.untrained and not playing:
        return sentence(
            "Press **Start**, then move **Batch size** while it trains: how fast does the test "
            "loss fall, and how long does an epoch take?"
        ) + bar(0, "The epoch in progress")
    so_far = snapshot.so_far
    text = (
        f"Epoch {so_far.epoch}: {so_far.digits:,} of {snapshot.training_digits:,} digits seen, "
        f"{so_far.updates:,} updates"
    )
    if playing and snapshot.seconds_left is not None:
        left = snapshot.seconds_left
        text += f", {sentences.seconds(left) if left >= 1 else 'under 1 s'} of training left"
    return sentence(text) + bar(so_far.digits / snapshot.training_digits, "The epoch in progress")


def _batch(training: Training) -> str:
    """At a slow tempo: the digits of the latest update, their loss, and what it did to the test."""
    run = training.run
    if training.tempo == "full" or training.waits or run.batch is None:
        return ""
    batch, points = run.batch, run.latest.test_points
    before, after = points[-2].loss, points[-1].loss
    shown = len(batch.indices)
    which = f"{shown} of its {batch.digits:,} digits" if batch.digits > shown else "its digits"
    images = mnist().train.images[list(batch.indices)]
    return picture(sheet(images), f"The mini-batch: {which}", height=36) + sentence(
        f"Update {run.latest.place.updates:,}, on this mini-batch ({which}): its mean loss was "
        f"**{batch.loss:.3f}**, and the update moved the test loss from {before:,.1f} to "
        f"**{after:,.1f}** ({after - before:+,.1f}). Between updates the training’s clock stands "
        "still."
    )


def _in_words(snapshot: Snapshot, ghost: Ghost | None) -> str:
    lesson = sentences.lesson(snapshot.epochs)
    return (
        sentence(sentences.progress(snapshot))
        + (sentence(sentences.ghost(snapshot, ghost.run.latest, ghost.since)) if ghost else "")
        + (f'<p class="lesson">{marked(lesson)}</p>' if lesson else "")
    )


def _noise(visitor: Visitor, view: _View) -> None:
    """A third chart, measured only while somebody looks."""
    wanted = st.toggle(
        "Noise scale through time",
        key="watch_noise",
        persist_state="session",
        help="How many digits a mini-batch needs for half of its squared gradient to be signal. "
        "While this is on, measuring takes up to a tenth of the time, and none by the training’s "
        "clock.",
    )
    visitor.training.watch_noise(wanted)
    if not wanted:
        return
    shown = visitor.feed.show(lambda: _noise_shown(visitor.training, view))
    left, right = st.columns(2)
    with left:
        live_chart("noise_curve", shown["noise_curve"])
    with right:
        live_html("noise_in_words", shown["noise_in_words"])


def _noise_shown(training: Training, view: _View) -> Parts:
    snapshot, ghost = training.run.latest, training.ghost
    words = sentences.noise(snapshot)
    return {
        "noise_curve": chart(
            charts.noise_curve(
                snapshot, view.against, view.scale, view.dark, ghost=ghost and ghost.run.latest
            ),
            f"Line chart. {words or 'No noise scale yet.'}",
            height=320,
        ),
        "noise_in_words": _noise_in_words(snapshot, words),
    }


def _noise_in_words(snapshot: Snapshot, words: str | None) -> str:
    return (
        sentence(words or "")
        + caption(
            "In mini-batches of N digits half of the squared gradient is noise. N is exact for the "
            f"{snapshot.test_digits:,} test digits, at some of the test points: measuring takes a "
            "tenth of the time at most. It is the plain gradient’s noise; Adam’s step bends it."
        )
        + _noise_table(snapshot)
    )


def _noise_table(snapshot: Snapshot) -> str:
    latest_first = reversed(snapshot.noise_points[-_MOST_ROWS:])
    rows = tables.noise_rows(latest_first)
    return table("The noise scale through time", _NOISE_COLUMNS, rows) if rows else ""


def _epochs(snapshot: Snapshot) -> str:
    if not snapshot.epochs:
        return sentence("Each whole epoch becomes a row here, the latest on top. Press **Start**.")
    rows = snapshot.epochs[-_MOST_ROWS:]
    left_out = len(rows) < len(snapshot.epochs)
    note = f"The latest {_MOST_ROWS}; the CSV file below holds all." if left_out else ""
    return caption(note) + table("Every epoch", _COLUMNS, tables.epoch_rows(reversed(rows)))


def _table(visitor: Visitor) -> None:
    expander = st.expander("Every epoch as a table", key="table", on_change="rerun")
    if not expander.open:
        return  # what nobody sees is not sent
    shown = visitor.feed.show(lambda: {"epochs": _epochs(visitor.training.run.latest)})
    with expander:
        live_html("epochs", shown["epochs"])


def _download(visitor: Visitor) -> None:
    st.download_button(
        "Download as CSV",
        data=lambda: tables.epochs_csv(visitor.training.run.latest.epochs),
        file_name="mini-batch-epochs.csv",
        mime="text/csv",
        key="csv",
        on_click="ignore",
        icon=":material/download:",
        # The last turn's end draws the page once more, and a click meanwhile would be lost.
        disabled=visitor.was_live and not visitor.training.playing,
        help="Every whole epoch of this run, as it is when you click.",
    )


_COLUMNS = {
    "epoch": ("epoch", "{}"),
    "batch_size": ("batch size", "{}"),
    "updates": ("updates", "{:,}"),
    "train_loss": ("train loss, mean", "{:.4f}"),
    "test_loss": ("test loss, sum", "{:,.1f}"),
    "test_accuracy": ("test accuracy", "{:.2%}"),
    "train_seconds": ("seconds of training", "{:.3f}"),
    "test_seconds": ("seconds of test", "{:.3f}"),
}

_NOISE_COLUMNS = {
    "epochs": ("epochs", "{:.2f}"),
    "updates": ("updates", "{:,}"),
    "train_seconds": ("seconds", "{:.2f}"),
    "batch_size": ("batch size", "{:,}"),
    "noise_scale": ("N", "{:,.1f}"),
    "noise_share": ("noise", "{:.0%}"),
}

page(visitors.current())
