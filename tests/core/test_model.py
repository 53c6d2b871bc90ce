from __future__ import annotations

import numpy as np
import torch
from torch import nn
from torch.nn.functional import cross_entropy

from mnist_core import Network, Normalization


def plain_network(seed: int) -> nn.Sequential:
    """The same network as anyone would write it."""
    torch.manual_seed(seed)
    return nn.Sequential(nn.Linear(784, 256), nn.LeakyReLU(0.1), nn.Linear(256, 10))


def network(seed: int) -> Network:
    return Network(generator=torch.Generator().manual_seed(seed))


def flat(tensors) -> torch.Tensor:
    return torch.cat([tensor.detach().flatten() for tensor in tensors])


def batch(mnist, count: int) -> tuple[torch.Tensor, torch.Tensor]:
    return Normalization()(mnist.train.images[:count]).flatten(1), mnist.train.labels[:count]


def test_it_has_the_tutorials_203530_parameters():
    assert network(0).parameters.shape == (203_530,)


def test_first_weights_are_those_of_torch_manual_seed():
    assert torch.equal(network(3).parameters, flat(plain_network(3).parameters()))


def test_making_a_network_leaves_the_shared_random_state_alone():
    before = torch.get_rng_state()
    network(0)
    assert torch.equal(torch.get_rng_state(), before)


def test_loss_and_gradient_equal_autograds(mnist):
    for count in (1, 7, 200):
        images, labels = batch(mnist, count)
        plain, written = plain_network(1), network(1)
        loss = cross_entropy(plain(images), labels)
        loss.backward()
        torch.testing.assert_close(written.loss_and_gradient(images, labels), loss.detach())
        torch.testing.assert_close(
            written.gradient, flat(p.grad for p in plain.parameters()), rtol=1e-4, atol=1e-6
        )


def test_loss_and_slope_equal_a_computation_without_torch(mnist):
    images, labels = batch(mnist, 20)
    written = network(2)
    loss = written.loss_and_gradient(images, labels).item()
    weights = written.parameters.double().numpy()
    direction = np.random.default_rng(0).standard_normal(len(weights))
    pixels, truth = images.double().numpy(), labels.numpy()

    def loss_at(distance: float) -> float:
        return numpy_loss(weights + distance * direction, pixels, truth)

    slope = (loss_at(1e-6) - loss_at(-1e-6)) / 2e-6
    assert np.isclose(loss, loss_at(0), rtol=1e-6)
    assert np.isclose(written.gradient.double().numpy() @ direction, slope, rtol=1e-4)


def numpy_loss(weights: np.ndarray, pixels: np.ndarray, labels: np.ndarray) -> float:
    parts = np.split(weights, np.cumsum([256 * 784, 256, 10 * 256]))
    hidden = pixels @ parts[0].reshape(256, 784).T + parts[1]
    logits = np.where(hidden > 0, hidden, 0.1 * hidden) @ parts[2].reshape(10, 256).T + parts[3]
    probabilities = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    return -np.log(probabilities[np.arange(len(labels)), labels]).mean()


def test_the_loss_stays_finite_where_a_probability_underflows():
    written = network(0)
    written.output_bias[0] = 1e4
    loss = written.loss_and_gradient(torch.zeros(1, 784), torch.tensor([1]))
    assert torch.isfinite(loss)
    assert torch.isfinite(written.gradient).all()
