"""The digits in a cluster: once in the memory that all processes of a node share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    from mnist_core.data import Mnist

Arrays = tuple["np.ndarray", ...]


def share(mnist: Mnist) -> Any:
    """A reference to the digits, for from_arrays() in any process of the cluster."""
    import ray

    sets = (mnist.train, mnist.test)
    arrays = [one.cpu().numpy() for digits in sets for one in (digits.images, digits.labels)]
    return ray.put(tuple(arrays))


def from_arrays(arrays: Arrays) -> Mnist:
    """The digits, without a copy of them: what is shared cannot be written, and never is."""
    import warnings

    import torch

    from mnist_core.data import Digits, Mnist

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch warns of memory that can't be written
        tensors = [torch.from_numpy(one) for one in arrays]
    return Mnist(Digits(*tensors[:2]), Digits(*tensors[2:]))
