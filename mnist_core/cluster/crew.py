"""The hosts of a cluster that train for this server: who trains what, and who is lost."""

from __future__ import annotations

import atexit
import logging
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Protocol
from weakref import WeakValueDictionary

from mnist_core.cluster import digits
from mnist_core.cluster.host import Host, Vault
from mnist_core.cluster.views import Difference

if TYPE_CHECKING:
    from mnist_core.data import Mnist
    from mnist_core.machine import Machine

MOST_HOSTS = 64
NEWS_SECONDS = 0.2  # from word to word of a host: frames come less often
_LOOK_SECONDS = 1.0  # from look to look at the nodes
_AGAIN_SECONDS = 5.0  # before a host is begun in place of one that could not begin
_THREADS = 16  # calls that a host answers at the same time
_MOST_WORDS = 200  # a second, of all hosts together

_log = logging.getLogger(__name__)


class Guest(Protocol):
    """A run that is trained by a host."""

    key: str

    def hear(self, home: Home, news: Difference) -> None:
        """What is new of it there."""

    def move(self, home: Home) -> None:
        """Its host is lost."""


@dataclass(eq=False)
class Home:
    """A host, as this server knows it.

    actor: the host itself.
    vault: where its checkpoints are kept, and on which node.
    node, machine: where it is; None until it has answered.
    guests: the runs that it trains, by their keys.
    """

    actor: Any
    vault: Any
    vault_node: str
    node: str | None = None
    machine: Machine | None = None
    guests: WeakValueDictionary[str, Guest] = field(default_factory=WeakValueDictionary)


