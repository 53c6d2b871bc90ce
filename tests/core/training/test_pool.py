from __future__ import annotations

import os
import threading

import pytest
import torch

from mnist_core import Run, Settings
from mnist_core.training import learner
from mnist_core.training.fast.pool import Pool
from tests.conftest import train_epochs, wait_until


def parameters_after(mnist, threads: int, monkeypatch, *batch_sizes: int) -> torch.Tensor:
    monkeypatch.setattr(learner, "POOL", Pool(threads))
    run = Run(mnist)
    for batch_size in batch_sizes:
        run.settings = Settings(batch_size=batch_size)
        for _ in range(10):
            run.step()
    return run.copy_learner().network.parameters


def test_however_many_threads_there_are_no_bit_is_another(tiny, monkeypatch):
    sizes = 1, 7, 33, 200, 450, 600
    alone = parameters_after(tiny, 1, monkeypatch, *sizes)
    for threads in (2, 3, 8):
        assert torch.equal(parameters_after(tiny, threads, monkeypatch, *sizes), alone)


def test_a_pass_has_the_same_sum_however_many_threads_there_are(mnist, monkeypatch):
    run = Run(mnist)
    losses = set()
    for threads in (1, 2, 5):
        monkeypatch.setattr(learner, "POOL", Pool(threads))
        copied = run.copy_learner()
        copied.helped = True
        losses.add(copied.evaluate(mnist.test))
    assert len(losses) == 1


def test_two_that_train_at_once_do_not_disturb_each_other(tiny):
    alone, together = Run(tiny, Settings(7)), [Run(tiny, Settings(7)) for _ in range(2)]
    train_epochs(alone, 4)
    threads = [threading.Thread(target=train_epochs, args=(run, 4)) for run in together]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    expected = alone.copy_learner().network.parameters
    for run in together:
        assert torch.equal(run.copy_learner().network.parameters, expected)


def test_a_page_computes_in_its_own_thread_alone(tiny, monkeypatch):
    monkeypatch.setattr(learner, "POOL", Pool(2))
    run, before = Run(tiny), helper_threads()
    run.copy_learner().evaluate(tiny.test)
    run.predict(tiny.test.images)
    assert helper_threads() == before
    run.step()
    assert len(helper_threads()) == len(before) + 1


def test_a_thread_that_trains_takes_what_is_too_small_to_matter_for_0(tiny):
    if not torch.set_flush_denormal(False):
        pytest.skip("this processor can't be asked to")
    rounded = []

    def train_and_divide() -> None:
        rounded.append(float(torch.tensor([1e-38]) / 10))
        Run(tiny).step()
        rounded.append(float(torch.tensor([1e-38]) / 10))

    one = threading.Thread(target=train_and_divide)
    one.start()
    one.join()
    assert rounded[0] > rounded[1] == 0


def test_helpers_sleep_soon_when_there_is_nothing_to_do(tiny, monkeypatch):
    monkeypatch.setattr(learner, "POOL", Pool(3))
    Run(tiny, Settings(600)).step()
    wait_until(lambda: not learner.POOL.awake)


def helper_threads() -> set[threading.Thread]:
    return {one for one in threading.enumerate() if one.name.startswith("mnist-helper")}


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="only Linux tells")
def test_there_is_a_thread_for_each_core_that_may_be_used():
    assert Pool().threads == min(len(os.sched_getaffinity(0)), 8)
