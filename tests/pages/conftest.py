"""Page tests run the real dashboard script, without a browser and without timers."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from pages.app import visitors
from pages.app.loading import mnist
from tests.pages.dashboard import open_dashboard


@pytest.fixture(autouse=True)
def _loaded():
    """A server that has been up for a while."""
    mnist()


@pytest.fixture(autouse=True)
def _forget_visitors():
    """All AppTests share one session id: begin and end without its run."""
    visitors.forget_all()
    yield
    visitors.forget_all()


@pytest.fixture
def app() -> AppTest:
    """The dashboard, opened at its first page."""
    return open_dashboard()
