from __future__ import annotations

import torch

from mnist_core import Network, Normalization
from tests.core.training.plain import flat, plain_network


def network(seed: int) -> Network:
    return Network(Network.first_parameters(torch.Generator().manual_seed(seed)))


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


def test_activations_equal_those_of_plain_modules(mnist):
    images, _labels = batch(mnist, 7)
    hidden, logits = network(1).activations(images)
    plain = plain_network(1)
    torch.testing.assert_close(logits, plain(images).detach())
    torch.testing.assert_close(hidden, plain[:2](images).detach())
