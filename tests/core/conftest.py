"""What tests of races share."""

from __future__ import annotations

from itertools import count

import pytest

from mnist_core import Budget
from mnist_core.race import Plan, Race, RaceRecord
from tests.conftest import made_up
from tests.core.races import run_to_the_end


@pytest.fixture(scope="session")
def raced() -> RaceRecord:
    """Two sizes, two epochs each, on made-up digits."""
    plan = Plan(batch_sizes=(10, 100), budget=Budget(epochs=2))
    return run_to_the_end(Race(made_up(training=600, test=100), plan))


@pytest.fixture(autouse=True)
def _unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let each change of the settings come a minute after the one before, as a move of its own."""
    minutes = count(step=60)
    monkeypatch.setattr("mnist_core.training.history.time", lambda: next(minutes))
