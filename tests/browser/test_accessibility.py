"""What a checker, a keyboard and a large print meet on each page, in both themes."""

from __future__ import annotations

import time
from itertools import groupby

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from pages.compare.sections import SECTIONS
from tests.browser.conftest import (
    epochs_drawn,
    move_slider,
    new_visitor,
    points_drawn,
    press,
    wait_for_epochs,
    wait_for_points,
)

QUICK_RACE = "compare?sizes=50,200,2000&epochs=0.1"
SMALL_PRINT = 1366
ZOOMED = 683  # of the same window, at 200 %
TELEPHONE = 400


def at_rest(page: Page) -> Page:
    """Return when all that the script drew has come, charts too, and what fades in has done so."""
    expect(page.locator("[data-test-script-state=notRunning]")).to_have_count(1)
    page.wait_for_function(
        "() => [...document.querySelectorAll('.live-chart')].every((chart) =>"
        " chart.querySelector('.main-svg'))"
        " && document.getAnimations().every((one) => one.playState !== 'running')"
    )
    return page


def follow_link(page: Page, title: str) -> None:
    page.evaluate("title => [...document.querySelectorAll('[data-testid=stSidebarNavLink]')]"
                  ".find(link => link.textContent.includes(title)).click()", title)  # fmt: skip
    expect(page.get_by_role("heading", name=title, level=1, exact=True)).to_be_visible()


def train(page: Page) -> None:
    """Some epochs at two batch sizes, the noise watched, then the table opened."""
    page.get_by_text("Noise scale through time").click()
    press(page, "Start")
    wait_for_epochs(page, 0)
    move_slider(page, "batch_size", 1)
    wait_for_epochs(page, epochs_drawn(page) + 3)
    press(page, "Pause")
    expect(page.get_by_test_id("stSidebar").get_by_text("Paused")).to_be_visible()
    page.get_by_text("Every epoch as a table").click()
    page.wait_for_selector(".st-key-epochs table")
    page.wait_for_selector(".st-key-noise_in_words table")


def states(browser, server):
    """Every page with content, by name; some in two states."""
    page = new_visitor(browser, server, width=SMALL_PRINT)
    yield "train, before any training", at_rest(page)
    page.get_by_role("button", name="Because", exact=True).click()
    expect(page.get_by_test_id("stPopoverBody")).to_be_visible()
    yield "the glossary", at_rest(page)
    page.keyboard.press("Escape")
    train(page)
    yield "train", at_rest(page)
    follow_link(page, "Digits")
    page.get_by_text("How many of each digit").click()
    page.wait_for_selector(".st-key-label_counts .main-svg")
    yield "digits", at_rest(page)
    follow_link(page, "Mini-batch")
    page.locator(".st-key-try_updates button").click()
    page.get_by_text("The trials as a table").click(timeout=60_000)
    yield "mini_batch", at_rest(page)
    yield from lesson_states(page)
    follow_link(page, "Predictions")
    page.wait_for_selector(".st-key-digit_bars .main-svg")
    yield "predictions", at_rest(page)
    page.locator(".st-key-show").get_by_text("The whole test set").click()
    expect(page.get_by_role("heading", name="Confusion matrix")).to_be_visible()
    yield "predictions, whole test set", at_rest(page)
    page.locator(".st-key-show").get_by_text("Your own digit").click()
    page.locator(".drawing-pad canvas").click()
    page.wait_for_selector(".st-key-own_bars .main-svg")
    yield "predictions, a drawn digit", at_rest(page)
    page.close()
    page = new_visitor(browser, server, QUICK_RACE, SMALL_PRINT)
    start = page.get_by_role("button", name="Start race", exact=True)
    expect(start).to_be_visible()
    yield "compare, a race of one's own", at_rest(page)
    start.click()
    expect(page.get_by_text("The race is over")).to_be_visible()
    for section in SECTIONS.values():
        page.locator(".st-key-race_section").get_by_text(section, exact=True).click()
        yield f"compare, {section}", at_rest(page)


def lesson_states(page: Page):
    """A station of the lesson before, during and after its prediction; then the lesson is left."""
    page.get_by_role("button", name="Lesson", exact=True).click()
    page.get_by_role("button", name="Set the page").click()
    expect(page.get_by_text("How many of the 784")).to_be_visible()
    yield "the lesson, asking", at_rest(page)
    page.get_by_text("Fewer than a third").click()
    page.get_by_role("button", name="That is what I expect").click()
    move_slider(page, "row", 1)
    expect(page.get_by_text("measured here:")).to_be_visible()
    page.get_by_role("button", name="What to see").click()
    yield "the lesson, comparing", at_rest(page)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Close", exact=True).click()
    expect(page.get_by_role("button", name="Lesson", exact=True)).to_be_visible()


