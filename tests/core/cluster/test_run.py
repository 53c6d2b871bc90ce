"""A run in a cluster, where nobody is left to train it or to answer for it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mnist_core import Settings
from mnist_core.cluster.connection import NoNodeError
from mnist_core.cluster.run import RemoteRun
from mnist_core.faults import LOST, NO_NODE
from tests.core.cluster.nobody import Nobody

QUESTIONS = {
    "predict": lambda run: run.predict(run.digits.test.images),
    "copy_learner": lambda run: run.copy_learner(),
    "fork": lambda run: run.fork(),
    "advance": lambda run: run.advance(0),
}


@pytest.mark.parametrize("ask", QUESTIONS.values(), ids=QUESTIONS)
@pytest.mark.parametrize("is_empty", [True, False], ids=["no host", "a host on its way"])
def test_who_asks_a_run_that_has_no_host_hears_at_once_that_there_is_none(tiny, ask, is_empty):
    with pytest.raises(NoNodeError, match=NO_NODE):
        ask(RemoteRun(Nobody(is_empty), tiny))


def test_a_run_that_is_lost_with_its_checkpoint_says_so_and_is_not_looked_for_any_more(tiny):
    run = RemoteRun(Nobody(), tiny)
    run.latest, run.ended = replace(run.latest, error=LOST), True
    with pytest.raises(NoNodeError, match=LOST):
        run.copy_learner()


def test_what_it_is_to_do_is_known_before_any_host_hears_of_it(tiny):
    run = RemoteRun(Nobody(), tiny, Settings(10))
    assert (run.settings, run.tempo, run.watches_noise) == (Settings(10), None, False)
    run.settings, run.tempo, run.watches_noise = Settings(20), 1.0, True
    assert (run.settings, run.tempo, run.watches_noise) == (Settings(20), 1.0, True)
    assert run.snapshot().settings == Settings(20)
