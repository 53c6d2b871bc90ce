"""What happens when the server starts and when it ends."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from types import FrameType

import streamlit as st
from streamlit import cli_util, delta_generator

from mnist_core.cluster import connection
from pages.app.addresses import own_address, teachers_link
from pages.app.clicks import keep_every_click
from pages.app.loading import LOADING
from pages.app.scheduling import SCHEDULER

# For a visitor who comes at once: importing PyTorch holds up all else that the server does. Their
# tab begins it when its page is painted.
_HEAD_START_SECONDS = 2.5
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[None]:
    """Load PyTorch and the digits before the first visitor comes; at the end stop all training."""
    _end_without_a_fault()
    keep_every_click()
    # Streamlit looks at the files of all modules at its first element, to warn in a Python shell.
    delta_generator._use_warning_has_been_displayed = True
    loop = asyncio.get_running_loop()
    # After what Streamlit itself prints of the addresses.
    loop.call_soon(_print_teachers_link)
    loop.call_soon(_open_browser)
    loop.call_later(_HEAD_START_SECONDS, LOADING.begin)
    try:
        yield
    finally:
        await asyncio.to_thread(SCHEDULER.close)
        await asyncio.to_thread(connection.leave)


def _end_without_a_fault() -> None:
    """Let Ctrl-C end the server with status 0, as it does where Streamlit runs a plain script.

    uvicorn would raise the signal once more when it has ended.
    """
    for number in _SIGNALS:
        server = getattr(signal.getsignal(number), "__self__", None)
        if hasattr(server, "should_exit"):
            signal.signal(number, partial(_stop, server))


def _stop(server: object, number: int, _frame: FrameType | None) -> None:
    server.force_exit = server.should_exit and number == signal.SIGINT
    server.should_exit = True


def _print_teachers_link() -> None:
    cli_util.print_to_cli(f"  To teach a class, open {teachers_link()}\n")


def _open_browser() -> None:
    """Open the dashboard in a browser, unless told not to: Streamlit does so for a script alone."""
    if st.get_option("server.headless"):
        return
    cli_util.open_browser(own_address())
