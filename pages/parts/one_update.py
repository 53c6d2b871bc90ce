"""Take one update: the part of the page Mini-batch that tries updates on a copy."""

from __future__ import annotations

import streamlit as st

from mnist_core import charts
from mnist_core.sandbox import OneUpdate, Sandbox
from pages.parts.live_chart import live_chart
from pages.parts.session import Session
from pages.parts.shared import RUNNER, is_dark, mnist

_MARK_PIXELS = {1: 7, 200: 11, 60_000: 16}
_UPDATE_SIZES = tuple(_MARK_PIXELS)


def one_update(session: Session) -> None:
    """Buttons that take single updates on a copy of the live run's network, and what they did."""
    st.subheader("Take one update")
    st.markdown(
        "Each press moves the weights of a **copy** of your network: the live run is not touched. "
        "The updates follow each other, and Adam remembers those before: does the test loss always "
        "fall?"
    )
    if session.sandbox is None:
        _new_sandbox(session)
    copied_after, now = session.sandbox.copied_after, session.run.latest.place.updates
    moved_on = f"; the live run has made {now:,} by now" if now != copied_after else ""
    st.caption(f"Copied after {copied_after:,} updates of the live run{moved_on}.")
    buttons = st.container(horizontal=True)
    for size in _UPDATE_SIZES:
        buttons.button(
            f"{size:,} digit{'' if size == 1 else 's'}",
            key=f"update_{size}",
            on_click=_try_update,
            args=(session, size),
        )
    buttons.button(
        "Copy the live run again",
        key="new_sandbox",
        icon=":material/content_copy:",
        on_click=_new_sandbox,
        args=(session,),
    )
    updates = session.sandbox.updates
    if not updates:
        st.info("Press one of the buttons: what the update did appears here.")
        return
    _last_update(updates[-1])
    _all_updates(updates)


def _try_update(session: Session, size: int) -> None:
    # The live run rests meanwhile: side by side, each would hinder the other.
    with RUNNER.resting(session.run) as run:
        session.sandbox.update(size, run.settings.learning_rate)


def _new_sandbox(session: Session) -> None:
    with RUNNER.resting(session.run) as run:
        learner = run.copy_learner()
    session.sandbox = Sandbox(learner, mnist(), seed=run.setup.seed)


def _last_update(update: OneUpdate) -> None:
    batch = update.batch_loss_after - update.batch_loss_before
    test = update.test_loss_after - update.test_loss_before
    with st.container(horizontal=True, gap="large"):
        st.metric(
            f"Loss of the batch of {update.digits:,}, mean",
            f"{update.batch_loss_after:.4f}",
            f"{batch:+.4f}",
            delta_color="inverse",
            width="content",
        )
        st.metric(
            "Test loss, sum over 10,000",
            f"{update.test_loss_after:,.1f}",
            f"{test:+,.1f}",
            delta_color="inverse",
            width="content",
        )
        st.metric("The weights moved by", f"{update.moved:.4f}", width="content")


def _all_updates(updates: list[OneUpdate]) -> None:
    counts = {size: [one for one in updates if one.digits == size] for size in _UPDATE_SIZES}
    worse = {size: sum(one.worsened for one in counts[size]) for size in counts}
    told = [
        f"with {size:,} digit{'' if size == 1 else 's'} {worse[size]} of {len(counts[size])}"
        for size in _UPDATE_SIZES
        if counts[size]
    ]
    st.markdown(f"**Updates that made the test loss worse:** {', '.join(told)}.")
    live_chart(
        _tried(updates),
        key="tried_updates",
        label=f"Test loss after each of {len(updates)} updates, from "
        f"{updates[0].test_loss_before:,.1f} to {updates[-1].test_loss_after:,.1f}",
        height=300,
    )
    st.caption(
        "A cross is an update that made the test loss worse, a dot one that did not; the more "
        "digits, the larger."
    )
    with st.expander("Every update as a table"):
        st.dataframe(
            [
                {
                    "digits": one.digits,
                    "batch loss before": one.batch_loss_before,
                    "batch loss after": one.batch_loss_after,
                    "test loss before": one.test_loss_before,
                    "test loss after": one.test_loss_after,
                    "weights moved by": one.moved,
                    "test loss": "worse" if one.worsened else "better",
                }
                for one in reversed(updates)
            ],
            hide_index=True,
        )


def _tried(updates: list[OneUpdate]) -> charts.Figure:
    dark = is_dark()
    tints = [charts.colour(one.digits, dark) for one in updates]
    line = {
        "type": "scatter",
        "y": [updates[0].test_loss_before, *(one.test_loss_after for one in updates)],
        "mode": "lines+markers",
        "line": {"color": charts.grey(dark), "width": 1},
        "marker": {
            "size": [8, *(_MARK_PIXELS[one.digits] for one in updates)],
            "color": [charts.grey(dark), *tints],
            "symbol": ["circle", *("x" if one.worsened else "circle" for one in updates)],
        },
        "text": ["before", *(f"{one.digits:,} digits" for one in updates)],
        "hovertemplate": "%{text}<br>%{y:,.1f}<extra></extra>",
    }
    figure = charts.framed([line], "updates tried", "test loss, sum", dark)
    figure["layout"]["xaxis"] |= {"tickformat": ",d"} | ({"dtick": 1} if len(updates) < 10 else {})
    figure["layout"]["yaxis"] |= {"tickformat": ","}
    return figure
