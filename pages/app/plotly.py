"""plotly.js on its way to the browser."""

from __future__ import annotations

import asyncio
import gzip
from functools import cache

from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pages.app.presence import is_on_this_computer
from pages.components.plotly_js import PLOTLY_JS, plotly_path

_HEADERS = {"Cache-Control": "public, max-age=31536000, immutable"}


def plotly_route() -> Route:
    """The route of plotly.js, for st.App."""
    return Route(plotly_path(), _serve)


def preloaded_plotly() -> Middleware:
    """Has a browser fetch plotly.js while it reads the page's own scripts, for st.App."""
    return Middleware(_Preload)


async def _serve(request: Request) -> Response:
    # To compress 4.8 MB takes longer than to read them on the same computer.
    if is_on_this_computer(request) or "gzip" not in request.headers.get("accept-encoding", ""):
        return FileResponse(PLOTLY_JS, headers=_HEADERS | {"Content-Encoding": "identity"})
    return Response(
        await asyncio.to_thread(_compressed),
        media_type="text/javascript",
        headers=_HEADERS | {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"},
    )


@cache
def _compressed() -> bytes:
    return gzip.compress(PLOTLY_JS.read_bytes(), compresslevel=6)


class _Preload:
    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_link(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if headers.get("content-type", "").startswith("text/html"):
                    headers.append("Link", f"<{plotly_path()}>; rel=preload; as=script")
            await send(message)

        await self._app(scope, receive, with_link if scope["type"] == "http" else send)
