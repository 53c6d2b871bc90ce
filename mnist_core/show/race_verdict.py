"""Who leads a race by each clock, and why, from its measured figures alone."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from mnist_core.language import _, later
from mnist_core.race.competitors import Competitor, RaceRecord
from mnist_core.race.plan import Raced
from mnist_core.race.results import Standing, by_value, standings
from mnist_core.records import CLOCKS, Clock
from mnist_core.show import sentences
from mnist_core.show.race_names import at, name


def verdict(record: RaceRecord) -> list[str]:
    """A line for each clock: who leads by it and why, or that there is not enough data.

    Before them, where they are decided, whether they agree. Empty before the race has begun. Where
    something else than the batch size is raced, updates tell the same as epochs and are left out,
    and what the raced thing does comes last.
    """
    if not record.begun:
        return []
    clocks = CLOCKS if record.plan.raced == "batch_size" else ("epochs", "seconds")
    by_clock = {clock: standings(record, clock) for clock in clocks}
    lines = [_by_clock(clock, *found) for clock, found in by_clock.items()]
    lines += filter(None, [_what_it_does(record)])
    tested = [_tested(standing) for _, standing in by_clock.values()]
    leaders = [standing[0].value for standing in tested if _has_leader(standing)]
    if len(set(leaders)) > 1:
        return [_("**Who leads depends on the clock.**"), *lines]
    if len(leaders) == len(clocks):
        leader = sentences.capitalized(name(leaders[0]))
        return [_("**{leader} leads by every clock.**").format(leader=leader), *lines]
    return lines


def _by_clock(clock: Clock, reading: float, standing: list[Standing]) -> str:
    by = _compared_at(clock, reading)
    tested = _tested(standing)
    untested = sentences.listed([name(one.value) for one in standing if one.point is None])
    missing = _("not enough data")
    if untested:
        missing = _("not enough data at {sizes}").format(sizes=untested)
    if len(tested) < 2:
        return f"{by}: {missing}."
    first, second = (name(one.value) for one in tested[:2])
    said = _("{first} leads with {loss:,.0f}").format(first=first, loss=tested[0].loss)
    said += _why(clock, tested)
    if not _has_leader(tested):
        said = _("{first} and {second} share the lead").format(first=first, second=second)
    return f"{by}: {said}" + f"; {missing}" * bool(untested) + "."


def _compared_at(clock: Clock, reading: float) -> str:
    if clock == "epochs":
        return _("**By epochs** ({epochs} each)").format(epochs=sentences.epochs(reading))
    if clock == "updates":
        return _("**By updates** ({updates:,} each)").format(updates=reading)
    return _("**By seconds** ({time} each)").format(time=sentences.seconds(reading))


def _tested(standing: list[Standing]) -> list[Standing]:
    return [one for one in standing if one.point is not None]


def _has_leader(tested: list[Standing]) -> bool:
    return len(tested) > 1 and tested[0].loss < tested[1].loss


# What a clock leaves free: by equal epochs all have seen the same digits, and so on.
_DIFFERS = {"epochs": ("updates",), "updates": ("digits",), "seconds": ("updates", "digits")}
_MORE = {
    "updates": later("made {ours:,} updates ({size:,} only {theirs:,})"),
    "digits": later("seen {ours:,} digits ({size:,} only {theirs:,})"),
}
_STILL_MORE = {
    "updates": later(", although {size:,} has made more updates: {count:,}"),
    "digits": later(", although {size:,} has seen more digits: {count:,}"),
}


def _why(clock: Clock, standing: list[Standing]) -> str:
    """What a leading batch size has done more of; and, if so, who has done still more."""
    first = standing[0]
    if not isinstance(first.value, int):
        return ""
    more = [_more(standing, what) for what in _DIFFERS[clock]]
    because = sentences.listed([*filter(None, more)])
    text = _(", because it has {because}").format(because=because) if because else ""
    what = _DIFFERS[clock][0]
    most = max(standing, key=lambda one: getattr(one.point.place, what))
    count = getattr(most.point.place, what)
    if clock == "seconds" or count == getattr(first.point.place, what):
        return text
    return text + _(_STILL_MORE[what]).format(size=most.value, count=count)


def _more(standing: list[Standing], what: str) -> str:
    least = min(standing, key=lambda one: getattr(one.point.place, what))
    ours, theirs = (getattr(one.point.place, what) for one in (standing[0], least))
    if ours == theirs:
        return ""
    return _(_MORE[what]).format(ours=ours, size=least.value, theirs=theirs)


def _what_it_does(record: RaceRecord) -> str:
    """How often the test losses rose, by what is raced, and why; nothing of batch sizes."""
    if record.plan.raced == "batch_size":
        return ""
    rose = {value: _rises(competitors) for value, competitors in by_value(record).items()}
    share = {value: count / passes for value, (count, passes) in rose.items() if passes}
    if not share:
        return ""
    most, least = max(share, key=share.get), min(share, key=share.get)
    why = _(_WHAT_IT_DOES[record.plan.raced])
    if share[most] == share[least]:
        return why
    counts = [
        _("{rose} of {passes} times {at}").format(
            rose=rose[one][0], passes=rose[one][1], at=at(one)
        )
        for one in (most, least)
    ]
    return _("From test pass to test pass the loss rose {most}, {least}. {why}").format(
        most=counts[0], least=counts[1], why=why
    )


def _rises(competitors: Sequence[Competitor]) -> tuple[int, int]:
    """How often a test loss was higher than at the pass before, and of how many passes."""
    steps = [step for one in competitors for step in pairwise(one.test_points)]
    return sum(after.loss > before.loss for before, after in steps), len(steps)


_WHAT_IT_DOES: dict[Raced, str] = {
    "learning_rate": later(
        "All make the same updates on the same digits; the learning rate sets how far each update "
        "moves the weights: too low, and the loss creeps, too high, and it overshoots."
    ),
    "normalization": later(
        "All see the same digits; normalization sets how large the numbers are that the network is "
        "given, and with them how far each update moves its answers."
    ),
    "order": later(
        "Where thousands of one label come in a row, the network learns to answer with that label "
        "and unlearns the others; shuffled, the labels come mixed, and updates seldom undo each "
        "other."
    ),
}
