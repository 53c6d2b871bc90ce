"""The law and the valley of a race's target → sentences and rows."""

from __future__ import annotations

from typing import Any

from mnist_core.data import TRAINING_DIGITS
from mnist_core.language import _, later, n_
from mnist_core.race.competitors import RaceRecord
from mnist_core.race.plan import Rule
from mnist_core.race.scaling import (
    FEWEST_SIZES,
    LARGEST_RESIDUAL,
    LARGEST_SECONDS_RESIDUAL,
    TargetScaling,
    Valley,
    fitting_target,
)
from mnist_core.records import NoiseScales
from mnist_core.show.sentences import figure, seconds

# How many times as large an update's fixed cost can be thought to be.
FACTORS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000)
LARGEST_FACTOR = FACTORS[-1]

ASSUMES = later(
    "The law assumes a learning rate that is tuned for each size, and it is about the plain "
    "gradient: Adam’s step bends it, and the law knows nothing of that. It leaves out the very "
    "beginning of training too, where a few updates do most. Source: McCandlish et al., “An "
    "Empirical Model of Large-Batch Training”, 2018."
)
_RATES: dict[Rule, str] = {
    "same": later(
        "This race gave all sizes **the same learning rate**: larger batches could have taken "
        "larger steps, which tends to make B_c too small."
    ),
    "square_root": later(
        "This race scaled the learning rate by **√B**, the rule derived for Adam: it stands in "
        "for tuned rates."
    ),
    "tuned": later(
        "This race took **the best of five learning rates** for each size, as the law assumes."
    ),
    "linear": later(
        "This race scaled the learning rate by **B**, the rule made for plain gradients: with "
        "Adam it goes too far at large sizes."
    ),
}
_LIKE_A_GRAPHICS_CARD = later(
    "A graphics card is like that: it computes thousands of digits at once, so beside starting an "
    "update a digit costs it next to nothing."
)


def two_digits(size: float) -> str:
    """A batch size out of a fit: "0.52", "37", "2,900"."""
    return figure(float(f"{size:.2g}"))


def law(record: RaceRecord, scaling: TargetScaling | None, ready: str) -> str:
    """What the law says of the updates to the target, or what is missing for it.

    scaling: None before there is a target.
    ready: name of the button that starts a race with sizes enough, as it is shown.
    """
    if scaling is None or len(scaling.updates) < FEWEST_SIZES:
        return _too_few(record, scaling, ready)
    if scaling.law is None:
        larger = _(
            "**No law is drawn**: up to the largest of these sizes the updates fall as fast as the "
            "batch size grows, so nothing shows S_min and B_c yet. Larger sizes would."
        )
        return f"{larger}{_other_target(record, scaling)}"
    if not scaling.law.fits:
        misses = _(
            "**No law is drawn**: it misses the updates at {worst}, more than {limit:.0%}."
        ).format(worst=_worst(scaling.law.residuals), limit=LARGEST_RESIDUAL)
        return f"{misses}{_other_target(record, scaling)}"
    return f"{_fitted(scaling)} {_(_RATES[record.plan.rule])}"


def _fitted(scaling: TargetScaling) -> str:
    fitted, size = scaling.law, two_digits(scaling.law.critical_size)
    critical = f"**B_c = {size}**"
    if fitted.critical_size > max(scaling.updates):
        guess = _("{critical} (beyond the largest size that got there: a guess)")
        critical = guess.format(critical=critical)
    return _(
        "The fit gives {critical} and S_min = {fewest} updates; it misses the updates at {worst}, "
        "and nowhere by more. Well below B_c twice the batch halves the updates; at B_c they are "
        "twice S_min; well above it a larger batch saves hardly any."
    ).format(
        critical=critical,
        fewest=figure(fitted.fewest_updates),
        worst=_worst(fitted.residuals),
    )


def _too_few(record: RaceRecord, scaling: TargetScaling | None, ready: str) -> str:
    if not record.begun:
        return _(
            "No law yet: it needs four sizes that have reached the target. **{ready}** starts a "
            "race that has them."
        ).format(ready=ready)
    if scaling is None:
        return _(
            "No law yet: it needs four sizes that have reached the target. The target is set when "
            "a size has halved its test loss."
        )
    have = _(
        "No law yet: it needs four sizes that have reached the target of {target:,.0f}; {have}."
    ).format(target=scaling.target, have=_have_reached(len(scaling.updates), record.over))
    more = _("**{ready}** starts a race that has more sizes.").format(ready=ready)
    return have + (_other_target(record, scaling) or f" {more}")


