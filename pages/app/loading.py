"""The digits of all visitors, and PyTorch: loaded once, in the background.

PyTorch takes more than a second to import: the first visitor may look at the page Train already.
"""

from __future__ import annotations

import threading
from concurrent.futures import Future

import streamlit as st

from mnist_core import Mnist, MnistUnavailableError, load_mnist
from mnist_core.data.archives import ARCHIVES_MEGABYTES, missing_files, mnist_root
from mnist_core.language import _
from pages.app.scheduling import SCHEDULER


class Loading:
    """The digits, read for the whole server in a thread of their own: once, unless that fails.

    digits: what becomes the digits, or the reason why they can't be read; None before it begins.
    """

    def __init__(self) -> None:
        self.digits: Future[Mnist] | None = None
        self._lock = threading.Lock()

    def begin(self) -> Future[Mnist]:
        """Read the digits, unless that has begun already; what becomes them."""
        with self._lock:
            if self.digits is None:
                self.digits = Future()
                # A daemon: a download that hangs must not keep the server from ending.
                threading.Thread(target=self._load, args=[self.digits], daemon=True).start()
            return self.digits

    def try_again(self) -> None:
        """Begin anew where the digits could not be read."""
        with self._lock:
            if self.over and not self.ready:
                self.digits = None
        self.begin()

    @property
    def over(self) -> bool:
        """Whether the digits are there, or could not be read."""
        digits = self.digits
        return digits is not None and digits.done()

    @property
    def ready(self) -> bool:
        """Whether the digits are there."""
        digits = self.digits
        return digits is not None and digits.done() and digits.exception() is None

    def _load(self, digits: Future[Mnist]) -> None:
        try:
            import mnist_core.training.warming_up  # noqa: F401 - what trains, and PyTorch with it

            loaded = load_mnist()
        except BaseException as error:
            digits.set_exception(error)
        else:
            digits.set_result(loaded)
            # Otherwise the first visitor's Start would wait for it.
            SCHEDULER.between_turns(lambda: SCHEDULER.warm_up(loaded.device))


LOADING = Loading()


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
    doing = _("Loading PyTorch, and reading and checking MNIST; what is damaged is fetched anew …")
    if missing:
        doing = _(
            "Downloading MNIST to {folder}, this once: {missing} of 4 files are missing, "
            "{megabytes} MB in all …"
        ).format(folder=root, missing=missing, megabytes=ARCHIVES_MEGABYTES)
    try:
        with st.spinner(doing, show_time=True):
            mnist()
    except MnistUnavailableError as error:
        st.error(str(error), icon=":material/error:")
        st.button(_("Try again"), on_click=LOADING.try_again)
        st.stop()
