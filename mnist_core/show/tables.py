"""Records → rows, and rows → CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Any

from mnist_core.records import EpochRecord, NoisePoint
from mnist_core.show import sentences


def epoch_rows(epochs: Iterable[EpochRecord]) -> list[dict[str, Any]]:
    """A row per epoch. batch_size is text, since a mixed epoch has several: "200 + 50"."""
    return [
        {
            "epoch": epoch.epoch,
            "batch_size": sentences.batch_sizes(epoch.batch_sizes),
            "updates": epoch.updates,
            "train_loss": epoch.train_loss,
            "test_loss": epoch.test_loss,
            "test_accuracy": epoch.test_accuracy,
            "train_seconds": epoch.train_seconds,
            "test_seconds": epoch.test_seconds,
        }
        for epoch in epochs
    ]


def noise_rows(points: Iterable[NoisePoint]) -> list[dict[str, Any]]:
    """A row per measurement; noise_share is that of the batch size at work."""
    return [
        {
            "epochs": point.place.epochs,
            "updates": point.place.updates,
            "train_seconds": point.place.seconds,
            "batch_size": point.batch_size,
            "noise_scale": point.noise_scale,
            "noise_share": point.noise_share(point.batch_size),
        }
        for point in points
    ]


def epochs_csv(epochs: Iterable[EpochRecord]) -> str:
    """The same rows as CSV with a header; batch sizes without the comma that groups thousands."""
    text = io.StringIO()
    columns = [name for name in EpochRecord.__dataclass_fields__ if name != "size_seconds"]
    columns[columns.index("batch_sizes")] = "batch_size"
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    for row in epoch_rows(epochs):
        writer.writerow(row | {"batch_size": row["batch_size"].replace(",", "")})
    return text.getvalue()
