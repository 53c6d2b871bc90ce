"""In which language the texts are made that people read: English, or a translation of it.

A text stands in English where it is made, `_("Batch size {size:,}").format(size=size)`; the
translations lie under locale/, in the format of GNU gettext.
"""

from __future__ import annotations

import gettext
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, wraps
from pathlib import Path
from typing import ParamSpec, TypeVar

LANGUAGES = {"en": "English", "ko": "한국어"}  # each as its speakers name it
_LOCALE = Path(__file__).parents[1] / "locale"
# Of the script run or frame that is being made: each belongs to one visitor.
_at_work: ContextVar[str] = ContextVar("language", default="en")

P = ParamSpec("P")
T = TypeVar("T")


@cache
def _texts(language: str) -> gettext.NullTranslations:
    if language == "en":
        return gettext.NullTranslations()
    return gettext.translation("mnist", _LOCALE, [language], fallback=True)


def language() -> str:
    """The code of the language at work: a key of LANGUAGES."""
    return _at_work.get()


def speak(code: str) -> None:
    """Make texts in this language from here on, in this thread."""
    _at_work.set(code)


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Make texts in this language within the block."""
    before = _at_work.set(code)
    try:
        yield
    finally:
        _at_work.reset(before)


def in_this_language(function: Callable[P, T]) -> Callable[P, T]:
    """The function, to be called by any thread, that speaks the language at work now."""
    code = language()

    @wraps(function)
    def speaker(*args: P.args, **kwargs: P.kwargs) -> T:
        with speaking(code):
            return function(*args, **kwargs)

    return speaker


def _(text: str) -> str:
    """The text in the language at work."""
    return _texts(language()).gettext(text)


def n_(one: str, many: str, count: float) -> str:
    """The one text or the other, by the count and the rules of the language at work."""
    whole = int(count) if count == int(count) else 2  # gettext counts in whole numbers alone
    return _texts(language()).ngettext(one, many, whole)


def retold(text: str, patterns: Sequence[str]) -> str:
    """A text that was made in English, in the language at work.

    patterns: marked texts, of which it follows one, with anything in place of what stands in
        braces; that is retold as well. As it is where it follows none.
    """
    for pattern in patterns:
        expression = re.sub(r"\\{(\w+)\\}", r"(?P<\1>.+?)", re.escape(pattern))
        if found := re.fullmatch(expression, text, re.DOTALL):
            pieces = {name: retold(piece, patterns) for name, piece in found.groupdict().items()}
            return _(pattern).format(**pieces)
    return text


def later(text: str) -> str:
    """The text itself, marked to be translated where it is shown, by `_`; for constants."""
    return text
