"""Trials and needles → rows and sentences, for the page Mini-batch."""

from __future__ import annotations

from collections.abc import Sequence
from math import acos, degrees
from statistics import mean, stdev
from typing import Any

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
    return (
        f"An update on {digits(few['digits'])} changed the test loss by "
        f"{signed(few['mean change'])} on average, give or take {figure(few['spread'])}, and made "
        f"it worse {few['made it worse']} of {few['trials']} times; one on {many['digits']:,} by "
        f"{signed(many['mean change'])}, give or take {figure(many['spread'])}, and "
        f"{many['made it worse']} of {many['trials']}: {_compared(few['spread'], many['spread'])}."
    )


def needles_described(needles: Needles) -> str:
    """How far the mini-batches' gradients point away from that of all digits, in a sentence."""
    size, drawn = needles.batch_size, needles.needles
    angles = [needle.degrees for needle in drawn]
    length = figure(mean(needle.length for needle in drawn))
    expected = degrees(acos(min(1.0, needles.law[size])))
    if len(drawn) == 1:
        return f"The gradient of {digits(size)} points {angles[0]:.0f}° away from that of all."
    return (
        f"The gradients of {len(drawn)} mini-batches of {digits(size)} point {mean(angles):.0f}° "
        f"away from that of all digits on average ({min(angles):.0f}° to {max(angles):.0f}°; the "
        f"law says {expected:.0f}°), and are {length} times as long."
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
    return f"{count:,} digit{'' if count == 1 else 's'}"


def signed(value: float) -> str:
    """To two significant digits, with its sign: "+12", "−0.5"."""
    return f"{'−' if value < 0 else '+'}{figure(abs(value))}"


def _compared(few: float, many: float) -> str:
    if few > 1.1 * many > 0:
        return f"a spread {figure(few / many)} times smaller"
    if many > 1.1 * few > 0:
        return f"a spread {figure(many / few)} times larger"
    return "about the same spread"
