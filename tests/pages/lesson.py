"""The lesson without a browser: how to walk it, what its strip says."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

from streamlit.testing.v1 import AppTest

from mnist_core.race import RaceRecord
from pages.app.scheduling import SCHEDULER
from tests.conftest import wait_until
from tests.pages.dashboard import open_dashboard, press, shown, the_training


def at_station(number: int) -> AppTest:
    """A station whose page has just been set."""
    return press(open_dashboard(lesson=str(number)), "lesson_set_up")


def predict(app: AppTest, answer: object) -> AppTest:
    """Give the prediction of the station that is on."""
    app.session_state[f"lesson_answer_{app.query_params['lesson']}"] = answer
    return press(app.run(), "lesson_say")


def line(app: AppTest) -> str:
    """What the strip says."""
    return unescape(re.sub("<.*?>", "", shown(app)["lesson_line"]))


def race_and_stop(app: AppTest, key: str, ready: Callable[[RaceRecord], bool]) -> AppTest:
    """Press a ready race's button, wait until it has shown that, stop it."""
    press(app, key)
    wait_until(lambda: ready(the_training().race.latest), seconds=60)
    press(app, "race_stop")
    wait_until(lambda: not SCHEDULER.is_live(the_training().race))
    return app.run()
