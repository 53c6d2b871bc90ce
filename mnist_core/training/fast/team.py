"""How many threads help whoever trains: as many as were measured to be of use."""

from __future__ import annotations

_WINDOW = 0.02  # seconds of computing that a speed is measured over
_GAIN = 1.05  # how much faster another number of helpers must be to be taken
_SHORTEST, _LONGEST = 0.1, 2.0  # seconds of computing between two trials


class Team:
    """Tries one helper less where there was trouble, one more where there was none.

    What is tried is kept only where a window of it is faster. Each trial that changes nothing
    doubles the time to the next, so a steady machine soon has a steady number; and on an idle one,
    where nothing is ever in the way, there is no trial at all.

    most: helpers there are.

    size: helpers to call for now.
    """

    def __init__(self, most: int) -> None:
        self.size = self._most = most
        self._usual = most  # what is gone back to from a trial
        self._task: object = None
        self._start_again()

    def note(self, task: object, digits: int, seconds: float, *, trouble: bool) -> None:
        """Some digits were computed in so many seconds.

        task: what can be compared: the speed at one batch size says nothing of another's.
        trouble: whether a helper was waited for, or slept when it should have helped.
        """
        if task != self._task:
            self._task = task
            self.size = self._usual
            self._start_again()
        self._digits += digits
        self._seconds += seconds
        self._trouble |= trouble
        if self._seconds >= _WINDOW:
            self._end_window()

    def _start_again(self) -> None:
        self._digits, self._seconds, self._trouble = 0, 0.0, False
        self._speed: float | None = None
        self._interval = self._left = _SHORTEST

    def _end_window(self) -> None:
        speed = self._digits / self._seconds
        self._left -= self._seconds
        self._digits, self._seconds = 0, 0.0
        if self.size != self._usual:
            self._decide(speed)
            return
        self._speed = speed if self._speed is None else (self._speed + speed) / 2
        if self._left <= 0:
            self._try_another()

    def _decide(self, speed: float) -> None:
        if speed > self._speed * _GAIN:
            self._usual, self._speed, self._interval = self.size, speed, _SHORTEST
        else:
            self.size = self._usual
            self._interval = min(2 * self._interval, _LONGEST)
        self._left, self._trouble = self._interval, False

    def _try_another(self) -> None:
        wanted = self._usual - 1 if self._trouble else self._usual + 1
        self.size = min(max(wanted, 0), self._most)
        self._left, self._trouble = self._interval, False
