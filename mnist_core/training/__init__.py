"""All that computes with tensors: the one part of the core that brings PyTorch, beside loading.

PyTorch takes more than a second to import: it is, when one of these names is first asked for.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mnist_core.training.network import Network
    from mnist_core.training.noise import gradient_noise
    from mnist_core.training.peak import measured_peak
    from mnist_core.training.run import Run, TrainingError, in_plain_words
    from mnist_core.training.tutorial import TutorialLearner
    from mnist_core.training.warming_up import warm_up

__all__ = [
    "Network",
    "Run",
    "TrainingError",
    "TutorialLearner",
    "gradient_noise",
    "in_plain_words",
    "measured_peak",
    "warm_up",
]

_MODULES = {
    "Network": "network",
    "Run": "run",
    "TrainingError": "run",
    "TutorialLearner": "tutorial",
    "gradient_noise": "noise",
    "in_plain_words": "run",
    "measured_peak": "peak",
    "warm_up": "warming_up",
}


def __getattr__(name: str) -> object:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
