"""Runs side by side that differ in one thing, the batch size above all: a race, and what it shows.

race = Race(load_mnist(), Plan(batch_sizes=(10, 200), budget=Budget(epochs=1)))
while not race.ended:
    race.advance(seconds=0.05)
print(words.verdict(race.latest))
"""

from mnist_core.race.competitors import Competitor, RaceRecord, waiting
from mnist_core.race.file import RecordError, from_json, to_json
from mnist_core.race.plan import Plan, Start
from mnist_core.race.race import Race

__all__ = [
    "Competitor",
    "Plan",
    "Race",
    "RaceRecord",
    "RecordError",
    "Start",
    "from_json",
    "to_json",
    "waiting",
]
