"""That a class is served right; how fast, `python -m tests.load.classroom` tells."""

from __future__ import annotations

import asyncio

from tests.load.classroom import attend
from tests.serving import serving


def test_a_few_visitors_at_once_all_train_and_nobody_meets_an_error():
    with serving() as server:
        report = asyncio.run(asyncio.wait_for(attend(server, visitors=4, seconds=8), 120))
        _, complaints = server.stop()
    assert report.errors == []
    assert len(report.epochs) == 4
    assert all(epochs > 0 for epochs in report.epochs)
    assert report.tick_seconds
    assert report.click_seconds
    assert "Traceback" not in complaints
