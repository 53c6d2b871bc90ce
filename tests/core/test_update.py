from __future__ import annotations

import pytest
import torch
from torch.nn.functional import cross_entropy

from mnist_core import Normalization, Run, Settings, Setup, update
from mnist_core.compiled import kernels
from mnist_core.update import Learner
from tests.core.test_model import flat, plain_network

WAYS = [
    pytest.param(True, marks=pytest.mark.skipif(kernels() is None, reason="GCC is not here")),
    False,
]


@pytest.fixture(params=WAYS, ids=["compiled", "torch"])
def way(request, monkeypatch):
    """How the updates are computed."""
    if not request.param:
        monkeypatch.setattr(update, "kernels", lambda: None)


def learner(seed: int, hidden: int = 256) -> Learner:
    generator = torch.Generator().manual_seed(seed)
    return Learner(Setup(hidden=hidden), generator, torch.device("cpu"))


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("batch_size", [1, 50, 300])
def test_100_updates_equal_torch_optim_adams(mnist, batch_size):
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
        places = torch.arange(first, first + batch_size)
        assert ours.update(mnist.train, places, 1e-3) == pytest.approx(loss.item(), abs=1e-3)
    apart = (ours.network.parameters - flat(plain.parameters())).abs()
    # Where a gradient is all but zero, its rounding alone decides on Adam's next direction.
    assert apart.mean() < 1e-6
    assert apart.max() < 1e-3


@pytest.mark.usefixtures("way")
def test_places_of_any_stride_and_width_are_the_digits_they_name(mnist):
    even, others = torch.arange(0, 200, 2), (torch.arange(200)[::2], torch.arange(0, 200, 2).int())
    loss = learner(0).update(mnist.train, even, 1e-4)
    assert [learner(0).update(mnist.train, places, 1e-4) for places in others] == [loss, loss]


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("place", [-1, 60_000])
def test_a_place_without_a_digit_is_refused_and_nothing_moves(mnist, place):
    ours = learner(0)
    before = ours.network.parameters.clone()
    with pytest.raises(IndexError):
        ours.update(mnist.train, torch.tensor([3, place]), 1e-4)
    assert ours.steps == 0
    assert torch.equal(ours.network.parameters, before)


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("batch_size", [1, 2, 3, 7, 200, 201, 1_000])
def test_the_gradient_of_an_update_equals_autograds(mnist, batch_size):
    plain, ours = plain_network(1), learner(1)
    places = torch.randperm(60_000, generator=torch.Generator().manual_seed(0))[:batch_size]
    images = Normalization()(mnist.train.images[places]).flatten(1)
    loss = cross_entropy(plain(images), mnist.train.labels[places])
    loss.backward()
    assert ours.update(mnist.train, places, 1e-4) == pytest.approx(loss.item(), rel=1e-5)
    # After one update Adam's average of the gradient is a tenth of it.
    gradient = flat(parameter.grad for parameter in plain.parameters())
    torch.testing.assert_close(ours.adam.mean * 10, gradient, rtol=1e-4, atol=1e-6)


@pytest.mark.skipif(kernels() is None, reason="GCC is not here")
@pytest.mark.parametrize("hidden", [1, 5, 13, 64])
@pytest.mark.parametrize("batch_size", [1, 5, 450])
def test_the_compiled_update_equals_torchs_at_any_width(mnist, monkeypatch, hidden, batch_size):
    compiled, plain = learner(2, hidden), learner(2, hidden)
    places = torch.arange(batch_size)
    first = compiled.update(mnist.train, places, 1e-3)
    monkeypatch.setattr(update, "kernels", lambda: None)
    assert plain.update(mnist.train, places, 1e-3) == pytest.approx(first, rel=1e-5)
    torch.testing.assert_close(compiled.adam.mean, plain.adam.mean, rtol=1e-4, atol=1e-6)
    torch.testing.assert_close(compiled.adam.mean_square, plain.adam.mean_square)


@pytest.mark.usefixtures("way")
def test_a_pass_equals_plain_torchs(mnist):
    plain, ours = plain_network(3), learner(3)
    logits = plain(Normalization()(mnist.test.images).flatten(1)).detach()
    loss, right = ours.evaluate(mnist.test)
    expected = cross_entropy(logits, mnist.test.labels, reduction="sum").item()
    assert loss == pytest.approx(expected, rel=1e-5)
    assert right == (logits.argmax(dim=1) == mnist.test.labels).sum().item()


@pytest.mark.usefixtures("way")
def test_a_loss_that_is_not_a_number_is_not_hidden(mnist):
    ours = learner(0)
    ours.network.parameters[5] = torch.nan
    assert torch.tensor(ours.update(mnist.train, torch.arange(3), 1e-4)).isnan()
    assert torch.tensor(ours.evaluate(mnist.test)[0]).isnan()


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
