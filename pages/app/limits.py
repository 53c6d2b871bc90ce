"""What one server gives its visitors; environment variables of the same names set other limits."""

from __future__ import annotations

import os


def _limit(name: str, usual: int) -> int:
    """What the environment variable of that name says, where that is a whole number above 0."""
    value = os.environ.get(name, "")
    return int(value) if value.isdecimal() and int(value) > 0 else usual


# Turns of 50 ms go round: with 60 training, each run waits at least 3 s for the next. Beyond that a
# chart seems to stand still. It bounds the harm; it does not promise that 60 are served well.
MOST_TRAINING = _limit("MOST_TRAINING", 60)
# Each holds a few megabytes, training or not. A class of 300, its teacher, and a few tabs more.
MOST_VISITORS = _limit("MOST_VISITORS", 320)
# So long a run trains on when its page has gone: a connection cut for a moment does no harm.
ABSENCE_SECONDS = _limit("ABSENCE_SECONDS", 10)
