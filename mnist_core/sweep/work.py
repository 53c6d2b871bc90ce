"""One run of a sweep, from its start to its end, in whatever process it is trained."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mnist_core.bounds import Count
from mnist_core.machine import Machine, this_machine
from mnist_core.race.competitors import Competitor, State, competitor_of
from mnist_core.race.plan import Start

if TYPE_CHECKING:
    from mnist_core.data import Mnist

_TURN_SECONDS = 1.0


@dataclass(frozen=True)
class Outcome:
    """What became of one run.

    machine: where it was trained, with the threads that it had.
    training_digits, test_digits: that it was trained and tested on.
    """

    competitor: Competitor
    machine: Machine
    training_digits: Count
    test_digits: Count


def begin_process(mnist: Mnist) -> None:
    """In a process that is to train one run at a time: leave the other cores to the others."""
    from mnist_core import training
    from mnist_core.training.learner import POOL

    POOL.limit(1)
    training.warm_up(mnist.device)


def train(mnist: Mnist, start: Start) -> Outcome:
    """Train this run to its end; what fails is an outcome too."""
    from mnist_core import training

    machine, digits = this_machine(mnist.device), (len(mnist.train), len(mnist.test))
    try:
        run = training.Run(mnist, start.settings, start.setup, budget=start.budget)
    except Exception as error:
        why = training.in_plain_words(error, "a new network")
        return Outcome(Competitor(start, "failed", why), machine, *digits)
    while not run.ended:
        run.advance(_TURN_SECONDS)
    state: State = "failed" if run.error else "finished"
    # A sweep's charts draw no training losses, and a file of a thousand runs has no room for them.
    ended = replace(competitor_of(start, state, run.latest, None), loss_points=())
    return Outcome(ended, machine, *digits)
