"""What the core shows in Korean: no English is left in it, but for names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from html import unescape
from pathlib import Path
from typing import Any

from mnist_core import Mnist, Run, Settings
from mnist_core.__main__ import main
from mnist_core.data import Normalization
from mnist_core.faults import A_TEST_PASS, NO_MEMORY
from mnist_core.language import _, speaking
from mnist_core.race import Plan, Race, RaceRecord, waiting
from mnist_core.race.results import update_costs
from mnist_core.race.scaling import target_scaling
from mnist_core.records import NoiseScales, Place
from mnist_core.settings import Budget
from mnist_core.show import (
    charts,
    classroom,
    lesson,
    mini_batch,
    race_names,
    race_sentences,
    race_tables,
    race_verdict,
    sentences,
    valley,
)
from mnist_core.show.charts import RaceView
from mnist_core.show.kinds import Curve, Line
from mnist_core.show.lesson import GLOSSARY, STATIONS
from mnist_core.show.questions import QUESTIONS, RACE_QUESTIONS
from mnist_core.show.standalone import Visited, handout, lesson_record, replay
from tests.conftest import train_epochs
from tests.core.english import english_in
from tests.core.races import (
    MACHINE,
    RACED_AT_ONE_SIZE,
    made_up_race,
    made_up_races_at_one_size,
    run_to_the_end,
)
from tests.core.show import valley as valleys
from tests.core.show.figures import figures
from tests.core.show.lesson import NEEDLES, SAMPLE, TRIALS

CONFIG = Path(__file__).parents[3] / ".streamlit" / "config.toml"
AT_THE_START = Place(0, 0.0, 0, 0.0)
SHOWN = {"text", "title", "name", "hovertemplate", "ticktext"}


def texts_in(part: Any, shown: bool = False) -> Iterator[str]:
    """What a figure or a table's row lets a viewer read."""
    if isinstance(part, dict):
        for key, value in part.items():
            yield from texts_in(value, shown or key in SHOWN)
    elif isinstance(part, list | tuple):
        for value in part:
            yield from texts_in(value, shown)
    elif isinstance(part, str) and shown:
        yield part


def figures_at_the_beginning(tiny: Mnist) -> Iterator[charts.Figure]:
    """Charts that say what will appear, and those that show the tutorial's way too."""
    untrained = Run(tiny).snapshot()
    yield charts.learning_curve(untrained)
    yield charts.noise_curve(untrained)
    yield charts.class_sample(replace(SAMPLE, epochs=0, networks=()))
    for race in (waiting(Plan(), MACHINE), with_the_tutorials_way(tiny)):
        yield charts.race_curve(race, RaceView())
        yield from (charts.target_chart(race, target, "seconds") for target in (None, 1.0, 1e6))
        yield charts.race_epoch_seconds(race)
        yield charts.where_the_seconds_go(race)


@cache
def with_the_tutorials_way(tiny: Mnist) -> RaceRecord:
    """A race that has ended, of batch sizes and of the tutorial's way."""
    return run_to_the_end(Race(tiny, Plan((1, 200), Budget(epochs=1), tutorial="tenth")))


def test_every_chart_is_wholly_in_korean(tiny):
    with speaking("ko"):
        drawn = [text for figure in figures(tiny, dark=False) for text in texts_in(figure)]
        drawn += [text for one in figures_at_the_beginning(tiny) for text in texts_in(one)]
    assert len(drawn) > 500
    for text in drawn:
        assert not english_in(text), text


def of_the_lesson() -> Iterator[str]:
    for station in STATIONS:
        asked = classroom.ballot(station)
        yield from (asked.question, *asked.options)
        yield from map(_, (station.name, station.page, station.question, station.act))
        yield from map(_, (station.expect, station.place) if station.place else (station.expect,))
        kind = station.kind
        if isinstance(kind, Curve):
            yield from (_(kind.x_title), _(kind.y_title))
    yield from map(_, (*GLOSSARY, *GLOSSARY.values()))
    for question in (*QUESTIONS.values(), *RACE_QUESTIONS.values()):
        yield from (_(question.asked), _(question.answer))


