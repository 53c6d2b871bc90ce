"""One update of the network: compiled loops on the CPU, autograd elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from mnist_core.data import Digits, Normalization
from mnist_core.settings import Setup
from mnist_core.training.adam import BETA_1, BETA_2, EPSILON, step_rates
from mnist_core.training.architecture import PARAMETERS
from mnist_core.training.fast.loops import PADDED, aligned
from mnist_core.training.fast.pool import Pool
from mnist_core.training.fast.sharing import Job
from mnist_core.training.network import Network

# Digits at a time in a pass of torch's: few enough to stay in the processor's cache.
CHUNK = 2_000
# Sets of digits that a learner remembers: those it trains on, those it is tested on.
_MOST_JOBS = 2

POOL = Pool()
# What computes in parallel is the pool. Threads of torch's own would take its cores, and wait there
# at full speed after each operation.
torch.set_num_threads(1)


@contextmanager
def torch_threads(count: int) -> Iterator[None]:
    """Let torch compute with so many threads meanwhile: for what it is measured at."""
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)


class Learner(Protocol):
    """The network with its normalization and Adam's state, float32. A deep copy is another one."""

    network: Network
    normalization: Normalization
    steps: int  # updates made

    def update(self, digits: Digits, indices: Tensor, learning_rate: float) -> float:
        """Move the weights once, against the gradient of the mini-batch's mean loss.

        indices: the mini-batch's indices in `digits`, whole numbers, (B,).

        Returns that mean loss (negative log-likelihood of log-softmax) as it was before the move.
        Raises IndexError where there is no digit at an index.
        """

    def evaluate(self, digits: Digits) -> tuple[float, int]:
        """Negative log-likelihood summed over the digits, and how many are labelled right."""

    def probabilities(self, images: Tensor) -> Tensor:
        """The ten probabilities, float32, (B, 10), on the CPU, for uint8 images, (B, 28, 28)."""


# Makes a learner from a setup, the first parameters, float32, (203530,), on the CPU, and the device
# to train on.
LearnerMaker = Callable[[Setup, Tensor, torch.device], Learner]


def new_learner(setup: Setup, parameters: Tensor, device: torch.device) -> Learner:
    """The fastest learner for that device; see LearnerMaker."""
    way = CompiledLearner if device.type == "cpu" else AutogradLearner
    return way(setup, parameters, device)


def untrained(setup: Setup, device: torch.device) -> Learner:
    """The learner that a run of this setup begins with."""
    generator = torch.Generator().manual_seed(setup.seed)
    return new_learner(setup, Network.first_parameters(generator), device)


class CompiledLearner:
    """A Learner on the CPU; see Learner, and LearnerMaker for its arguments.

    helped: whether other threads take part in its updates and passes.
    """

    def __init__(self, setup: Setup, parameters: Tensor, _device: torch.device) -> None:
        state = aligned(3, PADDED)
        state[0, :PARAMETERS] = parameters.numpy()
        self.helped = True
        self.steps = 0
        self.normalization = setup.normalization
        # What each of the 256 possible pixels becomes.
        self._table = self.normalization(torch.arange(256, dtype=torch.uint8)).numpy()
        self._take(state)

    def __deepcopy__(self, memo: dict) -> CompiledLearner:
        copied = object.__new__(CompiledLearner)
        copied.__dict__.update(self.__dict__)
        copied._take(_aligned_copy(self._state))
        return copied

    def __getstate__(self) -> dict:
        """What it is, without what it computes with: that is made anew where it is read."""
        return {**self.__dict__, "_jobs": None, "network": None}

    def __setstate__(self, state: dict) -> None:
        self.__dict__.update(state)
        self._take(_aligned_copy(self._state))

    def _take(self, state: np.ndarray) -> None:
        """The parameters, and Adam's averages of the gradient and of its square."""
        self._state = state
        self._jobs: dict[int, tuple[Digits, Job]] = {}
        self.network = Network(torch.from_numpy(state[0, :PARAMETERS]))

    @property
    def mean_gradient(self) -> Tensor:
        """Adam's average, (203530,), decaying by β₁."""
        return torch.from_numpy(self._state[1, :PARAMETERS])

    @property
    def mean_square(self) -> Tensor:
        """Adam's average of the gradient's square, (203530,), decaying by β₂."""
        return torch.from_numpy(self._state[2, :PARAMETERS])

    def update(self, digits: Digits, indices: Tensor, learning_rate: float) -> float:
        """See Learner."""
        step = self.steps + 1
        rates = step_rates(learning_rate, step)
        job, chosen = self._job(digits), indices.numpy()
        loss, _right = POOL.compute(job, chosen, rates, trains=True, helped=self.helped)
        self.steps = step
        return loss / len(chosen)

    def evaluate(self, digits: Digits) -> tuple[float, int]:
        """See Learner."""
        every = np.arange(len(digits))
        return POOL.compute(self._job(digits), every, trains=False, helped=self.helped)

    def probabilities(self, images: Tensor) -> Tensor:
        """See Learner."""
        return _probabilities(self, images)

    def _job(self, digits: Digits) -> Job:
        known = self._jobs.get(id(digits))
        if known is None:
            images, labels = digits.images.flatten(1).numpy(), digits.labels.numpy()
            if len(self._jobs) == _MOST_JOBS:
                del self._jobs[next(iter(self._jobs))]
            # The digits are kept with it: another set of them can't come to have the same id.
            known = self._jobs[id(digits)] = digits, Job(images, labels, self._table, self._state)
        return known[1]


