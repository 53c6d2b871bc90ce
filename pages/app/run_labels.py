"""What a screen reader says of a run's two charts."""

from __future__ import annotations

from mnist_core import Snapshot
from mnist_core.language import _
from mnist_core.show import sentences


def of_learning_curve(snapshot: Snapshot) -> str:
    """Of its loss or accuracy."""
    return _("Line chart. {words}").format(words=sentences.progress(snapshot))


def of_seconds(snapshot: Snapshot) -> str:
    """Of its seconds per epoch."""
    words = sentences.lesson(snapshot.epochs) or _("No whole epoch yet.")
    return _("Bar chart. {words}").format(words=words)
