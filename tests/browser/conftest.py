"""A real Chromium, and the gestures of a visitor."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import (
    BrowserContext,
    Locator,
    Page,
    Playwright,
    expect,
    sync_playwright,
)

from tests.serving import Server

PATIENCE_MS = 30_000
expect.set_options(timeout=PATIENCE_MS)

_CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
_ARGUMENTS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --process-per-site"
)


@pytest.fixture(scope="session")
def profile_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What Chromium keeps on disk from start to start: scripts that it has fetched and compiled.

    Compiling those of the dashboard takes half the time of opening it. Chromium keeps nothing
    compiled for a window without a profile.
    """
    return tmp_path_factory.mktemp("chromium")


# Not for the whole session: the driver's event loop runs in this thread for as long as it lives,
# and the tests of other folders run their own in it.
@pytest.fixture(scope="package")
def driver() -> Iterator[Playwright]:
    """What starts Chromium, for the tests of this folder.

    Where there is none, the tests are skipped, but not in CI.
    """
    if _CHROMIUM is None:
        if os.environ.get("BROWSER_TESTS") == "required":
            pytest.fail("chromium is not installed, and BROWSER_TESTS=required forbids to skip")
        pytest.skip("chromium is not installed: on Debian, apt-get install chromium")
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="package")
def profile(driver: Playwright, profile_folder: Path, server: Server) -> Iterator[BrowserContext]:
    """Headless Chromium for the tests of this folder.

    Its first tab stays, and with it the process that draws a dashboard's pages: the next page then
    finds the scripts compiled in memory.
    """
    with chromium(driver, profile_folder) as one:
        one.pages[0].goto(f"{server.url}/_stcore/health")
        yield one


@contextmanager
def chromium(driver: Playwright, folder: Path, **options: str) -> Iterator[BrowserContext]:
    """Headless Chromium with its profile in that folder, with these options of Playwright's."""
    one = driver.chromium.launch_persistent_context(
        folder, executable_path=_CHROMIUM, args=_ARGUMENTS.split(), timeout=60_000, **options
    )
    yield one
    one.close()


@pytest.fixture
def browser(profile: BrowserContext) -> Iterator[BrowserContext]:
    """A browser with an empty tab, and no other is left that trains beside the next test."""
    yield profile
    # Without any tab it would end.
    for page in profile.pages[1:]:
        page.evaluate(
            """() => [...document.querySelectorAll("[data-testid=stSidebar] button")]
                  .find((button) => button.innerText.includes("Pause"))?.click()"""
        )
        page.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item):
    """Where a test fails, say what its pages show and of what the server complains."""
    report = yield
    given = getattr(item, "funcargs", {})
    if report.failed and "browser" in given:
        for page in given["browser"].pages[1:]:
            report.sections.append((page.url, page.inner_text("body")))
    if report.failed and "server" in given:
        report.sections.append(("the server's standard error", given["server"].errors))
    return report


@pytest.fixture
def page(browser: BrowserContext, server: Server) -> Iterator[Page]:
    """The dashboard, just opened by a new visitor. Its console must stay free of errors."""
    complaints: list[str] = []
    page = new_visitor(browser, server)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "console",
        lambda message: complaints.append(message.text) if message.type == "error" else None,
    )
    yield page
    assert complaints == []


def new_visitor(
    browser: BrowserContext,
    server: Server,
    path: str = "",
    width: int = 1366,
    theme: str = "light",
) -> Page:
    """A page in a tab of its own, with both live charts drawn where it is Train.

    Each tab is a visitor; what it trains is its own.

    theme: what the visitor's system prefers, light or dark.
    """
    page = browser.new_page()
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=theme)
    page.set_default_timeout(PATIENCE_MS)
    page.goto(f"{server.url}/{path}")
    if not path:
        page.wait_for_selector(".st-key-seconds_per_epoch .main-svg")
    return page


def press(page: Page, name: str) -> None:
    """Click the sidebar's button of that name."""
    page.get_by_test_id("stSidebar").get_by_role("button", name=name, exact=True).click()


def figure(page: Page, label: str) -> Locator:
    """The large figure under that label."""
    return page.locator(".figures div").filter(has_text=label).locator("dd")


def download_csv(page: Page) -> str:
    """Click the download button of a page at rest, and read what comes."""
    button = page.get_by_role("button", name="Download as CSV")
    expect(page.locator("[data-test-script-state=notRunning]")).to_have_count(1)
    expect(button).to_be_enabled()
    with page.expect_download() as download:
        button.click()
    return download.value.path().read_text()


def move_slider(page: Page, key: str, steps: int) -> None:
    """Move a slider by so many stops, to the right where positive."""
    thumb = page.locator(f".st-key-{key} input[type=range]")
    thumb.focus()
    for _ in range(abs(steps)):
        thumb.press("ArrowRight" if steps > 0 else "ArrowLeft")


def points_drawn(page: Page, key: str) -> int:
    """How many values the live chart of that key shows now."""
    return page.evaluate(
        """key => (document.querySelector(`.st-key-${key} .live-chart`)?._fullData ?? [])
              .reduce((sum, trace) => sum + trace.y.filter(y => y !== null).length, 0)""",
        key,
    )


def epochs_drawn(page: Page) -> int:
    """How many epochs are dots on the bars of the batch sizes."""
    return page.evaluate(
        """() => (document.querySelector(".st-key-seconds_per_epoch .live-chart")?._fullData ?? [])
              .find(trace => trace.uid === "epochs")?.x.length ?? 0"""
    )


def wait_for_epochs(page: Page, more_than: int) -> None:
    """Return when more whole epochs are drawn than that."""
    wait_until_in(page, lambda: epochs_drawn(page) > more_than)


def wait_for_points(page: Page, key: str, more_than: int) -> None:
    """Return when the live chart shows more values than that."""
    wait_until_in(page, lambda: points_drawn(page, key) > more_than)


def wait_until_in(page: Page, condition) -> None:
    """Like wait_until, with the page's own events served between two looks."""
    for _ in range(PATIENCE_MS // 50):
        if condition():
            return
        page.wait_for_timeout(50)
    pytest.fail("the page did not come to show it in time")
