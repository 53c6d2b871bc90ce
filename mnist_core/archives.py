"""MNIST's four files: where they lie, whether they are right, and mending those that are not."""

from __future__ import annotations

import gzip
import hashlib
import logging
import os
import secrets
import socket
import tempfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

# SHA-256 of each file's contents, unpacked. The archives need none: what comes out of them counts.
_SHA256 = {
    "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}
FILES = tuple(_SHA256)
ARCHIVES = tuple(f"{name}.gz" for name in FILES)
ARCHIVES_MEGABYTES = 11.6

_DOWNLOAD_TIMEOUT_SECONDS = 20
_PART = ".part-"

_log = logging.getLogger(__name__)


class MnistUnavailableError(Exception):
    """The digits cannot be had; the message says what is missing and what to do about it."""


def mnist_root() -> Path:
    """The folder that holds MNIST/raw: the environment's MNIST_ROOT, or data in the project."""
    return Path(os.environ.get("MNIST_ROOT") or Path(__file__).parents[1] / "data")


def missing_files(root: Path) -> list[str]:
    """Names of the archives for which neither archive nor unpacked file is under root/MNIST/raw."""
    raw = _raw(root)
    return [f"{name}.gz" for name in FILES if not _is_there(raw / name, _archive(raw, name))]


def is_right(name: str, *parts: bytes | memoryview) -> bool:
    """Whether these parts, one after the other, are the contents of the file of this name."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    return digest.hexdigest() == _SHA256[name]


def recover(root: Path) -> dict[str, bytes]:
    """The right contents of all four files, by name; those under root/MNIST/raw are mended too.

    A file that is not right there is unpacked anew from its archive, and an archive that is not
    right either is downloaded. Where the folder cannot be written, or the disk is full, the files
    stay as they are.

    Raises MnistUnavailableError where a file can be neither unpacked nor downloaded.
    """
    raw = _raw(root)
    unpacked = {name: _right_or_none(name, _read(raw / name)) for name in FILES}
    contents = {name: unpacked[name] or _unpacked(raw, name) for name in FILES}
    lacking = [name for name in FILES if contents[name] is None]
    if lacking:
        contents |= _downloaded(raw, lacking)
    wrong = [name for name in FILES if unpacked[name] is None]
    if wrong:
        _sweep(raw)
    for name in wrong:
        _put(raw / name, contents[name])
    return contents


def _raw(root: Path) -> Path:
    return root / "MNIST" / "raw"


def _archive(raw: Path, name: str) -> Path:
    return raw / f"{name}.gz"


def _is_there(*paths: Path) -> bool:
    """Whether any of them is a file, as far as can be seen."""
    for path in paths:
        # Before Python 3.14, one in a folder that may not be entered raises.
        with suppress(OSError):
            if path.is_file():
                return True
    return False


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None


def _right_or_none(name: str, contents: bytes | None) -> bytes | None:
    return contents if contents is not None and is_right(name, contents) else None


def _unpacked(raw: Path, name: str) -> bytes | None:
    """What comes out of the archive; None where it is not there or not right."""
    archive = _read(_archive(raw, name))
    if archive is None:
        return None
    try:
        return _right_or_none(name, gzip.decompress(archive))
    except (OSError, EOFError, zlib.error):
        return None


def _put(path: Path, contents: bytes) -> None:
    """Write the file whole, or leave what is there: only a start without it takes longer.

    It gets its name when it is complete, since another server may read it at this moment. The name
    before that ends alike, so that git ignores what a killed server leaves.
    """
    part = path.with_name(f"{_PART}{secrets.token_hex(4)}-{path.name}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(contents)
        part.replace(path)
    except OSError as error:
        _log.info("%s stays as it is: %s", path, error)
        with suppress(OSError):
            part.unlink()


def _sweep(raw: Path) -> None:
    """Take away what killed servers have left half written.

    Another server may be writing one of these files at this moment: it then does without, and this
    one writes the same file after it.
    """
    for part in raw.glob(f"{_PART}*"):
        with suppress(OSError):
            part.unlink()


def _downloaded(raw: Path, names: Iterable[str]) -> dict[str, bytes]:
    """What comes out of these archives, which are put where they belong; the contents by name."""
    contents = {}
    try:
        for name in names:
            with tempfile.TemporaryDirectory() as folder, _socket_timeout():
                _download(f"{name}.gz", folder)
                contents[name] = _unpacked(Path(folder), name)
                if contents[name] is None:
                    raise RuntimeError(f"{name}.gz came damaged")
                _put(_archive(raw, name), _archive(Path(folder), name).read_bytes())
    except Exception as error:  # a mirror can fail in many ways, and so can the temporary folder
        raise MnistUnavailableError(_how_to_mend(raw, names, error)) from error
    return contents


def _download(archive: str, folder: str) -> None:
    """Have torchvision fetch the archive from the first of its mirrors that gives it whole."""
    from torchvision.datasets import MNIST
    from torchvision.datasets.utils import download_url

    md5 = dict(MNIST.resources)[archive]
    failures = []
    for mirror in MNIST.mirrors:
        try:
            return download_url(f"{mirror}{archive}", folder, archive, md5)
        except Exception as error:  # whatever it is, the next mirror may do better
            failures.append(error)
    raise failures[0]


@contextmanager
def _socket_timeout() -> Iterator[None]:
    """Let a download that hears nothing give up: torchvision itself would wait for ever."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(_DOWNLOAD_TIMEOUT_SECONDS)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)


def _how_to_mend(raw: Path, names: Iterable[str], error: Exception) -> str:
    faults = ", ".join(f"{name}.gz ({_fault(_archive(raw, name))})" for name in names)
    reason = (str(error).splitlines() or [type(error).__name__])[0]
    return (
        f"MNIST is incomplete, and downloading it did not work ({reason}). Wrong in {raw}: "
        f"{faults}. Put the original there, or connect this computer to the internet, and try "
        f"again. The environment variable MNIST_ROOT can name another folder."
    )


def _fault(archive: Path) -> str:
    """What is wrong with an archive that cannot be unpacked."""
    try:
        archive.read_bytes()
    except FileNotFoundError:
        return "missing"
    except IsADirectoryError:
        return "a folder stands in its place"
    except OSError as error:
        return f"cannot be read: {error.strerror}"
    return "damaged"
