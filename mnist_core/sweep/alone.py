"""One sweep at a time for each file."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from mnist_core.sweep.file import SweepError


@contextmanager
def alone_with(out: Path) -> Iterator[None]:
    """Have this file to oneself; raises SweepError where another sweep has it.

    The system unlocks what a process has locked when that ends, whatever ends it: the empty file
    that a kill leaves beside the other keeps nobody off.
    """
    path = out.with_name(f"{out.name}.lock")
    try:
        file = _locked(path)
    except OSError as error:
        raise SweepError(f"{path} can't be used: {error.strerror}") from None
    if file is None:
        raise SweepError(
            f"another sweep writes {out} at present: wait for its end, or give another --out"
        )
    with file:
        try:
            yield
        finally:
            with suppress(OSError):  # Windows removes no file that is open: there it stays
                path.unlink()


def _locked(path: Path) -> BinaryIO | None:
    """The file, open and locked; None where another process has it."""
    with ExitStack() as left_open:
        file = left_open.enter_context(path.open("ab"))
        with suppress(BlockingIOError, PermissionError, FileNotFoundError):
            _lock(file)
            # Who had it before may have removed it since it was opened here.
            if os.path.samestat(os.fstat(file.fileno()), path.stat()):
                left_open.pop_all()
                return file
    return None


def _lock(file: BinaryIO) -> None:
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