def settled(page: Page, faults) -> list[str]:
    """The faults that are left when a page has had time to fit itself into its new width."""
    deadline = time.monotonic() + 5
    while (found := faults(page)) and time.monotonic() < deadline:
        page.wait_for_timeout(50)
    return found


def barriers(page: Page) -> list[str]:
    """What axe-core finds on the page that is serious or critical."""
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response
    return [
        f"{rule['id']}: {node['html'][:200]} {node['failureSummary']}"
        for rule in found["violations"]
        if rule["impact"] in ("serious", "critical")
        for node in rule["nodes"]
    ]


def test_every_page_is_free_of_barriers_in_both_themes_names_its_charts_and_bears_zooming(
    browser, server
):
    for name, page in states(browser, server):
        assert barriers(page) == [], name
        assert unnamed_charts(page) == [], name
        # In the other theme from here on, and so every second page begins in the dark one.
        theme = change_theme(page)
        for width in (ZOOMED, TELEPHONE):
            page.set_viewport_size({"width": width, "height": 900})
            assert settled(page, cut_off) == [], (name, width)
        assert barriers(at_rest(page)) == [], (name, theme, TELEPHONE)
        page.set_viewport_size({"width": SMALL_PRINT, "height": 900})


def change_theme(page: Page) -> str:
    """Have the visitor's system prefer the other theme, and return it when that is drawn."""
    theme = page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches ? 'light' : 'dark'")
    page.emulate_media(color_scheme=theme)
    page.wait_for_function(
        "() => getComputedStyle(liveChannel.line).getPropertyValue('--st-background-color')"
        " === liveChannel.background"
    )
    at_rest(page)
    return theme


def unnamed_charts(page: Page) -> list[str]:
    """The charts without a picture's name, or with one that tells no figure and not why."""
    return page.evaluate(
        """() => {
          const named = (chart) => {
            const name = chart.querySelector("[role=img]")?.getAttribute("aria-label") ?? "";
            return /\\d|yet|untrained/.test(name) && !name.includes("None");
          };
          const charts = document.querySelectorAll(".live-chart, [data-testid=stPlotlyChart]");
          return [...charts].filter((chart) => !named(chart)).map((chart) => chart.outerHTML);
        }"""
    )


def cut_off(page: Page) -> list[str]:
    """What stands beyond the window's edge or its own frame, or has lost the end of its text."""
    return page.evaluate(
        """() => {
          const outline = (e) => `${e.tagName} ${e.getAttribute("class")}: ${e.textContent}`;
          const main = document.querySelector("[data-testid=stMain]");
          const scrolling = "[data-testid=stDataFrame], .scrolls, .katex-display";
          const shown = [...main.querySelectorAll("*")].filter(
            (e) => e.checkVisibility() && e.offsetWidth > 1 && !e.closest(scrolling));
          const bottom = (e) => e.getBoundingClientRect().bottom;
          const sideways = (e) => e.scrollWidth > e.clientWidth + 1;
          return [
            ...[document.documentElement, main].filter(sideways),
            ...shown.filter((e) => e.getBoundingClientRect().right > innerWidth + 1),
            ...shown.filter((e) => sideways(e) && getComputedStyle(e).textOverflow === "ellipsis"),
            ...[...main.querySelectorAll(".live-chart .main-svg")].filter((e) =>
              e.checkVisibility() && bottom(e) > bottom(e.closest(".stElementContainer")) + 1),
          ].map(outline).map((text) => text.slice(0, 120));
        }"""
    )


def stops(page: Page, most: int = 150) -> list[dict]:
    """Where the Tab key leads, from the page's beginning until it leaves the page."""
    page.evaluate("() => { document.activeElement.blur(); getSelection().removeAllRanges(); }")
    page.locator("[data-testid=stSidebarNavLink]").first.focus()
    found = []
    while len(found) < most:
        found.append(page.evaluate(_STOP))
        page.keyboard.press("Tab")
        found[-1]["shows"] = page.evaluate("async () => await lookAtStop() !== lookOfStop")
        if page.evaluate("() => document.activeElement === document.body"):
            return found
    pytest.fail("the Tab key goes round in circles")


_STOP = """async () => {
  // Within a table that is drawn on a canvas, the focus goes on to a cell a moment after the key.
  const e = document.activeElement.closest("canvas") ?? document.activeElement;
  const key = e.closest("[class*=st-key-]")?.className.match(/st-key-(\\S+)/)[1];
  const name = e.getAttribute("aria-label") || e.labels?.[0]?.textContent || e.textContent;
  // What may show the focus: the element, what it stands in, and what stands beside it.
  const around = [e, ...e.parentElement.querySelectorAll("*")].slice(0, 40);
  for (let box = e.parentElement; box; box = box.parentElement) around.push(box);
  window.lookAtStop = async () => {
    const fading = around.flatMap((one) => one.getAnimations());
    await Promise.allSettled(fading.map((one) => one.finished));
    return around.map((one) => {
      const style = getComputedStyle(one);
      return [style.outline, style.boxShadow, style.border, style.backgroundColor, style.opacity];
    }).join();
  };
  window.lookOfStop = await window.lookAtStop();
  return { key, name: name.trim(), tag: e.tagName };
}"""

