"""Trials and needles → rows and sentences, for the page Mini-batch."""

from __future__ import annotations

from collections.abc import Sequence
from math import acos, degrees
from statistics import mean, stdev
from typing import Any

from mnist_core.language import _, n_
from mnist_core.records import Needles, Trial
from mnist_core.show.sentences import figure


def by_digits(trials: Sequence[Trial]) -> dict[int, list[Trial]]:
    """The trials of each size, from the smallest on."""
    sizes = sorted({trial.digits for trial in trials})
    return {size: [trial for trial in trials if trial.digits == size] for size in sizes}


def trial_rows(trials: Sequence[Trial]) -> list[dict[str, Any]]:
    """A row per size: how the changes of the test loss spread. Two trials of each at least.

    spread: their standard deviation.
    """
    return [
        {
            "digits": size,
            "trials": len(tried),
            "made it worse": sum(trial.worsened for trial in tried),
            "mean change": mean(trial.change for trial in tried),
            "spread": stdev(trial.change for trial in tried),
            "lowest": min(trial.change for trial in tried),
            "highest": max(trial.change for trial in tried),
        }
        for size, tried in by_digits(trials).items()
    ]


def trials_compared(trials: Sequence[Trial]) -> str:
    """What is seen between the smallest size and the largest, in a sentence."""
    rows = trial_rows(trials)
    few, many = rows[0], rows[-1]
    return _(
        "An update on {few} changed the test loss by {few_change} on average, give or take "
        "{few_spread}, and made it worse {few_worse} of {few_trials} times; one on {many:,} by "
        "{many_change}, give or take {many_spread}, and {many_worse} of {many_trials}: {compared}."
    ).format(
        few=digits(few["digits"]),
        few_change=signed(few["mean change"]),
        few_spread=figure(few["spread"]),
        few_worse=few["made it worse"],
        few_trials=few["trials"],
        many=many["digits"],
        many_change=signed(many["mean change"]),
        many_spread=figure(many["spread"]),
        many_worse=many["made it worse"],
        many_trials=many["trials"],
        compared=_compared(few["spread"], many["spread"]),
    )


def needles_described(needles: Needles) -> str:
    """How far the mini-batches' gradients point away from that of all digits, in a sentence."""
    size, drawn = needles.batch_size, needles.needles
    angles = [needle.degrees for needle in drawn]
    length = figure(mean(needle.length for needle in drawn))
    expected = degrees(acos(min(1.0, needles.law[size])))
    if len(drawn) == 1:
        return _("The gradient of {digits} points {angle:.0f}° away from that of all.").format(
            digits=digits(size), angle=angles[0]
        )
    return _(
        "The gradients of {count} mini-batches of {digits} point {angle:.0f}° away from that of "
        "all digits on average ({least:.0f}° to {most:.0f}°; the law says {expected:.0f}°), and "
        "are {length} times as long."
    ).format(
        count=len(drawn),
        digits=digits(size),
        angle=mean(angles),
        least=min(angles),
        most=max(angles),
        expected=expected,
        length=length,
    )


def needle_rows(needles: Needles) -> list[dict[str, Any]]:
    """A row per mini-batch."""
    return [
        {
            "angle, degrees": needle.degrees,
            "cosine": needle.cosine,
            "relative length": needle.length,
        }
        for needle in needles.needles
    ]


def digits(count: int) -> str:
    """So many digits, in words: 1 digit, 2,000 digits."""
    return n_("{count:,} digit", "{count:,} digits", count).format(count=count)


def signed(value: float) -> str:
    """To two significant digits, with its sign: "+12", "−0.5"."""
    return f"{'−' if value < 0 else '+'}{figure(abs(value))}"


def _compared(few: float, many: float) -> str:
    if few > 1.1 * many > 0:
        return _("a spread {times} times smaller").format(times=figure(few / many))
    if many > 1.1 * few > 0:
        return _("a spread {times} times larger").format(times=figure(many / few))
    return _("about the same spread")
