"""The one Scheduler that trains all visitors' runs, and computes what their pages ask for."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import TypeVar

from streamlit import cli_util

from mnist_core import Scheduler
from mnist_core.cluster import connection
from mnist_core.language import in_this_language
from pages.app.limits import ABSENCE_SECONDS, MOST_TRAINING
from pages.app.presence import is_present

_OPTION = "--cluster"

Result = TypeVar("Result")


def scheduler_for(arguments: Sequence[str]) -> Scheduler:
    """One that trains in the cluster which is asked for; here, where none is, or none answers.

    arguments: of the command line, behind `streamlit run dashboard.py --`; RAY_ADDRESS comes after
        them.
    """
    options = {
        "is_present": is_present,
        "absence_seconds": ABSENCE_SECONDS,
        "most_owners": MOST_TRAINING,
    }
    address = _behind_option(arguments) or connection.address_in()
    if address is None:
        return Scheduler(**options)
    try:
        connection.join(address)
    except connection.ClusterError as error:
        cli_util.print_to_cli(f"  {error}. Training on this computer alone.", err=True)
        return Scheduler(**options)
    from mnist_core.cluster.scheduler import ClusterScheduler

    return ClusterScheduler(**options)


def _behind_option(arguments: Sequence[str]) -> str | None:
    for at, argument in enumerate(arguments):
        if argument.startswith(f"{_OPTION}="):
            return argument.partition("=")[2]
        if argument == _OPTION:
            return "".join(arguments[at + 1 : at + 2])
    return None


SCHEDULER = scheduler_for(sys.argv[1:])


def by_trainer(work: Callable[[], Result]) -> Result:
    """What this work returns, done between two turns in the thread that trains, in this language.

    All that is computed at length is computed so: a second thread would take the training a core,
    and the clock would show it.
    """
    return SCHEDULER.between_turns(in_this_language(work)).result()
