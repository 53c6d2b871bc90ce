from __future__ import annotations

import signal
from pathlib import Path

import pytest
from playwright.sync_api import expect

from mnist_core.data.archives import ARCHIVES
from tests.browser.conftest import new_visitor, press, wait_for_points
from tests.serving import serving


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_the_server_stopped_during_training_exits_cleanly(browser, how):
    with serving() as server:
        page = new_visitor(browser, server)
        press(page, "Start")
        wait_for_points(page, "learning_curve", 2)
        status, errors = server.stop(how)
    assert status == 0
    assert "Traceback" not in errors
    assert "Fatal" not in errors


def test_it_listens_on_this_computer_only(server):
    port = server.url.rpartition(":")[2]
    net = Path(f"/proc/{server.process.pid}/net")
    sockets = [line.split() for name in ("tcp", "tcp6") for line in (net / name).open()]
    listening = [fields[1] for fields in sockets if fields[3] == "0A"]
    addresses = {
        address
        for address, _, number in (one.partition(":") for one in listening)
        if number == f"{int(port):04X}"
    }
    assert addresses
    assert addresses <= {"0100007F", "00000000000000000000000001000000"}


def test_where_the_digits_are_missing_the_page_says_what_to_do(browser, tmp_path):
    nowhere = {"MNIST_ROOT": str(tmp_path), "http_proxy": "http://127.0.0.1:9"}
    nowhere["https_proxy"] = nowhere["http_proxy"]
    with serving(**nowhere) as server:
        page = new_visitor(browser, server, path="train")
        alert = page.get_by_test_id("stAlert")
        for name in ARCHIVES:
            expect(alert).to_contain_text(f"{name} (missing)")
        expect(page.get_by_role("button", name="Try again")).to_be_visible()
