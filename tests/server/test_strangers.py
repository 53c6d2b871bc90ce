"""What strangers may ask of the server itself, spoken by hand: a client library would tidy it."""

from __future__ import annotations

import asyncio
import contextlib
import re
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from tests.load.visitor import Visitor
from tests.serving import Server, serving

SECRETS = (b"root:", b"[server]", b"fileWatcherType", b"import streamlit", b"PRIVATE")
TARGETS = [
    "/{up}etc/passwd",
    "/plotly/{up}etc/passwd",
    "/plotly//etc/passwd",
    "/component/{up}etc/passwd",
    "/_stcore/bidi-components/live_chart/{up}etc/passwd",
    "/app/static/{up}etc/passwd",
    "/app/static/{up}.streamlit/config.toml",
    "/static/{up}etc/passwd",
    "/media/{up}etc/passwd",
    "/_stcore/{up}etc/passwd",
    "/dashboard.py",
    "/.streamlit/config.toml",
    "/data/MNIST/raw/train-images-idx3-ubyte.gz",
    "/.git/config",
]
UPWARDS = [
    "../" * 12,
    "..%2f" * 12,
    "%2e%2e/" * 12,
    "%252e%252e%252f" * 12,
    "..\\" * 12,
    "..%5c" * 12,
]
UPWARDS += ["..%5c" * 12, "....//" * 12, "/", "%2f", "%00/../" * 6]


@pytest.fixture(scope="module")
def server(server: Server) -> Server:
    asyncio.run(look_around(server))
    return server


@pytest.fixture(scope="module")
def choosy_server() -> Iterator[Server]:
    """One that answers to the name localhost alone."""
    with serving("--server.allowedHosts=localhost") as one:
        yield one


async def look_around(server: Server) -> Visitor:
    """One visitor comes, so that the server has all it serves, and leaves again."""
    visitor = Visitor(server.url)
    await visitor.visit()
    await visitor.until(lambda: visitor.figure("Epochs"))
    await visitor.leave()
    return visitor


def ask(server: Server, request: bytes) -> bytes:
    """Send these very bytes; what comes back until the server hangs up or falls silent."""
    parts = []
    with (
        socket.create_connection(("localhost", server.port), timeout=2) as line,
        contextlib.suppress(TimeoutError, ConnectionResetError, BrokenPipeError),
    ):
        line.sendall(request)
        while part := line.recv(1 << 16):
            parts.append(part)
    return b"".join(parts)


def get(server: Server, target: str, host: str = "localhost") -> bytes:
    lines = f"GET {target} HTTP/1.1\r\nHost: {host}:{server.port}\r\nConnection: close\r\n\r\n"
    return ask(server, lines.encode())


@pytest.mark.parametrize("target", TARGETS)
def test_no_file_outside_what_is_served_can_be_had(server, target):
    for up in UPWARDS if "{up}" in target else [""]:
        answer = get(server, target.format(up=up))
        status = int(re.match(rb"HTTP/1.1 (\d+)", answer)[1])
        # Streamlit answers an unknown page with its own empty frame.
        assert status in (200, 400, 403, 404), (up, status)
        assert not any(secret in answer for secret in SECRETS), up
        assert status != 200 or b"<title>Streamlit</title>" in answer, up


def test_nonsense_on_the_line_does_no_harm(server):
    nonsense = (
        b"\x00" * 1000,
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET " + b"/x" * 50_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET /compare?sizes=" + b"9" * 60_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"PUT /_stcore/upload_file/x/y HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n123",
        b"\x80\x04cos\nsystem\n(S'true'\ntR.",
    )
    with ThreadPoolExecutor() as at_once:  # most are never answered, and each waits in vain
        list(at_once.map(partial(ask, server), nonsense))
    assert get(server, "/_stcore/health").startswith(b"HTTP/1.1 200")


STREAM, LIVE = "/_stcore/stream", "/live/x"  # Streamlit's own line, and the one beside it


def stream(server: Server, path: str = STREAM, **options):
    return connect(f"ws://localhost:{server.port}{path}", **options)


