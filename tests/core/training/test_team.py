from __future__ import annotations

from itertools import pairwise

from mnist_core.training.fast.team import Team


class Machine:
    """Digits a second by the number of helpers; whether helpers are in trouble there."""

    def __init__(self, *speeds: float, trouble: bool) -> None:
        self.speeds, self.trouble = speeds, trouble

    def train(self, team: Team, seconds: float, task: object = 200) -> list[int]:
        """The number of helpers at each update, a millisecond long."""
        sizes = []
        for _ in range(round(seconds * 1_000)):
            sizes.append(team.size)
            speed = self.speeds[team.size]
            team.note(task, round(speed / 1_000), 0.001, trouble=self.trouble and team.size > 0)
        return sizes


def changes(sizes: list[int]) -> int:
    return sum(one != other for one, other in pairwise(sizes))


def test_where_nothing_is_in_the_way_all_help_and_no_other_number_is_ever_tried():
    sizes = Machine(100_000, 160_000, trouble=False).train(Team(1), seconds=20)
    assert set(sizes) == {1}


def test_helpers_that_are_slower_than_none_are_given_up_within_a_fifth_of_a_second():
    sizes = Machine(100_000, 60_000, trouble=True).train(Team(1), seconds=20)
    assert sizes.index(0) < 200
    assert sizes.count(1) / len(sizes) < 0.04


def test_it_settles_instead_of_trying_again_and_again():
    machine, team = Machine(100_000, 60_000, trouble=True), Team(1)
    machine.train(team, seconds=5)
    assert changes(machine.train(team, seconds=10)) <= 12  # there and back, every two seconds


def test_trouble_alone_does_not_drive_away_helpers_that_are_worth_it():
    sizes = Machine(100_000, 130_000, trouble=True).train(Team(1), seconds=20)
    assert sizes.count(0) / len(sizes) < 0.04
    assert sizes[-1] == 1


def test_helpers_come_back_when_what_was_in_their_way_is_gone():
    team = Team(1)
    Machine(100_000, 60_000, trouble=True).train(team, seconds=20)
    sizes = Machine(100_000, 160_000, trouble=False).train(team, seconds=3)
    assert sizes[-500:] == [1] * 500


def test_of_several_helpers_only_the_one_too_many_is_given_up():
    machine = Machine(100_000, 190_000, 270_000, 220_000, trouble=True)
    team = Team(3)
    machine.train(team, seconds=10)
    sizes = machine.train(team, seconds=10)
    assert sizes.count(2) / len(sizes) > 0.9


def test_speeds_of_different_batch_sizes_are_not_compared():
    team = Team(1)
    for batch_size, speed in ((1, 10_000), (200, 150_000)) * 50:
        machine = Machine(speed, speed * 1.5, trouble=True)
        machine.train(team, seconds=0.05, task=batch_size)
    assert machine.train(team, seconds=0.05, task=200)[-1] == 1


def test_without_helpers_there_is_nothing_to_try():
    assert set(Machine(100_000, trouble=False).train(Team(0), seconds=3)) == {0}
