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
from tests.serving import IdleWatch, Server, serving


@pytest.fixture
def wire(server) -> Iterator[Wire]:
    one = Wire(server.port)
    yield one
    one.close()


@pytest.fixture(scope="module")
def hasty_server() -> Iterator[Server]:
    """One that soon notices who has gone, and soon gives up on them.

    A tenth of what they are else: the seconds between two pings, by which it notices, and those for
    which it waits.
    """
    with serving("--server.websocketPingInterval=1", ABSENCE_SECONDS="1") as one:
        yield one


CUT = "The connection to the server is cut"


def training(page: Page) -> Page:
    """The page, with Start pressed and a few points drawn."""
    press(page, "Start")
    wait_for_points(page, "learning_curve", 3)
    return page


def test_a_page_that_is_cut_off_says_so_and_goes_on_with_the_same_run(wire, browser):
    page = training(new_visitor(browser, wire))
    before = points_drawn(page, "learning_curve")
    wire.cut()
    expect(page.get_by_text(CUT)).to_be_visible()
    wire.mend()
    expect(page.get_by_text(CUT)).to_be_hidden()
    wait_for_points(page, "learning_curve", before + 3)
    expect(page.get_by_test_id("stSidebar").get_by_role("button", name="Pause")).to_be_visible()


def test_a_tab_keeps_one_connection_from_page_to_page(browser, server):
    page = browser.new_page()
    opened, closed = [], []
    page.on(
        "websocket",
        lambda one: (opened.append(one.url), one.on("close", lambda end: closed.append(end.url))),
    )
    page.goto(server.url)
    training(page)
    for title in ("Digits", "Compare", "Train"):
        page.get_by_test_id("stSidebarNav").get_by_role("link", name=title, exact=True).click()
        expect(page.get_by_role("heading", name=title, level=1, exact=True)).to_be_visible()
    wait_for_points(page, "learning_curve", 3)
    assert sum("/live/" in url for url in opened) == 1
    assert closed == []


def test_a_page_whose_channel_alone_is_cut_is_fed_again(browser, server):
    page = training(new_visitor(browser, server))
    page.evaluate("liveChannel.socket.close()")
    wait_for_points(page, "learning_curve", points_drawn(page, "learning_curve") + 3)


def test_a_page_whose_channel_is_replaced_by_an_abandoned_one_takes_its_place_back(browser, server):
    page = training(new_visitor(browser, server))
    # Where a network awakes, an attempt given up before may arrive after the one that goes on.
    page.evaluate(
        """() => {
          window.replaced = liveChannel.socket;
          liveChannel.heard = Infinity;  // nor does a silence make it try again
          window.late = new WebSocket(replaced.url);
        }"""
    )
    wait_until_in(page, lambda: page.evaluate("replaced.readyState === WebSocket.CLOSED"))
    wait_for_points(page, "learning_curve", points_drawn(page, "learning_curve") + 3)


def test_a_dead_connection_is_noticed_when_the_server_falls_silent(wire, browser):
    page = training(new_visitor(browser, wire))
    wire.sleep()
    page.evaluate("setInterval(() => (liveChannel.heard -= 10_000), 1000)")  # time flies
    expect(page.get_by_text(CUT)).to_be_visible()
    wire.wake()
    expect(page.get_by_text(CUT)).to_be_hidden()


def test_behind_a_proxy_and_under_a_base_path_the_page_is_fed(browser, server_under_a_path):
    wire = Wire(server_under_a_path.port, for_others=True)
    page = training(new_visitor(browser, wire, path="a/lesson"))
    wait_for_points(page, "learning_curve", points_drawn(page, "learning_curve") + 3)
    page.close()
    wire.close()


def test_a_run_whose_laptop_falls_asleep_is_paused_and_its_history_kept(browser, hasty_server):
    wire = Wire(hasty_server.port)
    page = training(new_visitor(browser, wire))
    before = points_drawn(page, "learning_curve")
    wire.sleep()
    wait_until(IdleWatch(hasty_server).has_come)
    wire.wake()
    expect(page.get_by_test_id("stSidebar").get_by_text("Paused")).to_be_visible()
    kept = points_drawn(page, "learning_curve")
    assert kept >= before
    press(page, "Start")
    wait_for_points(page, "learning_curve", kept + 5)
    wire.close()


def test_closing_the_tab_ends_its_training(browser, hasty_server):
    training(new_visitor(browser, hasty_server)).close()
    wait_until(IdleWatch(hasty_server).has_come, seconds=20)


def test_a_page_reloaded_mid_epoch_begins_a_new_run(browser, server):
    page = training(new_visitor(browser, server))
    page.reload()
    page.wait_for_selector(".st-key-learning_curve .main-svg")
    expect(page.get_by_test_id("stSidebar").get_by_text("Ready")).to_be_visible()
    assert points_drawn(page, "seconds_per_epoch") == 0
    training(page)


def test_the_same_page_in_two_tabs_is_two_runs(browser, server):
    page = training(new_visitor(browser, server))
    move_slider(page, "batch_size", 2)
    tab = browser.new_page()
    tab.goto(server.url)
    tab.wait_for_selector(".st-key-learning_curve .main-svg")
    expect(tab.get_by_test_id("stSidebar").get_by_text("Ready")).to_be_visible()
    training(tab)
    expect(tab.get_by_test_id("stSidebar").get_by_text("batch size 200")).to_be_visible()
    press(tab, "Reset")
    wait_for_points(page, "learning_curve", points_drawn(page, "learning_curve") + 5)


def test_a_page_whose_server_was_killed_says_so_and_recovers_with_the_next_one(browser):
    with serving() as server:
        page = training(new_visitor(browser, server))
        server.process.send_signal(signal.SIGKILL)
        server.process.wait()
        lost = page.get_by_role("dialog").get_by_text("Connection error")
        expect(lost).to_be_visible()
        expect(page.get_by_text(CUT)).to_be_visible()
        with serving(port=server.port):
            expect(lost).to_be_hidden()
            expect(page.get_by_test_id("stSidebar").get_by_text("Ready")).to_be_visible()
            expect(page.get_by_text(CUT)).to_be_hidden()
            wait_until_in(page, lambda: points_drawn(page, "seconds_per_epoch") == 0)
            training(page)
