"""What those who follow a teacher see of the teacher's page, as it is fed to all of them."""

from __future__ import annotations

import json

import pytest

from mnist_core.language import speaking
from pages.app import visitors
from pages.app.classroom import CLASS
from pages.app.feed import Feed
from pages.app.scheduling import by_trainer
from pages.classroom.follow import SCREENS
from tests.conftest import wait_until
from tests.pages.dashboard import choose, go_to, open_dashboard, press, shown, slide, the_visitor

STUDENT = "a student in another tab"


@pytest.fixture
def teacher():
    """The dashboard of a teacher who has opened the class."""
    app = press(go_to(open_dashboard(teacher=CLASS.token), "classroom"), "class_open")
    yield app
    CLASS.close(CLASS.leader)
    CLASS.leave(CLASS.leader)


def followed(dark: bool = False) -> dict[str, object]:
    """What a student is fed with, by the keys of its components."""
    feed = Feed()
    feed.tune_in(SCREENS[dark])
    return {key: json.loads(text) for key, text in feed.heard().items()}


def words() -> str:
    return " ".join(text for text in followed().values() if isinstance(text, str))


def charts() -> set[str]:
    """The keys of the components that show one."""
    return {key for key, one in followed().items() if isinstance(one, dict) and "figure" in one}


def test_followers_see_the_digit_that_the_teacher_has_picked_and_its_row_as_it_is_normalized(
    teacher, few_digits
):
    go_to(teacher, "digits")
    teacher.number_input(key="first_index").set_value(7).run()
    teacher.slider(key="row").set_value(14).run()
    choose(teacher, "page_normalization", "None")
    seen = followed()
    assert f'alt="Training digit 7, a {few_digits.train.labels[7]}, its row 14 framed"' in words()
    assert seen["followed_words"].count("data:image/png") == 1
    assert "Row 14" in seen["followed_page_1_words"].replace("<b>", "")
    before, after = seen["followed_page_1"]["figure"]["data"]
    assert before["y"] == pytest.approx((few_digits.train.images[7, 14] / 255).tolist())
    assert before["y"] == after["y"]


def test_followers_see_no_row_while_the_teachers_normalization_is_refused(teacher):
    go_to(teacher, "digits")
    choose(teacher, "page_normalization", "Custom")
    teacher.number_input(key="page_std").set_value(0.0).run()
    assert "Training digit 0, a 5" in words()
    assert charts() == set()


def test_followers_see_the_first_digits_of_the_teachers_mini_batch(teacher):
    go_to(teacher, "mini_batch")
    for size, count in ((5, 5), (200, 42)):
        slide(teacher, "batch_size", size)
        theirs, seen = shown(teacher)["batch_grid"], followed()["followed_digits"]
        assert len(seen["digits"]) == count
        assert (seen["digits"], seen["sheet"]) == (theirs["digits"], theirs["sheet"])
        assert f"One mini-batch of {size}" in words()
    teacher.toggle(key="whole_batch").set_value(True).run()
    seen = followed()["followed_digits"]
    assert (len(seen["digits"]), seen["of"]) == (42, 200)


@pytest.mark.usefixtures("few_trials")
def test_followers_see_where_batches_point_and_what_updates_did_once_the_teacher_has_tried_them(
    teacher,
):
    go_to(teacher, "mini_batch")
    assert charts() == {"followed_page_1"}
    assert "away from that of all" in followed()["followed_page_1_words"]
    press(teacher, "try_updates")
    assert charts() == {"followed_page_1", "followed_page_2"}
    assert "changed the test loss" in followed()["followed_page_1_words"]
    assert "away from that of all" in followed()["followed_page_2_words"]
    press(teacher, "reset")
    assert charts() == {"followed_page_1"}


