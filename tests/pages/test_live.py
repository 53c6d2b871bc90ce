"""The server's end of the live channel; at the other end is the test."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from pages.app import live
from pages.app.loading import LOADING
from pages.app.scheduling import SCHEDULER, by_trainer
from pages.app.training import Training
from pages.app.visitors import Visitor
from tests.pages.dashboard import (
    LONG,
    moment_drawn,
    open_compare,
    open_dashboard,
    press,
    shown,
    slide,
    the_training,
    the_visitor,
    train,
)
from tests.pages.tab import Tab, connected


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not condition():
            await asyncio.sleep(0.005)


def updates(training: Training) -> int:
    return training.run.latest.place.updates


async def training_with_a_frame_unpainted(app, tab: Tab) -> tuple[Training, int]:
    """The visitor has pressed Start, and the tab got a frame since; the updates made by then."""
    await tab.painted_frame()
    press(app, "play")
    await tab.frame()
    training = the_training()
    return training, updates(training)


@pytest.fixture
def patient(monkeypatch):
    """A run waits for its tab without a limit: what it does meanwhile can be looked at."""
    monkeypatch.setattr(live, "PAINT_SECONDS", 60)


def test_a_tab_gets_what_has_changed_since_the_script_drew_the_page_and_nothing_else(app):
    async def scene(tab: Tab) -> None:
        first = await tab.painted_frame()
        assert first["parts"] == {}
        press(app, "play")
        moved: dict[str, object] = {}
        while not {"headline", "learning_curve", "doing"} <= moved.keys():
            moved |= (await tab.painted_frame())["parts"]
        assert "batch" not in moved
        assert moved["headline"] != shown(app)["headline"]

    connected(scene)


def test_a_moved_slider_is_answered_in_words_before_the_script_draws_the_page(app):
    async def scene(tab: Tab) -> None:
        await tab.painted_frame()
        slide(app, "batch_size", 50)
        answer = await tab.frame()
        assert "An epoch at 50" in answer["parts"]["headline"]
        assert {type(one) for one in answer["parts"].values()} == {str}
        assert answer["moment"] < moment_drawn(app, "headline")

    connected(scene)


def test_a_size_moved_in_training_is_named_before_an_update_has_used_it(app):
    train(app, 0.1)
    slide(app, "batch_size", 50)
    assert "An epoch at 50" in shown(app)["headline"]


MOVING = {"headline", "progress", "batch", "learning_curve", "seconds_per_epoch"}
MOVING |= {"in_words", "doing"}


@pytest.mark.usefixtures("patient")
def test_a_run_whose_tab_is_on_this_computer_gets_no_turn_before_its_frame_is_painted(app):
    async def scene(tab: Tab) -> None:
        await tab.painted_frame()
        press(app, "play")
        training = the_training()
        await until(lambda: updates(training) > 0 or not tab.silent)
        for _ in range(3):
            frame = await tab.frame()
            stood = updates(training)
            await asyncio.sleep(0.1)  # two turns
            assert updates(training) == stood
            tab.say(f"painted {frame['moment']}")
            await until(lambda stood=stood: updates(training) > stood)

    connected(scene)


@pytest.mark.usefixtures("patient")
@pytest.mark.parametrize(
    "elsewhere",
    [
        {"peer": "192.0.2.7"},
        {"peer": "2001:db8::7"},
        {"x-forwarded-for": "192.0.2.7"},
        {"forwarded": "for=192.0.2.7"},
    ],
)
def test_a_tab_elsewhere_is_never_waited_for(app, elsewhere):
    async def scene(tab: Tab) -> None:
        training, stood = await training_with_a_frame_unpainted(app, tab)
        await until(lambda: updates(training) > stood + 100)

    connected(scene, **elsewhere)


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize("peer", ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"])
def test_a_loopback_address_is_this_computers(peer):
    async def scene(tab: Tab) -> None:
        await tab.painted_frame()
        assert the_visitor().feed.on_this_computer

    connected(scene, peer=peer)
    assert not the_visitor().feed.on_this_computer


def test_a_tab_that_never_answers_holds_its_run_up_for_a_moment_only(app):
    async def scene(tab: Tab) -> None:
        training, stood = await training_with_a_frame_unpainted(app, tab)
        await until(lambda: updates(training) > stood)
        assert tab.silent, "one frame at most is under way"

    connected(scene)


def test_a_hidden_tab_gets_nothing_until_it_is_seen_again(app):
    async def scene(tab: Tab) -> None:
        await tab.painted_frame()
        press(app, "play")
        await tab.frame()
        tab.say("hidden")
        training = the_training()
        stood = updates(training)
        await until(lambda: updates(training) > stood + 300)
        assert tab.silent
        tab.say("visible")
        seen = await tab.frame()
        assert seen["parts"].keys() >= MOVING

    connected(scene)


def test_nothing_is_looked_for_again_and_again_while_the_tab_is_hidden(app, monkeypatch):
    looks = []
    monkeypatch.setattr(Visitor, "outdated", property(lambda _: looks.append("look") and False))

    async def scene(tab: Tab) -> None:
        await tab.painted_frame()
        press(app, "play")
        await tab.frame()
        tab.say("hidden")
        training = the_training()
        looks.clear()
        stood = updates(training)
        await until(lambda: updates(training) > stood + 300)
        assert len(looks) < 20

    connected(scene)


def test_the_end_of_a_race_asks_the_script_for_other_buttons():
    app = open_compare(sizes="200,2000", epochs="3")
    press(app, "race_start")

    async def scene(tab: Tab) -> None:
        await tab.request()
        assert not the_training().racing or the_visitor().outdated
        await until(lambda: not SCHEDULER.is_live(the_training().race))
        app.run()
        assert not the_visitor().outdated

    connected(scene)


def test_an_error_that_ends_a_run_asks_the_script_for_other_buttons(app):
    press(app, "play")
    network = the_training().run.learner.network

    async def scene(tab: Tab) -> None:
        by_trainer(lambda: network.parameters.fill_(float("nan")))
        await tab.request()

    connected(scene)


def test_a_run_goes_on_by_itself_after_the_race_that_it_waited_for():
    app = open_compare(**LONG)
    press(app, "play")
    press(app, "race_start")

    async def scene(tab: Tab) -> None:
        the_training().stop_race()
        await tab.request()
        app.run()
        assert the_training().playing

    connected(scene)


def test_pytorch_and_the_digits_are_loaded_once_the_first_page_is_painted(monkeypatch):
    monkeypatch.setattr(LOADING, "digits", None)
    open_dashboard()

    async def scene(tab: Tab) -> None:
        frame = await tab.frame()
        assert LOADING.digits is None
        tab.say(f"painted {frame['moment']}")
        await until(lambda: LOADING.ready)

    connected(scene)


def test_the_newer_of_two_connections_of_one_tab_is_fed_and_the_older_closed(app):
    async def scene(older: Tab) -> None:
        await older.painted_frame()
        newer = Tab()
        serving = asyncio.create_task(live.serve(newer.socket))
        assert (await newer.painted_frame())["parts"].keys() >= MOVING
        await until(lambda: older.closed_with == live.REPLACED)
        slide(app, "batch_size", 50)
        await newer.painted_frame()
        newer.leave()
        await asyncio.wait_for(serving, 30)

    connected(scene)


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize("end", ["gone", "asleep"])
def test_a_newer_connection_is_fed_whatever_has_become_of_the_older(end):
    async def close() -> None:
        older.leave()
        if end == "gone":
            raise OSError
        await asyncio.Event().wait()

    async def play() -> None:
        replaced = asyncio.create_task(live.serve(older.socket))
        await older.painted_frame()
        older.close = close
        newer = Tab()
        serving = asyncio.create_task(live.serve(newer.socket))
        assert (await newer.painted_frame())["parts"].keys() >= MOVING
        newer.leave()
        await asyncio.wait_for(serving, 30)
        replaced.cancel()

    older = Tab()
    asyncio.run(play())


@pytest.mark.parametrize("said", ["visible", "painted {moment}"])
def test_a_connection_found_cut_when_a_click_is_answered_ends_without_a_fault(app, said):
    async def scene(tab: Tab) -> None:
        frame = await tab.frame()
        tab.is_cut_off = True
        slide(app, "batch_size", 50)
        await asyncio.wait_for(tab.missed.wait(), 30)
        tab.say(said.format(**frame))

    connected(scene)


@pytest.mark.parametrize("nonsense", ["", "painted", "painted x", "painted 1 2", "x" * 10_000])
def test_nonsense_from_a_tab_is_passed_over(app, nonsense):
    async def scene(tab: Tab) -> None:
        await tab.painted_frame()
        tab.say(nonsense)
        press(app, "play")
        await tab.painted_frame()

    connected(scene)


@pytest.mark.parametrize(
    ("spent", "between"),
    [(0.001, 0.1), (0.01, 0.1), (0.03, 0.3), (0.045, 0.45), (2.0, 0.45)],
)
def test_drawing_on_this_computer_takes_a_tenth_of_the_time_at_2_to_10_frames_a_second(
    spent, between
):
    seconds = live.seconds_between_frames(spent, here=True, runs_in_training=1)
    assert seconds == pytest.approx(between)


@pytest.mark.parametrize(("training", "between"), [(1, 0.25), (10, 0.25), (30, 0.75), (60, 1.5)])
def test_a_tab_elsewhere_gets_4_frames_a_second_and_fewer_in_a_full_class(training, between):
    seconds = live.seconds_between_frames(0.001, here=False, runs_in_training=training)
    assert seconds == pytest.approx(between)
