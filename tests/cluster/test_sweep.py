"""The command sweep over a cluster."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from mnist_core.race import from_json

ROOT = Path(__file__).parents[2]


def sweep(out: Path, *options: str) -> subprocess.CompletedProcess:
    command = "sweep --batch-sizes 10000 --learning-rates 1e-3,1e-2 --epochs 0.2 --out"
    return subprocess.run(
        [sys.executable, "-m", "mnist_core", *command.split(), str(out), *options],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
    )


def test_a_sweep_over_a_cluster_gives_what_processes_here_give(cluster, tmp_path):
    over = sweep(tmp_path / "over.json", "--cluster", cluster.address)
    assert over.returncode == 0, over.stderr
    assert over.stderr.splitlines()[-1].startswith("2 of 2: batch size 10,000")
    # Nobody answers at port 1: it says so, and trains here.
    here = sweep(tmp_path / "here.json", "--cluster", "127.0.0.1:1")
    assert here.returncode == 0, here.stderr
    first = here.stderr.splitlines()[0]
    assert "127.0.0.1:1 can't be reached" in first
    assert "on this computer alone" in first
    there, alone = (from_json((tmp_path / f"{one}.json").read_bytes()) for one in ("over", "here"))
    losses = [
        [[point.loss for point in one.test_points] for one in record.competitors]
        for record in (there, alone)
    ]
    assert losses[0] == losses[1]
    assert len(losses[0]) == 2
