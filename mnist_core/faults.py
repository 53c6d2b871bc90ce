"""Why training ended: kept in English by a run, a race and its file, and told in any language."""

from __future__ import annotations

from mnist_core.language import later, retold

NOT_FINITE = {
    "training": later(
        "the training loss is no longer a finite number at update {update}: the learning rate or "
        "the normalization is too extreme"
    ),
    "test": later(
        "the test loss is no longer a finite number at update {update}: the learning rate or "
        "the normalization is too extreme"
    ),
}
NO_MEMORY = later("there is not enough memory for {what}")
FAILED = later("{what} failed ({error})")
TRAINING = later("training")
AN_UPDATE = later("an update")
A_BATCH = later("a batch of {size}")
A_TEST_PASS = later("a test pass")
A_NEW_NETWORK = later("a new network")
LOST = later("its computer was lost, and the one that kept a checkpoint of it too")
# What befell a run without ending it.
NO_NODE = later("paused: no computer of the cluster was left to train on")
MOVED = later(
    "the computer that trained it was lost at update {lost}; it goes on elsewhere from update "
    "{now}, {time} of training before"
)

_ALL = (
    *NOT_FINITE.values(),
    NO_MEMORY,
    FAILED,
    TRAINING,
    AN_UPDATE,
    A_BATCH,
    A_TEST_PASS,
    A_NEW_NETWORK,
    LOST,
    NO_NODE,
    MOVED,
)


def fault(kept: str) -> str:
    """The reason in the language at work; as it was kept where it is none of those above."""
    return retold(kept, _ALL)
