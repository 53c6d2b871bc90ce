"""The class: what it is asked, how its answers are told, and its networks as a sample of luck."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from statistics import median, quantiles
from typing import Any

from mnist_core.language import _, later, n_
from mnist_core.records import EpochRecord, Snapshot
from mnist_core.settings import Settings, Setup
from mnist_core.show.kinds import Choice, Curve, Line, Order, Prediction
from mnist_core.show.lesson import Station
from mnist_core.show.sentences import figure, learning_rate

_MOST_STOPS = 12  # of a line that can be told apart on a telephone
_FEWEST_FOR_QUARTERS = 8  # below that, half of the losses are no range of their own


@dataclass(frozen=True)
class Ballot:
    """A question that is answered in one tap, told to each reader in their own language.

    asked: the question, in English.
    values: of the options.
    written: a value in words; the values are words themselves unless it is given.
    """

    asked: str
    values: tuple[Any, ...]
    written: Callable[[Any], str] = _

    @property
    def question(self) -> str:
        """In the language at work."""
        return _(self.asked)

    @property
    def options(self) -> tuple[str, ...]:
        """What can be answered, in the language at work."""
        return tuple(map(self.written, self.values))


@dataclass(frozen=True)
class Vote:
    """A question to the class, and its answers so far.

    number: of this vote, counted from 1: an answer to an earlier one does not count.
    station: of the lesson that it is about, from 1 on.
    hidden: whether nobody sees the tally before the vote is closed.
    open: whether answers are taken.
    counts: answers by option, as the ballot lists them.
    came_true: the place of the option that is nearest to what was then measured; None before that.
    measured: what that was, in words.
    """

    number: int
    station: int
    ballot: Ballot
    hidden: bool
    open: bool
    counts: tuple[int, ...]
    came_true: int | None = None
    measured: str = ""

    @property
    def answers(self) -> int:
        """How many have answered."""
        return sum(self.counts)

    @property
    def tally_shows(self) -> bool:
        """Whether the tally may be seen now."""
        return not (self.open and self.hidden)


@dataclass(frozen=True)
class Sampled:
    """One student's network at the epoch that the sample is taken at.

    loss: summed over the test digits.
    accuracy: 0 to 1.
    """

    seed: int
    loss: float
    accuracy: float


@dataclass(frozen=True)
class Sample:
    """Networks that differ in their seeds alone, all after so many epochs.

    settings: of all of them.
    epochs: whole ones; 0 where nobody has trained one.
    networks: by their test loss, the lowest first.
    behind: how many have not come so far.
    """

    settings: Settings
    epochs: int
    networks: tuple[Sampled, ...]
    behind: int


def ballot(station: Station) -> Ballot:
    """The station's question for an answer in one tap.

    A line with many stops is asked by every other one, an order by who comes first, a curve by
    where it ends.
    """
    return Ballot(station.in_class or station.question, tuple(_put(station)), _written(station))


def came_true(station: Station, measured: Prediction) -> int:
    """The place of the option that is nearest to what was measured."""
    options, kind = _put(station), station.kind
    if isinstance(kind, Choice):
        return options.index(measured)
    if isinstance(kind, Order):
        return options.index(measured[0])
    value = measured[-1][1] if isinstance(kind, Curve) else measured
    return min(range(len(options)), key=lambda place: abs(options[place] - value))


def _put(station: Station) -> Sequence:
    """The options as values."""
    kind = station.kind
    if isinstance(kind, Choice):
        return kind.options
    if isinstance(kind, Line):
        return kind.stops[:: 1 if len(kind.stops) <= _MOST_STOPS else 2]
    if isinstance(kind, Curve):
        return [kind.top * tenth / 10 for tenth in range(11)]
    return kind.sizes


def _written(station: Station) -> Callable[[Any], str]:
    kind = station.kind
    if isinstance(kind, Choice):
        return _
    return kind.written if isinstance(kind, Line) else "{:,.0f}".format


def tally_rows(vote: Vote) -> list[dict[str, object]]:
    """A row for each option; share is of those who have answered, 0 to 1."""
    return [
        {
            "answer": _("{option} ← measured").format(option=option)
            if place == vote.came_true
            else option,
            "votes": count,
            "share": count / (vote.answers or 1),
        }
        for place, (option, count) in enumerate(zip(vote.ballot.options, vote.counts, strict=True))
    ]


def turnout(vote: Vote, here: int) -> str:
    """How many have answered, and how many are here to do so."""
    said = _("The vote is closed: **{answers}**, {here}.")
    if vote.open:
        said = _("The vote is open: **{answers}**, {here}.")
    parts = [said.format(answers=_answers(vote.answers), here=in_class(here))]
    if not vote.tally_shows:
        parts.append(_("The tally is shown when the vote is closed."))
    if vote.measured:
        parts.append(_("Measured: **{figure}**.").format(figure=vote.measured))
    return " ".join(parts)


def in_class(here: int) -> str:
    """ "1 student is in the class", "24 students are in the class"."""
    return n_("{count} student is in the class", "{count} students are in the class", here).format(
        count=here
    )


def _answers(count: int) -> str:
    return n_("{count} answer", "{count} answers", count).format(count=count)


def sample(snapshots: Iterable[Snapshot], settings: Settings, setup: Setup) -> Sample:
    """The networks that were trained with these alone, but for the seed, at the same epoch.

    That is the last epoch which at least half of them have ended, so that nobody who has stopped
    holds up all. Of networks with the same seed one counts: they are the same.
    """
    alike = {one.setup.seed: one for one in snapshots if _is_alike(one, settings, setup)}
    lengths = sorted((len(one.epochs) for one in alike.values()), reverse=True)
    epochs = lengths[(len(lengths) - 1) // 2] if lengths else 0
    networks = [
        _sampled(seed, one.epochs[epochs - 1])
        for seed, one in alike.items()
        if len(one.epochs) >= epochs > 0
    ]
    return Sample(
        settings,
        epochs,
        tuple(sorted(networks, key=lambda network: network.loss)),
        len(alike) - len(networks),
    )


def _is_alike(snapshot: Snapshot, settings: Settings, setup: Setup) -> bool:
    return (
        snapshot.settings == settings
        and not snapshot.changes
        and replace(snapshot.setup, seed=setup.seed) == setup
    )


def _sampled(seed: int, epoch: EpochRecord) -> Sampled:
    return Sampled(seed, epoch.test_loss, epoch.test_accuracy)


def alike_in(settings: Settings) -> str:
    """What the networks of a sample have in common."""
    return _("batch size {size:,}, learning rate {rate}").format(
        size=settings.batch_size, rate=learning_rate(settings.learning_rate)
    )


def epochs_made(count: int) -> str:
    """ "1 epoch", "2 epochs"."""
    return n_("{count} epoch", "{count} epochs", count).format(count=count)


def luck(sample: Sample) -> str:
    """What the sample shows, in words."""
    networks = sample.networks
    if not networks:
        return _("As soon as networks have ended their first epoch, each becomes a dot here.")
    after = epochs_made(sample.epochs)
    if len(networks) == 1:
        return _("The first network, after {epochs}: a test loss of {loss:,.0f}.").format(
            epochs=after, loss=networks[0].loss
        )
    losses = [network.loss for network in networks]
    best, worst = losses[0], losses[-1]
    said = _(
        "**{count} networks** after {epochs}, that differ in the seed alone: test losses from "
        "{best:,.0f} to {worst:,.0f}, {middle}. The highest is {percent} % above the lowest, and "
        "that is luck: first weights and the order of the digits."
    ).format(
        count=len(networks),
        epochs=after,
        best=best,
        worst=worst,
        middle=_middle(losses),
        percent=figure(100 * (worst / best - 1)),
    )
    return f"{said} {_behind(sample.behind)}" if sample.behind else said


def _middle(losses: Sequence[float]) -> str:
    if len(losses) < _FEWEST_FOR_QUARTERS:
        return _("the median {median:,.0f}").format(median=median(losses))
    quarters = quantiles(losses, n=4)
    return _("half of them between {first:,.0f} and {last:,.0f}").format(
        first=quarters[0], last=quarters[2]
    )


def _behind(count: int) -> str:
    return n_(
        "{count} more has not come so far.", "{count} more have not come so far.", count
    ).format(count=count)


WHY_NO_SECONDS = later(
    "Losses are pooled: a seed gives the same loss however busy the computer is. Seconds are not, "
    "for all these networks share one processor, and wait for each other."
)


def sample_rows(sample: Sample) -> list[dict[str, object]]:
    """A row for each network, the lowest test loss first."""
    return [
        {"seed": one.seed, "test_loss": one.loss, "test_accuracy": one.accuracy}
        for one in sample.networks
    ]
