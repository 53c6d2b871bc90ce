"""Page tests run the real dashboard script, without a browser and without timers."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future
from functools import cache

import pytest
import streamlit as st
import torch
from streamlit.components.v2 import manifest_scanner
from streamlit.runtime.scriptrunner.script_cache import ScriptCache
from streamlit.testing.v1 import AppTest, app_test, local_script_runner

from mnist_core import Mnist
from pages.app import visitors
from pages.app.loading import LOADING
from pages.mini_batch import bench
from tests.pages.dashboard import open_dashboard


@pytest.fixture(scope="session", autouse=True)
def _done_once() -> Iterator[None]:
    """What a server does once, and AppTest for each test, or each run of the script, anew.

    It looks through all packages for components, and compiles the scripts.
    """
    with pytest.MonkeyPatch.context() as patch:
        scan = cache(manifest_scanner.scan_component_manifests)
        patch.setattr(manifest_scanner, "scan_component_manifests", scan)
        scripts = ScriptCache()
        for module in (app_test, local_script_runner):
            patch.setattr(module, "ScriptCache", lambda: scripts)
        yield


@pytest.fixture(scope="session")
def few_digits(mnist: Mnist) -> Mnist:
    """Every sixth of the training digits, 10,000, and every tenth of those to test on, 1,000."""
    return Mnist(
        mnist.train.at(torch.arange(0, 60_000, 6)), mnist.test.at(torch.arange(0, 10_000, 10))
    )


@pytest.fixture(autouse=True)
def _loaded(few_digits: Mnist) -> None:
    """A server that has been up for a while. It has few digits, for speed."""
    _serve(few_digits)


@pytest.fixture
def all_digits(mnist: Mnist) -> None:
    """A server that has the real 60,000 + 10,000 digits.

    To be asked for before the dashboard is opened, since a run keeps the digits that it was given.
    """
    _serve(mnist)


@pytest.fixture
def few_trials(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bench that tries 2 updates of each size at one press, and not 20, for speed."""
    monkeypatch.setattr(bench, "TRIALS", 2)


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


def _serve(digits: Mnist) -> None:
    """From now on; what pages have computed of others is forgotten."""
    if LOADING.digits is None or LOADING.digits.result() is not digits:
        LOADING.digits = Future()
        LOADING.digits.set_result(digits)
        st.cache_data.clear()
        st.cache_resource.clear()
