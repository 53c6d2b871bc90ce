"""Batch sizes side by side: a race of runs from the same start, and what it shows.

race = Race(load_mnist(), Plan(batch_sizes=(10, 200), budget=Budget(epochs=1)))
while not race.ended:
    race.advance(seconds=0.05)
print(words.verdict(race.latest))
"""

from mnist_core.race.plan import Plan, Start
from mnist_core.race.race import Race
from mnist_core.race.recorded import RecordError, from_json, to_json
from mnist_core.race.records import Entry, RaceRecord, waiting

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
