"""A browser that prefers Korean, and a visitor who switches."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright, expect

from tests.browser.conftest import PATIENCE_MS, chromium, move_slider, new_visitor
from tests.serving import Server

SIDEBAR = "[data-testid=stSidebar]"


@pytest.fixture
def korean(driver: Playwright, server: Server, tmp_path: Path) -> Iterator[Page]:
    """The dashboard, just opened by a browser that prefers Korean."""
    with chromium(driver, tmp_path, locale="ko-KR") as browser:
        yield new_visitor(browser, server)


def test_a_browser_that_prefers_korean_sees_it_at_once_and_can_switch_to_english(korean):
    expect(korean.locator("h1")).to_have_text("학습")
    expect(korean).to_have_title("실시간으로 보는 미니배치")
    expect(korean.locator("html")).to_have_attribute("lang", "ko")
    expect(korean.locator(f"{SIDEBAR} a", has_text="예측")).to_be_visible()
    korean.get_by_role("button", name="English").click()
    expect(korean.locator("h1")).to_have_text("Train")
    expect(korean.locator("html")).to_have_attribute("lang", "en")
    expect(korean.locator(f"{SIDEBAR} a", has_text="Predictions")).to_be_visible()
    korean.reload()
    expect(korean.locator("h1")).to_have_text("Train")


def test_a_switch_keeps_what_is_chosen_in_the_browser_and_on_the_server(korean):
    move_slider(korean, "batch_size", -20)  # to 1, whose name says what it is
    chosen = korean.locator(".st-key-against [aria-checked=true]")
    korean.locator(".st-key-against").get_by_text("업데이트").click()
    expect(chosen).to_have_text("업데이트")
    for other, name in (("English", "Updates"), ("한국어", "업데이트")):
        korean.get_by_role("button", name=other).click()
        expect(chosen).to_have_text(name)
        # The next run of the script takes what the browser sends.
        korean.locator(f"{SIDEBAR} .st-key-reset button").first.click()
        expect(korean.locator("[data-test-script-state=notRunning]")).to_have_count(1)
        expect(chosen).to_have_text(name, timeout=PATIENCE_MS)
        size = korean.locator(".st-key-batch_size [data-testid=stSliderThumbValue]")
        expect(size).to_have_text(re.compile(r"^1\D"))


def test_hangul_is_drawn_by_a_font_that_the_page_names(korean):
    family = korean.evaluate("getComputedStyle(document.querySelector('h1')).fontFamily")
    for name in ("Source Sans", "Noto Sans CJK KR", "Malgun Gothic", "Apple SD Gothic Neo"):
        assert name in family
