"""Train: the network learns, the batch size moves, the test loss and the seconds answer."""

from __future__ import annotations

import streamlit as st

from mnist_core import Clock, Snapshot, charts, tables, words
from pages.parts import visitors
from pages.parts.choice import choose
from pages.parts.follow import follow
from pages.parts.live_chart import live_chart
from pages.parts.session import Ghost, Session
from pages.parts.shared import is_dark

_MEASURES = {"sum": "Loss, sum", "mean": "Loss, mean per digit", "accuracy": "Accuracy"}
_CLOCKS = {"epochs": "Epochs", "updates": "Updates", "seconds": "Seconds of training"}
_MOST_ROWS = 200
_SCALES = {False: "Linear", True: "Log"}


def page(session: Session) -> None:
    """The whole page, from what to look for to the question it lets one answer."""
    st.markdown(
        "Press **Start**, then move **Batch size** while the network trains. Watch two things: "
        "how fast the test loss falls, and how long an epoch takes."
    )
    measure, against, log_scale = _chart_options()
    _ghost_toggle(session)

    def live() -> None:
        snapshot, ghost = session.run.latest, session.ghost
        _headline(snapshot)
        _progress(snapshot, session.playing)
        _charts(snapshot, ghost, measure, against, log_scale)
        _in_words(snapshot, ghost)
        _table(snapshot)

    follow(session, live)
    _download(session)
    st.markdown(
        "**Question:** put *seconds of training* under the test loss and move the slider: at which "
        "batch size does the line fall most steeply, and at which against *updates*?"
    )


def _chart_options() -> tuple[charts.Measure, Clock, bool]:
    left, middle, right = st.columns([2, 2, 1])
    with left:
        measure = choose("Test", _MEASURES, key="measure")
    with middle:
        against = choose("Against", _CLOCKS, key="against")
    with right:
        log_scale = choose("Scale", _SCALES, key="log_scale", disabled=measure == "accuracy")
    return measure, against, log_scale and measure != "accuracy"


def _ghost_toggle(session: Session) -> None:
    st.toggle(
        "Keep a ghost when the batch size moves",
        key="keep_ghost",
        on_change=lambda: session.keep_ghost(st.session_state["keep_ghost"]),
        persist_state="session",
        help="A copy of the run goes on at the old batch size, from the same weights, Adam’s "
        "averages and remaining digits, by turns of equal time: what differs from then on is the "
        "batch size’s doing.",
    )


def _headline(snapshot: Snapshot) -> None:
    test = snapshot.test_points[-1] if snapshot.test_points else None
    last = snapshot.epochs[-1] if snapshot.epochs else None
    pace = snapshot.updates_per_second
    figures = {
        "Epochs": f"{snapshot.place.epochs:.2f}",
        f"Test loss, sum over {snapshot.test_digits:,}": f"{test.loss:,.0f}" if test else "–",
        "Test accuracy": f"{test.accuracy:.1%}" if test else "–",
        "Training time, last epoch": words.seconds(last.train_seconds) if last else "–",
        "Updates per second": words.figure(pace) if pace else "–",
    }
    with st.container(horizontal=True, gap="medium"):
        for label, value in figures.items():
            st.metric(label, value, width="content")


def _progress(snapshot: Snapshot, playing: bool) -> None:
    so_far = snapshot.so_far
    text = (
        f"Epoch {so_far.epoch}: {so_far.digits:,} of {snapshot.training_digits:,} digits seen, "
        f"{so_far.updates:,} updates"
    )
    if playing and snapshot.seconds_left is not None:
        left = snapshot.seconds_left
        text += f", {words.seconds(left) if left >= 1 else 'under 1 s'} of training left"
    st.progress(so_far.digits / snapshot.training_digits, text)


def _charts(
    snapshot: Snapshot,
    ghost: Ghost | None,
    measure: charts.Measure,
    against: Clock,
    log_scale: bool,
) -> None:
    dark = is_dark()
    left, right = st.columns(2)
    with left:
        st.markdown("**Test loss**" if measure != "accuracy" else "**Test accuracy**")
        live_chart(
            charts.learning_curve(
                snapshot,
                measure,
                against,
                log_scale,
                dark,
                ghost=ghost and ghost.run.latest,
                ghost_since=ghost and ghost.since,
            ),
            key="learning_curve",
            label=f"Line chart. {words.progress(snapshot)}",
            follows=True,
        )
    with right:
        st.markdown(f"**Seconds per epoch**{_latest_only(snapshot, charts.MOST_BARS)}")
        live_chart(
            charts.seconds_per_epoch(snapshot, dark),
            key="seconds_per_epoch",
            label=f"Bar chart. {words.lesson(snapshot.epochs) or 'No whole epoch yet.'}",
            follows=True,
        )


def _latest_only(snapshot: Snapshot, most: int) -> str:
    count = len(snapshot.epochs)
    return f", the latest {most} of {count:,}" if count > most else ""


def _in_words(snapshot: Snapshot, ghost: Ghost | None) -> None:
    st.markdown(words.progress(snapshot))
    with st.container():
        if ghost:
            st.markdown(words.ghost(snapshot, ghost.run.latest, ghost.since))
    # The container is there before the sentence is: what follows keeps its place and its state.
    with st.container():
        lesson = words.lesson(snapshot.epochs)
        if lesson:
            st.markdown(f"#### {lesson}")


def _table(snapshot: Snapshot) -> None:
    table = st.expander("Every epoch as a table", key="table", on_change="rerun")
    if not table.open:
        return  # what nobody sees is not sent twice a second
    with table:
        if not snapshot.epochs:
            st.markdown("Each whole epoch becomes a row here, the latest on top. Press **Start**.")
            return
        shown = snapshot.epochs[-_MOST_ROWS:]
        if len(shown) < len(snapshot.epochs):
            st.caption(f"The latest {_MOST_ROWS}; the CSV file below holds all.")
        st.dataframe(
            tables.epoch_rows(reversed(shown)),
            key="epochs",
            hide_index=True,
            column_config=_COLUMNS,
        )


def _download(session: Session) -> None:
    # Not in the fragment: at each tick the file would get a new address, and a click meet the old.
    st.download_button(
        "Download as CSV",
        data=lambda: tables.epochs_csv(session.run.latest.epochs),
        file_name="mini-batch-epochs.csv",
        mime="text/csv",
        key="csv",
        on_click="ignore",
        icon=":material/download:",
        # The last turn's end draws the page once more, and a click meanwhile would be lost.
        disabled=session.live and not session.playing,
        help="Every whole epoch of this run, as it is when you click.",
    )


_COLUMNS = {
    "epoch": st.column_config.NumberColumn("epoch", format="%d"),
    "batch_size": st.column_config.TextColumn("batch size", width="medium"),
    "updates": st.column_config.NumberColumn("updates", format="localized"),
    "train_loss": st.column_config.NumberColumn("train loss, mean", format="%.4f"),
    "test_loss": st.column_config.NumberColumn("test loss, sum", format="%.1f"),
    "test_accuracy": st.column_config.NumberColumn("test accuracy", format="percent"),
    "train_seconds": st.column_config.NumberColumn("seconds of training", format="%.3f"),
    "test_seconds": st.column_config.NumberColumn("seconds of test", format="%.3f"),
}

page(visitors.current())
