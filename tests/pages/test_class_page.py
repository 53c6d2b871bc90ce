"""The page Class and the class on the other pages, as a teacher and as a student see them."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from mnist_core import Settings, Setup
from mnist_core.show.classroom import WHY_NO_SECONDS
from pages.app import visitors
from pages.app.classroom import CLASS
from pages.app.scheduling import SCHEDULER, by_trainer
from tests.conftest import train_epochs, wait_until
from tests.pages.dashboard import (
    choose,
    figures,
    go_to,
    live_html,
    open_dashboard,
    press,
    shown,
    slide,
    texts,
    the_visitor,
)

TEACHER = "a teacher in another tab"


@pytest.fixture(autouse=True)
def _nobody_in_class():
    yield
    CLASS.recognize(TEACHER, CLASS.token)
    CLASS.close(TEACHER)
    CLASS.leave(TEACHER)


@pytest.fixture
def opened():
    """A class that a teacher has opened in another tab, with an untrained run."""
    CLASS.recognize(TEACHER, CLASS.token)
    CLASS.open(TEACHER)
    teacher = visitors.welcome(TEACHER)
    teacher.begin()
    teacher.page = "Train"
    return teacher


@pytest.fixture
def student(opened):
    """The page Class of somebody who has just joined."""
    assert opened.page == "Train"
    return press(go_to(open_dashboard(), "classroom"), "class_join")


@pytest.fixture
def lecturer():
    """The page Class of a teacher who has opened the class."""
    return press(go_to(open_dashboard(teacher=CLASS.token), "classroom"), "class_open")


def keys(app) -> set[str]:
    return {button.key for button in app.button}


def myself() -> str:
    """The id of whom the page tests are."""
    (mine,) = [one.id for one in visitors.everyone() if one.id != TEACHER]
    return mine


def test_where_no_class_is_open_there_is_one_quiet_entry_and_nothing_else(app):
    assert app.button(key="class_enter").label == "Class"
    assert [key for key in keys(app) if key and key.startswith("class")] == ["class_enter"]
    assert not [key for key in shown(app) if key.startswith(("class", "ballot", "followed"))]
    press(app, "class_enter")
    assert app.title[0].value == "Class"
    assert "No class is open" in texts(app)
    assert "class_join" not in keys(app)


def test_the_teachers_link_makes_a_teacher_and_its_token_leaves_the_address():
    app = open_dashboard(teacher=CLASS.token)
    assert CLASS.teaches(the_visitor().id)
    assert CLASS.leader == the_visitor().id
    assert "teacher" not in app.query_params
    press(go_to(app, "classroom"), "class_open")
    assert CLASS.scene.open
    assert not app.exception


@pytest.mark.parametrize("token", ["", "wrong", "é" * 22])
def test_a_wrong_token_is_told_so_and_makes_nobody_a_teacher(token):
    app = open_dashboard(teacher=token)
    assert not app.exception
    (note,) = app.warning
    assert "not the teacher’s link" in note.value
    assert not CLASS.teaches(the_visitor().id)
    assert "class_open" not in keys(go_to(app, "classroom"))


@pytest.mark.usefixtures("opened")
def test_only_who_joins_is_in_the_class_and_may_leave_it_again():
    app = go_to(open_dashboard(), "classroom")
    assert not CLASS.has(myself())
    assert "ballot" not in shown(app)
    press(app, "class_join")
    assert CLASS.has(myself())
    press(app, "class_leave")
    assert not CLASS.has(myself())
    assert "class_join" in keys(app)


def test_a_student_has_the_question_on_every_page_and_sees_no_count_before_it_is_closed(student):
    assert shown(student)["ballot"] is None
    CLASS.ask(TEACHER, 1, hidden=False)
    CLASS.answer(myself(), CLASS.scene.vote.number, 1)
    for page in ("train", "digits", "classroom"):
        ballot = shown(go_to(student, page))["ballot"]
        assert ballot["question"].startswith("To the network a digit")
        assert len(ballot["options"]) == 3
        assert ballot["open"]
        assert ballot["counts"] is None
    CLASS.close_vote(TEACHER)
    ballot = shown(student.run())["ballot"]
    assert ballot["counts"] == [0, 1, 0]
    assert not ballot["open"]


@pytest.mark.usefixtures("student")
def test_what_is_asked_reaches_a_students_tab_without_a_run_of_the_script():
    feed = visitors.with_id(myself()).feed
    assert feed.heard()["ballot"] == "null"
    CLASS.ask(TEACHER, 2, hidden=True)
    assert "Where will the mean" in feed.heard()["ballot"]
    assert not feed.outdated


def test_a_teacher_asks_sees_the_tally_as_it_comes_closes_and_puts_it_away(lecturer):
    app = lecturer
    app.selectbox(key="class_station").set_value(4).run()
    assert "as long · 2 times as long" in texts(app)
    press(app, "class_ask")
    vote = CLASS.scene.vote
    assert (vote.station, vote.open, vote.hidden) == (4, True, False)
    for student in ("ada", "bob"):
        CLASS.join(student)
        CLASS.answer(student, vote.number, 3)
    heard = the_visitor().feed.heard()
    assert "2 answers" in heard["class_turnout"]
    assert "10 times as long" in heard["class_tally"]
    press(app, "class_close_vote")
    assert "The vote is closed" in live_html(app)
    press(app, "class_put_away")
    assert CLASS.scene.vote is None
    assert not app.exception


def test_a_hidden_tally_is_not_even_sent_before_the_vote_is_closed(lecturer):
    app = lecturer
    app.toggle(key="class_hidden").set_value(True).run()
    press(app, "class_ask")
    CLASS.join("ada")
    CLASS.answer("ada", CLASS.scene.vote.number, 0)
    tally = the_visitor().feed.heard()["class_tally"]
    assert "Fewer than a third" not in tally
    press(app, "class_close_vote")
    assert "Fewer than a third" in the_visitor().feed.heard()["class_tally"]


def test_a_vote_is_opened_from_a_station_of_the_lesson_by_the_teacher_alone(lecturer):
    app = go_to(lecturer, "train")
    press(app, "lesson_begin")
    press(app, "lesson_next")
    press(app, "lesson_ask_class")
    assert CLASS.scene.vote.station == 2
    assert "class_close_vote" in keys(app)
    press(app, "class_close_vote")
    assert not CLASS.scene.vote.open


def test_what_the_teacher_then_measures_is_marked_in_the_tally(lecturer):
    app = go_to(lecturer, "digits")
    press(app, "lesson_begin")
    press(app, "lesson_set_up")
    app.slider(key="row").set_value(7).run()
    press(app, "lesson_ask_class")
    assert CLASS.scene.vote.measured == "", "not while the class still answers"
    press(app, "class_close_vote")
    assert CLASS.scene.vote.measured == "618 of 784 (79%)"
    tally = json.loads(the_visitor().feed.heard()["class_tally"])
    assert "More than two thirds ← measured" in tally


def test_a_student_has_no_button_that_asks_the_class(student):
    go_to(student, "train")
    press(student, "lesson_begin")
    assert "lesson_ask_class" not in keys(student)


def test_one_follows_the_teachers_run_and_page(student, opened):
    assert "The teacher is at Train" in " ".join(texts(student).split())
    assert "Press Start" not in str(figures(student)), "there is nothing for a student to press"
    opened.page = "Digits"
    run = opened.training.run
    by_trainer(lambda: run.advance(0.01))
    relayed = visitors.with_id(myself()).feed
    wait_until(lambda: "Digits" in relayed.heard()["followed_place"])
    wait_until(lambda: '"newest"' in relayed.heard()["followed_1"])


def test_where_the_teacher_is_gone_the_page_says_so(student):
    CLASS.leave(TEACHER)
    relayed = visitors.with_id(myself()).feed
    wait_until(lambda: "not here at present" in relayed.heard()["followed_place"])
    press(student, "class_go_on")
    assert "nothing to go on from" in texts(student)
    assert not student.exception


def test_one_goes_on_from_the_teachers_run_with_its_weights_and_choices(student, opened):
    theirs = opened.training.run
    theirs.settings = Settings(batch_size=500, learning_rate=0.001)
    by_trainer(lambda: theirs.advance(0.01))
    press(student, "class_go_on")
    assert student.title[0].value == "Train"
    mine = visitors.with_id(myself()).training.run
    assert mine is not theirs
    assert mine.settings == theirs.settings
    assert student.select_slider(key="batch_size").value == 500
    assert mine.latest == theirs.latest
    by_trainer(lambda: mine.advance(0))
    assert theirs.updates < mine.updates
    slide(student, "batch_size", 50)
    assert theirs.settings.batch_size == 500


def test_everybodys_seed_becomes_a_dot_at_the_same_epoch(student):
    choose(student, "class_show", "sample")
    assert "class_take_part" not in keys(student)
    CLASS.take_sample(TEACHER, Settings(batch_size=2_000), Setup())
    student.run()
    assert "becomes a dot here" in texts(student)
    press(student, "class_take_part")
    me = visitors.with_id(myself())
    run, seed = me.training.run, CLASS.seed_of(myself())
    assert (run.setup.seed, run.settings.batch_size) == (seed, 2_000)
    assert student.number_input(key="seed").value == seed
    wait_until(lambda: len(run.latest.epochs) >= 1)
    press(student, "play")
    wait_until(lambda: not SCHEDULER.is_live(run))
    wait_until(lambda: "The first network" in me.feed.heard()["class_luck"])
    wait_until(lambda: f"<td>{seed}</td>" in me.feed.heard()["class_table"])
    assert WHY_NO_SECONDS in texts(student)


def test_whoever_is_not_in_the_class_or_has_anothers_seed_is_no_dot(lecturer):
    choose(lecturer, "class_lead", "sample")
    slide(lecturer, "batch_size", 2_000)
    press(lecturer, "class_take_sample")
    settings, setup = CLASS.scene.sample
    assert settings == Settings(batch_size=2_000)
    for visitor in ("ada", "bob"):
        CLASS.join(visitor)
    seeds = {"a stranger": 1, "ada": CLASS.seed_of("ada"), "bob": CLASS.seed_of("ada")}
    for visitor, seed in seeds.items():
        train_an_epoch(visitors.welcome(visitor), settings, replace(setup, seed=seed))
    heard = visitors.with_id(CLASS.leader).feed.heard
    wait_until(lambda: "The first network, after 1 epoch" in heard()["class_luck"])
    press(lecturer, "class_end_sample")
    assert CLASS.scene.sample is None


def train_an_epoch(visitor, settings: Settings, setup: Setup) -> None:
    visitor.begin()
    visitor.training.reset(settings, setup)
    run = visitor.training.run
    by_trainer(lambda: train_epochs(run, 1))
    by_trainer(lambda: run.advance(0))


def test_a_class_that_is_closed_sends_everybody_out_and_their_runs_stay(student):
    before = visitors.with_id(myself()).training.run
    CLASS.close(TEACHER)
    assert visitors.with_id(myself()).feed.outdated
    student.run()
    assert "No class is open" in texts(student)
    assert visitors.with_id(myself()).training.run is before


@pytest.mark.usefixtures("student")
def test_who_is_forgotten_has_left_the_class():
    me = myself()
    visitors.forget_all()
    assert not CLASS.has(me)
