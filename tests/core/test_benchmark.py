from __future__ import annotations

import pytest

from mnist_core import Run, update
from mnist_core.benchmark import _of_run


@pytest.mark.parametrize("updates", [16, 20])
def test_updates_that_are_made_several_at_a_time_are_counted_one_by_one(tiny, updates):
    class InSixteens:
        updates, seconds = 0, 0.0

        def __init__(self, *_arguments) -> None:
            pass

        def step(self) -> None:
            self.updates += 16
            self.seconds += 16 * 2.0

    assert _of_run(InSixteens)(tiny, 10)(updates) == updates * 2.0


def test_a_run_counts_the_updates_it_has_made(tiny, monkeypatch):
    monkeypatch.setattr(update, "kernels", lambda: None)
    run = Run(tiny)
    run._updates_at_once = 3
    run.step()
    assert run.updates == run.snapshot().place.updates == 3
