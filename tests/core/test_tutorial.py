from __future__ import annotations

import pytest

from mnist_core import Budget, Run, Settings, Setup
from mnist_core.tutorial import TutorialRun


@pytest.mark.parametrize("order", ["shuffled", "stored"])
@pytest.mark.parametrize("batch_size", [1, 200])
def test_the_tutorials_way_and_the_in_memory_way_give_the_same_losses(mnist, batch_size, order):
    runs = [
        way(
            mnist,
            Settings(batch_size, learning_rate=1e-3),
            Setup(seed=3, order=order),
            budget=Budget(epochs=20 * batch_size / 60_000),
        )
        for way in (Run, TutorialRun)
    ]
    for run in runs:
        while not run.ended:
            run.step()
    in_memory, tutorial = (run.snapshot() for run in runs)
    assert in_memory.place.updates == tutorial.place.updates == 20
    assert losses(in_memory) == pytest.approx(losses(tutorial), rel=1e-4)


def losses(snapshot) -> list[float]:
    """Before the first update, while training, and after the last update."""
    points = (*snapshot.test_points, *snapshot.loss_points)
    assert len(snapshot.test_points) == 2
    return [point.loss for point in points]


def test_the_time_to_load_digits_is_a_part_of_the_tutorials_training_time(mnist):
    run = TutorialRun(mnist, Settings(batch_size=200))
    run.step()
    assert 0 < run.loading_seconds < run.seconds


def test_the_tutorials_way_trains_on_the_digits_it_is_given_not_on_files(tiny, monkeypatch):
    monkeypatch.setenv("MNIST_ROOT", "nowhere")
    runs = [way(tiny, Settings(60), budget=Budget(epochs=1)) for way in (Run, TutorialRun)]
    for run in runs:
        run.advance(60)
    in_memory, tutorial = (run.latest for run in runs)
    assert tutorial.error is None
    assert losses(in_memory) == pytest.approx(losses(tutorial), rel=1e-4)


def test_the_tutorials_way_does_not_change_its_batch_size(mnist):
    run = TutorialRun(mnist, Settings(batch_size=200))
    run.settings = Settings(batch_size=100)
    run.advance(0.01)
    assert run.ended
    assert "keeps the batch size" in run.error
