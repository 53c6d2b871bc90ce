"""Page tests run the real dashboard script, without a browser and without timers."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future
from functools import cache

import pytest
import streamlit as st
import torch
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest

from mnist_core import Mnist
from pages.app import visitors
from pages.app.loading import LOADING, mnist
from tests.pages.dashboard import open_dashboard


@pytest.fixture(scope="session", autouse=True)
def _packages_looked_through_once() -> Iterator[None]:
    """For components, as Streamlit does when a server starts, and AppTest for each test anew."""
    with pytest.MonkeyPatch.context() as patch:
        scan = cache(manifest_scanner.scan_component_manifests)
        patch.setattr(manifest_scanner, "scan_component_manifests", scan)
        yield


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
def few_digits() -> Iterator[Mnist]:
    """A server that has 10,000 training digits and 1,000 to test on, for speed.

    To be asked for before the dashboard is opened, since a run keeps the digits that it was given.
    """
    all_digits = mnist()
    few = Mnist(
        all_digits.train.at(torch.arange(0, 60_000, 6)),
        all_digits.test.at(torch.arange(0, 10_000, 10)),
    )
    loaded, LOADING.digits = LOADING.digits, Future()
    LOADING.digits.set_result(few)
    _forget_what_pages_have_computed()
    yield few
    LOADING.digits = loaded
    _forget_what_pages_have_computed()


@pytest.fixture
def app() -> AppTest:
    """The dashboard, opened at its first page."""
    return open_dashboard()


def _forget_what_pages_have_computed() -> None:
    st.cache_data.clear()
    st.cache_resource.clear()
