"""plotly.js on its way to browsers here and elsewhere, asked for by hand."""

from __future__ import annotations

import gzip
import re
import urllib.request
from http.client import HTTPResponse

import pytest

from tests.load.visitor import ELSEWHERE
from tests.serving import Server


@pytest.fixture(params=["server", "server_under_a_path"])
def server(request) -> Server:
    return request.getfixturevalue(request.param)


def ask(url: str, **headers: str) -> HTTPResponse:
    return urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=30)


def preloaded(server: Server, page: str = "") -> str:
    """The address that the page has a browser fetch at once."""
    (path,) = re.findall(r"<(/.*)>; rel=preload; as=script", ask(server.url + page).headers["Link"])
    return f"http://localhost:{server.port}{path}"


@pytest.mark.parametrize("page", ["/", "/compare", "/?present=1"])
def test_every_page_has_the_browser_fetch_plotly_js_at_once_and_keep_it(server, page):
    answer = ask(preloaded(server, page))
    assert b"plotly.js v" in answer.read(300)
    assert "immutable" in answer.headers["Cache-Control"]


def test_it_comes_as_it_is_on_this_computer_and_compressed_elsewhere(server):
    url = preloaded(server)
    here = ask(url, **{"Accept-Encoding": "gzip"})
    elsewhere = ask(url, **{"Accept-Encoding": "gzip"}, **ELSEWHERE)
    assert elsewhere.headers["Content-Encoding"] == "gzip"
    compressed, whole = elsewhere.read(), here.read()
    assert len(compressed) < len(whole) / 3
    assert gzip.decompress(compressed) == whole
    assert ask(url, **ELSEWHERE).read() == whole


def test_nothing_but_pages_has_it_fetched(server):
    assert ask(f"{server.url}/_stcore/health").headers["Link"] is None
