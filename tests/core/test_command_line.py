from __future__ import annotations

import json

import pytest
import torch
from torchvision.datasets import MNIST

from mnist_core import Mnist
from mnist_core import __main__ as command_line
from mnist_core.__main__ import FAILED, main
from mnist_core.benchmark import libraries


@pytest.fixture
def loaded(monkeypatch, mnist):
    """Have the commands take digits that are already in memory."""
    monkeypatch.setattr(command_line, "load_mnist", lambda: mnist)


@pytest.fixture
def few_loaded(monkeypatch, tiny):
    """Have them take a few made-up ones."""
    monkeypatch.setattr(command_line, "load_mnist", lambda: tiny)


@pytest.mark.parametrize(
    ("arguments", "allowed"),
    [
        ("train --batch-size 0", "a whole number from 1 to 60000"),
        ("train --batch-size -1", "a whole number from 1 to 60000"),
        ("train --batch-size 60001", "a whole number from 1 to 60000"),
        ("train --batch-size abc", "a whole number from 1 to 60000"),
        ("train --learning-rate 0", "above 0 and at most 1"),
        ("train --learning-rate nan", "above 0 and at most 1"),
        ("train --learning-rate 1e9", "above 0 and at most 1"),
        ("train --epochs 0", "a whole number from 1 to 10000"),
        ("train --seed -1", "a whole number from 0 to 2**63 - 1"),
        ("train --order sorted", "'shuffled', 'stored'"),
        ("train --colour red", "--batch-size"),
        ("train --batch 200", "--batch-size"),
        ("benchmark --batch-sizes 0", "a whole number from 1 to 60000"),
        ("benchmark --seconds 0", "a number of seconds from 1 to 86400"),
        ("benchmark --seconds nan", "a number of seconds from 1 to 86400"),
        ("sweep --batch-sizes 0,10", "each 1 to 60000"),
        ("sweep --batch-sizes 10,10", "1 to 12 different numbers with commas between them"),
        ("sweep --batch-sizes 10;20", "1 to 12 different numbers with commas between them"),
        ("sweep --learning-rates nan", "above 0 and at most 1"),
        ("sweep --learning-rates 1e-3,2", "above 0 and at most 1"),
        ("sweep --seeds 2", "choose from 1, 3, 5"),
        ("sweep --target 0", "a number above 0 and at most 1e+06"),
        ("sweep --epochs inf", "a number above 0 and at most 10,000"),
        ("paint", "'train', 'noise', 'benchmark', 'sweep', 'handout'"),
        ("", "train | noise | benchmark | sweep | handout"),
    ],
)
def test_wrong_use_is_answered_by_one_line_and_status_2(capsys, arguments, allowed):
    with pytest.raises(SystemExit) as ended:
        main(arguments.split())
    output = capsys.readouterr()
    assert ended.value.code == 2
    assert output.out == ""
    assert len(output.err.splitlines()) == 1
    assert allowed in output.err


def test_json_gives_an_object_per_epoch_with_the_named_keys(capsys, monkeypatch, mnist):
    few = Mnist(mnist.train.at(torch.arange(6_000)), mnist.test.at(torch.arange(1_000)))
    monkeypatch.setattr(command_line, "load_mnist", lambda: few)
    status = main("train --batch-size 200 --epochs 2 --seed 1 --json".split())
    epochs = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert status == 0
    assert [epoch["epoch"] for epoch in epochs] == [0, 1]
    assert [(epoch["batch_size"], epoch["updates"]) for epoch in epochs] == [(200, 30)] * 2
    assert all(
        epoch[key] > 0
        for epoch in epochs
        for key in ("train_loss", "test_loss", "test_accuracy", "train_seconds", "test_seconds")
    )
    assert epochs[1]["test_loss"] < epochs[0]["test_loss"]


