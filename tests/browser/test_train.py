from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.conftest import (
    download_csv,
    epochs_drawn,
    figure,
    move_slider,
    points_drawn,
    press,
    wait_for_epochs,
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
    wait_for_points(page, "learning_curve", 5)
    wait_for_epochs(page, 0)
    press(page, "Pause")
    expect(page.get_by_test_id("stSidebar").get_by_text("Paused")).to_be_visible()


def test_the_slider_moved_mid_run_is_marked_and_shows_in_the_table(page):
    # A slow size: the table shows the latest rows alone.
    move_slider(page, "batch_size", -4)
    press(page, "Start")
    wait_for_epochs(page, 0)
    move_slider(page, "batch_size", 1)
    expect(page.get_by_test_id("stSidebar").get_by_text("batch size 20")).to_be_visible()
    wait_until_in(page, lambda: "10 → 20" in annotations(page))
    wait_for_epochs(page, epochs_drawn(page) + 3)
    press(page, "Pause")
    page.get_by_text("Every epoch as a table").click()
    cells = page.locator(".st-key-epochs td")
    expect(cells.filter(has_text="10 + 20")).to_have_count(1)
    assert "20" in cells.all_text_contents()


def test_a_readers_zoom_is_kept_while_the_charts_grow(page):
    press(page, "Start")
    wait_for_epochs(page, 0)
    zoom_in(page, "learning_curve")
    wait_until_in(page, lambda: range_of(page, "learning_curve", "xaxis")[0] > 0)
    zoomed = range_of(page, "learning_curve", "xaxis"), range_of(page, "learning_curve", "yaxis")
    svg = page.locator(".st-key-learning_curve .main-svg").first.element_handle()
    wait_for_points(page, "learning_curve", points_drawn(page, "learning_curve") + 3)
    assert zoomed == (
        range_of(page, "learning_curve", "xaxis"),
        range_of(page, "learning_curve", "yaxis"),
    )
    assert svg.evaluate("svg => svg.isConnected"), "the chart was mounted anew"


def test_nothing_on_the_page_glides_or_fades_while_it_trains(page):
    # A glide is painted sixty times a second, by a processor that the training needs.
    press(page, "Start")
    wait_for_points(page, "learning_curve", more_than=3)
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


def test_a_browser_slow_at_drawing_gets_fewer_frames_and_the_last_one_is_not_lost(page):
    press(page, "Start")
    wait_for_points(page, "learning_curve", more_than=1)
    page.evaluate(
        """() => {
            window.frames = [];
            const { draw } = window.liveParts.get("headline");
            window.liveParts.get("headline").draw = (shown) => {
              frames.push(performance.now());
              draw(shown);
              for (const until = performance.now() + 60; performance.now() < until; );
            };
        }"""
    )
    wait_until_in(page, lambda: page.evaluate("frames.length") >= 8)
    # Drawing takes more than 50 ms: of the 2 to 10 frames a second that are allowed it gets 2.
    times = page.evaluate("window.frames.slice(2)")
    assert (times[-1] - times[0]) / (len(times) - 1) > 400
    press(page, "Pause")
    expect(page.get_by_test_id("stSidebar").get_by_text("Paused")).to_be_visible()
    wait_until_in(page, lambda: server_side_epochs(page) == figure(page, "Epochs").inner_text())


def server_side_epochs(page: Page) -> str:
    """What a script run tells, which asks the run itself."""
    page.locator(".st-key-measure").get_by_text("Accuracy", exact=True).click()
    expect(page.locator("[data-test-script-state=notRunning]")).to_have_count(1)
    return figure(page, "Epochs").inner_text()


def test_batch_size_1_shows_life_within_its_first_epoch(page):
    move_slider(page, "batch_size", -7)
    press(page, "Start")
    wait_for_points(page, "learning_curve", 1)  # one is there before the first update
    wait_for_points(page, "seconds_per_epoch", 1)
    assert epochs_drawn(page) == 0
    expect(page.get_by_text("of training left")).to_be_visible()


def test_a_theme_changed_in_mid_run_gives_the_lines_its_colours(page):
    line = "document.querySelector('.st-key-learning_curve .live-chart')._fullData[0].line.color"
    press(page, "Start")
    wait_for_points(page, "learning_curve", 1)
    colours = []
    for theme in ("dark", "light"):
        before = page.evaluate(line)
        page.emulate_media(color_scheme=theme)
        wait_until_in(page, lambda before=before: page.evaluate(line) != before)
        colours += [before, page.evaluate(line)]
    assert colours[0] == colours[3]


def test_reset_empties_the_charts(page):
    press(page, "Start")
    wait_for_epochs(page, 0)
    press(page, "Reset")
    wait_until_in(page, lambda: points_drawn(page, "seconds_per_epoch") == 0)
    expect(page.get_by_test_id("stSidebar").get_by_text("Ready")).to_be_visible()
    press(page, "Start")
    wait_for_epochs(page, 0)
    # A logarithmic axis has the exponents of ten as its range.
    wait_until_in(page, lambda: range_of(page, "learning_curve", "yaxis")[1] > 4.3)
    assert range_of(page, "seconds_per_epoch", "xaxis")[0] == 0


def test_an_opened_table_stays_open_when_the_first_epoch_ends(page):
    page.get_by_text("Every epoch as a table").click()
    expect(page.get_by_text("Each whole epoch becomes a row here")).to_be_visible()
    press(page, "Start")
    wait_for_epochs(page, 0)
    expect(page.get_by_role("table")).to_be_visible()


def test_a_full_batch_in_progress_when_pause_is_pressed_is_shown_when_it_has_ended(page):
    move_slider(page, "batch_size", 6)
    press(page, "Start")
    wait_for_epochs(page, 0)
    press(page, "Pause")
    expect(page.get_by_test_id("stSidebar").get_by_role("button", name="Start")).to_be_visible()
    epochs = figure(page, "Epochs")
    whole = len(download_csv(page).splitlines()) - 1
    expect(epochs).to_have_text(f"{whole}.00")


def test_the_table_can_be_downloaded_as_csv(page):
    press(page, "Start")
    wait_for_epochs(page, 0)
    text = download_csv(page)
    assert text.startswith("epoch,batch_size,updates,train_loss,test_loss,test_accuracy,")
    assert text.splitlines()[1].startswith("0,200,300,")


PROJECTOR = {"width": 1366, "height": 640}


def on_first_screen(page: Page, selector: str) -> bool:
    """Whether it is seen whole without scrolling."""
    box = page.locator(selector).bounding_box()
    size = page.viewport_size
    return (
        box is not None
        and box["x"] >= 0
        and box["y"] >= 0
        and box["x"] + box["width"] <= size["width"]
        and box["y"] + box["height"] <= size["height"]
    )


def test_on_a_projector_both_charts_and_the_figures_are_seen_without_scrolling(page):
    page.set_viewport_size(PROJECTOR)
    press(page, "Start")
    wait_for_epochs(page, 0)
    charts = [f".st-key-{key} .live-chart" for key in ("learning_curve", "seconds_per_epoch")]
    for part in (".figures", *charts):
        wait_until_in(page, lambda part=part: on_first_screen(page, part))


def test_keys_start_pause_move_the_batch_size_and_change_pages(page):
    play = page.locator(".st-key-play")
    page.keyboard.press(" ")
    expect(play).to_contain_text("Pause")
    wait_for_points(page, "learning_curve", 1)
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".st-key-doing")).to_contain_text("batch size 100")
    page.keyboard.press(" ")
    expect(play).to_contain_text("Start")
    page.keyboard.press("?")
    expect(page.locator(".keys-sheet")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".keys-sheet")).to_be_hidden()
    page.keyboard.press("5")
    expect(page.get_by_role("heading", level=1)).to_have_text("Predictions")


