from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import mnist_core
from mnist_core.training.fast import compiled
from mnist_core.training.fast.compiled import cache_folders, compiled_update, seconds_of_waiting

CORE = Path(mnist_core.__file__).parent


def in_a_new_process(tmp_path: Path, *, homeless: bool = False) -> str:
    """What it prints that trains there, with the code copied to tmp_path.

    homeless: whether there is no folder but the code's own.
    """
    code = tmp_path / "mnist_core"
    if not code.exists():
        shutil.copytree(CORE, code, ignore=shutil.ignore_patterns("__pycache__"))
    script = (
        "import torch; from mnist_core.settings import Setup;"
        "from mnist_core.data import Digits; from mnist_core.training.learner import untrained;"
        "learner = untrained(Setup(), torch.device('cpu'));"
        "digits = Digits(torch.zeros(9, 28, 28, dtype=torch.uint8), torch.arange(9));"
        "learner.update(digits, torch.arange(9), 0.1);"
        "print(learner.evaluate(digits))"
    )
    home = tmp_path / "home"
    if homeless:
        home.write_text("a file where a folder should be")
    ended = subprocess.run(
        [sys.executable, "-c", script],
        env=os.environ | {"HOME": str(home), "PYTHONPATH": str(tmp_path)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    return ended.stdout


def kept_files(tmp_path: Path) -> dict[Path, int]:
    return {one: one.stat().st_mtime_ns for one in tmp_path.glob("**/*.nb?")}


def test_what_was_compiled_is_kept_and_compiled_again_where_no_folder_can_be_used(tmp_path):
    printed = in_a_new_process(tmp_path)
    kept = kept_files(tmp_path)
    assert len(kept) == 2
    assert in_a_new_process(tmp_path) == printed
    assert kept_files(tmp_path) == kept
    for damaged in kept:
        damaged.write_bytes(damaged.read_bytes()[:100])
    spoilt = kept_files(tmp_path)
    assert in_a_new_process(tmp_path, homeless=True) == printed
    assert kept_files(tmp_path) == spoilt


def test_it_is_kept_by_the_text_that_it_was_compiled_from(monkeypatch, tmp_path):
    (before, *_others) = cache_folders()
    changed = tmp_path / "architecture.py"
    changed.write_bytes(Path(compiled.architecture.__file__).read_bytes() + b"\n# changed")
    monkeypatch.setattr(compiled.architecture, "__file__", str(changed))
    assert cache_folders()[0] != before


def test_a_thread_that_has_nothing_to_help_with_gives_up():
    update = compiled_update()
    assert update.patience > 0
    assert seconds_of_waiting(update.work, looks=1_000) > 0
