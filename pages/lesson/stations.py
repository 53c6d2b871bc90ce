"""What each station of the lesson does to the dashboard, and where its figures come from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial

import streamlit as st

from mnist_core import Settings, Setup
from mnist_core.race import Plan, RaceRecord
from mnist_core.race.plan import FIVE_SIZES, WITH_AND_WITHOUT
from mnist_core.show import lesson
from mnist_core.show.lesson import Measured
from pages.app.loading import mnist
from pages.app.setup_widgets import normalization_of, wish_for_setup
from pages.app.visitors import Visitor
from pages.compare.files import RaceFile
from pages.compare.link import show_plan

Widgets = Mapping[str, object]
# What was measured, in the words of the language at work: it may be another one the next time.
Finding = Callable[[], Measured | None]

_FIRST_ROW = 6  # the tutorial's


@dataclass(frozen=True)
class Scene:
    """A station's part in the dashboard.

    set_up: brings its page to a known state; for a button's on_click.
    measure: what was measured there, None before the visitor has done what the station asks for.
        It is called in any thread; the widgets' values are those of the latest script run.
    once: whether what was measured first stays.
    raced: whether a race measures it, which goes on while the visitor is at another station.
    """

    set_up: Callable[[Visitor], None]
    measure: Callable[[Visitor, Widgets], Finding | None]
    once: bool = False
    raced: bool = False


def _set_one_digit(_visitor: Visitor) -> None:
    st.session_state.update(samples="index", first_index=0, row=_FIRST_ROW)
    st.session_state["strip_index_0_11"] = {"picked": 0}


def _black_pixels(_visitor: Visitor, widgets: Widgets) -> Finding | None:
    if widgets.get("row", _FIRST_ROW) == _FIRST_ROW:
        return None
    image = mnist().train.images[0]
    return partial(lesson.black_pixels, int((image == 0).sum()), image.numel())


def _set_normalization(_visitor: Visitor) -> None:
    st.session_state["page_normalization"] = "None"


def _mean_of_pixels(_visitor: Visitor, widgets: Widgets) -> Finding | None:
    if widgets.get("page_normalization") != "Tutorial's":
        return None
    return partial(lesson.mean_of_pixels, normalization_of("MNIST's own"))


def _make_untrained(visitor: Visitor, batch_size: int = Settings().batch_size) -> None:
    """An untrained run with the usual settings, and nothing that still moves."""
    settings, setup = Settings(batch_size), Setup()
    visitor.training.drop_race()
    visitor.training.reset(settings, setup)
    wish_for_setup(visitor, setup)
    st.session_state.update(
        batch_size=settings.batch_size, learning_rate=settings.learning_rate, tempo="full"
    )


def _worsened(visitor: Visitor, _widgets: Widgets) -> Finding | None:
    from pages.mini_batch.bench import Trials  # it brings PyTorch

    bench = visitor.kept(Trials).bench
    return bench and partial(lesson.worsened, bench.trials)


def _set_race(plan: Plan, section: str, visitor: Visitor) -> None:
    """A ready race before its start: no other is on, and none is shown."""
    visitor.training.drop_race()
    visitor.kept(RaceFile).recorded = None
    show_plan(visitor, plan)
    st.session_state.update(race_own=False, race_against_clock="epochs", race_section=section)


def _of_race(
    plan: Plan,
    judge: Callable[[RaceRecord], Measured | None],
    visitor: Visitor,
    _widgets: Widgets,
) -> Finding | None:
    race = visitor.training.race
    if race is None or replace(race.plan, setup=plan.setup) != plan:
        return None
    return partial(judge, race.latest)


def _set_predictions(visitor: Visitor) -> None:
    _make_untrained(visitor)
    st.session_state.update(show="grid", only_mistakes=False)


def _right_in_an_epoch(visitor: Visitor, _widgets: Widgets) -> Finding | None:
    return partial(lesson.right_in_an_epoch, visitor.training.run.latest)


def _degrees_away(visitor: Visitor, _widgets: Widgets) -> Finding | None:
    from pages.mini_batch.compass import Draws  # it brings PyTorch

    draws = visitor.kept(Draws)
    if draws.work is None or not draws.work.done:
        return None
    return partial(lesson.degrees_away, draws.compass.needles)


# In the order of lesson.STATIONS.
SCENES = (
    Scene(_set_one_digit, _black_pixels),
    Scene(_set_normalization, _mean_of_pixels),
    Scene(_make_untrained, _worsened),
    Scene(
        partial(_set_race, WITH_AND_WITHOUT, "timing"),
        partial(_of_race, WITH_AND_WITHOUT, lesson.times_as_long),
        raced=True,
    ),
    Scene(
        partial(_set_race, FIVE_SIZES, "target"),
        partial(_of_race, FIVE_SIZES, lesson.order_by_loss),
        raced=True,
    ),
    Scene(_set_predictions, _right_in_an_epoch),
    # The angles of all its needles are too much to compute for every frame.
    Scene(partial(_make_untrained, batch_size=lesson.FEW_DIGITS), _degrees_away, once=True),
)
