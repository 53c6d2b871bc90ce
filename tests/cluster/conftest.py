"""A real Ray cluster of three nodes on this computer."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from ray.cluster_utils import Cluster

from mnist_core.cluster import connection

_BYTES = 100 * 2**20  # of each node's object store
# A computer that is busy with other tests is slow to begin what Ray runs beside each node.
os.environ.setdefault("RAY_agent_register_timeout_ms", "120000")
# Three seconds would be the rule: a dead computer is noticed after five times as much.
os.environ.setdefault("RAY_health_check_period_ms", "500")


def add_node(cluster: Cluster, cores: int = 1) -> object:
    """One more node, with so many processes that train at most."""
    for attempt in range(3):
        try:
            return cluster.add_node(
                num_cpus=cores, object_store_memory=_BYTES, include_dashboard=False
            )
        except Exception:
            # Ray waits for half a minute alone, whatever the computer is busy with.
            if attempt == 2:
                raise
    return None


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """The head trains nothing, as beside a server; two others may."""
    started = Cluster()
    try:
        for cores in (0, 1, 1):
            add_node(started, cores)
        started.wait_for_nodes()
        yield started
    finally:
        connection.leave()
        started.shutdown()
