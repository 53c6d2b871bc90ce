"""What strangers may hand in: a race's file and a page's address, changed by chance."""

from __future__ import annotations

import contextlib
import copy
import functools
import json
import random
from operator import getitem

import pytest

from mnist_core import Budget, Normalization
from mnist_core.race import Plan, Race, RaceRecord, RecordError, address, from_json, to_json
from mnist_core.race.results import common_target, update_costs
from mnist_core.race.scaling import target_scaling
from mnist_core.show import charts, race_sentences, race_tables, race_verdict, valley
from mnist_core.show.standalone import replay
from tests.conftest import made_up
from tests.core.races import (
    CHARTS_OF_ONE_RACE,
    HTML,
    race_to_target,
    run_to_the_end,
    updates_by_law,
)

CHANGES = 400
# Written as they stand: json.dumps would refuse some, and read others back as something else.
ODD = (
    "null true false 0 1 -1 0.0 -0.0 5e-324 1e-300 1e15 999999999999999 1e300 1e999 -1e999 NaN "
    "Infinity -Infinity 9223372036854775807 9223372036854775808 [] {} [[]] [null] [0] [1e999] "
    '"" "200" "\\u0000" "\\ud800" "__import__(\'os\')" {"loss":[]} {"__class__":"os.system"}'
).split()
ODD += [json.dumps(HTML), "9" * 400, "-" + "9" * 400, "9" * 5_000, "[" * 500 + "]" * 500]
ODD += [json.dumps("x" * 100_000), "[" + "0," * 10_000 + "0]"]


PLANS = {
    "sizes": Plan((10, 100), Budget(epochs=1.5), repeats=3, tutorial="tenth"),
    "rates": Plan((100,), Budget(epochs=1.5), learning_rates=(1e-4, 0.1)),
    "normalizations": Plan(
        (100,), Budget(epochs=1.5), normalizations=(Normalization(), Normalization(0, 1))
    ),
    "orders": Plan((100,), Budget(epochs=1.5), repeats=3, orders=("shuffled", "sorted by label")),
}


@pytest.fixture(scope="module", params=[*PLANS, "with a law"])
def sound(request) -> dict:
    """A race with all there can be in one, or in which sizes enough reached a target for a law."""
    if request.param == "with a law":
        race = race_to_target(updates_by_law(5_000, 400, (1, 50, 200, 5_000)))
    else:
        race = run_to_the_end(Race(made_up(training=600, test=100), PLANS[request.param]))
    return json.loads(to_json(race))


def places(value, way=()):
    """The way to each value in it."""
    yield way
    if isinstance(value, dict | list):
        members = value.items() if isinstance(value, dict) else enumerate(value)
        for name, member in members:
            yield from places(member, (*way, name))


def changed(whole: dict, chance: random.Random, ways: list[tuple]) -> str:
    """The race as text with one to three of its values replaced, left out or doubled."""
    whole, written = copy.deepcopy(whole), {}
    for number in range(chance.randint(1, 3)):
        # A place may be gone by an earlier change.
        with contextlib.suppress(KeyError, IndexError, TypeError):
            *way, last = chance.choice(ways)
            change_one(
                functools.reduce(getitem, way, whole), last, chance, f"odd {number}", written
            )
    text = json.dumps(whole)
    for mark, odd in written.items():
        text = text.replace(json.dumps(mark), odd)
    return text


def change_one(parent, last, chance: random.Random, mark: str, written: dict[str, str]) -> None:
    how, before = chance.random(), parent[last]
    if how < 0.1:
        del parent[last]
    elif how < 0.2 and isinstance(parent, list):
        parent.insert(last, copy.deepcopy(before))
    elif how < 0.7 and isinstance(before, int | float):
        parent[last] = chance.choice([0, 0.0, before * 2, before / 3, 1e14])
    else:
        parent[last] = mark
        written[mark] = chance.choice(ODD)


def read(text: str) -> RaceRecord | None:
    """The race, or None where it is refused, as a visitor would be told."""
    try:
        return from_json(text)
    except RecordError as error:
        reason = str(error)
    assert 0 < len(reason) < 400
    assert "<" not in reason, "a file's own words may not come back"
    return None


