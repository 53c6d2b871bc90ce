"""The sidebar: what one can turn, on every page, and what the run is doing.

In a narrow window it is a closed drawer: a page may show its main knobs at the top as well.
"""

from __future__ import annotations

from html import escape

import streamlit as st

from mnist_core import Settings
from mnist_core.data import TRAINING_DIGITS
from mnist_core.language import _, in_this_language, later
from mnist_core.race import RaceRecord
from mnist_core.show import sentences
from pages.app.feed import Parts
from pages.app.limits import MOST_TRAINING
from pages.app.no_node import say_no_node
from pages.app.presenting import is_presented
from pages.app.setup_widgets import chosen_setup, setup_widgets
from pages.app.theme import background
from pages.app.training import Training
from pages.app.visitors import Visitor
from pages.components.choice import choose
from pages.components.live_html import live_html, note

BATCH_SIZES = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, TRAINING_DIGITS)
TEMPOS = {
    "step": later("Step"),
    "slow": later("1/s"),
    "quick": later("10/s"),
    "full": later("Full"),
}
LEARNING_RATES = (1e-6, 2e-6, 5e-6, 1e-5, 2e-5, 5e-5, 1e-4, 2e-4, 5e-4, 1e-3, 2e-3, 5e-3, 0.01)
LEARNING_RATES += (0.02, 0.05, 0.1, 0.2, 0.5, 1.0)


def knobs(visitor: Visitor) -> None:
    """Draw the sidebar and hand the sliders' values to the run."""
    training = visitor.training
    _buttons(visitor)
    if not is_presented():
        _tempo(training)
    say_no_room(training, again=_("Start"))
    say_no_node(visitor)
    status = st.container()
    training.change(_settings(training))
    with status:
        _status(visitor)
    if is_presented():
        return
    with st.expander(_("For a new run")):
        # One of them names what the digits themselves tell.
        if training.waits:
            st.caption(_("PyTorch and the digits are being loaded."))
        else:
            setup_widgets(visitor)


def top_knobs(visitor: Visitor) -> None:
    """Start, Reset and the batch size once more, seen only where the sidebar is a drawer.

    They do what the sidebar's do, which is drawn before.
    """
    st.html(_top_knobs_style())
    with st.container(key="top_knobs", gap="xsmall"):
        _buttons(visitor, "top_")
        # Buttons, for two sliders of one value would set each other back while one is moved.
        with st.container(horizontal=True, vertical_alignment="center"):
            _step_button(visitor.training, "left", _("Smaller"))
            size = visitor.training.run.settings.batch_size
            st.markdown(_("Batch size **{size:,}**").format(size=size))
            _step_button(visitor.training, "right", _("Larger"))


def _top_knobs_style() -> str:
    """In view while the charts are scrolled, where the window is high enough, over their buttons.

    From 768 pixels on the sidebar stands beside the page.
    """
    return (
        "<style>@media (min-width: 768px) { :has(> .st-key-top_knobs) { display: none; } }"
        "@media (min-height: 600px) { :has(> .st-key-top_knobs) { position: sticky; top: 3.75rem; "
        f"z-index: 1002; background: {background()}; padding: 0.5rem 0; }} }}</style>"
    )


def _step_button(training: Training, key: str, label: str) -> None:
    st.button(
        label,
        key=f"top_{key}",
        icon=f":material/chevron_{key}:",
        on_click=take_key,
        args=(training, key),
    )


def take_key(training: Training, key: str) -> None:
    """Start or pause by "space", move the batch size by "left" and "right"."""
    if key == "space" and not (training.run.ended or training.racing):
        training.toggle()
    if key in ("left", "right"):
        # Not what the slider says, which may be on its way still from the press before.
        size = training.run.settings.batch_size
        index = BATCH_SIZES.index(size) + (1 if key == "right" else -1)
        st.session_state["batch_size"] = BATCH_SIZES[max(0, min(index, len(BATCH_SIZES) - 1))]
        _hand_over(training)


