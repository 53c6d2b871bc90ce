"""A digit drawn on the page Predictions, by mouse and by finger."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import new_visitor, points_drawn, press, wait_until_in

PICTURE = "Your digit in 28 × 28 pixels"
# Where the stroke of a 1 begins and ends, and its middle, as shares of the square.
TOP, MIDDLE, BOTTOM = (0.5, 0.15), (0.5, 0.5), (0.5, 0.85)


@pytest.fixture
def page(page: Page) -> Page:
    follow_link(page, "Predictions")
    show_pad(page)
    return page


def follow_link(page: Page, title: str) -> None:
    page.get_by_test_id("stSidebarNav").get_by_role("link", name=title, exact=True).click()
    expect(page.get_by_role("heading", name=title, level=1, exact=True)).to_be_visible()


def show_pad(page: Page) -> None:
    page.locator(".st-key-show").get_by_text("Your own digit").click()
    pad(page).scroll_into_view_if_needed()


def pad(page: Page):
    return page.locator(".drawing-pad canvas")


def on_screen(page: Page, share: tuple[float, float]) -> tuple[float, float]:
    box = pad(page).bounding_box()
    return box["x"] + share[0] * box["width"], box["y"] + share[1] * box["height"]


def draw_1(page: Page) -> None:
    page.mouse.move(*on_screen(page, TOP))
    page.mouse.down()
    page.mouse.move(*on_screen(page, BOTTOM), steps=8)
    page.mouse.up()


def is_white(page: Page, share: tuple[float, float]) -> bool:
    """Whether there is ink at that place."""
    return pad(page).evaluate(
        """(canvas, [x, y]) => canvas.getContext("2d").getImageData(
            Math.round(x * canvas.width), Math.round(y * canvas.height), 1, 1).data[0] > 127""",
        share,
    )


def guess(page: Page) -> str:
    return page.locator(".guess b").inner_text()


def test_a_1_is_drawn_and_read_and_cleared(page):
    press(page, "Start")
    draw_1(page)
    expect(page.get_by_alt_text(PICTURE)).to_be_visible()
    page.wait_for_selector(".st-key-own_bars .main-svg")
    assert points_drawn(page, "own_bars") == 20, "ten of the untrained network, ten of now"
    before = page.locator(".st-key-bars_in_words").inner_text()
    wait_until_in(
        page, lambda: page.locator(".st-key-bars_in_words").inner_text() != before
    )  # the bars follow the training
    wait_until_in(page, lambda: guess(page) == "1")
    page.get_by_role("button", name="Clear").click()
    expect(page.get_by_alt_text(PICTURE)).to_have_count(0)
    assert not is_white(page, MIDDLE)
    press(page, "Pause")


def test_a_tap_makes_a_dot(page):
    page.mouse.click(*on_screen(page, MIDDLE))
    assert is_white(page, MIDDLE)
    expect(page.get_by_alt_text(PICTURE)).to_be_visible()


def test_a_stroke_goes_on_while_the_page_is_redrawn(page):
    draw_1(page)
    expect(page.get_by_alt_text(PICTURE)).to_be_visible()
    page.mouse.move(*on_screen(page, TOP))
    page.mouse.down()
    page.mouse.move(*on_screen(page, MIDDLE), steps=4)
    page.get_by_role("button", name="Clear").press("Enter")
    expect(page.get_by_alt_text(PICTURE)).to_have_count(0)
    assert not is_white(page, BOTTOM)
    page.mouse.move(*on_screen(page, BOTTOM), steps=4)
    page.mouse.up()
    assert is_white(page, BOTTOM)
    expect(page.get_by_alt_text(PICTURE)).to_be_visible()


def test_the_drawing_is_there_again_when_one_comes_back(page):
    draw_1(page)
    expect(page.get_by_alt_text(PICTURE)).to_be_visible()
    follow_link(page, "Digits")
    follow_link(page, "Predictions")
    expect(page.get_by_alt_text(PICTURE)).to_be_visible()
    assert is_white(page, TOP)
    assert is_white(page, BOTTOM)
    assert not is_white(page, (0.1, 0.5))


def test_a_finger_draws_on_a_phone_and_does_not_scroll_the_page(browser, server):
    phone = new_visitor(browser, server, "predictions", width=400)
    show_pad(phone)
    before = pad(phone).bounding_box()
    finger = browser.new_cdp_session(phone)
    finger.send("Emulation.setTouchEmulationEnabled", {"enabled": True})

    def touch(kind: str, *shares: tuple[float, float]) -> None:
        points = [dict(zip("xy", on_screen(phone, share), strict=True)) for share in shares]
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", BOTTOM)
    for height in range(80, 10, -10):
        touch("touchMove", (0.5, height / 100))
    touch("touchEnd")
    expect(phone.get_by_alt_text(PICTURE)).to_be_visible()
    assert is_white(phone, (0.5, 0.2))
    assert is_white(phone, BOTTOM)
    assert pad(phone).bounding_box() == before
    assert 0 <= before["x"] <= 400 - before["width"]
