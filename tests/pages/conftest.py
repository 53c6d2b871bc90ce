"""Page tests run the real dashboard script, without a browser and without timers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from pages.parts import shared, visitors
from pages.parts.session import Session

DASHBOARD = Path(__file__).parents[2] / "dashboard.py"


@pytest.fixture(autouse=True)
def _loaded():
    """A server that has been up for a while."""
    shared.mnist()


@pytest.fixture(autouse=True)
def _forget_sessions():
    """All AppTests share one session id: begin and end without its run."""
    visitors.forget_all()
    yield
    visitors.forget_all()


@pytest.fixture
def app() -> AppTest:
    """The dashboard, opened at its first page."""
    return AppTest.from_file(DASHBOARD, default_timeout=60).run()


def the_session() -> Session:
    """The only visitor."""
    (only,) = visitors._sessions.values()
    return only


def figures(app: AppTest) -> dict[str, dict]:
    """The live charts' figures by their component's key."""
    found = {}
    for element in app.get("bidi_component"):
        data = json.loads(element.proto.json)
        if "figure" in data:
            found[element.proto.id.rpartition("-")[2]] = data["figure"]
    return found
