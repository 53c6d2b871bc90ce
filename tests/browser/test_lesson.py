from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import (
    new_visitor,
    points_drawn,
    press,
    wait_for_epochs,
    wait_for_points,
    wait_until_in,
)
from tests.serving import serving


def go_to(page: Page, title: str) -> None:
    """Follow the navigation's link and wait for the page's heading."""
    page.get_by_test_id("stSidebarNav").get_by_role("link", name=title, exact=True).click()
    expect(page.get_by_role("heading", name=title, level=1, exact=True)).to_be_visible()


def epoch_in_sidebar(page: Page) -> int:
    line = page.get_by_test_id("stSidebar").get_by_text(re.compile(r"epoch \d"))
    return int(re.search(r"epoch (\d+)", line.inner_text()).group(1))


def captions(page: Page, key: str) -> list[str]:
    return page.locator(f".st-key-{key} .digit-grid span").all_text_contents()


def true_labels(captions: list[str]) -> list[str]:
    return [re.search(r"true (\d)", caption)[1] for caption in captions]


def test_the_run_goes_on_while_one_looks_at_another_page(page):
    press(page, "Start")
    wait_for_epochs(page, 0)
    drawn = points_drawn(page, "learning_curve")
    go_to(page, "Digits")
    expect(page.get_by_test_id("stSidebar").get_by_text("Training")).to_be_visible()
    away_at = epoch_in_sidebar(page)
    wait_until_in(page, lambda: epoch_in_sidebar(page) > away_at)
    go_to(page, "Train")
    page.wait_for_selector(".st-key-learning_curve .main-svg")
    wait_for_points(page, "learning_curve", drawn + 1)
    expect(page.get_by_test_id("stSidebar").get_by_role("button", name="Pause")).to_be_visible()


def test_the_lesson_can_be_walked_from_digits_to_predictions(page):
    go_to(page, "Digits")
    page.get_by_role("button", name="Training digit 1, a 0").click()
    expect(page.get_by_test_id("stMetric").filter(has_text="Label")).to_contain_text("0")
    expect(page.get_by_text("7th row")).to_be_visible()

    go_to(page, "Mini-batch")
    expect(page.get_by_text("(200, 1, 784)")).to_be_visible()

    go_to(page, "Predictions")
    expect(page.get_by_text("The network is untrained: these are its guesses")).to_be_visible()
    wait_until_in(page, lambda: len(captions(page, "sixteen_grid")) == 17)
    guesses = captions(page, "sixteen_grid")

    go_to(page, "Train")
    press(page, "Start")
    page.wait_for_selector(".st-key-seconds_per_epoch .main-svg")
    wait_for_epochs(page, 3)

    go_to(page, "Predictions")
    wait_until_in(page, lambda: captions(page, "sixteen_grid") not in ([], guesses))
    expect(page.get_by_text("✓ kept")).to_be_visible()
    labels = true_labels(captions(page, "sixteen_grid"))
    assert labels == true_labels(guesses), "the 16 digits must stay"
    press(page, "Pause")

    page.get_by_role("radio", name="The whole test set").or_(
        page.get_by_role("button", name="The whole test set")
    ).first.click()
    expect(page.get_by_role("heading", name="Confusion matrix")).to_be_visible()
    page.get_by_role("button", name="true 4, predicted 4:").click()
    expect(page.get_by_role("heading", name="True 4, predicted 4")).to_be_visible()


def test_a_picked_digit_stays_picked_while_the_grid_refreshes(page):
    go_to(page, "Predictions")
    press(page, "Start")
    third = page.locator(".st-key-sixteen_grid button").nth(3)
    third.click()
    expect(third).to_have_attribute("aria-pressed", "true")
    before = captions(page, "sixteen_grid")
    wait_until_in(page, lambda: captions(page, "sixteen_grid") != before)
    expect(third).to_have_attribute("aria-pressed", "true")
    press(page, "Pause")


def test_the_first_visitor_may_come_by_a_link_to_a_page(browser):
    with serving() as server:
        page = new_visitor(browser, server, path="digits")
        expect(page.get_by_role("heading", name="Digits", exact=True)).to_be_visible()
        expect(page.get_by_test_id("stSidebar").get_by_role("button", name="Start")).to_be_visible()
        expect(
            page.get_by_test_id("stSidebarNav").get_by_role("link", name="Train")
        ).to_be_visible()


def test_the_16_digits_stand_in_even_rows_and_fit_a_projector(browser, server):
    page = new_visitor(browser, server, "predictions")
    digits = page.locator(".st-key-sixteen_grid button:not(.apart)")
    expect(digits).to_have_count(16)
    for width, in_a_row in ((1366, 8), (1920, 8), (400, 4)):
        page.set_viewport_size({"width": width, "height": 640})
        even = [in_a_row] * (16 // in_a_row)
        wait_until_in(page, lambda even=even: in_each_row(digits) == even)
        if in_a_row == 8:
            expect(digits.last).to_be_in_viewport(ratio=1)


def in_each_row(digits: Locator) -> list[int]:
    """How many stand at each height, from top to bottom."""
    # All at once: the page may still move while they are asked one by one.
    tops = digits.evaluate_all("all => all.map(one => one.getBoundingClientRect().top)")
    return [tops.count(top) for top in sorted(set(tops))]
