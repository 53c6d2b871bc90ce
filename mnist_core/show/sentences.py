"""Records → short texts: figures with their units, and the sentence a teacher can read aloud."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import floor, log10
from statistics import median

from mnist_core.data import TRAINING_DIGITS
from mnist_core.faults import fault
from mnist_core.language import _, n_
from mnist_core.records import Change, EpochRecord, Move, Place, Snapshot
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
    if len(texts) < 2:
        return "".join(texts)
    return _("{texts} and {last}").format(texts=", ".join(texts[:-1]), last=texts[-1])


def capitalized(text: str) -> str:
    """As a sentence begins, and the rest as it is."""
    return text[:1].upper() + text[1:]


def ordinal(number: int) -> str:
    """1 as 1st, 12 as 12th."""
    teens = number % 100 in (11, 12, 13)
    endings = {1: _("{number}st"), 2: _("{number}nd"), 3: _("{number}rd")}
    return endings.get(0 if teens else number % 10, _("{number}th")).format(number=number)


def seconds(value: float) -> str:
    """A time to two significant digits, and at least whole seconds; from 10 min on in minutes."""
    if value >= 600:
        return _("{minutes} min").format(minutes=figure(value / 60))
    return _("{seconds} s").format(seconds=figure(value))


def learning_rate(value: float) -> str:
    """0.0001 as 0.0001, 1e-06 as 0.000001: without closing zeros; below that with an exponent."""
    return f"{value:.10f}".rstrip("0").rstrip(".") if value >= 1e-6 else f"{value:g}"


def batch_size(size: int) -> str:
    """The size as the slider names it: 1 and 60,000 with what they mean."""
    meaning = {1: _("{size:,} (no mini-batch)"), TRAINING_DIGITS: _("{size:,} (full batch)")}
    return meaning.get(size, "{size:,}").format(size=size)


def batch_sizes(sizes: Iterable[int]) -> str:
    """The sizes of an epoch: "200 + 50" where mixed."""
    return " + ".join(f"{size:,}" for size in sizes)


def changes(changes: Sequence[Change | Move]) -> str:
    """What changed from the first to the last of them: "200 → 50", "learning rate 0.0001 → 0.001".

    Several are named as one: "200 → … → 50". Where they led back, the size stands there still.
    """
    before, after = changes[0].before, changes[-1].after
    arrow = " → " if len(changes) == 1 else " → … → "
    sizes = f"{before.batch_size:,}{arrow}{after.batch_size:,}"
    rates = arrow.join((learning_rate(before.learning_rate), learning_rate(after.learning_rate)))
    size_moved = any(one.before.batch_size != one.after.batch_size for one in changes)
    rate_moved = any(one.before.learning_rate != one.after.learning_rate for one in changes)
    moved = _("learning rate {rates}").format(rates=rates)
    return ", ".join([sizes] * size_moved + [moved] * rate_moved)


def doing(snapshot: Snapshot, settings: Settings, playing: bool) -> tuple[str, str]:
    """What a run is doing, in a word, and where: ("Training", "epoch 3, batch size 200").

    settings: those that the next update uses; a snapshot may be older than they are.
    """
    place = _("epoch {epoch}, batch size {size:,}").format(
        epoch=snapshot.so_far.epoch, size=settings.batch_size
    )
    if snapshot.notice:
        place += f"; {fault(snapshot.notice)}"
    if snapshot.error:
        return _("Ended"), fault(snapshot.error)
    if playing:
        return _("Training"), place
    if snapshot.untrained:
        return _("Ready"), _("the network is untrained")
    return _("Paused"), place


def progress(snapshot: Snapshot) -> str:
    """How far the network has come, by the latest test point."""
    if not snapshot.test_points:
        return _("The network is untrained.")
    point = snapshot.test_points[-1]
    return _(
        "After {epochs} epochs, {updates:,} updates and {time} of training the test loss is "
        "{loss:,.0f} (summed over {digits:,} digits, {mean:.3f} each), and {accuracy:.1%} of the "
        "test digits are labelled right."
    ).format(
        epochs=figure(point.place.epochs, 3),
        updates=point.place.updates,
        time=seconds(point.place.seconds),
        loss=point.loss,
        digits=snapshot.test_digits,
        mean=point.loss / snapshot.test_digits,
        accuracy=point.accuracy,
    )


def kept_copy(run: Snapshot, kept: Snapshot, since: Place) -> str:
    """Compare a run with its copy at the old batch size after equal seconds of training.

    since: where the copy was made. Nothing is said before both have been tested after that.
    """
    until = min(run.test_points[-1].place.seconds, kept.test_points[-1].place.seconds)
    if kept.error:
        return _("The copy at {size:,} has ended: {why}.").format(
            size=kept.settings.batch_size, why=fault(kept.error)
        )
    if until <= since.seconds:
        return ""
    return _(
        "After {time} each, the test loss is {loss:,.0f} at {size:,} and {kept_loss:,.0f} at "
        "{kept_size:,}."
    ).format(
        time=seconds(until - since.seconds),
        loss=_loss_by(run, until),
        size=run.settings.batch_size,
        kept_loss=_loss_by(kept, until),
        kept_size=kept.settings.batch_size,
    )


def _loss_by(snapshot: Snapshot, until: float) -> float:
    """Return the test loss at the last test point within so many seconds of training."""
    points = [point for point in snapshot.test_points if point.place.seconds <= until]
    return points[-1].loss


def noise(snapshot: Snapshot) -> str | None:
    """The noise scale as it was measured last, beside the present batch size; None before."""
    if not snapshot.noise_points:
        return None
    point, size = snapshot.noise_points[-1], snapshot.settings.batch_size
    return _(
        "After {epochs} epochs the noise scale N is {scale} digits: at a batch size of {size:,}, "
        "about {share:.0%} of a mini-batch’s squared gradient is noise."
    ).format(
        epochs=figure(point.place.epochs, 3),
        scale=figure(point.noise_scale, 3),
        size=size,
        share=point.noise_share(size),
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
    count = updates[size]
    now = {
        "size": size,
        "time": seconds(took[size]),
        "updates": n_("{count:,} update", "{count:,} updates", count).format(count=count),
    }
    others = [of for of in by_size if of != size]
    if not others:
        return _("At {size:,} an epoch takes {time} of training in {updates}.").format(**now)
    other = max(others, key=lambda of: abs(log10(took[of] / took[size])))
    count = updates[other]
    return _(
        "At {size:,} an epoch takes {time} of training in {updates}; at {other:,} it took "
        "{others_time} in {others_updates}: {ratio}."
    ).format(
        **now,
        other=other,
        others_time=seconds(took[other]),
        others_updates=n_("1 update", "{count:,}", count).format(count=count),
        ratio=_ratio(took[other] / took[size]),
    )


def longer_or_shorter(ratio: float) -> str:
    """Return a time as a multiple of another: "20 × longer", "3.1 × shorter"."""
    if ratio >= 1.1:
        return _("{ratio} × longer").format(ratio=figure(ratio))
    if ratio <= 1 / 1.1:
        return _("{ratio} × shorter").format(ratio=figure(1 / ratio))
    return _("about as long")


def _ratio(ratio: float) -> str:
    if ratio >= 1.1:
        return _("{ratio} times as long").format(ratio=figure(ratio))
    if ratio <= 1 / 1.1:
        return _("{ratio} times as fast").format(ratio=figure(1 / ratio))
    return _("about as long")
