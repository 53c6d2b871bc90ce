"""python -m mnist_core sweep: its options, and what it does."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from mnist_core.cluster import connection
from mnist_core.data import load_mnist
from mnist_core.data.archives import missing_files, mnist_root
from mnist_core.race.plan import MOST_SWEPT_RATES, MOST_SWEPT_SIZES, REPEATS, Plan
from mnist_core.settings import Budget, Settings
from mnist_core.sweep.alone import alone_with
from mnist_core.sweep.file import Sweep, SweepError
from mnist_core.sweep.processes import over_processes
from mnist_core.sweep.progress import shown
from mnist_core.sweep.work import Outcome

MOST_EPOCHS = 10_000


def add_options(parser: argparse.ArgumentParser) -> None:
    """What can be said behind `sweep`."""
    parser.set_defaults(command=sweep, parser=parser)
    parser.add_argument(
        "--batch-sizes",
        type=_list(int, lambda size: Settings(batch_size=size), MOST_SWEPT_SIZES, "1 to 60000"),
        default=[1, 10, 200, 2_000],
        metavar="B,B,…",
    )
    rates = "above 0 and at most 1"
    parser.add_argument(
        "--learning-rates",
        type=_list(float, lambda rate: Settings(learning_rate=rate), MOST_SWEPT_RATES, rates),
        default=[1e-4, 1e-3],
        metavar="R,R,…",
    )
    parser.add_argument(
        "--seeds", type=int, choices=REPEATS, default=1, help="how many, from 0 on", metavar="N"
    )
    parser.add_argument(
        "--target", type=_number(1e6), metavar="LOSS", help="test loss, summed, that ends a run"
    )
    parser.add_argument(
        "--epochs", type=_number(MOST_EPOCHS), default=20, metavar="N", help="of a run, at most"
    )
    parser.add_argument("--out", type=Path, default=Path("sweep.json"), metavar="FILE")
    parser.add_argument(
        "--cluster", metavar="HOST:PORT", help="a Ray cluster to train on; else RAY_ADDRESS"
    )


def sweep(options: argparse.Namespace) -> None:
    """Train every batch size at every learning rate with every seed; write a file for Compare.

    Runs that have ended are kept at once: the same command goes on where it was ended.
    """
    plan = _plan(options)
    with alone_with(options.out):
        whole = Sweep(plan, options.out)
        _train(whole, options.cluster or connection.address_in())
    print(
        f"{options.out}: {whole.count} runs, to be opened under “Load a recorded race” on the "
        "page Compare"
    )


def _train(whole: Sweep, address: str | None) -> None:
    left = whole.left
    try:
        with _trained(left, address) as outcomes:
            for outcome in shown(outcomes, whole.count - len(left), whole.count, sys.stderr):
                whole.keep(outcome)
    except KeyboardInterrupt:
        kept = whole.count - len(whole.left)
        print(
            f"\nmnist_core: stopped; {kept} of {whole.count} runs are kept in {whole.runs}, and "
            "the same command goes on from there",
            file=sys.stderr,
        )
        raise
    whole.finish()


def _plan(options: argparse.Namespace) -> Plan:
    try:
        return Plan(
            tuple(options.batch_sizes),
            Budget(epochs=options.epochs, test_loss=options.target),
            rule="tuned",
            repeats=options.seeds,
            learning_rates=tuple(options.learning_rates),
        )
    except ValueError as error:
        raise SweepError(str(error)) from None


@contextmanager
def _trained(left: list, address: str | None) -> Iterator[Iterator[Outcome]]:
    """What becomes of these runs, over the cluster where there is one and one can be joined."""
    if not left:
        yield iter(())
        return
    if missing_files(mnist_root()):
        load_mnist()  # once, before many would download them at the same time
    if address and _joined(address):
        from mnist_core.cluster.runs import over_nodes, wait_for_core

        try:
            wait_for_core(_complain)
            with closing(over_nodes(load_mnist(), left)) as outcomes:
                yield outcomes
        finally:
            connection.leave()
        return
    with closing(over_processes(left)) as outcomes:
        yield outcomes


def _joined(address: str) -> bool:
    try:
        connection.join(address)
    except connection.ClusterError as error:
        _complain(f"{error}; training on this computer alone")
        return False
    return True


def _complain(message: str) -> None:
    print(f"mnist_core: {message}", file=sys.stderr, flush=True)


def _list(
    kind: type, check: Callable[[Any], object], most: int, allowed: str
) -> Callable[[str], list]:
    """An argparse type: "1,10,200" → the numbers, all different."""

    def parse(text: str) -> list:
        try:
            values = [kind(one) for one in text.split(",")]
            for value in values:
                check(value)
        except ValueError:
            values = []
        if not 1 <= len(values) <= most or len(set(values)) < len(values):
            raise argparse.ArgumentTypeError(
                f"must be 1 to {most} different numbers with commas between them, each {allowed}, "
                f"not {text!r}"
            )
        return values

    return parse


def _number(most: float) -> Callable[[str], float]:
    def parse(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = 0.0
        if not 0 < value <= most:
            raise argparse.ArgumentTypeError(
                f"must be a number above 0 and at most {most:,g}, not {text!r}"
            )
        return value

    return parse
