"""The one Scheduler that trains all visitors' runs, and computes what their pages ask for."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from mnist_core import Scheduler
from mnist_core.language import in_this_language
from pages.app.limits import MOST_TRAINING
from pages.app.presence import is_present

SCHEDULER = Scheduler(is_present=is_present, most_owners=MOST_TRAINING)

Result = TypeVar("Result")


def by_trainer(work: Callable[[], Result]) -> Result:
    """What this work returns, done between two turns in the thread that trains, in this language.

    All that is computed at length is computed so: a second thread would take the training a core,
    and the clock would show it.
    """
    return SCHEDULER.between_turns(in_this_language(work)).result()
