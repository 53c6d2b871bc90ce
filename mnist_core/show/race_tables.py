"""A race → rows, and rows → CSV."""

from __future__ import annotations

import csv
import io
from typing import Any

from mnist_core.language import _
from mnist_core.race.competitors import Competitor, RaceRecord
from mnist_core.race.plan import Value
from mnist_core.race.results import epoch_time, reached
from mnist_core.race.statistics import Quantity, differences
from mnist_core.race.tuning import at_best_rates
from mnist_core.show import race_names, race_sentences
from mnist_core.show.race_sentences import TUTORIAL_2019

_POINT_COLUMNS = (
    "way,batch_size,learning_rate,seed,state,epochs,digits,updates,train_seconds,"
    "test_loss,test_accuracy,test_seconds,order,mean,std"
).split(",")


def result_rows(record: RaceRecord, target: float | None) -> list[dict[str, Any]]:
    """A row for each competitor that has begun: what it has reached, and when it met the target.

    Where learning rates are tuned, it says which of them is the best for its batch size.
    """
    best = at_best_rates(record, target).competitors
    return [
        _result(competitor, record, target) | {"best_rate": _("yes") if competitor in best else "–"}
        for competitor in record.competitors
        if competitor.place.updates
    ]


def _result(competitor: Competitor, record: RaceRecord, target: float | None) -> dict[str, Any]:
    bracket = reached(competitor.test_points, target) if target else None
    last = competitor.test_points[-1]
    return {
        "competitor": race_names.label(record.plan, competitor.start),
        "seed": str(competitor.start.seed),
        "learning_rate": competitor.settings.learning_rate,
        "state": _(race_names.STATES[competitor.state]),
        "epochs": competitor.place.epochs,
        "updates": competitor.place.updates,
        "seconds": competitor.place.seconds,
        "epoch_seconds": epoch_time([competitor], record.training_digits).median,
        "test_loss": last.loss,
        "test_accuracy": last.accuracy,
        "updates_to_target": round(bracket.at("updates")) if bracket else None,
        "seconds_to_target": bracket.at("seconds") if bracket else None,
    }


def luck_rows(record: RaceRecord, against: Value, quantity: Quantity) -> list[dict[str, Any]]:
    """A row for each other competitor: its difference for every seed, their mean, the verdict."""
    return [
        {
            "competitors": _("{one} against {other}").format(
                one=race_names.name(one.value), other=race_names.name(one.against)
            ),
            **{
                _("seed {seed}").format(seed=seed): value
                for seed, value in zip(record.plan.seeds, one.values, strict=True)
            },
            "mean": one.mean,
            "low": one.low,
            "high": one.high,
            "verdict": race_sentences.luck(one),
        }
        for one in differences(record, against, quantity)
    ]


def tutorial_rows(record: RaceRecord) -> list[dict[str, Any]]:
    """The tutorial's way, memory at the same sizes, and the tutorial's own figures of 2019."""
    competitors = [*record.of_way("tutorial"), *record.of_way("memory")]
    measured = [
        _tutorial_row(competitor, record)
        for competitor in competitors
        if competitor.place.updates
        and competitor.batch_size in TUTORIAL_2019
        and competitor.start.seed == record.plan.setup.seed
    ]
    old = [
        {"way": _("the tutorial, 2019, on its GPU"), "batch_size": size, "epoch_seconds": seconds}
        | {"measured": _("its own figure, test pass included"), "loading": "–"}
        for size, seconds in TUTORIAL_2019.items()
    ]
    return measured + old


def _tutorial_row(competitor: Competitor, record: RaceRecord) -> dict[str, Any]:
    time = epoch_time([competitor], record.training_digits)
    loading = competitor.loading_seconds
    ways = {"tutorial": _("the tutorial’s way, here"), "memory": _("memory, here")}
    scaled = _("scaled from {share:.0%} of one").format(share=time.share)
    return {
        "way": ways[competitor.start.way],
        "batch_size": competitor.batch_size,
        "epoch_seconds": time.median,
        "measured": _("whole epochs") if time.share == 1 else scaled,
        "loading": "–" if loading is None else f"{loading / competitor.place.seconds:.0%}",
    }


def points_csv(record: RaceRecord) -> str:
    """Every test point of every competitor as CSV with a header: losses summed, seconds."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_POINT_COLUMNS)
    for competitor in record.competitors:
        start = competitor.start
        who = [start.way, competitor.batch_size, start.settings.learning_rate, start.seed]
        who += [competitor.state]
        setup, how = start.setup, start.setup.normalization
        for point in competitor.test_points:
            place = [point.place.epochs, point.place.digits, point.place.updates]
            result = [point.place.seconds, point.loss, point.accuracy, point.seconds]
            writer.writerow([*who, *place, *result, setup.order, how.mean, how.std])
    return text.getvalue()