class AutogradLearner:
    """A Learner as anyone would write it in PyTorch, on any device; see Learner.

    It trains on a GPU, and it is what the compiled one is tested against. See LearnerMaker for its
    arguments.
    """

    def __init__(self, setup: Setup, parameters: Tensor, device: torch.device) -> None:
        parameters = parameters.to(device, copy=True).requires_grad_()
        self.steps = 0
        self.normalization = setup.normalization
        self.network = Network(parameters)
        self.adam = _adam(parameters)

    def __getstate__(self) -> dict:
        parameters = self.network.parameters.detach()
        return {
            **self.__dict__,
            "network": parameters.cpu().numpy(),
            "adam": self.adam.state_dict(),
            "device": str(parameters.device),
        }

    def __setstate__(self, state: dict) -> None:
        moments, device = state.pop("adam"), torch.device(state.pop("device"))
        parameters = torch.tensor(state.pop("network"), device=device, requires_grad=True)
        self.__dict__.update(state)
        self.network = Network(parameters)
        self.adam = _adam(parameters)
        self.adam.load_state_dict(moments)

    def update(self, digits: Digits, indices: Tensor, learning_rate: float) -> float:
        """See Learner."""
        chosen = digits.at(indices)
        loss = cross_entropy(self._logits(chosen.images), chosen.labels)
        self.adam.param_groups[0]["lr"] = learning_rate
        self.adam.zero_grad()
        loss.backward()
        self.adam.step()
        self.steps += 1
        return loss.item()

    @torch.no_grad()
    def evaluate(self, digits: Digits) -> tuple[float, int]:
        """See Learner."""
        # Gathered on the digits' device and fetched once, since a fetch waits for all before it.
        loss = torch.zeros((), dtype=torch.float64, device=digits.images.device)
        right = torch.zeros((), dtype=torch.int64, device=digits.images.device)
        chunks = zip(digits.images.split(CHUNK), digits.labels.split(CHUNK), strict=True)
        for images, labels in chunks:
            logits = self._logits(images)
            loss += cross_entropy(logits, labels, reduction="sum")
            right += (logits.argmax(dim=1) == labels).sum()
        return loss.item(), int(right.item())

    def probabilities(self, images: Tensor) -> Tensor:
        """See Learner."""
        return _probabilities(self, images)

    def _logits(self, images: Tensor) -> Tensor:
        return self.network.activations(self.normalization(images).flatten(1))[1]


def _adam(parameters: Tensor) -> torch.optim.Adam:
    return torch.optim.Adam([parameters], betas=(BETA_1, BETA_2), eps=EPSILON, fused=True)


def _aligned_copy(state: np.ndarray) -> np.ndarray:
    copied = aligned(3, PADDED)
    copied[:] = state
    return copied


@torch.no_grad()
def _probabilities(learner: CompiledLearner | AutogradLearner, images: Tensor) -> Tensor:
    network = learner.network
    chunks = images.to(network.parameters.device).split(CHUNK)
    inputs = (learner.normalization(chunk).flatten(1) for chunk in chunks)
    return torch.cat([network.activations(each)[1].softmax(dim=1) for each in inputs]).cpu()
