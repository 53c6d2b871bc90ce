from __future__ import annotations

import copy

import pytest
import torch

from mnist_core import Mnist, Run, Settings
from mnist_core.training.bench import Bench
from mnist_core.training.noise import mean_gradient
from tests.conftest import train_epochs


@pytest.fixture
def run(tiny):
    """Trained a little, so that Adam remembers gradients."""
    run = Run(tiny, Settings(batch_size=100))
    train_epochs(run, 2)
    return run


def finished(bench: Bench, sizes: tuple[int, ...], trials: int) -> Bench:
    for _step in bench.try_sizes(sizes, trials):
        pass
    return bench


def test_trials_leave_the_run_and_the_copy_that_they_begin_from_as_they_were(run, tiny):
    learner = run.copy_learner()
    before = learner.network.parameters.clone()
    finished(Bench(learner, tiny, 0.01), (1, 100), 2)
    assert torch.equal(learner.network.parameters, before)
    assert torch.equal(run.learner.network.parameters, before)
    assert learner.steps == run.learner.steps == 12


def test_every_trial_begins_with_the_same_weights_and_the_same_state_of_adam(run, tiny):
    trials = finished(Bench(run.copy_learner(), tiny, 0.001), (600,), 3).trials
    one, *others = trials
    for other in others:  # the same 600 digits in another order: only rounding differs
        assert other.batch_loss == pytest.approx(one.batch_loss)
        assert other.step_length == pytest.approx(one.step_length, rel=1e-4)
        assert other.test_loss_after == pytest.approx(one.test_loss_after)


def test_a_trial_is_one_update_measured_before_and_after(run, tiny):
    (trial,) = finished(Bench(run.copy_learner(), tiny, 0.001), (600,), 1).trials
    learner = copy.deepcopy(run.learner)
    assert trial.test_loss_before == learner.evaluate(tiny.test)[0]
    assert trial.gradient_norm == pytest.approx(mean_gradient(learner, tiny.train).norm().item())
    before = learner.network.parameters.clone()
    loss = learner.update(tiny.train, torch.arange(600), 0.001)
    assert trial.batch_loss == pytest.approx(loss)
    step = (learner.network.parameters - before).norm().item()
    assert trial.step_length == pytest.approx(step, rel=1e-4)
    after = learner.evaluate(tiny.test)[0]
    assert trial.test_loss_after == pytest.approx(after)
    assert trial.change == pytest.approx(after - trial.test_loss_before, abs=1e-3)


def test_each_size_gets_as_many_trials_each_on_other_digits(run, tiny):
    trials = finished(Bench(run.copy_learner(), tiny, 0.001), (1, 100), 20).trials
    for size in (1, 100):
        losses = [trial.batch_loss for trial in trials if trial.digits == size]
        assert len(losses) == 20
        assert len(set(losses)) > 10


def test_a_seed_gives_the_same_trials_and_another_one_others(run, tiny):
    def changes(seed: int) -> list[float]:
        bench = Bench(run.copy_learner(), tiny, 0.001, seed)
        return [trial.batch_loss for trial in finished(bench, (10,), 3).trials]

    assert changes(1) == changes(1) != changes(2)


def test_on_mnist_the_effect_of_few_digits_is_more_a_matter_of_luck(mnist):
    mnist = Mnist(mnist.train, mnist.test.at(torch.arange(0, 10_000, 10)))
    run = Run(mnist)
    for _ in range(300):
        run.step()
    trials = finished(Bench(run.copy_learner(), mnist, 1e-4), (1, 200), 10).trials
    spread = {
        size: torch.tensor([one.change for one in trials if one.digits == size]).std().item()
        for size in (1, 200)
    }
    assert spread[1] > 2 * spread[200]
