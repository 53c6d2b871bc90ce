"""The class itself: who may do what, and what counts in a vote."""

from __future__ import annotations

import threading

import pytest

from mnist_core import Settings, Setup
from pages.app.classroom import Classroom, NotTheTeacherError


@pytest.fixture
def room() -> Classroom:
    """An open class with one teacher and two students."""
    room = Classroom()
    room.recognize("teacher", room.token)
    room.open("teacher")
    room.join("ada")
    room.join("bob")
    return room


def ask(room: Classroom, station: int = 1, hidden: bool = False) -> int:
    """Open a vote; its number."""
    room.ask("teacher", station, hidden)
    return room.scene.vote.number


def test_who_shows_the_token_is_a_teacher_and_nobody_else():
    room = Classroom()
    for wrong in ("", "x", room.token[:-1], room.token + "x", room.token + "é", "\ud800"):
        assert not room.recognize("visitor", wrong)
        assert not room.teaches("visitor")
    assert room.recognize("visitor", room.token)
    assert room.teaches("visitor")
    assert room.leader == "visitor"
    assert len(room.token) >= 22  # 128 random bits
    assert Classroom().token != room.token


CHANGES = {
    "open": lambda room, by: room.open(by),
    "close": lambda room, by: room.close(by),
    "ask": lambda room, by: room.ask(by, 2, hidden=False),
    "close_vote": lambda room, by: room.close_vote(by),
    "tell_measured": lambda room, by: room.tell_measured(by, 1, {"en": "618"}),
    "put_vote_away": lambda room, by: room.put_vote_away(by),
    "take_sample": lambda room, by: room.take_sample(by, Settings(), Setup()),
    "end_sample": lambda room, by: room.end_sample(by),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
@pytest.mark.parametrize("by", ["ada", "a stranger", ""])
def test_nobody_but_a_teacher_changes_what_others_see(room, change, by):
    ask(room)
    before, changes = room.scene, room.changes
    with pytest.raises(NotTheTeacherError):
        change(room, by)
    assert room.scene == before
    assert room.changes == changes
    assert room.has("ada")


def test_a_class_that_is_not_open_cannot_be_joined_and_a_closed_one_is_empty(room):
    room.close("teacher")
    assert not room.has("ada")
    assert not room.join("ada")
    assert not room.has("ada")
    assert room.scene.vote is None


def test_an_answer_counts_once_and_a_second_one_takes_its_place(room):
    vote = ask(room)
    assert room.answer("ada", vote, 0)
    assert room.answer("bob", vote, 2)
    assert room.scene.vote.counts == (1, 0, 1)
    assert room.answer("ada", vote, 2)
    assert room.scene.vote.counts == (0, 0, 2)
    assert room.answer_of("ada") == 2


@pytest.mark.parametrize("option", [-1, 3, 10**60])
def test_an_option_that_is_not_on_the_ballot_does_not_count(room, option):
    vote = ask(room)
    assert not room.answer("ada", vote, option)
    assert room.scene.vote.counts == (0, 0, 0)


def test_an_answer_counts_only_while_its_vote_is_open(room):
    first = ask(room)
    assert room.answer("ada", first, 1)
    room.close_vote("teacher")
    assert not room.answer("bob", first, 1)
    assert not room.answer("ada", first, 0)
    assert room.scene.vote.counts == (0, 1, 0)
    second = ask(room, station=3)
    assert not room.answer("ada", first, 1), "meant for the question before"
    assert room.scene.vote.counts == (0, 0, 0)
    room.put_vote_away("teacher")
    assert not room.answer("ada", second, 1)


def test_who_has_not_joined_has_no_vote_nor_has_the_teacher(room):
    vote = ask(room)
    assert not room.answer("a stranger", vote, 0)
    assert not room.answer("teacher", vote, 0)
    assert room.scene.vote.answers == 0


def test_who_leaves_is_counted_no_longer_and_their_answer_still_is(room):
    vote = ask(room)
    room.answer("ada", vote, 1)
    room.leave("ada")
    assert not room.has("ada")
    assert room.here(lambda _visitor: True) == 1
    assert room.scene.vote.counts == (0, 1, 0)


def test_only_students_who_have_the_page_open_are_here(room):
    assert room.here(lambda visitor: visitor == "bob") == 1
    assert room.has("ada"), "whose telephone may only be locked"


def test_a_teacher_who_is_gone_leads_no_longer_and_the_link_makes_another(room):
    room.leave("teacher")
    assert room.leader is None
    assert not room.teaches("teacher")
    assert room.scene.open
    room.recognize("the teacher, back", room.token)
    assert room.leader == "the teacher, back"
    room.close("the teacher, back")


def test_each_student_has_a_seed_that_nobody_else_has(room):
    room.leave("bob")
    room.join("cleo")
    room.join("ada")
    seeds = [room.seed_of(student) for student in ("ada", "cleo")]
    assert len(set(seeds)) == 2
    assert None not in seeds
    assert room.seed_of("bob") is None


def test_no_answer_is_lost_where_many_come_at_once(room):
    students = [f"student {number}" for number in range(200)]
    for student in students:
        room.join(student)
    vote = ask(room)
    together = threading.Barrier(8)

    def answer(some: list[str]) -> None:
        together.wait()
        for student in some:
            room.answer(student, vote, int(student.split()[1]) % 3)

    threads = [threading.Thread(target=answer, args=[students[one::8]]) for one in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert room.scene.vote.counts == (67, 67, 66)
