"""What all visitors share: one Runner, one MNIST.

PyTorch takes more than a second to import: both the digits and it are loaded in the background,
while the first visitor may look at the page Train already.
"""

from __future__ import annotations

import atexit
import os
import threading
from concurrent.futures import Future

import streamlit as st
from streamlit import runtime

from mnist_core import Mnist, MnistUnavailableError, Runner, load_mnist
from mnist_core.archives import ARCHIVES_MEGABYTES, missing_files, mnist_root


def is_present(session_id: str) -> bool:
    """Whether the visitor whose session it is has the page open."""
    # Page tests have no runtime, and nobody who could leave.
    return not runtime.exists() or runtime.get_instance().is_active_session(session_id)


def _limit(name: str, usual: int) -> int:
    """What the environment variable of that name says, where that is a whole number above 0."""
    told = os.environ.get(name, "")
    return int(told) if told.isdecimal() and int(told) > 0 else usual


# Turns of 50 ms go round: with 60 training, each run waits at least 3 s for the next. Beyond that a
# chart seems to stand still. It bounds the harm; it does not promise that 60 are served well.
MOST_TRAINING = _limit("MOST_TRAINING", 60)
# Each holds a few megabytes, training or not.
MOST_VISITORS = _limit("MOST_VISITORS", 300)

RUNNER = Runner(is_present=is_present, most_owners=MOST_TRAINING)
atexit.register(RUNNER.close)


class _Loading:
    """The digits, read for the whole server in a thread of their own: once, unless that fails."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._digits: Future[Mnist] | None = None

    def begin(self) -> Future[Mnist]:
        """What becomes the digits, or the reason why they can't be read; it begins but once."""
        with self._lock:
            if self._digits is None:
                digits = Future()
                # A daemon: a download that hangs shall not keep the server from ending.
                threading.Thread(target=self._load, args=[digits], daemon=True).start()
                self._digits = digits
            return self._digits

    def try_again(self) -> None:
        """Begin anew where the digits could not be read."""
        with self._lock:
            if self.over and not self.ready:
                self._digits = None
        self.begin()

    @property
    def over(self) -> bool:
        """Whether the digits are there, or could not be read."""
        digits = self._digits
        return digits is not None and digits.done()

    @property
    def ready(self) -> bool:
        """Whether the digits are there."""
        digits = self._digits
        return digits is not None and digits.done() and digits.exception() is None

    def _load(self, digits: Future[Mnist]) -> None:
        try:
            import mnist_core.warm_up  # noqa: F401 - what trains, and PyTorch with it

            digits.set_result(load_mnist())
        except BaseException as error:
            digits.set_exception(error)


LOADING = _Loading()


def mnist() -> Mnist:
    """The digits; it waits until they have been read.

    Raises MnistUnavailableError where they can't be.
    """
    return LOADING.begin().result()


def must_download() -> bool:
    """Whether files are missing, so that it may take minutes until the digits are there."""
    return bool(missing_files(mnist_root()))


def load_or_explain() -> None:
    """Have the digits read, telling what is going on; where they can't be, say what to do."""
    root = mnist_root()
    missing = len(missing_files(root))
    doing = (
        f"Downloading MNIST to {root}, this once: {missing} of 4 files are missing, "
        f"{ARCHIVES_MEGABYTES} MB in all …"
        if missing
        else "Loading PyTorch, and reading and checking MNIST; what is damaged is fetched anew …"
    )
    try:
        with st.spinner(doing, show_time=True):
            mnist()
    except MnistUnavailableError as error:
        st.error(str(error), icon=":material/error:")
        st.button("Try again", on_click=LOADING.try_again)
        st.stop()


def is_dark() -> bool:
    """Whether the visitor looks at the dark theme."""
    return st.context.theme.type == "dark"
