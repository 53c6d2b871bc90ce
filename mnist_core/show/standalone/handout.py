"""Two pages for the teacher, to print: the lesson's stations, its terms and its questions."""

from __future__ import annotations

import re
from pathlib import Path

from mnist_core.language import _, language, later
from mnist_core.show.html import filled, marked
from mnist_core.show.lesson import GLOSSARY, STATIONS, Station
from mnist_core.show.questions import QUESTIONS, RACE_QUESTIONS, Question
from mnist_core.show.sentences import capitalized

_TEMPLATE = Path(__file__).with_suffix(".html")
_TEXTS = {
    "title": later("Mini-batches, live: for the teacher"),
    "how": later(
        "Seven stations, half an hour. At each: press **Lesson** beside the page’s title and **Set "
        "the page**; ask the question and have everybody say what they expect, under **Predict**, "
        "before anything is shown; then act, and open **What to see**, where the prediction stands "
        "beside what this computer has measured. `?lesson=3` behind the dashboard’s address opens "
        "the third station, `?present=1` the presenter’s view with larger type. Seconds differ "
        "from computer to computer; the ratios and orders below hardly do."
    ),
    "station": later("Station"),
    "ask": later("Ask"),
    "then": later("Then"),
    "expect": later("Expect"),
    "because": later("Because: the terms in a sentence each"),
    "with_answers": later("Eight questions, with answers"),
}


def handout() -> str:
    """The pages in the language at work, one HTML file that needs nothing else: two A4 sides."""
    questions = [*QUESTIONS.values(), *RACE_QUESTIONS.values()]
    return filled(
        _TEMPLATE.read_text(encoding="utf-8"),
        language=language(),
        **{name: _html(_(text)) for name, text in _TEXTS.items()},
        stations="".join(map(_station, STATIONS)),
        terms="".join(map(_term, GLOSSARY.items())),
        questions="".join(map(_question, questions)),
    )


def _station(station: Station) -> str:
    act, expect = (f"{capitalized(_(text))}." for text in (station.act, station.expect))
    written = "".join(f"<td>{_html(text)}</td>" for text in (_(station.question), act, expect))
    name = f"{_html(_(station.name))}<span>{_html(_(station.page))}</span>"
    return f'<tr><th scope="row">{name}</th>{written}</tr>'


def _question(question: Question) -> str:
    asked, answer = capitalized(_(question.asked)), _(question.answer)
    return f"<li><p>{_html(asked)}</p><p>{_html(answer)}</p></li>"


def _term(term: tuple[str, str]) -> str:
    name, meaning = map(_, term)
    return f"<dt>{_html(name)}</dt><dd>{_html(meaning)}</dd>"


def _html(text: str) -> str:
    """As marked(); what stands between two * is in italics, between two ` in the address's type."""
    italic = re.sub(r"\*(.+?)\*", r"<i>\1</i>", marked(text))
    return re.sub(r"`(.+?)`", r"<code>\1</code>", italic)
