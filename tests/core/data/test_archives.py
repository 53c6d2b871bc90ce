"""Files are broken for real, in copies of the committed ones, and the digits loaded from them."""

from __future__ import annotations

import functools
import gzip
import http.server
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import torch
from torchvision.datasets import MNIST

from mnist_core import Mnist, MnistUnavailableError, load_mnist, missing_files, mnist_root
from mnist_core.data import archives
from mnist_core.data.archives import ARCHIVES, FILES
from tests.conftest import wait_until

CPU = torch.device("cpu")
COMMITTED = mnist_root() / "MNIST" / "raw"


@pytest.fixture
def root(tmp_path) -> Path:
    """A fresh clone's folder: the four archives and nothing else."""
    return copy_archives(tmp_path)


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory) -> Iterator[Path]:
    """The unpacked files and no archive, as torchvision may have left them."""
    folder = tmp_path_factory.mktemp("unpacked")
    raw = folder / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for name in FILES:
        (raw / name).write_bytes(gzip.decompress((COMMITTED / f"{name}.gz").read_bytes()))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def offline(monkeypatch) -> None:
    """Nothing can be downloaded."""
    monkeypatch.setattr(MNIST, "mirrors", ["http://127.0.0.1:9/"])


@pytest.fixture
def served_archives(monkeypatch) -> Iterator[str]:
    """Downloads come from a web server on this machine that has the committed archives."""
    with serving(COMMITTED) as mirror:
        monkeypatch.setattr(MNIST, "mirrors", [mirror])
        yield mirror


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """The address of a web server that has the files of this folder."""
    handler = functools.partial(_Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


def copy_archives(folder: Path) -> Path:
    raw = folder / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for name in ARCHIVES:
        shutil.copy(COMMITTED / name, raw)
    return folder


def assert_equal(loaded: Mnist, mnist: Mnist) -> None:
    assert all(
        torch.equal(getattr(getattr(one, half), part), getattr(getattr(other, half), part))
        for one, other in [(loaded, mnist.to(CPU))]
        for half in ("train", "test")
        for part in ("images", "labels")
    )


def names_in(root: Path) -> set[str]:
    return {path.name for path in (root / "MNIST" / "raw").iterdir()}


def delete(path: Path) -> None:
    path.unlink()


def empty(path: Path) -> None:
    path.write_bytes(b"")


def cut_short(path: Path) -> None:
    os.truncate(path, path.stat().st_size - 1)


def cut_to_its_beginning(path: Path) -> None:
    os.truncate(path, 10)


def change_a_byte(path: Path) -> None:
    contents = bytearray(path.read_bytes())
    contents[len(contents) // 2] ^= 1
    path.write_bytes(contents)


def put_a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()
    (path / "a file").touch()


def point_at_nothing(path: Path) -> None:
    path.unlink()
    path.symlink_to("nowhere")


def make_unreadable(path: Path) -> None:
    path.unlink()
    path.symlink_to(path.name)  # a link to itself cannot be opened, not even by root


BREAKS = (
    delete,
    empty,
    cut_short,
    cut_to_its_beginning,
    change_a_byte,
    put_a_folder,
    point_at_nothing,
    make_unreadable,
)
each_break = pytest.mark.parametrize("damage", BREAKS, ids=lambda damage: damage.__name__)
each_file = pytest.mark.parametrize("name", FILES)
each_break_and_each_file = pytest.mark.parametrize(
    ("damage", "name"),
    [
        *((damage, FILES[1]) for damage in BREAKS),
        *((change_a_byte, name) for name in FILES if name != FILES[1]),
    ],
)


@pytest.mark.usefixtures("offline")
def test_archives_are_unpacked_in_memory_and_nothing_is_written(root, mnist):
    assert_equal(load_mnist(root, CPU), mnist)
    assert names_in(root) == set(ARCHIVES)


@pytest.mark.usefixtures("offline")
def test_unpacked_files_without_an_archive_are_enough(unpacked, mnist):
    assert missing_files(unpacked) == []
    assert_equal(load_mnist(unpacked, CPU), mnist)
    assert names_in(unpacked) == set(FILES)


@each_break
@pytest.mark.usefixtures("offline")
def test_of_an_archive_and_its_unpacked_file_one_may_be_broken(root, mnist, damage):
    raw = root / "MNIST" / "raw"
    for file, archive in ((FILES[1], ARCHIVES[1]), (FILES[3], ARCHIVES[3])):
        (raw / file).write_bytes(gzip.decompress((raw / archive).read_bytes()))
    damage(raw / ARCHIVES[1])
    damage(raw / FILES[3])
    assert_equal(load_mnist(root, CPU), mnist)


@each_file
@pytest.mark.usefixtures("offline")
def test_an_unpacked_file_with_a_changed_byte_is_not_trained_on(root, name):
    raw = root / "MNIST" / "raw"
    (raw / name).write_bytes(gzip.decompress((raw / f"{name}.gz").read_bytes()))
    change_a_byte(raw / name)
    (raw / f"{name}.gz").unlink()
    with pytest.raises(MnistUnavailableError, match=rf"{name}\.gz \(missing\)"):
        load_mnist(root, CPU)


@each_break_and_each_file
@pytest.mark.usefixtures("offline")
def test_a_broken_archive_is_named_with_the_remedy(root, damage, name):
    raw = root / "MNIST" / "raw"
    damage(raw / f"{name}.gz")
    with pytest.raises(MnistUnavailableError) as refused:
        load_mnist(root, CPU)
    message = str(refused.value)
    assert "\n" not in message
    assert f"{raw}: {name}.gz ({FAULTS.get(damage, 'damaged')}" in message
    assert "Put the original there, or connect this computer to the internet" in message
    assert not any(other in message for other in FILES if other != name)


FAULTS = {
    delete: "missing",
    point_at_nothing: "missing",
    put_a_folder: "a folder stands in its place",
    make_unreadable: "cannot be read",
}


@each_break_and_each_file
@pytest.mark.usefixtures("served_archives")
def test_a_broken_archive_is_downloaded_and_put_in_its_place(root, mnist, damage, name):
    archive = root / "MNIST" / "raw" / f"{name}.gz"
    damage(archive)
    assert_equal(load_mnist(root, CPU), mnist)
    # A folder in its place may hold anything, and is left alone: each start downloads the archive.
    assert archive.is_dir() or archive.read_bytes() == (COMMITTED / f"{name}.gz").read_bytes()
    assert names_in(root) == set(ARCHIVES)


@pytest.mark.usefixtures("offline")
def test_archives_that_hold_other_digits_are_refused(root):
    raw = root / "MNIST" / "raw"
    shutil.copy(raw / ARCHIVES[2], raw / ARCHIVES[0])
    with pytest.raises(MnistUnavailableError, match=r"train-images-idx3-ubyte\.gz \(damaged\)"):
        load_mnist(root, CPU)


def test_tensors_that_an_old_torchvision_saved_are_not_trusted(root, mnist):
    old = root / "MNIST" / "processed"
    old.mkdir()
    wrong = mnist.to(CPU).train.labels.clone()
    wrong[0] += 256  # the same as the right one in a byte
    torch.save((mnist.to(CPU).train.images, wrong), old / "training.pt")
    torch.save((mnist.to(CPU).test.images, mnist.to(CPU).test.labels), old / "test.pt")
    assert_equal(load_mnist(root, CPU), mnist)


def test_mnist_root_is_the_environments_where_it_names_one(monkeypatch, tmp_path):
    monkeypatch.setenv("MNIST_ROOT", str(tmp_path))
    assert mnist_root() == tmp_path
    monkeypatch.setenv("MNIST_ROOT", "")
    assert mnist_root() == Path(__file__).parents[3] / "data"


def test_the_committed_archives_are_complete():
    assert all((COMMITTED / name).is_file() for name in ARCHIVES)


@pytest.mark.usefixtures("served_archives")
def test_missing_archives_are_downloaded(tmp_path, mnist, monkeypatch):
    assert missing_files(tmp_path) == list(ARCHIVES)
    assert_equal(load_mnist(tmp_path, CPU), mnist)
    assert missing_files(tmp_path) == []
    monkeypatch.setattr(MNIST, "mirrors", [])
    assert_equal(load_mnist(tmp_path, CPU), mnist)


@pytest.mark.usefixtures("served_archives")
def test_a_second_mirror_is_asked_where_the_first_one_fails(tmp_path, mnist, monkeypatch):
    monkeypatch.setattr(MNIST, "mirrors", ["http://127.0.0.1:9/", *MNIST.mirrors])
    assert_equal(load_mnist(tmp_path, CPU), mnist)


def test_a_mirror_that_says_nothing_is_given_up_for_the_next_one(
    root, mnist, monkeypatch, served_archives
):
    (root / "MNIST" / "raw" / ARCHIVES[3]).unlink()
    monkeypatch.setattr(archives, "DOWNLOAD_TIMEOUT_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silence = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        monkeypatch.setattr(MNIST, "mirrors", [silence, served_archives])
        assert_equal(load_mnist(root, CPU), mnist)


def test_an_archive_that_comes_damaged_is_not_put_in_place(root, tmp_path, monkeypatch):
    (root / "MNIST" / "raw" / ARCHIVES[3]).unlink()
    mirrored = tmp_path / "mirrored"
    mirrored.mkdir()
    shutil.copy(COMMITTED / ARCHIVES[3], mirrored)
    change_a_byte(mirrored / ARCHIVES[3])
    with serving(mirrored) as mirror:
        monkeypatch.setattr(MNIST, "mirrors", [mirror])
        with pytest.raises(MnistUnavailableError, match=r"t10k-labels-idx1-ubyte\.gz \(missing\)"):
            load_mnist(root, CPU)
    assert names_in(root) == {*ARCHIVES[:3]}


def test_a_download_that_holds_other_digits_is_refused_though_it_came_whole(
    root, tmp_path, monkeypatch
):
    (root / "MNIST" / "raw" / ARCHIVES[3]).unlink()
    mirrored = tmp_path / "mirrored"
    mirrored.mkdir()
    shutil.copy(COMMITTED / ARCHIVES[1], mirrored / ARCHIVES[3])
    checksums = dict(MNIST.resources)
    monkeypatch.setattr(MNIST, "resources", [(ARCHIVES[3], checksums[ARCHIVES[1]])])
    with serving(mirrored) as mirror:
        monkeypatch.setattr(MNIST, "mirrors", [mirror])
        with pytest.raises(MnistUnavailableError, match="came damaged"):
            load_mnist(root, CPU)
    assert names_in(root) == {*ARCHIVES[:3]}


@pytest.mark.usefixtures("offline")
def test_all_that_cannot_be_downloaded_is_named_with_the_remedy(tmp_path):
    with pytest.raises(MnistUnavailableError) as refused:
        load_mnist(tmp_path, CPU)
    assert all(name in str(refused.value) for name in (*ARCHIVES, str(tmp_path), "MNIST_ROOT"))


def test_only_what_could_not_be_downloaded_is_named(tmp_path, monkeypatch):
    mirrored = tmp_path / "mirrored"
    mirrored.mkdir()
    for name in ARCHIVES[:3]:
        shutil.copy(COMMITTED / name, mirrored)
    with serving(mirrored) as mirror:
        monkeypatch.setattr(MNIST, "mirrors", [mirror])
        with pytest.raises(MnistUnavailableError) as refused:
            load_mnist(tmp_path, CPU)
    assert [name for name in ARCHIVES if name in str(refused.value)] == [ARCHIVES[3]]


@pytest.mark.usefixtures("offline")
def test_a_file_in_place_of_the_data_folder_is_told_in_one_message(tmp_path):
    place = tmp_path / "data"
    place.touch()
    assert missing_files(place) == list(ARCHIVES)
    with pytest.raises(MnistUnavailableError, match="Not a directory"):
        load_mnist(place, CPU)


@contextmanager
def permissions_binding() -> Iterator[None]:
    """As somebody whom permissions bind: root passes over them."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def open_root() -> Iterator[Path]:
    """A fresh clone's folder, on a path that everybody may walk: tmp_path is its owner's alone."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield copy_archives(Path(folder))


needs_permissions = pytest.mark.skipif(not hasattr(os, "seteuid"), reason="has no permission bits")


@needs_permissions
@pytest.mark.usefixtures("served_archives")
def test_a_download_that_may_not_be_put_in_place_is_used_all_the_same(open_root, mnist):
    raw = open_root / "MNIST" / "raw"
    change_a_byte(raw / ARCHIVES[1])
    raw.chmod(0o555)
    with permissions_binding():
        with pytest.raises(PermissionError):
            (raw / "a file").touch()
        assert_equal(load_mnist(open_root, CPU), mnist)
    raw.chmod(0o755)
    assert names_in(open_root) == set(ARCHIVES)


@needs_permissions
@pytest.mark.usefixtures("offline")
def test_an_archive_that_may_not_be_read_is_told_as_that(open_root):
    (open_root / "MNIST" / "raw" / ARCHIVES[3]).chmod(0)
    refusal = r"t10k-labels-idx1-ubyte\.gz \(cannot be read: Permission denied\)"
    with permissions_binding(), pytest.raises(MnistUnavailableError, match=refusal):
        load_mnist(open_root, CPU)


@needs_permissions
@pytest.mark.usefixtures("offline")
def test_a_folder_that_may_not_be_entered_is_told_in_one_message(open_root):
    raw = open_root / "MNIST" / "raw"
    raw.chmod(0)
    with permissions_binding():
        assert missing_files(open_root) == list(ARCHIVES)
        with pytest.raises(MnistUnavailableError, match="cannot be read: Permission denied"):
            load_mnist(open_root, CPU)
    raw.chmod(0o755)


def in_a_process(script: str, *arguments: object) -> subprocess.Popen:
    """A Python that imports what tests need, downloads from this test's mirrors, and runs this."""
    mirrors = f"torchvision.datasets.MNIST.mirrors = {MNIST.mirrors!r}\n"
    return subprocess.Popen(
        [sys.executable, "-c", PREAMBLE + mirrors + script, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


PREAMBLE = """
import contextlib, io, sys, torch, torchvision.datasets
from pathlib import Path
from mnist_core import load_mnist
def digits_of(root):
    progress = io.StringIO()  # torchvision's, of a download
    with contextlib.redirect_stdout(progress), contextlib.redirect_stderr(progress):
        return len(load_mnist(Path(root), torch.device("cpu")).train)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="has no limit to the length of a file")
@pytest.mark.usefixtures("served_archives")
def test_a_disk_that_fills_while_a_download_is_put_in_place_is_done_without(root):
    # Writing past the limit fails as on a full disk, with another number.
    script = """
import resource
def fill_the_disk(event, details):
    if event == "open" and str(details[0]).startswith(sys.argv[1]) and "w" in (details[1] or ""):
        resource.setrlimit(resource.RLIMIT_FSIZE, (5_000_000, 5_000_000))
sys.addaudithook(fill_the_disk)
print(digits_of(sys.argv[1]))
"""
    (root / "MNIST" / "raw" / ARCHIVES[0]).unlink()
    output, errors = in_a_process(script, root).communicate()
    assert (output, errors) == ("60000\n", "")
    assert names_in(root) == {*ARCHIVES[1:]}


@pytest.mark.usefixtures("served_archives")
def test_a_server_killed_while_it_downloads_leaves_nothing_that_the_next_one_minds(tmp_path, mnist):
    raw = tmp_path / "MNIST" / "raw"
    server = in_a_process("digits_of(sys.argv[1])", tmp_path)
    wait_until(lambda: raw.exists() and any(raw.iterdir()))
    server.kill()
    server.communicate()
    assert_equal(load_mnist(tmp_path, CPU), mnist)


@pytest.mark.usefixtures("served_archives")
def test_two_servers_that_start_at_the_same_moment_both_get_the_digits(root):
    script = """
for root in sys.stdin:
    print(digits_of(root.strip()), flush=True)
"""
    servers = [in_a_process(script) for _ in range(2)]
    for missing in [ARCHIVES, ARCHIVES[:1], ARCHIVES[2:], ARCHIVES]:
        for name in missing:
            (root / "MNIST" / "raw" / name).unlink()
        for server in servers:
            print(root, file=server.stdin, flush=True)
        assert [server.stdout.readline() for server in servers] == ["60000\n"] * 2
        assert names_in(root) == set(ARCHIVES)
    assert [server.communicate()[1] for server in servers] == ["", ""]
