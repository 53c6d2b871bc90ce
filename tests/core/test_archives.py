"""Files are broken for real, in copies of the committed ones, and the digits loaded from them."""

from __future__ import annotations

import functools
import gzip
import http.server
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import torch
from torchvision.datasets import MNIST

from mnist_core import Mnist, MnistUnavailableError, load_mnist, missing_files, mnist_root
from mnist_core.archives import ARCHIVES, FILES, is_right, recover
from tests.conftest import wait_until

CPU = torch.device("cpu")
COMMITTED = mnist_root() / "MNIST" / "raw"


@pytest.fixture
def root(tmp_path) -> Path:
    """A fresh clone's folder: the four archives and nothing else."""
    return copy_archives(tmp_path)


@pytest.fixture(scope="module")
def once_unpacked(tmp_path_factory) -> Path:
    """The archives and the unpacked files, not to be touched."""
    folder = copy_archives(tmp_path_factory.mktemp("unpacked"))
    for name in FILES:
        contents = gzip.decompress((COMMITTED / f"{name}.gz").read_bytes())
        (folder / "MNIST" / "raw" / name).write_bytes(contents)
    return folder


@pytest.fixture
def unpacked(tmp_path, once_unpacked) -> Iterator[Path]:
    """The folder as it is after a first start: the archives and the unpacked files."""
    folder = tmp_path / "unpacked"
    shutil.copytree(once_unpacked, folder)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def offline(monkeypatch) -> None:
    """Nothing can be downloaded."""
    monkeypatch.setattr(MNIST, "mirrors", ["http://127.0.0.1:9/"])


@pytest.fixture
def served_archives(monkeypatch) -> None:
    """Downloads come from a web server on this machine that has the committed archives."""
    handler = functools.partial(_Quiet, directory=str(COMMITTED))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setattr(MNIST, "mirrors", [f"http://127.0.0.1:{server.server_port}/"])
        yield
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


def assert_nothing_half_written(root: Path) -> None:
    assert {path.name for path in (root / "MNIST" / "raw").iterdir()} <= {*ARCHIVES, *FILES}


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


@pytest.mark.parametrize(
    ("damage", "name"),
    [*((damage, FILES[0]) for damage in BREAKS), *((change_a_byte, name) for name in FILES[1:])],
)
@pytest.mark.usefixtures("offline")
def test_what_is_trained_on_is_right_whatever_an_unpacked_file_holds(unpacked, mnist, damage, name):
    damage(unpacked / "MNIST" / "raw" / name)
    assert_equal(load_mnist(unpacked, CPU), mnist)


@each_file
@each_break
@pytest.mark.usefixtures("offline")
def test_an_unpacked_file_that_is_broken_is_mended_from_its_archive(unpacked, damage, name):
    file = unpacked / "MNIST" / "raw" / name
    damage(file)
    contents = recover(unpacked)
    assert all(is_right(each, contents[each]) for each in FILES)
    # A folder in its place may hold anything, and is left alone: the archive is read each time.
    assert (file / "a file").exists() if file.is_dir() else is_right(name, file.read_bytes())
    assert_nothing_half_written(unpacked)


@each_file
@each_break
@pytest.mark.usefixtures("offline")
def test_a_broken_archive_without_its_file_is_named_with_the_remedy(unpacked, damage, name):
    raw = unpacked / "MNIST" / "raw"
    (raw / name).unlink()
    damage(raw / f"{name}.gz")
    with pytest.raises(MnistUnavailableError) as refused:
        recover(unpacked)
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


@each_break
@pytest.mark.usefixtures("offline")
def test_a_broken_archive_beside_its_right_file_is_not_needed(unpacked, mnist, damage):
    for name in ARCHIVES:
        damage(unpacked / "MNIST" / "raw" / name)
    assert_equal(load_mnist(unpacked, CPU), mnist)


@each_break
@pytest.mark.usefixtures("served_archives")
def test_a_broken_archive_is_downloaded_where_it_can_be(root, mnist, damage):
    damage(root / "MNIST" / "raw" / ARCHIVES[2])
    assert_equal(load_mnist(root, CPU), mnist)
    assert_nothing_half_written(root)


@pytest.mark.usefixtures("offline")
def test_files_that_hold_other_digits_are_unpacked_anew(unpacked, mnist):
    raw = unpacked / "MNIST" / "raw"
    shutil.copy(raw / FILES[2], raw / FILES[0])
    shutil.copy(raw / FILES[3], raw / FILES[1])
    assert_equal(load_mnist(unpacked, CPU), mnist)


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
    assert mnist_root() == Path(__file__).parents[2] / "data"


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


