"""A run before there is what makes it."""

from __future__ import annotations

from dataclasses import dataclass, field

from mnist_core import Settings, Setup, Snapshot
from mnist_core.data import TEST_DIGITS, TRAINING_DIGITS
from mnist_core.training.history import History


@dataclass(eq=False)
class RunToBe:
    """What a run is to be while PyTorch and the digits are still on their way to the server.

    A page may draw it like any run that is untrained.

    wanted: whether it is to be trained as soon as it is there.
    """

    settings: Settings = field(default_factory=Settings)
    setup: Setup = field(default_factory=Setup)
    wanted: bool = False
    ended = False
    error = None

    @property
    def latest(self) -> Snapshot:
        """As a run is before its first turn."""
        return History(TRAINING_DIGITS).snapshot(self.settings, self.setup, TEST_DIGITS)
