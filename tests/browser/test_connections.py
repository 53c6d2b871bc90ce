"""What becomes of a visitor's run when the connection, the page or the server goes."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import (
    move_slider,
    new_visitor,
    points_drawn,
    press,
    wait_for_points,
    wait_until_in,
)
from tests.browser.proxy import Wire
from tests.conftest import wait_until
from tests.serving import IdleWatch, serving


@pytest.fixture
def wire(server) -> Iterator[Wire]:
    one = Wire(server.port)
    yield one
    one.close()


def training(page: Page) -> Page:
    """The page, with Start pressed and a few points drawn."""
    press(page, "Start")
    wait_for_points(page, "learning_curve", 10)
    return page


def test_a_websocket_that_is_cut_and_back_goes_on_with_the_same_run(browser, wire):
    page = training(new_visitor(browser, wire))
    before = points_drawn(page, "learning_curve")
    wire.cut()
    page.wait_for_timeout(1_000)
    wire.mend()
    wait_for_points(page, "learning_curve", before + 10)
    expect(page.get_by_test_id("stSidebar").get_by_role("button", name="Pause")).to_be_visible()
    page.context.close()


def test_a_run_whose_laptop_falls_asleep_is_paused_and_its_history_kept(browser):
    # Seconds between two pings, by which the server notices; a tenth of what it is else.
    with serving("--server.websocketPingInterval=1") as server:
        wire = Wire(server.port)
        page = training(new_visitor(browser, wire))
        before = points_drawn(page, "learning_curve")
        wire.sleep()
        idle = IdleWatch(server)
        wait_until(idle.has_come)
        wire.wake()
        expect(page.get_by_test_id("stSidebar").get_by_text("Paused")).to_be_visible()
        kept = points_drawn(page, "learning_curve")
        assert kept >= before
        press(page, "Start")
        wait_for_points(page, "learning_curve", kept + 5)
        page.context.close()
        wire.close()


def test_a_page_reloaded_mid_epoch_begins_a_new_run(browser, server):
    page = training(new_visitor(browser, server))
    page.reload()
    page.wait_for_selector(".st-key-learning_curve .main-svg")
    expect(page.get_by_test_id("stSidebar").get_by_text("Ready")).to_be_visible()
    assert points_drawn(page, "seconds_per_epoch") == 0
    training(page)
    page.context.close()


def test_the_same_page_in_two_tabs_is_two_runs(browser, server):
    page = training(new_visitor(browser, server))
    move_slider(page, "batch_size", 2)
    tab = page.context.new_page()
    tab.goto(server.url)
    tab.wait_for_selector(".st-key-learning_curve .main-svg")
    expect(tab.get_by_test_id("stSidebar").get_by_text("Ready")).to_be_visible()
    training(tab)
    expect(tab.get_by_test_id("stSidebar").get_by_text("batch size 200")).to_be_visible()
    press(tab, "Reset")
    wait_for_points(page, "learning_curve", points_drawn(page, "learning_curve") + 5)
    page.context.close()


def test_a_page_whose_server_was_killed_says_so_and_recovers_with_the_next_one(browser):
    with serving() as server:
        page = training(new_visitor(browser, server))
        server.process.send_signal(signal.SIGKILL)
        server.process.wait()
        lost = page.get_by_role("dialog").get_by_text("Connection error")
        expect(lost).to_be_visible()
        with serving(port=server.port):
            expect(lost).to_be_hidden()
            expect(page.get_by_test_id("stSidebar").get_by_text("Ready")).to_be_visible()
            wait_until_in(page, lambda: points_drawn(page, "seconds_per_epoch") == 0)
            training(page)
            page.context.close()
