"""The section “The valley” of the page Compare."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from mnist_core.race import RaceRecord, from_json, to_json
from pages.app.scheduling import SCHEDULER
from pages.compare.files import RaceFile
from pages.compare.setup import READY_RACES
from tests.conftest import wait_until
from tests.core.races import SIX_SIZES, race_to_target, updates_by_law
from tests.pages.dashboard import (
    LONG,
    choose,
    figures,
    open_compare,
    press,
    rows,
    shown,
    slide,
    texts,
    the_training,
    the_visitor,
)

FOLLOWS = race_to_target(updates_by_law(50, 400), cost=(1e-3, 1e-5))
STRAYS = race_to_target({size: 1_000 / size**0.5 for size in SIX_SIZES})
TOO_FEW = race_to_target(updates_by_law(50, 400, SIX_SIZES[:3]))


def opened(record: RaceRecord, target: float | None = 3_000) -> AppTest:
    """The section, of a recorded race."""
    app = open_compare()
    the_visitor().kept(RaceFile).recorded = from_json(to_json(record))
    choose(app, "race_section", "valley")
    return app.number_input(key="race_target").set_value(target).run()


def marks(app: AppTest, key: str) -> list[str]:
    return [name["text"] for name in figures(app)[key]["layout"]["annotations"]]


def test_law_and_valley_stand_side_by_side_with_their_figures_and_residuals():
    app = opened(FOLLOWS)
    assert not app.exception
    assert marks(app, "race_law") == ["B<sub>c</sub> = 400"]
    assert marks(app, "race_valley") == ["B* = 200"]
    assert "B_c = 400 and S_min = 50 updates" in " ".join(texts(app).split())
    assert "tuned for each size" in texts(app)
    assert "Adam’s step bends it" in texts(app)
    table = rows(shown(app)["race_valley_rows"])
    assert [row["batch size"] for row in table] == ["1", "10", "50", "200", "1,000", "5,000"]
    assert table[3]["updates to target"] == table[3]["by the law"] == "150"
    assert all(row["off law"] in ("+0%", "-0%") for row in table)


def test_the_slider_moves_the_best_size_and_keeps_its_place():
    app = slide(opened(FOLLOWS), "race_fixed_cost", 100)
    assert marks(app, "race_valley") == ["B* = 200", "100 × a: B* = 2,000"]
    assert "100 times as large," in texts(app)
    choose(app, "race_section", "table")
    choose(app, "race_section", "valley")
    assert app.select_slider(key="race_fixed_cost").value == 100


def test_before_any_race_a_button_is_named_that_brings_one():
    app = choose(open_compare(), "race_section", "valley")
    assert not app.exception
    assert any(name in texts(app) for name in READY_RACES)
    for key in ("race_law", "race_valley"):
        assert "four sizes" in marks(app, key)[0]
    assert app.button(key="race_noise").disabled


@pytest.mark.parametrize(
    ("record", "words"), [(TOO_FEW, "of 3,000; 3 have"), (STRAYS, "more than 33%")]
)
def test_without_a_law_the_page_says_why_and_measures_no_noise(record, words):
    app = opened(record)
    assert words in texts(app)
    assert "B_c =" not in texts(app)
    assert app.button(key="race_noise").disabled
    slide(app, "race_fixed_cost", 10)
    assert not app.exception


@pytest.mark.usefixtures("all_digits")
def test_the_noise_scale_is_measured_when_it_is_asked_for_and_set_beside_the_critical_size():
    app = opened(FOLLOWS)
    assert "noise scale N of the gradient" not in texts(app)
    press(app, "race_noise")
    assert not app.exception
    said = " ".join(texts(app).split())
    assert "The noise scale N of the gradient was 113 in the untrained network" in said
    assert "that of batch size 200 when it had reached the target, 165 updates later" in said
    assert [name.split(" = ")[0] for name in marks(app, "race_law")] == [
        "B<sub>c</sub>",
        "noise scale N",
    ]
    app.number_input(key="race_target").set_value(5_500.0).run()
    assert "noise scale N of the gradient" not in texts(app), "it belongs to the other target"


def test_five_rates_for_each_size_are_raced_at_one_press_and_the_best_of_them_shown():
    app = choose(open_compare(), "race_section", "valley")
    press(app, "race_tune")
    assert not app.exception
    race = the_training().race
    assert race.plan.rule == "tuned"
    assert app.query_params["rule"] == "tuned"
    wait_until(lambda: all(one.place.updates for one in race.latest.of_heat(0)))
    app.run()
    assert "of 5 for each size" in texts(app)
    assert "Best learning rate so far, by " in texts(app)
    assert app.button(key="race_tune").disabled
    the_training().stop_race()
    wait_until(lambda: not SCHEDULER.is_live(race))
    choose(app, "race_section", "table")
    best = [row for row in rows(shown(app)["race_results"]) if row["best of its size"] == "yes"]
    assert len(best) == len(race.plan.batch_sizes)


def test_while_a_race_is_on_its_valley_can_be_looked_at_and_no_noise_is_measured():
    app = open_compare(**LONG)
    press(app, "race_start")
    choose(app, "race_section", "valley")
    assert not app.exception
    assert app.button(key="race_noise").disabled
    the_training().stop_race()
