"""The same without a browser: python -m mnist_core train, noise, benchmark, and handout."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import nullcontext, redirect_stdout
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, NoReturn, get_args

from mnist_core import training
from mnist_core.benchmark.libraries import peers
from mnist_core.benchmark.measure import (
    as_json,
    busy_core,
    compare,
    contenders,
    report,
)
from mnist_core.data import Mnist, load_mnist
from mnist_core.data.archives import MnistUnavailableError
from mnist_core.language import LANGUAGES, speaking
from mnist_core.machine import this_machine
from mnist_core.records import EpochRecord
from mnist_core.settings import Order, Settings, Setup
from mnist_core.show import sentences, standalone

if TYPE_CHECKING:
    from mnist_core.training import Run
    from mnist_core.training.noise import GradientNoise

WRONG_USE = 2
FAILED = 1
INTERRUPTED = 130


class _Parser(argparse.ArgumentParser):
    """Answers wrong use with one line that says what is allowed."""

    def __init__(self, **options: Any) -> None:
        super().__init__(allow_abbrev=False, **options)

    def error(self, message: str) -> NoReturn:
        """End with that line and the status of wrong use."""
        sys.exit(_complain(message.removeprefix("argument "), WRONG_USE))

    def refuse(self, unknown: list[str]) -> NoReturn:
        """End with the options that there are."""
        allowed = [option for action in self._actions for option in action.option_strings]
        self.error(f"unknown option {' '.join(unknown)}; allowed are {', '.join(allowed)}")


def main(arguments: list[str] | None = None) -> int:
    """Run one command; the exit status: 0, 1 where it failed, 2 for wrong use, 130 on Ctrl-C."""
    options = _parse(sys.argv[1:] if arguments is None else arguments)
    try:
        options.command(options)
    except (MnistUnavailableError, training.TrainingError) as error:
        return _complain(str(error), FAILED)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read the output has gone; without this, Python would complain once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def train(options: argparse.Namespace) -> None:
    """Train and print each epoch as it ends."""
    mnist = _load()
    training.warm_up(mnist.device)
    run = _run(mnist, options)
    say = _as_json if options.json else _as_line
    for epoch in _epochs(run, options.epochs):
        print(say(epoch), flush=True)


def noise(options: argparse.Namespace) -> None:
    """Train, and print the gradient's noise before the first update and after each epoch."""
    mnist = _load()
    training.warm_up(mnist.device)
    run = _run(mnist, options)
    say = _noise_as_json if options.json else _noise_as_line
    for epoch in range(options.epochs + 1):
        while len(run.snapshot().epochs) < epoch:
            run.step()
        print(say(epoch, training.gradient_noise(run.learner, mnist.train)), flush=True)


def benchmark(options: argparse.Namespace) -> None:
    """Measure the in-memory way against the tutorial's, and against other libraries'."""
    mnist = _load()
    rivals = contenders(mnist.device)
    if options.peers:
        ready, missing = peers()
        rivals += ready
        if missing:
            _complain(f"not installed here, and so left out: {', '.join(missing)}", FAILED)
    machine, peak = this_machine(mnist.device), training.measured_peak(mnist.device)
    with busy_core() if options.busy else nullcontext():
        measured = compare(mnist, options.batch_sizes, rivals, options.seconds)
        if options.json:
            lines = (as_json(one, machine, peak) for one in measured)
        else:
            lines = report(measured, rivals, machine, peak)
        for line in lines:
            print(line, flush=True)


def handout(options: argparse.Namespace) -> None:
    """Print the two pages for the teacher, as HTML."""
    with speaking(options.language):
        print(standalone.handout(), end="")


def _run(mnist: Mnist, options: argparse.Namespace) -> Run:
    return training.Run(
        mnist,
        Settings(options.batch_size, options.learning_rate),
        Setup(seed=options.seed, order=options.order),
        digits_between_tests=sys.maxsize,
        tests_after_change=(),
    )


def _epochs(run: Run, count: int) -> Iterator[EpochRecord]:
    for done in range(count):
        while len(epochs := run.snapshot().epochs) == done:
            run.step()
        yield epochs[-1]


def _load() -> Mnist:
    # torchvision tells of a download on standard output, which here belongs to the results.
    with redirect_stdout(sys.stderr):
        return load_mnist()


