"""A sweep on the disk: each run that has ended, at once, and in the end the file for Compare."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import msgspec

from mnist_core.machine import Machine
from mnist_core.race import Plan, RaceRecord, RecordError, Start, from_json, to_json
from mnist_core.race.file import LARGEST_BYTES
from mnist_core.sweep.work import Outcome

_BYTES_PER_EPOCH = 1_600  # in the file: seven test passes and an epoch's record


class SweepError(Exception):
    """The sweep can't be begun, or can't go on; the message says why and what to do."""


class Sweep:
    """All runs of a plan, those that have ended kept beside the file that is to hold them all.

    plan: a sweep; see Plan.
    out: the file for the page Compare. Runs are kept in one of the same name with ".runs" behind it
        until they are all there; those found in either are not trained again.

    Raises SweepError where either file is another thing, and where the result would be too large.
    """

    def __init__(self, plan: Plan, out: Path) -> None:
        self.plan = plan
        self.out = out
        self.runs = out.with_name(f"{out.name}.runs")
        self._starts = [start for heat in plan.heats() for start in heat]
        self._insist_on_room()
        try:
            self._ended = self._finished_before() | self._kept_before()
            self.runs.touch()
        except OSError as error:
            raise SweepError(f"{error.filename} can't be used: {error.strerror}") from None

    @property
    def count(self) -> int:
        """Of all its runs."""
        return len(self._starts)

    @property
    def left(self) -> list[Start]:
        """The runs still to be trained, those with the most updates first: they take longest."""
        left = [start for start in self._starts if start not in self._ended]
        return sorted(left, key=lambda start: start.settings.batch_size)

    def keep(self, outcome: Outcome) -> None:
        """Write down a run that has ended, so that nothing takes it away again."""
        with self.runs.open("ab") as file:
            file.write(_lines([outcome]))
            file.flush()
            os.fsync(file.fileno())
        self._ended[outcome.competitor.start] = outcome

    def finish(self) -> RaceRecord:
        """Write the file for Compare, whole or not at all, and put away what was kept beside it."""
        outcomes = [self._ended[start] for start in self._starts]
        machine = _machine([outcome.machine for outcome in outcomes])
        competitors = tuple(outcome.competitor for outcome in outcomes)
        digits = outcomes[0].training_digits, outcomes[0].test_digits
        record = RaceRecord(self.plan, machine, len(self.plan.heats()) - 1, competitors, *digits)
        _write(self.out, to_json(record).encode())
        self.runs.unlink(missing_ok=True)
        return record

    def _insist_on_room(self) -> None:
        epochs = self.count * self.plan.budget.epochs
        most = LARGEST_BYTES // _BYTES_PER_EPOCH
        if epochs > most:
            raise SweepError(
                f"{self.count:,} runs of up to {self.plan.budget.epochs:g} epochs would make a "
                f"larger file than Compare opens: let them be {most:,} epochs in all, at most"
            )

    def _finished_before(self) -> dict[Start, Outcome]:
        try:
            record = from_json(self.out.read_bytes())
        except FileNotFoundError:
            return {}
        except RecordError as error:
            raise SweepError(
                f"{self.out} is there already, and no sweep ({error}): give another --out"
            ) from None
        if not {one.start for one in record.competitors} <= set(self._starts):
            raise SweepError(f"{self.out} holds another race: give another --out, or remove it")
        return {
            one.start: Outcome(one, record.machine, record.training_digits, record.test_digits)
            for one in record.competitors
            if one.state in ("finished", "failed")
        }

    def _kept_before(self) -> dict[Start, Outcome]:
        kept: dict[Start, Outcome] = {}
        lines = self.runs.read_bytes().splitlines(keepends=True) if self.runs.exists() else []
        for line in lines:
            try:
                outcome = msgspec.json.decode(line, type=Outcome)
            except (msgspec.MsgspecError, ValueError):
                # Cut off by whatever ended the sweep. The next must begin a line of its own.
                continue
            kept[outcome.competitor.start] = outcome
        if lines and not lines[-1].endswith(b"\n"):
            _write(self.runs, _lines(kept.values()))
        return kept


def _machine(machines: list[Machine]) -> Machine:
    """The machine of all; where there were several, their names side by side."""
    names = " and ".join(dict.fromkeys(machine.processor for machine in machines))
    return replace(machines[0], processor=names[:500])


def _lines(outcomes: Iterable[Outcome]) -> bytes:
    return b"".join(msgspec.json.encode(outcome) + b"\n" for outcome in outcomes)


def _write(path: Path, text: bytes) -> None:
    """Whole or not at all, whatever ends the program meanwhile."""
    part = path.with_name(f"{path.name}.part")
    with part.open("wb") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
