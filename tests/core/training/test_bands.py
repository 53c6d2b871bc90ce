"""The tutorial's figures: bands that an independent float32 implementation gave."""

from __future__ import annotations

from mnist_core import Run, Settings, Setup
from tests.conftest import train_epochs


def test_two_epochs_of_200s_land_in_the_bands(mnist):
    # Seed 1 and not 0, whose figures are the bands' upper ends: there the order in which another
    # processor adds up decides.
    run = Run(mnist, Settings(batch_size=200), Setup(seed=1))
    train_epochs(run, 2)
    first, second = run.snapshot().epochs
    assert 4460 <= round(first.test_loss) <= 4581
    assert 0.878 <= round(first.test_accuracy, 3) <= 0.888
    assert 3420 <= round(second.test_loss) <= 3495
    assert first.updates == second.updates == 300
