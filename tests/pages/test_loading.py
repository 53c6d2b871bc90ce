"""The first page, before PyTorch and the digits are there."""

from __future__ import annotations

import subprocess
import sys
import threading
from concurrent.futures import Future

import pytest

from mnist_core import MnistUnavailableError, Run, Settings
from pages.app import loading
from pages.app.loading import LOADING
from pages.app.scheduling import SCHEDULER
from tests.conftest import wait_until
from tests.pages.dashboard import (
    FRAME,
    go_to,
    open_dashboard,
    press,
    shown,
    slide,
    the_training,
    the_visitor,
)


@pytest.fixture
def arriving(monkeypatch) -> Future:
    """What becomes the digits, on a server that has just been started."""
    digits = LOADING.digits
    on_its_way = Future()
    monkeypatch.setattr(LOADING, "digits", on_its_way)
    yield on_its_way
    if not on_its_way.done():
        on_its_way.set_result(digits.result())


def test_the_first_page_is_drawn_without_pytorch():
    program = (
        "import sys\n"
        "from streamlit.testing.v1 import AppTest\n"
        "from concurrent.futures import Future\n"
        "from pages.app.loading import LOADING\n"
        "LOADING.digits = Future()\n"  # as if on its way
        f"app = AppTest.from_file({str(FRAME)!r}, default_timeout=60).run()\n"
        "assert not app.exception and app.title[0].value == 'Train'\n"
        "assert len(app.get('bidi_component')) > 2, 'no chart'\n"
        "assert 'torch' not in sys.modules\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=FRAME.parents[2], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def test_the_run_begins_as_the_sliders_were_set_before_it_could_be_made(arriving, mnist):
    app = open_dashboard()
    assert not app.exception
    assert the_training().waits
    assert "Getting ready" in shown(app)["doing"]
    slide(app, "batch_size", 50)
    assert the_training().waits
    arriving.set_result(mnist)
    app.run()
    assert isinstance(the_training().run, Run)
    assert the_training().run.settings == Settings(batch_size=50)
    assert app.select_slider(key="batch_size").value == 50
    assert "Ready" in shown(app)["doing"]
    assert app.number_input(key="seed").value == 0


def test_the_page_asks_again_until_the_run_can_be_made(arriving, mnist):
    open_dashboard()
    visitor = the_visitor()
    assert visitor.training.moves
    assert not visitor.outdated
    arriving.set_result(mnist)
    assert visitor.outdated


def test_start_pressed_meanwhile_trains_the_run_as_soon_as_it_is_made(arriving, mnist):
    app = open_dashboard()
    press(app, "play")
    assert the_training().waits
    assert app.button(key="play").label == "Pause"
    arriving.set_result(mnist)
    app.run()
    run = the_training().run
    assert SCHEDULER.is_playing(run)
    wait_until(lambda: not run.latest.untrained)


@pytest.mark.parametrize("again", ["play", "reset"])
def test_start_pressed_meanwhile_can_be_taken_back(arriving, mnist, again):
    app = open_dashboard()
    press(app, "play")
    press(app, again)
    assert app.button(key="play").label == "Start"
    arriving.set_result(mnist)
    app.run()
    assert not SCHEDULER.is_live(the_training().run)


def test_other_pages_wait_for_the_digits(arriving, mnist):
    app = open_dashboard()
    drawn = []
    waiting = threading.Thread(target=lambda: drawn.append(go_to(app, "digits")), daemon=True)
    waiting.start()
    waiting.join(timeout=1.0)
    assert not drawn
    arriving.set_result(mnist)
    waiting.join(timeout=60)
    assert not drawn[0].exception
    assert drawn[0].title[0].value == "Digits"


def test_why_the_digits_could_not_be_read_is_told_and_they_can_be_asked_for_again(
    arriving, mnist, monkeypatch
):
    app = open_dashboard()
    assert not app.error
    reads = []
    monkeypatch.setattr(loading, "load_mnist", lambda: reads.append("read") or mnist)
    arriving.set_exception(MnistUnavailableError("the disk is gone"))
    assert the_visitor().outdated
    app.run()
    assert app.error[0].value == "the disk is gone"
    assert not reads
    app.button[0].click().run()
    assert not app.error
    assert app.title[0].value == "Train"
    assert reads == ["read"]
    assert not the_training().waits


@pytest.mark.parametrize("key", ["play", "reset"])
def test_a_button_pressed_while_the_digits_turn_out_unreadable_ends_in_words(arriving, key):
    app = open_dashboard()
    arriving.set_exception(MnistUnavailableError("the disk is gone"))
    press(app, key)
    assert not app.exception
    assert app.error[0].value == "the disk is gone"
