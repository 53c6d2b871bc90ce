from __future__ import annotations

from mnist_core import Run, Settings, Setup
from mnist_core.records import NoiseScales
from mnist_core.training.noise import gradient_noise
from mnist_core.training.replay import Replay
from tests.conftest import train_epochs


def test_a_replay_measures_the_noise_of_the_very_networks_that_the_run_had(tiny):
    run = Run(tiny, Settings(50), Setup(seed=3))
    untrained = gradient_noise(run.learner, tiny.train).noise_scale
    train_epochs(run, 2)
    trained = gradient_noise(run.learner, tiny.train).noise_scale
    replay = Replay(tiny, Settings(50), Setup(seed=3), epochs=2.0)
    assert replay.scales is None
    assert sum(1 for _ in replay.steps()) <= replay.pieces(seconds=60)
    assert replay.run.learner.network.parameters.equal(run.learner.network.parameters)
    assert replay.scales == NoiseScales(50, 24, untrained, trained)


def test_a_replay_that_fails_says_why_and_has_no_noise_scales(tiny):
    replay = Replay(tiny, Settings(50), Setup(), epochs=2.0)
    steps = replay.steps()
    next(steps)
    replay.run.learner.network.parameters.fill_(float("nan"))
    assert list(steps)
    assert "no longer a finite number" in replay.run.error
    assert replay.scales is None
