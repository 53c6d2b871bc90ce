"""Train: the network learns, the batch size moves, the test loss and the seconds answer."""

from __future__ import annotations

from dataclasses import dataclass, replace

import streamlit as st

from mnist_core import Clock, Snapshot
from mnist_core.language import _, later
from mnist_core.records import CLOCKS
from mnist_core.show import charts, sentences, tables
from mnist_core.show.questions import QUESTIONS
from pages.app import run_labels, visitors
from pages.app.feed import Led, Parts
from pages.app.loading import mnist
from pages.app.presenting import is_presented, presentation_button
from pages.app.sidebar import top_knobs
from pages.app.theme import is_dark
from pages.app.training import KeptCopy, Training
from pages.app.visitors import Visitor
from pages.components.choice import choose
from pages.components.digit_grid import sheet
from pages.components.download import download
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

_MEASURES = {"sum": later("Loss, sum"), "mean": later("Loss per digit")}
_MEASURES |= {"accuracy": later("Accuracy")}
_MOST_ROWS = 200
_SPANS = {"move": later("Since the move"), "whole": later("Whole run")}


@dataclass(frozen=True)
class _View:
    """How the visitor looks at the run."""

    measure: charts.Measure
    against: Clock
    span: charts.Span
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
    visitor.feed.lead(lambda dark: Led(run=_charts(visitor.training, replace(view, dark=dark))))
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
    """One quiet row: what the charts show, and whether a move of the batch size leaves a copy."""
    row = {"horizontal": True, "vertical_alignment": "center", "gap": "xsmall"}
    with st.container(key="choices", **row):
        measure = choose(_("Test"), _MEASURES, key="measure", quiet=True)
        against = choose(_("Against"), CLOCKS, key="against", first="seconds", quiet=True)
        span = choose(_("Show"), _SPANS, key="span", quiet=True)
        _keep_toggle(training)
        presentation_button()
    return _View(measure, against, span, is_dark())


def _keep_toggle(training: Training) -> None:
    st.toggle(
        _("Keep the old batch size running"),
        value=True,
        key="keep_copy",
        on_change=lambda: training.keep_copy(st.session_state["keep_copy"]),
        persist_state="session",
        help=_("A copy continues at the old size for equal time, so you can compare."),
    )


def _shown(training: Training, view: _View) -> Parts:
    """What the page shows of the run now."""
    snapshot, kept = training.run.latest, training.kept_copy
    return {
        "headline": _headline(snapshot),
        "progress": _progress(snapshot, training.playing),
        "batch": _batch(training),
        "in_words": _in_words(snapshot, kept),
    } | _charts(training, view)


def _charts(training: Training, view: _View) -> Parts:
    snapshot, kept = training.run.latest, training.kept_copy
    return {
        "learning_curve": chart(
            charts.learning_curve(
                snapshot,
                view.measure,
                view.against,
                view.span,
                view.dark,
                kept=kept and kept.run.latest,
                kept_since=kept and kept.since,
            ),
            run_labels.of_learning_curve(snapshot),
            height=FILL,
        ),
        "seconds_per_epoch": chart(
            charts.seconds_by_size(snapshot, view.dark),
            run_labels.of_seconds(snapshot),
            height=FILL,
        ),
    }


