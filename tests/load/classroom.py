"""A class at once: so many visitors train on one server, move sliders, pause and go on.

python -m tests.load.classroom --visitors 30 --seconds 120
python -m tests.load.classroom --visitors 300 --seconds 60 --click-every 20
python -m tests.load.classroom --visitors 300 --seconds 60 --following

With --following they join the class instead, follow a teacher who trains, and vote. Each command
prints what they met: errors, progress, how long clicks took and how often frames came. The server
is its own, on this machine alone, and trains over the cluster that RAY_ADDRESS names, if any. A
plain program and no test: its figures are this machine's.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
from dataclasses import dataclass
from math import inf
from statistics import mean, quantiles
from time import process_time

from tests.load.following import Followed, follow
from tests.load.visitor import ELSEWHERE, Visitor
from tests.serving import Server, serving

# All stay at one batch size, so that their epochs can be compared.
_RATES = ("0.00005", "0.0001", "0.0002", "0.0005")
_CLICK_EVERY_SECONDS = 5.0
_ARRIVAL_SECONDS = 3.0
_SETTLED_SECONDS = 30.0


# What a class of thirty may expect on two cores.
_LEAST_SHARE = 0.5  # of the mean progress, for the slowest
_CLICK_SECONDS = 0.1  # at the 95th percentile
_FRAMES_PER_SECOND = 1.0  # for each
_MOST_GROWTH = 0.05  # of the memory, from 30 s on


@dataclass(frozen=True)
class Report:
    """What a class met.

    errors: every visitor's, and what the server wrote to standard error where that is a traceback.
    epochs: that each visitor's run had made at the end.
    frames_per_second: that each visitor was sent.
    megabytes: of the server with nobody there, at 30 s (or half of the time, where that is
        shorter) and at the end.
    server_cpu, own_cpu: processors that the server, and the visitors here, kept busy on average.
    """

    errors: list[str]
    epochs: list[float]
    click_seconds: list[float]
    frames_per_second: list[float]
    megabytes: tuple[float, float, float]
    server_cpu: float
    own_cpu: float

    @property
    def slowest_share(self) -> float:
        """Of the mean progress, what the slowest run has made."""
        return min(self.epochs) / mean(self.epochs)

    @property
    def missed(self) -> list[str]:
        """What this class was not given that it may expect."""
        _, settled, end = self.megabytes
        held = {
            "nobody meets an error": not self.errors,
            "the slowest makes half of the mean": self.slowest_share >= _LEAST_SHARE,
            "95 % of clicks within 0.1 s": _cuts(self.click_seconds)[18] <= _CLICK_SECONDS,
            "a frame a second for each": min(self.frames_per_second) >= _FRAMES_PER_SECOND,
            "memory does not grow": end / settled - 1 <= _MOST_GROWTH,
        }
        return [promise for promise, kept in held.items() if not kept]

    def __str__(self) -> str:
        empty, settled, end = self.megabytes
        return "\n".join(
            [
                f"errors               {len(self.errors)}",
                f"epochs               least {min(self.epochs):.2f}, mean {mean(self.epochs):.2f}"
                f" ({self.slowest_share:.0%} of the mean)",
                f"clicks               {_times(self.click_seconds)}",
                f"frames a second      least {min(self.frames_per_second):.2f}, "
                f"mean {mean(self.frames_per_second):.2f}",
                f"server's memory      {empty:.0f} MB empty, {settled:.0f} MB once settled, "
                f"{end:.0f} MB at the end ({end / settled - 1:+.1%})",
                f"processors busy      {self.server_cpu:.2f} by the server, "
                f"{self.own_cpu:.2f} by the visitors",
                *self.errors[:10],
                *(f"missed: {promise}" for promise in self.missed),
            ]
        )


def _cuts(seconds: list[float]) -> list[float]:
    """The 5th, 10th … 95th percentile."""
    return quantiles(seconds, n=20) if len(seconds) > 1 else [inf] * 19


def _times(seconds: list[float]) -> str:
    cuts = _cuts(seconds)
    return (
        f"{len(seconds)}: median {cuts[9] * 1e3:.0f} ms, 95 % within {cuts[18] * 1e3:.0f} ms, "
        f"slowest {max(seconds, default=inf) * 1e3:.0f} ms"
    )


async def attend(
    server: Server, visitors: int, seconds: float, click_every: float = _CLICK_EVERY_SECONDS
) -> Report:
    """Have so many visitors train for so long, and click so often: seconds from click to click."""
    await _look_around(server)
    empty = server.megabytes()
    everybody = [Visitor(server.url, ELSEWHERE) for _ in range(visitors)]
    chance = random.Random(0)
    before, own_before = server.cpu_seconds(), process_time()
    lessons = [
        _lesson(
            visitor,
            arrives=chance.uniform(0, min(_ARRIVAL_SECONDS, seconds / 4)),
            seconds=seconds,
            click_every=click_every,
            seed=seed,
        )
        for seed, visitor in enumerate(everybody)
    ]
    settled = asyncio.create_task(_memory_after(server, min(_SETTLED_SECONDS, seconds / 2)))
    outcomes = await asyncio.gather(*lessons, return_exceptions=True)
    busy = (server.cpu_seconds() - before) / seconds
    own = (process_time() - own_before) / seconds
    memory = empty, await settled, server.megabytes()
    broken = [repr(outcome) for outcome in outcomes if outcome is not None]
    broken += [server.errors] if "Traceback" in server.errors else []
    for visitor in everybody:
        await visitor.leave()
    return Report(
        errors=[*broken, *(error for visitor in everybody for error in visitor.errors)],
        epochs=[visitor.epochs for visitor in everybody],
        click_seconds=[one for visitor in everybody for one in visitor.click_seconds],
        frames_per_second=[_per_second(visitor.frame_times) for visitor in everybody],
        megabytes=memory,
        server_cpu=busy,
        own_cpu=own,
    )


def _per_second(times: list[float]) -> float:
    return (len(times) - 1) / (times[-1] - times[0]) if len(times) > 1 else 0.0


async def _look_around(server: Server) -> None:
    """The teacher comes first: a server that nobody has visited has yet to load torch."""
    teacher = Visitor(server.url)
    await teacher.visit()
    await teacher.until(lambda: teacher.figure("Epochs"))
    await teacher.leave()


async def _lesson(
    visitor: Visitor, arrives: float, seconds: float, click_every: float, seed: int
) -> None:
    """Come, press Start, and until the time is up move the slider, or pause and go on."""
    clock = asyncio.get_running_loop().time
    ends = clock() + seconds
    chance = random.Random(seed)
    await asyncio.sleep(arrives)
    await visitor.visit()
    await visitor.until(lambda: visitor.button("play") and visitor.figure("Epochs"))
    await visitor.press("play")
    rate = _RATES[1]
    while (wait := chance.uniform(0.5, 1.5) * click_every) < ends - clock():
        await asyncio.sleep(wait)
        if chance.random() < 0.2:
            await visitor.press("play")
            await visitor.press("play")
        else:
            rate = chance.choice([one for one in _RATES if one != rate])
            await visitor.slide("learning_rate", rate)
    await asyncio.sleep(max(0.0, ends - clock()))
    # A short class on a busy computer: so long that something can be said of it.
    await visitor.until(lambda: visitor.epochs > 0 and len(visitor.frame_times) > 1)


async def _memory_after(server: Server, seconds: float) -> float:
    await asyncio.sleep(seconds)
    return server.megabytes()


async def _held(server: Server, wanted: argparse.Namespace) -> Report | Followed:
    async with asyncio.timeout(wanted.seconds + 120):
        if wanted.following:
            return await follow(server, wanted.visitors, wanted.seconds)
        return await attend(server, wanted.visitors, wanted.seconds, wanted.click_every)


def main() -> int:
    """Read the command line, hold the class, print what it met; 1 where that is not enough."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--visitors", type=int, default=30)
    parser.add_argument("--seconds", type=float, default=120.0)
    parser.add_argument("--click-every", type=float, default=_CLICK_EVERY_SECONDS)
    parser.add_argument("--following", action="store_true")
    wanted = parser.parse_args()
    with serving() as server:
        report = asyncio.run(_held(server, wanted))
    print(f"{wanted.visitors} visitors, {wanted.seconds:g} s")
    print(report)
    return 1 if report.missed else 0


if __name__ == "__main__":
    sys.exit(main())
