"""The class as a sample: everybody's network at the same epoch, a dot each."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import streamlit as st

from mnist_core import Settings, Setup, Snapshot
from mnist_core.language import _, later
from mnist_core.show import charts, classroom
from mnist_core.show.classroom import Sample
from pages.app import visitors
from pages.app.broadcast import Parts, Relay, Translated
from pages.app.classroom import CLASS
from pages.app.sidebar import say_no_room
from pages.app.theme import is_dark
from pages.app.visitors import Visitor
from pages.classroom.follow import pace, show_run
from pages.components.live_chart import chart, live_chart
from pages.components.live_html import caption, live_html, sentence, table

_HEIGHT = 320  # pixels
_COLUMNS = {
    "seed": (later("seed"), "{:,}"),
    "test_loss": (later("test loss, sum"), "{:,.1f}"),
    "test_accuracy": (later("test accuracy"), "{:.2%}"),
}


def _picture(dark: bool) -> Parts:
    taken = _taken()
    words = classroom.luck(taken)
    rows = classroom.sample_rows(taken)
    return {
        "class_luck": sentence(words),
        "class_sample": chart(
            charts.class_sample(taken, dark),
            _("Dots along the test loss, one for each network. {words}").format(
                words=words.replace("**", "")
            ),
            height=_HEIGHT,
        ),
        "class_table": table(_("Every network of the class"), _COLUMNS, rows) if rows else "",
    }


def _taken() -> Sample:
    """Of those alone who have the seed that the class has given them."""
    settings, setup = CLASS.scene.sample or (Settings(), Setup())
    return classroom.sample(map(_snapshot, _who_take_part()), settings, setup)


def _snapshot(visitor: Visitor) -> Snapshot:
    return visitor.training.run.latest


def _who_take_part() -> list[Visitor]:
    return [one for one in visitors.everyone() if one.training.run.setup.seed == _seed(one)]


def _seed(visitor: Visitor) -> int | None:
    return CLASS.seed_of(visitor.id)


# Twice as seldom as the teacher's run: a dot stands for a whole epoch.
_PICTURES = {
    dark: Translated(
        partial(Relay, partial(_picture, dark), lambda: 2 * pace(), lambda: CLASS.scene.sample)
    )
    for dark in (False, True)
}


def class_as_sample(visitor: Visitor) -> None:
    """The picture, what it says, and the way into it or, for a teacher, to it."""
    wanted = CLASS.scene.sample
    if CLASS.teaches(visitor.id):
        _lead(visitor, wanted)
    elif wanted is None:
        st.info(
            _(
                "When the teacher takes a sample, everybody can train a network here that differs "
                "from the others in its seed alone, and becomes a dot in one picture."
            ),
            icon=":material/scatter_plot:",
        )
    else:
        _take_part(visitor, *wanted)
    if wanted:
        _draw(visitor)


def _lead(visitor: Visitor, wanted: tuple[Settings, Setup] | None) -> None:
    run = visitor.training.run
    if wanted:
        st.button(_("End the sample"), key="class_end_sample", on_click=_end, args=(visitor,))
        return
    st.markdown(
        _("Everybody trains the same network with a seed of their own. How far apart do they end?")
    )
    st.button(
        _("Take a sample of the class"),
        key="class_take_sample",
        icon=":material/scatter_plot:",
        type="primary",
        on_click=lambda: CLASS.take_sample(visitor.id, run.settings, run.setup),
        help=_("At what your run is set to: {settings}.").format(
            settings=classroom.alike_in(run.settings)
        ),
    )


def _end(visitor: Visitor) -> None:
    CLASS.end_sample(visitor.id)


def _take_part(visitor: Visitor, settings: Settings, setup: Setup) -> None:
    training, seed = visitor.training, _seed(visitor)
    say_no_room(training, again=_("Train my dot"))
    st.button(
        _("Train my dot"),
        key="class_take_part",
        type="primary",
        on_click=_train_dot,
        args=(visitor, settings, replace(setup, seed=seed)),
        help=_("Your run is reset, and trained with the teacher’s choices and your own seed."),
    )
    live_html("class_own", visitor.feed.show(lambda: {"class_own": _own(visitor)})["class_own"])


def _train_dot(visitor: Visitor, settings: Settings, setup: Setup) -> None:
    training = visitor.training
    training.drop_race()
    training.set_tempo("full")
    st.session_state["tempo"] = "full"
    training.reset(settings, setup)
    show_run(visitor)
    training.toggle()


def _own(visitor: Visitor) -> str:
    run, seed = visitor.training.run, _seed(visitor)
    if run.setup.seed != seed:
        waiting = _("Yours has the seed **{seed}**. It is trained when you press the button.")
        return sentence(waiting.format(seed=seed))
    epochs = run.latest.epochs
    if not epochs:
        waiting = _("Yours, with the seed **{seed}**, is in its first epoch.")
        return sentence(waiting.format(seed=seed))
    return sentence(
        _("Yours, with the seed **{seed}**: a test loss of **{loss:,.0f}** after {epochs}.").format(
            seed=seed,
            loss=epochs[-1].test_loss,
            epochs=classroom.epochs_made(len(epochs)),
        )
    )


def _draw(visitor: Visitor) -> None:
    shown = visitor.feed.tune_in(_PICTURES[is_dark()])
    settings, _setup = CLASS.scene.sample
    live_chart("class_sample", shown["class_sample"])
    live_html("class_luck", shown["class_luck"])
    alike = _("All at {settings}.").format(settings=classroom.alike_in(settings))
    live_html("class_pooled", caption(alike) + _why())
    with st.expander(_("Every network as a table")):
        live_html("class_table", shown["class_table"])


def _why() -> str:
    return caption(_(classroom.WHY_NO_SECONDS))
