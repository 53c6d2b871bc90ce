"""A sweep's runs over the nodes of a cluster."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from mnist_core.cluster import digits
from mnist_core.data import Mnist
from mnist_core.race.plan import Start
from mnist_core.sweep.file import SweepError
from mnist_core.sweep.work import Outcome, begin_process, train

_SILENCE_SECONDS = 5.0  # of a sweep that waits for its first core


def wait_for_core(say: Callable[[str], None]) -> None:
    """Return when a core of the cluster can be had; where none can at once, say so, and wait."""
    import ray

    all_taken = ray.available_resources().get("CPU", 0) < 1
    first = ray.remote(num_cpus=1)(lambda: None).remote()
    came, _ = ray.wait([first], timeout=_SILENCE_SECONDS)
    if all_taken and not came:
        say(
            "no core of the cluster is free, maybe since a server trains there: the sweep waits "
            "for one"
        )
    ray.wait([first])


def over_nodes(mnist: Mnist, starts: Sequence[Start]) -> Iterator[Outcome]:
    """Train these runs, as many at once as the cluster has cores; each as soon as it has ended.

    One whose node dies is begun anew on another.
    """
    import ray

    shared = digits.share(mnist)
    task = ray.remote(num_cpus=1, max_retries=-1)(_train)
    going = [task.remote(shared, start) for start in starts]
    while going:
        ended, going = ray.wait(going)
        try:
            yield from ray.get(ended)
        except ray.exceptions.RayError as error:
            first_line = str(error).strip().partition("\n")[0]
            raise SweepError(f"the cluster failed ({first_line})") from None


def _train(arrays: digits.Arrays, start: Start) -> Outcome:
    mnist = digits.from_arrays(arrays)
    begin_process(mnist)
    return train(mnist, start)
