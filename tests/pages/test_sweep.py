"""What Compare shows of a sweep's file."""

from __future__ import annotations

from mnist_core import Budget
from mnist_core.race import Plan, from_json
from mnist_core.sweep.file import Sweep
from mnist_core.sweep.work import train
from pages.compare.files import RaceFile
from tests.conftest import made_up
from tests.pages.dashboard import choose, figures, open_compare, shown, texts, the_visitor


def test_compare_shows_a_sweeps_way_to_the_target_its_best_rates_and_the_luck_of_its_seeds(
    tmp_path,
):
    plan = Plan(
        (10, 60),
        Budget(epochs=12, test_loss=200),
        rule="tuned",
        repeats=3,
        learning_rates=(1e-5, 1e-3),
    )
    sweep, digits = Sweep(plan, tmp_path / "sweep.json"), made_up(training=600, test=100)
    for start in sweep.left:
        sweep.keep(train(digits, start))
    sweep.finish()
    app = open_compare()
    the_visitor().kept(RaceFile).recorded = from_json(sweep.out.read_bytes())
    app.run()
    app.number_input(key="race_target").set_value(200.0).run()
    assert not app.exception
    assert "Best learning rate, by " in texts(app)
    for clock in ("updates", "seconds"):
        traces = figures(app)[f"race_target_{clock}"]["data"]
        assert sum(len(trace["x"]) for trace in traces if trace["uid"] != "perfect") == 2 * 3
    choose(app, "race_section", "luck")
    assert not app.exception
    assert "Test loss at the end" in shown(app)["race_luck"]
    choose(app, "race_section", "table")
    assert not app.exception
