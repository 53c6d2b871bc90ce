from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from mnist_core import Budget, Normalization, Setup
from mnist_core.race import Plan, Race, RecordError, from_json, to_json, waiting
from mnist_core.show import race_sentences
from tests.core.races import MACHINE, RACED_AT_ONE_SIZE, run_to_the_end


def test_a_race_comes_back_from_its_json_as_it_was(raced):
    assert from_json(to_json(raced)) == raced
    assert from_json(to_json(raced).encode()) == raced


def test_a_stopped_race_with_repeats_and_an_own_setup_comes_back_too(tiny):
    plan = Plan(
        batch_sizes=(10, 100),
        budget=Budget(epochs=2, test_loss=1.0),
        setup=Setup(2**60, "stored", Normalization(0.1, 0.2)),
        repeats=3,
    )
    race = Race(tiny, plan)
    for _ in range(5):
        race.advance(0.001)
    race.stop()
    assert from_json(to_json(race.latest)) == race.latest


def test_a_number_of_hundreds_of_digits_is_refused_without_being_written_out(raced):
    whole = json.loads(to_json(raced))
    whole["race"]["competitors"][0]["start"]["settings"]["batch_size"] = int("9" * 400)
    with pytest.raises(RecordError, match=r"whole number from 1 to 60000, not 9{20}…$"):
        from_json(json.dumps(whole))


@pytest.fixture
def version_1() -> dict:
    """A race of two competitors as version 1 of the format saved it: its records as columns."""
    return json.loads(Path(__file__).with_name("version_1.json").read_text())


def test_a_race_saved_in_version_1_comes_back_whole(version_1):
    record = from_json(json.dumps(version_1))
    assert from_json(to_json(record)) == record
    for competitor, saved in zip(record.competitors, version_1["race"]["competitors"], strict=True):
        points, epochs = competitor.test_points, competitor.epochs
        assert [point.loss for point in points] == saved["test_points"]["loss"]
        assert [point.place.seconds for point in points] == saved["test_points"]["place"]["seconds"]
        assert [epoch.train_loss for epoch in epochs] == saved["epochs"]["train_loss"]
        assert [[*epoch.batch_sizes] for epoch in epochs] == saved["epochs"]["batch_sizes"]
        assert [point.digits for point in competitor.loss_points] == saved["loss_points"]["digits"]


def test_a_race_saved_when_the_width_and_entries_were_still_named_comes_back(version_1):
    today = from_json(json.dumps(version_1))
    version_1["race"]["plan"]["setup"]["hidden"] = 256
    version_1["race"]["entries"] = version_1["race"].pop("competitors")
    assert from_json(json.dumps(version_1)) == today


@pytest.fixture
def version_2() -> dict:
    """A race of two competitors and three seeds as version 2 saved it: a start had but its seed."""
    return json.loads(Path(__file__).with_name("version_2.json").read_text())


def test_a_race_saved_in_version_2_comes_back_with_the_plans_setup_for_each_seed(version_2):
    record = from_json(json.dumps(version_2))
    assert from_json(to_json(record)) == record
    setup = record.plan.setup
    assert setup == Setup(7, "stored", Normalization(0.25, 0.75))
    assert [one.start.setup for one in record.competitors] == [
        replace(setup, seed=seed) for seed in (7, 7, 8, 8, 9, 9)
    ]
    saved = version_2["race"]["competitors"]
    assert [one.place.seconds for one in record.competitors] == [
        one["place"]["seconds"] for one in saved
    ]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("race", None),
        ("race/plan", []),
        ("race/plan/setup", None),
        ("race/competitors", 5),
        ("race/competitors/0", None),
        ("race/competitors/0/start", {}),
    ],
)
def test_a_race_in_version_2_without_its_members_is_refused(version_2, path, value):
    set_at(path, value)(version_2)
    with pytest.raises(RecordError, match="members of the plan or of a competitor are missing"):
        from_json(json.dumps(version_2))


def test_a_race_of_a_network_of_another_width_is_refused(version_1):
    version_1["race"]["plan"]["setup"]["hidden"] = 16
    with pytest.raises(RecordError, match=r"race\.plan\.setup\.hidden"):
        from_json(json.dumps(version_1))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("race", None),
        ("race/plan/setup", []),
        ("race/competitors", 5),
        ("race/competitors/0", None),
        ("race/competitors/0/epochs/updates", [1]),
        ("race/competitors/0/epochs/updates", 1),
        ("race/competitors/0/test_points/place", {"digits": [0]}),
        ("race/competitors/0/test_points/place", None),
        ("race/competitors/0/loss_points", [1]),
    ],
)
def test_a_race_in_version_1_whose_columns_make_no_records_is_refused(version_1, path, value):
    set_at(path, value)(version_1)
    with pytest.raises(RecordError, match=r"race: .* columns"):
        from_json(json.dumps(version_1))


