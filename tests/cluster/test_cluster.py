"""Training in a real cluster of three nodes, some of which die."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import ray
import torch
from ray.cluster_utils import Cluster

from mnist_core import Budget, Mnist, Run, Settings, Setup
from mnist_core.cluster import connection, crew, digits, runs
from mnist_core.cluster.connection import NoNodeError
from mnist_core.cluster.host import Host, Vault
from mnist_core.cluster.run import RemoteRun
from mnist_core.cluster.scheduler import ClusterScheduler
from mnist_core.cluster.views import Controls, added
from mnist_core.machine import cores
from mnist_core.race import Plan, Race, from_json, to_json
from tests.cluster.conftest import add_node
from tests.conftest import wait_until
from tests.core.races import run_to_the_end

ROOT = Path(__file__).parents[2]


def test_a_computer_on_which_the_package_does_not_lie_gets_it_from_here(
    cluster, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)  # elsewhere than the package: nodes look there too
    connection.join(cluster.address)
    try:
        found = ray.remote(num_cpus=0)(lambda: __import__("mnist_core").__file__).remote()
        assert "py_modules" in ray.get(found)
    finally:
        connection.leave()


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


def test_a_server_that_has_joined_is_still_asked_to_end_in_its_own_way(cluster):
    asked = []
    before = signal.signal(signal.SIGTERM, lambda *_signal: asked.append("end"))
    try:
        connection.join(cluster.address)
        signal.raise_signal(signal.SIGTERM)
    finally:
        signal.signal(signal.SIGTERM, before)
    assert asked == ["end"]


def test_a_sweep_says_once_that_no_core_is_free_and_waits_for_one(cluster, monkeypatch):
    connection.join(cluster.address)
    monkeypatch.setattr(runs, "_SILENCE_SECONDS", 0)
    taken = [ray.remote(Vault).options(num_cpus=1).remote() for _ in range(2)]
    wait_until(lambda: ray.available_resources().get("CPU", 0) == 0, seconds=60)
    said = []
    waiting = threading.Thread(target=runs.wait_for_core, args=[said.append], daemon=True)
    waiting.start()
    wait_until(lambda: said)
    assert waiting.is_alive()
    for one in taken:
        ray.kill(one)
    waiting.join(timeout=60)
    assert not waiting.is_alive()
    (line,) = said
    assert line.startswith("no core of the cluster is free")


def test_why_a_host_cannot_begin_is_logged_once_though_it_is_tried_again(
    cluster, tiny, monkeypatch, caplog
):
    connection.join(cluster.address)

    class Incomplete:
        def __init__(self, *_arguments) -> None:
            raise ModuleNotFoundError("No module named 'torch'")

        def where(self) -> None:
            """Never called."""

    tries = []
    monkeypatch.setattr(crew, "Host", Incomplete)
    monkeypatch.setattr(crew, "_AGAIN_SECONDS", 0.0)
    made = crew.Crew(tiny)
    monkeypatch.setattr(made, "lose", lambda home, lose=made.lose: tries.append(lose(home)))
    try:
        wait_until(lambda: len(tries) >= 3, seconds=60)
    finally:
        made.close()
    (record,) = caplog.records
    assert "No module named 'torch'): is requirements-cluster.txt installed" in record.getMessage()
    assert len(record.getMessage().splitlines()) == 1


def test_pages_and_their_tests_do_not_know_where_runs_are_trained(cluster):
    chosen = "start_trains or reach_the_run or by_steps or slow_tempo"
    options = ["-n", "0", "-q", "-p", "no:cacheprovider", "-k", chosen]
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", *options, "tests/pages/test_train.py"],
        cwd=ROOT,
        env=os.environ | {"RAY_ADDRESS": cluster.address},
        capture_output=True,
        text=True,
        timeout=400,
    )
    assert ended.returncode == 0, ended.stdout
    assert "4 passed" in ended.stdout


@pytest.fixture(scope="module")
def scheduler(cluster, mnist) -> Iterator[ClusterScheduler]:
    """What a server has that has joined the cluster."""
    connection.join(cluster.address)
    made = ClusterScheduler()
    try:
        made.begin(mnist)
        assert made.wait_for_hosts(120)
        yield made
    finally:
        made.close()


@pytest.fixture
def vault(cluster) -> ray.actor.ActorHandle:
    connection.join(cluster.address)
    return ray.remote(Vault).options(num_cpus=0).remote()


def new_host(mnist: Mnist, vault: ray.actor.ActorHandle) -> Host:
    """A host in this process, and no actor."""
    return Host(ray.get(digits.share(mnist)), cores(), vault)


def test_of_two_orders_that_overtake_each_other_the_later_holds(tiny, vault):
    host = new_host(tiny, vault)
    host.make("run", Controls(0, Settings(10)), {})
    host.control("run", Controls(2, Settings(30)))
    host.control("run", Controls(1, Settings(20)))
    view = host.advance("run", Controls(2, Settings(30)), 0)
    assert view.snapshot.settings == Settings(30)
    assert view.snapshot.place.updates == 1


def test_a_host_tells_what_is_new_alone_and_after_a_while_that_there_is_nothing(tiny, vault):
    host = new_host(tiny, vault)
    orders = Controls(0, Settings(100))
    host.make("run", orders, {})
    ((key, first),) = host.news(0)
    assert key == "run"
    assert host.news(0) == []
    now = host.advance("run", orders, 0.05)
    ((_, second),) = host.news(0)
    assert added(added(None, first), second).snapshot == now.snapshot
    host.drop("run")
    assert host.news(0) == []


def test_what_the_vault_keeps_and_what_a_fork_is_given_are_the_run_itself(tiny, vault):
    host, other = new_host(tiny, vault), new_host(tiny, vault)
    orders = Controls(0, Settings(10))
    host.make("run", orders, {"setup": Setup(seed=3)})
    view = host.advance("run", orders, 0.05)
    made = view.snapshot.place.updates
    wait_until(lambda: host.control("run", orders).kept_updates == made)
    fetched = other.fetch("run", orders, vault)
    assert fetched.snapshot.test_points == view.snapshot.test_points
    _, written = host.checkpoint("run")
    other.restore("fork", orders, written)
    images = tiny.test.images[:7]
    expected = host.predict("run", images)
    for key in ("run", "fork"):
        assert torch.equal(other.predict(key, images), expected)
        assert torch.equal(
            other.learner(key).network.parameters, host.learner("run").network.parameters
        )
    with pytest.raises(LookupError):
        other.fetch("no run", orders, vault)


def retrained(run: RemoteRun, mnist: Mnist) -> Run:
    """The run here, left alone: the same settings at the same updates."""
    changes = {change.place.updates: change.after for change in run.latest.changes}
    first = run.latest.changes[0].before if changes else run.settings
    alone = Run(mnist, first, run.setup, digits_between_tests=sys.maxsize, tests_after_change=())
    while alone.updates < run.updates:
        alone.settings = changes.get(alone.updates, alone.settings)
        alone.step()
    return alone


def weights(run: Run | RemoteRun) -> bytes:
    return run.copy_learner().network.parameters.numpy().tobytes()


def rest(scheduler: ClusterScheduler, *runs: RemoteRun) -> None:
    for run in runs:
        scheduler.pause(run)
    wait_until(lambda: not any(map(scheduler.is_live, runs)), seconds=60)


def node_of(run: RemoteRun, cluster: Cluster) -> object:
    return next(one for one in cluster.list_all_nodes() if one.node_id == run.node)


def test_play_settings_fork_predict_and_pause_mean_there_what_they_mean_here(
    scheduler, mnist, monkeypatch
):
    run = scheduler.new_run(mnist, Settings(50), Setup(seed=5))
    assert run.latest.untrained
    scheduler.play(run, owner="a visitor")
    assert scheduler.is_playing(run)
    wait_until(lambda: run.updates > 20, seconds=60)
    run.settings = Settings(100, 1e-3)
    wait_until(lambda: run.latest.changes, seconds=60)
    kept = run.fork()
    run.settings = Settings(7)
    scheduler.play(kept, owner="a visitor")
    parted = kept.updates
    wait_until(lambda: min(run.updates, kept.updates) > parted + 5, seconds=60)
    rest(scheduler, run, kept)
    assert (kept.settings, run.settings) == (Settings(100, 1e-3), Settings(7))
    for one in (run, kept):
        alone = retrained(one, mnist)
        assert weights(one) == weights(alone)
        images = mnist.test.images[:5]
        assert torch.equal(one.predict(images), alone.predict(images))
    stood = run.updates
    run.advance(0)
    assert run.updates == stood + 1
    monkeypatch.setattr("mnist_core.cluster.run._ANSWER_SECONDS", 0)
    with pytest.raises(NoNodeError):
        run.predict(mnist.test.images)


def test_a_run_whose_node_dies_goes_on_elsewhere_and_is_the_run_that_was_left_alone(
    cluster, scheduler, mnist
):
    run = scheduler.new_run(mnist, Settings(20), Setup(seed=7))
    run.tempo = 20.0  # so that what is trained here once more is little
    scheduler.play(run, owner="a visitor")
    wait_until(lambda: run.updates > 3, seconds=60)
    run.settings = Settings(30)
    wait_until(lambda: run.latest.changes, seconds=60)
    wait_until(lambda: run.kept_updates > 3, seconds=60)
    lost, before = run.node, run.latest
    cluster.remove_node(node_of(run, cluster), allow_graceful=False)
    wait_until(lambda: run.latest.notice is not None, seconds=120)
    assert "the computer that trained it was lost at update " in run.latest.notice
    wait_until(lambda: run.updates > before.place.updates + 5, seconds=60)
    assert run.node != lost
    assert scheduler.is_playing(run)
    rest(scheduler, run)
    alone = retrained(run, mnist)
    assert weights(run) == weights(alone)
    assert [change.after.batch_size for change in run.latest.changes] == [30]


def test_without_a_node_it_is_paused_with_the_reason_and_goes_on_when_there_is_one(
    cluster, scheduler, mnist
):
    run = scheduler.new_run(mnist, Settings(20), Setup(seed=9))
    run.tempo = 20.0
    scheduler.play(run, owner="a visitor")
    wait_until(lambda: run.updates > 3, seconds=60)
    # All that keep its checkpoints but the head: where two die at once, both may have been its own.
    others = [one for one in cluster.worker_nodes if one.node_id != run.node]
    for node in others:
        cluster.remove_node(node, allow_graceful=False)
    wait_until(lambda: run.vault_node == cluster.head_node.node_id, seconds=60)
    made = run.updates
    wait_until(lambda: run.kept_updates > made, seconds=60)
    cluster.remove_node(node_of(run, cluster), allow_graceful=False)
    wait_until(lambda: not scheduler.is_live(run), seconds=120)
    assert run.error is None
    assert "no computer of the cluster was left" in run.latest.notice
    points, updates = run.latest.test_points, run.updates
    assert points
    scheduler.play(run, owner="a visitor")
    wait_until(lambda: not scheduler.is_live(run))
    assert run.latest.test_points == points
    assert not scheduler.can_train
    for asked in (run, scheduler.new_run(mnist)):
        with pytest.raises(NoNodeError):
            asked.copy_learner()
    add_node(cluster)
    assert scheduler.wait_for_hosts(120)
    assert scheduler.can_train
    scheduler.play(run, owner="a visitor")
    wait_until(lambda: run.updates > updates, seconds=60)
    assert run.latest.test_points[0] == points[0]
    rest(scheduler, run)
    assert weights(run) == weights(retrained(run, mnist))


def test_competitors_of_a_race_train_there_heat_by_heat_and_reach_what_they_reach_here(
    scheduler, mnist
):
    plan = Plan((5_000, 10_000), Budget(epochs=0.2), repeats=3)
    race = scheduler.new_race(mnist, plan)
    scheduler.play(race, owner="a visitor")
    wait_until(lambda: race.ended and not scheduler.is_live(race), seconds=180)
    here = run_to_the_end(Race(mnist, plan))
    assert [one.state for one in race.latest.competitors] == ["finished"] * 6
    assert from_json(to_json(race.latest)) == race.latest
    for one, other in zip(race.latest.competitors, here.competitors, strict=True):
        assert [point.loss for point in one.test_points] == [
            point.loss for point in other.test_points
        ]
    assert race.latest.machine.threads == 1
