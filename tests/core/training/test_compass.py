from __future__ import annotations

import pytest
import torch

from mnist_core import Run, Settings
from mnist_core.training.compass import Compass, needle_count
from mnist_core.training.noise import gradient_noise, mean_gradient
from tests.conftest import train_epochs


@pytest.fixture
def learner(tiny):
    """Of a run that has been trained a little."""
    run = Run(tiny, Settings(batch_size=20))
    train_epochs(run, 2)
    return run.copy_learner()


def drawn(compass: Compass, batch_size: int, seed: int = 0) -> Compass:
    for _piece in compass.draw(batch_size, seed):
        pass
    return compass


def test_a_needle_has_the_angle_and_the_length_of_a_batchs_gradient(tiny, learner):
    generator = torch.Generator().manual_seed(3)
    first = torch.randperm(len(tiny.train), generator=generator)[:50]
    batch, full = mean_gradient(learner, tiny.train.at(first)), mean_gradient(learner, tiny.train)
    needle = drawn(Compass(learner, tiny.train), 50, seed=3).needles.needles[0]
    assert needle.cosine == pytest.approx((batch @ full / batch.norm() / full.norm()).item())
    assert needle.length == pytest.approx((batch.norm() / full.norm()).item())


def test_the_full_batch_points_where_all_digits_do(tiny, learner):
    for needle in drawn(Compass(learner, tiny.train), 600).needles.needles:
        assert needle.degrees == pytest.approx(0, abs=0.1)
        assert needle.length == pytest.approx(1)


@pytest.mark.parametrize("batch_size", [1, 20, 200])
def test_the_mean_cosine_is_near_the_law(tiny, learner, batch_size):
    needles = drawn(Compass(learner, tiny.train), batch_size).needles
    noise = gradient_noise(learner, tiny.train)
    assert needles.noise_scale == pytest.approx(noise.noise_scale)
    law = noise.cosine(batch_size, without_repeats=True)
    assert needles.law[batch_size] == pytest.approx(law)
    mean = sum(one.cosine for one in needles.needles) / len(needles.needles)
    assert mean == pytest.approx(law, rel=0.15)


def test_a_draw_that_was_given_up_in_the_middle_of_the_full_gradient_spoils_nothing(mnist):
    learner, train = Run(mnist).copy_learner(), mnist.train.at(torch.arange(10_000))
    compass, fresh = Compass(learner, train), Compass(learner, train)
    given_up = compass.draw(10, seed=0)
    for _ in range(3):
        next(given_up)
    given_up.close()
    assert drawn(compass, 10, seed=1).needles == drawn(fresh, 10, seed=1).needles


@pytest.mark.parametrize("batch_size", [200, 5_000, 60_000])
def test_it_is_known_beforehand_how_often_a_draw_stops(mnist, batch_size):
    compass = Compass(Run(mnist).copy_learner(), mnist.train)
    pieces = compass.pieces(batch_size)
    assert sum(1 for _ in compass.draw(batch_size, seed=0)) == pieces
    assert compass.pieces(batch_size) == pieces - 30, "the gradient of all digits is kept"


def test_fewer_batches_are_drawn_of_many_digits():
    counts = [needle_count(size) for size in (1, 200, 1_000, 2_000, 10_000, 60_000)]
    assert counts == [60, 60, 60, 30, 6, 1]


def test_the_pictures_are_of_the_unit_that_matters_most_first_by_all_digits(tiny, learner):
    compass = drawn(Compass(learner, tiny.train), 10)
    by_unit = mean_gradient(learner, tiny.train)[: 256 * 784].view(256, 784)
    assert compass.pictured_unit == by_unit.norm(dim=1).argmax()
    assert compass.pictures.shape == (4, 28, 28)
    torch.testing.assert_close(compass.pictures[0].flatten(), by_unit[compass.pictured_unit])


def test_without_any_gradient_the_needles_have_no_length_and_the_noise_no_scale(tiny, learner):
    *_, output_weight, output_bias = learner.network.layers
    output_weight.zero_()
    output_bias.fill_(-1e4)
    only_sevens = type(tiny.train)(tiny.train.images, torch.full_like(tiny.train.labels, 7))
    output_bias[7] = 1e4
    needles = drawn(Compass(learner, only_sevens), 10).needles
    assert needles.noise_scale == float("inf")
    assert {(one.degrees, one.length) for one in needles.needles} <= {(90.0, 0.0)}
