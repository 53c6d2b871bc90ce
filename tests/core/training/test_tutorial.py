from __future__ import annotations

import pytest

from mnist_core import Budget, Run, Settings, Setup
from mnist_core.training import TutorialLearner


@pytest.mark.parametrize("order", ["shuffled", "stored"])
@pytest.mark.parametrize("batch_size", [1, 200])
def test_the_tutorials_way_and_the_in_memory_way_give_the_same_losses(mnist, batch_size, order):
    runs = both_ways(
        mnist,
        Settings(batch_size, learning_rate=1e-3),
        Setup(seed=3, order=order),
        budget=Budget(epochs=20 * batch_size / 60_000),
    )
    for run in runs:
        while not run.ended:
            run.step()
    in_memory, tutorial = (run.snapshot() for run in runs)
    assert in_memory.place.updates == tutorial.place.updates == 20
    assert losses(in_memory) == pytest.approx(losses(tutorial), rel=1e-4)


def both_ways(*arguments, **options) -> list[Run]:
    return [Run(*arguments, **options), Run(*arguments, **options, learner=TutorialLearner)]


def losses(snapshot) -> list[float]:
    """Before the first update, while training, and after the last update."""
    points = (*snapshot.test_points, *snapshot.loss_points)
    assert len(snapshot.test_points) == 2
    return [point.loss for point in points]


def test_the_time_to_load_digits_is_a_part_of_the_tutorials_training_time(mnist):
    run = Run(mnist, Settings(batch_size=200), learner=TutorialLearner)
    run.step()
    assert 0 < run.learner.loading_seconds < run.seconds


def test_the_tutorials_way_trains_on_the_digits_it_is_given_not_on_files(tiny, monkeypatch):
    monkeypatch.setenv("MNIST_ROOT", "nowhere")
    runs = both_ways(tiny, Settings(60), budget=Budget(epochs=1))
    for run in runs:
        run.advance(60)
    in_memory, tutorial = (run.latest for run in runs)
    assert tutorial.error is None
    assert losses(in_memory) == pytest.approx(losses(tutorial), rel=1e-4)


def test_the_tutorials_way_too_may_change_its_batch_size_within_an_epoch(tiny):
    runs = both_ways(tiny, budget=Budget(epochs=1))
    for run in runs:
        for batch_size in (100, 7, 250, 300):
            run.settings = Settings(batch_size)
            run.step()
    in_memory, tutorial = (run.snapshot() for run in runs)
    assert tutorial.place.digits == 600
    tested = [[point.loss for point in one.test_points] for one in (in_memory, tutorial)]
    assert tested[0] == pytest.approx(tested[1], rel=1e-4)
