from __future__ import annotations

import pkgutil
import subprocess
import sys

import pytest

import mnist_core

MODULES = sorted(one.name for one in pkgutil.walk_packages(mnist_core.__path__, "mnist_core."))


def imported_with(*modules: str) -> set[str]:
    """What a fresh process has imported when it has imported these."""
    script = f"import sys, {', '.join(modules)}; print(*sys.modules)"
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    return set(ended.stdout.split())


@pytest.fixture(scope="module")
def all_imported() -> set[str]:
    """What one has imported that has imported every module."""
    return imported_with(*MODULES)


def test_only_what_trains_brings_pytorch(all_imported):
    outside = [name for name in MODULES if not name.startswith("mnist_core.training.")]
    assert "mnist_core.race.race" in outside
    assert "torch" not in imported_with(*outside)
    assert "torch" in all_imported


def test_nothing_of_ray_is_imported_before_a_cluster_is_asked_for(all_imported):
    assert "mnist_core.cluster.connection" in MODULES
    assert "ray" not in all_imported


def test_the_core_never_imports_streamlit(all_imported):
    assert "streamlit" not in all_imported
