"""The lesson as a file to keep."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from mnist_core import Normalization
from mnist_core.machine import Machine
from mnist_core.race import RaceRecord
from mnist_core.show import lesson
from mnist_core.show.lesson import STATIONS, Measured
from mnist_core.show.standalone import Visited, lesson_record
from tests.core.races import HTML, MACHINE, made_up_race
from tests.core.show.page_read import PageRead

LABELS = [7, 2, 1, 0, 4, 1, 4, 9, 5, 9, 0, 6, 9, 0, 1, 5]
LEVEL = (50.0,) * 25  # a line sketched at half the height of its axes


@pytest.fixture
def two_sizes() -> RaceRecord:
    """A race of the fourth station that has ended."""
    return made_up_race({1: [9e3, 3e3], 200: [9e3, 4e3]}, {1: 8.0, 200: 0.4})


def page(visited: dict[int, Visited], machine: Machine = MACHINE) -> str:
    return lesson_record(visited, machine, "data:image/png;base64,AAAA", LABELS)


def read(visited: dict[int, Visited], machine: Machine = MACHINE) -> PageRead:
    return PageRead(page(visited, machine))


def station(number: int, visited: dict[int, Visited]) -> PageRead:
    """What the page shows of one station."""
    return PageRead(page(visited).split('<section class="station">')[number])


def lines_drawn(shown: PageRead) -> dict[str, list[tuple[float, float]]]:
    """The points of each line that is drawn, by what it is."""
    lines = [one for tag, one in shown.elements if tag == "polyline"]
    return {
        one["class"]: [tuple(map(float, point.split(","))) for point in one["points"].split()]
        for one in lines
    }


def test_each_station_stands_in_its_place_with_its_question():
    for number, one in enumerate(STATIONS, start=1):
        text = station(number, {}).text
        assert text.startswith(f"{number} {one.name}")
        assert one.question in text


def test_what_was_said_stands_beside_what_was_measured_and_what_to_see_in_it():
    measured = lesson.mean_of_pixels(Normalization(0.13, 0.3))
    text = station(2, {2: Visited(0.5, measured)}).text
    for one in ("You said+0.5", f"Measured{measured.figure}", "Less than you said"):
        assert one in text
    assert measured.see.replace("**", "") in text


def test_a_station_without_a_prediction_says_so_and_nothing_more():
    visited = {1: Visited("Half or more", None)}
    without = "You made no prediction at this station."
    assert station(3, visited).text.strip().endswith(without)
    assert without not in station(1, visited).text
    assert read(visited).text.count(without) == len(STATIONS) - 1


def test_a_prediction_without_a_measurement_is_kept_and_says_that_nothing_was_measured():
    text = station(7, {7: Visited(70, None)}).text
    assert "You said70°" in text
    assert "Nothing was measured." in text
    assert "Measured" not in text


def test_a_sketched_line_is_drawn_in_the_same_axes_as_what_was_measured():
    measured = Measured(((0, 0.0), (30_000, 50.0), (60_000, 100.0)), "from 0 to 100", "See.")
    lines = lines_drawn(station(6, {6: Visited(LEVEL, measured)}))
    (left, bottom), (middle, half), (right, top) = lines["measured"]
    assert left < middle < right
    assert top < half < bottom
    assert lines["said"][0] == (left, half)
    assert lines["said"][12] == (middle, half)
    assert lines["said"][24] == (right, half)


def test_before_anything_is_measured_the_sketched_line_is_drawn_alone():
    shown = station(6, {6: Visited(LEVEL, None)})
    assert list(lines_drawn(shown)) == ["said"]
    assert ("span", {"class": "said"}) in shown.elements
    assert ("span", {"class": "measured"}) not in shown.elements


def test_a_drawing_says_in_words_what_it_shows():
    measured = Measured(((0, 10.0), (60_000, 90.0)), "from 10 to 90", "See.")
    shown = station(6, {6: Visited(LEVEL, measured)})
    (label,) = [one["aria-label"] for tag, one in shown.elements if one.get("viewbox")]
    assert label == "Your line, from 50 to 50. Measured: from 10 to 90."


def test_each_race_that_has_ended_is_replayed_at_its_station(two_sizes):
    five = made_up_race(
        {size: [9e3, 1e3 + size] for size in (1, 10, 200)}, dict.fromkeys((1, 10, 200), 1.0)
    )
    visited = {
        4: Visited(200, lesson.times_as_long(two_sizes)),
        5: Visited((1, 10, 200), lesson.order_by_loss(five)),
    }
    shown = read(visited)
    assert [[one["name"] for one in race["competitors"]] for race in shown.races] == [
        ["1", "200"],
        ["1", "10", "200"],
    ]
    sliders = [one for _, one in shown.elements if one.get("type") == "range"]
    assert len(sliders) == 2
    assert "Batch sizes 1 and 200 · 3 epochs each" in station(4, visited).text
    assert "Batch sizes 1, 10 and 200 · 3 epochs each" in station(5, visited).text


def test_a_race_that_goes_on_is_not_replayed_and_the_page_says_why(two_sizes):
    first, second = two_sizes.competitors
    going_on = replace(two_sizes, competitors=(first, replace(second, state="racing")))
    visited = {4: Visited(200, lesson.times_as_long(going_on))}
    assert read(visited).races == []
    assert "20 times as long" in station(4, visited).text
    assert "It had not ended when this was saved" in station(4, visited).text


def test_it_says_that_it_is_recorded_and_on_which_machine():
    text = read({}).text
    assert "Recorded" in text
    assert "run on a made-up processor, 2 threads, torch 2.15.0" in text


def test_a_machines_name_adds_no_element(two_sizes):
    visited = {4: Visited(200, lesson.times_as_long(two_sizes))}
    hostile, sound = read(visited, Machine(HTML, 2, HTML)), read(visited)
    assert [tag for tag, _ in hostile.elements] == [tag for tag, _ in sound.elements]
    assert HTML in hostile.text


def test_it_fetches_nothing_and_leaves_no_mark_of_its_texts(two_sizes):
    visited = {4: Visited(200, lesson.times_as_long(two_sizes))}
    shown = read(visited)
    assert shown.addresses == []
    assert shown.policy.startswith("default-src 'none';")
    assert not re.search(r"{{|\*\*", shown.text)
