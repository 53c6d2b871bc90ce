from __future__ import annotations

import json
import re

from playwright.sync_api import Page, expect

from mnist_core.race import from_json
from tests.browser.conftest import (
    move_slider,
    new_visitor,
    points_drawn,
    press,
    wait_for_points,
    wait_until_in,
)
from tests.core.races import race_with_html

QUICK = "compare?sizes=50,200,2000&epochs=0.2"


def opened(browser, server, path: str = QUICK) -> Page:
    page = new_visitor(browser, server, path)
    page.wait_for_selector(".st-key-race_curve .main-svg")
    return page


def click(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def choose(page: Page, key: str, name: str) -> None:
    page.locator(f".st-key-{key}").get_by_text(name, exact=True).click()


def lines(page: Page) -> dict[str, dict[str, list[float]]]:
    """What the race's curve shows: by name, x and y; nothing before it is drawn."""
    return page.evaluate(
        """() => Object.fromEntries((document.querySelector('.st-key-race_curve .live-chart')
              ?._fullData ?? []).map(trace => [trace.name, {x: [...trace.x], y: [...trace.y]}]))"""
    )


def layout(page: Page, path: str):
    return page.evaluate(
        f"() => document.querySelector('.st-key-race_curve .live-chart')._fullLayout.{path}"
    )


def test_a_race_of_three_sizes_its_three_clocks_and_its_target(browser, server):
    page = opened(browser, server)
    assert points_drawn(page, "race_curve") == 0
    click(page, "Start race")
    expect(page.get_by_role("button", name="Stop race")).to_be_visible()
    expect(page.get_by_text("The race is over")).to_be_visible()
    expect(page.get_by_role("button", name="Your own race")).to_be_enabled()

    wait_until_in(page, lambda: len(lines(page)) == 3)
    by_epochs = lines(page)
    assert all(line["x"][0] == 0 and line["x"][-1] == 0.2 for line in by_epochs.values())
    choose(page, "race_against_clock", "Updates")
    wait_until_in(page, lambda: lines(page)["2,000"]["x"][-1] == 6)
    by_updates = lines(page)
    assert by_updates["50"]["x"][-1] == 240
    choose(page, "race_against_clock", "Seconds of training")
    wait_until_in(page, lambda: lines(page)["2,000"]["x"][-1] not in (6, 0.2))
    by_seconds = lines(page)
    for name in ("50", "200", "2,000"):
        assert by_epochs[name]["y"] == by_updates[name]["y"] == by_seconds[name]["y"]

    target = page.locator(".st-key-race_target input")
    target.fill("15000")
    target.press("Enter")
    wait_until_in(page, lambda: [shape["y0"] for shape in layout(page, "shapes")] == [15_000])
    expect(page.get_by_text("not within").first).to_be_visible()


def test_a_race_goes_on_elsewhere_rests_when_paused_and_ends_when_stopped(browser, server):
    page = opened(browser, server, "compare?sizes=1,2&epochs=50")
    click(page, "Start race")
    wait_for_points(page, "race_curve", 4)
    sidebar = page.get_by_test_id("stSidebar")
    expect(sidebar.get_by_role("button", name="Start")).to_be_disabled()
    page.get_by_test_id("stSidebarNav").get_by_role("link", name="Digits").click()
    expect(page.get_by_role("heading", name="Digits", level=1)).to_be_visible()
    expect(sidebar.get_by_text("Race on the page Compare")).to_be_visible()
    page.get_by_test_id("stSidebarNav").get_by_role("link", name="Compare").click()
    page.wait_for_selector(".st-key-race_curve .main-svg")
    wait_for_points(page, "race_curve", 6)
    drop = page.get_by_role("button", name="Drop 1", exact=True)
    expect(page.get_by_role("button", name="Stop race")).to_be_visible()
    expect(page.locator("[data-test-script-state=notRunning]")).to_have_count(1)
    beside_pause = drop.bounding_box()
    click(page, "Pause race")
    expect(page.get_by_text("The race is paused")).to_be_visible()
    expect(page.get_by_role("button", name="Go on", exact=True)).to_be_visible()
    expect(page.locator("[data-test-script-state=notRunning]")).to_have_count(1)
    assert drop.bounding_box() == beside_pause, "it moves under the hand that presses it"
    click(page, "Go on")
    expect(page.get_by_text("The race is on")).to_be_visible()
    click(page, "Drop 1")
    expect(page.get_by_text("dropped out")).to_be_visible()
    click(page, "Stop race")
    expect(page.get_by_text("The race is over")).to_be_visible()
    expect(page.get_by_text("stopped", exact=False).first).to_be_visible()
    expect(page.get_by_role("button", name="Your own race")).to_be_visible()


def test_a_saved_race_can_be_loaded_and_is_marked_as_recorded(browser, server, tmp_path):
    page = opened(browser, server)
    click(page, "Start race")
    expect(page.get_by_text("The race is over")).to_be_visible()
    button = page.get_by_role("button", name="Download as JSON")
    expect(page.locator("[data-test-script-state=notRunning]")).to_have_count(1)
    expect(button).to_be_enabled()
    with page.expect_download() as download:
        button.click()
    saved = tmp_path / "race.json"
    download.value.save_as(saved)
    assert [competitor.batch_size for competitor in from_json(saved.read_bytes()).competitors] == [
        50,
        200,
        2000,
    ]

    other = opened(browser, server, "compare")
    other.get_by_text("Load a recorded race").click()
    chooser = other.locator(".st-key-race_file input[type=file]")
    foreign = tmp_path / "foreign.json"
    foreign.write_text(json.dumps({"format": "<img src=x onerror=alert(1)>"}))
    chooser.set_input_files(foreign)
    expect(other.get_by_text("it is not a race saved by this dashboard")).to_be_visible()
    chooser.set_input_files(saved)
    expect(other.get_by_text("this race was run earlier")).to_be_visible()
    wait_until_in(other, lambda: set(lines(other)) == {"50", "200", "2,000"})
    click(other, "Close the recorded race")
    expect(other.get_by_role("button", name="Your own race")).to_be_visible()


def test_html_in_a_recorded_race_is_not_executed_and_a_huge_file_is_refused(
    browser, server, tmp_path
):
    page = opened(browser, server, "compare")
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))
    page.get_by_text("Load a recorded race").click()
    chooser = page.locator(".st-key-race_file input[type=file]")
    huge = tmp_path / "huge.json"
    huge.write_bytes(b"[" * 17_500_000)
    chooser.set_input_files(huge)
    expect(page.get_by_text("16.0MB or smaller")).to_be_visible()
    hostile = tmp_path / "hostile.json"
    hostile.write_text(race_with_html())
    chooser.set_input_files(hostile)
    expect(page.get_by_text("this race was run earlier")).to_be_visible()
    expect(page.get_by_text("<script>alert(2)</script>").first).to_be_visible()
    wait_until_in(page, lambda: len(lines(page)) == 2)
    assert page.locator("img[src=x]").count() == 0
    assert asked == []


