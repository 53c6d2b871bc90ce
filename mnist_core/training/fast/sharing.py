"""How threads share an update, or a pass without one, in a way that makes nobody wait in vain.

Each portion of digits goes through steps, and a step is cut into chunks. Whichever thread has time
claims the next chunk. So the caller waits only for chunks that another thread has claimed, and not
for a thread that the system has taken off its core before it claimed any; and where the others are
asleep, the caller does it all. Which thread computes a chunk changes no number in it, and sums over
chunks are taken in their order: a run is the same bit for bit however many threads there are.

All that the threads agree by are whole numbers in `control`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from mnist_core.training.architecture import HIDDEN
from mnist_core.training.fast.intrinsics import add, read, replace, write
from mnist_core.training.fast.loops import (
    CHUNK_OF_DIGITS,
    CHUNK_OF_UNITS,
    MOST_CHUNKS,
    PORTION,
    compiled,
    examine,
    furnish,
    hidden_sums,
    learn,
    move_hidden_weights,
    move_others,
    normalize,
)

DONE, WAITING, BREATHING, NO_DIGIT = range(4)  # what work() gives

# The steps of an update; a pass without one has _EXAMINE in place of the last two.
_NORMALIZE, _SUMS, _LEARN, _GRADIENT, _EXAMINE = range(5)
_STEPS = 4
_BREATH_STEPS = 64
BREATH = _BREATH_STEPS // _STEPS * PORTION  # digits of an update, between two such results

# Places in `control`. What several threads write lies on lines of the cache of their own.
# The caller's alone: steps done; digits in all; whether it is an update; whether the step in hand
# has begun; and its ticket.
_STEP, _COUNT, _TRAINS, _BEGUN, _OWN_TICKET = range(5)
JOB = 8  # the number of the arrays in hand: whoever was given others helps no longer
_TICKET = 16  # of a step that was handed out: its number times _TICKETS, plus its chunks
_COMPUTED = 24  # chunks of that step that are computed
_CLAIMED = 32  # for each chunk, the ticket of the last step in which it was claimed
CONTROL = _CLAIMED + MOST_CHUNKS
_TICKETS = 1_024  # more than any step has chunks

# Places in `results`, float64: the sums of the losses and of the digits labelled right, and each
# chunk's part of them.
LOSS, RIGHT = 0, 1
_LOSSES, _RIGHTS = 2, 2 + MOST_CHUNKS
RESULTS = 2 + 2 * MOST_CHUNKS


class Job(NamedTuple):
    """What is computed with.

    images: uint8, (N, 784). labels: int64, (N,).
    table: what each of the 256 bytes becomes by normalization, (256,).
    state: the parameters, and Adam's averages of the gradient and of its square, (3, PADDED).
    """

    images: np.ndarray
    labels: np.ndarray
    table: np.ndarray
    state: np.ndarray


def take_in_hand(control, results, count: int, trains: bool) -> None:
    """Begin an update on so many digits, or a pass over them without one.

    control, results: see Shared.
    """
    control[: _BEGUN + 1] = 0, count, trains, False
    results[:_LOSSES] = 0


class Shared(NamedTuple):
    """What the threads share beside a job and a room.

    control: by which they agree, int64, (CONTROL,).
    indices: of the digits to take, int64, (60000,).
    rates: for Adam, its step size and the factor to a root; and a digit's share in the loss.
    results: float64, (RESULTS,).
    """

    control: np.ndarray
    indices: np.ndarray
    rates: np.ndarray
    results: np.ndarray


@compiled
def _kind(step, trains):
    if trains:
        return step % _STEPS
    kind = step % (_STEPS - 1)
    return _EXAMINE if kind == _LEARN else kind


@compiled
def _chunks(kind, digits):
    if kind == _SUMS:
        return HIDDEN // CHUNK_OF_UNITS
    if kind == _GRADIENT:
        return HIDDEN // CHUNK_OF_UNITS + 1
    return -(-digits // CHUNK_OF_DIGITS)


@compiled
def _compute(kind, chunk, begin, digits, job, shared, room):
    """One chunk of a step, for the portion of so many digits that begins there."""
    parameters, rates, results = job.state[0], shared.rates, shared.results
    unit = chunk * CHUNK_OF_UNITS
    if kind == _SUMS:
        hidden_sums(parameters, room.pixels[:digits], unit, unit + CHUNK_OF_UNITS, room.active)
        return
    if kind == _GRADIENT:
        begins, ends = begin == 0, begin + digits == shared.control[_COUNT]
        if unit == HIDDEN:
            parts = room.parts[: _chunks(_LEARN, digits)]
            move_others(job.state, rates, parts, room.others, begins, ends)
        else:
            slopes, pixels, end = room.slopes, room.pixels[:digits], unit + CHUNK_OF_UNITS
            move_hidden_weights(
                job.state, rates, slopes, pixels, unit, end, room.gradient, begins, ends
            )
        return
    first, end = chunk * CHUNK_OF_DIGITS, min((chunk + 1) * CHUNK_OF_DIGITS, digits)
    indices = shared.indices[begin : begin + digits]
    if kind == _NORMALIZE:
        normalize(job.images, job.table, indices, first, end, room.pixels)
        return
    labels, active = job.labels[indices[first:end]], room.active[first:end]
    if kind == _EXAMINE:
        loss, right = examine(parameters, labels, active)
        results[_LOSSES + chunk], results[_RIGHTS + chunk] = loss, right
    else:
        slopes, logits, part = room.slopes[first:end], room.logits[first:end], room.parts[chunk]
        loss = learn(parameters, labels, rates[2], active, slopes, logits, part)
        results[_LOSSES + chunk], results[_RIGHTS + chunk] = loss, 0


@compiled
def _all_among(indices, count):
    for index in indices:
        if index < 0 or index >= count:
            return False
    return True


@compiled
def _hand_out(chunks, shared_by_several, control):
    """Begin a step: only where several share it can other threads see that it has begun."""
    control[_BEGUN] = 1
    control[_OWN_TICKET] = (control[_OWN_TICKET] // _TICKETS + 1) * _TICKETS + chunks
    write(control, _COMPUTED, np.int64(0))
    if shared_by_several:
        write(control, _TICKET, control[_OWN_TICKET])


@compiled
def _claim(control, chunk, ticket):
    # The caller goes on only when every chunk has been claimed and computed. So where this
    # succeeds the step is still in hand, however long ago the ticket was read.
    claimed = read(control, _CLAIMED + chunk)
    return claimed < ticket and replace(control, _CLAIMED + chunk, claimed, ticket)


@compiled
def _await_ticket(seen, patience, number, control):
    """The next ticket; `seen` where none comes in time, or the thread helps with another job."""
    for _ in range(patience):
        ticket = read(control, _TICKET)
        if read(control, JOB) != number:
            return seen
        if ticket != seen:
            return ticket
    return seen


@compiled
def _all_computed(chunks, patience, control):
    for _ in range(patience):
        if read(control, _COMPUTED) == chunks:
            return True
    return False


@compiled
def _add_up(kind, chunks, results):
    if kind in (_LEARN, _EXAMINE):
        for chunk in range(chunks):
            results[LOSS] += results[_LOSSES + chunk]
            results[RIGHT] += results[_RIGHTS + chunk]


def work(
    thread, threads, patience, number, images, labels, table, state,
    control, indices, rates, numbers, results,
):  # fmt: skip
    """Go on with what is in hand (thread 0), or help with it (the others).

    The caller is given DONE; or WAITING, where another thread keeps a chunk, and BREATHING, now and
    then in a long task, after which it goes on by the same call; or NO_DIGIT, with nothing moved,
    where one of the indices is not among the images.

    threads: how many may share it.
    patience: how many looks to take before giving up: at a chunk that another thread has, or for
        something to help with.
    number: of the job that the arrays are.
    images, labels, table, state: see Job.
    control, indices, rates, results: see Shared. numbers: a row of ROOM.
    """
    job, room = Job(images, labels, table, state), furnish(numbers)
    shared = Shared(control, indices, rates, results)
    ticket = np.int64(0)
    while True:
        if thread > 0:
            seen, ticket = ticket, _await_ticket(ticket, patience, number, control)
            if ticket == seen:
                return WAITING
        count, trains, step = control[_COUNT], control[_TRAINS], control[_STEP]
        begin = step // (_STEPS if trains else _STEPS - 1) * PORTION
        digits, kind = min(PORTION, count - begin), _kind(step, trains)
        if thread == 0:
            if begin >= count:
                return DONE
            if step == 0 and not _all_among(indices[:count], len(images)):
                return NO_DIGIT
            if not control[_BEGUN]:
                chunks = _chunks(kind, digits)
                _hand_out(chunks, threads > 1 and chunks > 1, control)
            ticket = control[_OWN_TICKET]
        chunks = ticket % _TICKETS
        for i in range(chunks):
            chunk = (thread * chunks // threads + i) % chunks  # each thread's usual ones first
            if _claim(control, chunk, ticket):
                _compute(kind, chunk, begin, digits, job, shared, room)
                add(control, _COMPUTED, np.int64(1))
        if thread == 0:
            if not _all_computed(chunks, patience, control):
                return WAITING
            _add_up(kind, chunks, results)
            control[_STEP], control[_BEGUN] = step + 1, 0
            if step % _BREATH_STEPS == _BREATH_STEPS - 1:
                return BREATHING
