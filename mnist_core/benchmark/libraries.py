"""The tutorial's network as other libraries train it: rivals for the benchmark, where installed.

None of them is a dependency. They are given the digits as ready floats in memory, in the fastest
form that each can take, and float32 throughout.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np

from mnist_core.benchmark.measure import Contender, Trainer
from mnist_core.data import CLASSES, PIXELS, Mnist
from mnist_core.settings import Settings, Setup
from mnist_core.training.adam import BETA_1, BETA_2, EPSILON
from mnist_core.training.architecture import HIDDEN, SLOPE

PACKAGES = ("jax", "keras", "scikit-learn")


def peers() -> tuple[list[Contender], list[str]]:
    """The contenders whose packages are installed, and the names of the packages that are not."""
    missing = [name for name in PACKAGES if not _is_installed(name)]
    ready = [
        Contender(label, f"{package} {version(package)}", start)
        for package, needs, label, start in _PEERS
        if not {package, *needs} & set(missing)
    ]
    return ready, missing


def _is_installed(package: str) -> bool:
    try:
        version(package)
    except PackageNotFoundError:
        return False
    return True


def _floats(mnist: Mnist) -> tuple[np.ndarray, np.ndarray]:
    images = Setup().normalization(mnist.train.images.cpu()).flatten(1).numpy()
    return images, mnist.train.labels.cpu().numpy()


def _jax_scan(mnist: Mnist, batch_size: int) -> Trainer:
    """Many updates in one compiled loop, which nobody can stop or look into meanwhile."""
    import jax
    from jax import numpy as jnp

    images, labels = (jnp.asarray(values) for values in _floats(mnist))
    random = np.random.default_rng(0)
    rate = Settings().learning_rate

    def uniform(inputs: int, *shape: int) -> jax.Array:
        return jnp.asarray(random.uniform(-(inputs**-0.5), inputs**-0.5, shape), jnp.float32)

    first = {
        "hidden_weight": uniform(PIXELS, PIXELS, HIDDEN),
        "hidden_bias": uniform(PIXELS, HIDDEN),
        "output_weight": uniform(HIDDEN, HIDDEN, CLASSES),
        "output_bias": uniform(HIDDEN, CLASSES),
    }

    def loss(network: dict[str, Any], images: jax.Array, labels: jax.Array) -> jax.Array:
        before = images @ network["hidden_weight"] + network["hidden_bias"]
        active = jnp.where(before > 0, before, SLOPE * before)
        logits = active @ network["output_weight"] + network["output_bias"]
        at_labels = jnp.take_along_axis(jax.nn.log_softmax(logits), labels[:, None], axis=1)
        return -at_labels.mean()

    def update(state: tuple, indices: jax.Array) -> tuple:
        network, mean, square, step = state
        value, gradient = jax.value_and_grad(loss)(network, images[indices], labels[indices])
        step += 1
        mean = jax.tree.map(lambda m, g: BETA_1 * m + (1 - BETA_1) * g, mean, gradient)
        square = jax.tree.map(lambda v, g: BETA_2 * v + (1 - BETA_2) * g * g, square, gradient)
        size, root = rate / (1 - BETA_1**step), jnp.sqrt(1 - BETA_2**step)
        network = jax.tree.map(
            lambda p, m, v: p - size * m / (jnp.sqrt(v) / root + EPSILON), network, mean, square
        )
        return (network, mean, square, step), value

    @partial(jax.jit, donate_argnums=0)
    def updates_on(state: tuple, indices: jax.Array) -> tuple:
        return jax.lax.scan(update, state, indices)

    def zeros() -> dict[str, jax.Array]:
        return jax.tree.map(jnp.zeros_like, first)

    state = (first, zeros(), zeros(), jnp.float32(0))

    def train(updates: int) -> float:
        nonlocal state
        order = random.permutation(len(labels))
        # A compiled loop takes mini-batches of one size alone: the epoch's last is filled up.
        indices = jnp.asarray(np.resize(order, (updates, batch_size)))
        jax.block_until_ready(indices)
        started = time.perf_counter()
        state, _losses = updates_on(state, indices)
        jax.block_until_ready(state)
        return time.perf_counter() - started

    return train


def _keras_fit(mnist: Mnist, batch_size: int) -> Trainer:
    os.environ["KERAS_BACKEND"] = "jax"
    import keras

    model = keras.Sequential(
        [
            keras.Input((PIXELS,)),
            keras.layers.Dense(HIDDEN),
            keras.layers.LeakyReLU(SLOPE),
            keras.layers.Dense(CLASSES),
        ]
    )
    model.compile(
        keras.optimizers.Adam(Settings().learning_rate, epsilon=EPSILON),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    return _fitted(
        mnist,
        batch_size,
        lambda images, labels: model.fit(images, labels, batch_size=batch_size, verbose=0),
    )


def _scikit_learn(mnist: Mnist, batch_size: int) -> Trainer:
    """With ReLU in place of LeakyReLU, which it does not have."""
    from sklearn.neural_network import MLPClassifier

    model = MLPClassifier(
        (HIDDEN,),
        alpha=0,
        batch_size=batch_size,
        learning_rate_init=Settings().learning_rate,
    )
    return _fitted(
        mnist,
        batch_size,
        lambda images, labels: model.partial_fit(images, labels, classes=range(CLASSES)),
    )


def _fitted(mnist: Mnist, batch_size: int, fit: Callable[..., object]) -> Trainer:
    images, labels = _floats(mnist)

    def train(updates: int) -> float:
        count = updates * batch_size
        started = time.perf_counter()
        fit(images[:count], labels[:count])
        return time.perf_counter() - started

    return train


_PEERS = (
    ("jax", (), "JAX, one scan", _jax_scan),
    ("keras", ("jax",), "Keras on JAX", _keras_fit),
    ("scikit-learn", (), "scikit-learn", _scikit_learn),
)
