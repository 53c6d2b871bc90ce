"""Records → short texts: figures with their units, and the sentence a teacher can read aloud."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import floor, log10
from statistics import median

from mnist_core.data import TRAINING_DIGITS
from mnist_core.records import Change, EpochRecord, Place, Snapshot
from mnist_core.settings import Settings


def figure(value: float, digits: int = 2) -> str:
    """A number with so many significant digits, all of its digits before the point kept."""
    if value == 0:
        return "0"
    rounded = round(value, digits - 1 - floor(log10(abs(value))))
    decimals = max(0, digits - 1 - floor(log10(abs(rounded))))
    return f"{value:,.{decimals}f}"


def epochs(count: float) -> str:
    """ "3", "0.417"."""
    return f"{count:,.0f}" if count == round(count) else figure(count, 3)


def listed(texts: Sequence[str]) -> str:
    """ "1, 10 and 200"."""
    return " and ".join(filter(None, (", ".join(texts[:-1]), *texts[-1:])))


def capitalized(text: str) -> str:
    """As a sentence begins, and the rest as it is."""
    return text[:1].upper() + text[1:]


def ordinal(number: int) -> str:
    """1 as 1st, 12 as 12th."""
    teens = number % 100 in (11, 12, 13)
    return f"{number}{'th' if teens else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"


def seconds(value: float) -> str:
    """A time to two significant digits, and at least whole seconds; from 10 min on in minutes."""
    return f"{figure(value / 60)} min" if value >= 600 else f"{figure(value)} s"


def learning_rate(value: float) -> str:
    """0.0001 as 0.0001, 1e-06 as 0.000001: without closing zeros; below that with an exponent."""
    return f"{value:.10f}".rstrip("0").rstrip(".") if value >= 1e-6 else f"{value:g}"


def batch_size(size: int) -> str:
    """The size as the slider names it: 1 and 60,000 with what they mean."""
    meaning = {1: " (no mini-batch)", TRAINING_DIGITS: " (full batch)"}
    return f"{size:,}{meaning.get(size, '')}"


def batch_sizes(sizes: Iterable[int]) -> str:
    """The sizes of an epoch: "200 + 50" where mixed."""
    return " + ".join(f"{size:,}" for size in sizes)


def changes(changes: Sequence[Change]) -> str:
    """What changed from the first to the last of them: "200 → 50", "learning rate 0.0001 → 0.001".

    Several are named as one: "200 → … → 50". Where they led back, the size stands there still.
    """
    before, after = changes[0].before, changes[-1].after
    arrow = " → " if len(changes) == 1 else " → … → "
    sizes = f"{before.batch_size:,}{arrow}{after.batch_size:,}"
    rates = arrow.join((learning_rate(before.learning_rate), learning_rate(after.learning_rate)))
    size_moved = any(one.before.batch_size != one.after.batch_size for one in changes)
    rate_moved = any(one.before.learning_rate != one.after.learning_rate for one in changes)
    return ", ".join([sizes] * size_moved + [f"learning rate {rates}"] * rate_moved)


def doing(snapshot: Snapshot, settings: Settings, playing: bool) -> tuple[str, str]:
    """What a run is doing, in a word, and where: ("Training", "epoch 3, batch size 200").

    settings: those that the next update uses; a snapshot may be older than they are.
    """
    place = f"epoch {snapshot.so_far.epoch}, batch size {settings.batch_size:,}"
    if snapshot.notice:
        place += f"; {snapshot.notice}"
    if snapshot.error:
        return "Ended", snapshot.error
    if playing:
        return "Training", place
    if snapshot.untrained:
        return "Ready", "the network is untrained"
    return "Paused", place


def progress(snapshot: Snapshot) -> str:
    """How far the network has come, by the latest test point."""
    if not snapshot.test_points:
        return "The network is untrained."
    point = snapshot.test_points[-1]
    return (
        f"After {figure(point.place.epochs, 3)} epochs, {point.place.updates:,} updates and "
        f"{seconds(point.place.seconds)} of training the test loss is {point.loss:,.0f} (summed "
        f"over {snapshot.test_digits:,} digits, {point.loss / snapshot.test_digits:.3f} each), "
        f"and {point.accuracy:.1%} of the test digits are labelled right."
    )


def ghost(run: Snapshot, ghost: Snapshot, since: Place) -> str:
    """What a run and its ghost have made of the time since they parted, by their last tests."""
    return (
        f"Since they parted at epoch {since.epochs:.2f}, the run has trained for "
        f"{_since(run, since)}; its ghost at {ghost.settings.batch_size:,} for "
        f"{_since(ghost, since)}."
    ) + (f" The ghost has ended: {ghost.error}." if ghost.error else "")


def _since(snapshot: Snapshot, since: Place) -> str:
    place, point = snapshot.place, snapshot.test_points[-1]
    return (
        f"{seconds(place.seconds - since.seconds)}, {figure(place.epochs - since.epochs, 3)} "
        f"epochs and {place.updates - since.updates:,} updates, to a test loss of {point.loss:,.0f}"
    )


def noise(snapshot: Snapshot) -> str | None:
    """The noise scale as it was measured last, beside the present batch size; None before."""
    if not snapshot.noise_points:
        return None
    point, size = snapshot.noise_points[-1], snapshot.settings.batch_size
    return (
        f"After {figure(point.place.epochs, 3)} epochs the noise scale N is "
        f"{figure(point.noise_scale, 3)} digits: at a batch size of {size:,}, about "
        f"{point.noise_share(size):.0%} of a mini-batch’s squared gradient is noise."
    )


def lesson(epochs: Iterable[EpochRecord]) -> str | None:
    """What the batch size does to the seconds an epoch takes, from the measured epochs alone.

    It compares the size of the latest whole epoch with the measured size whose epochs differ most
    from it in length, by their medians; mixed epochs are left out. None before there is one.
    """
    by_size: dict[int, list[EpochRecord]] = {}
    unmixed = [epoch for epoch in epochs if not epoch.mixed]
    for epoch in unmixed:
        by_size.setdefault(epoch.batch_sizes[0], []).append(epoch)
    if not unmixed:
        return None
    size = unmixed[-1].batch_sizes[0]
    took = {of: median(epoch.train_seconds for epoch in by_size[of]) for of in by_size}
    updates = {of: by_size[of][-1].updates for of in by_size}
    now = (
        f"At {size:,} an epoch takes {seconds(took[size])} of training in {_updates(updates[size])}"
    )
    others = [of for of in by_size if of != size]
    if not others:
        return f"{now}."
    other = max(others, key=lambda of: abs(log10(took[of] / took[size])))
    count = "1 update" if updates[other] == 1 else f"{updates[other]:,}"
    return (
        f"{now}; at {other:,} it took {seconds(took[other])} in {count}: "
        f"{_ratio(took[other] / took[size])}."
    )


def _updates(count: int) -> str:
    return "1 update" if count == 1 else f"{count:,} updates"


def _ratio(ratio: float) -> str:
    if ratio >= 1.1:
        return f"{figure(ratio)} times as long"
    if ratio <= 1 / 1.1:
        return f"{figure(1 / ratio)} times as fast"
    return "about as long"
