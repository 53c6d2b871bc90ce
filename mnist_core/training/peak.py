"""What the machine could compute at best."""

from __future__ import annotations

import time
from collections.abc import Callable

import torch

from mnist_core.training.learner import POOL, torch_threads


def measured_peak(device: torch.device) -> float:
    """GFLOP/s of torch's matrix product where it is at its best: large, square, float32."""
    side, tries = 2_048, 5
    rows, others = torch.randn(2, side, side, device=device)
    with torch_threads(POOL.threads):
        # The last value is fetched: a GPU has computed only then.
        seconds = [_seconds_of(lambda: torch.mm(rows, others)[-1, -1].item()) for _ in range(tries)]
    return 2 * side**3 / min(seconds) / 1e9


def _seconds_of(call: Callable[[], object]) -> float:
    started = time.perf_counter()
    call()
    return time.perf_counter() - started
