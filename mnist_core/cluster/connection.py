"""Joining a Ray cluster, or saying in one line why that can't be done."""

from __future__ import annotations

import logging
import os
import re
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PACKAGE = Path(__file__).parents[1]
_SECONDS = 5.0  # that the head node may take to answer


class ClusterError(Exception):
    """The cluster can't be used; the message says why and what to do."""


class NoNodeError(ClusterError):
    """No computer of the cluster can answer for a run at present; the message says why."""


def address_in(environment: dict[str, str] | None = None) -> str | None:
    """Of the cluster that RAY_ADDRESS names, if it names any."""
    return (os.environ if environment is None else environment).get("RAY_ADDRESS") or None


def join(address: str) -> None:
    """Join the cluster whose head node has this address, HOST:PORT, unless that has been done.

    Nodes elsewhere, those too that come later, get this package from here; on this computer it is
    imported from where it lies, with what is compiled. Raises ClusterError where that can't be.
    """
    _insist_on_an_answer(address)
    try:
        import ray
    except ImportError:
        raise ClusterError(
            "Ray isn't installed here: pip install -r requirements-cluster.txt"
        ) from None
    if ray.is_initialized():
        return
    try:
        with _asked_to_end_as_before():
            ray.init(
                address=address,
                runtime_env={"py_modules": [str(_PACKAGE)]},
                log_to_driver=False,
                logging_level=logging.ERROR,
            )
    except Exception as error:
        first_line = str(error).strip().partition("\n")[0]
        raise ClusterError(
            f"the cluster at {address} can't be joined ({first_line}): is this computer a node of "
            "it, by `ray start`, with the same Ray and Python?"
        ) from None


def leave() -> None:
    """Leave the cluster, where one has been joined; what this process began there ends."""
    if "ray" in sys.modules:
        sys.modules["ray"].shutdown()


@contextmanager
def _asked_to_end_as_before() -> Iterator[None]:
    """Ray would end the process at once on SIGTERM, whatever a server still has to close."""
    before = signal.getsignal(signal.SIGTERM)
    try:
        yield
    finally:
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, before)


def _insist_on_an_answer(address: str) -> None:
    """Ray would wait for a minute, and then end the process."""
    found = re.fullmatch(r"(.+):(\d{1,5})", address)
    if not found or "://" in address:
        raise ClusterError(f"{address!r} is no address of a cluster: write HOST:PORT")
    try:
        socket.create_connection((found[1].strip("[]"), int(found[2])), _SECONDS).close()
    except (OSError, OverflowError, UnicodeError) as error:
        raise ClusterError(f"the cluster at {address} can't be reached ({error})") from None
