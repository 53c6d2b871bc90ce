"""What a stranger's link, or a stranger's file, does to the page Compare."""

from __future__ import annotations

import json
import re

import pytest

from mnist_core.race import from_json, to_json
from pages.parts.race_sections import SECTIONS
from tests.core.race.conftest import made_up_race
from tests.core.race.test_strangers import HTML
from tests.pages.conftest import figures, the_session
from tests.pages.test_compare import choose, opened, press, texts


@pytest.mark.parametrize(
    "query",
    [
        {"sizes": HTML, "seed": HTML, HTML: HTML},
        {"sizes": "1," * 100_000},
        {"sizes": "9" * 100_000, "epochs": "9" * 100_000},
        {"epochs": "1e-320", "rate": "1e-320"},
        {"seconds": "nan", "loss": "-inf"},
        {"loss": "1e308", "epochs": "1000"},
        {"mean": "1e308", "std": "1e-308"},
        {"seed": "9223372036854775807", "repeats": "5"},
        {"sizes": "\0", "rule": "\ud7ff", "order": "../../etc/passwd", "tutorial": "%s"},
        {"race_sizes": "[1]", "play": "true", "streamlit": "1", "_": ""},
    ],
)
def test_no_address_breaks_the_page_or_speaks_through_it(query):
    app = opened(**query)
    assert not app.exception
    assert app.title[0].value == "Compare"
    assert "<img" not in texts(app)
    assert not the_session().any_live


@pytest.mark.parametrize("query", [{"mean": "1000", "std": "0.0001"}, {"mean": "-1000"}])
def test_the_most_extreme_normalization_gives_figures_on_every_page(query):
    app = opened(**query)
    assert not app.warning
    press(app, "reset")
    assert the_session().run.setup.normalization.mean == float(query["mean"])
    for page in ("digits", "mini_batch", "predictions", "train"):
        app.switch_page(f"pages/{page}.py").run()
        assert not app.exception, page
        json.dumps(figures(app), allow_nan=False)
        shown = texts(app) + " ".join(metric.value for metric in app.metric)
        assert not re.search(r"\b(nan|inf)\b", shown), page


def with_html() -> str:
    """A race that is sound but for its words."""
    record = made_up_race({10: [23_000, 900], 200: [23_000, 4_000]}, {10: 2.0, 200: 0.2})
    whole = json.loads(to_json(record))
    whole["race"]["machine"] |= {"processor": HTML, "torch": HTML}
    whole["race"]["entries"][0] |= {"state": "failed", "error": HTML}
    return json.dumps(whole)


def test_html_in_a_recorded_race_is_shown_as_text_alone():
    app = opened()
    the_session().recorded = from_json(with_html())
    app.run()
    for name in SECTIONS:
        choose(app, "race_section", name)
        assert not app.exception
        # st.text shows a text as it stands; the progress bars are HTML of ours, and escape it.
        assert [HTML in one.value for one in app.text] == [True]
        drawn = [one.proto.body for one in app.get("html")]
        assert not any("<img" in body or "<script" in body for body in drawn)
        assert any("&lt;img src=x onerror=alert(1)&gt;" in body for body in drawn)
        assert not any("<img" in one.value for one in (*app.markdown, *app.caption, *app.error))
        assert "<img" not in json.dumps(figures(app))
