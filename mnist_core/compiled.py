"""kernels.c, built and loaded where there is GCC: one call in place of torch's many.

Without it, or where anything goes wrong in building, kernels() is None and torch computes
the same, more slowly.
"""

from __future__ import annotations

import ctypes
import logging
import shutil
import subprocess
import sys
import tempfile
from ctypes import POINTER, c_double, c_float, c_int, c_long, c_void_p
from functools import cache
from pathlib import Path

import torch
from torch import Tensor

from mnist_core.data import Digits

_MOST_THREADS = 8  # more wait for each other longer than they compute
_COMPILE_SECONDS = 60
_FLAGS = (
    # Sums may be taken in any order, as every matrix product takes them; NaN stays NaN.
    "-O3 -march=native -fassociative-math -fno-signed-zeros -fno-trapping-math -fno-math-errno "
    "-fopenmp -fPIC"
).split()

_log = logging.getLogger(__name__)


class _Network(ctypes.Structure):
    """The struct Network of kernels.c."""

    _fields_ = (
        ("parameters", c_void_p),
        ("mean", c_void_p),
        ("mean_square", c_void_p),
        ("step", c_float),
        ("inverse_root", c_float),
        ("hidden", c_long),
    )


class _Digits(ctypes.Structure):
    """The struct Digits of kernels.c."""

    _fields_ = (
        ("images", c_void_p),
        ("labels", c_void_p),
        ("places", c_void_p),
        ("count", c_long),
        ("all", c_long),
        ("table", c_void_p),
    )


class Kernels:
    """The functions of kernels.c, for tensors on the CPU; other threads may run meanwhile.

    library: the built file.
    """

    def __init__(self, library: Path) -> None:
        loaded = ctypes.CDLL(str(library))
        self._update, self._evaluate = loaded.update, loaded.evaluate
        self._update.argtypes = (_Network, _Digits, c_void_p, c_int)
        self._evaluate.argtypes = (_Network, _Digits, c_void_p, POINTER(c_long), c_int)
        self._update.restype = self._evaluate.restype = c_double
        self._scratch_for_update = loaded.scratch_for_update
        self._scratch_for_update.argtypes = (c_long, c_long, c_int)
        self._scratch_for_update.restype = c_long
        self._scratch_for_evaluate = loaded.scratch_for_evaluate
        self._scratch_for_evaluate.argtypes = (c_long, c_int)
        self._scratch_for_evaluate.restype = c_long
        self._threads = min(torch.get_num_threads(), _MOST_THREADS)

    def update(
        self,
        state: AdamState,
        hidden: int,
        digits: Digits,
        places: Tensor,
        table: Tensor,
        learning_rate: float,
    ) -> float:
        """One update on the digits at these places: forward, backward and Adam; their mean loss.

        hidden: width of the hidden layer.
        digits: contiguous, on the CPU, as all tensors here.
        places: whole numbers, (B,).
        table: what each of the 256 bytes becomes by normalization, float32, (256,).

        Raises IndexError, with nothing moved, where a place is not among the digits.
        """
        places = places.to(torch.int64).contiguous()
        count, steps = len(places), state.steps + 1
        scratch = torch.empty(self._scratch_for_update(hidden, count, self._threads))
        loss = self._update(
            _Network(
                state.parameters.data_ptr(),
                state.mean.data_ptr(),
                state.mean_square.data_ptr(),
                learning_rate / (1 - 0.9**steps),
                (1 - 0.999**steps) ** -0.5,
                hidden,
            ),
            _digits(digits, table, places.data_ptr(), count),
            scratch.data_ptr(),
            self._threads,
        )
        if loss < 0:
            raise IndexError(f"a place is not from 0 to {len(digits) - 1}")
        state.steps = steps
        return loss

    def evaluate(
        self, parameters: Tensor, hidden: int, digits: Digits, table: Tensor
    ) -> tuple[float, int]:
        """The loss summed over the digits, and how many are labelled right.

        hidden, digits, table: as for update().
        """
        right = c_long()
        scratch = torch.empty(self._scratch_for_evaluate(hidden, self._threads))
        loss = self._evaluate(
            _Network(parameters.data_ptr(), hidden=hidden),
            _digits(digits, table, None, len(digits)),
            scratch.data_ptr(),
            right,
            self._threads,
        )
        return loss, right.value


def _digits(digits: Digits, table: Tensor, places: int | None, count: int) -> _Digits:
    images, labels = digits.images.data_ptr(), digits.labels.data_ptr()
    return _Digits(images, labels, places, count, len(digits), table.data_ptr())


class AdamState:
    """Adam's averages for a flat tensor of parameters, with PyTorch's defaults.

    parameters: float32, moved by each step.
    mean, mean_square: of the gradient and of its square, decaying by 0.9 and by 0.999.
    steps: how many have been taken.
    """

    def __init__(self, parameters: Tensor) -> None:
        self.parameters = parameters
        self.mean = torch.zeros_like(parameters)
        self.mean_square = torch.zeros_like(parameters)
        self.steps = 0


@cache
def kernels() -> Kernels | None:
    """Built at the first call, in half a second, and kept as long as the process lives.

    Not longer: a file kept between starts could be out of date, or made for another processor.
    """
    compiler = shutil.which("gcc") or shutil.which("cc")  # it is written in GCC's vectors
    if compiler is None or sys.platform != "linux":
        return None
    try:
        with tempfile.TemporaryDirectory() as folder:
            return Kernels(_built(compiler, Path(folder)))
    except (OSError, AttributeError, subprocess.SubprocessError) as error:
        _log.info("The compiled update cannot be had, torch's is used: %s", error)
        return None


def _built(compiler: str, folder: Path) -> Path:
    source, object_file = Path(__file__).with_name("kernels.c"), folder / "kernels.o"
    library = folder / "kernels.so"
    # Linked without an OpenMP of its own: at loading it finds torch's, and so shares its threads.
    for command in (
        [compiler, *_FLAGS, "-c", str(source), "-o", str(object_file)],
        [compiler, "-shared", str(object_file), "-o", str(library), "-lm"],
    ):
        subprocess.run(command, check=True, capture_output=True, timeout=_COMPILE_SECONDS)
    return library
