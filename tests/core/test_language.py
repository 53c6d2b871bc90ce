"""The core's texts in other languages: all translated, and each thread speaks its own."""

from __future__ import annotations

import ast
import re
import threading
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po

import mnist_core
from mnist_core import Settings
from mnist_core.data import Normalization
from mnist_core.data.archives import MnistUnavailableError, read_files
from mnist_core.faults import A_TEST_PASS, FAILED, NO_MEMORY, NOT_FINITE, fault
from mnist_core.language import LANGUAGES, in_this_language, speak, speaking
from mnist_core.race import Plan, RecordError, from_json
from mnist_core.settings import Budget
from mnist_core.show import sentences
from tests.core.english import english_in

CORE = Path(mnist_core.__file__).parent
KOREAN = CORE.parent / "locale" / "ko" / "LC_MESSAGES"
MARKS = {"_": None, "n_": (1, 2), "later": None}


@pytest.fixture(scope="module")
def korean() -> Catalog:
    """The translations as they are written."""
    with (KOREAN / "mnist.po").open("rb") as file:
        return read_po(file, locale="ko")


def marked() -> list[str | tuple[str, str]]:
    """What the core's code marks to be translated: each text, or the one for one and for many."""
    found = extract_from_dir(CORE, [("**.py", "python")], keywords=MARKS)
    return [text for _file, _line, text, *_rest in found]


def fields(text: str) -> list[str]:
    """What is filled in, by Python, Plotly or a script; and what stands out or breaks a line."""
    return sorted(re.findall(r"%?\{[^{}]*\}|\*\*|`|<[^>]*>", text))


def test_every_text_of_the_core_has_a_korean_translation_with_the_same_fields(korean):
    texts = marked()
    assert len(texts) > 400
    for text in texts:
        one, many = text if isinstance(text, tuple) else (text, text)
        message = korean.get(one)
        assert message, text
        assert not message.fuzzy, text
        (said,) = message.string if isinstance(message.string, tuple) else (message.string,)
        assert fields(said) == fields(many), text


def test_what_is_read_is_what_is_written(korean):
    compiled = BytesIO()
    write_mo(compiled, korean)
    compiled.seek(0)
    with (KOREAN / "mnist.mo").open("rb") as file:
        there = [(str(one.id), str(one.string)) for one in read_mo(file) if one.id]
    assert there == [(str(one.id), str(one.string)) for one in read_mo(compiled) if one.id]


def test_markdown_sees_where_emphasis_ends_and_strikes_no_text_through(korean):
    for message in korean:
        said = "".join(message.string)
        assert not re.search(r"[^\w\s*}]\*+[가-힣]", said), said
        assert len(re.findall(r"~(?!g)", said)) < 2, said


def test_a_button_that_a_text_names_is_named_as_it_is_translated(korean):
    for message in korean:
        text = message.id if isinstance(message.id, str) else ""
        for name in re.findall(r"\*\*([^*{}]+)\*\*", text):
            button = korean.get(name) or korean.get(name.replace("’", "'"))
            assert not button or f"**{button.string}**" in message.string, text


# In words, though nobody is shown them: keys of records and of rows, and places in a chart.
NOT_SHOWN = {
    "angle, degrees",
    "bottom left",
    "dropped out",
    "made it worse",
    "mean change",
    "relative length",
    "sorted by label",
    '<span style="color:',
    "top center",
}


def unmarked(tree: ast.AST) -> Iterator[str]:
    """The texts of more than a word that are neither marked nor a docstring."""
    passed: set[ast.AST] = set()
    for node in ast.walk(tree):
        called = node.func if isinstance(node, ast.Call) else None
        if isinstance(called, ast.Name) and called.id in MARKS:
            passed.update(ast.walk(node))
        elif isinstance(node, ast.Expr):
            passed.add(node.value)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in passed:
            text = re.sub(r"<[^>]*>", "", node.value)
            if re.search(r"[A-Za-z]{2,}[,:]? [A-Za-z]{2,}", text):
                yield text


def test_no_sentence_that_is_shown_is_left_unmarked():
    files = [*(CORE / "show").rglob("*.py")]
    assert len(files) > 25
    for file in files:
        assert set(unmarked(ast.parse(file.read_text(encoding="utf-8")))) <= NOT_SHOWN, file


def test_no_text_is_marked_within_an_f_string_where_it_would_not_be_found():
    for file in CORE.rglob("*.py"):
        assert not re.search(r"\{(?:_|n_|later)\(['\"]", file.read_text(encoding="utf-8")), file


@pytest.mark.parametrize(
    "kept",
    [
        NOT_FINITE["training"].format(update="1,200"),
        NOT_FINITE["test"].format(update="7"),
        NO_MEMORY.format(what="a batch of 60,000"),
        FAILED.format(what=A_TEST_PASS, error="5"),
    ],
)
def test_why_training_ended_is_kept_in_english_and_told_in_korean(kept):
    assert fault(kept) == kept
    with speaking("ko"):
        assert not english_in(fault(kept))
        assert fault("something else") == "something else"


@pytest.mark.parametrize(
    "text",
    ["{", "{}", '{"format": "mini-batch race", "version": 9}', '{"format": "mini-batch race"}'],
)
def test_why_a_file_is_refused_is_told_in_korean(text):
    with speaking("ko"), pytest.raises(RecordError) as refused:
        from_json(text)
    assert english_in(str(refused.value)) <= {"JSON"}


def test_why_settings_are_refused_is_told_in_korean():
    with speaking("ko"):
        for refuse in (
            lambda: Settings(0),
            lambda: Settings(1, 2.0),
            lambda: Normalization(1e9),
            lambda: Normalization(0, 0),
            lambda: Budget(test_loss=0),
            lambda: Plan(batch_sizes=()),
            lambda: Plan(repeats=2),
        ):
            with pytest.raises(ValueError, match=r"[가-힣]") as refused:
                refuse()
            assert not english_in(str(refused.value))


def test_one_failed_load_is_told_to_each_reader_in_their_own_language(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path / "nowhere"))
    monkeypatch.setattr("mnist_core.data.archives._download", _no_network)
    with pytest.raises(MnistUnavailableError) as error:
        read_files(tmp_path)
    assert "MNIST is incomplete" in str(error.value)
    with speaking("ko"):
        assert "(없음)" in str(error.value)
    assert "(missing)" in str(error.value)


def _no_network(*_) -> None:
    raise OSError("no network")


def test_one_thread_speaks_korean_while_another_speaks_english():
    spoke, said = threading.Event(), {}

    def visitor() -> None:
        speak("ko")
        spoke.set()
        said["visitor"] = sentences.seconds(1)

    thread = threading.Thread(target=visitor)
    thread.start()
    assert spoke.wait(10)
    thread.join()
    assert (said["visitor"], sentences.seconds(1)) == ("1.0초", "1.0 s")


def test_a_function_speaks_the_language_in_which_it_was_wrapped_in_any_thread():
    with speaking("ko"):
        wrapped, said = in_this_language(sentences.seconds), []
    thread = threading.Thread(target=lambda: said.append(wrapped(1)))
    thread.start()
    thread.join()
    assert said == ["1.0초"]
    assert sentences.seconds(1) == "1.0 s"


def test_every_language_is_named_as_its_speakers_name_it():
    assert LANGUAGES == {"en": "English", "ko": "한국어"}
