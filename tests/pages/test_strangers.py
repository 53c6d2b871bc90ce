"""What a stranger's link, or a stranger's file, does to the page Compare."""

from __future__ import annotations

import json
import re

import pytest

from mnist_core.race import from_json
from pages.compare.files import RaceFile
from pages.compare.sections import SECTIONS
from tests.core.races import HTML, race_with_html
from tests.pages.dashboard import (
    choose,
    figures,
    go_to,
    live_html,
    open_compare,
    press,
    texts,
    the_training,
    the_visitor,
)


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
    app = open_compare(**query)
    assert not app.exception
    assert app.title[0].value == "Compare"
    assert "<img" not in texts(app)
    assert not the_training().live


@pytest.mark.parametrize("query", [{"mean": "1000", "std": "0.0001"}, {"mean": "-1000"}])
def test_the_most_extreme_normalization_gives_figures_on_every_page(query):
    app = open_compare(**query)
    assert not app.warning
    press(app, "reset")
    assert the_training().run.setup.normalization.mean == float(query["mean"])
    for page in ("digits", "mini_batch", "predictions", "train"):
        go_to(app, page)
        assert not app.exception, page
        json.dumps(figures(app), allow_nan=False)
        shown = texts(app) + " ".join(metric.value for metric in app.metric)
        assert not re.search(r"\b(nan|inf)\b", shown), page


def test_html_in_a_recorded_race_is_shown_as_text_alone():
    app = open_compare()
    the_visitor().kept(RaceFile).recorded = from_json(race_with_html())
    app.run()
    for name in SECTIONS:
        choose(app, "race_section", name)
        assert not app.exception
        # st.text shows a text as it stands; what the channel feeds is HTML of ours, and escapes it.
        assert [HTML in one.value for one in app.text] == [True]
        assert not any(tag in live_html(app) for tag in ("<img", "<script"))
        assert "&lt;img src=x onerror=alert(1)&gt;" in live_html(app)
        assert not any("<img" in one.value for one in (*app.markdown, *app.caption, *app.error))
        assert "<img" not in json.dumps(figures(app))
