from __future__ import annotations

import pytest
import torch

from mnist_core import Run, Settings, Setup
from mnist_core.tutorial import TutorialTraining


def test_the_tutorials_way_and_the_in_memory_way_give_the_same_losses(mnist):
    torch.manual_seed(0)
    tutorial = TutorialTraining(200, shuffle=False)
    run = Run(mnist, Settings(batch_size=200), Setup(seed=0, order="stored"))
    losses = [tutorial.step() for _ in range(20)]
    for _ in losses:
        run.step()
    in_memory = [point.loss for point in run.snapshot().loss_points]
    assert in_memory == pytest.approx(losses, rel=1e-4)
