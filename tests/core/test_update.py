from __future__ import annotations

import pytest
import torch
from torch.nn.functional import cross_entropy

from mnist_core import Normalization, Run, Settings, Setup
from mnist_core.update import Learner
from tests.core.test_model import flat, plain_network


@pytest.mark.parametrize("batch_size", [1, 50])
def test_100_updates_equal_torch_optim_adams(mnist, batch_size):
    plain = plain_network(4)
    optimizer = torch.optim.Adam(plain.parameters(), lr=1e-3)
    learner = Learner(Setup(), torch.Generator().manual_seed(4), torch.device("cpu"))
    for first in range(0, 100 * batch_size, batch_size):
        images = mnist.train.images[first : first + batch_size]
        labels = mnist.train.labels[first : first + batch_size]
        loss = cross_entropy(plain(Normalization()(images).flatten(1)), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        assert learner.update(images, labels, 1e-3) == pytest.approx(loss.item(), abs=1e-3)
    apart = (learner.network.parameters - flat(plain.parameters())).abs()
    # Where a gradient is all but zero, its rounding alone decides on Adam's next direction.
    assert apart.mean() < 1e-6
    assert apart.max() < 1e-3


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
