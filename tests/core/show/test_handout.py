from __future__ import annotations

import re
from html import unescape

import pytest

from mnist_core import Run
from mnist_core.__main__ import main
from mnist_core.data import Normalization
from mnist_core.show import lesson
from mnist_core.show.lesson import GLOSSARY, STATIONS
from mnist_core.show.questions import QUESTIONS, RACE_QUESTIONS
from mnist_core.show.standalone import handout
from mnist_core.training.bench import Bench
from tests.conftest import train_epochs


def said(text: str) -> str:
    """A text of the pages without its marks."""
    return text.replace("*", "")


@pytest.fixture(scope="module")
def text() -> str:
    """What the two pages say."""
    body = handout().partition("</head>")[2]
    return unescape(re.sub(r"<[^>]*>", "", body))


def test_the_handout_says_what_the_lesson_says(text):
    for station in STATIONS:
        for one in (station.name, station.question, station.act[1:], station.expect[1:]):
            assert said(one) in text
    for term, meaning in GLOSSARY.items():
        assert term + said(meaning) in text


def test_the_handout_has_the_eight_questions_of_the_pages_with_their_answers(text):
    questions = [*QUESTIONS.values(), *RACE_QUESTIONS.values()]
    assert len(questions) == 8
    for question in questions:
        assert said(question.asked[1:]) + said(question.answer) in text


def test_no_mark_is_left_in_the_handout_and_it_needs_nothing_else(text):
    assert "*" not in text
    assert "{{" not in handout()
    assert not re.search(r"<(?:script|link|img)\b|url\(|@import", handout())


def test_the_command_line_writes_the_same_handout(capsys):
    assert main(["handout"]) == 0
    assert capsys.readouterr().out == handout()


def numbers(number: int) -> list[int]:
    """The whole numbers of what is to be expected at a station."""
    return [int(one) for one in re.findall(r"\d+", STATIONS[number - 1].expect)]


def test_what_is_expected_of_pixels_is_what_they_are(mnist):
    black = int((mnist.train.images[0] == 0).sum())
    assert numbers(1) == [black, 784]
    assert lesson.black_pixels(black, 784).value == "More than two thirds"
    pixels = mnist.train.images.double() / 255
    own = Normalization(pixels.mean().item(), pixels.std().item())
    assert STATIONS[1].expect.startswith(lesson.mean_of_pixels(own).figure)


def test_what_is_expected_of_single_updates_and_of_one_epoch_is_what_comes(mnist):
    run = Run(mnist)
    bench = Bench(run.copy_learner(), mnist, run.settings.learning_rate)
    for _ in bench.try_sizes((1,), trials=20):
        pass
    of, low, high, *_ = numbers(3)
    assert len(bench.trials) == of
    assert low <= sum(trial.worsened for trial in bench.trials) <= high
    train_epochs(run, 1)
    low, high, of, early, *_ = numbers(6)
    assert low <= round(of * run.snapshot().epochs[0].test_accuracy) <= high
    by_digits = {point.place.digits: point.accuracy for point in run.snapshot().test_points}
    assert of * by_digits[10_000] == pytest.approx(early, abs=3)
