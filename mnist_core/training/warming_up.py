"""What is done once before anything is timed."""

from __future__ import annotations

import torch

from mnist_core.data import SIDE, Digits, Mnist
from mnist_core.settings import Settings
from mnist_core.training.run import Run


def warm_up(device: torch.device) -> None:
    """Make a few updates on made-up digits, so that no timed one pays for torch's first use."""
    generator = torch.Generator().manual_seed(0)
    images = torch.randint(0, 256, (200, SIDE, SIDE), dtype=torch.uint8, generator=generator)
    digits = Digits(images, torch.randint(0, 10, (200,), generator=generator))
    mnist = Mnist(digits, digits)
    run = Run(mnist.to(device))
    for batch_size in (200, 1, 1, 1):
        run.settings = Settings(batch_size=batch_size)
        run.step()
