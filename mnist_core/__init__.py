"""The data, the network and the training behind the dashboard. It never imports streamlit.

mnist = load_mnist()
run = Run(mnist, Settings(batch_size=200), Setup(seed=0))
run.advance(seconds=1.0)
run.settings = Settings(batch_size=50)  # at work from the next update on
run.advance(seconds=1.0)
print(run.snapshot().test_points[-1].loss)
"""

from importlib import import_module
from typing import TYPE_CHECKING

from mnist_core.archives import MnistUnavailableError, missing_files, mnist_root
from mnist_core.data import Digits, Mnist, Normalization, load_mnist
from mnist_core.records import (
    Change,
    Clock,
    EpochRecord,
    EpochSoFar,
    LossPoint,
    Place,
    Snapshot,
    TestPoint,
)
from mnist_core.runner import NoRoomError, Runner
from mnist_core.settings import Budget, Settings, Setup

if TYPE_CHECKING:
    from mnist_core.model import Network
    from mnist_core.run import Run, TrainingError

__all__ = [
    "Budget",
    "Change",
    "Clock",
    "Digits",
    "EpochRecord",
    "EpochSoFar",
    "LossPoint",
    "Mnist",
    "MnistUnavailableError",
    "Network",
    "NoRoomError",
    "Normalization",
    "Place",
    "Run",
    "Runner",
    "Settings",
    "Setup",
    "Snapshot",
    "TestPoint",
    "TrainingError",
    "load_mnist",
    "missing_files",
    "mnist_root",
]

# They bring PyTorch, which takes more than a second to import: only when they are asked for.
_AT_NEED = {"Network": "model", "Run": "run", "TrainingError": "run"}


def __getattr__(name: str) -> object:
    if name not in _AT_NEED:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_AT_NEED[name]}"), name)