def _headline(snapshot: Snapshot) -> str:
    test = snapshot.test_points[-1] if snapshot.test_points else None
    pace = snapshot.updates_per_second
    loss = _("Test loss, sum over {digits:,}").format(digits=snapshot.test_digits)
    epoch = _("An epoch at {size:,}").format(size=snapshot.settings.batch_size)
    return figures(
        {
            _("Epochs"): f"{snapshot.place.epochs:.2f}",
            loss: f"{test.loss:,.0f}" if test else "–",
            _("Test accuracy"): f"{test.accuracy:.1%}" if test else "–",
            epoch: _epoch_time(snapshot),
            _("Updates per second"): sentences.figure(pace) if pace else "–",
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
            _(
                "Press **Start**, then move **Batch size** while it trains: how fast does the test "
                "loss fall, and how long does an epoch take?"
            )
        ) + bar(0, _("The epoch in progress"))
    so_far, left = snapshot.so_far, snapshot.seconds_left
    seen = so_far.digits / snapshot.training_digits
    text = _("Epoch {epoch}: {digits:,} of {all:,} digits seen, {updates:,} updates")
    if playing and left is not None:
        text = _(
            "Epoch {epoch}: {digits:,} of {all:,} digits seen, {updates:,} updates, {time} of "
            "training left"
        )
    progress = text.format(
        epoch=so_far.epoch,
        digits=so_far.digits,
        all=snapshot.training_digits,
        updates=so_far.updates,
        time=sentences.seconds(left) if left is not None and left >= 1 else _("under 1 s"),
    )
    return sentence(progress) + bar(seen, _("The epoch in progress"))


def _batch(training: Training) -> str:
    """At a slow tempo: the digits of the latest update, their loss, and what it did to the test."""
    run = training.run
    if training.tempo == "full" or training.waits or run.batch is None:
        return ""
    batch, points = run.batch, run.latest.test_points
    before, after, shown = points[-2].loss, points[-1].loss, len(batch.indices)
    which = _("its digits")
    if batch.digits > shown:
        which = _("{shown} of its {digits:,} digits").format(shown=shown, digits=batch.digits)
    images = mnist().train.images[list(batch.indices)]
    named = _("The mini-batch: {which}").format(which=which)
    return picture(sheet(images), named, height=36) + sentence(
        _(
            "Update {update:,}, on this mini-batch ({which}): its mean loss was **{loss:.3f}**, "
            "and the update moved the test loss from {before:,.1f} to **{after:,.1f}** "
            "({moved:+,.1f}). Between updates the training’s clock stands still."
        ).format(
            update=run.latest.place.updates,
            which=which,
            loss=batch.loss,
            before=before,
            after=after,
            moved=after - before,
        )
    )


def _in_words(snapshot: Snapshot, kept: KeptCopy | None) -> str:
    lesson = sentences.lesson(snapshot.epochs)
    return (
        sentence(sentences.progress(snapshot))
        + (sentence(sentences.kept_copy(snapshot, kept.run.latest, kept.since)) if kept else "")
        + (f'<p class="lesson">{marked(lesson)}</p>' if lesson else "")
    )


def _noise(visitor: Visitor, view: _View) -> None:
    """A third chart, measured only while somebody looks."""
    wanted = st.toggle(
        _("Noise scale through time"),
        key="watch_noise",
        persist_state="session",
        help=_(
            "How many digits a mini-batch needs for half of its squared gradient to be signal. "
            "While this is on, measuring takes up to a tenth of the time, and none by the "
            "training’s clock."
        ),
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
    snapshot, kept = training.run.latest, training.kept_copy
    words = sentences.noise(snapshot)
    return {
        "noise_curve": chart(
            charts.noise_curve(
                snapshot, view.against, view.span, view.dark, kept=kept and kept.run.latest
            ),
            _("Line chart. {words}").format(words=words or _("No noise scale yet.")),
            height=320,
        ),
        "noise_in_words": _noise_in_words(snapshot, words),
    }


def _noise_in_words(snapshot: Snapshot, words: str | None) -> str:
    return (
        sentence(words or "")
        + caption(
            _(
                "In mini-batches of N digits half of the squared gradient is noise. N is exact for "
                "the {digits:,} test digits, at some of the test points: measuring takes a tenth "
                "of the time at most. It is the plain gradient’s noise; Adam’s step bends it."
            ).format(digits=snapshot.test_digits)
        )
        + _noise_table(snapshot)
    )


def _noise_table(snapshot: Snapshot) -> str:
    latest_first = reversed(snapshot.noise_points[-_MOST_ROWS:])
    rows = tables.noise_rows(latest_first)
    return table(_("The noise scale through time"), _NOISE_COLUMNS, rows) if rows else ""


def _epochs(snapshot: Snapshot) -> str:
    if not snapshot.epochs:
        return sentence(
            _("Each whole epoch becomes a row here, the latest on top. Press **Start**.")
        )
    rows = snapshot.epochs[-_MOST_ROWS:]
    left_out = len(rows) < len(snapshot.epochs)
    note = _("The latest {rows}; the CSV file below holds all.") if left_out else ""
    return caption(note.format(rows=_MOST_ROWS)) + table(
        _("Every epoch"), _COLUMNS, tables.epoch_rows(reversed(rows))
    )


def _table(visitor: Visitor) -> None:
    expander = st.expander(_("Every epoch as a table"), key="table", on_change="rerun")
    if not expander.open:
        return  # what nobody sees is not sent
    shown = visitor.feed.show(lambda: {"epochs": _epochs(visitor.training.run.latest)})
    with expander:
        live_html("epochs", shown["epochs"])


def _download(visitor: Visitor) -> None:
    download(
        _("Download as CSV"),
        "mini-batch-epochs.csv",
        lambda: tables.epochs_csv(visitor.training.run.latest.epochs),
        key="csv",
        # The last turn's end draws the page once more, and a click meanwhile would be lost.
        disabled=visitor.was_live and not visitor.training.playing,
        help=_("Every whole epoch of this run, as it is when you click."),
    )


_COLUMNS = {
    "epoch": (later("epoch"), "{}"),
    "batch_size": (later("batch size"), "{}"),
    "updates": (later("updates"), "{:,}"),
    "train_loss": (later("train loss, mean"), "{:.4f}"),
    "test_loss": (later("test loss, sum"), "{:,.1f}"),
    "test_accuracy": (later("test accuracy"), "{:.2%}"),
    "train_seconds": (later("seconds of training"), "{:.3f}"),
    "test_seconds": (later("seconds of test"), "{:.3f}"),
}

_NOISE_COLUMNS = {
    "epochs": (later("epochs"), "{:.2f}"),
    "updates": (later("updates"), "{:,}"),
    "train_seconds": (later("seconds"), "{:.2f}"),
    "batch_size": (later("batch size"), "{:,}"),
    "noise_scale": ("N", "{:,.1f}"),
    "noise_share": (later("noise"), "{:.0%}"),
}

page(visitors.current())