FIRST_STOPS = {"play", "reset", "batch_size", "learning_rate"}


CONTROLS = {
    "Train": {"measure", "against", "span", "keep_copy", "watch_noise", "csv"}
        | {"learning_curve", "seconds_per_epoch"},
    "Digits": {"samples", "first_index", "row", "page_normalization", "train_with_this"}
        | {"strip_index_0_11", "row_chart", "histogram_before", "histogram_after"},
    "Mini-batch": {"draw_batch", "batch_grid", "try_updates", "draw_needles"},
    "Predictions": {"show", "draw_sixteen", "only_mistakes", "sixteen_grid", "digit_bars"},
    "Compare": {"race_sizes", "race_limit", "race_epochs_epochs", "race_rule", "race_rate"}
        | {"race_repeats", "race_tutorial", "race_start", "race_measure", "race_target"}
        | {"race_against_clock", "race_axes", "race_curve", "race_section"},
}  # fmt: skip


def test_the_tab_key_reaches_every_control_and_each_has_a_name_and_shows_the_focus(page):
    # A run at batch size 1: a page of 200 digits has 200 stops.
    move_slider(page, "batch_size", -7)
    for title, keys in CONTROLS.items():
        follow_link(page, title)
        if title == "Compare":
            page.get_by_role("button", name="Your own race").press("Enter")
        for key in keys:
            page.wait_for_selector(
                f".st-key-{key} :is(a, button, input, [tabindex])", state="attached"
            )
        reached = stops(at_rest(page))
        assert keys | FIRST_STOPS <= {stop["key"] for stop in reached}, title
        assert [stop for stop in reached if not stop["name"]] == [], title
        assert [stop for stop in last_of_each(reached) if not stop["shows"]] == [], title


def last_of_each(reached: list[dict]) -> list[dict]:
    """Of the stops within one control the last, since between two its frame may stay marked."""
    controls = groupby(reached, key=lambda stop: stop["key"] or stop["name"])
    return [list(stops_within)[-1] for _, stops_within in controls]


def test_a_digit_and_a_cell_are_picked_by_key_and_their_focus_shows(page):
    follow_link(page, "Predictions")
    digit = page.locator(".st-key-sixteen_grid button").nth(2)
    expect(digit).to_be_visible()
    page.locator(".st-key-sixteen_grid button").nth(1).focus()
    page.keyboard.press("Tab")
    expect(digit).to_be_focused()
    assert outline(page) >= 2
    page.keyboard.press("Enter")
    expect(digit).to_have_attribute("aria-pressed", "true")

    page.locator(".st-key-show").get_by_text("The whole test set").click()
    cell = page.get_by_role("button", name="true 4, predicted 3:")
    expect(cell).to_be_visible()
    page.get_by_role("button", name="true 4, predicted 2:").focus()
    page.keyboard.press("Tab")
    expect(cell).to_be_focused()
    assert outline(page) >= 2
    assert page.evaluate("() => getComputedStyle(document.activeElement).zIndex") == "1"
    page.keyboard.press(" ")
    expect(page.get_by_role("heading", name="True 4, predicted 3")).to_be_visible()


def test_a_charts_buttons_and_legend_work_by_key(page):
    follow_link(page, "Compare")
    page.get_by_role("button", name="With and without mini-batches").click()
    wait_for_points(page, "race_curve", 3)
    chart = page.locator(".live-chart").filter(has=page.get_by_role("switch")).first
    switch = chart.get_by_role("switch").first
    expect(switch).to_have_attribute("aria-checked", "true")
    chart.get_by_role("button", name="Reset axes").focus()
    page.keyboard.press("Shift+Tab")
    assert outline(page) >= 2
    expect(page.locator(":focus")).to_be_in_viewport()
    switch.focus()
    page.keyboard.press("Enter")
    expect(switch).to_have_attribute("aria-checked", "false")
    wait_for_points(page, "race_curve", points_drawn(page, "race_curve") + 3)
    expect(switch).to_be_focused()
    expect(switch).to_have_attribute("aria-checked", "false")
    expect(chart.get_by_role("button", name="Share")).to_have_count(0)


def outline(page: Page) -> float:
    """How thick the line around the focused element is, in pixels; 0 where there is none."""
    return page.evaluate(
        """() => { const style = getComputedStyle(document.activeElement);
              return style.outlineStyle === "none" ? 0 : parseFloat(style.outlineWidth); }"""
    )