def test_a_link_opens_the_race_that_the_address_carries(browser, server):
    page = opened(browser, server, "compare?sizes=20,500&seconds=1.5&repeats=3&seed=5")
    expect(page.get_by_text("seeds 5 to 7")).to_be_visible()
    assert re.search(r"sizes=20%2C500&seconds=1\.5&", page.url)
    again = opened(browser, server, page.url.rpartition("/")[2])
    expect(again.get_by_text("seeds 5 to 7")).to_be_visible()
    assert again.url == page.url


def test_something_else_than_the_size_is_raced_and_its_link_opens_it_again(browser, server):
    page = opened(browser, server, "compare?epochs=0.2")
    expect(page.get_by_text("Batch sizes (up to 6)")).to_be_visible()
    choose(page, "race_raced", "Normalization")
    expect(page.get_by_text("Normalizations (up to 6)")).to_be_visible()
    expect(page.get_by_text("Batch sizes (up to 6)")).to_have_count(0)
    chosen = page.locator(".st-key-race_normalizations")
    chosen.get_by_role("combobox").press("Backspace")
    expect(chosen.get_by_text("not normalized")).to_have_count(0)
    click(page, "Start race")
    expect(page.get_by_text("The race is over")).to_be_visible()
    wait_until_in(page, lambda: set(lines(page)) == {"the tutorial’s", "MNIST’s own"})
    expect(page.get_by_text("MNIST’s own leads").first).to_be_visible()
    again = opened(browser, server, page.url.rpartition("/")[2])
    expect(again.locator(".st-key-race_normalizations").get_by_text("MNIST’s own")).to_be_visible()
    assert again.url == page.url


def test_sorted_by_label_loses_against_shuffled_at_one_press(browser, server):
    page = opened(browser, server, "compare")
    click(page, "Shuffled or sorted by label")
    expect(page.get_by_role("button", name="Drop sorted by label")).to_be_visible()
    expect(page.get_by_text("The race is over")).to_be_visible()
    expect(page.get_by_text("Shuffled leads by every clock.")).to_be_visible()
    expect(page.get_by_text("unlearns the others")).to_be_visible()


def test_a_copy_is_drawn_beside_its_run(page):
    press(page, "Start")
    wait_for_points(page, "learning_curve", 3)
    move_slider(page, "batch_size", -1)
    wait_until_in(
        page,
        lambda: (
            "200, kept"
            in page.evaluate(
                "() => document.querySelector('.st-key-learning_curve .live-chart')"
                "._fullData.map(trace => trace.name)"
            )
        ),
    )
    expect(page.locator(".st-key-in_words").get_by_text(" at 200.")).to_be_visible()
    press(page, "Pause")
