from __future__ import annotations

import subprocess
import sys

from mnist_core.benchmark import measure
from mnist_core.benchmark.measure import busy_core


def test_a_program_keeps_a_core_busy_only_as_long_as_it_is_wanted(monkeypatch):
    started = []

    def start(*arguments):
        started.append(begin(*arguments))
        return started[-1]

    begin = subprocess.Popen
    monkeypatch.setattr(measure.subprocess, "Popen", start)
    with busy_core():
        (program,) = started
        assert program.args[0] == sys.executable
        assert program.poll() is None
    assert program.poll() is not None
