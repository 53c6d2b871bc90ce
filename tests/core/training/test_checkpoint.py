"""A run that goes on from a checkpoint is the run that was never interrupted."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from mnist_core import Run, Settings, Setup
from mnist_core.training.checkpoint import checkpoint, restored
from mnist_core.training.learner import AutogradLearner, CompiledLearner
from mnist_core.training.tutorial import TutorialLearner


def bits(run: Run) -> tuple:
    """All of a run that does not depend on the time."""
    snapshot = run.snapshot()
    records = (
        [
            (one.place.updates, one.loss, one.accuracy, one.batch_sizes)
            for one in snapshot.test_points
        ],
        [(one.epoch, one.train_loss, one.updates, one.batch_sizes) for one in snapshot.epochs],
        [(one.place.digits, one.loss, one.digits) for one in snapshot.loss_points],
        [(one.place.updates, one.before, one.after) for one in snapshot.changes],
        replace(snapshot.so_far, train_seconds=0),
        snapshot.settings,
        snapshot.setup,
    )
    learner = run.learner
    weights = learner.network.parameters.detach().numpy().tobytes()
    return records, weights, learner.steps, run.sampler.cursor, run.sampler.order.tolist()


def train(run: Run, *sizes: int) -> None:
    for size in sizes:
        run.settings = Settings(size)
        for _ in range(6):
            run.step()


@pytest.mark.parametrize("learner", [CompiledLearner, AutogradLearner, TutorialLearner])
def test_from_a_checkpoint_it_goes_on_bit_for_bit_over_epochs_and_changes(tiny, learner):
    run = Run(tiny, setup=Setup(seed=3), learner=learner)
    train(run, 7, 50)
    again = restored(checkpoint(run), tiny)
    assert bits(again) == bits(run)
    for one in (run, again):
        train(one, 50, 33, 200, 33)
    assert len(run.snapshot().epochs) > 2
    assert bits(again) == bits(run)


def test_a_checkpoint_holds_no_digits_and_is_not_moved_by_what_comes_after(mnist):
    run = Run(mnist, Settings(200))
    run.step()
    written, before = checkpoint(run), bits(run)
    assert len(written) < 5e6
    run.step()
    assert bits(restored(written, mnist)) == before != bits(run)


def test_adams_averages_and_the_random_state_are_in_it(tiny):
    run = Run(tiny, Settings(100))
    train(run, 100)
    again = restored(checkpoint(run), tiny)
    assert torch.equal(again.learner.mean_gradient, run.learner.mean_gradient)
    assert torch.equal(again.learner.mean_square, run.learner.mean_square)
    for one in (run, again):
        one.sampler.order = one.sampler.order[:0]
        one.sampler.cursor = 0
        one.step()
    assert torch.equal(again.sampler.order, run.sampler.order)