def test_followers_see_what_the_teachers_network_takes_the_16_digits_for_as_it_learns(teacher):
    go_to(teacher, "predictions")
    theirs = shown(teacher)
    assert followed()["followed_digits"] == theirs["sixteen_grid"]
    assert "untrained" in words()
    by_trainer(lambda: the_visitor().training.run.advance(0.05))
    now = the_visitor().feed.parts()[1]
    assert now["sixteen_grid"] != theirs["sixteen_grid"]
    teacher_sees = json.loads(json.dumps(now["sixteen_grid"]))
    wait_until(lambda: followed()["followed_digits"] == teacher_sees)
    assert "of 16 right" in words()


def test_followers_see_the_ten_bars_of_the_digit_that_the_teacher_has_picked(teacher):
    go_to(teacher, "predictions")
    teacher.session_state["sixteen_grid"] = {"picked": 3}
    teacher.run()
    seen = followed()
    assert seen["followed_digits"]["picked"] == 3
    name = seen["followed_digits"]["digits"][3]["name"].partition(":")[0]
    assert name in seen["followed_page_1_words"]
    theirs = shown(teacher)["digit_bars"]["figure"]["data"]
    assert seen["followed_page_1"]["figure"]["data"] == theirs


def test_what_a_follower_has_zoomed_in_a_chart_is_forgotten_when_another_comes_in_its_place(
    teacher,
):
    go_to(teacher, "digits")
    of_row = kind_of_chart()
    teacher.slider(key="row").set_value(7).run()
    assert kind_of_chart() == of_row
    go_to(teacher, "predictions")
    assert kind_of_chart() != of_row


def kind_of_chart() -> str:
    return followed()["followed_page_1"]["kind"]


def test_nothing_is_asked_of_the_network_for_followers_that_the_teachers_page_has_not_asked(
    teacher,
):
    go_to(teacher, "predictions")
    before, run = followed()["followed_digits"], the_visitor().training.run
    by_trainer(lambda: run.advance(0.05))
    wait_until(lambda: f"{run.latest.place.epochs:.2f}" in followed()["followed_figures"])
    assert followed()["followed_digits"] == before


def test_what_the_teacher_comes_to_stands_in_the_next_frame_and_what_they_leave_goes(teacher):
    go_to(teacher, "digits")
    assert followed()["followed_words"]
    student = visitors.welcome(STUDENT).feed
    student.tune_in(SCREENS[False])
    for page, name in (("predictions", "Predictions"), ("train", "Train"), ("digits", "Digits")):
        go_to(teacher, page)
        for under_way in student.renew():
            under_way.result()
        assert f"The teacher is at <b>{name}</b>" in json.loads(student.heard()["followed_place"])
        assert (student.heard()["followed_words"] == '""') == (page == "train")
        assert student.renew() == [], "one edition for all, until it is too old"
    go_to(teacher, "predictions")
    choose(teacher, "show", "all")
    assert followed()["followed_digits"] is None


def test_below_the_teachers_page_stands_the_run_as_soon_as_it_has_been_trained(teacher):
    assert charts() == {"followed_1", "followed_2"}
    go_to(teacher, "digits")
    assert charts() == {"followed_page_1"}
    by_trainer(lambda: the_visitor().training.run.advance(0.01))
    wait_until(lambda: charts() == {"followed_page_1", "followed_1", "followed_2"})


def test_followers_see_the_teachers_page_in_their_own_language_and_theme(teacher):
    go_to(teacher, "digits")
    with speaking("ko"):
        korean = followed(dark=True)
    assert "학습용 숫자" in korean["followed_words"]
    assert "Training digit" not in json.dumps(korean)
    light, dark = followed()["followed_page_1"]["figure"], korean["followed_page_1"]["figure"]
    assert light["layout"]["font"] != dark["layout"]["font"]


def test_what_a_teacher_leads_is_made_for_nobody_while_nobody_follows(teacher):
    made = []
    the_visitor().feed.lead(lambda dark: made.append(dark))
    the_visitor().feed.parts()
    assert made == []
    assert not teacher.exception
