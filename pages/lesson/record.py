"""The lesson as a file to keep: what a visitor has predicted, and what was measured."""

from __future__ import annotations

import streamlit as st

from mnist_core.language import _, in_this_language
from mnist_core.machine import this_machine
from mnist_core.show.standalone import lesson_record
from pages.app.loading import mnist
from pages.compare.files import watched_digits
from pages.lesson.progress import Lesson


def record_button(kept: Lesson) -> None:
    """Download the lesson as far as the visitor has come."""
    st.download_button(
        _("The lesson’s record"),
        data=in_this_language(lambda: page_of(kept)),
        file_name="mini-batches-lesson.html",
        mime="text/html",
        key="lesson_record",
        on_click="ignore",
        icon=":material/download:",
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
