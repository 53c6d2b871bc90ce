"""A run as bytes, and back: whatever goes on from them goes on bit for bit."""

from __future__ import annotations

import io
import pickle
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mnist_core.data import Mnist
    from mnist_core.training.run import Run

_DIGITS = "digits"


def checkpoint(run: Run) -> bytes:
    """All that the run is but the digits: weights, Adam's state, random state, place, records.

    They are to be read by restored() alone, and only where nobody else could have written them.
    """
    written = io.BytesIO()
    _Pickler(written, run.digits).dump(run)
    return written.getvalue()


def restored(written: bytes, mnist: Mnist) -> Run:
    """The run as it was at that checkpoint, on these digits, which must be the same."""
    run = _Unpickler(io.BytesIO(written), mnist).load()
    run.rests_until = 0.0  # by another computer's clock, maybe
    return run


class _Pickler(pickle.Pickler):
    def __init__(self, file: io.BytesIO, mnist: Mnist) -> None:
        super().__init__(file, protocol=pickle.HIGHEST_PROTOCOL)
        self._mnist = mnist

    def persistent_id(self, one: object) -> str | None:
        return _DIGITS if one is self._mnist else None


class _Unpickler(pickle.Unpickler):
    def __init__(self, file: io.BytesIO, mnist: Mnist) -> None:
        super().__init__(file)
        self._mnist = mnist

    def persistent_load(self, _name: str) -> Mnist:
        return self._mnist
