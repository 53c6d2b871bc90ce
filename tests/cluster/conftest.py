"""A real Ray cluster of three nodes on this computer."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from ray.cluster_utils import Cluster

from mnist_core.cluster import connection

_BYTES = 100 * 2**20  # of each node's object store


def add_node(cluster: Cluster, **options) -> object:
    """One more node, for two processes that train."""
    return cluster.add_node(
        **{"num_cpus": 2, "object_store_memory": _BYTES, "include_dashboard": False} | options
    )


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """The head trains nothing, as beside a server; two others may."""
    started = Cluster()
    try:
        add_node(started, num_cpus=0)
        for _ in range(2):
            add_node(started)
        started.wait_for_nodes()
        yield started
    finally:
        connection.leave()
        started.shutdown()