@pytest.mark.parametrize("path", [STREAM, LIVE])
@pytest.mark.parametrize("origin", ["http://evil.example", "http://localhost.evil.example", "null"])
def test_a_page_of_another_origin_may_not_open_a_websocket(server, origin, path):
    with pytest.raises(InvalidStatus) as refusal:
        stream(server, path, origin=origin)
    assert refusal.value.response.status_code == 403


@pytest.mark.parametrize("path", [STREAM, LIVE])
@pytest.mark.parametrize("with_origin", [True, False])
def test_a_name_pointed_at_this_computer_is_shut_out_where_hosts_are_named(
    choosy_server, path, with_origin
):
    line = socket.create_connection(("localhost", choosy_server.port))
    name = f"evil.example:{choosy_server.port}"
    origin = f"http://{name}" if with_origin else None
    with pytest.raises(InvalidStatus) as refusal:
        connect(f"ws://{name}{path}", sock=line, origin=origin)
    assert refusal.value.response.status_code == 403


def test_the_dashboards_own_page_may(server):
    with stream(server, origin=server.url) as line:
        line.ping().wait(10)


@pytest.mark.parametrize("nonsense", [b"\xff" * 100, b"", "text"])
def test_nonsense_on_the_websocket_ends_that_connection_at_most(server, nonsense):
    with stream(server) as line:
        try:
            line.send(nonsense)
            line.recv(timeout=1)
        except (ConnectionClosed, TimeoutError):
            pass
    asyncio.run(look_around(server))


def test_a_message_beyond_all_measure_ends_that_connection(server):
    with stream(server, max_size=None) as line:
        line.send(b"\x00" * 30_000_000)
        with pytest.raises(ConnectionClosed):
            line.recv(timeout=10)


async def trained(server: Server) -> Visitor:
    """A visitor whose run trains."""
    visitor = Visitor(server.url)
    await visitor.visit()
    await visitor.until(lambda: visitor.button("play"))
    await visitor.press("play")
    await visitor.until(lambda: visitor.epochs > 0)
    return visitor


@pytest.mark.parametrize("guess", ["", "x", "00000000-0000-0000-0000-000000000000"])
def test_a_guessed_session_gives_a_new_one_and_leaves_others_theirs(server, guess):
    async def scene() -> None:
        owner = await trained(server)
        stranger = Visitor(server.url)
        await stranger.visit(session_id=guess)
        await stranger.until(lambda: stranger.button("play"))
        assert stranger.session_id not in ("", guess, owner.session_id)
        assert stranger.button("play").label == "Start"
        assert stranger.epochs == 0
        assert owner.errors == []
        before = owner.epochs
        await owner.until(lambda: owner.epochs > before)
        await stranger.leave()
        await owner.leave()

    asyncio.run(scene())


def test_a_visitors_widget_ids_reach_only_the_visitors_own_run(server):
    async def scene() -> None:
        owner = await trained(server)
        stranger = Visitor(server.url)
        await stranger.visit()
        await stranger.until(lambda: stranger.button("play"))
        assert stranger.button("play").id == owner.button("play").id
        await stranger.press("play")
        await stranger.press("play")
        before = owner.epochs
        await owner.until(lambda: owner.epochs > before)
        assert owner.button("play").label == "Pause"
        await stranger.leave()
        await owner.leave()

    asyncio.run(scene())


def test_the_server_cannot_be_ended_from_the_websocket(server):
    with stream(server) as line:
        line.send(BackMsg(debug_shutdown_runtime=True).SerializeToString())
        line.ping().wait(10)
    asyncio.run(look_around(server))


def test_open_to_the_network_it_still_refuses_pages_of_another_origin():
    with serving("--server.address=0.0.0.0") as server:
        with pytest.raises(InvalidStatus):
            stream(server, origin="http://evil.example")
        own = f"http://127.0.0.1:{server.port}"
        with connect(f"ws://127.0.0.1:{server.port}/_stcore/stream", origin=own) as line:
            line.ping().wait(10)
