"""A race → rows, and rows → CSV."""

from __future__ import annotations

import csv
import io
from typing import Any

from mnist_core.race import words as race_words
from mnist_core.race.luck import Quantity, differences
from mnist_core.race.records import Entry, RaceRecord
from mnist_core.race.results import epoch_time, reached
from mnist_core.race.words import TUTORIAL_2019

_POINT_COLUMNS = (
    "way,batch_size,learning_rate,seed,state,epochs,digits,updates,train_seconds,"
    "test_loss,test_accuracy,test_seconds"
).split(",")


def result_rows(record: RaceRecord, target: float) -> list[dict[str, Any]]:
    """A row for each runner that has begun: what it has reached, and when it met the target."""
    return [_result(entry, record, target) for entry in record.entries if entry.place.updates]


def _result(entry: Entry, record: RaceRecord, target: float) -> dict[str, Any]:
    bracket = reached(entry.test_points, target)
    last = entry.test_points[-1]
    return {
        "runner": race_words.label(entry.start),
        "seed": str(entry.start.seed),
        "learning_rate": entry.settings.learning_rate,
        "state": entry.state,
        "epochs": entry.place.epochs,
        "updates": entry.place.updates,
        "seconds": entry.place.seconds,
        "epoch_seconds": epoch_time([entry], record.training_digits).median,
        "test_loss": last.loss,
        "test_accuracy": last.accuracy,
        "updates_to_target": round(bracket.at("updates")) if bracket else None,
        "seconds_to_target": bracket.at("seconds") if bracket else None,
    }


def luck_rows(record: RaceRecord, against: int, quantity: Quantity) -> list[dict[str, Any]]:
    """A row for each other size: its difference for every seed, their mean, the verdict."""
    return [
        {
            "batch_size": f"{one.batch_size:,} against {one.against:,}",
            **{
                f"seed {seed}": value
                for seed, value in zip(record.plan.seeds, one.values, strict=True)
            },
            "mean": one.mean,
            "low": one.low,
            "high": one.high,
            "verdict": race_words.luck(one),
        }
        for one in differences(record, against, quantity)
    ]


def tutorial_rows(record: RaceRecord) -> list[dict[str, Any]]:
    """The tutorial's way, memory at the same sizes, and the tutorial's own figures of 2019."""
    entries = [*record.of_way("tutorial"), *record.of_way("memory")]
    measured = [
        _tutorial_row(entry, record)
        for entry in entries
        if entry.place.updates
        and entry.batch_size in TUTORIAL_2019
        and entry.start.seed == record.plan.setup.seed
    ]
    old = [
        {"way": "the tutorial, 2019, on its GPU", "batch_size": size, "epoch_seconds": seconds}
        | {"measured": "its own figure, test pass included", "loading": "–"}
        for size, seconds in TUTORIAL_2019.items()
    ]
    return measured + old


def _tutorial_row(entry: Entry, record: RaceRecord) -> dict[str, Any]:
    time = epoch_time([entry], record.training_digits)
    loading = entry.loading_seconds
    return {
        "way": "the tutorial’s way, here" if entry.start.way == "tutorial" else "memory, here",
        "batch_size": entry.batch_size,
        "epoch_seconds": time.median,
        "measured": "whole epochs" if time.share == 1 else f"scaled from {time.share:.0%} of one",
        "loading": "–" if loading is None else f"{loading / entry.place.seconds:.0%}",
    }


def points_csv(record: RaceRecord) -> str:
    """Every test point of every runner as CSV with a header; losses summed, times in seconds."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_POINT_COLUMNS)
    for entry in record.entries:
        runner = [entry.start.way, entry.batch_size, entry.settings.learning_rate]
        runner += [entry.start.seed, entry.state]
        for point in entry.test_points:
            place = [point.place.epochs, point.place.digits, point.place.updates]
            result = [point.place.seconds, point.loss, point.accuracy, point.seconds]
            writer.writerow([*runner, *place, *result])
    return text.getvalue()
