"""The class: what it is asked, how its answers are told, and its networks as a sample of luck."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from statistics import median, quantiles

from mnist_core.records import EpochRecord, Snapshot
from mnist_core.settings import Settings, Setup
from mnist_core.show.kinds import Choice, Curve, Line, Order, Prediction
from mnist_core.show.lesson import Station
from mnist_core.show.sentences import figure, learning_rate

_MOST_STOPS = 12  # of a line that can be told apart on a telephone
_FEWEST_FOR_QUARTERS = 8  # below that, half of the losses are no range of their own


@dataclass(frozen=True)
class Ballot:
    """A question that is answered in one tap."""

    question: str
    options: tuple[str, ...]


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
    def told(self) -> bool:
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
    return Ballot(
        station.in_class or station.question, tuple(map(_written(station), _put(station)))
    )


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


def _written(station: Station):
    kind = station.kind
    if isinstance(kind, Choice):
        return str
    return kind.written if isinstance(kind, Line) else "{:,.0f}".format


def tally_rows(vote: Vote) -> list[dict[str, object]]:
    """A row for each option; share is of those who have answered, 0 to 1."""
    return [
        {
            "answer": option + " ← measured" * (place == vote.came_true),
            "votes": count,
            "share": count / (vote.answers or 1),
        }
        for place, (option, count) in enumerate(zip(vote.ballot.options, vote.counts, strict=True))
    ]


def turnout(vote: Vote, here: int) -> str:
    """How many have answered, and how many are here to do so."""
    told = "" if vote.told else " The tally is shown when the vote is closed."
    state = "The vote is open" if vote.open else "The vote is closed"
    measured = f" Measured: **{vote.measured}**." if vote.measured else ""
    return f"{state}: **{_answers(vote.answers)}**, {in_class(here)}.{told}{measured}"


def in_class(here: int) -> str:
    """ "1 student is in the class", "24 students are in the class"."""
    return "1 student is in the class" if here == 1 else f"{here} students are in the class"


def _answers(count: int) -> str:
    return "1 answer" if count == 1 else f"{count} answers"


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
    return (
        f"batch size {settings.batch_size:,}, learning rate {learning_rate(settings.learning_rate)}"
    )


def epochs_made(count: int) -> str:
    """ "1 epoch", "2 epochs"."""
    return "1 epoch" if count == 1 else f"{count} epochs"


def luck(sample: Sample) -> str:
    """What the sample shows, in words."""
    networks = sample.networks
    if not networks:
        return "As soon as networks have ended their first epoch, each becomes a dot here."
    after = epochs_made(sample.epochs)
    if len(networks) == 1:
        return f"The first network, after {after}: a test loss of {networks[0].loss:,.0f}."
    losses = [network.loss for network in networks]
    best, worst = losses[0], losses[-1]
    return (
        f"**{len(networks)} networks** after {after}, that differ in the seed alone: test losses "
        f"from {best:,.0f} to {worst:,.0f}, {_middle(losses)}. The highest is "
        f"{figure(100 * (worst / best - 1))} % above the lowest, and that is luck: first weights "
        "and the order of the digits."
    ) + (f" {_behind(sample.behind)}" if sample.behind else "")


def _middle(losses: Sequence[float]) -> str:
    if len(losses) < _FEWEST_FOR_QUARTERS:
        return f"the median {median(losses):,.0f}"
    first, _, last = quantiles(losses, n=4)
    return f"half of them between {first:,.0f} and {last:,.0f}"


def _behind(count: int) -> str:
    return f"{count} more {'has' if count == 1 else 'have'} not come so far."


WHY_NO_SECONDS = (
    "Losses are pooled: a seed gives the same loss however busy the computer is. Seconds are not, "
    "for all these networks share one processor, and wait for each other."
)


def sample_rows(sample: Sample) -> list[dict[str, object]]:
    """A row for each network, the lowest test loss first."""
    return [
        {"seed": one.seed, "test_loss": one.loss, "test_accuracy": one.accuracy}
        for one in sample.networks
    ]
