"""What a server sees of a run elsewhere, and how little of it has to be sent each time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from mnist_core.records import Batch, Snapshot
from mnist_core.settings import Settings

_GROWING = ("epochs", "test_points", "loss_points", "noise_points", "changes")


@dataclass(frozen=True)
class View:
    """A run at one moment.

    number: grows from view to view of one run at one host.
    batch: the latest mini-batch, at a tempo.
    ended: whether it makes no further update.
    loading_seconds: as of a TutorialLearner; None of others.
    kept_updates: that had been made at its latest checkpoint.
    """

    number: int
    snapshot: Snapshot
    batch: Batch | None
    ended: bool
    loading_seconds: float | None = None
    kept_updates: int = 0


@dataclass(frozen=True)
class Controls:
    """What a run is to do. Of two the one with the higher version holds, whichever comes first."""

    version: int
    settings: Settings
    tempo: float | None = None
    watches_noise: bool = False
    playing: bool = False


@dataclass(frozen=True)
class Difference:
    """What of a view is other than in the one before.

    view: with those records alone that are new.
    kept: how many of each kind stay as they were.
    """

    view: View
    kept: dict[str, int]


def difference(before: View | None, now: View) -> Difference:
    """What whoever has the view before must hear."""
    kept = {
        name: _kept(getattr(before.snapshot, name), getattr(now.snapshot, name)) if before else 0
        for name in _GROWING
    }
    new = {name: getattr(now.snapshot, name)[count:] for name, count in kept.items()}
    return Difference(replace(now, snapshot=replace(now.snapshot, **new)), kept)


def added(before: View | None, new: Difference) -> View:
    """The view that differs by this from the one before."""
    whole = {
        name: (getattr(before.snapshot, name)[:count] if before else ())
        + getattr(new.view.snapshot, name)
        for name, count in new.kept.items()
    }
    return replace(new.view, snapshot=replace(new.view.snapshot, **whole))


def _kept(before: tuple[Any, ...], now: tuple[Any, ...]) -> int:
    """Records are only added at the end, but for training losses, which are thinned at times."""
    count = len(before)
    same = count <= len(now) and (not count or before[-1] == now[count - 1])
    return count if same else 0