def _as_line(epoch: EpochRecord) -> str:
    return (
        f"epoch {epoch.epoch}: test loss {epoch.test_loss:.1f}, "
        f"accuracy {epoch.test_accuracy:.4f}, {epoch.updates:,} updates, "
        f"{sentences.seconds(epoch.train_seconds)} of training + "
        f"{sentences.seconds(epoch.test_seconds)} for the test"
    )


def _as_json(epoch: EpochRecord) -> str:
    record = asdict(epoch)
    del record["batch_sizes"]
    return json.dumps(record | {"batch_size": epoch.batch_size})


def _noise_as_line(epoch: int, noise: GradientNoise) -> str:
    return (
        f"after {epoch} epoch{'s' * (epoch != 1)}: noise scale {noise.noise_scale:.1f}, "
        f"norm of the mean gradient {noise.gradient_norm:.4g}, of a single digit's "
        f"{noise.per_digit_norm:.4g} (root mean square), over {noise.digits:,} digits"
    )


def _noise_as_json(epoch: int, noise: GradientNoise) -> str:
    names = ("noise_scale", "gradient_norm", "per_digit_norm", "digits")
    return json.dumps({"epoch": epoch} | {name: getattr(noise, name) for name in names})


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = _Parser(prog="python -m mnist_core", description=__doc__)
    parser.set_defaults(parser=parser)
    commands = parser.add_subparsers(required=True, metavar="train | noise | benchmark | handout")
    _add_train(commands.add_parser("train", help="train and print a line per epoch"), train)
    _add_train(commands.add_parser("noise", help="train and print the gradient's noise"), noise)
    _add_benchmark(commands.add_parser("benchmark", help="compare with the tutorial's way"))
    pages = commands.add_parser("handout", help="print two pages for the teacher, as HTML")
    pages.set_defaults(command=handout, parser=pages)
    pages.add_argument("--language", choices=LANGUAGES, default="en")
    options, unknown = parser.parse_known_args(arguments)
    if unknown:
        options.parser.refuse(unknown)
    return options


def _add_train(parser: argparse.ArgumentParser, command: Callable[..., None]) -> None:
    parser.set_defaults(command=command, parser=parser)
    defaults = Settings()
    parser.add_argument("--batch-size", type=_batch_size, default=defaults.batch_size, metavar="B")
    parser.add_argument(
        "--learning-rate", type=_learning_rate, default=defaults.learning_rate, metavar="R"
    )
    parser.add_argument("--epochs", type=_count(10_000), default=3, metavar="N")
    parser.add_argument("--seed", type=_seed, default=0, metavar="S")
    parser.add_argument("--order", choices=get_args(Order), default="shuffled")
    parser.add_argument("--json", action="store_true", help="one JSON object per epoch")


def _add_benchmark(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(command=benchmark, parser=parser)
    parser.add_argument(
        "--batch-sizes", type=_batch_size, nargs="+", default=[1, 10, 200, 1_000], metavar="B"
    )
    parser.add_argument(
        "--seconds", type=_seconds, default=60.0, metavar="S", help="to spend in all, about"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object per measurement")
    parser.add_argument(
        "--busy", action="store_true", help="beside a program that keeps one core busy"
    )
    parser.add_argument(
        "--peers", action="store_true", help="add JAX, Keras and scikit-learn, where installed"
    )


def _count(most: int) -> Callable[[str], int]:
    def check(count: int) -> None:
        if not 1 <= count <= most:
            raise ValueError

    return _checked(int, check, f"a whole number from 1 to {most}")


def _check_seconds(seconds: float) -> None:
    if not 1 <= seconds <= 86_400:
        raise ValueError


def _checked(
    kind: type, check: Callable[[Any], object], allowed: str
) -> Callable[[str], int | float]:
    """An argparse type: text → value, refused where kind or check raises ValueError."""

    def parse(text: str) -> int | float:
        try:
            value = kind(text)
            check(value)
        except ValueError:
            raise argparse.ArgumentTypeError(f"must be {allowed}, not {text!r}") from None
        return value

    return parse


_batch_size = _checked(
    int, lambda size: Settings(batch_size=size), "a whole number from 1 to 60000"
)
_seconds = _checked(float, _check_seconds, "a number of seconds from 1 to 86400")
_learning_rate = _checked(
    float, lambda rate: Settings(learning_rate=rate), "a number above 0 and at most 1"
)
_seed = _checked(int, lambda seed: Setup(seed=seed), "a whole number from 0 to 2**63 - 1")


def _complain(message: str, status: int) -> int:
    print(f"mnist_core: {message}", file=sys.stderr)
    return status


if __name__ == "__main__":
    sys.exit(main())
