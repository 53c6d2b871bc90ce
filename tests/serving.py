"""The dashboard's own server, as a process of its own on this machine alone."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.waiting import wait_until

PROJECT = Path(__file__).parents[1]


class Server:
    """`streamlit run dashboard.py` on a port of this machine, a free one unless it is named."""

    def __init__(self, *options: str, port: int | None = None, **environment: str) -> None:
        self.port = port or _free_port()
        base = next((one.partition("=")[2] for one in options if "baseUrlPath" in one), "")
        self.url = f"http://localhost:{self.port}{'/' * bool(base)}{base}"
        # Files and not pipes, which would stop a server that has much to complain of.
        self._errors = tempfile.TemporaryFile("w+")  # noqa: SIM115
        self._output = tempfile.TemporaryFile("w+")  # noqa: SIM115
        command = [sys.executable, "-m", "streamlit", "run", "dashboard.py", *options]
        self.process = subprocess.Popen(
            [*command, f"--server.port={self.port}", "--server.headless=true"],
            cwd=PROJECT,
            env=os.environ | {"PYTHONUNBUFFERED": "1"} | environment,
            stdout=self._output,
            stderr=self._errors,
        )
        wait_until(self._answers)

    def stop(self, how: signal.Signals = signal.SIGTERM) -> tuple[int, str]:
        """Ask the server to end; its exit status and what it wrote to standard error."""
        self.process.send_signal(how)
        self.process.wait(timeout=30)
        return self.process.returncode, self.errors

    @property
    def errors(self) -> str:
        """What it has written to standard error so far."""
        self._errors.seek(0)
        return self._errors.read()

    @property
    def teachers_token(self) -> str:
        """The one in the link that it has printed for the teacher."""
        wait_until(lambda: "teacher=" in self._printed)
        return re.search(r"teacher=(\S+)", self._printed)[1]

    @property
    def _printed(self) -> str:
        self._output.seek(0)
        return self._output.read()

    def cpu_seconds(self) -> float:
        """Processor time that the server has used so far."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def megabytes(self) -> float:
        """Memory that it holds now."""
        lines = Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        (line,) = [line for line in lines if line.startswith("VmRSS:")]
        return int(line.split()[1]) / 1024

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=1) as answer:
                return answer.status == 200
        except OSError:
            return False


class IdleWatch:
    """Whether a server has used less than a tenth of a processor for a whole second."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._looks: list[float] = []

    def has_come(self) -> bool:
        # wait_until looks every 10 ms: a hundred looks lie a second or a little more apart.
        self._looks.append(self._server.cpu_seconds())
        return len(self._looks) > 100 and self._looks[-1] - self._looks[-100] < 0.1


@contextmanager
def serving(*options: str, port: int | None = None, **environment: str) -> Iterator[Server]:
    """A server for as long as the block lasts."""
    server = Server(*options, port=port, **environment)
    try:
        yield server
    finally:
        if server.process.poll() is None:
            server.stop()


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]