@pytest.mark.usefixtures("few_loaded")
def test_text_gives_a_line_per_epoch_as_the_tutorial_does(capsys):
    assert main("train --batch-size 60000 --epochs 2 --order stored".split()) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith("epoch 0: test loss ")
    assert second.startswith("epoch 1: test loss ")


def test_missing_digits_are_told_in_one_line(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("MNIST_ROOT", str(tmp_path))
    monkeypatch.setattr(MNIST, "mirrors", ["http://127.0.0.1:9/"])
    assert main(["train"]) == FAILED
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.splitlines()[-1].startswith("mnist_core: MNIST is incomplete")
    assert "Traceback" not in output.err


@pytest.mark.usefixtures("loaded")
def test_noise_is_printed_before_the_first_update_and_after_each_epoch(capsys):
    assert main("noise --batch-size 200 --epochs 2 --seed 0 --json".split()) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(line["epoch"], line["digits"]) for line in lines] == [
        (0, 60_000),
        (1, 60_000),
        (2, 60_000),
    ]
    # By an independent computation: 113.2, 177, 755. Rounding moves the later ones.
    scales = [line["noise_scale"] for line in lines]
    assert scales == [
        pytest.approx(113.2, abs=0.05),
        pytest.approx(177, rel=0.02),
        pytest.approx(755, rel=0.2),
    ]
    for line in lines:
        ratio = (line["per_digit_norm"] / line["gradient_norm"]) ** 2
        assert ratio - 1 == pytest.approx(line["noise_scale"])


@pytest.mark.usefixtures("few_loaded")
def test_noise_in_words_is_a_line_for_each_epoch(capsys):
    assert main("noise --epochs 1".split()) == 0
    before, after = capsys.readouterr().out.splitlines()
    assert before.startswith("after 0 epochs: noise scale ")
    assert after.startswith("after 1 epoch: noise scale ")


@pytest.mark.usefixtures("few_loaded")
def test_the_benchmark_prints_a_line_for_each_contender_and_size_also_beside_a_busy_core(capsys):
    assert main("benchmark --busy --batch-sizes 200 --seconds 1".split()) == 0
    text = capsys.readouterr().out
    assert "GFLOP/s here: the peak" in text
    ours, rival = (line.split() for line in text.splitlines() if line.startswith("       200"))
    assert ours[1:3] == ["in", "memory"]
    assert rival[1:3] == ["the", "tutorial’s"]


@pytest.mark.usefixtures("few_loaded")
def test_the_benchmarks_json_is_an_object_for_each_measurement_of_what_is_installed(
    capsys, monkeypatch
):
    monkeypatch.setattr(libraries, "_is_installed", lambda _package: False)
    assert main("benchmark --batch-sizes 600 --seconds 1 --peers --json".split()) == 0
    captured = capsys.readouterr()
    assert "not installed here, and so left out: jax, keras, scikit-learn" in captured.err
    ours, rival = map(json.loads, captured.out.splitlines())
    assert (ours["batch_size"], ours["repeats"]) == (600, 3)
    assert ours["lowest"] <= ours["seconds_per_epoch"] <= ours["highest"]
    ratio = rival["seconds_per_epoch"] / ours["seconds_per_epoch"]
    assert ours["ratio_to_tutorial"] == rival["ratio"] == pytest.approx(ratio)
    assert ours["ratio"] == 1
    # A multiplication and an addition for each weight, once forward and once back to it,
    # and for the output layer's once more.
    operations = 600 * 2 * (2 * 784 * 256 + 3 * 256 * 10)
    assert ours["gigaflops"] == pytest.approx(operations / ours["seconds_per_epoch"] / 1e9)
    assert {"processor", "threads", "torch", "peak_gigaflops"} <= ours.keys()


@pytest.mark.parametrize("peer", libraries.peers()[0], ids=lambda peer: peer.name)
def test_a_peer_that_is_installed_trains_by_updates(mnist, peer):
    train = peer.start(mnist, 1_000)
    train(2)
    assert train(2) > 0