def of_what_was_measured(run: Run) -> Iterator[str]:
    race = made_up_race({1: [9e3, 900], 200: [9e3, 4e3]}, {1: 8.0, 200: 0.34})
    needles = replace(NEEDLES, batch_size=lesson.MANY_DIGITS, law={lesson.MANY_DIGITS: 0.9})
    for measured in (
        lesson.black_pixels(618, 784),
        lesson.mean_of_pixels(Normalization(0.1307, 0.3081)),
        lesson.worsened(TRIALS),
        lesson.times_as_long(race),
        lesson.right_in_an_epoch(run.snapshot()),
        lesson.degrees_away(needles),
    ):
        yield from (measured.figure, measured.see)
    order = lesson.order_by_loss(made_up_race({10: [9e3, 1e3], 11: [9e3, 2e3]}, {10: 2, 11: 2}))
    assert order
    yield from (order.figure, order.see)
    curve, line = STATIONS[5].kind, STATIONS[3].kind
    assert isinstance(curve, Curve)
    assert isinstance(line, Line)
    guess = tuple(range(0, 100, 4))
    yield from (curve.judged(guess, ((0, guess[0]), (60_000, guess[-1]))), curve.said(guess))
    yield lesson.compared(STATIONS[5], guess, lesson.Measured(((30_000, 99),), "99", ""))
    yield from (line.judged(predicted, 24) for predicted in line.stops)
    yield from (STATIONS[4].kind.judged((1, 10), (1, 10)), STATIONS[0].kind.judged("a", "b"))
    yield mini_batch.needles_described(NEEDLES)


def of_a_run(run: Run, kept: Run) -> Iterator[str]:
    snapshot, untrained = run.snapshot(), replace(run.snapshot(), place=AT_THE_START)
    failed = replace(snapshot, error=NO_MEMORY.format(what=A_TEST_PASS))
    for one in (untrained, failed):
        yield from sentences.doing(one, one.settings, False)
    yield sentences.progress(replace(untrained, test_points=()))
    for playing in (True, False):
        yield from sentences.doing(snapshot, snapshot.settings, playing)
    yield sentences.progress(snapshot)
    ended = replace(kept.snapshot(), error=NO_MEMORY.format(what=A_TEST_PASS))
    yield sentences.kept_copy(snapshot, ended, snapshot.test_points[1].place)
    yield from (sentences.noise(snapshot) or "none", sentences.lesson(snapshot.epochs) or "none")
    yield from (sentences.batch_size(size) for size in (1, 60_000))
    yield from (sentences.ordinal(number) for number in range(1, 24))
    yield from (sentences.seconds(seconds) for seconds in (1, 1_000))
    yield sentences.changes(snapshot.changes)


def of_races(tiny: Mnist) -> Iterator[str]:
    tuned = run_to_the_end(Race(tiny, Plan((10, 100), Budget(epochs=1), rule="tuned")))
    yield from (race_sentences.best_rates(tuned, target) for target in (None, 1e6))
    batch_sizes = made_up_race({1: [9e3, 3e3], 200: [9e3, 4e3]}, {1: 8.0, 200: 0.34}, 3)
    tutorials = with_the_tutorials_way(tiny)
    yield race_sentences.tutorial(tutorials)
    races = (waiting(Plan(), MACHINE), tuned, batch_sizes, tutorials)
    for race in (*races, *made_up_races_at_one_size(3)):
        yield from race_verdict.verdict(race)
        yield from map(race_sentences.progress, race.competitors)
        yield from (race_sentences.epoch_seconds(race), race_sentences.cost(update_costs(race)[1]))
        for row in race_tables.result_rows(race, 3e3):
            yield from texts_in(list(row.values()), shown=True)
        for quantity in ("test_loss", "epoch_seconds"):
            for row in race_tables.luck_rows(race, race.plan.values[0], quantity):
                yield from texts_in(list(row.values()), shown=True)
    for row in race_tables.tutorial_rows(tutorials):
        yield from texts_in(list(row.values()), shown=True)
    budgets = (Budget(seconds=10), Budget(epochs=2, test_loss=3e3))
    plans = [Plan(budget=budget, rule=rule) for budget in budgets for rule in ("same", "linear")]
    for plan in (*plans, *RACED_AT_ONE_SIZE, Plan(rule="tuned"), Plan(tutorial="tenth")):
        yield from (race_sentences.settings(plan), race_sentences.same_start(plan))
        starts = (start for heat in plan.heats() for start in heat)
        yield from (race_names.label(plan, start) for start in starts)


