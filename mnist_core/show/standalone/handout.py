"""Two pages for the teacher, to print: the lesson's stations, its terms and its questions."""

from __future__ import annotations

import re
from pathlib import Path

from mnist_core.show.html import filled, marked
from mnist_core.show.lesson import GLOSSARY, STATIONS, Station
from mnist_core.show.questions import QUESTIONS, RACE_QUESTIONS, Question
from mnist_core.show.sentences import capitalized

_TEMPLATE = Path(__file__).with_suffix(".html")


def handout() -> str:
    """The pages as one HTML file that needs nothing else: two sides of A4."""
    questions = [*QUESTIONS.values(), *RACE_QUESTIONS.values()]
    return filled(
        _TEMPLATE.read_text(encoding="utf-8"),
        stations="".join(map(_station, STATIONS)),
        terms="".join(f"<dt>{term}</dt><dd>{_html(text)}</dd>" for term, text in GLOSSARY.items()),
        questions="".join(map(_question, questions)),
    )


def _station(station: Station) -> str:
    cells = [station.question, f"{capitalized(station.act)}.", f"{capitalized(station.expect)}."]
    written = "".join(f"<td>{_html(text)}</td>" for text in cells)
    name = f"{_html(station.name)}<span>{_html(station.page)}</span>"
    return f'<tr><th scope="row">{name}</th>{written}</tr>'


def _question(question: Question) -> str:
    return f"<li><p>{_html(capitalized(question.asked))}</p><p>{_html(question.answer)}</p></li>"


def _html(text: str) -> str:
    """As marked(); what stands between two * is in italics."""
    return re.sub(r"\*(.+?)\*", r"<i>\1</i>", marked(text))