def say_no_room(training: Training, again: str) -> None:
    """Where the visitor was turned away, say why and what to do.

    again: the button that lets one try once more.
    """
    if training.turned_away:
        st.warning(
            _(
                "As many visitors as may ({most}) are training on this computer already. When one "
                "of them has paused or left, **{again}** will work."
            ).format(most=MOST_TRAINING, again=again),
            icon=":material/hourglass:",
        )


def _buttons(visitor: Visitor, where: str = "") -> None:
    """Start, and Reset but in the presenter's view.

    where: what their keys begin with.
    """
    training = visitor.training
    with st.container(horizontal=True):
        _start_button(training, where)
        if not is_presented():
            _reset_button(visitor, where)


def _reset_button(visitor: Visitor, where: str) -> None:
    training = visitor.training
    st.button(
        _("Reset"),
        key=f"{where}reset",
        icon=":material/replay:",
        width="stretch",
        help=_("Begin again, untrained, with the choices under “For a new run”."),
        on_click=lambda: training.reset(training.run.settings, chosen_setup(visitor)),
    )


def _start_button(training: Training, where: str) -> None:
    st.button(
        _("Pause") if training.playing else _("Start"),
        key=f"{where}play",
        icon=":material/pause:" if training.playing else ":material/play_arrow:",
        type="primary",
        width="stretch",
        disabled=training.run.ended or training.racing,
        on_click=training.toggle,
    )


def _tempo(training: Training) -> None:
    tempo = choose(_("Tempo"), TEMPOS, key="tempo", first="full", quiet=True)
    if tempo != training.tempo:
        training.set_tempo(tempo)


def _status(visitor: Visitor) -> None:
    """The lines that say what the run is doing."""
    shown = visitor.feed.show(lambda: _doing(visitor.training))
    live_html("doing", shown["doing"])


def _doing(training: Training) -> Parts:
    if training.racing:
        return {
            "doing": _two_lines(_("Race on the page Compare"), _race_status(training.race.latest))
        }
    run = training.run
    state, detail = sentences.doing(run.latest, run.settings, training.playing)
    if training.waits:
        state, detail = _("Getting ready"), _("loading PyTorch and the digits")
    if run.error:
        failed = _("**{state}**: {detail}. Press Reset to begin again.")
        return {"doing": note(failed.format(state=state, detail=detail), "error")}
    return {"doing": _two_lines(state, detail)}


def _two_lines(state: str, detail: str) -> str:
    # Always two, so that the sliders below do not move under the hand.
    return f"<p><b>{escape(state)}</b><br>{escape(detail)}</p>"


def _race_status(race: RaceRecord) -> str:
    over = sum(competitor.over for competitor in race.competitors)
    return _("{over} of {all} competitors have ended. Your run rests meanwhile.").format(
        over=over, all=len(race.competitors)
    )


def _hand_over(training: Training) -> None:
    """Have the run use what the sliders say before the script has drawn the page anew."""
    chosen, now = st.session_state, training.run.settings
    learning_rate = chosen.get("learning_rate", now.learning_rate)
    settings = Settings(chosen["batch_size"], learning_rate)
    training.rest_while_drawn()
    training.feed.announce(lambda: training.change(settings))


def _settings(training: Training) -> Settings:
    now = training.run.settings
    batch_size = st.select_slider(
        _("Batch size"),
        BATCH_SIZES,
        value=now.batch_size,
        key="batch_size",
        format_func=in_this_language(sentences.batch_size),
        on_change=_hand_over,
        args=(training,),
        help=_(
            "Digits in a mini-batch: how many the network sees before each update. "
            "A change is at work from the next mini-batch on."
        ),
    )
    if is_presented():
        return Settings(batch_size, now.learning_rate)
    learning_rate = st.select_slider(
        _("Learning rate"),
        LEARNING_RATES,
        value=now.learning_rate,
        key="learning_rate",
        format_func=sentences.learning_rate,
        on_change=_hand_over,
        args=(training,),
        help=_("Adam's step size: how far an update moves the weights. The tutorial's is 0.0001."),
    )
    return Settings(batch_size, learning_rate)
