"""What a class is asked, how its answers are told, and what is said of its luck."""

from __future__ import annotations

from dataclasses import replace

import plotly.graph_objects as go
import pytest

from mnist_core import Settings, Setup
from mnist_core.show import charts, classroom
from mnist_core.show.classroom import Ballot, Sample, Sampled, Vote
from mnist_core.show.lesson import STATIONS
from tests.conftest import train_epochs, witnessed

VOTE = Vote(1, 1, Ballot("How many?", ("few", "many")), hidden=False, open=True, counts=(3, 1))
LOSSES = (2_000.0, 2_100.0, 2_101.0, 2_500.0)
SAMPLE = Sample(
    Settings(),
    2,
    tuple(Sampled(seed, loss, 0.9) for seed, loss in enumerate(LOSSES, start=1)),
    behind=1,
)
NOBODY = Sample(Settings(), 0, (), behind=0)


def after(tiny, epochs: int, *settings, **setup):
    """A snapshot of a run that has ended so many epochs."""
    run, _ = witnessed(tiny, *settings, **setup)
    train_epochs(run, epochs)
    return run.snapshot()


def test_each_station_asks_the_class_one_question_with_options_for_one_tap():
    for station in STATIONS:
        ballot = classroom.ballot(station)
        assert ballot.question.count("?") == 1, station.name
        assert 2 <= len(ballot.options) <= 12, station.name
        assert len(set(ballot.options)) == len(ballot.options), station.name


def test_a_line_is_asked_by_its_ends_and_what_lies_between_them():
    assert classroom.ballot(STATIONS[1]).options[::5] == ("−1.0", "+0.0", "+1.0")
    assert classroom.ballot(STATIONS[3]).options == tuple(
        ["as long"] + [f"{times} times as long" for times in (2, 5, 10, 20, 50, 100, 200)]
    )


def test_an_order_is_asked_by_who_comes_first():
    ballot = classroom.ballot(STATIONS[4])
    assert ballot.options == ("1", "10", "200", "2,000", "60,000")
    assert "Which one" in ballot.question


@pytest.mark.parametrize(
    ("station", "measured", "option"),
    [
        (1, "More than two thirds", "More than two thirds"),
        (2, -0.74, "−0.8"),
        (4, 13.2, "10 times as long"),
        (5, (10, 200, 1, 2_000, 60_000), "10"),
        (6, ((0, 10.2), (60_000, 88.1)), "90"),
    ],
)
def test_the_option_that_came_true_is_the_nearest_to_what_was_measured(station, measured, option):
    asked = STATIONS[station - 1]
    place = classroom.came_true(asked, measured)
    assert classroom.ballot(asked).options[place] == option


def test_a_tally_counts_each_option_and_its_share_of_the_answers():
    assert classroom.tally_rows(VOTE) == [
        {"answer": "few", "votes": 3, "share": 0.75},
        {"answer": "many", "votes": 1, "share": 0.25},
    ]
    nobody = replace(VOTE, counts=(0, 0))
    assert [row["share"] for row in classroom.tally_rows(nobody)] == [0, 0]


def test_the_option_that_came_true_is_marked_in_words_and_what_was_measured_is_told():
    over = replace(VOTE, open=False, came_true=1, measured="618 of 784")
    assert [row["answer"] for row in classroom.tally_rows(over)] == ["few", "many ← measured"]
    assert classroom.turnout(over, 4).endswith("Measured: **618 of 784**.")


def test_a_hidden_tally_is_told_only_when_the_vote_is_closed():
    hidden = replace(VOTE, hidden=True)
    assert not hidden.tally_shows
    assert replace(hidden, open=False).tally_shows
    assert VOTE.tally_shows
    assert "shown when the vote is closed" in classroom.turnout(hidden, 5)
    assert classroom.turnout(VOTE, 1) == (
        "The vote is open: **4 answers**, 1 student is in the class."
    )


def test_a_sample_is_taken_at_one_epoch_that_half_of_the_networks_have_ended(tiny):
    runs = [after(tiny, epochs, seed=seed) for seed, epochs in enumerate((1, 3, 2, 0))]
    sample = classroom.sample(runs, Settings(), Setup())
    assert sample.epochs == 2
    assert {network.seed for network in sample.networks} == {1, 2}
    assert sample.behind == 2
    at_its_end = runs[1].epochs[1]
    assert sample.networks[0].loss == at_its_end.test_loss


def test_only_what_differs_in_the_seed_alone_is_in_a_sample(tiny):
    alike = after(tiny, 1, seed=1)
    others = [
        after(tiny, 1, 100, seed=2),
        after(tiny, 1, seed=3, order="stored"),
        after(tiny, 1, 200, 0.5, seed=4),
        alike,  # the same network once more
    ]
    run, _ = witnessed(tiny, 100, seed=5)
    train_epochs(run, 1)
    run.settings = Settings()
    train_epochs(run, 2)  # moved on the way, and now at the same settings
    sample = classroom.sample([alike, *others, run.snapshot()], Settings(), Setup())
    assert [network.seed for network in sample.networks] == [1]
    assert sample.behind == 0


def test_the_class_sample_is_a_valid_plotly_figure_with_a_dot_for_each_network():
    for dark in (False, True):
        figure = charts.class_sample(SAMPLE, dark)
        go.Figure(figure)
        (dots,) = figure["data"]
        assert dots["x"] == list(LOSSES)
        assert dots["y"] == [1, 1, 2, 1], "two of nearly the same loss stand on each other"
        go.Figure(charts.class_sample(NOBODY, dark))


def test_the_words_beside_the_sample_name_its_ends_and_that_it_is_luck():
    words = classroom.luck(SAMPLE)
    assert "4 networks** after 2 epochs" in words
    assert "from 2,000 to 2,500, the median 2,100." in words
    assert "25 % above the lowest, and that is luck" in words
    assert words.endswith("1 more has not come so far.")
    many = replace(SAMPLE, networks=SAMPLE.networks * 3, behind=0)
    assert "half of them between" in classroom.luck(many)
    assert "becomes a dot" in classroom.luck(NOBODY)
    assert classroom.luck(replace(SAMPLE, networks=SAMPLE.networks[:1], epochs=1)).startswith(
        "The first network, after 1 epoch: a test loss of 2,000"
    )


def test_losses_are_pooled_and_seconds_are_not_and_the_page_has_the_reason():
    assert "share one processor" in classroom.WHY_NO_SECONDS
    assert set(classroom.sample_rows(SAMPLE)[0]) == {"seed", "test_loss", "test_accuracy"}
