from __future__ import annotations

import shutil

import torch
from torchvision import datasets

from mnist_core import mnist_root


def test_there_are_60000_training_and_10000_test_digits(mnist):
    assert (len(mnist.train), len(mnist.test)) == (60_000, 10_000)
    assert mnist.train.images.shape == (60_000, 28, 28)
    assert mnist.train.labels.dtype == torch.int64


def test_they_are_the_digits_that_torchvision_reads(mnist, tmp_path):
    # From a copy: torchvision unpacks the archives beside them.
    shutil.copytree(mnist_root() / "MNIST", tmp_path / "MNIST")
    for digits, train in ((mnist.train, True), (mnist.test, False)):
        theirs = datasets.MNIST(tmp_path, train=train, download=True)
        assert torch.equal(digits.images, theirs.data)
        assert torch.equal(digits.labels, theirs.targets)


def test_the_seventh_row_of_training_digit_0_is_the_tutorials(mnist):
    row = mnist.train.images[0, 6].float() / 255
    middle = (
        "0.1176 0.1412 0.3686 0.6039 0.6667 0.9922 0.9922 0.9922 0.9922 0.9922 0.8824 0.6745 "
        "0.9922 0.9490 0.7647 0.2510"
    )
    expected = ["0.0000"] * 8 + middle.split() + ["0.0000"] * 4
    assert [f"{value:.4f}" for value in row] == expected
    assert mnist.train.labels[0] == 5
