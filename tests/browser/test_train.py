from __future__ import annotations

from itertools import pairwise

from playwright.sync_api import Page, expect

from tests.browser.conftest import (
    download_csv,
    move_slider,
    points_drawn,
    press,
    wait_for_points,
    wait_until_in,
)


def range_of(page: Page, key: str, axis: str) -> list[float]:
    return page.evaluate(
        "([key, axis]) => [...document.querySelector(`.st-key-${key} .live-chart`)"
        "._fullLayout[axis].range]",
        [key, axis],
    )


def annotations(page: Page) -> list[str]:
    return page.evaluate(
        "() => (document.querySelector('.st-key-learning_curve .live-chart')"
        "._fullLayout.annotations ?? []).map(one => one.text)"
    )


def zoom_in(page: Page, key: str) -> None:
    """Drag over the middle of the chart."""
    box = page.locator(f".st-key-{key} .nsewdrag").first.bounding_box()
    x, y, width, height = (box[side] for side in ("x", "y", "width", "height"))
    page.mouse.move(x + 0.2 * width, y + 0.3 * height)
    page.mouse.down()
    page.mouse.move(x + 0.7 * width, y + 0.8 * height, steps=5)
    page.mouse.up()


def test_start_makes_both_charts_grow_and_pause_holds_them(page):
    assert points_drawn(page, "seconds_per_epoch") == 0
    press(page, "Start")
    wait_for_points(page, "learning_curve", 10)
    wait_for_points(page, "seconds_per_epoch", 3)
    press(page, "Pause")
    expect(page.get_by_test_id("stSidebar").get_by_text("Paused")).to_be_visible()


def test_the_slider_moved_mid_run_is_marked_and_shows_in_the_table(page):
    # A slow size: the table shows the latest rows alone.
    move_slider(page, "batch_size", -4)
    press(page, "Start")
    wait_for_points(page, "seconds_per_epoch", 1)
    move_slider(page, "batch_size", 1)
    expect(page.get_by_test_id("stSidebar").get_by_text("batch size 20")).to_be_visible()
    wait_until_in(page, lambda: "10 → 20" in annotations(page))
    wait_for_points(page, "seconds_per_epoch", points_drawn(page, "seconds_per_epoch") + 3)
    press(page, "Pause")
    page.get_by_text("Every epoch as a table").click()
    # The table is painted on a canvas; beside it stands the same for screen readers.
    cells = page.locator("[data-testid=stDataFrame] [role=gridcell]")
    expect(cells.filter(has_text="10 + 20")).to_have_count(1)
    assert "20" in cells.all_text_contents()


def test_zoom_and_legend_choices_are_kept_while_the_charts_grow(page):
    press(page, "Start")
    wait_for_points(page, "seconds_per_epoch", 5)
    page.locator(".st-key-seconds_per_epoch").get_by_label("Show test pass").click()
    zoom_in(page, "learning_curve")
    wait_until_in(page, lambda: range_of(page, "learning_curve", "xaxis")[0] > 0)
    zoomed = range_of(page, "learning_curve", "xaxis"), range_of(page, "learning_curve", "yaxis")
    svg = page.locator(".st-key-learning_curve .main-svg").first.element_handle()
    wait_for_points(page, "learning_curve", points_drawn(page, "learning_curve") + 12)
    assert zoomed == (
        range_of(page, "learning_curve", "xaxis"),
        range_of(page, "learning_curve", "yaxis"),
    )
    assert svg.evaluate("svg => svg.isConnected"), "the chart was mounted anew"
    assert (
        page.evaluate(
            "() => document.querySelector('.st-key-seconds_per_epoch .live-chart')"
            "._fullData.find(trace => trace.name === 'test pass').visible"
        )
        == "legendonly"
    )