@pytest.mark.parametrize("plan", [Plan(tutorial="tenth"), *RACED_AT_ONE_SIZE])
def test_a_race_that_nobody_has_begun_comes_back(plan):
    record = waiting(plan, MACHINE)
    assert from_json(to_json(record)) == record


@pytest.mark.parametrize("plan", RACED_AT_ONE_SIZE)
def test_a_race_of_something_else_than_sizes_comes_back_as_it_was_run(tiny, plan):
    record = run_to_the_end(Race(tiny, plan))
    assert from_json(to_json(record)) == record


def test_a_learning_rate_that_a_file_holds_as_a_whole_number_is_named_as_a_rate():
    whole = json.loads(to_json(waiting(Plan((20,), learning_rates=(1.0,)), MACHINE)))
    whole["race"]["plan"]["learning_rates"] = [1]
    plan = from_json(json.dumps(whole)).plan
    assert race_sentences.settings(plan).startswith("Learning rate 1 · batch size 20")
    assert isinstance(plan.values[0], float)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"race/plan/orders": ["backwards"]}, r"race\.plan\.orders\[0\]: this is none of"),
        ({"race/plan/orders": [["shuffled"]]}, r"race\.plan\.orders\[0\]: expected `str`"),
        ({"race/plan/orders": []}, "race.plan: a race takes 1 to 6 different orders, not 0"),
        ({"race/plan/orders": ["stored"] * 2}, "race.plan: .* different orders, not 2"),
        ({"race/plan/learning_rates": ["0.1"]}, r"learning_rates\[0\]: expected `float`"),
        ({"race/plan/learning_rates": [0.1]}, "race.plan: only one of learning rates"),
        ({"race/plan/batch_sizes": [10, 20]}, "race.plan: a race of orders has one batch size"),
        ({"race/plan/rule": "linear"}, "race.plan: a race of orders has no rule"),
        ({"race/plan/tutorial": "tenth"}, "race.plan: a race of orders has no rule, nor the tut"),
        (
            {"race/plan/orders": None, "race/plan/normalizations": [{"mean": 0, "std": 0}]},
            r"race\.plan\.normalizations\[0\]: the standard deviation",
        ),
        ({"race/competitors/1/start/setup/order": "stored"}, "not those of race.plan"),
        ({"race/competitors/1/start/setup/order": "by size"}, r"start\.setup\.order: this is none"),
        ({"race/competitors/1/start/setup": 5}, r"\[1\]\.start\.setup: expected `object`"),
        ({"race/competitors/1/start/setup/seed": -(10**400)}, r"start\.setup: the seed must be"),
    ],
)
def test_a_damaged_race_of_orders_is_refused_with_the_place_and_a_short_reason(changes, why):
    plan = Plan((20,), Budget(epochs=1), orders=("shuffled", "sorted by label"))
    whole = json.loads(to_json(waiting(plan, MACHINE)))
    for path, value in changes.items():
        set_at(path, value)(whole)
    with pytest.raises(RecordError, match=why) as refused:
        from_json(json.dumps(whole))
    assert len(str(refused.value)) < 400


def test_the_json_names_seed_machine_and_every_kind_of_record(raced):
    race = json.loads(to_json(raced))["race"]
    assert race["plan"]["setup"]["seed"] == 0
    assert race["machine"].keys() == {"processor", "threads", "torch"}
    competitor = race["competitors"][0]
    assert [epoch["epoch"] for epoch in competitor["epochs"]] == [0, 1]
    assert len(competitor["test_points"]) == len(raced.competitors[0].test_points)
    assert len(competitor["loss_points"]) == len(raced.competitors[0].loss_points)


def test_a_member_that_nobody_knows_changes_nothing(raced):
    whole = json.loads(to_json(raced))
    whole["race"]["more"] = 1
    assert from_json(json.dumps(whole)) == raced


def set_at(path: str, value):
    def change(whole):
        *way, last = [int(step) if step.isdigit() else step for step in path.split("/")]
        for step in way:
            whole = whole[step]
        whole[last] = value

    return change


