from __future__ import annotations

import json

import pytest

from mnist_core import Budget, Normalization, Setup
from mnist_core.race import Plan, Race, RecordError, from_json, to_json, waiting
from tests.core.race.conftest import MACHINE, run_to_the_end


def test_a_race_comes_back_from_its_json_as_it_was(raced):
    assert from_json(to_json(raced)) == raced
    assert from_json(to_json(raced).encode()) == raced


def test_a_stopped_race_with_repeats_and_an_own_setup_comes_back_too(tiny):
    plan = Plan(
        batch_sizes=(10, 100),
        budget=Budget(epochs=2, test_loss=1.0),
        setup=Setup(2**60, "stored", Normalization(0.1, 0.2), 16),
        repeats=3,
    )
    race = Race(tiny, plan)
    for _ in range(5):
        race.advance(0.001)
    race.stop()
    assert from_json(to_json(race.latest)) == race.latest


def test_a_race_that_nobody_has_begun_comes_back():
    record = waiting(Plan(tutorial="tenth"), MACHINE)
    assert from_json(to_json(record)) == record


def test_the_json_names_seed_machine_and_every_kind_of_record(raced):
    race = json.loads(to_json(raced))["race"]
    assert race["plan"]["setup"]["seed"] == 0
    assert race["machine"].keys() == {"processor", "threads", "torch"}
    entry = race["entries"][0]
    assert len(entry["epochs"]["train_seconds"]) == 2
    assert len(entry["test_points"]["loss"]) == len(raced.entries[0].test_points)
    assert len(entry["loss_points"]["loss"]) == len(raced.entries[0].loss_points)


def set_at(path: str, value):
    def change(whole):
        *way, last = [int(step) if step.isdigit() else step for step in path.split("/")]
        for step in way:
            whole = whole[step]
        whole[last] = value

    return change


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (set_at("format", "a letter"), "not a race saved by this dashboard"),
        (set_at("version", 2), "another version"),
        (set_at("race", None), "race must be an object"),
        (set_at("race/more", 1), "race must hold exactly"),
        (set_at("race/heat", True), "race.heat must be a whole number"),
        (set_at("race/heat", -1), "race.heat must be a whole number"),
        (set_at("race/heat", 0.5), "race.heat must be a whole number"),
        (set_at("race/heat", 1), "race.heat must be one of"),
        (set_at("race/training_digits", 0), "at least one training digit"),
        (set_at("race/machine/processor", "x" * 501), "processor must be a text"),
        (set_at("race/machine/processor", ["x"]), "processor must be a text"),
        (set_at("race/plan/batch_sizes", [10, 10]), "different batch sizes"),
        (set_at("race/plan/batch_sizes", "10"), "batch_sizes must be a list"),
        (set_at("race/plan/rule", "cubic"), "rule must be one of"),
        (set_at("race/plan/rule", ["same"]), "rule must be one of"),
        (set_at("race/plan/learning_rate", 1e308), "learning_rate must be a finite number"),
        (set_at("race/plan/setup/normalization/std", 0), "standard deviation"),
        (set_at("race/plan/repeats", 3), "not the runners of race.plan"),
        (set_at("race/entries/0/start/seed", 7), "not the runners of race.plan"),
        (set_at("race/entries/0/state", "won"), "state must be one of"),
        (set_at("race/entries/0/epochs/updates", [1]), "columns differ in length"),
        (set_at("race/entries/0/epochs/updates", [0, 0]), "each must have a batch size"),
        (set_at("race/entries/0/epochs/batch_sizes", [[], []]), "each must have a batch size"),
        (set_at("race/entries/0/epochs/epoch", [1, 2]), "not numbered from 0"),
        (set_at("race/entries/0/test_points", []), "lacks the one before the first update"),
        (set_at("race/entries/0/test_points/place", 5), "place must be an object"),
        (set_at("race/entries/0/place/digits", 1), "do not follow each other in digits"),
        (set_at("race/entries/0/place/updates", 1), "do not follow each other in updates"),
        (set_at("race/entries/0/test_points/place/seconds/1", 1e9), "follow each other in seconds"),
        (set_at("race/entries/0/place/epochs", 77), "must be the digits seen, over"),
        (set_at("race/entries/0/place", {}), "place must hold exactly"),
    ],
)
def test_a_damaged_or_foreign_file_is_refused_with_a_reason(raced, change, why):
    whole = json.loads(to_json(raced))
    change(whole)
    with pytest.raises(RecordError, match=why):
        from_json(json.dumps(whole))


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity", "1e999", "null", '"<b>"', "[1]"])
def test_a_loss_that_is_no_finite_number_is_refused(raced, value):
    losses = json.dumps(json.loads(to_json(raced))["race"]["entries"][0]["test_points"]["loss"])
    text = to_json(raced).replace(losses, losses.replace(losses[1 : losses.index(",")], value))
    with pytest.raises(RecordError, match="loss"):
        from_json(text)


def test_an_accuracy_or_a_negative_time_out_of_range_is_refused(raced):
    whole = json.loads(to_json(raced))
    points = whole["race"]["entries"][0]["test_points"]
    points["accuracy"][0] = 1.5
    with pytest.raises(RecordError, match="accuracy must be from 0 to 1"):
        from_json(json.dumps(whole))
    whole = json.loads(to_json(raced))
    whole["race"]["entries"][0]["epochs"]["train_seconds"][0] = -1.0
    with pytest.raises(RecordError, match="0 or more"):
        from_json(json.dumps(whole))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        '{"format": "mini-batch race"}',
        "[" * 100_000,
        "9" * 10_000,
        b"\xff\xfe\x00",
        b"\x80\x04cos\nsystem\n",
    ],
)
def test_text_that_is_no_race_is_refused(text):
    with pytest.raises(RecordError):
        from_json(text)


def test_a_file_cut_short_is_refused(raced):
    text = to_json(raced)
    for length in (1, len(text) // 2, len(text) - 1):
        with pytest.raises(RecordError):
            from_json(text[:length])


def test_a_file_beyond_all_measure_is_not_even_read():
    with pytest.raises(RecordError, match="larger than 16 MB"):
        from_json(" " * 16_000_001)


def test_what_was_run_is_recorded_with_its_place_in_time(tiny):
    record = run_to_the_end(Race(tiny, Plan(batch_sizes=(50,), budget=Budget(epochs=1))))
    again = from_json(to_json(record))
    assert again.over
    assert again.begun
