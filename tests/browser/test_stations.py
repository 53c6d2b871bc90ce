from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import move_slider, new_visitor, press, wait_until_in


def click(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def set_page(page: Page, title: str) -> None:
    """Have the station set its page, and wait for its question."""
    click(page, "Set the page")
    expect(page.get_by_role("heading", name=title, level=1, exact=True)).to_be_visible()
    expect(page.get_by_test_id("stPopoverBody")).to_be_visible()


def test_two_stations_are_walked_and_the_second_answers_as_the_training_goes(page):
    click(page, "Lesson")
    expect(page.locator(".st-key-lesson_line")).to_contain_text("First set the page")
    set_page(page, "Digits")
    page.get_by_text("More than two thirds").click()
    click(page, "That is what I expect")
    expect(page.locator(".st-key-lesson_line")).to_contain_text("Now move Row of pixels")
    move_slider(page, "row", 1)
    expect(page.locator(".st-key-lesson_line")).to_contain_text("618 of 784")
    click(page, "What to see")
    expect(page.get_by_text("lies in the 166 numbers that are left")).to_be_visible()
    page.keyboard.press("Escape")

    page.locator(".st-key-lesson_station input").click()
    page.get_by_role("option", name="6/7 Predictions").click()
    set_page(page, "Predictions")
    assert page.url.endswith("predictions?lesson=6")
    click(page, "That is what I expect")
    expect(page.locator(".st-key-lesson_line")).to_contain_text("Now press Start")
    press(page, "Start")
    measured = re.compile(r"You said 50 of 100, measured here: \d+ of 100, more than you said")
    expect(page.locator(".st-key-lesson_line")).to_contain_text(measured)
    click(page, "What to see")
    now = page.get_by_text(re.compile(r"Now, after [\d.]+ epochs"))
    seen = now.inner_text()
    wait_until_in(page, lambda: now.inner_text() != seen)
    page.keyboard.press("Escape")
    press(page, "Pause")

    click(page, "Close")
    expect(page.locator(".st-key-lesson")).to_have_count(0)
    assert page.url.endswith("predictions")
    click(page, "Lesson")
    expect(page.locator(".st-key-lesson_line")).to_contain_text(measured)


def test_an_order_is_given_by_pressing_the_sizes_one_after_another(browser, server):
    page = new_visitor(browser, server, "compare?lesson=5")
    set_page(page, "Compare")
    expect(page.get_by_role("button", name="That is what I expect")).to_be_disabled()
    for size in ("200", "10", "2,000", "1", "60,000"):
        page.get_by_test_id("stPopoverBody").get_by_text(size, exact=True).click()
        expect(page.get_by_text(re.compile(rf"Your order: .*{size}$"))).to_be_visible()
    click(page, "That is what I expect")
    said = "You said 200 · 10 · 2,000 · 1 · 60,000"
    expect(page.locator(".st-key-lesson_line")).to_contain_text(said)
    assert lines_high(page) == 1


def lines_high(page: Page) -> int:
    """How many lines of buttons the strip takes."""
    height = page.locator(".st-key-lesson").bounding_box()["height"]
    button = page.get_by_role("button", name="Close", exact=True)
    return round(height / button.bounding_box()["height"])


def test_the_strip_is_one_line_high_and_off_it_takes_no_height(browser, server):
    page = new_visitor(browser, server)
    page.set_viewport_size({"width": 1366, "height": 640})
    page.reload()
    expect(page.locator(".st-key-learning_curve .live-chart")).to_be_in_viewport(ratio=1)
    click(page, "Lesson")
    expect(page.locator(".st-key-lesson_line")).to_contain_text("First set the page")
    assert lines_high(page) == 1
    page.goto(f"{server.url}/compare")
    curve = page.locator(".st-key-race_curve .live-chart")
    expect(curve.locator(".main-svg").first).to_be_visible()
    expect(curve).to_be_in_viewport(ratio=1)


def test_a_link_in_the_strip_leads_to_the_place_further_down(browser, server):
    page = new_visitor(browser, server, "mini_batch?lesson=3")
    set_page(page, "Mini-batch")
    page.get_by_text("Fewer than half").click()
    click(page, "That is what I expect")
    page.locator(".st-key-lesson_line a").click()
    expect(page.locator(".st-key-try_updates button")).to_be_in_viewport()
    assert "lesson=3" in page.url