# What a file says ends like a complaint of the library that reads it.
HOSTILE_RULE = "<b> - at `$.evil`"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (set_at("format", "a letter"), "not a race saved by this dashboard"),
        (set_at("version", 4), "another version"),
        (set_at("race", None), "race: expected `object`, got `null`"),
        (set_at("race/heat", True), "race.heat: expected `int`, got `bool`"),
        (set_at("race/heat", -1), "race.heat: expected `int` at least 0"),
        (set_at("race/heat", 10**15), "race.heat: expected `int` at most 9{15}"),
        (set_at("race/heat", 0.5), "race.heat: expected `int`, got `float`"),
        (set_at("race/heat", 1), "race.heat must be one of"),
        (set_at("race/training_digits", 0), "at least one training digit"),
        (set_at("race/machine/processor", "x" * 501), "processor: .* length at most 500"),
        (set_at("race/machine/processor", "a\nb"), "control characters"),
        (set_at("race/machine/processor", ["x"]), "processor: expected `str`, got `array`"),
        (set_at("race/plan/batch_sizes", [10, 10]), "race.plan: .* different batch sizes"),
        (set_at("race/plan/batch_sizes", "10"), "batch_sizes: expected `array`, got `str`"),
        (set_at("race/plan/rule", "cubic"), "rule: this is none of the allowed values"),
        (set_at("race/plan/rule", HOSTILE_RULE), "rule: this is none of the allowed values"),
        (set_at("race/plan/rule", ["same"]), "rule: expected `str`, got `array`"),
        (set_at("race/plan/learning_rate", 1e308), "race.plan: .* the learning rate must be"),
        (set_at("race/plan/setup/normalization/std", 0), "standard deviation"),
        (set_at("race/plan/setup/seed", 2**63), "race.plan.setup: the seed must be"),
        (set_at("race/plan/setup/seed", 2**70), "race.plan.setup"),
        (set_at("race/plan/budget/epochs", 1e15), "budget.epochs: expected `float` below"),
        (set_at("race/plan/repeats", 3), "not those of race.plan"),
        (set_at("race/competitors/0/start/setup/seed", 7), "not those of race.plan"),
        (set_at("race/competitors/0/state", "won"), r"competitors\[0\].state: this is none of"),
        (set_at("race/competitors/0/epochs", [0] * 200_001), "epochs: .* length at most 200000"),
        (set_at("race/competitors/0/epochs/0/updates", 0), "each must have a batch size"),
        (set_at("race/competitors/0/epochs/0/batch_sizes", []), "each must have a batch size"),
        (set_at("race/competitors/0/epochs/0/epoch", 1), "not numbered from 0"),
        (set_at("race/competitors/0/epochs/1/train_loss", 10**400), r"epochs\[1\].train_loss"),
        (set_at("race/competitors/0/test_points", []), "lacks the one before the first update"),
        (set_at("race/competitors/0/test_points/0/place", 5), "place: expected `object`"),
        (set_at("race/competitors/0/place/digits", 1), "do not follow each other in digits"),
        (set_at("race/competitors/0/place/updates", 1), "do not follow each other in updates"),
        (
            set_at("race/competitors/0/test_points/1/place/seconds", 1e9),
            "follow each other in seconds",
        ),
        (set_at("race/competitors/0/place/epochs", 77), "must be the digits seen, over"),
        (set_at("race/competitors/0/place", {}), "place: object missing required field `digits`"),
        (set_at("race/competitors/0/test_points/0/accuracy", 1.5), "accuracy: .* at most 1"),
        (set_at("race/competitors/0/test_points/0/guesses", [0] * 17), "guesses: .* at most 16"),
        (
            set_at("race/competitors/0/test_points/0/guesses", [10] * 16),
            r"guesses\[0\]: .* at most 9",
        ),
        (set_at("race/competitors/0/test_points/0/guesses", ["<b>"]), r"guesses\[0\]: expected"),
        (set_at("race/competitors/0/test_points/0/guesses", [1]), "guesses of the same digits"),
        (set_at("race/competitors/0/epochs/0/train_seconds", -1.0), "train_seconds: .* at least 0"),
    ],
)
def test_a_damaged_or_foreign_file_is_refused_with_a_reason(raced, change, why):
    whole = json.loads(to_json(raced))
    change(whole)
    with pytest.raises(RecordError, match=why) as refused:
        from_json(json.dumps(whole))
    assert "<" not in str(refused.value)


@pytest.mark.parametrize(
    "value", ["NaN", "Infinity", "-Infinity", "1e999", "9" * 400, "null", '"<b>"', "[1]"]
)
def test_a_loss_that_is_no_finite_number_is_refused(raced, value):
    whole = json.loads(to_json(raced))
    set_at("race/competitors/0/test_points/0/loss", "here")(whole)
    with pytest.raises(RecordError, match=r"test_points\[0\]\.loss|not JSON"):
        from_json(json.dumps(whole).replace('"here"', value))


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


def test_a_race_saved_before_guesses_were_recorded_comes_back_without_them(raced):
    whole = json.loads(to_json(raced))
    for competitor in whole["race"]["competitors"]:
        for point in competitor["test_points"]:
            del point["guesses"]
    record = from_json(json.dumps(whole))
    points = [point for competitor in record.competitors for point in competitor.test_points]
    assert {point.guesses for point in points} == {()}
    assert [point.loss for point in points] == [
        point.loss for competitor in raced.competitors for point in competitor.test_points
    ]