class Crew:
    """All hosts: one for each so many cores of the cluster, for as long as their nodes live.

    mnist: gives the digits, as soon as they are there.
    cores: that each host has for itself.
    """

    def __init__(self, mnist: Mnist, cores: int = 1) -> None:
        self._cores = cores
        self._digits = digits.share(mnist)
        self._homes: list[Home] = []
        self._vaults: dict[str, Any] = {}  # by node
        self._lock = threading.RLock()
        self._waiting: dict[Any, Callable[[Any], None]] = {}  # what is done with an answer
        self._asked: dict[Any, Home] = {}  # whose answer it is
        self._complaints: set[str] = set()
        self._closed = threading.Event()
        self._next_look = 0.0
        self._look_at_nodes()
        self._thread = threading.Thread(target=self._listen, name="mnist-crew", daemon=True)
        self._thread.start()
        # Ray ends the process where a thread still uses it when it has gone.
        atexit.register(self.close)

    @property
    def homes(self) -> list[Home]:
        """The hosts that can train."""
        with self._lock:
            return [home for home in self._homes if home.node]

    @property
    def is_empty(self) -> bool:
        """Whether no host trains, and none is on its way."""
        return not self._homes

    def wait(self, seconds: float) -> bool:
        """Whether there is a host that trains, at the latest after so long."""
        until = time.monotonic() + seconds
        while not self.homes and time.monotonic() < until:
            time.sleep(0.02)
        return bool(self.homes)

    def settle(self, guest: Guest) -> Home | None:
        """The host with the fewest runs, which has one more now; None where there is none."""
        with self._lock:
            home = min(self.homes, key=lambda home: len(home.guests), default=None)
            if home:
                home.guests[guest.key] = guest
            return home

    def ask(self, home: Home, heard: Callable[[Any], None], method: str, *arguments: Any) -> None:
        """Ask a host for something, and go on; the answer is handed on when it comes."""
        asked = getattr(home.actor, method).remote(*arguments)
        with self._lock:
            self._waiting[asked], self._asked[asked] = heard, home

    def lose(self, home: Home) -> None:
        """The host doesn't answer any more: its runs go on elsewhere."""
        with self._lock:
            if home not in self._homes:
                return
            self._homes.remove(home)
            # One that has never trained may fail for a reason that stays.
            self._next_look = time.monotonic() + (0.0 if home.node else _AGAIN_SECONDS)
        for guest in list(home.guests.values()):
            guest.move(home)

    @property
    def machine(self) -> Machine | None:
        """Where runs are trained, the names of several kinds side by side; None before any is."""
        known = [home.machine for home in self.homes]
        if not known:
            return None
        names = " and ".join(dict.fromkeys(machine.processor for machine in known))
        return replace(known[0], processor=names[:500])

    def close(self) -> None:
        """End all hosts."""
        import ray

        atexit.unregister(self.close)
        if self._closed.is_set():
            return
        self._closed.set()
        self._thread.join()
        for actor in [*(home.actor for home in self._homes), *self._vaults.values()]:
            ray.kill(actor)
        self._homes.clear()

    def _listen(self) -> None:
        while not self._closed.is_set():
            try:
                if time.monotonic() >= self._next_look:
                    self._look_at_nodes()
                for answer in self._answers():
                    self._hand_on(answer)
            except Exception:
                _log.exception("What the cluster answered could not be made use of")
                self._closed.wait(_LOOK_SECONDS)

    def _answers(self) -> list[Any]:
        """Those that have come, after a short wait for one."""
        import ray

        with self._lock:
            waiting = list(self._waiting)
        if not waiting:
            self._closed.wait(0.05)
            return []
        came, _ = ray.wait(waiting, num_returns=1, timeout=0.05, fetch_local=False)
        if came and len(waiting) > 1:
            came, _ = ray.wait(waiting, num_returns=len(waiting), timeout=0, fetch_local=False)
        return came

    def _hand_on(self, answer: Any) -> None:
        import ray

        with self._lock:
            heard, home = self._waiting.pop(answer), self._asked.pop(answer)
        try:
            value = ray.get(answer)
        except ray.exceptions.RayTaskError as error:
            heard(error)
        except ray.exceptions.RayError as error:
            if home.node is None:
                self._complain_once(error)
            self.lose(home)
        else:
            heard(value)

    def _look_at_nodes(self) -> None:
        """A vault on each node that is new, and as many hosts as there is room for."""
        import ray

        self._next_look = time.monotonic() + _LOOK_SECONDS
        alive = {node["NodeID"]: node for node in ray.nodes() if node["Alive"]}
        with self._lock:
            lost = [home for home in self._homes if home.node and home.node not in alive]
            self._vaults = {node: one for node, one in self._vaults.items() if node in alive}
            for node in alive.keys() - self._vaults.keys():
                self._vaults[node] = self._new_vault(node)
            for home in self._homes:
                if home.vault_node not in alive and home not in lost:
                    self._give_vault(home)
        for home in lost:
            self.lose(home)
        cores = sum(node["Resources"].get("CPU", 0) for node in alive.values())
        wanted = min(MOST_HOSTS, int(cores // self._cores))
        while len(self._homes) < wanted:
            self._begin_host()

    def _new_vault(self, node: str) -> Any:
        import ray
        from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

        there = NodeAffinitySchedulingStrategy(node, soft=False)
        return ray.remote(Vault).options(num_cpus=0, scheduling_strategy=there).remote()

    def _begin_host(self) -> None:
        import ray

        node, vault = self._vault_beside(None)
        options = {"num_cpus": self._cores, "max_concurrency": _THREADS}
        actor = (
            ray.remote(Host)
            .options(**options, scheduling_strategy="SPREAD")
            .remote(self._digits, self._cores, vault)
        )
        home = Home(actor, vault, node)
        with self._lock:
            self._homes.append(home)
        self.ask(home, lambda where: self._welcome(home, where), "where")

    def _welcome(self, home: Home, where: Any) -> None:
        if isinstance(where, Exception):
            self._complain_once(where)
            self.lose(home)
            return
        node, machine = where
        if node == home.vault_node:
            self._give_vault(home, node)
        with self._lock:
            home.machine, home.node = machine, node
        self._ask_for_news(home)

    def _complain_once(self, error: Exception) -> None:
        """Of a host that could not begin; others are begun in its place for as long as need be."""
        why = _in_a_line(error)
        if why not in self._complaints:
            self._complaints.add(why)
            _log.warning(
                "A computer of the cluster can't train, and is tried again every %.0f s (%s): is "
                "requirements-cluster.txt installed there?",
                _AGAIN_SECONDS,
                why,
            )

    def _give_vault(self, home: Home, node: str | None = None) -> None:
        home.vault_node, home.vault = self._vault_beside(node or home.node)
        home.actor.use_vault.remote(home.vault)

    def _vault_beside(self, node: str | None) -> tuple[str, Any]:
        """A vault on another node, the one with the fewest hosts to keep for."""
        with self._lock:
            others = [one for one in self._vaults if one != node] or list(self._vaults)
            loads = {one: sum(home.vault_node == one for home in self._homes) for one in others}
        chosen = min(others, key=loads.get)
        return chosen, self._vaults[chosen]

    def _ask_for_news(self, home: Home) -> None:
        pause = max(NEWS_SECONDS, len(self._homes) / _MOST_WORDS)
        self.ask(home, lambda news: self._hear(home, news), "news", pause)

    def _hear(self, home: Home, news: Any) -> None:
        if isinstance(news, Exception):
            self.lose(home)
            return
        self._ask_for_news(home)
        for key, difference in news:
            guest = home.guests.get(key)
            if guest:
                guest.hear(home, difference)


def _in_a_line(error: Exception) -> str:
    """Why, and at which address, where Ray says so."""
    address = re.search(r"\bip[=:]\s*([^,\s]+)", str(error))
    reason = str(error).strip().splitlines()[-1]
    return f"{address[1]}: {reason}" if address else reason
