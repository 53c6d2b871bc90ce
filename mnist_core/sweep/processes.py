"""A sweep's runs over processes on this computer: one for each core, one thread in each."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING

from mnist_core.machine import cores
from mnist_core.race.plan import Start
from mnist_core.sweep.file import SweepError
from mnist_core.sweep.work import Outcome, begin_process, train

if TYPE_CHECKING:
    from mnist_core.data import Mnist

_digits: Mnist | None = None  # of a process that trains


def over_processes(starts: Sequence[Start]) -> Iterator[Outcome]:
    """Train these runs, as many at once as there are cores; each as soon as it has ended.

    The processes end with the iterator, and with this process, whatever ends it.
    """
    if not starts:
        return
    spawn = get_context("spawn")  # a process forked beside threads that compute may hang
    ours, theirs = spawn.Pipe()
    workers = min(cores(), len(starts))
    pool = ProcessPoolExecutor(workers, spawn, initializer=_begin, initargs=(theirs,))
    try:
        with _without_interrupts():
            ended = [pool.submit(_train, start) for start in starts]
        theirs.close()
        for one in as_completed(ended):
            yield one.result()
    except BrokenProcessPool:
        raise SweepError(
            "a process that trained was ended from outside, maybe for want of memory"
        ) from None
    finally:
        ours.close()
        pool.shutdown(cancel_futures=True)


def _begin(lifeline: Connection) -> None:
    """In a process that is to train: end when the other one has, and load the digits."""
    threading.Thread(target=_end_with, args=(lifeline,), daemon=True).start()
    from mnist_core.data import load_mnist

    global _digits
    _digits = load_mnist()
    begin_process(_digits)


def _end_with(lifeline: Connection) -> None:
    with suppress(EOFError, OSError):
        lifeline.recv()
    os._exit(1)


def _train(start: Start) -> Outcome:
    return train(_digits, start)


@contextmanager
def _without_interrupts() -> Iterator[None]:
    """Processes begun within are left alone by Ctrl-C, which a terminal sends to all of them."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
