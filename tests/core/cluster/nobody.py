"""A cluster in which no host can train."""

from __future__ import annotations


class Nobody:
    """Stands in for a Crew.

    is_empty: whether no host is on its way either.
    """

    def __init__(self, is_empty: bool = True) -> None:
        self.is_empty = is_empty

    def settle(self, _guest: object) -> None:
        """There is no host for a run."""
