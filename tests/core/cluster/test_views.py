"""What has to be told of a run elsewhere."""

from __future__ import annotations

from mnist_core import Run, Settings
from mnist_core.cluster.views import View, added, difference
from tests.conftest import train_at, train_epochs


def view_of(run: Run, number: int) -> View:
    return View(number, run.snapshot(), run.batch, run.ended)


def test_differences_make_up_the_whole_though_training_losses_are_thinned_on_the_way(tiny):
    run = Run(tiny, Settings(1))
    known, counts = None, []
    for number in range(18):
        train_epochs(run, number // 2 + 1)
        train_at(run, 7, 1)
        now = view_of(run, number)
        known = added(known, difference(known, now))
        assert known == now
        counts.append(len(known.snapshot.loss_points))
    assert counts != sorted(counts)  # they were halved


def test_what_is_known_is_not_told_again(tiny):
    run = Run(tiny, Settings(10))
    train_epochs(run, 2)
    before = view_of(run, 0)
    run.step()
    told = difference(before, view_of(run, 1))
    assert told.view.snapshot.epochs == told.view.snapshot.test_points == ()
    assert told.kept["epochs"] == 2
