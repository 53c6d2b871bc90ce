from __future__ import annotations

import copy
import math
import weakref

import numpy as np
import pytest
import torch
from torch.nn.functional import cross_entropy

from mnist_core import Normalization, Run, Settings, Setup
from mnist_core.training.learner import AutogradLearner, CompiledLearner, untrained
from mnist_core.training.network import Network
from tests.core.training.plain import flat, plain_network

CPU = torch.device("cpu")

CPU = torch.device("cpu")


@pytest.fixture(params=[CompiledLearner, AutogradLearner])
def learner(request):
    """A learner of one kind, for a seed."""

    def make(seed: int) -> CompiledLearner | AutogradLearner:
        return request.param(Setup(), first_parameters(seed), CPU)

    return make


def first_parameters(seed: int) -> torch.Tensor:
    return Network.first_parameters(torch.Generator().manual_seed(seed))


def random_indices(count: int) -> torch.Tensor:
    return torch.randperm(60_000, generator=torch.Generator().manual_seed(0))[:count]


@pytest.mark.parametrize("batch_size", [1, 50, 300])
def test_100_updates_equal_torch_optim_adams(mnist, learner, batch_size):
    plain = plain_network(4)
    optimizer = torch.optim.Adam(plain.parameters(), lr=1e-3)
    ours = learner(4)
    for first in range(0, 100 * batch_size, batch_size):
        images = mnist.train.images[first : first + batch_size]
        labels = mnist.train.labels[first : first + batch_size]
        loss = cross_entropy(plain(Normalization()(images).flatten(1)), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        indices = torch.arange(first, first + batch_size)
        assert ours.update(mnist.train, indices, 1e-3) == pytest.approx(loss.item(), abs=1e-3)
    apart = (ours.network.parameters - flat(plain.parameters())).abs()
    # Where a gradient is all but zero, its rounding alone decides on Adam's next direction.
    assert apart.mean() < 1e-6
    assert apart.max() < 1e-3


def test_indices_of_any_stride_and_width_are_the_digits_they_name(mnist, learner):
    even, others = torch.arange(0, 200, 2), (torch.arange(200)[::2], torch.arange(0, 200, 2).int())
    loss = learner(0).update(mnist.train, even, 1e-4)
    assert [learner(0).update(mnist.train, indices, 1e-4) for indices in others] == [loss, loss]


@pytest.mark.parametrize("index", [-1, 60_000])
def test_an_index_without_a_digit_is_refused_and_nothing_moves(mnist, learner, index):
    ours = learner(0)
    before = ours.network.parameters.clone()
    with pytest.raises(IndexError):
        ours.update(mnist.train, torch.tensor([3, index]), 1e-4)
    assert ours.steps == 0
    assert torch.equal(ours.network.parameters, before)


@pytest.mark.parametrize("batch_size", [1, 2, 3, 5, 7, 8, 9, 200, 201, 1_003])
def test_the_gradient_of_a_compiled_update_equals_autograds(mnist, batch_size):
    plain, ours = plain_network(1), CompiledLearner(Setup(), first_parameters(1), CPU)
    indices = random_indices(batch_size)
    images = Normalization()(mnist.train.images[indices]).flatten(1)
    loss = cross_entropy(plain(images), mnist.train.labels[indices])
    loss.backward()
    assert ours.update(mnist.train, indices, 1e-4) == pytest.approx(loss.item(), rel=1e-5)
    # After one update Adam's average of the gradient is a tenth of it.
    gradient = flat(parameter.grad for parameter in plain.parameters())
    torch.testing.assert_close(ours.mean_gradient * 10, gradient, rtol=1e-4, atol=1e-6)
    torch.testing.assert_close(ours.mean_square * 1_000, gradient**2, rtol=1e-3, atol=1e-9)


def test_loss_and_slope_of_a_compiled_update_equal_a_computation_without_torch(mnist):
    parameters = first_parameters(2)
    ours = CompiledLearner(Setup(), parameters, CPU)
    loss = ours.update(mnist.train, torch.arange(20), 1e-4)
    weights = parameters.double().numpy()
    direction = np.random.default_rng(0).standard_normal(len(weights))
    pixels = Normalization()(mnist.train.images[:20]).flatten(1).double().numpy()
    truth = mnist.train.labels[:20].numpy()

    def loss_at(distance: float) -> float:
        return numpy_loss(weights + distance * direction, pixels, truth)

    slope = (loss_at(1e-6) - loss_at(-1e-6)) / 2e-6
    assert np.isclose(loss, loss_at(0), rtol=1e-6)
    assert np.isclose(10 * ours.mean_gradient.double().numpy() @ direction, slope, rtol=1e-4)


def numpy_loss(weights: np.ndarray, pixels: np.ndarray, labels: np.ndarray) -> float:
    parts = np.split(weights, np.cumsum([256 * 784, 256, 10 * 256]))
    hidden = pixels @ parts[0].reshape(256, 784).T + parts[1]
    logits = np.where(hidden > 0, hidden, 0.1 * hidden) @ parts[2].reshape(10, 256).T + parts[3]
    probabilities = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    return -np.log(probabilities[np.arange(len(labels)), labels]).mean()


def test_the_loss_stays_finite_where_a_probability_underflows(mnist, learner):
    ours = learner(0)
    with torch.no_grad():
        ours.network.layers[-1][0] = 1e4
    loss = ours.update(mnist.train, torch.arange(5), 1e-4)
    assert 1_000 < loss < math.inf
    assert torch.isfinite(ours.network.parameters).all()


@pytest.mark.parametrize("count", [1, 10_000])
def test_a_pass_equals_plain_torchs(mnist, learner, count):
    plain, ours = plain_network(3), learner(3)
    digits = mnist.test.at(torch.arange(count))
    logits = plain(Normalization()(digits.images).flatten(1)).detach()
    loss, right = ours.evaluate(digits)
    expected = cross_entropy(logits, digits.labels, reduction="sum").item()
    assert loss == pytest.approx(expected, rel=1e-5)
    assert right == (logits.argmax(dim=1) == digits.labels).sum().item()


def test_losses_are_plain_numbers(mnist, learner):
    ours = learner(0)
    loss, (total, right) = (
        ours.update(mnist.train, torch.arange(3), 1e-4),
        ours.evaluate(mnist.test),
    )
    assert (type(loss), type(total), type(right)) == (float, float, int)


def test_digits_that_were_examined_once_are_not_kept_for_ever(mnist, learner):
    ours, seen = learner(0), []
    for _ in range(6):
        digits = mnist.test.at(torch.arange(3))
        seen.append(weakref.ref(digits))
        ours.evaluate(digits)
    del digits
    assert sum(one() is not None for one in seen) <= 2


def test_a_pass_moves_nothing(mnist, learner):
    ours = learner(3)
    before = ours.network.parameters.clone()
    ours.evaluate(mnist.test)
    assert torch.equal(ours.network.parameters, before)


def test_a_loss_that_is_not_a_number_is_not_hidden(mnist, learner):
    ours = learner(0)
    with torch.no_grad():
        ours.network.parameters[5] = torch.nan
    assert torch.tensor(ours.update(mnist.train, torch.arange(3), 1e-4)).isnan()
    assert torch.tensor(ours.evaluate(mnist.test)[0]).isnan()


def test_a_copied_learner_goes_on_alike_and_touches_the_first_no_more(mnist, learner):
    first = learner(0)
    first.update(mnist.train, torch.arange(9), 1e-3)
    second = copy.deepcopy(first)
    losses = [one.update(mnist.train, torch.arange(9, 20), 1e-3) for one in (first, second)]
    assert losses[0] == losses[1]
    assert torch.equal(first.network.parameters, second.network.parameters)
    before = first.network.parameters.clone()
    second.update(mnist.train, torch.arange(3), 1e-3)
    assert torch.equal(first.network.parameters, before)


def test_one_batch_of_the_whole_set_equals_one_plain_gradient_step(mnist):
    plain = plain_network(0)
    optimizer = torch.optim.Adam(plain.parameters(), lr=1e-4)
    images = Normalization()(mnist.train.images).flatten(1)
    cross_entropy(plain(images), mnist.train.labels).backward()
    optimizer.step()
    run = Run(mnist, Settings(batch_size=60_000), Setup(seed=0))
    run.step()
    (epoch,) = run.snapshot().epochs
    assert epoch.updates == 1
    test_images = mnist.test.images[:1_000]
    expected = plain(Normalization()(test_images).flatten(1)).softmax(dim=1)
    torch.testing.assert_close(run.predict(test_images), expected.detach(), rtol=1e-3, atol=1e-5)


def test_torch_itself_computes_in_one_thread():
    assert torch.get_num_threads() == 1


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device is here")
def test_on_a_gpu_updates_and_passes_equal_the_cpus(mnist):
    gpu, cpu = (untrained(Setup(), device) for device in (torch.device("cuda"), CPU))
    there = mnist.to(torch.device("cuda"))
    for batch_size in (1, 50, 300):
        indices = random_indices(batch_size)
        loss = gpu.update(there.train, indices.to(there.device), 1e-3)
        assert loss == pytest.approx(cpu.update(mnist.train, indices, 1e-3), rel=1e-3)
    assert gpu.evaluate(there.test)[0] == pytest.approx(cpu.evaluate(mnist.test)[0], rel=1e-3)
    images = mnist.test.images[:100]
    torch.testing.assert_close(
        gpu.probabilities(images), cpu.probabilities(images), rtol=1e-2, atol=1e-4
    )
