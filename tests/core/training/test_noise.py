from __future__ import annotations

import pytest
import torch
from torch.nn.functional import cross_entropy

from mnist_core import Digits, Mnist, Run, Settings, Setup
from mnist_core.training.noise import GradientNoise, gradient_noise, mean_gradient
from tests.conftest import made_up, train_epochs


@pytest.fixture(scope="module")
def tiny() -> Mnist:
    """Made but once for these tests, which leave it as it is, and so is what is computed of it."""
    return made_up(training=300, test=100)


@pytest.fixture(scope="module")
def learner(tiny):
    """Of a run that has been trained a little."""
    run = Run(tiny, Settings(batch_size=20), Setup(seed=1))
    train_epochs(run, 2)
    return run.learner


def by_autograd(learner, digits: Digits) -> torch.Tensor:
    """Each digit's gradient, a row."""
    network = type(learner.network)(learner.network.parameters.clone().requires_grad_())
    rows = []
    for image, label in zip(digits.images, digits.labels, strict=True):
        inputs = learner.normalization(image).flatten()
        loss = cross_entropy(network.activations(inputs)[1], label)
        rows.append(torch.autograd.grad(loss, network.parameters)[0].double())
    return torch.stack(rows)


def test_the_noise_is_that_of_gradients_computed_digit_by_digit(tiny, learner):
    gradients = by_autograd(learner, tiny.test)
    centre = gradients.mean(dim=0)
    noise = gradient_noise(learner, tiny.test)
    assert noise.digits == len(tiny.test)
    assert noise.squared_mean == pytest.approx((centre @ centre).item(), rel=1e-5)
    assert noise.mean_square == pytest.approx(gradients.square().sum(1).mean().item(), rel=1e-5)
    trace = (gradients - centre).square().sum(dim=1).mean().item()
    assert noise.noise_scale == pytest.approx(trace / (centre @ centre).item(), rel=1e-5)
    torch.testing.assert_close(mean_gradient(learner, tiny.test), centre, rtol=1e-4, atol=1e-7)


@pytest.fixture(scope="module")
def products(tiny, learner):
    """Of each training digit's gradient with each other's: all that lengths and angles need."""
    gradients = by_autograd(learner, tiny.train)
    return gradients @ gradients.T


@pytest.mark.parametrize("batch_size", [1, 10, 100])
def test_the_law_gives_the_gradients_of_2000_sampled_batches(tiny, learner, products, batch_size):
    noise = gradient_noise(learner, tiny.train)
    generator = torch.Generator().manual_seed(0)
    drawn = torch.rand(2_000, len(tiny.train), generator=generator).argsort(dim=1)[:, :batch_size]
    shares = torch.zeros(2_000, len(tiny.train), dtype=torch.float64)
    shares.scatter_(1, drawn, 1 / batch_size)
    squares = (shares @ products * shares).sum(dim=1)
    law = noise.expected_square(batch_size, without_repeats=True)
    assert squares.mean().item() == pytest.approx(law, rel=0.03)
    cosines = (shares @ products).mean(dim=1) / squares.sqrt() / noise.gradient_norm
    law = noise.cosine(batch_size, without_repeats=True)
    assert cosines.mean().item() == pytest.approx(law, rel=0.03)


def test_the_larger_a_batch_the_closer_it_points_to_the_gradient_of_all():
    noise = GradientNoise(60_000, squared_mean=1.0, mean_square=901.0)
    assert noise.noise_scale == 900
    assert noise.expected_square(900) == 2
    assert noise.expected_square(60_000, without_repeats=True) == 1
    angles = [torch.rad2deg(torch.tensor(noise.cosine(size)).acos()).item() for size in (1, 900)]
    assert angles == [pytest.approx(88.1, abs=0.05), pytest.approx(45)]


def test_without_any_gradient_there_is_nothing_but_noise():
    assert GradientNoise(10, squared_mean=0.0, mean_square=1.0).noise_scale == float("inf")
    assert GradientNoise(10, squared_mean=0.0, mean_square=0.0).cosine(5) == 0


def test_the_untrained_networks_noise_is_that_of_an_independent_computation(mnist):
    learner = Run(mnist).learner
    assert gradient_noise(learner, mnist.train).noise_scale == pytest.approx(113.2, abs=0.05)
    assert gradient_noise(learner, mnist.test).noise_scale == pytest.approx(106.1, abs=0.05)
