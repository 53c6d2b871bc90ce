from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import move_slider, new_visitor, points_drawn, press, wait_until_in


def click(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def set_page(page: Page, title: str) -> None:
    """Have the station set its page, and wait for its question."""
    click(page, "Set the page")
    expect(page.get_by_role("heading", name=title, level=1, exact=True)).to_be_visible()
    expect(page.get_by_test_id("stPopoverBody")).to_be_visible()


def by_sliders(page: Page, first: int, last: int) -> None:
    """Give a line by the keyboard alone: level, but for its ends."""
    page.get_by_text("By sliders").press("Enter")
    sliders = page.locator(".sketch-pad input[type=range]")
    for slider, height in ((sliders.first, first), (sliders.last, last)):
        slider.press("Home" if height < 50 else "End")
        for _ in range(10):
            slider.press("ArrowRight" if height < 50 else "ArrowLeft")
    expect(page.get_by_role("button", name="That is what I expect")).to_be_enabled()


def test_a_line_is_sketched_by_the_mouse_and_drawn_beside_what_is_measured(browser, server):
    page = new_visitor(browser, server, "predictions?lesson=6")
    set_page(page, "Predictions")
    pad = page.locator(".sketch-pad svg")
    say = page.get_by_role("button", name="That is what I expect")
    expect(say).to_be_disabled()
    box = pad.bounding_box()

    def move(across: float, up: float) -> None:
        page.mouse.move(
            box["x"] + across * box["width"], box["y"] + (1 - up) * box["height"], steps=5
        )

    move(0.05, 0.3)
    page.mouse.down()
    move(0.5, 0.5)
    page.mouse.up()
    expect(pad.locator("polyline")).to_have_attribute("points", re.compile(r"\d"))
    expect(say).to_be_disabled()
    move(0.5, 0.5)
    page.mouse.down()
    move(0.99, 0.8)
    page.mouse.up()
    expect(say).to_be_enabled()
    say.click()
    line = page.locator(".st-key-lesson_line")
    expect(line).to_contain_text(re.compile(r"You said from \d+ to \d+"))
    press(page, "Start")
    expect(line).to_contain_text("measured here")
    press(page, "Pause")
    click(page, "What to see")
    wait_until_in(page, lambda: points_drawn(page, "lesson_sketch") >= 25 + 7)
    chart = page.locator(".st-key-lesson_sketch .live-chart")
    expect(chart).to_contain_text("training digits")
    expect(chart).to_contain_text("right, of 100 test digits")


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
    by_sliders(page, 10, 90)
    click(page, "That is what I expect")
    expect(page.locator(".st-key-lesson_line")).to_contain_text("Now press Start")
    press(page, "Start")
    measured = re.compile(r"You said from 10 to 90, measured here: from \d+ to \d+, furthest")
    expect(page.locator(".st-key-lesson_line")).to_contain_text(measured)
    click(page, "What to see")
    now = page.get_by_text(re.compile(r"Now, after [\d.]+ epochs"))
    seen = now.inner_text()
    wait_until_in(page, lambda: now.inner_text() != seen)
    page.keyboard.press("Escape")
    press(page, "Pause")
    # A click while the page is drawn anew would be lost.
    expect(page.get_by_test_id("stSidebar").get_by_role("button", name="Start")).to_be_visible()
    expect(page.locator("[data-test-script-state=notRunning]")).to_have_count(1)

    click(page, "Close")
    expect(page.locator(".st-key-lesson")).to_have_count(0)
    expect(page).to_have_url(re.compile("/predictions$"))
    click(page, "Lesson")
    expect(page.locator(".st-key-lesson_line")).to_contain_text(measured)


def test_an_order_is_given_size_by_size_and_its_race_is_replayed_from_the_lessons_record(
    browser, server, tmp_path
):
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

    click(page, "Five sizes, ten seconds each")
    expect(page.locator(".st-key-lesson_line")).to_contain_text("measured here")
    click(page, "Stop race")
    expect(page.get_by_text("The race is over")).to_be_visible()
    expect(page.locator("[data-test-script-state=notRunning]")).to_have_count(1)
    record = lessons_record(page, tmp_path / "lesson.html")
    expect(record.get_by_role("heading", name="5 Three clocks")).to_be_visible()
    expect(record.get_by_text("200 · 10 · 2,000 · 1 · 60,000", exact=True)).to_be_visible()
    states = record.locator(".replay .figures tbody")
    expect(states).to_contain_text("stopped")
    record.get_by_role("slider", name="Seconds of training").press("Home")
    assert states.inner_text().count("racing") == 5
    record.set_viewport_size({"width": 400, "height": 800})
    assert record.evaluate("document.documentElement.scrollWidth") == 400


def lessons_record(page: Page, file: Path) -> Page:
    """What is offered under What to see, saved there and opened in a tab of its own."""
    click(page, "What to see")
    with page.expect_download() as download:
        click(page, "The lesson’s record")
    download.value.save_as(file)
    opened = page.context.new_page()
    opened.goto(file.as_uri())
    return opened


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
