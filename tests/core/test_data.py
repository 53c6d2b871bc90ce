from __future__ import annotations

import functools
import http.server
import shutil
import threading
from pathlib import Path

import pytest
import torch
from torchvision import transforms
from torchvision.datasets import MNIST

from mnist_core import MnistUnavailableError, Normalization, load_mnist, missing_files, mnist_root
from mnist_core.data import ARCHIVES


def test_there_are_60000_training_and_10000_test_digits(mnist):
    assert (len(mnist.train), len(mnist.test)) == (60_000, 10_000)
    assert mnist.train.images.shape == (60_000, 28, 28)
    assert mnist.train.labels.dtype == torch.int64


def test_the_seventh_row_of_training_digit_0_is_the_tutorials(mnist):
    row = mnist.train.images[0, 6].float() / 255
    middle = (
        "0.1176 0.1412 0.3686 0.6039 0.6667 0.9922 0.9922 0.9922 0.9922 0.9922 0.8824 0.6745 "
        "0.9922 0.9490 0.7647 0.2510"
    )
    expected = ["0.0000"] * 8 + middle.split() + ["0.0000"] * 4
    assert [f"{value:.4f}" for value in row] == expected
    assert mnist.train.labels[0] == 5


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


@pytest.mark.parametrize(("mean", "std"), [(0.5, 0), (0.5, -1), (0.5, float("nan"))])
def test_a_deviation_that_cannot_divide_is_refused_with_the_reason(mean, std):
    with pytest.raises(ValueError, match="above 0, since every pixel is divided by it"):
        Normalization(mean, std)


def test_a_mean_that_is_no_number_is_refused():
    with pytest.raises(ValueError, match="finite number"):
        Normalization(float("inf"), 1)


def test_mnist_root_is_the_environments_where_it_names_one(monkeypatch, tmp_path):
    monkeypatch.setenv("MNIST_ROOT", str(tmp_path))
    assert mnist_root() == tmp_path
    monkeypatch.setenv("MNIST_ROOT", "")
    assert mnist_root() == Path(__file__).parents[2] / "data"


def test_the_committed_archives_are_complete():
    raw = mnist_root() / "MNIST" / "raw"
    assert all((raw / name).is_file() for name in ARCHIVES)


def test_missing_archives_are_downloaded(tmp_path, monkeypatch, served_archives):
    monkeypatch.setattr(MNIST, "mirrors", [served_archives])
    assert missing_files(tmp_path) == list(ARCHIVES)
    assert len(load_mnist(tmp_path).train) == 60_000
    assert missing_files(tmp_path) == []


def test_what_cannot_be_downloaded_is_named_with_the_remedy(tmp_path, monkeypatch):
    monkeypatch.setattr(MNIST, "mirrors", ["http://127.0.0.1:9/"])
    with pytest.raises(MnistUnavailableError) as refused:
        load_mnist(tmp_path)
    assert all(name in str(refused.value) for name in (*ARCHIVES, str(tmp_path), "MNIST_ROOT"))


def test_a_damaged_archive_that_cannot_be_downloaded_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(MNIST, "mirrors", ["http://127.0.0.1:9/"])
    raw = tmp_path / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for name in ARCHIVES:
        shutil.copy(mnist_root() / "MNIST" / "raw" / name, raw)
    cut = raw / ARCHIVES[2]
    cut.write_bytes(cut.read_bytes()[:1000])
    with pytest.raises(MnistUnavailableError) as refused:
        load_mnist(tmp_path)
    assert f"Damaged in {raw}: {ARCHIVES[2]}, and downloading did not work" in str(refused.value)
    assert "Replace it" in str(refused.value)


def test_files_that_hold_other_digits_are_refused(tmp_path):
    raw = tmp_path / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for name in ARCHIVES:
        shutil.copy(mnist_root() / "MNIST" / "raw" / name, raw)
    load_mnist(tmp_path)
    shutil.copy(raw / "t10k-images-idx3-ubyte", raw / "train-images-idx3-ubyte")
    shutil.copy(raw / "t10k-labels-idx1-ubyte", raw / "train-labels-idx1-ubyte")
    with pytest.raises(MnistUnavailableError, match="does not hold MNIST's 60,000 training digits"):
        load_mnist(tmp_path)


@pytest.fixture
def served_archives():
    """The address of a web server on this machine that serves the committed archives."""
    folder = str(mnist_root() / "MNIST" / "raw")
    handler = functools.partial(_Quiet, directory=folder)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass
