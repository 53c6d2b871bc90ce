"""A teacher and a student, each in a tab of their own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import new_visitor, press, wait_for_points


def click(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


@pytest.fixture
def teacher(browser, server) -> Iterator[Page]:
    page = new_visitor(browser, server, f"class?teacher={server.teachers_token}")
    click(page, "Open the class")
    expect(page.get_by_role("button", name="Ask the class")).to_be_visible()
    assert server.teachers_token not in page.url
    yield page
    click(page, "Close the class")
    expect(page.get_by_role("button", name="Open the class")).to_be_visible()


@pytest.fixture
def student(browser, server, teacher) -> Page:
    expect(teacher.get_by_text("0 students are in the class")).to_be_visible()
    page = new_visitor(browser, server, "class", width=400, theme="dark")
    page.set_viewport_size({"width": 400, "height": 800})
    click(page, "Join the class")
    expect(page.get_by_role("button", name="Leave the class")).to_be_visible()
    return page


def follow_to_other_pages(teacher: Page, student: Page) -> None:
    """By the teacher's keys; the student's telephone shows what each page is about."""
    teacher.keyboard.press("1")
    digit = student.get_by_role("img", name="Training digit 0, a 5, its row 6 framed")
    expect(digit).to_be_visible()
    wait_for_points(student, "followed_page_1", 2 * 28 - 1)
    assert student.evaluate("document.documentElement.scrollWidth") <= 400
    teacher.keyboard.press("5")
    guesses = student.get_by_role("img", name="predicted")
    expect(guesses).to_have_count(17)
    expect(digit).to_be_hidden()
    assert student.evaluate("document.documentElement.scrollWidth") <= 400
    click(teacher, "Class")
    expect(guesses.first).to_be_hidden()


def test_a_student_answers_in_one_tap_follows_the_teacher_and_goes_on_alone(teacher, student):
    click(teacher, "Ask the class")
    answer = student.get_by_role("button", name="More than two thirds")
    expect(answer).to_be_in_viewport(ratio=1)
    answer.click()
    expect(answer).to_have_attribute("aria-pressed", "true")
    expect(teacher.locator(".st-key-class_turnout")).to_contain_text("1 answer, 1 student")
    click(student, "Fewer than a third")
    expect(answer).to_have_attribute("aria-pressed", "false")
    click(teacher, "Close the vote")
    expect(student.locator(".ballot button").first).to_be_disabled()
    expect(student.locator(".ballot button").first).to_contain_text("1")
    assert student.evaluate("document.documentElement.scrollWidth") <= 400
    click(teacher, "Put it away")
    expect(student.locator(".ballot")).to_be_hidden()

    follow_to_other_pages(teacher, student)
    press(teacher, "Start")
    wait_for_points(student, "followed_1", 2)
    press(teacher, "Pause")
    click(student, "Go on from here on my own")
    expect(student.get_by_role("heading", name="Train", level=1)).to_be_visible()
    wait_for_points(student, "learning_curve", 2)
    expect(teacher.get_by_role("heading", name="Class", level=1)).to_be_visible()
