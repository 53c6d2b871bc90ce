"""Work for the trainer that takes longer than a turn, in short parts with turns in between."""

from __future__ import annotations

import time
from collections.abc import Iterator

import streamlit as st

from pages.app.scheduling import by_trainer

# So long a part goes on before its last step begins: with a step's length it makes a turn's.
_PART_SECONDS = 0.02
_PATIENCE_SECONDS = 0.5


class Work:
    """Steps that the trainer takes. A script run that is cut short leaves the rest to the next.

    steps: each a few hundredths of a second long.
    count: how many there are.
    """

    def __init__(self, steps: Iterator[object], count: int) -> None:
        self.done = False
        self._steps = steps
        self._count = count
        self._taken = 0

    def finish(self, doing: str) -> None:
        """Take the steps that are left; say so on the page if it takes more than half a second."""
        line = st.empty()
        patient_until = time.monotonic() + _PATIENCE_SECONDS
        while not self.done:
            by_trainer(self._take_some)
            if time.monotonic() > patient_until:
                line.progress(min(1.0, self._taken / self._count), text=doing)
        line.empty()

    def _take_some(self) -> None:
        until = time.perf_counter() + _PART_SECONDS
        for _ in self._steps:
            self._taken += 1
            if time.perf_counter() > until:
                return
        self.done = True
