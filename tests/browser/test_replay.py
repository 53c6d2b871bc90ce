"""A recorded race as a file that is opened without a server."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from mnist_core import Budget
from mnist_core.race import Plan, Race
from mnist_core.show import pictures
from mnist_core.show.standalone import replay
from pages.components.digit_grid import data_uri
from tests.conftest import made_up
from tests.core.races import run_to_the_end


@pytest.fixture(scope="module")
def file(tmp_path_factory) -> Path:
    """A race of two sizes and three seeds on a few made-up digits, saved as a page."""
    few = made_up(training=600, test=100)
    record = run_to_the_end(Race(few, Plan((1, 10), Budget(epochs=4), repeats=3)))
    watched = few.test.images[:16]
    page = replay(record, data_uri(pictures.sheet(watched)), few.test.labels[:16].tolist())
    path = tmp_path_factory.mktemp("replay") / "race.html"
    path.write_text(page, encoding="utf-8")
    return path


def opened(browser: BrowserContext, file: Path, width: int = 1366, theme: str = "light") -> Page:
    """The file in a tab, whose faults end the test."""
    page = browser.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    page.set_viewport_size({"width": width, "height": 640})
    page.emulate_media(color_scheme=theme)
    page.goto(file.as_uri())
    expect(page.locator(".curves polyline")).to_have_count(2)
    assert faults == []
    return page


def state(page: Page) -> dict[str, object]:
    """What the page shows at this moment: points drawn, guesses, the table, the time."""
    return page.evaluate(
        """() => ({
            points: document.querySelectorAll(".curves circle").length,
            guesses: document.querySelector(".digits tbody").innerText,
            table: document.querySelector(".figures tbody").innerText,
            now: document.querySelector("output").textContent,
        })"""
    )


def test_curves_guesses_and_table_move_with_the_slider_by_keys_and_hand(browser, file):
    page = opened(browser, file)
    expect(page.get_by_role("heading", name="Recorded A race of batch sizes")).to_be_visible()
    end = state(page)
    assert end["table"].count("finished") == 2
    slider = page.get_by_role("slider", name="Seconds of training")
    slider.focus()
    page.keyboard.press("Home")
    start = state(page)
    assert start["points"] == 2
    assert start["now"].startswith("0.00 s of ")
    assert start["table"].count("racing") == 2
    assert start["guesses"] != end["guesses"]
    page.keyboard.press("PageUp")
    assert slider.get_attribute("aria-valuetext") != "0.00 s of training"
    box = slider.bounding_box()
    page.mouse.click(box["x"] + box["width"] / 3, box["y"] + box["height"] / 2)
    assert start["points"] < state(page)["points"] < end["points"]
    page.keyboard.press("End")
    assert state(page) == end


def test_play_runs_to_the_end_and_another_clock_and_seed_can_be_chosen(browser, file):
    page = opened(browser, file)
    end = state(page)
    page.get_by_role("slider").press("Home")
    page.get_by_role("button", name="Play").click()
    page.wait_for_function(
        "points => document.querySelectorAll('.curves circle').length > points", arg=2
    )
    page.get_by_role("button", name="Pause").click()
    page.get_by_role("slider").press("End")
    page.get_by_label("epochs").check()
    expect(page.locator(".curves")).to_contain_text("epochs")
    assert state(page) == end
    page.get_by_label("Seed").select_option("1")
    assert state(page)["table"] != end["table"]
    expect(page.get_by_role("img", name="test loss, summed, against epochs")).to_be_visible()


def test_it_fits_a_telephone_and_its_colours_follow_the_theme(browser, file):
    colours = set()
    for theme in ("light", "dark"):
        page = opened(browser, file, width=400, theme=theme)
        assert page.evaluate("document.documentElement.scrollWidth") == 400
        line = page.locator(".curves polyline").first
        colours.add(line.evaluate("line => getComputedStyle(line).stroke"))
        expect(page.locator(".digits i").last).to_be_visible()
    assert len(colours) == 2