def _have_reached(count: int, over: bool) -> str:
    if not count:
        return _("none have") if over else _("none have so far")
    if over:
        return n_("{count} has", "{count} have", count).format(count=count)
    return n_("{count} has so far", "{count} have so far", count).format(count=count)


def _other_target(record: RaceRecord, scaling: TargetScaling) -> str:
    target = fitting_target(record)
    if target is None or target == scaling.target:
        return ""
    typed = _("With {target:,.0f} typed as **Target loss** it is drawn.").format(target=target)
    return f" {typed}"


def _worst(residuals: dict[int, float]) -> str:
    size, residual = max(residuals.items(), key=lambda one: abs(one[1]))
    return _("{size:,} by {off:.0%}").format(size=size, off=abs(residual))


def noise(scales: NoiseScales) -> str:
    """What noise scales were measured, and what they have to do with the critical size."""
    return _(
        "The noise scale N of the gradient was {untrained} in the untrained network and "
        "**{trained}** in that of batch size {size:,} when it had reached the target, "
        "{updates:,} updates later. For plain gradients and tuned rates B_c would be about as "
        "large as N is along the way."
    ).format(
        untrained=figure(scales.untrained),
        trained=figure(scales.trained),
        size=scales.batch_size,
        updates=scales.updates,
    )


def valley(scaling: TargetScaling | None, factor: float) -> str:
    """Where the seconds to the target are least, or why that can't be told.

    scaling: None before there is a target.
    factor: how many times as large an update's fixed cost is thought to be.
    """
    if scaling is None or scaling.fitting_law is None:
        return _("No valley yet: it is an update’s cost times the law, and needs the law.")
    if scaling.valley is None:
        return _(
            "**No valley is drawn**: the line a + b·B does not fit the time of an update. See "
            "“Where the seconds go”."
        )
    missed = _worst(scaling.seconds_residuals)
    fitted = scaling.fitting_valley
    if fitted is None:
        return _(
            "**No valley is drawn**: it misses the seconds at {worst}, more than {limit:.0%}. Up "
            "to the target an update took another time than over the whole race, as it does where "
            "the computer is busy with other things too."
        ).format(worst=missed, limit=LARGEST_SECONDS_RESIDUAL)
    fastest = min(scaling.seconds, key=scaling.seconds.get)
    least = fitted.seconds(min(max(fitted.best_size, 1), TRAINING_DIGITS))
    said = _(
        "The target takes least time at **B* = √(a·B_c/b) = {best}**: about {least}. Of the sizes "
        "that raced, {fastest:,} was the fastest, in {time}; the valley misses the seconds at "
        "{worst}, and nowhere by more."
    ).format(
        best=_best(fitted),
        least=seconds(least),
        fastest=fastest,
        time=seconds(scaling.seconds[fastest]),
        worst=missed,
    )
    if factor == 1:
        return said
    moved = _(
        "If an update’s fixed cost a were {factor:,g} times as large, **B* would be {best}**."
    ).format(factor=factor, best=_best(fitted.with_fixed_cost(factor)))
    return f"{said} {moved} {_(_LIKE_A_GRAPHICS_CARD)}"


def _best(fitted: Valley) -> str:
    if fitted.best_size < 1:
        return _("below 1")
    if fitted.best_size > TRAINING_DIGITS:
        return _("beyond the full batch")
    return two_digits(fitted.best_size)


def rows(scaling: TargetScaling) -> list[dict[str, Any]]:
    """A row for each size that has reached the target: measured, by law and valley, residuals.

    Without law or valley their columns hold None; a residual is a share of what was measured.
    """
    fitted, hollow = scaling.fitting_law, scaling.valley
    missed = scaling.seconds_residuals
    return [
        {
            "batch_size": size,
            "updates": scaling.updates[size],
            "law": fitted and fitted.updates(size),
            "off_law": fitted and fitted.residuals[size],
            "seconds": scaling.seconds[size],
            "valley": hollow and hollow.seconds(size),
            "off_valley": missed.get(size),
        }
        for size in scaling.updates
    ]