def test_the_presenters_view_has_large_type_and_only_what_one_moves(page):
    page.set_viewport_size(PROJECTOR)
    page.get_by_role("button", name="Present").click()
    expect(page.locator(".st-key-reset")).to_have_count(0)
    expect(page.locator(".st-key-learning_rate")).to_have_count(0)
    expect(page.locator(".st-key-batch_size")).to_be_visible()
    assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == "24px"
    press(page, "Start")
    wait_for_epochs(page, 0)
    for chart in ("learning_curve", "seconds_per_epoch"):
        wait_until_in(page, lambda key=chart: on_first_screen(page, f".st-key-{key} .live-chart"))
    assert "present=1" in page.url
    page.get_by_role("button", name="Leave").click()
    expect(page.locator(".st-key-reset")).to_be_visible()


def test_on_a_telephone_start_and_the_batch_size_need_no_drawer(page):
    top = page.locator(".st-key-top_knobs")
    expect(top).to_be_hidden()
    page.set_viewport_size({"width": 400, "height": 800})
    expect(page.get_by_test_id("stSidebar")).not_to_be_in_viewport()
    top.get_by_role("button", name="Start", exact=True).click()
    wait_for_points(page, "learning_curve", 3)
    top.get_by_role("button", name="Larger").click()
    wait_until_in(page, lambda: "200 → 500" in annotations(page))
    page.locator(".st-key-seconds_per_epoch").scroll_into_view_if_needed()
    expect(top).to_be_in_viewport(ratio=1)
    top.get_by_role("button", name="Pause", exact=True).click()
    expect(top.get_by_role("button", name="Start", exact=True)).to_be_visible()
    page.set_viewport_size(PROJECTOR)
    expect(top).to_be_hidden()
    expect(page.locator(".st-key-doing")).to_contain_text("batch size 500")


def test_the_noise_scale_appears_on_demand_while_it_trains(page):
    expect(page.locator(".st-key-noise_curve")).to_have_count(0)
    press(page, "Start")
    page.get_by_text("Noise scale through time").click()
    wait_for_points(page, "noise_curve", 1)
    press(page, "Pause")
    expect(page.locator(".st-key-noise_in_words")).to_contain_text("the noise scale N is")
    expect(page.locator(".st-key-noise_in_words").get_by_role("table")).to_be_visible()