def of_the_valley() -> Iterator[str]:
    for race in (valleys.FOLLOWS, valleys.STRAYS, valleys.TOO_FEW):
        scaling = target_scaling(race, 3_000)
        yield from (valley.law(race, scaling, "…"), valley.law(race, None, "…"))
        yield from (valley.valley(scaling, 100), valley.valley(None, 1))
    yield valley.noise(NoiseScales(200, 300, 4.0, 600.0))
    yield _(valley.ASSUMES)


def of_the_class() -> Iterator[str]:
    vote = classroom.Vote(1, 1, classroom.ballot(STATIONS[0]), True, True, (1, 2, 0), 1, "618")
    yield classroom.turnout(vote, 3)
    yield from (row["answer"] for row in classroom.tally_rows(vote))
    yield from (classroom.luck(SAMPLE), classroom.alike_in(Settings()))
    yield _(classroom.WHY_NO_SECONDS)


def test_every_sentence_and_every_table_is_wholly_in_korean(tiny):
    run = Run(tiny, Settings(batch_size=100), digits_between_tests=100)
    run.watches_noise = True
    train_epochs(run, 1)
    kept = run.fork()
    run.settings = Settings(batch_size=50, learning_rate=1e-3)
    train_epochs(run, 3)
    train_epochs(kept, 2)
    with speaking("ko"):
        said = [*of_the_lesson(), *of_what_was_measured(run), *of_a_run(run, kept)]
        said += [*of_races(tiny), *of_the_valley(), *of_the_class()]
    assert len(said) > 300
    for text in said:
        assert not english_in(text), text


def shown_by(page: str) -> str:
    """What a reader may see of a page, its scripts' texts among it."""
    body = re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL)
    labels = re.findall(r'aria-label="([^"]*)"', body)
    body = re.sub(r"<script>.*?</script>", "", body, flags=re.DOTALL)
    texts = re.findall(r'"texts":(\{.*?\}),"raced":("[^"]*"),"clocks":(\{.*?\})', body)
    body = re.sub(r"<script.*?</script>", "", body, flags=re.DOTALL)
    written = [value for part in texts for value in part]
    values = re.findall(r':("[^"]*")', " ".join(written))
    plain = unescape(re.sub(r"<[^>]*>", " ", body))
    return " ".join(
        [plain, *labels, *(value.encode().decode("unicode_escape") for value in values)]
    )


def test_pages_that_stand_alone_are_wholly_in_korean_and_say_so():
    race = made_up_race({1: [9e3, 3e3], 200: [9e3, 4e3]}, {1: 8.0, 200: 0.34})
    digits = ("data:image/png;base64,AAAA", [7] * 16)
    with speaking("ko"):
        visited = {4: Visited(10, lesson.times_as_long(race)), 6: Visited((0.0,) * 25, None)}
        pages = (handout(), replay(race, *digits), lesson_record(visited, MACHINE, *digits))
    for page in pages:
        assert '<html lang="ko">' in page
        assert not english_in(re.sub(r"\{\w+\}", "", shown_by(page)))
    assert '<html lang="en">' in handout()


def test_the_command_line_prints_the_handout_in_the_language_asked_for(capsys):
    assert main(["handout", "--language", "ko"]) == 0
    with speaking("ko"):
        assert capsys.readouterr().out == handout()


def test_pages_name_a_font_that_has_hangul_on_each_system():
    config = CONFIG.read_text(encoding="utf-8")
    race = made_up_race({1: [9e3, 3e3]}, {1: 8.0})
    for page in (config, handout(), replay(race, "data:,", [])):
        for font in ("Apple SD Gothic Neo", "Malgun Gothic", "Noto Sans CJK KR"):
            assert font in page
