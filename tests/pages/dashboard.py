"""The real dashboard script without a browser and without timers: how to use it, what it shows."""

from __future__ import annotations

import json
import re
from html import unescape
from pathlib import Path

from streamlit.testing.v1 import AppTest

from pages.app import visitors
from pages.app.scheduling import SCHEDULER
from pages.app.training import Training
from pages.app.visitors import Visitor
from tests.conftest import wait_until

FRAME = Path(__file__).parents[2] / "pages" / "app" / "frame.py"

# A race's address: not over before a test has looked at it.
LONG = {"sizes": "1,2", "epochs": "50"}


def open_dashboard(**query: str) -> AppTest:
    """The dashboard at its first page, opened by a link with that query."""
    app = AppTest.from_file(FRAME, default_timeout=60)
    app.query_params.update(query)
    return app.run()


def open_compare(**query: str) -> AppTest:
    """The page Compare, opened by a link with the settings of a race."""
    app = AppTest.from_file(FRAME, default_timeout=60)
    app.query_params.update(query)
    return go_to(app, "compare")


def go_to(app: AppTest, page: str) -> AppTest:
    """The dashboard at another page, by the name of its file."""
    in_folder = (FRAME.parents[1] / page).is_dir()
    return app.switch_page(f"../{page}{f'/{page}' * in_folder}.py").run()


def press(app: AppTest, key: str) -> AppTest:
    """Press a button."""
    return app.button(key=key).click().run()


def slide(app: AppTest, key: str, value: float) -> AppTest:
    """Move a slider."""
    return app.select_slider(key=key).set_value(value).run()


def choose(app: AppTest, key: str, value: object) -> AppTest:
    """Choose one of a row of buttons, which AppTest has no word for."""
    app.session_state[key] = value
    return app.run()


def train(app: AppTest, epochs: float) -> AppTest:
    """Press Start, wait for so many epochs, press Pause, wait until all rests."""
    press(app, "play")
    run = the_training().run
    wait_until(lambda: run.latest.place.epochs >= epochs)
    press(app, "play")
    wait_until(lambda: not SCHEDULER.is_live(run))
    return app.run()


def the_visitor() -> Visitor:
    """The only one."""
    (only,) = visitors.everyone()
    return only


def the_training() -> Training:
    """The only visitor's."""
    return the_visitor().training


def shown(app: AppTest) -> dict[str, object]:
    """What the parts of the page show that the live channel feeds, by their keys."""
    return {key: json.loads(part["shown"]) for key, part in _parts(app).items()}


def moment_drawn(app: AppTest, key: str) -> int:
    """From which moment on what the script has drawn of that part counts."""
    return _parts(app)[key]["moment"]


def _parts(app: AppTest) -> dict[str, dict]:
    drawn = [json.loads(element.proto.json) for element in app.get("bidi_component")]
    return {data["key"]: data for data in drawn if "shown" in data}


def figures(app: AppTest) -> dict[str, dict]:
    """The live charts' figures by their keys."""
    parts = shown(app).items()
    return {key: one["figure"] for key, one in parts if isinstance(one, dict) and "figure" in one}


def live_html(app: AppTest) -> str:
    """All that the page says by the live channel, as HTML."""
    return "\n".join(one for one in shown(app).values() if isinstance(one, str))


def question_and_answer(app: AppTest) -> tuple[str, str]:
    """What the page asks at its end, and what it reveals on demand."""
    question, answer = app.main.markdown[-2:]
    folded = app.main.expander[-1]
    assert folded.label == "An answer"
    assert [one.value for one in folded.markdown] == [answer.value]
    return question.value, answer.value


def texts(app: AppTest) -> str:
    """All that the page says, as text."""
    prose = (*app.markdown, *app.caption, *app.info, *app.warning, *app.error, *app.text)
    live = unescape(re.sub(r"<[^>]*>", " ", live_html(app)))
    return "\n".join([*(element.value for element in prose), live])


def metrics(app: AppTest) -> dict[str, str]:
    """The large figures by their labels, those that the live channel feeds among them."""
    live = re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", live_html(app))
    return {metric.label: metric.value for metric in app.metric} | {
        unescape(label): unescape(value) for label, value in live
    }


def rows(table: str) -> list[dict[str, str]]:
    """An HTML table's rows, by the names of its columns."""
    columns = re.findall(r"<th scope[^>]*>(.*?)</th>", table)
    cells = [re.findall(r"<td>(.*?)</td>", row) for row in re.findall(r"<tr>(.*?)</tr>", table)]
    return [dict(zip(columns, map(unescape, row), strict=True)) for row in cells if row]
