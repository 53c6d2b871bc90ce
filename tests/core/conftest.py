"""What tests of races share."""

from __future__ import annotations

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
