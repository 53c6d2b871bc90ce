from __future__ import annotations

import os
import stat

import pytest
import torch

from mnist_core import Run, Settings
from mnist_core.compiled import kernels


@pytest.fixture
def built_anew():
    """What kernels() gives when it is asked for the first time."""
    kernels.cache_clear()
    yield kernels
    kernels.cache_clear()


def compiler_that(does: str, folder, monkeypatch) -> None:
    compiler = folder / "gcc"
    compiler.write_text(f"#!/bin/sh\n{does}\n")
    compiler.chmod(compiler.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


def test_without_a_compiler_torch_computes_in_silence(
    built_anew, monkeypatch, capfd, tmp_path, tiny
):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert built_anew() is None
    run = Run(tiny, Settings(batch_size=7))
    run.advance(0.01)
    assert run.error is None
    assert run.latest.place.updates > 0
    assert capfd.readouterr() == ("", "")


NONSENSE = 'while [ "$1" != -o ]; do shift; done; echo nonsense > "$2"'


@pytest.mark.parametrize("does", ["exit 1", "exit 0", NONSENSE])
def test_a_compiler_that_fails_is_as_none(built_anew, monkeypatch, tmp_path, does):
    compiler_that(does, tmp_path, monkeypatch)
    assert built_anew() is None


def test_threads_that_meet_otherwise_change_no_bit(tiny):
    runs = [Run(tiny, Settings(batch_size=33)) for _ in range(2)]
    for run in runs:
        for _ in range(50):
            run.step()
    first, second = (run.copy_learner().network.parameters for run in runs)
    assert torch.equal(first, second)
