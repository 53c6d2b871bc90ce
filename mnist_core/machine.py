"""Where something was measured."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mnist_core.bounds import Count, Text

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class Machine:
    """What a measured time depends on, apart from the program.

    processor: its name, or the GPU's where training runs on one.
    threads: that may share an update on the CPU.
    torch: its version.
    """

    processor: Text
    threads: Count
    torch: Text


def this_machine(device: torch.device) -> Machine:
    """The machine at hand, for training on that device."""
    import torch

    from mnist_core.training.learner import POOL

    processor = torch.cuda.get_device_name(device) if device.type == "cuda" else _processor_name()
    return Machine(processor, POOL.threads, str(torch.__version__))


def cores() -> int:
    """How many of the machine's this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _processor_name() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor() or platform.machine())