def draw_all(record: RaceRecord) -> None:
    """Every chart, table and sentence that the page Compare may make of a race."""
    figures = [
        charts.race_curve(record, charts.RaceView(measure, clock, log, log, target))
        for measure in ("loss", "accuracy")
        for clock in ("epochs", "updates", "seconds")
        for log in (False, True)
        for target in (None, 3_000.0)
    ]
    figures += [
        charts.target_chart(record, target, clock)
        for target in (150.0, common_target(record))
        for clock in ("updates", "seconds")
    ]
    figures += [draw(record) for draw in CHARTS_OF_ONE_RACE]
    for target in (None, 150.0, 3_000.0, common_target(record)):
        scaling = target and target_scaling(record, target)
        figures += [charts.law_chart(scaling, noise) for noise in (None, 113.0)]
        valley.law(record, scaling, "Five sizes")
        for factor in valley.FACTORS:
            figures.append(charts.valley_chart(scaling, factor))
            valley.valley(scaling, factor)
        if scaling:
            valley.rows(scaling)
    for figure in figures:
        json.dumps(figure, allow_nan=False)
    race_tables.result_rows(record, 150.0)
    race_tables.tutorial_rows(record)
    race_tables.points_csv(record)
    if record.begun:
        assert replay(record, "", [0] * 16).count("</script>") == 2
    for quantity in ("test_loss", "epoch_seconds"):
        race_tables.luck_rows(record, record.plan.values[0], quantity)
    race_sentences.cost(update_costs(record)[1])
    for say in (race_verdict.verdict, race_sentences.epoch_seconds, race_sentences.tutorial):
        say(record)
    race_sentences.time_left(record)
    race_sentences.budget(record.plan.budget)
    race_sentences.same_start(record.plan)
    race_sentences.settings(record.plan)
    for competitor in record.competitors:
        race_sentences.progress(competitor)
        assert 0 <= competitor.share_done <= 1


def test_the_unchanged_race_can_be_drawn_whole(sound):
    draw_all(from_json(json.dumps(sound)))


def test_a_race_changed_by_chance_is_refused_with_a_reason_or_can_be_drawn_whole(sound):
    chance = random.Random(20_260)
    ways = [way for way in places(sound) if way]
    shown = 0
    for _ in range(CHANGES):
        text = changed(sound, chance, ways)
        record = read(text)
        if record is None:
            continue
        draw_all(record)
        assert from_json(to_json(record)) == record
        shown += 1
    assert shown > CHANGES / 50, "too few were left sound to have tried the charts"


def test_a_file_of_ten_megabytes_is_refused_or_read_in_a_moment():
    for filling in ("[" * 10_000_000, "9" * 10_000_000, '{"a":' * 2_000_000, " " * 10_000_000):
        assert read(filling) is None
    rows = ",".join(["0"] * 4_000_000)
    for version in (1, 2, 3):
        whole = f'{{"format":"mini-batch race","version":{version},"race":[{rows}]}}'
        assert read(whole) is None


def test_a_text_that_names_code_is_only_a_text(raced):
    text = to_json(raced).replace(raced.machine.processor, "__import__('os').system('true')")
    assert from_json(text).machine.processor == "__import__('os').system('true')"


HOSTILE = [
    "",
    HTML,
    "\0",
    "%s%n",
    "../../etc/passwd",
    "1e999",
    "-1e999",
    "nan",
    "9" * 400,
    "1e-320",
]
HOSTILE += [
    "0.1,0.2",
    "0.5:0.5,0:1,1e-320:1",
    "shuffled,sorted by label",
    "1e-320",
    "9" * 100_000,
    "1," * 100_000,
    "\ud800",
    "٣",
    "1_0",
    " 1 ",
    "0x10",
    "True",
    "[]",
]


def test_an_address_changed_by_chance_gives_a_plan_that_an_address_can_carry():
    chance = random.Random(1)
    names = [*address.to_query(Plan()), "seconds", "loss", "rates", "normalizations", "orders"]
    for _ in range(CHANGES):
        query = address.to_query(Plan()) | {
            chance.choice(names): chance.choice(HOSTILE) for _ in range(chance.randint(1, 4))
        }
        plan, nonsense = address.from_query(query)
        assert set(nonsense) <= set(names)
        again, nonsense = address.from_query(address.to_query(plan))
        assert nonsense == []
        assert again.batch_sizes == plan.batch_sizes
        assert again.values == plan.values
