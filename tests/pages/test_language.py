"""The pages in English and in Korean: chosen, kept, and whole."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
from streamlit.testing.v1 import AppTest

from mnist_core.language import _, speak, speaking
from mnist_core.show.lesson import Measured
from pages.app import visitors
from pages.app.classroom import CLASS
from pages.app.scheduling import by_trainer
from pages.compare.sections import SECTIONS
from pages.lesson.progress import Lesson
from tests.conftest import wait_until
from tests.pages.dashboard import (
    choose,
    go_to,
    live_html,
    open_dashboard,
    press,
    slide,
    the_training,
    the_visitor,
    train,
)
from tests.pages.everything import everything

TITLES = {
    "train": "학습",
    "digits": "숫자",
    "mini_batch": "미니배치",
    "compare": "비교",
    "predictions": "예측",
    "classroom": "우리 반",
}
# Names, and what has no Korean word.
LATIN = {"MNIST", "Adam", "PyTorch", "DataLoader", "SGD", "CSV", "JSON", "PNG", "English"}
LATIN |= {"LeakyReLU", "softmax", "float", "plotly", "min", "torch"}
LATIN |= {"McCandlish", "GPU", *"An Empirical Model of Large Batch Training".split()}
TEACHER = "a teacher in another tab"


@pytest.fixture(autouse=True)
def _english_without_a_class():
    yield
    speak("en")
    CLASS.recognize(TEACHER, CLASS.token)
    CLASS.close(TEACHER)
    CLASS.leave(TEACHER)


def test_a_browser_that_names_no_language_is_shown_english(app):
    assert app.title[0].value == "Train"
    assert [button.label for button in app.button if button.key == "play"] == ["Start"]
    assert "language" not in app.query_params


@pytest.mark.parametrize("page", TITLES)
def test_an_address_that_names_korean_is_answered_in_korean_on_every_page(page):
    app = go_to(open_dashboard(language="ko"), page)
    assert app.title[0].value == TITLES[page]
    assert not app.exception


def test_an_address_that_names_another_language_is_answered_by_a_note_and_in_english():
    app = open_dashboard(language="tlh")
    assert app.title[0].value == "Train"
    assert "names a language that there is not. There are: en (English), ko (한국어)" in (
        app.warning[0].value
    )


def test_the_switch_changes_the_language_at_once_and_keeps_the_run_and_all_that_was_chosen(app):
    slide(app, "batch_size", 60_000)  # whose name says what it is
    app.number_input(key="seed").set_value(7).run()
    app.radio(key="order").set_value("stored").run()
    choose(app, "tempo", "slow")
    run = the_training().run
    press(app, "language_ko")
    assert app.button(key="play").label == "시작"
    assert app.select_slider(key="batch_size").label == "배치 크기"
    for here in (app, go_to(app, "compare"), go_to(app, "train"), press(app, "language_en")):
        assert the_training().run is run
        assert here.select_slider(key="batch_size").value == 60_000
        assert here.number_input(key="seed").value == 7
        assert here.radio(key="order").value == "stored"
        assert the_training().tempo == "slow"
    assert app.button(key="play").label == "Start"
    assert not app.exception


def test_what_is_chosen_on_one_page_outlives_a_switch_on_another(app):
    go_to(app, "compare")
    choose(app, "race_raced", "order")
    choose(app, "race_rate", 0.01)
    press(go_to(app, "train"), "language_ko")
    go_to(app, "compare")
    assert not app.exception
    assert app.session_state["race_raced"] == "order"
    assert app.select_slider(key="race_rate").value == 0.01


def test_the_language_lasts_over_reruns_and_pages_and_the_address_carries_it(app):
    press(app, "language_ko")
    for page in ("digits", "train"):
        app.query_params.clear()  # as a click on the page's name does
        go_to(app, page)
        assert app.title[0].value == TITLES[page]
        assert app.query_params["language"] == "ko"


def test_frames_are_made_in_the_language_of_the_tab_that_gets_them(app):
    press(app, "language_ko")
    headline = the_visitor().feed.parts()[1]["headline"]
    assert "테스트 정확도" in headline
    assert "Test accuracy" not in headline
    press(app, "language_en")
    assert "Test accuracy" in the_visitor().feed.parts()[1]["headline"]


def test_followers_and_their_teacher_each_read_their_own_language():
    CLASS.recognize(TEACHER, CLASS.token)
    CLASS.open(TEACHER)
    teacher = visitors.welcome(TEACHER)
    teacher.begin()
    teacher.page = "Predictions"
    app = press(go_to(open_dashboard(language="ko"), "classroom"), "class_join")
    student = visitors.everyone()[-1]
    assert "선생님은" in live_html(app)
    by_trainer(lambda: teacher.training.run.advance(0.01))
    wait_until(lambda: "예측" in student.feed.heard()["followed_place"])
    press(app, "language_en")
    assert "The teacher is at" in live_html(app)
    wait_until(lambda: "Predictions" in student.feed.heard()["followed_place"])


def test_a_vote_is_closed_in_the_words_of_each_reader():
    CLASS.recognize(TEACHER, CLASS.token)
    CLASS.open(TEACHER)
    app = press(go_to(open_dashboard(language="ko"), "classroom"), "class_join")
    CLASS.ask(TEACHER, 1, hidden=False)
    CLASS.close_vote(TEACHER)
    CLASS.tell_measured(TEACHER, 0, {"en": "five", "ko": "다섯"})
    student = visitors.everyone()[-1]
    assert "← 측정값: 다섯" in json.loads(student.feed.heard()["ballot"])["closed"]
    press(app, "language_en")
    assert "← Measured: five" in json.loads(student.feed.heard()["ballot"])["closed"]


def test_what_was_measured_in_the_lesson_is_told_in_the_language_in_which_it_is_asked_for():
    lesson = Lesson()
    lesson.measured[1] = lambda: Measured("as it was", _("Next"), _("Close"))
    assert lesson.figures(1) == {"en": "Next", "ko": "다음"}
    with speaking("ko"):
        assert lesson.measured[1]().see == "닫기"


@pytest.mark.parametrize("page", TITLES)
@pytest.mark.usefixtures("few_trials")
def test_no_english_is_left_on_a_page_in_korean(page):
    for app in _scenes(page):
        assert not app.exception
        assert _in_english(everything(app)) == []


def _scenes(page: str) -> Iterator[AppTest]:
    """The page in Korean, as it is first seen, and with all that it can be made to say."""
    app = go_to(open_dashboard(language="ko"), page)
    yield app
    with speaking("ko"):
        yield from SCENES.get(page, lambda _app: ())(app)


def _trained(app: AppTest) -> Iterator[AppTest]:
    app.toggle(key="watch_noise").set_value(True).run()
    app.session_state["table"] = True
    yield train(app, 1.05)
    slide(app, "batch_size", 1_000)
    yield choose(app, "tempo", "step")
    yield press(app, "play")


def _tried(app: AppTest) -> Iterator[AppTest]:
    yield press(app, "try_updates")


def _normalized(app: AppTest) -> Iterator[AppTest]:
    for step in ("lesson_begin", "lesson_set_up"):
        yield press(app, step)
    for name in ("None", "Custom"):
        yield choose(app, "page_normalization", name)
    app.session_state["counted"] = True
    yield choose(app, "samples", "random")


def _raced(app: AppTest) -> Iterator[AppTest]:
    app.session_state["race_sizes"] = [200, 2_000, 60_000]
    choose(app, "race_limit", "seconds")
    app.number_input(key="race_seconds").set_value(0.3).run()
    yield press(app, "race_start")
    race = the_training().race
    wait_until(lambda: race.ended)
    for section in SECTIONS:
        yield choose(app, "race_section", section)


def _predicted(app: AppTest) -> Iterator[AppTest]:
    yield choose(app, "show", "all")
    choose(app, "show", "grid")
    yield app.toggle(key="only_mistakes").set_value(True).run()
    yield choose(app, "show", "own")


def _taught(app: AppTest) -> Iterator[AppTest]:
    CLASS.recognize(the_visitor().id, CLASS.token)
    yield app.run()
    yield press(app, "class_open")
    yield press(app, "class_ask")
    yield press(app, "class_close_vote")
    choose(app, "class_lead", "sample")
    yield press(app, "class_take_sample")


SCENES = {
    "train": _trained,
    "digits": _normalized,
    "mini_batch": _tried,
    "compare": _raced,
    "predictions": _predicted,
    "classroom": _taught,
}


def _in_english(texts: list[str]) -> list[str]:
    return [text for text in texts if set(re.findall("[A-Za-z]{3,}", text)) - LATIN]
