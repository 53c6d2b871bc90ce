from __future__ import annotations

import pytest
import torch
from torchvision import transforms

from mnist_core import Normalization


def test_the_same_row_normalized_is_the_tutorials(mnist):
    row = Normalization()(mnist.train.images[0, 6])
    middle = (
        "-0.7647 -0.7176 -0.2627 0.2078 0.3333 0.9843 0.9843 0.9843 0.9843 0.9843 0.7647 0.3490 "
        "0.9843 0.8980 0.5294 -0.4980"
    )
    expected = ["-1.0000"] * 8 + middle.split() + ["-1.0000"] * 4
    assert [f"{value:.4f}" for value in row] == expected


def test_normalization_equals_torchvisions_bit_for_bit(mnist):
    way = transforms.Compose([transforms.ToTensor(), transforms.Normalize((0.1307,), (0.3081,))])
    theirs = torch.stack([way(image.numpy()) for image in mnist.test.images[:50]])
    assert torch.equal(Normalization(0.1307, 0.3081)(mnist.test.images[:50]), theirs.squeeze(1))


def test_normalization_leaves_the_bytes_alone_and_can_be_inverted(mnist):
    images = mnist.test.images[:10]
    before = images.clone()
    normalization = Normalization(0.1307, 0.3081)
    assert torch.allclose(
        normalization.invert(normalization(images)), images.float() / 255, atol=1e-6
    )
    assert torch.equal(images, before)


def test_mnists_own_mean_and_deviation_are_computed_from_its_pixels(mnist):
    own = Normalization.of(mnist.train.images)
    assert (round(own.mean, 4), round(own.std, 4)) == (0.1307, 0.3081)


@pytest.mark.parametrize("std", [0, -1, float("nan"), 1e-40, 1e40, float("inf")])
def test_a_deviation_that_cannot_divide_is_refused_with_the_reason(std):
    with pytest.raises(ValueError, match="to 1,000, since every pixel is divided by it"):
        Normalization(0.5, std)


@pytest.mark.parametrize("mean", [float("inf"), float("nan"), -1e9])
def test_a_mean_that_is_no_number_or_too_large_is_refused(mean):
    with pytest.raises(ValueError, match="the mean must be from -1,000 to 1,000"):
        Normalization(mean, 1)
