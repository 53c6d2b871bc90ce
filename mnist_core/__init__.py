"""The data, the network and the training behind the dashboard. It never imports streamlit.

mnist = load_mnist()
run = Run(mnist, Settings(batch_size=200), Setup(seed=0))
run.advance(seconds=1.0)
run.settings = Settings(batch_size=50)  # at work from the next update on
run.advance(seconds=1.0)
print(run.snapshot().test_points[-1].loss)
"""

from typing import TYPE_CHECKING

from mnist_core import training
from mnist_core.data import Digits, Mnist, Normalization, load_mnist
from mnist_core.data.archives import MnistUnavailableError, missing_files, mnist_root
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
from mnist_core.settings import Budget, Settings, Setup
from mnist_core.training.scheduler import NoRoomError, Scheduler

if TYPE_CHECKING:
    from mnist_core.training import Network, Run, TrainingError

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
    "Scheduler",
    "Settings",
    "Setup",
    "Snapshot",
    "TestPoint",
    "TrainingError",
    "load_mnist",
    "missing_files",
    "mnist_root",
]


def __getattr__(name: str) -> object:
    # They bring PyTorch, which takes more than a second to import: only when they are asked for.
    if name not in ("Network", "Run", "TrainingError"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(training, name)
