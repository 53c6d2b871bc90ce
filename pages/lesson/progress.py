"""How far a visitor is in the lesson: what they have predicted, and what was measured then."""

from __future__ import annotations

from dataclasses import dataclass, field

from mnist_core.language import LANGUAGES, speaking
from mnist_core.show.lesson import Measured, Prediction
from mnist_core.show.standalone import Visited
from pages.app.visitors import Visitor
from pages.lesson.stations import SCENES, Finding, Widgets


@dataclass
class Lesson:
    """How far a visitor is in the lesson. Stations count from 1.

    station: the one that is on; None where the lesson is off.
    left_at: the one to go on with.
    leads: whether the page of the station that is on is to be shown next.
    set_up: those whose page was brought to the state to begin with.
    predicted: by station.
    measured: by station, each in the language in which it is asked for.
    """

    station: int | None = None
    left_at: int = 1
    leads: bool = False
    set_up: set[int] = field(default_factory=set)
    predicted: dict[int, Prediction] = field(default_factory=dict)
    measured: dict[int, Finding] = field(default_factory=dict)

    def go_to(self, number: int) -> None:
        """Go on with that station."""
        self.station = self.left_at = number

    def begin_anew(self, number: int) -> None:
        """Forget what was predicted and measured at a station whose page is set up."""
        self.set_up.add(number)
        self.predicted.pop(number, None)
        self.measured.pop(number, None)

    def measure(self, number: int, visitor: Visitor, widgets: Widgets) -> Measured | None:
        """What was measured at a station where the visitor has predicted."""
        scene, known = SCENES[number - 1], self.measured.get(number)
        if not (scene.once and known):
            found = scene.measure(visitor, widgets)
            if measured := found and found():
                self.measured[number] = found
                return measured
        return known and known()

    def keep_races(self, visitor: Visitor) -> None:
        """Take in how far a race has come whose station the visitor may have left meanwhile.

        The next race will put it away.
        """
        for number in self.predicted:
            if SCENES[number - 1].raced:
                self.measure(number, visitor, {})

    def visited(self) -> dict[int, Visited]:
        """What came of each station where the visitor has predicted."""
        visited = {}
        for number, predicted in sorted(self.predicted.items()):
            known = self.measured.get(number)
            visited[number] = Visited(predicted, known and known())
        return visited

    def figures(self, number: int) -> dict[str, str]:
        """What was measured at a station, in the words of each language."""
        figures = {}
        for code in LANGUAGES:
            with speaking(code):
                figures[code] = self.measured[number]().figure
        return figures
