from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import torch

from mnist_core import Run, Settings, pictures
from mnist_core.sandbox import Sandbox


@pytest.fixture
def run(tiny):
    run = Run(tiny, Settings(batch_size=100))
    run.step()
    return run


def test_the_run_that_was_copied_is_not_touched(run, tiny):
    before = run.predict(tiny.test.images)
    sandbox = Sandbox(run.copy_learner(), tiny)
    sandbox.update(100, 0.01)
    assert torch.equal(run.predict(tiny.test.images), before)
    assert run.snapshot().place.updates == 1


def test_an_update_is_measured_before_and_after(run, tiny):
    learner = run.copy_learner()
    before = learner.network.parameters.clone()
    test_loss, _ = learner.evaluate(tiny.test)
    record = Sandbox(learner, tiny).update(600, 0.001)
    assert record.test_loss_before == test_loss
    assert record.test_loss_after == learner.evaluate(tiny.test)[0]
    assert record.batch_loss_after == pytest.approx(learner.evaluate(tiny.train)[0] / 600)
    assert record.batch_loss_after < record.batch_loss_before
    assert record.moved == pytest.approx((learner.network.parameters - before).norm().item())


def test_updates_follow_each_other_and_worsening_is_told(mnist):
    sandbox = Sandbox(Run(mnist).copy_learner(), mnist)
    for _ in range(20):
        sandbox.update(1, 0.01)
    records = sandbox.updates
    assert len(records) == 20
    for one, next_one in pairwise(records):
        assert next_one.test_loss_before == one.test_loss_after
    assert {one.worsened for one in records} == {True, False}
    assert all(one.worsened == (one.test_loss_after > one.test_loss_before) for one in records)


def test_enlarged_pixels_are_crisp_squares(mnist):
    image = mnist.train.images[0]
    picture = pictures.enlarged(image, 3)
    assert picture.shape == (84, 84, 3)
    assert np.array_equal(picture[::3, ::3, 0], image.numpy())
    assert np.array_equal(picture[1::3, 2::3, 2], image.numpy())


def test_only_the_marked_row_is_framed(mnist):
    image = mnist.train.images[0]
    plain, marked = pictures.enlarged(image, 10), pictures.enlarged(image, 10, marked_row=6)
    differs = (plain != marked).any(axis=(1, 2)).nonzero()[0]
    assert (differs.min(), differs.max()) == (60, 69)


def test_a_sheet_holds_the_images_side_by_side(mnist):
    images = mnist.train.images[:5]
    sheet = pictures.sheet(images)
    assert sheet.shape == (28, 140)
    assert np.array_equal(sheet[:, 28:56], images[1].numpy())
