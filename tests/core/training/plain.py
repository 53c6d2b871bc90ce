"""The network as anyone would write it in PyTorch, to compare ours with."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import nn


def plain_network(seed: int) -> nn.Sequential:
    """With the first weights of that seed."""
    torch.manual_seed(seed)
    return nn.Sequential(nn.Linear(784, 256), nn.LeakyReLU(0.1), nn.Linear(256, 10))


def flat(tensors: Iterable[torch.Tensor]) -> torch.Tensor:
    """All of them in one row, as our network holds its parameters."""
    return torch.cat([tensor.detach().flatten() for tensor in tensors])
