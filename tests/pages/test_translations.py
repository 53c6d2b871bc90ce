"""Every text of the pages is marked to be translated, and has a translation."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from gettext import GNUTranslations
from pathlib import Path
from string import Formatter
from typing import get_args

import pytest
from babel.messages.pofile import read_po

from mnist_core.settings import Order
from tests.pages.marked import MARKS, PAGES, marked

KOREAN = PAGES.parent / "locale" / "ko" / "LC_MESSAGES"


@pytest.fixture(scope="module")
def korean() -> GNUTranslations:
    """The translations as the pages read them."""
    with (KOREAN / "mnist.mo").open("rb") as file:
        return GNUTranslations(file)


def translation(korean: GNUTranslations, text: tuple[str, ...]) -> str:
    """Of a text, or of one for one and one for several."""
    return korean.ngettext(*text, 1) if len(text) > 1 else korean.gettext(*text)


def test_every_text_of_the_pages_has_a_translation_with_the_same_fields(korean):
    texts = marked()
    assert len(texts) > 400
    for text in texts:
        translated = translation(korean, text)
        assert re.search("[가-힣]", translated), text
        assert fields(translated) == fields(text[-1]), text


def fields(text: str) -> set[tuple[str, str]]:
    return {(name, how) for _plain, name, how, _as in Formatter().parse(text) if name}


def test_the_pages_read_the_translations_as_they_are_written(korean):
    with (KOREAN / "mnist.po").open("rb") as file:
        written = [one for one in read_po(file, locale="ko") if one.id]
    for one in written:
        text = one.id if isinstance(one.id, tuple) else (one.id,)
        told = one.string[0] if isinstance(one.string, tuple) else one.string
        assert translation(korean, text) == told
        assert not one.fuzzy


def test_no_emphasis_ends_where_markdown_would_not_see_it(korean):
    for text in marked():
        translated = translation(korean, text)
        assert not re.search(r"[^\w\s*}]\*+[가-힣]", translated), translated


def test_no_sentence_of_the_pages_is_left_unmarked():
    # What stands for itself in the code, and is marked where it is shown.
    known = {text for one in marked() for text in one} | set(get_args(Order))
    files = sorted(PAGES.rglob("*.py"))
    left = [(file.name, text) for file in files for text in unmarked(file) if text not in known]
    assert left == []


def test_every_mark_is_found_where_the_texts_are_collected():
    """Within an f-string, for one, none is."""
    found = {text for one in marked() for text in one}
    for file in PAGES.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and called(node) in MARKS:
                texts = [part.value for part in node.args if isinstance(part, ast.Constant)]
                assert set(texts) <= found, file.name


def unmarked(file: Path) -> Iterator[str]:
    """Texts of two words or more that nothing translates. Code for a browser is none."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    told = {id(part) for node in ast.walk(tree) if no_text(node) for part in ast.walk(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
            words = re.search("[A-Za-z]{2,} [a-z]{2,}", node.value)
            if words and not set("{}<>;_=") & {*node.value}:
                yield node.value


def no_text(node: ast.AST) -> bool:
    """Whether it is marked, or no text of a page: a docstring, an error, a log's line."""
    if isinstance(node, ast.Call):
        return called(node) in (*MARKS, "exception", "print_to_cli")
    is_docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return is_docstring or isinstance(node, ast.Raise)


def called(call: ast.Call) -> str:
    return getattr(call.func, "id", getattr(call.func, "attr", ""))
