"""MNIST's four files: where they lie, what is in them, and downloading those that are not right."""

from __future__ import annotations

import hashlib
import logging
import os
import secrets
import socket
import tempfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

from mnist_core.language import _, later

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
DOWNLOAD_TIMEOUT_SECONDS = 20  # of hearing nothing

_log = logging.getLogger(__name__)


class MnistUnavailableError(Exception):
    """The digits cannot be had; the message says what is missing and what to do about it.

    message: itself, or what makes it: one load is told to many readers, each in their language.
    """

    def __init__(self, message: str | Callable[[], str]) -> None:
        super().__init__(message)

    def __str__(self) -> str:
        message = self.args[0]
        return message() if callable(message) else message


def mnist_root() -> Path:
    """The folder that holds MNIST/raw: the environment's MNIST_ROOT, or data in the project."""
    return Path(os.environ.get("MNIST_ROOT") or Path(__file__).parents[2] / "data")


def missing_files(root: Path) -> list[str]:
    """Names of the archives for which neither archive nor unpacked file is under root/MNIST/raw."""
    raw = _raw(root)
    return [f"{name}.gz" for name in FILES if not _is_there(raw / name, _archive(raw, name))]


def is_right(name: str, contents: bytes) -> bool:
    """Whether these are the contents of the file of this name, unpacked."""
    return hashlib.sha256(contents).hexdigest() == _SHA256[name]


def read_files(root: Path) -> dict[str, bytes]:
    """The right contents of all four files, by name, unpacked in memory.

    A file is read from its archive under root/MNIST/raw, or else as it lies there unpacked. Where
    neither is right, the archive is downloaded and put there; where the folder cannot be written,
    or the disk is full, what is there stays as it is.

    Raises MnistUnavailableError where a file can be neither read nor downloaded.
    """
    raw = _raw(root)
    contents = {name: _contents(raw, name) for name in FILES}
    return contents | _downloaded(raw, [name for name in FILES if contents[name] is None])


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


def _contents(raw: Path, name: str) -> bytes | None:
    """What the archive holds, or else the unpacked file; None where neither is right."""
    for path, unpack in ((_archive(raw, name), _gunzip), (raw / name, bytes)):
        with suppress(OSError, zlib.error):
            contents = unpack(path.read_bytes())
            if is_right(name, contents):
                return contents
    return None


def _gunzip(archive: bytes) -> bytes:
    # zlib.error is all that this raises; gzip.decompress, no faster, raises three kinds of error.
    return zlib.decompress(archive, wbits=16 + zlib.MAX_WBITS)


def _downloaded(raw: Path, names: list[str]) -> dict[str, bytes]:
    """The contents of the files of these names, whose archives are put where they belong."""
    contents = {}
    try:
        for name in names:
            with tempfile.TemporaryDirectory() as folder, _socket_timeout():
                _download(f"{name}.gz", folder)
                right = _contents(Path(folder), name)
                if right is None:
                    raise RuntimeError(f"{name}.gz came damaged")
                _put(_archive(raw, name), _archive(Path(folder), name).read_bytes())
            contents[name] = right
    except Exception as error:  # a mirror can fail in many ways, and so can the temporary folder
        archives = [_archive(raw, name) for name in names[len(contents) :]]
        faults = {archive.name: _fault(archive) for archive in archives}
        raise MnistUnavailableError(partial(_how_to_mend, raw, faults, error)) from error
    return contents


def _put(path: Path, archive: bytes) -> None:
    """Write the archive whole, or leave what is there: the next start then downloads it again.

    It gets its name when it is complete, since another server may read it at this moment.
    """
    part = path.with_suffix(f".{secrets.token_hex(4)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(archive)
        part.replace(path)
    except OSError as error:
        _log.info("%s stays as it is: %s", path, error)
        with suppress(OSError):
            part.unlink()


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
    socket.setdefaulttimeout(DOWNLOAD_TIMEOUT_SECONDS)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)


def _how_to_mend(raw: Path, faults: Mapping[str, tuple[str, str]], error: Exception) -> str:
    """faults: by archive, as _fault() gives them."""
    wrong = ", ".join(
        f"{archive} ({_(fault).format(why=why)})" for archive, (fault, why) in faults.items()
    )
    reason = (str(error).splitlines() or [type(error).__name__])[0]
    return _(
        "MNIST is incomplete, and downloading it did not work ({reason}). Wrong in {folder}: "
        "{wrong}. Put the original there, or connect this computer to the internet, and try "
        "again. The environment variable MNIST_ROOT can name another folder."
    ).format(reason=reason, folder=raw, wrong=wrong)


def _fault(archive: Path) -> tuple[str, str]:
    """What is wrong with an archive that cannot be unpacked, in English, and why if it is known."""
    try:
        archive.read_bytes()
    except FileNotFoundError:
        return later("missing"), ""
    except IsADirectoryError:
        return later("a folder stands in its place"), ""
    except OSError as error:
        return later("cannot be read: {why}"), str(error.strerror)
    return later("damaged"), ""
