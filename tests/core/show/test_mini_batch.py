from __future__ import annotations

import pytest

from mnist_core.records import Needle, Needles, Trial
from mnist_core.show.mini_batch import (
    digits,
    needle_rows,
    needles_described,
    trial_rows,
    trials_compared,
)


def tried(size: int, *changes: float) -> list[Trial]:
    return [Trial(size, 1.0, 0.5, 0.1, 1_000.0, 1_000.0 + change) for change in changes]


def test_a_row_says_how_the_changes_of_a_size_spread():
    one, many = trial_rows(tried(2_000, -3, -2, -1) + tried(1, -30, 0, 60))
    assert one == {
        "digits": 1,
        "trials": 3,
        "made it worse": 1,
        "mean change": 10.0,
        "spread": 45.82575694955840,
        "lowest": -30.0,
        "highest": 60.0,
    }
    assert (many["digits"], many["made it worse"], many["spread"]) == (2_000, 0, 1.0)


def test_the_sentence_follows_the_figures_whichever_way_they_lie():
    wide, narrow = (-30, 0, 60), (-3, -2, -1)
    said = trials_compared(tried(1, *wide) + tried(2_000, *narrow))
    assert "by +10 on average, give or take 46, and made it worse 1 of 3 times" in said
    assert "2,000 by −2.0, give or take 1.0, and 0 of 3: a spread 46 times smaller" in said
    assert "46 times larger" in trials_compared(tried(1, *narrow) + tried(2_000, *wide))
    assert "about the same spread" in trials_compared(tried(1, *wide) + tried(2_000, *wide))


def test_one_digit_is_singular():
    assert [digits(1), digits(2_000)] == ["1 digit", "2,000 digits"]


def at_200(*needles: Needle) -> Needles:
    return Needles(needles, 200, updates=300, noise_scale=600.0, law={200: 0.5})


def test_needles_are_described_by_their_angles_and_lengths_beside_the_law():
    said = needles_described(at_200(Needle(50.0, 2.0), Needle(60.0, 3.0)))
    assert "2 mini-batches of 200 digits point 55° away" in said
    assert "(50° to 60°; the law says 60°), and are 2.5 times as long" in said
    assert "points 50° away" in needles_described(at_200(Needle(50.0, 2.0)))


def test_each_needle_is_a_row():
    (row,) = needle_rows(at_200(Needle(60.0, 2.0)))
    assert list(row.values()) == [60.0, pytest.approx(0.5), 2.0]
