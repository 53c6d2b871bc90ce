"""A wire between a browser and a server, to be cut or put to sleep.

The browser driver's own set_offline does neither to a websocket.
"""

from __future__ import annotations

import contextlib
import socket
import threading

_FOR_OTHERS = b"\r\nX-Forwarded-For: 192.0.2.7\r\n"


class Wire:
    """Carries connections to a port of this machine.

    for_others: whether it says, as a proxy does, that it asks for a browser on another computer.

    While it is cut, there are none; while it sleeps, they stay open and nothing comes through, as
    where a laptop was closed.
    """

    def __init__(self, port: int, *, for_others: bool = False) -> None:
        self._target = port
        self._for_others = for_others
        self._whole = True
        self._awake = threading.Event()
        self._awake.set()
        self._ends: list[socket.socket] = []
        self._door = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://localhost:{self._door.getsockname()[1]}"
        threading.Thread(target=self._let_in, daemon=True).start()

    def cut(self) -> None:
        """End every connection, and refuse new ones."""
        self._whole = False
        for end in self._ends:
            _hang_up(end)
        self._ends.clear()

    def mend(self) -> None:
        """Let connections through again."""
        self._whole = True

    def sleep(self) -> None:
        """Hold back whatever is sent."""
        self._awake.clear()

    def wake(self) -> None:
        """Carry on, with what was held back first."""
        self._awake.set()

    def close(self) -> None:
        """Cut it for good."""
        self.cut()
        self.wake()
        self._door.close()

    def _let_in(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._door.accept()
                if self._whole:
                    self._connect(near)
                else:
                    near.close()

    def _connect(self, near: socket.socket) -> None:
        try:
            far = socket.create_connection(("127.0.0.1", self._target))
        except OSError:
            near.close()
            return
        self._ends += [near, far]
        for source, sink, added in ((near, far, self._for_others), (far, near, False)):
            threading.Thread(target=self._carry, args=(source, sink, added), daemon=True).start()

    def _carry(self, source: socket.socket, sink: socket.socket, added: bool) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(1 << 16):
                self._awake.wait()
                # A websocket's connection carries one request, which fits into the first bytes.
                sink.sendall(data.replace(b"\r\n", _FOR_OTHERS, 1) if added else data)
                added = False
        self._awake.wait()
        _hang_up(sink)


def _hang_up(end: socket.socket) -> None:
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()
