"""What a move of the batch size did, from the records of a run."""

from __future__ import annotations

from dataclasses import dataclass

from mnist_core.records import Move, Place, Snapshot, TestPoint

# A rise smaller than this share of the loss is no more than what one test differs from the next.
_SMALLEST_RISE = 0.05
# Updates after a move in which a rise must begin to be called its effect.
_RISE_WITHIN_UPDATES = 1_000


@dataclass(frozen=True)
class Rise:
    """A test loss that rose after a move, and when it was back.

    before: the loss at the move, summed over the test digits.
    peak: the highest test point before the loss was back.
    updates: made since the move when the loss was back; None while it is still above.
    """

    before: float
    peak: TestPoint
    updates: int | None


def rise_after(snapshot: Snapshot, move: Move) -> Rise | None:
    """Return how the test loss rose after the move; None where it did not."""
    before = point_at(snapshot, move.place).loss
    peak = None
    for point in snapshot.test_points:
        updates = point.place.updates - move.until.updates
        if updates <= 0:
            continue
        if peak is None and updates > _RISE_WITHIN_UPDATES:
            return None
        if peak is not None and point.loss <= before:
            return Rise(before, peak, updates)
        if point.loss > max(peak.loss if peak else 0, (1 + _SMALLEST_RISE) * before):
            peak = point
    return Rise(before, peak, None) if peak else None


def point_at(snapshot: Snapshot, place: Place) -> TestPoint:
    """Return the last test point that is not after the place."""
    earlier = [one for one in snapshot.test_points if one.place.updates <= place.updates]
    return earlier[-1]
