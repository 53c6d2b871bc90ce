"""Whether a visitor has the page open, and where."""

from __future__ import annotations

from ipaddress import ip_address

from starlette.requests import HTTPConnection
from streamlit import runtime


def is_present(session_id: str) -> bool:
    """Whether the visitor with that Streamlit session has the page open."""
    # Page tests have no runtime, and nobody who could leave.
    return not runtime.exists() or runtime.get_instance().is_active_session(session_id)


def is_on_this_computer(connection: HTTPConnection) -> bool:
    """Whether the browser runs here, as far as can be seen: a proxy says for whom it asks."""
    if any("forwarded" in name for name in connection.headers):
        return False
    try:
        address = ip_address(connection.client.host)
    except (AttributeError, ValueError):
        return False
    return (getattr(address, "ipv4_mapped", None) or address).is_loopback
