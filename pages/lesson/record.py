"""The lesson as a file to keep: what a visitor has predicted, and what was measured."""

from __future__ import annotations

from mnist_core.language import _
from mnist_core.machine import this_machine
from mnist_core.show.standalone import lesson_record
from pages.app.loading import mnist
from pages.compare.files import watched_digits
from pages.components.download import download
from pages.lesson.progress import Lesson


def record_button(kept: Lesson) -> None:
    """Download the lesson as far as the visitor has come."""
    download(
        _("The lesson’s record"),
        "mini-batches-lesson.html",
        lambda: page_of(kept),
        key="lesson_record",
        type="tertiary",
        help=_(
            "A page to keep: what you said at each station, what was measured, and each race with "
            "a slider through its time. It opens in any browser, without this dashboard."
        ),
    )


def page_of(kept: Lesson) -> str:
    """That page, as HTML."""
    digits = mnist()
    watched = watched_digits(len(digits.test))
    return lesson_record(kept.visited(), this_machine(digits.device), *watched)
