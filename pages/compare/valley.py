"""The section “The valley”: what larger batches save and cost on the way to a target."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from mnist_core.data import TRAINING_DIGITS
from mnist_core.language import _, later
from mnist_core.race import RaceRecord
from mnist_core.race.plan import TUNED_RATES
from mnist_core.race.results import common_target
from mnist_core.race.scaling import FEWEST_SIZES, first_at_target, target_scaling
from mnist_core.race.tuning import at_best_rates
from mnist_core.records import NoiseScales, Place
from mnist_core.settings import Settings, Setup
from mnist_core.show import charts, valley
from pages.app.feed import Parts
from pages.app.loading import mnist
from pages.app.scheduling import by_trainer
from pages.app.visitors import Visitor
from pages.app.work import Work
from pages.compare.files import RaceFile
from pages.compare.setup import READY_RACES, start_ready
from pages.components.live_chart import chart, live_chart
from pages.components.live_html import live_html, sentence, table

# One more than a law needs: the largest of them may not get to the target.
_READY = next(name for name, plan in READY_RACES.items() if len(plan.batch_sizes) > FEWEST_SIZES)
_LONGEST_REPLAY = 60.0  # seconds of training


@dataclass(frozen=True)
class WhatIf:
    """What the viewer asks of the valley.

    fixed_cost: how many times as large an update's fixed cost is thought to be.
    scales: the noise scales on the way to the target, where they have been measured.
    """

    fixed_cost: float = 1
    scales: NoiseScales | None = None


@dataclass(frozen=True)
class _Way:
    """What a replay trains: one run up to the target."""

    settings: Settings
    setup: Setup
    end: Place


class _Noise:
    """The noise scales that a visitor had measured last."""

    def __init__(self) -> None:
        self._way: _Way | None = None

    def begin(self, way: _Way) -> None:
        """Train that way again, at the next look."""
        from mnist_core.training.replay import Replay  # it brings PyTorch

        self._way = way
        self._replay = by_trainer(lambda: Replay(mnist(), way.settings, way.setup, way.end.epochs))
        self._work = Work(self._replay.steps(), self._replay.pieces(way.end.seconds))

    def measured(self, way: _Way) -> NoiseScales | None:
        """Those of this way, computed to the end where they have been begun."""
        if way != self._way:
            return None
        self._work.finish(_("Training again up to the target …"))
        return self._replay.scales


def choose_what_if(visitor: Visitor, record: RaceRecord, target: float | None) -> WhatIf:
    """A button that measures the noise scale, and a slider for an update's fixed cost."""
    left, right = st.columns(2, vertical_alignment="bottom")
    with right:
        fixed_cost = st.select_slider(
            _("If an update’s fixed cost a were … times as large"),
            valley.FACTORS,
            key="race_fixed_cost",
            format_func="{:,} ×".format,
            persist_state="session",
        )
    with left, st.container(horizontal=True):
        _offer_tuned_rates(visitor)
        scales = _measure_noise(visitor.kept(_Noise), record, target or common_target(record))
    return WhatIf(fixed_cost, scales)


def _offer_tuned_rates(visitor: Visitor) -> None:
    race = visitor.training.race
    on = race is not None and not race.ended
    st.button(
        _("Race five rates for each size"),
        key="race_tune",
        icon=":material/tune:",
        disabled=on or visitor.kept(RaceFile).recorded is not None,
        on_click=start_ready,
        args=(visitor, TUNED_RATES),
        help=_(
            "When no race is on or shown from a file. The law assumes a learning rate that suits "
            "each size: this race tries five for each, 1 to 100 times the square-root rule’s, "
            "until a test loss of {loss:,.0f}, and takes the one that needs the fewest updates. "
            "About half a minute of training."
        ).format(loss=TUNED_RATES.budget.test_loss),
    )


def _measure_noise(noise: _Noise, record: RaceRecord, target: float | None) -> NoiseScales | None:
    why_not = _why_not(record, target)
    way = None if why_not else _way(record, target)
    st.button(
        _("Measure the noise scale"),
        key="race_noise",
        icon=":material/straighten:",
        disabled=way is None,
        on_click=noise.begin,
        args=(way,),
        help=why_not
        or _(
            "Trains the size that was first at the target once more up to there, from the same "
            "seed, and measures how much of its gradient is noise, before and after."
        ),
    )
    return noise.measured(way) if way else None


def _why_not(record: RaceRecord, target: float | None) -> str | None:
    if not record.over:
        return _("When the race is over.")
    record = at_best_rates(record, target)
    if target is None or target_scaling(record, target).fitting_law is None:
        return _("When the law is drawn, to be set beside its B_c.")
    if record.training_digits != TRAINING_DIGITS:
        return _("This race was run on other digits than those that are here.")
    if first_at_target(record, target)[1].seconds > _LONGEST_REPLAY:
        too_long = _("The target took more than {seconds:.0f} s: too long to train again.")
        return too_long.format(seconds=_LONGEST_REPLAY)
    return None


def _way(record: RaceRecord, target: float) -> _Way:
    first, end = first_at_target(at_best_rates(record, target), target)
    return _Way(first.settings, first.start.setup, end)


def valley_parts(record: RaceRecord, target: float | None, what_if: WhatIf, dark: bool) -> Parts:
    """What the section shows of the race."""
    target = target or common_target(record)
    scaling = target_scaling(record, target) if target else None
    law, seconds = (
        valley.law(record, scaling, _(_READY)),
        valley.valley(scaling, what_if.fixed_cost),
    )
    noise = valley.noise(what_if.scales) if what_if.scales else ""
    scale = what_if.scales and what_if.scales.trained
    return {
        "race_law": chart(
            charts.law_chart(scaling, scale, dark),
            _("Updates to the target against batch size, with the law. {words}").format(
                words=_plain(law)
            ),
        ),
        "race_valley": chart(
            charts.valley_chart(scaling, what_if.fixed_cost, dark),
            _("Seconds to the target against batch size, with the valley. {words}").format(
                words=_plain(seconds)
            ),
        ),
        "race_law_said": sentence(law) + sentence(noise),
        "race_valley_said": sentence(seconds),
        "race_valley_rows": table(
            _("Law and valley by batch size"), _COLUMNS, valley.rows(scaling) if scaling else []
        ),
    }


def draw_valley(shown: Parts) -> None:
    """Draw the section."""
    left, right = st.columns(2)
    with left:
        st.markdown(_("**Updates to the target: S(B) = S_min · (1 + B_c / B)**"))
        live_chart("race_law", shown["race_law"])
        live_html("race_law_said", shown["race_law_said"])
    with right:
        st.markdown(_("**Seconds to the target: (a + b·B) · S(B)**"))
        live_chart("race_valley", shown["race_valley"])
        live_html("race_valley_said", shown["race_valley_said"])
    with st.expander(_("Measured and fitted, as a table")):
        live_html("race_valley_rows", shown["race_valley_rows"])
    st.caption(_(valley.ASSUMES))


def _plain(text: str) -> str:
    return text.replace("**", "")


_COLUMNS = {
    "batch_size": (later("batch size"), "{:,}"),
    "updates": (later("updates to target"), "{:,.0f}"),
    "law": (later("by the law"), "{:,.0f}"),
    "off_law": (later("off law"), "{:+.0%}"),
    "seconds": (later("seconds to target"), "{:.2f}"),
    "valley": (later("by the valley"), "{:.2f}"),
    "off_valley": (later("off valley"), "{:+.0%}"),
}
