"""Where the pages' runs are trained."""

from __future__ import annotations

import subprocess
import sys

import pytest

from mnist_core import Scheduler
from pages.app.scheduling import scheduler_for
from tests.pages.dashboard import FRAME


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("127.0.0.1:1", "the cluster at 127.0.0.1:1 can't be reached"),
        ("nowhere", "'nowhere' is no address of a cluster: write HOST:PORT"),
        ("ray://host:10001", "is no address of a cluster"),
        ("127.0.0.1:99999", "can't be reached"),
    ],
)
@pytest.mark.parametrize("asked", ["option", "equals", "environment"])
def test_a_cluster_that_cannot_be_joined_is_told_in_one_line_and_runs_train_here(
    capsys, monkeypatch, address, why, asked
):
    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    if asked == "environment":
        monkeypatch.setenv("RAY_ADDRESS", address)
    arguments = {"option": ["--cluster", address], "equals": [f"--cluster={address}"]}
    scheduler = scheduler_for(arguments.get(asked, []))
    assert type(scheduler) is Scheduler
    told = capsys.readouterr()
    (line,) = told.err.splitlines()
    assert why in line
    assert line.endswith("Training on this computer alone.")
    assert told.out == ""


def test_pages_without_a_cluster_import_nothing_of_ray():
    script = (
        "import sys, pages.app.scheduling, pages.app.lifespan, pages.app.training;"
        "print('ray' in sys.modules)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script], cwd=FRAME.parents[2], capture_output=True, text=True
    )
    assert ended.stdout.split() == ["False"], ended.stderr