def test_nothing_on_the_page_glides_or_fades_while_it_trains(page):
    # A glide is painted sixty times a second, by a processor that the training needs.
    press(page, "Start")
    wait_for_points(page, "learning_curve", more_than=10)
    moving = page.evaluate(
        """async () => {
            const seen = new Set();
            for (let frame = 0; frame < 90; frame++) {
              for (const one of document.getAnimations())
                seen.add(one.effect.target.closest("[data-testid]").dataset.testid);
              await new Promise(requestAnimationFrame);
            }
            return [...seen];
        }"""
    )
    assert moving == []


def test_a_browser_slow_at_drawing_draws_seldom_but_always_the_last_figure(page):
    page.evaluate(
        """() => {
            const [react, redraws] = [Plotly.react, []];
            Plotly.react = (chart, ...rest) => {
              const done = react(chart, ...rest);
              for (const until = performance.now() + 20; performance.now() < until; );
              if (chart.closest(".st-key-learning_curve")) redraws.push(performance.now());
              return done;
            };
            window.redraws = redraws;
        }"""
    )
    press(page, "Start")
    wait_until_in(page, lambda: page.evaluate("redraws.length") >= 6)
    times = page.evaluate("redraws.slice(2)")  # the first ones come with Start, not with a tick
    # A second at the longest, where a tick comes each half second.
    assert all(later - earlier > 900 for earlier, later in pairwise(times))
    press(page, "Pause")
    expect(page.get_by_role("button", name="Download as CSV")).to_be_enabled()
    epochs = float(page.get_by_test_id("stMetricValue").first.inner_text())
    wait_until_in(
        page,
        lambda: (
            page.evaluate(
                "document.querySelector('.st-key-learning_curve .live-chart')"
                "._fullData.at(-1).x.filter((x) => x !== null).at(-1)"
            )
            > epochs - 0.18
        ),
    )


def test_batch_size_1_shows_life_within_its_first_epoch(page):
    move_slider(page, "batch_size", -7)
    press(page, "Start")
    wait_for_points(page, "learning_curve", 2)
    assert points_drawn(page, "seconds_per_epoch") == 1
    expect(page.get_by_text("of training left")).to_be_visible()


def test_reset_empties_the_charts(page):
    press(page, "Start")
    wait_for_points(page, "seconds_per_epoch", 2)
    press(page, "Reset")
    wait_until_in(page, lambda: points_drawn(page, "seconds_per_epoch") == 0)
    expect(page.get_by_test_id("stSidebar").get_by_text("Ready")).to_be_visible()
    press(page, "Start")
    wait_for_points(page, "seconds_per_epoch", 2)
    wait_until_in(page, lambda: range_of(page, "learning_curve", "yaxis")[1] > 20_000)
    assert range_of(page, "seconds_per_epoch", "yaxis")[0] == 0


def test_an_opened_table_stays_open_when_the_first_epoch_ends(page):
    page.get_by_text("Every epoch as a table").click()
    expect(page.get_by_text("Each whole epoch becomes a row here")).to_be_visible()
    press(page, "Start")
    wait_for_points(page, "seconds_per_epoch", 3)
    expect(page.get_by_test_id("stDataFrame")).to_be_visible()


def test_a_full_batch_in_progress_when_pause_is_pressed_is_shown_when_it_has_ended(page):
    move_slider(page, "batch_size", 6)
    press(page, "Start")
    wait_for_points(page, "seconds_per_epoch", 2)
    press(page, "Pause")
    expect(page.get_by_test_id("stSidebar").get_by_role("button", name="Start")).to_be_visible()
    epochs = page.get_by_test_id("stMetricValue").first
    whole = len(download_csv(page).splitlines()) - 1
    expect(epochs).to_have_text(f"{whole}.00")


def test_the_table_can_be_downloaded_as_csv(page):
    press(page, "Start")
    wait_for_points(page, "seconds_per_epoch", 2)
    text = download_csv(page)
    assert text.startswith("epoch,batch_size,updates,train_loss,test_loss,test_accuracy,")
    assert text.splitlines()[1].startswith("0,200,300,")
