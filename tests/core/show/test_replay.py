from __future__ import annotations

import json
from dataclasses import replace
from itertools import pairwise

from mnist_core.race import Plan, RaceRecord, from_json
from mnist_core.show.charts import colour
from mnist_core.show.html import filled, for_script, marked
from mnist_core.show.standalone import replay
from tests.core.races import (
    HTML,
    MACHINE,
    made_up_competitor,
    made_up_race,
    made_up_races_at_one_size,
    race_with_html,
)
from tests.core.show.page_read import PageRead

LABELS = [7, 2, 1, 0, 4, 1, 4, 9, 5, 9, 0, 6, 9, 0, 1, 5]


def read(record: RaceRecord) -> PageRead:
    return PageRead(replay(record, "data:image/png;base64,AAAA", LABELS))


def test_the_page_holds_every_test_point_of_the_race_with_its_guesses(raced):
    shown = read(raced).races[0]
    assert shown["labels"] == LABELS
    for one, competitor in zip(shown["competitors"], raced.competitors, strict=True):
        points = competitor.test_points
        assert [point["loss"] for point in one["points"]] == [point.loss for point in points]
        assert [point["seconds"] for point in one["points"]] == [
            point.place.seconds for point in points
        ]
        assert [tuple(point["guesses"]) for point in one["points"]] == [
            point.guesses for point in points
        ]
        assert one["end"] == competitor.place.seconds
        assert one["state"] == "finished"


def test_each_competitor_has_its_colour_in_both_themes_and_a_dash_of_its_own(raced):
    competitors = read(raced).races[0]["competitors"]
    assert [one["light"] for one in competitors] == [colour(10), colour(100)]
    assert [one["dark"] for one in competitors] == [colour(10, True), colour(100, True)]
    assert all(one["dash"] != other["dash"] for one, other in pairwise(competitors))


def test_a_competitor_looks_the_same_at_every_seed_and_the_tutorials_way_has_its_own_dash():
    plan = Plan((10, 200), repeats=3, tutorial="tenth")
    starts = [start for heat in plan.heats() for start in heat]
    ended = tuple(made_up_competitor(start, [9, 8], 1.0) for start in starts)
    competitors = read(RaceRecord(plan, MACHINE, 2, ended)).races[0]["competitors"]
    assert [one["seed"] for one in competitors] == ["0"] * 4 + ["1", "1", "2", "2"]
    looks = {(one["name"], one["dash"], one["light"]) for one in competitors}
    assert len(looks) == len({dash for _, dash, _ in looks}) == 4


def test_texts_of_a_file_add_no_element_and_end_no_script():
    hostile = from_json(race_with_html())
    sound = made_up_race({10: [9, 8], 200: [9, 8]}, {10: 2.0, 200: 0.2})
    assert hostile.machine.processor == HTML
    names = [[tag for tag, _ in read(record).elements] for record in (hostile, sound)]
    assert names[0] == names[1]
    assert HTML in read(hostile).text


def test_json_in_a_script_survives_whatever_texts_it_holds():
    texts = ["</script><script>alert(1)</script>", "<!--", "]]>", "\u2028", "{{js}}", "&lt;"]
    assert "<" not in for_script(texts)
    assert json.loads(for_script(texts)) == texts


def test_what_a_piece_holds_is_not_filled_in_again():
    assert filled("<p>{{one}} {{two}}</p>", one="{{two}}", two="2") == "<p>{{two}} 2</p>"


def test_marked_text_is_escaped_and_bold_between_stars():
    assert marked("a **<b>** & c") == "a <b>&lt;b&gt;</b> &amp; c"


def test_the_page_says_that_it_is_recorded_where_and_with_which_settings(raced):
    text = read(raced).text
    assert "Recorded" in text
    assert raced.machine.processor in text
    assert "Batch sizes 10 and 100 · 2 epochs each" in text


def test_the_page_fetches_nothing_and_is_small(raced):
    page = read(raced)
    assert page.addresses == []
    assert page.policy.startswith("default-src 'none';")
    assert len(replay(raced, "", LABELS)) < 40_000


def test_a_race_of_anything_has_a_page_and_one_that_failed_at_once_is_left_out():
    for record in made_up_races_at_one_size(repeats=3):
        assert len(read(record).races[0]["competitors"]) == len(record.competitors)
    record = made_up_race({10: [9, 8], 200: [9, 8]}, {10: 2.0, 200: 0.2})
    first = record.competitors[0].test_points[0].place
    failed = replace(record.competitors[0], state="failed", place=first, test_points=(), epochs=())
    record = replace(record, competitors=(failed, record.competitors[1]))
    assert [one["name"] for one in read(record).races[0]["competitors"]] == ["200"]
