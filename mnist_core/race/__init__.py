"""Batch sizes side by side: a race of runs from the same start, and what it shows.

race = Race(load_mnist(), Plan(batch_sizes=(10, 200), budget=Budget(epochs=1)))
while not race.ended:
    race.advance(seconds=0.05)
print(words.verdict(race.latest))
"""

from importlib import import_module
from typing import TYPE_CHECKING

from mnist_core.race.plan import Plan, Start
from mnist_core.race.recorded import RecordError, from_json, to_json
from mnist_core.race.records import Entry, RaceRecord, waiting

if TYPE_CHECKING:
    from mnist_core.race.race import Race

__all__ = [
    "Entry",
    "Plan",
    "Race",
    "RaceRecord",
    "RecordError",
    "Start",
    "from_json",
    "to_json",
    "waiting",
]


def __getattr__(name: str) -> object:
    # It brings PyTorch, which takes more than a second to import: only when it is asked for.
    if name != "Race":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return import_module(f"{__name__}.race").Race
