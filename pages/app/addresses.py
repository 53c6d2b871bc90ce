"""The addresses by which the dashboard can be opened."""

from __future__ import annotations

from urllib.parse import urlsplit

import streamlit as st
from streamlit import config, net_util
from streamlit.web.server import server_util

from pages.app.classroom import CLASS

CLASS_PATH = "class"  # of the page Class
_HERE_ALONE = {"localhost", "127.0.0.1", "::1"}
_EVERYWHERE = {"0.0.0.0", "::"}


def own_address() -> str:
    """Where somebody on this computer opens it."""
    if config.is_manually_set("browser.serverAddress"):
        address = st.get_option("browser.serverAddress")
    else:
        address = server_util.get_display_address(st.get_option("server.address") or "localhost")
    return server_util.get_url(address)


def teachers_link() -> str:
    """Who opens it teaches the class."""
    return f"{own_address()}/{CLASS_PATH}?teacher={CLASS.token}"


def students_address() -> str | None:
    """Where students open the page Class; None where nobody on another computer can.

    It is the one that the visitor uses, unless that leads to this computer from itself alone.
    """
    seen = urlsplit(st.context.url or "")
    if seen.hostname and seen.hostname not in _HERE_ALONE:
        base = st.get_option("server.baseUrlPath").strip("/")
        return "/".join(filter(None, [f"{seen.scheme}://{seen.netloc}", base, CLASS_PATH]))
    listens_at = st.get_option("server.address") or "0.0.0.0"
    if listens_at in _HERE_ALONE:
        return None
    address = net_util.get_internal_ip() if listens_at in _EVERYWHERE else listens_at
    return f"{server_util.get_url(address)}/{CLASS_PATH}" if address else None