@pytest.mark.usefixtures("offline")
def test_all_that_cannot_be_downloaded_is_named_with_the_remedy(tmp_path):
    with pytest.raises(MnistUnavailableError) as refused:
        load_mnist(tmp_path, CPU)
    assert all(name in str(refused.value) for name in (*ARCHIVES, str(tmp_path), "MNIST_ROOT"))


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
@pytest.mark.usefixtures("offline")
def test_a_folder_that_cannot_be_written_is_read_all_the_same(open_root, mnist):
    raw = open_root / "MNIST" / "raw"
    raw.chmod(0o555)
    with permissions_binding():
        with pytest.raises(PermissionError):
            (raw / "a file").touch()
        assert_equal(load_mnist(open_root, CPU), mnist)
    raw.chmod(0o755)
    assert {path.name for path in raw.iterdir()} == set(ARCHIVES)


@needs_permissions
@pytest.mark.usefixtures("offline")
def test_a_wrong_file_in_a_folder_that_cannot_be_written_is_not_trained_on(open_root, mnist):
    raw = open_root / "MNIST" / "raw"
    load_mnist(open_root, CPU)
    change_a_byte(raw / FILES[0])
    raw.chmod(0o555)
    with permissions_binding():
        assert_equal(load_mnist(open_root, CPU), mnist)
    raw.chmod(0o755)


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


def in_a_process(script: str, *arguments: object, **options: object) -> subprocess.Popen:
    """A Python that imports what tests need and then runs the script."""
    return subprocess.Popen(
        [sys.executable, "-c", PREAMBLE + script, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,
    )


PREAMBLE = """
import sys, torch, torchvision.datasets
from pathlib import Path
from mnist_core import load_mnist
torchvision.datasets.MNIST.mirrors = ["http://127.0.0.1:9/"]
def digits_of(root):
    return len(load_mnist(Path(root), torch.device("cpu")).train)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="has no limit to the length of a file")
def test_a_disk_that_fills_while_unpacking_is_done_without(root, mnist):
    # Writing past the limit fails as on a full disk, with another number.
    script = """
import resource
resource.setrlimit(resource.RLIMIT_FSIZE, (5_000_000, 5_000_000))
print(digits_of(sys.argv[1]))
"""
    output, errors = in_a_process(script, root).communicate()
    assert (output, errors) == ("60000\n", "")
    raw = root / "MNIST" / "raw"
    # The labels are short enough to be written.
    assert {path.name for path in raw.iterdir()} == {*ARCHIVES, FILES[1], FILES[3]}
    assert_equal(load_mnist(root, CPU), mnist)


def test_a_server_killed_while_unpacking_leaves_nothing_that_the_next_one_minds(root, mnist):
    raw = root / "MNIST" / "raw"
    # Two kills: before any file is whole, and amid the test images.
    for amid in (FILES[0], FILES[2]):
        (raw / amid).unlink(missing_ok=True)
        server = in_a_process("print(digits_of(sys.argv[1]))", root)
        wait_until(lambda amid=amid: list(raw.glob(f".part-*-{amid}")) or (raw / amid).exists())
        server.kill()
        server.communicate()
    assert_equal(load_mnist(root, CPU), mnist)
    assert_nothing_half_written(root)


def between_two_starts(root: Path) -> list[Callable[[], None]]:
    """What two servers may find when they start at the same moment."""
    raw = root / "MNIST" / "raw"

    def nothing_unpacked() -> None:
        for name in FILES:
            (raw / name).unlink(missing_ok=True)

    def one_file_missing() -> None:
        (raw / FILES[0]).unlink()

    def one_file_cut_short() -> None:
        cut_short(raw / FILES[0])

    return [nothing_unpacked, nothing_unpacked, one_file_missing, one_file_cut_short] * 2


def test_two_servers_that_start_at_the_same_moment_both_get_the_digits(root):
    script = """
for root in sys.stdin:
    print(digits_of(root.strip()), flush=True)
"""
    servers = [in_a_process(script) for _ in range(2)]
    for change in between_two_starts(root):
        change()
        for server in servers:
            print(root, file=server.stdin, flush=True)
        assert [server.stdout.readline() for server in servers] == ["60000\n"] * 2
        assert_nothing_half_written(root)
    assert [server.communicate()[1] for server in servers] == ["", ""]
